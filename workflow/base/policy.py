"""Which rows a person may see: one policy for list, detail, file, export, search, count, chart and API.

`rows(actor, Model)` gives the clause every query carries; a model without a policy shows nothing. A scope is one set of
rows that a role can hold ("本评委会的方案"): which standing roles have it by default stands beside it, a made role has
the scopes that were ticked. What is public, or one's own by its very nature, needs no role (`everyone`).
For rows whose keys are known already (a record, the page of a list) the same scope probes row by row (`known`).
Who may *do* something is the business of the lifecycles; this is only about seeing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import False_, and_, false, not_, or_, select, true

from models.accounts.account import Account
from models.accounts.charter import RoleCharter
from models.awards.certificate import Certificate, CertificateNumber, Issuer
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity, PublicityItem, about_results
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import CodeItem, Series, Specialty, Title
from models.committees.committee import Committee
from models.committees.expert import Expert
from models.conditions.condition import Condition, ExaminedTitle, Exclusion
from models.conditions.judgement import ConditionJudgement
from models.declarations.comparison import Comparison
from models.declarations.correction_item import CorrectionItem
from models.declarations.declaration import Correction, Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.endorsement import Endorsement
from models.declarations.opinion import Opinion
from models.declarations.quota import Quota
from models.declarations.reading import PROVINCE as WHOLE_PROVINCE
from models.imports.import_batch import ImportBatch
from models.jobs.job import Job
from models.office.approved_map import ApprovedMap
from models.office.frozen_figures import FrozenFigures
from models.office.journal import JournalEntry
from models.office.list_choice import ColumnChoice, SavedQuery
from models.office.notice import Notice, addressed
from models.office.reminder import Reminder
from models.office.setting import CalendarDay, CalendarYear, Clause, Setting
from models.paths.path import AcceptanceOffice, PathNode
from models.paths.path_draft import PathChange, PathDraft
from models.paths.path_version import PathVersion
from models.register.blacklist import BlacklistEntry
from models.register.organisation import Organisation, Region
from models.register.person import Person
from models.review.ballot import Poll
from models.review.draw import Decline, Draw
from models.review.plan import Plan, PlanState
from models.review.session import UNDER_WAY, Member, Recusal, ReviewSession, Score
from workflow.base import roles as r
from workflow.base.abilities import reading
from workflow.base.scopes import (
    NOUNS,
    SCOPES,
    Clause_,
    Policy,
    enter,
    everyone,
    find,
    governs,
    part_of,
    probes,
    rows,
    scope,
    scopes_of,
    visible,
)

__all__ = ["NOUNS", "SCOPES", "find", "governs", "rows", "scopes_of", "visible"]

PROVINCE = (*r.HRSS, r.LEADER, r.SUPERVISOR)
OFFICERS = (r.UNIT_OFFICER, r.BUREAU_OFFICER, r.DISTRICT_OFFICER, r.CITY_OFFICER)

NOUNS.update(
    {
        Declaration: "申报",
        Batch: "年度批次",
        PathNode: "审核路径",
        PathDraft: "审核路径推演",
        PathVersion: "审核路径版本",
        Quota: "职数",
        Plan: "评审方案",
        Draw: "抽取评委",
        ReviewSession: "评审会议",
        Filing: "评审结果备案",
        Publicity: "公示",
        Objection: "异议",
        Certificate: "证书",
        CertificateNumber: "证书编号",
        Issuer: "发证单位编码",
        Endorsement: "破格推荐",
        BlacklistEntry: "黑名单",
        Expert: "评委",
        Member: "评委席位",
        Score: "打分",
        Recusal: "回避",
        Decline: "抽取应答",
        Person: "人员",
        JournalEntry: "审计日志",
        Account: "账号",
        RoleCharter: "角色",
        FrozenFigures: "时点数据",
        Reminder: "催办",
    }
)


def _all(actor: Account) -> Clause_:
    return true()


def _of_unit(actor: Account, column: Any) -> Clause_:
    return column == actor.organisation_id if actor.organisation_id else false()


def _of_committee(actor: Account, column: Any) -> Clause_:
    return column == actor.committee_id if actor.committee_id else false()


def _of_person(actor: Account, column: Any) -> Clause_:
    return column == actor.person_id if actor.person_id else false()


# -- declarations ------------------------------------------------------------------------------------


@scope(Declaration, "own", "本人的申报", r.APPLICANT)
def own_declarations(actor: Account) -> Clause_:
    """What the person himself declares, drafts included."""
    return _of_person(actor, Declaration.person_id)


@scope(Declaration, "reached", "到达过本机构的申报", *OFFICERS)
def reached_declarations(actor: Account) -> Clause_:
    """Of my unit once submitted; of others once they reached my organisation."""
    if not actor.organisation_id:
        return false()
    reached = select(RouteStep.declaration_id).where(
        RouteStep.organisation_id == actor.organisation_id, RouteStep.reached_at.is_not(None)
    )
    return Declaration.id.in_(reached)


def _has_reached(actor: Account) -> Clause_:
    if not actor.organisation_id:
        return false()
    # + 0: by the few steps of the record that is known, never by all steps of the office (the desk's index)
    mine = RouteStep.organisation_id + 0 == actor.organisation_id
    step = select(RouteStep.id).where(
        RouteStep.declaration_id == Declaration.id, mine, RouteStep.reached_at.is_not(None)
    )
    return step.correlate(Declaration).exists()


probes[reached_declarations] = _has_reached


@scope(Declaration, "committee", "送达本评委会的申报", r.COMMITTEE_OFFICE)
def committee_declarations(actor: Account) -> Clause_:
    """Once they have reached the committee's office."""
    return and_(_of_committee(actor, Declaration.committee_id), Declaration.reached_committee_at.is_not(None))


