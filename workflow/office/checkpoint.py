"""A signed line that says up to where the journal was read and found whole: a later verification goes on from there.

Ten million entries are read in a minute and a half, every night the same ones. From a checkpoint only what came since
is read entry by entry; of what lies before, the last entry must still bear its seal and none may be missing. What
somebody wrote into an older entry is seen by the next full verification, which the night makes once a week. The rows
themselves are held against their seals every time. A checkpoint names its database, so that it vouches for no other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from sqlalchemy.orm import Session

from workflow.base import anchor, clock, stamp

#: Days after which nothing is gone on with: the night then reads the whole journal.
FULL_EVERY = 7
_KIND = "checkpoint/1"


@dataclass(frozen=True)
class Checkpoint:
    """Up to where each chain was whole, when that was found, and when all of it was last read from the beginning."""

    at: datetime
    whole: datetime
    stands: dict[int, tuple[int, str]]

    def fresh(self, now: datetime) -> bool:
        """Whether a night may go on from it."""
        return timedelta() <= now - self.whole < timedelta(days=FULL_EVERY)


def line(session: Session, since: Checkpoint | None = None) -> str:
    """The line for a journal that was found whole just now, in this session; `since` is what it was gone on from."""
    now = clock.province_now(session).replace(microsecond=0)
    stands = [stand for stand in anchor.stands(session) if stand[1]]
    whole = since.whole if since is not None else now
    told = json.dumps([_KIND, _database(session), now.isoformat(), whole.isoformat(), stands], separators=(",", ":"))
    return f"{told}\t{anchor.signed(told)}"


def _database(session: Session) -> str:
    return stamp.name_of(session.connection())


def newest(session: Session, lines: Iterable[str]) -> Checkpoint | None:
    """The last of the lines that we have signed for this database; None where there is none."""
    name = _database(session)
    for text in reversed([each.strip() for each in lines if each.strip()]):
        if (found := _read(text, name)) is not None:
            return found
    return None


def _read(text: str, name: str) -> Checkpoint | None:
    told, _, signature = text.partition("\t")
    try:
        anchor.check(told, signature)
        kind, database, at, whole, stands = json.loads(told)
        if (kind, database) != (_KIND, name):
            return None
        return Checkpoint(
            datetime.fromisoformat(at),
            datetime.fromisoformat(whole),
            {chain: (seq, seal) for chain, seq, seal in stands},
        )
    except (InvalidSignature, ValueError, TypeError):
        return None
