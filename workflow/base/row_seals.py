"""Seals every row the product writes: noted at each flush and at each statement of many rows, written once at the end.

`row_seal` holds a keyed digest for each row, so a row changed, put in or taken out behind the product is named. What
the seals of a table add up to stands in the heads of the journal (`heads`), so a row taken out together with its seal,
or an old row put back with its old seal, is seen as well.

On PostgreSQL writers are SERIALIZABLE: a seal is written without reading the one before (ON CONFLICT gives it back),
and a row that has just been written is told from the object itself, not read again; pages that two writers had read
would fail one of them. Only what the object does not hold (a column computed by the database) is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, event, inspect, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import ORMExecuteState, Session, scoped_session

from models.base import metadata
from models.office.seal import RowSeal
from workflow.base.row_digest import SEPARATOR, Shape, joined, joins, row_of, shape_of, weight

SEAL = RowSeal.__table__
#: Rows written or read by one statement.
CHUNK = 500
#: A row that is to be read, and one that is gone.
LOOK, GONE = object(), object()
#: Table to (rows, sum) that this transaction adds to what its chain has sealed.
Deltas = dict[str, tuple[int, int]]
MOST = 1 << 128


def pending(session: Session) -> dict[tuple[str, str], Any]:
    """(table, key) to what is to be sealed: the object, its seal, LOOK or GONE."""
    found: dict[tuple[str, str], Any] = session.info.setdefault("unsealed", {})
    return found


def touched(session: Session, table: Table | str, keys: Iterable[Any]) -> None:
    """These rows were written by a statement of their own: they are read and sealed before the commit."""
    name = table if isinstance(table, str) else table.name
    if shape_of(name) is not None:
        pending(session).update(((name, joined(_tuple(key))), LOOK) for key in keys)


def _tuple(key: Any) -> tuple[Any, ...]:
    return tuple(key) if isinstance(key, (tuple, list)) else (key,)


# -- what was written ----------------------------------------------------------------------------------


def _before_flush(session: Session, context: Any, instances: Any) -> None:
    for thing in session.deleted:
        mapper = inspect(thing).mapper
        _cascaded(session, mapper.local_table, [tuple(mapper.primary_key_from_instance(thing))])


def _flushed(session: Session, context: Any) -> None:
    held = pending(session)
    for things, gone in ((session.new, False), (session.dirty, False), (session.deleted, True)):
        for thing in things:
            mapper = inspect(thing).mapper
            shape = shape_of(mapper.local_table.name)
            if shape is None or (not gone and things is session.dirty and not _written(inspect(thing))):
                pass
            else:
                key = joined(mapper.primary_key_from_instance(thing))
                held[shape.name, key] = GONE if gone else thing
            _joined(session, thing, gone)


def _written(state: Any) -> bool:
    """Whether a flush has changed a column; relationships alone change nothing in the row."""
    return any(name in state.mapper.column_attrs for name in state.committed_state)


def _joined(session: Session, thing: Any, gone: bool) -> None:
    """Rows of many-to-many tables, which SQLAlchemy writes behind a relationship."""
    state = inspect(thing)
    for relation in state.mapper.relationships:
        if relation.secondary is None or shape_of(relation.secondary.name) is None or relation.viewonly:
            continue
        history = state.attrs[relation.key].history
        others = [*(history.added or ()), *(history.deleted or ()), *((history.unchanged or ()) if gone else ())]
        for other in others:
            values: dict[str, Any] = {}
            for mine, theirs in relation.synchronize_pairs:
                values[theirs.name] = getattr(thing, state.mapper.get_property_by_column(mine).key)
            far = inspect(other).mapper
            for mine, theirs in relation.secondary_synchronize_pairs or ():
                values[theirs.name] = getattr(other, far.get_property_by_column(mine).key)
            shape = shape_of(relation.secondary.name)
            if shape is not None and all(name in values for name in shape.key):
                pending(session)[shape.name, shape.key_of(values)] = LOOK


def _cascaded(session: Session, table: Any, keys: Sequence[tuple[Any, ...]]) -> None:
    """What the database takes away by itself with rows of `table`."""
    for other in metadata.tables.values():
        shape = shape_of(other.name)
        for reference in other.foreign_keys if shape is not None else ():
            if (reference.ondelete or "").upper() != "CASCADE" or reference.column.table is not table:
                continue
            found = select(*(other.c[name] for name in shape.key)).where(reference.parent.in_([key[0] for key in keys]))  # type: ignore[union-attr]
            gone = [tuple(row) for row in session.connection().execute(found)]
            touched(session, other, gone)
            if gone:
                _cascaded(session, other, gone)


def _executed(state: ORMExecuteState) -> Result[Any] | None:
    """A statement of many rows: which it touches is asked before; what an INSERT numbered itself, it gives back."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return None
    table: Any = getattr(state.statement, "table", None)
    shape = shape_of(table.name) if table is not None and hasattr(table, "name") else None
    if shape is None:
        return None
    session = state.session
    if state.is_insert:
        return _inserted(state, shape)
    names = [shape.table.c[name] for name in shape.key]
    if isinstance(state.parameters, list):
        if not all(all(name in given for name in shape.key) for given in state.parameters):
            raise RuntimeError(
                f"rows of {shape.name} are changed by numbers this hook does not know: name them (touched)"
            )
        keys = [tuple(given[name] for name in shape.key) for given in state.parameters]
    else:
        found = select(*names)
        if (clause := state.statement.whereclause) is not None:  # type: ignore[attr-defined]
            found = found.where(clause)
        keys = [tuple(row) for row in session.connection().execute(found, state.parameters or {})]
    if state.is_delete and keys:
        _cascaded(session, shape.table, keys)
    touched(session, shape.table, keys)
    return None


