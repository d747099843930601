"""The blacklist (黑名单, 附件3 1.21): who may not declare, be filed or be issued a certificate, and until when.

A term of three years (118号 七(一)) that ends by itself; lifted early only with a reason. Every kind of entry
blocks its person: an expert who broke the discipline stands in the same integrity file (118号 七(三)).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.register.blacklist import BlacklistEntry, BlacklistKind
from models.register.blacklist import BlacklistState as S
from models.register.person import Person
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork

PROPOSE = verb("blacklist.propose", "拟列入黑名单", "黑名单", roles.HRSS_AUDIT, roles.HRSS_CERT, roles.COMMITTEE_OFFICE)
ENLIST = verb("blacklist.enlist", "直接列入黑名单", "黑名单", roles.HRSS_AUDIT)

EXPIRED = ("到期自动解除", "off")


def term_end(starts_on: date, years: int) -> date:
    """The last day of a record term: the day before the same date `years` later."""
    try:
        return starts_on.replace(year=starts_on.year + years) - timedelta(days=1)
    except ValueError:  # 29 February: the anniversary is 1 March
        return date(starts_on.year + years, 2, 28)


def blocked(session: Session, person_id: int, day: date) -> BlacklistEntry | None:
    """The entry in force for that person on that day, the longest one, or None."""
    return session.scalars(
        select(BlacklistEntry)
        .where(
            BlacklistEntry.person_id == person_id,
            BlacklistEntry.state == S.ACTIVE,
            BlacklistEntry.starts_on <= day,
            BlacklistEntry.ends_on >= day,
        )
        .order_by(BlacklistEntry.ends_on.desc())
    ).first()


def blocked_people(session: Session, people: list[int], day: date) -> dict[int, BlacklistEntry]:
    """The entries in force among these people, by person: one query for a whole list."""
    found = session.scalars(
        select(BlacklistEntry)
        .where(
            BlacklistEntry.person_id.in_(people),
            BlacklistEntry.state == S.ACTIVE,
            BlacklistEntry.starts_on <= day,
            BlacklistEntry.ends_on >= day,
        )
        .order_by(BlacklistEntry.ends_on)
    )
    return {entry.person_id: entry for entry in found}


def sentence(entry: BlacklistEntry, name: str = "") -> str:
    """What a blocked person, or the office that handles him, is told."""
    return (
        f"{name or entry.person.name}在失信黑名单记录期内（{entry.starts_on}至{entry.ends_on}，"
        f"{BlacklistKind(entry.kind).label}），期内不得申报、备案和发证（118号 七(一)、令40号）；"
        "对记录有异议的，请向省人社厅申请核实。"
    )


def standing(uow: UnitOfWork, entry: BlacklistEntry) -> tuple[str, str]:
    """(label, tone) of an entry today: 到期自动解除 follows from the last day, no job flips a flag."""
    if entry.state == S.ACTIVE and entry.ends_on < uow.today:
        return EXPIRED
    return S(entry.state).label, S(entry.state).tone


# -- Guards ---------------------------------------------------------------------------------------


def not_blocked_yet(uow: UnitOfWork, entry: BlacklistEntry) -> str | None:
    """Only if no other entry of the person is in force."""
    other = blocked(uow.session, entry.person_id, uow.today)
    if other is None:
        return None
    return f"{entry.person.name}已在黑名单中（至{other.ends_on}），不重复列入；如需更改，请对原记录办理“修改”。"


def still_running(uow: UnitOfWork, entry: BlacklistEntry) -> str | None:
    """Only while the term runs."""
    if entry.ends_on >= uow.today:
        return None
    return f"该记录已于{entry.ends_on}期满自动解除（118号 七(一)），无需再办理。"


# fmt: off
BLACKLIST = Flow("黑名单", S, [
    #     verb        label     from                       to        by                only if
    Step("activate", "列入生效", {S.PROPOSED},              S.ACTIVE, roles.HRSS_AUDIT, [not_blocked_yet],
         [Ask("basis", "依据文号", max_length=120)],
         clause="118号 七(一)", tone="bad", confirm="列入后三年内不得申报、备案和发证，确定列入吗？"),
    Step("modify",   "修改",    {S.PROPOSED, S.ACTIVE},     None,     roles.HRSS_AUDIT, [still_running],
         [Ask("kind", "类别", "choice", choices=BlacklistKind.choices(), default=lambda uow, entry: entry.kind),
          Ask("reason", "加入黑名单原因", "area", max_length=500, default=lambda uow, entry: entry.reason),
          Ask("basis", "依据文号", required=False, max_length=120, default=lambda uow, entry: entry.basis)],
         clause="附件3 1.21"),
    Step("drop",     "不予列入", {S.PROPOSED},              S.LIFTED, roles.HRSS_AUDIT, (),
         [Ask("reason", "不予列入原因", "area", max_length=500)],
         clause="118号 七(一)"),
    Step("lift",     "解除",    {S.ACTIVE},                 S.LIFTED, roles.HRSS_AUDIT, [still_running],
         [Ask("reason", "解除原因", "area", max_length=500)],
         clause="附件3 1.21", confirm="解除后该人员可以重新申报，确定解除吗？"),
])
# fmt: on


def propose(
    uow: UnitOfWork, *, person: Person, kind: str, reason: str, basis: str = "", starts_on: date | None = None
) -> BlacklistEntry:
    """Propose a person for the blacklist (拟列入).

    Taken: the person, the kind, the reason and where known the document. Refused: an actor who is neither
    the province nor the office of the committee the person declared to; an empty reason; an unknown kind.
    """
    only = "只有省厅审核岗、证书岗，以及该人员所申报评委会的办事机构可以提出列入黑名单。"
    uow.lead(PROPOSE, only)
    if not uow.actor.plays(roles.HRSS_AUDIT, roles.HRSS_CERT) and not _declared_to(uow, person):
        raise NotYou(only)
    _check(kind, reason)
    starts_on = starts_on or uow.today
    if starts_on > uow.today:
        raise Refused(f"起始日期不能晚于今天（{uow.today}）。", field="starts_on")
    entry = BlacklistEntry(
        person=person,
        kind=kind,
        reason=reason.strip(),
        basis=basis.strip(),
        starts_on=starts_on,
        ends_on=term_end(starts_on, settings.value(uow.session, "blacklist_years")),
        state=S.PROPOSED,
    )
    uow.session.add(entry)
    uow.session.flush()
    uow.record("propose", entry, label="拟列入黑名单", kind=kind, opinion=entry.reason)
    return entry


def enlist(
    uow: UnitOfWork, *, person: Person, kind: str, reason: str, basis: str, starts_on: date | None = None
) -> BlacklistEntry:
    """Put a person on the blacklist at once (附件3 1.21 新增): proposed and in force in one act."""
    uow.lead(ENLIST, "只有省厅审核岗可以将人员列入黑名单。")
    entry = propose(uow, person=person, kind=kind, reason=reason, basis=basis, starts_on=starts_on)
    BLACKLIST.perform(uow, entry, "activate", basis=basis, starts_on=entry.starts_on)
    return entry


@BLACKLIST.performs("activate")
def activate(uow: UnitOfWork, entry: BlacklistEntry, *, basis: str, starts_on: date | None = None) -> None:
    """The entry takes effect; its three years run from today or from the day of the decision."""
    BLACKLIST.advance(uow, entry, "activate", basis=basis.strip())
    entry.basis = basis.strip()
    entry.starts_on = starts_on or uow.today
    entry.ends_on = term_end(entry.starts_on, settings.value(uow.session, "blacklist_years"))


@BLACKLIST.performs("modify")
def modify(uow: UnitOfWork, entry: BlacklistEntry, *, kind: str, reason: str, basis: str = "") -> None:
    """Correct the kind, the reason or the document; the term does not change."""
    _check(kind, reason)
    BLACKLIST.advance(uow, entry, "modify", opinion=reason.strip(), kind=kind, was=entry.kind)
    entry.kind, entry.reason, entry.basis = kind, reason.strip(), (basis or "").strip()


@BLACKLIST.performs("drop")
def drop(uow: UnitOfWork, entry: BlacklistEntry, *, reason: str) -> None:
    """The proposal is not followed; the reason stays on the record."""
    BLACKLIST.advance(uow, entry, "drop", opinion=reason.strip())
    entry.lift_reason = reason.strip()


@BLACKLIST.performs("lift")
def lift(uow: UnitOfWork, entry: BlacklistEntry, *, reason: str) -> None:
    """Lift the entry before its term ends; the person may declare again from now on."""
    BLACKLIST.advance(uow, entry, "lift", opinion=reason.strip())
    entry.lift_reason = reason.strip()


def _check(kind: str, reason: str) -> None:
    wrong = {}
    if kind not in set(BlacklistKind):
        wrong["kind"] = "请选择黑名单类别。"
    if not (reason or "").strip():
        wrong["reason"] = "请填写加入黑名单原因。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)


def _declared_to(uow: UnitOfWork, person: Person) -> bool:
    """Whether the actor is the office of a committee that the person's declaration has reached."""
    if not uow.actor.plays(roles.COMMITTEE_OFFICE) or uow.actor.committee_id is None:
        return False
    reached = select(Declaration.id).where(
        Declaration.person_id == person.id,
        Declaration.committee_id == uow.actor.committee_id,
        Declaration.reached_committee_at.is_not(None),
    )
    return uow.session.scalar(reached.limit(1)) is not None
