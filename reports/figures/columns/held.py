"""The columns themselves: for each dimension the codes of all declarations, what they stand for, and who reads which.

Nothing here knows a database: `follow` reads rows into them, `kept` writes them to a file and back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.figures.columns.coded import CELLS, Coded, Gathered, Ids, Many, Words, wide
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
#: What most figures ask together: rows that are alike in it are counted once and weighed.
PACKED = ("region", "series", "level", "way", "stage", "ending")
#: Packs and selections that are kept until the next change.
PACKS, PICKS = 6, 4
#: The reader that is the whole province.
PROVINCE = 0


class Columns(Coded):
    """All declarations that are counted, by their id."""

    def __init__(self, size: int = 0) -> None:
        self.words: dict[str, Words] = {name: Words() for name in HELD}
        self.codes: dict[str, NDArray[Any]] = {name: np.zeros(size, np.uint8) for name in HELD}
        self.counted: NDArray[np.bool_] = np.zeros(size, np.bool_)
        self.readers: dict[int, int] = {}  #: reader to its code; 0 is nobody
        self.taught = ""  #: the database whose values the words can read
        self.slots: list[NDArray[Any]] = []  #: codes of the readers of each declaration, one beside the other
        self._packs: OrderedDict[Any, _Pack] = OrderedDict()
        self._picks: OrderedDict[Any, Ids] = OrderedDict()

    # -- writing ------------------------------------------------------------------------------------

    def make_room(self, last: int) -> None:
        """Let the id `last` be held."""
        if last < self.counted.size:
            return
        more = last + 1 + last // 20 + 64 - self.counted.size

        def longer(array: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([array, np.zeros(more, array.dtype)])

        self.codes = {name: longer(array) for name, array in self.codes.items()}
        self.counted, self.slots = longer(self.counted), [longer(slot) for slot in self.slots]

    def forget(self, ids: Ids | slice) -> None:
        """These are to be read anew."""
        self.counted[ids] = False
        for slot in self.slots:
            slot[ids] = 0
        self._packs.clear()
        self._picks.clear()

    def put(self, ids: Sequence[int], columns: Sequence[Sequence[Any]]) -> None:
        """Rows as the database gives them: their ids, and for each dimension its values."""
        at = np.fromiter(ids, np.int64, len(ids))
        for name, given in zip(HELD, columns, strict=True):
            words = self.words[name]
            codes = np.fromiter(map(words.__getitem__, given), np.int64, len(given))
            self.codes[name] = wide(self.codes[name], len(words.values_))
            self.codes[name][at] = codes
        self.counted[at] = True

    def put_readers(self, ids: Sequence[int], readers: Sequence[int]) -> None:
        """Who reads them, in ascending order of ids, each declaration whole."""
        at = np.fromiter(ids, np.int64, len(ids))
        codes = np.fromiter((self.readers.setdefault(r, len(self.readers) + 1) for r in readers), np.int64, len(ids))
        first = np.ones(at.size, np.bool_)
        first[1:] = at[1:] != at[:-1]
        place = np.arange(at.size) - np.maximum.accumulate(np.where(first, np.arange(at.size), 0))
        self.slots = [wide(slot, len(self.readers) + 1) for slot in self.slots]
        for n in range(int(place.max(initial=-1)) + 1):
            if n == len(self.slots):
                self.slots.append(np.zeros(self.counted.size, np.min_scalar_type(len(self.readers) + 1)))
            self.slots[n][at[place == n]] = codes[place == n]

    # -- counting -----------------------------------------------------------------------------------

    def count(self, reader: int, by: Sequence[str], where: Where) -> Counts:
        """How many declarations that the reader sees stand at each combination of `by`, under the conditions."""
        rest = dict(where)
        year = rest.pop("year", None)
        if {*by, *rest} <= set(PACKED) and (pack := self._pack(reader, year)) is not None:
            return self._counted(by, rest, pack.codes, pack.weights)
        picked = self._pick(reader, year)
        return self._counted(by, rest, Gathered(self.codes, picked))

    def count_of(self, seen: NDArray[np.bool_], by: Sequence[str], where: Where) -> Counts:
        """The same of declarations that somebody picked by their ids."""
        return self._counted(by, where, Gathered(self.codes, np.flatnonzero(seen & self.counted)))

    def _pick(self, reader: int, year: Wanted | None) -> Ids:
        """The ids that the reader sees of those years."""

        def make() -> Ids:
            mask = self.counted if reader == PROVINCE else self._reached(reader)
            if year is not None:
                mask = mask & self._fitting("year", year)[self.codes["year"]]
            return np.flatnonzero(mask)

        return _remembered(self._picks, (reader, year), make, PICKS)

    def _reached(self, reader: int) -> NDArray[np.bool_]:
        return self.reached(reader) & self.counted

    def reached(self, reader: int) -> NDArray[np.bool_]:
        """Which declarations the reader sees, those that are not counted among them; by their ids."""
        code = self.readers.get(reader, -1)
        mask = np.zeros(self.counted.size, np.bool_)
        for slot in self.slots if code > 0 else ():
            mask |= slot == code
        return mask

    def _pack(self, reader: int, year: Wanted | None) -> _Pack | None:
        if not set(PACKED) <= self.codes.keys():
            return None  # kept by a release that did not hold all of them
        sizes = [max(1, len(self.words[name].values_)) for name in PACKED]
        if np.prod(sizes, dtype=np.int64) > CELLS:
            return None

        def make() -> _Pack:
            picked = self._pick(reader, year)
            key = np.zeros(picked.size, np.int64)
            for name, size in zip(PACKED, sizes, strict=True):
                key *= size
                key += self.codes[name][picked]
            weights = np.bincount(key, minlength=int(np.prod(sizes)))
            found = np.flatnonzero(weights)
            places = np.unravel_index(found, sizes)
            codes = {name: place.astype(np.int32) for name, place in zip(PACKED, places, strict=True)}
            return _Pack(codes, weights[found])

        return _remembered(self._packs, (reader, year), make, PACKS)


class _Pack:
    """Rows that are alike in what most figures ask, each with how many they are."""

    def __init__(self, codes: dict[str, NDArray[np.int32]], weights: NDArray[np.int64]) -> None:
        self.codes, self.weights = Many(codes), weights
        self.codes.many = int(weights.sum())


def _remembered(kept: OrderedDict[Any, Any], key: Any, make: Callable[[], Any], most: int) -> Any:
    if key not in kept:
        kept[key] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
