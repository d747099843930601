"""Refusals that people read. Anything else is a bug and may be a 500."""

from __future__ import annotations

from collections.abc import Iterable

#: A record a sentence names: what it is called, the name of its table, its id.
Named = tuple[str, str, int]


class Linked(str):
    """A sentence with the records it names.

    Pages draw them as links (views/screens/refusal.py); everywhere else it is the plain sentence. A guard may
    answer one as well.
    """

    __slots__ = ("links",)
    links: tuple[Named, ...]

    def __new__(cls, sentence: str, links: Iterable[Named] = ()) -> Linked:
        """The sentence, and (name, table, id) of each record."""
        made = super().__new__(cls, sentence)
        made.links = tuple(links)
        return made


class Refused(Exception):
    """The rules say no. The sentence says what, why (the clause) and what to do next.

    `field` names the form field the sentence belongs to; `fields` carries several at once. `links` are the
    offending records as (name, table, id).
    """

    def __init__(
        self, sentence: str, *, field: str = "", fields: dict[str, str] | None = None, links: Iterable[Named] = ()
    ) -> None:
        super().__init__(sentence)
        self.sentence = Linked(sentence, links) if links else sentence
        self.links: tuple[Named, ...] = getattr(self.sentence, "links", ())
        self.fields = fields or ({field: str(sentence)} if field else {})


class NotNow(Refused):
    """The subject is not in a state that allows the verb, or someone else was faster."""


class TooBusy(NotNow):
    """Nobody was wrong: the database found no way through in time, nothing was saved, and the same may pass now."""

    SENTENCE = "系统繁忙，请再按一次：这次没有保存任何内容，原有数据没有改变。"

    def __init__(self) -> None:
        super().__init__(self.SENTENCE)


class NotYou(Refused):
    """The actor does not hold the role, or not for this subject."""
