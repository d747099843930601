/* The product's only script of its own. Every page works without it; it makes dialogs, pickers, the drawer and ticking pleasant. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, words, kind) => {
    const e = document.createElement(tag);
    e.textContent = words;
    if (kind) e.className = kind;
    return e;
  };

  /* dialogs: a link to the verb's page opens the dialog of the same verb instead */
  const open = (dialog) => {
    if (!dialog.open) dialog.showModal();
    const first =
      dialog.querySelector("[aria-invalid], .alert") ||
      dialog.querySelector("input:not([type=hidden]), select, textarea, button[type=submit]");
    if (first) first.focus();
  };
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      open(dialog);
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches("a[role=button]")) {
      event.preventDefault();
      event.target.click();
    }
  });
  const waiting = document.querySelector("dialog[data-open]");
  if (waiting) open(waiting);
  else {
    const alert = document.querySelector(".main .alert, .narrow-page .alert");
    if (alert) alert.focus();
  }

  /* the state of a record stands beside its operations, however wide these are, when the table is wider than its place */
  const pin = () =>
    all("table.rows th.op").forEach((op) =>
      op.closest("table").style.setProperty("--op", `${Math.floor(op.getBoundingClientRect().width)}px`),
    );
  pin();
  addEventListener("resize", pin);

  /* the drawer: without script the link #side opens it and #main closes it */
  const burger = document.querySelector(".burger"),
    side = document.getElementById("side"),
    veil = document.querySelector(".veil");
  if (burger && side) {
    const isOut = () => side.classList.contains("out");
    const set = (out) => {
      if (!out && location.hash === "#side") location.hash = "main";
      side.classList.toggle("out", out);
      burger.setAttribute("aria-expanded", out);
      if (out) (side.querySelector(".on") || side.querySelector("a"))?.focus();
    };
    if (location.hash === "#side") set(true);
    burger.addEventListener("click", (event) => {
      event.preventDefault();
      set(!isOut());
    });
    veil.addEventListener("click", (event) => {
      event.preventDefault();
      set(false);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && isOut()) {
        set(false);
        burger.focus();
      }
    });
    side.querySelector(".on")?.scrollIntoView({ block: "nearest" });
  }
  /* folded menus close when one looks elsewhere */
  const menus = all(".me, .menu");
  document.addEventListener("click", (event) =>
    menus.forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    }),
  );
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && menus.find((m) => m.open);
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  /* forms: sent once; Enter never sends a long form; leaving asks when something was typed */
  let dirty = false;
  all("form").forEach((form) => {
    const long = all("input:not([type=hidden]), select, textarea", form).length > 4 && form.method === "post";
    if (long)
      form.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && event.target.matches("input:not([type=submit]):not([type=button])"))
          event.preventDefault();
      });
    if (form.matches("[data-careful]"))
      form.addEventListener("input", () => {
        dirty = true;
      });
    if (form.getAttribute("action")?.endsWith("/logout/"))
      form.addEventListener("submit", () => {
        Object.keys(localStorage).forEach((key) => key.startsWith("kept:") && localStorage.removeItem(key));
        window.indexedDB?.deleteDatabase("uploads"); /* files that have not gone up (materials.js) */
      });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      dirty = false;
      if (form.method === "get")
        all("input, select", form).forEach((e) => {
          if (!e.value) e.disabled = true;
        });
      else if (!form.hasAttribute("data-download")) {
        if (form.dataset.sent) {
          event.preventDefault();
          return;
        }
        form.dataset.sent = "1";
        setTimeout(() => {
          delete form.dataset.sent;
        }, 15000);
      }
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  window.addEventListener("pageshow", () => {
    all("form").forEach((form) => delete form.dataset.sent);
    all("form[method=get] :disabled").forEach((e) => {
      e.disabled = false;
    });
  });

  /* a file that is too large is told before it travels */
  all("input[type=file][data-most]").forEach((input) =>
    input.addEventListener("change", () => {
      const big = [...input.files].find((file) => file.size > input.dataset.most * 1048576);
      input.setCustomValidity(
        big
          ? `“${big.name}”为 ${(big.size / 1048576).toFixed(1)} MB，超过 ${input.dataset.most} MB 的上限；请压缩或拆分后再上传。`
          : "",
      );
      if (big) input.reportValidity();
    }),
  );

  /* on a phone the query form shows its first condition, the others on demand */
  const query = document.querySelector(".query");
  if (query && all(".cond", query).length > 1) {
    const typed = all(".cond:not(:first-of-type) :is(input, select)", query).some((e) => e.value);
    const more = make("button", "更多条件", "btn more");
    more.type = "button";
    more.setAttribute("aria-expanded", typed);
    query.classList.toggle("folded", !typed);
    more.addEventListener("click", () => more.setAttribute("aria-expanded", !query.classList.toggle("folded")));
    query.querySelector(".act").prepend(more);
  }

  /* ticking rows */
  const every = document.querySelector("[data-all]");
  if (every) {
    const ticks = all("td.tick input:not(:disabled)"),
      note = document.querySelector(".picked");
    const count = () => {
      const n = ticks.filter((t) => t.checked).length;
      ticks.forEach((t) => t.closest("tr").classList.toggle("sel", t.checked));
      every.checked = n === ticks.length;
      every.indeterminate = n > 0 && n < ticks.length;
      if (note) {
        note.hidden = !n;
        note.querySelector("b").textContent = n;
      }
    };
    every.addEventListener("change", () => {
      ticks.forEach((t) => {
        t.checked = every.checked;
      });
      count();
    });
    ticks.forEach((t) => t.addEventListener("change", count));
    count();
  }

  /* pickers: type, Enter or arrow, choose; what is typed without choosing is looked up by the server */
  let serial = 0;
  all(".combo").forEach((combo) => {
    const [key, input] = [combo.querySelector("input[type=hidden]"), combo.querySelector("input[role=combobox]")];
    const list = make("ul", "");
    list.id = `list-${++serial}`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    input.setAttribute("aria-controls", list.id);
    combo.append(list);
    let timer = 0,
      asked = 0,
      here = -1;
    const options = () => all("[role=option]", list);
    const show = (on) => {
      list.hidden = !on;
      input.setAttribute("aria-expanded", on);
      if (!on) {
        here = -1;
        input.removeAttribute("aria-activedescendant");
      }
    };
    const mark = (n) => {
      here = n;
      options().forEach((o, i) => o.setAttribute("aria-selected", i === n));
      const o = options()[n];
      if (o) {
        input.setAttribute("aria-activedescendant", o.id);
        o.scrollIntoView({ block: "nearest" });
      }
    };
    const quiet = () => {
      clearTimeout(timer);
      asked++;
    }; // what was asked before is answered to nobody
    const choose = (option) => {
      quiet();
      key.value = option.dataset.key;
      input.value = option.dataset.text;
      show(false);
      input.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const ask = async (entered) => {
      const mine = ++asked,
        address = new URL(combo.dataset.url, location.href);
      address.searchParams.set("q", key.value ? "" : input.value.trim());
      for (const pair of (combo.dataset.narrow || "").split(" ").filter(Boolean)) {
        const [column, field] = pair.split("="),
          other = input.form.elements[field];
        if (other && other.value) address.searchParams.set(column, other.value);
      }
      let answer;
      try {
        answer = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
      } catch {
        return;
      }
      if (mine !== asked) return;
      list.replaceChildren(
        ...answer.results.map((r, i) => {
          const o = make("li", r.text);
          o.id = `${list.id}-${i}`;
          o.setAttribute("role", "option");
          o.dataset.key = r.id;
          o.dataset.text = r.text;
          if (r.note) o.append(make("small", r.note));
          return o;
        }),
      );
      if (!answer.results.length) list.append(make("li", "没有找到，请换一个名称、拼音首字母或代码", "no"));
      else if (answer.more) list.append(make("li", "还有更多，请继续输入以缩小范围", "no"));
      if (entered && answer.results.length === 1) choose(options()[0]);
      else show(true);
    };
    input.addEventListener("input", () => {
      key.value = "";
      clearTimeout(timer);
      timer = setTimeout(() => ask(), 180);
    });
    input.addEventListener("keydown", (event) => {
      const found = options();
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) ask();
        else if (found.length)
          mark(
            (here +
              (event.key === "ArrowDown" ? 1 : found.length - 1) +
              (here < 0 && event.key === "ArrowUp" ? 1 : 0)) %
              found.length,
          );
      } else if (event.key === "Enter") {
        if (!list.hidden && found[here]) {
          event.preventDefault();
          choose(found[here]);
        } else if (!list.hidden && found.length === 1 && !key.value) {
          event.preventDefault();
          choose(found[0]);
        } else if (!key.value && input.value.trim()) {
          event.preventDefault();
          clearTimeout(timer);
          ask(true);
        }
      } else if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        event.preventDefault();
        show(false);
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const o = event.target.closest("[role=option]");
      if (o) choose(o);
    });
    input.addEventListener("focus", () => {
      if (!key.value && !input.value) ask();
    });
    input.addEventListener("blur", () => {
      quiet();
      setTimeout(() => show(false), 120);
    });
  });

  /* trees: fetch what lies below without leaving the page */
  const tree = document.querySelector(".tree[data-children]");
  const here = tree && tree.querySelector("[aria-current]");
  if (here)
    tree.scrollTop = Math.max(
      0,
      here.getBoundingClientRect().top - tree.getBoundingClientRect().top - tree.clientHeight / 2,
    );
  if (tree)
    tree.addEventListener("click", async (event) => {
      const twig = event.target.closest("a.twig");
      if (!twig) return;
      event.preventDefault();
      const item = twig.closest("li"),
        below = item.querySelector(":scope > ul");
      if (below) {
        below.hidden = !below.hidden;
        item.classList.toggle("open", !below.hidden);
        twig.setAttribute("aria-expanded", !below.hidden);
        return;
      }
      const address = tree.dataset.children.replace(/0$/, encodeURIComponent(twig.dataset.key));
      let nodes;
      try {
        nodes = await (await fetch(address)).json();
      } catch {
        location.href = twig.href;
        return;
      }
      const list = make("ul", "");
      for (const node of nodes) {
        const line = make("li", ""),
          box = make("div", "", "node"),
          link = make("a", node.label);
        const to = `${tree.dataset.base}?node=${encodeURIComponent(node.key)}`;
        const mark = make(node.leaf ? "span" : "a", "", "twig");
        if (!node.leaf) {
          mark.href = to;
          mark.dataset.key = node.key;
          mark.setAttribute("aria-expanded", "false");
          mark.setAttribute("aria-label", `展开${node.label}`);
        }
        link.href = to;
        link.title = node.label;
        box.append(mark, link);
        if (node.note) box.append(make("em", node.note));
        line.append(box);
        list.append(line);
      }
      item.append(list);
      item.classList.add("open");
      twig.setAttribute("aria-expanded", "true");
    });

  /* what scrolls sideways can be scrolled by keyboard too */
  const reachable = () => {
    for (const box of all(".scroll")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    }
  };
  reachable();
  window.addEventListener("resize", reachable);

  /* A box that hides the lines without the typed words, and unfolds where the others stand. */
  for (const box of document.querySelectorAll("[data-filter]"))
    box.addEventListener("input", () => {
      const words = box.value.trim().toLowerCase();
      for (const line of document.querySelectorAll(box.dataset.filter))
        line.hidden = words !== "" && !line.dataset.words.toLowerCase().includes(words);
      for (const fold of document.querySelectorAll(".fold")) {
        const found = fold.querySelector(`${box.dataset.filter}:not([hidden])`);
        fold.hidden = words !== "" && !found;
        if (words !== "" && found) fold.open = true;
      }
    });

  document.documentElement.dataset.script =
    "ready"; /* for who drives the browser: from here on the page answers by script */
})();
