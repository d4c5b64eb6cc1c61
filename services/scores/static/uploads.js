// Sending a file, mending its bad cells, and the button that waits until nothing is wrong.  What states facts is
// acting.js's form; this only sends files and cells, which state nothing.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);

  function told(form, text) {
    const place = form.querySelector("[data-answer]");
    place.className = text ? "bv-answer bv-answer-bad" : "bv-answer";
    place.textContent = text;
    if (text) { place.tabIndex = -1; place.focus(); }
  }

  function words(problem) {
    const detail = english ? problem.detail_en || problem.detail : problem.detail;
    const faults = (problem.errors || []).map((one) => (english ? one.message_en : one.message)).filter((one) => one !== detail);
    return [detail, ...faults].filter(Boolean).join(" ");
  }

  async function send(form, address, type, body) {
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    told(form, "");
    try {
      form.dataset.key = form.dataset.key || crypto.randomUUID();
      const headers = { "Content-Type": type, "Idempotency-Key": form.dataset.key };
      const answer = await fetch(address, { method: "POST", headers, body });
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) return said;
      delete form.dataset.key;
      told(form, words(said) || say("Không thành công.", "It did not work."));
    } catch {
      told(form, say("Mất kết nối; gửi lại sẽ không bị trùng.", "Connection lost; sending again states nothing twice."));
    } finally { button.disabled = false; }
    return null;
  }

  for (const form of document.querySelectorAll("form[data-upload]")) {
    const field = form.querySelector("input[type=file]");
    field.addEventListener("change", () => { delete form.dataset.key; told(form, ""); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const file = field.files[0];
      if (!file) return;
      if (file.size > Number(form.dataset.most)) {
        told(form, say("Tệp lớn hơn 5 MB. Bỏ hình ảnh và trang tính thừa, hoặc chia tệp.", "The file is larger than 5 MB. Remove pictures and sheets that are not needed, or split it."));
        return;
      }
      const name = encodeURIComponent(file.name.normalize("NFC").slice(0, 200));
      const said = await send(form, `${form.dataset.upload}&name=${name}`, "application/octet-stream", file);
      if (said) location.assign(form.dataset.then.replace("{upload}", said.upload));
    });
  }

  const mend = document.querySelector("form[data-mend]");
  if (mend) {
    const fields = [...document.querySelectorAll("input[data-cell]")];
    for (const field of fields) field.addEventListener("input", () => delete mend.dataset.key);
    mend.addEventListener("submit", async (event) => {
      event.preventDefault();
      const changed = fields.filter((field) => field.value !== field.defaultValue);
      if (!changed.length) {
        told(mend, say("Chưa có ô nào được gõ lại.", "No cell has been typed again."));
        return;
      }
      const cells = changed.map((field) => ({ sheet: field.dataset.sheet, cell: field.dataset.cell, value: field.value.normalize("NFC") }));
      if (await send(mend, mend.dataset.mend, "application/json", JSON.stringify({ cells }))) {
        location.hash = "";
        location.reload();
      }
    });
  }

  for (const link of document.querySelectorAll("[data-go]")) {
    link.addEventListener("click", () => {
      const cell = document.querySelector(link.getAttribute("href"));
      const field = cell && cell.querySelector("input");
      setTimeout(() => (field || cell)?.focus(), 0);
    });
  }

  const waiting = document.querySelector("form[data-waits]");
  const partial = waiting && waiting.querySelector("[data-partial]");
  if (partial) {
    const button = waiting.querySelector("button[type=submit]");
    const follow = () => { button.disabled = !partial.checked; };
    partial.addEventListener("change", follow);
    follow();
  }
})();
