"""规则参数 at work: a changed number changes the rule that it names."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

import workflow.lifecycles  # noqa: F401  (every room has said what it asks of a value)
from models.awards.publicity import Objection
from models.declarations.declaration import DeclarationMode
from models.paths.path import Way
from models.review.plan import ScoreItem
from models.review.session import ReviewOpinion
from tests.workflow.declarations.test_endorsement import recommended
from workflow.awards import objection as objections
from workflow.base import roles, settings
from workflow.base.errors import NotYou, Refused
from workflow.committees import expert
from workflow.declarations import eligibility
from workflow.review import ballot, draw, plan, scheme, scoring
from workflow.review import session as sessions


@pytest.mark.parametrize("declared", settings.SETTINGS, ids=lambda s: s.name)
def test_each_parameter_is_set_by_whose_it_is_and_by_nobody_else(make, as_, declared):
    owner = roles.SECURITY_ADMIN if declared.clause.startswith("GB/T 22239") else roles.HRSS_CONFIG
    for name in roles.ALL:
        uow = as_(make.account(name))
        if name == owner:
            assert settings.change(uow, declared.name, declared.stored(declared.default)) == declared.default
        else:
            with pytest.raises(NotYou):
                settings.change(uow, declared.name, declared.stored(declared.default))


@pytest.fixture
def set_(make, as_):
    """`set_("group_size", 5)` by the configuration desk."""
    desk = as_(make.account(roles.HRSS_CONFIG))
    return lambda name, value: settings.change(desk, name, value)


def test_the_draw_is_on_the_day_that_the_parameter_names(make, as_):
    uow = as_(make.account(roles.HRSS_AUDIT), datetime(2026, 5, 20, 9))
    case = make.plan(opens_on=date(2026, 5, 21))
    assert draw.not_the_day(uow, case) is None
    case.opens_on += timedelta(days=1)
    assert "开评前 1 天" in draw.not_the_day(uow, case)
    lead = settings.setting("draw_lead_days")
    assert (lead.lowest, lead.highest) == (1, 1), "118号 五(二) leaves no choice"


def test_the_last_vote_day_of_a_batch_without_its_own(make, session, set_):
    case = make.plan()
    case.batch.vote_on = None
    assert sessions.last_vote_day(session, case) == date(2026, 12, 24)
    set_("vote_by", "12-10")
    assert sessions.last_vote_day(session, case) == date(2026, 12, 10)
    assert "2026-12-10" in sessions.late_vote(session, case, date(2026, 12, 11), "")


def test_a_complaint_is_answered_within_the_working_days_of_the_parameter(make, session, set_):
    objection = make._add(
        Objection, {}, declaration=make.declaration(), text="材料不实", registered_at=datetime(2026, 5, 20, 9)
    )
    assert objections.answer_by(session, objection) == date(2026, 6, 3)
    set_("complaint_days", 3)
    assert objections.answer_by(session, objection) == date(2026, 5, 25)


def test_the_term_of_an_expert_is_as_long_as_the_parameter_allows(make, as_, session, set_):
    found = make.expert(state="applied")
    set_("expert_years", 2)
    province = as_(make.account(roles.HRSS_AUDIT))
    with pytest.raises(Refused, match="任期不得超过 2 年，最迟到 2028-05-19"):
        expert.admit(province, found, term_from=date(2026, 5, 20), term_to=date(2029, 5, 19))
    assert expert.latest_end(session, date(2026, 5, 20)) == date(2028, 5, 19)


def test_so_many_experts_write_on_a_candidate_as_a_review_group_has(make, session, set_):
    case = make.sitting("discussion", members=7, people=1)
    for judge in case.experts[:3]:
        make._add(
            ReviewOpinion,
            {},
            session_id=case.review.id,
            expert_id=judge.id,
            declaration_id=case.people[0].id,
            text="同意推荐",
        )
    assert scoring.without_opinions(session, case.review) == []
    set_("group_size", 5)
    assert scoring.without_opinions(session, case.review) == [case.people[0].number]


def item(name, maximum):
    return ScoreItem(phase="material", kind="score", name=name, maximum=maximum, criterion="")


def test_weights_of_items_are_held_against_the_parameters(session, set_):
    sound = [item("基层业绩成果", 50), item("论文", 30), item("答辩", 20)]
    assert scheme.lint(session, sound) == []
    set_("weight_highest", 20)
    assert ["超过 20 分" in sentence for sentence in scheme.lint(session, sound)] == [True]
    set_("item_weight_highest", 40)
    assert any("超过单项上限 40 分" in sentence for sentence in scheme.lint(session, sound))


def test_too_few_attending_open_no_secret_ballot(make, session, set_):
    case = make.sitting("voting", members=5)
    assert len(ballot._attending(session, case.review, "")) == 5
    set_("ballot_minimum", 7)
    with pytest.raises(Refused, match="少于 7 人"):
        ballot._attending(session, case.review, "")


def test_a_new_plan_begins_with_the_standing_denominator(make, as_, set_):
    committee = make.committee()
    office = as_(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    facts = dict(
        opens_on=date(2026, 9, 1),
        arrival_place="甲",
        review_place="乙",
        interview_place="丙",
        members=25,
        needs=[("A", "综合组", 25, None)],
        items=[],
        standards="湘职改办〔2020〕9号",
        candidates=[],
    )
    assert not plan.create(office, name="一", batch=make.batch(committee=committee), **facts).recused_leave_denominator
    set_("recused_in_denominator", False)
    assert plan.create(office, name="二", batch=make.batch(committee=committee), **facts).recused_leave_denominator
    assert not plan.create(
        office, name="三", batch=make.batch(committee=committee), **facts, recused_leave_denominator=False
    ).recused_leave_denominator


def test_the_least_size_of_a_senior_bench_is_that_of_the_parameters(make, as_, set_):
    office = as_(make.account(roles.COMMITTEE_OFFICE))
    case = make.plan(members=25)
    assert plan.size_right(office, case) is None
    set_("committee_size_series", 27)
    assert "不少于 27 人" in plan.size_right(office, case)
    case.committee.by_specialty, case.members = True, 11
    assert plan.size_right(office, case) is None
    set_("committee_size_specialty", 13)
    assert "不少于 13 人" in plan.size_right(office, case)


@pytest.fixture
def said(make, as_):
    """What a rule says of a declaration whose 申报信息 are these."""
    uow = as_(make.account(roles.APPLICANT))

    def _said(rule, mode=DeclarationMode.NORMAL, assessed=True, **facts):
        declaration = make.declaration(mode=mode, way=Way.REVIEW)
        declaration.content.sections = {"declaring": facts, "assessments": [{"result": "合格"}] if assessed else []}
        return [finding.sentence for finding in rule(uow, declaration)]

    return _said


def test_a_change_of_series_needs_the_years_of_the_parameter(said, set_):
    facts = dict(mode=DeclarationMode.TRANSFER, new_post_since="2025-01-05")
    assert said(eligibility.transfer_year, **facts) == []
    set_("transfer_years", 2)
    assert "满 2 年（118号 八(二)）" in said(eligibility.transfer_year, **facts)[0]


def test_posted_staff_stay_the_years_of_the_parameter(said, set_):
    """Counted at the 材料有效截止日 of the batch (2026-09-28), that day included."""
    rule = eligibility.posted_long_enough
    assert said(rule) == said(rule, posted="未派驻") == []
    assert said(rule, posted="外省单位派驻湖南", posted_since="2025-09-28") == []
    assert "连续工作满 1 年（118号 四(一)1）" in said(rule, posted="外省单位派驻湖南", posted_since="2025-09-29")[0]
    assert said(rule, posted="湖南单位派驻外省")
    set_("posted_years", 2)
    assert "满 2 年" in said(rule, posted="外省单位派驻湖南", posted_since="2025-09-28")[0]


def test_an_exceptional_declaration_has_as_many_recommenders_as_the_parameter_asks(make, as_, set_):
    declaration = make.declaration(mode=DeclarationMode.EXCEPTIONAL, way=Way.REVIEW)
    typed = {"recommender_1": "甲 教授", "recommender_2": "乙 教授"}
    declaration.content.sections = {"declaring": {"exception_basis": "国家级表彰", **typed}}
    uow = as_(make.account(roles.APPLICANT))

    def said():
        return [finding.sentence for finding in eligibility.exception_founded(uow, declaration)]

    assert "2 名同专业正高级专家" in said()[0] and "现有 0 名" in said()[0], "names that are typed recommend nobody"
    recommended(make, declaration, 2)
    assert said() == []
    set_("recommenders", 3)
    assert "3 名同专业正高级专家" in said()[0] and "现有 2 名" in said()[0]


@pytest.mark.parametrize(
    "pattern", ["X", "{serial}", "{grade}{series}{year}{way}{issuer}", "{grade.x}{serial}", "{0}{serial}"]
)
def test_a_pattern_of_which_no_number_can_be_made_is_refused_where_it_is_set(make, as_, pattern):
    with pytest.raises(Refused) as refusal:
        settings.change(as_(make.account(roles.HRSS_CONFIG)), "number_pattern", pattern)
    assert list(refusal.value.fields) == ["value"]
