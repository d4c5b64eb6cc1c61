// The what-if form: lines of suppositions, each a fact of its kind, sent together with a candidate rulebook.
// A part with data-for is there for the kinds that it names; a score is "decided" or "recorded" by its stage.
"use strict";
(() => {
  const form = document.getElementById("what-if");
  if (!form) return;
  const list = document.getElementById("facts");
  const line = document.getElementById("fact");
  const file = document.getElementById("rulebook");
  const again = document.getElementById("again");
  const DECIDED = ["standing", "appeal"];
  const MOST = 256 * 1024;

  const fields = (item) => item.querySelectorAll("[data-name]");
  const choice = (item, name) => item.querySelector(`[data-name="${name}"]`).value;

  function fit(item) {
    const kind = choice(item, "kind");
    const tags = kind === "score" ? [kind, DECIDED.includes(choice(item, "stage")) ? "decided" : "recorded"] : [kind];
    for (const part of item.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").some((one) => tags.includes(one));
      for (const field of part.querySelectorAll("[data-name]")) field.disabled = part.hidden;
    }
  }

  // Names say the line, as the service does when it refuses one: facts.2.points
  function number() {
    [...list.children].forEach((item, n) => {
      for (const field of fields(item)) {
        const name = `facts.${n}.${field.dataset.name}`;
        const fault = field.closest("label").querySelector(".fault");
        if (field.disabled) { field.removeAttribute("name"); delete fault.dataset.fault; }
        else { field.name = name; fault.dataset.fault = name; }
      }
    });
  }

  function add(given = {}) {
    const item = line.content.firstElementChild.cloneNode(true);
    list.append(item);
    for (const field of fields(item)) {
      const value = given[field.dataset.name];
      if (value !== undefined) field.value = Array.isArray(value) ? value.map((group) => group.join(", ")).join("; ") : value;
    }
    fit(item);
    number();
    for (const name of ["kind", "stage"]) {
      item.querySelector(`[data-name="${name}"]`).addEventListener("change", () => { fit(item); number(); });
    }
    item.querySelector("[data-remove]").addEventListener("click", () => {
      item.remove();
      number();
      document.getElementById("add").focus();
    });
    return item;
  }

  function factOf(item, read) {
    const fact = {};
    for (const field of fields(item)) {
      const value = field.disabled ? undefined : read(field);
      if (value !== undefined) fact[field.dataset.name] = value;
    }
    return fact;
  }

  form.bodyOf = async (read) => {
    const body = { facts: [...list.children].map((item) => factOf(item, read)) };
    const chosen = file.files[0];
    if (chosen) body.rulebook = chosen.size <= MOST ? await chosen.text() : "x".repeat(MOST + 1); // refused as too long
    else if (again && again.checked) body.rulebook = again.value;
    const at = read(document.getElementById("at"));
    if (at !== undefined) body.at = at;
    return body;
  };

  document.getElementById("add").addEventListener("click", () => add().querySelector("select").focus());
  const given = JSON.parse(list.dataset.given);
  for (const fact of given) add(fact);
  if (!given.length && !again) add();
})();
