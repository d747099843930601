"""回避关系 (令40号 第二十四条): an expert tells of his own, an office of an expert it knows; the province ends one.

Who is named is shown to nobody but the expert himself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import Select, select

from models.base import db
from models.committees.catalogue import Series
from models.committees.expert import Expert, ExpertState, Relation
from models.register.person import Person
from models.sealed import blind_index
from views.screens.base import Panel
from views.screens.boxes import errors_of
from views.screens.posted import form, submit
from workflow.base.abilities import may
from workflow.base.errors import Refused
from workflow.base.flow import Ask
from workflow.base.roles import EXPERT
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import expert as pool

KINDS = ("夫妻", "直系血亲", "三代以内旁系血亲", "近姻亲", "师生", "项目合作", "论文合作", "其他可能影响公正的关系")
NOT_FOUND = "没有找到姓名与证件号码一致的人员，请核对；本人须先在个人网厅注册。"
_CLAUSE = "令40号 第二十四条"
_ENDED = "关系已不存在或登记有误的，请书面说明并附证明，由省厅审核岗结束。"

# fmt: off
_OTHER = [
    Ask("name",      "有关系的人员姓名", max_length=60),
    Ask("id_number", "该人员证件号码",   max_length=40, hint="须与其本人注册信息一致；保存后不再显示"),
    Ask("kind",      "关系",             "choice", choices=[(kind, kind) for kind in KINDS]),
]
_EXPERT = [
    Ask("expert_name",   "评委姓名",     max_length=60),
    Ask("expert_number", "评委证件号码", max_length=40, hint="评委以姓名和证件号码指明，不显示代码（令40号 第二十三条）"),
    Ask("series_id",     "职称系列",     "choice", choices=lambda uow, _: _series(uow)),
]
OWN = form("relate", "登记回避关系", _OTHER, _CLAUSE)
OFFICE = form("relate", "登记回避关系", [*_EXPERT, *_OTHER], _CLAUSE)
END = form("end", "结束回避关系", [
    *_EXPERT, *_OTHER[:2],
    Ask("reason", "结束原因和依据", "area", max_length=300, hint="如“误登，本人书面说明”“离婚证 2026-03-02”；原登记作为历史保留"),
], _CLAUSE)
# fmt: on


def _series(uow: UnitOfWork) -> Sequence[tuple[str, str]]:
    """That of the actor's committee, or all."""
    rows = select(Series.id, Series.name).order_by(Series.number)
    if uow.actor.committee is not None:
        rows = rows.where(Series.id == uow.actor.committee.series_id)
    return [(str(key), name) for key, name in uow.session.execute(rows)]


class RelationView(BaseView):
    """登记回避关系; an expert reads his own list, which nobody else does."""

    route_base = "/expert-relation"
    default_view = "mine"
    class_permission_name = "RelationView"
    title = "回避关系"
    guide = _CLAUSE

    @expose("/", methods=["GET", "POST"])
    @has_access
    def mine(self) -> Any:
        """What was told before, for the expert himself; and the form."""
        himself = g.user.plays(EXPERT)
        step = OWN if himself else OFFICE
        posted = submit(step, None, note)
        if posted.done:
            flash("已登记回避关系；抽取时回避本人所涉人员，正在进行的评审会议即时重新核对。", "ok")
            return redirect(f"{self.route_base}/")
        boxes = posted.boxes(step, None)
        page = self.render_template(
            "committees/relations.html",
            screen=self,
            title=self.title,
            name="",
            lead=f"夫妻、血亲、近姻亲、师生、项目或论文合作等可能影响公正的，应当登记；同一工作单位自动核对。{_ENDED}",
            end=f"{self.route_base}/end" if may(g.user, pool.END_RELATION) else "",
            panel_=relations_of_mine() if himself else None,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="登记",
            base=f"{self.route_base}/",
            back=f"{self.route_base}/",
        )
        return page, posted.code if request.method == "POST" else 200

    @expose("/end", methods=["GET", "POST"])
    @has_access
    def end(self) -> Any:
        """A relation is no more: by 省厅审核岗, who names both as whoever noted it did."""
        posted = submit(END, None, finish)
        if posted.done:
            flash(
                "已结束该回避关系，原登记作为历史保留；尚未开始审阅材料的评审会议即时重新核对，其他会议不变。",
                "ok",
            )
            return redirect(f"{self.route_base}/")
        boxes = posted.boxes(END, None)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title="结束回避关系",
            name="",
            lead="关系已不存在或登记有误的，凭书面说明和证明结束；不影响已开始审阅材料和已结束的评审会议。",
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=posted.sentence,
            label="结束",
            base=f"{self.route_base}/",
            back=f"{self.route_base}/",
        )
        return page, posted.code if request.method == "POST" else 200


