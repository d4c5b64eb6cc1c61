// Forms of the set-up whose content is no flat object: a field "into.unit" or "period.from" goes into an object, a file
// as its text; data-path names the unit that is chosen in the field marked data-unit.
"use strict";
(() => {
  function put(body, path, value) {
    const keys = path.split(".");
    let place = body;
    keys.forEach((key, index) => {
      const last = index === keys.length - 1;
      if (last) place[key] = value;
      else place = place[key] ??= /^\d+$/.test(keys[index + 1]) ? [] : {};
    });
  }

  for (const form of document.querySelectorAll("form[data-nested]")) {
    form.bodyOf = async (read) => {
      const body = {};
      for (const field of form.elements) {
        if (!field.name || field.disabled || field.closest("[hidden]")) continue;
        const value = field.type === "file" ? await field.files[0]?.text() : read(field);
        if (value !== undefined) put(body, field.name, value);
      }
      return body;
    };
  }

  for (const form of document.querySelectorAll("form[data-path]")) {
    const unit = form.querySelector("[data-unit]");
    const aim = () => { form.dataset.command = form.dataset.path.replace("{unit}", encodeURIComponent(unit.value)); };
    unit.addEventListener("change", aim);
    aim();
  }

  // A merger is into a unit that stands already, or into one that is formed: only the fields of the choice are sent.
  for (const choice of document.querySelectorAll("[data-either]")) {
    const show = () => {
      for (const part of choice.form.querySelectorAll("[data-when]")) {
        part.hidden = part.dataset.when !== choice.value;
        for (const field of part.querySelectorAll("input, select")) field.disabled = part.hidden;
      }
    };
    choice.addEventListener("change", show);
    show();
  }
})();
