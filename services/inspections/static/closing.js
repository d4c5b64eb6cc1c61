// Closing a round: each unit whose reason is filled in becomes an exception; the service says what is left.
"use strict";
(() => {
  const form = document.querySelector("form[data-exceptions]");
  if (!form) return;
  form.bodyOf = async (read) => ({
    exceptions: [...form.querySelectorAll("[data-unit]")]
      .map((field) => ({ unit: field.dataset.unit, reason: read(field) }))
      .filter((one) => one.reason !== undefined),
  });
})();
