"""Where the chains stood, kept outside the database: a file after every commit, and a signed line a day.

Whoever owns the database can set it back as a whole, head and all; the file in DATA_DIR then knows better. Whoever
owns the machine as well can set both back: the signed lines (`anchor`), sent away daily, know better still, up to
their last day. The files bear the name of the database, so that another database beside them is not mistaken for it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.sealed import key

if TYPE_CHECKING:
    from models.office.journal import JournalHead

#: The signed lines of every night, beside the heads.
ANCHORS = "anchors.txt"
#: Up to where the journal was found whole.
CHECKPOINTS = "checkpoints.txt"
_place: Path | None = None


@dataclass(frozen=True)
class Head:
    """How far a chain had come."""

    chain: int
    seq: int
    turn: int
    seal: str
    place: str = ""

    @classmethod
    def of(cls, head: JournalHead) -> Head:
        """Where that head stands."""
        return cls(head.chain, head.seq, head.turn, head.seal)

    @property
    def mac(self) -> str:
        """Under our key."""
        told = f"outside/1|{self.chain}|{self.seq}|{self.turn}|{self.seal}"
        return hmac.digest(key("head"), told.encode(), "sha256").hex()


def install(place: Path | None) -> None:
    """Keep the heads in that folder from now on; None: nowhere (a database without a name yet)."""
    global _place
    _place = place


def where() -> Path | None:
    """The folder of the heads."""
    return _place


def keep(head: Head | None) -> None:
    """Write down where a chain stands, unless the file knows a later turn. A full disk stops nobody's work here."""
    if head is None or _place is None:
        return
    file = _place / f"head-{head.chain}"
    with contextlib.suppress(OSError):
        _place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(_place / f"lock-{head.chain}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            known = _read(file)
            if known is None or known.turn < head.turn:
                _write(file, head)
        finally:
            os.close(handle)


def _write(file: Path, head: Head) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps([head.chain, head.seq, head.turn, head.seal, head.mac]))
    os.replace(draft, file)


def _read(file: Path) -> Head | None:
    """What the file says; None where there is none, or it was not written by us."""
    try:
        chain, seq, turn, seal, mac = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    head = Head(chain, seq, turn, seal, str(file))
    return head if hmac.compare_digest(str(mac), head.mac) else None


def seen() -> Iterator[Head]:
    """What the files say, chain by chain."""
    for file in sorted(_place.glob("head-*")) if _place is not None else ():
        if not file.suffix and (head := _read(file)) is not None:
            yield head


def keep_line(line: str, name: str = ANCHORS) -> bool:
    """Add a signed line to those kept beside the heads; whether it could be."""
    if _place is None:
        return False
    with contextlib.suppress(OSError):
        _place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(_place / name, "a", encoding="ascii", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        return True
    return False


def lines(name: str = ANCHORS) -> list[str]:
    """The signed lines kept on this machine, oldest first."""
    try:
        return (_place / name).read_text(encoding="ascii").splitlines() if _place is not None else []
    except (OSError, UnicodeDecodeError):
        return []


def others() -> list[str]:
    """Names of other databases whose heads are kept beside these."""
    if _place is None or not _place.parent.is_dir():
        return []
    return sorted(place.name for place in _place.parent.iterdir() if place.is_dir() and place != _place)


def forget() -> None:
    """Forget what was seen: only after somebody has said why (a database restored from a backup)."""
    for file in sorted(_place.glob("head-*")) if _place is not None else ():
        file.unlink(missing_ok=True)
    for name in (ANCHORS, CHECKPOINTS):
        if (
            _place is not None and (kept := _place / name).exists()
        ):  # of the copy that was given up: kept, and not asked
            turn = sum(1 for _ in _place.glob(f"{name}.before-*")) + 1
            kept.rename(_place / f"{name}.before-{turn}")
