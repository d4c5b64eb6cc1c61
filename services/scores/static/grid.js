// The scoring grid: a table of fields that behaves like a spreadsheet and keeps its drafts on the server.
//
// The page brings the table (a row per unit, a cell per criterion) and its data (#grid-data).  A cell here is
// an object; what its fields say is a draft as long as it differs from what stands.  Drafts are saved as one
// types, shared in the body, and never overwrite a colleague's unseen.  Nothing is stated before the one
// button sends it.
"use strict";
(() => {
  const holder = document.getElementById("grid-data");
  if (!holder) return;
  const data = JSON.parse(holder.textContent);
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const byId = (id) => document.getElementById(id);
  const shown = (text) => (english ? text : text.replace(".", ","));
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const at = (instant) => clock.format(new Date(instant));
  const mayScore = data.hat !== null;
  const EXTRA = ["basis", "reason", "document", "evidence"];
  const BATCH = 1000, PAUSE = 700, LOOK = 20000;
  const table = byId("grid"), panel = byId("gr-panel"), aside = panel.parentNode;
  const narrow = matchMedia("(max-width: 720px)");

  function el(tag, about = {}, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(about)) {
      if (name === "class") made.className = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== undefined && value !== null) made.setAttribute(name, value);
    }
    made.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
    return made;
  }

  async function call(method, path, body, headers = {}) {
    const about = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), ...headers };
    const answer = await fetch(data.api + path, { method, headers: about, body: body && JSON.stringify(body) });
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  }
  const detailOf = (problem) => (english ? problem.detail_en || problem.detail : problem.detail) || problem.title || say("Không thành công.", "It did not work.");
  const messageOf = (fault) => (english ? fault.message_en || fault.message : fault.message);

  // --- the cells ---------------------------------------------------------------------------------------

  const rows = [...table.tBodies[0].rows].map((tr, r) =>
    [...tr.querySelectorAll("td")].map((td, c) => {
      const known = data.cells[r][c];
      if (known === null) return null;
      const cell = {
        r, c, td, unit: data.units[r], column: data.columns[c], fields: [...td.querySelectorAll("input")],
        stands: known.stands, own: known.own, records: known.records, // what has been stated
        extra: {}, ready: false, version: 0, by: null, edited: null, // the draft beside what the fields say
        conflict: null, refused: null, // a colleague's draft of the same cell; what the service said
      };
      cell.fields.forEach((field, f) => { field.cell = cell; field.f = f; field.readOnly = !mayScore; });
      return cell;
    }));
  const cells = rows.flat().filter(Boolean);
  const placeOf = (unit, criterion) => `${unit}|${criterion}`;
  const cellAt = new Map(cells.map((cell) => [placeOf(cell.unit.code, cell.column.id), cell]));
  const nameOf = (cell) => `${cell.unit.name}, ${cell.column.id}`;
  // Lanes are the columns that a spreadsheet sees: a criterion with a target has two.
  const lanes = data.columns.flatMap((column, c) => (column.target ? [[c, 0], [c, 1]] : [[c, 0]]));
  const laneOf = (field) => lanes.findIndex(([c, f]) => c === field.cell.c && f === field.f);
  const fieldAt = (r, lane) => (rows[r] && lanes[lane] && rows[r][lanes[lane][0]] ? rows[r][lanes[lane][0]].fields[lanes[lane][1]] : null);
  const drafts = new Set(), faulty = new Set(), dirty = new Set();
  let current = null, entered = false; // the field one is in, or was in last; and whether one has just come

  const saysNoTarget = (text) => /^(k|kg|kgct|không giao|không giao chỉ tiêu|no[_ ]?target)$/i.test(text.normalize("NFC").trim());

  function content(cell) {
    const found = {}, [value, target = ""] = cell.fields.map((field) => field.value.trim().normalize("NFC"));
    if (value) found.value = BangVangRule.decimal(value, english) ?? value;
    if (target && saysNoTarget(target)) found.state = "NO_TARGET";
    else if (target) found.target = BangVangRule.decimal(target, english) ?? target;
    return found;
  }
  const isEmpty = (found) => found.value === undefined && found.target === undefined && found.state === undefined;
  const same = (one, other) => one.state === other.state && BangVangRule.equal(one.value, other.value) && BangVangRule.equal(one.target, other.target);
  // A cleared field is no draft: taking away what was stated is a withdrawal, with its own reason.
  const isDraft = (cell) => { const found = content(cell); return !isEmpty(found) && !same(found, cell.stands || {}); };
  const textsOf = (found) => [found.value, found.state === "NO_TARGET" ? data.no_target : found.target].map((text) => (text === undefined ? "" : text === data.no_target ? text : shown(text)));
  const write = (cell, found) => { const texts = textsOf(found); cell.fields.forEach((field, f) => { field.value = texts[f]; field.before = texts[f]; }); };

  const SENTENCES = {
    "value-missing": () => say("Thiếu giá trị", "The value is missing"),
    "not-a-number": (text) => say(`“${text}” không phải số; viết như 5,75`, `"${text}" is no number; write 5.75`),
    "above-maximum": (text, limit) => say(`${text} lớn hơn tối đa ${limit}`, `${text} is above the maximum ${limit}`),
    "below-minimum": (text, limit) => say(`${text} nhỏ hơn tối thiểu ${limit}`, `${text} is below the minimum ${limit}`),
    "off-step": (text, limit) => say(`${text} không đúng bước ${limit}`, `${text} is not on the step of ${limit}`),
    "not-an-integer": (text) => say(`${text} phải là số nguyên`, `${text} must be an integer`),
    "target-missing": () => say("Thiếu chỉ tiêu; không giao thì gõ K", "The target is missing; type K if none was set"),
    "target-not-positive": () => say("Chỉ tiêu phải lớn hơn 0; không giao thì gõ K", "The target must be above 0; type K if none was set"),
    "target-not-wanted": () => say("Tiêu chí này không có chỉ tiêu", "This criterion takes no target"),
    "token-not-allowed": () => say("Không giao chỉ tiêu thì bỏ trống số đạt", "Without a target there is nothing achieved"),
    "outside-domain": (text) => say(`${text} nằm ngoài thang`, `${text} is outside the ladder`),
  };

  // Why a draft cannot be stated as it is: its field and the words; null when it can.
  function faultOf(cell) {
    if (cell.refused) return cell.refused;
    const fault = BangVangRule.fault(cell.column, cell.unit.area, content(cell));
    if (!fault) return null;
    const f = fault.field === "target" && cell.fields[1] ? 1 : 0;
    return { f, words: SENTENCES[fault.rule](cell.fields[f].value.trim(), fault.limit === undefined ? "" : shown(fault.limit)) };
  }

  function paint(cell) {
    const draft = isDraft(cell), fault = draft ? faultOf(cell) : null;
    drafts[draft ? "add" : "delete"](cell);
    faulty[fault ? "add" : "delete"](cell);
    const mark = cell.td.classList;
    mark.toggle("gr-draft", draft);
    mark.toggle("gr-changed", draft && Boolean(cell.stands));
    mark.toggle("gr-bad", Boolean(fault));
    mark.toggle("gr-theirs", draft && cell.by !== null && cell.by !== data.who);
    mark.toggle("gr-ready", draft && cell.ready);
    mark.toggle("gr-clash", Boolean(cell.conflict));
    mark.toggle("gr-done", Boolean(cell.fresh));
    let words = cell.td.querySelector(".gr-words");
    if (fault && !words) cell.td.append((words = el("p", { class: "gr-words", id: `gr-w-${cell.r}-${cell.c}` })));
    if (words && !fault) words.remove();
    else if (words) words.textContent = fault.words;
    cell.fields.forEach((field, f) => {
      if (fault && (fault.f ?? 0) === f) { field.setAttribute("aria-invalid", "true"); field.setAttribute("aria-describedby", words.id); }
      else { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
    });
    if (current && current.cell === cell && !panel.contains(document.activeElement)) showPanel(cell);
  }

  // What somebody keeps of a cell comes into its fields.
  function take(cell, draft) {
    if (draft === null) {
      write(cell, cell.stands || {});
      Object.assign(cell, { extra: {}, ready: false, version: 0, by: null, edited: null, refused: null });
    } else {
      write(cell, draft);
      const extra = Object.fromEntries(EXTRA.filter((name) => draft[name] !== undefined).map((name) => [name, draft[name]]));
      Object.assign(cell, { extra, ready: Boolean(draft.ready), version: draft.version, by: draft.edited_by, edited: draft.edited_at, refused: null });
    }
    paint(cell);
  }

  // --- changing cells ----------------------------------------------------------------------------------

  const past = []; // what Ctrl+Z takes back: lists of [field, text]

  function touch(cell) {
    Object.assign(cell, { refused: null, ready: false, fresh: false, by: data.who });
    if (!isDraft(cell)) cell.by = cell.version ? data.who : null;
    dirty.add(cell);
    paint(cell);
    schedule();
    tell();
  }

  // Several fields change as one step.  changes: [field, text].
  function change(changes) {
    const before = new Map();
    for (const [field] of changes) for (const one of field.cell.fields) if (!before.has(one)) before.set(one, one.value);
    for (const [field, text] of changes) { field.value = text.slice(0, 64); tidy(field); }
    const changed = [...before].filter(([field, text]) => field.value !== text);
    if (changed.length) past.push(changed);
    for (const cell of new Set(changed.map(([field]) => field.cell))) touch(cell);
    for (const [field] of before) field.before = field.value;
    return changed.length;
  }

  // A field as it is kept: numbers in the page's own writing, and no value beside "no target".
  function tidy(field) {
    const { cell, f } = field, text = field.value.trim();
    if (f === 1 && saysNoTarget(text)) { field.value = data.no_target; cell.fields[0].value = ""; return; }
    const number = BangVangRule.decimal(text, english);
    field.value = number === null ? text : shown(number);
    if (f === 0 && text && cell.fields[1] && saysNoTarget(cell.fields[1].value)) cell.fields[1].value = "";
  }

  // One leaves a field: what was typed becomes one step, and a cleared cell shows again what stands.
  function settle(field) {
    if (field.before === undefined || field.value === field.before) return;
    const { cell } = field, before = cell.fields.map((one) => [one, one === field ? field.before : one.value]);
    tidy(field);
    if (cell.stands && isEmpty(content(cell))) {
      write(cell, cell.stands);
      note(say("Ô trống giữ điểm đã ghi. Muốn bỏ điểm ấy, dùng “Rút điểm” ở phần chi tiết.", "An empty cell keeps what was stated. To take it back use “Withdraw” in the details."));
    }
    const changed = before.filter(([one, text]) => one.value !== text);
    if (changed.length) past.push(changed);
    for (const one of cell.fields) one.before = one.value;
    if (changed.length) touch(cell);
    else paint(cell);
  }

  function undo() {
    if (current && current.value !== current.before) { current.value = current.before; touch(current.cell); return; }
    const step = past.pop();
    if (!step) { note(say("Không còn gì để hoàn tác.", "There is nothing left to undo.")); return; }
    for (const [field, text] of step) { field.value = text; field.before = text; }
    for (const cell of new Set(step.map(([field]) => field.cell))) touch(cell);
    go(step[0][0]);
  }

  // --- moving, choosing several, filling, pasting --------------------------------------------------------

  let picked = null; // { lane, from, to }: several cells of one lane

  function pick(lane, from, to) {
    for (const td of table.querySelectorAll(".gr-picked")) td.classList.remove("gr-picked");
    picked = from === to ? null : { lane, from, to };
    if (picked) for (let r = Math.min(from, to); r <= Math.max(from, to); r += 1) fieldAt(r, lane)?.cell.td.classList.add("gr-picked");
  }

  function go(field) {
    if (!field) return;
    field.focus({ preventScroll: true });
    field.select();
    field.cell.td.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // The next field from (r, lane) in a direction, over cells that are not there.
  function next(r, lane, down, right) {
    for (let to = r + down, over = lane + right; to >= 0 && to < rows.length && over >= 0 && over < lanes.length; to += down, over += right) {
      const field = fieldAt(to, over);
      if (field) return field;
    }
    return null;
  }

  function fill() {
    if (!current) return;
    const lane = laneOf(current);
    if (picked) {
      const [first, last] = [Math.min(picked.from, picked.to), Math.max(picked.from, picked.to)];
      fillFrom(fieldAt(first, picked.lane), picked.lane, first + 1, last, () => true);
    } else {
      const above = next(current.cell.r, lane, -1, 0);
      if (above) fillFrom(above, lane, current.cell.r, current.cell.r, () => true);
    }
  }

  const isFree = (field) => field.value.trim() === "" && !field.cell.stands && !(field.cell.fields[1] && saysNoTarget(field.cell.fields[1].value));

  function fillEmpty() {
    if (picked) { fill(); return; }
    if (!current || !current.value.trim()) { note(say("Chọn một ô đã có giá trị để điền xuống.", "Choose a cell with a value to fill down from.")); return; }
    fillFrom(current, laneOf(current), current.cell.r + 1, rows.length - 1, isFree);
  }

  function fillFrom(source, lane, first, last, wanted) {
    const changes = [];
    for (let r = first; r <= last; r += 1) {
      const field = fieldAt(r, lane);
      if (field && source && wanted(field)) changes.push([field, source.value]);
    }
    const count = change(changes) ? changes.length : 0;
    note(say(`Đã điền ${count} ô. Ctrl+Z để hoàn tác.`, `${count} cells filled. Ctrl+Z takes it back.`));
  }

  function paste(field, text) {
    const block = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const lane = laneOf(field), changes = [];
    let outside = 0;
    block.forEach((line, down) => line.forEach((given, right) => {
      const there = fieldAt(field.cell.r + down, lane + right), plain = given.trim().replace(/^"(.*)"$/s, "$1");
      if (!plain) return;
      if (there) changes.push([there, plain]);
      else outside += 1;
    }));
    change(changes);
    const bad = [...new Set(changes.map(([one]) => one.cell))].filter((cell) => faulty.has(cell)).length;
    note(say(`Đã dán ${changes.length} ô`, `${changes.length} cells pasted`) + (bad ? say(`, ${bad} ô cần sửa`, `, ${bad} to be mended`) : "") + (outside ? say(`; bỏ ${outside} ô ngoài bảng hoặc không áp dụng`, `; ${outside} outside the grid or not applicable`) : "") + ".");
  }

  table.addEventListener("focusin", (event) => {
    const field = event.target;
    if (!field.cell) return;
    field.before = field.value;
    if (current && current !== field) current.cell.td.classList.remove("gr-here");
    current = field;
    entered = true;
    field.cell.td.classList.add("gr-here");
    if (picked && (picked.lane !== laneOf(field) || picked.to !== field.cell.r)) pick(0, 0, 0);
    showPanel(field.cell);
  });
  table.addEventListener("focusout", (event) => { if (event.target.cell && mayScore) settle(event.target); });
  table.addEventListener("input", (event) => { if (event.target.cell) touch(event.target.cell); });
  // A click into a cell chooses all of it, the next one places the caret.
  table.addEventListener("mouseup", (event) => { if (entered && event.target === current) current.select(); entered = false; });
  table.addEventListener("click", (event) => {
    if (!event.target.classList.contains("gr-proof")) return;
    const field = event.target.closest("td").querySelector("input");
    go(field);
    panel.querySelector("a")?.focus();
  });
  table.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (!event.target.cell || !mayScore || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    paste(event.target, text);
  });
  table.addEventListener("copy", (event) => {
    if (!picked) return;
    const [first, last] = [Math.min(picked.from, picked.to), Math.max(picked.from, picked.to)];
    const lines = [];
    for (let r = first; r <= last; r += 1) lines.push(fieldAt(r, picked.lane)?.value ?? "");
    event.clipboardData.setData("text/plain", lines.join("\n"));
    event.preventDefault();
  });
  table.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!field.cell || event.isComposing) return;
    const { r } = field.cell, lane = laneOf(field), control = event.ctrlKey || event.metaKey;
    const whole = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    const key = event.key;
    if (control && key.toLowerCase() === "z" && !event.shiftKey) undo();
    else if (control && key.toLowerCase() === "d") { settle(field); fill(); }
    else if (control || event.altKey) return;
    else if (key === "Enter") { settle(field); go(next(r, lane, event.shiftKey ? -1 : 1, 0) || field); }
    else if ((key === "ArrowDown" || key === "ArrowUp") && event.shiftKey) {
      const start = picked ? picked.from : r, to = next(picked ? picked.to : r, lane, key === "ArrowDown" ? 1 : -1, 0);
      if (!to) return;
      pick(lane, start, to.cell.r);
      go(to);
    } else if (key === "ArrowDown" || key === "ArrowUp") go(next(r, lane, key === "ArrowDown" ? 1 : -1, 0));
    else if (key === "ArrowLeft" && (whole || field.selectionEnd === 0) && !event.shiftKey) go(next(r, lane, 0, -1));
    else if (key === "ArrowRight" && (whole || field.selectionStart === field.value.length) && !event.shiftKey) go(next(r, lane, 0, 1));
    else if (key === "Escape") { if (field.value !== field.before) { field.value = field.before; touch(field.cell); } field.select(); }
    else if (key === "F2") panel.focus();
    else return;
    event.preventDefault();
  });
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && current) { event.preventDefault(); go(current); } });

  // --- drafts on the server ------------------------------------------------------------------------------

  let timer = 0, running = null, failures = 0, message = "", savedAt = "";

  function schedule(after = PAUSE) { clearTimeout(timer); timer = setTimeout(save, after); }
  function save() { clearTimeout(timer); return (running ??= saveAll().finally(() => { running = null; tell(); })); }

  function kept(cell) {
    const place = { unit: cell.unit.code, criterion: cell.column.id, stage: cell.column.stage, version: cell.version };
    return isDraft(cell) ? { ...place, ...content(cell), ...cell.extra, ...(cell.ready ? { ready: true } : {}) } : place;
  }

  async function saveAll() {
    for (;;) {
      for (const cell of dirty) if (cell.conflict || (!isDraft(cell) && cell.version === 0)) dirty.delete(cell);
      const some = [...dirty].slice(0, BATCH);
      if (!some.length) return true;
      for (const cell of some) dirty.delete(cell);
      let answer;
      try {
        answer = await call("PUT", "/drafts", { body: data.body, cells: some.map(kept) });
      } catch {
        for (const cell of some) dirty.add(cell);
        failures += 1;
        note(say("Mất kết nối: chưa lưu được nháp, sẽ thử lại.", "Connection lost: drafts not saved yet, trying again."));
        schedule(Math.min(30000, 1000 * 2 ** failures));
        return false;
      }
      failures = 0;
      if (!answer.ok && !mendable(some, answer.body)) {
        for (const cell of some) dirty.add(cell);
        note(say("Chưa lưu được nháp: ", "Drafts not saved: ") + detailOf(answer.body));
        return false;
      }
      if (answer.ok) saved(answer.body);
    }
  }

  // A text that cannot even be kept is marked in its cell; the others are sent again without it.
  function mendable(some, problem) {
    const named = (problem.errors || []).map((fault) => [/^cells\.(\d+)\./.exec(fault.field || ""), fault]).filter(([found]) => found);
    if (!named.length) return false;
    const bad = new Set(named.map(([found]) => some[Number(found[1])]));
    for (const cell of some) if (!bad.has(cell)) dirty.add(cell);
    for (const [found, fault] of named) { const cell = some[Number(found[1])]; cell.refused = { f: 0, words: messageOf(fault) }; paint(cell); }
    return true;
  }

  function saved(body) {
    savedAt = body.saved_at;
    for (const one of body.saved) {
      const cell = cellAt.get(placeOf(one.unit, one.criterion));
      Object.assign(cell, { version: one.version, edited: body.saved_at });
    }
    for (const one of body.conflicts) {
      const cell = cellAt.get(placeOf(one.unit, one.criterion));
      cell.conflict = one;
      paint(cell);
    }
    if (body.conflicts.length) showConflicts();
    message = "";
  }

  function showConflicts() {
    const place = byId("gr-conflicts"), clashes = cells.filter((cell) => cell.conflict);
    place.hidden = clashes.length === 0;
    place.querySelector("ul").replaceChildren(...clashes.map((cell) => {
      const theirs = cell.conflict, [value, target] = textsOf(theirs);
      const words = isEmpty(theirs) ? say("đã bỏ hoặc đã gửi nháp này", "removed or stated this draft") : target ? `${value}/${target}` : value;
      const mine = textsOf(content(cell)).filter(Boolean).join("/") || say("(trống)", "(empty)");
      const choose = (keep) => {
        cell.conflict = null;
        cell.version = theirs.version;
        if (keep) { dirty.add(cell); paint(cell); save(); }
        else take(cell, isEmpty(theirs) ? null : theirs);
        showConflicts();
        tell();
        go(cell.fields[0]);
      };
      return el("li", {},
        el("b", {}, nameOf(cell)), " ",
        el("span", {}, say("của bạn: ", "yours: "), el("b", { class: "num" }, mine)), " · ",
        el("span", {}, `${theirs.edited_by}, ${at(theirs.edited_at)}: `, el("b", { class: "num" }, words)), " ",
        el("button", { type: "button", class: "bv-button", onclick: () => choose(true) }, say("Giữ của tôi", "Keep mine")), " ",
        el("button", { type: "button", class: "bv-button", onclick: () => choose(false) }, say("Lấy của người kia", "Take theirs")));
    }));
  }

  // What colleagues have kept meanwhile comes in, except into a cell that is being worked on here.
  async function look() {
    if (document.visibilityState !== "visible" || running || sending || !mayScore) return;
    const answer = await call("GET", `/drafts?body=${encodeURIComponent(data.body)}`).catch(() => null);
    if (!answer || !answer.ok || running || sending) return;
    const theirs = new Map(answer.body.drafts.map((one) => [placeOf(one.unit, one.criterion), one]));
    let gone = 0;
    for (const cell of cells) {
      if (dirty.has(cell) || cell.conflict || cell.fields.includes(document.activeElement)) continue;
      const there = theirs.get(placeOf(cell.unit.code, cell.column.id));
      if (there && there.version !== cell.version) take(cell, there);
      else if (!there && cell.version > 0) { take(cell, null); gone += 1; }
    }
    if (gone) message = say(`Đồng nghiệp vừa gửi hoặc bỏ ${gone} ô nháp; tải lại trang để xem điểm mới.`, `A colleague stated or removed ${gone} drafts; reload to see.`);
    tell();
  }

  // --- the bar -------------------------------------------------------------------------------------------

  function note(text) { message = text; tell(); }

  // The drafts that the button is about.  A head states what was laid before him, and what he typed himself.
  const isMeant = (cell) => !faulty.has(cell) && !cell.conflict && (!data.signs || !data.states || cell.ready || cell.by === data.who);
  const meant = () => [...drafts].filter((cell) => (data.states ? isMeant(cell) : isMeant(cell) && !cell.ready)).sort((a, b) => a.r - b.r || a.c - b.c);

  function tell() {
    if (!mayScore) return;
    const count = meant().length;
    const state = dirty.size || running ? say("đang lưu nháp…", "saving…") : savedAt ? say(`đã lưu nháp lúc ${at(savedAt)}`, `drafts saved at ${at(savedAt)}`) : "";
    const waiting = data.signs && data.states ? [...drafts].filter((cell) => !faulty.has(cell) && !isMeant(cell)).length : 0;
    const parts = [
      drafts.size ? say(`${drafts.size} ô nháp`, `${drafts.size} drafts`) : say("Chưa có ô nháp nào", "No drafts"),
      waiting ? say(`${waiting} ô chưa trình`, `${waiting} not laid before you yet`) : "", state, message,
    ].filter(Boolean);
    const line = byId("gr-state");
    if (line.textContent !== parts.join(" · ")) line.textContent = parts.join(" · ");
    const button = byId("gr-send");
    button.textContent = data.states ? say(`Gửi ${count} điểm`, `State ${count} scores`) : say(`Trình Trưởng Ban ${count} ô`, `Lay ${count} before the head`);
    button.disabled = count === 0;
    const fault = byId("gr-fault");
    fault.hidden = faulty.size === 0;
    fault.textContent = say(`${faulty.size} ô lỗi`, `${faulty.size} to mend`);
  }

  // --- the panel: everything known of the cell one is in ---------------------------------------------------

  const STAGES = { self: say("Tự chấm", "Self score"), department: say("Ban chấm", "Department"), external: say("Đánh giá ngoài", "External evaluation") };

  function evidenceOf(value) {
    if (!value.evidence || !value.evidence.length) return null;
    return el("ul", { class: "gr-files" }, ...value.evidence.map((file) =>
      el("li", {}, el("a", { href: `${data.api}/evidence/${file.sha256}`, download: file.name }, file.name), " ", el("span", { class: "quiet num" }, `${Math.ceil(file.size / 1024)} KB`))));
  }

  function statement(value) {
    const about = [value.when, value.who, value.on_behalf_of ? say(`nhập hộ ${value.on_behalf_of}`, `for ${value.on_behalf_of}`) : "", value.document || "", value.entered_by ? say(`nhập: ${value.entered_by}`, `entered by ${value.entered_by}`) : ""];
    return el("div", { class: "gr-stated" + (value.withdrawn ? " gr-gone" : "") },
      el("p", {}, el("b", { class: "num" }, value.words), " ", value.withdrawn ? el("span", {}, say("(đã rút)", "(withdrawn)")) : ""),
      el("p", { class: "quiet" }, about.filter(Boolean).join(" · ")),
      value.basis ? el("p", {}, say("Căn cứ: ", "Basis: "), value.basis) : null,
      value.reason ? el("p", {}, say("Lý do: ", "Reason: "), value.reason) : null,
      value.disputed ? el("p", { class: "gr-words" }, say("Bị phản đối: ", "Disputed: "), value.disputed) : null,
      evidenceOf(value));
  }

  function extraField(cell, name, words, help) {
    const id = `gr-x-${name}`;
    const area = el("textarea", { id, maxlength: "1000", rows: "2" });
    area.value = cell.extra[name] || "";
    area.addEventListener("input", () => {
      if (area.value.trim()) cell.extra[name] = area.value.trim();
      else delete cell.extra[name];
      touch(cell);
    });
    return el("div", { class: "gr-extra" }, el("label", { for: id }, words), area, help ? el("small", {}, help) : null);
  }

  // Files that go with the value; each is stored at once, and cited when the value is stated.
  function proofsOf(cell) {
    const cited = cell.extra.evidence || [];
    const cite = (files) => {
      if (files.length) cell.extra.evidence = files;
      else delete cell.extra.evidence;
      touch(cell);
      if (current && current.cell === cell) { showPanel(cell); byId("gr-x-file")?.focus(); }
    };
    const answer = el("p", { class: "gr-words", role: "status" });
    const input = el("input", { type: "file", id: "gr-x-file" });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      answer.textContent = say("Đang tải lên…", "Uploading…");
      const query = new URLSearchParams({ body: data.body, unit: cell.unit.code, criterion: cell.column.id, name: file.name.normalize("NFC") });
      const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": crypto.randomUUID() };
      try {
        const done = await fetch(`${data.api}/evidence?${query}`, { method: "POST", headers, body: file });
        const { name, sha256, size, ...problem } = await done.json().catch(() => ({}));
        if (done.ok) cite([...cited.filter((one) => one.name !== name), { name, sha256, size }]);
        else answer.textContent = detailOf(problem);
      } catch { answer.textContent = say("Mất kết nối; thử lại.", "Connection lost; try again."); }
    });
    return el("div", { class: "gr-extra" },
      el("label", { for: "gr-x-file" }, say("Minh chứng kèm điểm", "Evidence of this value")),
      cited.length ? el("ul", { class: "gr-files" }, ...cited.map((file) => el("li", {}, file.name, " ",
        el("button", { type: "button", class: "bv-button", "aria-label": say(`Bỏ ${file.name}`, `Remove ${file.name}`), onclick: () => cite(cited.filter((one) => one !== file)) }, say("Bỏ", "Remove"))))) : null,
      input, answer);
  }

  // What the rulebook makes of a value that is not points itself; the service works it out.
  const worth = new Map();
  function pointsOf(cell) {
    if (cell.column.input === "direct" && cell.column.source_max === null) return null;
    const place = el("p", { class: "gr-worth num" });
    const query = new URLSearchParams({ unit: cell.unit.code, criterion: cell.column.id, stage: cell.column.stage, ...content(cell) }).toString();
    const tellIt = ({ points }) => { place.textContent = points === null ? say("= không tính vào tổng", "= leaves the sum") : say(`= ${shown(points)} điểm`, `= ${points} points`); };
    if (worth.has(query)) tellIt(worth.get(query));
    else setTimeout(async () => {
      if (!place.isConnected) return; // typed on meanwhile
      const answer = await call("GET", `/points?${query}`).catch(() => null);
      if (!answer || !answer.ok) return;
      worth.set(query, answer.body);
      tellIt(answer.body);
    }, 250);
    return place;
  }

  function withdrawal(cell) {
    const reason = el("textarea", { id: "gr-x-withdraw", maxlength: "1000", rows: "2" });
    const answer = el("p", { class: "gr-words", role: "status" });
    const button = el("button", { type: "button", class: "bv-button" }, say("Rút điểm này", "Withdraw it"));
    button.addEventListener("click", async () => {
      if (!reason.value.trim()) { answer.textContent = say("Nêu lý do rút.", "Say why."); reason.focus(); return; }
      button.disabled = true;
      try {
        const body = { unit: cell.unit.code, criterion: cell.column.id, stage: cell.column.stage, reason: reason.value.trim() };
        const done = await call("POST", "/scores/withdraw", body, { "Acting-As": data.hat });
        if (!done.ok) { answer.textContent = detailOf(done.body); return; }
        const older = cell.records.filter((one) => one.stage === cell.column.stage && !one.withdrawn).at(-1) || null;
        cell.records = [...cell.records.filter((one) => one !== older), { ...cell.stands, withdrawn: true }];
        cell.stands = older;
        if (!drafts.has(cell)) write(cell, older || {});
        paint(cell);
        count();
        note(say(`Đã rút điểm của ${nameOf(cell)}: số ${Number(done.body.receipts[0].sequence)}.`, `Withdrawn: ${nameOf(cell)}, number ${Number(done.body.receipts[0].sequence)}.`));
        go(cell.fields[0]);
      } catch { answer.textContent = say("Mất kết nối; thử lại.", "Connection lost; try again."); }
      finally { button.disabled = false; }
    });
    return el("details", { class: "gr-withdraw" }, el("summary", {}, say("Rút điểm đã ghi…", "Withdraw what was stated…")), el("label", { for: "gr-x-withdraw" }, say("Lý do rút", "Reason")), reason, button, answer);
  }

  function showPanel(cell) {
    const { column, unit } = cell, draft = drafts.has(cell), fault = draft ? faultOf(cell) : null;
    const lines = column.lines[unit.area] || [];
    const other = cell.records.filter((one) => !one.withdrawn || one.office).slice().reverse();
    const part = (title, ...inside) => el("section", {}, el("h3", {}, title), ...inside);
    panel.replaceChildren(
      el("h2", {}, unit.name),
      el("p", { class: "gr-what" }, el("b", {}, column.id), ` ${column.label}`),
      el("p", { class: "quiet" }, say("Tối đa ", "At most "), el("b", { class: "num" }, shown(column.max[unit.area])), ` · ${column.rule}`),
      ...(lines.length ? [el("table", { class: "gr-ladder" }, el("tbody", {}, ...lines.map(([condition, points]) => el("tr", {}, el("td", {}, condition), el("td", { class: "num" }, `${points} ${say("điểm", "points")}`))))), el("p", { class: "quiet" }, say(`làm tròn theo bước ${shown(column.step)}`, `rounded to steps of ${column.step}`))] : []),
      ...(fault ? [el("p", { class: "gr-words" }, fault.words)] : isEmpty(content(cell)) ? [] : [pointsOf(cell)].filter(Boolean)),
      ...(column.target && mayScore ? [el("p", {}, el("button", { type: "button", class: "bv-button", onclick: () => { change([[cell.fields[1], data.no_target]]); go(cell.fields[1]); } }, say("Không giao chỉ tiêu", "No target was set")), " ", el("small", {}, column.no_target || ""))] : []),
      ...(draft && cell.by ? [el("p", { class: "quiet" }, say("Nháp: ", "Draft: "), cell.by === data.who ? say("của bạn", "yours") : cell.by, cell.edited ? `, ${at(cell.edited)}` : "", cell.ready ? say(", đã trình", ", laid before the head") : "")] : []),
      ...(draft && cell.stands ? [extraField(cell, "reason", say("Lý do thay đổi ô này", "Reason for this change"), say("để trống thì dùng lý do chung khi gửi", "empty: the common reason when sending"))] : []),
      ...(draft ? [extraField(cell, "basis", say("Căn cứ", "Basis"), ""), proofsOf(cell)] : []),
      part(say("Điểm đã ghi", "Stated"), cell.stands ? statement(cell.stands) : el("p", { class: "quiet" }, say("Chưa chấm", "Not scored yet")), ...(cell.stands && data.states ? [withdrawal(cell)] : [])),
      part(STAGES.self, cell.own ? statement(cell.own) : el("p", { class: "quiet" }, say("Đơn vị chưa tự chấm", "The unit has not scored itself"))),
      ...(other.length ? [part(say("Hồ sơ khác của ô này", "Other records of this cell"), ...other.map((one) => el("div", {}, el("p", { class: "gr-kind" }, one.office ? say("Văn phòng ghi", "Entered by the Office") : STAGES[one.stage]), statement(one))))] : []));
    if (narrow.matches) cell.td.append(panel);
    else if (panel.parentNode !== aside) aside.append(panel);
  }

  // --- sending -------------------------------------------------------------------------------------------

  let sending = null; // { batches, mode, number }: kept until all of it was answered, so that a retry repeats
  const dialog = byId("gr-dialog");
  const count = () => { byId("gr-scored").textContent = cells.filter((cell) => cell.stands).length; };

  async function lay() {
    const some = meant();
    for (const cell of some) { cell.ready = true; dirty.add(cell); }
    const done = await save();
    for (const cell of some) { if (!done) cell.ready = false; paint(cell); }
    if (done) note(say(`Đã trình ${some.length} ô; Trưởng Ban xem và gửi.`, `${some.length} laid before the head, who states them.`));
  }

  function open() {
    const some = meant(), changed = some.filter((cell) => cell.stands), bare = changed.filter((cell) => !cell.extra.reason);
    const source = byId("gr-document");
    if (source && !source.value.trim()) {
      source.setAttribute("aria-invalid", "true");
      note(say("Ghi văn bản nguồn trước khi gửi.", "Name the source document first."));
      source.focus();
      return;
    }
    const per = data.columns.map((column) => [column.id, some.filter((cell) => cell.column === column).length]).filter(([, n]) => n);
    byId("gr-dialog-title").textContent = say(`Gửi ${some.length} điểm`, `State ${some.length} scores`);
    byId("gr-says").replaceChildren(
      el("p", {}, say(`${some.length - changed.length} điểm mới`, `${some.length - changed.length} new`), changed.length ? say(`, ${changed.length} thay điểm đã ghi`, `, ${changed.length} in place of what was stated`) : "", ". ", say("Theo tiêu chí: ", "By criterion: "), el("span", { class: "num" }, per.map(([id, n]) => `${id} (${n})`).join(", ")), "."),
      el("p", {}, document.querySelector(".gr-acting").textContent.trim()),
      ...(source ? [el("p", {}, say("Văn bản nguồn: ", "Source document: "), el("b", {}, source.value.trim()))] : []),
      ...(faulty.size ? [el("p", {}, say(`${faulty.size} ô lỗi ở lại làm nháp.`, `${faulty.size} cells to be mended stay drafts.`))] : []),
      el("p", { class: "quiet" }, say("Điểm đã gửi ghi vào sổ cái, không sửa đè được; muốn đổi phải nêu lý do.", "What is stated stands in the ledger; nothing overwrites it, and a change needs a reason.")));
    byId("gr-reason-label").hidden = bare.length === 0;
    byId("gr-mode").hidden = false;
    byId("gr-confirm").textContent = say(`Gửi ${some.length} điểm`, `State ${some.length} scores`);
    fail("");
    sending = null;
    dialog.returnValue = "";
    dialog.showModal();
    (bare.length ? byId("gr-reason") : byId("gr-confirm")).focus();
  }

  const fail = (text) => { dialog.querySelector("[data-fault=send]").textContent = text; };

  function rowOf(cell, reason, source) {
    const { basis, evidence } = cell.extra, why = cell.extra.reason || (cell.stands ? reason : undefined);
    return {
      unit: cell.unit.code, criterion: cell.column.id, stage: cell.column.stage, ...content(cell),
      period: cell.column.period ?? undefined, reason: why, basis, evidence, document: source || cell.extra.document,
      occurred_at: data.occurred_at ?? undefined,
      entered_by: data.signs && cell.by && cell.by !== data.who ? cell.by : undefined,
    };
  }

  async function confirm() {
    if (sending && sending.busy) return;
    if (!sending) {
      const some = meant(), reason = byId("gr-reason").value.trim().normalize("NFC");
      if (!reason && some.some((cell) => cell.stands && !cell.extra.reason)) {
        fail(say("Nêu lý do thay đổi điểm đã ghi.", "Say why what was stated changes."));
        byId("gr-reason").setAttribute("aria-invalid", "true");
        byId("gr-reason").focus();
        return;
      }
      byId("gr-reason").removeAttribute("aria-invalid");
      const source = byId("gr-document")?.value.trim();
      const batches = [];
      for (let first = 0; first < some.length; first += BATCH) {
        const part = some.slice(first, first + BATCH);
        batches.push({ cells: part, rows: part.map((cell) => rowOf(cell, reason, source)), key: crypto.randomUUID() });
      }
      sending = { batches, mode: dialog.querySelector("[name=mode]:checked").value, number: some.length, stated: [], refused: 0, busy: false };
    }
    const job = sending, progress = byId("gr-progress");
    job.busy = true;
    byId("gr-confirm").disabled = byId("gr-cancel").disabled = true;
    progress.hidden = false;
    progress.max = job.number;
    fail("");
    let problem = null;
    try {
      await save();
      while (job.batches.length && !problem) {
        const batch = job.batches[0];
        const answer = await call("POST", "/scores/batch", { scores: batch.rows, mode: job.mode }, { "Idempotency-Key": batch.key, "Acting-As": data.hat });
        if (answer.ok) { accepted(job, batch, answer.body); job.batches.shift(); }
        else { refused(batch, answer.body); problem = answer.body; }
        progress.value = job.stated.length + job.refused;
      }
    } catch {
      fail(say("Mất kết nối; chưa rõ đã ghi hay chưa. Bấm gửi lại: không ghi hai lần.", "Connection lost; unsure whether it was stated. Send again: nothing is stated twice."));
      byId("gr-confirm").textContent = say("Gửi lại", "Send again");
      byId("gr-mode").hidden = true;
      return;
    } finally {
      job.busy = false;
      byId("gr-confirm").disabled = byId("gr-cancel").disabled = false;
      progress.hidden = true;
    }
    sending = null;
    dialog.close();
    report(job, problem);
  }

  function accepted(job, batch, body) {
    let nth = 0;
    body.rows.forEach((row, index) => {
      const cell = batch.cells[index];
      if (!row.accepted) { job.refused += 1; mark(cell, row.errors); return; }
      const receipt = body.receipts[nth], fact = receipt.data;
      nth += 1;
      job.stated.push(receipt);
      if (cell.stands) cell.records = [...cell.records, cell.stands];
      const words = textsOf(fact).filter(Boolean).join("/");
      cell.stands = { ...fact, number: Number(receipt.sequence), words, when: at(receipt.time), who: fact.actor.sub, office: fact.actor.role === "office", withdrawn: false, disputed: null };
      cell.fresh = true;
      dirty.delete(cell);
      take(cell, null);
    });
  }

  function refused(batch, problem) {
    const faults = new Map();
    for (const fault of problem.errors || []) {
      const found = /^scores\.(\d+)/.exec(fault.field || "");
      if (found) faults.set(Number(found[1]), [...(faults.get(Number(found[1])) || []), fault]);
    }
    for (const [index, list] of faults) if (batch.cells[index]) mark(batch.cells[index], list);
  }

  function mark(cell, faults) {
    cell.refused = { f: faults.some((one) => /target$/.test(one.field || "")) && cell.fields[1] ? 1 : 0, words: faults.map(messageOf).join("; ") };
    paint(cell);
  }

  function report(job, problem) {
    const answer = byId("gr-answer"), good = job.stated.length, last = job.stated.at(-1);
    const lines = [];
    if (good) {
      const numbers = good === 1 ? `${Number(last.sequence)}` : `${Number(job.stated[0].sequence)}–${Number(last.sequence)}`;
      lines.push(el("p", { class: "strong" }, say(`Đã ghi ${good} điểm: số ${numbers} của dịch vụ.`, `${good} scores stated: numbers ${numbers} of the service.`)));
      lines.push(el("p", {}, say("Biên nhận cuối: ", "Last receipt: "), el("code", {}, last.id)));
    }
    if (problem) lines.push(el("p", { class: "strong" }, good ? say("Phần còn lại chưa ghi: ", "The rest was not stated: ") : say("Chưa ghi điểm nào: ", "Nothing was stated: "), detailOf(problem)));
    else if (job.refused) lines.push(el("p", {}, say(`${job.refused} ô bị từ chối, vẫn là nháp; xem lời nhắn ở từng ô.`, `${job.refused} refused, still drafts; see each cell.`)));
    answer.className = `bv-answer ${problem || (!good && job.refused) ? "bv-answer-bad" : "bv-answer-good"}`;
    answer.replaceChildren(...lines);
    count();
    message = "";
    tell();
    if (faulty.size) go([...faulty].sort((a, b) => a.r - b.r || a.c - b.c)[0].fields[0]);
    else answer.focus();
    answer.scrollIntoView({ block: "nearest" });
  }

  // --- begin -----------------------------------------------------------------------------------------------

  cells.forEach((cell) => {
    cell.fields.forEach((field) => { field.before = field.value; });
    const draft = data.cells[cell.r][cell.c].draft;
    if (draft) take(cell, draft);
  });
  if (mayScore) {
    byId("gr-bar").hidden = false;
    byId("gr-down").addEventListener("click", () => { fillEmpty(); if (current) go(current); });
    byId("gr-undo").addEventListener("click", undo);
    byId("gr-fault").addEventListener("click", () => go([...faulty].sort((a, b) => a.r - b.r || a.c - b.c)[0].fields[0]));
    byId("gr-send").addEventListener("click", () => { if (current) settle(current); if (data.states) open(); else lay(); });
    byId("gr-cancel").addEventListener("click", () => { sending = null; dialog.close(); });
    byId("gr-confirm").addEventListener("click", confirm);
    dialog.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); confirm(); });
    dialog.addEventListener("cancel", (event) => { if (sending && sending.busy) event.preventDefault(); });
    byId("gr-document")?.addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));
    addEventListener("beforeunload", (event) => { if (dirty.size || running) event.preventDefault(); });
    setInterval(look, LOOK);
    tell();
  }
})();
