"""Every page that a test client is given is a page: strict HTML, one h1, ids once, no inline handler.

The check sits in the client, so no test can forget it. A page is parsed strictly once for each shape (route, status,
tags without their contents); the cheap checks look at every answer.
"""

from __future__ import annotations

import re
from collections import Counter

import html5lib

from tests.as_a_browser import AsABrowser

_parsed: set[int] = set()
_HANDLER = re.compile(r"<[^<>]*\s(on[a-z]+)\s*=", re.IGNORECASE)
_ID = re.compile(r"<[^<>]*\sid=\"([^\"]*)\"")
_QUOTED = re.compile(r"\"[^\"]*\"")
#: An ampersand in front of something that is no entity.
_LOOSE = re.compile(r"&(?![a-z]+\d*;|#\d+;|#x[0-9a-f]+;)[^\s\"<]{1,20}", re.IGNORECASE)


class Page:
    """What the client adds to an answer."""

    def get_data(self, as_text=False):
        """As text, a page reads as if no line of its template were wrapped: tests look for neighbouring tags."""
        if not as_text:
            return super().get_data()
        text = super().get_data(as_text=True)
        if self.mimetype != "text/html":
            return text
        return re.sub(r"<[^<>]*>", lambda tag: re.sub(r"\s*\n\s*", " ", tag[0]), re.sub(r">\s*\n\s*<", "><", text))


class Client(AsABrowser):
    """A test client that holds every page against the rules above, and posts what a page's form would carry along."""

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.response_wrapper = type("Answer", (Page, self.response_wrapper), {})

    def open(self, *args, **more):
        more.setdefault("buffered", True)  # what a page has opened is closed before the test goes on
        answer = super().open(*args, **more)
        if answer.mimetype == "text/html" and answer.get_data():
            hold(answer.get_data(as_text=True), f"{answer.request.method} {answer.request.path}")
        return answer


def hold(page, where):
    """Fail when the page is not well made."""
    if not page.lstrip().lower().startswith("<!doctype html"):
        assert "<html" not in page, f"{where}: no doctype"
        return  # a part of a page, or the body of a redirect
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    tags = _QUOTED.sub('""', bare)
    assert not (found := _HANDLER.findall(tags)), f"{where}: inline handlers {found}"
    assert bare.count("<h1") == 1, f"{where}: {bare.count('<h1')} h1"
    assert not (twice := [name for name, n in Counter(_ID.findall(bare)).items() if n > 1]), (
        f"{where}: ids twice {twice}"
    )
    assert not (loose := _LOOSE.findall(bare)), f"{where}: an ampersand that is no entity {loose}"
    shape = hash(re.sub(r">[^<]*<", "><", tags))
    if shape not in _parsed:
        html5lib.HTMLParser(strict=True).parse(page)
        _parsed.add(shape)


def held(application):
    """The application, answering its test clients so."""
    application.test_client_class = Client
    return application
