// The what-if form: lines of suppositions, each a fact of its kind, sent together with a candidate rulebook.
"use strict";
(() => {
  const form = document.getElementById("what-if");
  if (!form) return;
  const list = document.getElementById("facts");
  const line = document.getElementById("fact");
  const MOST = 256 * 1024;

  function fit(item) {
    const kind = item.querySelector("[name=kind]").value;
    for (const part of item.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(kind);
  }

  function add() {
    const item = line.content.firstElementChild.cloneNode(true);
    list.append(item);
    fit(item);
    item.querySelector("[name=kind]").addEventListener("change", () => fit(item));
    item.querySelector("[data-remove]").addEventListener("click", () => { item.remove(); form.querySelector("#add").focus(); });
    return item;
  }

  function factOf(item) {
    const fact = {};
    for (const field of item.querySelectorAll("[name]")) {
      if (field.closest("[hidden]")) continue;
      const text = field.value.trim();
      if (text) fact[field.name] = "decimal" in field.dataset ? text.replace(",", ".") : text;
    }
    if (fact.kind === "score") fact.stage = "standing";
    if (fact.kind === "bonus" || fact.kind === "penalty") fact.outcome = "accepted";
    return fact;
  }

  form.bodyOf = async () => {
    const body = { facts: [...list.children].map(factOf) };
    const file = form.querySelector("#rulebook").files[0];
    if (file && file.size <= MOST) body.rulebook = await file.text();
    else if (file) body.rulebook = "x".repeat(MOST + 1); // the service says what is wrong with it
    const at = form.querySelector("#at").value.trim();
    if (at) body.at = Number(at);
    return body;
  };

  document.getElementById("add").addEventListener("click", () => add().querySelector("select").focus());
  add();
})();
