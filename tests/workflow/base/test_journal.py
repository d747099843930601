"""The journal (审计日志): sealed entry by entry; whatever is changed behind the product's back is named."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from models.registry import by_table
from tests.conftest import NOON
from tests.owner import behind
from workflow.base import roles
from workflow.base.journal import verify
from workflow.base.unit_of_work import unit_of_work
from workflow.register.blacklist import propose

TEXTS = ("actor", "role", "address", "verb", "subject", "details", "after", "previous_seal", "seal", "mac")


@pytest.fixture
def written(make, session):
    """Thirty entries of two officers; answers their number."""
    auditors = [make.account(roles.HRSS_AUDIT), make.account(roles.HRSS_AUDIT)]
    people = [make.person() for _ in range(10)]
    session.commit()
    before = session.execute(text("SELECT count(*) FROM journal_entry")).scalar()
    for n in range(30):
        with unit_of_work(
            auditors[n % 2], now=NOON + timedelta(minutes=n), session=session, context={"address": "10.0.0.1"}
        ) as uow:
            if n < 10:
                propose(uow, person=people[n], kind="forgery", reason="提供虚假材料", basis="湘人社函〔2026〕9 号")
            else:
                uow.record("look", "desk", note=f"第 {n} 次")
    assert list(verify(session, by_table())) == []
    return before + 30


def one_byte(value: str, dice: random.Random) -> str:
    """The same text with one character changed."""
    at = dice.randrange(len(value))
    return value[:at] + ("0" if value[at] != "0" else "1") + value[at + 1 :]


@pytest.mark.parametrize("seed", range(12))
def test_any_one_byte_of_any_entry_is_found_and_the_entry_named(written, session, seed):
    dice = random.Random(seed)
    rows = (
        session.execute(
            text(f"SELECT id, chain, seq, {', '.join(TEXTS)} FROM journal_entry WHERE verb IN ('look', 'propose')")
        )
        .mappings()
        .all()
    )
    row = dice.choice(rows)
    for name in (n for n in TEXTS if row[n]):
        point = session.begin_nested()
        behind(
            session,
            f"UPDATE journal_entry SET {name} = :v WHERE id = :id",
            {"v": one_byte(row[name], dice), "id": row["id"]},
        )
        faults = list(verify(session))
        assert [(f.chain, f.seq) for f in faults][:1] == [(row["chain"], row["seq"])], (name, faults)
        point.rollback()
        session.expire_all()
    assert list(verify(session)) == []


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM journal_entry WHERE id = :id",
        "UPDATE journal_entry SET at = :at WHERE id = :id",
        "UPDATE journal_entry SET seq = seq + 5000 WHERE id = :id",
    ],
)
def test_a_missing_a_moved_and_a_backdated_entry_are_found(written, session, change):
    number = session.execute(
        text("SELECT id FROM journal_entry WHERE verb = 'look' ORDER BY id LIMIT 1 OFFSET 7")
    ).scalar()
    point = session.begin_nested()
    behind(session, change, {"id": number, "at": datetime(2020, 1, 1)} if ":at" in change else {"id": number})
    assert list(verify(session))
    point.rollback()


def test_a_record_changed_without_the_product_is_named(written, session):
    point = session.begin_nested()
    session.execute(
        text("UPDATE blacklist_entry SET ends_on = '2026-06-01' WHERE id = (SELECT min(id) FROM blacklist_entry)")
    )
    session.expire_all()
    faults = list(verify(session, by_table()))
    assert len(faults) == 1 and "blacklist_entry" in faults[0].reason
    point.rollback()


def test_a_cut_tail_is_found(written, session):
    point = session.begin_nested()
    behind(session, "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry)")
    assert any("截断" in f.reason for f in verify(session))
    point.rollback()
