"""异议: registered while a posting runs or afterwards, investigated, answered (118号 四(二)2, 五(四), 六(二)).

To the unit belongs what was raised of its own posting or before the case reached the committee; what concerns a result
is investigated by the committee's office, and the employer of the person neither handles it nor reads who wrote. The
province may act for either.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityKind
from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import OBTAINED, Stage, standing, states
from models.declarations.standing import POSTED as RESULT_POSTED
from models.register.organisation import Organisation
from workflow.accounts.colleague import is_himself
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.roles import COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_CERT, RECOMMENDERS, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.audit import end
from workflow.declarations.declaration import DECLARATION, result_publicity, unit_publicity
from workflow.declarations.objected import no_open_objection, proven
from workflow.office import working_days

REGISTER = verb("objection.register", "异议登记", "异议", *RECOMMENDERS, COMMITTEE_OFFICE, HRSS_AUDIT, SUPERVISOR)
#: While a declaration is in one of these it stands in that posting; what is raised otherwise is a complaint.
POSTED = {PublicityKind.UNIT: states(stage=Stage.POSTING), PublicityKind.RESULT: RESULT_POSTED}
_BY = (*RECOMMENDERS, COMMITTEE_OFFICE, HRSS_AUDIT)


def mine_to_investigate(uow: UnitOfWork, objection: Objection) -> str | None:
    """The unit investigates what was raised there, the committee's office results, the province either."""
    declaration = objection.declaration
    if uow.actor.plays(HRSS_AUDIT):
        return None
    if uow.actor.committee_id and uow.actor.committee_id == declaration.committee_id:
        return None
    if uow.actor.organisation_id and uow.actor.organisation_id == declaration.unit_id:
        if not objection.of_results:
            return None
        return "对评审结果的异议由高评会组建单位调查核实，所在单位不参与（118号 六(二)）；请由评委会办事机构办理。"
    return "只能核查本单位或本评委会受理的异议（118号 五(四)、六(二)）；请由受理机构办理。"


def not_about_me(uow: UnitOfWork, objection: Objection) -> str | None:
    """Whom it is about has no part in its investigation (REQUIREMENTS §3.1, 职责分离)."""
    if not _himself(uow.actor, objection.declaration):
        return None
    return "不得核查对本人申报的异议（118号 六(二)、四(二)1 职责分离）；请由本机构其他经办人或省厅审核岗办理。"


def _himself(actor: Account, declaration: Declaration) -> bool:
    """By his person; at his employer's desk, where an account may name nobody, by his name as well."""
    if actor.person_id is None and actor.organisation_id != declaration.unit_id:
        return False
    return is_himself(actor, declaration)


_MINE = (mine_to_investigate, not_about_me)
_FINDING = Ask("finding", "核查结论", "area")

# fmt: off
OBJECTION = Flow("异议", ObjectionState, [
    #     verb           label           from                            to                            by   only if asks
    Step("investigate", "开始核查",     {ObjectionState.REGISTERED},    ObjectionState.INVESTIGATING, _BY, _MINE, [],          "118号 六(二)", "primary"),
    Step("uphold",      "查证属实",     {ObjectionState.INVESTIGATING}, ObjectionState.UPHELD,        _BY, _MINE, [_FINDING],  "118号 四(二)2", "bad"),
    Step("dismiss",     "查证不属实",   {ObjectionState.INVESTIGATING}, ObjectionState.DISMISSED,     _BY, _MINE, [_FINDING],  "118号 六(二)"),
    Step("reply",       "答复反映人",   {ObjectionState.UPHELD, ObjectionState.DISMISSED}, ObjectionState.ANSWERED, _BY, _MINE, [Ask("answer", "答复内容", "area")], "118号 五(四)", "primary"),
])
# fmt: on


def posting_of(uow: UnitOfWork, declaration: Declaration) -> Publicity | None:
    """The posting in which the declaration stands now, whose result is not yet settled; none of what is behind it."""
    if declaration.state in POSTED[PublicityKind.UNIT]:
        return unit_publicity(uow, declaration)
    return result_publicity(uow, declaration) if declaration.state in POSTED[PublicityKind.RESULT] else None


