"""Thirty at the same moment for what is scarce: nobody is turned away while a place is free, and none is given over."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from models.accounts.sign_in import AddressDelay
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota
from models.registry import by_table
from models.review.session import Member, ReviewSession
from tests.arena import arena_on
from tests.workflow.declarations.test_quota import Desk, case
from workflow.accounts import budget
from workflow.base import journal
from workflow.base import roles as r
from workflow.base.errors import NotNow, Refused, TooBusy
from workflow.declarations import quota as quotas
from workflow.review.session import SESSION

NOON = datetime(2026, 5, 20, 12, 0)
MANY = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def arena(request, tmp_path):
    with arena_on(request.param, tmp_path) as arena:
        yield arena
        with arena.stage() as (session, _):
            assert (
                list(journal.verify(session, by_table())) == []
            )  # thirty writers, and every row is sealed as it stands


def turned_away(answers):
    """Who was sent home for no reason of the office."""
    return [a for a in answers if isinstance(a, Exception) and (isinstance(a, TooBusy) or not isinstance(a, Refused))]


@pytest.mark.parametrize("places", [1, 29, 30, 40])
def test_thirty_recommendations_of_thirty_officers_for_the_places_of_a_unit(arena, places):
    with arena.stage() as (_, make):
        desk = Desk(make)
        quota = desk.approved(places=places, limit=places).id
        officers = [make.account(r.UNIT_OFFICER, organisation_id=desk.unit.id) for _ in range(MANY)]
        make.session.flush()
        pairs = [(officer.id, case(desk, 1).id) for officer in officers]
    verbs = [(who, lambda uow, i=i: quotas.reserve(uow, uow.session.get_one(Declaration, i)).id) for who, i in pairs]
    answers = arena.race(verbs, now=NOON)
    assert turned_away(answers) == []
    assert answers.count(quota) == min(places, MANY)
    refused = [a for a in answers if isinstance(a, Refused)]
    assert all(f"可推荐 {places} 人，已推荐 {places} 人" in a.sentence for a in refused)
    with arena.stage() as (session, _):
        assert session.get_one(Quota, quota).reserved == min(places, MANY)
        held = select(func.count()).select_from(Declaration).where(Declaration.quota_id == quota)
        assert session.scalar(held) == min(places, MANY)


def test_thirty_judges_take_their_seats_in_the_same_second(arena):
    with arena.stage() as (_, make):
        sitting = make.sitting("check_in", members=MANY, people=2, signed=False)
        review = sitting.review.id
        make.session.flush()
        judges = [judge.id for judge in sitting.judges]

    def sit(uow):
        answers = {"secrecy": True, "statement": True, "recusals": [], "recusal_reason": ""}
        return SESSION.perform(uow, uow.session.get_one(ReviewSession, review), "sign_in", **answers).expert_id

    answers = arena.race([(judge, sit) for judge in judges], now=NOON)
    assert [a for a in answers if isinstance(a, Exception)] == []
    assert len(set(answers)) == MANY
    with arena.stage() as (session, _):
        seats = session.scalars(select(Member).where(Member.session_id == review)).all()
        assert len(seats) == MANY and all(seat.signed_in_at for seat in seats)


@pytest.mark.parametrize("spent", [0, 10, budget.VERIFICATIONS])
def test_thirty_questions_about_one_certificate_are_answered_as_far_as_the_days_budget_goes(arena, spent):
    with arena.stage() as (_, make):
        actor = make.account(r.SYSTEM)
        make.session.flush()
        who = actor.id
    ask = lambda uow: budget.spend(uow, "证书 1", budget.VERIFICATIONS)  # noqa: E731
    assert arena.race([(who, ask)] * spent, now=NOON).count(True) == spent if spent else True
    answers = arena.race([(who, ask)] * MANY, now=NOON)
    left = budget.VERIFICATIONS - spent
    assert (answers.count(True), answers.count(False)) == (left, MANY - left), [a for a in answers if a not in (0, 1)]
    with arena.stage() as (session, _):
        assert session.scalars(select(AddressDelay.failures)).all() == [budget.VERIFICATIONS]


def test_of_thirty_clicks_on_one_page_one_counts_and_the_others_are_told_so(arena):
    """Who sees a record that another has just dealt with is told that; it is no fault of the machine."""
    with arena.stage() as (_, make):
        desk = Desk(make)
        quota = desk.approved(places=5, limit=5).id
        one = case(desk, 1).id
        officers = [make.account(r.UNIT_OFFICER, organisation_id=desk.unit.id) for _ in range(MANY)]
        make.session.flush()
        who = [officer.id for officer in officers]
    reserve = lambda uow: quotas.reserve(uow, uow.session.get_one(Declaration, one)).id  # noqa: E731
    answers = arena.race([(officer, reserve) for officer in who], now=NOON)
    assert all(a == quota or isinstance(a, NotNow) for a in answers) and turned_away(answers) == []
    with arena.stage() as (session, _):
        assert session.get_one(Quota, quota).reserved == 1
