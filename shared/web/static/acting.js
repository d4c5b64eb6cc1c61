// Forms that state facts.  A page marks one up like this, and needs no script of its own:
//
//   <form data-command="/ranking/v1/hcmc/2020/decisions/bonus" data-acting="office@ledger" data-done="?">
//     <input name="unit"> <input name="points" data-decimal> <input name="order" data-list>
//     <p data-fault="unit"></p> <button>Gửi</button> <div data-answer></div>
//   </form>
//
// Fields become one JSON object; empty ones are left out.  data-decimal takes a comma for a point,
// data-number sends an integer, data-list splits at commas, data-group splits at semicolons and commas.
// data-zone="Asia/Ho_Chi_Minh" sends the instant of a datetime-local, of a date its beginning; data-zone-after sends the
// beginning of the day after a date (an exclusive end: the day itself is inside).
// data-acting is the hat (a <select data-hat> leaves the choice), data-done where to go after the receipt ("?" reloads, "{digest}" is filled in).
// <button type="button" data-try="/…/what-ifs" data-kind="bonus" data-see="/…/{digest}"> asks what the same
// content would change, and goes to the answer; nothing is stated.
// A form whose content is not one flat object has a script of its own that sets form.bodyOf = async (read) => body;
// read(field) gives a field's value as above, undefined for none.  A field that is named as the service names it
// (facts.2.points) gets its own faults.
// One Idempotency-Key serves a form until an answer came, so a double click or a retry states one fact.
// form.hold = async ({ key, command, headers, body }) => true takes over a statement that got no answer; whoever
// does tells the form of a later one: new CustomEvent("answered", { detail: { ok, body } }).
// Afterwards the form hears "stated" (detail: the answer) or "refused" (detail: the problem).
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const DRAFT = "bangvang.draft:";

  // The UTC instant of a local date and time in a zone, as the services write it.
  function instant(text, zone, days) {
    const local = Date.parse(`${text.length === 10 ? `${text}T00:00` : text}Z`) + days * 864e5;
    if (Number.isNaN(local)) return text;
    const clock = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const ahead = (moment) => {
      const shown = Object.fromEntries(clock.formatToParts(moment).map((part) => [part.type, part.value]));
      return Date.parse(`${shown.year}-${shown.month}-${shown.day}T${shown.hour}:${shown.minute}:${shown.second}Z`) - Math.floor(moment / 1000) * 1000;
    };
    return new Date(local - ahead(local - ahead(local))).toISOString().replace("Z", "000Z");
  }

  function value(field) {
    const text = field.value.trim().normalize("NFC");
    if (text === "") return undefined;
    if ("zone" in field.dataset) return instant(text, field.dataset.zone, 0);
    if ("zoneAfter" in field.dataset) return instant(text, field.dataset.zoneAfter, 1);
    if ("decimal" in field.dataset) return text.includes(",") ? text.replace(",", ".") : text;
    if ("number" in field.dataset) return /^\d{1,15}$/.test(text) ? Number(text) : text;
    const parts = (line) => line.split(",").map((one) => one.trim()).filter(Boolean);
    if ("list" in field.dataset) return parts(text);
    if ("group" in field.dataset) return text.split(";").map(parts).filter((one) => one.length);
    return text;
  }

  function content(form) {
    const body = {};
    for (const field of form.elements) {
      if (!field.name || field.disabled || field.closest("[hidden]")) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) body[field.name] = field.value;
        continue;
      }
      const found = value(field);
      if (found !== undefined) body[field.name] = found;
    }
    return body;
  }

  const draftKey = (form) => DRAFT + location.pathname + ":" + (form.dataset.draft || form.dataset.command);

  function keepDraft(form) {
    const kept = {};
    for (const field of form.elements) if (field.name && field.type !== "hidden") kept[field.name] = field.value;
    try { localStorage.setItem(draftKey(form), JSON.stringify(kept)); } catch { return; }
    note(form, "draft", say("Bản nháp, chỉ có trên máy này.", "A draft, on this device only."));
  }

  // What the page itself filled in.
  const given = (field) => field.getAttribute("value") || (field.querySelector("option[selected]") ? field.value : "");

  function takeDraft(form) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(draftKey(form)) || "null"); } catch { return; }
    if (!kept) return;
    const fields = [...form.elements].filter((field) => field.name in kept && field.type !== "hidden");
    if (fields.some((field) => given(field) && given(field) !== kept[field.name])) return; // about something else
    for (const field of fields) if (!given(field)) field.value = kept[field.name];
    note(form, "draft", say("Đã lấy lại bản nháp trên máy này.", "The draft on this device is back."));
  }

  const dropDraft = (form) => { try { localStorage.removeItem(draftKey(form)); } catch { /* nothing kept */ } };

  function note(form, kind, text) {
    let place = form.querySelector(`[data-note="${kind}"]`);
    if (!place) {
      place = document.createElement("p");
      place.dataset.note = kind;
      place.className = "bv-note";
      form.append(place);
    }
    place.textContent = text;
  }

  function clear(form) {
    for (const place of form.querySelectorAll("[data-fault]")) place.textContent = "";
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    const answer = answerOf(form);
    answer.className = "bv-answer";
    answer.replaceChildren();
    return answer;
  }

  function answerOf(form) {
    let place = form.querySelector("[data-answer]");
    if (!place) {
      place = document.createElement("div");
      place.dataset.answer = "";
      form.append(place);
    }
    place.setAttribute("role", "status");
    return place;
  }

  function paragraph(text, className) {
    const line = document.createElement("p");
    line.textContent = text;
    if (className) line.className = className;
    return line;
  }

  function refused(form, problem) {
    const answer = clear(form);
    answer.classList.add("bv-answer-bad");
    const detail = english ? problem.detail_en || problem.detail : problem.detail;
    answer.append(paragraph(detail || problem.title || say("Không thành công.", "It did not work."), "strong"));
    let first = null;
    for (const fault of problem.errors || []) {
      const message = english ? fault.message_en || fault.message : fault.message;
      const path = String(fault.field || "");
      const placeOf = (name) => form.querySelector(`[data-fault="${CSS.escape(name)}"]`);
      const name = placeOf(path) ? path : path.split(".")[0];
      const place = placeOf(name);
      const field = form.elements.namedItem(name);
      if (place) place.textContent += place.textContent ? `\n${message}` : message;
      else if (message !== detail) answer.append(paragraph(`${fault.field ? fault.field + ": " : ""}${message}`));
      if (field && field.setAttribute) {
        field.setAttribute("aria-invalid", "true");
        first = first || field;
      }
    }
    if (first) first.focus();
    else { answer.tabIndex = -1; answer.focus(); }
    form.dispatchEvent(new CustomEvent("refused", { bubbles: true, detail: problem }));
  }

  function accepted(form, body) {
    dropDraft(form);
    const done = form.dataset.done;
    if (done && done.includes("{digest}") && body.digest) {
      location.assign(done.replace("{digest}", body.digest));
      return;
    }
    const answer = clear(form);
    answer.classList.add("bv-answer-good");
    const receipt = (body.receipts || []).at(-1);
    if (receipt) {
      answer.append(paragraph(say(`Đã ghi: số ${Number(receipt.sequence)} của dịch vụ, ${receipt.id}`,
        `Stated: number ${Number(receipt.sequence)} of the service, ${receipt.id}`), "strong"));
    }
    if (form.dataset.undo) answer.append(paragraph(form.dataset.undo));
    if (done) {
      const link = document.createElement("a");
      link.href = done === "?" ? location.href : done;
      link.textContent = say("Xem kết quả", "See the result");
      answer.append(link);
    }
    answer.tabIndex = -1;
    answer.focus();
    form.dispatchEvent(new CustomEvent("stated", { bubbles: true, detail: body }));
  }

  async function send(form) {
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const buttons = [...form.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    const key = form.dataset.key || (form.dataset.key = crypto.randomUUID());
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    const hat = form.querySelector("[data-hat]");
    if (hat || form.dataset.acting) headers["Acting-As"] = hat ? hat.value : form.dataset.acting;
    let body;
    let held = false;
    try {
      body = JSON.stringify(form.bodyOf ? await form.bodyOf(value) : content(form));
      const answer = await fetch(form.dataset.command, { method: "POST", headers, body });
      answered(form, answer.ok, await answer.json().catch(() => ({})));
    } catch {
      held = Boolean(form.hold && body) && await form.hold({ key, command: form.dataset.command, headers, body });
      if (held) clear(form);
      else refused(form, { detail: say("Mất kết nối; chưa rõ đã ghi hay chưa. Gửi lại: sẽ không ghi hai lần.",
        "Connection lost; unsure whether it was stated. Send again: nothing is stated twice.") });
    } finally {
      if (!held) {
        delete form.dataset.busy;
        for (const button of buttons) button.disabled = false;
      }
    }
  }

  function answered(form, ok, body) {
    delete form.dataset.key; // the next command is another one
    if (ok) accepted(form, body);
    else refused(form, body);
  }

  const MINUTES = new Set(["meeting", "date", "document", "text", "occurred_at"]);

  async function ask(form, button) {
    const fact = Object.fromEntries(Object.entries(content(form)).filter(([name]) => !MINUTES.has(name)));
    fact.kind = button.dataset.kind;
    if (fact.outcome === "lifted") fact.kind += "_lifted";
    if (fact.outcome !== "accepted" && fact.outcome !== "refused") delete fact.outcome;
    if (fact.kind === "late_fact") delete fact.outcome;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    button.disabled = true;
    try {
      const answer = await fetch(button.dataset.try, { method: "POST", headers, body: JSON.stringify({ facts: [fact] }) });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) location.assign(button.dataset.see.replace("{digest}", body.digest));
      else refused(form, withoutPlace(body));
    } catch {
      refused(form, { detail: say("Mất kết nối.", "Connection lost.") });
    } finally { button.disabled = false; }
  }

  // A what-if names its fields facts.0.unit; on a form there is but one fact.
  function withoutPlace(problem) {
    const errors = (problem.errors || []).map((fault) => ({ ...fault, field: String(fault.field || "").replace(/^facts\.0\./, "") }));
    return { ...problem, errors };
  }

  for (const form of document.querySelectorAll("form[data-command]")) {
    for (const button of form.querySelectorAll("[data-try]")) button.addEventListener("click", () => ask(form, button));
    for (const button of form.querySelectorAll("button")) button.hidden = false;
    if (form.dataset.draft) takeDraft(form);
    form.addEventListener("input", () => { delete form.dataset.key; if (form.dataset.draft) keepDraft(form); });
    form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
    form.addEventListener("answered", (event) => answered(form, event.detail.ok, event.detail.body));
  }
})();
