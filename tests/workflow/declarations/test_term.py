"""Whose term runs: each holder of a returned case has days of his own, and only his own delay ends the year."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from tests.conftest import NOON
from tests.hands import head_beside, sign
from workflow.base import roles, settings
from workflow.base.errors import Refused
from workflow.declarations import desk, destination
from workflow.declarations.declaration import DECLARATION
from workflow.office import working_days

ITEMS = {"cause": "01", "items": "补充继续教育认定单", "opinion": "材料不齐"}


@pytest.fixture
def chain(make):
    """A case at the committee, above a unit, a district and a city, with an account of each."""
    district, city = make.organisation("district", name="天心区人社局"), make.organisation("city", name="长沙市人社局")
    unit = make.organisation(name="长沙市第三医院", superior=district)
    case = make.declaration(
        state=S.AT_COMMITTEE, unit=unit, route=(district, city), position=3, reached_committee_at=NOON
    )
    accounts = {
        "unit": make.account(roles.UNIT_OFFICER, organisation_id=unit.id),
        "district": make.account(roles.DISTRICT_OFFICER, organisation_id=district.id),
        "city": make.account(roles.CITY_OFFICER, organisation_id=city.id),
        "committee": make.account(roles.COMMITTEE_OFFICE, committee=case.committee),
        "person": make.account(roles.APPLICANT, person_id=case.person_id),
        "system": make.account(roles.SYSTEM),
    }
    return case, accounts


def after(session, day, n, hour=12):
    """The moment `n` working days after `day`."""
    return datetime.combine(working_days.add(session, day, n), datetime.min.time()) + timedelta(hours=hour)


def told(session, person):
    return session.scalars(select(Notice.text).where(Notice.person_id == person.person_id).order_by(Notice.id)).all()


def test_each_holder_of_a_return_has_his_own_days_from_the_day_it_reaches_him(chain, as_, session):
    case, who = chain
    now, seen = NOON, []
    DECLARATION.perform(as_(who["committee"], now), case, "send_back", **ITEMS)
    for holder in ("city", "district", "unit"):
        assert case.due_on == working_days.add(session, now.date(), settings.value(session, "pass_down_days"))
        assert case.held_since == now
        seen.append(case.due_on)
        now = after(session, now.date(), 2)
        DECLARATION.perform(as_(who[holder], now), case, "pass_down", opinion="")
    assert case.due_on == working_days.add(session, now.date(), settings.value(session, "correction_days"))
    assert case.held_since == now and len(set(seen)) == 3
    (correction,) = session.scalars(select(Correction))
    assert correction.due_on == case.due_on, "what is printed is the term he really has"


def test_the_year_of_an_applicant_never_ends_while_an_office_keeps_his_return(chain, as_, session):
    case, who = chain
    DECLARATION.perform(as_(who["committee"]), case, "send_back", **ITEMS)
    late = after(session, NOON.date(), 30)
    for name in ("city", "district", "committee", "system"):
        refusal = DECLARATION.refusal(as_(who[name], late), case, "lapse")
        assert refusal is not None and "退回途中" in refusal.sentence, name
    assert "督办直退" in DECLARATION.refusal(as_(who["city"], late), case, "lapse").sentence


def test_it_ends_only_after_the_applicants_own_days_and_never_by_an_office_elsewhere(chain, as_, session, make):
    case, who = chain
    now = NOON
    DECLARATION.perform(as_(who["committee"], now), case, "send_back", **ITEMS)
    for holder in ("city", "district", "unit"):
        now = after(session, now.date(), 20)
        DECLARATION.perform(as_(who[holder], now), case, "pass_down", opinion="")
    last = case.due_on
    on_the_day = datetime.combine(last, datetime.min.time()) + timedelta(hours=23)
    assert DECLARATION.refusal(as_(who["city"], on_the_day), case, "lapse") is not None
    assert DECLARATION.refusal(as_(who["person"], on_the_day), case, "resubmit") is None
    next_day = on_the_day + timedelta(days=1)
    stranger = make.account(roles.CITY_OFFICER, organisation_id=make.organisation("city").id)
    assert "路径上的机构" in DECLARATION.refusal(as_(stranger, next_day), case, "lapse").sentence
    DECLARATION.perform(as_(who["city"], next_day), case, "lapse")
    assert case.state == S.TERMINATED


def test_a_return_late_in_the_year_still_leaves_the_applicant_all_of_his_days(chain, as_, session):
    """The batch plans 补正截止 2026-09-18; who is asked on the eve of it, or after it, is asked by others' delay."""
    case, who = chain
    case.state, case.position = S.UNIT_REVIEW, 0
    eve = datetime(2026, 9, 17, 12)
    DECLARATION.perform(as_(who["unit"], eve), case, "send_back", **ITEMS)
    assert case.due_on == working_days.add(session, eve.date(), settings.value(session, "correction_days"))


