"""Refusals that people read. Anything else is a bug and may be a 500."""

from __future__ import annotations


class Refused(Exception):
    """The rules say no. The sentence says what, why (the clause) and what to do next.

    `field` names the form field the sentence belongs to; `fields` carries several at once.
    """

    def __init__(self, sentence: str, *, field: str = "", fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields or ({field: sentence} if field else {})


class NotNow(Refused):
    """The subject is not in a state that allows the verb, or someone else was faster."""


class NotYou(Refused):
    """The actor does not hold the role, or not for this subject."""
