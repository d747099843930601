"""From the unit's desk to the committee's: checks, recommendation, audit level by level, returns, re-check."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.committees.committee import Committee
from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.opinion import Opinion
from models.declarations.opinion import OpinionResult as R
from models.register.organisation import Organisation
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import comparison, liability, quota
from workflow.declarations import opinion as opinions
from workflow.declarations.declaration import DECLARATION, is_review, step_at
from workflow.office import working_days
from workflow.storage.files import store


@DECLARATION.performs("accept")
def accept(uow: UnitOfWork, declaration: Declaration) -> None:
    """The unit takes the declaration in hand; from now on the applicant cannot withdraw it."""
    DECLARATION.advance(uow, declaration, "accept")
    tell(
        uow,
        declaration.person,
        "单位已受理您的申报",
        f"{declaration.unit.name} 已受理 {declaration.number}。",
        link(declaration),
    )


@DECLARATION.performs("check")
def check(uow: UnitOfWork, declaration: Declaration, *, opinion: str = "", **checkers: str) -> None:
    """Sign 《真实性审核责任卡》: each item with the name of who checked it (118号 四(二)1)."""
    card = liability.compose(uow, declaration, checkers, opinion or "逐项审核属实")
    DECLARATION.advance(uow, declaration, "check", opinion=card.note, liability_card=liability.told(card))
    liability.keep(uow, card)


@DECLARATION.performs("recommend")
def recommend(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    assessment: str,
    opinion: str,
    handler: str,
    head: str,
    seal: Any = None,
) -> None:
    """The unit vouches for its applicant and passes the file upward; a quota place is registered."""
    if declaration.needs_quota and declaration.quota_id is None:
        quota.reserve(uow, declaration)
    if seal:
        store(uow, seal[0], seal[1], owner=declaration, purpose="单位推荐意见盖章件", field="seal")
    said = opinions.compose(
        uow, declaration, R.RECOMMENDED, words=opinion, handler=handler, head=head, assessment=assessment
    )
    _forward(uow, declaration, "recommend", said)


@DECLARATION.performs("approve")
def approve(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    opinion: str,
    publicity_checked: bool,
    consistency: str,
    handler: str,
    head: str,
    consistency_note: str = "",
) -> None:
    """形式审查 at one level: pass it to the next organisation, the committee, or make it effective."""
    _explained(uow, declaration, consistency, consistency_note)
    said = opinions.compose(uow, declaration, R.APPROVED, words=opinion, handler=handler, head=head)
    _forward(
        uow,
        declaration,
        "approve",
        said,
        publicity_checked=publicity_checked,
        consistency=consistency,
        consistency_note=consistency_note,
    )


def _explained(uow: UnitOfWork, declaration: Declaration, consistency: str, note: str) -> None:
    found = comparison.overall(uow, declaration)
    if found == "corrected" and consistency == "same":
        raise Refused(
            "逐件比对中有已更正的材料，不能登记为“一致”（118号 四(四)）；请选择“不一致，已沟通更正”并写明情况。",
            field="consistency",
        )
    if consistency == "corrected" and not note:
        raise Refused(
            "线上线下材料不一致的，须写明原因和更正情况（118号 四(四)）；请填写比对说明。", field="consistency_note"
        )


def _forward(uow: UnitOfWork, declaration: Declaration, verb: str, said: Opinion, **facts: Any) -> None:
    """Close this level and open the next: an organisation, the committee's office, or effect at the final one."""
    now = uow.now.replace(microsecond=0)
    here = step_at(declaration, declaration.position)
    onward = step_at(declaration, declaration.position + 1)
    if here:
        here.done_at = now
    to: S
    where: Organisation | Committee | None
    if onward:
        to, where = S.UNDER_AUDIT, onward.organisation
    elif is_review(declaration):
        to, where = S.AT_COMMITTEE, declaration.committee
    else:
        to, where = S.FILED, None
    facts["next"] = where.name if where else "最终机构审核通过，申报信息生效"
    DECLARATION.advance(uow, declaration, verb, to=to, **opinions.told(said), **facts)
    opinions.keep(uow, said)
    declaration.position += 1
    declaration.due_on = None
    if onward:
        onward.reached_at = onward.reached_at or now
    elif to == S.AT_COMMITTEE:
        declaration.reached_committee_at = declaration.reached_committee_at or now
    else:
        _take_effect(uow, declaration)
    if where is not None:
        tell(
            uow,
            where,
            "有新的申报待审核",
            f"{declaration.number} {declaration.applicant_name} 已送达，请及时审核。",
            link(declaration),
        )
    tell(uow, declaration.person, "申报进度", _progress(declaration, where), link(declaration))


def _progress(declaration: Declaration, where: Any) -> str:
    if where is None:
        return f"{declaration.number} 已由最终机构审核通过，职称自 {declaration.filed_on} 取得，等待发放证书。"
    return f"{declaration.number} 已审核通过，送“{where.name}”办理。"


def _take_effect(uow: UnitOfWork, declaration: Declaration) -> None:
    """初定 and 认定: the final organisation's 通过 makes the record effective and issuable (附件3 1.12.3-1.3)."""
    declaration.filed_on = uow.today
    declaration.filing_number = f"{declaration.year}-{declaration.office_id:04d}-{declaration.id}"
    if declaration.quota_id:
        quota.use(uow, declaration)


