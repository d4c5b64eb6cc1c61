// The secret of an invitation stands behind the #; it goes into the form, and out of the address bar.
"use strict";
(() => {
  const form = document.getElementById("join");
  if (!form) return;
  const secret = decodeURIComponent(location.hash.slice(1));
  if (secret) {
    form.elements.secret.value = secret;
    history.replaceState(null, "", location.pathname + location.search);
  } else {
    form.querySelector("[data-without]").hidden = false;
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  }
})();
