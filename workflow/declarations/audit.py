"""From the unit's desk to the committee's: checks, recommendation, audit level by level, returns, re-check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

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
from workflow.declarations import comparison, content, liability, quota, quota_need, signing, term
from workflow.declarations import opinion as opinions
from workflow.declarations.corrections import told
from workflow.declarations.declaration import DECLARATION, audit_deadline, is_review, outcomes, step_at, touch
from workflow.declarations.signing import Hands
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
    touch(declaration)


@DECLARATION.performs("recommend")
def recommend(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    assessment: str,
    opinion: str,
    head: str | None = None,
    seal: Any = None,
    in_post: str | None = None,
    late_reason: str = "",
) -> None:
    """The unit vouches for its applicant: written by the 经办人, put before the 负责人."""
    _late(uow, declaration, late_reason)
    _confirmed(declaration, in_post)
    quota.room_for(uow, declaration)
    said = {"assessment": assessment, "opinion": opinion, "in_post": in_post, "late_reason": late_reason}
    signing.put(uow, declaration, "recommend", head, **said)
    if seal:
        store(uow, seal[0], seal[1], owner=declaration, purpose="单位推荐意见盖章件", field="seal")


@signing.takes_effect("recommend")
def recommended(
    uow: UnitOfWork,
    declaration: Declaration,
    hands: Hands,
    *,
    assessment: str,
    opinion: str,
    in_post: str | None,
    late_reason: str,
) -> None:
    """Signed: passed upward; a quota place is registered."""
    late_reason = _overtime(uow, declaration, hands, late_reason)
    _confirmed(declaration, in_post)
    quota.settle(uow, declaration)
    said = opinions.compose(uow, declaration, R.RECOMMENDED, hands, words=opinion, assessment=assessment)
    _forward(uow, declaration, "recommend", said, hands, late_reason=late_reason or None)


@DECLARATION.performs("approve")
def approve(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    opinion: str,
    publicity_checked: bool,
    consistency: str,
    head: str | None = None,
    consistency_note: str = "",
    late_reason: str = "",
) -> None:
    """形式审查 at one level: written by the 经办人, and put before the 负责人 where two sign."""
    _late(uow, declaration, late_reason)
    _explained(uow, declaration, consistency, consistency_note)
    signing.put(
        uow,
        declaration,
        "approve",
        head,
        opinion=opinion,
        publicity_checked=publicity_checked,
        consistency=consistency,
        consistency_note=consistency_note,
        late_reason=late_reason,
    )


@signing.takes_effect("approve")
def approved(
    uow: UnitOfWork,
    declaration: Declaration,
    hands: Hands,
    *,
    opinion: str,
    publicity_checked: bool,
    consistency: str,
    consistency_note: str,
    late_reason: str,
) -> None:
    """Signed: passed to the next organisation, the committee, or made effective."""
    late_reason = _overtime(uow, declaration, hands, late_reason)
    _explained(uow, declaration, consistency, consistency_note)
    said = opinions.compose(uow, declaration, R.APPROVED, hands, words=opinion)
    _forward(
        uow,
        declaration,
        "approve",
        said,
        hands,
        publicity_checked=publicity_checked,
        consistency=consistency,
        consistency_note=consistency_note,
        late_reason=late_reason or None,
    )


def _confirmed(declaration: Declaration, in_post: str | None) -> None:
    """The unit confirms what the applicant says of his post; a place is never given up by a word of his."""
    if not quota_need.asked_of(declaration):
        return
    if in_post not in dict(quota_need.POSTS):
        raise Refused(
            "事业单位推荐须确认申报人是否纳入岗位设置管理（118号 三(二)1、四(一)2）；请选择“岗位设置管理”。",
            field="in_post",
        )
    if (in_post == quota_need.IN_POST) != quota_need.stated_in_post(declaration):
        raise Refused(
            "单位确认的岗位设置情况与申报人填写的不一致，不能推荐（118号 四(一)2、四(二)1）；"
            "请办理“退回”，由申报人更正“是否纳入岗位设置”。",
            field="in_post",
        )


def _late(uow: UnitOfWork, declaration: Declaration, reason: str) -> None:
    """An office past its day passes on with the reason in writing: its delay never costs the applicant his year."""
    last = audit_deadline(declaration)
    if uow.today > last and not reason.strip():
        raise Refused(
            f"本级线上审核应于 {last} 前完成，现已逾期（118号 二(一)）；请在“逾期原因”中写明原因后再上报。",
            field="late_reason",
        )


def _overtime(uow: UnitOfWork, declaration: Declaration, hands: Hands, reason: str) -> str:
    """What was put before the 负责人 in time and is signed late says so by itself."""
    if reason.strip() or uow.today <= audit_deadline(declaration) or hands.sent_at is None:
        return reason
    return f"经办人于 {hands.sent_at:%Y-%m-%d} 送签，负责人于 {uow.today} 签署"


def _explained(uow: UnitOfWork, declaration: Declaration, consistency: str, note: str) -> None:
    if consistency not in dict(outcomes(uow, declaration)):
        raise Refused(
            "尚未登记收到纸质材料，不能认定线上线下一致（118号 四(四)）；"
            "请先办理“登记纸质材料”，或选择“纸质材料尚未收到，未比对”。"
            if declaration.paper_received_on is None
            else "纸质材料已收到，须逐件比对后登记结果（118号 四(四)）；请在“核验与比对”中办理。",
            field="consistency",
        )
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


def _forward(uow: UnitOfWork, declaration: Declaration, verb: str, said: Opinion, hands: Hands, **facts: Any) -> None:
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
    DECLARATION.advance(uow, declaration, verb, to=to, **opinions.told(said, hands), **facts)
    opinions.keep(uow, said)
    term.reaches(uow, declaration, declaration.position + 1)
    if onward:
        onward.reached_at = onward.reached_at or now
    elif to == S.AT_COMMITTEE:
        declaration.reached_committee_at = declaration.reached_committee_at or now
    else:
        _take_effect(uow, declaration)
    if where is not None:
        said_of = f"{declaration.number} {declaration.applicant_name} 已送达，请及时审核。"
        tell(uow, where, "有新的申报待审核", said_of, link(declaration))
    tell(uow, declaration.person, "申报进度", _progress(declaration, where), link(declaration))


def _progress(declaration: Declaration, where: Any) -> str:
    if where is None:
        return f"{declaration.number} 已由最终机构审核通过，职称自 {declaration.filed_on} 取得，等待发放证书。"
    return f"{declaration.number} 已审核通过，送“{where.name}”办理。"


def _take_effect(uow: UnitOfWork, declaration: Declaration) -> None:
    """初定 and 认定: the final organisation's 通过 makes the record effective, and issuable once its document is named
    (附件3 1.12.3-1.3; 湘人社函〔2024〕115号: 发文, then the certificate)."""
    declaration.filed_on = uow.today
    last = step_at(declaration, declaration.position - 1) or declaration.route[-1]
    said = f"{declaration.number} {declaration.applicant_name}已审核通过；发文后请办理“登记发文文号”，登记后方可发证。"
    tell(uow, last.organisation, "请登记任职资格文件文号", said, link(declaration))
    if declaration.quota_id:
        quota.use(uow, declaration)


@DECLARATION.performs("send_back")
def send_back(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    cause: str,
    items: str | list[str],
    opinion: str,
    facts: Sequence[str] = (),
    picks: Sequence[told.Pick] = (),
) -> None:
    """退回: one list of everything that is missing; down to the level below, or straight to the applicant.

    `picks` are points on the form itself: they alone open again; in words alone everything does. The applicant is
    told at once, whatever levels lie between (REQUIREMENTS §6.10).
    """
    points = told.listed(uow, declaration, picks)
    facts = [*dict.fromkeys((*facts, *told.facts_of(points)))]
    wanted = [told.words_of(point)["text"] for point in points]
    wanted += [line.strip() for line in (items.splitlines() if isinstance(items, str) else items) if line.strip()]
    if not wanted:
        raise Refused("退回须一次性写明需要补齐补正的全部内容（118号 四(三)）；请逐行填写补正事项。", field="items")
    if unknown := set(facts) - set(content.CASE_FACTS):
        raise Refused(f"须更正的申报信息无效：{'、'.join(sorted(unknown))}；请从列表中选择。", field="facts")
    if said := [content.CASE_FACTS[name] for name in facts if name not in told.facts_of(points)]:
        wanted.append(f"更正申报信息：{'、'.join(said)}")
    why = opinions.known_cause(uow, cause)
    here = declaration.position
    stop = step_at(declaration, here)
    straight = here <= 0 or (stop is not None and stop.fast_return)
    DECLARATION.advance(uow, declaration, "send_back", opinion=opinion, items=wanted, cause=why)
    declaration.returned_from = here
    term.reaches(uow, declaration, -1 if straight else here - 1)
    correction = Correction(
        declaration_id=declaration.id,
        position=here,
        items=[*map(told.words_of, points), *map(told.words_typed, wanted[len(points) :])],
        facts=facts,
        cause=why,
        opinion=opinion,
        issued_at=uow.now.replace(microsecond=0),
        due_on=declaration.due_on if straight else None,
        organisation_name=uow.actor.desk,
    )
    uow.session.add(correction)
    told.keep(uow, declaration, correction, points)
    listed = "；".join(f"{n}. {text}" for n, text in enumerate(wanted, 1))
    tell(
        uow,
        declaration.person,
        "申报材料需补正",
        f"{uow.actor.desk} 退回 {declaration.number}：{listed}。{_asked_of_applicant(uow, declaration)}",
        link(declaration),
    )
    for position in range(here):
        between = step_at(declaration, position)
        if between:
            tell(
                uow,
                between.organisation,
                "申报被上级退回",
                f"{declaration.number} 被 {uow.actor.desk} 退回：{listed}。{_asked_of_office(declaration, position)}",
                link(declaration),
            )


def _asked_of_applicant(uow: UnitOfWork, declaration: Declaration) -> str:
    """What the applicant can do about a return now, and until when."""
    if declaration.position < 0:
        return f"请于 {declaration.due_on} 前补正并重新提交。"
    holder = step_at(declaration, declaration.position)
    days = settings.value(uow.session, "correction_days")
    return (
        f"现由“{holder.organisation.name if holder else ''}”办理逐级退回，应于 {declaration.due_on} 前转交；"
        f"现在不用办理，退到您之后另行通知，自收到之日起有 {days} 个工作日补正。"
    )


def _asked_of_office(declaration: Declaration, position: int) -> str:
    """What an office between must do about it: the one that has it hands it down, the others wait."""
    if position == declaration.position:
        return f"请于 {declaration.due_on} 前办理“退回补充材料”。"
    return "退到本机构后另行通知。" if declaration.position > position else ""


@DECLARATION.performs("pass_down")
def pass_down(uow: UnitOfWork, declaration: Declaration, *, opinion: str = "") -> None:
    """退回补充材料: the level below sees the returned declaration (附件3 1.12.3-2); the unit gives it to the
    applicant."""
    DECLARATION.advance(uow, declaration, "pass_down", opinion=opinion or None)
    _come_down(uow, declaration, declaration.position - 1)


@DECLARATION.performs("hand_down")
def hand_down(uow: UnitOfWork, declaration: Declaration, *, opinion: str) -> None:
    """督办直退: an office below keeps a returned case past its days; who stands above gives it to the applicant."""
    late = step_at(declaration, declaration.position)
    DECLARATION.advance(uow, declaration, "hand_down", opinion=opinion, late=late.organisation.name if late else "")
    if late:
        tell(
            uow,
            late.organisation,
            "退回件逾期未转交",
            f"{declaration.number} 在本机构逾期（{declaration.due_on} 前）未办理“退回补充材料”，"
            f"{uow.actor.desk} 已直接退给申报人：{opinion}",
            link(declaration),
        )
    _come_down(uow, declaration, -1)


def _come_down(uow: UnitOfWork, declaration: Declaration, position: int) -> None:
    """A returned case reaches an office below or the applicant, whose own days begin."""
    term.reaches(uow, declaration, position)
    if (below := step_at(declaration, position)) is not None:
        tell(
            uow,
            below.organisation,
            "退回件待转交",
            f"{declaration.number} 已退到本机构。{_asked_of_office(declaration, position)}",
            link(declaration),
        )
        return
    for correction in open_corrections(uow, declaration):
        correction.due_on = declaration.due_on
    tell(
        uow,
        declaration.person,
        "请补正申报材料",
        f"{declaration.number} 已退回到您。{_asked_of_applicant(uow, declaration)}",
        link(declaration),
    )


def open_corrections(uow: UnitOfWork, declaration: Declaration) -> Sequence[Correction]:
    """What was asked for and is not yet answered."""
    asked = select(Correction).where(Correction.declaration_id == declaration.id, Correction.answered_at.is_(None))
    return uow.session.scalars(asked.order_by(Correction.id)).all()


@DECLARATION.performs("qualify")
def qualify(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    opinion: str,
    consistency: str,
    head: str | None = None,
    consistency_note: str = "",
) -> None:
    """复核合格: written by the 经办人 of the committee's office, put before its 负责人."""
    _explained(uow, declaration, consistency, consistency_note)
    said = {"opinion": opinion, "consistency": consistency, "consistency_note": consistency_note}
    signing.put(uow, declaration, "qualify", head, **said)


