"""评审方案呈报 and 呈报方案审核 (附件2 1.2.2, 附件3 1.13–1.14; 118号 五(一)–(五))."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from models.batches.batch import Batch
from models.committees.catalogue import Specialty
from models.committees.committee import CommitteeLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import StoredFile
from models.review.draw import Draw, DrawState
from models.review.plan import Plan, PlanKind, PlanNeed, PlanState, ScoreItem
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.roles import COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_SPECIAL, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import committee as committees
from workflow.committees import competence
from workflow.declarations.outcome import empty, include
from workflow.office import working_days
from workflow.review import scheme, season
from workflow.review.venues import same_place
from workflow.storage.files import store

PREPARE = verb("plan.prepare", "拟定评审方案", "评审方案", COMMITTEE_OFFICE)


def my_plan(uow: UnitOfWork, plan: Plan) -> str | None:
    """Only the plan's own committee."""
    return (
        None
        if uow.actor.committee_id == plan.committee_id
        else "只能办理本评委会的评审方案（附件2 1.2.2）；请由对应评委会办理。"
    )


def right_desk(uow: UnitOfWork, plan: Plan) -> str | None:
    """正常方案和特殊方案由不同的人进行审核 (附件3 1.14)."""
    wanted = HRSS_SPECIAL if plan.kind == PlanKind.SPECIAL else HRSS_AUDIT
    if uow.actor.plays(wanted):
        return None
    return (
        f"{PlanKind(plan.kind).label}由“{wanted}”审核（附件3 1.14，正常方案和特殊方案由不同的人审核）；"
        "请由该岗位账号办理。"
    )


def lead_days(uow: UnitOfWork, plan: Plan) -> int:
    """5 working days for universities and hospitals, 10 for the others."""
    return competence.lead_days(uow.session, plan.committee)


def filed_in_time(uow: UnitOfWork, plan: Plan) -> str | None:
    """方案报备 5 or 10 working days before the opening (118号 五(一))."""
    days = lead_days(uow, plan)
    last = working_days.subtract(uow.session, plan.opens_on, days)
    if uow.today <= last:
        return None
    return (
        f"应在开评前 {days} 个工作日（{last} 前）呈报方案，现已逾期，原则上不得开评（118号 五(一)）；"
        "请推迟开评日期后重新呈报。"
    )


def venues_differ(uow: UnitOfWork, plan: Plan) -> str | None:
    """两分设 (118号 五(五))."""
    if not any(same_place(plan.review_place, other) for other in (plan.arrival_place, plan.interview_place)):
        return None
    return "报到地点、面试答辩地点须与材料评审地点分设（118号 五(五) 两分设）；请修改地点。"


def size_right(uow: UnitOfWork, plan: Plan) -> str | None:
    """评委 odd, and as many as the committee was approved for (令40号 第九条)."""
    body = plan.committee
    least = 1
    if body.level == CommitteeLevel.SENIOR and not body.size_exception:
        least = settings.value(
            uow.session, "committee_size_specialty" if body.by_specialty else "committee_size_series"
        )
    if plan.members % 2 == 0:
        return f"评委人数须为单数，现为 {plan.members} 人（令40号 第九条）；请调整评委人数和专家需求。"
    if plan.members < least:
        return (
            f"高评会评委不少于 {least} 人，现为 {plan.members} 人（令40号 第九条）；请增加人数，或先取得人数调整批复。"
        )
    return None


def needs_match(uow: UnitOfWork, plan: Plan) -> str | None:
    """专家需求 adds up to the members."""
    wanted = sum(need.need for need in plan.needs)
    if wanted == plan.members:
        return None
    return f"专家需求合计 {wanted} 人，与评委人数 {plan.members} 人不符（令40号 第九条）；请调整专家需求。"


def committee_valid(uow: UnitOfWork, plan: Plan) -> str | None:
    """The committee's approval covers the opening day (118号 七(四))."""
    return committees.valid_on(plan.committee, plan.opens_on)


