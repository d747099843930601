"""所在单位申报公示 and 评审结果公示 (118号 四(二)2–3, 六(一))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from models.accounts.account import Account
from models.awards.publicity import (
    Objection,
    ObjectionState,
    Publicity,
    PublicityItem,
    PublicityKind,
    PublicityState,
)
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.review.plan import Plan
from models.review.session import ReviewSession
from workflow.accounts.colleague import head_of, headless, offered_heads, only_head
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import COMMITTEE_OFFICE, RECOMMENDERS
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content
from workflow.declarations.declaration import DECLARATION, PUBLICISED
from workflow.declarations.outcome import post_result
from workflow.office import working_days

POST_UNIT = verb("publicity.post_unit", "所在单位申报公示", "公示", *RECOMMENDERS)
POST_RESULTS = verb("publicity.post_results", "评审结果公示", "公示", COMMITTEE_OFFICE)


def over(uow: UnitOfWork, publicity: Publicity) -> str | None:
    """The last day has passed."""
    if uow.today > publicity.ends_on:
        return None
    return (
        f"公示到 {publicity.ends_on} 结束，期满前不能登记结果（118号 四(二)2、六(一)，不少于 5 个工作日）；"
        "请于期满后办理。"
    )


def my_posting(uow: UnitOfWork, publicity: Publicity) -> str | None:
    """Posted by the actor's unit, or by his committee."""
    if publicity.kind == PublicityKind.UNIT and publicity.organisation_id == uow.actor.organisation_id:
        return None
    if publicity.kind == PublicityKind.RESULT and publicity.plan_id:
        plan = uow.session.get(Plan, publicity.plan_id)
        if plan and plan.committee_id == uow.actor.committee_id:
            return None
    return "只能办理本单位或本评委会发布的公示（118号 四(二)、六(一)）；请由发布机构办理。"


def nothing_open(uow: UnitOfWork, publicity: Publicity) -> str | None:
    """Every objection has been answered or decided."""
    open_ones = uow.session.scalar(
        select(func.count()).where(
            Objection.publicity_id == publicity.id,
            Objection.state.in_([ObjectionState.REGISTERED, ObjectionState.INVESTIGATING]),
        )
    )
    return (
        f"还有 {open_ones} 件异议尚未核查完毕，不能办结公示（118号 四(二)2）；请先办理异议核查。" if open_ones else None
    )


def nobody_moved_on(uow: UnitOfWork, publicity: Publicity) -> str | None:
    """A posting can be voided only while its declarations still wait for its end."""
    waiting = {PublicityKind.UNIT: S.UNIT_PUBLICITY, PublicityKind.RESULT: S.RESULT_PUBLICITY}[
        PublicityKind(publicity.kind)
    ]
    if all(item.declaration.state == waiting for item in publicity.people):
        return None
    return "公示名单中已有人员进入下一环节，不能作废（118号 四(二)3）；请改为登记异议。"


def known_head(uow: UnitOfWork, publicity: Publicity) -> str | None:
    """The office that posts has somebody registered as 负责人."""
    return headless(uow, _CLAUSE)


#: 118号 四(二)3 asks for both names beside the result; what both sign is the recommendation (declarations.signing).
_CLAUSE = "118号 四(二)3"
_HEAD = Ask(
    "head", "负责人", "choice", choices=offered_heads, default=only_head, hint="本机构登记的负责人，不能是经办人本人"
)

# fmt: off
PUBLICITY = Flow("公示", PublicityState, [
    #     verb     label            from                      to                      by                                   only if                       asks
    Step("close", "登记公示结果",   {PublicityState.POSTED},  PublicityState.CLOSED,  (*RECOMMENDERS, COMMITTEE_OFFICE),   [my_posting, over, nothing_open, known_head],
         [Ask("outcome", "公示结果", "choice", choices=(("none", "无异议"), ("untrue", "有异议，查证不属实"), ("true", "有异议，查证属实"))), _HEAD, Ask("proof", "公示证明", "file", required=False)], "118号 四(二)3", "primary"),
    Step("void",  "作废公示",       {PublicityState.POSTED},  PublicityState.VOID,    (*RECOMMENDERS, COMMITTEE_OFFICE),   [my_posting, nobody_moved_on],  [Ask("opinion", "作废原因", "area")], "118号 四(二)2", "bad"),
])
# fmt: on


