// The bar: how many drafts there are, whether they are saved, what the one button will do.
import { cells, dirty, drafts, faulty, inOrder } from "./cells.js";
import { running, savedAt } from "./drafts.js";
import { at, byId, data, mayScore, say } from "./page.js";

let message = ""; // the last thing that was said

export function note(text) { message = text; tell(); }

// The drafts that the button is about.  A head states what was laid before him, and what he typed himself.
const isMeant = (cell) => !faulty.has(cell) && !cell.conflict && (!data.signs || !data.states || cell.ready || cell.by === data.who);
// A colleague's draft is stated only by who says so; where the head signs off, that is what the button is for.
export const isOwn = (cell) => data.signs || cell.by === null || cell.by === data.who;
export const meant = () => inOrder(drafts).filter((cell) => (data.states ? isMeant(cell) : isMeant(cell) && !cell.ready));

export function tell() {
  if (!mayScore) return;
  const all = meant(), count = all.filter(isOwn).length || all.length;
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
  const clashes = cells.filter((cell) => cell.conflict).length, clash = byId("gr-clash");
  clash.hidden = clashes === 0;
  clash.textContent = say(`${clashes} ô trùng người khác`, `${clashes} in conflict`);
  const fault = byId("gr-fault");
  fault.hidden = faulty.size === 0;
  fault.textContent = say(`${faulty.size} ô lỗi`, `${faulty.size} to mend`);
}
