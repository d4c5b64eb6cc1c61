// A schedule from a file: the file is read by the service, which states nothing; the rows that it answers are shown,
// and the form below them sends the very same rows, all or none.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const words = (one) => (english ? one.message_en : one.message);
  const form = document.querySelector("form[data-read]");
  if (!form) return;
  const preview = document.getElementById("preview");
  const confirm = preview.querySelector("form");
  const answer = form.querySelector("[data-answer]");
  let sessions = [];

  function told(text) {
    answer.className = text ? "bv-answer bv-answer-bad" : "bv-answer";
    answer.textContent = text;
    if (text) { answer.tabIndex = -1; answer.focus(); }
  }

  const day = (iso) => (/^\d{4}-\d\d-\d\d$/.test(iso || "") ? iso.split("-").reverse().join("/") : iso || "");
  const half = (name) => ({ MORNING: say("Sáng", "Morning"), AFTERNOON: say("Chiều", "Afternoon") })[name] || name || "";
  const SAID = { new: say("mới", "new"), changed: say("đổi lịch", "moves"), same: say("giữ nguyên", "as it stands"), bad: say("có lỗi", "wrong") };

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function line(row) {
    const made = element("tr", undefined, `pl-row-${row.becomes}`);
    made.append(element("td", String(row.row), "num"));
    const unit = element("th", row.name || row.unit || "–");
    unit.scope = "row";
    made.append(unit);
    for (const [field, shown] of [["team", String], ["date", day], ["session", half]]) {
      const cell = element("td");
      const given = shown(row.given[field] || "");
      if (row.becomes === "changed" && row.was[field] !== row.given[field]) cell.append(element("del", shown(row.was[field])), " ");
      cell.append(given);
      made.append(cell);
    }
    const result = element("td", SAID[row.becomes]);
    for (const fault of row.faults) result.append(element("span", `${fault.cell}: ${words(fault)}`, "pl-why"));
    made.append(result);
    return made;
  }

  function show(body) {
    const { counts } = body;
    preview.hidden = false;
    preview.querySelector("[data-counts]").textContent = ["new", "changed", "same", "bad"].map((kind) => `${counts[kind]} ${SAID[kind]}`).join(" · ");
    const faults = body.rows.flatMap((row) => row.faults);
    preview.querySelector(".pl-faulty").hidden = !faults.length;
    preview.querySelector(".pl-faults").replaceChildren(...faults.map((one) => {
      const item = element("li");
      item.append(element("b", `${one.sheet}, ${say("hàng", "row")} ${one.row}, ${say("ô", "cell")} ${one.cell}`), one.value ? ` “${one.value}”: ` : ": ", words(one));
      return item;
    }));
    preview.querySelector(".pl-effects").replaceChildren(...body.warnings.map((one) => element("li", words(one), "pl-warn")));
    preview.querySelector("tbody").replaceChildren(...body.rows.map(line));
    sessions = body.sessions;
    confirm.hidden = !sessions.length;
    preview.focus();
  }

  confirm.bodyOf = async () => ({ sessions, mode: "all_or_nothing" });
  form.elements.file.addEventListener("change", () => { preview.hidden = true; sessions = []; told(""); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = form.elements.file.files[0];
    if (!file) return;
    if (file.size > Number(form.dataset.most)) {
      told(say("Tệp lớn hơn 5 MB.", "The file is larger than 5 MB."));
      return;
    }
    const button = form.querySelector("button");
    button.disabled = true;
    told("");
    try {
      const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": crypto.randomUUID(), "Acting-As": form.dataset.acting };
      const got = await fetch(form.dataset.read, { method: "POST", headers, body: file });
      const body = await got.json().catch(() => ({}));
      if (got.ok) show(body);
      else told((english ? body.detail_en : body.detail) || say("Không đọc được tệp.", "The file cannot be read."));
    } catch {
      told(say("Mất kết nối; chưa ghi gì.", "Connection lost; nothing was stated."));
    } finally { button.disabled = false; }
  });
})();
