"""倒排: the dates of a batch proposed backwards from the last day on which it can still be filed (118号 二–六).

Everything is counted by the working-day calendar. What the regulation does not fix (how long the review, the
recheck, the audits and the declaring take) is a `Pace` the planner may change.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy.orm import Session

from models.committees.committee import Committee, CommitteeLevel
from models.paths.path import AcceptanceOffice
from workflow.base import settings
from workflow.batches.batch_dates import last_vote_day, paper_days
from workflow.committees.competence import lead_days
from workflow.office import working_days

#: The most working days a stretch can be given.
LONGEST = 120


@dataclass(frozen=True)
class Pace:
    """How many working days the stretches take that the regulation leaves open."""

    review: int = 5  #: 开评 to 投票表决
    recheck: int = 10  #: 资格复核 by the committee's office, and making the plan
    audit: int = 5  #: audits on the way up, after the last correction
    declaring: int = 40  #: the applicants fill in

    @classmethod
    def of(cls, given: dict[str, int | None]) -> Pace:
        """What was asked for, each within 1 to `LONGEST`; otherwise what is usual."""
        usual = cls()
        return cls(**{f.name: max(1, min(given.get(f.name) or getattr(usual, f.name), LONGEST)) for f in fields(cls)})


@dataclass(frozen=True)
class Leg:
    """One date of the plan: what it is, why it is this day, and the field of the batch it fills (if any)."""

    label: str
    day: date
    reason: str
    field: str = ""
    last: date | None = None  #: last day of a span


def plan_back(session: Session, receiver: Committee | AcceptanceOffice, year: int, pace: Pace) -> list[Leg]:
    """The proposal, latest date first. Refused where the calendar of the year is not set."""
    if isinstance(receiver, Committee):
        return _of_committee(session, receiver, year, pace)
    ends = working_days.subtract(session, date(year + 1, 1, 1), 1)
    return _declaring(
        session,
        ends,
        f"{year} 年最后一个工作日；通过即生效，须在年度内办结（附件3 1.12.3）",
        pace,
        publicity=receiver.publicity_required,
    )


def _of_committee(session: Session, body: Committee, year: int, pace: Pace) -> list[Leg]:
    def back(day: date, days: int) -> date:
        return working_days.subtract(session, day, days)

    after, within = settings.value(session, "filing_after_vote"), settings.value(session, "result_publicity_within")
    vote, reason = last_vote_day(session, year), f"投票日加 {after} 个公示工作日须在年度内（118号 二(四)）"
    if not body.own_calendar and (by := settings.day_of(session, "vote_by", year)) < vote:
        vote, reason = by, f"投票表决原则上应于 {by}（含）前完成（118号 二(四)）"
    lead, draw = lead_days(session, body), settings.value(session, "draw_lead_days")
    opens = back(vote, pace.review)
    files = back(opens, lead)
    legs = [
        Leg(
            "备案",
            working_days.add(session, vote, after),
            f"备案时间为投票日加 {after} 个工作日，不得跨年度（118号 二(四)）",
        ),
        Leg("结果公示", working_days.add(session, vote, within), f"投票结束后 {within} 个工作日内公示（118号 六(一)）"),
        Leg("最迟投票日", vote, reason, "vote_on"),
        Leg("开评", opens, f"评审（报到、培训、复审、面试、评议）预留 {pace.review} 个工作日"),
        Leg("抽取评委", opens - timedelta(days=draw), f"开评前 {draw} 天（118号 五(二)）"),
        Leg("呈报评审方案", files, f"开评前 {lead} 个工作日报备（118号 五(一)）"),
    ]
    audit, reason = back(files, pace.recheck), f"评委会资格复核和编制方案预留 {pace.recheck} 个工作日（118号 四(四)）"
    if body.level == CommitteeLevel.SENIOR and not body.own_calendar:
        by = settings.day_of(session, "senior_audit_by", year)
        by = by if working_days.is_workday(session, by) else back(by, 1)
        if by < audit:
            audit, reason = (
                by,
                f"市州、省直厅局应于 {settings.day_of(session, 'senior_audit_by', year)} "
                "前完成线上审核（118号 二(一)）",
            )
    return legs + _declaring(session, audit, reason, pace, publicity=True, paper=_paper(session, body, year, audit))


def _paper(session: Session, body: Committee, year: int, audit: date) -> tuple[date, date]:
    """The province's two days for senior titles; else the last two working days until the audits end."""
    first, last = paper_days(session, year)
    if body.level == CommitteeLevel.SENIOR and not body.own_calendar and last <= audit:
        return first, last
    return working_days.subtract(session, audit, 1), audit


def _declaring(
    session: Session, audit: date, reason: str, pace: Pace, *, publicity: bool, paper: tuple[date, date] | None = None
) -> list[Leg]:
    def back(day: date, days: int) -> date:
        return working_days.subtract(session, day, days)

    correct, publish = settings.value(session, "correction_days"), settings.value(session, "publicity_days")
    legs = [Leg("线上审核截止", audit, reason, "audit_on")]
    if paper:
        legs.append(
            Leg(
                "纸质材料报送",
                paper[0],
                "第三季度最后 2 个工作日集中报送；不在此期间的为审核截止前 2 个工作日（118号 二(二)）",
                "paper_from",
                paper[1],
            )
        )
    evidence = paper[1] if paper and paper[1] <= audit else audit
    legs.append(Leg("材料有效截止日（含）", evidence, "材料报送截止日，含当日（118号 二(三)）", "evidence_on"))
    correction = back(audit, pace.audit)
    legs.append(
        Leg("补正截止", correction, f"补正后逐级审核预留 {pace.audit} 个工作日（118号 四(三)）", "correction_on")
    )
    if publicity:
        posted = back(audit, publish + 1)
        legs.append(Leg("最迟单位公示", posted, f"单位公示不少于 {publish} 个工作日，期满后才能上报（118号 四(二)2）"))
    closes, reason = back(correction, correct), f"截止日退回的材料须有 {correct} 个工作日补正（118号 四(三)）"
    if publicity and posted <= closes:
        closes, reason = back(posted, 1), f"申报截止后单位公示 {publish} 个工作日，期满再上报（118号 四(二)2）"
    legs.append(Leg("缴费截止", correction, "在补正截止前缴清（118号 八(六)）", "payment_on"))
    legs.append(Leg("申报截止", closes, reason, "closes_on"))
    legs.append(Leg("申报开始", back(closes, pace.declaring), f"申报人填报预留 {pace.declaring} 个工作日", "opens_on"))
    return legs


def room(session: Session, legs: list[Leg], today: date) -> int:
    """Working days between today and the first date of the plan; below zero: so many are missing."""
    first = legs[-1].day
    if first >= today:
        return working_days.between(session, today, first)
    return -working_days.between(session, first, today)


def filled(legs: list[Leg]) -> dict[str, str]:
    """What the plan fills into the form of a batch, as the fields hold it."""
    values = {leg.field: leg.day.isoformat() for leg in legs if leg.field}
    for leg in legs:
        if leg.field == "paper_from" and leg.last:
            values["paper_to"] = leg.last.isoformat()
    return values