@DECLARATION.performs("send_back")
def send_back(uow: UnitOfWork, declaration: Declaration, *, items: str | list[str], opinion: str) -> None:
    """退回: one list of everything that is missing; down to the level below, or straight to the applicant.

    The applicant is told at once, whatever levels lie between (REQUIREMENTS §6.10).
    """
    wanted = [line.strip() for line in (items.splitlines() if isinstance(items, str) else items) if line.strip()]
    if not wanted:
        raise Refused("退回须一次性写明需要补齐补正的全部内容（118号 四(三)）；请逐行填写补正事项。", field="items")
    here = declaration.position
    due = correction_due(uow, declaration)
    stop = step_at(declaration, here)
    straight = here <= 0 or (stop is not None and stop.fast_return)
    DECLARATION.advance(uow, declaration, "send_back", opinion=opinion, items=wanted, due_on=due)
    declaration.returned_from = here
    declaration.position = -1 if straight else here - 1
    declaration.due_on = due
    uow.session.add(
        Correction(
            declaration_id=declaration.id,
            position=here,
            items=[{"text": text} for text in wanted],
            opinion=opinion,
            issued_at=uow.now.replace(microsecond=0),
            due_on=due,
            organisation_name=uow.actor.desk,
        )
    )
    listed = "；".join(f"{n}. {text}" for n, text in enumerate(wanted, 1))
    tell(
        uow,
        declaration.person,
        "申报材料需补正",
        f"{uow.actor.desk} 退回 {declaration.number}：{listed}。请于 {due} 前补正。",
        link(declaration),
    )
    for position in range(here):
        between = step_at(declaration, position)
        if between:
            tell(
                uow,
                between.organisation,
                "申报被上级退回",
                f"{declaration.number} 被 {uow.actor.desk} 退回：{listed}。",
                link(declaration),
            )


def correction_due(uow: UnitOfWork, declaration: Declaration) -> date:
    """The term of a correction: so many working days, but not beyond the batch's correction deadline."""
    days = settings.value(uow.session, "correction_days")
    wanted = working_days.add(uow.session, uow.today, days)
    last = declaration.batch.correction_on
    return wanted if wanted <= last or uow.today > last else last


@DECLARATION.performs("pass_down")
def pass_down(uow: UnitOfWork, declaration: Declaration, *, opinion: str = "") -> None:
    """退回补充材料: the level below sees the returned declaration (附件3 1.12.3-2); the unit gives it to the
    applicant."""
    DECLARATION.advance(uow, declaration, "pass_down", opinion=opinion or None)
    declaration.position -= 1
    if declaration.position == -1:
        tell(
            uow,
            declaration.person,
            "请补正申报材料",
            f"{declaration.number} 已退回到您，请于 {declaration.due_on} 前补正并重新提交。",
            link(declaration),
        )


@DECLARATION.performs("qualify")
def qualify(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    opinion: str,
    consistency: str,
    handler: str,
    head: str,
    consistency_note: str = "",
) -> None:
    """复核合格: the candidate enters the base of the ratio (118号 四(四))."""
    _explained(uow, declaration, consistency, consistency_note)
    said = opinions.compose(uow, declaration, R.QUALIFIED, words=opinion, handler=handler, head=head)
    DECLARATION.advance(
        uow,
        declaration,
        "qualify",
        consistency=consistency,
        consistency_note=consistency_note,
        **opinions.told(said),
    )
    opinions.keep(uow, said)
    tell(
        uow,
        declaration.person,
        "资格复核合格",
        f"{declaration.number} 已复核合格，等待列入评审方案。",
        link(declaration),
    )


def end(uow: UnitOfWork, declaration: Declaration, verb: str, opinion: str, **facts: Any) -> None:
    """Every way to 终止当年度: reason kept, place released, the applicant told at once (118号 四(四) 及时告知)."""
    DECLARATION.advance(uow, declaration, verb, opinion=opinion, **facts)
    declaration.result_reason = opinion
    declaration.due_on = None
    if declaration.quota_id:
        quota.release(uow, declaration)
    tell(
        uow,
        declaration.person,
        "申报已终止",
        f"{declaration.number}：{opinion}。当年度申报参评终止。",
        link(declaration),
    )


@DECLARATION.performs("disqualify")
def disqualify(uow: UnitOfWork, declaration: Declaration, *, opinion: str, handler: str, head: str) -> None:
    """复核不合格: terminated for the year."""
    said = opinions.compose(uow, declaration, R.DISQUALIFIED, words=opinion, handler=handler, head=head)
    end(uow, declaration, "disqualify", **opinions.told(said))
    opinions.keep(uow, said)


@DECLARATION.performs("stop")
def stop(uow: UnitOfWork, declaration: Declaration, *, opinion: str, handler: str, head: str) -> None:
    """不予报送: a proven objection (118号 四(二)2)."""
    said = opinions.compose(uow, declaration, R.STOPPED, words=opinion, handler=handler, head=head)
    end(uow, declaration, "stop", **opinions.told(said))
    opinions.keep(uow, said)


@DECLARATION.performs("lapse")
def lapse(uow: UnitOfWork, declaration: Declaration) -> None:
    """逾期未补正视为放弃申报 (令40号 第十七条)."""
    end(uow, declaration, "lapse", f"补正期限 {declaration.due_on} 届满未补正，视为放弃申报")


@DECLARATION.performs("terminate")
def terminate(uow: UnitOfWork, declaration: Declaration, *, opinion: str, document: str) -> None:
    """The province ends a case: forged material, penalty, ineligibility found later (118号 三(四)、七(一))."""
    end(uow, declaration, "terminate", opinion, document=document)


def link(declaration: Declaration) -> str:
    """Where the messages lead."""
    return f"/open/declaration/{declaration.id}"
