"""Count a poll again from its archive, off line and without a database (TRUST §3.3 step 4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

from workflow.review import sealing

FORMAT = "zc-ballot/1"
#: One byte of a slip for each candidate; ASIDE where the voter stands aside, which is not counted.
ASIDE, YES, NO, ABSTAIN = range(4)
_NAMES = {YES: "yes", NO: "no", ABSTAIN: "abstain"}


def context(poll: int) -> bytes:
    """What binds an envelope and a wrapped key to one poll."""
    return f"{FORMAT}/poll:{poll}".encode()


def pack(poll: int, candidates: Sequence[int], wrapped_key: bytes, boxes: Iterable[bytes]) -> bytes:
    """The archive: everything as encrypted as it was cast, in the order of the hashes, without voters."""
    held = {
        "format": FORMAT,
        "poll": poll,
        "candidates": list(candidates),
        "wrapped_key": wrapped_key.hex(),
        "envelopes": [box.hex() for box in sorted(boxes, key=sealing.digest)],
    }
    return json.dumps(held, sort_keys=True, separators=(",", ":")).encode()


def recount(archive: bytes, office_pass: str, supervisor_pass: str) -> dict[int, Counter[str]]:
    """The votes for each candidate from the archive and both passphrases; WrongKey if they do not fit."""
    held = json.loads(archive)
    private = sealing.unwrap(bytes.fromhex(held["wrapped_key"]), (office_pass, supervisor_pass), context(held["poll"]))
    votes: dict[int, Counter[str]] = {number: Counter() for number in held["candidates"]}
    for box in held["envelopes"]:
        plain = sealing.unseal(private, bytes.fromhex(box), context(held["poll"]))
        for number, code in zip(held["candidates"], plain, strict=True):
            if code != ASIDE:
                votes[number][_NAMES[code]] += 1
    return votes
