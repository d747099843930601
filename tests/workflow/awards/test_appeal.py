"""申请复查 (令40号 第二十六条): who may ask, who looks into it, what follows, and that no vote changes."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.awards.appeal import AppealState as S
from models.declarations.declaration import DeclarationState as D
from models.declarations.opinion import Opinion, OpinionResult
from models.office.notice import Notice
from workflow.awards import appeal
from workflow.awards.appeal import APPEAL
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.declarations.audit import end


@pytest.fixture
def committee(make):
    return make.committee()


@pytest.fixture
def office(make, committee):
    """A committee's office: a clerk, and who answers for it."""
    clerk = make.account(r.COMMITTEE_OFFICE, committee_id=committee.id)
    return [clerk, make.head(clerk)]


@pytest.fixture
def case(make, committee):
    """It lies at the committee's office for the re-check."""
    return make.declaration(
        state=D.AT_COMMITTEE, position=2, committee=committee, reached_committee_at=datetime(2026, 5, 4)
    )


def ended(as_, case, clerk, second=None):
    uow = as_(clerk)
    end(uow, case, "disqualify", "任职年限不足")
    uow.session.add(
        Opinion(
            declaration_id=case.id, position=2, office_name="办公室", result=OpinionResult.DISQUALIFIED, words="不符",
            handler_id=clerk.id, handler_name="甲", head_id=second and second.id, head_name="乙",
            given_at=datetime(2026, 5, 20, 12),
        )
    )  # fmt: skip
    uow.session.flush()


@pytest.fixture
def ended_case(as_, case, office):
    ended(as_, case, office[0])
    return case


@pytest.fixture
def applicant(make, case):
    return make.account(r.APPLICANT, person_id=case.person_id)


def asked(as_, applicant, case, **given):
    told = dict(declaration=case.id, text="任职年限计算有误", telephone="13900000000") | given
    return appeal.apply(as_(applicant), **told)


@pytest.fixture
def open_one(as_, applicant, ended_case, office):
    made = asked(as_, applicant, ended_case)
    APPEAL.perform(as_(office[1]), made, "accept", investigator=str(office[1].id))
    return made


def told(session, title):
    return session.scalars(select(Notice).where(Notice.title == title)).all()


def test_the_end_of_a_case_tells_where_and_until_when_it_may_be_contested(session, ended_case):
    words = told(session, "申报已终止")[0].text
    assert "“申请复查”" in words and "2026-06-03 前" in words, words


def test_the_office_of_the_committee_hears_of_an_application_and_is_given_its_term(session, as_, applicant, ended_case):
    made = asked(as_, applicant, ended_case)
    notice = told(session, "收到复查申请")[0]
    assert notice.committee_id == ended_case.committee_id == made.committee_id
    assert made.contested == "任职年限不足" and appeal.answer_by(session, made) == date(2026, 6, 3)


def test_an_application_is_made_once_by_oneself_against_a_result_within_the_term(make, as_, applicant, case, office):
    with pytest.raises(Refused, match="没有未通过或终止的结果"):
        asked(as_, applicant, case)
    ended(as_, case, office[0])
    stranger = make.account(r.APPLICANT, person_id=make.person().id)
    with pytest.raises(Refused, match="没有找到"):
        asked(as_, stranger, case)
    with pytest.raises(NotYou):
        asked(as_, office[0], case)
    made = asked(as_, applicant, case)
    with pytest.raises(Refused, match="已经申请过复查"):
        asked(as_, applicant, case)
    APPEAL.perform(as_(applicant), made, "take_back")
    assert asked(as_, applicant, case).state == S.APPLIED


def test_whoever_decided_neither_looks_into_it_nor_concludes(as_, applicant, ended_case, office):
    made = asked(as_, applicant, ended_case)
    first, second = office
    assert [key for key, _name in appeal.investigators(as_(first), made)] == [str(second.id)]
    with pytest.raises(Refused, match="未参与原决定"):
        APPEAL.perform(as_(first), made, "accept", investigator=str(first.id))
    APPEAL.perform(as_(first), made, "accept", investigator=str(second.id))
    with pytest.raises(Refused, match="您参与了原决定"):
        APPEAL.perform(as_(first), made, "maintain", finding="程序无误")
    APPEAL.perform(as_(second), made, "maintain", finding="程序无误")
    assert made.state == S.MAINTAINED and made.decided_by == second.full_name


