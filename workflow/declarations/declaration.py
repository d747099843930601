"""The lifecycle of a declaration (REQUIREMENTS §5.1): what may happen, when, and by whom.

Verbs that do more than advance stand in submission, audit and outcome; `workflow.lifecycles` imports all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import AUDITED, CANDIDATES, ON_THE_WAY, PASSED
from models.paths.path import Way
from models.review.plan import Plan, PlanState
from workflow.accounts.colleague import not_self, offered
from workflow.base.flow import Ask, Flow, Step
from workflow.base.remembered import once
from workflow.base.roles import (
    APPLICANT,
    AUDITORS,
    COMMITTEE_OFFICE,
    HRSS_AUDIT,
    HRSS_CERT,
    HRSS_CONFIG,
    HRSS_SPECIAL,
    RECOMMENDERS,
    SUPERVISOR,
    SYSTEM,
)
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import bound, comparison, content, degree_check, opinion, quota_need, signing
from workflow.declarations.liability import LIABILITY_ITEMS, card_of
from workflow.declarations.listed import not_listed, not_listed_at_effect
from workflow.declarations.objected import (
    no_open_objection,
    no_proven_objection,
    none_before_effect,
    objected_to,
    objection_upheld,
)
from workflow.declarations.term import office_is_late
from workflow.declarations.window import batch_open, in_time_again

#: 公示内容 (118号 四(二)2).
PUBLICISED = (
    "学历", "资历", "成果", "论文", "服务基层", "工作业绩", "是否破格申报", "违纪违规情况", "《评审表》",
    "投诉受理部门及电话",
)  # fmt: skip
#: In the hands of an office that may send it back.
_ON_A_DESK = {*ON_THE_WAY, S.AT_COMMITTEE} - {S.SUBMITTED}
SAME_OR_NOT = (("same", "一致"), ("corrected", "不一致，已沟通更正"))
#: Between the levels: the paper is handed in at the end, in the days of the batch (118号 二(二)).
NOT_YET = ("pending", "纸质材料尚未收到，未比对")


def own(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Only the applicant himself."""
    if declaration.person_id == uow.actor.person_id:
        return None
    return "只能办理本人的申报；请用申报人本人的账号登录办理。"


