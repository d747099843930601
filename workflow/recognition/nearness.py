"""How near a run of characters on a page is to a typed value, and which characters part them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

#: Part of the characters that a run must share before it is looked at closely; runs that are.
SHARED, LOOKED_AT = 0.6, 3


@dataclass(frozen=True)
class Edit:
    """One step from the page to the typed value: at that character of the run, the typed one wanted there."""

    step: str  #: replace, insert (typed and not on the page), delete (on the page and not typed)
    at: int
    wanted: str


def edits(run: str, typed: str) -> list[Edit]:
    """The fewest steps from the run to what was typed."""
    rows = [list(range(len(typed) + 1))]
    for i, sign in enumerate(run, 1):
        row = [i]
        for j, wanted in enumerate(typed, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (sign != wanted)))
        rows.append(row)
    found, i, j = [], len(run), len(typed)
    while i or j:
        if i and j and rows[i][j] == rows[i - 1][j - 1] + (run[i - 1] != typed[j - 1]):
            if run[i - 1] != typed[j - 1]:
                found.append(Edit("replace", i - 1, typed[j - 1]))
            i, j = i - 1, j - 1
        elif j and rows[i][j] == rows[i][j - 1] + 1:
            found.append(Edit("insert", i, typed[j - 1]))
            j -= 1
        else:
            found.append(Edit("delete", i - 1, ""))
            i -= 1
    return found[::-1]


def nearest(text: str, typed: str) -> tuple[int, int, list[Edit]] | None:
    """(start, end, edits) of the run of the text that is nearest to what was typed; None where nothing is near."""
    size = len(typed)
    if not size or len(text) < size:
        return None
    wanted, held, shared = Counter(typed), Counter[str](), 0
    scores: list[tuple[int, int]] = []
    for at, sign in enumerate(text):
        held[sign] += 1
        shared += held[sign] <= wanted[sign]
        if at >= size:
            gone = text[at - size]
            shared -= held[gone] <= wanted[gone]
            held[gone] -= 1
        if at >= size - 1:
            scores.append((-shared, at - size + 1))
    best: tuple[int, int, list[Edit]] | None = None
    for score, start in sorted(scores)[:LOOKED_AT]:
        if -score < SHARED * size:
            break
        for begin in range(max(0, start - 1), start + 2):
            for end in range(begin + size - 1, min(begin + size + 1, len(text)) + 1):
                found = edits(text[begin:end], typed)
                if best is None or len(found) < len(best[2]):
                    best = (begin, end, found)
    return best
