"""Which rows a person may see: one policy for list, detail, file, export, search, count, chart and API.

`rows(actor, Model)` gives the clause every query carries; a model without a policy shows nothing.
Who may *do* something is the business of the lifecycles; this is only about seeing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.awards.certificate import Certificate, CertificateNumber, Issuer
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity, PublicityItem
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import CodeItem, Series, Specialty, Title
from models.committees.committee import Committee
from models.committees.expert import Expert
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.quota import Quota
from models.imports.import_batch import ImportBatch
from models.jobs.job import Job
from models.office.journal import JournalEntry
from models.office.list_choice import ColumnChoice, SavedQuery
from models.office.notice import Notice
from models.office.setting import CalendarDay, CalendarYear, Clause, Setting
from models.paths.path import AcceptanceOffice, PathNode
from models.paths.path_draft import PathChange, PathDraft
from models.paths.path_version import PathVersion
from models.register.blacklist import BlacklistEntry
from models.register.organisation import Organisation, Region
from models.register.person import Person
from models.review.ballot import Poll
from models.review.draw import Draw
from models.review.plan import Plan, PlanState
from models.review.session import Member, Recusal, ReviewSession, SessionState
from workflow.base import roles as r

M = TypeVar("M")
Clause_ = ColumnElement[bool]
PROVINCE = (*r.HRSS, r.LEADER, r.SUPERVISOR)
OFFICERS = (r.UNIT_OFFICER, r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER)
_rows: dict[type, Callable[[Account], Clause_]] = {}


def rows_of(model: type) -> Callable[[Callable[[Account], Clause_]], Callable[[Account], Clause_]]:
    """Decorator: the function below says which rows of `model` an account may see."""

    def register(function: Callable[[Account], Clause_]) -> Callable[[Account], Clause_]:
        _rows[model] = function
        return function

    return register


def rows(actor: Account, model: type) -> Clause_:
    """The clause that limits `model` to what `actor` may see; nothing for a model without a policy."""
    if actor is None or not getattr(actor, "is_authenticated", True):
        return false()
    policy = _rows.get(model)
    return policy(actor) if policy else false()


def visible(actor: Account, model: type[M]) -> Select[tuple[M]]:
    """`select(model)` limited to what `actor` may see."""
    return select(model).where(rows(actor, model))


def find(session: Session, actor: Account, model: type[M], key: Any) -> M | None:
    """The record with that id if the actor may see it, else None: absent and hidden look the same."""
    return session.scalar(visible(actor, model).where(model.id == key))  # type: ignore[attr-defined]


def _any(*clauses: Clause_) -> Clause_:
    return or_(false(), *clauses)


@rows_of(Declaration)
def declarations(actor: Account) -> Clause_:
    """Own; of my unit once submitted; once they reached my organisation; of my committee; all for the province."""
    clauses: list[Clause_] = []
    if actor.plays(r.APPLICANT) and actor.person_id:
        clauses.append(Declaration.person_id == actor.person_id)
    if actor.plays(*OFFICERS) and actor.organisation_id:
        reached = select(RouteStep.declaration_id).where(
            RouteStep.organisation_id == actor.organisation_id, RouteStep.reached_at.is_not(None)
        )
        clauses.append(Declaration.id.in_(reached))
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        clauses.append(
            and_(Declaration.committee_id == actor.committee_id, Declaration.reached_committee_at.is_not(None))
        )
    if actor.plays(r.EXPERT):
        clauses.append(_judged_by(actor))
    if actor.plays(*PROVINCE):
        clauses.append(Declaration.state != S.DRAFT)
    return _any(*clauses)


def _judged_by(actor: Account) -> Clause_:
    """Candidates of the session the expert has signed in to, while it lasts, without the recused ones."""
    expert = select(Expert.id).where(Expert.account_id == actor.id).scalar_subquery()
    plans = (
        select(ReviewSession.plan_id)
        .join(Member, Member.session_id == ReviewSession.id)
        .where(
            Member.expert_id == expert,
            Member.signed_in_at.is_not(None),
            Member.recusal_declared,
            ReviewSession.state.not_in([SessionState.PREPARING, SessionState.SEALED, SessionState.ARCHIVED]),
        )
    )
    recused = select(Recusal.declaration_id).where(Recusal.expert_id == expert)
    return and_(Declaration.plan_id.in_(plans), Declaration.id.not_in(recused))


@rows_of(Organisation)
def organisations(actor: Account) -> Clause_:
    """Master data that pickers need: names and codes are public."""
    return true()


def everybody(actor: Account) -> Clause_:
    """Reference data is public to every account."""
    return true()


for _public in (
    Region,
    Series,
    Title,
    Specialty,
    CodeItem,
    CalendarDay,
    CalendarYear,
    Clause,
    Setting,
    AcceptanceOffice,
):
    _rows[_public] = everybody


@rows_of(Committee)
def committees(actor: Account) -> Clause_:
    """Who is formed to review what is public (政策公开); accounts are not part of the list of others."""
    return true()


@rows_of(Batch)
def batches(actor: Account) -> Clause_:
    """Published ones are public; drafts are the committee's own and the province's."""
    clauses = [Batch.state == BatchState.PUBLISHED]
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        clauses.append(Batch.committee_id == actor.committee_id)
    if actor.plays(*r.HRSS):
        clauses.append(true())
    return _any(*clauses)


@rows_of(PathNode)
def path_nodes(actor: Account) -> Clause_:
    """All for configuration and supervision; one's own places; one's committee's tree, and the one all committees
    share."""
    if actor.plays(*r.HRSS, r.SUPERVISOR):
        return true()
    clauses = []
    if actor.organisation_id:
        above = select(PathNode.parent_id).where(PathNode.organisation_id == actor.organisation_id)
        clauses += [PathNode.organisation_id == actor.organisation_id, PathNode.id.in_(above)]
    if actor.committee_id:
        level = select(Committee.level).where(Committee.id == actor.committee_id).scalar_subquery()
        shared = and_(PathNode.committee_id.is_(None), PathNode.office_id.is_(None), PathNode.kind == level)
        clauses += [PathNode.committee_id == actor.committee_id, shared]
    return _any(*clauses)


@rows_of(PathDraft)
def path_drafts(actor: Account) -> Clause_:
    """推演: the province's, and supervision."""
    return true() if actor.plays(*r.HRSS, r.SUPERVISOR) else false()


