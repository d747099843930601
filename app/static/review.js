/* Pages of a review: the sum of a score sheet as it is typed, and the order of a draw revealed line by line. */
(() => {
  "use strict";

  const sum = document.querySelector("#sheet output[data-less]");
  if (sum) {
    const less = sum.dataset.less.split(" "),
      boxes = [...document.querySelectorAll("#sheet input[name^=item-]")];
    /* in whole hundredths, as the points are kept */
    const read = (box) => /^\d+(\.\d{1,2})?$/.test(box.value.trim());
    const points = (box) => (read(box) ? Math.round(Number(box.value) * 100) : 0);
    const add = () => {
      const total = boxes.reduce((all, box) => all + (less.includes(box.name) ? -points(box) : points(box)), 0);
      const open = boxes.filter((box) => !read(box)).length; /* what cannot be read is no score yet */
      sum.textContent = `合计 ${(total / 100).toFixed(2)} 分${open ? `，还有 ${open} 项未打分` : ""}`;
    };
    sum.hidden = boxes.length === 0;
    boxes.forEach((box) => box.addEventListener("input", add));
    add();
  }

  const stage = document.getElementById("stage"),
    order = stage ? [...stage.querySelectorAll(".order li")] : [];
  if (order.length) {
    const next = stage.querySelector("[data-next]"),
      every = stage.querySelector("[data-every]");
    let revealed = 0;
    const show = (count) => {
      revealed = Math.min(count, order.length);
      order.forEach((line, n) => {
        line.hidden = n >= revealed;
        line.classList.toggle("now", n === revealed - 1);
      });
      next.hidden = every.hidden = revealed === order.length;
      order[revealed - 1]?.scrollIntoView({ block: "nearest" });
    };
    next.addEventListener("click", () => show(revealed + 1));
    every.addEventListener("click", () => show(order.length));
    document.addEventListener("keydown", (event) => {
      if (location.hash !== "#stage" || event.target.closest("button, a, input")) return;
      if (event.key === " " || event.key === "ArrowRight" || event.key === "PageDown") {
        event.preventDefault();
        show(revealed + 1);
      }
    });
    show(0);
  }
})();
