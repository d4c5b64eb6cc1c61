// What the page has brought, and how to speak to it, to people and to the service.
export const byId = (id) => document.getElementById(id);
export const data = JSON.parse(byId("grid-data").textContent);
export const english = document.documentElement.lang === "en";
export const say = (vi, en) => (english ? en : vi);
export const shown = (text) => (english ? text : text.replace(".", ","));
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const at = (instant) => clock.format(new Date(instant));
export const mayScore = data.hat !== null;
export const table = byId("grid"), panel = byId("gr-panel");

export function el(tag, about = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

export async function call(method, path, body, headers = {}) {
  const about = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), ...headers };
  const answer = await fetch(data.api + path, { method, headers: about, body: body && JSON.stringify(body) });
  return { ok: answer.ok, body: await answer.json().catch(() => ({})) };
}
export const detailOf = (problem) => (english ? problem.detail_en || problem.detail : problem.detail) || problem.title || say("Không thành công.", "It did not work.");
export const messageOf = (fault) => (english ? fault.message_en || fault.message : fault.message);
