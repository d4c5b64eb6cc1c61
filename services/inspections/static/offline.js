// Work in a place with a bad connection: drafts, and statements that wait for the connection (decision 0035).
//
// A page includes inspections/_offline.html (who looks, the status line) and links offline.js AFTER acting.js.
// Then a form of acting.js that is marked
//
//   <form data-command="/inspections/v1/…" data-offline="conclusion" data-offline-words="Kết luận Quận Đoàn 1">
//
// (1) is drafted in this browser while one types, for this person and this page, and filled again on the next
//     visit, marked "Bản nháp trên máy này";
// (2) when it is sent without a connection, is kept with its Idempotency-Key and its very bytes, and sent when
//     the connection is back, also after a reload; sent again with the same key it is stated once, whatever
//     became of the first try.  What the service answers then arrives at the form as at any other time: a
//     refusal (409 stale-adjustment, …) leaves everything filled in.
// A form that is not flat sets form.draftOf = () => plain data and form.fillDraft = (data) => void beside
// form.bodyOf.  <form data-offline-clean> is queued but not drafted here.
// <a data-offline-keep href> is a page that belongs to this one: it is kept too.
//
// Events on the form: "queued" (its statement waits here), "unqueued" (an answer came, or it was taken back),
// and acting.js's own "stated".  For scripts: window.bangvangOffline = { person, kept, reachable(), drafts:
// { keep(name, data), take(name), drop(name) }, changed(callback) }; take gives { data, at } or null.  A callback
// of changed hears true when the service can be reached again, false when not.
"use strict";
(() => {
  const status = document.querySelector("[data-offline-status]");
  if (!status || !window.indexedDB) return;
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const { person } = status.dataset;
  const root = new URL("..", document.currentScript.src); // …/inspections/
  const marked = document.querySelector('meta[name="bangvang-kept"]');
  const kept = marked ? Number(marked.content) : null; // when this page was kept, if it comes from this device
  const page = location.pathname;
  const DRAFT_DAYS = 14;
  const AGAIN = 15000;
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: status.dataset.zone, day: "2-digit", month: "2-digit", hour: "2-digit", minute: "2-digit" });
  const clock = (moment) => {
    const shown = Object.fromEntries(parts.formatToParts(new Date(moment)).map((part) => [part.type, part.value]));
    return `${shown.hour}:${shown.minute} ${shown.day}/${shown.month}`;
  };

  // --- the store of this browser: two tables, each row somebody's

  const opening = new Promise((resolve, reject) => {
    const asked = indexedDB.open("bangvang-inspections", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("drafts", { keyPath: "id" });
      asked.result.createObjectStore("queue", { keyPath: "key" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });

  async function table(name, mode, work) {
    const store = await opening;
    return new Promise((resolve, reject) => {
      const transaction = store.transaction(name, mode);
      const asked = work(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked && asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  const all = (name) => table(name, "readonly", (rows) => rows.getAll());
  const put = (name, row) => table(name, "readwrite", (rows) => rows.put(row));
  const remove = (name, key) => table(name, "readwrite", (rows) => rows.delete(key));

  const idOf = (name) => `${person} ${page} ${name}`;
  const drafts = {
    keep: (name, data) => put("drafts", { id: idOf(name), person, page, name, data, at: Date.now() }),
    take: async (name) => (await table("drafts", "readonly", (rows) => rows.get(idOf(name)))) || null,
    drop: (name) => remove("drafts", idOf(name)),
  };

  async function forgetOld() {
    for (const row of await all("drafts")) if (Date.now() - row.at > DRAFT_DAYS * 864e5) await remove("drafts", row.id);
  }

  const mine = async () => (await all("queue")).filter((row) => row.person === person).sort((one, other) => one.at - other.at);

  // --- is the service there, and is it still this person who is signed in?

  let reached = kept ? false : navigator.onLine;
  let other = false; // somebody else, or nobody, is signed in by now
  const listeners = [];

  function found(now) {
    if (now === reached) return;
    reached = now;
    for (const listener of listeners) listener(now);
  }

  async function reachable() {
    try {
      const answer = await fetch(new URL("person", root), { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      other = (await answer.json()).person !== person;
      found(true);
      return !other;
    } catch {
      found(false);
      return false;
    }
  }

  // --- forms

  const forms = [...document.querySelectorAll("form[data-offline]")];
  const formOf = (row) => (row.page === page ? forms.find((form) => form.dataset.offline === row.form) : null);
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.type !== "hidden");

  function contentOf(form) {
    if (form.draftOf) return form.draftOf();
    return Object.fromEntries(fieldsOf(form).map((field) => [field.name, field.type === "checkbox" || field.type === "radio" ? { [field.value]: field.checked } : field.value]));
  }

  function fill(form, data) {
    if (form.fillDraft) { form.fillDraft(data); return; }
    for (const field of fieldsOf(form)) {
      if (!(field.name in data)) continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(data[field.name][field.value]);
      else field.value = data[field.name];
    }
  }

  function note(form, text) {
    let place = form.querySelector('[data-note="offline"]');
    if (!place) {
      place = document.createElement("p");
      place.dataset.note = "offline";
      place.className = "bv-note of-note";
      place.setAttribute("role", "status");
      form.append(place);
    }
    place.textContent = text;
  }

  function drafted(form) {
    clearTimeout(form.drafting);
    form.drafting = setTimeout(async () => {
      await drafts.keep(form.dataset.offline, contentOf(form));
      if (form.dataset.waiting) {
        note(form, say("Bản đang chờ gửi không đổi theo điều vừa sửa: bấm “Lấy lại để sửa” ở đầu trang rồi gửi lại.",
          "What waits to be sent does not change with this: press “Take back” at the top of the page, then send again."));
      } else note(form, say(`Bản nháp trên máy này, ${clock(Date.now())}.`, `Draft on this device, ${clock(Date.now())}.`));
    }, 400);
  }

  async function undrafted(form) {
    clearTimeout(form.drafting);
    await drafts.drop(form.dataset.offline);
    note(form, "");
  }

  // While a statement waits, its form can be read and not sent; it says so.
  function waits(form, row) {
    form.dataset.waiting = row.key;
    form.dataset.busy = "1";
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = true;
    note(form, say(`Chưa có mạng. Đã giữ trên máy này lúc ${clock(row.at)}; tự gửi, đúng một lần, khi có mạng lại.`,
      `No connection. Kept on this device at ${clock(row.at)}; it sends itself, once, when the connection is back.`));
    form.dispatchEvent(new CustomEvent("queued", { bubbles: true, detail: row }));
  }

  function freed(form) {
    if (!form.dataset.waiting) return;
    delete form.dataset.waiting;
    delete form.dataset.busy;
    for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = false;
    note(form, "");
    form.dispatchEvent(new CustomEvent("unqueued", { bubbles: true }));
  }

  // acting.js asks this when a statement got no answer: true = it is in good hands.
  async function hold(form, statement) {
    try {
      const row = {
        ...statement, person, page, form: form.dataset.offline, at: Date.now(), state: "waiting",
        words: form.dataset.offlineWords || document.title, data: contentOf(form),
      };
      await put("queue", row);
      found(false);
      waits(form, row);
      show();
      later();
      return true;
    } catch { return false; }
  }

  async function prepare(form) {
    const name = form.dataset.offline;
    form.hold = (statement) => hold(form, statement);
    form.addEventListener("stated", () => undrafted(form));
    const row = (await mine()).filter((one) => one.page === page && one.form === name).at(-1);
    if (row && row.state !== "accepted") {
      fill(form, row.data);
      if (row.state === "waiting") waits(form, row);
      else arrived(form, row);
    } else if (!("offlineClean" in form.dataset)) {
      const draft = await drafts.take(name);
      if (draft) {
        fill(form, draft.data);
        note(form, say(`Bản nháp trên máy này, từ ${clock(draft.at)}.`, `Draft on this device, of ${clock(draft.at)}.`));
      }
    }
    if ("offlineClean" in form.dataset) return;
    form.addEventListener("input", () => drafted(form));
    form.addEventListener("drafted", () => drafted(form)); // a script has changed the form
  }

  // The answer to a statement that had waited comes to its form, as if it had been sent just now.
  function arrived(form, row) {
    form.dispatchEvent(new CustomEvent("answered", { detail: { ok: row.state === "accepted", body: row.answer } }));
  }

  // --- sending what waits: oldest first, one tab at a time, the same key and the same bytes

  let timer = null;
  function later() {
    clearTimeout(timer);
    timer = setTimeout(sendAll, AGAIN);
  }

  async function sendAll() {
    const waiting = (await mine()).filter((row) => row.state === "waiting");
    if (!waiting.length && reached) return;
    const theRight = await reachable();
    if (!theRight) { if (!reached) later(); show(); return; }
    const work = async () => { for (const row of waiting) if (!(await sendOne(row.key))) { later(); break; } };
    if (navigator.locks) await navigator.locks.request("bangvang-inspections-queue", work);
    else await work();
    show();
  }

  async function sendOne(key) {
    const row = await table("queue", "readonly", (rows) => rows.get(key));
    if (!row || row.state !== "waiting") return true; // another tab was quicker
    let answer;
    try {
      answer = await fetch(row.command, { method: "POST", headers: row.headers, body: row.body });
    } catch {
      found(false);
      return false;
    }
    if (answer.status === 401 || answer.status === 429 || answer.status >= 500) return false; // no answer to the statement
    const said = await answer.json().catch(() => ({}));
    const done = { ...row, state: answer.ok ? "accepted" : "refused", answer: said };
    await put("queue", done);
    if (answer.ok) await remove("drafts", `${person} ${row.page} ${row.form}`);
    const form = formOf(row);
    if (form) { freed(form); arrived(form, done); }
    return true;
  }

  // --- what the page says of it

  function line(...parts) {
    const made = document.createElement("li");
    made.append(...parts);
    return made;
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "bv-button";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  async function settled(row) {
    await remove("queue", row.key);
    const form = formOf(row);
    if (form) freed(form);
    show();
  }

  function told(row) {
    const link = document.createElement("a");
    link.href = row.page;
    link.textContent = row.words;
    const receipt = ((row.answer && row.answer.receipts) || []).at(-1);
    if (row.state === "accepted") {
      const number = receipt ? say(`: đã ghi, số ${Number(receipt.sequence)}. `, `: stated, number ${Number(receipt.sequence)}. `) : say(": đã ghi. ", ": stated. ");
      return line(link, number, button(say("Đã xem", "Seen"), () => settled(row)));
    }
    if (row.state === "refused") {
      const why = english ? row.answer.detail_en || row.answer.detail : row.answer.detail;
      return line(link, `: ${say("chưa ghi được", "not stated")}: ${why || row.answer.title || ""} `, button(say("Đã xem", "Seen"), () => settled(row)));
    }
    return line(link, say(`: chờ gửi từ ${clock(row.at)}. `, `: waiting since ${clock(row.at)}. `), button(say("Lấy lại để sửa", "Take back"), () => settled(row)));
  }

  async function show() {
    const rows = await all("queue");
    const own = rows.filter((row) => row.person === person).sort((one, other) => one.at - other.at);
    const others = rows.filter((row) => row.person !== person && row.state === "waiting").length;
    status.classList.toggle("of-away", !reached);
    const gone = own.some((row) => row.state === "waiting") ? say("Phiên đăng nhập đã hết: đăng nhập lại thì những gì đang chờ được gửi.", "You are signed out: sign in again, and what waits is sent.") : "";
    status.querySelector("[data-offline-line]").textContent = reached ? (other ? gone : "") : say("Không có mạng: cứ tiếp tục, mọi thứ được giữ trên máy này.", "No connection: carry on, everything is kept on this device.");
    const copy = status.querySelector("[data-offline-copy]");
    copy.textContent = kept ? say(`Trang này là bản lưu lúc ${clock(kept)}. `, `This page is a copy kept at ${clock(kept)}. `) : "";
    if (kept && reached) copy.append(button(say("Đã có mạng: tải bản mới", "Connected again: load it anew"), () => location.reload()));
    status.querySelector("[data-offline-queue]").replaceChildren(...own.map(told));
    status.querySelector("[data-offline-others]").textContent = others ? say(`Máy này còn ${others} lời ghi chưa gửi của người khác; người ấy đăng nhập lại thì gửi tiếp.`,
      `${others} statements of somebody else wait on this device; they are sent when he signs in again.`) : "";
  }

  async function clearAll() {
    const waiting = (await mine()).filter((row) => row.state === "waiting").length;
    const question = waiting
      ? say(`Còn ${waiting} lời ghi CHƯA GỬI sẽ mất. Vẫn xóa?`, `${waiting} statements were NOT SENT and will be lost. Remove all the same?`)
      : say("Xóa bản nháp và các trang lưu của bạn trên máy này?", "Remove your drafts and kept pages from this device?");
    if (!confirm(question)) return;
    for (const row of await all("drafts")) if (row.person === person) await remove("drafts", row.id);
    for (const row of await mine()) { await remove("queue", row.key); const form = formOf(row); if (form) freed(form); }
    for (const name of await caches.keys()) if (name.startsWith("bangvang-inspections")) await caches.delete(name);
    for (const form of forms) note(form, "");
    await show();
    status.querySelector("[data-offline-line]").textContent = say("Đã xóa dữ liệu của bạn trên máy này.", "Your data on this device are removed.");
  }

  // --- the worker, and what of this page it has not seen pass

  async function install() {
    if (!navigator.serviceWorker || !person) return;
    const passed = Boolean(navigator.serviceWorker.controller); // asked first: a new worker claims the page at once
    await navigator.serviceWorker.register(new URL("worker.js", root));
    const { active } = await navigator.serviceWorker.ready;
    navigator.serviceWorker.addEventListener("message", (event) => { if (event.data && event.data.kept) document.documentElement.dataset.offlineReady = ""; });
    const parts = [...document.querySelectorAll('link[rel="stylesheet"][href], link[rel="icon"][href]')].map((one) => one.href)
      .concat([...document.scripts].filter((one) => one.src).map((one) => one.src), [...document.images].map((one) => one.src));
    const pages = [...document.querySelectorAll("a[data-offline-keep]")].map((one) => one.href.split("#")[0]);
    const seen = passed ? [] : [location.href.split("#")[0]];
    active.postMessage({ keep: [...parts, ...seen, ...pages] });
  }

  window.bangvangOffline = { person, kept, clock, reachable, drafts, changed: (listener) => listeners.push(listener) };
  status.hidden = !person;
  const clearing = status.querySelector("[data-offline-clear]");
  clearing.addEventListener("click", clearAll);
  listeners.push(() => show());
  addEventListener("online", sendAll);
  addEventListener("offline", () => { found(false); later(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendAll(); });
  // Scripts of the page come after this one and give their forms bodyOf, draftOf, fillDraft.
  addEventListener("DOMContentLoaded", async () => {
    await forgetOld();
    for (const form of forms) await prepare(form);
    await show();
    await sendAll();
    if (!kept) await install();
  });
})();
