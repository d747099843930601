"""定期报表: ordered once, made every week or month for its receiver, with the rights that he has by then."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.accounts.account import Account
from models.jobs.job import Job, JobState
from models.office.list_choice import SavedQuery
from models.office.notice import Notice
from views.statistics.orders import due, period
from workflow.accounts import accounts
from workflow.base import roles as r
from workflow.base.unit_of_work import attempt
from workflow.jobs.periodic import PERIODIC, _ask

SENT = datetime(2026, 4, 2, 9)


@pytest.fixture
def leader(make):
    return make.account(r.LEADER)


@pytest.fixture
def ordered(browser, leader, session):
    """The order of a leader, made last month."""
    page = browser(leader).post(
        "/dashboard/own/orders?year=2026&region=4301", data={"every": "month"}, follow_redirects=True
    )
    assert "每月 市州：长沙市" in page.text
    saved = session.scalars(select(SavedQuery)).one()
    saved.saved_at = SENT
    session.commit()
    return saved


@pytest.fixture
def morning(session, app, file_store):
    """The morning's work, done."""

    def work():
        with app.app_context():
            system = accounts.system_account(session)
            turn = PERIODIC["statistics_orders"]
            attempt(system, lambda uow: _ask(uow, turn, "a morning"), session=session)

    return work


def test_a_period_begins_on_monday_or_on_the_first():
    assert period("week", date(2026, 7, 15)) == ("2026年第29周", date(2026, 7, 13))
    assert period("month", date(2026, 7, 15)) == ("2026年7月", date(2026, 7, 1))


def test_a_report_is_due_once_in_each_period_after_the_order(ordered, session, make, leader):
    assert due(session, date(2026, 4, 30)) == []
    ((one, title),) = due(session, date(2026, 5, 1))
    assert (one.id, title) == (ordered.id, "定期统计年报（2026年5月）：每月 市州：长沙市")
    session.add(
        Job(
            account_id=leader.id,
            kind="statistics",
            title=title,
            home="",
            arguments={},
            lane="short",
            asked_at=SENT,
            state=JobState.WAITING,
        )
    )
    session.flush()
    assert due(session, date(2026, 5, 31)) == []
    assert due(session, date(2026, 6, 1)) != []


def test_the_year_is_not_kept_for_it_is_the_newest_of_its_day(ordered):
    assert "2026" not in ordered.conditions


def test_the_report_comes_to_its_receiver(ordered, morning, browser, leader, session):
    morning()
    job = session.scalars(select(Job).where(Job.kind == "statistics")).one()
    assert (job.account_id, job.state) == (leader.id, JobState.DONE)
    page = browser(leader).get("/dashboard/own/orders")
    assert "统计年报已生成" in page.text
    assert f"/job/fetch/{job.id}" in page.text


def test_a_receiver_who_lost_his_rights_gets_no_numbers(ordered, morning, leader, make, session):
    leader.roles = make.account(r.EXPERT).roles
    session.commit()
    morning()
    job = session.scalars(select(Job).where(Job.kind == "statistics")).one()
    assert (job.state, job.digest) == (JobState.FAILED, "")
    assert "没有查看统计看板的权限" in job.sentence


def test_an_order_is_cancelled_by_its_owner_only(ordered, browser, make, session):
    other = browser(make.account(r.SUPERVISOR))
    gone = other.post("/dashboard/own/orders", data={"drop": ordered.id}, follow_redirects=True)
    assert "不存在或已取消" in gone.text
    owner = browser(session.get_one(Account, ordered.account_id))
    assert (
        "已取消定期报表" in owner.post("/dashboard/own/orders", data={"drop": ordered.id}, follow_redirects=True).text
    )
    assert session.scalar(select(SavedQuery.id)) is None


def test_neither_week_nor_month_is_refused(browser, leader, session):
    page = browser(leader).post("/dashboard/own/orders", data={"every": "hour"}, follow_redirects=True)
    assert "请选择每周或每月" in page.text


@pytest.fixture
def for_a_colleague(browser, leader, make, session):
    """An order of a leader for another one, made last month."""
    colleague = make.account(r.LEADER)
    page = browser(leader).post(
        "/dashboard/own/orders?region=4301", data={"every": "month", "to": str(colleague.id)}, follow_redirects=True
    )
    assert f"给{colleague.full_name}" in page.text
    saved = session.scalars(select(SavedQuery)).one()
    saved.saved_at = SENT
    session.commit()
    return colleague


def letters_to(session, account):
    """The messages of an account."""
    return session.scalars(select(Notice).where(Notice.account_id == account.id)).all()


def test_the_receiver_is_told_where_his_report_lies(for_a_colleague, morning, session, browser, leader):
    morning()
    job = session.scalars(select(Job).where(Job.kind == "statistics")).one()
    assert (job.account_id, job.state) == (for_a_colleague.id, JobState.DONE)
    (notice,) = letters_to(session, for_a_colleague)
    assert (notice.title, notice.link) == (job.title, f"/job/show/{job.id}")
    assert browser(for_a_colleague).get(f"/job/fetch/{job.id}").status_code == 200
    assert browser(leader).get(f"/job/fetch/{job.id}").status_code == 404, "it is the receiver's"
    assert letters_to(session, leader) == []


@pytest.mark.parametrize("lost", ["rights", "account"])
def test_who_lost_his_rights_gets_nothing_and_the_owner_is_told_once(
    for_a_colleague, morning, session, make, leader, lost
):
    if lost == "rights":
        for_a_colleague.roles = make.account(r.EXPERT).roles
    else:
        for_a_colleague.active = False
    session.commit()
    morning()
    job = session.scalars(select(Job).where(Job.kind == "statistics")).one()
    assert (job.state, job.digest) == (JobState.FAILED, "")
    (notice,) = letters_to(session, leader)
    assert notice.title.startswith("未生成：定期统计年报") and for_a_colleague.full_name in notice.text
    assert letters_to(session, for_a_colleague) == []


def test_a_condition_that_can_no_longer_be_read_is_told(for_a_colleague, morning, session):
    saved = session.scalars(select(SavedQuery)).one()
    saved.conditions = saved.conditions.replace("region=4301", "region=9999")
    session.commit()
    morning()
    (notice,) = letters_to(session, for_a_colleague)
    assert "“9999”不能识别" in notice.text


def test_a_stranger_is_no_receiver(browser, leader, make, session):
    stranger = make.account(r.LEADER, organisation_id=make.unit().id)
    page = browser(leader).post(
        "/dashboard/own/orders", data={"every": "week", "to": str(stranger.id)}, follow_redirects=True
    )
    assert "接收人不在可选范围" in page.text
    assert session.scalar(select(SavedQuery.id)) is None
