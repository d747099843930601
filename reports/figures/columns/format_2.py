"""Frozen figures of format 2, kept by earlier releases: a column for each dimension, the readers beside one another.

A frozen state is kept for years (时点数据): what a release has sealed every later one reads. Values are read back from
their codes and put into columns as they are held now, so that nothing else has to know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.figures.columns.held import HELD, Columns

FORMAT = 2
#: Declarations that are put at a time.
STRETCH = 50_000


def columns(
    head: Mapping[str, Any], array: Callable[[str], NDArray[Any]], words: Mapping[str, Sequence[Any]]
) -> Columns:
    """The declarations of a file: its head, its arrays by name, and the values of each dimension by their codes."""
    counted = array("counted")
    found = Columns(counted.size)
    known = [name for name in HELD if name in words]
    codes = {name: array(f"k_{name}") for name in known}
    ids = np.flatnonzero(counted)
    for start in range(0, ids.size, STRETCH):
        at = ids[start : start + STRETCH]
        told = {name: [words[name][code] for code in codes[name][at].tolist()] for name in known}
        found.put(at.tolist(), [told.get(name) or [None] * at.size for name in HELD])
    _put_readers(found, [array(f"slot_{n}") for n in range(head["slots"])], list(head["readers"]))
    for name in set(HELD) - set(known):  # of a release that did not hold it yet
        for held in (found.words, found.codes, found.rough):
            held.pop(name, None)
    return found


def _put_readers(found: Columns, slots: Sequence[NDArray[Any]], readers: Sequence[int]) -> None:
    """Each slot holds the code of one reader of each declaration; 0 is nobody, the first reader has 1."""
    places = [np.flatnonzero(slot) for slot in slots]
    if not any(place.size for place in places):
        return
    ids = np.concatenate(places)
    who = np.array([0, *readers])[np.concatenate([slot[place] for slot, place in zip(slots, places, strict=True)])]
    order = np.argsort(ids, kind="stable")
    found.put_readers(ids[order].tolist(), who[order].tolist())
