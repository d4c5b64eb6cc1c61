// The link of a new invitation is shown once, ready to be copied.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const form = document.getElementById("invite-form");
  if (!form) return;
  form.addEventListener("stated", (event) => {
    const answer = form.querySelector("[data-answer]");
    const told = document.createElement("p");
    told.className = "strong";
    told.textContent = say("Liên kết mời, chỉ hiện một lần này. Gửi riêng cho người được mời.",
      "The link, shown this once. Send it to the one invited, and to nobody else.");
    const label = document.createElement("label");
    label.textContent = say("Liên kết", "Link");
    const link = document.createElement("input");
    link.readOnly = true;
    link.value = location.origin + event.detail.link;
    link.id = "invite-link";
    label.append(link);
    const copy = document.createElement("button");
    copy.type = "button";
    copy.className = "bv-button";
    copy.textContent = say("Sao chép", "Copy");
    copy.addEventListener("click", async () => {
      link.select();
      try {
        await navigator.clipboard.writeText(link.value);
        copy.textContent = say("Đã sao chép", "Copied");
      } catch { copy.textContent = say("Nhấn Ctrl+C", "Press Ctrl+C"); }
    });
    answer.replaceChildren(told, label, copy);
    form.elements.label.value = "";
  });
})();
