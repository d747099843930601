"""工作台: every list with a badge has rows, and the rows are those of the list behind 全部 N 项."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from app import menu
from models.accounts.account import Account
from models.committees.committee import CommitteeState
from models.register.blacklist import BlacklistEntry, BlacklistKind, BlacklistState
from models.review.plan import PlanState
from models.review.session import SessionState
from views.office.kinds import KINDS
from views.office.workbench import DESKS, ROWS
from workflow.base import roles
from workflow.base.clock import province_now

#: Lists whose work has a card or a page of its own: an expert's stages, letters to applicants, messages; and letters
#: that were given up, of which the 系统管理员 may know no more than how many there are.
CARDS = {
    "LetterScreen",
    *("CheckInView", "MaterialReviewScreen", "InterviewScoreScreen", "MaterialScoreScreen", "BoothView"),
    *("OpinionScreen", "InterviewNoticeView", "NoticeScreen"),
}


def page_of(client):
    return client.get("/home/").get_data(as_text=True)


def test_every_list_with_a_badge_has_rows_on_the_workbench():
    named = {entry.screen.partition(":")[2] for entry in menu.MENU if entry.count}
    assert named == {*KINDS, *DESKS} | CARDS


def test_the_list_behind_the_rows_asks_for_the_same_desk(app):
    """No twin of the condition: 待我办理 of the list is the desk of the row."""
    screens = {type(view).__name__: view for view in app.appbuilder.baseviews}
    for name, kind in KINDS.items():
        if not kind.adds:
            asked = next(one for one in screens[name].asks_for if one.name == "desk")
            assert asked.desk is kind.desk, name
            assert screens[name].model is kind.model, name


@pytest.fixture
def plans(make, session):
    """A committee's office with so many plans in a state."""
    office = make.committee()
    account = make.account(roles.COMMITTEE_OFFICE, committee=office)

    def many(count, state=PlanState.DRAFT, committee=office):
        today = province_now(session).date()
        found = [
            make.plan(committee=committee, state=state, opens_on=today + timedelta(days=60 - n)) for n in range(count)
        ]
        session.commit()
        return found

    return account, many


def keys(page, screen):
    return [int(key) for key in re.findall(rf'class="op nb"><a href="/{screen}/show/(\d+)"', page)]


def test_the_rows_are_those_of_the_list_that_the_link_opens(plans, make, browser):
    account, many = plans
    mine = many(ROWS + 2)
    many(2, committee=make.committee())
    client = browser(account)
    page = page_of(client)
    assert f"全部 {ROWS + 2} 项" in page
    assert keys(page, "plan") == [plan.id for plan in reversed(mine)][:ROWS], "what is due first stands first"
    listed = client.get("/plan/list/?desk=waiting").get_data(as_text=True)
    assert set(re.findall(r"/plan/show/(\d+)", listed)) == {str(plan.id) for plan in mine}


def test_what_is_over_says_by_how_many_working_days(plans, make, session, browser):
    account, _many = plans
    make.plan(committee=account.committee, state=PlanState.RETURNED, opens_on=province_now(session).date())
    session.commit()
    assert re.search(r"已逾期 \d+ 个工作日", page_of(browser(account)))


def test_rows_cost_the_same_number_of_statements_however_many_wait(plans, browser, engine):
    account, many = plans
    client = browser(account)

    def statements():
        client.get("/home/")
        seen = []

        def note(connection, cursor, statement, *rest):
            seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        client.get("/home/")
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    many(1)
    few = statements()
    many(ROWS + 4)
    assert statements() == few


def test_the_province_sees_committees_whose_term_ends_as_rows(make, session, browser):
    today = province_now(session).date()
    name = "某" * 100 + "评审委员会"
    make.committee(name=name, state=CommitteeState.APPROVED, valid_from=today - timedelta(days=900), valid_to=today)
    account = make.account(roles.HRSS_CONFIG)
    session.commit()
    page = page_of(browser(account))
    assert name in page and "当日办结" in page and "全部" not in page


def test_the_province_decides_proposals_for_the_blacklist_from_the_workbench(make, session, browser):
    today = province_now(session).date()
    entry = BlacklistEntry(
        person_id=make.person().id,
        kind=next(iter(BlacklistKind)),
        reason="伪造材料",
        starts_on=today,
        ends_on=today + timedelta(days=1000),
        state=BlacklistState.PROPOSED,
    )
    session.add(entry)
    session.commit()
    page = page_of(browser(make.account(roles.HRSS_AUDIT)))
    assert f"/show/{entry.id}" in page and ">决定</a>" in page


def test_a_leader_begins_and_stays_in_the_cockpit(make, session, browser):
    account = make.account(roles.LEADER)
    session.commit()
    answer = browser(account).get("/home/")
    assert answer.status_code == 302 and "/dashboard" in answer.location


def test_accounts_never_used_are_named_and_listed_but_never_an_expert(make, session, browser):
    idle = make.account(roles.CITY_OFFICER)
    expert = make.account(roles.EXPERT)
    session.commit()
    client = browser(make.account(roles.SYSTEM_ADMIN))
    page = page_of(client)
    listed = client.get("/accountscreen/list/?use=unused").get_data(as_text=True)
    for text in (page, listed):
        assert idle.username in text and f"（{expert.username}）" not in text and f">{expert.username}<" not in text


def test_a_locked_account_stands_on_the_workbench_of_who_can_unlock_it(make, session, browser):
    account = make.account(roles.CITY_OFFICER)
    session.get_one(Account, account.id).locked_until = province_now(session) + timedelta(minutes=10)
    session.commit()
    client = browser(make.account(roles.SECURITY_ADMIN))
    assert account.username in page_of(client)
    assert account.username in client.get("/accountscreen/list/?use=locked").get_data(as_text=True)


@pytest.mark.parametrize("role", [role for role in roles.ALL if role != roles.LEADER])
def test_no_workbench_is_blank(role, make, session, browser):
    account = make.account(role)
    session.commit()
    page = page_of(browser(account))
    assert "没有等待您办理的事项" in page or "还没有申报" in page or 'class="rows' in page


@pytest.mark.parametrize("word", ["never", "%00", "unused' OR 1=1"])
def test_a_word_that_is_no_use_is_told(make, session, browser, word):
    account = make.account(roles.SYSTEM_ADMIN)
    session.commit()
    answer = browser(account).get("/accountscreen/list/", query_string={"use": word})
    assert answer.status_code == 200 and "使用情况" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("state", "place", "said", "button"),
    [
        (SessionState.CHECK_IN, "报到宾馆", "报到", "签到"),
        (SessionState.MATERIAL_SCORING, "评审中心", "本环节已办 0/3 人", "继续打分"),
        (SessionState.INTERVIEW, "答辩中心", "本环节已办 0/3 人", "继续打分"),
        (SessionState.VOTING, "评审中心", "大会投票", "投票"),
        (SessionState.SEALED, "评审中心", "感谢您参加评审", "查验回执"),
        (SessionState.CANCELLED, "评审中心", "会议已中止", "查看会议"),
    ],
)
def test_an_expert_sees_place_stage_and_how_far_he_is(make, session, browser, state, place, said, button):
    sitting = make.sitting(state=state)
    session.commit()
    page = page_of(browser(sitting.judges[0]))
    assert place in page and said in page and f">{button}</a>" in page
    assert not any(one.person.name in page for one in sitting.experts[1:]), "who else sits there is not told"
