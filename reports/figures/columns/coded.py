"""Codes counted: for each dimension an array of small numbers, and what they stand for. Whoever holds some inherits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.figures.dimension import Span, Wanted
from reports.figures.source import Counts
from reports.figures.subject import Where

Ids = NDArray[np.int64]
#: Cells of a count that is held whole.
CELLS = 4_000_000


class Words(dict[Any, int]):
    """What the database gives to its code; what comes for the first time is read once and gets the next one."""

    def __init__(self, read: Callable[[Any], Any] = lambda raw: raw) -> None:
        super().__init__()
        self.read = read
        self.values_: list[Any] = []
        self.codes: dict[Any, int] = {}

    def read_by(self, read: Callable[[Any], Any] | None) -> None:
        """How to read what comes from now on; where a value is its own spelling both are held once."""
        self.clear()
        self.read = read or (lambda raw: raw)
        if read is None and not self.values_:
            self.codes = self

    def __missing__(self, raw: Any) -> int:
        self[raw] = self.keep(self.read(raw) if raw is not None else None)
        return self[raw]

    def keep(self, value: Any) -> int:
        """The code of a value."""
        if value not in self.codes:
            self.codes[value] = len(self.values_)
            self.values_.append(value)
        return self.codes[value]

    def coded(self, given: Sequence[Any]) -> Ids:
        """The codes of many values as the database gives them."""
        return np.fromiter(map(self.__getitem__, given), np.int64, len(given))

    @property
    def many(self) -> int:
        """How many codes there are."""
        return len(self.values_)

    def word(self, code: int) -> Any:
        """What a code stands for."""
        return self.values_[code]

    def find(self, value: Any) -> int | None:
        """The code of a value; None where it never came."""
        return self.codes.get(value)

    def pairs(self) -> Iterable[tuple[Any, int]]:
        """Every value with its code."""
        return self.codes.items()


class Keys(Words):
    """Words that are keys of records: each is its own code, so that a hundred thousand of them need no list."""

    def __init__(self, many: int = 0) -> None:
        super().__init__()
        self._many = many

    def coded(self, given: Sequence[Any]) -> Ids:
        found = np.fromiter((key or 0 for key in given), np.int64, len(given))
        self._many = max(self._many, int(found.max(initial=0)) + 1)
        return found

    @property
    def many(self) -> int:
        return self._many

    def word(self, code: int) -> Any:
        return int(code) or None

    def find(self, value: Any) -> int | None:
        code = value or 0
        return code if 0 <= code < self._many else None

    def pairs(self) -> Iterable[tuple[Any, int]]:
        return ((code or None, code) for code in range(self._many))


#: Dimensions whose values are keys of very many records.
KEYS = frozenset({"unit"})


def words_of(name: str) -> Words:
    """Empty words for a dimension."""
    return Keys() if name in KEYS else Words()


class Coded:
    """What counts codes: `words` say what they stand for."""

    words: Mapping[str, Words]

    def _counted(self, by: Sequence[str], rest: Where, codes: Any, weights: Any = None) -> Counts:
        keep: Any = None
        for name, wanted in rest.items():
            fits = self._fitting(name, wanted)[codes[name]]
            keep = fits if keep is None else keep & fits
        at: Any = slice(None) if keep is None else np.flatnonzero(keep)
        if not by:
            rows = (codes.many if keep is None else at.size) if weights is None else weights[at].sum()
            return {(): int(rows)} if rows else {}
        sizes = [max(1, self.words[name].many) for name in by]
        key: Any = codes[by[0]][at].astype(np.int64)
        for name, size in zip(by[1:], sizes[1:], strict=True):
            key *= size
            key += codes[name][at]
        return self._named(by, sizes, key, None if weights is None else weights[at])

    def _named(self, by: Sequence[str], sizes: Sequence[int], key: Any, weights: Any) -> Counts:
        cells = int(np.prod(sizes, dtype=np.int64))
        if cells <= max(CELLS, 4 * key.size):
            counts: Any = np.bincount(key, weights, minlength=cells)
            found = np.flatnonzero(counts)
            numbers = counts[found]
        else:
            found, back = np.unique(key, return_inverse=True)
            numbers = np.bincount(back, weights)
        places = np.unravel_index(found, sizes)
        values = [[*map(self.words[name].word, place.tolist())] for name, place in zip(by, places, strict=True)]
        return {key: int(n) for key, n in zip(zip(*values, strict=True), numbers, strict=True)}

    def _fitting(self, name: str, wanted: Wanted) -> NDArray[np.bool_]:
        words = self.words[name]
        fits = np.zeros(max(1, words.many), np.bool_)
        if isinstance(wanted, Span):
            fits[[code for value, code in words.pairs() if value is not None and wanted.holds(value)]] = True
        else:
            fits[[code for value in wanted if (code := words.find(value)) is not None]] = True
        return fits


class Gathered:
    """The codes of some rows only, gathered when they are asked for."""

    def __init__(self, take: Callable[[str, Ids], NDArray[Any]], picked: Ids) -> None:
        self.take, self.picked, self.many = take, picked, picked.size

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.take(name, self.picked)


def wide(array: NDArray[Any], most: int) -> NDArray[Any]:
    """The array, wide enough for that code."""
    needed = np.min_scalar_type(most)
    return array if array.dtype.itemsize >= needed.itemsize else array.astype(needed)
