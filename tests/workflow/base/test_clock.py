"""One clock for all nodes: the database's; the demo moves it, and no node's own clock counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.office.setting import DemoClock
from tests.arena import arena_on
from workflow.base import clock, roles
from workflow.base.unit_of_work import attempt


@pytest.fixture
def apart(tmp_path):
    """A session on a PostgreSQL whose clock goes sixteen minutes ahead of this machine's."""
    with arena_on("postgresql", tmp_path) as arena:
        with arena.engine.begin() as connection:
            connection.execute(
                text(
                    "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                    "$$ SELECT pg_catalog.clock_timestamp() + interval '16 minutes' $$"
                )
            )
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE {name} SET search_path = public, pg_catalog"))
        arena.engine.dispose()
        with Session(arena.engine) as session:
            yield session, arena


def test_the_clock_of_the_database_counts_and_not_that_of_the_node(apart):
    session, arena = apart
    assert abs(clock.skew(session) + 16 * 60) < 5
    with arena.stage() as (inner, make):
        actor = make.account(roles.HRSS_AUDIT)
        inner.commit()
        now = attempt(actor, lambda uow: uow.now, session=inner)
    assert abs(now - clock.machine_now() - timedelta(minutes=16)) < timedelta(seconds=5)


def test_the_demo_clock_moves_what_the_database_says(apart, monkeypatch):
    session, _arena = apart
    monkeypatch.setattr(clock, "_demo", True)
    session.add(DemoClock(offset_seconds=86_400))
    session.commit()
    ahead = clock.province_now(session) - clock.machine_now()
    assert abs(ahead - timedelta(days=1, minutes=16)) < timedelta(seconds=5)


def test_beside_sqlite_the_machine_is_the_only_node(tmp_path):
    with arena_on("sqlite", tmp_path) as arena, Session(arena.engine) as session:
        assert abs(clock.skew(session)) < 5
