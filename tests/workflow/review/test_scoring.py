"""材料复审, 打分 and 评审意见: who, when, how many points; and what makes a plan's scoring rules unfit."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.review.session import Recusal, Score
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import COMMITTEE_OFFICE
from workflow.review import scoring
from workflow.review import session as sessions


@pytest.fixture
def case(make):
    return make.sitting("material_scoring", members=5, people=2)


def points_for(case, phase="material", **changed):
    """Points in hundredths for every item, full marks but for what is changed by item name."""
    full = {i.name: 0 if i.kind in ("veto", "bonus") else i.maximum * 100 for i in case.plan.items if i.phase == phase}
    numbers = {i.name: i.id for i in case.plan.items}
    return {numbers[name]: value for name, value in (full | changed).items()}


def test_an_expert_scores_every_item_of_the_phase_and_may_correct_himself(case, as_, session):
    judge, declaration = case.judges[0], case.people[0]
    scoring.score(as_(judge), declaration, phase="material", points=points_for(case))
    scoring.score(as_(judge), declaration, phase="material", points=points_for(case, 业绩成果=3550))
    assert session.scalar(select(func.count()).select_from(Score)) == 4
    assert scoring.standings(session, case.review)[declaration.id].points == 3550 + 3000


@pytest.mark.parametrize("given", [-1, 4001, None, 12.5, True])
def test_points_out_of_range_are_refused_at_their_item(case, as_, given):
    item = next(i for i in case.plan.items if i.name == "业绩成果")
    points = points_for(case)
    points[item.id] = given
    with pytest.raises(Refused, match="业绩成果") as refused:
        scoring.score(as_(case.judges[0]), case.people[0], phase="material", points=points)
    assert set(refused.value.fields) == {f"item-{item.id}"}


def test_a_missing_and_a_foreign_item_are_refused(case, as_):
    points = points_for(case)
    points.pop(min(points))
    with pytest.raises(Refused, match="请为"):
        scoring.score(as_(case.judges[0]), case.people[0], phase="material", points=points)
    with pytest.raises(Refused, match="不属于材料打分"):
        scoring.score(
            as_(case.judges[0]),
            case.people[0],
            phase="material",
            points=points_for(case) | points_for(case, "interview"),
        )


def test_a_veto_is_yes_or_no_and_needs_its_reason(case, as_, session):
    veto = next(i for i in case.plan.items if i.kind == "veto")
    judge, declaration = case.judges[0], case.people[0]
    with pytest.raises(Refused, match="事由"):
        scoring.score(as_(judge), declaration, phase="material", points=points_for(case, 抄袭剽窃=100))
    with pytest.raises(Refused, match="只能选"):
        scoring.score(as_(judge), declaration, phase="material", points=points_for(case, 抄袭剽窃=50))
    scoring.score(
        as_(judge),
        declaration,
        phase="material",
        points=points_for(case, 抄袭剽窃=100),
        notes={veto.id: "论文查重 82%"},
    )
    standing = scoring.standings(session, case.review)[declaration.id]
    assert standing.vetoed and standing.points == 7000


def test_each_verb_works_only_in_its_stage(case, make, as_):
    judge, declaration = case.judges[0], case.people[0]
    with pytest.raises(NotNow, match="只能在“材料复审”环节"):
        scoring.material_review(as_(judge), declaration, passed=True)
    with pytest.raises(NotNow, match="只能在“面试答辩”环节"):
        scoring.score(as_(judge), declaration, phase="interview", points=points_for(case, "interview"))
    with pytest.raises(NotNow, match="只能在“小组评议”环节"):
        scoring.opinion(as_(judge), declaration, text="同意")


def test_a_recused_expert_is_refused_and_his_earlier_points_no_longer_count(case, as_, session):
    judge, other, declaration = *case.judges[:2], case.people[0]
    scoring.score(as_(judge), declaration, phase="material", points=points_for(case, 业绩成果=0))
    scoring.score(as_(other), declaration, phase="material", points=points_for(case))
    assert scoring.standings(session, case.review)[declaration.id].points == 5000
    sessions.recuse(as_(judge), declaration, reason="项目合作")
    assert scoring.standings(session, case.review)[declaration.id].points == 7000
    with pytest.raises(NotYou, match="应当回避"):
        scoring.score(as_(judge), declaration, phase="material", points=points_for(case))
    assert scoring.unscored(session, case.review, "material")[case.experts[0].code] == 1


def test_strangers_and_those_who_did_not_sign_in_are_refused(case, make, as_):
    elsewhere = make.sitting("material_scoring", members=3, people=1)
    with pytest.raises(NotYou, match="不是该参评人员所在评审会议的评委"):
        scoring.score(as_(elsewhere.judges[0]), case.people[0], phase="material", points={})
    with pytest.raises(NotYou):
        scoring.score(as_(make.account(COMMITTEE_OFFICE)), case.people[0], phase="material", points={})
    case.review.members[0].signed_in_at = None
    with pytest.raises(NotNow, match="请先签到"):
        scoring.score(as_(case.judges[0]), case.people[0], phase="material", points={})


def test_a_failed_material_review_needs_an_opinion(make, as_, session):
    case = make.sitting("material_review", members=5, people=1)
    with pytest.raises(Refused, match="写明意见"):
        scoring.material_review(as_(case.judges[0]), case.people[0], passed=False)
    for judge in case.judges[:3]:
        assert scoring.unreviewed(session, case.review) == [case.people[0].number]
        scoring.material_review(as_(judge), case.people[0], passed=False, opinion="业绩时间超过截止日")
    assert scoring.unreviewed(session, case.review) == []


def test_where_all_but_two_stand_aside_two_opinions_are_enough(make, as_, session):
    case = make.sitting("discussion", members=5, people=1)
    for expert in case.experts[2:]:
        session.add(
            Recusal(session_id=case.review.id, expert_id=expert.id, declaration_id=case.people[0].id, reason="-")
        )
    session.flush()
    for judge in case.judges[:2]:
        assert scoring.without_opinions(session, case.review)
        scoring.opinion(as_(judge), case.people[0], text="同意", fail_reason="")
    assert scoring.without_opinions(session, case.review) == []


def test_the_journal_says_that_an_expert_scored_and_never_whom(case, as_):
    uow = as_(case.judges[0])
    scoring.score(uow, case.people[0], phase="material", points=points_for(case))
    assert {subject.__tablename__ for _, subject, _ in uow.entries} == {"score"}
    assert {frozenset(facts) for _, _, facts in uow.entries} == {frozenset({"label"})}


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=50))
def test_the_mean_is_rounded_half_up_to_a_hundredth(sums):
    exact = Fraction(sum(sums), len(sums))
    rounded = scoring._half_up(exact)
    assert abs(rounded - exact) <= Fraction(1, 2) and rounded - exact != Fraction(-1, 2)


@pytest.mark.parametrize("points, text", [(8650, "86.5"), (0, "0"), (5, "0.05"), (10000, "100"), (-150, "-1.5")])
def test_hundredths_as_people_read_them(points, text):
    assert scoring.shown(points) == text
