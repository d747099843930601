"""Seal what happened: each entry carries the hash of the one before and a MAC (TRUST: audit log).

Written as the last statements of the business transaction. On SQLite one chain; on PostgreSQL four, by actor, so
that writers do not queue behind one lock, and a fifth for long work, which began before many of them. `verify` reads
everything back and names the first entry that does not fit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from models.office.journal import JournalEntry, JournalHead
from models.sealed import mac
from workflow.base import heads, outside, row_check, row_seals
from workflow.base.heads import GENESIS

if TYPE_CHECKING:
    from workflow.base.unit_of_work import UnitOfWork


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
    """Append the unit of work's entries to the actor's chain, and seal every row it has written."""
    session = uow.session
    deltas = row_seals.settle(session)
    if not uow.entries and not deltas:
        return
    head = heads.locked(session, _chain_of(uow))
    sums = heads.begin(head)
    for verb, subject, facts in uow.entries:
        entry = JournalEntry(
            chain=head.chain,
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
    heads.close(head, sums, deltas)
    session.info.pop("deltas", None)
    session.flush()
    uow.head = outside.Head.of(head)


def _seal_rest(session: Session) -> None:
    """Rows written past a unit of work (the screens' framework, a test) are sealed as well, without an entry."""
    if session.in_nested_transaction():
        return
    if deltas := row_seals.settle(session):
        head = heads.locked(session, 0)
        heads.close(head, heads.begin(head), deltas)
        session.info.pop("deltas", None)
        session.flush()


event.listen(Session, "before_commit", _seal_rest)


#: Entries that say that the journal was verified, and with what result.
VERIFIED = "verify_journal"
#: Verbs of entries that say that all rows were sealed as they stood, and that a restored database goes on.
FIRST, RESUMED = "seal_first", "resume_journal"


@dataclass(frozen=True)
class Fault:
    """The first entry that does not fit, and why."""

    chain: int
    seq: int
    reason: str


#: Chain to the number and seal of an entry up to which it was found whole.
Stands = Mapping[int, tuple[int, str]]


def verify(
    session: Session,
    models: dict[str, type] | None = None,
    *,
    since: Stands | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Fault]:
    """Walk every chain from the beginning, or from where it was whole (`since`); yield the first fault of each.

    The heads must open with our key, stand in the database no earlier than in the file outside it, and the triggers
    that keep the journal must be there. With `models` (table name to class) every row of every guarded table is held
    against its seal, the seals against the sums, and the last entry of each protected record against the record.
    """
    heads_ = {head.chain: head for head in session.scalars(select(JournalHead))}
    since = since or {}
    chains = set(session.scalars(select(JournalEntry.chain).distinct())) | set(heads_) | set(since)
    latest: dict[str, JournalEntry] = {}
    for chain in sorted(chains):
        fault = _verify_chain(session, chain, heads_.get(chain), latest, since.get(chain))
        if fault:
            yield fault
        elif (head := heads_[chain]).turn and heads.sums_of(head) is None:
            yield Fault(chain, head.seq, "链头不是由本系统密钥封存，曾被改动")
    yield from _verify_outside(session, heads_)
    yield from (Fault(0, 0, sentence) for sentence in row_check.without_triggers(session))
    yield from _verify_sealed_once(session)
    if not chains and (sentence := row_check.emptied(session)):
        yield Fault(0, 0, sentence)
    if models:
        named = set()
        for subject, sentence in row_check.faults(session, heads.added(list(heads_.values())), tell):
            named.add(subject)
            yield Fault(0, 0, sentence)
        yield from (fault for subject, fault in _verify_state(session, models, latest) if subject not in named)


def _verify_sealed_once(session: Session) -> Iterator[Fault]:
    """Everything is sealed as it stands only once; a second time somebody had taken the stamp or the seals away."""
    first = select(JournalEntry).where(JournalEntry.verb == FIRST).order_by(JournalEntry.id).offset(1)
    resumed = session.scalar(select(func.max(JournalEntry.id)).where(JournalEntry.verb == RESUMED)) or 0
    for entry in session.scalars(first).all():
        if entry.id > resumed:
            yield Fault(
                entry.chain,
                entry.seq,
                "封印曾整体丢失后重新封存，此前的改动无从核对；确因退回旧版本的，用 journal resume 说明",
            )


def _verify_outside(session: Session, heads_: dict[int, JournalHead]) -> Iterator[Fault]:
    """What was seen outside the database must still be in it."""
    for seen in outside.seen():
        head = heads_.get(seen.chain)
        if head is None or head.seq < seen.seq or head.turn < seen.turn:
            yield Fault(
                seen.chain, seen.seq, f"比库外记录（{seen.place}）短：日志被清空、末尾被截断，或数据库被换回旧的副本"
            )
            continue
        said = select(JournalEntry.seal).where(JournalEntry.chain == seen.chain, JournalEntry.seq == seen.seq)
        if seen.seq and session.scalar(said) != seen.seal:
            yield Fault(seen.chain, seen.seq, f"与库外记录（{seen.place}）不是同一条")


def _verify_chain(
    session: Session,
    chain: int,
    head: JournalHead | None,
    latest: dict[str, JournalEntry],
    since: tuple[int, str] | None,
) -> Fault | None:
    if since is not None and (fault := _verify_before(session, chain, *since)):
        return fault
    seq, previous = since or (0, GENESIS)
    rows = select(JournalEntry).where(JournalEntry.chain == chain, JournalEntry.seq > seq).order_by(JournalEntry.seq)
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
            if '"deleted":true' in entry.details:  # by a verb that says so: the record is rightly gone
                latest.pop(entry.subject, None)
            known = latest.get(entry.subject)
            if entry.after and (
                known is None or known.id < entry.id
            ):  # never by `at`: clocks are set, and are set back
                latest[entry.subject] = entry
    if head is None or (head.seq, head.seal) != (seq, previous):
        return Fault(chain, seq + 1, "末尾被截断，或链头被改动")
    return None


def _verify_before(session: Session, chain: int, seq: int, seal: str) -> Fault | None:
    """What lies before a checkpoint is not read again; it must be there, and end as it did."""
    of = select(func.count(), func.min(JournalEntry.seq)).where(JournalEntry.chain == chain, JournalEntry.seq <= seq)
    if tuple(session.execute(of).one()) != (seq, 1):
        return Fault(chain, seq, "检查点之前的条目有缺失：日志被清空、截断或删改；请做一次完整核验")
    said = select(JournalEntry).where(JournalEntry.chain == chain, JournalEntry.seq == seq)
    entry = session.scalars(said).one()
    if entry.seal != seal or entry.seal != seal_of(entry, entry.previous_seal):
        return Fault(chain, seq, "与检查点记下的不是同一条；请做一次完整核验")
    return None


def _verify_state(
    session: Session, models: dict[str, type], latest: dict[str, JournalEntry]
) -> Iterator[tuple[str, Fault]]:
    for subject, entry in latest.items():
        table, _, key = subject.partition(":")
        if table in models:
            try:
                record = session.get(models[table], int(key))
                fits = record is not None and state_hash(record) == entry.after
            except Exception:  # whatever cannot be read is not what was written
                fits = False
            if not fits:
                yield subject, Fault(entry.chain, entry.seq, f"记录 {subject} 与最后一次登记不符，曾被绕过系统改动")


def heads_never_closed(session: Session) -> list[JournalHead]:
    """Heads of a database that an earlier release wrote: without sums."""
    return list(session.scalars(select(JournalHead).where(JournalHead.sums.is_(None), JournalHead.turn == 0)))


def count(session: Session) -> int:
    """How many entries the journal holds."""
    return session.scalar(select(func.count()).select_from(JournalEntry)) or 0


def note_verified(uow: UnitOfWork, count: int, faults: int, since: str = "") -> None:
    """The journal tells of its own verification; `since` names the checkpoint it went on from."""
    uow.record(VERIFIED, "journal", label="核验审计日志", count=count, faults=faults, since=since)


def last_verified(session: Session) -> datetime | None:
    """When the journal was last verified, whatever was found."""
    return session.scalar(select(func.max(JournalEntry.at)).where(JournalEntry.verb == VERIFIED))


def began(session: Session) -> datetime | None:
    """The moment of the first entry."""
    return session.scalar(select(JournalEntry.at).order_by(JournalEntry.id).limit(1))


def filled_in_bulk(session: Session) -> int:
    """How many declarations were written past the journal, as the entries that say so tell."""
    rows = select(JournalEntry.details).where(JournalEntry.subject == "declaration:*")
    return sum(json.loads(details).get("declarations", 0) for details in session.scalars(rows))
