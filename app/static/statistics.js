// Draw every figure of the page. A click opens the rows behind a point; with 联动筛选 or Shift it limits the whole page.
"use strict";
(() => {
  const names = (what) => what.split(" ");
  const months = names("1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月");
  const days = names("日 一 二 三 四 五 六");
  window.Plotly?.register({
    moduleType: "locale",
    name: "zh-CN",
    dictionary: {},
    format: {
      days: days.map((day) => `星期${day}`),
      shortDays: days.map((day) => `周${day}`),
      months,
      shortMonths: months,
      date: "%Y-%m-%d",
      year: "%Y年",
      month: "%Y年%-m月",
      dayMonth: "%-m月%-d日",
      dayMonthYear: "%Y年%-m月%-d日",
    },
  });
  const cross = document.querySelector("[data-cross]");
  const kept = (value) => {
    try {
      if (value !== undefined) sessionStorage.setItem("cross", value ? "1" : "");
      return sessionStorage.getItem("cross") === "1";
    } catch {
      return false;
    }
  };
  if (cross) {
    cross.checked = kept();
    cross.addEventListener("change", () => kept(cross.checked));
  }

  // room for the label of the longest bar, which stands outside of it
  const fit = (place, figure, scale) => {
    const { xaxis, yaxis } = figure.layout;
    const words = yaxis?.ticktext;
    if (figure.data[0].type !== "bar" || !words || xaxis.range === undefined) return;
    const longest = Math.max(...words.map((word) => word.length));
    const width = place.clientWidth - (13 * longest + 50) * scale;
    xaxis.range[1] *= width / Math.max(width - 120 * scale, 40);
  };

  // on a wall nothing scrolls: the heads of narrow columns are written in more and shorter lines
  const narrow = (place, figure, scale) => {
    const { xaxis, margin } = figure.layout;
    const words = xaxis.ticktext.map((word) => word.replaceAll("<br>", ""));
    const wide = (place.clientWidth - 110 * scale) / Math.max(words.length, 1);
    const signs = Math.max(Math.floor(wide / (14 * scale)), 1);
    const cut = (word) => (word.length > 6 * signs ? `${word.slice(0, 6 * signs - 1)}…` : word);
    const lines = words.map((word) => cut(word).match(new RegExp(`.{1,${signs}}`, "gu")) ?? [""]);
    xaxis.ticktext = lines.map((line) => line.join("<br>"));
    margin.t = (Math.max(...lines.map((line) => line.length)) * 17 + 16) * scale;
  };

  const wayOf = (point) => {
    const found = point.customdata ?? point.data.customdata?.[0];
    return Array.isArray(found) ? found : ["", ""];
  };

  const follow = (event) => {
    const point = event.points[0];
    if (!point) return;
    const [open, limit] = wayOf(point);
    const limits = cross?.checked || event.event?.shiftKey;
    const link = limits ? limit || open : open || limit;
    if (link) location.assign(link);
  };

  const drawn = (place) => {
    place.querySelectorAll("svg.main-svg").forEach((svg) => {
      svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`); // paper is narrower
    });
    place.classList.add("drawn");
  };

  const draw = (place) => {
    const figure = JSON.parse(place.nextElementSibling.textContent);
    const wall = place.closest("[data-wall]");
    const scale = wall ? Number(getComputedStyle(wall).getPropertyValue("--scale")) || 1 : 1;
    if (wall) {
      figure.layout.height = Math.max(place.closest(".room").clientHeight - 8, 120);
      figure.layout.font.size *= scale;
      for (const axis of ["xaxis", "yaxis"])
        if (figure.layout[axis]?.tickfont) figure.layout[axis].tickfont.size *= scale;
      figure.data.forEach((trace) => trace.textfont && (trace.textfont.size *= scale));
      (figure.layout.annotations ?? []).forEach((note) => {
        note.font.size *= scale;
        if (note.yshift) note.yshift *= scale;
      });
      if (figure.layout.margin.t > 30) figure.layout.margin.t *= scale;
      if (figure.least) narrow(place, figure, scale);
      const axis = figure.layout.yaxis;
      if (axis?.ticktext) axis.range = [Math.max(axis.ticktext.length, 6) - 0.5, -0.5]; // few bars do not grow fat
    }
    place.style.height = `${figure.layout.height}px`; // or a change of width would fold the figure
    if (figure.least && !wall) place.style.minWidth = `${figure.least}px`; // its parent scrolls
    fit(place, figure, scale);
    return Plotly.newPlot(place, figure.data, figure.layout, figure.config).then(() => {
      drawn(place);
      place.on("plotly_afterplot", () => drawn(place));
      const ways = figure.data.some((trace) => (trace.customdata ?? []).flat(2).some(Boolean));
      if (!ways || wall) return;
      place.classList.add("linked");
      place.on("plotly_click", follow);
    });
  };

  // PNG and SVG, made by the browser itself; the title stands on the picture
  const save = (href, name) => {
    const link = document.createElement("a");
    link.href = href;
    link.download = name;
    link.click();
  };
  const picture = async (place, kind) => {
    const title = place.dataset.title;
    const [width, height] = [place.clientWidth, place.clientHeight + 40];
    const { data, layout } = place;
    const margin = { ...layout.margin, t: (layout.margin?.t ?? 12) + 40 };
    const shown = {
      data,
      layout: {
        ...layout,
        width,
        height,
        margin,
        paper_bgcolor: "#fff",
        title: { text: title, font: { size: 16 }, x: 0.01, xanchor: "left", y: 1, yanchor: "top", pad: { t: 10 } },
      },
      config: { locale: "zh-CN" },
    };
    const svg = decodeURIComponent((await Plotly.toImage(shown, { format: "svg", width, height })).replace(/^[^,]*,/, ""));
    const href = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    if (kind === "svg") return save(href, `${title}.svg`);
    const image = new Image();
    image.src = href;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [2 * width, 2 * height];
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    pen.drawImage(image, 0, 0, width, height);
    save(canvas.toDataURL("image/png"), `${title}.png`);
  };
  document.querySelectorAll("[data-picture]").forEach((button) =>
    button.addEventListener("click", () =>
      picture(button.closest(".statistic").querySelector(".figure"), button.dataset.picture),
    ),
  );
  document.querySelector("[data-print]")?.addEventListener("click", () => print());

  document.querySelectorAll(".figure").forEach(draw);

  // 大屏: ask for the page again; while that fails, say how old the numbers are
  const wall = document.querySelector("[data-wall]");
  if (wall) {
    const again = async () => {
      try {
        const answer = await fetch(location.href, { redirect: "manual", headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-wall]");
        if (!fresh) throw new Error("no wall");
        document.querySelectorAll(".figure.drawn").forEach((place) => Plotly.purge(place));
        document.querySelector("[data-wall]").innerHTML = fresh.innerHTML;
        document.querySelectorAll(".figure").forEach(draw);
      } catch {
        document.querySelector("[data-stale]").hidden = false;
      }
    };
    setInterval(again, 1000 * Number(wall.dataset.wall));
  }
})();