def _inserted(state: ORMExecuteState, shape: Shape) -> Result[Any] | None:
    session, rows = state.session, state.parameters
    given: list[Any] = rows if isinstance(rows, list) else [rows] if rows else []
    plain = not state.statement._returning and not state.statement._values and state.statement.select is None  # type: ignore[attr-defined]
    if given and plain and all(_is_whole(shape, row) for row in (given[0], given[-1])):
        held = pending(session)
        for row in given:
            full = {column.name: _value(column, row) for column in shape.table.columns}
            held[shape.name, shape.key_of(full)] = shape.mac(full)
        return None
    if state.statement._returning:  # type: ignore[attr-defined]
        raise RuntimeError(f"an INSERT into {shape.name} that returns rows of its own is not sealed: add objects")
    told = state.invoke_statement(statement=state.statement.returning(*(shape.table.c[n] for n in shape.key)))  # type: ignore[attr-defined]
    touched(session, shape.table, [tuple(row) for row in told])
    return IteratorResult(SimpleResultMetaData([]), iter(()))


def _is_whole(shape: Shape, row: Mapping[str, Any]) -> bool:
    """Whether the parameters of an INSERT tell the whole row."""
    return all(
        column.name in row
        or (column.default is not None and column.default.is_scalar)
        or (column.nullable and column.default is None and column.server_default is None)
        for column in shape.table.columns
    )


def _value(column: Any, row: Mapping[str, Any]) -> Any:
    return row.get(column.name, column.default.arg if column.default is not None else None)


def _rolled_back(session: Session, previous: Any) -> None:
    """A savepoint taken back: what is still noted is read as it then is. The end of the transaction forgets all."""
    if previous.nested:
        held = pending(session)
        held.update(dict.fromkeys(held, LOOK))
        return
    session.info.pop("unsealed", None)
    session.info.pop("deltas", None)


# -- sealing it ----------------------------------------------------------------------------------------


def real(session: Any) -> Session:
    """The session behind a thread's own."""
    return session() if isinstance(session, scoped_session) else session


