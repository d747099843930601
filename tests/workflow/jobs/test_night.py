"""What a night does by itself: the anchor beside the heads, and the clearing of what nobody asks for any more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from models.imports.import_batch import ImportBatch, ImportState
from models.jobs.job import Job, JobState
from models.jobs.slot import Slot
from models.office.notice import Notice
from tests.conftest import NOON
from tests.owner import behind
from workflow.accounts import accounts, at_the_door, sign_in
from workflow.base import anchor, clock, journal, notices, outside, policy, stamp
from workflow.base import roles as r
from workflow.base.errors import NotYou
from workflow.base.unit_of_work import attempt
from workflow.jobs import job as jobs
from workflow.jobs import nightly, periodic, watch, work
from workflow.office import checkpoint

LONG_AGO = NOON - timedelta(days=nightly.REMEMBERED_DAYS + 1)


@pytest.fixture
def system(session, file_store, monkeypatch):
    monkeypatch.setattr(jobs, "_bell", None)  # done where it is asked for
    monkeypatch.setattr(clock, "_demo", False)  # the application of other tests is a demonstration
    return accounts.install_system_account(session)


@pytest.fixture
def beside(tmp_path):
    before = outside.where()
    outside.install(tmp_path / "journal" / "one")
    yield tmp_path / "journal" / "one"
    outside.install(before)


def done(session, system, kind):
    key = attempt(system, lambda uow: work.put_down(uow, kind, "夜间", here=True).id, session=session)
    return session.get_one(Job, key, populate_existing=True)


def test_every_night_leaves_a_signed_line_that_the_verification_asks(session, system, beside):
    for _ in range(2):
        assert done(session, system, "anchor_journal").state == JobState.DONE
    lines = outside.lines()
    assert len(lines) == 2 and not list(anchor.faults(session, lines))
    assert oct((beside / outside.ANCHORS).stat().st_mode & 0o777) == "0o600"
    day, stands = json.loads(lines[0].partition("\t")[0])
    forged = json.dumps([day, [[chain, seq, "0" * 64] for chain, seq, _seal in stands]], separators=(",", ":"))
    signed = f"{forged}\t{anchor._pair().sign(forged.encode()).hex()}"
    assert "不在日志中" in next(anchor.faults(session, [signed])).reason
    (beside / outside.ANCHORS).write_text(signed + "\n")
    job = done(session, system, "verify_journal")
    assert job.state == JobState.FAILED and "留证时的这一条不在日志中" in job.sentence


def test_a_resumed_journal_asks_only_the_lines_since(session, system, beside):
    done(session, system, "anchor_journal")
    outside.forget()
    assert outside.lines() == [] and len(list(beside.glob(f"{outside.ANCHORS}.before-*"))) == 1


def test_without_a_place_beside_nothing_is_promised(session, system):
    before = outside.where()
    outside.install(None)
    assert "未留证" in done(session, system, "anchor_journal").sentence
    outside.install(before)


def test_ended_periodic_work_is_forgotten_and_nothing_else(session, system, make):
    def job(account, state=JobState.DONE, ended=LONG_AGO):
        row = Job(account_id=account.id, kind="sweep_store", title="清理", state=state, asked_at=ended, ended_at=ended)
        session.add(row)
        session.flush()
        return row.id

    person = make.account(r.HRSS_CONFIG)
    old = job(system)
    kept = [
        job(system, ended=datetime(2100, 1, 1)),
        job(system, JobState.FAILED),
        job(person),
        job(system),
        job(system),
    ]
    session.add(Slot(name="sweep_store", slot="1", job_id=kept[3]))
    session.add(
        ImportBatch(
            kind="organisation", account_id=person.id, job_id=kept[4], file_name="a.csv", sha256="-",
            state=ImportState.COMMITTED, created_at=LONG_AGO,
        )
    )  # fmt: skip
    session.commit()
    assert periodic.PERIODIC["clear_results"].needed(session, NOON)
    assert "1 个超过" in done(session, system, "clear_results").sentence
    left = set(session.scalars(select(Job.id)))
    assert old not in left and set(kept) <= left


def test_the_night_goes_on_from_its_checkpoint_and_reads_all_once_a_week(session, system, beside, monkeypatch):
    attempt(system, lambda uow: stamp.bring_up(uow, demonstration=False), session=session)
    assert "从第一条起" in done(session, system, "verify_journal").sentence
    assert "检查点以后" in done(session, system, "verify_journal").sentence
    kept = outside.lines(outside.CHECKPOINTS)
    assert len(kept) == 2 and checkpoint.newest(session, kept[:1]).whole == checkpoint.newest(session, kept).whole
    monkeypatch.setattr(checkpoint, "FULL_EVERY", 0)
    assert "从第一条起" in done(session, system, "verify_journal").sentence
    behind(session, "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry)")
    assert done(session, system, "verify_journal").state == JobState.FAILED
    assert len(outside.lines(outside.CHECKPOINTS)) == 3  # what was not whole leaves none


def told(session):
    return session.scalars(select(Notice).where(Notice.role == r.AUDIT_ADMIN).order_by(Notice.id)).all()


def test_what_the_night_finds_is_told_to_the_administrators_of_audits(session, system, beside, make):
    desk = make.organisation()
    auditor, other = make.account(r.AUDIT_ADMIN, organisation_id=desk.id), make.account(r.SYSTEM_ADMIN)
    business = make._add(Notice, {}, organisation_id=desk.id, at=NOON, title="单位注册待核验", text="请核验")
    session.commit()
    assert not policy.find(
        session, auditor, Notice, business.id
    )  # no business of his, although it is his organisation's
    done(session, system, "verify_journal")
    assert not told(session)
    session.execute(text("UPDATE ab_user SET last_name = '改' WHERE id = :id"), {"id": other.id})
    session.expire_all()
    assert done(session, system, "verify_journal").state == JobState.FAILED
    (notice,) = told(session)
    assert f"ab_user:{other.id}" in notice.text and notice.title == watch.FOUND
    assert policy.find(session, auditor, Notice, notice.id) and not policy.find(session, other, Notice, notice.id)
    with pytest.raises(NotYou):
        attempt(other, lambda uow: notices.mark_read(uow, notice), session=session)
    attempt(auditor, lambda uow: notices.mark_read(uow, notice), session=session)
    assert notice.read_at


def test_a_verification_that_did_not_come_is_told_once_a_day(session, system, beside, make):
    auditor = make.account(r.AUDIT_ADMIN)
    session.commit()
    done(session, system, "verify_journal")
    soon = journal.last_verified(session) + timedelta(hours=watch.LATE_HOURS)
    late = soon + timedelta(minutes=1)
    assert not periodic.PERIODIC["watch_verification"].needed(session, soon)
    for moment, count in ((soon, 0), (late, 1), (late, 1), (late + timedelta(days=1), 2)):
        attempt(auditor, lambda uow: sign_in.enter(uow, auditor, correct=True), session=session, now=moment)
        assert len(told(session)) == count, moment
    assert all(notice.title == watch.MISSED for notice in told(session))
    assert periodic.PERIODIC["watch_verification"].needed(session, late + timedelta(days=2))
    attempt(system, watch.tell_late, session=session, now=late + timedelta(days=2))
    assert len(told(session)) == 3 and not watch.untold(session, late + timedelta(days=2))
    done(session, system, "verify_journal")
    assert watch.late_since(session, soon) is None


def test_it_is_told_at_the_door(session):
    assert at_the_door.missing_verification in sign_in._tidings


def test_by_the_demo_clock_nothing_is_late(session, system, beside, monkeypatch):
    done(session, system, "verify_journal")
    far = journal.last_verified(session) + timedelta(days=30)
    assert watch.late_since(session, far)
    monkeypatch.setattr(clock, "_demo", True)
    assert watch.late_since(session, far) is None


def test_the_night_asks_for_each_of_them_once(app, session, system):
    with app.app_context():
        asked = {job.kind for job in periodic.ask_due(session, system)}
        assert {"anchor_journal", "verify_journal", "sweep_store"} <= asked
        assert not periodic.ask_due(session, system)
