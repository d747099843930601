"""政策依据: what the product cites, word for word, open to everybody; every citation on a page leads here."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose

from models.base import db
from workflow.office import clauses

MOST = 60


class ClauseView(BaseView):
    """The notice, its three guides and the clauses of other documents that are cited."""

    route_base = "/clauses"
    default_view = "show"
    title = "政策依据"

    @expose("/")
    def show(self) -> Any:
        """All documents; `?at=118号 四(二)2` puts the cited clause before them, `?q=` asks for words."""
        at, q = (request.args.get(name, "").replace("\x00", "").strip()[:MOST] for name in ("at", "q"))
        return render_template(
            "office/clauses.html",
            title=self.title,
            at=at,
            q=q,
            clause=clauses.cited(db.session, at) if at else None,
            documents=clauses.documents(db.session, q),
        )
