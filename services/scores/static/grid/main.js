// The scoring grid: a table of fields that behaves like a spreadsheet and keeps its drafts on the server.
//
// The page brings the table (a row per unit, a cell per criterion) and its data (#grid-data).  Nothing is
// stated before the one button sends it.
import { tell } from "./bar.js";
import { cells, dirty, faulty, inOrder, take } from "./cells.js";
import { look, running } from "./drafts.js";
import { current, fillEmpty, go, settle, undo } from "./editing.js";
import { byId, data, mayScore } from "./page.js";
import { cancel, confirm, describe, dialog, lay, open, sending } from "./sending.js";

const LOOK = 20000; // how often the drafts of colleagues are asked for

cells.forEach((cell) => {
  cell.fields.forEach((field) => { field.before = field.value; });
  const draft = data.cells[cell.r][cell.c].draft;
  if (draft) take(cell, draft);
});
if (mayScore) {
  byId("gr-bar").hidden = false;
  byId("gr-down").addEventListener("click", () => { fillEmpty(); if (current) go(current); });
  byId("gr-undo").addEventListener("click", undo);
  byId("gr-fault").addEventListener("click", () => go(inOrder(faulty)[0].fields[0]));
  byId("gr-clash").addEventListener("click", () => { byId("gr-conflicts").scrollIntoView({ block: "center" }); byId("gr-conflicts").focus(); });
  byId("gr-send").addEventListener("click", () => { if (current) settle(current); if (data.states) open(); else lay(); });
  byId("gr-cancel").addEventListener("click", cancel);
  byId("gr-confirm").addEventListener("click", confirm);
  byId("gr-others").addEventListener("change", describe);
  dialog.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); confirm(); });
  dialog.addEventListener("cancel", (event) => { if (sending && sending.busy) event.preventDefault(); });
  byId("gr-document")?.addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));
  addEventListener("beforeunload", (event) => { if (dirty.size || running) event.preventDefault(); });
  setInterval(look, LOOK);
  tell();
}
