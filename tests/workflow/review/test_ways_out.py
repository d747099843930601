"""A plan, a draw, a session or a vote that cannot go on has a way out, and its candidates never hang in it (§5.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.declarations.declaration import DeclarationState as D
from models.office.notice import Notice
from models.review.ballot import Envelope, PollKey, PollState, Roll
from models.review.draw import DrawState
from models.review.plan import Plan, PlanState
from models.review.session import SessionState
from tests.ballots import counted, opened, with_poll
from tests.workflow.review.test_draw import EVE, OPENING, drawn, hrss, inspector, plan  # noqa: F401  (fixtures)
from workflow.base import policy
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_SPECIAL, SUPERVISOR
from workflow.review import ballot, sealing
from workflow.review import draw as draws
from workflow.review import plan as plans
from workflow.review.ballot import POLL
from workflow.review.draw import DRAW
from workflow.review.plan import PLAN
from workflow.review.session import SESSION


@pytest.fixture
def office(make, plan):  # noqa: F811
    return make.account(COMMITTEE_OFFICE, committee_id=plan.committee_id)


def states(plan):  # noqa: F811
    return {(d.state, d.plan_id) for d in plan.candidates}


def test_a_filed_plan_is_withdrawn_and_filed_again(plan, office, as_):  # noqa: F811
    plan.state = PlanState.FILED
    PLAN.perform(as_(office), plan, "withdraw")
    assert plan.state == PlanState.DRAFT
    plans.amend(as_(office), plan, name="改名后的方案")


def test_another_day_means_another_filing(plan, office, as_, session):  # noqa: F811
    """The plan is changed with the candidates it has; they enter again with its approval."""
    PLAN.perform(as_(office), plan, "revise", reason="开评日期推迟")
    assert plan.state == PlanState.RETURNED and states(plan) == {(D.QUALIFIED, plan.id)}
    people = [d.id for d in plan.candidates]
    plans.amend(as_(office), plan, opens_on=plan.opens_on + timedelta(days=30))
    assert plans.choose(as_(office), plan, people[:2]) == 2
    plan.state = PlanState.FILED
    PLAN.perform(as_(session_auditor(session)), plan, "approve", opinion="同意备案")
    assert plan.approved_on == as_(office).today
    session.expire(plan, ["candidates"])
    assert states(plan) == {(D.PLANNED, plan.id)} and len(plan.candidates) == 2


def session_auditor(session):
    from tests.factories import Make

    return Make(session).account(HRSS_AUDIT)


def test_its_auditor_takes_back_what_he_approved(plan, hrss, make, as_):  # noqa: F811
    with pytest.raises(Refused, match="不同的人"):
        PLAN.perform(as_(make.account(HRSS_SPECIAL)), plan, "recall", opinion="专家需求有误")
    PLAN.perform(as_(hrss), plan, "recall", opinion="专家需求有误")
    assert plan.state == PlanState.RETURNED and states(plan) == {(D.QUALIFIED, plan.id)}


@pytest.mark.parametrize("state", [PlanState.DRAFT, PlanState.RETURNED, PlanState.APPROVED])
def test_a_plan_given_up_frees_its_candidates(plan, office, as_, state, session):  # noqa: F811
    people = plan.candidates
    plan.state = state
    for declaration in people:
        declaration.state = D.PLANNED if state == PlanState.APPROVED else D.QUALIFIED
    PLAN.perform(as_(office), plan, "cancel", reason="并入下一批")
    assert plan.state == PlanState.CANCELLED
    assert {(d.state, d.plan_id) for d in people} == {(D.QUALIFIED, None)}


def test_another_committee_changes_nothing(plan, make, as_):  # noqa: F811
    stranger = make.account(COMMITTEE_OFFICE, committee_id=make.committee().id)
    for verb in ("revise", "cancel"):
        with pytest.raises(Refused, match="本评委会"):
            PLAN.perform(as_(stranger), plan, verb, reason="改期")


def test_a_plan_in_a_draw_is_not_changed_until_both_sides_end_the_draw(plan, office, hrss, inspector, as_):  # noqa: F811
    draw = drawn(as_, plan, hrss, inspector)
    with pytest.raises(NotNow):
        PLAN.perform(as_(office), plan, "revise", reason="改期")
    DRAW.perform(as_(hrss, EVE), draw, "ask_abort", reason="评委库不足")
    DRAW.perform(as_(inspector, EVE), draw, "abort")
    assert plan.state == PlanState.APPROVED
    PLAN.perform(as_(office), plan, "revise", reason="改期")
    assert states(plan) == {(D.QUALIFIED, plan.id)}


def test_a_frozen_pool_holds_the_plan(plan, office, hrss, inspector, as_):  # noqa: F811
    draw = draws.freeze(as_(hrss, EVE), plan)
    with pytest.raises(Refused, match="提请中止"):
        PLAN.perform(as_(office), plan, "cancel", reason="改期")
    late = EVE + timedelta(days=40)  # long after the day of the draw
    DRAW.perform(as_(hrss, late), draw, "ask_abort", reason="错过抽取日")
    DRAW.perform(as_(inspector, late), draw, "abort")
    PLAN.perform(as_(office, late), plan, "cancel", reason="错过抽取日")
    assert draw.state == DrawState.ABORTED and plan.state == PlanState.CANCELLED


def test_a_missed_day_names_the_way(plan, hrss, as_):  # noqa: F811
    with pytest.raises(Refused, match="调整方案"):
        draws.freeze(as_(hrss, OPENING + timedelta(days=3)), plan)
    with pytest.raises(Refused, match="当天会同"):
        draws.freeze(as_(hrss, EVE - timedelta(days=3)), plan)


def test_a_pool_that_is_too_small_names_the_way(plan, hrss, as_, session):  # noqa: F811
    plan.members, plan.needs[0].need = 15, 13
    session.flush()
    with pytest.raises(Refused, match="调整方案"):
        draws.freeze(as_(hrss, EVE), plan)


# -- The session ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["preparing", "check_in", "training", "material_scoring", "voting"])
def test_a_session_ends_by_two_signatures_and_frees_its_candidates(make, as_, state, session):
    case = make.sitting(state)
    case.plan.state = PlanState.DRAWN if state == "preparing" else PlanState.OPENED
    inspector = make.account(SUPERVISOR)  # noqa: F811
    with pytest.raises(Refused, match="提请中止会议"):
        SESSION.perform(as_(inspector), case.review, "call_off")
    SESSION.perform(as_(case.office), case.review, "ask_call_off", reason="出席不足三分之二")
    with pytest.raises(NotYou):
        SESSION.perform(as_(case.office), case.review, "call_off")
    SESSION.perform(as_(inspector), case.review, "call_off")
    assert (case.review.state, case.plan.state) == (SessionState.CANCELLED, PlanState.CANCELLED)
    assert {(d.state, d.plan_id) for d in case.people} == {(D.QUALIFIED, None)}


def test_the_office_may_think_again(make, as_):
    case = make.sitting("check_in")
    SESSION.perform(as_(case.office), case.review, "ask_call_off", reason="出席不足三分之二")
    SESSION.perform(as_(case.office), case.review, "drop_call_off")
    with pytest.raises(Refused, match="提请中止会议"):
        SESSION.perform(as_(make.account(SUPERVISOR)), case.review, "call_off")


def test_whoever_was_called_to_an_interview_is_told(make, as_, session):
    from workflow.review import interview

    case = make.sitting("training")
    case.plan.state = PlanState.OPENED
    interview.schedule(as_(case.office), case.review, starts_at=datetime(2026, 5, 22, 9), minutes=15)
    interview.notify(as_(case.office), case.review)
    SESSION.perform(as_(case.office), case.review, "ask_call_off", reason="专家不能到会")
    SESSION.perform(as_(make.account(SUPERVISOR)), case.review, "call_off")
    told = session.query(Notice).filter_by(title="面试取消").count()
    assert told == len(case.people)


# -- The vote ---------------------------------------------------------------------------------------


@pytest.fixture
def vote(make, as_, monkeypatch):
    monkeypatch.setattr(sealing, "COST", 4)
    return opened(as_, with_poll(make, make.sitting("voting", members=5, people=2)))


def cast(as_, case, judge):
    uow = as_(judge)
    return POLL.perform(uow, case.poll, "cast", choices={d.id: "yes" for d in ballot.slip(uow, case.poll)})


def test_a_vote_that_cannot_be_counted_is_void_and_held_anew(vote, as_, session):
    receipt = cast(as_, vote, vote.judges[0])
    with pytest.raises(Refused, match="提请作废重投"):
        POLL.perform(as_(vote.inspector), vote.poll, "void")
    POLL.perform(as_(vote.office), vote.poll, "ask_void", reason="口令遗失")
    POLL.perform(as_(vote.inspector), vote.poll, "void")
    assert vote.poll.state == PollState.READY and not session.query(PollKey).count()
    assert not session.query(Envelope).count() and not session.query(Roll).count()
    opened(as_, vote)
    for judge in vote.judges:
        assert cast(as_, vote, judge) != receipt
    counted(as_, vote)
    assert vote.poll.state == PollState.CLOSED and vote.poll.round == 2


def test_a_counted_vote_is_never_void_and_its_session_never_called_off(vote, as_):
    for judge in vote.judges:
        cast(as_, vote, judge)
    counted(as_, vote)
    with pytest.raises(NotNow):
        POLL.perform(as_(vote.office), vote.poll, "ask_void", reason="结果不理想")
    with pytest.raises(Refused, match="已经计票"):
        SESSION.perform(as_(vote.office), vote.review, "ask_call_off", reason="结果不理想")


def test_an_open_vote_ends_unread_with_its_session(vote, as_, session):
    cast(as_, vote, vote.judges[0])
    SESSION.perform(as_(vote.office), vote.review, "ask_call_off", reason="停电")
    SESSION.perform(as_(vote.inspector), vote.review, "call_off")
    assert vote.poll.state == PollState.VOID and not session.query(Envelope).count()


@pytest.mark.parametrize("filed", [False, True])
def test_a_plan_given_up_before_it_was_filed_is_its_committees_own(plan, office, as_, session, make, filed):  # noqa: F811
    """What was filed once and then withdrawn and cancelled stays known to whoever received it."""
    province = [make.account(role) for role in (HRSS_AUDIT, HRSS_SPECIAL, SUPERVISOR)]
    plan.state, plan.filed_on = PlanState.DRAFT, OPENING.date() if filed else None
    PLAN.perform(as_(office), plan, "cancel", reason="另行组织")
    session.flush()
    assert plan.state == PlanState.CANCELLED
    for account in province:
        assert (policy.find(session, account, Plan, plan.id) is not None) is filed
    assert policy.find(session, office, Plan, plan.id) is not None
