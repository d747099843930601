"""Finding organisations by what a person typed: part of a name, several parts, initials, a code, a former name.

In this order: the very name or code; names, initials and codes that begin so; names that hold it (every part of it,
where blanks divide them); organisations that were called so before; and where nothing fits at all, names in which its
characters follow each other with others between (湘雅二院 finds 中南大学湘雅二医院).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from models.register.organisation import Organisation, OrganisationChange
from workflow.register.name_index import GRAM, PACK, folded, unpack

TABLE = Organisation.__table__
#: The last character a name can continue with: a prefix search is a range, which an index answers.
LAST = "\U0010ffff"
#: Candidates whose names are read at once, after the first few.
FEW = PACK
#: Packs of the rarest piece that are read at first; then four times as many, and so on.
TRIES = 4
#: So few candidates are read rather than thinned out.
NEAR = 60
#: Candidates for a name that only resembles.
MOST_ALIKE = 1_000
END = 2**31
#: Most organisations a condition names one by one.
MOST_NAMED = 2_000


@dataclass(frozen=True)
class Found:
    """An organisation as a picker offers it; `former` is the name by which it was found, when it has another now."""

    id: int
    name: str
    code: str
    kind: str
    pinyin: str = ""
    former: str = ""


COLUMNS = (TABLE.c.id, TABLE.c.name, TABLE.c.code, TABLE.c.kind, TABLE.c.pinyin)
Limit = ColumnElement[bool]


def pieces(text: str) -> set[str]:
    """The pieces a text is found by in names: every two neighbours of every part."""
    return {part[n : n + 2] for part in folded(text).split() for n in range(len(part) - 1)}


def _initial_pieces(text: str) -> set[str]:
    text = text.lower()
    return {text[n : n + 3] for n in range(len(text) - 2)} if text.isascii() and text.isalnum() else set()


def holds(name: str, text: str) -> bool:
    """Whether every part of the text stands in the name."""
    name = folded(name)
    return all(part in name for part in folded(text).split())


def in_order(name: str, text: str) -> bool:
    """Whether the characters of the text stand in the name in their order."""
    rest = iter(folded(name))
    return all(sign in rest for sign in folded(text) if sign != " ")


def _sizes(session: Session, wanted: Collection[str]) -> dict[str, int]:
    """How many bytes of ids each of these pieces has; none for one that nobody has."""
    size = func.sum(func.length(GRAM.c.members))
    found = session.execute(select(GRAM.c.gram, size).where(GRAM.c.gram.in_(wanted)).group_by(GRAM.c.gram))
    return dict(found.tuples().all())


def candidates(
    session: Session, wanted: Collection[str], sizes: Mapping[str, int] | None = None
) -> Iterator[list[int]]:
    """Organisations with all these pieces in names of theirs, in runs of ascending ids.

    The rarest piece is read some packs at a time, of the others only as far as those packs reach: whoever has found
    enough need not read on.
    """
    sizes = _sizes(session, wanted) if sizes is None else sizes
    if not wanted or any(gram not in sizes for gram in wanted):
        return
    rarest, *others = sorted(wanted, key=lambda gram: sizes[gram])
    have: dict[str, set[int]] = {gram: set() for gram in wanted}
    done = dict.fromkeys(others, 0)  #: up to which `first` the packs of a piece were read
    begin, packs = 0, TRIES
    while begin < END:
        rows = (
            select(GRAM.c.first, GRAM.c.members)
            .where(GRAM.c.gram == rarest, GRAM.c.first >= begin)
            .order_by(GRAM.c.first)
            .limit(packs + 1)
        )
        read = session.execute(rows).tuples().all()
        bound = read[packs][0] if len(read) > packs else END  # every row that holds an id below begins below
        for _, members in read[:packs]:
            have[rarest].update(unpack(members))
        whole = {key for key in have[rarest] if begin <= key < bound}
        for gram in others:
            if len(whole) <= NEAR:
                break
            more = select(GRAM.c.members).where(GRAM.c.gram == gram, GRAM.c.first >= done[gram], GRAM.c.first < bound)
            for members in session.scalars(more):
                have[gram].update(unpack(members))
            done[gram] = bound
            whole &= have[gram]
        yield sorted(whole)
        begin, packs = bound, packs * 4


def search(session: Session, text: str, most: int, limit: Limit | None = None) -> list[Found]:
    """At most `most` organisations for what was typed, the best first; `limit` says which may be found at all."""
    limit = true() if limit is None else limit
    text = " ".join(text.split())
    found = _beginning(session, text, most, limit)
    if len(found) < most and len(text) > 1:
        sizes = _sizes(session, pieces(text) | _initial_pieces(text))
        _add(found, _inside(session, text, sizes, most, limit))
        if not found and len(text) > 2:
            known = pieces(text) & sizes.keys()
            some = next(candidates(session, known, sizes), [])[:MOST_ALIKE]
            _add(found, _read(session, [some], limit, lambda one: in_order(one.name, text), most))
    return sorted(found.values(), key=lambda one: _rank(one, text))[:most]


def _add(found: dict[int, Found], more: Iterable[Found]) -> None:
    for one in more:
        found.setdefault(one.id, one)


def _rank(one: Found, text: str) -> tuple[int, int, str]:
    name, typed = folded(one.name), folded(text)
    if name == typed or one.code == typed:
        return 0, 0, name
    if name.startswith(typed) or one.code.startswith(typed):
        return 1, 0, name
    if one.pinyin.startswith(text.lower()):
        return 2, len(one.pinyin), name
    place = name.find(typed)
    return (4 if one.former else 3), place if place >= 0 else 999, name


def _beginning(session: Session, text: str, most: int, limit: Limit) -> dict[int, Found]:
    """Names, initials and codes that begin so: each a range in an index, read in its order, in one statement."""
    ranges = [(TABLE.c.name, text)]
    if text.isascii():
        ranges += [(TABLE.c.pinyin, text.lower()), (TABLE.c.code, text.upper())]
    parts = [
        select(*COLUMNS).where(limit, column >= word, column < word + LAST).order_by(column).limit(most).subquery()
        for column, word in ranges
    ]
    query: Any = union_all(*(select(part) for part in parts)) if len(parts) > 1 else select(parts[0])
    found: dict[int, Found] = {}
    for row in session.execute(query):
        found.setdefault(row[0], Found(*row))
    return found


def _inside(session: Session, text: str, sizes: Mapping[str, int], most: int, limit: Limit) -> list[Found]:
    """Names that hold it, now or before, then initials that do."""
    runs = candidates(session, pieces(text), sizes)
    found = _read(session, runs, limit, lambda one: holds(one.name, text), most, former=text)
    if len(found) < most and (wanted := _initial_pieces(text)):
        runs, word = candidates(session, wanted, sizes), text.lower()
        found += _read(session, runs, limit, lambda one: word in one.pinyin, most - len(found))
    return found


def _read(
    session: Session,
    runs: Iterable[list[int]],
    limit: Limit,
    fits: Callable[[Found], bool],
    most: int,
    *,
    former: str = "",
) -> list[Found]:
    """Those of the candidates that may be found and fit, until there are enough."""
    found: list[Found] = []
    for keys in runs:
        at, many = 0, 2 * most
        while at < len(keys):
            rows = [
                Found(*row)
                for row in session.execute(select(*COLUMNS).where(TABLE.c.id.in_(keys[at : at + many]), limit))
            ]
            others = {one.id: one for one in rows if not fits(one)}
            found += [one for one in rows if one.id not in others]
            if former and others:
                found += _formerly(session, others, former)
            if len(found) >= most:
                return found[:most]
            at, many = at + many, FEW
    return found


def _formerly(session: Session, others: dict[int, Found], text: str) -> list[Found]:
    """Those that were called so before."""
    change = OrganisationChange
    query = (
        select(change.organisation_id, change.before_name)
        .where(change.organisation_id.in_(others))
        .order_by(change.id.desc())
    )
    found: dict[int, Found] = {}
    for key, name in session.execute(query).tuples():
        if key not in found and holds(name, text):
            one = others[key]
            found[key] = Found(one.id, one.name, one.code, one.kind, one.pinyin, former=name)
    return list(found.values())


# -- as a condition of other queries ----------------------------------------------------------------


def named(session: Session, key: Any, text: str) -> ColumnElement[bool]:
    """The clause that `key` (the id of an organisation, in any table) is one of those whose present name holds the
    text.

    Few are named one by one. Very many are recognised row by row: then a page is full after a few rows.
    """
    text = text.strip()
    if (keys := containing(session, text)) is not None:
        return key.in_(keys)
    like = TABLE.c.name.contains(text, autoescape=True)
    if key is Organisation.id:
        return Organisation.name.contains(text, autoescape=True)
    return select(literal(1)).where(TABLE.c.id == key, like).exists()


def containing(session: Session, text: str) -> list[int] | None:
    """Organisations whose present name holds the text; None when they are more than one would name one by one."""
    if not (wanted := pieces(text)):
        return None
    keys: list[int] = []
    for run in candidates(session, wanted):
        keys += run
        if len(keys) > MOST_NAMED:
            return None
    return [one.id for one in _read(session, [keys], true(), lambda one: holds(one.name, text), len(keys) + 1)]
