"""What a night does by itself: the anchor beside the heads, and the clearing of what nobody asks for any more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.imports.import_batch import ImportBatch, ImportState
from models.jobs.job import Job, JobState
from models.jobs.slot import Slot
from tests.conftest import NOON
from workflow.accounts import accounts
from workflow.base import anchor, outside
from workflow.base import roles as r
from workflow.base.unit_of_work import attempt
from workflow.jobs import job as jobs
from workflow.jobs import nightly, periodic, work

LONG_AGO = NOON - timedelta(days=nightly.REMEMBERED_DAYS + 1)


@pytest.fixture
def system(session, file_store, monkeypatch):
    monkeypatch.setattr(jobs, "_bell", None)  # done where it is asked for
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
    lines = outside.anchors()
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
    assert outside.anchors() == [] and len(list(beside.glob(f"{outside.ANCHORS}.before-*"))) == 1


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


def test_the_night_asks_for_each_of_them_once(app, session, system):
    with app.app_context():
        asked = {job.kind for job in periodic.ask_due(session, system)}
        assert {"anchor_journal", "verify_journal", "sweep_store"} <= asked
        assert not periodic.ask_due(session, system)
