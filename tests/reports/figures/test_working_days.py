"""Statistics count working days as the rules do."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Date, literal, select

from reports.figures.working_days import working_days as in_sql
from workflow.office import working_days

DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


def test_between_two_days_lie_as_many_as_the_rules_say(session):
    @settings(max_examples=200)
    @given(after=DAYS, days=st.integers(-20, 60))
    def holds(after, days):
        until = min(after + timedelta(days=days), date(2026, 12, 31))
        counted = session.scalar(select(in_sql(literal(after, Date), literal(until, Date))))
        assert counted == working_days.between(session, after, until)

    holds()


def test_where_a_day_is_missing_there_is_nothing_to_count(session):
    assert session.scalar(select(in_sql(literal(date(2026, 5, 1), Date), literal(None, Date)))) is None