@scope(Declaration, "judged", "本人所在评审会议的参评人员（回避的除外）", r.EXPERT)
def judged_declarations(actor: Account) -> Clause_:
    """Candidates of the session the expert has signed in to, while it lasts, without the recused ones."""
    expert = select(Expert.id).where(Expert.account_id == actor.id).scalar_subquery()
    plans = (
        select(ReviewSession.plan_id)
        .join(Member, Member.session_id == ReviewSession.id)
        .where(
            Member.expert_id == expert,
            Member.signed_in_at.is_not(None),
            Member.recusal_declared,
            ReviewSession.state.in_(UNDER_WAY),
        )
    )
    recused = select(Recusal.declaration_id).where(Recusal.expert_id == expert)
    return and_(Declaration.plan_id.in_(plans), Declaration.id.not_in(recused))


@scope(Declaration, "province", "全省已提交的申报", *PROVINCE)
def submitted_declarations(actor: Account) -> Clause_:
    """Everything but drafts."""
    return Declaration.state != S.DRAFT


#: Scopes of declarations that `reading` holds, with the reader they stand under.
READERS: dict[Policy, Callable[[Account], int]] = {
    reached_declarations: lambda actor: actor.organisation_id or 0,
    committee_declarations: lambda actor: -(actor.committee_id or 0),
    submitted_declarations: lambda actor: WHOLE_PROVINCE,
}


def reader_of(actor: Any) -> int | None:
    """The reader whose entries in `reading` are what the account sees; None where several sets meet or none is kept."""
    if actor is None or not getattr(actor, "is_authenticated", True):
        return None
    held = [one.clause for one in scopes_of(actor, Declaration) if not isinstance(one.clause(actor), False_)]
    return READERS[held[0]](actor) if len(held) == 1 and held[0] in READERS else None


# -- what is public, and what is one's own whatever one's roles ---------------------------------------


#: Reference data and names of organisations are public to every account; so is what is asked of everybody, and who is
#: formed to review (政策公开).
_REFERENCE = (Organisation, Region, Series, Title, Specialty, CodeItem, CalendarDay, CalendarYear, Clause, Setting)
_ASKED = (Condition, Exclusion, ExaminedTitle)
for _public in (*_REFERENCE, *_ASKED, AcceptanceOffice, ApprovedMap, Committee):
    everyone(_public)(_all)


def addresses(actor: Account) -> list[Clause_]:
    """The addresses under which messages reach the account; those of an office are no business of the three."""
    return addressed(actor, of_office=not actor.plays(*r.THREE_ADMINS))


everyone(Notice)(lambda actor: or_(*addresses(actor)))


def _own(column: Any) -> Policy:
    return lambda actor: column == actor.id


#: One's own queries, columns and long work; an import too: a preview is for whom it was made.
for _mine in (SavedQuery, ColumnChoice, Job, ImportBatch):
    everyone(_mine)(_own(_mine.account_id))


@everyone(Batch)
def batches(actor: Account) -> Clause_:
    """Published ones are public."""
    return Batch.state == BatchState.PUBLISHED


