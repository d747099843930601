"""What lies on a desk: the rows that wait for an account, as clauses for lists, badges and the workbench.

Every desk takes the account and the day on which the rules count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, False_, and_, false, not_, or_, select
from sqlalchemy.orm import object_session

from models.accounts.account import Account
from models.accounts.registration import Registration, RegistrationState
from models.awards.appeal import Appeal, AppealState
from models.awards.certificate import Certificate, in_force
from models.awards.filing import Filing, FilingState
from models.awards.publicity import (
    Objection,
    ObjectionState,
    Publicity,
    PublicityItem,
    PublicityKind,
    PublicityState,
    about_results,
)
from models.awards.truth import CertificateTruth, untold
from models.committees.committee import Committee, CommitteeState
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.quota import Quota, QuotaState
from models.declarations.reading import Lies
from models.declarations.signing import Signing, SigningState
from models.declarations.standing import Holder, Stage, states
from models.jobs.job import Job, JobState
from models.office.notice import Notice
from models.paths.path import AcceptanceOffice, NodeState, PathNode
from models.register.blacklist import BlacklistEntry, BlacklistState
from models.register.organisation import Organisation
from models.review.plan import Plan
from workflow.accounts.delegation import given_to
from workflow.accounts.reassign import office_desk
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.abilities import as_declared
from workflow.base.reading_keys import Waits
from workflow.committees import committee_term
from workflow.declarations import liability

Clause = ColumnElement[bool]
Desk = Callable[[Account, date], Clause]
#: Nothing that was written of it waits for the 负责人: it is the 经办人's to do.
UNSIGNED: Clause = Declaration.signing_id.is_(None)


def _here(actor: Account) -> Clause:
    """The declaration lies at the account's organisation, at the position it has reached."""
    stop = select(RouteStep.declaration_id).where(
        RouteStep.organisation_id == actor.organisation_id,
        RouteStep.position == Declaration.position,
        RouteStep.declaration_id == Declaration.id,
    )
    return stop.correlate(Declaration).exists()


@office_desk("单位受理审核", Declaration)
def unit_desk(actor: Account, today: date) -> Clause:
    """单位受理审核: to be taken in hand, checked, or given back to the applicant."""
    if not (actor.plays(*r.RECOMMENDERS) and actor.organisation_id):
        return false()
    returned = and_(Declaration.state == S.RETURNED, Declaration.position == 0)
    return and_(
        Declaration.unit_id == actor.organisation_id,
        or_(Declaration.state.in_(states(stage=Stage.UNIT)), returned),
        UNSIGNED,
    )


@office_desk("单位推荐上报", Declaration)
def recommend_desk(actor: Account, today: date) -> Clause:
    """单位推荐上报: the unit's publicity is over, or the accepting organisation asks for none."""
    if not (actor.plays(*r.RECOMMENDERS) and actor.organisation_id):
        return false()
    over = (
        select(PublicityItem.id)
        .join(Publicity)
        .where(
            PublicityItem.declaration_id == Declaration.id,
            Publicity.kind == PublicityKind.UNIT,
            Publicity.state != PublicityState.VOID,
            Publicity.ends_on < today,
        )
        .correlate(Declaration)
        .exists()
    )
    posted = and_(Declaration.state == S.UNIT_PUBLICITY, over)
    spared = select(AcceptanceOffice.id).where(AcceptanceOffice.publicity_required.is_(False))
    unposted = and_(Declaration.state == S.UNIT_REVIEW, Declaration.office_id.in_(spared), liability.signed())
    there = Declaration.state.in_(states(stage=(Stage.UNIT, Stage.POSTING)))  # said once more, for the index
    return and_(Declaration.unit_id == actor.organisation_id, there, or_(posted, unposted), UNSIGNED)


def posting_ready(actor: Account, today: date) -> Clause:
    """Ready for 所在单位申报公示: in review at the unit, responsibility card signed."""
    if not (actor.plays(*r.RECOMMENDERS) and actor.organisation_id):
        return false()
    ready = Declaration.state == S.UNIT_REVIEW
    return and_(Declaration.unit_id == actor.organisation_id, ready, liability.signed(), UNSIGNED)


