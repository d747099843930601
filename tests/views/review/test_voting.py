"""投票管理 and the booth over HTTP: nothing chosen beforehand, checked once, cast once, counted with two keys."""

from __future__ import annotations

import base64
import json
import re

import pytest
from sqlalchemy import func, select

from models.office.trail import TrailEntry
from models.review.ballot import Envelope, PollState, Roll, Tally
from models.review.session import Recusal
from tests.ballots import with_poll
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r
from workflow.review import recount

pytestmark = pytest.mark.usefixtures("noon")
OFFICE, SUPERVISOR = "办事机构口令一二", "纪检监察口令三四"


@pytest.fixture
def held(make):
    """A session at the vote: five judges, three candidates, a poll that is ready."""
    held = make.sitting(state="voting")
    return with_poll(make, held)


@pytest.fixture
def desk(browser, held):
    return browser(held.office)


@pytest.fixture
def watch(browser, held):
    """The supervisor at his own sign-in."""
    return browser(held.inspector)


@pytest.fixture
def opened(held, desk, watch, session):
    act = f"/poll/act/{held.poll.id}"
    assert desk.post(f"{act}/key_office", data={"office_pass": OFFICE}).status_code == 302
    assert watch.post(f"{act}/key_supervisor", data={"supervisor_pass": SUPERVISOR}).status_code == 302
    assert desk.post(f"{act}/open").status_code == 302
    session.refresh(held.poll)
    return held


def slip(people, choice="yes", **other):
    return {f"choice-{d.id}": choice for d in people} | other


def vote(booth, people, choice="yes"):
    return booth.post("/expert/booth/", data=slip(people, choice, step="cast"))


def test_nothing_is_chosen_beforehand_and_a_slip_with_gaps_comes_back_with_what_was_chosen(browser, session, opened):
    booth = browser(opened.judges[0])
    blank = page_of(booth.get("/expert/booth/"))
    assert "checked" not in blank and all(d.applicant_name in blank for d in opened.people)
    answer = booth.post("/expert/booth/", data=slip(opened.people[:2], "no", step="check"))
    page = page_of(answer)
    assert answer.status_code == 422 and "还有 1 名参评人员没有表决" in page
    assert page.count("checked") == 2
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0


def test_a_slip_is_checked_then_cast_once_and_answered_with_the_same_receipt(browser, session, opened):
    booth = browser(opened.judges[0])
    checked = page_of(booth.post("/expert/booth/", data=slip(opened.people, step="check")))
    assert "确认投票" in checked and checked.count("同意") >= 3
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0
    back = page_of(booth.post("/expert/booth/", data=slip(opened.people, step="back")))
    assert back.count("checked") == 3
    assert vote(booth, opened.people).status_code == 302
    done = page_of(booth.get("/expert/booth/"))
    receipt = "".join(re.findall(r"<span>([0-9a-f]{4})</span>", done))
    assert "投票完成" in done and len(receipt) == 16
    again = vote(booth, opened.people, "no")
    assert again.status_code == 409 and "不能更改" in page_of(again) and receipt[:4] in page_of(again)
    assert session.scalar(select(func.count()).select_from(Roll).where(Roll.voted)) == 1


def test_whom_a_judge_stands_aside_for_is_not_on_his_slip(browser, session, opened):
    first = opened.people[0]
    session.add(
        Recusal(session_id=opened.review.id, expert_id=opened.experts[0].id, declaration_id=first.id, reason="导师")
    )
    session.commit()
    booth = browser(opened.judges[0])
    assert first.applicant_name not in page_of(booth.get("/expert/booth/"))
    assert vote(booth, opened.people[1:]).status_code == 302


def test_the_desk_sees_turnout_only_and_no_vote_has_a_line(browser, session, opened, desk):
    for judge in opened.judges[:3]:
        vote(browser(judge), opened.people)
    page = page_of(desk.get(f"/poll/show/{opened.poll.id}"))
    assert "3 / 5" in page and opened.experts[4].code in page and "同意票" not in page
    assert not [judge.full_name for judge in opened.judges if judge.full_name in page]
    assert session.scalars(select(TrailEntry.label).where(TrailEntry.verb == "cast")).all()  # kept, and not shown
    assert ">投票</b>" not in page


