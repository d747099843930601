"""The office seen from outside: one window per account, and what one does in a window.

Nothing here knows the product from inside: fields are found by their labels, verbs by their buttons, records by
their numbers.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date, timedelta

from playwright.sync_api import expect

#: A click answers within this time, also on a busy machine.
PATIENCE = 20_000
DESK = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}


class Office:
    """All windows of a run."""

    def __init__(self, chromium, address, password, cast):
        self.chromium, self.address, self.password = chromium, address, password
        self.cast = cast  #: part → user name, where the world chose one
        self._windows, self._complaints = {}, []

    def as_(self, part, *, phone=False):
        """The window of who plays that part, with the verbs of the role; signed in the first time."""
        from tests.journeys.roles import role_of

        key = (part, phone)
        if key not in self._windows:
            self._windows[key] = role_of(part)(self, self.window(phone=phone), self.cast.get(part, part))
            self._windows[key].signs_in()
        return self._windows[key]

    def window(self, *, phone=False):
        """A fresh window of nobody."""
        more = {"viewport": PHONE, "is_mobile": True, "has_touch": True} if phone else {"viewport": DESK}
        context = self.chromium.new_context(base_url=self.address, locale="zh-CN", accept_downloads=True, **more)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: self._complaints.append(f"{page.url}: {error}"))
        page.on(
            "response",
            lambda answer: answer.status >= 500 and self._complaints.append(f"{answer.url}: {answer.status}"),
        )
        page.on("console", lambda told: self._heard(page, told))
        return page

    def _heard(self, page, told):
        if told.type == "error" and "status of 4" not in told.text:  # a refusal is an answer
            self._complaints.append(f"{page.url}: {told.text}")

    def today(self):
        """The day on the demo clock."""
        clock = self.as_("hrss_config")
        clock.page.goto("/demo-clock/")
        return date.fromisoformat(clock.fact("当前演示时间")[:10])

    def waits_until(self, day, hour=9):
        """Move the clock forward on the screen 演示时钟; a day that is there already needs no moving."""
        day = date.fromisoformat(str(day))
        if self.today() < day:
            self.as_("hrss_config").fills({"调整到": f"{day}T{hour:02}:00"}).presses("调整演示时钟").told()

    def waits_until_after(self, day):
        """The morning after a last day."""
        self.waits_until(date.fromisoformat(str(day)) + timedelta(days=1))

    def complaints(self):
        """What went wrong in any window since the last time this was asked."""
        told, self._complaints[:] = list(self._complaints), []
        return told

    def lets_in(self, page, username):
        """用户名、密码、登录: a demonstration asks for nothing else."""
        page.goto("/login/")
        page.fill("#username", username)
        page.fill("#password", self.password)
        with page.expect_navigation():
            page.locator("button:has-text('登录')").click()

    def close(self):
        """Close every window."""
        for window in self._windows.values():
            window.page.context.close()
        self._windows.clear()


class Window:
    """What anybody does: sign in, open a screen, find a record, fill in what is asked, press a button."""

    def __init__(self, office, page, username):
        self.office, self.page, self.username = office, page, username

    def signs_in(self):
        """用户名、密码、登录."""
        self.office.lets_in(self.page, self.username)
        expect(self.page.locator("details.me")).to_be_visible()

    # -- where one is ------------------------------------------------------------------------------

    def opens(self, label):
        """A screen, by its name in the menu."""
        link = self.page.locator("nav.side a").filter(has=self.page.locator(f"span:text-is('{label}')")).first
        if not self._alive(link).is_visible():  # without its style sheet a page shows even what is folded away
            self.page.locator(".burger").click()
        return self.follows(link)

    def finds(self, number="", label=""):
        """The row of that number or name (the first without one), and its operation: 详情 or what stands there
        first."""
        row = self.page.locator("table.rows tbody tr").filter(has_text=str(number)).first
        return self.follows(row.locator("td.op a").filter(has_text=label).first)

    def sees(self, *words):
        """Each of these words stands on the page."""
        for text in words:
            expect(self.page.locator(".main, .narrow-page").first).to_contain_text(text)
        return self

    def reads(self, selector):
        """The text of a place on the page."""
        return self.page.locator(selector).first.inner_text().strip()

    def fact(self, label):
        """What the page says beside that label."""
        line = self.page.locator("dl.kv div").filter(
            has=self.page.locator("dt", has_text=re.compile(f"^{re.escape(label)}$"))
        )
        return line.locator("dd").first.inner_text().strip()

    def fits(self):
        """Nothing of the page lies beyond the right edge."""
        return self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # -- filling in --------------------------------------------------------------------------------

    def field(self, label, within=None):
        """The field of that label."""
        name = re.compile(rf"^\s*\*?\s*{re.escape(label)}\s*\*?\s*$")
        return (within or self.page).locator(".field").filter(has=self.page.locator("label", has_text=name)).first

    def offered(self, label, words, within=None):
        """The choice of that field which holds these words."""
        found = [text for text in self.field(label, within).locator("option").all_text_contents() if words in text]
        assert found, f"{label}: {words} is not offered"
        return found[0]

    def fills(self, answers, within=None):
        """Every field by its label: text, a choice, a day, a tick, a file, or a record picked from a list."""
        for label, answer in answers.items():
            self._answers(self.field(label, within), answer)
        return self

    def _answers(self, field, answer):
        box = self._alive(field.locator("input:not([type=hidden]), select, textarea").first)
        kind = box.evaluate("e => e.getAttribute('role') || (e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase())")
        if kind == "select":
            box.select_option(label=str(answer)) if isinstance(answer, str) else box.select_option(index=answer)
        elif kind == "checkbox" and isinstance(answer, bool):
            box.set_checked(answer)
        elif kind == "checkbox":
            for label in answer:
                field.locator("label.chk", has_text=label).locator("input").check()
        elif kind == "combobox":
            self._picks(field, box, answer)
        elif kind == "file":
            box.set_input_files(answer)
        else:
            box.fill(str(answer))

    def _picks(self, field, box, answer):
        box.click()
        box.fill(answer)
        field.locator("[role=option]").filter(has_text=answer).first.click()

    # -- doing it ----------------------------------------------------------------------------------

    def presses(self, label, within=None):
        """A button or a link that looks like one; the page that follows is there when this returns."""
        name = re.compile(rf"^\s*{re.escape(label)}\s*$")
        button = (
            (within or self.page.locator(".main"))
            .locator("button:not(.sr-only):visible, a.btn:visible")
            .filter(has_text=name)
            .first
        )
        return self.follows(self._alive(button))

    def follows(self, link):
        """Whatever leads to another page; that page is there when this returns."""
        with self.page.expect_navigation():
            link.click()
        return self

    def does(self, label, answers=None, *, says="ok"):
        """A verb of the record at hand: its button, its dialog with what it asks, its button again."""
        bar = self.page.locator(".bar[role=toolbar]")
        self._alive(bar.locator("a.btn", has_text=re.compile(f"^{re.escape(label)}$"))).click()
        dialog = self.page.locator("dialog[open]")
        self.fills(answers or {}, dialog)
        with self.page.expect_navigation():
            dialog.locator("button[type=submit]:not([name=then])").click()
        if says:
            self.told(says)
        return self

    def _alive(self, place):
        """That place of the page, once it is there and the page's script has come: people are slower than it."""
        place.wait_for(state="attached")
        self.page.locator("html[data-script]").wait_for(state="attached")
        return place

    def signed(self, number):
        """The 负责人 of the same desk signs what has been put before him; he is offered, being the only one."""
        self.office.as_(f"{self.username}.head").opens("负责人签署").finds(number).does("确认签署")
        return self

    def told(self, tone="ok"):
        """The sentence with which the page answers."""
        flash = self.page.locator(f".flash.{tone}").first
        expect(flash, self._alert()).to_be_visible()
        return flash.inner_text()

    def _alert(self):
        alert = self.page.locator(".alert:visible")
        return alert.first.inner_text() if alert.count() else "no sentence on the page"

    def is_refused(self, label):
        """The sentence beside the disabled button of a verb."""
        shut = self.page.locator(".bar .shut").filter(
            has=self.page.locator("button", has_text=re.compile(f"^{label}$"))
        )
        return shut.locator("small").text_content().strip()  # folded away until one asks why

    @contextmanager
    def downloads(self):
        """What the browser downloads within: a list that holds its bytes afterwards."""
        got = []
        with self.page.expect_download() as download:
            yield got
        got.append(download.value.path().read_bytes())

    # -- without a page ----------------------------------------------------------------------------

    def token(self):
        """The CSRF token of the page at hand."""
        return self.page.locator("input[name=csrf_token]").first.get_attribute("value")

    def posts(self, path, answers, **more):
        """The same form sent without drawing the page; files as dicts."""
        kind = "multipart" if any(isinstance(v, dict) for v in answers.values()) else "form"
        held = self.page.request.get(path).text()
        version = re.search(r'name="version"\s+value="([^"]+)"', held)
        hidden = {"csrf_token": self.token()} | ({"version": version[1]} if version else {})
        answer = self.page.request.post(path, **{kind: hidden | answers}, max_redirects=0, **more)
        assert answer.status == 302, f"{path}: {answer.status}\n{_sentences(answer.text())}"
        return answer.headers["location"]


def _sentences(html):
    found = re.findall(r'class="(?:alert|error|flash)[^"]*"[^>]*>(.*?)</(?:div|p)>', html, re.S)
    return "\n".join(re.sub(r"<[^>]+>", " ", text) for text in found)