_rows[PathVersion] = path_drafts


@rows_of(PathChange)
def path_changes(actor: Account) -> Clause_:
    """As its draft; and what concerns one's own organisation, to be confirmed ahead."""
    own = PathChange.organisation_id == actor.organisation_id if actor.organisation_id else false()
    return _any(path_drafts(actor), own)


@rows_of(Quota)
def quotas(actor: Account) -> Clause_:
    """One's own; those of units below, down to a unit of a county's bureau (city, county, bureau, unit); all for the
    province."""
    if actor.plays(*r.HRSS, r.SUPERVISOR, r.LEADER):
        return true()
    if actor.plays(*OFFICERS) and actor.organisation_id:
        clauses, above = (
            [Quota.unit_id == actor.organisation_id],
            select(Organisation.id).where(Organisation.id == actor.organisation_id),
        )
        for _level in range(3):
            above = select(Organisation.id).where(Organisation.superior_id.in_(above))
            clauses.append(Quota.unit_id.in_(above))
        return _any(*clauses)
    return false()


@rows_of(Plan)
def plans(actor: Account) -> Clause_:
    """The committee's own; the province's auditors, supervisors and leaders see all that were submitted, never a
    draft."""
    if actor.plays(*PROVINCE):
        return Plan.state != PlanState.DRAFT
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        return Plan.committee_id == actor.committee_id
    return false()


def _of_my_plans(actor: Account, plan_id: Any) -> Clause_:
    if actor.plays(*r.HRSS, r.SUPERVISOR):
        return true()
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        return plan_id.in_(select(Plan.id).where(Plan.committee_id == actor.committee_id))
    return false()


@rows_of(Draw)
def draws(actor: Account) -> Clause_:
    """The committee's own draws (codes only), the province and the supervisors."""
    return _of_my_plans(actor, Draw.plan_id)


@rows_of(ReviewSession)
def sessions(actor: Account) -> Clause_:
    """The committee's own; the province and supervisors; an expert the one he is a member of."""
    mine = _of_my_plans(actor, ReviewSession.plan_id)
    if actor.plays(r.EXPERT):
        member = select(Member.session_id).join(Expert).where(Expert.account_id == actor.id)
        return _any(mine, ReviewSession.id.in_(member))
    return mine


@rows_of(Poll)
def polls(actor: Account) -> Clause_:
    """As its session."""
    return Poll.session_id.in_(select(ReviewSession.id).where(sessions(actor)))


@rows_of(Filing)
def filings(actor: Account) -> Clause_:
    """The committee's own, and the province."""
    return _of_my_plans(actor, Filing.plan_id)


