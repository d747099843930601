/* Filling in: every field is kept as it is typed, at the server, and in this browser while the server cannot be reached.
   Fields that other answers call for appear at once. The page works without this script, by its buttons. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-facts]");
  if (!form) return;
  const named = (name) => form.elements.namedItem(name);

  /* conditional fields: any table of facts that holds calls for the field */
  const facts = JSON.parse(form.dataset.facts);
  const fact = (name, row) => {
    const field = named(row + name);
    return field ? (field.type === "checkbox" ? field.checked : field.value) : facts[name];
  };
  const agrees = (found, wanted) => (Array.isArray(wanted) ? wanted.includes(found) : found === wanted);
  const unfold = () => {
    for (const box of form.querySelectorAll("[data-when]")) {
      const input = box.querySelector("input, select, textarea");
      const row = /^\d+-/.exec(input.name)?.[0] || "";
      const called = JSON.parse(box.dataset.when).some((table) =>
        Object.entries(table).every(([name, wanted]) => agrees(fact(name, row), wanted)),
      );
      const filled = input.type === "checkbox" ? input.checked : input.value;
      box.hidden = !called && !filled;
    }
  };
  form.addEventListener("change", unfold);
  unfold();
  if (!form.dataset.keep) return;

  const PAUSE = 2500,
    AGAIN = 10000;
  const place = `kept:${location.pathname}`,
    mark = form.querySelector("[data-kept]"),
    seen = named("seen");
  const say = (words, bad) => {
    mark.textContent = words;
    mark.classList.toggle("bad", Boolean(bad));
  };
  const typed = () => {
    const held = new URLSearchParams(new FormData(form));
    for (const name of ["csrf_token", "seen", "go"]) held.delete(name);
    return held.toString();
  };
  const stashed = () => {
    try {
      return JSON.parse(localStorage.getItem(place) || "null");
    } catch {
      return null;
    }
  };
  const stash = (more) => {
    try {
      localStorage.setItem(place, JSON.stringify({ seen: seen.value, typed: typed(), ...more }));
    } catch {
      /* a full or forbidden store: the server keeps it, and the mark says when it could not */
    }
  };
  const forget = () => localStorage.removeItem(place);

  let saved = typed(),
    timer = 0,
    running = null,
    stopped = false;

  const conflict = (answer) => {
    stopped = true;
    document.querySelector(".overtaken")?.remove();
    const make = (tag, words = "", kind = "") => Object.assign(document.createElement(tag), { textContent: words, className: kind });
    const card = make("section", "", "card overtaken"),
      table = make("table");
    card.tabIndex = -1;
    const row = (cells, tag) => {
      const line = make("tr");
      line.append(...cells.map((words) => make(tag, words || "（空）")));
      return line;
    };
    table.append(row(["栏目", "已保存的", "本页填写的"], "th"), ...answer.differences.map((one) => row(one, "td")));
    const mine = make("button", "以本页填写的为准", "btn"),
      theirs = make("a", "采用已保存的内容", "btn");
    mine.type = "button";
    mine.addEventListener("click", () => {
      seen.value = answer.seen;
      stopped = false;
      card.remove();
      keep();
    });
    theirs.href = location.pathname;
    theirs.addEventListener("click", forget);
    const buttons = make("p", "", "row"),
      scroll = make("div", "", "scroll");
    buttons.append(mine, theirs);
    scroll.append(table);
    card.append(make("h2", "另一个窗口已改过这一部分"), make("p", answer.sentence), scroll, buttons);
    form.before(card);
    card.focus();
    say("没有保存：请先处理上面的不同之处", true);
  };

  const send = async () => {
    const sent = typed();
    if (sent === saved || stopped) return;
    say("正在保存…");
    let answer;
    try {
      answer = await fetch(form.dataset.keep, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "application/json" },
        redirect: "manual",
        keepalive: sent.length < 30000,
      });
    } catch {
      say("网络不通，已存在本机，恢复后自动保存", true);
      timer = setTimeout(keep, AGAIN);
      return;
    }
    const told = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : {};
    if (answer.ok) {
      saved = sent;
      seen.value = told.seen;
      if (typed() === saved) forget();
      else plan();
      say(told.wrong ? `${told.at} 已自动保存，有 ${told.wrong} 处需要修改` : `${told.at} 已自动保存`);
    } else if (answer.status === 409 && told.differences) conflict(told);
    else if (told.sentence) say(told.sentence, true);
    else if (answer.type === "opaqueredirect" || answer.status === 400 || answer.status === 403)
      say("登录已过期：填写的内容已存在本机，重新登录后回到本页自动恢复", true);
    else {
      say("服务器繁忙，已存在本机，稍后自动再试", true);
      timer = setTimeout(keep, AGAIN);
    }
  };
  const keep = () => {
    clearTimeout(timer);
    running = (running || Promise.resolve()).then(send);
    return running;
  };
  const plan = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE);
  };

  form.addEventListener("input", () => {
    stash();
    plan();
  });
  form.addEventListener("change", () => {
    stash();
    plan();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") keep();
  });
  window.addEventListener("online", keep);

  /* a button of the form waits for what is on its way, or it would meet its own page as another window */
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    stopped = true;
    stash({ submitted: true });
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const waited = running;
    running = null;
    delete form.dataset.sent;
    waited.then(() => form.requestSubmit(event.submitter));
  });

  /* what did not arrive before the stay ended, the lid closed or the line was cut */
  const left = stashed();
  if (left && left.typed !== saved && !(left.submitted && left.seen !== seen.value)) {
    const held = new URLSearchParams(left.typed);
    for (const field of form.elements) {
      if (!field.name || ["hidden", "submit", "button"].includes(field.type)) continue;
      if (field.type === "checkbox") field.checked = held.has(field.name);
      else if (held.has(field.name)) field.value = held.get(field.name);
    }
    seen.value = left.seen;
    unfold();
    say("已恢复上次没有保存的填写，正在保存…");
    keep();
  } else forget();
})();
