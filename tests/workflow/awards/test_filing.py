"""评审结果备案: who is fit to be filed, on which day, and what filing fixes."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.awards.filing import FilingState as S
from models.awards.publicity import Objection, ObjectionState, Publicity, PublicityItem, PublicityKind, PublicityState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as D
from models.declarations.quota import Quota, QuotaKind, QuotaState
from models.register.blacklist import BlacklistEntry, BlacklistKind, BlacklistState
from models.review.plan import PlanState
from models.review.session import ReviewSession
from workflow.awards import filing as filings
from workflow.awards.filing import FILING
from workflow.base import roles
from workflow.base.errors import NotYou, Refused

VOTED = date(2026, 10, 16)
NOON = datetime(2026, 10, 30, 12, 0)


class Case:
    """A reviewed plan with its office and auditor; `person` is a candidate whose publicity is over."""

    def __init__(self, make, as_):
        self.make, self._as = make, as_
        self.plan = make.plan(state=PlanState.REVIEWED)
        make._add(ReviewSession, {}, plan=self.plan, name="评审会议", voted_on=VOTED, state="archived")
        self.office = make.account(roles.COMMITTEE_OFFICE, committee_id=self.plan.committee_id)
        self.auditor = make.account(roles.HRSS_AUDIT)

    def as_(self, actor, now=NOON):
        return self._as(actor, now)

    def person(self, *, unit_ends=date(2026, 9, 1), result_ends=date(2026, 10, 26), **given):
        defaults = dict(state=D.RESULT_PUBLICITY, votes_yes=20, score=8000, voted_on=VOTED)
        d = self.make.declaration(batch=self.plan.batch, plan_id=self.plan.id, **defaults | given)
        for kind, ends in ((PublicityKind.UNIT, unit_ends), (PublicityKind.RESULT, result_ends)):
            if ends is not None:
                posting = self.make._add(
                    Publicity,
                    {},
                    kind=kind,
                    title="公示",
                    posted_on=ends,
                    starts_on=ends,
                    ends_on=ends,
                    place="公告栏",
                    complaint_department="人事处",
                    complaint_telephone="0731-1",
                    handler="刘",
                    state=PublicityState.POSTED,
                )
                self.make._add(PublicityItem, {}, publicity_id=posting.id, declaration_id=d.id)
        return d

    def objection(self, declaration, state=ObjectionState.REGISTERED):
        return self.make._add(
            Objection, {}, declaration_id=declaration.id, text="异议", registered_at=NOON, state=state
        )

    def blacklist(self, person):
        return self.make._add(
            BlacklistEntry,
            {},
            person=person,
            kind=BlacklistKind.FORGERY,
            reason="造假",
            starts_on=date(2026, 10, 1),
            ends_on=date(2029, 9, 30),
            state=BlacklistState.ACTIVE,
        )

    def quota(self, unit, approved, reserved):
        return self.make._add(
            Quota,
            {},
            unit=unit,
            year=2026,
            kind=QuotaKind.VACANCY,
            level=TitleLevel.ASSOCIATE_SENIOR,
            requested=approved,
            approved=approved,
            reserve_limit=reserved,
            reserved=reserved,
            used=0,
            state=QuotaState.APPROVED,
        )

    def apply(self, **given):
        facts = dict(application_number="湘建职改〔2026〕7号", summary="评审工作总结") | given
        return filings.apply(self.as_(self.office), self.plan, **facts)

    def approve(self, filing, **given):
        facts = dict(document="湘职改备〔2026〕12号", filed_on=date(2026, 10, 26)) | given
        FILING.perform(self.as_(self.auditor), filing, "approve", **facts)


@pytest.fixture
def case(make, as_):
    return Case(make, as_)


def test_everybody_whose_publicity_is_over_is_taken_by_itself(case):
    people = [case.person() for _ in range(3)]
    filing = case.apply()
    assert (filing.state, filing.people, filing.applied_on) == (S.SUBMITTED, 3, NOON.date())
    assert filing.candidates == people
    assert {d.state for d in people} == {D.FILING}


def test_filing_fixes_the_day_the_title_is_obtained(case):
    d = case.person()
    filing = case.apply()
    case.approve(filing)
    assert (d.state, d.filed_on, d.filing_number) == (D.FILED, date(2026, 10, 26), "湘职改备〔2026〕12号")
    assert (filing.state, filing.filed_on) == (S.APPROVED, date(2026, 10, 26))


def test_the_default_day_is_five_working_days_after_the_vote(case, session):
    assert filings.default_date(session, case.plan) == date(2026, 10, 23)
    assert filings.due_on(session, case.plan) == date(2026, 11, 6)
    assert "加 5 个工作日" in filings.usual_day(session, case.plan).why


def test_an_application_after_its_fifteen_working_days_says_why(case):
    """118号 六(二): the desk that decides reads the reason in the summary."""
    case.person()
    case.as_ = lambda actor, now=datetime(2026, 11, 9, 12): case._as(actor, now)
    with pytest.raises(Refused, match="2026-11-06 前申请备案") as refused:
        case.apply()
    assert set(refused.value.fields) == {"late_reason"}
    assert case.apply(late_reason="异议核查延期").summary == "评审工作总结（逾期说明：异议核查延期）"


def test_the_end_of_publicity_or_of_an_objection_counts_where_it_is_later(case, session):
    first, second = case.person(), case.person(result_ends=date(2026, 10, 28))
    filing = case.apply(declarations=[first])
    assert filings.default_date(session, case.plan, filing) == date(2026, 10, 26)
    assert filings.usual_day(session, case.plan) == filings.Usual(date(2026, 10, 28), "结果公示期满")
    objection = case.objection(second, ObjectionState.DISMISSED)
    objection.concluded_on = date(2026, 10, 29)
    session.flush()
    assert filings.usual_day(session, case.plan) == filings.Usual(date(2026, 10, 29), "异议核查办结")
    assert filings.default_date(session, case.plan, filing) == date(2026, 10, 26)


@pytest.mark.parametrize(
    ("given", "field", "why"),
    [
        (dict(filed_on=date(2026, 10, 23)), "date_reason", "应为 2026-10-26（结果公示期满"),
        (dict(filed_on=date(2026, 10, 15), date_reason="x"), "filed_on", "早于投票表决日"),
        (dict(filed_on=date(2026, 10, 31), date_reason="x"), "filed_on", "晚于今天"),
        (dict(document=""), "document", "备案文号"),
    ],
)
def test_another_day_must_be_explained(case, given, field, why):
    case.person()
    filing = case.apply()
    with pytest.raises(Refused, match=why) as refused:
        case.approve(filing, **given)
    assert field in refused.value.fields


def test_a_filing_across_the_year_needs_a_reason(make, as_, session):
    case = Case(make, as_)
    session.query(ReviewSession).filter_by(plan_id=case.plan.id).one().voted_on = date(2026, 12, 28)
    case.person()
    filing = filings.apply(
        as_(case.office, datetime(2027, 1, 12, 9)), case.plan, application_number="文", summary="总结"
    )
    late = filings.default_date(session, case.plan)
    assert late.year == 2027
    facts = dict(document="文号", filed_on=late)
    with pytest.raises(Refused, match="跨年度"):
        FILING.perform(as_(case.auditor, datetime(2027, 1, 12, 9)), filing, "approve", **facts)
    FILING.perform(as_(case.auditor, datetime(2027, 1, 12, 9)), filing, "approve", **facts, date_reason="投票推迟")
    assert "投票推迟" in filing.opinion


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (dict(unit_ends=None), "没有已满期的单位公示记录"),
        (dict(result_ends=None), "评审结果尚未公示"),
        (dict(result_ends=date(2026, 10, 30)), "公示期未满"),
        (dict(state=D.OBJECTED), "有异议尚未办结"),
        (dict(needs_quota=True), "没有为其登记评审职数"),
    ],
)
def test_who_is_not_fit_waits_with_the_reason(case, given, why):
    good, bad = case.person(), case.person(**given)
    found = {c.declaration.id: c.refusal for c in filings.candidates(case.as_(case.office), case.plan)}
    assert found[good.id] is None
    assert why in found[bad.id]
    filing = case.apply(objected="一人核查中")
    assert filing.candidates == [good]


def test_an_open_objection_must_be_told(case):
    case.person()
    disputed = case.person()
    case.objection(disputed)
    with pytest.raises(Refused, match="请填写有异议人员说明") as refused:
        case.apply()
    assert "objected" in refused.value.fields
    assert case.apply(objected="张某核查中").people == 1


def test_who_is_cleared_later_is_filed_later(case):
    case.person()
    disputed = case.person()
    objection = case.objection(disputed)
    case.approve(case.apply(objected="核查中"))
    objection.state = ObjectionState.DISMISSED
    second = case.apply(application_number="湘建职改〔2026〕8号")
    assert second.candidates == [disputed]


def test_a_blacklisted_person_is_refused_by_name(case):
    bad = case.person()
    case.blacklist(bad.person)
    with pytest.raises(Refused, match=f"{bad.applicant_name}在失信黑名单记录期内"):
        case.apply(declarations=[bad])


def test_who_is_blacklisted_after_the_application_stops_the_filing_by_name(case):
    bad = case.person()
    filing = case.apply()
    case.blacklist(bad.person)
    with pytest.raises(Refused, match=f"{bad.applicant_name}.*黑名单.*剔除后重新申请"):
        case.approve(filing)
    assert bad.state == D.FILING


def test_the_quota_caps_the_filing_and_the_better_results_go_first(case, make):
    unit = make.organisation(name="省建筑设计院")
    quota = case.quota(unit, approved=1, reserved=2)
    weak = case.person(unit=unit, needs_quota=True, quota_id=quota.id, votes_yes=17)
    strong = case.person(unit=unit, needs_quota=True, quota_id=quota.id, votes_yes=21)
    found = {c.declaration.id: c.refusal for c in filings.candidates(case.as_(case.office), case.plan)}
    assert found[strong.id] is None
    assert "核准职数 1 个，已核销 0 个，本次已占 1 个" in found[weak.id]
    case.approve(case.apply())
    assert (quota.used, strong.state, weak.state) == (1, D.FILED, D.RESULT_PUBLICITY)


def test_a_returned_filing_gives_its_people_back_and_can_be_applied_again(case):
    d = case.person()
    filing = case.apply()
    FILING.perform(case.as_(case.auditor), filing, "send_back", opinion="总结不全")
    assert (d.state, d.filing_id, filing.state) == (D.RESULT_PUBLICITY, None, S.RETURNED)
    FILING.perform(
        case.as_(case.office),
        filing,
        "resubmit",
        application_number="湘建职改〔2026〕9号",
        summary="补充总结",
        objected="",
    )
    assert (d.state, d.filing_id, filing.state, filing.people) == (D.FILING, filing.id, S.SUBMITTED, 1)


def test_nobody_fit_nothing_filed(case):
    case.person(result_ends=None)
    with pytest.raises(Refused, match="没有可以备案的人员"):
        case.apply()


def test_a_plan_under_review_is_not_filed(case):
    case.person()
    case.plan.state = PlanState.APPROVED
    with pytest.raises(Refused, match="评审未结束"):
        case.apply()


def test_only_the_plans_own_office_applies_and_only_the_province_files(case, make):
    case.person()
    stranger = make.account(roles.COMMITTEE_OFFICE, committee_id=make.committee().id)
    with pytest.raises(NotYou):
        filings.apply(case.as_(stranger), case.plan, application_number="文", summary="总结")
    filing = case.apply()
    with pytest.raises(NotYou):
        FILING.perform(case.as_(case.office), filing, "approve", document="文", filed_on=date(2026, 10, 26))
    FILING.perform(case.as_(case.auditor), filing, "send_back", opinion="退")
    with pytest.raises(Refused, match="只能办理本评委会的备案"):
        FILING.perform(case.as_(stranger), filing, "resubmit", application_number="文", summary="总结")


def test_somebody_who_is_not_waiting_cannot_be_slipped_in(case, make):
    case.person()
    with pytest.raises(Refused, match="不在本方案的结果公示人员中"):
        case.apply(declarations=[make.declaration(state=D.RESULT_PUBLICITY)])
