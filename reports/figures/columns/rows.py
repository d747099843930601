"""The rows of any other subject as they stand at one moment: codes of its dimensions, and whose row each one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from reports.figures.columns.coded import Coded, Gathered, Ids, Words, wide, words_of
from reports.figures.source import Counts
from reports.figures.subject import Clause, Subject, Where

#: Rows fetched at once.
STRETCH = 20_000


class Rows(Coded):
    """`keys` name the rows of the model; `owners` the declaration that each hangs on, where it hangs on one."""

    def __init__(
        self, words: Mapping[str, Words], codes: Mapping[str, NDArray[Any]], keys: Ids, owners: Ids | None
    ) -> None:
        self.words, self.codes, self.keys, self.owners = words, codes, keys, owners

    def count(self, by: Sequence[str], where: Where, seen: NDArray[np.bool_] | None = None) -> Counts:
        """How many of the rows `seen` (all without it) stand at each combination of `by`, under the conditions."""
        picked = np.arange(self.keys.size) if seen is None else np.flatnonzero(seen)
        return self._counted(by, where, Gathered(lambda name, at: self.codes[name][at], picked))


def read(connection: Connection, subject: Subject, owner: Any = None, where: Clause | None = None) -> Rows:
    """All rows of a subject, every dimension of each. `owner` is the column of the declaration they hang on."""
    names = list(subject.dimensions)
    key = subject.model.id  # type: ignore[attr-defined]
    terms = [subject.dimensions[name].term().label(f"k_{place}") for place, name in enumerate(names)]
    query = subject.from_rows(key.label("key"), (key if owner is None else owner).label("owner"), *terms)
    if where is not None:
        query = query.where(where)
    words = {name: words_of(name) for name in names}
    parts: list[list[NDArray[Any]]] = [[] for _ in range(len(names) + 2)]
    found = connection.execute(query, execution_options={"yield_per": STRETCH})
    for stretch in found.partitions(STRETCH):
        keys, owners, *given = zip(*stretch, strict=True)
        for part, ids in zip(parts, (keys, owners), strict=False):
            part.append(np.fromiter(ids, np.int64, len(ids)))
        for name, part, values in zip(names, parts[2:], given, strict=True):
            codes = words[name].coded(values)
            part.append(codes.astype(np.min_scalar_type(max(words[name].many, 1))))
    whole = [_joined(part) for part in parts]
    coded = dict(zip(names, whole[2:], strict=True))
    return Rows(words, coded, whole[0].astype(np.int64), whole[1].astype(np.int64) if owner is not None else None)


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    if not parts:
        return np.zeros(0, np.uint8)
    return np.concatenate([wide(part, int(np.iinfo(parts[-1].dtype).max)) for part in parts])
