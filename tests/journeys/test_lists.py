"""Every list of every menu on a tablet and on a telephone: what it is and what may be done stay in sight."""

from __future__ import annotations

import os

from tests.journeys.office import DESK, PHONE
from tests.journeys.test_axe import PAGES, WHO, violated

#: Axe beyond the main pages takes a minute and a half: at TEST_WHOLE=1.
WHOLE = bool(os.environ.get("TEST_WHOLE"))
TABLET = {"width": 820, "height": 900}
#: Read in the page: how far it is wider than its window, whether 状态 and 操作 of the first row lie in sight under
#: nothing else, and the narrowest name in em.
LOOKS = """() => {
  const sight = (cell) => {
    if (!cell) return true;
    cell.scrollIntoView({block: "center"});
    const box = cell.getBoundingClientRect(), middle = (box.top + box.bottom) / 2;
    return box.left >= 0 && box.right <= innerWidth + 1 &&
      [box.left + 3, box.right - 3].every((x) => cell.contains(document.elementFromPoint(x, middle)));
  };
  const row = document.querySelector(".list table.rows tbody tr"), cells = row ? [...row.children] : [];
  const em = (cell) => cell.clientWidth / parseFloat(getComputedStyle(cell).fontSize);
  return {
    wider: document.documentElement.scrollWidth - innerWidth,
    rows: cells.length > 0,
    state: sight(cells.find((cell) => cell.dataset.label === "状态")),
    operations: sight(cells.find((cell) => cell.matches(".op"))),
    name: Math.min(99, ...cells.filter((cell) => !cell.matches(".op, .tick, .num, .nb")).map(em)),
    record: row?.querySelector("td.op a[href*='/show/']")?.getAttribute("href"),
  };
}"""
#: At the end of a record its bar stands below everything, and covers nothing.
COVERS = """() => {
  scrollTo(0, document.documentElement.scrollHeight);
  const bar = document.querySelector(".main > .bar");
  if (!bar) return null;
  let before = bar.previousElementSibling;
  return before.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1;
}"""


def test_a_list_shows_state_and_operations_at_every_width_and_no_bar_covers_anything(as_, office):
    """At TEST_WHOLE=1 axe reads a record of every list, and the lists that are not among the main pages."""
    seen, records, wrong, bars = set(), set(), [], 0
    for who in WHO:
        page = as_(who).page
        page.goto("/home/")
        links = page.locator("nav.side a").evaluate_all("found => found.map(link => link.getAttribute('href'))")
        for address in dict.fromkeys(link for link in links if link.split("?")[0] not in seen):
            main = address in list(dict.fromkeys(["/home/", *links]))[:PAGES]
            page.set_viewport_size(TABLET)
            page.goto(address.split("?")[0], wait_until="domcontentloaded")
            for window in (TABLET, PHONE):
                page.set_viewport_size(window)
                found = page.evaluate(LOOKS)
                if found["wider"] > 0 or not found["state"] or not found["operations"] or found["name"] < 6:
                    wrong.append((who, address, window["width"], found))
            if found["rows"]:
                seen.add(address.split("?")[0])
                if WHOLE and not main and (violations := violated(office, page)):
                    wrong.append((who, address, violations))
            if found["record"] and found["record"].split("/show/")[0] not in records:
                records.add(found["record"].split("/show/")[0])
                page.goto(found["record"], wait_until="domcontentloaded")
                covers = page.evaluate(COVERS)
                bars += covers is not None
                if covers or not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                    wrong.append((who, found["record"]))
                if WHOLE and (violations := violated(office, page)):
                    wrong.append((who, found["record"], violations))
        page.set_viewport_size(DESK)
    assert len(seen) > 30 and bars > 3, (len(seen), bars)
    assert wrong == []
