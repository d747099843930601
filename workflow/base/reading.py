"""Keeps `reading`, the profiles and the feed of changes true to declarations; `workflow.base.policy` stays the law.

What was changed is noted at every flush and at every UPDATE or DELETE of many rows, and written down once, before the
commit: in the transaction of the verb, so that nobody ever reads a list that is behind. Who reads a declaration
is said once, in SQL (`wanted`), for one case as for a million.

On PostgreSQL writers are SERIALIZABLE. Entries are therefore written without reading any of them first (ON CONFLICT):
two unrelated submissions meet on the same pages of the indexes, and pages that both had read would fail one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    and_,
    case,
    column,
    delete,
    event,
    except_,
    func,
    insert,
    inspect,
    literal_column,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.sql.functions import FunctionElement

from models.awards.publicity import Publicity, PublicityItem
from models.declarations.declaration import Correction, Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.reading import LEVELS, MODES, PROVINCE, STATES, WAYS, DeclarationChange, Lies, Reading
from workflow.base import profile
from workflow.base.clock import province_now

DECLARATION, STEP = Declaration.__table__, RouteStep.__table__
READING, CHANGE = Reading.__table__, DeclarationChange.__table__
COLUMNS = [c.name for c in READING.columns]
KEY = [c.name for c in READING.primary_key]
#: Cases written by one statement.
CHUNK = 500
#: Columns of a declaration that an entry repeats, or from which it follows.
TOLD = {
    "year", "state", "series_id", "level", "region_code", "way", "mode", "unit_id", "applicant_name", "position",
    "submitted_at", "committee_id", "reached_committee_at", "paper_received_on", "signing_id",
}  # fmt: skip
#: Rows of the feed that are kept at the least; whoever follows it from further back reads everything anew.
KEPT = 1_000_000


class epoch(FunctionElement[int]):  # noqa: N801  (a function of the database)
    """A moment as whole seconds since 1970; 0 for none."""

    type = Integer()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"coalesce(CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER), 0)"


@compiles(epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return f"coalesce(CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **kw)})) AS BIGINT), 0)"


# -- what stands in `reading` ------------------------------------------------------------------------


def _said(value: str | int) -> Any:
    """A constant of ours inside the statement: two hundred parameters would cost more than the entries do."""
    return literal_column(f"'{value}'" if isinstance(value, str) else str(int(value)))


def _number(held: Any, numbers: dict[Any, int]) -> Any:
    return case(*((held == _said(str(word)), _said(number)) for word, number in numbers.items()), else_=_said(0))


def wanted(*which: Any) -> Select[Any]:
    """Every entry that `reading` should hold of the declarations of `which`.

    The sentences of `policy.declarations`, turned round, and of the desks by which a case waits.
    """
    d, s = DECLARATION.c, STEP.c
    returned, opened = d.state == _said(S.RETURNED.value), [_said(S.SUBMITTED.value), _said(S.UNIT_REVIEW.value)]
    here = d.signing_id.is_(None)  # what has been put before the 负责人 waits for him
    at_unit = and_(
        here, d.unit_id == s.organisation_id, or_(d.state.in_(opened), and_(returned, d.position == _said(0)))
    )
    at_audit = and_(
        here, s.position == d.position, d.position > _said(0), or_(d.state == _said(S.UNDER_AUDIT.value), returned)
    )
    lies = func.max(case((at_unit, _said(Lies.UNIT)), (at_audit, _said(Lies.AUDIT)), else_=_said(0)))
    reached = (
        select(s.organisation_id.label("reader"), d.id.label("declaration_id"), lies.label("lies"))
        .join_from(DECLARATION, STEP, s.declaration_id == d.id)
        .where(*which)
        .group_by(d.id, s.organisation_id)
        .having(func.count(s.reached_at) > _said(0))
    )
    waits = case((and_(here, d.state == _said(S.AT_COMMITTEE.value)), _said(Lies.COMMITTEE)), else_=_said(0))
    arrived = select(-d.committee_id, d.id, waits).where(
        d.committee_id.is_not(None), d.reached_committee_at.is_not(None), *which
    )
    province = select(_said(PROVINCE), d.id, _said(0)).where(d.state != _said(S.DRAFT.value), *which)
    who = union_all(reached, arrived, province).subquery("who")
    return select(
        who.c.reader, epoch(d.submitted_at).label("sent"), who.c.declaration_id, who.c.lies, d.year,
        _number(d.state, STATES).label("state"), d.series_id, _number(d.level, LEVELS).label("level"), d.region_code,
        _number(d.way, WAYS).label("way"), _number(d.mode, MODES).label("mode"), d.unit_id,
        d.applicant_name.label("name"),
        func.coalesce(d.committee_id, _said(0)).label("committee_id"),
        case((d.paper_received_on.is_not(None), _said(1)), else_=_said(0)).label("paper"),
    ).join_from(who, DECLARATION, d.id == who.c.declaration_id).where(true())  # fmt: skip


def _written(dialect: str, rows: Select[Any]) -> Any:
    """The statement that writes `rows`; what stands there already and is right stays untouched."""
    into = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(READING)
    facts = [name for name in COLUMNS if name not in KEY]
    new = into.excluded
    differs = or_(*(READING.c[name].is_distinct_from(new[name]) for name in facts))
    return into.from_select(COLUMNS, rows).on_conflict_do_update(
        index_elements=KEY, set_={name: new[name] for name in facts}, where=differs
    )


def fill(session: Session, *which: Any) -> None:
    """Write the entries of many declarations, in the order in which the table lies."""
    connection = session.connection()
    rows = wanted(*which)
    connection.execute(_written(connection.dialect.name, rows.order_by(*(rows.selected_columns[name] for name in KEY))))


# -- the hook ----------------------------------------------------------------------------------------

#: What is to be done about a noted declaration: tell the feed; write its entries; and take away what it had.
TELL, WRITE, SWEEP = 0, 1, 2


def note(session: Session, keys: Iterable[int], what: int = WRITE, *, whole: bool = False) -> None:
    """These declarations have changed, to be written down before the commit; `whole`: with all of their profiles."""
    pending: dict[int, tuple[int, bool]] = session.info.setdefault("reading", {})
    for key in keys:
        had, all_of_it = pending.get(key, (TELL, False))
        pending[key] = max(had, what), all_of_it or whole


def _flushed(session: Session, context: Any) -> None:
    for thing in (*session.new, *session.dirty, *session.deleted):
        if isinstance(thing, Declaration):
            _note_declaration(session, thing)
        elif isinstance(thing, RouteStep):
            _note_step(session, thing)
        elif isinstance(thing, (Correction, PublicityItem)):
            note(session, [thing.declaration_id], TELL, whole=True)
        elif isinstance(thing, Publicity):
            note(session, profile.of_posting(session, thing), TELL, whole=True)


def _before(thing: Any) -> dict[str, Any]:
    """The columns that this flush has changed, with what they held."""
    return inspect(thing).committed_state


def _note_declaration(session: Session, declaration: Declaration) -> None:
    if declaration in session.deleted:
        note(session, [declaration.id], SWEEP)
        profile.forget(session.connection(), [declaration.id])
    elif declaration in session.new:  # nobody reads a draft
        note(session, [declaration.id], TELL if declaration.state == S.DRAFT else WRITE, whole=True)
    elif was := _before(declaration):
        moved = was.get("submitted_at") is not None or ("submitted_at" in was and was.get("state", S.DRAFT) != S.DRAFT)
        left = was.get("committee_id") is not None or was.get("reached_committee_at") is not None
        hidden = "state" in was and declaration.state == S.DRAFT
        what = SWEEP if moved or left or hidden else WRITE if TOLD & was.keys() else TELL
        note(session, [declaration.id], what, whole=bool(profile.WHOLE & was.keys()) or was.get("state") == S.DRAFT)


def _note_step(session: Session, step: RouteStep) -> None:
    if step in session.deleted:
        seen = step.__dict__.get("reached_at", NO_VALUE) is not None
        note(session, [step.declaration_id], SWEEP if seen else TELL, whole=True)
    elif step in session.new:
        note(session, [step.declaration_id], WRITE if step.reached_at else TELL, whole=True)
    elif was := _before(step):
        gone = "organisation_id" in was or "declaration_id" in was or was.get("reached_at") is not None
        keys = {step.declaration_id, was.get("declaration_id", step.declaration_id)}
        note(
            session,
            [key for key in keys if isinstance(key, int)],
            SWEEP if gone else WRITE if {"reached_at", "position"} & was.keys() else TELL,
            whole="organisation_id" in was or "declaration_id" in was,
        )


def _executed(state: ORMExecuteState) -> None:
    """An UPDATE or DELETE of many rows past the mapped objects: ask beforehand which declarations it touches."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    aim: Any = getattr(state.statement, "table", None)
    if aim is None or aim.name not in (DECLARATION.name, STEP.name):
        return
    if state.is_insert:
        raise RuntimeError(
            "declarations and their routes are added as objects, or by a filling that writes `reading` itself"
        )
    key = DECLARATION.c.id if aim.name == DECLARATION.name else STEP.c.declaration_id
    if isinstance(state.parameters, list):
        numbers = [given["id"] for given in state.parameters]
        found = select(key).where(aim.c.id.in_(numbers))
        note(state.session, state.session.connection().scalars(found), SWEEP, whole=True)
        return
    found = select(key)
    if (clause := state.statement.whereclause) is not None:  # type: ignore[attr-defined]
        found = found.where(clause)
    note(state.session, state.session.connection().execute(found, state.parameters or {}).scalars(), SWEEP, whole=True)


