"""条件核对: what an auditor should look at, line by line, each with its clause. It helps people judge, it never judges.

The rules of the submission (`workflow.declarations.eligibility`) are read again as they stand today; to them come what
the
form tells by itself and what the unit has done: responsibility card, publicity, objections, quota, paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from models.awards.publicity import Objection, ObjectionState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Correction, Declaration, DeclarationMode
from models.declarations.declaration import DeclarationState as S
from models.declarations.quota import Quota
from models.declarations.standing import AUDITED, standing
from models.paths.path import Way
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.conditions import certificates, exclusions
from workflow.conditions.three import Verdict
from workflow.declarations import (
    bound,
    comparison,
    content,
    degree_check,
    eligibility,
    quota_need,
    submission,
)
from workflow.declarations.declaration import publicity_needed, unit_publicity
from workflow.declarations.liability import card_of
from workflow.declarations.quota import limit_of, suitable
from workflow.office import working_days

OK, LOOK, BAD = "ok", "warn", "bad"


@dataclass(frozen=True)
class Check:
    """One line: its tone (ok, warn: a person must look, bad: against a rule), the sentence, what it rests on."""

    tone: str
    sentence: str
    basis: str


def rows(declaration: Declaration, section: str) -> eligibility.Rows:
    """The rows of a repeated section, for screens that tell of them."""
    return eligibility.rows_in(declaration, section)


def checks(uow: UnitOfWork, declaration: Declaration) -> list[Check]:
    """Everything worth looking at, in the order in which offices look."""
    return [line for part in PARTS for line in part(uow, declaration)]


# fmt: off
#: rule → (what holds when it finds nothing, its clause, for which declarations it says anything)
HOLDS = {
    eligibility.not_blacklisted:          ("未列入黑名单，无在期失信记录",             "118号 七(一)",           lambda d: True),
    eligibility.not_reviewed_again:       ("本年度没有评审未通过的同级申报",           "118号 五(四)",           lambda d: d.way == Way.REVIEW),
    eligibility.one_active:               ("本年度没有其他在办申报",                   "年度批次规定",           lambda d: d.batch.one_per_year),
    eligibility.not_ended_this_year:      ("本年度没有已终止的申报",                   "118号 四(四)",           lambda d: True),
    eligibility.title_reviewed:           ("申报职称在职称树中有效，不属于以考代评",   "职称树",                 lambda d: True),
    eligibility.committee_competent:      ("评委会在有效期内，申报在其评审范围内",     "118号 七(四)",           lambda d: d.way == Way.REVIEW),
    eligibility.office_competent:         ("受理机构受理所在单位地区的人员",           "附件3 1.3",              lambda d: d.way != Way.REVIEW),
    eligibility.mode_open:                ("按学历和从事专业工作年限办理",             "湘人社函〔2024〕115号",  lambda d: d.way != Way.REVIEW),
    eligibility.ladder_climbed:           ("逐级申报，未持有同级或更高级别职称",       "令40号 第十三条",        lambda d: d.mode != DeclarationMode.TRANSFER),
    eligibility.certificate_true:         ("所填证书号与系统已发证书没有不符",         "118号 四(二)1",          lambda d: any(certificates.number_of(row) for row in eligibility.rows_in(d, "titles"))),
    eligibility.conditions_met:           ("经省厅确认的申报条件没有不符合的，逐条结果见“申报条件核对”", "118号 三(一)", lambda d: True),
    eligibility.not_excluded:             ("不属于经省厅确认的年龄限制和以考代评情形",     "令40号 第十二条",        lambda d: True),
    eligibility.transfer_same_level:      ("已取得其他系列的同级职称",                 "118号 八(二)",           lambda d: d.mode == DeclarationMode.TRANSFER),
    eligibility.transfer_year:            ("转入新岗位满 1 年并考核合格",              "118号 八(二)",           lambda d: d.mode == DeclarationMode.TRANSFER),
    eligibility.posted_long_enough:       ("派驻人员在派驻地的连续工作年限符合规定",   "118号 四(一)1",          lambda d: eligibility.facts_in(d, "declaring").get("posted") not in (None, "", "未派驻")),
    eligibility.channel_of_its_kind:      ("推荐渠道与推荐机构的类型相符",             "118号 四(一)1",          lambda d: True),
    eligibility.exception_founded:        ("破格依据已填写，推荐人本人已答复或已交推荐书，须核对依据原件", "人社厅发〔2022〕60号", lambda d: d.mode == DeclarationMode.EXCEPTIONAL),
    eligibility.person_eligible:          ("本人申报无立案审查、强制措施、刑罚和处分影响期情形，非公务员、未退休", "118号 三(四)", lambda d: True),
    eligibility.institution_through_unit: ("推荐渠道与岗位管理方式相符",               "118号 四(一)2",          lambda d: True),
    eligibility.nature_as_registered:     ("单位性质与所在单位的登记相符",             "118号 三(二)1",          lambda d: True),
    eligibility.secrets_confirmed:        ("涉密申报：本人已确认网上无涉密内容，涉密材料走纸质渠道", "118号 一",  lambda d: d.secret),
}
# fmt: on


def rules(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """The rules of the submission, as they stand today."""
    if declaration.state not in AUDITED:  # afterwards only the record is told
        return
    for rule in eligibility.RULES:
        sentence, basis, speaks = HOLDS[rule]
        found = list(rule(uow, declaration))
        yield from (Check(BAD, finding.sentence, basis) for finding in found)
        if not found and speaks(declaration):
            yield Check(OK, sentence, basis)


def conditions(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """What the conditions of the title say as a whole, and what nobody has confirmed but somebody should look at."""
    if declaration.state not in AUDITED:
        return
    found = eligibility.judgement(uow, declaration)
    if found.rows and found.effective is not Verdict.NOT_MET:
        tone, words = (
            (OK, "符合") if found.verdict is Verdict.MET else (LOOK, f"结论“{found.verdict.label}”，须人工核对")
        )
        yield Check(tone, f"申报条件{words}，逐条结果见“申报条件核对”", "118号 三(一)")
    for told in exclusions.told(uow.session, declaration):
        if not told.refuses:
            yield Check(LOOK, told.sentence, told.clause)


def recommended_on_paper(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """破格推荐 by who holds a certificate that this system has not issued: somebody has to look."""
    if declaration.mode != DeclarationMode.EXCEPTIONAL or declaration.state not in AUDITED:
        return
    if papers := eligibility.recommended_by(uow, declaration)[1]:
        yield Check(
            LOOK, f"破格推荐中有推荐书 {papers} 份，须核验推荐人签名和正高级职称证书原件", "人社厅发〔2022〕60号"
        )


def held_title(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """How long the present title has been held on the day the evidence counts to."""
    dated = [
        (when, row)
        for row in eligibility.rows_in(declaration, "titles")
        if (when := eligibility.day(row.get("obtained_on")))
    ]
    if not dated:
        return
    since, row = max(dated, key=lambda pair: pair[0])
    until = declaration.batch.evidence_on
    yield Check(
        OK,
        f"现任职称“{row.get('name') or '未填名称'}”于 {since:%Y-%m} 取得，至 {until} 为{_span(since, until)}",
        f"{declaration.series.name}评审条件",
    )


def _span(since: date, until: date) -> str:
    months = (until.year - since.year) * 12 + until.month - since.month - (until.day < since.day)
    if months < 0:
        return "尚未取得"
    years, rest = divmod(months, 12)
    return f" {years} 年 {rest} 个月" if rest else f" {years} 年"


def filled_in(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """What the form says of itself: missing parts, evidence after the cut-off, what is expected but absent."""
    if declaration.state not in AUDITED:  # afterwards only the record is told
        return
    found = submission.problems_of(uow, declaration)
    for problem in found:
        yield Check(LOOK if problem.level == "warning" else BAD, problem.sentence, problem.clause)
    if not any(problem.level == "error" for problem in found):
        yield Check(
            OK, f"各部分填写完整，佐证日期均不晚于材料有效截止日 {declaration.batch.evidence_on}", "118号 二(三)"
        )


def responsibility(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """《真实性审核责任卡》: who has checked what."""
    card = bound.card_in_force(uow.session, declaration)
    basis = "118号 四(二)1"
    if card is None and card_of(uow.session, declaration) is not None:
        yield Check(BAD, "《真实性审核责任卡》签署后申报内容有变化，已经失效，须重新审核签署", basis)
    elif card is not None:
        names = "、".join(dict.fromkeys(check.checker_name for check in card.checks))
        yield Check(OK, f"《真实性审核责任卡》已逐项签署（{names}，{card.signed_at:%Y-%m-%d}）", basis)
    elif declaration.state != S.DRAFT and not standing(declaration).settled:
        yield Check(LOOK, "《真实性审核责任卡》尚未签署", basis)


def bindings(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """The promise and the recommendation: of what is declared now, or of something else."""
    lost = bound.lost(uow.session, declaration)
    if not bound.handed_in(uow.session, declaration):
        yield Check(BAD, "申报内容与申报人提交时不一致，须退回申报人核对后重新提交", "118号 四(一)")
    if "个人承诺" in lost:
        yield Check(BAD, "个人承诺签署后申报内容有变化，已经失效，须申报人重新签署", "118号 四(一)")
    if "单位推荐意见" in lost:
        yield Check(BAD, "单位推荐后申报内容有变化，推荐意见已经失效，须重新推荐", "118号 四(二)3")


def publicity(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """公示 of the unit: its days, its length, its objections."""
    basis = "118号 四(二)2"
    if not publicity_needed(declaration):
        yield Check(OK, "受理机构规定不须单位公示", "受理机构设置")
        return
    posting = unit_publicity(uow, declaration)
    if posting is None:
        yield Check(LOOK, "尚未办理所在单位申报公示", basis)
        return
    if not bound.posted(uow.session, declaration):
        yield Check(
            BAD, f"单位公示（{posting.starts_on} 至 {posting.ends_on}）后申报内容有变化，已经失效，须重新公示", basis
        )
        return
    days = working_days.between(uow.session, posting.posted_on, posting.ends_on)
    running = uow.today <= posting.ends_on
    words = "公示中" if running else "已期满"
    yield Check(
        LOOK if running else OK, f"单位公示 {days} 个工作日（{posting.starts_on} 至 {posting.ends_on}），{words}", basis
    )


def objections(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """异议 raised against the declaration, without who raised them."""
    states = uow.session.scalars(select(Objection.state).where(Objection.declaration_id == declaration.id)).all()
    basis = "118号 四(二)2、六(二)"
    if not states:
        if unit_publicity(uow, declaration) is not None:
            yield Check(OK, "公示期间无异议", basis)
        return
    waiting = [s for s in states if s in (ObjectionState.REGISTERED, ObjectionState.INVESTIGATING)]
    upheld = uow.session.scalars(
        select(Objection.id).where(Objection.declaration_id == declaration.id, Objection.upheld.is_(True))
    ).all()
    if upheld:
        yield Check(BAD, f"有 {len(upheld)} 件异议经查证属实", basis)
    elif waiting:
        yield Check(LOOK, f"有 {len(waiting)} 件异议尚在核查", basis)
    else:
        yield Check(OK, f"{len(states)} 件异议经查证不属实", basis)


def quota(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """职数 of an institution for this level and specialty."""
    if not quota_need.needs_place(declaration):
        if quota_need.asked_of(declaration):
            yield Check(LOOK, "申报人填写未纳入岗位设置管理，不占用职数；推荐时由单位确认", "118号 三(二)、四(一)2")
        return
    basis, level = "118号 三(二)、五(三)", TitleLevel(declaration.level).label
    if declaration.quota_id:
        place = uow.session.get_one(Quota, declaration.quota_id)
        yield Check(OK, f"已占用{place.year}年度{level}职数（核准 {place.approved} 个，{place.document}）", basis)
        return
    room = sum(max(limit_of(q, declaration.batch) - q.reserved, 0) for q in suitable(uow.session, declaration))
    if room:
        yield Check(OK, f"单位{level}职数还可推荐 {room} 人，推荐上报时登记", basis)
    else:
        yield Check(LOOK, f"单位没有可用的{level}评审职数，推荐上报时将被拒绝", basis)


def corrections(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """一次性补正 already asked for, and whether it was answered."""
    for told in uow.session.scalars(
        select(Correction).where(Correction.declaration_id == declaration.id).order_by(Correction.id)
    ):
        listed = "；".join(item["text"] for item in told.items)
        if told.answered_at:
            yield Check(
                OK,
                f"{told.organisation_name}告知的补正事项已于 {told.answered_at:%Y-%m-%d} 答复：{listed}",
                "118号 四(三)",
            )
        else:
            until = f"期限 {told.due_on}" if told.due_on else "退到申报人后起算期限"
            yield Check(LOOK, f"{told.organisation_name}告知补正，{until}：{listed}", "118号 四(三)")


def paper(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """线上线下相结合: whether the paper has come and agrees, and where secret parts are."""
    if declaration.paper_received_on:
        yield Check(
            OK,
            f"纸质材料已于 {declaration.paper_received_on} 收到（{declaration.paper_by}，{declaration.paper_place}）",
            "118号 一",
        )
        yield _compared(uow, declaration)
    if declaration.secret:
        yield Check(LOOK, "含涉密内容：网上只有目录，须查看纸质材料", "118号 一")


def _compared(uow: UnitOfWork, declaration: Declaration) -> Check:
    """线上线下比对, file by file: what the newest office found."""
    now = content.digest(uow.session, declaration)
    files = comparison.items_of(uow, declaration)
    newest = [found[-1] for f in files if (found := [c for c in f.found if c.content_hash == now])]
    basis = "118号 四(四)"
    if not newest and any(f.found for f in files):
        return Check(BAD, "逐件比对后申报内容有变化，比对已经失效，须重新比对", basis)
    if not newest:
        return Check(LOOK, "纸质材料与网上材料尚未逐件比对", basis)
    count = {result: sum(c.result == result for c in newest) for result in comparison.ComparisonResult}
    words = "，".join(f"{result.label} {n} 件" for result, n in count.items() if n)
    return Check(BAD if count[comparison.ComparisonResult.DIFFERS] else OK, f"逐件比对：{words}", basis)


def degrees(uow: UnitOfWork, declaration: Declaration) -> Iterator[Check]:
    """核验状态 of each degree, as an auditor has set it."""
    for degree in degree_check.degrees_of(declaration):
        tone = LOOK if not degree.status else BAD if degree.status == degree_check.WRONG else OK
        yield Check(tone, f"{degree.degree}：{degree.told}", "118号 四(二)1")


PARTS = (
    conditions,
    recommended_on_paper,
    held_title,
    degrees,
    rules,
    filled_in,
    bindings,
    responsibility,
    publicity,
    objections,
    quota,
    corrections,
    paper,
)


def days_left(uow: UnitOfWork, day: date) -> int | None:
    """Working days from today to a deadline, negative when it has passed; None without a calendar of that year."""
    try:
        if day >= uow.today:
            return working_days.between(uow.session, uow.today, day)
        return -working_days.between(uow.session, day, uow.today)
    except Refused:
        return None
