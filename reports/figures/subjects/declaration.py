"""申报: what was sent to the unit at least once and not taken back into a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from models.committees.catalogue import Series, TitleLevel
from models.committees.committee import Committee
from models.declarations.declaration import Channel, Declaration, DeclarationMode, DeclarationState
from models.declarations.standing import STANDING, Ending
from models.paths.path import Way
from models.register.organisation import Organisation, Region
from reports.figures.dimension import Dimension, day_of, of_enum, of_words, plain
from reports.figures.subject import Subject, subject
from reports.statistics import ORDER, PROVINCIAL, STAGE_LABELS, STAGES, submitted

D = Declaration


def stage() -> Any:
    """The furthest stage that a declaration got to."""
    return case(*[(condition, name) for name, _, condition in STAGES if condition is not None], else_="submitted")


def ending() -> Any:
    """How it ended, or that it has not."""
    endings: dict[str, list[str]] = {}
    for state, standing in STANDING.items():
        endings.setdefault(standing.ending.value, []).append(state.value)
    return case(*[(D.state.in_(states), word) for word, states in endings.items()])


def regions(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    """The 市州 by four digits, 省直 first."""
    rows = select(func.substr(Region.code, 1, 4), Region.name).where(Region.level == "市州").order_by(Region.code)
    return {PROVINCIAL: "省直"} | dict(session.execute(rows).tuples().all())


def all_series(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    """All series in their official order."""
    return dict(session.execute(select(Series.id, Series.name).order_by(Series.number)).tuples().all())


def named(model: Any) -> Any:
    """The names of those records that were found, by name."""

    def words(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
        keys = [key for key in found if key is not None]
        rows = select(model.id, model.name).where(model.id.in_(keys)).order_by(model.name, model.id)
        return dict(session.execute(rows).tuples().all())

    return words


DIMENSIONS = [
    Dimension("year", "年度", lambda: D.year, plain, "number"),
    Dimension("region", "市州", lambda: func.substr(D.region_code, 1, 4), regions),
    Dimension("series", "系列", lambda: D.series_id, all_series, "key"),
    Dimension("level", "级别", lambda: D.level, of_enum(TitleLevel)),
    Dimension("way", "取得方式", lambda: D.way, of_enum(Way)),
    Dimension("mode", "申报方式", lambda: D.mode, of_enum(DeclarationMode)),
    Dimension("channel", "推荐渠道", lambda: D.channel, of_enum(Channel)),
    Dimension("state", "状态", lambda: D.state, of_enum(DeclarationState)),
    Dimension("stage", "到达阶段", stage, of_words({name: STAGE_LABELS[name] for name in ORDER})),
    Dimension("ending", "办结情况", ending, of_enum(Ending)),
    Dimension("sent", "提交日期", lambda: day_of(D.submitted_at), plain, "day"),
    Dimension("voted", "表决日期", lambda: D.voted_on, plain, "day"),
    Dimension("committee", "评委会", lambda: D.committee_id, named(Committee), "key"),
    Dimension("unit", "所在单位", lambda: D.unit_id, named(Organisation), "key"),
]
DECLARATIONS = subject(Subject("declaration", "申报", D, {one.name: one for one in DIMENSIONS}, always=submitted))


def at_least(name: str) -> frozenset[str]:
    """Whoever got to the stage or further."""
    return frozenset(ORDER[ORDER.index(name) :])
