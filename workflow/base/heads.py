"""The heads of the chains: how far each has come, and what the seals of all rows it wrote add up to.

The sums are a box that only our key opens and closes, bound to chain, number, seal and turn: a head that was set back,
or whose sums were touched, does not open. Each chain has sums of its own, under the lock that its writer holds anyway,
so that no row is waited for by all.
"""

from __future__ import annotations

import os
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session, object_session

from models.office.journal import JournalHead
from models.sealed import fingerprint, key
from workflow.base.errors import NotNow
from workflow.base.row_digest import short
from workflow.base.row_seals import MOST, Deltas

GENESIS = "0" * 64
_LINE = struct.Struct(">3sq16s")
#: Short name of a table to (rows, sum).
Sums = dict[bytes, tuple[int, int]]


def _bound(head: JournalHead) -> bytes:
    return f"head/1|{head.chain}|{head.seq}|{head.seal}|{head.turn}".encode()


def locked(session: Session, chain: int) -> JournalHead:
    """The head of a chain, held until the commit; a new one where there is none."""
    head = session.get(JournalHead, chain, with_for_update=True)
    if head is None:
        head = JournalHead(chain=chain, seq=0, seal=GENESIS, turn=0)
        session.add(head)
    return head


def sums_of(head: JournalHead) -> Sums | None:
    """What the head says of the rows; None where it was not closed by our key, or never was."""
    if head.sums is None:
        return None
    box = bytes(head.sums)
    try:
        plain = AESGCM(key("head")).decrypt(box[:12], box[12:], _bound(head))
    except InvalidTag:
        return None
    return {name: (number, int.from_bytes(total, "big")) for name, number, total in _LINE.iter_unpack(plain)}


def begin(head: JournalHead) -> Sums:
    """The sums of a head that is about to move on. One that does not open stays wrong: nothing mends it silently.

    Refused: a process that still has the key from before a change of the master key.
    """
    found = {} if head.sums is None and head.turn == 0 else sums_of(head)
    session = object_session(head)
    if not found and session is not None and not _our_database(session):
        raise NotNow(
            "这个数据库的主密钥已经更换，本进程还在用旧的，没有写入任何内容；"
            "请用新密钥重新启动服务和后台任务（docs/operations.md）。"
        )
    return found if found is not None else {b"\xff\xff\xff": (1, 1)}


def _our_database(session: Session) -> bool:
    row = session.connection().exec_driver_sql("SELECT name, fingerprint FROM database_stamp").first()
    return row is None or row.fingerprint == fingerprint(row.name)


def close(head: JournalHead, sums: Sums, deltas: Deltas) -> None:
    """Add what this transaction has sealed, and close the head as it now stands."""
    for name, (number, total) in deltas.items():
        had, was = sums.get(short(name), (0, 0))
        sums[short(name)] = (had + number, (was + total) % MOST)
    head.turn += 1
    plain = b"".join(
        _LINE.pack(name, number, total.to_bytes(16, "big"))
        for name, (number, total) in sorted(sums.items())
        if number or total
    )
    nonce = os.urandom(12)
    head.sums = nonce + AESGCM(key("head")).encrypt(nonce, plain, _bound(head))


def added(heads: list[JournalHead]) -> Sums | None:
    """The sums of all chains together; None where one of them does not open."""
    whole: Sums = {}
    for head in heads:
        sums = sums_of(head)
        if sums is None:
            return None
        for name, (number, total) in sums.items():
            had, was = whole.get(name, (0, 0))
            whole[name] = (had + number, (was + total) % MOST)
    return whole
