"""The dates of a year's batch, held against each other and against the working-day calendar (118号 二, 三, 五; T1–T13).

`check_dates` says what cannot be, by field; `remarks` what can be but should be looked at: a deadline on a day
on which no office works, a calendar not announced yet, a date apart from the usual one.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from models.base import label_of
from models.batches.batch import Batch
from models.committees.committee import Committee, CommitteeLevel
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import lead_days
from workflow.office import working_days

#: Every date of a batch, in the order of the year.
DATES = (
    "opens_on",
    "closes_on",
    "correction_on",
    "payment_on",
    "paper_from",
    "paper_to",
    "evidence_on",
    "audit_on",
    "vote_on",
)
_WEEK = "一二三四五六日"
_WITHIN = ("opens_on", "closes_on", "correction_on", "audit_on", "evidence_on")
#: earlier, later, field of the sentence, what it says (118号 二)
_ORDER = (
    ("opens_on", "closes_on", "申报截止不能早于申报开始（118号 二）"),
    ("closes_on", "correction_on", "补正截止不能早于申报截止，否则截止日退回的材料无法补正（118号 二、四(三)）"),
    ("opens_on", "payment_on", "缴费截止不能早于申报开始（118号 二）"),
    ("payment_on", "vote_on", "缴费截止不能晚于最迟投票日（118号 二）"),
    ("correction_on", "audit_on", "线上审核截止不能早于补正截止（118号 二(一)）"),
    ("opens_on", "paper_from", "纸质材料报送不能早于申报开始（118号 二(二)）"),
    ("paper_from", "paper_to", "纸质材料报送止不能早于报送起（118号 二(二)）"),
    ("audit_on", "vote_on", "最迟投票日不能早于线上审核截止（118号 二）"),
)


def weekday(day: date) -> str:
    """星期一 … 星期日."""
    return f"星期{_WEEK[day.weekday()]}"


def day_in_words(session: Session, day: date) -> str:
    """The weekday, and where the calendar says otherwise than the weekday does: 星期日，调休上班; 星期五，放假."""
    try:
        works = working_days.is_workday(session, day)
    except Refused:
        return weekday(day)
    weekend = day.weekday() >= 5
    return weekday(day) + (
        "，调休上班" if works and weekend else "，放假" if not works and not weekend else "，休息" if weekend else ""
    )


def bound_by_province(batch: Batch) -> bool:
    """Whether 09-28 and 12-24 count: not for committees with a calendar of their own, nor for 初定 and 认定 (118号
    二(五))."""
    return batch.committee is not None and not batch.committee.own_calendar


#: Years a batch can be of; dates of others cannot be counted with.
EARLIEST, LATEST = 2000, 2099

# -- What cannot be -------------------------------------------------------------------------------


def check_dates(uow: UnitOfWork, batch: Batch) -> dict[str, str]:
    """What does not fit, each sentence at the field to change; empty when the batch can be submitted."""
    wrong: dict[str, str] = {}
    if not EARLIEST <= batch.year <= LATEST:
        return {"year": f"年度应在 {EARLIEST} 到 {LATEST} 之间，现为 {batch.year}；请更正。"}
    for earlier, later, words in _ORDER:
        a, b = getattr(batch, earlier), getattr(batch, later)
        if a and b and a > b:
            wrong.setdefault(later, f"{words}；请调整日期。")
    if batch.evidence_on and batch.audit_on and batch.evidence_on > batch.audit_on:
        wrong.setdefault("evidence_on", "材料有效截止日不能晚于线上审核截止（118号 二(三)）；请调整日期。")
    for name in _WITHIN:
        value = getattr(batch, name)
        if value and value.year != batch.year:
            wrong.setdefault(name, f"日期须在 {batch.year} 年度内（118号 二）；请调整日期。")
    factor = settings.setting("quota_factor")
    if batch.quota_factor is not None and not (factor.lowest or 0) <= Decimal(batch.quota_factor) * 100 <= (
        factor.highest or 0
    ):
        wrong["quota_factor"] = (
            f"差额推荐系数应在 {(factor.lowest or 0) / 100:g} 到 {(factor.highest or 0) / 100:g} "
            f"之间（{factor.clause}）；请更正。"
        )
    try:
        for name, sentence in _counted(uow.session, batch):
            wrong.setdefault(name, sentence)
    except Refused as refusal:  # the calendar of the year is not set
        wrong.setdefault("year", refusal.sentence)
    return wrong


def _counted(session: Session, batch: Batch) -> list[tuple[str, str]]:
    """What the working days say."""
    found: list[tuple[str, str]] = []
    closes, audit, vote = batch.closes_on, batch.audit_on, batch.vote_on
    if closes and batch.correction_on:
        days = settings.value(session, "correction_days")
        least = working_days.add(session, closes, days)
        if closes <= batch.correction_on < least:
            found.append(
                (
                    "correction_on",
                    f"申报截止日退回的材料须有 {days} 个工作日补正，"
                    f"补正截止不能早于 {least}（118号 四(三)）；请推迟补正截止或提前申报截止。",
                )
            )
    if closes and audit and _publicised(batch):
        days = settings.value(session, "publicity_days")
        ends = working_days.add(session, closes, days)
        if closes <= audit <= ends:
            found.append(
                (
                    "audit_on",
                    (
                        f"单位公示不少于 {days} 个工作日：申报截止 {closes} 后公示最早到 {ends} 期满，"
                        f"线上审核截止 {audit} 前来不及公示和审核"
                        "（118号 四(二)2、六(一)）；请提前申报截止或推迟审核截止。"
                    ),
                )
            )
    if batch.committee is None:
        return found
    latest = settings.day_of(session, "senior_audit_by", batch.year)
    if audit and bound_by_province(batch) and batch.committee.level == CommitteeLevel.SENIOR and audit > latest:
        found.append(
            (
                "audit_on",
                (
                    f"高评会的线上审核应于 {latest}（含）前完成（118号 二(一)）；请提前。"
                    "自主评审单位、中小学教师系列、基层系列按报备的方案执行（118号 二(五)），"
                    "请核对评委会类型。"
                ),
            )
        )
    if vote:
        found += _vote(session, batch, batch.committee, vote)
    return found


def _vote(session: Session, batch: Batch, body: Committee, vote: date) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    days = settings.value(session, "filing_after_vote")
    filed = working_days.add(session, vote, days)
    if filed.year != batch.year:
        last = last_vote_day(session, batch.year)
        found.append(
            (
                "vote_on",
                (
                    f"投票日加 {days} 个公示工作日为 {filed}，备案将跨年度（118号 二(四)）；"
                    f"最迟投票日不能晚于 {last}，请提前最迟投票日。"
                ),
            )
        )
    latest = settings.day_of(session, "vote_by", batch.year)
    if bound_by_province(batch) and vote > latest and len((batch.vote_reason or "").strip()) < 2:
        found.append(
            (
                "vote_reason",
                f"投票表决原则上应于 {latest}（含）前完成（118号 二(四)）；请提前最迟投票日，或在此说明原因。",
            )
        )
    if batch.audit_on and batch.audit_on <= vote:
        lead = lead_days(session, body)
        opens = working_days.add(session, batch.audit_on, lead)
        if vote < opens:
            draws = opens - timedelta(days=settings.value(session, "draw_lead_days"))
            found.append(
                (
                    "vote_on",
                    (
                        f"线上审核截止 {batch.audit_on} 后呈报方案，须提前 {lead} 个工作日报备："
                        f"最早 {draws} 抽取评委、{opens} 开评"
                        f"（118号 五(一)、五(二)）；最迟投票日不能早于 {opens}，请推迟投票日或提前审核截止。"
                    ),
                )
            )
    return found


def _publicised(batch: Batch) -> bool:
    return batch.office is None or batch.office.publicity_required


def last_vote_day(session: Session, year: int) -> date:
    """The last day of a year whose vote can still be filed within it (备案时间 = 投票日 + 5 个工作日, 118号 二(四))."""
    days = settings.value(session, "filing_after_vote")
    day = date(year, 12, 31)
    while working_days.add(session, day, days).year != year:
        day -= timedelta(days=1)
    return day


# -- What should be looked at ---------------------------------------------------------------------


def remarks(uow: UnitOfWork, batch: Batch) -> list[tuple[str, str]]:
    """What does not forbid the batch but should be looked at, as (field, sentence), in the order of the year."""
    session = uow.session
    found: list[tuple[str, str]] = []
    for name in DATES:
        if day := getattr(batch, name):
            found += [(name, sentence) for sentence in _of_day(session, name, day)]
    try:
        found += _of_batch(session, batch)
    except Refused:
        return found  # said at the year already
    return found


def _of_day(session: Session, name: str, day: date) -> list[str]:
    label = label_of(Batch, name)
    try:
        works = working_days.is_workday(session, day)
        told = (
            []
            if works
            else [f"{label} {day}（{weekday(day)}）不是工作日，最近的工作日为 {nearest(session, day)}；请核对。"]
        )
    except Refused as refusal:
        return [refusal.sentence]
    if working_days.provisional(session, day):
        told.append(f"{label} {day}：{day.year} 年工作日历为暂定，国务院公布后请重新核对。")
    return told


def nearest(session: Session, day: date) -> date:
    """The working day nearest to one that is none; of two equally near the earlier, since a deadline must not slip."""
    before, after = working_days.subtract(session, day, 1), working_days.add(session, day, 1)
    return before if day - before <= after - day else after


def paper_days(session: Session, year: int) -> tuple[date, date]:
    """纸质材料集中报送: the last two working days of the third quarter (118号 二(二))."""
    last = working_days.subtract(session, date(year, 10, 1), 1)
    return working_days.subtract(session, last, 1), last


def _of_batch(session: Session, batch: Batch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    body = batch.committee
    if body is None:
        return found
    quota = settings.day_of(session, "quota_audit_by", batch.year)
    if batch.audit_on and batch.audit_on < quota:
        found.append(
            (
                "audit_on",
                f"年度评审职数审核到 {quota} 截止（118号 三(二)1），晚于线上审核截止；"
                "占用职数的人员须在职数核准后上报。",
            )
        )
    if bound_by_province(batch) and body.level == CommitteeLevel.SENIOR and batch.paper_from and batch.paper_to:
        first, last = paper_days(session, batch.year)
        if (batch.paper_from, batch.paper_to) != (first, last):
            found.append(
                (
                    "paper_from",
                    "全省高级职称纸质材料集中报送为第三季度最后 2 个工作日，"
                    f"即 {first} 至 {last}（118号 二(二)）；请核对。",
                )
            )
    if batch.paper_to and batch.evidence_on and batch.paper_to != batch.evidence_on:
        found.append(
            ("evidence_on", f"材料有效截止日一般为材料报送截止日 {batch.paper_to}（含当日，118号 二(三)）；请核对。")
        )
    ends = batch.vote_on or batch.audit_on
    if ends and not body.valid_from <= ends <= body.valid_to:
        found.append(
            (
                "vote_on",
                f"评委会有效期为 {body.valid_from} 至 {body.valid_to}，届时不在有效期内，"
                "评审不予认可（令40号 第八条、118号 七(四)）；请先办理重新核准备案。",
            )
        )
    if bound_by_province(batch) and batch.vote_on and batch.vote_on > settings.day_of(session, "vote_by", batch.year):
        found.append(
            (
                "vote_on",
                f"最迟投票日超过 {settings.day_of(session, 'vote_by', batch.year)}（118号 二(四)），已说明："
                f"{batch.vote_reason}",
            )
        )
    return found
