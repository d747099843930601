"""送签: the 负责人 confirms by his own account what the 经办人 has written, before the opinion of the office counts.

The law wants two (118号 四(二)3 the unit, 四(三) 市州 and 省直厅局, 四(四) the committee's office): the 经办人 files
his opinion, and it waits; the 负责人 reads and confirms it, many at once, or gives it back with a reason. What
he confirms is bound to the content by its digest. Only then does the case move (`takes_effect`). A county's office is
not named by 四(三): what it passes on to its city bears the 经办人 alone; where its word is the last it stands in the
place of a 市州 and two sign.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, or_

from models.accounts.account import Account
from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.signing import Signing, SigningVerb
from models.declarations.signing import SigningState as S
from models.paths.path import Way
from models.register.organisation import NodeKind, Organisation
from workflow.accounts.colleague import head_of, headless, is_himself, offered_heads, only_head
from workflow.accounts.delegation import OFFICES, delegates, given_to
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content

policy.NOUNS[Signing] = "送签"


@policy.scope(Signing, "office", "本机构的送签", *OFFICES)
def signings_of_my_office(actor: Account) -> ColumnElement[bool]:
    """What the own office has put before its 负责人."""
    mine = [Signing.committee_id == actor.committee_id] if actor.committee_id else []
    if actor.organisation_id and not actor.committee_id:
        mine.append(Signing.organisation_id == actor.organisation_id)
    return or_(false(), *mine)


# -- where two sign ------------------------------------------------------------------------------------


def clause_of(declaration: Declaration) -> str:
    """The clause by which two sign where the declaration lies now; empty where the 经办人 signs alone."""
    stop = next((stop for stop in declaration.route if stop.position == declaration.position), None)
    if declaration.state == D.AT_COMMITTEE or stop is None:
        return "118号 四(四)"
    if declaration.position <= 0:
        return "118号 四(二)3"
    last = declaration.way != Way.REVIEW and declaration.position == max(stop.position for stop in declaration.route)
    return "" if stop.organisation.kind == NodeKind.DISTRICT and not last else "118号 四(三)"


def has_head(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Where two sign the office has somebody registered as 负责人 (118号 四(二)3、四(三)、四(四))."""
    clause = clause_of(declaration)
    return headless(uow, clause) if clause else None


