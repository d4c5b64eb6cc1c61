// The cells: what stands, what the fields say, whether that is a draft, and what is wrong with it.
//
// A cell is { unit, column, fields, stands, own, records, extra, ready, version, by, edited, conflict, refused }.
// It is a draft as long as its fields say something else than what stands.
import { data, english, el, mayScore, say, shown, table } from "./page.js";
import { refresh } from "./panel.js";
import { decimal, equal, fault as ruleFault } from "./rule.js";

const EXTRA = ["basis", "reason", "document", "evidence"];
export const rows = [...table.tBodies[0].rows].map((tr, r) =>
  [...tr.querySelectorAll("td")].map((td, c) => {
    const known = data.cells[r][c];
    if (known === null) return null;
    const cell = {
      r, c, td, unit: data.units[r], column: data.columns[c], fields: [...td.querySelectorAll("input")],
      stands: known.stands, own: known.own, records: known.records, // what has been stated
      extra: {}, ready: false, version: 0, by: null, edited: null, // the draft beside what the fields say
      conflict: null, refused: null, fresh: false, // a colleague's draft of it; what the service said; just stated
    };
    cell.fields.forEach((field, f) => { field.cell = cell; field.f = f; field.readOnly = !mayScore; });
    return cell;
  }));
export const cells = rows.flat().filter(Boolean);
export const placeOf = (unit, criterion) => `${unit}|${criterion}`;
export const cellAt = new Map(cells.map((cell) => [placeOf(cell.unit.code, cell.column.id), cell]));
export const nameOf = (cell) => `${cell.unit.name}, ${cell.column.id}`;
// Lanes are the columns that a spreadsheet sees: a criterion with a target has two.
export const lanes = data.columns.flatMap((column, c) => (column.target ? [[c, 0], [c, 1]] : [[c, 0]]));
export const laneOf = (field) => lanes.findIndex(([c, f]) => c === field.cell.c && f === field.f);
export const fieldAt = (r, lane) => (rows[r] && lanes[lane] && rows[r][lanes[lane][0]] ? rows[r][lanes[lane][0]].fields[lanes[lane][1]] : null);
// Cells that are drafts, drafts that cannot be stated as they are, and cells that are not saved yet.
export const drafts = new Set(), faulty = new Set(), dirty = new Set();
export const inOrder = (some) => [...some].sort((a, b) => a.r - b.r || a.c - b.c);

export const saysNoTarget = (text) => /^(k|kg|kgct|không giao|không giao chỉ tiêu|no[_ ]?target)$/i.test(text.normalize("NFC").trim());

export function content(cell) {
  const found = {}, [value, target = ""] = cell.fields.map((field) => field.value.trim().normalize("NFC"));
  if (value) found.value = decimal(value, english) ?? value;
  if (target && saysNoTarget(target)) found.state = "NO_TARGET";
  else if (target) found.target = decimal(target, english) ?? target;
  return found;
}
export const isEmpty = (found) => found.value === undefined && found.target === undefined && found.state === undefined;
const same = (one, other) => one.state === other.state && equal(one.value, other.value) && equal(one.target, other.target);
// A cleared field is no draft: taking away what was stated is a withdrawal, with its own reason.
export const isDraft = (cell) => { const found = content(cell); return !isEmpty(found) && !same(found, cell.stands || {}); };
export const textsOf = (found) => [found.value, found.state === "NO_TARGET" ? data.no_target : found.target].map((text) => (text === undefined ? "" : text === data.no_target ? text : shown(text)));
export const write = (cell, found) => { const texts = textsOf(found); cell.fields.forEach((field, f) => { field.value = texts[f]; field.before = texts[f]; }); };

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
export function faultOf(cell) {
  if (cell.refused) return cell.refused;
  const fault = ruleFault(cell.column, cell.unit.area, content(cell));
  if (!fault) return null;
  const f = fault.field === "target" && cell.fields[1] ? 1 : 0;
  return { f, words: SENTENCES[fault.rule](cell.fields[f].value.trim(), fault.limit === undefined ? "" : shown(fault.limit)) };
}

export function paint(cell) {
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
  refresh(cell);
}

// What somebody keeps of a cell comes into its fields.
export function take(cell, draft) {
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