def post_unit(
    uow: UnitOfWork,
    declarations: Sequence[Declaration],
    *,
    title: str,
    place: str,
    contents: Sequence[str],
    complaint_department: str,
    complaint_telephone: str,
    handler: str = "",
    posted_on: date | None = None,
) -> Publicity:
    """所在单位申报公示 新增: the unit posts one or several declarations; the end is computed (不少于 5 个工作日).

    Whoever posts is the 经办人, by his own account; a `handler` that a caller still sends is not believed.
    """
    uow.lead(POST_UNIT, "只有单位经办人可以办理所在单位申报公示（附件2 1.1.1）。")
    fields = _missing(
        title=(title, "公示标题"),
        place=(place, "公示地点或网址"),
        complaint_department=(complaint_department, "投诉受理部门"),
        complaint_telephone=(complaint_telephone, "投诉电话"),
    )
    if not declarations:
        fields["people"] = "请选择公示人员。"
    absent = [name for name in PUBLICISED if name not in contents]
    if absent:
        fields["contents"] = f"公示内容还缺：{'、'.join(absent)}（118号 四(二)2 规定逐项公示）；请补齐后勾选。"
    posted_on = posted_on or uow.today
    if posted_on > uow.today:
        fields["posted_on"] = "张榜日期不能晚于今天；请于张榜当日登记。"
    elif posted_on < working_days.subtract(uow.session, uow.today, 1):
        fields["posted_on"] = (
            "张榜日期不能早于上一个工作日；请如实登记张榜日期，公示期自张榜后的工作日起算（118号 四(二)2）。"
        )
    if fields:
        raise Refused("公示信息不完整，请按提示补充。", fields=fields)
    first, last = working_days.publicity_term(uow.session, posted_on, settings.value(uow.session, "publicity_days"))
    publicity = Publicity(
        kind=PublicityKind.UNIT,
        title=title,
        organisation_id=uow.actor.organisation_id,
        posted_on=posted_on,
        starts_on=first,
        ends_on=last,
        place=place,
        contents=list(contents),
        complaint_department=complaint_department,
        complaint_telephone=complaint_telephone,
        handler=uow.actor.full_name,
        handler_id=uow.actor.id,
    )
    uow.session.add(publicity)
    uow.session.flush()
    uow.record(
        "post_unit",
        publicity,
        label="所在单位申报公示",
        after=str(publicity.state),
        people=len(declarations),
        first=first,
        last=last,
    )
    for declaration in declarations:
        DECLARATION.advance(uow, declaration, "publicise", first=first, last=last)
        declaration.publicised_hash = content.digest(uow.session, declaration)
        uow.session.add(PublicityItem(publicity_id=publicity.id, declaration_id=declaration.id))
    uow.session.flush()
    return publicity


def _missing(**values: tuple[str, str]) -> dict[str, str]:
    return {name: f"请填写{label}。" for name, (value, label) in values.items() if not (value or "").strip()}


