// Changing cells as in a spreadsheet: typing, keys, undo, several at once, fill down, blocks from Excel.
import { note, tell } from "./bar.js";
import { content, dirty, faulty, fieldAt, isDraft, isEmpty, laneOf, lanes, paint, rows, saysNoTarget, write } from "./cells.js";
import { schedule } from "./drafts.js";
import { data, english, mayScore, panel, say, shown, table } from "./page.js";
import { showPanel } from "./panel.js";
import { decimal } from "./rule.js";

export let current = null, entered = false; // the field one is in, or was in last; and just came into
const past = []; // what Ctrl+Z takes back: lists of [field, text]

export function touch(cell) {
  Object.assign(cell, { refused: null, ready: false, fresh: false, by: data.who });
  if (!isDraft(cell)) cell.by = cell.version ? data.who : null;
  dirty.add(cell);
  paint(cell);
  schedule();
  tell();
}

// Several fields change as one step.  changes: [field, text].
export function change(changes) {
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
  const number = decimal(text, english);
  field.value = number === null ? text : shown(number);
  if (f === 0 && text && cell.fields[1] && saysNoTarget(cell.fields[1].value)) cell.fields[1].value = "";
}

// One leaves a field: what was typed becomes one step, and a cleared cell shows again what stands.
export function settle(field) {
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

// What was stated is not taken back by a key.
export const forget = () => { past.length = 0; };

export function undo() {
  if (current && current.value !== current.before) { current.value = current.before; touch(current.cell); return; }
  const step = past.pop();
  if (!step) { note(say("Không còn gì để hoàn tác.", "There is nothing left to undo.")); return; }
  for (const [field, text] of step) { field.value = text; field.before = text; }
  for (const cell of new Set(step.map(([field]) => field.cell))) touch(cell);
  go(step[0][0]);
}

// --- moving, choosing several, filling, pasting

let picked = null; // { lane, from, to }: several cells of one lane

function pick(lane, from, to) {
  for (const td of table.querySelectorAll(".gr-picked")) td.classList.remove("gr-picked");
  picked = from === to ? null : { lane, from, to };
  if (picked) for (let r = Math.min(from, to); r <= Math.max(from, to); r += 1) fieldAt(r, lane)?.cell.td.classList.add("gr-picked");
}

export function go(field) {
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

export function fillEmpty() {
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
  (panel.querySelector("a") ?? panel).focus();
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
