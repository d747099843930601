"""Fill in every form of every page of an account wrongly, field by field, and weigh what comes back.

A form is read off the page as a browser reads it. One field gets an extreme; the others stay as they are or get
something plausible, so that the extreme reaches the form in one post and the verb behind it in another.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote_from_bytes, urlencode, urlsplit

from sqlalchemy import func, select

from models.office.journal import JournalEntry
from tests.access.walk import lines
from tests.access.world import picture

#: What people, machines and the malicious put into a field.
EXTREMES = (
    "", " ", "0", "-1", "-3", "-0", "1", "2", "150", "99999", "2147483647", "2147483648", "-2147483649", "9" * 25,
    "9" * 5000, "1e1", "1E400", "1e-9", "NaN", "inf", "-Infinity", "1_000", "0x10", "１２", "٣", "²", "1.5", "0.001",
    "1,000", "5.", "+5", "null", "true", "[]", "{}", "x", "\x00", "a\x00b", "\x01\x02\x1f", "\x7f\x85", "\u200b",
    "\u202e文", "\ufeff", "\ud800", "a\udfff", "\ufffe", "\U0010ffff", "\ue000", "\U0002000b", "💩", "e\u0301" * 30,
    "x" * 10_000, "中" * 10_000, "\n" * 500, "\r\n\r\nX: y", "\t", "2026-02-30", "2026-13-01", "0000-00-00",
    "0001-01-01", "1899-12-31", "9999-12-31", "20260520", "2026-W21-3", "2026-05-20", "2026-05-20T10:00",
    "2026-05-20T25:61", "2026-05-20 10:00+08:00", "05/20/2026", "<script>alert(1)</script>", "'\"><b>", "' OR 1=1 --",
    "%s%d%n{0}", "{{7*7}}", "../../etc/passwd", "=1+1", "https://evil.example/", "11010519491231002X",
)  # fmt: skip
#: Files nobody should hand in.
FILES = (
    (b"", "空.pdf"), (b"%PDF-1.7\n", "断.pdf"), (b"x" * 2000, "a.pdf"), (b"MZ\x90", "a.exe"),
    (b"\x89PNG\r\n\x1a\n", "a.png"),
    (b"PK\x03\x04", "表.xlsx"), ("姓名,\n".encode(), "表.csv"), (b"\xff\xfe\x00", "\u202e表.csv"),
    (b"x", "a" * 300 + ".pdf"),
    (b"x", ""), (b"<html>", "../a.png"), (b"\x00" * 100, "表.xls"),
)  # fmt: skip
#: Written whatever the answer: the books of signing in, which count what went wrong.
COUNTED = ("SignInView.login", "SignInView.password", "SignInView.second_factor", "VerifyView.query")
#: Asks for nothing; ends the stay.
LEFT_OUT = ("SignInView.logout",)


@dataclass
class FoundField:
    """One field of a form: its type, what it holds, what it offers."""

    name: str
    kind: str
    value: str = ""
    options: list[str] = field(default_factory=list)
    held: bool = True  #: a ticked box, or anything that is no box


@dataclass
class FoundForm:
    """A form that posts."""

    action: str
    fields: list[FoundField]

    @property
    def free(self) -> list[FoundField]:
        """What a person types into."""
        return [f for f in self.fields if f.kind in ("text", "area", "number", "date", "datetime-local")]


class Forms(HTMLParser):
    """The forms of a page, and whether it tells what is wrong."""

    def __init__(self, page: str, here: str) -> None:
        super().__init__(convert_charrefs=True)
        self.here, self.forms, self.told = here, [], False
        self._form = self._area = self._select = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if a.get("role") == "alert" or "error" in (a.get("class") or "").split():
            self.told = True
        if tag == "form":
            self._form = FoundForm(a.get("action") or self.here, []) if a.get("method") == "post" else None
            if self._form:
                self.forms.append(self._form)
        if self._form is None:
            return
        name, kind = a.get("name"), a.get("type", "text")
        if tag == "option" and self._select:
            value = a.get("value", "")
            self._select.options.append(value)
            if "selected" in a:
                self._select.value = value
        elif name and tag == "input" and kind not in ("submit", "button", "image", "reset"):
            box = kind in ("checkbox", "radio")
            self._form.fields.append(
                FoundField(name, kind, a.get("value") or ("1" if box else ""), held=not box or "checked" in a)
            )
        elif name and tag == "textarea":
            self._area = FoundField(name, "area")
            self._form.fields.append(self._area)
        elif name and tag == "select":
            self._select = FoundField(name, "select")
            self._form.fields.append(self._select)
        elif name and tag == "button" and a.get("type", "submit") == "submit":
            self._form.fields.append(FoundField(name, "button", a.get("value") or "", held=False))

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._area is not None:
            self._area.value += data


@dataclass(frozen=True)
class Case:
    """One post: which field of which form is filled with what."""

    page: str
    form: FoundForm = field(hash=False)
    name: str
    wrong: object
    fill: bool

    def __str__(self):
        word = self.wrong if isinstance(self.wrong, str) else f"file {self.wrong[1]!r}"
        how = "filled" if self.fill else "as it was"
        return f"{self.form.action} (on {self.page}), {self.name} = {word[:60]!r}, {how}"


def pages_of(walker):
    """Every address of a page that the account may open, near records in the place of arguments."""
    found = {}
    for line in lines():
        if (
            line.method != "GET"
            or line.cells[walker.role] in ("shut", "in", "none")
            or line.endpoint == "LookupView.find"
        ):
            continue
        record = {} if line.subject == "-" else walker.world.of(line.subject, "near")
        if record is None:
            continue
        rule = walker.rules[line.endpoint]
        screen = walker.screens.get(line.endpoint.partition(".")[0])
        several = "verb" in rule.arguments and hasattr(screen, "offered")
        verbs = [step.verb for step in screen.offered] if several else [None]
        for verb in verbs:
            walker.verb_asked = verb
            found.setdefault(walker.address(line, record), line.endpoint)
    return found


def forms_of(walker, seen):
    """(page, form) of every form the account meets; one of each shape."""
    for address in pages_of(walker):
        answer = walker._ask("GET", address, {})
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in Forms(answer.get_data(as_text=True), address).forms:
            path = urlsplit(form.action).path
            shape = (re.sub(r"\d+", "#", path), tuple(sorted({re.sub(r"\d+", "#", f.name) for f in form.fields})))
            if shape in seen or path in ("/logout/",):
                continue
            seen.add(shape)
            yield address, form


def cases_of(walker, chance, seen):
    """Every field of every form with every extreme, in an order that chance decides; each once before any twice."""
    rounds = []
    for page, form in forms_of(walker, seen):
        for found in {f.name: f for f in form.fields if f.name != "csrf_token"}.values():
            wrongs = list(FILES if found.kind == "file" else EXTREMES)
            chance.shuffle(wrongs)
            rounds += [
                (n, chance.random(), Case(page, form, found.name, w, chance.random() < 0.7))
                for n, w in enumerate(wrongs)
            ]
    rounds.sort(key=lambda it: it[:2])
    return [case for _n, _r, case in rounds]


def plausible(found, chance):
    """Something a person might put there."""
    match found.kind:
        case "select":
            return chance.choice([o for o in found.options if o] or [""])
        case "date":
            return found.value or f"2026-0{chance.randint(1, 9)}-15"
        case "datetime-local":
            return found.value or "2026-06-15T09:00"
        case "number":
            return found.value or "1"
        case "hidden" | "checkbox" | "radio" | "button":
            return found.value
        case "password":
            return "Kestrel7#harbour"
    return found.value or ("说明文字" if not found.name.endswith("-text") else "")


def body_of(case, chance):
    """([(name, value)], [(name, file)]) as a browser would send it, the one field wrong."""
    sent, files, pressed = [], [], False
    for found in case.form.fields:
        if found.name == "csrf_token":
            continue
        if found.name == case.name:
            if found.kind == "file":
                files.append((found.name, case.wrong))
            else:
                sent.append((found.name, case.wrong))
        elif found.kind == "file":
            if case.fill:
                files.append((found.name, (picture((1, 2, 3)), "证明.png")))
        elif found.kind == "button":
            if not pressed and chance.random() < 0.5:
                sent.append((found.name, found.value))
                pressed = True
        elif case.fill and found.kind in ("checkbox", "radio"):
            if chance.random() < 0.8:
                sent.append((found.name, found.value))
        elif found.held:
            sent.append((found.name, plausible(found, chance) if case.fill else found.value))
    return sent, files


def post(walker, case, chance):
    """Send it as a browser does, inside a savepoint; answers (answer, what was sent, entries it left)."""
    sent, files = body_of(case, chance)
    headers = {"Cookie": walker.cookie, "Referer": "http://localhost" + case.page} if walker.cookie else {}
    session = walker.session
    session.commit()
    savepoint = session.get_bind().begin_nested()
    before = session.scalar(select(func.max(JournalEntry.id)))
    try:
        if any(f.kind == "file" for f in case.form.fields):
            data: dict = {}
            for name, value in sent:
                data.setdefault(name, []).append(value.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
            for name, (content, title) in files:
                data.setdefault(name, []).append((io.BytesIO(content), title))
            answer = walker.client.post(
                case.form.action, data=data, headers=headers, content_type="multipart/form-data"
            )
        else:
            body = urlencode([(n, v.encode("utf-8", "surrogatepass")) for n, v in sent], quote_via=_quoted)
            answer = walker.client.post(
                case.form.action, data=body, headers=headers, content_type="application/x-www-form-urlencoded"
            )
        answer.get_data()
        answer.close()
        session.rollback()
        written = session.scalar(select(func.max(JournalEntry.id))) != before
        return answer, sent, written
    finally:
        session.rollback()
        savepoint.rollback()
        session.expire_all()


def _quoted(value, safe="", encoding=None, errors=None):
    return quote_from_bytes(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"), safe)


def complaint(walker, case, answer, sent, written, endpoint):
    """What is wrong with the answer, or None."""
    code = answer.status_code
    if code >= 500:
        return f"{code}"
    if code not in (200, 302, 303, 401, 403, 404, 409, 422, 429):
        return f"answered {code}"
    if code < 400:
        return None
    if written and endpoint not in COUNTED:
        return f"{code}, and yet something was written"
    if code != 422 or answer.mimetype != "text/html":
        return None
    page = Forms(answer.get_data(as_text=True), case.form.action)
    if not page.told:
        return "422 without a sentence"
    return _lost(case, page, sent)


def _lost(case, page, sent):
    """The name of a field whose words are gone."""
    if next(f.kind for f in case.form.fields if f.name == case.name) in ("hidden", "checkbox", "radio"):
        return None  # no person changes what a page hides or offers; it must be told, no more
    shown = {}
    for form in page.forms:
        if urlsplit(form.action).path == urlsplit(case.form.action).path:
            for found in form.fields:
                shown.setdefault(found.name, []).append(found.value)
    for found in case.form.free:
        typed = [v for n, v in sent if n == found.name]
        if any(v for n, v in sent if f"{n}-text" == found.name):
            continue  # a key is chosen: its name stands there, whatever is left of a search beside it
        if len(typed) != 1 or not typed[0].isprintable() or not typed[0].strip() or len(typed[0]) > 100:
            continue
        if typed[0].strip() not in [v.strip() for v in shown.get(found.name, [])]:
            return f"422, and what was typed into {found.name} is gone ({typed[0][:30]!r})"
    return None