def post_results(
    uow: UnitOfWork,
    plan: Plan,
    *,
    title: str,
    place: str,
    complaint_department: str,
    complaint_telephone: str,
    handler: str = "",
    late_reason: str = "",
) -> Publicity:
    """评审结果公示: everybody who passed, within 3 working days of the vote (118号 六(一)), at least 5 long."""
    only = "只有本评委会日常办事机构可以公示评审结果（118号 六(一)）。"
    uow.lead(POST_RESULTS, only)
    if uow.actor.committee_id != plan.committee_id:
        raise NotYou(only)
    passed = uow.session.scalars(
        select(Declaration)
        .where(Declaration.plan_id == plan.id, Declaration.state == S.PASSED)
        .order_by(Declaration.id)
    ).all()
    if not passed:
        raise Refused("本方案没有“评审通过待公示”的人员，不能公示（118号 六(一)）；请先完成投票和结果确认。")
    fields = _missing(
        title=(title, "公示标题"),
        place=(place, "公示网址或地点"),
        complaint_department=(complaint_department, "投诉受理部门"),
        complaint_telephone=(complaint_telephone, "投诉电话"),
    )
    voted_on = uow.session.scalar(select(ReviewSession.voted_on).where(ReviewSession.plan_id == plan.id))
    within = settings.value(uow.session, "result_publicity_within")
    latest = working_days.add(uow.session, voted_on, within) if voted_on else uow.today
    if uow.today > latest and not late_reason.strip():
        fields["late_reason"] = (
            f"应于投票后 {within} 个工作日内（{latest} 前）公示，现已逾期（118号 六(一)）；请写明逾期原因。"
        )
    if fields:
        raise Refused("公示信息不完整，请按提示补充。", fields=fields)
    first, last = working_days.publicity_term(uow.session, uow.today, settings.value(uow.session, "publicity_days"))
    publicity = Publicity(
        kind=PublicityKind.RESULT,
        title=title,
        plan_id=plan.id,
        posted_on=uow.today,
        starts_on=first,
        ends_on=last,
        place=place,
        contents=["姓名", "单位", "申报职称", "评审结果"],
        complaint_department=complaint_department,
        complaint_telephone=complaint_telephone,
        handler=uow.actor.full_name,
        handler_id=uow.actor.id,
    )
    uow.session.add(publicity)
    uow.session.flush()
    uow.record(
        "post_results",
        publicity,
        label="评审结果公示",
        after=str(publicity.state),
        people=len(passed),
        late_reason=late_reason or None,
    )
    for declaration in passed:
        post_result(uow, declaration)
        uow.session.add(PublicityItem(publicity_id=publicity.id, declaration_id=declaration.id))
    uow.session.flush()
    return publicity


def _posted_by(account: Account, publicity: Publicity) -> bool:
    """Whether he is the 经办人 of the posting: by his account, and only where none was kept by his name."""
    if publicity.handler_id is not None:
        return account.id == publicity.handler_id
    return account.full_name == publicity.handler


@PUBLICITY.performs("close")
def close(uow: UnitOfWork, publicity: Publicity, *, outcome: str, head: str, proof: Any = None) -> None:
    """The posting is over: its outcome is written down, the proof kept."""
    from workflow.storage.files import store

    raised = uow.session.scalars(select(Objection).where(Objection.publicity_id == publicity.id)).all()
    proven = any(objection.upheld for objection in raised)
    expected = "true" if proven else "untrue" if raised else "none"
    if outcome != expected:
        words = {"none": "无异议", "untrue": "有异议，查证不属实", "true": "有异议，查证属实"}
        raise Refused(
            f"公示结果与登记的异议不符，应为“{words[expected]}”（118号 四(二)3）；请核对后重新选择。", field="outcome"
        )
    chosen = head_of(uow, head, None, clause=_CLAUSE)
    if _posted_by(chosen, publicity):
        raise Refused(
            f"公示的负责人不能是发布公示的经办人（{_CLAUSE} 经办人和负责人）；请选择其他负责人。", field="head"
        )
    PUBLICITY.advance(uow, publicity, "close", outcome=outcome)
    publicity.outcome, publicity.head, publicity.head_id = outcome, chosen.full_name, chosen.id
    if proof:
        store(uow, proof[0], proof[1], owner=publicity, purpose="公示证明", field="proof")


@PUBLICITY.performs("void")
def void(uow: UnitOfWork, publicity: Publicity, *, opinion: str) -> None:
    """作废: the posting was wrong; the declarations stay where they are and need a new one."""
    PUBLICITY.advance(uow, publicity, "void", opinion=opinion)
    verb = "take_down" if publicity.kind == PublicityKind.UNIT else "take_down_result"
    for item in publicity.people:
        DECLARATION.advance(uow, item.declaration, verb, opinion=opinion)
        if publicity.kind == PublicityKind.UNIT:
            item.declaration.publicised_hash = None
