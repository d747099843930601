"""What a person saw when he pressed the button: every form of a record carries its version and sends it back.

A record with a lifecycle counts its versions; of any other the version is a keyed digest of its row, so no table needs
a column for it. A form that sends none back is refused as out of date, before anything else of it is weighed: a page
kept from before an upgrade, or a request that no page of ours made, changes nothing unseen.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from flask import Flask, g, request
from sqlalchemy import inspect

from models.sealed import key
from workflow.base import row_digest
from workflow.base.errors import NotNow
from workflow.base.unit_of_work import OVERTAKEN

#: The name of the hidden field.
FIELD = "version"
STALE = "页面已过期：没有带回您当时看到的内容版本，操作没有保存；请刷新页面，核对最新内容后再办理。"
#: Columns that signing in writes: they are nothing that an administrator decides by.
NOT_WEIGHED = {
    "ab_user": {"last_login", "login_count", "fail_login_count", "failed_logins", "locked_until", "changed_on",
                "totp_last_step"},
}  # fmt: skip


def version_of(*what: Any) -> str:
    """The version of a record; of several, or of plain values, a digest of them all."""
    if len(what) == 1 and hasattr(what[0], "__mapper__"):
        column = what[0].__mapper__.version_id_col
        if column is not None:
            return str(getattr(what[0], what[0].__mapper__.get_property_by_column(column).key))
    said = json.dumps([_said(one) for one in what], ensure_ascii=False, sort_keys=True, default=str)
    return hmac.digest(key("seen"), said.encode(), "sha256")[:12].hex()


def _said(one: Any) -> Any:
    if not hasattr(one, "__mapper__"):
        return one
    mapper = inspect(type(one))
    left_out = NOT_WEIGHED.get(mapper.local_table.name, ())
    row = {name: getattr(one, name_here) for name, name_here in row_digest.attributes(mapper) if name not in left_out}
    return [mapper.local_table.name, row]


def draw(version: str) -> None:
    """From here on every form of the page carries this version."""
    g.seen = version


def drawn() -> str:
    """The version that the forms of this page carry, for the macro `token`."""
    return str(g.get("seen", ""))


def told(form: Mapping[str, str] | None = None) -> str:
    """The version that the form brings back; without one it is out of date."""
    if not (version := (request.form if form is None else form).get(FIELD, "")):
        raise NotNow(STALE)
    return version


def must_be(seen: str, *what: Any) -> None:
    """Refuse when this is no longer what the person has seen; asked inside the unit of work that changes it."""
    if not seen:
        raise NotNow(STALE)
    if not hmac.compare_digest(seen.encode("utf-8", "replace"), version_of(*what).encode()):
        raise NotNow(OVERTAKEN)


def install(app: Flask) -> None:
    """Templates may ask for it."""
    app.jinja_env.globals["seen"] = drawn