def has_candidates(uow: UnitOfWork, plan: Plan) -> str | None:
    """参评人员 are qualified and chosen."""
    count = uow.session.scalar(
        select(func.count()).where(Declaration.plan_id == plan.id, Declaration.state == S.QUALIFIED)
    )
    return None if count else "方案没有参评人员（118号 五(一)）；请先完成资格复核并选择参评人员。"


def scoring_sound(uow: UnitOfWork, plan: Plan) -> str | None:
    """量化评分细则 without excessive weights and forbidden vetoes (118号 五(三))."""
    found = scheme.lint(uow.session, plan.items)
    return found[0] if found else None


def ratio_explained(uow: UnitOfWork, plan: Plan) -> str | None:
    """比例控制; beyond the standing ratio only with a reason in the plan (118号 五(三))."""
    standing = (settings.value(uow.session, "full_ratio"), settings.value(uow.session, "associate_ratio"))
    if (plan.full_ratio <= standing[0] and plan.associate_ratio <= standing[1]) or plan.ratio_reason.strip():
        return None
    return (
        f"通过比例超过控制比例（正高 {standing[0]}%、副高 {standing[1]}%），"
        "须在方案中报备（118号 五(三)）；请填写突破比例控制说明。"
    )


def standards_cited(uow: UnitOfWork, plan: Plan) -> str | None:
    """The plan says by which standard it judges (118号 三(一))."""
    return None if plan.standards.strip() else "方案未写明执行的评价标准（118号 三(一)）；请填写标准名称和文号。"


def no_draw_in_hand(uow: UnitOfWork, plan: Plan) -> str | None:
    """What a draw stands on is not changed while it is in hand."""
    live = select(Draw.attempt).where(Draw.plan_id == plan.id, Draw.state != DrawState.ABORTED)
    attempt = uow.session.scalar(live.limit(1))
    if attempt is None:
        return None
    return (
        f"该方案第 {attempt} 次抽取正在办理，方案不能变动（118号 五(二)）；"
        "请先由省厅审核岗“提请中止”、纪检监察“同意中止”本次抽取。"
    )


_OPINION = Ask("opinion", "审核意见", "area")
_REASON = Ask("reason", "原因", "area", hint="如开评日期调整、参评人员变动、评委库人数不足")
_SEASON = Ask(
    "season_reason",
    "开评日期说明",
    "area",
    required=False,
    max_length=500,
    hint="开评日期晚于最迟投票日的必填（118号 二(四)），随方案一并呈报审核",
)
# fmt: off
PLAN = Flow("评审方案", PlanState, [
    #     verb          label          from                                    to                  by                          only if                       asks
    Step("file",       "呈报",         {PlanState.DRAFT, PlanState.RETURNED},  PlanState.FILED,    COMMITTEE_OFFICE,           [my_plan, committee_valid, filed_in_time, venues_differ, size_right, needs_match, standards_cited, ratio_explained, scoring_sound, has_candidates], [_SEASON], "118号 五(一)", "primary", "呈报后方案不能修改，确定呈报？"),
    Step("approve",    "审核通过",     {PlanState.FILED},                      PlanState.APPROVED, (HRSS_AUDIT, HRSS_SPECIAL), [right_desk],                 [_OPINION], "附件3 1.13", "primary"),
    Step("send_back",  "退回修改",     {PlanState.FILED},                      PlanState.RETURNED, (HRSS_AUDIT, HRSS_SPECIAL), [right_desk],                 [_OPINION], "附件3 1.13"),
    Step("reject",     "审核不通过",   {PlanState.FILED},                      PlanState.REJECTED, (HRSS_AUDIT, HRSS_SPECIAL), [right_desk],                 [_OPINION], "附件3 1.13", "bad"),
    Step("withdraw",   "撤回呈报",     {PlanState.FILED},                      PlanState.DRAFT,    COMMITTEE_OFFICE,           [my_plan],                    [], "附件2 1.2.2", "", "撤回后可修改再呈报，确定撤回？"),
    Step("revise",     "调整方案",     {PlanState.APPROVED},                   PlanState.RETURNED, COMMITTEE_OFFICE,           [my_plan, no_draw_in_hand],   [_REASON], "118号 五(一)", "", "调整后须重新呈报、审核备案，确定调整？"),
    Step("recall",     "退回调整",     {PlanState.APPROVED},                   PlanState.RETURNED, (HRSS_AUDIT, HRSS_SPECIAL), [right_desk, no_draw_in_hand], [_OPINION], "118号 五(一)", "bad"),
    Step("cancel",     "撤销方案",     {PlanState.DRAFT, PlanState.RETURNED, PlanState.APPROVED}, PlanState.CANCELLED, COMMITTEE_OFFICE, [my_plan, no_draw_in_hand], [_REASON], "118号 五(一)", "bad", "撤销后参评人员退出本方案，可列入其他方案；本方案不能恢复，确定撤销？"),
    Step("mark_drawn", "完成抽取",     {PlanState.APPROVED},                   PlanState.DRAWN,    (HRSS_AUDIT, SUPERVISOR),   [],                           [], "118号 五(二)", inner=True),
    Step("undo_draw",  "抽取中止",     {PlanState.DRAWN},                      PlanState.APPROVED, SUPERVISOR,                 [],                           [], "118号 五(二)", inner=True),
    Step("call_off",   "会议中止",     {PlanState.DRAWN, PlanState.OPENED},    PlanState.CANCELLED, SUPERVISOR,                [],                           [], "118号 五(一)", inner=True),
    Step("open",       "开评",         {PlanState.DRAWN},                      PlanState.OPENED,   COMMITTEE_OFFICE,           [my_plan],                    [], "118号 五(四)", inner=True),
    Step("finish",     "评审结束",     {PlanState.OPENED},                     PlanState.REVIEWED, COMMITTEE_OFFICE,           [my_plan],                    [], "118号 五(四)", inner=True),
    Step("archive",    "归档",         {PlanState.REVIEWED},                   PlanState.ARCHIVED, COMMITTEE_OFFICE,           [my_plan],                    [], "118号 五(四)", inner=True),
])
# fmt: on


