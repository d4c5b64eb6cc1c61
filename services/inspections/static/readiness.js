// Lists that a form sends (subordinates, attendees, limitations): rows come and go, and may come from a file.
// What states facts is acting.js's form; here its content is made, and nothing is stated.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const SECRETARY = "secretary";

  const rowsOf = (form) => [...form.querySelectorAll("[data-rows] > [data-row]")];
  const fieldsOf = (row) => [...row.querySelectorAll("[data-of]")];

  function add(form, says) {
    const row = form.querySelector("template").content.firstElementChild.cloneNode(true);
    form.querySelector("[data-rows]").append(row);
    for (const field of fieldsOf(row)) {
      const text = says[field.dataset.of];
      if (text === undefined) continue;
      if (field.tagName === "SELECT" && ![...field.options].some((one) => one.value === text)) field.add(new Option(text, text));
      field.value = text;
    }
    shown(row);
    return row;
  }

  // A subordinate unit is asked of its secretary alone.
  function shown(row) {
    const role = row.querySelector("[data-of=role]");
    const below = row.querySelector("[data-below]");
    if (role && below) below.hidden = role.value !== SECRETARY;
  }

  function said(row) {
    const found = {};
    for (const field of fieldsOf(row)) {
      const text = field.value.trim().normalize("NFC");
      if (text && !field.closest("[hidden]")) found[field.dataset.of] = text;
    }
    return found;
  }

  // An attendee without a name and a unit without a code are rows that nobody filled in.
  const filled = (one) => Boolean(one.code || one.ref || (one.role && one.name) || (!one.role && one.name) || (!one.role && one.text));

  function bodyOf(form, list) {
    return async (read) => {
      const body = {};
      for (const field of form.querySelectorAll("[name]:not([data-of])")) {
        const text = read(field);
        if (text !== undefined) body[field.name] = text;
      }
      body[list] = [];
      for (const row of rowsOf(form)) {
        const one = said(row);
        if (!filled(one)) { row.querySelectorAll("[data-fault]").forEach((place) => place.remove()); continue; }
        for (const field of fieldsOf(row)) numbered(field, `${list}.${body[list].length}.${field.dataset.of}`);
        body[list].push(one);
      }
      return body;
    };
  }

  // What the service says of a row's field stands under that field.
  function numbered(field, name) {
    field.name = name;
    let place = field.parentElement.querySelector("[data-fault]");
    if (!place) field.after(place = document.createElement("p"));
    place.dataset.fault = name;
    place.textContent = "";
  }

  for (const form of document.querySelectorAll("form[data-list]")) {
    form.bodyOf = bodyOf(form, form.dataset.list);
    rowsOf(form).forEach(shown);
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-add]")) fieldsOf(add(form, {}))[0].focus();
      const drop = event.target.closest("[data-drop]");
      if (!drop) return;
      const row = drop.closest("[data-row]");
      const next = row.nextElementSibling || row.previousElementSibling;
      row.remove();
      (next ? next.querySelector("[data-drop]") : form.querySelector("[data-add]")).focus();
      form.dispatchEvent(new Event("input"));
    });
    form.addEventListener("change", (event) => { const row = event.target.closest("[data-row]"); if (row) shown(row); });
    if (form.dataset.advice) advised(form);
  }

  for (const form of document.querySelectorAll("form[data-choice]")) {
    form.bodyOf = async (read) => {
      const body = {};
      for (const field of form.querySelectorAll("[name]")) {
        const text = read(field);
        if (text !== undefined) body[field.name] = field.name === form.dataset.choice ? text === "true" : text;
      }
      return body;
    };
  }

  // Where the list departs from the rule, as one types.  Names stay here: only roles and units are sent.
  function advised(form) {
    const place = form.querySelector("[data-advice-of]");
    let timer = 0, asked = 0;
    async function ask() {
      const mine = ++asked;
      const query = new URLSearchParams({ unit: form.elements.unit.value });
      for (const one of rowsOf(form).map(said)) {
        if (one.name) query.append("attendee", one.subordinate ? `${one.role}:${one.subordinate}` : one.role);
      }
      if (form.elements.reason.value.trim()) query.set("reason", "1");
      try {
        const answer = await fetch(`${form.dataset.advice}?${query}`, { headers: { Accept: "application/json" } });
        if (!answer.ok || mine !== asked) return;
        told((await answer.json()).deviations);
      } catch { /* without a connection there is no advice, and the form works all the same */ }
    }
    function told(found) {
      const head = document.createElement("p");
      head.textContent = found.length
        ? say("So với quy định, danh sách này (vẫn khai được):", "Against the rule, this list (it can be declared all the same):")
        : say("Danh sách này đúng thành phần quy định.", "This list is as the rule asks.");
      place.classList.toggle("rd-well", !found.length);
      const list = document.createElement("ul");
      for (const one of found) list.append(Object.assign(document.createElement("li"), { textContent: english ? one.en : one.vi }));
      place.replaceChildren(head, ...(found.length ? [list] : []));
    }
    const soon = () => { clearTimeout(timer); timer = setTimeout(ask, 250); };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    ask();
  }

  async function sent(address, options) {
    const headers = { "Idempotency-Key": crypto.randomUUID(), ...options.headers };
    const answer = await fetch(address, { ...options, headers });
    return [answer.ok, await answer.json().catch(() => ({}))];
  }

  const words = (problem) => (english ? problem.detail_en || problem.detail : problem.detail) || say("Không thành công.", "It did not work.");

  function lines(place, good, head, found) {
    place.className = good ? "bv-answer bv-answer-good" : "bv-answer bv-answer-bad";
    place.setAttribute("role", "status");
    const list = document.createElement("ul");
    for (const text of found) list.append(Object.assign(document.createElement("li"), { textContent: text }));
    place.replaceChildren(Object.assign(document.createElement("p"), { textContent: head, className: "strong" }), ...(found.length ? [list] : []));
    place.tabIndex = -1;
    place.focus();
  }

  for (const form of document.querySelectorAll("form[data-file]")) {
    const place = form.querySelector("[data-answer]");
    const into = document.querySelector(`form[data-list="${form.dataset.into}"]`);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.querySelector("input[type=file]").addEventListener("change", async (event) => {
      const file = event.target.files[0];
      if (!file) return;
      if (file.size > Number(form.dataset.most)) { lines(place, false, say("Tệp lớn hơn 5 MB.", "The file is larger than 5 MB."), []); return; }
      try {
        const [good, body] = await sent(form.dataset.file, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
        if (!good) { lines(place, false, words(body), []); return; }
        const rows = into.querySelector("[data-rows]");
        rows.replaceChildren();
        for (const row of body.rows) add(into, row.says).classList.toggle("rd-bad", row.bad);
        into.dispatchEvent(new Event("input"));
        const where = (one) => (body.rows.every((row) => row.sheet === one.sheet) ? one.cell : `${one.sheet}!${one.cell}`);
        const faults = body.faults.map((one) => `${where(one)}: ${english ? one.message_en : one.message}`);
        const count = body.rows.length;
        lines(place, !faults.length, faults.length
          ? say(`Đã đọc ${count} hàng; ${faults.length} chỗ cần sửa ngay trong bảng dưới đây hoặc trong tệp:`, `${count} rows read; ${faults.length} places to mend in the table below, or in the file:`)
          : say(`Đã đọc ${count} hàng. Xem lại bảng dưới đây rồi gửi.`, `${count} rows read. Look at the table below, then send it.`), faults);
      } catch { lines(place, false, say("Mất kết nối.", "Connection lost."), []); }
      event.target.value = "";
    });
  }

  // Last year's limitations fill the same form.
  for (const button of document.querySelectorAll("[data-previous]")) {
    button.addEventListener("click", async () => {
      const form = document.querySelector('form[data-list="limitations"]');
      const place = button.parentElement.querySelector("[data-answer]");
      const cycle = button.parentElement.querySelector("[data-cycle]").value.trim();
      if (!cycle) return;
      try {
        const answer = await fetch(`${button.dataset.previous}&from=${encodeURIComponent(cycle)}`, { headers: { Accept: "application/json" } });
        const body = await answer.json().catch(() => ({}));
        if (!answer.ok) { lines(place, false, words(body), []); return; }
        form.querySelector("[data-rows]").replaceChildren();
        for (const one of body.limitations) add(form, one);
        if (body.document) form.elements.document.value = body.document;
        lines(place, true, body.limitations.length
          ? say(`Có ${body.limitations.length} hạn chế. Xem lại rồi ghi.`, `${body.limitations.length} limitations. Look at them, then state them.`)
          : say("Sổ năm trước không còn hạn chế nào chưa nhập.", "Last year's ledger has none that is not carried yet."), []);
      } catch { lines(place, false, say("Mất kết nối.", "Connection lost."), []); }
    });
  }

  for (const button of document.querySelectorAll("[data-forget]")) {
    button.addEventListener("click", async () => {
      if (!button.dataset.sure) {
        button.dataset.sure = "1";
        button.textContent = say(`Bấm lần nữa: xóa hẳn tên ${button.dataset.name}`, `Press again: remove ${button.dataset.name} for good`);
        return;
      }
      try {
        const [good, body] = await sent(button.dataset.forget, { method: "DELETE", headers: { "Content-Type": "application/json" } });
        if (good) location.reload();
        else button.textContent = words(body);
      } catch { button.textContent = say("Mất kết nối; bấm lại.", "Connection lost; press again."); }
    });
  }
})();