@office_desk("待签署意见", Signing)
def signing_desk(actor: Account, today: date) -> Clause:
    """负责人签署: put before the account itself or before who has delegated to it, and not yet signed."""
    delegated = and_(Signing.head_id.in_(given_to(actor, today)), Signing.handler_id != actor.id)
    return and_(or_(Signing.head_id == actor.id, delegated), Signing.state == SigningState.WAITING)


@office_desk("申报审核", Declaration)
def audit_desk(actor: Account, today: date) -> Clause:
    """上级单位审核 and 资格审核: under audit at the organisation, or returned to it from above."""
    if not (actor.plays(*r.AUDITORS) and actor.organisation_id):
        return false()
    audited = states(stage=Stage.AUDIT) + states(holder=Holder.RETURNING)
    return and_(Declaration.state.in_(audited), Declaration.position > 0, _here(actor), UNSIGNED)


@office_desk("资格复核", Declaration)
def recheck_desk(actor: Account, today: date) -> Clause:
    """职称申报人员资格复核: arrived at the committee's office."""
    if not (actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id):
        return false()
    return and_(Declaration.committee_id == actor.committee_id, Declaration.state == S.AT_COMMITTEE, UNSIGNED)


def late_desk(actor: Account, today: date) -> Clause:
    """下级逾期未转交: a returned case that an office below keeps past its own days, for whoever stands above it."""
    above = select(RouteStep.declaration_id).where(
        RouteStep.organisation_id == actor.organisation_id,
        RouteStep.position > Declaration.position,
        RouteStep.declaration_id == Declaration.id,
    )
    mine: list[Clause] = []
    if actor.plays(*r.AUDITORS) and actor.organisation_id:
        mine.append(above.correlate(Declaration).exists())
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        mine.append(Declaration.committee_id == actor.committee_id)
    if not mine:
        return false()
    returning = Declaration.state.in_(states(holder=Holder.RETURNING))
    return and_(or_(*mine), returning, Declaration.position >= 0, Declaration.due_on < today)


#: Desks of declarations whose rows `reading` has under the organisation or the committee.
LIES: dict[Desk, Lies] = {unit_desk: Lies.UNIT, audit_desk: Lies.AUDIT, recheck_desk: Lies.COMMITTEE}


def waiting(rows: Desk, actor: Account, today: date) -> Any:
    """What lies on the desk `rows`, as a clause; as one that `reading` answers where it can."""
    clause, lies = rows(actor, today), LIES.get(rows)
    if lies is None or isinstance(clause, False_) or not as_declared(actor):
        return clause
    return Waits(clause, lies, -(actor.committee_id or 0) if lies == Lies.COMMITTEE else actor.organisation_id or 0)


@office_desk("所在单位申报公示", Publicity)
def posting_desk(actor: Account, today: date) -> Clause:
    """公示 of one's own unit or committee: over, and its outcome not yet written down."""
    owned: list[Clause] = []
    if actor.organisation_id:
        owned.append(Publicity.organisation_id == actor.organisation_id)
    if actor.committee_id:
        owned.append(Publicity.plan_id.in_(select(Plan.id).where(Plan.committee_id == actor.committee_id)))
    return and_(or_(false(), *owned), Publicity.state == PublicityState.POSTED, Publicity.ends_on < today)


@office_desk("异议核查", Objection)
def objection_desk(actor: Account, today: date) -> Clause:
    """异议: the unit's own or, about a result, the committee's; not yet investigated and answered."""
    of = select(Declaration.id).where(Declaration.id == Objection.declaration_id).correlate(Objection)
    owned: list[Clause] = []
    if actor.organisation_id:
        ours = of.where(Declaration.unit_id == actor.organisation_id).exists()
        owned.append(and_(ours, not_(about_results())))
    if actor.committee_id:
        owned.append(and_(of.where(Declaration.committee_id == actor.committee_id).exists(), about_results()))
    if not owned or not actor.plays(*r.RECOMMENDERS, r.COMMITTEE_OFFICE):
        return false()
    unanswered = Objection.state.in_([state for state in ObjectionState if state != ObjectionState.ANSWERED])
    return and_(unanswered, or_(*owned), policy.rows(actor, Objection))


