// Draw every figure of the page; a click on a bar opens the rows it stands for.
"use strict";
document.querySelectorAll(".figure").forEach((place) => {
  const figure = JSON.parse(place.nextElementSibling.textContent);
  place.style.height = `${figure.layout.height}px`; // or a change of width would fold the figure
  const { xaxis, yaxis } = figure.layout;
  const width = place.clientWidth - 13 * Math.max(...yaxis.ticktext.map((word) => word.length)) - 50;
  xaxis.range[1] *= width / Math.max(width - 110, 40); // room for the label of the longest bar
  const links = figure.data[0].customdata;
  Plotly.newPlot(place, figure.data, figure.layout, figure.config).then(() => {
    place.classList.add("drawn");
    if (!links.length) return;
    place.classList.add("linked");
    place.on("plotly_click", (event) => {
      const link = links[event.points[0].pointNumber];
      if (link) location.assign(link);
    });
  });
});
