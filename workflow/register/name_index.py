"""The index by which a picker finds an organisation by any part of its name, among a hundred thousand.

A name is found by its pairs of neighbouring characters (字对), its pinyin initials by threes: what a person typed is
cut
the same way, the rarest piece gives the candidates, the others thin them out, and whoever asked looks at the
names. No database offers this for two characters out of the box on both of ours, hence the small table.

Rows are only added, never changed: a former name goes on finding its organisation, two clerks who enter units at
the same moment do not wait for each other, and nothing found is believed unseen. `rebuild` packs the rows anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.register.organisation import Organisation, OrganisationChange, OrganisationGram
from workflow.register.pinyin import initials

#: Ids in one row: with its keys it fits into a page of the tree on SQLite.
PACK = 240
#: Names cut at once: their places and a piece share a number of 63 bits.
AT_ONCE = 500_000
GRAM = OrganisationGram.__table__
#: Capital letters and half-width signs, so that Ａ, a and A are the same.
_FOLD = {n: n - 0xFEE0 for n in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FOLD |= {n: n - 32 for n in range(ord("a"), ord("z") + 1)} | {n: n - 0xFEE0 - 32 for n in range(0xFF41, 0xFF5B)}


def folded(text: str) -> str:
    """A text as names are compared: capital letters, half-width signs; as long as it was."""
    return text.translate(_FOLD)


def grams(name: str, pinyin: str = "") -> set[str]:
    """The pieces by which a name and its initials are found."""
    name = folded(name)
    by_initials = {pinyin[n : n + 3] for n in range(len(pinyin) - 2)}
    return {name[n : n + 2] for n in range(len(name) - 1)} | {piece for piece in by_initials if piece.isascii()}


def enter(session: Session, organisation_id: int, name: str, pinyin: str) -> None:
    """Let one organisation be found by this name from now on, and by all it had before."""
    pieces = grams(name, pinyin)
    there = select(GRAM.c.gram).where(GRAM.c.gram.in_(pieces), GRAM.c.first == organisation_id)
    new = pieces - set(session.scalars(there))
    member = struct.pack("<I", organisation_id)
    if new:
        session.execute(
            insert(GRAM), [{"gram": gram, "first": organisation_id, "members": member} for gram in sorted(new)]
        )


def enter_many(session: Session, named: Sequence[tuple[int, str, str]]) -> None:
    """The same for many (id, name, initials) at once, in a few statements."""
    named = sorted(named)
    for at in range(0, len(named), AT_ONCE):
        some = named[at : at + AT_ONCE]
        own = select(GRAM.c.gram, GRAM.c.first).where(GRAM.c.first.between(some[0][0], some[-1][0]))
        there = set(session.execute(own).tuples())
        rows = [part for row in _packed(some) for part in (_beside(row, there) if there else (row,))]
        if rows:
            session.execute(insert(GRAM), rows)


def rebuild(session: Session) -> int:
    """Make the index anew from the names, present and former; how many organisations it finds."""
    session.execute(delete(OrganisationGram))
    present = select(Organisation.id, Organisation.name, Organisation.pinyin)
    named = list(session.execute(present).tuples())
    enter_many(session, named)
    former = select(OrganisationChange.organisation_id, OrganisationChange.before_name).distinct()
    for key, name in session.execute(former).tuples():
        enter(session, key, name, initials(name))
    return len(named)


def missing(session: Session) -> bool:
    """Whether there are organisations and no index, as after an upgrade from before it."""
    return (
        session.scalar(select(GRAM.c.gram).limit(1)) is None
        and session.scalar(select(Organisation.id).limit(1)) is not None
    )


def unpack(members: bytes) -> tuple[int, ...]:
    """The ids in a row."""
    return struct.unpack(f"<{len(members) // 4}I", members)


def _beside(row: dict[str, Any], there: set[tuple[str, int]]) -> Iterable[dict[str, Any]]:
    """The row, begun with an id whose key is free; ids whose key is taken are in the index under it."""
    members = unpack(row["members"])
    while members and (row["gram"], members[0]) in there:
        members = members[1:]
    if members:
        yield {"gram": row["gram"], "first": members[0], "members": struct.pack(f"<{len(members)}I", *members)}


def _packed(named: Sequence[tuple[int, str, str]]) -> Iterable[dict[str, Any]]:
    """Rows for many names, gram by gram: the pieces as numbers, sorted at once together with the places of their
    names."""
    import numpy as np  # here, because an idle worker should not hold it

    ids = np.array([one[0] for one in named], dtype="<u4")
    for texts, size in (([name for _, name, _ in named], 2), ([pinyin for _, _, pinyin in named], 3)):
        joined = "\n".join(text.replace("\n", " ") for text in texts)
        text = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4").astype(np.int64)
        place = np.cumsum(text == 10)  # which name a sign belongs to
        if size == 2:
            text = np.where((text > 0xFF00) & (text < 0xFF5F), text - 0xFEE0, np.where(text == 0x3000, 0x20, text))
            text = np.where((text >= 97) & (text <= 122), text - 32, text)
            whole = (text[:-1] != 10) & (text[1:] != 10)
            pairs = ((text[:-1] << 21) | text[1:])[whole]
            letters = 21
        else:
            text = np.where(text < 128, text, 0)  # signs without initials are not searched by them
            three = [text[n : len(text) - 2 + n] for n in range(3)]
            whole = (three[0] != 10) & (three[1] != 10) & (three[2] != 10) & (np.minimum.reduce(three) > 0)
            pairs = ((three[0] << 14) | (three[1] << 7) | three[2])[whole]
            letters = 7
        keys = np.sort((pairs << 21) | place[: len(whole)][whole])  # np.unique would hash, ten times as long
        keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
        piece, member = keys >> 21, ids[keys & ((1 << 21) - 1)]
        starts: list[int] = (
            np.flatnonzero(np.concatenate(([True], piece[1:] != piece[:-1]))).tolist() if len(piece) else []
        )
        for start, end in zip(starts, [*starts[1:], len(piece)][: len(starts)], strict=True):
            number = int(piece[start])
            gram = "".join(chr((number >> letters * n) & ((1 << letters) - 1)) for n in reversed(range(size)))
            for at in range(start, end, PACK):
                run = member[at : min(at + PACK, end)]
                yield {"gram": gram, "first": int(run[0]), "members": run.tobytes()}
