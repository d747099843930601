"""Who reads which declaration: its unit and its committee as two flags, the offices of its way as one code.

The same offices stand together behind very many declarations, so that a number for each such circle says it all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from reports.figures.columns.coded import Ids, wide

UNIT, COMMITTEE = 1, 2


class Circles:
    """By the id of a declaration; readers are numbered as `reading` numbers them, a committee below zero."""

    def __init__(self, size: int = 0) -> None:
        self.flags: NDArray[np.uint8] = np.zeros(size, np.uint8)
        self.codes: NDArray[np.unsignedinteger] = np.zeros(size, np.uint8)
        self.known: dict[tuple[int, ...], int] = {(): 0}  #: circles of offices; code 0 is nobody

    def make_room(self, longer: Callable[[NDArray[np.generic]], NDArray[np.generic]]) -> None:
        """Let more ids be held."""
        self.flags, self.codes = longer(self.flags), longer(self.codes)  # type: ignore[assignment]

    def forget(self, ids: Ids | slice) -> None:
        """Nobody reads these."""
        self.flags[ids] = 0
        self.codes[ids] = 0

    def put(self, ids: Ids, readers: Ids, units: Ids, committees: Ids) -> None:
        """A line for each reader of each declaration, in ascending order of ids; beside it unit and committee as
        readers, 0 where there is none."""
        own, judging = readers == units, readers == committees
        self.flags[ids[own]] |= UNIT
        self.flags[ids[judging]] |= COMMITTEE
        at, who = ids[~(own | judging)], readers[~(own | judging)]
        if not at.size:
            return
        first = np.ones(at.size, np.bool_)
        first[1:] = at[1:] != at[:-1]
        starts, line = np.flatnonzero(first), np.cumsum(first) - 1
        place = np.arange(at.size) - starts[line]
        sets = np.zeros((starts.size, int(place.max()) + 1), np.int64)
        sets[line, place] = who
        kinds, which = np.unique(sets, axis=0, return_inverse=True)
        codes = np.array([self._code(tuple(one for one in kind if one)) for kind in kinds.tolist()])
        self.codes = wide(self.codes, len(self.known))
        self.codes[at[starts]] = codes[which.reshape(-1)]

    def _code(self, circle: tuple[int, ...]) -> int:
        return self.known.setdefault(circle, len(self.known))

    def of(self, reader: int) -> NDArray[np.bool_]:
        """Those in whose circle of offices the reader stands."""
        fits = np.zeros(len(self.known), np.bool_)
        fits[[code for circle, code in self.known.items() if reader in circle]] = True
        found: NDArray[np.bool_] = fits[self.codes]
        return found

    def by(self, flag: int) -> NDArray[np.bool_]:
        """Those that their unit reads, or their committee."""
        return (self.flags & flag).view(np.bool_) if flag == UNIT else (self.flags & flag) > 0
