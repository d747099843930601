"""A signed line that says where every chain stands: kept elsewhere, it proves later what was there that day.

The key pair follows from the master key; whoever keeps the lines needs the public half only.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.journal import JournalEntry, JournalHead
from models.sealed import key
from workflow.base import clock
from workflow.base.journal import Fault

#: The entry that tells of a change of the master key, with the public key of the time before.
CHANGED = "change_master_key"


def _pair() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key("anchor"))


def public_key() -> str:
    """The half that others may have, in hex."""
    return _pair().public_key().public_bytes_raw().hex()


def line(session: Session) -> str:
    """Day, and chain, number and seal of every head; a tab; the signature."""
    moment = clock.province_now(session).isoformat(timespec="seconds")
    told = json.dumps([moment, stands(session)], separators=(",", ":"))
    return f"{told}\t{signed(told)}"


def stands(session: Session) -> list[tuple[int, int, str]]:
    """Chain, number and seal of every head."""
    heads = session.scalars(select(JournalHead).order_by(JournalHead.chain))
    return [(head.chain, head.seq, head.seal) for head in heads]


def signed(told: str) -> str:
    """Our signature under a text, in hex."""
    return _pair().sign(told.encode()).hex()


def check(told: str, signature: str, former: Sequence[str] = ()) -> None:
    """Raises InvalidSignature or ValueError where the signature under that text is neither ours nor of a former key."""
    for public in (public_key(), *former):
        with contextlib.suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), told.encode())
            return
    raise InvalidSignature


def former_keys(session: Session) -> list[str]:
    """Public keys of the time before the master key was changed, as the journal tells them."""
    rows = session.scalars(select(JournalEntry.details).where(JournalEntry.verb == CHANGED))
    return [json.loads(details)["former"] for details in rows]


def faults(session: Session, lines: Iterable[str]) -> Iterator[Fault]:
    """What the kept lines say and the journal does not."""
    former = former_keys(session)
    for text in filter(None, (each.strip() for each in lines)):
        told, _, signature = text.partition("\t")
        try:
            check(told, signature, former)
            day, stands = json.loads(told)
        except (InvalidSignature, ValueError):
            yield Fault(0, 0, f"留证文件中有一行不是本系统签出的：{told[:40]}")
            continue
        for chain, seq, seal in stands:
            said = select(JournalEntry.seal).where(JournalEntry.chain == chain, JournalEntry.seq == seq)
            if seq and session.scalar(said) != seal:
                yield Fault(chain, seq, f"{day} 留证时的这一条不在日志中：日志被清空、截断或改写")
