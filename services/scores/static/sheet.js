// The self-score sheet: every change is kept as a draft of the unit, judged by the service, and submitted whole.
//
// An item is <article data-criterion data-kept data-stands data-period>: `kept` is its entry as GET sheet tells
// it, `stands` what was submitted.  Fields are marked data-field; points and faults come from the service alone,
// so that no rule of the rulebook is written twice.
"use strict";
(() => {
  const page = document.getElementById("sheet-page");
  if (!page) return;
  const { api, unit, acting } = page.dataset;
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const STATED = ["value", "target", "state", "basis", "evidence"];
  const number = (text) => (english ? text : text.replace(".", ","));
  const unheld = new Set(page.dataset.unheld.split(" "));
  const items = new Map();
  const unitQuery = `unit=${encodeURIComponent(unit)}`;

  for (const button of page.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  function headers(type) {
    const made = { "Content-Type": type, "Idempotency-Key": crypto.randomUUID() };
    if (acting) made["Acting-As"] = acting;
    return made;
  }

  const detail = (problem) => (english ? problem.detail_en || problem.detail : problem.detail) || problem.title;
  const messageOf = (fault) => (english ? fault.message_en || fault.message : fault.message);
  // The rulebook's own words about a value, with the comma that was typed; a criterion's number keeps its point.
  const faultOf = (fault) => (english ? messageOf(fault) : messageOf(fault).replace(/(?<!Tiêu chí )\b(\d+)\.(\d)/g, "$1,$2"));

  function make(tag, text, className) {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  // --- one criterion

  class Item {
    constructor(element) {
      this.element = element;
      this.criterion = element.dataset.criterion;
      this.period = element.dataset.period;
      this.stands = JSON.parse(element.dataset.stands);
      this.kept = JSON.parse(element.dataset.kept);
      this.version = this.kept.version;
      this.evidence = [...(this.kept.evidence || [])];
      this.saving = Promise.resolve();
      this.fields = Object.fromEntries([...element.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, field]));
    }

    part(name) { return this.element.querySelector(`[data-${name}]`); }

    // What is filled in; empty fields are left out.  A comma may stand for the point.
    content() {
      const made = {};
      for (const [name, field] of Object.entries(this.fields)) {
        if (field.type === "checkbox") { if (field.checked) made[name] = field.value; continue; }
        const text = field.value.trim().normalize("NFC");
        if (text === "" || field.disabled || field.closest("[hidden]")) continue;
        made[name] = name === "value" || name === "target" ? text.replace(",", ".") : text;
      }
      if (this.evidence.length) made.evidence = this.evidence;
      return made;
    }

    get empty() { const made = this.content(); return !("value" in made || "state" in made); }

    differs(made) {
      const raw = (said) => JSON.stringify(STATED.map((name) => (name === "evidence"
        ? (said.evidence || []).map((file) => [file.name, file.sha256]) : said[name] ?? null)));
      return raw(made) !== raw(this.stands);
    }

    get submitted() { return Object.keys(this.stands).length > 0; }

    // A draft that says what was submitted is none.
    draft() {
      const made = this.content();
      return this.submitted && !this.differs(made) ? {} : made;
    }

    fill(said) {
      for (const [name, field] of Object.entries(this.fields)) {
        if (field.type === "checkbox") field.checked = said[name] === field.value;
        else if (name === "value" || name === "target") field.value = number(said[name] || "");
        else field.value = said[name] || "";
      }
      this.evidence = [...(said.evidence || [])];
      this.fit();
      this.showFiles();
    }

    fit() {
      const none = this.fields.state && this.fields.state.checked;
      for (const name of ["value", "target"]) if (this.fields[name]) this.fields[name].disabled = Boolean(none);
      const reason = this.part("reason");
      if (reason) reason.hidden = !(this.submitted && this.differs(this.content()));
    }

    say(text) { const place = this.part("saved"); if (place) place.textContent = text; }

    changed() {
      this.fit();
      this.dirty = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), 500);
    }

    // One after the other, so that each knows the version that the one before it made.
    save() {
      clearTimeout(this.timer);
      if (!this.dirty) return this.saving;
      this.dirty = false;
      this.saving = this.saving.then(() => this.keep()).then(refresh);
      return this.saving;
    }

    async keep() {
      const cell = { unit, criterion: this.criterion, stage: "self", version: this.version, ...this.draft() };
      try {
        const answer = await fetch(`${api}/drafts`, {
          method: "PUT", headers: headers("application/json"), body: JSON.stringify({ body: `unit:${unit}`, cells: [cell] }),
        });
        const body = await answer.json().catch(() => ({}));
        if (!answer.ok) { this.say(detail(body)); this.dirty = true; return; }
        const other = body.conflicts[0];
        if (other) { this.conflict(other); return; }
        this.version = body.saved[0].version;
        this.say(this.version ? say("Đã lưu nháp.", "Draft kept.") : "");
      } catch {
        this.dirty = true;
        this.say(say("Mất kết nối, chưa lưu; sẽ lưu khi sửa tiếp hoặc nộp.", "Connection lost, not kept; it will be when you go on or submit."));
      }
    }

    conflict(other) {
      const place = this.part("conflict");
      const when = new Date(other.edited_at).toLocaleString(english ? "en-GB" : "vi-VN");
      const gone = !STATED.some((name) => name in other);
      const what = gone ? say("đã bỏ bản nháp này", "removed this draft")
        : say("đã sửa thành: ", "changed it to: ") + this.words(other);
      const take = make("button", say("Lấy bản ấy", "Take theirs"), "bv-button");
      const keep = make("button", say("Giữ bản của tôi", "Keep mine"), "bv-button");
      take.type = keep.type = "button";
      const settle = () => { this.version = other.version; this.unsettled = false; place.hidden = true; place.replaceChildren(); };
      take.addEventListener("click", () => { settle(); this.fill(gone ? this.stands : other); this.say(""); refresh(); });
      keep.addEventListener("click", () => { settle(); this.dirty = true; this.save(); });
      place.replaceChildren(make("p", `${other.edited_by}, ${when}: ${what}.`), take, keep);
      place.hidden = false;
      this.unsettled = true;
    }

    words(said) {
      if (said.state) return say("không giao chỉ tiêu", "no target set");
      if (!said.value) return "—";
      return number(said.value) + (said.target ? ` / ${number(said.target)}` : "");
    }

    // What the service makes of it.
    judged(entry) {
      this.kept = entry;
      const points = this.part("points");
      if (points) points.textContent = entry.points ? number(entry.points) : entry.state ? say("ra khỏi tổng", "left out") : "—";
      const said = this.part("said");
      if (said) said.textContent = entry.fault ? faultOf(entry.fault) : "";
      for (const name of ["value", "target"]) {
        if (!this.fields[name]) continue;
        if (entry.fault && entry.fault.field === name) this.fields[name].setAttribute("aria-invalid", "true");
        else this.fields[name].removeAttribute("aria-invalid");
      }
      for (const row of this.element.querySelectorAll("[data-row]")) row.classList.toggle("is", Number(row.dataset.row) === entry.row);
      this.paper();
    }

    paper() {
      const row = document.querySelector(`[data-paper="${CSS.escape(this.criterion)}"]`);
      if (!row) return;
      const said = this.kept;
      row.querySelector("[data-figures]").textContent = this.words(said);
      row.querySelector("[data-own]").textContent = said.points ? number(said.points) : "";
      row.querySelector("[data-why]").textContent = [said.basis, ...(said.evidence || []).map((file) => file.name)].filter(Boolean).join("; ");
    }

    // --- evidence

    showFiles() {
      const list = this.part("files");
      if (!list) return;
      list.replaceChildren(...this.evidence.map((file) => {
        const line = make("li");
        const held = !unheld.has(file.sha256);
        const link = make(held ? "a" : "span", file.name);
        if (held) link.href = `${api}/evidence/${file.sha256}`;
        else link.append(make("small", say(" (chỉ có mã băm, tệp không gửi ở đây)", " (known by its digest only, no file was given)"), "quiet"));
        const size = make("span", ` ${number((file.size / 1024).toFixed(0))} kB`, "quiet num");
        const off = make("button", "×", "sh-off");
        off.type = "button";
        off.setAttribute("aria-label", say(`Bỏ ${file.name} khỏi phiếu`, `Take ${file.name} off the sheet`));
        off.addEventListener("click", () => {
          this.evidence = this.evidence.filter((one) => one !== file);
          this.showFiles();
          this.changed();
          this.part("pick").focus();
        });
        line.append(link, size, off);
        return line;
      }));
    }

    cite(file) {
      unheld.delete(file.sha256);
      const cited = { name: file.name, sha256: file.sha256, size: file.size };
      this.evidence = [...this.evidence.filter((one) => one.name !== cited.name), cited];
      this.showFiles();
      this.changed();
    }

    upload(file) {
      const line = make("p", `${file.name} `, "sh-upload");
      const bar = make("progress");
      bar.max = file.size || 1;
      bar.value = 0;
      bar.setAttribute("aria-label", say(`Đang tải ${file.name}`, `Uploading ${file.name}`));
      line.append(bar);
      this.part("progress").append(line);
      const query = new URLSearchParams({ body: `unit:${unit}`, unit, criterion: this.criterion, name: file.name.normalize("NFC") });
      const request = new XMLHttpRequest();
      request.open("POST", `${api}/evidence?${query}`);
      for (const [name, value] of Object.entries(headers("application/octet-stream"))) request.setRequestHeader(name, value);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => { bar.value = event.loaded; });
      const failed = (text) => {
        const again = make("button", say("Tải lại", "Try again"), "bv-button");
        again.type = "button";
        again.addEventListener("click", () => { line.remove(); this.upload(file); });
        line.classList.add("bad");
        line.replaceChildren(`${file.name}: ${text} `, again);
      };
      request.addEventListener("load", () => {
        const body = request.response || {};
        if (request.status !== 201) { failed(detail(body) || say("không tải lên được", "the upload failed")); return; }
        line.remove();
        this.cite(body);
      });
      request.addEventListener("error", () => failed(say("mất kết nối", "connection lost")));
      request.send(file);
    }

    async versions(list) {
      const query = `${unitQuery}&criterion=${encodeURIComponent(this.criterion)}&body=${encodeURIComponent(`unit:${unit}`)}`;
      const answer = await fetch(`${api}/evidence?${query}`).catch(() => null);
      const body = answer && answer.ok ? await answer.json() : { evidence: [] };
      const lines = body.evidence.map((file) => {
        const line = make("li");
        const link = make("a", `${file.name}, ${say("bản", "version")} ${file.version}`);
        link.href = `${api}/evidence/${file.sha256}`;
        line.append(link, make("span", ` ${new Date(file.added_at).toLocaleString(english ? "en-GB" : "vi-VN")}, ${file.added_by} `, "quiet"));
        const cited = this.evidence.some((one) => one.sha256 === file.sha256 && one.name === file.name);
        if (cited) line.append(make("span", say("đang dùng", "in use"), "quiet"));
        else if (file.held === "held") {
          const use = make("button", say("Dùng bản này", "Use this one"), "bv-button");
          use.type = "button";
          use.addEventListener("click", () => { this.cite(file); this.versions(list); });
          line.append(use);
        }
        return line;
      });
      list.replaceChildren(...(lines.length ? lines : [make("li", say("Chưa tải tệp nào.", "Nothing uploaded yet."), "quiet")]));
    }

    start() {
      this.showFiles();
      this.element.addEventListener("input", (event) => { if (event.target.dataset.field) this.changed(); });
      this.element.addEventListener("focusout", (event) => {
        if (event.target.dataset.field !== "value" || !this.submitted || !this.empty) return;
        this.fill(this.stands);
        this.changed();
        this.say(say("Không để trống được; đã lấy lại giá trị đã nộp. Không có thì ghi 0.", "It cannot be left empty; the submitted value is back. Write 0 if it is none."));
      });
      const drop = this.part("drop");
      const take = (files) => { for (const file of files) this.upload(file); };
      this.part("pick").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
      drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
      drop.addEventListener("dragleave", () => drop.classList.remove("over"));
      drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); });
      const versions = this.part("versions");
      versions.addEventListener("toggle", () => { if (versions.open) this.versions(versions.querySelector("ul")); });
    }
  }

  // --- the whole sheet

  function links(part, list, criteria) {
    const place = page.querySelector(`[data-${list}]`);
    if (!place) return;
    page.querySelector(`[data-${part}]`).hidden = criteria.length === 0;
    place.replaceChildren(...criteria.map((criterion) => {
      const line = make("li");
      const link = make("a", criterion);
      link.href = `#c-${criterion}`;
      link.addEventListener("click", (event) => { event.preventDefault(); go(criterion); });
      line.append(link);
      return line;
    }));
  }

  function go(criterion) {
    const item = items.get(criterion);
    if (!item) return;
    item.element.scrollIntoView({ block: "center" });
    (item.fields.value && !item.fields.value.disabled ? item.fields.value : item.element.querySelector("[data-field]")).focus({ preventScroll: true });
  }

  function show(body) {
    for (const entry of body.entries) { const item = items.get(entry.criterion); if (item) item.judged(entry); }
    for (const place of page.querySelectorAll("[data-total]")) place.textContent = body.total === null ? "—" : number(body.total);
    for (const place of page.querySelectorAll("[data-most]")) place.textContent = body.max === null ? "—" : number(body.max);
    const filled = body.entries.length - body.missing.length;
    for (const place of page.querySelectorAll("[data-filled]")) place.textContent = filled;
    for (const bar of page.querySelectorAll("[data-filled-bar]")) bar.value = filled;
    links("missing-part", "missing", body.missing);
    links("faulty-part", "faulty", body.faulty);
    will(body);
  }

  let asked = 0;
  async function refresh() {
    const turn = ++asked;
    try {
      const answer = await fetch(`${api}/sheet?${unitQuery}`);
      if (answer.ok && turn === asked) { const body = await answer.json(); show(body); return body; }
    } catch { /* the next change asks again */ }
    return null;
  }

  const form = document.getElementById("submit-sheet");

  function will(body) {
    if (!form) return;
    const place = form.querySelector("[data-will]");
    const fresh = body.entries.filter((entry) => entry.from === "draft" && (entry.changed || !items.get(entry.criterion).submitted) && !body.missing.includes(entry.criterion));
    const names = fresh.map((entry) => entry.criterion).join(", ");
    if (body.missing.length || body.faulty.length) {
      place.textContent = say("Phiếu nộp cả thảy một lần: mọi tiêu chí cần có điểm; không có thì ghi 0.", "The sheet is submitted as a whole: every criterion needs a value; write 0 if it is none.");
    } else if (fresh.length) {
      place.textContent = say(`Sẽ ghi ${fresh.length} giá trị (${names}) và nộp phiếu của đơn vị: tổng tự chấm ${number(body.total)}.`,
        `States ${fresh.length} values (${names}) and submits the unit's sheet: self score ${number(body.total)}.`);
    } else {
      place.textContent = body.submitted ? say("Phiếu đã nộp, không có gì thay đổi.", "Submitted, and nothing has changed.")
        : say(`Sẽ nộp phiếu của đơn vị: tổng tự chấm ${number(body.total)}.`, `Submits the unit's sheet: self score ${number(body.total)}.`);
    }
  }

  function answer(kind, ...parts) {
    const place = form.querySelector("[data-answer]");
    place.className = `bv-answer${kind ? ` bv-answer-${kind}` : ""}`;
    place.replaceChildren(...parts);
    if (kind) { place.tabIndex = -1; place.focus(); }
  }

  const strong = (text) => make("p", text, "strong");

  // Another person of the unit may have gone on meanwhile: nobody submits what he has not seen.
  function moved(body) {
    return body.entries.filter((entry) => {
      const item = items.get(entry.criterion);
      if (entry.version === item.version) return false;
      item.version = entry.version;
      item.fill(entry);
      item.say(say("Đồng nghiệp vừa sửa mục này.", "A colleague has just changed this."));
      return true;
    }).map((entry) => entry.criterion);
  }

  function refused(problem, order) {
    const lines = [strong(detail(problem) || say("Không nộp được.", "It could not be submitted."))];
    let first = null;
    for (const fault of problem.errors || []) {
      const found = /^entries\.(\d+)/.exec(fault.field || "");
      const criterion = found ? order[Number(found[1])] : items.has(fault.value) ? fault.value : null;
      const item = items.get(criterion);
      if (item) {
        item.part("said").textContent = messageOf(fault);
        first = first || criterion;
        lines.push(make("p", `${criterion}: ${messageOf(fault)}`));
      } else lines.push(make("p", messageOf(fault)));
    }
    answer("bad", ...lines);
    if (first) go(first);
  }

  let key = null;
  async function submit() {
    answer("");
    await Promise.all([...items.values()].map((item) => item.save()));
    const body = await refresh();
    if (!body) { answer("bad", strong(say("Mất kết nối; chưa nộp gì.", "Connection lost; nothing was submitted."))); return; }
    const unsettled = [...items.values()].find((item) => item.unsettled);
    if (unsettled) {
      answer("bad", strong(say(`Mục ${unsettled.criterion} đang có hai bản; chọn một.`, `${unsettled.criterion} has two versions; choose one.`)));
      go(unsettled.criterion);
      return;
    }
    const others = moved(body);
    if (others.length) {
      answer("bad", strong(say(`Đồng nghiệp vừa sửa ${others.join(", ")}; xem lại rồi nộp.`, `A colleague has just changed ${others.join(", ")}; look again, then submit.`)));
      return;
    }
    const wrong = [...body.missing, ...body.faulty];
    if (wrong.length) {
      answer("bad", strong(say(`Chưa nộp được: còn ${wrong.length} mục thiếu hoặc sai (${wrong.join(", ")}). Không có thì ghi 0.`,
        `Not yet: ${wrong.length} are missing or wrong (${wrong.join(", ")}). Write 0 if it is none.`)));
      go(wrong[0]);
      return;
    }
    const listed = [...items.values()].filter((item) => !item.submitted || item.differs(item.content()));
    const entries = listed.map((item) => {
      const made = item.content();
      return { criterion: item.criterion, ...made, ...(item.period ? { period: item.period } : {}) };
    });
    key = key || crypto.randomUUID();
    try {
      const reply = await fetch(`${api}/sheets`, {
        method: "POST", headers: { ...headers("application/json"), "Idempotency-Key": key }, body: JSON.stringify({ unit, entries }),
      });
      const said = await reply.json().catch(() => ({}));
      key = null;
      if (!reply.ok) { refused(said, listed.map((item) => item.criterion)); return; }
      receipt(said.receipts || []);
    } catch {
      answer("bad", strong(say("Mất kết nối; chưa rõ đã nộp hay chưa. Nộp lại: sẽ không ghi hai lần.", "Connection lost; unsure whether it was submitted. Submit again: nothing is stated twice.")));
    }
  }

  function receipt(receipts) {
    const last = receipts.find((one) => one.type === "selfassessment.submitted.v1") || receipts.at(-1);
    const link = make("a", say("Xem phiếu đã nộp", "See the submitted sheet"));
    link.href = location.pathname + location.search;
    answer("good", strong(say(`Đã nộp phiếu: số ${Number(last.sequence)} của dịch vụ, ${last.id}`, `Submitted: number ${Number(last.sequence)} of the service, ${last.id}`)),
      make("p", say(`${receipts.length} sự việc đã ghi vào sổ.`, `${receipts.length} facts were stated.`)), link);
    page.dataset.done = "";
    for (const field of page.querySelectorAll("[data-field], [data-pick], .sh-off, #submit-sheet button")) field.disabled = true;
  }

  for (const element of page.querySelectorAll("[data-criterion]")) {
    const item = new Item(element);
    items.set(item.criterion, item);
    item.paper();
    if ("writable" in page.dataset) item.start();
  }

  if (form) {
    const button = form.querySelector("button");
    button.hidden = false;
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      button.disabled = true;
      try { await submit(); } finally { busy = false; if (!("done" in page.dataset)) button.disabled = false; }
    });
    addEventListener("beforeunload", (event) => {
      if ([...items.values()].some((item) => item.dirty)) { for (const item of items.values()) item.save(); event.preventDefault(); }
    });
    refresh();
  }
})();
