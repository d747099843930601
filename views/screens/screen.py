"""A screen is a declaration: a model, its columns, facts, fields and conditions; the rest is here.

Flask-AppBuilder lies underneath for registration, permissions and the making of forms. Its ways to list,
show and write are replaced: every read goes through `query`, every write through a unit of work.
"""

from __future__ import annotations

from views.screens.declared import KEY_END, Declared
from views.screens.export_page import ExportPage
from views.screens.form_page import FormPage
from views.screens.panel import Link, Panel
from views.screens.show_page import ShowPage

__all__ = ["KEY_END", "Declared", "Link", "Panel", "Screen"]


class Screen(ExportPage, ShowPage, FormPage):
    """Declare `model`, `title` and the words of `Declared`; override the methods marked as hooks."""
