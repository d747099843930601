"""演示时钟: forward only, within the calendar, and not at all in production."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.office.setting import DemoClock
from tests.conftest import NOON
from workflow.base import clock, roles
from workflow.base.errors import NotNow, Refused
from workflow.office import demo_clock


@pytest.fixture
def demo():
    before = clock.demo_clock_allowed()
    clock.allow_demo_clock(True)
    yield
    clock.allow_demo_clock(before)


def test_any_account_moves_it_forward_and_the_rules_follow(demo, make, as_, session):
    uow = as_(make.account(roles.APPLICANT), clock.machine_now())
    to = (uow.now + timedelta(days=9)).replace(hour=8, minute=30)
    demo_clock.move(uow, to)
    assert abs(clock.province_now(session) - to.replace(second=0, microsecond=0)) < timedelta(seconds=5)
    demo_clock.move(as_(uow.actor, clock.province_now(session)), to + timedelta(days=1))
    assert len(session.scalars(select(DemoClock)).all()) == 1
    assert [verb for verb, *_ in uow.entries] == ["set_demo_clock"]


@pytest.mark.parametrize(
    ("to", "word"),
    [(NOON, "只能向前拨"), (NOON - timedelta(days=1), "只能向前拨"), (NOON + timedelta(days=101), "一次最多")],
)
def test_backwards_and_too_far_is_refused(demo, make, as_, to, word):
    with pytest.raises(Refused, match=word):
        demo_clock.move(as_(make.account(roles.UNIT_OFFICER)), to)


def test_a_year_without_a_calendar_is_refused(demo, make, as_):
    now = datetime(2028, 12, 1, 9, 0)
    with pytest.raises(Refused, match="2029年的工作日历尚未设置"):
        demo_clock.move(as_(make.account(roles.UNIT_OFFICER), now), datetime(2029, 1, 2))


def test_in_production_there_is_no_demo_clock(make, as_, monkeypatch, session):
    monkeypatch.setattr(clock, "_demo", False)
    with pytest.raises(NotNow, match="只在演示环境"):
        demo_clock.move(as_(make.account(roles.HRSS_CONFIG)), NOON + timedelta(days=1))
    assert session.scalar(select(DemoClock.id)) is None
