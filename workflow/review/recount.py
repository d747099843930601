"""Add a poll up again from its archive, off line and without a database (TRUST §3.3 step 4).

The archive holds the marks of each candidate, mixed apart from those of every other, and the receipts: no slip, no
voter, nothing that a receipt or a passphrase could open.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

FORMAT = "zc-ballot/2"
#: One byte of a slip for each candidate; ASIDE where the voter stands aside, which is not counted.
ASIDE, YES, NO, ABSTAIN = range(4)
WORDS = ("yes", "no", "abstain")


class Damaged(Exception):
    """The file is no archive, or not the one that was handed out."""


def context(poll: int, turn: int) -> bytes:
    """What binds an envelope and a key to one vote; a vote held anew is another."""
    return f"{FORMAT}/poll:{poll}/{turn}".encode()


def pack(poll: int, turn: int, marks: Mapping[int, Sequence[str]], receipts: Sequence[str], attending: int) -> bytes:
    """The archive: for each candidate how often each word was said, the receipts in their order, a digest of it all."""
    held = {
        "format": FORMAT,
        "poll": poll,
        "round": turn,
        "attending": attending,
        "marks": {str(number): sorted(each) for number, each in sorted(marks.items())},
        "receipts": sorted(receipts),
    }
    return _written(held | {"digest": hashlib.sha256(_written(held)).hexdigest()})


def recount(archive: bytes) -> dict[int, Counter[str]]:
    """The votes for each candidate; Damaged when the file was changed or says more marks than there are receipts."""
    try:
        held = json.loads(archive)
        digest = held.pop("digest")
        marks = {int(number): Counter(each) for number, each in held["marks"].items()}
        voters = len(held["receipts"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Damaged from None
    sound = all(set(each) <= set(WORDS) and each.total() <= voters for each in marks.values())
    if held.get("format") != FORMAT or hashlib.sha256(_written(held)).hexdigest() != digest or not sound:
        raise Damaged
    return marks


def _written(held: object) -> bytes:
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()
