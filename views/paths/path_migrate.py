"""路径迁移 (附件3 1.4–1.8): running declarations go over to the path as it counts now, ticked one by one."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import select

from models.base import db
from models.declarations.declaration import Declaration
from models.paths.path import PathKind
from models.paths.path_version import PathVersion
from views.screens import posted
from views.screens.boxes import Box, errors_of
from views.screens.lookup import is_key
from workflow.base import policy
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.declarations import path_migrate
from workflow.paths import path_version

#: Versions shown.
VERSIONS = 12
FORM = posted.form(
    "migrate",
    "迁移",
    [
        Ask("reason", "迁移原因", "area", max_length=500, hint="记入每件申报的过程跟踪"),
        Ask("put_back", "所在层级在新路径中不存在的，移至新路径的接续层级", "check", required=False),
    ],
)


class PathMigrateView(BaseView):
    """The cases of one path whose route would be another today, old and new side by side."""

    route_base = "/pathmigrate"
    default_view = "show"
    title = "路径迁移"
    guide = "附件3 1.4–1.8"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """The list with ticks, the reason, and the versions of the path."""
        return self._page(_kind(), posted.Posted(), set())

    @expose("/migrate", methods=["POST"])
    @has_access
    @permission_name("act")
    def migrate(self) -> Any:
        """All ticked cases or none."""
        kind = _kind()
        keys = [int(word) for word in request.form.getlist("case") if is_key(word)]

        def do(uow: UnitOfWork, answers: dict[str, Any]) -> int:
            query = (
                policy.visible(g.user, Declaration)
                .where(Declaration.id.in_(keys[: path_migrate.MOST + 1]))
                .order_by(Declaration.id)
            )
            found = list(uow.session.scalars(query).unique())
            if len(found) != min(len(keys), path_migrate.MOST + 1):
                abort(404)
            return path_migrate.migrate(uow, found, reason=answers["reason"], put_back=answers["put_back"])

        sent = posted.submit(FORM, None, do)
        if not sent.done:
            return self._page(kind, sent, set(keys)), sent.code
        flash(f"已迁移 {sent.answer} 件申报；原路径和新路径已记入各件的过程跟踪。", "ok")
        return redirect(url_for("PathMigrateView.show", kind=kind))

    def _page(self, kind: str, sent: posted.Posted, ticked: set[int]) -> str:
        today = asking(g.user).today
        cases, total = path_migrate.candidates(db.session, kind, today)
        versions = db.session.scalars(
            select(PathVersion).where(PathVersion.kind == kind).order_by(PathVersion.number.desc()).limit(VERSIONS)
        ).all()
        boxes = sent.boxes(FORM, None)
        chooser = Box("kind", "审核路径", "choice", kind, PathKind.choices(), prefix="q-")
        return self.render_template(
            "paths/migrate.html",
            screen=self,
            title="路径迁移",
            kind=kind,
            cases=cases,
            total=total,
            versions=versions,
            current=path_version.current(db.session, kind, today),
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=sent.sentence,
            ticked=ticked,
            chooser=[chooser],
            base=url_for("PathMigrateView.show"),
            may=self.appbuilder.sm.has_access("can_act", self.class_permission_name),
        )


def _kind() -> str:
    word = request.args.get("kind", "")
    return word if word in set(PathKind) else PathKind.SENIOR.value
