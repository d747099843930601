/* A desk by keyboard: the next case, pass, return. Silent while somebody types or a dialog is open. */
(() => {
  "use strict";
  const keys = document.getElementById("keys");
  if (!keys) return;
  const help = document.getElementById("keys-help"),
    said = keys.querySelector(".said");
  const say = (words) => {
    said.textContent = words;
  };
  const shown = () => document.querySelector("dialog[open]");
  const go = (address, otherwise) => (address ? location.assign(address) : say(otherwise));

  /* the words with which this window passed the case before: one opinion for a pile is typed once */
  const words = (dialog) => dialog.querySelector("textarea[name=opinion]");
  const place = (dialog) => `words:${location.pathname.split("/")[1]}:${dialog.id}`;
  const pass = () => {
    const bar = document.querySelector(".bar[role=toolbar]"),
      opener = bar?.querySelector("a.btn.pri[data-dialog]"),
      dialog = opener && document.getElementById(opener.dataset.dialog);
    if (!dialog) {
      const why = bar?.querySelector(".shut");
      say(why ? `现在不能办理：${why.querySelector("small").textContent}` : "本件现在没有可以办理的事项。");
      return;
    }
    dialog.showModal();
    const opinion = words(dialog);
    if (opinion && !opinion.value) opinion.value = sessionStorage.getItem(place(dialog)) || "";
    for (const choice of dialog.querySelectorAll("select[required]"))
      if (!choice.value && choice.options.length === 2) choice.selectedIndex = 1; /* nothing to choose from */
    const fields = [...dialog.querySelectorAll("input:not([type=hidden]), select, textarea")];
    const open = fields.find((f) => f.required && !(f.type === "checkbox" ? f.checked : f.value));
    (open || dialog.querySelector("button[name=then]") || dialog.querySelector("button[type=submit]")).focus();
  };

  document.addEventListener("keydown", (event) => {
    const dialog = shown();
    if (dialog && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = dialog.querySelector("form");
      const button = form?.querySelector("button[name=then]") || form?.querySelector("button[type=submit]");
      if (button) {
        event.preventDefault();
        form.requestSubmit(button);
      }
      return;
    }
    if (dialog || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, select, textarea, [contenteditable], [role=combobox]")) return;
    const act = {
      n: () => go(keys.dataset.next, "没有下一件待办的申报。"),
      r: () => go(keys.dataset.return, "本件现在不能退回。"),
      p: pass,
      "?": () => help.showModal(),
    }[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  document.addEventListener("submit", (event) => {
    const dialog = event.target.closest("dialog");
    const opinion = dialog && words(dialog);
    if (opinion?.value) sessionStorage.setItem(place(dialog), opinion.value);
  });
})();
