"""The expert pool (评委库): recommended by a committee's office, admitted for at most three years by the province."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.committees.catalogue import LADDER, Series, Specialty, TitleLevel
from models.committees.expert import Expert, Relation
from models.committees.expert import ExpertState as S
from models.register.organisation import Organisation
from models.register.person import Person
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import COMMITTEE_OFFICE, EXPERT, HRSS_AUDIT
from workflow.base.unit_of_work import UnitOfWork
from workflow.register.blacklist import blocked

RECOMMEND = verb("expert.recommend", "推荐评委", "评委入库", COMMITTEE_OFFICE)
END_RELATION = verb("expert.end_relation", "结束回避关系", "评委入库", HRSS_AUDIT)
RELATE = verb("expert.relate", "登记回避关系", "评委入库", EXPERT, COMMITTEE_OFFICE, HRSS_AUDIT)


def latest_end(session: Session, first: date) -> date:
    """The last day of the longest term that begins on `first` (令40号 第十条)."""
    years = settings.value(session, "expert_years")
    try:
        return first.replace(year=first.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return first.replace(year=first.year + years, day=28)


def own_series(uow: UnitOfWork, expert: Expert) -> str | None:
    """Only for the series the actor's committee reviews."""
    committee = uow.actor.committee
    if committee is not None and committee.series_id == expert.series_id:
        return None
    return "只能推荐本评委会所属系列的专家；其他系列请由该系列评委会的办事机构推荐。"


def not_blacklisted(uow: UnitOfWork, expert: Expert) -> str | None:
    """Only if the blacklist does not name the person today."""
    if blocked(uow.session, expert.person_id, uow.today) is None:
        return None
    return f"{expert.code} 在黑名单有效期内，不得入库（118号 七(三)）；请待期满或依规解除后再办。"


_TERM = [
    Ask("term_from", "任期起", "date", default=lambda uow, _: uow.today),
    Ask(
        "term_to",
        "任期止",
        "date",
        default=lambda uow, _: latest_end(uow.session, uow.today),
        hint="不超过 3 年（令40号 第十条）",
    ),
]
_ACCOUNT = [Ask("username", "评委账号（用户名）", max_length=64, hint="由系统管理员建立、安全管理员授予评委角色")]
_REASON = [Ask("reason", "原因", "area", max_length=300)]

# fmt: off
EXPERT_POOL = Flow("评委入库", S, [
    #     verb       label        from                     to           by                only if                        asks
    Step("admit",   "审核入库",   {S.APPLIED},             S.IN_POOL,   HRSS_AUDIT,       [not_blacklisted],             _TERM,   "令40号 第十条", "primary"),
    Step("refuse",  "不予入库",   {S.APPLIED},             S.REFUSED,   HRSS_AUDIT,       [],                            _REASON, "令40号 第十条", "bad"),
    Step("renew",   "续聘",       {S.IN_POOL},             S.IN_POOL,   HRSS_AUDIT,       [not_blacklisted],             _TERM,   "令40号 第十条"),
    Step("remove",  "移出评委库", {S.IN_POOL},             S.REMOVED,   HRSS_AUDIT,       [],                            _REASON, "118号 七(三)",  "bad", "移出后不再参加抽取，确定移出？"),
    Step("link_account", "关联评委账号", {S.APPLIED, S.IN_POOL}, None,  HRSS_AUDIT,       [],                            _ACCOUNT, "附件2 1.3"),
    Step("reapply", "重新推荐",   {S.REFUSED, S.REMOVED},  S.APPLIED,   COMMITTEE_OFFICE, [own_series, not_blacklisted], [],      "令40号 第十条"),
])
# fmt: on


