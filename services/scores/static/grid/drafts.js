// Drafts on the server: saved as one types, shared in the body, conflicts told and never overwritten.
import { note, tell } from "./bar.js";
import { cellAt, cells, content, dirty, isDraft, isEmpty, nameOf, paint, placeOf, take, textsOf } from "./cells.js";
import { go } from "./editing.js";
import { at, byId, call, data, detailOf, el, mayScore, messageOf, say } from "./page.js";
import { sending } from "./sending.js";

const BATCH = 1000, PAUSE = 700; // cells in a request; how long after the last key
let timer = 0, failures = 0;
export let running = null; // the saving that goes on
export let savedAt = ""; // when the last one was kept

export function schedule(after = PAUSE) { clearTimeout(timer); timer = setTimeout(save, after); }
export function save() { clearTimeout(timer); return (running ??= saveAll().finally(() => { running = null; tell(); })); }

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
  note("");
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
export async function look() {
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
  if (gone) note(say(`Đồng nghiệp vừa gửi hoặc bỏ ${gone} ô nháp; tải lại trang để xem điểm mới.`, `A colleague stated or removed ${gone} drafts; reload to see.`));
  else tell();
}
