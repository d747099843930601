"""Verification from a checkpoint: what came since is read entry by entry, what lies before must still be there."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models.office.journal import JournalEntry
from models.registry import by_table
from tests.conftest import NOON
from tests.owner import behind
from workflow.accounts import accounts
from workflow.base import anchor, journal, roles, stamp
from workflow.base.unit_of_work import attempt, unit_of_work
from workflow.office import checkpoint


@pytest.fixture
def look(make, session):
    """Writes so many entries of an officer."""
    system = accounts.install_system_account(session)
    attempt(system, lambda uow: stamp.bring_up(uow, demonstration=False), session=session)
    officer = make.account(roles.HRSS_AUDIT)
    session.commit()

    def write(count):
        for n in range(count):
            with unit_of_work(officer, now=NOON + timedelta(minutes=n), session=session) as uow:
                uow.record("look", "desk", note=f"第 {n} 次")

    return write


@pytest.fixture
def point(look, session):
    """A checkpoint after ten entries, and ten more behind it."""
    look(10)
    found = checkpoint.newest(session, [checkpoint.line(session)])
    look(10)
    assert found is not None and list(journal.verify(session, by_table(), since=found.stands)) == []
    return found


def looked(session, point, *, before):
    (chain,) = session.scalars(select(JournalEntry.chain).where(JournalEntry.verb == "look").distinct())
    rows = select(JournalEntry).where(JournalEntry.verb == "look").order_by(JournalEntry.seq)
    return [e for e in session.scalars(rows) if (e.seq <= point.stands[chain][0]) == before]


@pytest.mark.parametrize("at", [0, 4, 9])
def test_an_entry_bent_behind_the_checkpoint_is_named(point, session, at):
    entry = looked(session, point, before=False)[at]
    where = entry.chain, entry.seq
    behind(session, "UPDATE journal_entry SET details = '{}' WHERE id = :id", {"id": entry.id})
    fault = next(journal.verify(session, since=point.stands))
    assert (fault.chain, fault.seq) == where


@pytest.mark.parametrize("at", [0, 5, 9])
def test_an_entry_taken_out_before_the_checkpoint_is_seen_although_none_is_read(point, session, at):
    behind(session, "DELETE FROM journal_entry WHERE id = :id", {"id": looked(session, point, before=True)[at].id})
    assert "缺失" in next(journal.verify(session, since=point.stands)).reason


def test_a_journal_emptied_cut_or_begun_anew_does_not_fit_the_checkpoint(point, session):
    entry = looked(session, point, before=True)[-1]
    behind(session, "UPDATE journal_entry SET seal = :s WHERE id = :id", {"id": entry.id, "s": "0" * 64})
    assert "不是同一条" in next(journal.verify(session, since=point.stands)).reason
    behind(session, "DELETE FROM journal_entry")
    behind(session, "DELETE FROM journal_head")
    assert list(journal.verify(session, since=point.stands))


def test_an_older_entry_bent_in_place_is_seen_by_the_full_verification_only(point, session):
    entry = looked(session, point, before=True)[4]
    where = entry.chain, entry.seq
    behind(session, "UPDATE journal_entry SET details = '{}' WHERE id = :id", {"id": entry.id})
    assert list(journal.verify(session, since=point.stands)) == []
    fault = next(journal.verify(session))
    assert (fault.chain, fault.seq) == where


def test_rows_are_held_against_their_seals_every_time(point, session):
    session.execute(text("UPDATE ab_user SET last_name = '改' WHERE id = (SELECT max(id) FROM ab_user)"))
    session.expire_all()
    assert any("ab_user" in fault.reason for fault in journal.verify(session, by_table(), since=point.stands))


def test_only_what_we_signed_for_this_database_is_a_checkpoint(point, session):
    good = checkpoint.line(session)
    told, _, signature = good.partition("\t")
    body = json.loads(told)
    other = json.dumps([body[0], "another", *body[2:]], separators=(",", ":"))
    for bad in (
        told.replace(body[2], "2031-01-01T00:00:00") + "\t" + signature,
        f"{other}\t{anchor.signed(other)}",
        anchor.line(session),
        "",
        "\t",
        "[]\t00",
    ):
        assert checkpoint.newest(session, [bad]) is None
        assert checkpoint.newest(session, [good, bad]) == checkpoint.newest(session, [good])


def test_what_is_gone_on_from_remembers_when_all_was_read(point, session):
    later = checkpoint.newest(session, [checkpoint.line(session, point)])
    assert later.whole == point.whole and sum(seq for seq, _ in later.stands.values()) > sum(
        seq for seq, _ in point.stands.values()
    )
    assert point.fresh(point.whole + timedelta(days=checkpoint.FULL_EVERY - 1))
    assert not point.fresh(point.whole + timedelta(days=checkpoint.FULL_EVERY))
    assert not point.fresh(point.whole - timedelta(seconds=1))  # a clock set back: all is read
