// The standings page while it is open.  Everything works without this file; with it, the same HTML
// parts that the server renders are fetched again and put in place row by row, so nothing is drawn twice.
"use strict";
(() => {
  const page = document.getElementById("page");
  if (!page) return;
  page.classList.add("scripted");
  const say = document.getElementById("say");
  const words = page.dataset;
  const $ = (id) => document.getElementById(id);
  const slider = $("at");
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const parser = new DOMParser();
  let board = $("board");
  let live = board.dataset.live === "1";
  let area = document.querySelector(".panel:not([hidden])")?.dataset.area || "";
  const opened = new Set([...page.querySelectorAll("tr.why")].map((row) => row.dataset.why));

  const params = (more) => {
    const query = new URLSearchParams();
    if (words.lang === "en") query.set("lang", "en");
    for (const [name, value] of Object.entries(more)) if (value !== null && value !== "") query.set(name, value);
    return query.toString();
  };
  const keepAddress = () => {
    const query = params({ area, at: live ? null : board.dataset.position });
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  };

  // ---- tabs: links that become tabs, moved along by arrows ----
  const tabs = $("tabs");
  const dressTabs = () => {
    tabs.setAttribute("role", "tablist");
    for (const tab of tabs.children) {
      const chosen = tab.dataset.area === area;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", `panel-${tab.dataset.area}`);
      tab.setAttribute("aria-selected", chosen ? "true" : "false");
      tab.removeAttribute("aria-current");
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of page.querySelectorAll(".panel")) {
      panel.setAttribute("role", "tabpanel");
      panel.hidden = panel.dataset.area !== area;
    }
  };
  const choose = (next, focus) => {
    area = next;
    dressTabs();
    if (focus) $(`tab-${area}`).focus();
    const field = $("time").querySelector("[name=area]");
    if (field) field.value = area;
    filter();
    keepAddress();
  };
  tabs.addEventListener("click", (event) => {
    const tab = event.target.closest(".tab");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(tab.dataset.area, false);
  });
  tabs.addEventListener("keydown", (event) => {
    const all = [...tabs.children];
    const here = all.findIndex((tab) => tab.dataset.area === area);
    const next = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === " ") { event.preventDefault(); event.target.click(); return; }
    if (next === undefined) return;
    event.preventDefault();
    choose(all[(next + all.length) % all.length].dataset.area, true);
  });

  // ---- filter: a part of the name or code, without minding accents ----
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  const find = $("find");
  const filter = () => {
    $("filter").hidden = !page.querySelector("tr.line");
    const wanted = plain(find.value.trim());
    let shown = 0;
    for (const line of page.querySelectorAll("tr.quota")) line.hidden = wanted !== "";
    for (const row of page.querySelectorAll("tr.line")) {
      row.hidden = wanted !== "" && !plain(`${row.dataset.name} ${row.dataset.unit}`).includes(wanted);
      const why = row.nextElementSibling;
      if (why?.classList.contains("why")) why.hidden = row.hidden;
      if (!row.hidden && row.closest(".panel").dataset.area === area) shown += 1;
    }
    return shown;
  };
  find.addEventListener("input", () => { say.textContent = words.sayShown.replace("{n}", filter()); });

  // ---- the why of a row ----
  const why = async (unit) => {
    const query = params({ at: board.dataset.position });
    const answer = await fetch(`${words.why.replace(/-(?=\/why$)/, encodeURIComponent(unit))}?${query}`);
    return answer.ok ? answer.text() : null;
  };
  const place = (row, html) => {
    let beneath = row.nextElementSibling;
    if (!beneath?.classList.contains("why")) {
      beneath = document.createElement("tr");
      beneath.className = "why";
      beneath.setAttribute("role", "row");
      beneath.dataset.why = row.dataset.unit;
      const cell = beneath.insertCell();
      cell.setAttribute("role", "cell");
      cell.colSpan = row.cells.length;
      row.after(beneath);
    }
    const fresh = parser.parseFromString(html, "text/html").body;
    beneath.cells[0].replaceChildren(...fresh.childNodes);
    beneath.hidden = row.hidden;
  };
  page.addEventListener("click", async (event) => {
    const toggle = event.target.closest(".toggle");
    if (!toggle || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = toggle.closest("tr");
    const unit = row.dataset.unit;
    row.classList.remove("moved");
    if (opened.delete(unit)) {
      toggle.setAttribute("aria-expanded", "false");
      if (row.nextElementSibling?.classList.contains("why")) row.nextElementSibling.remove();
      return;
    }
    opened.add(unit);
    toggle.setAttribute("aria-expanded", "true");
    const html = await why(unit);
    if (html === null) { location.assign(toggle.href); return; }
    if (opened.has(unit)) place(row, html);
  });

  // ---- two ticked units go to their pair page ----
  const ticked = new Map();
  const dressPick = () => {
    const form = $("pick");
    if (!form) return;
    for (const box of page.querySelectorAll(".tick input")) {
      box.checked = ticked.has(box.value);
      box.disabled = ticked.size === 2 && !box.checked;
    }
    form.hidden = ticked.size === 0;
    form.querySelector("[type=submit]").disabled = ticked.size !== 2;
    const names = [...ticked.values()].map((entry) => entry.name).join(", ");
    $("picked").textContent = (ticked.size === 2 ? words.sayPicked : words.sayOneMore).replace("{names}", names);
    $("unpick").hidden = false;
  };
  page.addEventListener("change", (event) => {
    const box = event.target.closest(".tick input");
    if (!box) return;
    const row = box.closest("tr");
    // Only units of one area are compared.
    for (const [unit, entry] of ticked) if (entry.area !== area) ticked.delete(unit);
    if (box.checked) ticked.set(box.value, { name: row.dataset.name, area }); else ticked.delete(box.value);
    dressPick();
  });
  page.addEventListener("click", (event) => {
    if (event.target.id !== "unpick") return;
    const first = ticked.keys().next().value;
    ticked.clear();
    dressPick();
    page.querySelector(`.tick input[value="${CSS.escape(first)}"]`)?.focus();
  });

  // ---- charts: fetched when they come near, and again once the position has come to rest ----
  const loadCharts = async (section) => {
    const wanted = section.dataset.charts;
    if (section.dataset.shown === wanted) return;
    const answer = await fetch(`${wanted}&part=1`).catch(() => null);
    if (!answer?.ok || section.dataset.charts !== wanted) return; // the link stays
    const open = [...section.querySelectorAll("details")].map((one) => one.open);
    const fresh = parser.parseFromString(await answer.text(), "text/html").body;
    section.replaceChildren(...fresh.childNodes);
    section.querySelectorAll("details").forEach((one, place) => { one.open = open[place] || false; });
    section.dataset.shown = wanted;
  };
  const near = "IntersectionObserver" in window ? new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      target.dataset.near = isIntersecting ? "1" : "";
      if (isIntersecting) loadCharts(target);
    }
  }, { rootMargin: "300px" }) : null;
  const watchCharts = () => { for (const section of page.querySelectorAll(".charts")) near?.observe(section); };
  let resting;
  const refreshCharts = (section, fresh) => {
    section.dataset.charts = fresh.dataset.charts;
    if (!section.dataset.shown) section.replaceChildren(...fresh.childNodes);
    clearTimeout(resting);
    resting = setTimeout(() => {
      for (const one of page.querySelectorAll(".charts")) if (one.dataset.near) loadCharts(one);
    }, 700);
  };

  // ---- putting a fetched board in place ----
  const seen = "IntersectionObserver" in window ? new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || document.hidden) continue;
      seen.unobserve(entry.target);
      setTimeout(() => entry.target.classList.remove("moved"), 6000);
    }
  }, { threshold: 0.6 }) : null;

  const rowsOf = (panel) => [...panel.querySelectorAll("tr.line")];
  // The topmost row in view stays where the reader sees it.
  const anchor = () => rowsOf($(`panel-${area}`) || page).find((row) => !row.hidden && row.getBoundingClientRect().bottom > 40);

  const patchPanel = (old, fresh, mark) => {
    const body = old.querySelector(".standings > tbody");
    const freshBody = fresh.querySelector(".standings > tbody");
    if (!body || !freshBody) { old.replaceChildren(...fresh.childNodes); return []; }
    for (const line of body.querySelectorAll("tr.quota")) line.remove();
    const before = new Map(rowsOf(old).map((row) => [row.dataset.unit, { row, top: row.offsetTop, rank: row.dataset.rank, mark: row.dataset.mark }]));
    const changed = [];
    let after = null;
    for (const next of rowsOf(fresh)) {
      const known = before.get(next.dataset.unit);
      let row = next;
      if (known) {
        row = known.row;
        before.delete(next.dataset.unit);
        if (known.mark !== next.dataset.mark) {
          const focused = row.contains(document.activeElement);
          const wasOpen = opened.has(row.dataset.unit);
          Object.assign(row.dataset, next.dataset);
          row.replaceChildren(...next.childNodes);
          if (wasOpen) row.querySelector(".toggle")?.setAttribute("aria-expanded", "true");
          if (focused) row.querySelector(".toggle")?.focus({ preventScroll: true });
          changed.push({ row, from: known.rank, to: row.dataset.rank, name: row.dataset.name });
        }
      } else {
        changed.push({ row, from: "", to: row.dataset.rank, name: row.dataset.name });
      }
      const spot = after ? after.nextElementSibling : body.firstElementChild;
      if (spot !== row) {
        const focused = document.activeElement;
        const beneath = row.nextElementSibling?.classList.contains("why") ? row.nextElementSibling : null;
        body.insertBefore(row, spot);
        if (beneath) row.after(beneath);
        if (row.contains(focused)) focused.focus({ preventScroll: true });
      }
      after = row.nextElementSibling?.classList.contains("why") ? row.nextElementSibling : row;
      row.dataset.was = known ? known.top : "";
    }
    for (const { row } of before.values()) {
      if (row.nextElementSibling?.classList.contains("why")) row.nextElementSibling.remove();
      row.remove();
    }
    for (const line of freshBody.querySelectorAll("tr.quota")) {
      const above = line.dataset.after ? body.querySelector(`tr.line[data-unit="${CSS.escape(line.dataset.after)}"]`) : null;
      const beneath = above?.nextElementSibling?.classList.contains("why") ? above.nextElementSibling : above;
      if (beneath) beneath.after(line); else body.prepend(line);
    }
    const charts = old.querySelector(".charts"), newCharts = fresh.querySelector(".charts");
    if (charts && newCharts) refreshCharts(charts, newCharts);
    if (mark) for (const { row } of changed) { row.classList.add("moved"); seen?.observe(row); }
    if (!calm.matches && !old.hidden) slide(rowsOf(old));
    const heads = [".standings > thead", ".standings > tfoot", "caption"];
    for (const part of heads) {
      const mine = old.querySelector(part), theirs = fresh.querySelector(part);
      if (mine && theirs && mine.innerHTML !== theirs.innerHTML) mine.innerHTML = theirs.innerHTML;
    }
    const title = old.querySelector(".panel-title"), newTitle = fresh.querySelector(".panel-title");
    if (title && newTitle) title.replaceChildren(...newTitle.childNodes);
    return changed;
  };
  const slide = (rows) => {
    const moved = [];
    for (const row of rows) {
      if (row.dataset.was === "") continue;
      const by = Number(row.dataset.was) - row.offsetTop;
      if (by) moved.push([row, by]);
    }
    for (const [row, by] of moved) { row.classList.remove("sliding"); row.style.transform = `translateY(${by}px)`; }
    if (!moved.length) return;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      for (const [row] of moved) { row.classList.add("sliding"); row.style.transform = ""; }
    }));
  };

  const show = (html, mark) => {
    const fresh = parser.parseFromString(html, "text/html");
    const next = fresh.getElementById("board");
    if (!next) return;
    const kept = anchor();
    const at = kept ? kept.getBoundingClientRect().top : 0;
    const lacksOpen = $("status").querySelector(".lacks")?.open;
    let changed = [];
    const panels = [...next.querySelectorAll(".panel")];
    const same = panels.length === board.querySelectorAll(".panel").length && panels.every((panel) => $(panel.id));
    if (same) {
      for (const panel of panels) {
        const these = patchPanel($(panel.id), panel, mark);
        changed = panel.dataset.area === area ? these.concat(changed) : changed.concat(these);
        const label = $(`tab-${panel.dataset.area}`)?.querySelector(".tab-count");
        if (label) label.textContent = panel.dataset.tab;
      }
      board.querySelector(".proof").replaceChildren(...next.querySelector(".proof").childNodes);
    } else {
      // Before the rulebook there are no areas: nothing to patch row by row.
      board.replaceChildren(...next.childNodes);
      tabs.replaceChildren(...fresh.getElementById("tabs").childNodes);
      if (panels.length && !panels.some((panel) => panel.dataset.area === area)) area = panels[0].dataset.area;
    }
    const pinned = $("pick")?.querySelector("[name=at]"), toPin = fresh.getElementById("pick")?.querySelector("[name=at]");
    pinned?.remove();
    if (toPin) $("pick")?.prepend(toPin);
    $("status").replaceChildren(...fresh.getElementById("status").childNodes);
    if (same) board.querySelector(":scope > .empty")?.remove();
    const empty = same ? next.querySelector(":scope > .empty") : null;
    if (empty) board.prepend(empty);
    const lacks = $("status").querySelector(".lacks");
    if (lacksOpen && lacks) lacks.open = true;
    for (const name of ["position", "size", "live", "digest"]) board.dataset[name] = next.dataset[name];
    live = board.dataset.live === "1";
    takeTime(fresh);
    filter();
    dressTabs();
    dressPick();
    watchCharts();
    keepAddress();
    for (const unit of opened) {
      const row = $(`u-${unit}`);
      if (row && changed.some((entry) => entry.row === row)) why(unit).then((text) => text && opened.has(unit) && place(row, text));
    }
    if (kept?.isConnected && mark) window.scrollBy({ top: kept.getBoundingClientRect().top - at, behavior: "instant" });
    if (mark && changed.length) announce(changed);
  };
  const takeTime = (fresh) => {
    const form = fresh.getElementById("time");
    if (!form) return;
    $("time").hidden = form.hidden;
    const theirs = fresh.getElementById("at");
    slider.max = theirs.max;
    if (wish === undefined) slider.value = board.dataset.position; // else the reader is already further
    slider.setAttribute("aria-valuetext", theirs.getAttribute("aria-valuetext"));
    $("handle").textContent = fresh.getElementById("handle").textContent;
    $("marks").replaceChildren(...fresh.getElementById("marks").childNodes);
    for (const id of ["mark-back", "step-back", "step-on", "mark-on"]) $(id).href = fresh.getElementById(id).getAttribute("href");
    const list = fresh.querySelector(".mark-list");
    const mine = $("time").querySelector(".mark-list");
    if (list && mine) mine.replaceChildren(...list.childNodes);
    else if (list) $("time").append(list);
  };
  const announce = (changed) => {
    const mover = changed.find((entry) => entry.from !== "" && entry.from !== entry.to && entry.to !== "–");
    let text = words.sayChanged.replace("{n}", changed.length);
    if (mover) {
      text = words.sayMoved.replace("{unit}", mover.name).replace("{rank}", mover.to);
      if (changed.length > 1) text += `, ${words.sayMore.replace("{n}", changed.length - 1)}`;
    }
    say.textContent = `${text}.`;
  };

  // ---- fetching: one request at a time, the latest wish wins ----
  let busy = false;
  let wish;
  const ask = async (at, mark = false) => {
    if (busy) { wish = { at, mark: mark || Boolean(wish?.mark) }; return; }
    busy = true;
    try {
      const answer = await fetch(`${words.board}?${params({ area, at })}`);
      if (answer.ok) show(await answer.text(), mark);
    } catch { /* the stream's own state tells the reader that the connection is lost */ } finally {
      busy = false;
    }
    if (wish !== undefined) { const next = wish; wish = undefined; await ask(next.at, next.mark); }
  };

  // ---- the slider ----
  let playing = null;
  const stop = () => {
    if (playing === null) return;
    clearTimeout(playing);
    playing = null;
    $("play").setAttribute("aria-pressed", "false");
    $("play-word").textContent = words.sayPlay;
    $("play").querySelector(".glyph").textContent = "▶";
  };
  const go = (position) => {
    const size = Number(slider.max);
    const at = Math.max(0, Math.min(size, Number(position)));
    slider.value = at;
    return ask(at);
  };
  slider.addEventListener("input", () => { stop(); ask(Number(slider.value)); });
  slider.addEventListener("keydown", (event) => {
    if (event.key !== "PageUp" && event.key !== "PageDown") return;
    event.preventDefault();
    const leap = Math.max(10, Math.round(Number(slider.max) / 20));
    stop();
    go(Number(slider.value) + (event.key === "PageUp" ? leap : -leap));
  });
  const play = $("play");
  play.hidden = false;
  const tick = async () => {
    const size = Number(slider.max);
    const at = Math.min(size, Number(slider.value) + Math.max(1, Math.round(size / 150)));
    await go(at);
    if (playing === null) return;
    if (at >= size) { stop(); return; }
    playing = setTimeout(tick, 250);
  };
  play.addEventListener("click", () => {
    if (playing !== null) { stop(); return; }
    if (Number(slider.value) >= Number(slider.max)) slider.value = 0;
    play.setAttribute("aria-pressed", "true");
    $("play-word").textContent = words.sayPause;
    play.querySelector(".glyph").textContent = "❚❚";
    playing = setTimeout(tick, 0);
  });
  page.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("#time a, #to-live");
    if (!link) return;
    event.preventDefault();
    stop();
    if (link.id === "to-live") { ask(null).then(() => slider.focus()); return; }
    go(new URL(link.href).searchParams.get("at") ?? slider.max);
  });

  // ---- live ----
  if (words.stream) {
    const stream = new EventSource(words.stream);
    const lost = (state) => {
      const badge = $("live-badge");
      if (!badge || badge.classList.contains("lost") === state) return;
      badge.classList.toggle("lost", state);
      badge.lastChild.textContent = state ? words.sayLost : words.sayLive;
    };
    stream.addEventListener("open", () => lost(false));
    stream.addEventListener("error", () => lost(true));
    stream.addEventListener("standings", (event) => {
      const news = JSON.parse(event.data);
      if (live) { if (String(news.position) !== board.dataset.position) ask(null, true); return; }
      slider.max = Math.max(Number(slider.max), news.position);
      for (const mark of $("marks").children) mark.setAttribute("x", Math.round(1000 * Number(mark.dataset.at) / Number(slider.max)));
    });
    window.addEventListener("pagehide", () => stream.close());
  }
  filter();
  dressTabs();
  dressPick();
  watchCharts();
})();
