// The conclusion of one session: a draft shared by the team, compared with the ledger, signed once.
//
// Values are judged by the service alone (POST conclusions/check); no rule of the rulebook is written twice.  The
// draft lies on the server, one version after the other (If-Match); without a connection it stays in this browser
// (offline.js) and is kept when the connection is back.  What an adjustment corrects is remembered as its author
// saw it; where the ledger says otherwise by now, both are shown side by side, and nobody signs over it.
"use strict";
(() => {
  const page = document.getElementById("conclusion-page");
  if (!page) return;
  const { unit, api } = page.dataset;
  const about = JSON.parse(page.dataset.about);
  const offline = window.bangvangOffline;
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const shown = (text) => (text === null || text === undefined || text === "" ? "–" : (english ? text : text.replace(".", ",")).replace("-", "\u2212"));
  const decimal = (text) => text.trim().replace(",", ".");
  const clock = (moment) => (offline ? offline.clock(moment) : moment);
  const named = (person) => about.people[person] || person;
  const messageOf = (fault) => (english ? fault.message_en || fault.message : fault.message);
  const criteria = new Map(about.criteria.map((one) => [one.id, one]));
  const TEXTS = { strengths: say("Mặt được", "Strengths"), limitations: say("Hạn chế", "Limitations"), orientation: say("Định hướng", "Orientation") };

  function make(tag, text, className) {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function button(words, act) {
    const made = make("button", words, "bv-button");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  const headers = () => ({ "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() });

  // --- one adjustment: what it corrects, to what, why

  class Adjustment {
    constructor(form, given = {}) {
      this.form = form;
      this.given = given;
      const box = this.box = make("fieldset", "", "co-adjust");
      box.append(make("legend", say("Điều chỉnh", "Adjustment")));
      this.select = make("select");
      this.select.append(new Option("", ""), ...about.criteria.map((one) => new Option(`${one.id}  ${one.label}`, one.id)));
      this.to = make("input");
      this.to.inputMode = "decimal";
      this.to.maxLength = 12;
      this.to.autocomplete = "off";
      this.to.dataset.to = "";
      this.reason = make("textarea");
      this.reason.maxLength = 1000;
      this.reason.rows = 2;
      this.now = make("dl", "", "co-now");
      this.fault = make("p", "", "co-fault");
      this.fault.setAttribute("role", "status");
      this.conflict = make("div", "", "co-conflict");
      this.conflict.hidden = true;
      this.conflict.setAttribute("role", "alert");
      const labelled = (words, field, className) => { const made = make("label", words, className); made.append(field); return made; };
      const off = make("div", "", "co-off");
      off.append(button(say("Bỏ điều chỉnh này", "Remove this adjustment"), () => this.remove()));
      box.append(labelled(say("Tiêu chí", "Criterion"), this.select), labelled(say("Thành (điểm)", "To (points)"), this.to), this.now,
        labelled(say("Lý do", "Reason"), this.reason, "co-why"), this.fault, this.conflict, off);
      this.select.value = given.criterion || "";
      this.to.value = given.to ? shown(given.to) : "";
      this.reason.value = given.reason || "";
      this.seen = { from_self: given.from_self ?? null, from_effective: given.from_effective ?? null };
      if (given.criterion && !("from_effective" in given)) this.look();
      this.select.addEventListener("change", () => { this.look(); this.show(); });
      this.show();
    }

    // Its author sees the values as they are now.
    look() {
      const one = criteria.get(this.select.value);
      this.seen = one ? { from_self: one.own, from_effective: one.effective } : { from_self: null, from_effective: null };
    }

    show(change) {
      const one = criteria.get(this.select.value);
      this.now.replaceChildren();
      if (!one) return;
      const pair = (words, value) => { const made = make("div"); made.append(make("dt", words), make("dd", value, "num")); this.now.append(made); };
      pair(say("Tự chấm", "Self score"), shown(this.seen.from_self));
      pair(one.scorer, shown(one.official));
      pair(say("Đang tính", "Counts now"), shown(this.seen.from_effective));
      pair(say("Tối đa", "Maximum"), shown(one.max));
      if (change) pair(say("Thay đổi", "Change"), `${shown(this.seen.from_effective)} → ${shown(decimal(this.to.value))} (${change.startsWith("-") || change === "0" ? "" : "+"}${shown(change)})`);
    }

    content() {
      const to = decimal(this.to.value);
      const reason = this.reason.value.trim().normalize("NFC");
      return { criterion: this.select.value, ...this.seen, ...(to ? { to } : {}), ...(reason ? { reason } : {}) };
    }

    // `found`: what the service says of it now.
    judge(found, faults) {
      this.fault.textContent = faults.join("\n");
      this.found = found;
      if (found.stale) this.clash(found);
      else { this.conflict.hidden = true; this.conflict.replaceChildren(); }
      this.show(found.stale ? null : found.change);
    }

    get conflicting() { return Boolean(this.found && this.found.stale); }

    clash(found) {
      const to = decimal(this.to.value);
      const table = make("table", "", "co-sides");
      const row = (head, one, other, third) => {
        const made = make("tr");
        const first = make("th", head);
        first.scope = "row";
        made.append(first, make("td", one, "num"), make("td", other, one === other ? "num" : "num is"), make("td", third, "num"));
        return made;
      };
      const head = make("tr");
      for (const words of [say("Điểm", "Points"), say("Khi soạn", "Then"), say("Nay", "Now"), say("Bạn ghi", "Yours")]) { const cell = make("th", words); cell.scope = "col"; head.append(cell); }
      table.append(head, row(say("Tự chấm", "Self score"), shown(this.seen.from_self), shown(found.from_self), ""),
        row(say("Đang tính", "Counts"), shown(this.seen.from_effective), shown(found.from_effective), shown(to)));
      this.conflict.replaceChildren(make("p", say(`Điểm của tiêu chí ${this.select.value} đã thay đổi từ khi soạn.`, `Criterion ${this.select.value} has changed since this was written.`)), table,
        button(say(`Vẫn điều chỉnh thành ${shown(to)}`, `Adjust to ${shown(to)} all the same`), () => this.accept(found)),
        button(say("Bỏ điều chỉnh này", "Remove this adjustment"), () => this.remove()));
      this.conflict.hidden = false;
    }

    // The author has read the present value, and stays with his own.
    accept(found) {
      this.seen = { from_self: found.from_self, from_effective: found.from_effective };
      const one = criteria.get(this.select.value);
      if (one) Object.assign(one, { own: found.from_self, effective: found.from_effective });
      this.found = null;
      this.conflict.hidden = true;
      this.show();
      this.form.changed();
    }

    remove() {
      this.form.rows = this.form.rows.filter((row) => row !== this);
      this.box.remove();
      this.form.changed();
      this.form.add.focus();
    }
  }

  // --- a form: the conclusion, or an amendment

  class Form {
    constructor(element) {
      this.element = element;
      this.rows = [];
      this.place = element.querySelector("[data-adjustments]");
      this.add = element.querySelector("[data-add]");
      this.add.hidden = false;
      this.add.addEventListener("click", () => { const row = this.adjust({}); this.changed(); row.select.focus(); });
      this.scores = [...element.querySelectorAll("[data-score]")].map((row) => ({ criterion: row.dataset.score, field: row.querySelector("[data-value]"), said: row.querySelector("[data-said]") }));
      element.addEventListener("input", () => this.edited());
      element.draftOf = () => this.draftOf();
      element.fillDraft = (data) => this.fillDraft(data);
      element.addEventListener("refused", () => this.check());
    }

    adjust(given) {
      const row = new Adjustment(this, given);
      this.rows.push(row);
      this.place.append(row.box);
      return row;
    }

    content() {
      const made = {};
      for (const name of [...Object.keys(TEXTS), "reason"]) {
        const field = this.element.elements.namedItem(name);
        const text = field ? field.value.trim().normalize("NFC") : "";
        if (text) made[name] = text;
      }
      const scores = this.scores.filter((one) => one.field.value.trim()).map((one) => ({ criterion: one.criterion, value: decimal(one.field.value) }));
      if (scores.length) made.scores = scores;
      const adjustments = this.chosen().map((row) => row.content());
      if (adjustments.length) made.adjustments = adjustments;
      const models = [...this.element.querySelectorAll("[data-model]:checked")].map((one) => ({ ref: one.dataset.model, title: one.dataset.title }));
      if (models.length) made.recognised_models = models;
      const withdrawn = [...this.element.querySelectorAll("[data-withdraw]:checked")].map((one) => one.dataset.withdraw);
      if (withdrawn.length) made.withdrawn = withdrawn;
      return made;
    }

    chosen() { return this.rows.filter((row) => row.select.value); }

    fill(content) {
      for (const name of [...Object.keys(TEXTS), "reason"]) {
        const field = this.element.elements.namedItem(name);
        if (field) field.value = content[name] || "";
      }
      const values = new Map((content.scores || []).map((one) => [one.criterion, one.value]));
      for (const one of this.scores) one.field.value = values.has(one.criterion) ? shown(values.get(one.criterion)) : "";
      for (const row of this.rows) row.box.remove();
      this.rows = [];
      for (const given of content.adjustments || []) this.adjust(given);
      const models = new Set((content.recognised_models || []).map((one) => one.ref));
      for (const box of this.element.querySelectorAll("[data-model]")) box.checked = models.has(box.dataset.model);
      const withdrawn = new Set(content.withdrawn || []);
      for (const box of this.element.querySelectorAll("[data-withdraw]")) box.checked = withdrawn.has(box.dataset.withdraw);
      this.checkSoon();
    }

    draftOf() { return { content: this.content() }; }
    fillDraft(data) { this.fill(data.content); }
    edited() { this.checkSoon(); }

    // A change that came by a button, not by typing.
    changed() {
      this.element.dispatchEvent(new Event("input", { bubbles: true }));
    }

    checkSoon() {
      clearTimeout(this.checking);
      this.checking = setTimeout(() => this.check(), 500);
    }

    // What the ledger says of it now; null without a connection.
    async check() {
      clearTimeout(this.checking);
      const { scores = [], adjustments = [] } = this.content();
      const rows = this.chosen();
      let found;
      try {
        const answer = await fetch(`${api}/conclusions/check`, { method: "POST", headers: headers(), body: JSON.stringify({ unit, scores, adjustments }) });
        if (!answer.ok) return null;
        found = await answer.json();
      } catch { return null; }
      const of = (path) => found.faults.filter((fault) => String(fault.field).startsWith(`${path}.`)).map(messageOf);
      const filled = this.scores.filter((one) => one.field.value.trim());
      for (const one of this.scores) one.said.textContent = "";
      filled.forEach((one, place) => { one.said.textContent = of(`scores.${place}`).join("\n"); });
      rows.forEach((row, place) => { if (found.adjustments[place]) row.judge(found.adjustments[place], row.to.value.trim() ? of(`adjustments.${place}`) : []); });
      return found;
    }
  }

  // --- the conclusion itself: shared draft, review, signature

  class Conclusion extends Form {
    constructor(element) {
      super(element);
      this.version = about.draft.version;
      this.ready = Boolean(about.draft.draft.ready);
      this.dirty = false;
      this.saving = Promise.resolve();
      this.state = element.querySelector("[data-saved]");
      this.review = element.querySelector("[data-review]");
      this.prepare = element.querySelector("[data-prepare]");
      this.present = element.querySelector("[data-present]");
      this.fill(about.draft.draft);
      for (const one of [this.prepare, this.present]) if (one) one.hidden = false;
      if (this.prepare) this.prepare.addEventListener("click", () => this.look());
      if (this.present) this.present.addEventListener("click", () => this.lay());
      element.bodyOf = () => ({ unit, scores: [], adjustments: [], recognised_models: [], ...this.content() });
      // Nobody signs what he has not been shown: Enter in a field opens the review.
      document.addEventListener("submit", (event) => {
        if (event.target !== element || this.reviewed) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (this.prepare) this.look();
      }, true);
      element.addEventListener("refused", () => this.hideReview());
      element.addEventListener("queued", () => this.hideReview());
      element.addEventListener("stated", () => { clearInterval(this.polling); clearTimeout(this.waiting); this.stated = true; this.hideReview(); });
      if (offline) offline.changed((reached) => { if (reached) { this.save(); this.check(); } });
      if (page.dataset.keeps) this.polling = setInterval(() => { if (!document.hidden) this.poll(); }, 20000);
    }

    draftOf() { return { content: this.content(), ready: this.ready, version: this.version, dirty: this.dirty, sent: Boolean(this.element.dataset.busy) }; }

    // What this browser kept counts where the server has not got it.
    fillDraft(data) {
      if (!data.dirty && !data.sent) return;
      this.fill(data.content);
      if (!data.dirty) return;
      this.markReady(data.ready);
      this.version = data.version;
      this.dirty = true;
      this.saveSoon();
    }

    edited() {
      super.edited();
      this.hideReview();
      this.dirty = true;
      if (page.dataset.secretary) this.markReady(false);
      this.saveSoon();
    }

    markReady(ready) {
      this.ready = ready;
      this.element.querySelector("[data-presented]").hidden = !ready;
    }

    saveSoon() {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.save(), 900);
    }

    save() {
      clearTimeout(this.waiting);
      this.saving = this.saving.then(() => this.keep());
      return this.saving;
    }

    async keep() {
      if (!page.dataset.keeps || !this.dirty || this.clashing || this.stated) return;
      this.dirty = false;
      const body = JSON.stringify({ ...this.content(), ...(this.ready ? { ready: true } : {}) });
      let answer;
      try {
        answer = await fetch(`${api}/conclusions/draft?unit=${encodeURIComponent(unit)}`, { method: "PUT", headers: { ...headers(), "If-Match": `"draft-${this.version}"` }, body });
      } catch {
        this.dirty = true;
        this.say(say("Chưa lưu lên máy chủ: không có mạng. Bản nháp ở trên máy này.", "Not on the server yet: no connection. The draft is on this device."));
        return;
      }
      if (answer.status === 412) { this.dirty = true; await this.clash(); return; }
      const said = await answer.json().catch(() => ({}));
      if (!answer.ok) {
        this.dirty = true;
        this.say(`${say("Chưa lưu lên máy chủ", "Not on the server")}: ${english ? said.detail_en || said.detail : said.detail}`);
        return;
      }
      this.kept(said);
      if (!this.dirty && offline) {
        await offline.drafts.drop("conclusion");
        const note = this.element.querySelector('[data-note="offline"]');
        if (note && !this.element.dataset.waiting) note.textContent = "";
      }
    }

    kept(said) {
      this.version = said.version;
      this.say(said.version ? `${say("Lưu lần cuối", "Saved last")}: ${named(said.edited_by)}, ${clock(said.edited_at)}` : "");
      this.markReady(Boolean(said.draft.ready));
    }

    say(text) { this.state.textContent = text; }

    async theirs() {
      const answer = await fetch(`${api}/conclusions/draft?unit=${encodeURIComponent(unit)}`, { cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }

    async poll() {
      if (this.dirty || this.clashing || this.stated || this.element.dataset.busy) return;
      try {
        const said = await this.theirs();
        if (said.version === this.version || this.dirty) return;
        this.hideReview();
        this.fill(said.draft);
        this.kept(said);
      } catch { /* no connection: nothing newer is known */ }
    }

    // Somebody else has saved another draft meanwhile: one of the two is chosen by a person.
    async clash() {
      const place = this.element.querySelector("[data-clash]");
      let said;
      try { said = await this.theirs(); } catch { return; }
      this.clashing = true;
      const mine = this.content();
      const parts = { ...TEXTS, scores: say("điểm của Đoàn", "scores"), adjustments: say("điều chỉnh", "adjustments"), recognised_models: say("mô hình", "models") };
      const others = Object.keys(parts).filter((name) => JSON.stringify(mine[name] ?? null) !== JSON.stringify(said.draft[name] ?? null)).map((name) => parts[name]);
      const settle = (act) => () => { this.clashing = false; place.hidden = true; place.replaceChildren(); this.version = said.version; act(); };
      place.replaceChildren(make("p", say(`${named(said.edited_by)} đã lưu một bản khác lúc ${clock(said.edited_at)}. Khác nhau: ${others.join(", ") || "–"}.`,
        `${named(said.edited_by)} saved another draft at ${clock(said.edited_at)}. Different: ${others.join(", ") || "–"}.`)),
      button(say("Dùng bản ấy", "Take that one"), settle(() => { this.dirty = false; this.fill(said.draft); this.kept(said); })),
      button(say("Giữ bản của tôi", "Keep mine"), settle(() => this.save())));
      place.hidden = false;
    }

    async lay() {
      this.markReady(true);
      this.dirty = true;
      this.element.dispatchEvent(new Event("drafted"));
      await this.save();
    }

    hideReview() {
      this.reviewed = false;
      if (this.review) this.review.hidden = true;
    }

    // Everything that will be stated, in words; what stands against it first.
    async look() {
      await this.save();
      await this.poll();
      const found = await this.check();
      const content = this.content();
      const words = this.review.querySelector("[data-words]");
      const lacking = Object.keys(TEXTS).filter((name) => !content[name]).map((name) => TEXTS[name]);
      const conflicts = this.chosen().filter((row) => row.conflicting);
      const stop = this.clashing ? [say("Có hai bản dự thảo khác nhau: chọn một bản trước.", "There are two different drafts: choose one first.")] : [];
      if (lacking.length) stop.push(say(`Còn trống: ${lacking.join(", ")}.`, `Empty: ${lacking.join(", ")}.`));
      if (found && found.missing.length) stop.push(say(`Chưa chấm: ${found.missing.join(", ")}.`, `Not scored: ${found.missing.join(", ")}.`));
      if (found) stop.push(...found.faults.map(messageOf));
      if (this.rows.some((row) => !row.select.value)) stop.push(say("Một điều chỉnh chưa chọn tiêu chí.", "An adjustment names no criterion."));
      for (const one of content.adjustments || []) if (!one.to || !one.reason) stop.push(say(`Điều chỉnh ${one.criterion} thiếu mức mới hoặc lý do.`, `The adjustment of ${one.criterion} lacks its value or its reason.`));
      words.replaceChildren();
      if (conflicts.length) {
        const box = make("div", "", "co-conflict");
        box.append(make("p", say("Điểm đã thay đổi từ khi soạn. Xem từng chỗ bên trên, rồi xem lại để ký.", "Values have changed since this was written. Settle each above, then review again.")));
        for (const row of conflicts) box.append(button(say(`Đến điều chỉnh ${row.select.value}`, `To the adjustment of ${row.select.value}`), () => { row.box.scrollIntoView({ block: "center" }); row.conflict.querySelector("button").focus(); }));
        words.append(box);
      }
      if (stop.length) {
        const box = make("div", "", "co-conflict");
        const list = make("ul");
        list.append(...[...new Set(stop)].map((text) => make("li", text)));
        box.append(make("p", say("Cần bổ sung trước khi ký:", "Needed before the signature:")), list);
        words.append(box);
      }
      if (!found) words.append(make("p", say("Không có mạng nên chưa đối chiếu được với sổ. Nếu ký bây giờ, kết luận được giữ trên máy này, gửi một lần khi có mạng; điểm nào đã thay đổi thì hệ thống không ghi và trả lại để bạn xem.",
        "Without a connection it cannot be compared with the ledger. If you sign now, the conclusion is kept on this device and sent once when the connection is back; where a value has changed, nothing is written and it comes back to you."), "co-mark"));
      words.append(this.words(content, found));
      this.reviewed = !conflicts.length && !stop.length;
      this.review.hidden = false;
      const sign = this.review.querySelector("[data-sign]");
      sign.hidden = !this.reviewed;
      this.review.focus();
      this.review.scrollIntoView({ block: "start" });
    }

    words(content, found) {
      const made = make("div");
      if (found) made.append(make("p", say(`Đối chiếu tại vị trí ${found.base_position} của sổ.`, `Compared at position ${found.base_position} of the ledger.`), "quiet"));
      const list = make("ul");
      for (const [name, title] of Object.entries(TEXTS)) { const line = make("li"); line.append(make("b", `${title}: `), content[name] || "–"); list.append(line); }
      for (const one of content.scores || []) {
        const row = this.element.querySelector(`[data-score="${CSS.escape(one.criterion)}"] th`);
        list.append(make("li", `${say("Chấm", "Score")} ${row.textContent.trim().replace(/\s+/g, " ")}: ${shown(one.value)}`));
      }
      for (const one of content.adjustments || []) {
        const label = (criteria.get(one.criterion) || { label: "" }).label;
        list.append(make("li", say(`Điều chỉnh ${one.criterion} ${label}: từ ${shown(one.from_effective)} (tự chấm ${shown(one.from_self)}) thành ${shown(one.to)}, vì ${one.reason || "…"}`,
          `Adjust ${one.criterion} ${label}: from ${shown(one.from_effective)} (self score ${shown(one.from_self)}) to ${shown(one.to)}, because ${one.reason || "…"}`)));
      }
      if (!(content.adjustments || []).length) list.append(make("li", say("Không điều chỉnh nội dung tự chấm.", "No adjustment.")));
      for (const one of content.recognised_models || []) list.append(make("li", say(`Ghi nhận mô hình: ${one.title}`, `Recognise the model: ${one.title}`)));
      made.append(list);
      return made;
    }
  }

  const conclusion = document.getElementById("conclusion");
  const amendment = document.getElementById("amendment");
  if (conclusion) new Conclusion(conclusion);
  if (amendment) { const form = new Form(amendment); amendment.bodyOf = () => form.content(); }
})();
