"""Working days: the vectors of the notices of 2022 and 2023, and what holds for every calendar."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select

from models.office.setting import CalendarDay, CalendarYear, DayKind
from workflow.base.errors import Refused
from workflow.office.working_days import add, between, is_workday, provisional, publicity_term, subtract

DAYS = st.dates(date(2020, 3, 1), date(2026, 9, 30))
SMALL = st.integers(0, 40)
quick = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    ("year", "last_two"),
    [
        (2023, [(9, 27), (9, 28)]),
        (2022, [(9, 29), (9, 30)]),
        (2024, [(9, 29), (9, 30)]),  # 2024-09-29 is a Sunday worked as 调休
    ],
)
def test_the_last_two_working_days_of_the_third_quarter(session, year, last_two):
    october = date(year, 10, 1)
    assert [subtract(session, october, 2), subtract(session, october, 1)] == [date(year, *md) for md in last_two]


@pytest.mark.parametrize(
    ("vote", "n", "expected"),
    [
        (date(2023, 12, 24), 3, date(2023, 12, 27)),
        (date(2023, 12, 24), 5, date(2023, 12, 29)),
        (date(2023, 12, 25), 5, date(2024, 1, 2)),  # crosses the year: why 12-24 is the latest day
        (date(2022, 12, 25), 5, date(2022, 12, 30)),
        (date(2022, 12, 26), 5, date(2023, 1, 3)),
        (date(2023, 12, 22), 5, date(2023, 12, 29)),
    ],
)
def test_filing_is_the_vote_day_plus_working_days(session, vote, n, expected):
    assert add(session, vote, n) == expected


@pytest.mark.parametrize(
    ("opens", "n", "due"),
    [
        (date(2023, 10, 16), 5, date(2023, 10, 9)),
        (date(2023, 10, 16), 10, date(2023, 9, 26)),
        (date(2023, 10, 9), 5, date(2023, 9, 26)),
        (date(2023, 10, 9), 10, date(2023, 9, 19)),
    ],
)
def test_a_plan_is_due_working_days_before_the_opening(session, opens, n, due):
    assert subtract(session, opens, n) == due


def test_publicity_is_counted_from_the_working_day_after_posting(session):
    assert publicity_term(session, date(2023, 9, 25), 5) == (date(2023, 9, 26), date(2023, 10, 8))
    assert add(session, date(2023, 9, 25), 4) == date(2023, 10, 7)  # if the day of posting counted


def test_publicity_posted_on_a_holiday_begins_with_the_first_working_day(session):
    assert publicity_term(session, date(2023, 10, 1), 5) == (date(2023, 10, 7), date(2023, 10, 11))


def test_makeup_days_are_worked_and_holidays_are_not(session):
    assert is_workday(session, date(2023, 10, 7)) and is_workday(session, date(2023, 10, 8))
    assert not is_workday(session, date(2023, 9, 29)) and not is_workday(session, date(2023, 9, 30))


def test_the_days_agree_with_the_published_library_for_every_announced_year(session):
    import chinese_calendar

    day, last = date(2020, 1, 1), date(2026, 12, 31)
    while day <= last:
        assert is_workday(session, day) == chinese_calendar.is_workday(day), day
        day = date.fromordinal(day.toordinal() + 1)


def test_a_year_that_is_not_set_is_refused_with_a_sentence(session):
    with pytest.raises(Refused, match="2031年的工作日历尚未设置"):
        is_workday(session, date(2031, 6, 2))
    with pytest.raises(Refused, match="2029年的工作日历尚未设置"):
        add(session, date(2028, 12, 29), 5)


def test_a_provisional_year_counts_weekdays_and_says_so(session):
    assert provisional(session, date(2027, 6, 1)) and not provisional(session, date(2026, 6, 1))
    assert not is_workday(session, date(2027, 10, 1)) and is_workday(session, date(2027, 10, 8))


def test_a_new_holiday_counts_at_once(session):
    assert is_workday(session, date(2026, 6, 1))
    session.add(CalendarDay(day=date(2026, 6, 1), kind=DayKind.HOLIDAY, name="临时放假"))
    session.flush()
    assert not is_workday(session, date(2026, 6, 1))
    session.rollback()
    assert is_workday(session, date(2026, 6, 1))


def test_an_altered_and_a_removed_day_count_at_once(session):
    day = session.scalars(select(CalendarDay).filter_by(day=date(2026, 5, 9))).one()
    assert is_workday(session, day.day)
    day.kind = DayKind.HOLIDAY
    session.flush()
    assert not is_workday(session, date(2026, 5, 9))
    session.execute(delete(CalendarYear).filter_by(year=2026))
    with pytest.raises(Refused):
        is_workday(session, date(2026, 5, 9))


def test_the_calendar_is_read_once_in_a_transaction(session):
    seen = []
    event.listen(session.connection(), "after_cursor_execute", lambda *args: seen.append(args[2]))
    for _ in range(50):
        add(session, date(2026, 1, 1), 30)
    assert len(seen) == 2


def test_a_moment_counts_as_its_day(session):
    assert not is_workday(session, datetime(2026, 10, 1, 9, 30))
    assert add(session, datetime(2023, 12, 24, 16, 0), 5) == date(2023, 12, 29)


def test_nothing_is_counted_backwards_by_mistake(session):
    with pytest.raises(ValueError):
        add(session, date(2026, 1, 5), -1)
    assert between(session, date(2026, 3, 9), date(2026, 3, 2)) == 0


@quick
@given(day=DAYS, n=SMALL)
def test_adding_and_subtracting_meet_again(session, day, n):
    later = add(session, day, n)
    assert between(session, day, later) == n
    if n:
        assert is_workday(session, later)
    if is_workday(session, day):
        assert subtract(session, later, n) == day


@quick
@given(day=DAYS, n=SMALL)
def test_subtracting_goes_back_over_as_many(session, day, n):
    earlier = subtract(session, day, n)
    assert earlier <= day
    assert between(session, earlier, day) == n - (n > 0) + (n > 0 and is_workday(session, day))


@quick
@given(day=DAYS, other=DAYS, n=SMALL, m=SMALL)
def test_later_days_and_longer_terms_never_end_earlier(session, day, other, n, m):
    first, second = sorted((day, other))
    assert add(session, first, n) <= add(session, second, n)
    assert add(session, day, min(n, m)) <= add(session, day, max(n, m))
    assert add(session, add(session, day, n), m) == add(session, day, n + m)


@quick
@given(day=DAYS, n=st.integers(1, 30))
def test_a_publicity_lasts_exactly_its_working_days(session, day, n):
    first, last = publicity_term(session, day, n)
    assert day < first <= last
    assert between(session, day, last) == n
