"""Refusals that people read. Anything else is a bug and may be a 500."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

#: A record a sentence names: what it is called, the name of its table, its id.
Named = tuple[str, str, int]


class Linked(str):
    """A sentence with the records it names. Pages draw them as links; everywhere else it is the plain sentence.

    The links lead through /open/<table>/<id>, which finds the reader's own desk. A guard may answer one as well.
    """

    __slots__ = ("links",)
    links: tuple[Named, ...]

    def __new__(cls, sentence: str, links: Iterable[Named] = ()) -> Linked:
        """The sentence, and (name, table, id) of each record."""
        made = super().__new__(cls, sentence)
        made.links = tuple(links)
        return made

    def __html__(self) -> str:
        """How a template prints it: the sentence, then the records."""
        words = escape(str(self))
        if not self.links:
            return words
        drawn = Markup("、").join(
            Markup('<a href="/open/{}/{}">{}</a>').format(table, key, name) for name, table, key in self.links
        )
        return words + Markup('<span class="named">查看：{}</span>').format(drawn)


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


class NotYou(Refused):
    """The actor does not hold the role, or not for this subject."""
