"""A refusal as people read it: the sentence, and links to the records it names, drawn by a template."""

from __future__ import annotations

from typing import Any

from flask import Flask, get_template_attribute
from markupsafe import Markup

from workflow.base.errors import Linked


def drawn(said: Any) -> Any:
    """A `Linked` sentence with its links, as markup; anything else as it is."""
    if isinstance(said, Linked) and said.links:
        return Markup(get_template_attribute("macros/named.html", "sentence")(said))  # noqa: S704  (escaped there)
    return said


def install(app: Flask) -> None:
    """Whatever a template prints goes through `drawn`, so that no template can forget the links."""
    app.jinja_env.finalize = drawn
