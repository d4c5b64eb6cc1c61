// The form of a team sends a list of people; a nomination goes to the team that is chosen; a YAML file fills the text.
"use strict";
(() => {
  for (const form of document.querySelectorAll("form[data-members]")) {
    form.bodyOf = async (read) => {
      const members = [...form.querySelectorAll("[data-member]")].map((row) =>
        Object.fromEntries([...row.querySelectorAll("[data-field]")].map((field) => [field.dataset.field, read(field)]).filter(([, value]) => value !== undefined)));
      return { team: read(form.elements.team), members: members.filter((one) => one.person) };
    };
  }
  for (const choice of document.querySelectorAll("select[data-to]")) {
    const follow = () => { choice.form.dataset.command = choice.dataset.to.replace("{team}", encodeURIComponent(choice.value)); };
    choice.addEventListener("change", follow);
    follow();
  }
  for (const field of document.querySelectorAll("input[data-into]")) {
    field.addEventListener("change", async () => {
      const file = field.files[0];
      if (!file) return;
      const into = field.form.elements[field.dataset.into];
      into.value = await file.text();
      into.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
})();
