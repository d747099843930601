"""后台任务: how far it is, who is before it, honest words when nobody works, 取消, and the file it has left."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.jobs.job import Job, JobState
from models.office.journal import JournalEntry
from tests.conftest import NOON
from workflow.base import roles as r
from workflow.jobs import job as jobs
from workflow.jobs.bell import Bell
from workflow.storage.store import digest_of

TOKEN = "t" * 32


@pytest.fixture
def bell(tmp_path, file_store, monkeypatch):
    """A queue that is there, and a place for results."""
    made = Bell(f"sqlite:///{tmp_path}/queue.db")
    monkeypatch.setattr(jobs, "_bell", made)
    yield made
    made.close()


@pytest.fixture
def clerk(make):
    return make.account(r.HRSS_CONFIG)


@pytest.fixture
def desk(browser, clerk):
    return browser(clerk)


@pytest.fixture
def job_of(make, session):
    def _job(account, state=JobState.WAITING, **given):
        if state == JobState.RUNNING:
            given = {"token": TOKEN, "tries": 1} | given
        job = make._add(
            Job, given, account_id=account.id, kind="import_write", title="提交：机构.xlsx", state=state, asked_at=NOON
        )
        session.commit()
        return job

    return _job


def test_a_job_shows_how_far_it_is(desk, clerk, bell, job_of):
    job = job_of(clerk, JobState.RUNNING)
    bell.here(["short"])
    bell.put(f"told:{job.id}", [TOKEN, 30, 120, "正在写入"])
    page = desk.get(f"/job/show/{job.id}").text
    assert "25%" in page and "正在写入" in page and 'http-equiv="refresh"' in page
    assert "没有运行" not in page


def test_what_an_earlier_run_told_is_not_shown(desk, clerk, bell, job_of):
    job = job_of(clerk, JobState.RUNNING, tries=2)
    bell.here(["short"])
    bell.put(f"told:{job.id}", ["another", 110, 120, "正在写入"])
    page = desk.get(f"/job/show/{job.id}").text
    assert "91%" not in page and "第 2 次办理" in page


def test_who_waits_is_told_how_many_are_before_him(desk, clerk, make, bell, job_of):
    other = make.account(r.HRSS_CERT)
    job_of(other, JobState.RUNNING)
    job_of(other)
    job_of(other, lane="long")  # another queue
    job_of(other, JobState.DONE)
    job = job_of(clerk)
    job_of(other)
    bell.here(["short"])
    assert "前面还有 2 个任务" in desk.get(f"/job/show/{job.id}").text


def test_nobody_works_is_said_as_it_is(desk, clerk, bell, job_of):
    job = job_of(clerk)
    page = desk.get(f"/job/show/{job.id}").text
    assert "后台办理程序没有运行" in page and "不会丢失" in page
    bell.here(["long"])  # somebody works, but not for this queue
    assert "后台办理程序没有运行" in desk.get(f"/job/show/{job.id}").text


def test_a_queue_out_of_reach_is_said_as_it_is_and_refuses_nothing(desk, clerk, job_of, monkeypatch):
    monkeypatch.setattr(jobs, "_bell", Bell("sqlite:////nowhere/at/all/queue.db"))
    job = job_of(clerk, JobState.RUNNING)
    page = desk.get(f"/job/show/{job.id}").text
    assert "任务队列暂时无法访问" in page
    assert desk.post(f"/job/act/{job.id}/cancel").status_code == 302


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_cancelling_ends_the_job_is_journalled_and_stops_the_run(desk, clerk, bell, job_of, session, state):
    job = job_of(clerk, state)
    assert "取消" in desk.get(f"/job/show/{job.id}").text
    assert desk.post(f"/job/act/{job.id}/cancel", data={"version": "1"}).status_code == 302
    session.expire_all()
    assert (job.state, job.token, job.sentence) == (JobState.CANCELLED, "", jobs.CANCELLED)
    entry = session.scalars(select(JournalEntry).where(JournalEntry.subject == f"job:{job.id}")).one()
    assert (entry.verb, entry.actor) == ("cancel", clerk.username)
    wish = bell.look([f"stop:{job.id}"])
    assert wish == ({f"stop:{job.id}": TOKEN} if state == JobState.RUNNING else {})


def test_what_has_begun_meanwhile_is_cancelled_all_the_same(desk, clerk, bell, job_of, session):
    """The page was drawn while it waited: that is no reason to refuse."""
    job = job_of(clerk)
    seen = job.version
    job.state, job.token = JobState.RUNNING, TOKEN
    session.commit()
    assert desk.post(f"/job/act/{job.id}/cancel", data={"version": str(seen)}).status_code == 302


def test_what_is_over_cannot_be_cancelled(desk, clerk, bell, job_of):
    job = job_of(clerk, JobState.DONE)
    answer = desk.post(f"/job/act/{job.id}/cancel")
    assert answer.status_code == 409 and "不能取消" in answer.text
    assert bell.look([f"stop:{job.id}"]) == {}


def test_the_job_of_another_is_neither_seen_nor_stopped(desk, make, bell, job_of):
    job = job_of(make.account(r.HRSS_CERT), JobState.RUNNING)
    assert desk.get(f"/job/show/{job.id}").status_code == 404
    assert desk.post(f"/job/act/{job.id}/cancel").status_code == 404
    assert bell.look([f"stop:{job.id}"]) == {}


def test_the_file_is_for_who_asked_and_says_when_it_is_gone(
    desk, browser, make, clerk, bell, job_of, session, file_store
):
    digest = digest_of(b"PK...")
    job = job_of(clerk, JobState.DONE, result="名单.xlsx", digest=digest, size=5)
    file_store.put(digest, b"PK...", under=f"results/{job.id}")
    assert desk.get(f"/job/fetch/{job.id}").data == b"PK..."
    assert browser(make.account(r.HRSS_CONFIG)).get(f"/job/fetch/{job.id}").status_code == 404
    part = desk.get(f"/job/fetch/{job.id}", headers={"Range": "bytes=1-2"})
    assert (part.status_code, part.data) == (206, b"K.")
    job.digest = ""
    session.commit()
    answer = desk.get(f"/job/fetch/{job.id}")
    assert answer.status_code == 409 and "已过保存期" in answer.text
