// The button that prints the calendar, and the proposal that is stated as it stands on the page.
"use strict";
(() => {
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  for (const form of document.querySelectorAll("form[data-sessions]")) {
    form.bodyOf = async () => ({ sessions: JSON.parse(form.dataset.sessions), mode: "all_or_nothing" });
  }
})();
