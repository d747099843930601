"""工作日历: the days on which offices work although it is a weekend, or do not although it is a weekday.

Kept by the 省厅配置岗 after the yearly notice of the State Council. Terms (公示, 报备, 备案, 补正) are counted by it,
so every change is journalled; terms already stored with their last day do not move.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models.setting import CalendarDay, CalendarYear, DayKind
from workflow import roles
from workflow.errors import NotYou, Refused
from workflow.unit_of_work import UnitOfWork

SATURDAY = 5
_FIRST, _LAST = 2000, 2099


def _keeper(uow: UnitOfWork) -> None:
    if not uow.actor.plays(roles.HRSS_CONFIG):
        raise NotYou("只有省厅配置岗可以维护工作日历。")


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
    before = [str(record.day), record.kind] if record else []
    if record is None:
        record = CalendarDay()
        uow.session.add(record)
    record.day, record.kind, record.name = day, kind, name.strip()
    uow.session.flush()
    uow.record("set_calendar_day", record, label="登记工作日历", day=day, kind=kind, name=record.name, was=before)
    return record


def remove_day(uow: UnitOfWork, record: CalendarDay) -> None:
    """Take a day out: it is again what its weekday says."""
    _keeper(uow)
    uow.record("remove_calendar_day", f"calendar_day:{record.id}", label="删除工作日历", day=record.day, kind=record.kind)
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
    uow.record("set_calendar_year", record, label="登记工作日历年度", year=year, announced=announced, source=record.source)
    return record
