"""申报: what was sent to the unit at least once and not taken back into a draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.committees.catalogue import Series, TitleLevel
from models.committees.committee import Committee
from models.declarations.declaration import Channel, Declaration, DeclarationMode, DeclarationState
from models.declarations.profile import DAYS, Education, Lane, Origin, Profile
from models.declarations.standing import STANDING, Ending, Reached
from models.paths.path import Way
from models.register.organisation import Organisation, Region, UnitNature
from reports.figures.dimension import Dimension, day_of, of_enum, of_words, plain
from reports.figures.subject import Subject, subject

D, P = Declaration, Profile
#: The condition of the lists that gives exactly the rows that are counted here (views/declarations).
COUNTED, YES = "counted", "yes"
ORDER = [stage.value for stage in Reached]


def submitted() -> ColumnElement[bool]:
    """What counts as declared: sent to the unit at least once, and not taken back into a draft."""
    return and_(
        D.state != DeclarationState.DRAFT, or_(D.state != DeclarationState.WITHDRAWN, D.submitted_at.is_not(None))
    )


def with_profile(query: Select[Any]) -> Select[Any]:
    """Beside each declaration what figures say of it; a number never depends on whether that is there."""
    return query.outerjoin(Profile, Profile.declaration_id == Declaration.id)


def ending() -> Any:
    """How it ended, or that it has not."""
    endings: dict[str, list[str]] = {}
    for state, standing in STANDING.items():
        endings.setdefault(standing.ending.value, []).append(state.value)
    return case(*[(D.state.in_(states), word) for word, states in endings.items()])


def regions(session: Session, found: Collection[Any]) -> Mapping[Any, str]:
    """归口: the 14 市州 by four digits, then 省直 and whoever stands beside it."""
    rows = select(func.substr(Region.code, 1, 4), Region.name).where(Region.level == "市州").order_by(Region.code)
    return dict(session.execute(rows).tuples().all()) | {lane.value: lane.label for lane in Lane}


#: Bands of age at the end of the year: the last age of each.
AGES = {35: "35 岁及以下", 40: "36—40 岁", 45: "41—45 岁", 50: "46—50 岁", 55: "51—55 岁"}
OLDER = 99
TIMES = {0: "未退回", 1: "退回 1 次", 2: "退回 2 次", 3: "退回 3 次及以上"}


def age_band() -> Any:
    """The last age of the band."""
    return case((P.age.is_(None), None), *[(P.age <= last, last) for last in AGES], else_=OLDER)


def returned() -> Any:
    """How often it was sent back, three times standing for all beyond."""
    return case((P.returns >= max(TIMES), max(TIMES)), else_=P.returns)


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


SEXES = {"男": "男", "女": "女"}
YES_NO = {True: "是", False: "否"}
DIMENSIONS = [
    Dimension("year", "年度", lambda: D.year, plain, "number"),
    Dimension("region", "市州", lambda: P.lane, regions),
    Dimension("series", "系列", lambda: D.series_id, all_series, "key"),
    Dimension("level", "级别", lambda: D.level, of_enum(TitleLevel)),
    Dimension("way", "取得方式", lambda: D.way, of_enum(Way)),
    Dimension("mode", "申报方式", lambda: D.mode, of_enum(DeclarationMode)),
    Dimension("channel", "推荐渠道", lambda: D.channel, of_enum(Channel)),
    Dimension("state", "状态", lambda: D.state, of_enum(DeclarationState)),
    Dimension("stage", "到达阶段", lambda: P.stage, of_enum(Reached)),
    Dimension("ending", "办结情况", ending, of_enum(Ending)),
    Dimension("sent", "提交日期", lambda: day_of(D.submitted_at), plain, "day"),
    Dimension("first_sent", "首次提交日期", lambda: P.first_sent_on, plain, "day"),
    Dimension("ended", "办结日期", lambda: P.ended_on, plain, "day"),
    Dimension("voted", "表决日期", lambda: D.voted_on, plain, "day"),
    Dimension("committee", "评委会", lambda: D.committee_id, named(Committee), "key"),
    Dimension("unit", "所在单位", lambda: D.unit_id, named(Organisation), "key"),
    # as of the last 提交
    Dimension("nature", "单位性质", lambda: P.nature, of_enum(UnitNature)),
    Dimension("grassroots", "乡镇基层单位", lambda: P.grassroots, of_words(YES_NO), "flag"),
    Dimension("sex", "性别", lambda: P.sex, of_words(SEXES), personal=True),
    Dimension("age", "年末年龄", lambda: P.age, plain, "number", personal=True),
    Dimension("age_band", "年龄段", age_band, of_words(AGES | {OLDER: "56 岁及以上"}), "key", personal=True),
    Dimension("education", "最高学历", lambda: P.education, of_enum(Education), personal=True),
    Dimension("origin", "人员来源", lambda: P.origin, of_enum(Origin), personal=True),
    Dimension("returns", "退回次数", lambda: P.returns, plain, "number"),
    Dimension("returned", "退回情况", returned, of_words(TIMES), "key"),
    # the day of each stage: publicised_on, audited_on … issued_on
    *(
        Dimension(name, f"首次{stage.label}日期", lambda name=name: getattr(P, name), plain, "day")  # type: ignore[misc]
        for stage, name in DAYS.items()
    ),
]
DECLARATIONS = subject(
    Subject("declaration", "申报", D, {one.name: one for one in DIMENSIONS}, joined=with_profile, always=submitted)
)


def at_least(name: str) -> frozenset[str]:
    """Whoever got to the stage or further."""
    return frozenset(ORDER[ORDER.index(name) :])
