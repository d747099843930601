"""面试: nobody and no room twice at once, apart from the reading room, never in the break, and every change told."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.office.notice import Notice
from models.review.session import InterviewSlot
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import APPLICANT
from workflow.review import interview, scoring

DAY = datetime(2026, 5, 22, 9, 0)


@pytest.fixture
def case(make):
    return make.sitting("material_scoring", members=7, people=4)


def arrange(as_, case, starts_at=DAY, people=None, **given):
    facts = dict(minutes=30) | given
    return interview.schedule(as_(case.office), case.review, starts_at=starts_at, people=people, **facts)


def test_two_groups_at_once_need_two_rooms_and_two_panels(case, as_):
    experts = [e.id for e in case.experts]
    arrange(as_, case, people=case.people[:2], group="第一组")
    with pytest.raises(Refused, match="更换地点"):
        arrange(as_, case, people=case.people[2:], group="第二组")
    with pytest.raises(Refused, match="不能同时在两处"):
        arrange(as_, case, people=case.people[2:], group="第二组", place="二号答辩室")
    arrange(as_, case, people=case.people[:2], group="第一组", panel=experts[:3])
    with pytest.raises(Refused, match="不能同时在两处"):
        arrange(as_, case, people=case.people[2:], group="第二组", place="二号答辩室", panel=experts[2:])
    arrange(as_, case, people=case.people[2:], group="第二组", place="二号答辩室", panel=experts[3:])
    assert len(case.review.members) == 7


@pytest.mark.parametrize("place", ["评审中心", " 评审 中心", "评审中心。"])
def test_interviews_are_apart_from_the_reading_room(case, as_, place):
    with pytest.raises(Refused, match="两分设") as refused:
        arrange(as_, case, place=place)
    assert "place" in refused.value.fields


@pytest.mark.parametrize("hour, minute", [(12, 0), (11, 45), (12, 59)])
def test_nothing_begins_in_the_break(case, as_, hour, minute):
    with pytest.raises(Refused, match="午休"):
        arrange(as_, case, DAY.replace(hour=hour, minute=minute))


def test_a_row_of_turns_steps_over_the_break(case, as_):
    slots = arrange(as_, case, DAY.replace(hour=11), minutes=30)
    assert [f"{s.starts_at:%H:%M}" for s in slots] == ["11:00", "11:30", "13:00", "13:30"]


def test_the_rooms_and_candidates_of_another_session_count(case, make, as_):
    other = make.sitting("material_scoring", members=5, people=1)
    arrange(as_, case)
    with pytest.raises(Refused, match="另一评审会议"):
        arrange(as_, other, DAY + timedelta(minutes=15))
    other.people[0].person = case.people[0].person
    make.session.flush()
    with pytest.raises(Refused, match="不能同时参加"):
        arrange(as_, other, DAY, place="三号答辩室")
    other.experts[0].series = make.series("卫生技术人员")
    other.experts[0].person = case.experts[0].person
    other.people[0].person = make.person()
    make.session.flush()
    with pytest.raises(Refused, match="不能同时在两处"):
        arrange(as_, other, DAY, place="三号答辩室")
    arrange(as_, other, DAY + timedelta(hours=5), place="三号答辩室")


def test_a_change_is_a_new_letter_with_a_new_receipt(case, make, as_, session):
    someone = case.people[0]
    applicant = make.account(APPLICANT, person_id=someone.person_id)
    arrange(as_, case)
    interview.notify(as_(case.office), case.review)
    slot = session.scalar(select(InterviewSlot).where(InterviewSlot.declaration_id == someone.id))
    interview.confirm(as_(applicant), slot, 1)
    with pytest.raises(Refused, match="调整说明") as refused:
        arrange(as_, case, DAY + timedelta(days=1), people=[someone])
    assert "reason" in refused.value.fields
    arrange(as_, case, DAY + timedelta(days=1), people=[someone], reason="答辩室停电")
    assert (slot.edition, slot.confirmed_at) == (2, None) and slot.notified_at is not None
    letter = session.scalar(select(Notice).where(Notice.title == "面试通知变更"))
    assert "2026-05-22 09:00" in letter.text and "2026-05-23 09:00" in letter.text and "停电" in letter.text
    with pytest.raises(NotNow, match="已经变更"):
        interview.confirm(as_(applicant), slot, 1)
    interview.confirm(as_(applicant), slot, 2)
    assert slot.confirmed_at is not None


def test_a_group_scores_its_own_candidates_and_nobody_waits_for_the_others(case, as_, session):
    experts = [e.id for e in case.experts]
    arrange(as_, case, people=case.people[:2], panel=experts[:3])
    arrange(as_, case, people=case.people[2:], panel=experts[3:], place="二号答辩室")
    case.review.state = "interview"
    items = [i for i in case.plan.items if i.phase == "interview"]
    with pytest.raises(NotYou, match="另一面试组"):
        scoring.score(as_(case.judges[0]), case.people[3], phase="interview", points={i.id: 100 for i in items})
    assert set(scoring.unscored(session, case.review, "interview").values()) == {2}


def test_a_panel_is_of_the_committee_and_of_three(case, make, as_):
    with pytest.raises(Refused, match="不是本次会议的评委"):
        arrange(as_, case, panel=[make.expert().id])
    with pytest.raises(Refused, match="不少于 3 人"):
        arrange(as_, case, panel=[case.experts[0].id])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_arranged_nobody_is_twice_at_once(case, as_, session, data):
    """Arrangements as they come, refused or not: what stands never overlaps."""
    for _ in range(4):
        people = data.draw(st.lists(st.sampled_from(case.people), min_size=1, max_size=3, unique=True))
        panel = data.draw(
            st.just([]) | st.lists(st.sampled_from([e.id for e in case.experts]), min_size=3, unique=True)
        )
        place = data.draw(st.sampled_from(["", "二号答辩室", "三号答辩室"]))
        start = DAY + timedelta(minutes=15 * data.draw(st.integers(0, 30)))
        with contextlib.suppress(Refused):
            arrange(
                as_, case, start, people=people, panel=panel, place=place, minutes=data.draw(st.sampled_from([15, 30]))
            )
    slots = list(session.scalars(select(InterviewSlot).where(InterviewSlot.session_id == case.review.id)))
    everybody = {e.id for e in case.experts}
    for one in slots:
        assert not (
            one.starts_at.hour == 12
            or (one.starts_at.hour < 12 and one.ends_at > one.starts_at.replace(hour=12, minute=0))
        )
        for other in slots:
            if one is not other and one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                assert one.place != other.place
                assert not (set(one.panel) or everybody) & (set(other.panel) or everybody)
