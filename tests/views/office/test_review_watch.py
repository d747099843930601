"""工作台: filings with their days, ratios beyond the control, objections past their term, and whom a unit has back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.awards.publicity import Objection
from models.declarations.declaration import DeclarationState as S
from models.review.plan import PlanState
from models.review.session import SessionState
from workflow.base import roles
from workflow.base.clock import province_now


def page_of(browser, account):
    return browser(account).get("/home/").get_data(as_text=True)


@pytest.mark.parametrize(("reason", "said"), [("试点", "已说明理由"), ("", "没有说明理由")])
def test_a_plan_that_lets_more_pass_than_the_control_ratio_is_named_to_the_province(
    make, browser, reason, said, session
):
    year = province_now(session).year
    over = make.plan(year=year, state=PlanState.FILED, full_ratio=60, associate_ratio=55, ratio_reason=reason)
    usual = make.plan(year=year, state=PlanState.FILED)
    page = page_of(browser, make.account(roles.HRSS_AUDIT))
    part = page.partition("突破比例控制的方案")[2].partition("</section>")[0]
    assert f"正高 60%、副高及以下 55%，参评 0 人，通过 0 人；{said}" in part
    assert over.name in part and usual.name not in part


def test_a_committee_is_told_by_when_it_has_to_file(make, session, browser):
    today = province_now(session).date()
    sitting = make.sitting(state=SessionState.SEALED, voted_on=today - timedelta(days=60))
    page = page_of(browser, sitting.office)
    assert "最迟" in page and "申请备案（已逾期" in page and sitting.plan.name in page


def test_the_supervision_sees_an_objection_that_nobody_has_answered_in_time(make, session, browser):
    case = make.declaration(state=S.OBJECTED)
    late = Objection(declaration_id=case.id, text="论文存疑", registered_at=province_now(session) - timedelta(days=90))
    session.add(late)
    session.commit()
    page = page_of(browser, make.account(roles.SUPERVISOR))
    assert case.applicant_name in page and "个工作日未答复" in page and "论文存疑" not in page


def test_a_unit_sees_who_has_a_returned_declaration_to_mend(make, session, browser):
    unit = make.organisation()
    case = make.declaration(state=S.RETURNED, unit=unit, position=-1)
    session.commit()
    page = page_of(browser, make.account(roles.UNIT_OFFICER, organisation=unit))
    assert case.applicant_name in page and "已退回本人补正" in page


def test_an_applicant_sees_which_batches_are_open_and_until_when(make, session, browser):
    today = province_now(session).date()
    batch = make.batch(opens_on=today - timedelta(days=3), closes_on=today)
    page = page_of(browser, make.account(roles.APPLICANT, person=make.person()))
    assert batch.name in page and "今天截止" in page