@everyone(PathNode)
def path_nodes(actor: Account) -> Clause_:
    """One's own places; one's committee's tree, and the one all committees share."""
    clauses = []
    if actor.organisation_id:
        above = select(PathNode.parent_id).where(PathNode.organisation_id == actor.organisation_id)
        clauses += [PathNode.organisation_id == actor.organisation_id, PathNode.id.in_(above)]
    if actor.committee_id:
        level = select(Committee.level).where(Committee.id == actor.committee_id).scalar_subquery()
        shared = and_(PathNode.committee_id.is_(None), PathNode.office_id.is_(None), PathNode.kind == level)
        clauses += [PathNode.committee_id == actor.committee_id, shared]
    return or_(false(), *clauses)


@everyone(PathChange)
def path_changes(actor: Account) -> Clause_:
    """As its draft; and what concerns one's own organisation, to be confirmed ahead."""
    return or_(false(), rows(actor, PathDraft), _of_unit(actor, PathChange.organisation_id))


#: What hangs on a record is seen with it: levels of the way, returns, opinions, comparisons; a poll with its session.
for _part, _column, _whole in (
    (RouteStep, RouteStep.declaration_id, Declaration),
    (Correction, Correction.declaration_id, Declaration),
    (CorrectionItem, CorrectionItem.declaration_id, Declaration),
    (Opinion, Opinion.declaration_id, Declaration),
    (ConditionJudgement, ConditionJudgement.declaration_id, Declaration),
    (Comparison, Comparison.declaration_id, Declaration),
    (Poll, Poll.session_id, ReviewSession),
):
    part_of(_part, _column, _whole)


@everyone(BlacklistEntry)
def own_entries(actor: Account) -> Clause_:
    """A person his own entry."""
    return _of_person(actor, BlacklistEntry.person_id)


@everyone(Person)
def himself(actor: Account) -> Clause_:
    """A person himself."""
    return _of_person(actor, Person.id)


@everyone(Account)
def own_account(actor: Account) -> Clause_:
    """Everybody himself."""
    return Account.id == actor.id


# -- the whole province --------------------------------------------------------------------------------

# fmt: off
for _model, _name, _words, _by in (
    (Batch,             "province", "全省的批次（含未提交）",     r.HRSS),
    (PathNode,          "province", "全部审核路径",               (*r.HRSS, r.SUPERVISOR)),
    (PathDraft,         "province", "全部路径推演",               (*r.HRSS, r.SUPERVISOR)),
    (PathVersion,       "province", "全部路径版本",               (*r.HRSS, r.SUPERVISOR)),
    (Quota,             "province", "全省的职数",                 (*r.HRSS, r.SUPERVISOR, r.LEADER)),
    (Draw,              "province", "全省的抽取",                 (*r.HRSS, r.SUPERVISOR)),
    (ReviewSession,     "province", "全省的评审会议",             (*r.HRSS, r.SUPERVISOR)),
    (Filing,            "province", "全省的备案申请",             (*r.HRSS, r.SUPERVISOR)),
    (Publicity,         "province", "全省的公示",                 (*r.HRSS, r.SUPERVISOR)),
    (Certificate,       "province", "全省的证书",                 (*r.HRSS, r.SUPERVISOR)),
    (CertificateNumber, "province", "证书编号库",                 (r.HRSS_CERT, r.HRSS_CONFIG, r.SUPERVISOR)),
    (Issuer,            "province", "全部发证单位编码",           r.HRSS),
    (BlacklistEntry,    "province", "全省的黑名单",               (r.HRSS_AUDIT, r.HRSS_CERT, r.HRSS_CONFIG, r.SUPERVISOR)),
    (Expert,            "province", "全省的评委申报记录",         (r.HRSS_AUDIT, r.SUPERVISOR)),
    (Member,            "province", "全省的评委席位（统计）",     (r.HRSS_AUDIT, r.SUPERVISOR)),
    (Score,             "province", "全省的打分（统计）",         (r.HRSS_AUDIT, r.SUPERVISOR)),
    (Recusal,           "province", "全省的回避（统计）",         (r.HRSS_AUDIT, r.SUPERVISOR)),
    (Decline,           "province", "全省的抽取应答（统计）",     (r.HRSS_AUDIT, r.SUPERVISOR)),
    (Person,            "province", "全省的人员（选择人员时）",   (r.HRSS_AUDIT, r.HRSS_CERT, r.SUPERVISOR)),
    (Reminder,          "all",      "全部催办记录",               r.STATISTICS),
    (FrozenFigures,     "all",      "时点数据（统计仍按各自范围）", r.STATISTICS),
    (JournalEntry,      "all",      "全部审计日志",               (r.AUDIT_ADMIN,)),
    (Account,           "all",      "全部账号",                   (r.SYSTEM_ADMIN, r.SECURITY_ADMIN)),
    (RoleCharter,       "all",      "全部角色",                   (r.SECURITY_ADMIN, r.AUDIT_ADMIN)),
):
    enter(_model, _name, _words, tuple(_by), _all)
