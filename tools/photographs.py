"""Take the pictures of README (docs/pictures) anew from a running demonstration.

make run, and when it is ready:
python -m tools.photographs [http://127.0.0.1:8080]        takes all
python -m tools.photographs http://127.0.0.1:8080 draw     takes one

The booth stands where a poll is open, which no day of the demonstration shows by itself: it is passed over then.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DESK, PHONE = (1366, 900), (390, 844)
COLOURS = 128  #: of a palette: a third of the bytes, and no difference to be seen
SITTING = "评委"  #: the role whose account the sign-in page offers because a session is under way


@dataclass(frozen=True)
class Picture:
    """A page as an account sees it: the address, then the first link of each page whose address fits."""

    name: str
    who: str
    address: str
    then: tuple[str, ...] = ()
    window: tuple[int, int] = DESK
    look: Callable[[Page], bytes] | None = None


def diploma(page: Page) -> bytes:
    """The audit with a file that proves a row, not the photo that comes first."""
    page.locator("button[name=file]").nth(1).click()
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def revealed(page: Page) -> bytes:
    """The draw as the hall sees it, the first experts revealed."""
    page.goto(f"{page.url}#stage")
    for _ in range(4):
        page.locator("[data-next]").click()
    page.locator("#stage").evaluate("stage => stage.scrollTo(0, 0)")
    return page.screenshot()


def printed(page: Page) -> bytes:
    """The certificate of the page, as it is printed."""
    address = page.locator("a[href$='.pdf']").first.evaluate("link => link.href")
    pdf = page.request.get(address).body()
    target = io.BytesIO()
    document = pypdfium2.PdfDocument(pdf)
    document[0].render(scale=1.3).to_pil().save(target, "PNG")
    document.close()
    return target.getvalue()


ALL = (
    Picture("workbench", "city1", "/home/"),
    Picture("audit", "city1", "/home/", (r"/auditscreen/show/\d+", r"/auditscreen/side/\d+$"), look=diploma),
    Picture("draw", "hrss_audit", "/draw/list/", (r"/draw/show/\d+$",), look=revealed),
    Picture("scoring", SITTING, "/expert/material/list/", (r"/expert/material/show/\d+$",)),
    Picture("booth", SITTING, "/expert/booth/", (r"/expert/booth/.*\d+$",)),
    Picture("verification", "city1", "/unitcertificatescreen/list/", (r"/show/\d+$", r"/verify/\w+$")),
    Picture("certificate", "city1", "/unitcertificatescreen/list/", (r"/show/\d+$",), look=printed),
    Picture("dashboard", "leader", "/dashboard/"),
    Picture("phone", "person105", "/home/", (), PHONE),
)


def take(browser: Any, base: str, picture: Picture) -> bytes | None:
    """The picture as PNG; None where the demonstration has no such page today."""
    width, height = picture.window
    context = browser.new_context(base_url=base, viewport={"width": width, "height": height}, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto("/login/")
        who = picture.who
        if who == SITTING:
            who = page.locator(f"tr:has(td:text-is('{SITTING}')) td").nth(1).inner_text().strip()
        page.fill("[name=username]", who)
        page.fill("[name=password]", os.environ.get("DEMO_PASSWORD") or "Zhicheng-2023!")
        page.click("form button[type=submit]")
        page.goto(picture.address, wait_until="networkidle")
        for pattern in picture.then:
            links = page.locator("main a[href], .main a[href]").evaluate_all("found => found.map(link => link.href)")
            found = [link for link in links if re.search(pattern, link)]
            if not found:
                return None
            page.goto(found[0], wait_until="networkidle")
        return picture.look(page) if picture.look else page.screenshot()
    finally:
        context.close()


def small(png: bytes) -> bytes:
    """The picture in a palette of its own."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(png)) as opened:
        opened.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target.getvalue()


def main(base: str = "http://127.0.0.1:8080", *names: str) -> int:
    """Take all pictures, or those named."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for picture in ALL:
            if names and picture.name not in names:
                continue
            png = take(browser, base, picture)
            if png is not None:
                (PICTURES / f"{picture.name}.png").write_bytes(small(png))
            print(f"{picture.name}: {'taken' if png else 'no such page today, the old one stays'}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
