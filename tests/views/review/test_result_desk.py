"""评审结果, 评审结果公示, 评审结果申请备案 over HTTP."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.awards.filing import Filing, FilingState
from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import DeclarationState as D
from models.review.ballot import PollState, Tally
from tests.hands import head_beside
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

TODAY = date(2026, 5, 20)
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def counted(make, session):
    """A sealed session: candidates with (yes, declared) votes of five, counted today."""

    def one(*votes):
        held = make.sitting(state="sealed", people=len(votes))
        held.review.voted_on = TODAY
        held.plan.associate_ratio = 100
        poll = make.poll(held, state=PollState.CLOSED, members=5, attending=5, candidates=[d.id for d in held.people])
        for d, yes in zip(held.people, votes, strict=True):
            session.add(
                Tally(
                    poll_id=poll.id,
                    year=2026,
                    declaration_id=d.id,
                    yes=yes,
                    no=5 - yes,
                    abstain=0,
                    attending=5,
                    passed=3 * yes >= 10,
                )
            )
        session.flush()
        return held

    return one


@pytest.fixture
def posted(make, session):
    """People under result publicity that ended on that day; unit publicity long over."""

    def one(held, ends_on):
        for kind, last in ((PublicityKind.UNIT, date(2026, 5, 1)), (PublicityKind.RESULT, ends_on)):
            posting = Publicity(
                kind=kind,
                title=f"{kind.label}",
                plan_id=held.plan.id if kind == PublicityKind.RESULT else None,
                posted_on=last - timedelta(days=8),
                starts_on=last - timedelta(days=7),
                ends_on=last,
                place="网站",
                contents=[],
                complaint_department="处",
                complaint_telephone="0731",
                handler="经办",
            )
            for d in held.people:
                posting.people.append(PublicityItem(declaration=d))
            session.add(posting)
        for d in held.people:
            d.state, d.reached_committee_at = D.RESULT_PUBLICITY, held.review.members[0].signed_in_at
        session.flush()
        return posting

    return one


def test_the_result_explains_every_cut_and_is_declared_once(browser, session, counted):
    held = counted(5, 4, 2)
    desk = browser(held.office)
    page = page_of(desk.get(f"/result/show/{held.review.id}"))
    assert page.count("预计通过") == 2 and "同意票数未达到出席评委总数的三分之二" in page
    assert desk.post(f"/result/act/{held.review.id}/declare", data={"version": held.review.version}).status_code == 302
    assert [d.state for d in held.people] == [D.PASSED, D.PASSED, D.FAILED]
    after = page_of(desk.get(f"/result/show/{held.review.id}"))
    assert "已宣布" in after and 'role="toolbar"' not in after


def test_a_tie_is_decided_in_the_open(browser, session, counted):
    held = counted(4, 4)
    held.plan.associate_ratio = 50
    session.commit()
    desk = browser(held.office)
    page = page_of(desk.get(f"/result/show/{held.review.id}"))
    assert page.count("并列待议定") == 2
    refused = desk.post(f"/result/act/{held.review.id}/declare", data={})
    assert refused.status_code == 422 and "不能自动取舍" in page_of(refused)
    order = "\n".join(d.number for d in reversed(held.people))
    assert (
        desk.post(
            f"/result/act/{held.review.id}/decide_tie", data={"order": order, "reason": "业绩突出，大会议定"}
        ).status_code
        == 302
    )
    shown = page_of(desk.get(f"/result/show/{held.review.id}"))
    assert f"{held.people[1].applicant_name} › {held.people[0].applicant_name}" in shown


def test_results_are_posted_with_their_days_and_closed_when_over(browser, session, make, counted):
    held = counted(5, 4)
    desk = browser(held.office)
    desk.post(f"/result/act/{held.review.id}/declare", data={})
    begun = page_of(desk.get("/result-publicity/add"))
    assert "2026-05-21" in begun and "2026-05-27" in begun and held.plan.name in begun
    asked = {
        "plan": held.plan.id,
        "title": "结果公示",
        "place": "",
        "complaint_department": "专技处",
        "complaint_telephone": "0731-8490",
        "handler": "李",
    }
    empty = desk.post("/result-publicity/add", data=asked)
    assert empty.status_code == 422 and "公示网址或地点" in page_of(empty) and "0731-8490" in page_of(empty)
    assert desk.post("/result-publicity/add", data=asked | {"place": "官网"}).status_code == 302
    posting = session.scalar(select(Publicity))
    none = desk.post(f"/result-publicity/act/{posting.id}/close", data={"outcome": "none"})
    assert none.status_code == 422 and "期满前" in page_of(none)
    head = str(head_beside(held.office).id)
    session.commit()
    assert (posting.starts_on, posting.ends_on, len(posting.people)) == (date(2026, 5, 21), date(2026, 5, 27), 2)
    early = desk.post(f"/result-publicity/act/{posting.id}/close", data={"outcome": "none", "head": head})
    assert early.status_code == 422 and "期满前不能登记结果" in page_of(early)
    posting.ends_on = date(2026, 5, 19)
    session.commit()
    assert held.people[0].applicant_name in page_of(desk.get(f"/result-publicity/show/{posting.id}"))
    typed = desk.post(f"/result-publicity/act/{posting.id}/close", data={"outcome": "none", "head": "负责"})
    assert typed.status_code == 422, "a name that was typed is nobody"
    closed = desk.post(f"/result-publicity/act/{posting.id}/close", data={"outcome": "none", "head": head})
    assert closed.status_code == 302
    session.refresh(posting)
    assert posting.state == PublicityState.CLOSED
    assert desk.get(f"/result-publicity/paper/{posting.id}.pdf").data.startswith(b"%PDF")
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    assert stranger.get(f"/result-publicity/show/{posting.id}").status_code == 404


def test_those_who_are_fit_are_filed_and_the_others_are_named_with_the_reason(browser, session, make, counted, posted):
    held = counted(5, 4, 4)
    held.plan.state = "reviewed"
    posted(held, date(2026, 5, 19))
    held.people[2].needs_quota = True
    session.commit()
    desk = browser(held.office)
    page = page_of(desk.get("/filing/add"))
    assert "没有为其登记评审职数" in page and page.count("符合</span>") == 2
    asked = {
        "plan": held.plan.id,
        "application_number": "湘职评〔2026〕1号",
        "summary": "",
        "objected": "",
        "people": [held.people[0].id, held.people[1].id],
    }
    empty = desk.post("/filing/add", data=asked)
    assert empty.status_code == 422 and "请填写评审总结" in page_of(empty) and "湘职评〔2026〕1号" in page_of(empty)
    nobody = desk.post("/filing/add", data=asked | {"summary": "规范", "people": []})
    assert nobody.status_code == 422 and "请勾选备案人员" in page_of(nobody)
    assert desk.post("/filing/add", data=asked | {"summary": "评审规范有序"}).status_code == 302
    filing = session.scalar(select(Filing))
    assert (filing.state, filing.people) == (FilingState.SUBMITTED, 2)
    assert held.people[0].applicant_name in page_of(desk.get(f"/filing/show/{filing.id}"))
    assert desk.post(f"/filing/act/{filing.id}/approve", data={}).status_code == 404
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    assert stranger.get(f"/filing/show/{filing.id}").status_code == 404


def test_a_returned_filing_is_applied_for_again(browser, session, make, counted, posted):
    held = counted(5)
    held.plan.state = "reviewed"
    posted(held, date(2026, 5, 19))
    desk, province = browser(held.office), browser(make.account(r.HRSS_AUDIT))
    desk.post(
        "/filing/add",
        data={
            "plan": held.plan.id,
            "application_number": "湘职评〔2026〕1号",
            "summary": "规范",
            "people": [held.people[0].id],
        },
    )
    filing = session.scalar(select(Filing))
    assert (
        province.post(f"/filingauditscreen/act/{filing.id}/send_back", data={"opinion": "缺会议记录"}).status_code
        == 302
    )
    assert "缺会议记录" in page_of(desk.get(f"/filing/show/{filing.id}"))
    again = {"application_number": "湘职评〔2026〕1号（补）", "summary": "补充会议记录", "objected": ""}
    assert desk.post(f"/filing/act/{filing.id}/resubmit", data=again).status_code == 302
    session.refresh(filing)
    assert (filing.state, filing.application_number) == (FilingState.SUBMITTED, "湘职评〔2026〕1号（补）")


def test_nothing_to_post_or_file_says_what_comes_first(browser, counted):
    desk = browser(counted(5).office)
    assert "请先在“评审结果”中宣布结果" in page_of(desk.get("/result-publicity/add", follow_redirects=True))
    assert "请先办理“评审结果公示”" in page_of(desk.get("/filing/add", follow_redirects=True))