def test_the_applicant_always_reads_with_whom_since_when_until_when_and_what_he_can_do(chain, as_, session):
    case, who = chain

    def page(now=NOON):
        return dict(destination.whereabouts(as_(who["person"], now), case))

    DECLARATION.perform(as_(who["committee"]), case, "send_back", **ITEMS)
    assert "请于" not in told(session, who["person"])[-1], "he has no button yet"
    assert "长沙市人社局" in told(session, who["person"])[-1] and "现在不用办理" in told(session, who["person"])[-1]
    here = page()
    assert here["当前办理"] == "长沙市人社局" and here["到达时间"].startswith("2026-05-20")
    assert here["办理期限"] == str(case.due_on) and "现在不用办理" in here["您可以"]
    assert "已逾期" in page(after(session, NOON.date(), 5))["办理期限"]
    now = NOON
    for holder in ("city", "district", "unit"):
        DECLARATION.perform(as_(who[holder], now), case, "pass_down", opinion="")
    here = page()
    assert here["当前办理"] == "申报人" and here["您可以"] == "放弃申报、重新提交"
    assert f"请于 {case.due_on} 前补正" in told(session, who["person"])[-1]


def test_an_office_that_keeps_a_return_is_shown_above_and_who_stands_above_gives_it_down(chain, as_, session, make):
    case, who = chain

    def listed(name, now):
        clause = desk.late_desk(who[name], now.date())
        return session.scalars(select(Declaration.id).where(clause)).all()

    DECLARATION.perform(as_(who["committee"]), case, "send_back", **ITEMS)
    DECLARATION.perform(as_(who["city"]), case, "pass_down", opinion="")
    in_time, late = after(session, NOON.date(), 2), after(session, NOON.date(), 3)
    assert listed("city", in_time) == []
    assert "期限" in DECLARATION.refusal(as_(who["city"], in_time), case, "hand_down").sentence
    assert listed("city", late) == listed("committee", late) == [case.id]
    assert listed("district", late) == listed("unit", late) == []
    assert DECLARATION.refusal(as_(who["district"], late), case, "hand_down") is not None, "not by who is late himself"
    stranger = make.account(roles.CITY_OFFICER, organisation_id=make.organisation("city").id)
    assert DECLARATION.refusal(as_(stranger, late), case, "hand_down") is not None
    DECLARATION.perform(as_(who["city"], late), case, "hand_down", opinion="区局逾期未转交")
    assert (case.state, case.position) == (S.RETURNED, -1)
    assert case.due_on == working_days.add(session, late.date(), settings.value(session, "correction_days"))
    assert listed("city", late) == []


def test_an_office_past_its_audit_day_passes_on_with_the_reason_and_the_applicant_loses_nothing(make, as_):
    city = make.organisation("city")
    case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
    auditor = make.account(roles.CITY_OFFICER, organisation_id=city.id)
    late = datetime(2026, 10, 9, 12)
    answers = {
        "opinion": "齐全", "publicity_checked": True, "consistency": "pending", "head": str(head_beside(auditor).id),
    }  # fmt: skip
    with pytest.raises(Refused) as refused:
        DECLARATION.perform(as_(auditor, late), case, "approve", **answers)
    assert set(refused.value.fields) == {"late_reason"} and "逾期原因" in refused.value.sentence
    DECLARATION.perform(as_(auditor, late), case, "approve", **answers, late_reason="经办人生病，已报告评委会")
    sign(as_, case, late)
    assert case.state == S.AT_COMMITTEE
