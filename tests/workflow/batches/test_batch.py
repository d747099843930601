"""年度批次: its dates against each other and the working-day calendar, counted backwards, and for each role's
calendar."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.batches.batch import Batch, BatchState
from models.committees.committee import CommitteeHost, CommitteeKind
from models.declarations.declaration import DeclarationState
from models.office.notice import Notice
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.base import settings as parameters
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.batches import agenda, batch, batch_dates, countdown
from workflow.batches.batch_dates import check_dates, remarks
from workflow.office import working_days

#: The dates of 湘人社函〔2023〕118号, as they fall in 2026.
USUAL = dict(
    opens_on=date(2026, 6, 1),
    closes_on=date(2026, 8, 31),
    correction_on=date(2026, 9, 18),
    audit_on=date(2026, 9, 28),
    evidence_on=date(2026, 9, 28),
    vote_on=date(2026, 12, 24),
)


@pytest.fixture
def office(make):
    return make.account(
        roles.COMMITTEE_OFFICE, committee=make.committee(valid_from=date(2025, 1, 1), valid_to=date(2027, 12, 31))
    )


@pytest.fixture
def form(as_, office):
    """`form(vote_on=…)` enters a batch of the committee."""
    return lambda **given: batch.create(
        as_(office), receiver=office.committee, **dict(year=2026, name="2026 年度") | USUAL | given
    )


def wrong(form, **given):
    with pytest.raises(Refused) as refused:
        form(**given)
    return refused.value.fields


# -- What cannot be -------------------------------------------------------------------------------


def test_the_usual_year_is_entered_and_submitted(form, as_, office):
    made = form()
    batch.BATCH.perform(as_(office), made, "publish")
    assert made.state == BatchState.PUBLISHED and made.quota_factor == Decimal("1.5") and made.one_per_year


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("closes_on", dict(closes_on=date(2026, 5, 1)), "不能早于申报开始"),
        ("correction_on", dict(correction_on=date(2026, 8, 1)), "不能早于申报截止"),
        (
            "correction_on",
            dict(correction_on=date(2026, 9, 4)),
            "须有 5 个工作日补正，补正截止不能早于 2026-09-07（118号 四(三)）",
        ),
        ("audit_on", dict(audit_on=date(2026, 9, 11), evidence_on=date(2026, 9, 11)), "不能早于补正截止"),
        (
            "audit_on",
            dict(closes_on=date(2026, 9, 21), correction_on=date(2026, 9, 28)),
            "来不及公示和审核（118号 四(二)2",
        ),
        ("audit_on", dict(audit_on=date(2026, 9, 29)), "应于 2026-09-28（含）前完成（118号 二(一)）"),
        ("evidence_on", dict(evidence_on=date(2026, 10, 9)), "不能晚于线上审核截止（118号 二(三)）"),
        ("paper_to", dict(paper_from=date(2026, 9, 28), paper_to=date(2026, 9, 27)), "报送止不能早于报送起"),
        ("payment_on", dict(payment_on=date(2026, 5, 1)), "缴费截止不能早于申报开始"),
        ("vote_on", dict(vote_on=date(2026, 9, 1)), "不能早于线上审核截止"),
        (
            "vote_on",
            dict(vote_on=date(2026, 10, 9)),
            "提前 10 个工作日报备：最早 2026-10-15 抽取评委、2026-10-16 开评（118号 五(一)、五(二)）",
        ),
        (
            "vote_on",
            dict(vote_on=date(2026, 12, 25), vote_reason="冰雪天气"),
            "备案将跨年度（118号 二(四)）；最迟投票日不能晚于 2026-12-24",
        ),
        ("opens_on", dict(opens_on=date(2025, 12, 1)), "须在 2026 年度内"),
        ("quota_factor", dict(quota_factor=Decimal("0.5")), "应在 1 到 3 之间（118号 三(二)1）"),
        ("year", dict(year=2040), "工作日历尚未设置"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_with_the_clause(form, field, given, words):
    assert words in wrong(form, **given)[field]


def test_a_vote_after_the_usual_last_day_needs_a_reason(form, as_, make):
    parameters.change(as_(make.account(roles.HRSS_CONFIG)), "vote_by", "12-15")
    assert "原则上应于 2026-12-15（含）前完成（118号 二(四)）" in wrong(form)["vote_reason"]
    made = form(vote_reason="因冰雪天气推迟")
    assert made.vote_reason and (
        "vote_on",
        "最迟投票日超过 2026-12-15（118号 二(四)），已说明：因冰雪天气推迟",
    ) in remarks(as_(make.account(roles.HRSS_CONFIG)), made)


@pytest.mark.parametrize(
    ("kind", "host"),
    [
        (CommitteeKind.OWN, CommitteeHost.UNIVERSITY),
        (CommitteeKind.GRASSROOTS, CommitteeHost.GENERAL),
        (CommitteeKind.ORDINARY, CommitteeHost.SCHOOL),
    ],
)
def test_committees_with_a_plan_of_their_own_are_free_of_the_provinces_dates(form, office, kind, host):
    office.committee.kind, office.committee.host = kind, host
    assert form(audit_on=date(2026, 10, 15), evidence_on=date(2026, 10, 15)).id


def test_numbers_come_from_the_rule_parameters(form, as_, make):
    clerk = make.account(roles.HRSS_CONFIG)
    parameters.change(as_(clerk), "senior_audit_by", "09-20")
    parameters.change(as_(clerk), "filing_after_vote", 8)
    fields = wrong(form)
    assert "2026-09-20" in fields["audit_on"] and "投票日加 8 个公示工作日" in fields["vote_on"]


def test_an_institute_files_its_plan_five_days_ahead(form, office):
    office.committee.host = CommitteeHost.HOSPITAL
    assert "提前 5 个工作日报备" in wrong(form, vote_on=date(2026, 9, 30))["vote_on"]
    form(vote_on=date(2026, 10, 12))


def test_a_name_stands_once_in_a_year(form):
    form()
    assert "已有批次“2026 年度”" in wrong(form)["name"]
    form(name="2026 年度第二批")


def test_only_its_own_committee_enters_a_batch(as_, make, office):
    with pytest.raises(NotYou):
        batch.create(
            as_(make.account(roles.COMMITTEE_OFFICE, committee=make.committee())),
            receiver=office.committee,
            year=2026,
            name="甲",
            **USUAL,
        )


def test_an_accepting_organisation_without_publicity_needs_no_days_for_it(make, as_, session):
    given = dict(
        organisation=make.organisation(NodeKind.CITY), node_kind=NodeKind.CITY, way=Way.INITIAL, level="assistant"
    )
    clerk = make.account(roles.HRSS_CONFIG)
    dates = dict(
        opens_on=date(2026, 6, 1),
        closes_on=date(2026, 6, 12),
        correction_on=date(2026, 6, 22),
        audit_on=date(2026, 6, 22),
        evidence_on=date(2026, 6, 12),
    )
    receiver = make._add(AcceptanceOffice, given, publicity_required=False)
    batch.create(as_(clerk), receiver=receiver, year=2026, name="六月初定", **dates)
    receiver.publicity_required = True
    with pytest.raises(Refused) as refused:
        batch.create(
            as_(clerk),
            receiver=receiver,
            year=2026,
            name="六月认定",
            **dates | {"audit_on": date(2026, 6, 18), "correction_on": date(2026, 6, 18)},
        )
    assert set(refused.value.fields) == {"correction_on", "audit_on"}


# -- What should be looked at ---------------------------------------------------------------------


def test_a_deadline_on_a_day_off_is_told_with_the_nearest_working_day(form, as_, office):
    made = form(closes_on=date(2026, 8, 29), paper_from=date(2026, 9, 26), paper_to=date(2026, 9, 28))
    told = remarks(as_(office), made)
    assert ("closes_on", "申报截止 2026-08-29（星期六）不是工作日，最近的工作日为 2026-08-28；请核对。") in told
    assert any(field == "paper_from" and "2026-09-24" in words and "星期六" in words for field, words in told)
    assert (
        "paper_from",
        "全省高级职称纸质材料集中报送为第三季度最后 2 个工作日，即 2026-09-29 至 2026-09-30（118号 二(二)）；请核对。",
    ) in told


@pytest.mark.parametrize(
    ("year", "first", "last"), [(2023, (9, 27), (9, 28)), (2022, (9, 29), (9, 30)), (2024, (9, 29), (9, 30))]
)
def test_the_days_for_paper_are_the_last_two_working_days_of_the_third_quarter(session, year, first, last):
    assert batch_dates.paper_days(session, year) == (date(year, *first), date(year, *last))


@pytest.mark.parametrize(("year", "day"), [(2023, (12, 24)), (2022, (12, 25)), (2026, (12, 24))])
def test_the_last_vote_that_can_be_filed_within_the_year(session, year, day):
    assert batch_dates.last_vote_day(session, year) == date(year, *day)


def test_a_committee_whose_term_ends_before_the_vote_is_told(form, as_, office):
    office.committee.valid_to = date(2026, 11, 30)
    assert any(field == "vote_on" and "不在有效期内" in words for field, words in remarks(as_(office), form()))


# -- Backwards ------------------------------------------------------------------------------------


def by_label(legs):
    return {leg.label: leg for leg in legs}


def test_the_dates_of_the_notice_follow_from_the_last_day_for_filing(make, session):
    legs = by_label(countdown.plan_back(session, make.committee(), 2023, countdown.Pace()))
    assert (legs["备案"].day, legs["最迟投票日"].day, legs["线上审核截止"].day) == (
        date(2023, 12, 29),
        date(2023, 12, 24),
        date(2023, 9, 28),
    )
    assert (legs["纸质材料报送"].day, legs["纸质材料报送"].last, legs["材料有效截止日（含）"].day) == (
        date(2023, 9, 27),
        date(2023, 9, 28),
        date(2023, 9, 28),
    )
    assert "118号 二(一)" in legs["线上审核截止"].reason and all(leg.reason for leg in legs.values())


def test_a_long_review_pulls_the_audits_forward(make, session):
    legs = by_label(countdown.plan_back(session, make.committee(), 2026, countdown.Pace(review=60, recheck=20)))
    assert legs["线上审核截止"].day < date(2026, 9, 1) and "预留 20 个工作日" in legs["线上审核截止"].reason


def test_room_is_counted_from_today_and_may_be_missing(make, session):
    legs = countdown.plan_back(session, make.committee(), 2026, countdown.Pace())
    first = legs[-1].day
    assert countdown.room(session, legs, first - timedelta(days=14)) == 10
    assert countdown.room(session, legs, first) == 0
    assert countdown.room(session, legs, first + timedelta(days=14)) == -10


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    year=st.integers(2021, 2026),
    pace=st.builds(countdown.Pace, *[st.integers(1, 40)] * 4),
    level=st.sampled_from(("senior", "intermediate")),
    kind=st.sampled_from((CommitteeKind.ORDINARY, CommitteeKind.OWN)),
    host=st.sampled_from((CommitteeHost.GENERAL, CommitteeHost.HOSPITAL)),
)
def test_whatever_pace_is_asked_the_proposal_passes_every_check(session, make, as_, year, pace, level, kind, host):
    """Property: dates counted backwards are never refused forwards, unless they leave the year."""
    body = make.committee(
        level=level, kind=kind, host=host, valid_from=date(year, 1, 1), valid_to=date(year + 2, 12, 31)
    )
    legs = countdown.plan_back(session, body, year, pace)
    assert [
        leg.day for leg in legs if leg.field in ("vote_on", "audit_on", "correction_on", "closes_on", "opens_on")
    ] == sorted(
        (leg.day for leg in legs if leg.field in ("vote_on", "audit_on", "correction_on", "closes_on", "opens_on")),
        reverse=True,
    )
    made = Batch(
        year=year,
        name="倒排",
        committee=body,
        quota_factor=1,
        vote_reason="",
        **{k: date.fromisoformat(v) for k, v in countdown.filled(legs).items()},
    )
    session.expunge(made) if made in session else None
    found = {
        k: v
        for k, v in check_dates(as_(make.account(roles.HRSS_CONFIG)), made).items()
        if f"须在 {year} 年度内" not in v
    }
    assert not found
    assert all(
        working_days.is_workday(session, getattr(made, name))
        for name in ("opens_on", "closes_on", "correction_on", "audit_on")
    )


# -- For each role's calendar -----------------------------------------------------------------------


def keys(as_, actor, made):
    return [e.key for e in agenda.agenda(as_(actor), made)]


def test_each_role_gets_its_own_dates(make, as_, office):
    made = make.batch(office.committee, paper_from=date(2026, 9, 27), paper_to=date(2026, 9, 28))
    applicant = keys(as_, make.account(roles.APPLICANT), made)
    assert set(applicant) == {"declaring", "closes", "correction", "evidence"}
    unit = keys(as_, make.account(roles.UNIT_OFFICER), made)
    assert {"unit_publicity", "audit", "paper", "correction"} <= set(unit) and "vote" not in unit
    city = keys(as_, make.account(roles.CITY_OFFICER), made)
    assert {"correction", "audit", "paper"} <= set(city) and "vote" not in city
    assert {"vote", "filing", "publish", "file_plan", "audit"} <= set(keys(as_, office, made))
    assert {"vote", "closes", "audit"} <= set(keys(as_, make.account(roles.LEADER), made))


def test_the_office_reads_its_plans_and_an_expert_his_session_by_its_day_alone(make, as_):
    case = make.sitting("check_in")
    told = {e.key: e for e in agenda.agenda(as_(case.office), case.plan.batch)}
    assert told[f"plan-{case.plan.id}-opens"].day == case.plan.opens_on
    assert told[f"plan-{case.plan.id}-draw"].day == case.plan.opens_on - timedelta(days=1)
    mine = {e.key: e for e in agenda.agenda(as_(case.judges[0]), case.plan.batch)}
    assert mine[f"session-{case.review.id}"].day == case.plan.opens_on and case.plan.arrival_place not in str(mine)
    other = make.committee()
    assert keys(as_, make.account(roles.EXPERT), case.plan.batch) == ["declaring"]
    assert not [
        k
        for k in keys(as_, make.account(roles.COMMITTEE_OFFICE, committee=other), case.plan.batch)
        if k.startswith("plan-")
    ]


def test_a_batch_is_open_from_its_first_to_its_last_day(make):
    made = make.batch()
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 8, 31), date(2026, 9, 1))
    assert [batch.open_on(made, day) for day in days] == [False, True, True, False]
    assert datetime(2026, 4, 1).date() == made.opens_on


# -- what applicants have read -----------------------------------------------------------------------------


@pytest.fixture
def running(make, as_):
    """A published batch with a draft and a declaration on its way, and its committee's office."""
    case = make.declaration(state=DeclarationState.UNDER_AUDIT)
    draft = make.declaration(batch=case.batch, title=case.title, state=DeclarationState.DRAFT)
    clerk = make.account(roles.COMMITTEE_OFFICE, committee=case.batch.committee)
    return SimpleNamespace(batch=case.batch, case=case, draft=draft, office=as_(clerk))