def settle(session: Session, today: date | None = None) -> None:
    """Write down what has been noted; called before the journal is sealed, and again before each commit."""
    if not session.info.get("reading"):
        return
    pending: dict[int, tuple[int, bool]] = session.info.pop("reading")
    connection, day = session.connection(), today or province_now(session).date()
    keys = sorted(pending)
    for at in range(0, len(keys), CHUNK):
        some = keys[at : at + CHUNK]
        if swept := [key for key in some if pending[key][0] == SWEEP]:
            connection.execute(delete(READING).where(READING.c.declaration_id.in_(swept)))
        if written := [key for key in some if pending[key][0] != TELL]:
            connection.execute(_written(connection.dialect.name, wanted(DECLARATION.c.id.in_(written))))
        all_of_it = [key for key in some if pending[key][1]]
        profile.write(connection, [key for key in some if not pending[key][1]], all_of_it, day)
        connection.execute(insert(CHANGE), [{"declaration_id": key} for key in some])


def bring_up(session: Session) -> None:
    """Flush and settle: whoever reads a list inside his own transaction finds there what he has done."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    settle(session)


def _rolled_back(session: Session, previous: Any) -> None:
    """What a savepoint took back may stay noted: it is looked at as it is. The end of the transaction forgets all."""
    if not previous.nested:
        session.info.pop("reading", None)


for _event, _heard in (
    ("after_flush", _flushed),
    ("do_orm_execute", _executed),
    ("before_commit", bring_up),
    ("after_soft_rollback", _rolled_back),
):
    event.listen(Session, _event, _heard)


# -- is it true? -------------------------------------------------------------------------------------


def missing(session: Session, *which: Any) -> Iterator[tuple[Any, ...]]:
    """Entries that should stand in `reading` and do not (or say something else)."""
    yield from map(tuple, session.connection().execute(except_(wanted(*which), _lying())))


def surplus(session: Session, *which: Any) -> Iterator[tuple[Any, ...]]:
    """Entries of `reading` that should not stand there (or say something else)."""
    yield from map(tuple, session.connection().execute(except_(_lying(), wanted(*which))))


def _lying() -> Select[Any]:
    """`reading` as it lies on the disk, words as numbers."""
    return select(*table(READING.name, *(column(name) for name in COLUMNS)).c)


def astray(session: Session) -> list[tuple[str, tuple[Any, ...]]]:
    """What `reading` lacks and what it holds too much, after all that this transaction has done."""
    bring_up(session)
    return [*(("missing", row) for row in missing(session)), *(("surplus", row) for row in surplus(session))]


def count(session: Session) -> int:
    """How many entries there are."""
    return session.scalar(select(func.count()).select_from(READING)) or 0


def mend(session: Session) -> tuple[int, int]:
    """Take away what is too much, write what is missing; how many of each. Rows that are right stay untouched."""
    lacking, too_many = sum(1 for _row in missing(session)), list(surplus(session))
    keys = sorted({row[2] for row in too_many})
    for at in range(0, len(keys), CHUNK):
        session.connection().execute(delete(READING).where(READING.c.declaration_id.in_(keys[at : at + CHUNK])))
    if lacking or too_many:
        fill(session)
    return len(too_many), lacking


def trim(session: Session, kept: int = KEPT) -> int:
    """Forget the oldest changes of the feed beyond `kept`; how many."""
    newest = session.connection().scalar(select(func.max(CHANGE.c.seq))) or 0
    return session.connection().execute(delete(CHANGE).where(CHANGE.c.seq <= newest - kept)).rowcount
