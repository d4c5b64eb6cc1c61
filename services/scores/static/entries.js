// Entries to confirm: the ticked ones go in one command (the form itself is acting.js's).
"use strict";
(() => {
  const form = document.getElementById("confirm");
  if (!form) return;
  const ticks = [...document.querySelectorAll("[data-score]")];
  const all = form.querySelector("[data-all]");
  const ticked = () => ticks.filter((tick) => tick.checked);

  function count() {
    const number = ticked().length;
    form.querySelector("[data-number]").textContent = number;
    form.querySelector("button").disabled = number === 0;
    all.checked = number > 0 && number === ticks.length;
    all.indeterminate = number > 0 && number < ticks.length;
  }

  form.bodyOf = async () => ({ scores: ticked().map((tick) => Number(tick.dataset.score)) });
  for (const tick of ticks) tick.addEventListener("change", () => { delete form.dataset.key; count(); });
  all.addEventListener("change", () => {
    delete form.dataset.key;
    for (const tick of ticks) tick.checked = all.checked;
    count();
  });
  count();
})();