def apply(
    uow: UnitOfWork,
    *,
    person: Person,
    unit: Organisation,
    series: Series,
    level: str,
    title: str,
    specialty: Specialty | None = None,
    account: Account | None = None,
) -> Expert:
    """A committee's office recommends an expert to the pool of its series (附件2 1.4.1).

    Takes the person with unit, series, title and level, and the account he will vote with. Refuses
    another series, a person already recommended, a specialty outside the series, an account that is
    not an expert's or not his, and a blacklisted person.
    """
    uow.lead(RECOMMEND)
    if level not in LADDER:
        raise Refused("请选择职称级别。", field="level")
    if len(title.strip()) < 2:
        raise Refused("请填写现任职称，如“正高级工程师”。", field="title")
    if specialty is not None and specialty.series_id != series.id:
        raise Refused(f"专业“{specialty.name}”不属于{series.name}系列，请重新选择。", field="specialty")
    if specialty is not None and not specialty.in_force(uow.today.year):
        raise Refused(
            f"专业“{specialty.name}”在 {uow.today.year} 年度未启用或已停用（附件3 1.1），请另选专业。",
            field="specialty",
        )
    if uow.session.scalar(select(Expert.code).where(Expert.person_id == person.id, Expert.series_id == series.id)):
        raise Refused(f"此人已在{series.name}系列评委库中登记，请在原记录上办理。", field="person")
    expert = Expert(
        code=_next_code(uow.session),
        person=person,
        unit=unit,
        series=series,
        specialty=specialty,
        level=level,
        title=title.strip(),
        person_id=person.id,
        series_id=series.id,
        account_id=_fitting(account, person),
        committee_id=uow.actor.committee_id,
    )
    for guard in (own_series, not_blacklisted):
        if sentence := guard(uow, expert):
            raise Refused(sentence, field="person")
    uow.session.add(expert)
    uow.session.flush()
    uow.record("create_expert", expert, label="推荐入库", code=expert.code)
    return expert


def amend(
    uow: UnitOfWork, expert: Expert, *, unit: Organisation, level: str, title: str, specialty: Specialty | None = None
) -> None:
    """Correct a recommendation that has not been decided on (附件2 1.4.1); by the office that may recommend."""
    uow.lead(RECOMMEND)
    if sentence := own_series(uow, expert):
        raise NotYou(sentence)
    if expert.committee_id not in (None, uow.actor.committee_id):
        raise Refused(
            "此人由本系列的其他评委会推荐入库，推荐信息只能由该评委会修改（附件2 1.4.1）；"
            "确有出入的，请告知省厅审核岗，由其退回该评委会更正。",
            field="name",
        )
    if expert.state != S.APPLIED:
        raise NotNow(
            f"评委 {expert.code} 现为“{S(expert.state).label}”，推荐信息不能再改；确需变更的请移出后重新推荐。"
        )
    if len(title.strip()) < 2:
        raise Refused("请填写现任职称，如“正高级工程师”。", field="title")
    if specialty is not None and specialty.series_id != expert.series_id:
        raise Refused(f"专业“{specialty.name}”不属于{expert.series.name}系列，请重新选择。", field="specialty")
    expert.unit, expert.level, expert.title, expert.specialty = unit, level, title.strip(), specialty
    uow.session.flush()
    uow.record("amend_expert", expert, label="修改推荐信息")


def _fitting(account: Account | None, person: Person, field: str = "account") -> int | None:
    if account is None:
        return None
    if not account.plays(EXPERT) or account.person_id not in (None, person.id):
        raise Refused("所选账号不是此人的评委账号，请重新选择。", field=field)
    return account.id


def _next_code(session: Session) -> str:
    """The next code without a gap; a lost race is refused by the unique key and the verb runs again.

    Counted from the codes: ids have gaps where a preview or a retry was taken back.
    """
    numbered = select(Expert.code).where(Expert.code.regexp_match("^E[0-9]{4,}$"))
    last = session.scalar(numbered.order_by(func.length(Expert.code).desc(), Expert.code.desc()).limit(1))
    return f"E{int(last[1:]) + 1 if last else 1:04}"


@EXPERT_POOL.performs("admit")
def admit(uow: UnitOfWork, expert: Expert, *, term_from: date, term_to: date) -> None:
    """The province takes the expert into the pool for a term of at most three years (令40号 第十条)."""
    _appoint(uow, expert, "admit", term_from, term_to)


@EXPERT_POOL.performs("renew")
def renew(uow: UnitOfWork, expert: Expert, *, term_from: date, term_to: date) -> None:
    """The province appoints a pool expert for another term (湘人社规〔2025〕2号: the pool is adjusted every 3
    years)."""
    _appoint(uow, expert, "renew", term_from, term_to)


def _appoint(uow: UnitOfWork, expert: Expert, verb: str, first: date, last: date) -> None:
    if last <= first:
        raise Refused("任期止应晚于任期起。", field="term_to")
    if last > (limit := latest_end(uow.session, first)):
        raise Refused(
            f"任期不得超过 {settings.value(uow.session, 'expert_years')} 年，"
            f"最迟到 {limit}（令40号 第十条）；请更正任期止。",
            field="term_to",
        )
    EXPERT_POOL.advance(uow, expert, verb, term_from=first, term_to=last)
    expert.term_from, expert.term_to, expert.reason = first, last, ""