def never_handed_in(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """A draft that an office may have seen stays on record."""
    if declaration.submitted_at is None:
        return None
    return "该草稿曾经提交，办理记录须留存（118号 四），不能删除；不再申报的请办理“放弃申报”。"


def in_my_hands(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """A returned declaration has come down to the applicant."""
    if declaration.position == -1:
        return None
    return "材料正在逐级退回途中，尚未退到申报人；请等待下级机构办理“退回补充材料”（附件3 1.12）。"


def step_at(declaration: Declaration, position: int) -> RouteStep | None:
    """The stop of the route at that position."""
    return next((stop for stop in declaration.route if stop.position == position), None)


def my_result(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The last organisation of an 初定 or 认定, by whose 通过 it took effect, until the certificate is issued."""
    final = None if is_review(declaration) else next((stop for stop in declaration.route if stop.final), None)
    if final is not None and final.organisation_id == uow.actor.organisation_id:
        return None
    return "只有审核通过该初定、认定的最终机构登记发文文号（附件3 1.12.3）；评审的备案文号在备案审核时填写。"


def touch(declaration: Declaration) -> None:
    """A verb that keeps the state is a change as well: pages drawn before it are no longer the record."""
    flag_modified(declaration, "state")


def last_to_look(declaration: Declaration) -> bool:
    """Whether nobody compares after this office: the committee's, or the one whose 通过 takes effect."""
    return step_at(declaration, declaration.position + 1) is None and not (
        is_review(declaration) and step_at(declaration, declaration.position)
    )


def paper_registered(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """线上线下相结合 (118号 一、四(四)): the last to look has the paper before him."""
    if declaration.paper_received_on is not None or not last_to_look(declaration):
        return None
    return "尚未登记收到纸质材料，不能认定线上线下一致（118号 一、四(四)）；请先办理“登记纸质材料”并逐件比对。"


def my_desk(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The declaration lies on the desk of the actor's organisation."""
    stop = step_at(declaration, declaration.position)
    if stop and uow.actor.organisation_id == stop.organisation_id:
        return None
    beyond = "申报人" if declaration.position < 0 or not declaration.committee else declaration.committee.name
    where = stop.organisation.name if stop else beyond
    return f"该申报当前由“{where}”办理，本机构不能办理；请等待其办结（附件3 1.12 逐级审核）。"


def my_unit(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The declaration is recommended by the actor's own organisation."""
    if uow.actor.organisation_id == declaration.unit_id:
        return None
    return "只能办理本单位人员的申报（118号 四(二)）；请由申报人所在单位办理。"


def my_committee(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The declaration is addressed to the actor's committee."""
    if declaration.committee_id and uow.actor.committee_id == declaration.committee_id:
        return None
    return "只能办理报送本评委会的申报（118号 四(四)）；请由对应评委会的日常办事机构办理。"


def my_node(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The declaration lies with the actor: at his organisation on the route, or at his committee's office."""
    if declaration.state == S.AT_COMMITTEE or uow.actor.plays(COMMITTEE_OFFICE):
        if declaration.state != S.AT_COMMITTEE:
            return "该申报不在评委会复核环节，评委会办事机构不能办理；请等待逐级审核到达（附件2 1.2.1）。"
        return my_committee(uow, declaration)
    return my_desk(uow, declaration)


def holds_paper(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """The paper comes to the office where the case lies, or to the committee's office that has received the case."""
    if uow.actor.plays(COMMITTEE_OFFICE):
        arrived = declaration.reached_committee_at is not None
        return (
            my_committee(uow, declaration)
            if arrived
            else "该申报尚未到达评委会，纸质材料由当前办理机构登记（118号 一）。"
        )
    return my_desk(uow, declaration)


def correction_open(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """补正 within the term told and the batch's correction deadline; afterwards it counts as given up."""
    due = declaration.due_on or declaration.batch.correction_on
    if uow.today <= due:
        return None
    return f"补正期限为 {due}，已经超过，视为放弃本年度申报（令40号 第十七条）；如有疑问请联系退回机构。"


def overdue(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """逾期未补正视为放弃申报 (令40号 第十七条): the applicant has had it, and his own days are over."""
    if declaration.position >= 0:
        stop = step_at(declaration, declaration.position)
        return (
            f"材料还在“{stop.organisation.name if stop else ''}”退回途中，未退到申报人，补正期限尚未起算，"
            "不能按逾期终止（令40号 第十七条）；请督促其办理“退回补充材料”，逾期未转交的由上级办理“督办直退”。"
        )
    if correction_open(uow, declaration):
        return None
    return f"补正期限 {declaration.due_on} 未到，不能按逾期终止（令40号 第十七条）；请等待申报人补正。"


def on_its_way(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """An office of its route, its committee, or the system."""
    if uow.actor.plays(SYSTEM) or uow.actor.organisation_id in {s.organisation_id for s in declaration.route}:
        return None
    if declaration.committee_id and uow.actor.committee_id == declaration.committee_id:
        return None
    return "只有该申报审核路径上的机构可以办理（附件3 1.12 逐级审核）；请由退回机构办理。"


def above_the_holder(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Of a level of its route above the one that has it, or of the committee it goes to."""
    if declaration.committee_id and uow.actor.committee_id == declaration.committee_id:
        return None
    if uow.actor.organisation_id in {s.organisation_id for s in declaration.route if s.position > declaration.position}:
        return None
    return "只有审核路径上的上级机构或评委会办事机构可以办理（附件3 1.12 逐级审核）；请由上级机构办理。"


def office_late(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """An office below keeps it past its own days."""
    if office_is_late(declaration, uow.today):
        return None
    if declaration.position < 0:
        return "材料已退到申报人，不需督办（附件3 1.12.3）；请等待申报人补正。"
    return f"转交期限 {declaration.due_on} 未到，不能直接退给申报人（附件3 1.12.3 逐级退回）；请等待下级机构转交。"


def audit_deadline(declaration: Declaration) -> date:
    """The day by which this level finishes its 线上审核 (118号 二(一))."""
    stop = step_at(declaration, declaration.position)
    return min(d for d in (declaration.batch.audit_on, stop.deadline if stop else None) if d)


def liability_card_signed(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Every item of the 责任卡 has a named checker before publicity and recommendation (118号 四(二)1)."""
    if bound.card_in_force(uow.session, declaration) is not None:
        return None
    why = "签署后申报内容有变化，已经失效" if card_of(uow.session, declaration) is not None else "尚未签署"
    how = "请先办理“真实性审核”，逐项填写审核人"
    if declaration.state == S.UNIT_PUBLICITY:  # what was posted was not checked: it is taken down first
        how = "请在“所在单位申报公示”作废公示，重新审核后再公示"
    return f"《真实性审核责任卡》{why}（118号 四(二)1）；{how}。"


def _mended(declaration: Declaration, how: str) -> str:
    """What to do about content that is not what was signed: while it is audited it can be sent back."""
    if declaration.state in _ON_A_DESK:
        return f"请办理“退回”，{how}。"
    return "请由审计管理员在“审计日志”中核查改动，恢复原内容后再办理。"


def as_handed_in(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """What goes on is what the applicant vouched for and handed in (118号 四(一))."""
    if bound.handed_in(uow.session, declaration) and "个人承诺" not in bound.lost(uow.session, declaration):
        return None
    mend = _mended(declaration, "由申报人核对、重新签署承诺后提交")
    return f"申报内容与申报人承诺并提交的不一致，不能继续办理（118号 四(一) 告知承诺制）；{mend}"


def as_recommended(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """What goes on is what was signed, posted and recommended (118号 四(二))."""
    if sentence := as_handed_in(uow, declaration):
        return sentence
    if not (lost := bound.lost(uow.session, declaration)):
        return None
    mend = _mended(declaration, "由单位重新审核、公示、推荐")
    return f"申报内容变更后，{'、'.join(lost)}已经失效，不能继续办理（118号 四(二)）；{mend}"


def unit_publicity(uow: UnitOfWork, declaration: Declaration) -> Publicity | None:
    """The newest posting of this declaration by its unit that is not void."""
    return _posting(uow, declaration, PublicityKind.UNIT)


def result_publicity(uow: UnitOfWork, declaration: Declaration) -> Publicity | None:
    """The newest posting of its result."""
    return _posting(uow, declaration, PublicityKind.RESULT)


def _posting(uow: UnitOfWork, declaration: Declaration, kind: str) -> Publicity | None:
    newest = (
        select(Publicity)
        .join(PublicityItem)
        .where(
            PublicityItem.declaration_id == declaration.id,
            Publicity.kind == kind,
            Publicity.state != PublicityState.VOID,
        )
        .order_by(Publicity.id.desc())
        .limit(1)
    )
    return once(uow.session, (_posting, declaration, kind), lambda: uow.session.scalar(newest))


def publicity_needed(declaration: Declaration) -> bool:
    """公示 is required for every 评审; for 初定 and 认定 where the accepting organisation says so (§6.5)."""
    return declaration.office is None or declaration.office.publicity_required


def unit_publicity_over(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """公示不少于 5 个工作日 (118号 四(二)2); the last day has passed."""
    if not publicity_needed(declaration):
        return None
    posting = unit_publicity(uow, declaration)
    if posting is not None and not bound.posted(uow.session, declaration):
        return "公示后申报内容有变化，公示已经失效，不得推荐（118号 四(二)3）；请作废后重新办理“所在单位申报公示”。"
    if posting is None or declaration.state != S.UNIT_PUBLICITY:
        return "未经单位公示，不得推荐申报参评（118号 四(二)3）；请先在“所在单位申报公示”办理公示。"
    if uow.today <= posting.ends_on:
        return (
            f"单位公示到 {posting.ends_on} 结束，公示期未满，不能上报（118号 四(二)2，不少于 5 个工作日）；"
            "请于期满后办理。"
        )
    return None


def result_publicity_over(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """评审结果公示期不少于 5 个工作日 (118号 六(一))."""
    posting = result_publicity(uow, declaration)
    if posting is None:
        return "评审结果尚未公示，不能申请备案（118号 六）；请先办理“评审结果公示”。"
    if uow.today <= posting.ends_on:
        return f"评审结果公示到 {posting.ends_on} 结束，公示期未满，不能申请备案（118号 六(一)）；请于期满后办理。"
    return None


def plan_approved(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Candidates enter with the approval of their plan (118号 五(一))."""
    plan = uow.session.get(Plan, declaration.plan_id) if declaration.plan_id else None
    if plan and plan.state in (PlanState.APPROVED, PlanState.DRAWN, PlanState.OPENED, PlanState.REVIEWED):
        return None
    return "评审方案未经审核备案，不得开评（118号 五(一)）；请先呈报评审方案。"


_OPINION = Ask("opinion", "审核意见", "area", hint="审核意见将记入《评审表》和过程跟踪")


def _me(uow: UnitOfWork, _declaration: Declaration) -> str:
    return str(uow.actor.id)


_SIGNED = (signing.HEAD_ASKED,)
_ITEMS = Ask(
    "items",
    "一次性告知的补正事项",
    "area",
    required=False,
    hint="每行一项，须一次性写明需要补齐补正的全部内容（118号 四(三)）；“｜”后写明怎样算补齐",
    max_length=4000,
)
_CAUSE = Ask("cause", "主要原因", "choice", choices=opinion.causes, hint="供退回分析统计；具体内容写在补正事项中")
_FACTS = Ask(
    "facts",
    "须更正的申报信息",
    "choices",
    required=False,
    choices=tuple(content.CASE_FACTS.items()),
    hint="单位推荐上报后，只有在此指明的申报信息可以更改；其余申报信息锁定（118号 四(二)3）",
)


def outcomes(uow: UnitOfWork, declaration: Declaration) -> Sequence[tuple[str, str]]:
    """What can be said of the comparison: something only where the paper is registered, nothing only between levels."""
    if declaration.paper_received_on is not None:
        return SAME_OR_NOT
    return () if last_to_look(declaration) else (NOT_YET,)


_COMPARE = (
    Ask(
        "consistency",
        "线上线下材料比对",
        "choice",
        choices=outcomes,
        default=comparison.overall,
        hint="重点比对两个途径提交的材料是否一致；登记纸质材料后方可比对（118号 四(四)）",
    ),
    Ask("consistency_note", "比对说明", required=False, max_length=300),
)


def _posts(uow: UnitOfWork, declaration: Declaration) -> Sequence[tuple[str, str]]:
    return quota_need.POSTS if quota_need.asked_of(declaration) else ()


def _stated(uow: UnitOfWork, declaration: Declaration) -> str:
    """A choice is made by the unit; only what the applicant has said is proposed."""
    return quota_need.IN_POST if quota_need.needs_place(declaration) else ""


_POST = Ask(
    "in_post",
    "岗位设置管理",
    "choice",
    required=False,
    choices=_posts,
    default=_stated,
    hint="事业单位必须确认：纳入岗位设置管理的在核准职数内推荐（118号 三(二)1、四(一)2）；其他单位不填",
)
_LATE = Ask(
    "late_reason",
    "逾期原因",
    "area",
    required=False,
    hint="超过线上审核截止日上报的必填（118号 二(一)）；申报人不因机构逾期而失去当年度申报",
    max_length=300,
)
_PUBLICITY_CHECKED = Ask(
    "publicity_checked", "已核查单位公示情况", "check", hint="形式审查须重点核查公示情况（118号 四(三)）"
)
_PAPER = (
    Ask("received_on", "收到日期", "date", default=lambda uow, _declaration: uow.today),
    Ask(
        "received_by",
        "接收人",
        "choice",
        required=False,
        choices=offered,
        default=_me,
        hint="本机构实际收件的人员，不选即为本账号",
    ),
    Ask("place", "存放地点", max_length=80, hint="例如：政务大厅 3 号窗口档案柜；材料移送后由接收机构重新登记"),
)
#: What an objection does to a posted result follows from its own lifecycle, which says whose it is.
_INVESTIGATE = (*RECOMMENDERS, COMMITTEE_OFFICE, HRSS_AUDIT)
_DESKS = tuple(dict.fromkeys((*RECOMMENDERS, *AUDITORS, COMMITTEE_OFFICE)))

# fmt: off
DECLARATION = Flow("申报", S, [
    #     verb               label              from                          to                by                only if                               asks
    Step("submit",          "提交",             {S.DRAFT},                    S.SUBMITTED,      APPLICANT,        [own, batch_open],                    [], "附件1 二", "primary", "提交后材料将送所在单位受理，确定提交？"),
    Step("withdraw",        "撤回",             {S.SUBMITTED},                S.DRAFT,          APPLICANT,        [own, in_time_again],                 [], "附件1 二", "", "撤回后可修改，须在申报截止前再次提交，确定撤回？"),
    Step("discard",         "删除草稿",         {S.DRAFT},                    None,             APPLICANT,        [own, never_handed_in],               [], "附件1 二", "bad", "草稿及其材料将被删除，不能恢复，确定删除？"),
    Step("abandon",         "放弃申报",         {S.DRAFT, S.RETURNED},        S.WITHDRAWN,      APPLICANT,        [own, in_my_hands],                   [Ask("opinion", "放弃原因", "area")], "令40号 第十七条", "bad", "放弃后本条申报不能恢复，确定放弃？"),
    Step("accept",          "受理",             {S.SUBMITTED},                S.UNIT_REVIEW,    RECOMMENDERS,     [my_unit, not_self],                  [], "118号 四(二)", "primary"),
    Step("check",           "真实性审核",       {S.UNIT_REVIEW},              None,             RECOMMENDERS,     [my_unit, not_self, signing.not_at_signature],                  [*(Ask(k, f"{v} · 审核人", "choice", choices=offered, default=_me) for k, v in LIABILITY_ITEMS), Ask("opinion", "审核说明", "area", required=False)], "118号 四(二)1"),
    Step("publicise",       "发起公示",         {S.UNIT_REVIEW},              S.UNIT_PUBLICITY, RECOMMENDERS,     [my_unit, not_self, as_handed_in, liability_card_signed, signing.not_at_signature], [], "118号 四(二)2", inner=True),
    Step("recommend",       "上报",             {S.UNIT_PUBLICITY, S.UNIT_REVIEW}, [S.UNDER_AUDIT, S.AT_COMMITTEE, S.FILED], RECOMMENDERS, [my_unit, not_self, as_handed_in, liability_card_signed, unit_publicity_over, no_open_objection, not_listed_at_effect, degree_check.none_wrong, signing.not_at_signature, signing.has_head],
         [Ask("assessment", "用人单位测评、公示结果", "area", max_length=500), Ask("opinion", "推荐意见", "area"), _POST, *_SIGNED, _LATE, Ask("seal", "盖章扫描件", "file", required=False)], "118号 四(二)3", "primary"),
    Step("stop",            "不予报送",         {S.UNIT_REVIEW, S.UNIT_PUBLICITY}, S.TERMINATED,     RECOMMENDERS,     [my_unit, not_self, objection_upheld, signing.not_at_signature, signing.has_head], [_OPINION, *_SIGNED], "118号 四(二)2", "bad"),
    Step("approve",         "审核通过",         {S.UNDER_AUDIT},              [S.UNDER_AUDIT, S.AT_COMMITTEE, S.FILED], AUDITORS, [my_desk, not_self, as_recommended, none_before_effect, not_listed_at_effect, paper_registered, comparison.everything_compared, degree_check.none_wrong, signing.not_at_signature, signing.has_head], [_OPINION, _PUBLICITY_CHECKED, *_COMPARE, *_SIGNED, _LATE], "118号 四(三)", "primary"),
    Step("receive_paper",   "登记纸质材料",     {S.UNIT_REVIEW, S.UNIT_PUBLICITY, S.UNDER_AUDIT, S.AT_COMMITTEE, S.QUALIFIED, S.PLANNED}, None, _DESKS, [holds_paper, not_self], _PAPER, "118号 一"),
    Step("compare",         "线上线下比对",     _ON_A_DESK,                   None,             _DESKS,           [my_node, not_self, signing.not_at_signature],                  [], "118号 四(四)", inner=True),
    Step("check_degrees",   "核验学历学位",     _ON_A_DESK,                   None,             _DESKS,           [my_node, not_self],                  [], "118号 四(二)1", inner=True),
    Step("send_back",       "退回",             _ON_A_DESK, S.RETURNED, (*dict.fromkeys((*RECOMMENDERS, *AUDITORS, COMMITTEE_OFFICE)),), [my_node, not_self, signing.not_at_signature], [_CAUSE, _ITEMS, _FACTS, _OPINION], "118号 四(三)", "bad"),
    Step("pass_down",       "退回补充材料",     {S.RETURNED},                 S.RETURNED,       (*dict.fromkeys((*RECOMMENDERS, *AUDITORS)),), [my_desk, not_self], [Ask("opinion", "转达说明", "area", required=False)], "附件3 1.12.3-2", "primary"),
    Step("hand_down",       "督办直退",         {S.RETURNED},                 S.RETURNED,       (*AUDITORS, COMMITTEE_OFFICE), [above_the_holder, office_late, not_self], [Ask("opinion", "督办说明", "area")], "附件3 1.12.3-2", "bad", "下级机构逾期未转交，确定直接退给申报人补正？"),
    Step("resubmit",        "重新提交",         {S.RETURNED},                 [S.SUBMITTED, S.UNIT_REVIEW, S.UNDER_AUDIT, S.AT_COMMITTEE], APPLICANT, [own, in_my_hands, correction_open], [Ask("opinion", "补正说明", "area")], "附件3 1.12.3-1.4", "primary"),
    Step("reroute",         "审核路径迁移",     {S.SUBMITTED, S.UNIT_REVIEW, S.UNIT_PUBLICITY, S.UNDER_AUDIT, S.RETURNED}, None, HRSS_CONFIG, [], [], "附件3 1.4–1.8", inner=True),
    Step("lapse",           "逾期终止",         {S.RETURNED},                 S.TERMINATED,     (SYSTEM, *AUDITORS, COMMITTEE_OFFICE), [on_its_way, overdue], [], "令40号 第十七条", "bad"),
    Step("qualify",         "复核合格",         {S.AT_COMMITTEE},             S.QUALIFIED,      COMMITTEE_OFFICE, [my_committee, not_self, as_recommended, no_proven_objection, paper_registered, comparison.everything_compared, degree_check.none_wrong, signing.not_at_signature, signing.has_head], [_OPINION, *_COMPARE, *_SIGNED], "118号 四(四)", "primary"),
    Step("disqualify",      "复核不合格",       {S.AT_COMMITTEE},             S.TERMINATED,     COMMITTEE_OFFICE, [my_committee, not_self, signing.not_at_signature, signing.has_head],             [replace(_CAUSE, hint="供复核不合格原因统计"), Ask("opinion", "不合格原因", "area"), *_SIGNED], "118号 四(四)", "bad", "复核不合格将终止当年度申报参评，确定？"),
    Step("include",         "列入方案",         {S.QUALIFIED},                S.PLANNED,        (HRSS_AUDIT, HRSS_SPECIAL), [plan_approved, as_recommended],            [], "118号 五(一)", inner=True),
    Step("leave_plan",      "退出方案",         {S.PLANNED, S.IN_REVIEW},     S.QUALIFIED,      (COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_SPECIAL, SUPERVISOR), [], [], "118号 五(一)", inner=True),
    Step("enter_review",    "进入评审",         {S.PLANNED},                  S.IN_REVIEW,      COMMITTEE_OFFICE, [my_committee, plan_approved, as_recommended],        [], "118号 五(四)", inner=True),
    Step("pass_review",     "评审通过",         {S.IN_REVIEW},                S.PASSED,         COMMITTEE_OFFICE, [my_committee],                       [], "令40号 第十九条", inner=True),
    Step("fail_review",     "评审未通过",       {S.IN_REVIEW},                S.FAILED,         COMMITTEE_OFFICE, [my_committee],                       [], "令40号 第十九条", inner=True),
    Step("post_result",     "公示结果",         {S.PASSED},                   S.RESULT_PUBLICITY, COMMITTEE_OFFICE, [my_committee],                     [], "118号 六(一)", inner=True),
    Step("take_down",       "公示作废",         {S.UNIT_PUBLICITY},           S.UNIT_REVIEW,    RECOMMENDERS,     [my_unit, signing.not_at_signature],  [], "118号 四(二)2", inner=True),
    Step("take_down_result", "公示作废",        {S.RESULT_PUBLICITY},         S.PASSED,         COMMITTEE_OFFICE, [my_committee],                       [], "118号 六(一)", inner=True),
    Step("object",          "转入异议核查",     {S.RESULT_PUBLICITY},         S.OBJECTED,       (*_INVESTIGATE, SUPERVISOR, SYSTEM), [objected_to],                [], "118号 六(二)", inner=True),
    Step("clear",           "异议不属实",       {S.OBJECTED},                 S.RESULT_PUBLICITY, _INVESTIGATE,   [no_open_objection],                  [], "118号 六(二)", inner=True),
    Step("uphold",          "异议属实终止",     {S.OBJECTED},                 S.TERMINATED,     _INVESTIGATE,     [objection_upheld],                   [], "118号 六(二)", inner=True),
    Step("apply_filing",    "申请备案",         {S.RESULT_PUBLICITY},         S.FILING,         COMMITTEE_OFFICE, [my_committee, result_publicity_over, no_open_objection], [], "118号 六(二)", inner=True),
    Step("return_filing",   "备案退回",         {S.FILING},                   S.RESULT_PUBLICITY, HRSS_AUDIT,     [],                                   [], "附件3 1.15", inner=True),
    Step("file",            "备案",             {S.FILING},                   S.FILED,          HRSS_AUDIT,       [no_open_objection, not_listed, as_recommended],                  [], "118号 六(二)", inner=True),
    Step("issue",           "发放证书",         {S.FILED},                    S.ISSUED,         HRSS_CERT,        [],                                   [], "118号 六(三)", inner=True),
    Step("report",          "报送人社部",       {S.ISSUED},                   S.REPORTED,       (HRSS_CERT, SYSTEM), [],                                   [], "附件3 1.18", inner=True),
    Step("revoke",          "撤销",             {S.FILED, S.ISSUED, S.REPORTED}, S.REVOKED,     (HRSS_CERT, HRSS_AUDIT), [],                            [], "118号 七(一)", inner=True),
    Step("reinstate",       "恢复办理",         {S.TERMINATED},               [S.UNDER_AUDIT, S.AT_COMMITTEE, S.RETURNED, S.QUALIFIED], (COMMITTEE_OFFICE, HRSS_AUDIT), [], [], "令40号 第二十六条", inner=True),
    Step("terminate",       "终止申报参评",     {*AUDITED, S.QUALIFIED, *CANDIDATES, *PASSED}, S.TERMINATED,     HRSS_AUDIT,       [],                                   [Ask("opinion", "终止原因", "area"), Ask("document", "依据文号", max_length=80)], "118号 三(四)、七(一)", "bad", "终止后当年度不能再申报，确定终止？"),
    Step("enter_document",  "登记发文文号",     {S.FILED},                    None,             AUDITORS,         [my_result, not_self],                [Ask("document", "任职资格文件文号", max_length=60, hint="初定、认定由最终机构发文确认任职资格；文号印在电子证书上，登记后方可发证")], "附件3 1.12.3、湘人社函〔2024〕115号", "primary"),
    Step("cancel_filing",   "取消备案",         {S.FILED},                    S.REVOKED,        HRSS_AUDIT,       [],                                   [Ask("opinion", "取消备案原因", "area", hint="未经审核、公示程序的，或者备案后查实弄虚作假的；失信的另在“黑名单管理”登记"), Ask("document", "依据文号", max_length=80)], "118号 四(二)3、七(一)", "bad", "取消备案后该职称视为未取得，不再发证，且不可恢复。确定取消？"),
])
# fmt: on


def is_review(declaration: Declaration) -> bool:
    """Whether a committee decides (评审), not the last organisation of the path."""
    return declaration.way == Way.REVIEW
