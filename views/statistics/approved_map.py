"""标准地图: the map with its 审图号 that figures are drawn on; without one they are drawn on outlines marked 示意图."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.office.approved_map import ApprovedMap
from reports.charts import chart, outline
from views.screens.boxes import errors_of
from views.screens.posted import form, submit
from views.screens.stay import context
from views.statistics.dashboard import script_address
from workflow.base import policy
from workflow.base.errors import NotNow
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.office import approved_map

GONE = "显示的地图已经不是您看到的那一幅；请刷新后核对，再办理。"


class ApprovedMapView(BaseView):
    """`/dashboard/map/`: what is shown now, another one in its place, or none."""

    route_base = "/dashboard/map"
    default_view = "show"
    title = "标准地图"
    keeping: ClassVar[Step] = form(
        "keep",
        "启用标准地图",
        [
            Ask(
                "file", "地图文件", "file", hint="GeoJSON，14 个市州各一个面要素，经纬度坐标，不超过 2 MB、20,000 个点"
            ),
            Ask("number", "审图号", max_length=40, hint="按审核批准书填写，如：湘S(2023)123号"),
            Ask("source", "地图来源", max_length=120, hint="如：湖南省标准地图服务系统"),
        ],
        approved_map.CLAUSE,
    )

    @expose("/", methods=["GET", "POST"])
    @has_access
    def show(self) -> Any:
        """The map that is shown; POST: another one."""

        def doing(uow: UnitOfWork, answers: dict[str, Any]) -> ApprovedMap:
            content, name = answers.pop("file")
            return approved_map.keep(uow, content=content, file_name=name, **answers)

        sent = submit(self.keeping, None, doing)
        if sent.done:
            flash(f"已启用标准地图，审图号 {sent.answer.number}。", "ok")
            return redirect(url_for(".show"))
        g.inline_styles = True  # Plotly styles the parts of its figures inline
        now = approved_map.shown(db.session)
        before = policy.visible(g.user, ApprovedMap).where(ApprovedMap.removed_at.is_not(None))
        boxes = sent.boxes(self.keeping, None)
        page = render_template(
            "statistics/map.html",
            now=now,
            drawing=chart.bare(ground(now)),
            before=db.session.scalars(before.order_by(ApprovedMap.id.desc()).limit(20)).all(),
            boxes=boxes,
            sentence=sent.sentence,
            errors=errors_of(boxes),
            label=self.keeping.label,
            clause=approved_map.CLAUSE,
            script=script_address(),
        )
        return page, sent.code

    @expose("/remove", methods=["POST"])
    @has_access
    def remove(self) -> Any:
        """停用: outlines marked 示意图 are shown again."""

        def doing(uow: UnitOfWork) -> None:
            now = approved_map.shown(uow.session)
            if now is None or str(now.id) != request.form.get("map"):
                raise NotNow(GONE)
            approved_map.remove(uow, now)

        attempt(g.user, doing, context=context())
        flash("已停用标准地图，统计图改用示意图。", "ok")
        return redirect(url_for(".show"))


def ground(now: ApprovedMap | None) -> outline.Ground | None:
    """What figures are drawn on."""
    return None if now is None else outline.approved(now.number, now.shapes)
