"""回避 is judged anew whenever a unit, a person or a relation changes during a session, whatever verb changed it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

import workflow.lifecycles  # noqa: F401  (whose verbs ask before they are sealed)
from models.committees.expert import Relation
from models.review.session import Recusal, SessionState
from tests.ballots import counted, opened, with_poll
from tests.conftest import NOON
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import HRSS_AUDIT, HRSS_CONFIG
from workflow.base.unit_of_work import unit_of_work
from workflow.committees import expert as pool
from workflow.register.succession import merge
from workflow.review import ballot, scoring, sealing
from workflow.review import session as sessions
from workflow.review.ballot import POLL


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    monkeypatch.setattr(sealing, "COST", 4)


@pytest.fixture
def act(session):
    """`act(officer, verb)` does it in a real unit of work, which asks before it is sealed."""

    def really(actor, verb):
        session.flush()
        with unit_of_work(actor, now=NOON, session=session) as uow:
            return verb(uow)

    return really


def aside(session, case):
    rows = session.execute(
        select(Recusal.expert_id, Recusal.declaration_id, Recusal.reason).where(Recusal.session_id == case.review.id)
    )
    return {(expert, declaration): reason for expert, declaration, reason in rows}


def merged(case, session):
    """The judge's unit goes into the candidate's."""
    return lambda uow: merge(
        uow, case.experts[0].unit, into=case.people[0].unit, document="湘编〔2026〕1号", effective_on=date(2026, 5, 1)
    )


def moved(case, session):
    """The judge takes work with the candidate's unit."""
    return lambda uow: setattr(case.experts[0], "unit", case.people[0].unit)


def related(case, session):
    """A relation is declared."""
    return lambda uow: pool.relate(uow, case.experts[0], case.people[0].person, "夫妻")


def same_person(case, session):
    """The candidate turns out to be a judge himself."""
    return lambda uow: setattr(case.people[0], "person", case.experts[0].person)


WAYS = pytest.mark.parametrize("way", [merged, moved, related, same_person], ids=lambda way: way.__name__)


@WAYS
@pytest.mark.parametrize("state", [s for s in SessionState if s not in ("sealed", "archived", "cancelled", "voting")])
def test_whatever_makes_them_close_the_judge_stands_aside(make, act, session, way, state):
    case = make.sitting(state)
    role = HRSS_CONFIG if way is merged else HRSS_AUDIT
    act(make.account(role), way(case, session))
    pair = (case.experts[0].id, case.people[0].id)
    assert aside(session, case)[pair].startswith("会议期间变动：")
    assert {judged for _, judged in aside(session, case)} == {pair[1]}


def test_what_he_has_scored_is_set_aside(make, act, as_, session):
    case = make.sitting("material_scoring", members=5, people=2)
    items = {i.id: 0 if i.kind == "veto" else i.maximum * 100 for i in case.plan.items if i.phase == "material"}
    for n, judge in enumerate(case.judges[:2]):
        points = {i: p // (n + 1) for i, p in items.items()}
        scoring.score(as_(judge), case.people[0], phase="material", points=points)
    both = scoring.standings(session, case.review)[case.people[0].id]
    act(make.account(HRSS_AUDIT), related(case, session))
    alone = scoring.standings(session, case.review)[case.people[0].id]
    assert (both.experts, alone.experts) == (2, 1) and alone.points < both.points


@WAYS
def test_before_he_has_voted_the_candidate_leaves_his_slip(make, act, as_, session, way):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=3)))
    act(make.account(HRSS_CONFIG if way is merged else HRSS_AUDIT), way(case, session))
    assert case.people[0] not in ballot.slip(as_(case.judges[0]), case.poll)
    for judge in case.judges:
        uow = as_(judge)
        POLL.perform(uow, case.poll, "cast", choices={d.id: "yes" for d in ballot.slip(uow, case.poll)})
    counted(as_, case)


@WAYS
def test_after_he_has_voted_the_change_waits_for_the_count_and_names_the_session(make, act, as_, session, way):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=3)))
    for judge in case.judges:
        uow = as_(judge)
        POLL.perform(uow, case.poll, "cast", choices={d.id: "yes" for d in ballot.slip(uow, case.poll)})
    session.commit()
    name, officer = case.review.name, make.account(HRSS_CONFIG if way is merged else HRSS_AUDIT)
    session.commit()
    with pytest.raises(Refused, match=name):
        act(officer, way(case, session))
    assert aside(session, case) == {}
    counted(as_, case)


def ended(case):
    return lambda uow: pool.end_relation(uow, case.experts[0], case.people[0].person, "误登，本人书面说明")


@pytest.mark.parametrize("state", [s for s in SessionState if s != "cancelled"])
def test_a_relation_that_ends_is_judged_anew_until_the_experts_read(make, act, session, state):
    """Past sessions and those in which a judge was set aside stay as they were; the draw of another asks it no more."""
    case = make.sitting("preparing")
    province = make.account(HRSS_AUDIT)
    act(province, related(case, session))
    pair = (case.experts[0].id, case.people[0].id)
    before = aside(session, case)
    assert pair in before
    case.review.state = state
    act(province, ended(case))
    relation = session.scalars(select(Relation)).one()
    assert relation.ended_reason == "误登，本人书面说明" and relation.ended_at == NOON
    lifted = state in ("preparing", "check_in", "training")
    assert aside(session, case) == ({} if lifted else before)


def test_what_the_expert_declared_himself_and_what_still_holds_stays(make, act, as_, session):
    case = make.sitting("training", people=2)
    province = make.account(HRSS_AUDIT)
    act(province, related(case, session))
    sessions.recuse(as_(case.judges[0]), case.people[1], reason="夫妻")
    case.experts[0].unit = case.people[0].unit
    act(province, ended(case))
    kept = aside(session, case)
    assert {judged for _, judged in kept} == {case.people[0].id, case.people[1].id}


def test_only_the_province_ends_a_relation_and_says_why(make, act, session):
    case = make.sitting("training")
    act(make.account(HRSS_AUDIT), related(case, session))
    for actor in (case.judges[0], case.office):
        with pytest.raises(NotYou, match="省厅审核岗"):
            act(actor, ended(case))
    with pytest.raises(Refused, match="依据"):
        act(
            make.account(HRSS_AUDIT),
            lambda uow: pool.end_relation(uow, case.experts[0], case.people[0].person, " "),
        )


def test_a_change_elsewhere_touches_no_session(make, act, session):
    case = make.sitting("material_scoring")
    stranger = make.expert()
    act(make.account(HRSS_AUDIT), lambda uow: setattr(stranger, "unit", case.people[0].unit))
    act(make.account(HRSS_AUDIT), lambda uow: pool.relate(uow, case.experts[0], make.person(), "同学"))
    assert aside(session, case) == {} and session.scalar(select(Relation)) is not None


def test_a_conflict_found_while_voting_is_declared_until_the_cast(make, as_, session):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=2)))
    one, two = case.people
    sessions.recuse(as_(case.judges[0]), one, reason="项目合作")
    uow = as_(case.judges[0])
    assert ballot.slip(uow, case.poll) == [two]
    POLL.perform(uow, case.poll, "cast", choices={two.id: "yes"})
    with pytest.raises(NotNow, match="您已投票"):
        sessions.recuse(as_(case.judges[0]), two, reason="项目合作")
