"""评委申报记录查询 (附件2 1.4.1): the pool of a series. The committee's office reads codes; names stay with the
province."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from flask import flash, g, redirect
from flask_appbuilder import expose, has_access
from sqlalchemy import or_, select

from models.committees.catalogue import LADDER, Specialty, TitleLevel
from models.committees.expert import Expert
from models.register.organisation import Organisation
from models.register.person import Person
from models.sealed import blind_index
from views.screens.base import FlowScreen, Link
from views.screens.boxes import errors_of
from views.screens.columns import Column
from views.screens.posted import form, submit
from workflow.base.abilities import may
from workflow.base.errors import Refused
from workflow.base.flow import Ask
from workflow.base.policy import EXPERT_NAMES
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import expert
from workflow.committees.expert import EXPERT_POOL
from workflow.register.person_name import fold
from workflow.review import review_desk


def _specialties(uow: UnitOfWork, subject: Any) -> Sequence[tuple[str, str]]:
    series = uow.actor.committee.series_id if uow.actor.committee else 0
    rows = select(Specialty).where(Specialty.series_id == series).order_by(Specialty.code)
    return [("", "不限专业"), *((str(s.id), f"{s.code} {s.name}") for s in uow.session.scalars(rows))]


# fmt: off
RECOMMEND = form("recommend", "推荐入库", [
    Ask("name",         "姓名",           max_length=60),
    Ask("id_number",    "证件号码",       max_length=40, hint="须与其本人注册信息一致；保存后不再显示"),
    Ask("unit",         "工作单位",       max_length=120, hint="单位全称或统一信用代码"),
    Ask("level",        "职称级别",       "choice", choices=[(level.value, TitleLevel(level).label) for level in reversed(LADDER)]),
    Ask("title",        "现任职称",       max_length=40),
    Ask("specialty_id", "专业",           "choice", required=False, choices=_specialties),
], "令40号 第十条")
# fmt: on


class ExpertScreen(FlowScreen):
    """The applications and the pool, by code."""

    route_base = "/expert-pool"
    model, flow = Expert, EXPERT_POOL
    title, guide = "评委申报记录查询", "附件2 1.4.1"
    to_do = review_desk.experts_to_admit
    lead = "评委任期不超过 3 年；名单不对外公布，办事机构只见代码（令40号 第十、二十三条）。"
    columns = "code who series.name specialty.name level title term_from term_to state"
    facts: ClassVar[dict[str, str]] = {
        "评委信息": "code who workplace series.name specialty.name level title",
        "任期": "term_from term_to state reason",
    }
    conditions = "code series specialty level term_to state"
    labels: ClassVar[dict[str, str]] = {
        "who": "评委",
        "workplace": "工作单位",
        "series.name": "职称系列",
        "specialty.name": "专业",
    }
    order = "code"
    imports = "expert"
    can_add = True
    add_label = "推荐入库"
    empty = "没有符合条件的评委申报记录。"

    def _column(self, name: str) -> Column:
        """Names are loaded with the page, not row by row."""
        column = super()._column(name)
        return replace(column, also=(Expert.person, Expert.unit)) if name == "who" else column

    def cell_who(self, record: Expert) -> str:
        """The name, for those who may know it."""
        return record.person.name if may(g.user, EXPERT_NAMES) else "不公布"

    def cell_workplace(self, record: Expert) -> str:
        """The unit, for those who may know it."""
        return record.unit.name if may(g.user, EXPERT_NAMES) else "不公布"

    def trail(self, record: Expert) -> list[Any]:
        """Who handled it, for the province only: the expert's own steps would name him."""
        return super().trail(record) if may(g.user, EXPERT_NAMES) else []

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """推荐入库 by the committee's office (令40号 第十条)."""
        posted = submit(RECOMMEND, None, recommend)
        if posted.done:
            flash("已推荐，待省厅审核入库。", "ok")
            return redirect(self.address("list"))
        boxes = posted.boxes(RECOMMEND, None)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title="推荐入库",
            name="",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="保存",
            base=self.address("list"),
            back=self.address("list"),
        )
        return page, posted.code

    def links(self, record: Expert) -> Sequence[Link]:
        """Nothing to print."""
        return ()


def recommend(uow: UnitOfWork, given: dict[str, Any]) -> Expert:
    """Find the person by name and number together, and recommend him; nobody learns which of the two is wrong."""
    person = uow.session.scalar(select(Person).where(Person.id_index == blind_index(given["id_number"])))
    if person is not None and fold(person.name) != fold(given["name"]):
        person = None
    unit = uow.session.scalar(
        select(Organisation).where(
            or_(Organisation.name == given["unit"].strip(), Organisation.code == given["unit"].strip().upper()),
            Organisation.active,
        )
    )
    wrong = {}
    if person is None:
        wrong["id_number"] = "没有找到姓名与证件号码一致的人员，请核对；本人须先在个人网厅注册。"
    if unit is None:
        wrong["unit"] = "没有找到该单位，请输入单位全称或统一信用代码。"
    if wrong or uow.actor.committee is None or person is None or unit is None:
        raise Refused("推荐信息有误，请按提示修改。", fields=wrong)
    try:
        return expert.apply(
            uow,
            person=person,
            unit=unit,
            series=uow.actor.committee.series,
            level=given["level"],
            title=given["title"],
            specialty=uow.session.get(Specialty, int(given["specialty_id"])) if given["specialty_id"] else None,
        )
    except Refused as refusal:
        raise Refused(
            refusal.sentence,
            fields={
                {"person": "id_number", "specialty": "specialty_id"}.get(k, k): v for k, v in refusal.fields.items()
            },
        ) from None