# fmt: on

#: Records everybody may read whose papers are not everybody's.
COMMITTEE_PAPERS = reading("committee.papers", "评委会的附件", "评委会", *r.HRSS, r.SUPERVISOR)
#: Who an expert is: kept secret until the review is over (令40号 第二十三条).
EXPERT_NAMES = reading("expert.names", "评委的姓名和单位", "评委", r.HRSS_AUDIT, r.SUPERVISOR)
#: The list that was frozen, whom to call, and what the two sides of a draw take away.
DRAW_FILES = reading("draw.files", "抽取的名册和过程文件", "抽取评委", r.HRSS_AUDIT, r.SUPERVISOR)
COMMITTEE_ACCOUNTS = reading("committee.account", "评委会的账号", "评委会", r.HRSS_CONFIG, r.HRSS_AUDIT)
#: An identity number in clear, one at a time and journalled (个人信息保护法 第六条: 必要).
IDENTITY = reading(
    "person.number", "证件号码明文（逐人查看，留痕）", "人员", *r.AUDITORS, r.UNIT_OFFICER, r.COMMITTEE_OFFICE
)


# -- one's own committee and unit -----------------------------------------------------------------------


@scope(Plan, "province", "全省已呈报的方案", *PROVINCE)
def filed_plans(actor: Account) -> Clause_:
    """The province's auditors, supervisors and leaders see all that were submitted; never a draft, nor one given up."""
    return and_(Plan.state != PlanState.DRAFT, or_(Plan.state != PlanState.CANCELLED, Plan.filed_on.is_not(None)))


@scope(Plan, "committee", "本评委会的方案", r.COMMITTEE_OFFICE)
def committee_plans(actor: Account) -> Clause_:
    """The committee's own."""
    return _of_committee(actor, Plan.committee_id)


@scope(Batch, "committee", "本评委会的批次（含未提交）", r.COMMITTEE_OFFICE)
def committee_batches(actor: Account) -> Clause_:
    """Drafts are the committee's own."""
    return _of_committee(actor, Batch.committee_id)


def _of_my_plans(plan_id: Any) -> Policy:
    def clause(actor: Account) -> Clause_:
        if not actor.committee_id:
            return false()
        return plan_id.in_(select(Plan.id).where(Plan.committee_id == actor.committee_id))

    return clause


for _model, _words in (
    (Draw, "本评委会的抽取（仅编号）"),
    (ReviewSession, "本评委会的评审会议"),
    (Filing, "本评委会的备案申请"),
    (Publicity, "本评委会的公示"),
):
    enter(_model, "committee", _words, (r.COMMITTEE_OFFICE,), _of_my_plans(_model.plan_id))


def _of_my_sessions(session_id: Any) -> Policy:
    mine = _of_my_plans(ReviewSession.plan_id)
    return lambda actor: session_id.in_(select(ReviewSession.id).where(mine(actor)))


#: For statistics by the codes of a session. Seats have none: their figures go by the code of the pool, which a
#: committee must not lay beside that of its session (令40号 第二十三条).
enter(Score, "committee", "本评委会的打分（统计）", (r.COMMITTEE_OFFICE,), _of_my_sessions(Score.session_id))
enter(Recusal, "committee", "本评委会的回避（统计）", (r.COMMITTEE_OFFICE,), _of_my_sessions(Recusal.session_id))


@scope(Decline, "committee", "本评委会的抽取应答（统计）", r.COMMITTEE_OFFICE)
def declines_of_my_draws(actor: Account) -> Clause_:
    """Of the draws of the committee's own plans."""
    return Decline.draw_id.in_(select(Draw.id).where(_of_my_plans(Draw.plan_id)(actor)))


@scope(ReviewSession, "member", "本人担任评委的评审会议", r.EXPERT)
def my_sessions(actor: Account) -> Clause_:
    """An expert the one he is a member of."""
    member = select(Member.session_id).join(Expert).where(Expert.account_id == actor.id)
    return ReviewSession.id.in_(member)


