"""Quiet hours and the daily digest, as properties over all moments."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.messages.choice import How
from workflow.messages import hours

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31))
HOURS = st.integers(0, 23)


@given(MOMENTS, HOURS, HOURS)
def test_nothing_ever_goes_out_in_the_quiet_hours(moment, begins, ends):
    at = hours.opened(moment, begins, ends)
    assert at >= moment and not hours.quiet(at, begins, ends)
    assert at - moment < timedelta(days=1) and (at == moment or hours.quiet(moment, begins, ends))


@given(MOMENTS, HOURS, HOURS, HOURS, st.sampled_from([How.AT_ONCE, How.DIGEST]), st.none() | st.dates())
def test_whatever_is_chosen_goes_within_two_days_and_never_before_its_moment(moment, begins, ends, hour, how, due):
    at, digest = hours.goes_at(moment, how, begins=begins, ends=ends, hour=hour, due=due)
    assert moment <= at <= moment + timedelta(days=2) and not hours.quiet(at, begins, ends)
    assert not digest or how == How.DIGEST


@given(MOMENTS, HOURS, HOURS, HOURS, st.integers(0, 3))
def test_what_falls_due_by_the_digest_does_not_wait_for_it(moment, begins, ends, hour, days):
    due = moment.date() + timedelta(days=days)
    at, digest = hours.goes_at(moment, How.DIGEST, begins=begins, ends=ends, hour=hour, due=due)
    if digest:
        assert at.date() < due
    else:
        assert at == hours.opened(moment, begins, ends)


@given(MOMENTS, HOURS, HOURS, HOURS)
def test_messages_of_one_day_come_in_one_digest(moment, begins, ends, hour):
    at, _ = hours.goes_at(moment, How.DIGEST, begins=begins, ends=ends, hour=hour)
    between = moment + (hours.digest(moment, hour) - moment) / 2
    assert hours.goes_at(between, How.DIGEST, begins=begins, ends=ends, hour=hour)[0] == at


@given(HOURS, MOMENTS)
def test_equal_hours_are_no_quiet_hours(hour, moment):
    assert hours.opened(moment, hour, hour) == moment


def test_the_default_is_from_ten_in_the_evening_to_seven():
    assert hours.opened(datetime(2026, 5, 20, 22, 0), 22, 7) == datetime(2026, 5, 21, 7, 0)
    assert hours.opened(datetime(2026, 5, 20, 3, 30), 22, 7) == datetime(2026, 5, 20, 7, 0)
    assert not hours.quiet(datetime(2026, 5, 20, 21, 59), 22, 7) and not hours.quiet(datetime(2026, 5, 20, 7, 0), 22, 7)
    assert hours.goes_at(datetime(2026, 5, 20, 12), How.DIGEST, begins=22, ends=7, hour=8, due=date(2026, 5, 21)) == (
        datetime(2026, 5, 20, 12),
        False,
    )
