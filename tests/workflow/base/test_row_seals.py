"""Every row the product writes bears a seal: whatever is changed, put in or taken out behind it is named."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.registry import by_table
from tests.conftest import NOON
from workflow.base import roles
from workflow.base.journal import verify
from workflow.base.row_digest import EXEMPT, guarded, short
from workflow.base.unit_of_work import unit_of_work


def test_nothing_written_by_the_product_is_named(make, session):
    account = make.account(roles.HRSS_AUDIT)
    make.declaration()
    session.commit()
    with unit_of_work(account, now=NOON, session=session) as uow:
        uow.record("look", "desk")
    assert list(verify(session, by_table())) == []


def test_each_table_is_guarded_or_exempted_with_a_reason():
    names = [shape.name for shape in guarded()]
    assert len({short(name) for name in names}) == len(names)
    assert not set(names) & set(EXEMPT)
    assert all(len(reason) > 10 for reason in EXEMPT.values())


def test_an_inserted_role_is_named(make, session):
    account, other = make.account(roles.HRSS_AUDIT), make.account(roles.UNIT_OFFICER)
    session.commit()
    role = account.roles[0].id
    session.execute(
        text("INSERT INTO ab_user_role (id, user_id, role_id) VALUES (99999, :u, :r)"), {"u": other.id, "r": role}
    )
    assert [f.reason for f in verify(session, by_table()) if f"ab_user_role:{other.id}/{role}" in f.reason]


def test_seals_are_looked_up_by_the_whole_key_while_statistics_know_of_none(engine, session):
    """PostgreSQL would filter every seal of a table for each five hundred rows of a long import."""
    from workflow.base.row_check import _lookup

    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite takes the key by itself")
    asked = _lookup("postgresql", "organisation", [str(n) for n in range(500)])
    sql = asked.compile(engine, compile_kwargs={"literal_binds": False})
    plan = session.connection().exec_driver_sql("EXPLAIN " + str(sql), sql.params).scalars().all()
    assert any("table_name" in line and "record_key" in line and "Cond" in line for line in plan), plan
