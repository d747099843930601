"""The master key is changed: all that was bound to the old one is bound to the new one, or nothing is."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from models.office.journal import JournalHead
from models.office.list_choice import SavedQuery
from models.register.person import Person
from models.registry import by_table
from models.review.ballot import Envelope, Poll
from models.sealed import blind_index, install_keys, under
from tests.ballots import opened, with_poll
from tests.conftest import MASTER, NOON
from tests.owner import behind
from workflow.accounts import accounts
from workflow.base import anchor, journal, outside, stamp
from workflow.base import roles as r
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import attempt, unit_of_work
from workflow.office import checkpoint, rekey
from workflow.review import resealed, sealing  # noqa: F401  (binds the ballots)
from workflow.review.ballot import POLL, seal_of

NEW = b"n" * 32


@pytest.fixture
def old(session, monkeypatch):
    """The key of the tests, in force again afterwards."""
    monkeypatch.setattr(sealing, "COST", 4)
    install_keys(MASTER)
    yield MASTER
    install_keys(MASTER)


@pytest.fixture
def system(old, session):
    system = accounts.install_system_account(session)
    attempt(system, lambda uow: stamp.bring_up(uow, demonstration=False), session=session)
    return system


def changed(session, system, old, new=NEW):
    attempt(system, lambda uow: rekey.change(uow, old, new), session=session)
    session.expire_all()


def test_all_that_was_bound_to_the_old_key_is_bound_to_the_new_one(make, session, system, old):
    person = make.person()
    person.id_number, person.phone = "430102198001011234", "13800000001"
    owner = make.account(r.HRSS_AUDIT, totp_secret="JBSWY3DPEHPK3PXP")
    session.commit()
    for name, number in (("known", person.id_number), ("nobody", "430102198001019999")):
        words = f"number=~{blind_index(number).hex()}&state=draft"
        session.add(SavedQuery(account_id=owner.id, screen="TrailScreen", name=name, conditions=words, saved_at=NOON))
    session.commit()
    before = anchor.line(session)
    raw = "SELECT id_number, id_index FROM person WHERE id = :id"
    was = session.execute(text(raw), {"id": person.id}).one()
    changed(session, system, old)
    now = session.execute(text(raw), {"id": person.id}).one()
    assert all(bytes(a) != bytes(b) for a, b in zip(was, now, strict=True))
    assert (person.id_number, person.phone, owner.totp_secret) == (
        "430102198001011234",
        "13800000001",
        "JBSWY3DPEHPK3PXP",
    )
    assert session.scalar(select(Person.id).where(Person.id_index == blind_index("430102198001011234"))) == person.id
    assert session.scalar(select(Person.id).where(Person.phone_index == blind_index("13800000001"))) == person.id
    queries = dict(session.execute(select(SavedQuery.name, SavedQuery.conditions)).all())
    assert queries == {"known": f"number=~{blind_index(person.id_number).hex()}&state=draft"}
    assert list(journal.verify(session, by_table())) == []
    assert stamp.asked(session.connection()) is stamp.Key.OURS
    assert list(anchor.faults(session, [before, anchor.line(session)])) == []  # what was kept elsewhere is believed on
    assert "不是本系统签出" in next(anchor.faults(session, [before.replace("2026", "2027", 1)])).reason
    with under(old):
        assert stamp.asked(session.connection()) is stamp.Key.FOREIGN
        assert list(journal.verify(session)) and checkpoint.newest(session, [checkpoint.line(session)])


def test_the_journal_goes_on_and_the_key_may_be_changed_again(make, session, system, old):
    officer = make.account(r.HRSS_AUDIT)
    session.commit()
    for key_before, key_after in ((old, NEW), (NEW, b"m" * 32)):
        changed(session, system, key_before, key_after)
        with unit_of_work(officer, now=NOON, session=session) as uow:
            uow.record("look", "desk")
        assert list(journal.verify(session, by_table())) == []
    assert len(anchor.former_keys(session)) == 2


def test_a_vote_under_way_is_counted_as_it_was_cast_and_a_replaced_envelope_stays_replaced(
    make, session, system, old, as_
):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=2)))
    for judge in case.judges[:3]:
        POLL.perform(as_(judge), case.poll, "cast", choices={d.id: "yes" for d in case.people})
    session.commit()
    forged = session.scalars(select(Envelope).order_by(Envelope.expert_id)).first()
    forged.seal = "0" * 64
    session.commit()
    changed(session, system, old)
    (poll,) = session.scalars(select(Poll)).all()
    assert poll.roster_seal == seal_of(poll, "roster", poll.roster_hash.encode())
    rows = session.scalars(select(Envelope).order_by(Envelope.expert_id)).all()
    fits = [row.seal == seal_of(poll, f"expert:{row.expert_id}", bytes(row.box)) for row in rows]
    assert fits == [False, True, True]


def test_nothing_bent_is_sealed_as_ours(make, session, system, old):
    person = make.person()
    session.commit()
    behind(session, "UPDATE person SET name = '改' WHERE id = :id", {"id": person.id})
    with pytest.raises(Refused, match=f"核验没有通过.*person:{person.id}"):
        changed(session, system, old)
    with under(old):
        assert stamp.asked(session.connection()) is stamp.Key.OURS


def test_the_same_key_and_an_unsealed_upgrade_are_refused(session, system, old):
    with pytest.raises(Refused, match="相同"):
        changed(session, system, old, old)
    stamp.note_due(session.connection(), ["person"])
    session.commit()
    with pytest.raises(NotNow, match="prepare"):
        changed(session, system, old)


def test_a_process_that_still_has_the_old_key_writes_nothing(make, session, system, old):
    officer = make.account(r.HRSS_AUDIT)
    session.commit()
    changed(session, system, old)
    count = journal.count(session)
    install_keys(old)
    officer_of_old = officer
    with (
        pytest.raises(NotNow, match="主密钥已经更换"),
        unit_of_work(officer_of_old, now=NOON, session=session) as uow,
    ):
        uow.record("look", "desk")
    install_keys(NEW)
    assert journal.count(session) == count and list(journal.verify(session, by_table())) == []


def test_the_heads_outside_follow(session, system, old, tmp_path):
    before = outside.where()
    outside.install(tmp_path / "one")
    try:
        changed(session, system, old)
        rekey.keep_outside(session)
        assert {head.chain for head in outside.seen()} == set(session.scalars(select(JournalHead.chain)))
        assert list(journal.verify(session)) == []
    finally:
        outside.install(before)
