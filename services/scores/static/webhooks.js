// The secret of a new webhook is shown once, ready to be copied.
"use strict";
(() => {
  const say = (vi, en) => (document.documentElement.lang === "en" ? en : vi);
  for (const form of document.querySelectorAll("form[data-new-webhook]")) {
    form.addEventListener("stated", (event) => {
      const told = document.createElement("p");
      told.className = "strong";
      told.textContent = say("Khóa ký tin, chỉ hiện một lần này. Lưu vào nơi giữ bí mật của hệ thống.",
        "The key that signs, shown this once. Keep it where your system keeps its secrets.");
      const label = document.createElement("label");
      label.textContent = say("Khóa", "Key");
      const key = document.createElement("input");
      key.readOnly = true;
      key.value = event.detail.secret;
      label.append(key);
      const answer = form.querySelector("[data-answer]");
      answer.replaceChildren(told, label, ...answer.querySelectorAll("a"));
      key.select();
      form.elements.url.value = "";
    });
  }
})();