@rows_of(Publicity)
def publicities(actor: Account) -> Clause_:
    """The unit's and the committee's own; those of declarations one may see; the province all."""
    if actor.plays(*r.HRSS, r.SUPERVISOR):
        return true()
    clauses = [_of_my_plans(actor, Publicity.plan_id)]
    if actor.plays(*OFFICERS) and actor.organisation_id:
        clauses.append(Publicity.organisation_id == actor.organisation_id)
    if actor.plays(r.APPLICANT) and actor.person_id:
        mine = select(PublicityItem.publicity_id).join(Declaration).where(Declaration.person_id == actor.person_id)
        clauses.append(Publicity.id.in_(mine))
    return _any(*clauses)


@rows_of(Objection)
def objections(actor: Account) -> Clause_:
    """Of declarations one may see, except that the applicant does not read who complained of him."""
    if actor.plays(*r.HRSS, r.SUPERVISOR):
        return true()
    if actor.plays(*OFFICERS) and actor.organisation_id:
        return Objection.declaration_id.in_(select(Declaration.id).where(Declaration.unit_id == actor.organisation_id))
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        mine = and_(Declaration.committee_id == actor.committee_id, Declaration.reached_committee_at.is_not(None))
        return Objection.declaration_id.in_(select(Declaration.id).where(mine))
    return false()


@rows_of(Certificate)
def certificates(actor: Account) -> Clause_:
    """One's own; of one's unit or committee; of organisations one audits; the province all."""
    if actor.plays(*r.HRSS, r.SUPERVISOR):
        return true()
    clauses = []
    if actor.plays(r.APPLICANT) and actor.person_id:
        clauses.append(Certificate.person_id == actor.person_id)
    if actor.plays(*OFFICERS, r.COMMITTEE_OFFICE):
        clauses.append(Certificate.declaration_id.in_(select(Declaration.id).where(declarations(actor))))
    return _any(*clauses)


@rows_of(CertificateNumber)
def certificate_numbers(actor: Account) -> Clause_:
    """The number library is the certificate desk's."""
    return true() if actor.plays(r.HRSS_CERT, r.HRSS_CONFIG, r.SUPERVISOR) else false()


@rows_of(Issuer)
def issuers(actor: Account) -> Clause_:
    """发证单位编码: the province."""
    return true() if actor.plays(*r.HRSS) else false()


@rows_of(BlacklistEntry)
def blacklist(actor: Account) -> Clause_:
    """The province's auditors and supervisors; a person his own entry."""
    if actor.plays(r.HRSS_AUDIT, r.HRSS_CERT, r.HRSS_CONFIG, r.SUPERVISOR):
        return true()
    return BlacklistEntry.person_id == actor.person_id if actor.person_id else false()


@rows_of(Expert)
def experts(actor: Account) -> Clause_:
    """评委申报记录: the province and supervisors all; a committee's office the pool of its series."""
    if actor.plays(r.HRSS_AUDIT, r.SUPERVISOR):
        return true()
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        series = select(Committee.series_id).where(Committee.id == actor.committee_id).scalar_subquery()
        return Expert.series_id == series
    return Expert.account_id == actor.id if actor.plays(r.EXPERT) else false()


@rows_of(Person)
def people(actor: Account) -> Clause_:
    """A person himself; the blacklist's picker for the province."""
    if actor.plays(r.HRSS_AUDIT, r.HRSS_CERT, r.SUPERVISOR):
        return true()
    return Person.id == actor.person_id if actor.person_id else false()


@rows_of(Notice)
def notices(actor: Account) -> Clause_:
    """What is addressed to the person, his organisation or his committee."""
    clauses: list[Clause_] = []
    if actor.person_id:
        clauses.append(Notice.person_id == actor.person_id)
    if actor.organisation_id:
        clauses.append(Notice.organisation_id == actor.organisation_id)
    if actor.committee_id:
        clauses.append(Notice.committee_id == actor.committee_id)
    return _any(*clauses)


@rows_of(SavedQuery)
def saved_queries(actor: Account) -> Clause_:
    """One's own."""
    return SavedQuery.account_id == actor.id


@rows_of(ColumnChoice)
def column_choices(actor: Account) -> Clause_:
    """One's own."""
    return ColumnChoice.account_id == actor.id


@rows_of(JournalEntry)
def journal(actor: Account) -> Clause_:
    """The audit administrator reads the journal; nobody writes it by hand."""
    return true() if actor.plays(r.AUDIT_ADMIN) else false()


@rows_of(Job)
def jobs(actor: Account) -> Clause_:
    """One's own."""
    return Job.account_id == actor.id


@rows_of(ImportBatch)
def imports(actor: Account) -> Clause_:
    """One's own: a preview is for whom it was made."""
    return ImportBatch.account_id == actor.id


@rows_of(Account)
def accounts(actor: Account) -> Clause_:
    """System and security administrators; everybody himself."""
    return true() if actor.plays(r.SYSTEM_ADMIN, r.SECURITY_ADMIN) else Account.id == actor.id