def test_two_accounts_count_the_votes_and_the_archive_is_given_once(browser, session, opened, desk, watch):
    for judge in opened.judges:
        vote(browser(judge), opened.people)
    act = f"/poll/act/{opened.poll.id}"
    assert desk.post(f"{act}/end").status_code == 302
    alone = desk.post(f"{act}/close", data={"office_pass": OFFICE})
    assert alone.status_code == 422 and "纪检监察尚未交出口令" in page_of(alone)
    wrong = watch.post(f"{act}/release", data={"supervisor_pass": "不是这个口令呀"})
    assert wrong.status_code == 422 and "口令不正确" in page_of(wrong)
    assert watch.post(f"{act}/release", data={"supervisor_pass": SUPERVISOR}).status_code == 302
    wrong = desk.post(f"{act}/close", data={"office_pass": "不是这个口令呀"})
    assert wrong.status_code == 422 and "口令不正确" in page_of(wrong) and "不是这个口令呀" not in page_of(wrong)
    answer = desk.post(f"{act}/close", data={"office_pass": OFFICE})
    page = page_of(answer)
    assert answer.status_code == 200 and "复核档案" in page and "全票一致" in page
    archive = base64.b64decode(re.search(r"base64,([^\"]+)", page).group(1))
    assert len(json.loads(archive)["receipts"]) == 5
    assert all(votes["yes"] == 5 for votes in recount.recount(archive).values())
    session.refresh(opened.poll)
    assert opened.poll.state == PollState.CLOSED
    assert session.scalars(select(Tally.yes)).all() == [5, 5, 5]
    assert desk.get(f"/poll/tally/{opened.poll.id}.pdf").data.startswith(b"%PDF")
    assert "复核档案" not in page_of(desk.get(f"/poll/show/{opened.poll.id}"))


def test_too_few_ballots_are_not_counted(browser, opened, desk):
    for judge in opened.judges[:4]:
        vote(browser(judge), opened.people)
    early = desk.post(f"/poll/act/{opened.poll.id}/end", data={"early_reason": "一人因病离会"})
    assert early.status_code == 422 and "已投 4 票，少于 5 票" in page_of(early)
    assert desk.post(f"/poll/act/{opened.poll.id}/ask_void", data={"reason": "一人因病离会"}).status_code == 302


def test_a_late_voter_is_told_and_a_receipt_is_found(browser, session, make, desk, opened, watch, as_):
    from tests import ballots

    for judge in opened.judges:
        vote(browser(judge), opened.people)
    receipt = "".join(
        re.findall(r"<span>([0-9a-f]{4})</span>", page_of(browser(opened.judges[0]).get("/expert/booth/")))
    )
    ballots.counted(as_, opened, office=OFFICE, supervisor=SUPERVISOR)
    session.commit()
    late = vote(browser(opened.judges[4]), opened.people)
    assert late.status_code == 409 and "不得补投" in page_of(late)
    assert "您的选票已计入" in page_of(browser(opened.judges[0]).get(f"/expert/booth/?receipt={receipt}"))
    assert "没有这张选票" in page_of(desk.get(f"/poll/show/{opened.poll.id}?receipt=0123456789abcdef"))


def test_keys_are_long_and_each_trustee_makes_his_own(session, held, desk, watch):
    act = f"/poll/act/{held.poll.id}"
    answer = desk.post(f"{act}/key_office", data={"office_pass": "短"})
    assert answer.status_code == 422 and "口令不少于 8 位" in page_of(answer)
    assert desk.post(f"{act}/key_supervisor", data={"supervisor_pass": SUPERVISOR}).status_code == 403
    assert watch.post(f"{act}/key_office", data={"office_pass": OFFICE}).status_code == 403
    begun = desk.post(f"{act}/open")
    assert begun.status_code == 422 and "尚未设定口令" in page_of(begun)
    assert page_of(watch.get(f"/poll/show/{held.poll.id}")).count("未设定") >= 2
    session.refresh(held.poll)
    assert held.poll.state == PollState.READY


def test_only_experts_enter_the_booth_and_only_the_committee_its_desk(browser, make, held):
    assert browser(held.office).get("/expert/booth/").status_code in (302, 403)
    assert browser(held.judges[0]).get("/poll/list/").status_code in (302, 403)
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    assert stranger.get(f"/poll/show/{held.poll.id}").status_code == 404
    watching = browser(make.account(r.SUPERVISOR))
    assert watching.get(f"/poll/show/{held.poll.id}").status_code == 200
    assert watching.post(f"/poll/act/{held.poll.id}/open").status_code == 403
