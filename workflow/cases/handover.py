"""Who has the case next is told at once, with the next step, and its applicant where it is (118号 四(四) 及时告知).

A verb that has something of its own to say says it (what is to be mended, why it ended). For every other move of a
declaration this is said before the commit, whatever verb, desk or worker made it: so no move is silent, and a new verb
needs no line. Many declarations that come to one desk together are one message.
"""

from __future__ import annotations

from typing import Any

from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import Holder, standing
from models.office.notice import Notice
from models.register.organisation import Organisation
from workflow.base import roles
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork, before_sealing
from workflow.declarations.audit import link
from workflow.declarations.declaration import DECLARATION, step_at

#: What the one who has it does next.
NEXT: dict[S, str] = {
    S.SUBMITTED: "请在“单位受理审核”中受理",
    S.UNIT_REVIEW: "请在“单位受理审核”中逐项审核真实性，再公示或上报",
    S.UNIT_PUBLICITY: "公示期满后请登记公示结果，并在“单位推荐上报”中上报",
    S.UNDER_AUDIT: "请在资格审核中审核",
    S.RETURNED: "请办理“退回补充材料”",
    S.AT_COMMITTEE: "请在“职称申报人员资格复核”中复核",
    S.QUALIFIED: "请在“评审方案呈报”中列入评审方案",
    S.PLANNED: "请按方案抽取评委、组织评审",
    S.IN_REVIEW: "请在“评审会议”中办理",
    S.PASSED: "请在“评审结果公示”中公示",
    S.RESULT_PUBLICITY: "公示期满后请登记公示结果，并在“评审结果申请备案”中申请备案",
    S.OBJECTED: "请在“异议核查”中核查并答复",
    S.FILING: "请在“职称评审结果备案”中审核",
    S.FILED: "请在“证书编号生成”“证书发放”中办理",
}
#: Whose desk of the province it is.
PROVINCE = {S.FILING: roles.HRSS_AUDIT, S.FILED: roles.HRSS_CERT}
#: Numbers that one message names.
NAMED = 3


def moved(uow: UnitOfWork) -> dict[int, tuple[Declaration, S]]:
    """The declarations that a verb of this unit of work has moved, each with the state that it left first."""
    found: dict[int, tuple[Declaration, S]] = {}
    for name, subject, facts in uow.entries:
        step = DECLARATION.get(name)
        if isinstance(subject, Declaration) and subject.id and step is not None and step.targets and "before" in facts:
            found.setdefault(subject.id, (subject, S(facts["before"])))
    return found


def tell_who_is_next(uow: UnitOfWork) -> None:
    """Say it to the applicant and to who has the case now, unless the verb has spoken to them."""
    told = [notice for notice, _due in uow.told]
    waiting: dict[tuple[Any, S], list[Declaration]] = {}
    for declaration, _before in moved(uow).values():
        state = S(declaration.state)
        heard = any(notice.person_id == declaration.person_id for notice in told)
        if not heard and hears(state):
            tell(uow, declaration.person, "申报进度", f"{declaration.number}：{_where(declaration)}", link(declaration))
        receiver = holder_of(declaration)
        if receiver is not None and not _is_actor(uow, receiver) and not any(_went_to(one, receiver) for one in told):
            waiting.setdefault((receiver, state), []).append(declaration)
    for (receiver, state), cases in waiting.items():
        _tell_desk(uow, receiver, state, cases)
    _dated(uow)


def hears(state: S) -> bool:
    """Whether the applicant has something to hear: not of his own draft, nor of what changes nothing once he holds the
    certificate."""
    if state == S.DRAFT:
        return False
    return state != S.REPORTED


def holder_of(declaration: Declaration) -> Organisation | Committee | str | None:
    """The desk that has it now; None while it is the applicant's, or nobody's."""
    match standing(declaration).holder:
        case Holder.OFFICE | Holder.RETURNING:
            stop = step_at(declaration, declaration.position)
            return stop.organisation if stop is not None else None
        case Holder.COMMITTEE:
            return declaration.committee
        case Holder.PROVINCE:
            return PROVINCE[S(declaration.state)]
    return None


def _tell_desk(uow: UnitOfWork, receiver: Any, state: S, cases: list[Declaration]) -> None:
    named = "、".join(case.number for case in cases[:NAMED]) + (f"等 {len(cases)} 件" if len(cases) > NAMED else "")
    where = link(cases[0]) if len(cases) == 1 else ""
    tell(uow, receiver, f"有申报到达：{state.label}", f"{named} 现为“{state.label}”，{NEXT[state]}。", where)


def _where(declaration: Declaration) -> str:
    """In the words of his own page, and with whom it lies."""
    receiver = holder_of(declaration)
    name = getattr(receiver, "name", "省人社厅" if receiver else "")
    return standing(declaration).word + (f"现由“{name}”办理。" if name else "")


def _is_actor(uow: UnitOfWork, receiver: Organisation | Committee | str) -> bool:
    """Whoever has done it and has it still knows."""
    if isinstance(receiver, str):
        return uow.actor.plays(receiver)
    mine = uow.actor.committee_id if isinstance(receiver, Committee) else uow.actor.organisation_id
    return mine == receiver.id


def _went_to(notice: Notice, receiver: Organisation | Committee | str) -> bool:
    if isinstance(receiver, str):
        return notice.role == receiver
    column = notice.committee_id if isinstance(receiver, Committee) else notice.organisation_id
    return column == receiver.id


def _dated(uow: UnitOfWork) -> None:
    """What the applicant has to mend carries its last day, so that a digest does not come too late."""
    due = {
        case.person_id: case.due_on
        for case, _before in moved(uow).values()
        if case.state == S.RETURNED and case.position < 0
    }
    uow.told = [(notice, day or due.get(notice.person_id)) for notice, day in uow.told]


before_sealing(tell_who_is_next, first=True)
