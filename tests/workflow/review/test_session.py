"""The review session: stage by stage, and nothing before its time (118号 五(四)、(五))."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as D
from models.office.notice import Notice
from models.review.ballot import Poll, Roll
from models.review.draw import Draw
from models.review.plan import PlanState
from models.review.session import InterviewSlot, Recusal
from models.review.session import SessionState as S
from workflow.base import policy
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import APPLICANT, COMMITTEE_OFFICE, EXPERT, SUPERVISOR
from workflow.review import ballot, interview, scoring, season, waiver
from workflow.review import session as sessions
from workflow.review.plan import PLAN
from workflow.review.session import SESSION

DAY = datetime(2026, 5, 21, 9, 0)
PROMISES = dict(secrecy=True, statement=True)


def arrive(as_, case, count=None):
    for judge in case.judges[:count]:
        SESSION.perform(as_(judge, DAY), case.review, "sign_in", **PROMISES)


@pytest.fixture
def case(make):
    """A drawn committee of five on the morning of the review."""
    return make.sitting("preparing", signed=False, plan=make.plan(members=5, state=PlanState.DRAWN))


def test_a_session_runs_from_check_in_to_the_archive(case, make, as_, session):
    office, review = case.office, case.review
    SESSION.perform(as_(office, DAY), review, "open_check_in")
    assert case.plan.state == PlanState.OPENED and review.opened_on == DAY.date()
    arrive(as_, case)
    SESSION.perform(as_(office, DAY), review, "keep_devices", devices="收存手机 5 部，由王五保管")
    SESSION.perform(as_(office, DAY), review, "start_training")
    assert {d.state for d in case.people} == {D.IN_REVIEW}
    SESSION.perform(as_(office, DAY), review, "start_review", training_note="学习评审纪律和评分细则")
    for judge in case.judges:
        for declaration in case.people:
            scoring.material_review(as_(judge, DAY), declaration, passed=True)
    SESSION.perform(as_(office, DAY), review, "start_scoring")
    _score(as_, case, "material")
    interview.schedule(as_(office, DAY), review, starts_at=DAY + timedelta(hours=4), minutes=20)
    assert interview.notify(as_(office, DAY), review) == 3
    SESSION.perform(as_(office, DAY), review, "start_interview")
    _score(as_, case, "interview")
    SESSION.perform(as_(office, DAY), review, "start_discussion")
    for judge in case.judges[:3]:
        for declaration in case.people:
            scoring.opinion(as_(judge, DAY), declaration, text="业绩突出")
    poll = SESSION.perform(as_(office, DAY), review, "start_voting")
    assert review.state == S.VOTING and poll.members == 5
    assert {review.review_on, review.scoring_on, review.interview_on, review.discussion_on} == {DAY.date()}
    assert "尚未计票" in str(SESSION.refusal(as_(office, DAY), review, "seal"))


def _score(as_, case, phase, judges=None, people=None):
    for judge in judges or case.judges:
        for declaration in people or case.people:
            points = {i.id: 0 if i.kind == "veto" else i.maximum * 50 for i in case.plan.items if i.phase == phase}
            scoring.score(as_(judge, DAY), declaration, phase=phase, points=points)


def test_not_before_the_filed_day_and_not_with_a_lapsed_committee(case, as_):
    eve = as_(case.office, DAY - timedelta(days=1))
    assert "不得提前开评" in str(SESSION.refusal(eve, case.review, "open_check_in"))
    case.plan.committee.valid_to = date(2026, 5, 20)
    assert "有效期" in str(SESSION.refusal(as_(case.office, DAY), case.review, "open_check_in"))


def test_not_without_a_closed_draw_nor_for_candidates_out_of_scope(case, make, as_, session):
    case.people[0].level = "intermediate"
    assert "超出" in str(SESSION.refusal(as_(case.office, DAY), case.review, "open_check_in"))
    case.people[0].level = "associate_senior"
    session.delete(session.scalar(select(Draw).where(Draw.plan_id == case.plan.id)))
    session.flush()
    assert "抽取尚未办结" in str(SESSION.refusal(as_(case.office, DAY), case.review, "open_check_in"))


def test_every_drawn_expert_needs_an_account(case, as_, session):
    case.experts[1].account_id = None
    session.flush()
    assert f"评委 {case.experts[1].code} 没有评委账号" in str(
        SESSION.refusal(as_(case.office, DAY), case.review, "open_check_in")
    )


@pytest.mark.parametrize("place", ["arrival_place", "interview_place"])
def test_the_venues_are_apart(case, as_, place):
    setattr(case.plan, place, case.plan.review_place)
    assert "分设" in str(SESSION.refusal(as_(case.office, DAY), case.review, "open_check_in"))


def test_another_committees_office_does_not_lead_the_session(case, make, as_):
    other = make.account(COMMITTEE_OFFICE, committee_id=make.committee().id)
    assert "只能由该评委会的办事机构办理" in str(SESSION.refusal(as_(other, DAY), case.review, "open_check_in"))


def test_training_waits_for_two_thirds_and_for_the_devices(case, as_):
    SESSION.perform(as_(case.office, DAY), case.review, "open_check_in")
    arrive(as_, case, 3)
    assert "至少 4 人" in str(SESSION.refusal(as_(case.office, DAY), case.review, "start_training"))
    SESSION.perform(as_(case.judges[3], DAY), case.review, "sign_in", **PROMISES)
    assert "通讯工具" in str(SESSION.refusal(as_(case.office, DAY), case.review, "start_training"))


def test_an_expert_signs_in_once_with_both_promises(case, make, as_):
    SESSION.perform(as_(case.office, DAY), case.review, "open_check_in")
    judge = case.judges[0]
    with pytest.raises(Refused, match="保密承诺"):
        SESSION.perform(as_(judge, DAY), case.review, "sign_in", secrecy=False, statement=True)
    with pytest.raises(Refused, match="回避声明"):
        sessions.sign_in(as_(judge, DAY), case.review, secrecy=True, statement=False)
    SESSION.perform(as_(judge, DAY), case.review, "sign_in", **PROMISES)
    with pytest.raises(Refused, match="无须重复"):
        SESSION.perform(as_(judge, DAY), case.review, "sign_in", **PROMISES)
    with pytest.raises(Refused, match="不是本次会议抽中"):
        SESSION.perform(as_(make.account(EXPERT), DAY), case.review, "sign_in", **PROMISES)


def test_an_expert_names_whom_he_must_not_judge_before_he_sees_anything(case, as_, session):
    from models.declarations.declaration import Declaration

    SESSION.perform(as_(case.office, DAY), case.review, "open_check_in")
    judge, declaration = case.judges[0], case.people[0]
    assert session.scalars(policy.visible(judge, Declaration)).all() == []
    with pytest.raises(Refused, match="回避事由"):
        SESSION.perform(as_(judge, DAY), case.review, "sign_in", **PROMISES, recusals=[declaration.id])
    uow = as_(judge, DAY)
    SESSION.perform(uow, case.review, "sign_in", **PROMISES, recusals=[str(declaration.id)], recusal_reason="师生")
    assert set(session.scalars(policy.visible(judge, Declaration))) == set(case.people[1:])
    assert declaration.number not in str(uow.entries) and f"declaration:{declaration.id}" not in str(uow.entries)
    row = session.scalar(select(Recusal).where(Recusal.session_id == case.review.id))
    assert row.reason == "本人声明：师生"


def waived(as_, case, expert, people=None, **given):
    """One expert does not score these candidates."""
    given = {"reason": "ill", "waiver": "14:20 因急病离会送医"} | given
    people = [d.id for d in people or case.people]
    return SESSION.perform(as_(case.office, DAY), case.review, "waive", expert=str(expert.id), people=people, **given)


def test_the_stage_does_not_end_while_points_are_missing_unless_it_is_entered_person_by_person(make, as_, session):
    case = make.sitting("material_scoring", members=5, people=2)
    uow = as_(case.office, DAY)
    sentence = str(SESSION.refusal(uow, case.review, "start_interview"))
    assert f"{case.experts[0].code} 尚有 2 人" in sentence and "逐人登记" in sentence
    _score(as_, case, "material", case.judges[2:])
    for expert in case.experts[:2]:
        waived(as_, case, expert)
    assert scoring.unscored(session, case.review, "material") == {}
    assert "尚未发送面试通知" in str(SESSION.refusal(as_(case.office, DAY), case.review, "start_interview"))
    rows = waiver.waivers(session, case.review, "material")
    assert {(w.expert_id, w.declaration_id) for w in rows} == {
        (e.id, d.id) for e in case.experts[:2] for d in case.people
    }


def test_everything_waived_opens_nothing(make, as_, session):
    """时间不足，全部跳过: no vote without points."""
    case = make.sitting("material_scoring", members=5, people=2)
    for expert in case.experts[:2]:
        waived(as_, case, expert)
    point = session.begin_nested()
    with pytest.raises(Refused, match="打分不足 3 名评委"):
        waived(as_, case, case.experts[2])
    point.rollback()
    assert SESSION.refusal(as_(case.office, DAY), case.review, "start_interview")


@pytest.mark.parametrize(
    "given, why",
    [
        ({"reason": "short of time"}, "从列表中选择原因"),
        ({"reason": "absent"}, "只有面试答辩环节"),
        ({"waiver": "时间不足"}, "不少于 5 个字"),
        ({"waiver": ""}, "请填写说明"),
    ],
)
def test_a_waiver_has_a_reason_of_the_list_and_says_more(make, as_, given, why):
    case = make.sitting("material_scoring", members=5, people=2)
    with pytest.raises(Refused, match=why):
        waived(as_, case, case.experts[0], **given)


def test_points_that_are_there_are_not_waived(make, as_):
    case = make.sitting("material_scoring", members=5, people=2)
    _score(as_, case, "material", case.judges[:1])
    with pytest.raises(Refused, match="没有未完成的打分"):
        waived(as_, case, case.experts[0])


@pytest.mark.parametrize(
    "stage, onward, what",
    [("material_review", "start_scoring", "材料复审不足 3 名"), ("discussion", "start_voting", "评审意见不足 3 名")],
)
def test_three_reviews_and_three_opinions_are_never_waived(make, as_, stage, onward, what):
    case = make.sitting(stage, members=5, people=2)
    case.review.waiver = "时间不足，全部跳过"
    uow = as_(case.office, DAY)
    assert what in str(SESSION.refusal(uow, case.review, onward))
    assert "当前状态" in str(SESSION.refusal(uow, case.review, "waive")), "no such verb in this stage"


def test_who_does_not_come_to_his_interview_holds_nobody_up(make, as_, session):
    case = make.sitting("interview", members=5, people=2)
    _score(as_, case, "interview", people=case.people[1:])
    for expert in case.experts:
        waived(as_, case, expert, case.people[:1], reason="absent", waiver="两次电话通知未到场")
    assert SESSION.refusal(as_(case.office, DAY), case.review, "start_discussion") is None


def test_a_review_without_interview_items_goes_straight_to_the_discussion(make, as_):
    case = make.sitting("material_scoring", people=1)
    _score(as_, case, "material")
    assert "设有面试答辩" in str(SESSION.refusal(as_(case.office, DAY), case.review, "skip_interview"))
    case.plan.items = [item for item in case.plan.items if item.phase == "material"]
    SESSION.perform(as_(case.office, DAY), case.review, "skip_interview")
    assert case.review.state == S.DISCUSSION


def test_a_vote_after_the_last_day_needs_a_reason(make, as_, session):
    case = make.sitting("discussion", people=1)
    late = datetime(2026, 12, 25, 9, 0)
    for judge in case.judges[:3]:
        for declaration in case.people:
            scoring.opinion(as_(judge, DAY), declaration, text="业绩突出")
    with pytest.raises(Refused, match="2026-12-24（含）前") as refused:
        SESSION.perform(as_(case.office, late), case.review, "start_voting")
    assert "late_vote_reason" in refused.value.fields
    SESSION.perform(as_(case.office, late), case.review, "start_voting", late_vote_reason="因冰雪天气推迟")
    assert session.scalar(select(Poll).where(Poll.session_id == case.review.id))


@pytest.mark.parametrize(
    "kind, host, vote_on, last",
    [
        ("ordinary", "general", None, date(2026, 12, 24)),
        ("ordinary", "general", date(2026, 11, 30), date(2026, 11, 30)),
        ("entrusted", "university", None, date(2026, 12, 24)),
        ("grassroots", "general", None, None),
        ("ordinary", "school", None, None),
        ("own", "university", date(2027, 3, 1), date(2027, 3, 1)),
    ],
)
def test_the_last_day_for_votes(make, kind, host, vote_on, last):
    plan = make.plan()
    plan.committee.kind, plan.committee.host, plan.batch.vote_on = kind, host, vote_on
    assert sessions.last_vote_day(make.session, plan) == last


def test_interviews_follow_one_another_and_go_on_next_morning(make, as_, session):
    case = make.sitting("check_in", people=5)
    start = datetime(2026, 5, 22, 16, 30)
    slots = interview.schedule(as_(case.office, DAY), case.review, starts_at=start, minutes=30)
    assert [f"{s.starts_at:%d %H:%M}" for s in slots] == ["22 16:30", "22 17:00", "22 17:30", "23 16:30", "23 17:00"]
    assert [s.sequence for s in slots] == [1, 2, 3, 4, 5]
    with pytest.raises(Refused, match="当前时间之后"):
        interview.schedule(as_(case.office, DAY), case.review, starts_at=DAY, minutes=30)


def test_a_candidate_is_told_of_his_interview_and_confirms(make, as_, session):
    case = make.sitting("material_review", people=1)
    applicant = make.account(APPLICANT, person_id=case.people[0].person_id)
    with pytest.raises(NotNow, match="请先安排"):
        interview.notify(as_(case.office, DAY), case.review)
    interview.schedule(as_(case.office, DAY), case.review, starts_at=DAY + timedelta(days=1), minutes=30)
    interview.notify(as_(case.office, DAY), case.review)
    session.flush()
    slot = session.scalar(select(InterviewSlot).where(InterviewSlot.session_id == case.review.id))
    notice = session.scalar(select(Notice).where(Notice.person_id == applicant.person_id))
    assert "2026-05-22 09:00" in notice.text and "答辩中心" in notice.text
    interview.confirm(as_(applicant, DAY), slot, slot.edition)
    assert slot.confirmed_at == DAY
    with pytest.raises(NotYou):
        interview.confirm(as_(make.account(APPLICANT), DAY), slot, slot.edition)
    with pytest.raises(Refused, match="已发送面试通知"):
        interview.schedule(
            as_(case.office, DAY), case.review, starts_at=DAY + timedelta(days=2), minutes=30, people=case.people
        )


def test_after_the_archive_the_experts_accounts_are_locked(make, as_, session):
    case = make.sitting("sealed", plan=make.plan(members=5, state=PlanState.REVIEWED))
    assert "没有评审结果" in str(SESSION.refusal(as_(case.office, DAY), case.review, "archive"))
    for declaration in case.people:
        declaration.state = D.PASSED
    both = case.judges[0]
    both.roles.append(make.role(APPLICANT))
    session.flush()
    SESSION.perform(as_(case.office, DAY), case.review, "archive")
    assert [judge.active for judge in case.judges] == [True, False, False, False, False]
    assert case.plan.state == PlanState.ARCHIVED


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("step", SESSION.steps, ids=lambda step: step.verb)
def test_no_verb_works_outside_its_stage(make, as_, state, step):
    case = make.sitting(state, people=0)
    actor = (
        case.judges[0]
        if EXPERT in step.roles
        else make.account(SUPERVISOR)
        if SUPERVISOR in step.roles
        else case.office
    )
    refusal = SESSION.refusal(as_(actor, DAY), case.review, step)
    assert isinstance(refusal, NotNow) == (state not in step.sources)


def test_a_plan_out_of_season_says_so_and_after_the_last_day_for_votes_it_goes_with_its_reason(make, as_, session):
    """118号 二(一)、二(四): told while it can be mended, not when the vote begins."""
    plan = make.plan(state=PlanState.DRAFT)
    office = make.account(COMMITTEE_OFFICE, committee=plan.committee)
    found = season.remarks(session, plan)
    assert len(found) == 1 and "不晚于线上审核截止 2026-09-28" in found[0]
    plan.opens_on = date(2026, 10, 4)
    assert ["不是工作日" in said for said in season.remarks(session, plan)] == [True]
    plan.opens_on, plan.committee.valid_to = date(2027, 1, 5), date(2027, 12, 31)
    plan.committee.size_exception = "湘人社函〔2026〕2号"
    make.declaration(D.QUALIFIED, committee=plan.committee, batch=plan.batch, plan_id=plan.id)
    session.flush()
    with pytest.raises(Refused, match="晚于最迟投票日 2026-12-24") as refused:
        PLAN.perform(as_(office), plan, "file")
    assert "season_reason" in refused.value.fields
    PLAN.perform(as_(office), plan, "file", season_reason="上级批准跨年评审")
    assert plan.state == PlanState.FILED


def test_whoever_left_before_the_vote_signs_nothing_of_the_count(make, as_, session):
    """令40号 第二十一条: chair and scrutineers are of those on the roll of the vote."""
    case = make.sitting("voting")
    poll = make._add(Poll, {}, session_id=case.review.id, members=5, attending=4, state="closed")
    for expert in case.experts[1:]:
        make._add(Roll, {}, poll_id=poll.id, expert_id=expert.id, voted=True)
    codes = [expert.code for expert in case.experts]
    assert [member.code for member in ballot.stayed(session, case.review)] == codes[1:]
    minutes = {"chair": codes[1], "minutes": "会议记录"}
    with pytest.raises(Refused, match="参加投票"):
        sessions.seal(as_(case.office, DAY), case.review, **minutes, scrutineers=[codes[0], codes[2]])
