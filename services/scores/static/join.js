// The secret of an invitation stands behind the #; it goes into the form, and out of the address bar.  What it offers is
// asked with it, and shown before anybody accepts.
"use strict";
(() => {
  const form = document.getElementById("join");
  if (!form) return;
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const secret = decodeURIComponent(location.hash.slice(1));

  function tell(text, bad) {
    const offer = form.querySelector("[data-offer]");
    offer.textContent = text;
    offer.className = bad ? "bv-answer bv-answer-bad" : "su-next";
    offer.hidden = false;
    if (bad) for (const button of form.querySelectorAll("button")) button.disabled = true;
  }

  async function look() {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
    const answer = await fetch(form.dataset.look, { method: "POST", headers, body: JSON.stringify({ secret }) });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) return tell(say(body.detail, body.detail_en), true);
    const role = form.querySelector(`[data-role="${CSS.escape(body.role)}"]`);
    const place = body.scope_name ? `, ${body.scope_name}` : "";
    const words = { accepted: say("đã được nhận", "accepted already"), withdrawn: say("đã bị rút lại", "withdrawn"), expired: say("đã hết hạn", "expired") };
    if (body.state !== "waiting") return tell(say(`Lời mời này ${words[body.state]}.`, `This invitation: ${words[body.state]}.`), true);
    return tell(say(`Vai trò: ${role.textContent}${place}. Người mời: ${body.made_by}. Mời: ${body.label}.`,
      `Role: ${role.textContent}${place}. Invited by: ${body.made_by}. For: ${body.label}.`), false);
  }

  if (secret) {
    form.elements.secret.value = secret;
    history.replaceState(null, "", location.pathname + location.search);
    look().catch(() => tell(say("Mất kết nối; tải lại trang từ liên kết.", "Connection lost; open the link again."), true));
  } else {
    tell(say("Địa chỉ thiếu phần bí mật sau dấu #. Mở lại đúng liên kết đã nhận.",
      "The address lacks the secret after the #. Open the very link that you were given."), true);
  }
})();