def create(
    uow: UnitOfWork,
    batch: Batch,
    *,
    name: str,
    opens_on: date,
    arrival_place: str,
    review_place: str,
    interview_place: str,
    members: int,
    needs: Sequence[tuple[str, str, int, Specialty | None]],
    items: Sequence[dict[str, Any]],
    standards: str,
    kind: str = PlanKind.NORMAL,
    unit_cap: int = 2,
    full_ratio: int | None = None,
    associate_ratio: int | None = None,
    ratio_reason: str = "",
    interview_scheme: str = "",
    training_contact: str = "",
    recused_leave_denominator: bool | None = None,
    candidates: Sequence[int] | None = None,
) -> Plan:
    """新增评审方案: `needs` as (code, name, number, specialty), `items` as columns of ScoreItem.

    `candidates` are ids of qualified declarations; None takes all of the committee's that are in no plan.
    """
    actor, only = uow.actor, "只有本评委会日常办事机构可以呈报评审方案（附件2 1.2.2）。"
    uow.lead(PREPARE, only)
    if actor.committee_id is None or actor.committee_id != batch.committee_id:
        raise NotYou(only)
    if wrong := _wrong_facts(
        uow,
        name=name,
        opens_on=opens_on,
        arrival_place=arrival_place,
        review_place=review_place,
        interview_place=interview_place,
    ):
        raise Refused("方案信息不完整，请按提示补充。", fields=wrong)
    ratios = (settings.value(uow.session, "full_ratio"), settings.value(uow.session, "associate_ratio"))
    plan = Plan(
        number=uuid.uuid4().hex[:24],
        name=name,
        committee_id=actor.committee_id,
        batch=batch,
        year=batch.year,
        kind=kind,
        opens_on=opens_on,
        arrival_place=arrival_place,
        review_place=review_place,
        interview_place=interview_place,
        members=members,
        unit_cap=unit_cap,
        full_ratio=ratios[0] if full_ratio is None else full_ratio,
        associate_ratio=ratios[1] if associate_ratio is None else associate_ratio,
        ratio_reason=ratio_reason,
        standards=standards,
        interview_scheme=interview_scheme,
        training_contact=training_contact,
        recused_leave_denominator=not settings.value(uow.session, "recused_in_denominator")
        if recused_leave_denominator is None
        else recused_leave_denominator,
    )
    uow.session.add(plan)
    uow.session.flush()
    plan.number = f"FA{batch.year}{plan.id:05d}"
    set_needs(uow, plan, needs)
    set_items(uow, plan, items)
    choose(uow, plan, candidates)
    uow.record("create_plan", plan, label="新增评审方案", after=str(plan.state))
    return plan