@office_desk("复查办理", Appeal)
def appeal_desk(actor: Account, today: date) -> Clause:
    """复查: applied for at one's committee, or, for the province, what goes to none; not yet answered."""
    mine: list[Clause] = []
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        mine.append(Appeal.committee_id == actor.committee_id)
    if actor.plays(r.HRSS_AUDIT):
        mine.append(Appeal.committee_id.is_(None))
    return and_(or_(false(), *mine), Appeal.state.not_in((AppealState.ANSWERED, AppealState.WITHDRAWN)))


@office_desk("职数审核", Quota)
def quota_desk(actor: Account, today: date) -> Clause:
    """职数审核: declared by units directly below; for the province also what was examined and passed on."""
    clauses: list[Clause] = []
    if actor.plays(r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER, r.HRSS_AUDIT) and actor.organisation_id:
        below = select(Organisation.id).where(Organisation.superior_id == actor.organisation_id)
        clauses.append(and_(Quota.state == QuotaState.DECLARED, Quota.unit_id.in_(below)))
    if actor.plays(r.HRSS_AUDIT):
        clauses.append(Quota.state == QuotaState.EXAMINED)
    return or_(false(), *clauses)


@office_desk("审核层级确认", PathNode)
def confirm_desk(actor: Account, today: date) -> Clause:
    """审核层级配置单位确认: places proposed for one's own organisation."""
    if not actor.organisation_id:
        return false()
    return and_(PathNode.organisation_id == actor.organisation_id, PathNode.state == NodeState.PENDING)


def registration_desk(actor: Account, today: date) -> Clause:
    """单位注册核验: units and bureaus that have registered below one's own organisation."""
    if not actor.organisation_id:
        return false()
    return and_(Registration.superior_id == actor.organisation_id, Registration.state == RegistrationState.WAITING)


def inbox(actor: Account, today: date) -> Clause:
    """消息: addressed to the account and not yet read."""
    return or_(*(and_(to, Notice.read_at.is_(None)) for to in policy.addresses(actor)))


def filing_desk(actor: Account, today: date) -> Clause:
    """职称评审结果备案: applied for, not yet examined."""
    return Filing.state == FilingState.SUBMITTED if actor.plays(r.HRSS_AUDIT) else false()


def issue_desk(actor: Account, today: date) -> Clause:
    """证书发放: filed people without a certificate."""
    return Declaration.state == S.FILED if actor.plays(r.HRSS_CERT) else false()


def report_desk(actor: Account, today: date) -> Clause:
    """证书报送人社部: issued and not yet reported, or refused by the ministry."""
    if not actor.plays(r.HRSS_CERT):
        return false()
    waiting = select(CertificateTruth.id).where(in_force(), untold()).correlate(Certificate).exists()
    return and_(Certificate.number.in_(select(CertificateTruth.number).where(untold())), waiting)


def blacklist_desk(actor: Account, today: date) -> Clause:
    """黑名单管理: proposed, not yet decided."""
    return BlacklistEntry.state == BlacklistState.PROPOSED if actor.plays(r.HRSS_AUDIT) else false()


def committee_desk(actor: Account, today: date) -> Clause:
    """评委会管理: applications that wait for approval, and terms that are over or end within 90 days (令40号
    第八条)."""
    session = object_session(actor)
    if session is None or not actor.plays(r.HRSS_CONFIG, r.HRSS_AUDIT):
        return false()
    return or_(Committee.state == CommitteeState.APPLIED, committee_term.ending(session, today))


def job_desk(actor: Account, today: date) -> Clause:
    """Own long work that waits or runs."""
    return and_(Job.account_id == actor.id, Job.state.in_((JobState.WAITING, JobState.RUNNING)))
