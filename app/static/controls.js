/* Controls in our own words, whatever the language of the browser: days as 2026-07-15, files, and what is wrong said at
   its field. Every form works without: the browser then shows its own. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, words, kind) => {
    const e = document.createElement(tag);
    e.textContent = words;
    if (kind) e.className = kind;
    return e;
  };

  /* a day is typed as it is printed, or picked; a phone keeps its own wheel */
  if (!window.matchMedia("(pointer: coarse)").matches)
    for (const input of all('input[type="date"], input[type="month"]')) {
      const kind = input.type;
      const picker = document.createElement("input"),
        box = make("span", "", "day"),
        open = make("button", "", "pick");
      Object.assign(picker, { type: kind, tabIndex: -1, value: input.value, min: input.min, max: input.max });
      picker.setAttribute("aria-hidden", "true");
      Object.assign(open, { type: "button", title: kind === "date" ? "选择日期" : "选择年月" });
      open.setAttribute("aria-label", `${open.title}：${named(input)}`);
      input.type = "text";
      Object.assign(input, { inputMode: "numeric", placeholder: kind === "date" ? "年-月-日" : "年-月", autocomplete: "off", maxLength: 12 });
      input.replaceWith(box);
      box.append(input, open, picker);
      const tell = () => {
        for (const what of ["input", "change"]) input.dispatchEvent(new Event(what, { bubbles: true }));
      };
      open.addEventListener("click", () => {
        picker.value = written(kind, input.value) || "";
        try {
          picker.showPicker();
        } catch {
          input.focus();
        }
      });
      picker.addEventListener("change", (event) => {
        event.stopPropagation();
        input.value = picker.value;
        tell();
        input.focus();
      });
      picker.addEventListener("input", (event) => event.stopPropagation());
      input.addEventListener("blur", () => {
        const day = written(kind, input.value);
        if (!day || day === input.value) return;
        input.value = day;
        tell();
      });
    }

  /* 2026/7/5, 2026.7.5, 2026年7月5日, 20260705: all one day; 2026/7, 2026年7月, 202607: one month */
  function written(kind, words) {
    const plain = words.trim().replace(/[０-９]/g, (d) => String.fromCharCode(d.charCodeAt(0) - 0xfee0));
    if (kind === "month") {
      const found = /^(\d{4})[-/.年－．](\d{1,2})月?$/.exec(plain) || /^(\d{4})(\d{2})$/.exec(plain);
      return found && +found[2] >= 1 && +found[2] <= 12 ? `${found[1]}-${found[2].padStart(2, "0")}` : "";
    }
    const found =
      /^(\d{4})[-/.年－．](\d{1,2})[-/.月－．](\d{1,2})日?$/.exec(plain) || /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
    if (!found) return "";
    const [, year, month, day] = found.map(Number);
    const real = new Date(Date.UTC(year, month - 1, day));
    if (real.getUTCMonth() !== month - 1 || real.getUTCDate() !== day) return "";
    return `${found[1]}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  }

  /* a file is chosen by our own button, and named beside it */
  for (const input of all('input[type="file"]:not([data-own])')) {
    const box = make("span", "", "files"),
      button = make("label", input.multiple ? "选择文件（可多选）" : "选择文件", "btn"),
      names = make("span", "尚未选择", "names");
    if (!input.id) continue;
    button.htmlFor = input.id;
    button.setAttribute("aria-hidden", "true");
    if (!input.labels.length && !input.getAttribute("aria-label")) input.setAttribute("aria-label", "选择文件");
    names.setAttribute("aria-live", "polite");
    input.replaceWith(box);
    box.append(input, button, names);
    input.addEventListener("change", () => {
      const chosen = [...input.files].map((file) => file.name);
      names.textContent = chosen.length > 3 ? `${chosen.slice(0, 3).join("、")} 等 ${chosen.length} 个文件` : chosen.join("、") || "尚未选择";
    });
  }

  /* what is wrong is said in Chinese, at its field and at the head of the form, before anything is sent */
  function named(input) {
    const label = input.labels && input.labels[0];
    return (label ? label.textContent : input.getAttribute("aria-label") || "").replace(/[*\s]+/g, " ").trim();
  }
  const sentence = (input) => {
    const v = input.validity,
      name = named(input) || "此项";
    if (v.customError) return input.validationMessage;
    if (v.valueMissing) {
      if (input.type === "checkbox" || input.type === "radio") return `请勾选“${name}”。`;
      return `请${input.type === "file" || input.tagName === "SELECT" ? "选择" : "填写"}${name}。`;
    }
    if (v.typeMismatch) return `${name}的格式不正确${input.title ? `：${input.title}` : ""}，请核对。`;
    if (v.patternMismatch) return `${name}不符合要求${input.title ? `：${input.title}` : ""}。`;
    if (v.tooShort) return `${name}至少 ${input.minLength} 字，现有 ${input.value.length} 字。`;
    if (v.tooLong) return `${name}不能超过 ${input.maxLength} 字，现有 ${input.value.length} 字。`;
    if (v.rangeUnderflow) return `${name}不得小于 ${input.min}。`;
    if (v.rangeOverflow) return `${name}不得大于 ${input.max}。`;
    return `${name}不正确，请核对。`;
  };
  const clear = (form) => {
    all(".error[data-said], .alert[data-said]", form).forEach((said) => said.remove());
    all("[data-faulty]", form).forEach((input) => {
      input.removeAttribute("data-faulty");
      input.removeAttribute("aria-invalid");
      input.closest(".field")?.classList.remove("wrong");
    });
  };
  const say = (form, faulty) => {
    clear(form);
    const list = document.createElement("ul");
    for (const input of faulty) {
      const words = sentence(input),
        said = make("p", words, "error"),
        field = input.closest(".field");
      said.dataset.said = "";
      input.dataset.faulty = "";
      input.setAttribute("aria-invalid", "true");
      field?.classList.add("wrong");
      (field || input.closest(".day, .files") || input)[field ? "append" : "after"](said);
      const line = make("li", ""),
        link = make("a", words);
      link.href = `#${input.id}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        input.focus();
      });
      line.append(link);
      list.append(line);
    }
    if (faulty.length > 1) {
      const alert = make("div", "", "alert");
      alert.dataset.said = "";
      alert.setAttribute("role", "alert");
      alert.append(make("p", `有 ${faulty.length} 处需要修改：`), list);
      form.prepend(alert);
    }
    faulty[0].focus();
    faulty[0].scrollIntoView({ block: "center" });
  };
  for (const form of all('form[method="post"]')) {
    if (form.noValidate) continue;
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      if (event.submitter?.formNoValidate) return;
      const faulty = [...form.elements].filter((input) => input.willValidate && !input.validity.valid);
      if (!faulty.length) return clear(form);
      event.preventDefault();
      event.stopImmediatePropagation();
      say(form, faulty);
    });
  }
})();