def register_objection(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    text: str,
    named: bool = True,
    informant: str = "",
    telephone: str = "",
) -> Objection:
    """异议登记 while a posting of the declaration runs, or a complaint afterwards.

    Refused: whom it is about, and what concerns a result where the actor is the employer: its committee hears that.
    """
    uow.lead(REGISTER, "异议由公示单位、评委会办事机构或人社部门登记（118号 四(二)2、六(二)）。")
    if _himself(uow.actor, declaration):
        raise NotYou("不得登记对本人申报的异议（118号 四(二)2、六(二) 职责分离）；请由本机构其他经办人登记。")
    wrong = {} if text.strip() else {"text": "请填写异议内容。"}
    if named:
        asked = {"informant": (informant, "反映人"), "telephone": (telephone, "联系方式")}
        wrong |= {name: f"请填写{label}。" for name, (given, label) in asked.items() if not given.strip()}
    if wrong:
        raise Refused("异议登记不完整，请按提示补充。", fields=wrong)
    objection = Objection(
        declaration=declaration,
        publicity=posting_of(uow, declaration),
        named=named,
        informant=informant,
        telephone=telephone,
        text=text,
        registered_at=uow.now.replace(microsecond=0),
        state=ObjectionState.REGISTERED,
    )
    if objection.of_results and uow.actor.organisation_id == declaration.unit_id and not uow.actor.plays(HRSS_AUDIT):
        office = declaration.committee.name if declaration.committee else "评委会"
        raise Refused(
            "对评审结果的异议由高评会组建单位受理和调查核实，所在单位不登记（118号 六(二)）；"
            f"请反映人在公示页提出，或向“{office}”的办事机构反映。",
            field="declaration",
        )
    return entered(uow, objection, "register_objection", "异议登记", "收到异议，请按规定程序调查核实")


def entered(uow: UnitOfWork, objection: Objection, verb: str, label: str, words: str) -> Objection:
    """However it came: kept, a result that is posted waits for it (异议核查), and to whom it belongs is told."""
    uow.session.add(objection)
    uow.session.flush()
    uow.record(verb, objection, label=label, after=str(objection.state))
    declaration = objection.declaration
    if declaration.state == S.RESULT_PUBLICITY:
        DECLARATION.advance(uow, declaration, "object")
    tell(
        uow,
        receiver(objection),
        "收到异议",
        f"{declaration.number} 在公示期间{words}（118号 六(二)）。",
        f"/open/objection/{objection.id}",
    )
    return objection


def receiver(objection: Objection) -> Committee | Organisation:
    """Whose it is to investigate: the committee's office, or the unit."""
    declaration = objection.declaration
    return declaration.committee if objection.of_results and declaration.committee else declaration.unit


def answer_by(session: Session, objection: Objection) -> date:
    """The last day for the answer: so many working days after the registration as the parameter says (118号 五(四))."""
    return working_days.add(session, objection.registered_at.date(), settings.value(session, "complaint_days"))


@OBJECTION.performs("uphold")
def uphold(uow: UnitOfWork, objection: Objection, *, finding: str) -> None:
    """属实: a declaration whose result is posted ends; of any other who has to end it is told."""
    objection.finding, objection.upheld, objection.concluded_on = finding, True, uow.today
    OBJECTION.advance(uow, objection, "uphold", opinion=finding)
    uow.session.flush()
    declaration = objection.declaration
    if declaration.state == S.RESULT_PUBLICITY:
        DECLARATION.advance(uow, declaration, "object")
    if declaration.state == S.OBJECTED:
        end(uow, declaration, "uphold", f"公示异议查证属实：{finding}")
    elif ends := _who_ends(declaration):
        said = f"{declaration.number} 的{proven(declaration.state)}"
        tell(uow, ends, "异议查证属实", said, f"/open/declaration/{declaration.id}")


def _who_ends(declaration: Declaration) -> Organisation | str | None:
    """By whom a declaration ends against which something was proven; nobody where it has ended."""
    here = standing(declaration)
    if declaration.state in OBTAINED:
        return HRSS_CERT
    if here.settled:
        return None
    return declaration.unit if here.stage in (Stage.UNIT, Stage.POSTING) else HRSS_AUDIT


@OBJECTION.performs("dismiss")
def dismiss(uow: UnitOfWork, objection: Objection, *, finding: str) -> None:
    """不属实: the declaration goes on when no other objection is open, and none was proven."""
    objection.finding, objection.upheld, objection.concluded_on = finding, False, uow.today
    OBJECTION.advance(uow, objection, "dismiss", opinion=finding)
    uow.session.flush()
    declaration = objection.declaration
    if declaration.state == S.OBJECTED and not no_open_objection(uow, declaration):
        DECLARATION.advance(uow, declaration, "clear")


@OBJECTION.performs("reply")
def reply(uow: UnitOfWork, objection: Objection, *, answer: str) -> None:
    """答复: the informant's answer is kept; what was found of the declaration stays."""
    objection.answer = answer
    OBJECTION.advance(uow, objection, "reply", opinion=answer)
