"""Writes 统计口径 (`models.declarations.profile`) with what `reading` notes: in the transaction of the verb.

What is said of a declaration stands once, in SQL, for one case as for a million (`wanted`). A submission, a return and
a registered posting write all of it; every other step of the way only tells how far the declaration has got
(`_moved`), from it and its route alone: pages that two writers had read would fail one of them on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    delete,
    except_,
    exists,
    extract,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    table,
    true,
    update,
)
from sqlalchemy import column as named
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from models.awards.certificate import Certificate
from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Correction, Declaration, DeclarationContent, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.opinion import Opinion, OpinionResult
from models.declarations.profile import (
    BANDS,
    DAYS,
    EDUCATIONS,
    LANE_KINDS,
    NATURES,
    ORIGIN_NUMBERS,
    ORIGINS,
    STAGES,
    Education,
    Lane,
    Origin,
    Profile,
    furthest,
)
from models.declarations.standing import SETTLED, Reached
from models.register.organisation import Organisation
from models.register.person import Person

PROFILE = Profile.__table__
D, STEP = Declaration.__table__, RouteStep.__table__
COLUMNS = [c.name for c in PROFILE.columns]
KEY = "declaration_id"
#: Days that are kept once they are known.
ONCE = (*DAYS.values(), "first_sent_on")
#: Taken at the submission, and kept until there is another one.
FACTS = ("nature", "grassroots", "sex", "age", "origin", "education")
#: What of a declaration, when it changes, asks for all of it.
WHOLE = {"submitted_at", "content_hash", "region_code", "unit_id", "committee_id", "person_id", "way", "year"}
#: A posting of the unit that is over, without a proven objection.
WELL = ("none", "untrue")


class highest_education(FunctionElement[int]):  # noqa: N801  (a function of the database)
    """The number of the highest 学历 in the sections of a declaration; NULL where none is filled in."""

    type = Integer()
    inherit_cache = True


def _bands(word: str) -> str:
    whens = " ".join(f"WHEN '{said}' THEN {EDUCATIONS[band]}" for said, band in BANDS.items())
    return f"min(CASE {word} {whens} ELSE {EDUCATIONS[Education.SECONDARY]} END)"


@compiles(highest_education, "sqlite")
def _education_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    sections = compiler.process(element.clauses, **kw)
    word = f"json_extract({sections}, e.fullkey || '.education')"
    return f"(SELECT {_bands(word)} FROM json_each({sections}, '$.education') AS e WHERE {word} <> '')"  # noqa: S608


@compiles(highest_education, "postgresql")
def _education_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    sections = compiler.process(element.clauses, **kw)
    rows = f"CASE WHEN json_typeof({sections} -> 'education') = 'array' THEN {sections} -> 'education' ELSE '[]' END"
    word = "e ->> 'education'"
    return f"(SELECT {_bands(word)} FROM json_array_elements({rows}) AS e WHERE {word} <> '')"  # noqa: S608


# -- what stands in the profile -----------------------------------------------------------------------


def _said(value: Any) -> Any:
    """A constant of ours inside the statement."""
    return literal_column(f"'{value!s}'" if isinstance(value, str) else str(int(value)))


def _numbered(held: Any, numbers: Mapping[Any, int], otherwise: int) -> Any:
    return case(
        *((held == _said(str(word)), _said(number)) for word, number in numbers.items()), else_=_said(otherwise)
    )


def _lane() -> Any:
    """The city of the way; of a way straight to the province the first organisation with a lane of its own."""
    own = (
        select(case(*((Organisation.kind == _said(str(k)), _said(str(lane))) for k, lane in LANE_KINDS.items())))
        .join_from(STEP, Organisation, Organisation.id == STEP.c.organisation_id)
        .where(STEP.c.declaration_id == D.c.id, Organisation.kind.in_([_said(str(kind)) for kind in LANE_KINDS]))
        .order_by(STEP.c.position)
        .limit(_said(1))
        .correlate(D)
        .scalar_subquery()
    )
    city, province = func.substr(D.c.region_code, _said(1), _said(4)), _said(str(Lane.PROVINCIAL))
    return case((city == province, func.coalesce(own, province)), else_=city)


def _posting() -> Any:
    return and_(
        PublicityItem.declaration_id == D.c.id,
        PublicityItem.publicity_id == Publicity.id,
        Publicity.kind == _said(str(PublicityKind.UNIT)),
        Publicity.state == _said(str(PublicityState.CLOSED)),
        Publicity.outcome.in_([_said(word) for word in WELL]),
    )


def _earliest(day: Any, *where: Any) -> Any:
    return select(func.min(day)).where(*where).correlate(D).scalar_subquery()


def _recommended() -> Any:
    """When the unit passed it on."""
    return _earliest(func.date(STEP.c.done_at), STEP.c.declaration_id == D.c.id, STEP.c.position == _said(0))


def _facts(which: Sequence[Any], past: bool) -> Any:
    """One row for each declaration that was ever handed in; with `past` also days that only old papers tell."""
    returns = select(func.count()).where(Correction.declaration_id == D.c.id).correlate(D).scalar_subquery()
    age = D.c.year - cast(extract("year", Person.born_on), Integer)
    origin = {kind: ORIGIN_NUMBERS[word] for kind, word in ORIGINS.items()}
    ended: Any = null()
    days = {
        Reached.AUDITED: _recommended(),
        Reached.COMMITTEE: func.date(D.c.reached_committee_at),
        Reached.DECIDED: D.c.voted_on,
        Reached.PASSED: D.c.voted_on,
    }
    if past:
        judged = (Opinion.declaration_id == D.c.id, Opinion.result == _said(str(OpinionResult.QUALIFIED)))
        against = [_said(str(each)) for each in (OpinionResult.DISQUALIFIED, OpinionResult.STOPPED)]
        refused = (Opinion.declaration_id == D.c.id, Opinion.result.in_(against))
        ended = func.coalesce(D.c.filed_on, D.c.voted_on, _earliest(func.date(Opinion.given_at), *refused))
        days |= {
            Reached.PUBLICISED: _earliest(Publicity.ends_on, _posting()),
            Reached.QUALIFIED: _earliest(func.date(Opinion.given_at), *judged),
            Reached.FILED: D.c.filed_on,
            Reached.ISSUED: _earliest(func.date(Certificate.issued_at), Certificate.declaration_id == D.c.id),
        }
    return (
        select(
            *(D.c[name] for name in _PROVING), D.c.id, D.c.submitted_at, D.c.content_hash, D.c.region_code,
            _lane().label("lane"),
            _numbered(Organisation.nature, NATURES, 7).label("nature"), Organisation.grassroots.label("grassroots"),
            Person.sex.label("sex"), age.label("age"),
            _numbered(Person.id_kind, origin, ORIGIN_NUMBERS[Origin.MAINLAND]).label("origin"),
            highest_education(DeclarationContent.sections).label("education"),
            ended.label("told_ended"), returns.label("returns"),
            exists().where(_posting()).correlate(D).label("posted"),
            *(day.label(f"told_{stage.value}") for stage, day in days.items()),
        )
        .join_from(D, Organisation, Organisation.id == D.c.unit_id)
        .join(Person, Person.id == D.c.person_id)
        .outerjoin(DeclarationContent, DeclarationContent.declaration_id == D.c.id)
        .where(D.c.state != _said(str(S.DRAFT)), *which)
    )  # fmt: skip


#: Columns from which the stage follows.
_PROVING = ("state", "way", "plan_id", "voted_on", "reached_committee_at", "position", "returned_from")


def _days(seen: Any, today: date | None) -> Iterator[Any]:
    """The day of each stage that was reached: by its fact, else today; for old rows the nearest fact before it."""
    earlier: list[Any] = [func.date(seen.submitted_at)] if today is None else [literal(today, Date)]
    for stage, name in DAYS.items():
        told = seen.get(f"told_{stage.value}")
        day: Any = earlier[0] if told is None else func.coalesce(told, *earlier)
        if today is None and told is not None:
            earlier.insert(0, told)
        yield case((seen.reached >= _said(STAGES[stage]), day)).label(name)


def _settled(state: Any) -> Any:
    return state.in_([_said(str(each)) for each in SETTLED])


def _ended(seen: Any, today: date | None) -> Any:
    """The day on which it ended; of old rows the paper that ended it, else the last day that any paper tells."""
    papers = (seen.told_ended, seen.told_committee, func.date(seen.submitted_at))
    day: Any = literal(today, Date) if today is not None else func.coalesce(*papers)
    return case((_settled(seen.state), day)).label("ended_on")


def wanted(*which: Any, today: date | None = None) -> Select[Any]:
    """What the profile of the declarations of `which` says; without `today` days come from papers alone."""
    facts = _facts(which, today is None).subquery("facts")
    seen = select(facts, furthest(facts.c, facts.c.posted).label("reached")).subquery("seen").c
    told = {KEY: seen.id, "taken_at": seen.submitted_at, "taken_hash": seen.content_hash, "stage": seen.reached}
    days = {day.name: day for day in _days(seen, today)}
    days |= {"first_sent_on": func.date(seen.submitted_at).label("first_sent_on"), "ended_on": _ended(seen, today)}
    found = select(*(told[n].label(n) if n in told else days[n] if n in days else seen[n] for n in COLUMNS))
    return found.where(true())  # SQLite would read the ON of ON CONFLICT as that of a join


def _whole(connection: Connection, rows: Select[Any]) -> None:
    into = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(PROFILE)
    new, held = into.excluded, PROFILE.c
    same = and_(held.taken_at.is_not_distinct_from(new.taken_at), held.taken_hash.is_not_distinct_from(new.taken_hash))
    kept: dict[str, Any] = {name: new[name] for name in COLUMNS if name != KEY}
    kept |= {name: case((same, held[name]), else_=new[name]) for name in FACTS}
    kept |= {name: func.coalesce(held[name], new[name]) for name in ONCE}
    kept["ended_on"] = case((new.ended_on.is_not(None), func.coalesce(held.ended_on, new.ended_on)))
    connection.execute(into.from_select(COLUMNS, rows).on_conflict_do_update(index_elements=[KEY], set_=kept))


def _moved(connection: Connection, keys: Sequence[int], today: date) -> None:
    own = (D.c[name] for name in _PROVING)
    told = (
        _recommended().label("told_audited"),
        func.date(D.c.reached_committee_at).label("told_committee"),
        D.c.voted_on.label("told_decided"),
        D.c.voted_on.label("told_passed"),
    )
    columns: list[Any] = [D.c.id, *own, *told, PROFILE.c.posted]
    facts = select(*columns).join(PROFILE, PROFILE.c[KEY] == D.c.id).where(D.c.id.in_(keys)).subquery("facts")
    seen = select(facts, furthest(facts.c, facts.c.posted).label("reached")).subquery("seen")
    days: dict[str, Any] = {day.name: func.coalesce(PROFILE.c[day.name], day.element) for day in _days(seen.c, today)}
    over = _settled(seen.c.state)
    days["ended_on"] = case((over, func.coalesce(PROFILE.c.ended_on, literal(today, Date))))
    day = PROFILE.c.ended_on
    differs = or_(PROFILE.c.stage != seen.c.reached, and_(over, day.is_(None)), and_(not_(over), day.is_not(None)))
    connection.execute(update(PROFILE).values(stage=seen.c.reached, **days).where(PROFILE.c[KEY] == seen.c.id, differs))


# -- called by the hook of `reading` -------------------------------------------------------------------


def write(connection: Connection, moved: Sequence[int], whole: Sequence[int], today: date) -> None:
    """Bring the profiles of some hundred declarations up to date."""
    if whole:
        _whole(connection, wanted(D.c.id.in_(whole), today=today))
    if moved:
        _moved(connection, moved, today)


def forget(connection: Connection, keys: Sequence[int]) -> None:
    """These declarations are gone."""
    connection.execute(delete(PROFILE).where(PROFILE.c[KEY].in_(keys)))


def fill(session: Session, *which: Any) -> None:
    """Write the profiles of many declarations, days as their papers tell; what was taken at a submission stays."""
    connection = session.connection()
    _whole(connection, wanted(*which))


def of_posting(session: Session, posting: Publicity) -> list[int]:
    """The declarations of a posting whose profile follows from it."""
    if posting.kind != PublicityKind.UNIT:
        return []
    found = select(PublicityItem.declaration_id).where(PublicityItem.publicity_id == posting.id)
    return list(session.connection().scalars(found))


# -- is it true? ----------------------------------------------------------------------------------------


def astray(session: Session) -> list[tuple[Any, ...]]:
    """What profiles say otherwise than their declarations, or lack: (id, stage, returns, posted, city, ended)."""
    facts = _facts((), past=False).subquery("facts").c
    city = func.substr(facts.region_code, _said(1), _said(4))
    posted = cast(facts.posted, Boolean)
    over = case((_settled(facts.state), 1), else_=0)
    right = select(facts.id, furthest(facts, facts.posted), facts.returns, posted, city, over)
    raw = table(PROFILE.name, *(named(name) for name in COLUMNS))
    lying = raw.c
    inside = or_(*(lying.lane == _said(str(lane)) for lane in Lane))
    lies = (
        select(
            lying[KEY],
            lying.stage,
            lying.returns,
            lying.posted,
            case((inside, _said("4300")), else_=lying.lane),
            case((lying.ended_on.is_not(None), 1), else_=0),
        )
        .join_from(raw, D, D.c.id == lying[KEY])
        .where(D.c.state != _said(str(S.DRAFT)))
    )
    found = [*session.connection().execute(except_(right, lies)), *session.connection().execute(except_(lies, right))]
    return [tuple(row) for row in found]
