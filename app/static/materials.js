/* 申报材料: photos are shrunk here, files travel in pieces and go on where they stopped, also after the browser was
   closed (what has not gone up is kept in this browser's IndexedDB until it has). The page works without this script. */
(() => {
  "use strict";
  const list = document.getElementById("materials");
  if (!list) return;
  const PIECE = 512 * 1024,
    LONG_SIDE = 2400,
    QUALITY = 0.85,
    PLAIN = 1 << 20,
    PAUSES = [1000, 2000, 5000, 10000, 15000];
  const PICTURES = ["jpg", "jpeg", "png", "heic", "heif"];
  const ending = (name) => name.split(".").pop().toLowerCase();
  const isPicture = (file) => PICTURES.includes(ending(file.name)) || file.type.startsWith("image/");
  const token = () => document.querySelector("[name=csrf_token]").value;
  const formOf = (kind) => document.querySelector(`#${CSS.escape(kind)} form[data-begin]`);

  /* what is waiting to go up, kept by the browser */
  const NAME = "uploads";
  const opened = new Promise((done) => {
    try {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("files", { keyPath: "id", autoIncrement: true });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => done(null);
    } catch {
      done(null); /* forbidden, as in a private window: files are chosen again, and go on all the same */
    }
  });
  const kept = async (mode, what) => {
    const store = await opened;
    if (!store) return null;
    return new Promise((done) => {
      try {
        const asked = what(store.transaction("files", mode).objectStore("files"));
        asked.onsuccess = () => done(asked.result);
        asked.onerror = () => done(null);
      } catch {
        done(null);
      }
    });
  };

  /* photos: upright, and no larger than a page needs; what this browser cannot read goes up as it is */
  const shrunk = async (file) => {
    try {
      const seen = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONG_SIDE / Math.max(seen.width, seen.height));
      if (scale === 1 && file.size < PLAIN) return { blob: file, name: file.name };
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(seen.width * scale);
      canvas.height = Math.round(seen.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(seen, 0, 0, canvas.width, canvas.height);
      seen.close();
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      if (!blob || blob.size >= file.size) return { blob: file, name: file.name };
      return { blob, name: `${file.name.replace(/\.[^.]*$/, "") || "照片"}.jpg` };
    } catch {
      return { blob: file, name: file.name };
    }
  };
  const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const digest = async (blob) => (window.crypto?.subtle ? hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer())) : "");

  /* what is told at the kind */
  const say = (kind, words, bad) => {
    const mark = formOf(kind)?.querySelector(".progress");
    if (!mark) return;
    mark.hidden = !words;
    mark.textContent = words;
    mark.classList.toggle("bad", Boolean(bad));
  };

  class Ended extends Error {}
  const pause = (turn) =>
    new Promise((done) => {
      const timer = setTimeout(go, PAUSES[Math.min(turn, PAUSES.length - 1)]);
      function go() {
        clearTimeout(timer);
        window.removeEventListener("online", go);
        done();
      }
      window.addEventListener("online", go);
    });
  const asked = async (address, more) => {
    const answer = await fetch(address, { redirect: "manual", ...more });
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.type === "opaqueredirect" || (answer.status === 400 && !told.sentence))
      throw new Ended("登录已过期：文件已存在本机，重新登录后回到本页自动继续");
    if (answer.status >= 500) throw new TypeError("busy");
    return { code: answer.status, ...told };
  };
  const posted = (address, body, headers) =>
    asked(address, { method: "POST", body, headers: { "X-CSRFToken": token(), ...headers } });

  /* one file: begin or go on, piece by piece, finish; tells the sentence of a refusal, or nothing */
  const travels = async (item, told) => {
    let turn = 0;
    for (;;) {
      try {
        let now = item.key ? await asked(`/uploads/${item.key}`) : { code: 404 };
        if (now.code === 404) {
          const form = new FormData();
          for (const [name, value] of Object.entries(item.begin)) [].concat(value).forEach((one) => form.append(name, one));
          now = await posted(item.address, form);
          if (now.code === 404) return "";
          if (now.code !== 201) {
            if (now.again) throw new TypeError("busy");
            return now.sentence || "没有上传，请刷新页面后重试。";
          }
          item.key = now.key;
          if (item.id) await kept("readwrite", (store) => store.put(item));
        }
        let offset = now.offset;
        while (offset < item.blob.size) {
          told(offset / item.blob.size);
          const part = item.blob.slice(offset, offset + PIECE);
          const sum = await digest(part);
          const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset, "Tus-Resumable": "1.0.0" };
          if (sum) headers["Upload-Checksum"] = `sha256 ${sum}`;
          const answer = await posted(`/uploads/${item.key}/append`, part, headers);
          if (answer.offset === undefined) {
            if (answer.code === 409 || answer.again) throw new TypeError("again");
            return answer.sentence || "没有上传，请刷新页面后重试。";
          }
          offset = answer.offset;
          turn = 0;
        }
        told(1);
        if (now.whole) return "";
        const end = await posted(`/uploads/${item.key}/finish`);
        if (end.whole || end.code === 404) return "";
        if (end.again) throw new TypeError("again");
        return end.sentence || "没有保存，请重新上传。";
      } catch (error) {
        if (error instanceof Ended || !(error instanceof TypeError)) throw error;
        told(-1);
        await pause(turn++);
      }
    }
  };

  /* the queue: one file after the other, in the order of choosing */
  let running = Promise.resolve();
  const goUp = (items) => {
    const errors = {};
    running = running.then(async () => {
      const shown = new Set();
      for (const [place, item] of items.entries()) {
        const kind = item.begin.kind;
        const share = (part) => {
          const many = items.length > 1 ? `第 ${place + 1}/${items.length} 个 ` : "";
          if (part < 0) say(kind, `网络中断，${many}已保存在本机，恢复后自动继续`, true);
          else say(kind, `正在上传 ${many}${item.begin.name}：${Math.floor(part * 100)}%，请不要关闭页面`);
        };
        try {
          const wrong = await travels(item, share);
          if (wrong) (errors[kind] ||= []).push(item.number > 1 || items.length > 1 ? `第 ${item.number} 个：${wrong}` : wrong);
          if (item.id) await kept("readwrite", (store) => store.delete(item.id));
          shown.add(kind);
        } catch (error) {
          say(kind, error instanceof Ended ? error.message : "没有上传完，请刷新页面后继续", true);
          return;
        }
      }
      if (shown.size) await redraw(fetch(location.pathname), [...shown][0], errors);
    });
    return running;
  };

  /* the list anew, in place */
  const redraw = async (answering, kind, errors = {}) => {
    const answer = await answering;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("materials");
    if (!fresh) {
      location.reload();
      return;
    }
    document.getElementById("materials").replaceWith(document.adoptNode(fresh));
    document.querySelectorAll(".main > .flash").forEach((flash) => flash.remove());
    document.querySelector(".main").prepend(...page.querySelectorAll(".main > .flash"));
    for (const [name, words] of Object.entries(errors)) say(name, words.join(""), true);
    camera();
    document.getElementById(kind)?.scrollIntoView({ block: "nearest" });
  };

  const takes = async (form, files, joined) => {
    const kind = form.elements.namedItem("kind").value;
    const paged = form.hasAttribute("data-join") && (joined || files.filter(isPicture).length > 1);
    const chosen = [...form.querySelectorAll("[name=rows]:checked")].map((box) => box.value);
    form.querySelector("[type=submit]").disabled = true;
    say(kind, "正在准备…");
    const items = [];
    for (const [place, file] of files.entries()) {
      const { blob, name } = isPicture(file) ? await shrunk(file) : { blob: file, name: file.name };
      const mark = (await digest(blob)) || `${file.size}:${file.lastModified}`;
      const begin = { kind, name, size: blob.size, mark, rows: chosen, no_secrets: "1" };
      if (paged && isPicture(file)) begin.paged = "1";
      const item = { address: form.dataset.begin, begin, blob, number: place + 1 };
      const id = await kept("readwrite", (store) => store.add(item));
      if (id) item.id = id;
      items.push(item);
    }
    form.querySelector("[type=submit]").disabled = false;
    form.querySelector("[name=file]").value = "";
    await goUp(items);
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.closest("#materials")) return;
    if (form.matches("[data-swap]")) {
      event.preventDefault();
      const sent = new FormData(form, event.submitter);
      const kind = sent.get("kind");
      form.querySelectorAll("button").forEach((button) => (button.disabled = true));
      redraw(fetch(location.pathname, { method: "POST", body: sent }), kind).catch(() => {
        form.querySelectorAll("button").forEach((button) => (button.disabled = false));
        delete form.dataset.sent;
        say(kind, "网络中断，没有办理，请再按一次", true);
      });
      return;
    }
    if (!form.matches("[data-begin]")) return;
    const files = [...form.elements.namedItem("file").files];
    if (!files.length || (files.length === 1 && files[0].size < PLAIN)) return; /* as any form */
    event.preventDefault();
    delete form.dataset.sent;
    takes(form, files, false);
  });

  /* a photo that is too large is shrunk, not refused */
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.matches("#materials [name=file]") && [...input.files].every(isPicture)) input.setCustomValidity("");
    if (input.matches("[data-camera]") && input.files.length) {
      const form = input.form,
        files = [...input.files];
      input.value = "";
      const sure = form.elements.namedItem("no_secrets");
      if (sure.checked) takes(form, files, true);
      else {
        say(form.elements.namedItem("kind").value, "照片已拍好，请勾选“确认不含涉密内容”后自动上传", true);
        sure.addEventListener("change", () => takes(form, files, true), { once: true });
      }
    }
  });
  const camera = () => {
    if (matchMedia("(pointer: coarse)").matches)
      document.querySelectorAll("#materials .camera").forEach((label) => (label.hidden = false));
  };
  camera();

  /* what did not arrive before the line was cut or the browser closed */
  (async () => {
    const all = (await kept("readonly", (store) => store.getAll())) || [];
    const own = document.querySelector("form[data-begin]")?.dataset.begin;
    const mine = all.filter((item) => item.address === own);
    if (mine.length) goUp(mine);
  })();
})();
