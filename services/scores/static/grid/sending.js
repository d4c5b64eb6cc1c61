// The one button: drafts are laid before the head, or stated, in commands of at most 1000 rows.
import { isOwn, meant, note } from "./bar.js";
import { cells, content, dirty, faulty, inOrder, paint, take, textsOf } from "./cells.js";
import { save } from "./drafts.js";
import { forget, go } from "./editing.js";
import { at, byId, call, data, detailOf, el, messageOf, say } from "./page.js";

// What is on its way: { batches, mode, number, stated, refused, busy }; kept until all of it was answered, so
// that sending again repeats the same commands under the same keys.
export let sending = null;
const BATCH = 1000; // rows in a command
export const dialog = byId("gr-dialog");
export const count = () => { byId("gr-scored").textContent = cells.filter((cell) => cell.stands).length; };

export async function lay() {
  const some = meant();
  for (const cell of some) { cell.ready = true; dirty.add(cell); }
  const done = await save();
  for (const cell of some) { if (!done) cell.ready = false; paint(cell); }
  if (done) note(say(`Đã trình ${some.length} ô; Trưởng Ban xem và gửi.`, `${some.length} laid before the head, who states them.`));
}

export function cancel() {
  sending = null;
  dialog.close();
}

const others = byId("gr-others");
const chosen = () => meant().filter((cell) => isOwn(cell) || others.checked);

export function open() {
  const source = byId("gr-document");
  if (source && !source.value.trim()) {
    source.setAttribute("aria-invalid", "true");
    note(say("Ghi văn bản nguồn trước khi gửi.", "Name the source document first."));
    source.focus();
    return;
  }
  const theirs = meant().filter((cell) => !isOwn(cell));
  others.checked = false;
  byId("gr-others-label").hidden = theirs.length === 0;
  byId("gr-others-words").textContent = say(`gửi cả ${theirs.length} ô nháp của đồng nghiệp`, `state ${theirs.length} drafts of colleagues too`) + ` (${[...new Set(theirs.map((cell) => cell.by))].sort().join(", ")})`;
  byId("gr-mode").hidden = false;
  describe();
  fail("");
  sending = null;
  dialog.showModal();
  (byId("gr-reason-label").hidden ? byId("gr-confirm") : byId("gr-reason")).focus();
}

// What will be stated, and as whom.
export function describe() {
  const some = chosen(), changed = some.filter((cell) => cell.stands), source = byId("gr-document");
  const per = data.columns.map((column) => [column.id, some.filter((cell) => cell.column === column).length]).filter(([, n]) => n);
  byId("gr-dialog-title").textContent = say(`Gửi ${some.length} điểm`, `State ${some.length} scores`);
  byId("gr-says").replaceChildren(
    el("p", {}, say(`${some.length - changed.length} điểm mới`, `${some.length - changed.length} new`), changed.length ? say(`, ${changed.length} thay điểm đã ghi`, `, ${changed.length} in place of what was stated`) : "", ". ", say("Theo tiêu chí: ", "By criterion: "), el("span", { class: "num" }, per.map(([id, n]) => `${id} (${n})`).join(", ")), "."),
    el("p", {}, document.querySelector(".gr-acting").textContent.trim()),
    ...(source ? [el("p", {}, say("Văn bản nguồn: ", "Source document: "), el("b", {}, source.value.trim()))] : []),
    ...(faulty.size ? [el("p", {}, say(`${faulty.size} ô lỗi ở lại làm nháp.`, `${faulty.size} cells to be mended stay drafts.`))] : []),
    el("p", { class: "quiet" }, say("Điểm đã gửi ghi vào sổ cái, không sửa đè được; muốn đổi phải nêu lý do.", "What is stated stands in the ledger; nothing overwrites it, and a change needs a reason.")));
  byId("gr-reason-label").hidden = changed.every((cell) => cell.extra.reason);
  byId("gr-confirm").textContent = say(`Gửi ${some.length} điểm`, `State ${some.length} scores`);
  byId("gr-confirm").disabled = some.length === 0;
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

export async function confirm() {
  if (sending && sending.busy) return;
  if (!sending) {
    const some = chosen(), reason = byId("gr-reason").value.trim().normalize("NFC");
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
  if (good) forget();
  note("");
  if (faulty.size) go(inOrder(faulty)[0].fields[0]);
  else answer.focus();
  answer.scrollIntoView({ block: "nearest" });
}
