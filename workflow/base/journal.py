"""Seal what happened: each entry carries the hash of the one before and a MAC (TRUST: audit log).

Written as the last statements of the business transaction. On SQLite one chain; on PostgreSQL four, by actor, so
that writers do not queue behind one lock, and a fifth for long work, which began before many of them. `verify` reads
everything back and names the first entry that does not fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.office.journal import JournalEntry, JournalHead
from models.sealed import mac

if TYPE_CHECKING:
    from workflow.base.unit_of_work import UnitOfWork

GENESIS = "0" * 64


def plain(value: Any) -> Any:
    """A value as canonical JSON can carry it."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


def canonical(body: dict[str, Any]) -> bytes:
    """The bytes that are hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(plain(body), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def name_of(subject: Any) -> str:
    """`table:id` of a record, or the text itself."""
    if isinstance(subject, str):
        return subject
    return f"{subject.__tablename__}:{subject.id}"


def state_hash(subject: Any) -> str:
    """Hash of the columns a class declares as `__protected__`; empty where it declares none."""
    names = getattr(subject, "__protected__", ())
    if not names:
        return ""
    return hashlib.sha256(canonical({n: getattr(subject, n) for n in names})).hexdigest()


def body_of(entry: JournalEntry) -> bytes:
    """Everything an entry says, in canonical form."""
    names = ("chain", "seq", "at", "actor_id", "actor", "role", "address", "verb", "subject", "details", "after")
    return canonical({name: getattr(entry, name) for name in names})


def seal_of(entry: JournalEntry, previous: str) -> str:
    """SHA-256 over the seal before and the body."""
    return hashlib.sha256(previous.encode() + body_of(entry)).hexdigest()


#: Chains of the writers in the queue on PostgreSQL; the next one is that of long work, which comes one at a time.
CHAINS = 4


def _chain_of(uow: UnitOfWork) -> int:
    if uow.session.get_bind().dialect.name == "sqlite":
        return 0
    return CHAINS if uow.long else (uow.actor.id or 0) % CHAINS


def seal(uow: UnitOfWork) -> None:
    """Append the unit of work's entries to the actor's chain."""
    if not uow.entries:
        return
    session = uow.session
    chain = _chain_of(uow)
    head = session.get(JournalHead, chain, with_for_update=True)
    if head is None:
        head = JournalHead(chain=chain, seq=0, seal=GENESIS)
        session.add(head)
    for verb, subject, facts in uow.entries:
        entry = JournalEntry(
            chain=chain,
            seq=head.seq + 1,
            at=uow.now.replace(microsecond=0),
            actor_id=uow.actor.id,
            actor=uow.actor.username,
            role="、".join(uow.actor.role_names),
            address=uow.context.get("address", ""),
            verb=verb,
            subject=name_of(subject),
            details=canonical(facts).decode(),
            after=state_hash(subject),
            previous_seal=head.seal,
        )
        entry.seal = seal_of(entry, head.seal)
        entry.mac = mac(entry.seal.encode())
        session.add(entry)
        head.seq, head.seal = entry.seq, entry.seal
    session.flush()


@dataclass(frozen=True)
class Fault:
    """The first entry that does not fit, and why."""

    chain: int
    seq: int
    reason: str


def verify(session: Session, models: dict[str, type] | None = None) -> Iterator[Fault]:
    """Walk every chain from the beginning; yield the first fault of each (none: all is well).

    With `models` (table name to class) the last entry of each protected record is also held against
    the record as it is now, so that a change made behind the product's back is named.
    """
    heads = {head.chain: head for head in session.scalars(select(JournalHead))}
    chains = set(session.scalars(select(JournalEntry.chain).distinct())) | set(heads)
    latest: dict[str, JournalEntry] = {}
    for chain in sorted(chains):
        fault = _verify_chain(session, chain, heads.get(chain), latest)
        if fault:
            yield fault
    if models:
        yield from _verify_state(session, models, latest)


def _verify_chain(
    session: Session, chain: int, head: JournalHead | None, latest: dict[str, JournalEntry]
) -> Fault | None:
    previous, seq = GENESIS, 0
    rows = select(JournalEntry).where(JournalEntry.chain == chain).order_by(JournalEntry.seq)
    with closing(session.scalars(rows.execution_options(yield_per=1000))) as entries:
        for entry in entries:
            seq += 1
            if entry.seq != seq:
                return Fault(chain, seq, "这一条缺失或顺序被改动")
            if entry.previous_seal != previous or entry.seal != seal_of(entry, previous):
                return Fault(chain, seq, "内容与封印不符")
            if entry.mac != mac(entry.seal.encode()):
                return Fault(chain, seq, "封印不是由本系统密钥签出")
            previous = entry.seal
            known = latest.get(entry.subject)
            if entry.after and (
                known is None or known.id < entry.id
            ):  # never by `at`: clocks are set, and are set back
                latest[entry.subject] = entry
    if head is None or (head.seq, head.seal) != (seq, previous):
        return Fault(chain, seq + 1, "末尾被截断，或链头被改动")
    return None


def _verify_state(session: Session, models: dict[str, type], latest: dict[str, JournalEntry]) -> Iterator[Fault]:
    for subject, entry in latest.items():
        table, _, key = subject.partition(":")
        if table in models:
            record = session.get(models[table], int(key))
            if record is None or state_hash(record) != entry.after:
                yield Fault(entry.chain, entry.seq, f"记录 {subject} 与最后一次登记不符，曾被绕过系统改动")


def count(session: Session) -> int:
    """How many entries the journal holds."""
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def filled_in_bulk(session: Session) -> int:
    """How many declarations were written past the journal, as the entries that say so tell."""
    rows = select(JournalEntry.details).where(JournalEntry.subject == "declaration:*")
    return sum(json.loads(details).get("declarations", 0) for details in session.scalars(rows))
