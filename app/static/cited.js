/* A citation on a page leads to the wording of its clause (政策依据). Without script it stays a text that one can look up. */
(() => {
  "use strict";
  /* the same as CITED in workflow/office/clauses.py; a test compares */
  const cited =
    /118号 ?[一二三四五六七八](?:[（(][一二三四五六七八九十][)）])?(?:[1-9](?:[（(][1-9][)）])?)?|附件[123] ?(?:1\.[0-9]+(?:\.[0-9]+)*|[一二三](?![级年]))|令40号(?: ?第[一二三四五六七八九十]+条)?|GB\/T 22239(?:-2019)? [0-9]+(?:\.[0-9]+)+|GB\/T 8561|GB 11643|GB 32100|(?:人社厅发|人社部发|湘人社发|湘人社规|湘职改办|湘纪发|湘发改价费规)〔[0-9]{4}〕[0-9]+号/g;
  const apart = "a, button, label, summary, input, textarea, select, option, script, style, svg, code, nav, h1, h2, h3, th";
  const link = (words) => {
    const a = document.createElement("a");
    a.className = "cited";
    a.href = `/clauses/?at=${encodeURIComponent(words)}`;
    a.target = "_blank";
    a.rel = "noopener";
    a.title = "查看条款原文（新窗口）";
    a.textContent = words;
    return a;
  };
  const within = document.getElementById("main");
  if (!within || location.pathname.startsWith("/clauses/")) return;
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.search(cited) >= 0 && !node.parentElement.closest(apart)) found.push(node);
  }
  for (const node of found) {
    const pieces = [];
    let end = 0;
    for (const hit of node.data.matchAll(cited)) {
      pieces.push(node.data.slice(end, hit.index), link(hit[0]));
      end = hit.index + hit[0].length;
    }
    node.replaceWith(...pieces, node.data.slice(end));
  }
})();