@signing.takes_effect("qualify")
def qualified(
    uow: UnitOfWork,
    declaration: Declaration,
    hands: Hands,
    *,
    opinion: str,
    consistency: str,
    consistency_note: str,
) -> None:
    """Signed: the candidate enters the base of the ratio (118号 四(四))."""
    _explained(uow, declaration, consistency, consistency_note)
    said = opinions.compose(uow, declaration, R.QUALIFIED, hands, words=opinion)
    DECLARATION.advance(
        uow,
        declaration,
        "qualify",
        consistency=consistency,
        consistency_note=consistency_note,
        **opinions.told(said, hands),
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
    signing.lapse(uow, declaration)
    declaration.result_reason = opinion
    declaration.due_on = None
    if declaration.quota_id:
        quota.release(uow, declaration)
    tell(
        uow,
        declaration.person,
        "申报已终止",
        f"{declaration.number}：{opinion}。当年度申报参评终止。{term.may_appeal(uow.session, uow.today)}",
        link(declaration),
    )


@DECLARATION.performs("disqualify")
def disqualify(uow: UnitOfWork, declaration: Declaration, *, cause: str, opinion: str, head: str | None = None) -> None:
    """复核不合格: written by the 经办人, put before the 负责人."""
    signing.put(uow, declaration, "disqualify", head, cause=opinions.known_cause(uow, cause), opinion=opinion)


@signing.takes_effect("disqualify")
def disqualified(uow: UnitOfWork, declaration: Declaration, hands: Hands, *, cause: str, opinion: str) -> None:
    """Signed: terminated for the year."""
    said = opinions.compose(uow, declaration, R.DISQUALIFIED, hands, words=opinion)
    said.cause = opinions.known_cause(uow, cause)
    end(uow, declaration, "disqualify", **opinions.told(said, hands))
    opinions.keep(uow, said)


@DECLARATION.performs("stop")
def stop(uow: UnitOfWork, declaration: Declaration, *, opinion: str, head: str | None = None) -> None:
    """不予报送: a proven objection (118号 四(二)2), written by the 经办人, put before the 负责人."""
    signing.put(uow, declaration, "stop", head, opinion=opinion)


@signing.takes_effect("stop")
def stopped(uow: UnitOfWork, declaration: Declaration, hands: Hands, *, opinion: str) -> None:
    """Signed: it goes nowhere this year."""
    said = opinions.compose(uow, declaration, R.STOPPED, hands, words=opinion)
    end(uow, declaration, "stop", **opinions.told(said, hands))
    opinions.keep(uow, said)


@DECLARATION.performs("lapse")
def lapse(uow: UnitOfWork, declaration: Declaration) -> None:
    """逾期未补正视为放弃申报 (令40号 第十七条): only against the applicant who let his own days pass."""
    end(uow, declaration, "lapse", f"补正期限 {declaration.due_on} 届满未补正，视为放弃申报")


@DECLARATION.performs("terminate")
def terminate(uow: UnitOfWork, declaration: Declaration, *, opinion: str, document: str) -> None:
    """The province ends a case: forged material, penalty, ineligibility found later (118号 三(四)、七(一))."""
    end(uow, declaration, "terminate", opinion, document=document)
    declaration.filing_id = None  # of a filing that is still asked for: it goes on without him


def link(declaration: Declaration) -> str:
    """Where the messages lead."""
    return f"/open/declaration/{declaration.id}"
