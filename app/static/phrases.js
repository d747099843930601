/* 常用语: one click or Alt with a digit puts the words, the reason, the clause and what would do into their fields. */
(() => {
  "use strict";
  const bank = document.getElementById("phrases");
  if (!bank) return;
  const field = (form, name) => form.querySelector(`[name="${CSS.escape(name)}"]`);
  const put = (box, words, mine) => {
    if (!box || (mine && box.value)) return;
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  /* a point of the list: every field has its key */
  const intoPoint = (point, said) => {
    const text = point.querySelector('[name^="text|"]'),
      key = text.name.slice(5);
    for (const name of ["reason", "text", "fits", "clause"]) put(field(point, `${name}|${key}`), said[name]);
    text.focus();
  };
  /* a verb in its window: lines of the list, or the words of the reason */
  const intoVerb = (form, said) => {
    const items = field(form, "items"),
      words = items || field(form, "opinion"),
      line = items ? `${said.text}｜${said.fits}` : said.text,
      before = words.value.trimEnd(),
      between = before && (items ? "\n" : "；");
    put(field(form, "cause"), said.reason, true);
    if (before.length + between.length + line.length <= (words.maxLength > 0 ? words.maxLength : Infinity))
      put(words, before + between + line);
    words.focus();
  };

  const places = [
    ...[...document.querySelectorAll("fieldset.point")].map((at) => [at, intoPoint, at.querySelector(".form")]),
    ...[...document.querySelectorAll("form.ask")]
      .filter((at) => field(at, "items") || (field(at, "cause") && field(at, "opinion")))
      .map((at) => [at, intoVerb, (field(at, "items") || field(at, "opinion")).closest(".field")]),
  ];
  for (const [at, into, before] of places) {
    before.before(bank.content.cloneNode(true));
    const list = at.querySelector(".phrases");
    if (into === intoPoint) list.open = false;
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button.phrase");
      if (button) into(at, button.dataset);
    });
    at.addEventListener("keydown", (event) => {
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code);
      if (!event.altKey || event.ctrlKey || event.metaKey || !digit) return;
      const button = list.querySelectorAll("button.phrase")[digit[1] - 1];
      if (!button) return;
      event.preventDefault();
      into(at, button.dataset);
    });
  }
})();
