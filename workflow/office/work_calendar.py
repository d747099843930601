"""工作日历: the days on which offices work although it is a weekend, or do not although it is a weekday.

Kept by the 省厅配置岗 after the yearly notice of the State Council. Terms (公示, 报备, 备案, 补正) are counted by it,
so every change is journalled; terms already stored with their last day do not move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.calendar_notice import CalendarNotice, NoticeKind
from models.office.setting import CalendarDay, CalendarYear, DayKind
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.office.holiday_notice import Off

KEEP = verb("calendar.keep", "维护工作日历", "工作日历", roles.HRSS_CONFIG)

SATURDAY = 5
_FIRST, _LAST = 2000, 2099


def _keeper(uow: UnitOfWork) -> None:
    uow.lead(KEEP, "只有省厅配置岗可以维护工作日历。")


def set_day(uow: UnitOfWork, *, day: date, kind: str, name: str, record: CalendarDay | None = None) -> CalendarDay:
    """Enter a 放假 or 调休上班 day, or change `record`.

    Refused, each at its field: an unknown kind, a 调休上班 on a weekday (it is one already), a year that is not in the
    calendar, a day that is already entered.
    """
    _keeper(uow)
    wrong: dict[str, str] = {}
    if kind not in set(DayKind):
        wrong["kind"] = "请选择放假或调休上班。"
    elif kind == DayKind.MAKEUP and day.weekday() < SATURDAY:
        wrong["kind"] = f"{day}是星期{'一二三四五'[day.weekday()]}，本就是工作日，不能登记为调休上班；请核对日期。"
    if uow.session.scalar(select(CalendarYear.id).where(CalendarYear.year == day.year)) is None:
        wrong["day"] = f"{day.year}年尚未建立，请先在“工作日历年度”中新增该年度。"
    other = uow.session.scalar(select(CalendarDay).where(CalendarDay.day == day))
    if other is not None and other is not record:
        wrong["day"] = f"{day}已登记为{DayKind(other.kind).label}（{other.name}），请修改原有记录。"
    if not name.strip():
        wrong["name"] = "请填写节日名称，如“国庆节”。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    before = _told(record) if record else []
    if record is None:
        record = CalendarDay()
        uow.session.add(record)
    record.day, record.kind, record.name = day, kind, name.strip()
    uow.session.flush()
    was = f"（原为 {' '.join(before)}）" if before and before != _told(record) else ""
    told = " ".join(_told(record)) + was
    _enter(uow, NoticeKind.DAY_SET, told, year=day.year, day=day)
    uow.record(
        "set_calendar_day",
        record,
        label=NoticeKind.DAY_SET.label,
        day=day,
        kind=kind,
        name=record.name,
        was=before,
        opinion=told,
    )
    return record


def _enter(
    uow: UnitOfWork, kind: NoticeKind, told: str, *, year: int, day: date | None = None, source: str = ""
) -> None:
    """Write into the record of the year who entered what, by which notice."""
    uow.session.add(
        CalendarNotice(
            year=year,
            day=day,
            kind=kind,
            source=source,
            told=told,
            at=uow.now.replace(microsecond=0),
            account_id=uow.actor.id,
            by=uow.actor.full_name,
        )
    )


def remove_day(uow: UnitOfWork, record: CalendarDay) -> None:
    """Take a day out: it is again what its weekday says."""
    _keeper(uow)
    told = " ".join(_told(record))
    _enter(uow, NoticeKind.DAY_REMOVED, told, year=record.day.year, day=record.day)
    uow.record(
        "remove_calendar_day",
        record,
        label=NoticeKind.DAY_REMOVED.label,
        day=record.day,
        kind=record.kind,
        opinion=told,
    )
    uow.session.delete(record)
    uow.session.flush()


def set_year(
    uow: UnitOfWork, *, year: int, announced: bool, source: str, record: CalendarYear | None = None
) -> CalendarYear:
    """Enter a year, or change whether it is announced; an announced one names the notice it follows.

    Refused: a year twice, or out of reach; 已公布 without the notice.
    """
    _keeper(uow)
    wrong: dict[str, str] = {}
    if not _FIRST <= year <= _LAST:
        wrong["year"] = f"年度应在 {_FIRST} 到 {_LAST} 之间，现为 {year}。"
    other = uow.session.scalar(select(CalendarYear).where(CalendarYear.year == year))
    if other is not None and other is not record:
        wrong["year"] = f"{year}年已建立，请修改原有记录。"
    if record is not None and record.year != year:
        wrong["year"] = "年度不能更改；请新增所需年度。"
    if announced and not source.strip():
        wrong["source"] = "已公布的年度请填写国务院办公厅放假安排通知的名称或文号。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    if record is None:
        record = CalendarYear(year=year)
        uow.session.add(record)
    record.announced, record.source = announced, source.strip()
    uow.session.flush()
    told = f"{year} 年 {'已公布' if announced else '暂定'} {record.source}"
    _enter(uow, NoticeKind.YEAR_SET, told, year=year, source=record.source)
    uow.record(
        "set_calendar_year",
        record,
        label=NoticeKind.YEAR_SET.label,
        year=year,
        announced=announced,
        source=record.source,
        opinion=told,
    )
    return record


def _told(record: CalendarDay) -> list[str]:
    return [str(record.day), DayKind(record.kind).label, record.name]


@dataclass(frozen=True)
class Change:
    """What the notice changes of one day: 新增, 更改, 不变 or 移除."""

    off: Off
    what: str
    was: str = ""


def changes(session: Session, year: int, offs: Sequence[Off]) -> list[Change]:
    """What the days of a notice change in the calendar: days of that year that it does not name are taken out."""
    inside = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)) | CalendarDay.day.in_(
        [off.day for off in offs]
    )
    held = {record.day: record for record in session.scalars(select(CalendarDay).where(inside))}
    found = []
    for off in offs:
        record = held.pop(off.day, None)
        was = "" if record is None else " ".join(_told(record)[1:])
        same = record is not None and (record.kind, record.name) == (off.kind, off.name)
        found.append(Change(off, "新增" if record is None else "不变" if same else "更改", "" if same else was))
    gone = [Change(Off(r.day, DayKind(r.kind), r.name), "移除") for r in held.values() if r.day.year == year]
    return sorted(found + gone, key=lambda change: change.off)


def announce(uow: UnitOfWork, record: CalendarYear, *, source: str, offs: Sequence[Off]) -> list[Change]:
    """登记全年放假安排: the days of the notice at once, in place of what was entered for that year (国务院办公厅通知).

    Terms already stored with their last day do not move. Refused: no name of the notice, no day, a year that is not
    set.
    """
    _keeper(uow)
    if not source.strip():
        raise Refused("请填写国务院办公厅放假安排通知的名称或文号。", field="source")
    if not offs:
        raise Refused("通知中没有放假或上班的日期，请粘贴通知原文。", field="text")
    known = set(uow.session.scalars(select(CalendarYear.year)))
    if strange := {off.day.year for off in offs} - known:
        raise Refused(f"{min(strange)}年尚未建立，请先在“工作日历年度”中新增该年度。", field="text")
    found = changes(uow.session, record.year, offs)
    held = {
        row.day: row
        for row in uow.session.scalars(select(CalendarDay).where(CalendarDay.day.in_([c.off.day for c in found])))
    }
    for change in found:
        if change.what == "移除":
            uow.session.delete(held[change.off.day])
        elif change.what == "更改":
            held[change.off.day].kind, held[change.off.day].name = change.off.kind, change.off.name
        elif change.what == "新增":
            uow.session.add(CalendarDay(day=change.off.day, kind=change.off.kind, name=change.off.name))
    record.announced, record.source = True, source.strip()
    uow.session.flush()
    count = {what: sum(c.what == what for c in found) for what in ("新增", "更改", "移除", "不变")}
    counts = "、".join(f"{what} {n} 天" for what, n in count.items() if n)
    told = f"{record.year} 年 {record.source}：{counts}"
    _enter(uow, NoticeKind.YEAR_ANNOUNCED, told, year=record.year, source=record.source)
    uow.record(
        "announce_year",
        record,
        label=NoticeKind.YEAR_ANNOUNCED.label,
        year=record.year,
        source=record.source,
        days=[[off.day, off.kind, off.name] for off in offs],
        opinion=told,
    )
    return found


def history(session: Session, year: int) -> list[CalendarNotice]:
    """Who entered what for that year when, the newest first."""
    rows = select(CalendarNotice).where(CalendarNotice.year == year)
    return list(session.scalars(rows.order_by(CalendarNotice.id.desc()).limit(100)))
