"""Are the rows what the product wrote? Row by row against the seals, and the seals against the sums of the heads."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, String, func, inspect, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from models.office import append_only
from models.office.seal import DatabaseStamp, ResealDue
from workflow.base.errors import Refused
from workflow.base.heads import Sums
from workflow.base.row_digest import (
    SEPARATOR,
    SIZE,
    Shape,
    attributes,
    guarded,
    joined,
    must,
    opened,
    row_of,
    shape_of,
    short,
    weight,
)
from workflow.base.row_seals import CHUNK, MOST, SEAL, Deltas, pending, real, write

#: Rows looked at between two questions for their seals.
STRIDE = 2_000
Found = Iterator[tuple[str, str]]
UNREADABLE = b"?" * SIZE
BEHIND = "曾被绕过系统改动"


def faults(session: Session, sums: Sums | None, tell: Callable[[str], None] = lambda _: None) -> Found:
    """(record, sentence) for each row that was changed, put in or taken out behind the product; then the sums."""
    there = set(inspect(session.connection()).get_table_names())
    if sums is None:
        yield "", "行封印的合计打不开：链头缺失，或不是由本系统密钥封存"
    elif b"\xff\xff\xff" in sums:
        yield "", "链头的合计曾被改动过，此后的合计都不可信"
    due = set(session.connection().scalars(select(ResealDue.table_name))) if "reseal_due" in there else set()
    for name in sorted(due):
        yield "", f"表 {name} 在升级后还没有重新封存；请执行 flask --app run prepare"
    for shape in guarded():
        if shape.name not in there:
            yield shape.name, f"表 {shape.name} 不见了"
            continue
        tell(shape.name)
        yield from _table(session, shape, sums)


def _table(session: Session, shape: Shape, sums: Sums | None) -> Found:
    count = total = met = 0
    for chunk in _chunks(session, shape):
        seals = _seals(session, shape, list(chunk))
        for key, mac in chunk.items():
            known = seals.get(key)
            if known is None or not known:
                yield _named(shape, key), f"记录 {_named(shape, key)} 没有封印，是绕过系统写入的"
                continue
            met += 1
            count, total = count + 1, (total + weight(known)) % MOST
            if not hmac.compare_digest(mac, known):
                yield _named(shape, key), f"记录 {_named(shape, key)} 与封印不符，{BEHIND}"
    of = select(func.count()).select_from(SEAL).where(SEAL.c.table_name == shape.name, func.length(SEAL.c.mac) > 0)
    if (session.connection().scalar(of) or 0) > met:
        for key, mac in _orphans(session, shape):
            count, total = count + 1, (total + weight(mac)) % MOST
            yield _named(shape, key), f"记录 {_named(shape, key)} 不见了，是绕过系统删除的"
    if sums is not None and sums.get(short(shape.name), (0, 0)) != (count, total):
        yield shape.name, f"表 {shape.name} 的封印合计与链头不符：有记录连同封印被删除、加入，或被换回旧的内容"


def _named(shape: Shape, key: str) -> str:
    return f"{shape.name}:{key.replace(SEPARATOR, '/')}"


def _chunks(session: Session, shape: Shape) -> Iterator[dict[str, bytes]]:
    """Key to seal as the rows stand now, some thousand at a time."""
    order = [shape.table.c[name] for name in shape.key]
    rows = select(*shape.read(raw=True)).order_by(*order).execution_options(yield_per=STRIDE)
    chunk: dict[str, bytes] = {}
    given = 0
    try:
        with session.connection().execute(rows) as found:
            for row in map(dict, found.mappings()):
                chunk[shape.key_of(row)] = _mac(shape, row)
                if len(chunk) == STRIDE:
                    yield chunk
                    given, chunk = given + STRIDE, {}
    except (ValueError, TypeError, LookupError):  # a value that is none of its kind: row by row, until it is found
        chunk = {}
        for key in session.connection().execute(select(*order).order_by(*order).offset(given)).all():
            chunk[joined(key)] = _alone(session, shape, order, key)
    if chunk:
        yield chunk


def _mac(shape: Shape, row: Any) -> bytes:
    try:
        return shape.mac(opened(shape, row))
    except Exception:  # whatever cannot be read was not written by us
        return UNREADABLE


def _alone(session: Session, shape: Shape, order: Sequence[Any], key: Any) -> bytes:
    one = select(*shape.read(raw=True)).where(*(c == value for c, value in zip(order, key, strict=True)))
    try:
        return _mac(shape, session.connection().execute(one).mappings().one())
    except Exception:
        return UNREADABLE


def _seals(session: Session, shape: Shape, keys: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    connection = session.connection()
    for at in range(0, len(keys), CHUNK):
        rows = _lookup(connection.dialect.name, shape.name, keys[at : at + CHUNK])
        found |= {key: bytes(mac) for key, mac in connection.execute(rows)}
    return found


def _lookup(dialect: str, name: str, keys: Sequence[str]) -> Select[Any]:
    """The seals of these rows of a table, each looked up by its whole key.

    In a transaction that has itself written a hundred thousand seals PostgreSQL's statistics know of none of them, and
    `record_key IN` becomes a filter over every seal of the table; LATERAL leaves it no other way than the key.
    """
    if dialect != "postgresql":
        return select(SEAL.c.record_key, SEAL.c.mac).where(SEAL.c.table_name == name, SEAL.c.record_key.in_(keys))
    wanted = func.unnest(literal(list(keys), ARRAY(String))).table_valued("key", name="wanted").render_derived()
    mine = (SEAL.c.table_name == name, SEAL.c.record_key == wanted.c.key)
    seal = select(SEAL.c.mac).where(*mine).limit(1).lateral("seal")
    return select(wanted.c.key, seal.c.mac).join_from(wanted, seal, true())


def _orphans(session: Session, shape: Shape) -> Iterator[tuple[str, bytes]]:
    columns = [shape.table.c[name] for name in shape.key]
    there = {joined(row) for row in session.connection().execute(select(*columns))}
    rows = select(SEAL.c.record_key, SEAL.c.mac).where(SEAL.c.table_name == shape.name, func.length(SEAL.c.mac) > 0)
    for key, mac in session.connection().execute(rows):
        if key not in there:
            yield key, bytes(mac)


def without_triggers(session: Session) -> Iterator[str]:
    """The triggers that keep the journal and are gone."""
    dialect = session.connection().dialect.name
    ask = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        " AND tgrelid IN ('journal_entry'::regclass, 'journal_head'::regclass)",
    }[dialect]
    there = set(session.connection().exec_driver_sql(ask).scalars())
    for name in sorted(append_only.names(dialect) - there):
        yield f"保护审计日志的触发器 {name} 不见了；请查明原因后执行 flask --app run prepare 重建"


def count(session: Session) -> int:
    """How many rows bear a seal."""
    return session.connection().scalar(select(func.count()).select_from(SEAL).where(func.length(SEAL.c.mac) > 0)) or 0


def emptied(session: Session) -> str:
    """A sentence where a database that was prepared has no journal at all."""
    stamped = session.scalar(select(DatabaseStamp.id).limit(1)) is not None
    sealed = session.connection().scalar(select(func.count()).select_from(SEAL))
    return "审计日志是空的，而数据库已经启用过：日志被清空" if stamped or sealed else ""


# -- a row is used ---------------------------------------------------------------------------------------


def held(session: Session, records: Sequence[Any]) -> list[Any]:
    """Those of the records that are not what the product wrote. What this transaction itself has written, is."""
    wrong: list[Any] = []
    session = real(session)
    own = pending(session)
    by_shape: dict[str, dict[str, Any]] = {}
    for record in records:
        state = inspect(record)
        name = state.mapper.local_table.name
        key = joined(state.mapper.primary_key_from_instance(record))
        if (name, key) not in own and not state.modified and shape_of(name) is not None:
            by_shape.setdefault(name, {})[key] = record
    for name, rows in by_shape.items():
        shape = must(name)
        seals = _seals(session, shape, list(rows))
        for key, record in rows.items():
            if not hmac.compare_digest(_now(record, shape), seals.get(key, b"")):
                wrong.append(record)
    return wrong


def _now(record: Any, shape: Shape) -> bytes:
    state = inspect(record)
    values = row_of(state.mapper, state.dict)
    if values is None:
        values = {column: getattr(record, attribute) for column, attribute in attributes(state.mapper)}
    return shape.mac(values)


def demand(session: Session, records: Sequence[Any], what: str) -> None:
    """Refuse to go on where one of the records was written past the product."""
    if wrong := held(session, records):
        named = "、".join(f"{record.__tablename__}:{inspect(record).identity[0]}" for record in wrong[:3])
        raise Refused(
            f"{what}与封存的内容不符（{named}），可能被绕过系统改动，不能据以办理；"
            "请立即报告审计管理员核验审计日志（GB/T 22239-2019 8.1.4.7）。"
        )


def forged_account(session: Session, account: Any) -> str:
    """A sentence where the account, or a role it holds, was written past the product; empty where all is well."""
    session = real(session)
    shape = must("ab_user_role")
    join = shape.table
    found = session.connection().execute(select(*join.c).where(join.c.user_id == account.id)).mappings()
    rows: list[dict[str, Any]] = [dict(row) for row in found]
    own = pending(session)
    seals = _seals(session, shape, [shape.key_of(row) for row in rows])
    roles = all(
        (shape.name, key) in own or hmac.compare_digest(shape.mac(row), seals.get(key, b""))
        for row in rows
        for key in (shape.key_of(row),)
    )
    if roles and not held(session, [account]):
        return ""
    return (
        "本账号或它的角色与封存的内容不符，可能被绕过系统改动或授予，暂不能使用；"
        "请联系审计管理员核验审计日志（GB/T 22239-2019 8.1.4.2）。"
    )


# -- sealing what was there before --------------------------------------------------------------------------


def seal_tables(session: Session, names: Sequence[str], deltas: Deltas) -> dict[str, int]:
    """Seal the rows of these tables as they stand; how many of each were new or different. For an upgrade, and for
    what was filled in bulk."""
    told: dict[str, int] = {}
    for name in names:
        shape = shape_of(name)
        if shape is None:
            continue
        changed = 0
        for chunk in _chunks(session, shape):
            seals = _seals(session, shape, list(chunk))
            new = {key: mac for key, mac in chunk.items() if seals.get(key) != mac}
            if unreadable := [key for key, mac in new.items() if mac == UNREADABLE]:
                raise Refused(f"表 {name} 的记录 {unreadable[0]} 读不出来（密钥不对，或内容损坏），不能封存。")
            write(session, shape, new, deltas)
            changed += len(new)
        gone = {key: b"" for key, _ in _orphans(session, shape)}
        write(session, shape, gone, deltas)
        if changed or gone:
            told[name] = changed + len(gone)
    return told
