"""What the address of a page of statistics asks for: shared conditions, offered in fields or come by a click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import g
from sqlalchemy import select

from models.base import db
from models.batches.batch import Batch
from models.office.frozen_figures import FrozenFigures
from reports.figures.dimension import Dimension, Wanted
from reports.figures.subject import SUBJECTS, Where
from views.statistics import freezing
from workflow.base.unit_of_work import asking

#: The fields above the figures, in their order; those that the declarations know.
OFFERED = ("year", "region", "series", "level", "way", "mode", "channel", "nature")
#: What the address says when figures of a kept moment (时点数据) are asked.
FROZEN = "frozen"
#: Years that may be asked for.
FIRST, LAST = 1990, 2100


@dataclass(frozen=True)
class Conditions:
    """What is asked, as conditions, as words, and as fields."""

    where: Where
    options: Mapping[str, list[tuple[str, str]]]  #: by the name of the field: what it offers
    unread: list[str] = field(default_factory=list)
    moment: FrozenFigures | None = None  #: as of when; without it of now

    def chosen(self, name: str) -> str:
        """What a field holds."""
        return dimension(name).written(self.where[name]) if name in self.where else ""

    def label(self, name: str) -> str:
        """What a field is called."""
        return dimension(name).label

    @property
    def others(self) -> dict[str, str]:
        """Conditions that no field holds, as they stand in the address."""
        held = {name for name, offered in self.options.items() if self.chosen(name) in dict(offered)}
        return {name: self.chosen(name) for name in self.where if name not in held} | self._frozen

    @property
    def query(self) -> str:
        """The conditions as an address."""
        return self.query_of(self.where)

    def query_of(self, where: Where) -> str:
        """Other conditions as an address, of the same moment."""
        return urlencode([*plain(where).items(), *self._frozen.items()])

    @property
    def _frozen(self) -> dict[str, Any]:
        return {} if self.moment is None else {FROZEN: str(self.moment.id)}

    @property
    def plain(self) -> dict[str, Any]:
        """All that is asked, for the journal and for whoever asks it again later."""
        return plain(self.where) | self._frozen

    @property
    def of_now(self) -> str:
        """The same of now, as an address."""
        return urlencode(plain(self.where))

    def without(self, name: str) -> str:
        """The address without one condition."""
        return self.query_of({one: wanted for one, wanted in self.where.items() if one != name})

    def also(self, further: Where) -> str:
        """The address limited to `further` as well."""
        return self.query_of({**self.where, **further})

    def said(self, name: str) -> str:
        """One condition in words."""
        return dimension(name).said(db.session, self.where[name])

    @property
    def words(self) -> str:
        """All conditions in words: 年度：2026；市州：长沙市."""
        told = [self.said(name) for name in self.where]
        return "；".join([*told, *([f"时点数据：{self.moment}"] if self.moment is not None else [])])


def dimension(name: str) -> Dimension:
    """The dimension of that name; what several subjects call alike means the same."""
    return next(one.dimensions[name] for one in SUBJECTS.values() if name in one.dimensions)


def known() -> set[str]:
    """All names that an address may use."""
    return {name for one in SUBJECTS.values() for name in one.dimensions}


def newest() -> int:
    """The newest year that has a batch, else this year."""
    return db.session.scalar(select(Batch.year).order_by(Batch.year.desc()).limit(1)) or asking(g.user).today.year


def read(args: Mapping[str, str], beside: tuple[str, ...] = ()) -> Conditions:
    """Conditions from an address; what cannot be read is named and ignored. Names `beside` are the page's own.

    Refused: a moment that is not there, for figures of now would be taken for its own.
    """
    offered = _offered()
    where: dict[str, Wanted] = {}
    unread = []
    names = known()
    for name, given in args.items():
        word = given.strip()[:2000]
        if not word or name in beside or name == FROZEN:
            continue
        wanted = dimension(name).read(word) if name in names else None
        if wanted is None or not _sensible(name, wanted, offered):
            unread.append(f"查询条件“{word[:30]}”不能识别，已忽略；请重新选择后查询。")
        else:
            where[name] = wanted
    if "year" not in where:
        where = {"year": frozenset({newest()}), **where}
    for year in sorted(where["year"], reverse=True) if isinstance(where["year"], frozenset) else ():
        if (str(year), f"{year} 年度") not in offered["year"]:
            offered["year"].append((str(year), f"{year} 年度"))
    order = [*(name for name in OFFERED if name in where), *(name for name in where if name not in OFFERED)]
    moment = freezing.moment(args[FROZEN]) if args.get(FROZEN) else None
    return Conditions({name: where[name] for name in order}, offered, unread, moment)


def _sensible(name: str, wanted: Wanted, offered: Mapping[str, Any]) -> bool:
    """Whether values of a field are among what it offers; a year may be any."""
    if not isinstance(wanted, frozenset):
        return name != "year"
    if name == "year":
        return len(wanted) == 1 and all(isinstance(year, int) and FIRST <= year <= LAST for year in wanted)
    if name not in offered:
        return True
    words = {word for word, _label in offered[name]}
    return all(value is None or dimension(name).written(frozenset({value})) in words for value in wanted)


def _offered() -> dict[str, list[tuple[str, str]]]:
    """What the fields offer."""
    about = SUBJECTS["declaration"].dimensions
    found = {}
    for name in OFFERED:
        if name not in about:
            continue
        if name == "year":
            years = db.session.scalars(select(Batch.year).distinct().order_by(Batch.year.desc()))
            found[name] = [(str(year), f"{year} 年度") for year in years]
        else:
            words = about[name].words(db.session, ())
            found[name] = [(about[name].written(frozenset({value})), word) for value, word in words.items()]
    return found


def plain(where: Where) -> dict[str, Any]:
    """Conditions for the journal."""
    return {name: dimension(name).written(wanted) for name, wanted in where.items()}
