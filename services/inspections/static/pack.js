// A unit's pack: the manifest is a statement that acting.js sends, with the SHA-256 of each file computed here; once it
// has its receipt, the bytes follow in parts.  A part that got no answer is asked for (GET says how far the file is) and
// sent from there; after a reload the same file, chosen again, is known by its digest.
"use strict";
(() => {
  const english = document.documentElement.lang === "en";
  const say = (vi, en) => (english ? en : vi);
  const desk = document.querySelector(".pk-page");
  if (!desk) return;
  const form = desk.querySelector("form[data-pack]");
  const slots = [...desk.querySelectorAll("[data-slot]")];
  const limit = Number(desk.dataset.limit);
  const kinds = desk.dataset.kinds.split(" ");
  const PART = 512 * 1024;
  const LONGEST_PAUSE = 30;

  const number = new Intl.NumberFormat(english ? "en" : "vi", { maximumFractionDigits: 1 });
  function size(bytes) {
    if (bytes < 1024) return `${number.format(bytes)} B`;
    return bytes < 1048576 ? `${number.format(Math.floor(bytes / 1024))} KB` : `${number.format(bytes / 1048576)} MB`;
  }

  // An instant in the ledger's zone, as everywhere on these pages.
  function moment(written) {
    const clock = new Intl.DateTimeFormat("en-GB", { timeZone: desk.dataset.zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    return clock.format(new Date(written)).replace(",", "");
  }

  // --- how long there is

  const left = desk.querySelector("[data-left]");
  if (left) {
    const began = performance.now();
    const tick = () => {
      const seconds = Math.max(0, Number(left.dataset.left) - Math.floor((performance.now() - began) / 1000));
      const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
      left.textContent = seconds ? say(`còn ${days ? `${days} ngày ` : ""}${hours} giờ ${minutes} phút`, `${days ? `${days} d ` : ""}${hours} h ${minutes} min left`) : say("đã hết hạn", "closed");
    };
    tick();
    setInterval(tick, 20000);
  }

  // --- a file and its digest

  const nameOf = (file) => file.name.normalize("NFC");

  function faultOf(file) {
    const kind = nameOf(file).includes(".") ? nameOf(file).split(".").pop().toLowerCase() : "";
    if (!kinds.includes(kind)) return say(`Không nhận loại tệp này; chỉ nhận ${kinds.join(", ")}.`, `This type of file is not taken, only ${kinds.join(", ")}.`);
    if (file.size === 0) return say("Tệp trống (0 byte).", "The file is empty (0 bytes).");
    if (file.size > limit) return say(`Tệp lớn hơn ${desk.dataset.most}. Nén hoặc tách tệp.`, `The file is larger than ${desk.dataset.most}. Compress or split it.`);
    if (nameOf(file).length > 200) return say("Tên tệp dài hơn 200 ký tự.", "The name is longer than 200 characters.");
    return "";
  }

  // --- the manifest

  const chosen = (slot) => slot.querySelector("[data-file]")?.files[0];
  const because = (slot) => slot.querySelector("[data-because]")?.value.trim().normalize("NFC") || "";
  const titleOf = (slot) => slot.querySelector("h3").textContent;

  if (form) {
    if (!globalThis.crypto?.subtle) {
      form.querySelector("[data-sum]").textContent = say("Trình duyệt chỉ tính được mã băm qua HTTPS: mở trang này bằng địa chỉ https.", "A browser computes digests over HTTPS alone: open this page by its https address.");
      form.querySelector("button").disabled = true;
    }
    for (const slot of slots) {
      const file = slot.querySelector("[data-file]");
      if (!file) continue;
      const reason = slot.querySelector("[data-because]");
      const place = slot.querySelector("[data-digest]");
      file.addEventListener("change", async () => {
        const one = chosen(slot);
        const fault = one ? faultOf(one) : "";
        file.setCustomValidity(fault);
        slot.querySelector("[data-fault]").textContent = fault;
        place.textContent = "";
        if (!one || fault) return;
        reason.value = "";
        place.textContent = say("đang tính mã băm…", "computing its digest…");
        try { place.textContent = `${size(one.size)} · ${(await fileDigest(one)).slice(0, 19)}…`; } catch { place.textContent = say("Không đọc được tệp.", "The file cannot be read."); }
      });
      reason.addEventListener("input", () => {
        if (!because(slot) || !chosen(slot)) return;
        file.value = "";
        file.dispatchEvent(new Event("change"));
      });
    }

    let going = new Map(); // what the statement on its way names, by document
    form.bodyOf = async () => {
      const manifest = [];
      going = new Map();
      for (const slot of slots) {
        const file = chosen(slot);
        if (file) {
          slot.querySelector("[data-fault]").dataset.fault = `manifest.${manifest.length}.document`;
          manifest.push({ document: slot.dataset.slot, name: nameOf(file), sha256: await fileDigest(file), size: file.size });
          going.set(slot, file);
        } else if (because(slot)) {
          slot.querySelector("[data-fault]").dataset.fault = `manifest.${manifest.length}.document`;
          manifest.push({ document: slot.dataset.slot, absent_because: because(slot) });
        }
      }
      return { unit: form.dataset.unit, manifest };
    };

    form.addEventListener("stated", async (event) => {
      const receipt = event.detail.receipts.at(-1);
      const lacking = receipt.data.missing.map((code) => slots.find((slot) => slot.dataset.slot === code)).map((slot) => (slot ? titleOf(slot) : ""));
      const mark = receipt.data.on_time ? say("đúng hạn", "in time") : say("trễ hạn", "late");
      const whole = lacking.length ? say(`còn thiếu: ${lacking.join("; ")}`, `lacks: ${lacking.join("; ")}`) : say("danh mục đầy đủ", "the list is complete");
      const line = document.createElement("p");
      line.textContent = `${say("Máy chủ nhận danh mục", "The server received the list")} ${moment(receipt.time)}, ${mark}; ${whole}.`;
      form.querySelector("[data-answer]").append(line);
      const sent = going;
      for (const slot of sent.keys()) {
        const file = slot.querySelector("[data-file]");
        file.value = ""; // it is stated: another statement does not name it again
        slot.querySelector("[data-digest]").textContent = "";
      }
      for (const slot of slots) if (slot.querySelector("[data-because]")) slot.querySelector("[data-because]").value = "";
      const hat = form.querySelector("[data-hat]");
      const results = [];
      for (const [slot, file] of sent) {
        results.push(await send(slot, file, `${form.dataset.command}/${Number(receipt.sequence)}/files/${slot.dataset.slot}/upload`, hat ? hat.value : form.dataset.acting));
      }
      const bad = results.filter((one) => !one).length;
      form.querySelector("[data-sum]").textContent = bad
        ? say(`${bad} tệp không được nhận: xem lý do ở từng mục.`, `${bad} files were not taken: see why at each document.`)
        : results.length ? say(`Đã nhận đủ ${results.length} tệp.`, `All ${results.length} files have come.`) : "";
    });
  }

  // --- files that an earlier manifest names

  const again = desk.querySelector("[data-again]");
  if (again) {
    again.addEventListener("change", async () => {
      const place = desk.querySelector("[data-again-said]");
      const files = [...again.files];
      const strange = [];
      let taken = 0;
      place.textContent = say("Đang nhận ra tệp…", "Recognising files…");
      for (const file of files) {
        const sum = await fileDigest(file).catch(() => "");
        const mine = slots.filter((slot) => slot.dataset.sha256 === sum);
        if (!mine.length) strange.push(nameOf(file));
        for (const slot of mine) taken += Number(await send(slot, file, slot.dataset.upload, desk.dataset.acting));
      }
      const unknown = strange.length ? say(` Không phải tệp nào đang chờ: ${strange.join(", ")}.`, ` None of those that are to come: ${strange.join(", ")}.`) : "";
      place.textContent = say(`Đã nhận đủ ${taken} tệp.`, `${taken} files have come whole.`) + unknown;
      again.value = "";
    });
  }

  // --- bytes

  const pause = (seconds) => new Promise((resolve) => {
    const done = () => { clearTimeout(timer); removeEventListener("online", done); resolve(); };
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", done);
  });

  // True once the server has the whole of it, false when it refuses it; waits out a lost connection.
  async function send(slot, file, address, acting) {
    const place = slot.querySelector("[data-progress]");
    const [bar, bytes, said] = ["progress", "[data-bytes]", "[data-said]"].map((name) => place.querySelector(name));
    const show = (offset, words, kind = "") => {
      place.hidden = false;
      bar.value = Math.floor((offset * 100) / file.size);
      bytes.textContent = `${size(offset)}/${size(file.size)}`;
      said.textContent = words;
      said.className = kind;
    };
    let offset = 0;
    let seconds = 1;
    for (;;) {
      try {
        let answer = await fetch(address);
        let told = await answer.json().catch(() => ({}));
        while (answer.ok && told.state !== "held") {
          offset = told.offset;
          show(offset, say("đang gửi", "sending"));
          let part;
          try { part = await file.slice(offset, offset + PART).arrayBuffer(); } catch {
            show(offset, say("Tệp đã bị đổi hoặc di chuyển: chọn lại tệp.", "The file was changed or moved: choose it again."), "dk-bad");
            return false;
          }
          const headers = { "Content-Type": "application/octet-stream", "Idempotency-Key": crypto.randomUUID(), "Upload-Offset": String(offset) };
          if (acting) headers["Acting-As"] = acting;
          answer = await fetch(address, { method: "PATCH", headers, body: part });
          told = await answer.json().catch(() => ({}));
          if (answer.ok) seconds = 1;
          else if (answer.status === 409 && answer.headers.has("Upload-Offset")) {
            told = { offset: Number(answer.headers.get("Upload-Offset")) };
            answer = { ok: true };
          }
        }
        if (answer.ok) {
          show(file.size, told.on_time ? say("đã nhận đủ", "has come whole") : say("đã nhận đủ, trễ hạn", "has come whole, late"), told.on_time ? "dk-good" : "dk-bad");
          return true;
        }
        const why = english ? told.detail_en || told.detail : told.detail;
        if (answer.status < 500) {
          show(offset, why || say("không được nhận", "was not taken"), "dk-bad");
          return false;
        }
        show(offset, `${why || say("máy chủ chưa sẵn sàng", "the server is not ready")} ${say("Tự thử lại.", "Trying again.")}`, "dk-left");
      } catch {
        show(offset, say("mất kết nối, tự gửi tiếp khi có lại", "connection lost, going on when it is back"), "dk-left");
      }
      await pause(seconds);
      seconds = Math.min(seconds * 2, LONGEST_PAUSE);
    }
  }
})();