def told_to(session, declaration):
    return list(session.scalars(select(Notice.title).where(Notice.person_id == declaration.person_id)))


def test_a_batch_in_which_people_have_declared_is_not_cancelled_over_their_heads(running, session):
    with pytest.raises(Refused, match=r"已有 1 件申报提交，不能撤销（附件2 1\.4\.2）.*延期"):
        batch.BATCH.perform(running.office, running.batch, "cancel", opinion="名称有误")
    running.case.state = DeclarationState.WITHDRAWN
    batch.BATCH.perform(running.office, running.batch, "cancel", opinion="名称有误")
    assert told_to(session, running.draft) == ["年度批次已撤销"] and told_to(session, running.case) == []


def test_a_deadline_is_put_off_with_a_reason_and_all_in_the_batch_are_told(running, session):
    days = {name: getattr(running.batch, name) for name in batch.MOVED}
    later = days | {"closes_on": days["closes_on"] + timedelta(days=1)}
    batch.BATCH.perform(running.office, running.batch, "postpone", reason="系统检修一天", **later)
    assert running.batch.closes_on == later["closes_on"] and running.batch.state == BatchState.PUBLISHED
    assert told_to(session, running.draft) == told_to(session, running.case) == ["年度批次延期"]


def test_a_deadline_is_never_brought_forward_nor_against_the_others(running):
    days = {name: getattr(running.batch, name) for name in batch.MOVED}
    with pytest.raises(NotNow, match="没有推迟任何日期"):
        batch.BATCH.perform(running.office, running.batch, "postpone", reason="系统检修", **days)
    for name, day in (("closes_on", days["closes_on"] - timedelta(days=1)), ("closes_on", date(2026, 12, 30))):
        with pytest.raises(Refused) as refusal:
            batch.BATCH.perform(running.office, running.batch, "postpone", reason="系统检修", **days | {name: day})
        assert refusal.value.fields
        assert {name: getattr(running.batch, name) for name in batch.MOVED} == days
