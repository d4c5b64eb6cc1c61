// The secretary's forms, whose content is a list: findings slot by slot, members, and a manifest of files.  acting.js
// sends them; here is what each says.  Files stay on this device: only name, size and SHA-256 are sent.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const tidy = (field) => field.value.trim().normalize("NFC");

  const assess = document.querySelector("form[data-assess]");
  if (assess) {
    const slots = [...assess.querySelectorAll("[data-slot]")];
    assess.bodyOf = () => {
      slots.forEach((slot, place) => { slot.querySelector("[data-fault]").dataset.fault = `findings.${place}.outcome`; });
      return { findings: slots.map((slot) => {
        const chosen = slot.querySelector("input[type=radio]:checked");
        const text = tidy(slot.querySelector("input[name^=text-]"));
        return { document: slot.dataset.slot, ...(chosen && { outcome: chosen.value }), ...(text && { text }) };
      }) };
    };
    const accept = () => {
      for (const choice of assess.querySelectorAll("input[value=accepted]")) choice.checked = true;
      assess.querySelector("button:not([type=button])").focus();
    };
    assess.querySelector("[data-accept]").addEventListener("click", accept);
    // The key works only where the focus is in this form, and not while a note is typed.
    assess.addEventListener("keydown", (event) => {
      const typing = event.target.matches("input:not([type=radio]), select");
      if (event.key.toLowerCase() !== "a" || event.ctrlKey || event.altKey || event.metaKey || typing) return;
      event.preventDefault();
      accept();
    });
  }

  const forward = document.querySelector("form[data-forward]");
  if (forward) {
    forward.bodyOf = (read) => {
      const text = read(forward.elements.namedItem("text"));
      return {
        members: [...forward.querySelectorAll("input[type=checkbox]:checked")].map((one) => one.value),
        ...(text && { text }),
      };
    };
  }

  const receipt = document.querySelector("form[data-receipt]");
  if (receipt) {
    const slots = [...receipt.querySelectorAll("[data-slot]")];
    if (!globalThis.crypto?.subtle) {
      receipt.querySelector("[data-fault=manifest]").textContent = say("Trình duyệt chỉ tính được mã băm qua HTTPS: mở trang này bằng địa chỉ https.", "A browser computes digests over HTTPS alone: open this page by its https address.");
    }
    for (const slot of slots) {
      slot.querySelector("[data-file]").addEventListener("change", async (event) => {
        const [file] = event.target.files;
        const place = slot.querySelector("[data-digest]");
        place.textContent = file ? say("đang tính mã băm…", "computing its digest…") : "";
        if (!file) return;
        try { place.textContent = await fileDigest(file); } catch { place.textContent = say("Không đọc được tệp.", "The file cannot be read."); }
      });
    }
    receipt.bodyOf = async (read) => {
      const manifest = [];
      for (const slot of slots) {
        const [file] = slot.querySelector("[data-file]").files;
        const because = tidy(slot.querySelector("[data-because]"));
        if (file) manifest.push({ document: slot.dataset.slot, name: file.name.normalize("NFC").slice(0, 200), size: file.size, sha256: await fileDigest(file) });
        else if (because) manifest.push({ document: slot.dataset.slot, absent_because: because });
      }
      const body = { manifest };
      for (const name of ["unit", "via", "occurred_at", "proof"]) {
        const found = read(receipt.elements.namedItem(name));
        if (found !== undefined) body[name] = found;
      }
      return body;
    };
  }
})();
