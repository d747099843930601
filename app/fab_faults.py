"""Flask-AppBuilder 5.3.0, mended: what it shares between requests, and what it registers unasked.

1. Filters belong to the view object, so two threads read each other's search terms and save rows under
   each other's parents (upstream #2366). Here every request has its own copy.
2. It registers `/back`, `/lang/…`, the security API, the user, role and statistics screens and 40 files of
   jQuery and Bootstrap. Here it registers the front door and the screens of MENU, nothing else.
3. It writes the locale into everybody's cookie. The product speaks one language.

Import this module before any view exists.
"""

from __future__ import annotations

import copy
from typing import Any

from flask import Blueprint, current_app, g, has_request_context
from flask_appbuilder import AppBuilder
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.babel.manager import BabelManager
from flask_appbuilder.baseviews import BaseModelView


def _filters_of_this_request(view: Any) -> Any:
    shared = view.__dict__.get("_shared_filters")
    if shared is None or not has_request_context():
        return shared
    mine = g.setdefault("_filters", {})
    if id(view) not in mine:
        mine[id(view)] = copy.copy(shared)  # shares the catalogue of filters, which nobody changes
        mine[id(view)].clear_filters()  # new lists of what is asked for
    return mine[id(view)]


def _keep_filters(view: Any, filters: Any) -> None:
    view.__dict__["_shared_filters"] = filters


for _view in (BaseModelView, ModelRestApi):
    _view._filters = property(_filters_of_this_request, _keep_filters)

BabelManager.get_locale = lambda self: self.babel_default_locale


class ProvinceAppBuilder(AppBuilder):
    """AppBuilder with a door for each screen of ours and no other door."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)
        self.sm.register_views()

    def _add_global_static(self) -> None:
        """Its templates may be found; its scripts and styles are not served."""
        current_app.register_blueprint(Blueprint("appbuilder", "flask_appbuilder", template_folder="templates"))
