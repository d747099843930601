"""体检 of the audit paths (附件3 1.4–1.8): what would stop a declaration, grouped, counted, each line linked to its
mending."""

from __future__ import annotations

import io
from typing import Any

from flask import g, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.paths.path import PathKind
from reports import sheet
from views.screens.boxes import Box
from views.screens.export_page import EXCEL
from views.screens.stay import context
from workflow.base.unit_of_work import asking, attempt
from workflow.paths import path_check
from workflow.paths.path_check import HEADINGS, SECTIONS, Finding

#: Lines of one section shown on the page; the sheet has all.
MOST = 50


class PathCheckView(BaseView):
    """The check of one path or of all five; nothing is stored, what is mended is gone at the next look."""

    route_base = "/pathcheck"
    default_view = "show"
    title = "审核路径体检"
    guide = "附件3 1.4–1.8"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """The list to work through; `?section=` shows one section whole."""
        kind, section = _kind(), request.args.get("section", "")
        health = path_check.check(db.session, asking(g.user).today, kind)
        shown = []
        for key, heading, todo in SECTIONS:
            found = health.of(key)
            rows = [
                (PathKind(f.kind).label, f.name, f.note, *self._mend(f))
                for f in found[: None if section == key else MOST]
            ]
            if section in ("", key):
                shown.append(
                    (
                        key,
                        heading,
                        todo,
                        sum(f.count for f in found) if key in ("no_route", "unheld") else len(found),
                        len(found),
                        rows,
                    )
                )
        counts = [(key, heading, len(health.of(key))) for key, heading, _todo in SECTIONS]
        box = Box("kind", "审核路径", "choice", kind, [("", "全部"), *PathKind.choices()], prefix="q-")
        return self.render_template(
            "paths/check.html",
            screen=self,
            title="审核路径体检",
            health=health,
            sections=shown,
            counts=counts,
            boxes=[box],
            kind=kind,
            section=section,
            base=url_for("PathCheckView.show"),
            most=MOST,
            export=url_for("PathCheckView.export", kind=kind) if self._may("export") else "",
        )

    @expose("/export", methods=["POST"])
    @has_access
    def export(self) -> Any:
        """导出: every line, as a sheet; journalled."""
        today = asking(g.user).today
        health = path_check.check(db.session, today, _kind())
        target = io.BytesIO()
        rows = (
            (
                HEADINGS[f.section],
                PathKind(f.kind).label,
                f.name,
                f.note,
                f.count,
                f.since.isoformat() if f.since else "",
            )
            for f in health.findings
        )
        written = sheet.write(target, "审核路径体检", ["问题", "审核路径", "机构", "说明", "数量", "自"], rows)
        facts = {"screen": "PathCheckView", "count": written.count, "sha256": written.sha256}
        attempt(g.user, lambda uow: uow.record("export", "path_node:*", **facts), context=context())
        target.seek(0)
        return send_file(target, mimetype=EXCEL, as_attachment=True, download_name=f"审核路径体检_{today:%Y%m%d}.xlsx")

    def _may(self, permission: str) -> bool:
        return bool(self.appbuilder.sm.has_access(f"can_{permission}", self.class_permission_name))

    def _mend(self, finding: Finding) -> tuple[str, str]:
        """(label, address) of where the line is mended; nothing for who may not."""
        mends = {
            "no_route": ("新增节点", "add"),
            "nobody": ("查看节点", "tree"),
            "roleless": ("查看节点", "tree"),
            "pending": ("查看节点", "tree"),
            "unheld": ("路径迁移", "migrate"),
        }
        label, where = mends.get(finding.section, ("去处理", "tree"))
        screen = f"{PathKind(finding.kind).value.capitalize()}PathScreen"
        if not self.appbuilder.sm.has_access("can_list", screen):
            return "", ""
        if where == "add":
            return label, url_for(f"{screen}.add", organisation=finding.key) if finding.key else ""
        if where == "migrate":
            return label, url_for("PathMigrateView.show", kind=finding.kind)
        return label, url_for(f"{screen}.tree", node=finding.key) if finding.key else ""


def _kind() -> str:
    word = request.args.get("kind", "")
    return word if word in set(PathKind) else ""
