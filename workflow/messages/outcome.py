"""What came of a try, in words that every channel shares."""

from __future__ import annotations

from dataclasses import dataclass

#: Taken by the partner; told to have arrived; try again later; never, for it would be refused again.
TAKEN, ARRIVED, LATER, NEVER = "taken", "arrived", "later", "never"


@dataclass(frozen=True)
class Parcel:
    """One letter as it is handed to a channel: nothing of it changes between two tries."""

    letter_id: int
    key: str
    token: str
    channel: str
    receiver: str
    subject: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """How a try ended; `words` say why it did not go through, without the address."""

    how: str
    receipt: str = ""
    words: str = ""