def own_relations() -> Select[tuple[Relation]]:
    """The relations of the signed-in expert, in every series."""
    mine = select(Expert.id).where(Expert.account_id == g.user.id)
    return select(Relation).where(Relation.expert_id.in_(mine)).order_by(Relation.id.desc())


def relations_of_mine() -> Panel:
    """Name and kind, for the expert alone."""
    found = db.session.scalars(own_relations()).all()
    names = dict(
        db.session.execute(
            select(Person.id, Person.name).where(Person.id.in_([relation.person_id for relation in found]))
        ).all()  # type: ignore[arg-type]
    )
    rows = [(names.get(relation.person_id, "—"), relation.kind, _stands(relation)) for relation in found]
    return Panel(
        "已登记的回避关系", f"{len(rows)} 人，仅本人可见", ("姓名", "关系", "现状"), rows, empty="还没有登记。"
    )


def _stands(relation: Relation) -> str:
    if relation.ended_at is None:
        return "应当回避"
    return f"{relation.ended_at:%Y-%m-%d} 结束：{relation.ended_reason}"


def note(uow: UnitOfWork, given: dict[str, Any]) -> Relation:
    """Find both by name and number together; nobody learns which of the two is wrong."""
    if "expert_name" in given:
        expert, person, wrong = _both(uow, given)
    else:
        person = _person(uow, given["name"], given["id_number"])
        wrong = {} if person is not None else {"id_number": NOT_FOUND}
        mine = select(Expert).where(Expert.account_id == uow.actor.id, Expert.state != ExpertState.REMOVED)
        expert = uow.session.scalar(mine)
        if expert is None:
            raise Refused("本账号没有关联评委库记录，不能登记；请联系省厅审核岗关联评委账号。")
    if wrong or person is None or expert is None:
        raise Refused("登记信息有误，请按提示修改。", fields=wrong)
    if expert.person_id == person.id:
        raise Refused("评委与本人无须登记，系统自动回避（令40号 第二十四条）；请填写有关系的其他人员。", field="name")
    with _at_the_number():
        return pool.relate(uow, expert, person, given["kind"])


def finish(uow: UnitOfWork, given: dict[str, Any]) -> Relation:
    """End the relation between the two who are named."""
    expert, person, wrong = _both(uow, given)
    if person is None or expert is None:
        raise Refused("登记信息有误，请按提示修改。", fields=wrong)
    with _at_the_number():
        return pool.end_relation(uow, expert, person, given["reason"])


def _both(uow: UnitOfWork, given: dict[str, Any]) -> tuple[Expert | None, Person | None, dict[str, str]]:
    wrong: dict[str, str] = {}
    person = _person(uow, given["name"], given["id_number"])
    if person is None:
        wrong["id_number"] = NOT_FOUND
    judge = _person(uow, given["expert_name"], given["expert_number"])
    of_series = Expert.series_id == int(given["series_id"])
    expert = uow.session.scalar(select(Expert).where(Expert.person_id == judge.id, of_series)) if judge else None
    if expert is None:
        wrong["expert_number"] = "没有找到该系列评委库中姓名与证件号码一致的评委，请核对。"
    return expert, person, wrong


@contextmanager
def _at_the_number() -> Iterator[None]:
    """A refusal that concerns the person stands at the field that names him."""
    try:
        yield
    except Refused as refusal:
        fields = {{"person": "id_number"}.get(name, name): told for name, told in refusal.fields.items()}
        raise Refused(refusal.sentence, fields=fields) from None


def _person(uow: UnitOfWork, name: str, number: str) -> Person | None:
    return uow.session.scalar(select(Person).where(Person.id_index == blind_index(number), Person.name == name.strip()))
