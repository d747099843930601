"""A refusal as people meet it: its sentence with links to the records it names, and the status it is answered with."""

from __future__ import annotations

from typing import Any

from flask import Flask, get_template_attribute
from markupsafe import Markup

from workflow.base.errors import Linked, NotNow, NotYou, Refused

#: The wrong person, the wrong moment, the wrong content.
NOT_YOU, NOT_NOW, NOT_THIS = 403, 409, 422


def code_of(refusal: Refused) -> int:
    """403 for the wrong person, 409 for the wrong moment, 422 for the wrong content: the one rule of the product."""
    return NOT_YOU if isinstance(refusal, NotYou) else NOT_NOW if isinstance(refusal, NotNow) else NOT_THIS


def drawn(said: Any) -> Any:
    """A `Linked` sentence with its links, as markup; anything else as it is."""
    if isinstance(said, Linked) and said.links:
        return Markup(get_template_attribute("macros/named.html", "sentence")(said))  # noqa: S704  (escaped there)
    return said


def install(app: Flask) -> None:
    """Whatever a template prints goes through `drawn`, so that no template can forget the links."""
    app.jinja_env.finalize = drawn