@scope(Publicity, "unit", "本机构的公示", *OFFICERS)
def unit_publicities(actor: Account) -> Clause_:
    """The unit's own."""
    return _of_unit(actor, Publicity.organisation_id)


@scope(Publicity, "own", "公示本人申报的公示", r.APPLICANT)
def own_publicities(actor: Account) -> Clause_:
    """On which the person himself stands."""
    mine = select(PublicityItem.publicity_id).join(Declaration).where(Declaration.person_id == actor.person_id)
    return Publicity.id.in_(mine) if actor.person_id else false()


def _of_others(actor: Account, *mine: Clause_) -> Clause_:
    """Against whoever is meant but himself: nobody reads who complained of him, whatever desk he works at."""
    clauses = [*mine, Declaration.person_id != actor.person_id] if actor.person_id else [*mine]
    whose = select(Declaration.id).where(Declaration.id == Objection.declaration_id, *clauses)
    return whose.correlate(Objection).exists() if clauses else true()  # one by one: objections are few


enter(Objection, "province", "全省的异议", (*r.HRSS, r.SUPERVISOR), _of_others)


@scope(Objection, "unit", "对本机构人员的异议（对评审结果的除外）", *OFFICERS)
def unit_objections(actor: Account) -> Clause_:
    """Against people of the own unit, as long as it is the unit's to investigate: an employer is a party to the result
    and never reads who complained of it (118号 六(二)); nor does the applicant."""
    if not actor.organisation_id:
        return false()
    ours = Declaration.unit_id == actor.organisation_id
    if not actor.person_id:  # an account that names nobody is known by its name at its own unit
        ours = and_(ours, Declaration.applicant_name != actor.full_name)
    return and_(_of_others(actor, ours), not_(about_results()))


@scope(Objection, "committee", "对本评委会参评人员的异议", r.COMMITTEE_OFFICE)
def committee_objections(actor: Account) -> Clause_:
    """Of declarations that have reached the committee."""
    return _of_others(actor, committee_declarations(actor)) if actor.committee_id else false()


@scope(Quota, "unit", "本单位及下属单位的职数", *OFFICERS)
def unit_quotas(actor: Account) -> Clause_:
    """One's own; those of units below, down to a unit of a county's bureau (city, county, bureau, unit)."""
    if not actor.organisation_id:
        return false()
    clauses = [Quota.unit_id == actor.organisation_id]
    above = select(Organisation.id).where(Organisation.id == actor.organisation_id)
    for _level in range(3):
        above = select(Organisation.id).where(Organisation.superior_id.in_(above))
        clauses.append(Quota.unit_id.in_(above))
    return or_(*clauses)


@scope(Endorsement, "own", "本人邀请和受邀的破格推荐", r.APPLICANT)
def own_endorsements(actor: Account) -> Clause_:
    """What one has asked for, and what one is asked."""
    if not actor.person_id:
        return false()
    own = select(Declaration.id).where(Declaration.person_id == actor.person_id)
    return or_(Endorsement.person_id == actor.person_id, Endorsement.declaration_id.in_(own))


@scope(Certificate, "own", "本人的证书", r.APPLICANT)
def own_certificates(actor: Account) -> Clause_:
    """One's own."""
    return _of_person(actor, Certificate.person_id)


@scope(Certificate, "declared", "可见申报的证书", *OFFICERS, r.COMMITTEE_OFFICE)
def certificates_of_declarations(actor: Account) -> Clause_:
    """Of one's unit or committee; of organisations one audits: those of declarations one may see."""
    return Certificate.declaration_id.in_(select(Declaration.id).where(rows(actor, Declaration)))


def _certificate_of_seen(actor: Account) -> Clause_:
    seen = select(Declaration.id).where(
        Declaration.id == Certificate.declaration_id, rows(actor, Declaration, known=True)
    )
    return seen.correlate(Certificate).exists()


probes[certificates_of_declarations] = _certificate_of_seen


@scope(Expert, "series", "本评委会所属系列的评委", r.COMMITTEE_OFFICE)
def experts_of_series(actor: Account) -> Clause_:
    """评委申报记录: a committee's office the pool of its series."""
    if not actor.committee_id:
        return false()
    series = select(Committee.series_id).where(Committee.id == actor.committee_id).scalar_subquery()
    return Expert.series_id == series


@scope(Expert, "own", "本人的评委记录", r.EXPERT)
def own_expert(actor: Account) -> Clause_:
    """The expert himself."""
    return Expert.account_id == actor.id