def _wrong_facts(uow: UnitOfWork, **facts: Any) -> dict[str, str]:
    """What a plan must say before it can be kept, by field."""
    asked = (
        ("name", "方案名称"),
        ("arrival_place", "报到地点"),
        ("review_place", "材料评审地点"),
        ("interview_place", "面试答辩地点"),
    )
    wrong = {name: f"请填写{label}。" for name, label in asked if name in facts and not (facts[name] or "").strip()}
    if "opens_on" in facts and facts["opens_on"] <= uow.today:
        wrong["opens_on"] = "开评日期须晚于今天（118号 五(一)）；请重新填写。"
    return wrong


def amend(uow: UnitOfWork, plan: Plan, **facts: Any) -> None:
    """Change what a draft or returned plan says; groups, items and candidates have verbs of their own."""
    _changeable(uow, plan)
    if wrong := _wrong_facts(uow, **facts):
        raise Refused("方案信息不完整，请按提示补充。", fields=wrong)
    changed = {name: value for name, value in facts.items() if getattr(plan, name) != value}
    for name, value in changed.items():
        setattr(plan, name, value)
    if changed:
        uow.record(
            "amend_plan",
            plan,
            label="修改评审方案",
            before=str(plan.state),
            after=str(plan.state),
            changed=sorted(changed),
        )


def fixed(plan: Plan) -> str:
    """Why a plan in that state is not changed, and the way there is."""
    label = PlanState(plan.state).label
    way = {
        PlanState.FILED: "请先“撤回呈报”，或等待审核退回",
        PlanState.APPROVED: "请先“调整方案”，修改后重新呈报（118号 五(一)）",
        PlanState.DRAWN: "抽取未办结的请双方中止抽取，已办结的请“提请中止会议”",
    }.get(PlanState(plan.state), "需要时请新增方案")
    return f"方案为“{label}”，不能修改（附件2 1.2.2）；{way}。"


def _changeable(uow: UnitOfWork, plan: Plan) -> None:
    uow.lead(PREPARE, "只能修改本评委会的评审方案（附件2 1.2.2）。")
    if my_plan(uow, plan):
        raise NotYou("只能修改本评委会的评审方案（附件2 1.2.2）。")
    if plan.state not in (PlanState.DRAFT, PlanState.RETURNED):
        raise Refused(fixed(plan))


def set_needs(uow: UnitOfWork, plan: Plan, needs: Sequence[tuple[str, str, int, Specialty | None]]) -> None:
    """专家需求: replaces all groups of a draft."""
    _changeable(uow, plan)
    if few := next((need for need in needs if need[2] < 1), None):
        raise Refused(f"专家需求“{few[1]}”的人数为 {few[2]}，应为 1 人以上（118号 五(一)）；请更正，或清空这一行。")
    plan.needs.clear()
    uow.session.flush()
    for code, name, number, specialty in needs:
        plan.needs.append(PlanNeed(code=code, name=name, need=number, specialty=specialty))
    uow.session.flush()


def set_items(uow: UnitOfWork, plan: Plan, items: Sequence[dict[str, Any]]) -> None:
    """打分细则: replaces all items of a draft."""
    _changeable(uow, plan)
    plan.items.clear()
    uow.session.flush()
    for item in items:
        plan.items.append(ScoreItem(**item))
    uow.session.flush()


