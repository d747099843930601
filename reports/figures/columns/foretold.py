"""What one column says of another: kept small, for of most rows nothing remains to be told.

A declaration that was decided on a day was mostly voted on that day; a unit lies in one city. For each code of the one
column the commonest code of the other is written down, and only where a row differs does a number other than 0 stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.unsignedinteger]
#: Column by the one that foretells it; that one is foretold by none of those that come after it.
BY = {
    "k_committee": "k_series", "k_region": "k_unit", "k_nature": "k_unit", "k_grassroots": "k_unit",
    "circle": "k_unit", "k_stage": "k_state", "flags": "k_state", "k_sent": "k_first_sent",
    "k_publicised_on": "k_first_sent", "k_audited_on": "k_publicised_on", "k_committee_on": "k_audited_on",
    "k_qualified_on": "k_committee_on", "k_passed_on": "k_decided_on", "k_voted": "k_decided_on",
    "k_filed_on": "k_passed_on", "k_issued_on": "k_filed_on", "k_ended": "k_issued_on",
}  # fmt: skip
TOLD = "t_"


def less(arrays: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """The arrays with what is not foretold of each, and beside it what foretells."""
    for name, array in arrays.items():
        by = BY.get(name, "")
        if by in arrays and array.size:
            table = _commonest(arrays[by], array)
            yield TOLD + name, table
            yield name, array ^ table[arrays[by]]
        else:
            yield name, array


def whole(name: str, arrays: Mapping[str, Array]) -> Array:
    """An array as it was, from those of a file."""
    found = arrays[name]
    if TOLD + name not in arrays:
        return found
    table: Array = arrays[TOLD + name]
    return found ^ table[whole(BY[name], arrays)]


def _commonest(by: Array, array: Array) -> Array:
    """For each code of the one the commonest of the other."""
    many = int(array.max()) + 1
    pairs, often = np.unique(by.astype(np.int64) * many + array, return_counts=True)
    table = np.zeros(int(by.max()) + 1, array.dtype)
    order = np.argsort(often, kind="stable")  # what is written last stays
    table[pairs[order] // many] = pairs[order] % many
    return table