def test_where_the_whole_office_decided_the_province_takes_it_up(make, as_, applicant, case, office):
    ended(as_, case, *office)
    made = asked(as_, applicant, case)
    with pytest.raises(Refused, match="省厅审核岗受理"):
        APPEAL.perform(as_(office[0]), made, "accept", investigator=str(office[0].id))
    auditor = make.account(r.HRSS_AUDIT)
    APPEAL.perform(as_(auditor), made, "accept", investigator=str(auditor.id))
    assert made.committee_id is None and made.office_name == "省人社厅"
    with pytest.raises(Refused, match="由省人社厅办理"):
        APPEAL.perform(as_(office[0]), made, "maintain", finding="无误")


def test_a_case_ended_wrongly_goes_on_where_it_was_ended(session, as_, open_one, ended_case, office):
    offered = dict(appeal.remedies(as_(office[1]), open_one))
    assert offered["resume"] == "恢复办理：回到“待评委会复核”"
    APPEAL.perform(as_(office[1]), open_one, "find_fault", finding="年限少算一年", remedy="resume", measures="重新复核")
    assert ended_case.state == D.AT_COMMITTEE and ended_case.result_reason == ""
    assert ended_case.held_since == datetime(2026, 5, 20, 12), "its days begin anew"
    assert {n.role for n in told(session, "复查认定程序有误")} == {r.HRSS_AUDIT, r.SUPERVISOR}
    ended(as_, ended_case, office[0])
    assert appeal.refused_today(as_(office[0]), ended_case) is not None


def test_after_the_term_it_is_refused_with_the_day_and_another_way(make, as_, committee):
    failed = make.declaration(state=D.FAILED, committee=committee, voted_on=date(2026, 5, 20))
    applicant = make.account(r.APPLICANT, person_id=failed.person_id)
    late = as_(applicant, datetime(2026, 6, 4, 9))
    with pytest.raises(Refused, match=r"10 个工作日内（2026-06-03 前）.*令40号 第二十六条.*投诉"):
        appeal.apply(late, declaration=failed.id, text="迟了", telephone="1")
    assert appeal.refused_today(as_(applicant, datetime(2026, 6, 3, 9)), failed) is None


def test_a_vote_is_never_changed_by_it(make, as_, office, committee):
    failed = make.declaration(
        state=D.FAILED, committee=committee, reached_committee_at=datetime(2026, 5, 4),
        voted_on=date(2026, 5, 19), votes_yes=3, result_reason="同意票未达三分之二",
    )  # fmt: skip
    applicant = make.account(r.APPLICANT, person_id=failed.person_id)
    made = asked(as_, applicant, failed)
    APPEAL.perform(as_(office[0]), made, "accept", investigator=str(office[0].id))
    assert [key for key, _word in appeal.remedies(as_(office[0]), made)] == ["next_year"]
    with pytest.raises(Refused, match="118号 五\\(四\\) 不得复评"):
        APPEAL.perform(as_(office[0]), made, "find_fault", finding="回避", remedy="resume", measures="纠正")
    APPEAL.perform(
        as_(office[0]), made, "find_fault", finding="一名评委未回避", remedy="next_year", measures="约谈评委"
    )
    assert (failed.state, failed.votes_yes, made.state) == (D.FAILED, 3, S.FLAWED)


def test_the_applicant_is_told_that_it_was_taken_up_and_what_was_found(session, as_, open_one, office):
    assert "2026-06-03 前答复" in told(session, "复查申请已受理")[0].text
    APPEAL.perform(as_(office[1]), open_one, "maintain", finding="查阅任职文件，年限计算无误")
    assert not told(session, "复查结果"), "a conclusion is told with its answer"
    APPEAL.perform(as_(office[1]), open_one, "reply", answer="经核查，任职年限确实不足。")
    notice = told(session, "复查结果")[0]
    assert "维持原结果" in notice.text and "任职年限确实不足" in notice.text and notice.link.endswith(f"/{open_one.id}")


def test_one_sees_ones_own_the_committee_its_own_the_province_all(make, session, open_one, applicant, office):
    def sees(account):
        return policy.find(session, account, type(open_one), open_one.id) is not None

    stranger = make.account(r.APPLICANT, person_id=make.person().id)
    unit = make.account(r.UNIT_OFFICER, organisation_id=open_one.declaration.unit_id)
    other = make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id)
    assert [sees(a) for a in (applicant, office[0], make.account(r.HRSS_AUDIT), make.account(r.SUPERVISOR))] == [
        True
    ] * 4
    assert [sees(a) for a in (stranger, unit, other)] == [False] * 3
