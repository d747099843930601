"""A test client that posts as a browser does: with the version that the page of the form carries.

Only where the test gives none itself: then the page is read first. What a form without it is answered stands in
tests/access/test_seen.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask.testing import FlaskClient

FIELD = "version"
#: What stands in an address for the verb → where its form stands.
STANDS = {
    "delete": ("show", "edit"), "retire": ("list",), "notify": ("show",), "freeze": ("show",), "change": ("build",),
    "drop": ("build",), "words": ("show",), "detach": ("edit",), "other": ("other",), "part": ("section",),
    "ahead": ("list",), "edit": ("edit", "list"), "act": ("act", "show"), "identity": ("identity",),
}  # fmt: skip


class AsABrowser(FlaskClient):
    """Reads the page before it posts its form."""

    def post(self, *args, **kw):
        """As the parent's, with the hidden field that a browser would send along."""
        address, data = args[0] if args else kw.get("path", "/"), kw.get("data")
        if isinstance(data, str) and f"{FIELD}=" not in data and (version := self._seen(address)):
            kw["data"] = data + ("&" if data else "") + f"{FIELD}={version}"
            return super().post(*args, **kw)
        if isinstance(data, dict) and "/bulk/" in address:
            kw["data"] = data | {"key": self._ticked(address, data.get("key", []))}
            return super().post(*args, **kw)
        pairs = isinstance(data, (Mapping, type(None), list, tuple)) and "json" not in kw
        held = [pair[0] for pair in data] if isinstance(data, (list, tuple)) else list(data or ())
        if pairs and FIELD not in held and isinstance(address, str) and (version := self._seen(address)):
            more = {FIELD: version}
            kw["data"] = [*data, *more.items()] if isinstance(data, (list, tuple)) else {**(data or {}), **more}
        return super().post(*args, **kw)

    def _ticked(self, address, keys):
        """The boxes of the list for these keys."""
        found = [keys] if isinstance(keys, str) else list(keys)
        if all(":" in key for key in found):
            return found
        text = self.get(address.partition("/bulk/")[0] + "/list/").get_data(as_text=True)
        boxes = {box.partition(":")[0]: box for box in re.findall(r'name="key" value="([^"]+)"', text)}
        return [boxes.get(key, f"{key}:not seen") for key in found]

    def _seen(self, address):
        """The version on the page where the form stands; a word that fits nothing where no page tells."""
        path = urlsplit(address).path
        if not any(part.isdigit() for part in path.split("/")) and not path.startswith("/settings/"):
            return ""
        for page in _pages(path):
            answer = self.get(page)
            text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
            answer.close()
            if found := _version_in(text, path):
                return found
        return "not seen"


def _pages(path):
    parts = path.strip("/").split("/")
    yield path
    if path.startswith("/declare/"):
        name = parts[-1] if parts[2:3] == ["part"] else ""
        yield from (f"/declare/{parts[1]}/section/{name}",) if name else (f"/declare/{parts[1]}/check",)
        yield f"/declare/{parts[1]}/materials" if name else f"/declare/{parts[1]}"
        return
    at = next((n for n, part in enumerate(parts) if part in STANDS), None)
    if at is None:
        return
    key = parts[at + 1] if len(parts) > at + 1 else ""
    for word in (*STANDS[parts[at]], "show"):
        yield "/" + "/".join([*parts[:at], word, key])
    yield "/" + "/".join([*parts[:at], "list", ""]) + f"?node={key}"


def _version_in(text, path):
    """Of the form that posts there, or of any form of the page."""
    from tests.access.wrongly import Forms

    if FIELD not in text:
        return ""
    forms = Forms(text, path).forms
    mine = [form for form in forms if urlsplit(form.action).path == path] + forms
    return next((f.value for form in mine for f in form.fields if f.name == FIELD and f.value), "")
