"""Change of the master key: everything that is bound to it is made anew in one transaction, so there is no half way.

Before anything is written the whole journal is verified under the old key: what was bent must not be sealed as if it
were ours. Then personal data is encrypted again, its blind indexes with it, every row is sealed, every entry and head
of the journal is signed, and the stamp bears the fingerprint of the new key. Whoever kills it leaves the old state
whole. The public half of the old signing key goes into the journal: lines that were kept elsewhere are believed on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Table, bindparam, delete, inspect, select, tuple_, update
from sqlalchemy.orm import Session

from models import sealed
from models.base import metadata
from models.office import append_only
from models.office.journal import JournalEntry, JournalHead
from models.office.list_choice import SavedQuery
from models.office.seal import DatabaseStamp, ResealDue
from models.register.person import Person
from models.registry import by_table
from models.sealed import Sealed, mac, under
from workflow.base import anchor, heads, journal, outside, row_check, stamp
from workflow.base.errors import NotNow, Refused
from workflow.base.row_digest import guarded
from workflow.base.row_seals import SEAL, Deltas
from workflow.base.unit_of_work import UnitOfWork

#: Rows read and written at once.
STRIDE = 1_000
#: How the number of a person stands in a saved query.
_WORD = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
Tell = Callable[[str], None]
#: What other rooms have bound to the key: each is called with the session, the old key and the new one.
_BOUND: list[Callable[[Session, bytes, bytes], None]] = []


def bound_to_key(change: Callable[[Session, bytes, bytes], None]) -> Callable[[Session, bytes, bytes], None]:
    """Decorator: what a room has signed or sealed with a key of its own is made anew by this function."""
    _BOUND.append(change)
    return change


def change(uow: UnitOfWork, old: bytes, new: bytes, *, tell: Tell = lambda _: None) -> None:
    """Bind this database to `new` instead of `old`; from here on this process works with the new key.

    Refused: the same key, an upgrade that is not sealed yet, tables set aside by a downgrade, a journal or rows that do
    not verify.
    """
    if old == new:
        raise Refused("新密钥与现在的相同，没有更换；请用 flask --app run keys new 另生成一把。")
    session = uow.session
    sealed.install_keys(old)  # begun again by the unit of work, this process may know the new one already
    _refuse_unfit(session)
    tell("正在用现在的密钥完整核验")
    if fault := next(journal.verify(session, by_table()), None):
        raise Refused(
            f"核验没有通过，没有更换：{fault.reason}。更换会把现状重新封存，须先查明；"
            "请执行 flask --app run journal verify，由审计管理员处理后再更换。"
        )
    former = anchor.public_key()
    connection = session.connection()
    for statement in append_only.removals(connection.dialect.name):
        connection.exec_driver_sql(statement)
    words = _words(session)
    for table in metadata.sorted_tables:
        if any(isinstance(column.type, Sealed) for column in table.columns):
            tell(f"正在重新加密 {table.name}")
            _encrypt(session, table, old, new, words)
    _saved_queries(session, words)
    for bound in _BOUND:
        bound(session, old, new)
    session.expire_all()
    sealed.install_keys(new)
    tell("正在重新签署审计日志")
    _sign(session)
    tell("正在重新封存各表的记录")
    connection.execute(delete(SEAL))
    deltas: Deltas = {}
    row_check.seal_tables(session, [shape.name for shape in guarded()], deltas)
    for turn, head in enumerate(session.scalars(select(JournalHead).order_by(JournalHead.chain)).all()):
        heads.close(head, {}, {} if turn else deltas)
    session.flush()
    _stamp(session)
    for statement in append_only.statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
    uow.record(anchor.CHANGED, "journal:*", label="更换主密钥", former=former, now=anchor.public_key())


def keep_outside(session: Session) -> None:
    """The heads beside the database under the new key; after the commit."""
    for head in session.scalars(select(JournalHead).order_by(JournalHead.chain)):
        outside.keep(outside.Head.of(head))


def _refuse_unfit(session: Session) -> None:
    there = inspect(session.connection()).get_table_names()
    if any(re.fullmatch(r"aside(_\d+)?", name) for name in there):
        raise NotNow(
            "库中还有退回版本时搁置的表（aside），其中的个人信息由现在的密钥加密；"
            "请先升级使其归位（docs/migrations.md），再更换。"
        )
    if session.scalar(select(ResealDue.table_name).limit(1)) is not None:
        raise NotNow("升级后还没有重新封存；请先执行 flask --app run prepare，再更换主密钥。")


def _encrypt(session: Session, table: Table, old: bytes, new: bytes, words: dict[str, str]) -> None:
    """Read with the old key and write with the new one; of persons the blind indexes too."""
    columns = [column for column in table.columns if isinstance(column.type, Sealed)]
    keys = list(table.primary_key)
    persons = table.name == Person.__tablename__
    change = (
        update(table)
        .where(*(key == bindparam(f"of_{key.name}") for key in keys))
        .values({column.name: bindparam(f"to_{column.name}", type_=column.type) for column in columns})
    )
    indexes = ("id_index", "id_tail_index", "phone_index") if persons else ()
    change = change.values({name: bindparam(f"to_{name}") for name in indexes}) if persons else change
    for rows in _rows(session, table, keys, [*columns, *(table.c[name] for name in indexes)], old):
        with under(new):
            told = []
            for row in rows:
                values = {f"of_{key.name}": row[key.name] for key in keys}
                values |= {f"to_{column.name}": row[column.name] for column in columns}
                if persons:
                    values |= _indexes(row, words)
                told.append(values)
            session.connection().execute(change, told)


def _rows(session: Session, table: Table, keys: Any, columns: Any, old: bytes) -> Iterator[list[dict[str, Any]]]:
    after: tuple[Any, ...] | None = None
    while True:
        query = select(*keys, *columns).order_by(*keys).limit(STRIDE)
        if after is not None:
            query = query.where(keys[0] > after[0] if len(keys) == 1 else tuple_(*keys) > after)
        with under(old):
            rows = [dict(row) for row in session.connection().execute(query).mappings()]
        if not rows:
            return
        after = tuple(rows[-1][key.name] for key in keys)
        yield rows


def _indexes(row: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    number, phone = row["id_number"], row["phone"]
    found = {
        "id_index": sealed.blind_index(number),
        "id_tail_index": sealed.blind_index("tail:" + number[-6:]),
        "phone_index": sealed.blind_index(phone) if phone else None,
    }
    for name, index in found.items():
        if row[name] is not None and index is not None and (was := bytes(row[name]).hex()) in words:
            words[was] = index.hex()
    return {f"to_{name}": index for name, index in found.items()}


def _words(session: Session) -> dict[str, str]:
    """The blind indexes that saved queries ask for, to be given their new ones."""
    return {word: "" for text in session.scalars(select(SavedQuery.conditions)) for word in _WORD.findall(text)}


def _saved_queries(session: Session, words: dict[str, str]) -> None:
    """A query for a number nobody has would find nobody under the new key either: it goes."""
    table = SavedQuery.__table__
    for key, text in session.execute(select(SavedQuery.id, SavedQuery.conditions)).all():
        named = _WORD.findall(text)
        if any(not words[word] for word in named):
            session.connection().execute(delete(table).where(table.c.id == key))
        elif named:
            told = _WORD.sub(lambda found: words[found[0]], text)
            session.connection().execute(update(table).where(table.c.id == key).values(conditions=told))


def _sign(session: Session) -> None:
    """Every entry under the new key; what it says, and its seal, stand."""
    table, after = JournalEntry.__table__, 0
    change = update(table).where(table.c.id == bindparam("of")).values(mac=bindparam("to"))
    while True:
        query = select(table.c.id, table.c.seal).where(table.c.id > after).order_by(table.c.id).limit(STRIDE)
        rows = session.connection().execute(query).all()
        if not rows:
            return
        after = rows[-1].id
        session.connection().execute(change, [{"of": row.id, "to": mac(row.seal.encode())} for row in rows])


def _stamp(session: Session) -> None:
    table = DatabaseStamp.__table__
    row = dict(session.connection().execute(select(table)).mappings().one())
    session.connection().execute(update(table).values(stamp.signed_anew(row)))
