// The forms of one session that are not flat: its opening, and the minutes as lines that one types.
// A line is <li data-line> with <select data-kind> and <textarea data-text>; keys and marks are told on the page.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);

  const opening = document.getElementById("opening");
  if (opening) {
    opening.bodyOf = async (read) => {
      const field = (name) => { const one = opening.elements.namedItem(name); return one ? read(one) : undefined; };
      const reason = field("override");
      return { unit: field("unit"), occurred_at: field("occurred_at"), override: reason === undefined ? undefined : { reason } };
    };
  }

  const form = document.getElementById("minutes");
  if (!form) return;
  const list = form.querySelector("[data-lines]");
  const heard = form.querySelector("[data-heard]");
  const pattern = list.querySelector("[data-line]").cloneNode(true);
  const stated = lines(); // what the newest version says
  const kinds = [...pattern.querySelectorAll("option")].map((one) => ({ code: one.value, words: one.textContent, mark: one.dataset.mark }));
  const FOLLOWS = { question: "answer", answer: "question" };
  const WORDS = [["question", /^(?:hỏi|h|question|q)\s*[:.]\s*/iu], ["answer", /^(?:trả lời|đáp|tl|đ|answer|a)\s*[:.]\s*/iu],
    ["party_committee", /^(?:cấp ủy|party committee)\s*:\s*/iu], ["introduction", /^(?:giới thiệu|introduction)\s*:\s*/iu], ["note", /^(?:ghi chú|note)\s*:\s*/iu]];

  const textOf = (line) => line.querySelector("[data-text]");
  const kindOf = (line) => line.querySelector("[data-kind]");
  const every = () => [...list.querySelectorAll("[data-line]")];

  function lines() {
    return [...list.querySelectorAll("[data-line]")].map((line) => ({ kind: line.querySelector("[data-kind]").value, text: line.querySelector("[data-text]").value }));
  }

  function shown(line) {
    line.dataset.kind = kindOf(line).value;
    const text = textOf(line);
    if (CSS.supports("field-sizing", "content")) return;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
  }

  function made({ kind, text }) {
    const line = pattern.cloneNode(true);
    kindOf(line).value = kind;
    textOf(line).value = text;
    return line;
  }

  function changed() {
    delete form.dataset.key; // another content is another statement
    form.dispatchEvent(new CustomEvent("drafted"));
  }

  function tell(words) { heard.textContent = words; }

  function goTo(line, end = false) {
    const text = textOf(line);
    text.focus();
    const place = end ? text.value.length : 0;
    text.setSelectionRange(place, place);
  }

  function fillWith(entries) {
    list.replaceChildren(...(entries.length ? entries : [{ kind: "introduction", text: "" }]).map(made));
    every().forEach(shown);
  }

  // A row of pasted text, or what one has begun to type: its kind where it says one, and the text without that.
  function understood(row, kind) {
    const text = row.trim();
    const marked = kinds.find((one) => text.startsWith(`${one.mark} `));
    if (marked) return { kind: marked.code, text: text.slice(2).trimStart() };
    const worded = WORDS.find(([, begins]) => begins.test(text));
    return worded ? { kind: worded[0], text: text.replace(worded[1], "") } : { kind, text };
  }

  function split(line) {
    const text = textOf(line);
    const behind = text.value.slice(text.selectionEnd);
    text.value = text.value.slice(0, text.selectionStart).trimEnd();
    const kind = kindOf(line).value;
    const next = made({ kind: behind.trim() ? kind : FOLLOWS[kind] || kind, text: behind.trimStart() });
    line.after(next);
    [line, next].forEach(shown);
    goTo(next);
    changed();
  }

  function move(line, by) {
    const other = by < 0 ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (by < 0) other.before(line); else other.after(line);
    const place = every().indexOf(line) + 1;
    tell(say(`Dòng này nay ở chỗ ${place}.`, `The line is number ${place} now.`));
    changed();
  }

  function remove(line) {
    const near = line.previousElementSibling || line.nextElementSibling;
    if (!near) { textOf(line).value = ""; shown(line); goTo(line); changed(); return; }
    line.remove();
    goTo(near, true);
    tell(say("Đã bỏ dòng.", "The line is removed."));
    changed();
  }

  function turn(line, by) {
    const select = kindOf(line);
    select.selectedIndex = (select.selectedIndex + by + select.options.length) % select.options.length;
    shown(line);
    tell(select.selectedOptions[0].textContent);
    changed();
  }

  list.addEventListener("keydown", (event) => {
    const text = event.target.closest("[data-text]");
    if (!text || event.isComposing) return; // an input method is at work
    const line = text.closest("[data-line]");
    const up = event.key === "ArrowUp";
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); split(line); }
    else if ((up || event.key === "ArrowDown") && event.altKey) { event.preventDefault(); move(line, up ? -1 : 1); goTo(line, true); }
    else if ((up || event.key === "ArrowDown") && event.ctrlKey) { event.preventDefault(); turn(line, up ? -1 : 1); }
    else if (event.key === "Backspace" && text.value === "" && every().length > 1) { event.preventDefault(); remove(line); }
    else if (up && text.selectionStart === 0 && text.selectionEnd === 0 && line.previousElementSibling) { event.preventDefault(); goTo(line.previousElementSibling, true); }
    else if (event.key === "ArrowDown" && text.selectionStart === text.value.length && line.nextElementSibling) { event.preventDefault(); goTo(line.nextElementSibling); }
  });

  list.addEventListener("input", (event) => {
    const line = event.target.closest("[data-line]");
    const text = textOf(line);
    const marked = event.target === text && !event.isComposing && kinds.find((one) => text.value.startsWith(`${one.mark} `));
    if (marked) {
      kindOf(line).value = marked.code;
      text.value = text.value.slice(2);
      tell(marked.words);
    }
    shown(line);
  });

  list.addEventListener("paste", (event) => {
    const text = event.target.closest("[data-text]");
    const rows = event.clipboardData.getData("text/plain").split(/\r?\n/).filter((row) => row.trim());
    if (!text || rows.length < 2) return;
    event.preventDefault();
    const line = text.closest("[data-line]");
    let { value: kind } = kindOf(line);
    const entries = rows.map((row) => { const entry = understood(row, kind); ({ kind } = entry); return entry; });
    if (text.value.trim()) line.after(...entries.map(made));
    else line.replaceWith(...entries.map(made));
    every().forEach(shown);
    tell(say(`Đã dán ${rows.length} dòng.`, `${rows.length} lines pasted.`));
    changed();
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const line = button.closest("[data-line]");
    if ("up" in button.dataset) { move(line, -1); button.focus(); }
    else if ("down" in button.dataset) { move(line, 1); button.focus(); }
    else if ("remove" in button.dataset) remove(line);
  });

  form.querySelector("[data-add]").addEventListener("click", () => {
    const last = every().at(-1);
    const kind = kindOf(last).value;
    const next = made({ kind: textOf(last).value ? FOLLOWS[kind] || kind : kind, text: "" });
    list.append(next);
    shown(next);
    goTo(next);
    changed();
  });

  const older = form.querySelector("[data-older]");
  form.querySelector("[data-take-newer]").addEventListener("click", () => {
    fillWith(stated);
    based = Number(form.dataset.version);
    older.hidden = true;
    changed();
  });

  // A draft remembers on which version it rests: what somebody else has recorded since is not overwritten unseen.
  let based = Number(form.dataset.version);
  form.draftOf = () => ({ based, occurred_at: form.elements.namedItem("occurred_at").value, lines: lines() });
  form.fillDraft = (draft) => {
    ({ based } = draft);
    form.elements.namedItem("occurred_at").value = draft.occurred_at;
    fillWith(draft.lines);
    older.hidden = based >= Number(form.dataset.version);
  };
  form.bodyOf = async (read) => {
    const given = (name) => read(form.elements.namedItem(name));
    const items = lines().map(({ kind, text }) => ({ kind, text: text.trim().normalize("NFC") })).filter((one) => one.text);
    return { unit: given("unit"), occurred_at: given("occurred_at"), items };
  };
  every().forEach(shown);
})();
