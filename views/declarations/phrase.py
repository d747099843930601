"""常用语 (118号 四(三)): words that returns are chosen from; the province's for all, an office's own."""

from __future__ import annotations

from typing import Any

from flask import g, request
from flask_appbuilder import expose, has_access
from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Series
from models.declarations.phrase import Phrase
from views.screens.base import Link, Panel, Screen, badge
from views.screens.boxes import Box
from views.screens.forms import AreaField, ChoiceField, Required
from views.screens.moment import of_request
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import opinion
from workflow.declarations.corrections import phrases, repeated

#: Years that can be asked for, this one first.
YEARS = 5


class PhraseScreen(Screen):
    """新增 and 编辑 of what is one's own; a row out of use is offered no longer."""

    model = Phrase
    title, guide = "常用语", "118号 四(三)"
    lead = "退回、不合格时可一键选用的表述：全省的由省厅配置岗维护，各机构可另设本机构的；选用后仍可修改。"
    columns = "number cause text fits clause owner standing"
    labels = {"cause": "退回原因", "owner": "适用", "standing": "状态"}
    facts = "cause text fits clause number owner standing"
    fields = "reason text fits clause number in_use"
    extra_fields = {
        "reason": ChoiceField("退回原因", [Required()], offers=lambda: opinion.causes(of_request(), None)),
        "text": AreaField("存在的问题", [Required()], max_length=300),
        "fits": AreaField("怎样算补齐", [Required()], max_length=300),
    }
    conditions = "text:contains clause:contains in_use"
    order = "number"
    sorts = "number"
    can_add = can_edit = True
    can_export = False
    empty = "没有符合条件的常用语；可新增本机构的常用语，办理退回时一键选用。"

    def cell_cause(self, record: Phrase) -> str:
        """In words."""
        return _causes().get(record.reason, record.reason)

    def cell_owner(self, record: Phrase) -> str:
        """Whom it is offered to."""
        return "全省" if record.of_province else "本机构"

    def cell_standing(self, record: Phrase) -> Any:
        """Whether it is offered."""
        return badge("启用", "ok") if record.in_use else badge("停用", "off")

    badge_of = cell_standing

    def buttons(self) -> list[Link]:
        """What is returned most: what a phrase is worth making for."""
        return [Link("退回事项统计", self.address("points"))]

    @expose("/points")
    @has_access
    def points(self) -> str:
        """Which points are returned most, by series and office; which had been passed before. `year`, `series`."""
        uow = of_request()
        years = [str(uow.today.year - n) for n in range(YEARS)]
        listed = [
            (str(key), name) for key, name in db.session.execute(select(Series.id, Series.name).order_by(Series.number))
        ]
        year, series = request.args.get("year", ""), request.args.get("series", "")
        year, series = year if year in years else years[0], series if series in dict(listed) else ""
        asked = int(year), int(series) if series else None
        rows = [(one.name, one.series, one.times, one.again) for one in repeated.by_point(uow, *asked)]
        offices = [(one.name, one.times, one.again) for one in repeated.by_office(uow, *asked)]
        none = "该年度没有逐项告知的补正事项；退回时在申报表上勾选的事项在此统计。"
        again = "再次退回（以前已审核通过）"
        return str(
            self.render_template(
                "declarations/points.html",
                screen=self,
                title="退回事项统计",
                boxes=[
                    Box("year", "申报年度", "choice", year, [(one, one) for one in years]),
                    Box("series", "职称系列", "choice", series, [("", "全部"), *listed]),
                ],
                panels=[
                    Panel("退回最多的事项", "", ("补正位置", "职称系列", "告知次数", again), rows, empty=none),
                    Panel("各机构", "", ("告知机构", "告知次数", again), offices, empty=none),
                ],
            )
        )

    def prefill(self) -> dict[str, Any]:
        """The clause of a return, at the end of the order, in use."""
        return {"clause": phrases.CLAUSE, "number": phrases.next_number(of_request()), "in_use": True}

    def editable(self, record: Phrase) -> str | None:
        """By whose it is."""
        return phrases.not_mine(g.user, record)

    def create(self, uow: UnitOfWork, **values: Any) -> Phrase:
        """新增."""
        return phrases.enter(uow, **values)

    def change(self, uow: UnitOfWork, record: Phrase, **values: Any) -> Phrase:
        """编辑."""
        return phrases.change(uow, record, **values)


def _causes() -> dict[str, str]:
    """Words of the list, asked once per request."""
    if "causes" not in g:
        g.causes = dict(opinion.causes(of_request(), None))
    return dict(g.causes)
