"""The cuts after the count: two thirds, 职数, ratio; ties are decided on record, and the same facts give the same
result."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.declarations.declaration import DeclarationState as D
from models.declarations.quota import Quota, QuotaState
from models.review.ballot import PollState, Tally
from models.review.plan import PlanState
from models.review.session import Score
from tests.conftest import NOON
from workflow.base.errors import NotNow, Refused
from workflow.review import ballot, ranking, result
from workflow.review.ranking import NOT_AGREED, OVER_QUOTA, OVER_RATIO, Contender, cut
from workflow.review.session import SESSION

UNLIMITED = {"associate_senior": 99, "full_senior": 99}


def contender(number, yes, points=0, quota=None, level="associate_senior", agreed=True):
    return Contender(number, level, yes, agreed, points, quota)


# -- The cuts, pure --------------------------------------------------------------------------------


def test_below_two_thirds_nobody_passes_whatever_the_places():
    found = cut([contender(1, 5, agreed=False), contender(2, 20)], places={}, caps=UNLIMITED)
    assert found.passed == (2,) and found.failed == {1: NOT_AGREED}


def test_the_unit_keeps_its_best_by_votes_then_points():
    people = [contender(1, 20, 8000, "q"), contender(2, 21, 7000, "q"), contender(3, 20, 8100, "q"), contender(4, 17)]
    found = cut(people, places={"q": 2}, caps=UNLIMITED)
    assert found.passed == (2, 3, 4) and found.failed == {1: OVER_QUOTA}


def test_the_ratio_cuts_after_the_places_so_a_place_lost_to_the_quota_goes_to_the_next():
    people = [contender(1, 25, quota="q"), contender(2, 24, quota="q"), contender(3, 20), contender(4, 19)]
    found = cut(people, places={"q": 1}, caps={"associate_senior": 2})
    assert found.passed == (1, 3)
    assert found.failed == {2: OVER_QUOTA, 4: OVER_RATIO}


def test_each_level_has_its_own_cap():
    people = [contender(1, 20, level="full_senior"), contender(2, 21, level="full_senior"), contender(3, 18)]
    found = cut(people, places={}, caps={"full_senior": 1, "associate_senior": 1})
    assert found.passed == (2, 3)


def test_a_tie_at_the_cut_is_shown_and_never_settled_silently():
    people = [contender(1, 20, 8000), contender(2, 19, 7000), contender(3, 19, 7000), contender(4, 19, 7000)]
    found = cut(people, places={}, caps={"associate_senior": 2})
    (tie,) = found.ties
    assert tie.ids == (2, 3, 4) and tie.places == 1
    decided = cut(people, places={}, caps={"associate_senior": 2}, decided=[[3, 4, 2]])
    assert decided.ties == () and decided.passed == (1, 3)


def test_equals_who_all_pass_or_all_fail_are_no_tie():
    people = [contender(1, 20), contender(2, 20), contender(3, 18), contender(4, 18)]
    assert cut(people, places={}, caps={"associate_senior": 2}).ties == ()
    assert cut(people, places={}, caps={"associate_senior": 0}).passed == ()


@pytest.mark.parametrize(
    "base, ratio, places", [(10, 40, 4), (10, 55, 5), (9, 55, 4), (1, 55, 0), (3, 40, 1), (200, 55, 110)]
)
def test_fractions_are_dropped(base, ratio, places):
    assert ranking.cap(base, ratio) == places


people = st.lists(
    st.builds(
        contender,
        st.just(0),
        st.integers(0, 4),
        st.integers(0, 3),
        st.sampled_from([None, "a", "b"]),
        st.sampled_from(["full_senior", "associate_senior"]),
        st.booleans(),
    ),
    max_size=20,
).map(lambda rows: [Contender(n, c.level, c.yes, c.agreed, c.points, c.quota) for n, c in enumerate(rows)])
limits = st.fixed_dictionaries({"a": st.integers(0, 5), "b": st.integers(0, 5)})
level_caps = st.fixed_dictionaries({"full_senior": st.integers(0, 8), "associate_senior": st.integers(0, 8)})


@given(people, limits, level_caps, st.randoms(use_true_random=False))
def test_no_cut_is_ever_exceeded_and_order_of_entry_does_not_matter(people, places, caps, chance):
    order = [c.id for c in people]
    chance.shuffle(order)
    found = cut(people, places=places, caps=caps, decided=[order])
    shuffled = chance.sample(people, len(people))
    assert cut(shuffled, places=places, caps=caps, decided=[order]) == found
    assert found.ties == ()
    by_id = {c.id: c for c in people}
    assert sorted([*found.passed, *found.failed]) == sorted(by_id)
    assert all(by_id[number].agreed for number in found.passed)
    for quota, number in Counter(by_id[n].quota for n in found.passed).items():
        assert quota is None or number <= places[quota]
    for level, number in Counter(by_id[n].level for n in found.passed).items():
        assert number <= caps[level]


@given(people, limits, level_caps)
def test_nobody_overtakes_a_better_one_of_the_same_group(people, places, caps):
    found = cut(people, places=places, caps=caps, decided=[[c.id for c in people]])
    groups = defaultdict(list)
    for c in people:
        groups[c.quota, c.level].append(c)
    for group in groups.values():
        passed = [(c.yes, c.points) for c in group if c.id in found.passed]
        failed = [(c.yes, c.points) for c in group if c.id in found.failed and c.agreed]
        assert not passed or not failed or min(passed) >= max(failed)


@given(people, limits, level_caps)
def test_an_open_tie_is_never_between_unequal_ones(people, places, caps):
    by_id = {c.id: c for c in people}
    for tie in cut(people, places=places, caps=caps).ties:
        assert len({(by_id[n].yes, by_id[n].points) for n in tie.ids}) == 1
        assert 0 < tie.places < len(tie.ids)


def test_what_was_decided_at_one_cut_says_nothing_at_another():
    """A, B of one unit with one place, C and D of others, two places in all: A before B there, C before A here."""
    a, b, c, d = contender(1, 5, quota="unit"), contender(2, 5, quota="unit"), contender(3, 5), contender(4, 6)
    everything = dict(places={"unit": 1}, caps={"associate_senior": 2, "full_senior": 0})
    assert cut([a, b, c, d], **everything).ties[0].ids == (1, 2)
    assert cut([a, b, c, d], **everything, decided=[[1, 2]]).ties[0].ids == (1, 3)
    found = cut([a, b, c, d], **everything, decided=[[1, 2], [3, 1]])
    assert found.ties == () and found.passed == (3, 4)
    assert found.failed == {2: OVER_QUOTA, 1: OVER_RATIO}


@given(people, limits, level_caps, st.randoms(use_true_random=False))
def test_each_decision_holds_for_good(people, places, caps, chance):
    """Tie after tie is decided, as a meeting does: no later decision lets in whom an earlier one has put out."""
    decided, out = [], set()
    while (found := cut(people, places=places, caps=caps, decided=decided)).ties:
        assert out <= set(found.failed)
        tie = found.ties[0]
        order = chance.sample(tie.ids, len(tie.ids))
        decided.append(order)
        out |= set(order[tie.places :])
    assert out <= set(found.failed)


# -- The session -----------------------------------------------------------------------------------


@pytest.fixture
def case(make, session):
    """Ten candidates who were counted: 17 yes each of 25, but for what `votes` changes."""
    plan = make.plan(members=5, state=PlanState.OPENED)
    case = make.sitting("sealed", members=5, people=10, plan=plan, voted_on=NOON.date())
    case.poll = make.poll(case, state=PollState.CLOSED, attending=25, candidates=[d.id for d in case.people])

    def votes(*numbers):
        for declaration, yes in zip(case.people, numbers, strict=True):
            session.add(
                Tally(
                    poll_id=case.poll.id,
                    year=2026,
                    declaration_id=declaration.id,
                    yes=yes,
                    no=25 - yes,
                    abstain=0,
                    attending=25,
                    passed=ballot.has_two_thirds(yes, 25),
                )
            )
        session.flush()

    case.votes = votes
    return case


def quota_of(make, session, unit, approved, used=0):
    quota = Quota(
        unit=unit,
        year=2026,
        level="associate_senior",
        requested=9,
        approved=approved,
        reserve_limit=9,
        reserved=used + 4,
        used=used,
        state=QuotaState.APPROVED,
    )
    session.add(quota)
    session.flush()
    return quota


def test_the_result_is_declared_for_everybody_with_the_reason(case, make, as_, session):
    case.votes(25, 24, 23, 22, 21, 20, 19, 18, 16, 10)
    SESSION.perform(as_(case.office), case.review, "declare")
    assert [d.state for d in case.people] == [D.PASSED] * 5 + [D.FAILED] * 5
    assert [d.result_reason for d in case.people[5:]] == [OVER_RATIO] * 3 + [NOT_AGREED] * 2
    assert case.people[0].votes_yes == 25 and case.people[0].voted_on == NOON.date()
    assert case.plan.state == PlanState.REVIEWED
    with pytest.raises(Refused, match="已经宣布"):
        SESSION.perform(as_(case.office), case.review, "declare")


def test_institutions_are_cut_by_their_places_and_those_passed_elsewhere_hold_theirs(case, make, as_, session):
    quota = quota_of(make, session, case.people[0].unit, approved=3, used=1)
    make.declaration(state=D.RESULT_PUBLICITY, quota_id=quota.id)
    assert ranking.quota_left(session, quota) == result.quota_left(session, quota) == 1
    for declaration in case.people[:3]:
        declaration.needs_quota, declaration.quota_id = True, quota.id
    case.people[3].needs_quota = True
    case.votes(20, 22, 21, 25, 17, 17, 17, 10, 10, 10)
    SESSION.perform(as_(case.office), case.review, "declare")
    assert [d.state == D.PASSED for d in case.people[:4]] == [False, True, False, False]
    assert {d.result_reason for d in (case.people[0], case.people[2], case.people[3])} == {OVER_QUOTA}
    assert ranking.quota_left(session, quota) == 0


def test_points_decide_between_equal_votes(case, as_, session):
    case.votes(*[20] * 10)
    item = next(i for i in case.plan.items if i.kind == "score")
    for n, declaration in enumerate(case.people):
        session.add(
            Score(
                session_id=case.review.id,
                expert_id=case.experts[0].id,
                declaration_id=declaration.id,
                item_id=item.id,
                points=n * 100,
            )
        )
    session.flush()
    SESSION.perform(as_(case.office), case.review, "declare")
    assert [n for n, d in enumerate(case.people) if d.state == D.PASSED] == [5, 6, 7, 8, 9]
    assert case.people[9].score == 900


def test_a_tie_waits_for_the_decision_of_the_meeting(case, as_, session):
    case.votes(25, 24, 23, 22, 20, 20, 20, 10, 10, 10)
    sentence = str(SESSION.refusal(as_(case.office), case.review, "declare"))
    assert "只余 1 个名额，不能自动取舍" in sentence and case.people[4].number in sentence
    tied = [d.id for d in case.people[4:7]]
    with pytest.raises(Refused, match="各列一次"):
        SESSION.perform(as_(case.office), case.review, "decide_tie", order=tied[:2], reason="服务基层年限更长")
    lines = ranking.tied(as_(case.office), case.review).splitlines()
    assert lines[0] == f"{case.people[4].number} {case.people[4].applicant_name}"
    with pytest.raises(Refused, match="各列一次"):
        SESSION.perform(
            as_(case.office),
            case.review,
            "decide_tie",
            order="\n".join([*lines, "T2026-999999"]),
            reason="服务基层年限更长",
        )
    uow = as_(case.office)
    SESSION.perform(
        uow, case.review, "decide_tie", order="\n".join([lines[1], lines[0], lines[2]]), reason="服务基层年限更长"
    )
    assert uow.entries[-1][2]["opinion"] == "服务基层年限更长"
    SESSION.perform(as_(case.office), case.review, "declare")
    assert case.people[5].state == D.PASSED and case.people[4].state == case.people[6].state == D.FAILED


def test_without_a_tie_there_is_nothing_to_decide(case, as_):
    case.votes(25, 24, 23, 22, 21, 20, 19, 18, 16, 10)
    with pytest.raises(Refused, match="没有需要处理的并列"):
        SESSION.perform(as_(case.office), case.review, "decide_tie", order=[1], reason="服务基层年限更长")


def test_a_vote_after_the_last_day_is_declared_only_with_its_reason(case, as_):
    case.votes(*[10] * 10)
    case.review.voted_on = date(2026, 12, 25)
    with pytest.raises(Refused, match="2026-12-24") as refused:
        SESSION.perform(as_(case.office), case.review, "declare")
    assert "late_vote_reason" in refused.value.fields
    SESSION.perform(as_(case.office), case.review, "declare", late_vote_reason="因冰雪天气推迟")
    assert {d.state for d in case.people} == {D.FAILED}


def test_nothing_is_declared_before_the_count_is_sealed(case, as_):
    case.votes(*[20] * 10)
    case.review.state = "voting"
    with pytest.raises(NotNow):
        SESSION.perform(as_(case.office), case.review, "declare")