def not_at_signature(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """No opinion on it waits for the 负责人."""
    waiting = _waiting(uow, declaration)
    if waiting is None:
        return None
    return (
        f"“{SigningVerb(waiting.verb).label}”已送{waiting.head_name}签署，签署前不能另行办理"
        "（118号 四(二)3、四(三)、四(四)）；请等待签署，或由经办人在“负责人签署”中撤回送签。"
    )


def choices(uow: UnitOfWork, declaration: Declaration) -> Sequence[tuple[str, str]]:
    """The 负责人 to choose from; none where the 经办人 signs alone."""
    return offered_heads(uow, declaration) if clause_of(declaration) else ()


def proposed(uow: UnitOfWork, declaration: Declaration) -> str:
    """The only 负责人 there is."""
    return only_head(uow, declaration) if clause_of(declaration) else ""


#: Who files an opinion is the 经办人; whom he puts it before.
HEAD_ASKED = Ask(
    "head",
    "负责人",
    "choice",
    required=False,
    choices=choices,
    default=proposed,
    hint="本机构登记的负责人；在其本人账号“负责人签署”中确认后，意见才生效（118号 四(二)3、四(三)、四(四)）",
)


def _waiting(uow: UnitOfWork, declaration: Declaration) -> Signing | None:
    """What waits for its 负责人 at the office that holds the case; what another office left behind waits for nobody."""
    if declaration.signing_id is None:
        return None
    found = uow.session.get(Signing, declaration.signing_id)
    return found if found is not None and found.position == declaration.position else None


# -- the lifecycle -------------------------------------------------------------------------------------


def my_signature(uow: UnitOfWork, signing: Signing) -> str | None:
    """Put before the actor himself, or before who has delegated to him for today; then he is no party to it."""
    if signing.head_id == uow.actor.id:
        return None
    if not stands_in(uow, signing):
        return f"由{signing.head_name}本人签署（118号 四(二)3 负责人签名）；请由其登录自己的账号办理。"
    if signing.handler_id == uow.actor.id:
        return (
            f"您是这份意见的经办人，不能受{signing.head_name}委托签署（118号 四(二)3 经办人和负责人）；"
            "请改送其他负责人，或由其本人签署。"
        )
    if is_himself(uow.actor, signing.declaration):
        return f"申报人本人不能受{signing.head_name}委托签署（118号 四(二)1）；请改送其他负责人，或由其本人签署。"
    return None


def stands_in(uow: UnitOfWork, signing: Signing) -> bool:
    """Whether the actor signs today for whom it is put before."""
    asked = given_to(uow.actor, uow.today).where(Account.id == signing.head_id)
    return _at_my_office(uow, signing) and uow.session.scalar(asked.limit(1)) is not None


def _at_my_office(uow: UnitOfWork, signing: Signing) -> bool:
    mine = uow.actor.committee_id or uow.actor.organisation_id
    same_kind = bool(uow.actor.committee_id) == bool(signing.committee_id)
    return same_kind and mine is not None and mine == (signing.committee_id or signing.organisation_id)


def still_the_same(uow: UnitOfWork, signing: Signing) -> str | None:
    """What is declared is what the 经办人 spoke of."""
    if signing.content_hash == content.digest(uow.session, signing.declaration):
        return None
    return "送签后申报内容有变化，不能签署（118号 四(一)）；请退回经办人重新审核。"


def of_my_office(uow: UnitOfWork, signing: Signing) -> str | None:
    """By whoever of the office handles cases; the 负责人 gives it back instead."""
    if not _at_my_office(uow, signing):
        return "只能办理本机构的送签（118号 四(二)3）；请由送签机构办理。"
    if signing.head_id != uow.actor.id:
        return None
    return "您是负责人，不签署的请办理“退回经办人”并写明原因（118号 四(二)3）。"


def _others(uow: UnitOfWork, signing: Signing) -> Sequence[tuple[str, str]]:
    """Whom else it may be put before."""
    taken = {str(signing.head_id), str(signing.handler_id)}
    return [(key, name) for key, name in offered_heads(uow, signing.declaration) if key not in taken]


# fmt: off
SIGNING = Flow("负责人签署", S, [
    #     verb         label         from         to           by       only if                          asks
    Step("confirm",   "确认签署",   {S.WAITING}, S.SIGNED,    OFFICES, [my_signature, still_the_same],  [], "118号 四(二)3、四(三)、四(四)", "primary",
         "确认后意见以经办人和您两人的名义记入《评审表》，申报随即办理。确定签署？"),
    Step("give_back", "退回经办人", {S.WAITING}, S.RETURNED,  OFFICES, [my_signature],                  [Ask("reason", "退回原因", "area", max_length=300)], "118号 四(二)3", "bad"),
    Step("redirect",  "改送负责人", {S.WAITING}, None,        OFFICES, [of_my_office],                  [Ask("head", "负责人", "choice", choices=_others)], "118号 四(二)3"),
    Step("withdraw",  "撤回送签",   {S.WAITING}, S.WITHDRAWN, OFFICES, [of_my_office],                  [Ask("reason", "撤回原因", "area", max_length=300, required=False)], "118号 四(二)3"),
    Step("lapse",     "失效",       {S.WAITING}, S.VOID,      (*OFFICES, *r.HRSS, r.SUPERVISOR, r.SYSTEM), [], [], "118号 四", inner=True),
])
# fmt: on


@dataclass(frozen=True)
class Hands:
    """Who answers for an opinion: the 经办人, and the 负责人 where two sign; since when it has waited for him.

    `principal` is for whom the 负责人 signs by 委托办理: account and name.
    """

    handler_id: int
    handler_name: str
    head_id: int | None = None
    head_name: str = ""
    sent_at: datetime | None = None
    principal: tuple[int, str] | None = None


#: What happens once it is signed: `(uow, declaration, hands, **answers)`.
Effect = Callable[..., None]
_EFFECTS: dict[str, Effect] = {}


def takes_effect(verb: str) -> Callable[[Effect], Effect]:
    """Decorator: what a verb of a declaration does once its opinion is signed."""

    def register(function: Effect) -> Effect:
        _EFFECTS[SigningVerb(verb)] = function
        return function

    return register


def put(uow: UnitOfWork, declaration: Declaration, verb: str, head: str | None, **answers: Any) -> Signing | None:
    """Put an opinion before the 负责人; where the 经办人 signs alone it takes effect at once.

    `answers` are what the verb asked, and travel with it. Refused: without a 负责人 of the office.
    """
    actor, clause = uow.actor, clause_of(declaration)
    if not clause:
        _EFFECTS[SigningVerb(verb)](uow, declaration, Hands(actor.id, actor.full_name), **answers)
        return None
    chosen = head_of(uow, head, declaration, clause=clause)
    lapse(uow, declaration)
    made = Signing(
        declaration=declaration,
        verb=SigningVerb(verb),
        position=declaration.position,
        organisation_id=None if actor.committee_id else actor.organisation_id,
        committee_id=actor.committee_id,
        words=answers["opinion"],
        answers=answers,
        handler_id=actor.id,
        handler_name=actor.full_name,
        head_id=chosen.id,
        head_name=chosen.full_name,
        content_hash=content.digest(uow.session, declaration),
        sent_at=uow.now.replace(microsecond=0),
    )
    uow.session.add(made)
    uow.session.flush()
    declaration.signing_id = made.id
    uow.record("put", made, label="送负责人签署", after=str(S.WAITING), head=chosen.full_name)
    _told(uow, made, "put_to_sign", f"{SigningVerb(verb).label}：送负责人签署")
    _ask_to_sign(uow, made, chosen)
    return made


def _ask_to_sign(uow: UnitOfWork, signing: Signing, head: Account) -> None:
    """The 负责人 hears of it, and who signs for him today."""
    case, what = signing.declaration, SigningVerb(signing.verb).label
    said = f"{case.number} {case.applicant_name}的“{what}”由{signing.handler_name}送"
    tell(uow, head, "有意见待签署", f"{said}您签署。", f"/open/signing/{signing.id}")
    for account in delegates(uow.session, head, uow.today):
        if account.id != signing.handler_id:
            whom = f"{head.full_name}签署，请您受其委托办理。"
            tell(uow, account, "有意见待签署", f"{said}{whom}", f"/open/signing/{signing.id}")


def _told(uow: UnitOfWork, signing: Signing, verb: str, label: str, **facts: Any) -> None:
    """A step of the case that keeps its state, for its trail."""
    state = str(signing.declaration.state)
    uow.record(verb, signing.declaration, label=label, before=state, after=state, head=signing.head_name, **facts)


def _decide(uow: UnitOfWork, signing: Signing, verb: str, reason: str = "", **facts: Any) -> None:
    """It waits no longer."""
    SIGNING.advance(uow, signing, verb, opinion=reason or None, **facts)
    signing.reason, signing.decided_at = reason, uow.now.replace(microsecond=0)
    if signing.declaration.signing_id == signing.id:
        signing.declaration.signing_id = None
    uow.session.flush()


def _principal(uow: UnitOfWork, signing: Signing) -> tuple[int, str] | None:
    """For whom the actor signs, as account and name; nobody where it is his own."""
    return None if signing.head_id == uow.actor.id else (signing.head_id, signing.head_name)


def _by_whom(uow: UnitOfWork, signing: Signing, principal: tuple[int, str] | None) -> None:
    """Whoever signs stands there by his own name and account, with whom he signs for."""
    actor = uow.actor
    if principal:
        signing.head_id, signing.head_name = actor.id, f"{actor.full_name}（受{principal[1]}委托）"[:64]


def _for_whom(principal: tuple[int, str] | None) -> dict[str, Any]:
    """The same for journal and trail: the person by his account, not only in words."""
    return {"principal": list(principal)} if principal else {}


@SIGNING.performs("confirm")
def confirm(uow: UnitOfWork, signing: Signing) -> None:
    """The 负责人 or his delegate signs: the opinion is that of the office now, and the case moves."""
    principal = _principal(uow, signing)
    _decide(uow, signing, "confirm", **_for_whom(principal))
    _by_whom(uow, signing, principal)
    hands = Hands(
        signing.handler_id, signing.handler_name, signing.head_id, signing.head_name, signing.sent_at, principal
    )
    _EFFECTS[SigningVerb(signing.verb)](uow, signing.declaration, hands, **signing.answers)


@SIGNING.performs("give_back")
def give_back(uow: UnitOfWork, signing: Signing, *, reason: str) -> None:
    """The 负责人 does not sign: the case lies with the 经办人 again, who reads why."""
    principal = _principal(uow, signing)
    _decide(uow, signing, "give_back", reason.strip(), **_for_whom(principal))
    _by_whom(uow, signing, principal)
    _told(uow, signing, "not_signed", "负责人退回经办人", **_for_whom(principal))
    tell(
        uow,
        uow.session.get_one(Committee, signing.committee_id)
        if signing.committee_id
        else uow.session.get_one(Organisation, signing.organisation_id),
        "负责人退回经办人",
        f"{signing.declaration.number} {signing.declaration.applicant_name}的“{SigningVerb(signing.verb).label}”，"
        f"{signing.head_name}未签署：{signing.reason}。请{signing.handler_name}修改后重新送签。",
        f"/open/signing/{signing.id}",
    )


@SIGNING.performs("redirect")
def redirect(uow: UnitOfWork, signing: Signing, *, head: str) -> None:
    """Another 负责人 of the office signs: this one is away, or has left."""
    chosen = head_of(uow, head, signing.declaration, clause="118号 四(二)3")
    if chosen.id == signing.handler_id:
        raise Refused("负责人不能是经办人本人（118号 四(二)3 经办人和负责人）；请选择其他负责人。", field="head")
    SIGNING.advance(uow, signing, "redirect", head=chosen.full_name)
    signing.head_id, signing.head_name = chosen.id, chosen.full_name
    _told(uow, signing, "put_to_sign", f"{SigningVerb(signing.verb).label}：改送负责人签署")
    _ask_to_sign(uow, signing, chosen)


@SIGNING.performs("withdraw")
def withdraw(uow: UnitOfWork, signing: Signing, *, reason: str = "") -> None:
    """The office takes it back before it is signed."""
    _decide(uow, signing, "withdraw", reason.strip())
    _told(uow, signing, "not_signed", "撤回送签")


def lapse(uow: UnitOfWork, declaration: Declaration) -> None:
    """The case was ended or went another way: nobody need sign any more."""
    left = uow.session.get(Signing, declaration.signing_id) if declaration.signing_id else None
    if left is not None and left.state == S.WAITING:
        _decide(uow, left, "lapse")
    declaration.signing_id = None