def choose(uow: UnitOfWork, plan: Plan, candidates: Sequence[int] | None) -> int:
    """参评人员: which qualified declarations of the batch stand in this plan; how many they are."""
    _changeable(uow, plan)
    for declaration in uow.session.scalars(select(Declaration).where(Declaration.plan_id == plan.id)):
        declaration.plan_id = None
    uow.session.flush()
    query = select(Declaration).where(
        Declaration.committee_id == plan.committee_id,
        Declaration.batch_id == plan.batch_id,
        Declaration.state == S.QUALIFIED,
        Declaration.plan_id.is_(None),
    )
    if candidates is not None:
        query = query.where(Declaration.id.in_(candidates))
    chosen = uow.session.scalars(query).all()
    for declaration in chosen:
        declaration.plan_id = plan.id
        uow.record(
            "choose_candidate",
            declaration,
            label="拟列入方案",
            before=str(declaration.state),
            after=str(declaration.state),
            plan=plan.number,
        )
    uow.session.flush()
    return len(chosen)


def attach(uow: UnitOfWork, plan: Plan, content: Any, name: str, purpose: str = "方案附件") -> None:
    """附件 of a plan, shown with 查看附件."""
    _changeable(uow, plan)
    store(uow, content, name, owner=plan, purpose=purpose)


def detach(uow: UnitOfWork, plan: Plan, stored: StoredFile) -> None:
    """Take an attachment off a draft; the journal keeps its name and digest."""
    _changeable(uow, plan)
    if (stored.owner_kind, stored.owner_id) != (plan.__tablename__, plan.id):
        raise NotYou("该附件不属于本方案；请刷新后重新选择。")
    uow.record("detach_file", plan, label="移除附件", name=stored.name, sha256=stored.sha256)
    uow.session.delete(stored)


@PLAN.performs("file")
def file(uow: UnitOfWork, plan: Plan, *, season_reason: str = "") -> None:
    """呈报: from now on the plan is what the province sees. A day after the last one for votes goes with its reason."""
    if sentence := season.late_opening(uow.session, plan, season_reason):
        raise Refused(sentence, field="season_reason")
    PLAN.advance(uow, plan, "file", candidates=len(plan.candidates), opinion=season_reason.strip() or None)
    plan.filed_on = uow.today


@PLAN.performs("approve")
def approve(uow: UnitOfWork, plan: Plan, *, opinion: str) -> None:
    """审核通过: the plan is 报备, its candidates are 已入方案."""
    PLAN.advance(uow, plan, "approve", opinion=opinion)
    plan.approved_on = uow.today
    uow.session.flush()
    for declaration in uow.session.scalars(
        select(Declaration).where(Declaration.plan_id == plan.id, Declaration.state == S.QUALIFIED)
    ):
        include(uow, declaration, plan)
    tell(
        uow,
        plan.committee,
        "评审方案已备案",
        f"{plan.name} 审核通过，请于开评前 1 天抽取评委（118号 五(二)）。",
        f"/open/plan/{plan.id}",
    )


@PLAN.performs("send_back")
def send_back(uow: UnitOfWork, plan: Plan, *, opinion: str) -> None:
    """退回修改."""
    PLAN.advance(uow, plan, "send_back", opinion=opinion)
    tell(uow, plan.committee, "评审方案退回修改", f"{plan.name}：{opinion}", f"/open/plan/{plan.id}")


@PLAN.performs("reject")
def reject(uow: UnitOfWork, plan: Plan, *, opinion: str) -> None:
    """审核不通过: the candidates are free for another plan."""
    PLAN.advance(uow, plan, "reject", opinion=opinion)
    empty(uow, plan)
    tell(uow, plan.committee, "评审方案审核不通过", f"{plan.name}：{opinion}", f"/open/plan/{plan.id}")


def drawn(uow: UnitOfWork, plan: Plan) -> None:
    """The draw is done: 已抽取评委."""
    PLAN.advance(uow, plan, "mark_drawn")


def opened(uow: UnitOfWork, plan: Plan) -> None:
    """The session has begun: 已开评."""
    PLAN.advance(uow, plan, "open")


def finished(uow: UnitOfWork, plan: Plan) -> None:
    """The tally is sealed: 评审结束."""
    PLAN.advance(uow, plan, "finish")


def archived(uow: UnitOfWork, plan: Plan) -> None:
    """The session is dissolved: 已归档."""
    PLAN.advance(uow, plan, "archive")
