// The panel: everything known of the cell one is in, and what goes with its value.
import { note } from "./bar.js";
import { content, drafts, faultOf, isEmpty, nameOf, paint, write } from "./cells.js";
import { change, current, go, touch } from "./editing.js";
import { at, byId, call, data, detailOf, el, mayScore, panel, say, shown } from "./page.js";
import { count } from "./sending.js";

const aside = panel.parentNode;
const narrow = matchMedia("(max-width: 720px)");

const STAGES = { self: say("Tự chấm", "Self score"), department: say("Ban chấm", "Department"), external: say("Đánh giá ngoài", "External evaluation") };

const unheld = new Set(data.unheld);

function evidenceOf(value) {
  if (!value.evidence || !value.evidence.length) return null;
  return el("ul", { class: "gr-files" }, ...value.evidence.map((file) =>
    el("li", {}, unheld.has(file.sha256) ? el("span", {}, file.name, el("small", {}, say(" (chỉ có mã băm, tệp không gửi ở đây)", " (known by its digest only, no file was given)"))) : el("a", { href: `${data.api}/evidence/${file.sha256}`, download: file.name }, file.name), " ", el("span", { class: "quiet num" }, `${Math.ceil(file.size / 1024)} KB`))));
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
      unheld.delete(sha256);
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

// A cell has changed: the panel follows, unless one is typing in it.
export function refresh(cell) {
  if (current && current.cell === cell && !panel.contains(document.activeElement)) showPanel(cell);
}

export function showPanel(cell) {
  const { column, unit } = cell, draft = drafts.has(cell), fault = draft ? faultOf(cell) : null;
  const lines = column.lines[unit.area] || [];
  const other = cell.records.filter((one) => !one.withdrawn || one.office).slice().reverse();
  const part = (title, ...inside) => el("section", {}, el("h3", {}, title), ...inside);
  panel.replaceChildren(
    el("h2", {}, unit.name),
    el("p", { class: "gr-what" }, el("b", {}, column.id), ` ${column.label}`),
    el("p", { class: "quiet" }, say("Tối đa ", "At most "), el("b", { class: "num" }, shown(column.max[unit.area])), ` · ${column.rule}`),
    ...(lines.length ? [el("table", { class: "gr-ladder" }, el("tbody", {}, ...lines.map(([condition, points]) => el("tr", {}, el("td", {}, condition), el("td", { class: "num" }, `${points} ${say("điểm", "points")}`)))))] : []),
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
