"""工作日历 is kept by hand, and the terms follow it at once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.office.setting import CalendarDay, CalendarYear, DayKind
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.office import work_calendar, working_days

WEDNESDAY, SATURDAY = date(2026, 8, 12), date(2026, 8, 15)


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def test_a_holiday_lengthens_a_term_and_its_removal_restores_it(session, clerk):
    before = working_days.add(session, date(2026, 8, 11), 1)
    day = work_calendar.set_day(clerk, day=WEDNESDAY, kind=DayKind.HOLIDAY, name="抗旱放假")
    assert before == WEDNESDAY and working_days.add(session, date(2026, 8, 11), 1) == date(2026, 8, 13)
    work_calendar.remove_day(clerk, day)
    assert working_days.add(session, date(2026, 8, 11), 1) == WEDNESDAY
    assert [verb for verb, *_ in clerk.entries] == ["set_calendar_day", "remove_calendar_day"]


def test_a_saturday_worked_counts(session, clerk):
    work_calendar.set_day(clerk, day=SATURDAY, kind=DayKind.MAKEUP, name="调休")
    assert working_days.is_workday(session, SATURDAY)


@pytest.mark.parametrize(
    ("day", "kind", "name", "field"),
    [
        (WEDNESDAY, DayKind.MAKEUP, "调休", "kind"),
        (WEDNESDAY, "party", "节", "kind"),
        (WEDNESDAY, DayKind.HOLIDAY, " ", "name"),
        (date(2051, 1, 2), DayKind.HOLIDAY, "元旦", "day"),
        (date(2026, 1, 1), DayKind.HOLIDAY, "元旦", "day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(clerk, day, kind, name, field):
    with pytest.raises(Refused) as refused:
        work_calendar.set_day(clerk, day=day, kind=kind, name=name)
    assert set(refused.value.fields) == {field}


def test_a_day_is_changed_in_place(session, clerk):
    record = session.scalar(select(CalendarDay).where(CalendarDay.day == date(2026, 1, 1)))
    work_calendar.set_day(clerk, day=date(2026, 1, 1), kind=DayKind.HOLIDAY, name="元旦节", record=record)
    assert record.name == "元旦节"


def test_a_year_is_announced_with_its_notice(session, clerk):
    year = session.scalar(select(CalendarYear).where(CalendarYear.year == 2027))
    with pytest.raises(Refused, match="放假安排通知"):
        work_calendar.set_year(clerk, year=2027, announced=True, source=" ", record=year)
    work_calendar.set_year(clerk, year=2027, announced=True, source="国办发明电〔2026〕7号", record=year)
    assert not working_days.provisional(session, date(2027, 3, 1))
    with pytest.raises(Refused, match="已建立"):
        work_calendar.set_year(clerk, year=2027, announced=False, source="")
    with pytest.raises(Refused, match="不能更改"):
        work_calendar.set_year(clerk, year=2033, announced=False, source="", record=year)
    assert work_calendar.set_year(clerk, year=2031, announced=False, source="暂定").year == 2031


def test_others_do_not_keep_the_calendar(make, as_):
    with pytest.raises(NotYou):
        work_calendar.set_day(as_(make.account(roles.HRSS_AUDIT)), day=WEDNESDAY, kind=DayKind.HOLIDAY, name="放假")
