"""Whoever owns the database changes what he likes: every column of every guarded table, on both databases, is named.

The rows are those of the kept year, sealed by the upgrade, so hardly a table is empty.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from alembic import command
from sqlalchemy import UniqueConstraint, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import models.sealed as sealed
from models.accounts.account import SYSTEM_NAME, Account
from models.office.journal import JournalHead
from models.registry import by_table
from tests.migrations import year
from tests.migrations.conftest import PREFIX, bare, settings
from tests.owner import unguarded
from workflow.base import anchor, heads, journal, outside, row_check, stamp
from workflow.base.row_digest import guarded
from workflow.base.row_seals import SEAL
from workflow.base.unit_of_work import attempt
from workflow.office import reference


@contextmanager
def signed_with_its_keys(place):
    """The keys of the kept year and what stands outside of its database, put back to those of the run at the end."""
    before = dict(sealed._keys)
    sealed.install_keys(bytes.fromhex(year.kept().master))
    outside.install(place)
    try:
        yield
    finally:
        outside.install(None)
        sealed._keys.clear()
        sealed._keys.update(before)


def seal(url, place):
    """Bring the year up to date as an upgrade does: its rows sealed, a heading in the journal, its end kept outside."""
    with signed_with_its_keys(place), bare(url) as engine:
        command.upgrade(settings(), "head")
        with Session(engine) as session:
            system = session.scalars(select(Account).where(Account.username == SYSTEM_NAME)).one()
            attempt(system, lambda uow: stamp.bring_up(uow, demonstration=True), session=session)
            attempt(system, lambda uow: reference.load(uow), session=session)  # as `prepare` does after an upgrade
            attempt(system, lambda uow: uow.record("look", "desk"), session=session)


@pytest.fixture(scope="session")
def sealed_file(sqlite_year, tmp_path_factory):
    """The sealed year as a file, and the folder of what stands outside of it."""
    place = tmp_path_factory.mktemp("sealed")
    file = shutil.copy(sqlite_year, place / "year.db")
    seal(f"sqlite:///{file}", place / "outside")
    with create_engine(f"sqlite:///{file}").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return file, place / "outside"


@pytest.fixture(scope="session")
def sealed_template(postgres, postgres_year, tmp_path_factory):
    """The same as a database to copy from."""
    name, place = f"{PREFIX}_sealed", tmp_path_factory.mktemp("sealed") / "outside"
    seal(postgres.make(name, postgres_year), place)
    yield name, place
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def sealed_year(request, tmp_path):
    """The address of a copy of the sealed year; what stands outside of it lies beside, as a copy too."""
    if request.param == "sqlite":
        file, place = request.getfixturevalue("sealed_file")
        shutil.copytree(place, tmp_path / "outside")
        shutil.copy(file, tmp_path / "zhicheng.db")
        yield f"sqlite:///{tmp_path}/zhicheng.db"
        return
    postgres = request.getfixturevalue("postgres")
    template, place = request.getfixturevalue("sealed_template")
    shutil.copytree(place, tmp_path / "outside")
    yield postgres.make(f"{PREFIX}_owned", template)
    postgres.drop(f"{PREFIX}_owned")


@pytest.fixture
def owned(sealed_year, tmp_path):
    """A session on the sealed year as whoever owns the database has it: no references, no checks, no keys asked."""
    with signed_with_its_keys(tmp_path / "outside"), bare(sealed_year) as engine, engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            for pragma in ("foreign_keys=OFF", "ignore_check_constraints=ON"):  # outside of any transaction
                connection.connection.driver_connection.execute("PRAGMA " + pragma)
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        connection.commit()
        with Session(connection) as session:
            yield session


@contextmanager
def undone(session):
    """Whatever is done within is taken back."""
    yield
    session.rollback()
    session.expunge_all()


def named(session, name):
    """What the verification says of one table."""
    (shape,) = (shape for shape in guarded() if shape.name == name)
    sums = heads.added(list(session.scalars(select(JournalHead))))
    return [sentence for _, sentence in row_check._table(session, shape, sums)]


def all_named(session):
    return [fault.reason for fault in journal.verify(session, by_table())]


def other(value, step):
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + 900_000 + step
    if isinstance(value, float):
        return value + 1
    if isinstance(value, datetime):
        return value + timedelta(seconds=1)
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, (bytes, memoryview)):
        value = bytes(value)
        return value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
    if isinstance(value, str) and value[:1] in '{["':
        return '{"a":1}' if value != '{"a":1}' else "[]"
    if isinstance(value, str):
        last = {"0": "1", "9": "8"}.get(value[-1:], "0") if value[-1:].isdigit() else "甲" if value else "x"
        return value[:-1] + (last if last != value[-1:] else "乙")
    return value


def put(session, shape, column, key, step):
    """Change one column of one row past the product; whether the database let it pass."""
    where = " AND ".join(f'"{name}" = :k_{name}' for name in shape.key)
    keys = {f"k_{name}": value for name, value in zip(shape.key, key, strict=True)}
    kind = str(shape.table.c[column].type).upper()
    cast = "CAST(:v AS JSON)" if kind == "JSON" and session.connection().dialect.name == "postgresql" else ":v"
    read = f'CAST("{column}" AS TEXT)' if kind == "JSON" else f'"{column}"'
    was = session.scalar(text(f'SELECT {read} FROM "{shape.name}" WHERE {where}'), keys)
    new = other(was, step)
    if was is None:
        new = {"INTEGER": 900_001, "DATE": date(2020, 1, 1), "DATETIME": datetime(2020, 1, 1), "BOOLEAN": True}.get(
            kind, b"x" if kind in ("BLOB", "BYTEA") or "BINARY" in kind else "{}" if kind == "JSON" else "1"
        )
        if kind.startswith(("NUMERIC", "FLOAT")):
            new = 7
    if session.connection().dialect.name == "sqlite" and isinstance(new, (date, datetime)):
        new = str(new)
    near = (1, 2, 0) if was is None else [v for v in (was + 1, was - 1, 1, 0) if v != was] if _counts(was) else ()
    return any(
        _written(session, shape, column, cast, where, keys, new) for new in (new, *(near if _counts(new) else ()))
    )


def _counts(value):
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _written(session, shape, column, cast, where, keys, new):
    """Whether the database let that value pass: bounds of a number stand in the table too."""
    point = session.begin_nested()
    try:
        session.execute(text(f'UPDATE "{shape.name}" SET "{column}" = {cast} WHERE {where}'), keys | {"v": new})
        session.flush()
    except DBAPIError:
        point.rollback()
        return False
    point.commit()
    return True


def passes(columns, rows):
    """Columns in groups, each with as many rows, so that one look at a table finds a group."""
    for at in range(0, len(columns), max(1, len(rows))):
        yield list(zip(columns[at : at + len(rows)], rows, strict=False))


def test_every_column_of_every_guarded_table_is_named(owned):
    assert all_named(owned) == []
    changed, missed, refused, empty = 0, [], [], []
    for shape in guarded():
        keys = [tuple(row) for row in owned.execute(select(*(shape.table.c[n] for n in shape.key)).limit(60))]
        if not keys:
            empty.append(shape.name)
            continue
        for group in passes([name for name, _ in shape.columns], keys):
            with undone(owned):
                done = [
                    (column, key) for step, (column, key) in enumerate(group) if put(owned, shape, column, key, step)
                ]
                refused += [f"{shape.name}.{column}" for column, key in group if (column, key) not in done]
                said = "\n".join(named(owned, shape.name))
                for column, key in done:
                    changed += 1
                    if f"{shape.name}:{'/'.join(map(str, key))} " not in said:
                        missed.append(f"{shape.name}.{column}")
    assert missed == []
    assert changed > 500, (changed, refused)
    assert len(refused) < 25, refused
    assert len(empty) < 45, empty  # tables younger than the kept year that only a verb fills


def test_a_deleted_row_is_named_in_every_table_and_its_table_when_the_seal_goes_too(owned):
    for shape in guarded():
        columns = [shape.table.c[name] for name in shape.key]
        row = owned.execute(select(*columns).limit(1)).first()
        if row is None:
            continue
        gone = shape.table.delete().where(*(c == value for c, value in zip(columns, row, strict=True)))
        key = "\x1f".join(map(str, row))
        with undone(owned):
            owned.connection().execute(gone)
            assert any("不见了" in sentence for sentence in named(owned, shape.name)), shape.name
            owned.connection().execute(SEAL.delete().where(SEAL.c.table_name == shape.name, SEAL.c.record_key == key))
            assert any("合计与链头不符" in sentence for sentence in named(owned, shape.name)), shape.name


def copy_of(session, shape, **other_values):
    row = dict(session.execute(select(*shape.table.c).limit(1)).mappings().one())
    alone = [c.columns for c in shape.table.constraints if isinstance(c, UniqueConstraint)]
    alone += [index.columns for index in shape.table.indexes if index.unique]
    for column in {column for columns in alone for column in columns} | {c for c in shape.table.c if c.unique}:
        row[column.name] = other(row[column.name], 3)
    if "id" in row:
        row["id"] = (session.scalar(select(func.max(shape.table.c.id))) or 0) + 7
    session.connection().execute(shape.table.insert().values(row | other_values))
    return row


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("certificate", {"number": "A08259999999999001", "token": "f" * 32, "holder_name": "李鬼"}),
        ("certificate_number", {"number": "A08259999999999002", "serial": 9999}),
        ("score", {"points": 9900, "item_id": 99_999}),
        ("quota", {"unit_id": 99_999, "approved": 50}),
        ("ab_user_role", {"role_id": 99_999}),
        ("recusal", {"expert_id": 99_999}),
        ("setting", {"name": "ballot_minimum", "value": "1"}),
        ("blacklist_entry", {}),
    ],
)
def test_an_inserted_row_is_named_also_under_the_seal_of_another(owned, name, values):
    (shape,) = (shape for shape in guarded() if shape.name == name)
    assert owned.execute(select(*shape.table.c).limit(1)).first() is not None, f"no {name} in the kept year"
    first = shape.key_of(owned.execute(select(*shape.table.c).limit(1)).mappings().one())
    with undone(owned):
        row = copy_of(owned, shape, **values) | values
        key = shape.key_of(row)
        assert any("没有封印" in sentence for sentence in named(owned, name))
        borrowed = select(SEAL.c.mac).where(SEAL.c.table_name == name, SEAL.c.record_key == first).scalar_subquery()
        owned.connection().execute(SEAL.insert().values(table_name=name, record_key=key, mac=borrowed))
        assert any("与封印不符" in sentence for sentence in named(owned, name))


def test_an_old_row_put_back_with_its_old_seal_is_seen(owned):
    name = "certificate"
    (shape,) = (shape for shape in guarded() if shape.name == name)
    row = dict(owned.execute(select(*shape.table.c).limit(1)).mappings().one())
    was = row["document"]
    mine = (SEAL.c.table_name == name, SEAL.c.record_key == str(row["id"]))
    old_seal = bytes(owned.scalar(select(SEAL.c.mac).where(*mine)))
    system = owned.scalars(select(Account).where(Account.username == SYSTEM_NAME)).one()
    owned.commit()

    def correct(uow):
        record = uow.session.get_one(by_table()[name], row["id"])
        record.document = "湘职改〔2026〕9号"
        uow.record("touch", record)

    attempt(system, correct, session=owned)
    assert named(owned, name) == []
    with undone(owned):
        owned.execute(text("UPDATE certificate SET document = :s WHERE id = :id"), {"s": was, "id": row["id"]})
        owned.connection().execute(SEAL.update().where(*mine).values(mac=old_seal))
        assert any("合计与链头不符" in sentence for sentence in named(owned, name))


def test_an_emptied_journal_a_cut_tail_and_an_old_head_are_named(owned):
    line = anchor.line(owned)
    owned.rollback()
    with undone(owned), unguarded(owned.connection()) as connection:
        for table in ("journal_entry", "journal_head", "row_seal"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        said = all_named(owned)
        assert any("日志是空的" in sentence for sentence in said)
        assert any("比库外记录" in sentence for sentence in said)
        assert list(anchor.faults(owned, [line]))
    for cut in (1, 5, 20):
        with undone(owned), unguarded(owned.connection()) as connection:
            last = connection.exec_driver_sql("SELECT chain, seq FROM journal_head ORDER BY seq DESC LIMIT 1").one()
            connection.execute(
                text("DELETE FROM journal_entry WHERE chain = :c AND seq > :s"), {"c": last.chain, "s": last.seq - cut}
            )
            connection.execute(
                text(
                    "UPDATE journal_head SET seq = :s, seal = (SELECT seal FROM journal_entry WHERE chain = :c"
                    " AND seq = :s) WHERE chain = :c"
                ),
                {"c": last.chain, "s": last.seq - cut},
            )
            said = all_named(owned)
            assert any("链头不是由本系统密钥封存" in sentence for sentence in said), (cut, said)
            assert list(anchor.faults(owned, [line]))
    assert all_named(owned) == []


def test_without_its_triggers_the_journal_says_so_and_with_them_nothing_is_deleted(owned):
    with pytest.raises(DBAPIError), undone(owned):
        if owned.connection().dialect.name == "postgresql":
            owned.connection().exec_driver_sql("SET LOCAL session_replication_role = origin")
        owned.execute(text("DELETE FROM journal_entry"))
    owned.rollback()
    with undone(owned):
        on = " ON journal_entry" if owned.connection().dialect.name == "postgresql" else ""
        owned.execute(text(f"DROP TRIGGER journal_entry_delete{on}"))
        assert any("触发器 journal_entry_delete 不见了" in sentence for sentence in all_named(owned))
