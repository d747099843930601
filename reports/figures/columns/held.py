"""The columns themselves: for each dimension the codes of all declarations, what they stand for, and who reads which.

Nothing here knows a database: `follow` reads rows into them, `kept` writes them to a file and back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.figures.columns.circles import COMMITTEE, UNIT, Circles
from reports.figures.columns.coded import CELLS, Coded, Gathered, Ids, Words, wide, words_of
from reports.figures.dimension import Wanted
from reports.figures.source import Counts
from reports.figures.subject import Where

#: Dimensions of the declaration that follow from its row, its route and its profile, which the feed tells of.
HELD = (
    "year", "region", "series", "level", "way", "mode", "channel", "state", "stage", "ending", "sent", "committee",
    "unit", "nature", "grassroots", "sex", "age", "age_band", "education", "origin", "returns", "returned",
    "publicised_on", "audited_on", "committee_on", "qualified_on", "decided_on", "passed_on", "filed_on", "issued_on",
    "voted", "first_sent", "ended",
)  # fmt: skip
#: Dimensions that are another one told more roughly: no column of their own, but what each code of the other says.
ROUGH = {"ending": "state", "age_band": "age", "returned": "returns"}
#: What most figures ask together: rows that are alike in it are counted once and weighed.
PACKED = ("region", "series", "level", "way", "stage", "ending")
#: Packs and selections that are kept until the next change: of the year and the one before, for one reader.
PACKS, PICKS = 4, 2
#: Those of them that are small and asked with any other.
OFTEN = ("way", "stage", "ending")
#: Weights of one pack, under further conditions and by other names, that are kept.
WEIGHED = 24
#: The reader that is the whole province.
PROVINCE = 0


class Columns(Coded):
    """All declarations that are counted, by their id."""

    def __init__(self, size: int = 0) -> None:
        self.words: dict[str, Words] = {name: words_of(name) for name in HELD}
        self.codes: dict[str, NDArray[Any]] = {name: np.zeros(size, np.uint8) for name in HELD if name not in ROUGH}
        self.rough: dict[str, NDArray[Any]] = {name: np.zeros(1, np.uint8) for name in ROUGH}  #: by the other's code
        self.counted: NDArray[np.bool_] = np.zeros(size, np.bool_)
        self.circles = Circles(size)
        self.taught = ""  #: the database whose values the words can read
        self._kinds: tuple[NDArray[np.int32], list[int]] | None = None
        self._packs: OrderedDict[Any, _Pack] = OrderedDict()
        self._picks: OrderedDict[Any, NDArray[np.uint32]] = OrderedDict()

    # -- writing ------------------------------------------------------------------------------------

    def make_room(self, last: int) -> None:
        """Let the id `last` be held, and a hundredth more than there were: room that is not used is not taken."""
        if last < self.counted.size:
            return
        more = last + 1 + self.counted.size // 100 + 64 - self.counted.size

        def longer(array: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([array, np.zeros(more, array.dtype)]) if array.size else np.zeros(more, array.dtype)

        for name, array in self.codes.items():
            self.codes[name] = longer(array)
        self.counted = longer(self.counted)
        self.circles.make_room(longer)
        self._kinds = None

    def forget(self, ids: Ids | slice) -> None:
        """These are to be read anew."""
        self.counted[ids] = False
        self.circles.forget(ids)
        self._packs.clear()
        self._picks.clear()

    def put(self, ids: Sequence[int], columns: Sequence[Sequence[Any]]) -> None:
        """Rows as the database gives them: their ids, and for each dimension its values."""
        at = np.fromiter(ids, np.int64, len(ids))
        given = {name: self.words[name].coded(values) for name, values in zip(HELD, columns, strict=True)}
        for name, codes in given.items():
            if name in ROUGH:
                table = wide(self.rough[name], self.words[name].many)
                table = np.pad(table, (0, max(0, self.words[ROUGH[name]].many - table.size)))
                table[given[ROUGH[name]]] = codes
                self.rough[name] = table
            else:
                self.codes[name] = wide(self.codes[name], self.words[name].many)
                self.codes[name][at] = codes
        self.counted[at] = True
        if self._kinds is not None:
            kinds, sizes = self._kinds
            if all(self.words[name].many <= size for name, size in zip(PACKED, sizes, strict=True)):
                kinds[at] = self._kind(sizes, at)
            else:
                self._kinds = None

    def put_readers(self, ids: Sequence[int], readers: Sequence[int]) -> None:
        """Who reads them, in ascending order of ids, each declaration whole; what is counted of them stands already."""
        at = np.fromiter(ids, np.int64, len(ids))
        there = self.counted[at]
        committees = self._committees()[self.codes["committee"][at]] * there
        units = self.codes["unit"][at] * there
        self.circles.put(at, np.fromiter(readers, np.int64, len(readers)), units, -committees)

    def _committees(self) -> Ids:
        """The keys of the committees by their codes, 0 for none."""
        words = self.words["committee"]
        return np.array([words.word(code) or 0 for code in range(max(1, words.many))], np.int64)

    # -- counting -----------------------------------------------------------------------------------

    def count(self, reader: int, by: Sequence[str], where: Where) -> Counts:
        """How many declarations that the reader sees stand at each combination of `by`, under the conditions."""
        rest = dict(where)
        year = rest.pop("year", None)
        if {*by} <= set(PACKED) and (pack := self._pack(reader, year)) is not None:
            further = frozenset((name, rest.pop(name)) for name in [*rest] if name not in PACKED)
            names = tuple(name for name in PACKED if name in by or name in rest or name in OFTEN)
            return self._counted(by, rest, *pack.by(names, further, lambda: self._fulfil(reader, year, further)))
        return self._counted(by, rest, Gathered(self._taken, self._pick(reader, year)))

    def count_of(self, seen: NDArray[np.bool_], by: Sequence[str], where: Where) -> Counts:
        """The same of declarations that somebody picked by their ids."""
        return self._counted(by, where, Gathered(self._taken, np.flatnonzero(seen & self.counted)))

    def _taken(self, name: str, at: Ids) -> NDArray[Any]:
        """The codes of a dimension at these ids."""
        found: NDArray[Any] = self.rough[name][self.codes[ROUGH[name]][at]] if name in ROUGH else self.codes[name][at]
        return found

    def _pick(self, reader: int, year: Wanted | None) -> Ids:
        """The ids that the reader sees of those years; kept in half the room of what numpy picks by."""

        def make() -> NDArray[np.uint32]:
            mask = self.counted if reader == PROVINCE else self.reached(reader) & self.counted
            if year is not None:
                fits = np.flatnonzero(self._fitting("year", year))
                within = np.zeros(mask.size, np.bool_)
                for code in fits:  # few: to compare is far cheaper than to look up a million codes
                    within |= self.codes["year"] == code
                mask = mask & within
            return np.flatnonzero(mask).astype(np.uint32)

        picked: NDArray[np.uint32] = _remembered(self._picks, (reader, year), make, PICKS)
        return picked.astype(np.int64)

    def reached(self, reader: int) -> NDArray[np.bool_]:
        """Which declarations the reader sees, those that are not counted among them; by their ids."""
        mask = self.circles.of(reader)
        if reader > 0:
            mask |= self.circles.by(UNIT) & (self.codes["unit"] == reader)
        elif (code := self.words["committee"].find(-reader)) is not None:
            mask |= self.circles.by(COMMITTEE) & (self.codes["committee"] == code)
        return mask

    def _kind(self, sizes: Sequence[int], at: Any = slice(None)) -> NDArray[np.int32]:
        """One number for all that is packed, of these ids."""
        key: NDArray[np.int32] = np.zeros(self.counted[at].size, np.int32)
        for name, size in zip(PACKED, sizes, strict=True):
            key *= np.int32(size)
            key += self._taken(name, at)
        return key

    def _kinds_of_all(self) -> tuple[NDArray[np.int32], list[int]] | None:
        """That number of every declaration, kept current; None where there would be too many kinds."""
        if self._kinds is None and set(PACKED) <= self.words.keys():  # else kept by a release that lacked some
            sizes = [self.words[name].many + 1 for name in PACKED]
            if np.prod(sizes, dtype=np.int64) <= CELLS:
                self._kinds = self._kind(sizes), sizes
        return self._kinds

    def _pack(self, reader: int, year: Wanted | None) -> _Pack | None:
        if (of_all := self._kinds_of_all()) is None:
            return None
        kinds_of_all, sizes = of_all

        def make() -> _Pack:
            codes, kinds = _alike(kinds_of_all[self._pick(reader, year)], sizes)
            return _Pack(dict(zip(PACKED, codes, strict=True)), dict(zip(PACKED, sizes, strict=True)), kinds)

        found: _Pack = _remembered(self._packs, (reader, year), make, PACKS)
        return found

    def _fulfil(self, reader: int, year: Wanted | None, further: Iterable[tuple[str, Wanted]]) -> NDArray[np.bool_]:
        """Which of the rows of a pack fulfil what it does not hold."""
        picked = self._pick(reader, year)
        keep = np.ones(picked.size, np.bool_)
        for name, wanted in further:
            keep &= self._fitting(name, wanted)[self._taken(name, picked)]
        return keep


class _Pack:
    """Rows that are alike in all that is packed are of one kind; kinds that are alike in what is asked make a heap."""

    def __init__(self, codes: dict[str, NDArray[np.int32]], sizes: dict[str, int], kinds: NDArray[np.uint32]) -> None:
        self.codes, self.sizes = codes, sizes
        self.kinds = kinds  #: of each row, in their order
        self.many = next(iter(codes.values())).size
        self._heaps: dict[tuple[str, ...], tuple[dict[str, NDArray[np.int32]], NDArray[np.uint32]]] = {}
        self._weights: OrderedDict[Any, NDArray[Any]] = OrderedDict()

    def by(
        self, names: tuple[str, ...], further: Any, keep: Callable[[], NDArray[np.bool_]]
    ) -> tuple[dict[str, NDArray[np.int32]], NDArray[Any]]:
        """The codes of the heaps by these names, and how many rows lie in each of those that `keep` picks."""

        def weigh() -> NDArray[Any]:
            return np.bincount(self.kinds[keep()] if further else self.kinds, minlength=self.many)

        def heap() -> NDArray[Any]:
            weights = _remembered(self._weights, further, weigh, WEIGHED)
            return np.bincount(heaps, weights, next(iter(codes.values())).size).astype(np.int64)

        if names not in self._heaps:
            key = np.zeros(self.many, np.int32)
            for name in names:
                key *= np.int32(self.sizes[name])
                key += self.codes[name]
            found, heaps = _alike(key, [self.sizes[name] for name in names])
            self._heaps[names] = dict(zip(names, found, strict=True)), heaps
        codes, heaps = self._heaps[names]
        return codes, _remembered(self._weights, (names, further), heap, WEIGHED)


def _alike(key: NDArray[np.int32], sizes: Sequence[int]) -> tuple[list[NDArray[np.int32]], NDArray[np.uint32]]:
    """The combinations that occur among mixed numbers of these sizes, as codes; and the place of each among them."""
    occurs = np.zeros(int(np.prod(sizes)), np.bool_)
    occurs[key] = True
    found = np.flatnonzero(occurs)
    places = np.zeros(occurs.size, np.uint32)
    places[found] = np.arange(found.size)
    return [codes.astype(np.int32) for codes in np.unravel_index(found, sizes)], places[key]


def _remembered(kept: OrderedDict[Any, Any], key: Any, make: Callable[[], Any], most: int) -> Any:
    if key not in kept:
        kept[key] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