def settle(session: Session) -> Deltas:
    """Seal what has been noted; what that adds to the sums, with what was settled before in this transaction."""
    session = real(session)
    deltas: Deltas = session.info.setdefault("deltas", {})
    if session.in_nested_transaction():
        return deltas
    if session.new or session.dirty or session.deleted:
        session.flush()
    held: dict[tuple[str, str], Any] = session.info.pop("unsealed", {})
    by_table: dict[str, dict[str, Any]] = {}
    for (name, key), what in sorted(held.items(), key=lambda item: item[0]):
        by_table.setdefault(name, {})[key] = what
    for name, rows in by_table.items():
        shape = shape_of(name)
        if shape is not None:
            write(session, shape, _macs(session, shape, rows), deltas)
    return deltas


def _macs(session: Session, shape: Shape, rows: Mapping[str, Any]) -> dict[str, bytes]:
    """Key to seal; empty for a row that is not there."""
    macs: dict[str, bytes] = {}
    looked: list[str] = []
    for key, what in rows.items():
        if isinstance(what, bytes):
            macs[key] = what
        elif what is GONE:
            macs[key] = b""
        else:
            known = _of_object(what)
            if known is None:
                looked.append(key)
            else:
                macs[key] = shape.mac(known)
    for at in range(0, len(looked), CHUNK):
        some = looked[at : at + CHUNK]
        macs |= dict.fromkeys(some, b"")
        for row in session.connection().execute(select(*shape.table.c).where(_named(shape, some))).mappings():
            macs[shape.key_of(dict(row))] = shape.mac(dict(row))
    return macs


def _of_object(what: Any) -> dict[str, Any] | None:
    """The row as the object tells it; None where it has to be read."""
    if what is LOOK:
        return None
    state = inspect(what)
    return row_of(state.mapper, state.dict) if state.persistent else None


def _named(shape: Shape, keys: Sequence[str]) -> Any:
    columns = [shape.table.c[name] for name in shape.key]
    if len(columns) == 1:
        return columns[0].in_([_typed(columns[0], key) for key in keys])
    parts = [tuple(_typed(c, word) for c, word in zip(columns, key.split(SEPARATOR), strict=True)) for key in keys]
    return tuple_(*columns).in_(parts)


def _typed(column: Any, word: str) -> Any:
    return column.type.python_type(word)


def write(session: Session, shape: Shape, macs: Mapping[str, bytes], deltas: Deltas) -> None:
    """Write the seals of rows of one table and add to `deltas` what that changes."""
    connection = session.connection()
    into = (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(SEAL)
    statement = into.on_conflict_do_update(
        index_elements=[SEAL.c.table_name, SEAL.c.record_key],
        set_={"prior": SEAL.c.mac, "mac": into.excluded.mac},
    ).returning(SEAL.c.record_key, SEAL.c.prior)
    number, total = deltas.get(shape.name, (0, 0))
    keys = list(macs)
    for at in range(0, len(keys), CHUNK):
        rows = [{"table_name": shape.name, "record_key": key, "mac": macs[key]} for key in keys[at : at + CHUNK]]
        for key, prior in connection.execute(statement, rows):
            old, new = bytes(prior or b""), macs[key]
            number += bool(new) - bool(old)
            total += weight(new) - weight(old)
    deltas[shape.name] = (number, total % MOST)


def forget(session: Session, name: str) -> None:
    """Take away all seals of a table that is no longer there."""
    session.connection().execute(delete(SEAL).where(SEAL.c.table_name == name))


for _event, _heard in (
    ("before_flush", _before_flush),
    ("after_flush", _flushed),
    ("do_orm_execute", _executed),
    ("after_soft_rollback", _rolled_back),
):
    event.listen(Session, _event, _heard)

__all__ = ["CHUNK", "SEAL", "Deltas", "forget", "joins", "pending", "settle", "touched", "write"]