@EXPERT_POOL.performs("link_account")
def link_account(uow: UnitOfWork, expert: Expert, *, username: str) -> None:
    """Give an expert the account with which he signs in to sessions; refuses one that is not an expert's or
    another's."""
    account = uow.session.scalar(select(Account).where(Account.username == username.strip()))
    if account is None:
        raise Refused("没有这个账号，请核对用户名。", field="username")
    taken = select(Expert.code).where(Expert.account_id == account.id, Expert.id != expert.id)
    if uow.session.scalar(taken) is not None:
        raise Refused("该账号已关联其他评委，请另选账号。", field="username")
    number = _fitting(account, expert.person, "username")
    EXPERT_POOL.advance(uow, expert, "link_account")
    expert.account_id = number


@EXPERT_POOL.performs("refuse")
def refuse(uow: UnitOfWork, expert: Expert, *, reason: str) -> None:
    """The province does not take the expert into the pool."""
    EXPERT_POOL.advance(uow, expert, "refuse", opinion=reason)
    expert.reason = reason


@EXPERT_POOL.performs("remove")
def remove(uow: UnitOfWork, expert: Expert, *, reason: str) -> None:
    """The province takes the expert out of the pool; draws already frozen are not touched."""
    EXPERT_POOL.advance(uow, expert, "remove", opinion=reason)
    expert.reason = reason


def relate(uow: UnitOfWork, expert: Expert, person: Person, kind: str) -> Relation:
    """Note a relation for which the expert must stand aside (令40号 第二十四条).

    By the expert himself, the office of a committee of his series, or the province. The relation is
    not named in the journal. Refuses an unnamed kind and a relation already noted.
    """
    only = "只有评委本人、本系列评委会办事机构或省厅审核岗可以登记回避关系。"
    uow.lead(RELATE, only)
    himself = uow.actor.plays(EXPERT) and expert.account_id == uow.actor.id
    office = uow.actor.plays(COMMITTEE_OFFICE) and own_series(uow, expert) is None
    if not (himself or office or uow.actor.plays(HRSS_AUDIT)):
        raise NotYou(only)
    if not kind.strip():
        raise Refused("请填写关系，如夫妻、直系血亲、师生、项目合作（令40号 第二十四条）。", field="kind")
    if _standing_relation(uow, expert, person) is not None:
        raise Refused("这一回避关系已经登记，无须重复登记。", field="person")
    relation = Relation(expert_id=expert.id, person_id=person.id, kind=kind.strip())
    uow.session.add(relation)
    uow.session.flush()
    uow.record("relate", expert, label="登记回避关系")
    return relation


def _standing_relation(uow: UnitOfWork, expert: Expert, person: Person) -> Relation | None:
    rows = select(Relation).where(Relation.expert_id == expert.id, Relation.person_id == person.id)
    return uow.session.scalar(rows.where(Relation.ended_at.is_(None)))


def end_relation(uow: UnitOfWork, expert: Expert, person: Person, reason: str) -> Relation:
    """A relation is no more, or was noted wrongly (令40号 第二十四条): by the province, which says who may judge whom.

    Neither the expert nor an office may: whoever wants to judge would end what keeps him from it. The row stays as
    history. Sessions whose experts have not begun to read are judged anew; in all others the recusal stands. Refuses a
    relation that does not stand, and without a reason.
    """
    uow.lead(END_RELATION, "回避关系由省厅审核岗结束（令40号 第二十四条）；请书面说明情况并附证明，报省厅审核岗办理。")
    relation = _standing_relation(uow, expert, person)
    if relation is None:
        raise Refused("没有登记过这一回避关系，或已经结束；请核对评委和人员。", field="person")
    if len(reason.strip()) < 2:
        raise Refused("请填写结束的原因和依据，如“误登，本人书面说明”“离婚证 2026-03-02”。", field="reason")
    relation.ended_at, relation.ended_reason = uow.now.replace(microsecond=0), reason.strip()
    uow.session.flush()
    uow.record("end_relation", expert, label="结束回避关系", relation=relation.id, reason=reason.strip())
    return relation


def pool(session: Session, series_id: int, day: date, level: str) -> list[Expert]:
    """The experts of a series who may be drawn on that day for candidates of that level, by code.

    In the pool, in their term, and with a title not lower than that of the candidates (令40号 第十条).
    """
    high_enough = LADDER[LADDER.index(TitleLevel(level)) :]
    rows = select(Expert).where(
        Expert.series_id == series_id,
        Expert.state == S.IN_POOL,
        Expert.term_from <= day,
        Expert.term_to >= day,
        Expert.level.in_(high_enough),
    )
    return list(session.scalars(rows.order_by(Expert.code)))
