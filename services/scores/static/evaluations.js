// The form of an external evaluation: one line per unit, filled by hand or from a pasted block (acting.js sends it).
"use strict";
(() => {
  const form = document.getElementById("evaluation");
  if (!form) return;
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const lines = [...form.querySelectorAll("[data-unit]")];
  const fields = (line) => [...line.querySelectorAll("[data-of]")];
  const given = () => lines.filter((line) => fields(line).some((field) => field.value.trim() !== ""));
  const plain = (text) => text.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase("vi");

  function count() { form.querySelector("[data-number]").textContent = given().length; }

  // Names say the line, as the service does when it refuses one: entries.2.value
  form.bodyOf = async (read) => {
    for (const line of lines) for (const field of fields(line)) {
      field.removeAttribute("name");
      delete line.querySelector(`[data-place="${field.dataset.of}"]`).dataset.fault;
    }
    const body = {};
    for (const name of ["criterion", "period", "document", "addressed_to", "received_at", "supersedes", "reason"]) {
      const field = form.elements.namedItem(name);
      const value = field ? read(field) : undefined;
      if (value !== undefined) body[name] = value;
    }
    body.entries = given().map((line, n) => {
      const entry = { unit: line.dataset.unit };
      for (const field of fields(line)) {
        const value = read(field);
        if (value !== undefined) entry[field.dataset.of] = value;
        field.name = `entries.${n}.${field.dataset.of}`;
        line.querySelector(`[data-place="${field.dataset.of}"]`).dataset.fault = field.name;
      }
      return entry;
    });
    return body;
  };

  form.querySelector("[data-spread]").addEventListener("click", () => {
    const paste = document.getElementById("paste");
    const known = new Map();
    for (const line of lines) for (const word of [line.dataset.unit, line.dataset.name]) known.set(plain(word), line);
    const strange = [];
    let filled = 0;
    for (const row of paste.value.split(/\r?\n/)) {
      if (!row.trim()) continue;
      const parts = row.includes("\t") ? row.split("\t") : row.split(";");
      const cells = parts.length > 1 ? parts : row.trim().split(/\s+(?=\S+$)/);
      const line = known.get(plain(cells[0]));
      if (!line || cells.length < 2) { strange.push(cells[0].trim()); continue; }
      fields(line).forEach((field, n) => { if (cells[n + 1] !== undefined) field.value = cells[n + 1].trim(); });
      filled += 1;
    }
    form.querySelector("[data-spread-said]").textContent = say(`Đã điền ${filled} đơn vị.`, `${filled} units filled in.`)
      + (strange.length ? say(` Không nhận ra: ${strange.join(", ")}.`, ` Not recognised: ${strange.join(", ")}.`) : "");
    delete form.dataset.key;
    count();
  });

  form.addEventListener("input", count);
  count();
})();
