"""README's production chapter from an empty PostgreSQL database: what is told works, and what would hurt is refused.

Second factor and the forced change of the first password are walked as a person does, over real sockets.
"""

from __future__ import annotations

import shutil

import pytest
from sqlalchemy import create_engine, text

from tests.arena import postgres_database
from tests.served.conftest import serving
from tests.served.installation import OTHER, Office, Person


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with postgres_database() as url:
        yield Office(tmp_path_factory.mktemp("production") / "data", url)


def test_the_production_chapter_from_an_empty_database(office):
    status, said = office.run("accounts", "create", "sys.wang", "--role", "系统管理员", "--name", "王某")
    assert status and "请先执行 flask --app run prepare" in said and "Traceback" not in said
    assert "请先执行 flask --app run prepare" in office.serve_refuses()
    status, said = office.run("prepare")
    assert status == 0, said
    status, said = office.run("accounts", "create", "unit.x", "--role", "单位经办人", "--name", "某")
    assert status and "系统管理员" in said  # only the three administrators are made here
    firsts = {}
    for username, role, name in (
        ("sys.wang", "系统管理员", "王某"),
        ("sec.li", "安全管理员", "李某"),
        ("aud.zhao", "审计管理员", "赵某"),
    ):
        status, said = office.run("accounts", "create", username, "--role", role, "--name", name)
        assert status == 0, said
        firsts[username] = said.rsplit("：", 1)[1].strip()
    settings = {name: value for name, value in office.environment.items() if name not in ("DATA_DIR", "PORT")}
    with serving(office.home, **settings) as server:
        admins = {}
        for username, first in firsts.items():
            admins[username] = Person(server.port)
            admins[username].enter(username, first)
    status, said = office.run("journal", "verify")
    assert status == 0 and "审计日志完整" in said, said

    # what would hurt is refused by name
    status, said = office.run("journal", "verify", ZHICHENG_MASTER=OTHER)
    assert status and "密钥指纹不符" in said and "给出的是另一把" in said
    assert "密钥指纹不符" in office.serve_refuses(ZHICHENG_MASTER=OTHER)
    status, said = office.run("accounts", "create", "a.b", "--role", "系统管理员", "--name", "某", ZHICHENG_MASTER=None)
    assert status and "没有设置 ZHICHENG_MASTER" in said
    assert not (office.home / "keys" / "master").exists()
    for words in (["prepare"], ["journal", "verify"]):
        status, said = office.run(*words, DEMO="1")
        assert status and "不能以 DEMO=1 打开" in said, said
    assert "不能以 DEMO=1 打开" in office.serve_refuses(DEMO="1")

    # another machine with the same keys knows the database
    shutil.rmtree(office.home / "journal")
    status, said = office.run("journal", "verify")
    assert status == 0 and "没有库外链头记录" in said, said


def test_a_restore_that_lacks_files_an_emptied_journal_and_an_old_schema_are_refused_by_name(office):
    engine = create_engine(office.environment["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        walked = connection.execute(text("SELECT to_regclass('database_stamp')")).scalar()
    if not walked:  # alone, or on another worker than the chapter
        status, said = office.run("prepare")
        assert status == 0, said
    status, said = office.run("db", "downgrade")
    assert status == 0, said
    assert "请先执行 flask --app run prepare" in office.serve_refuses()
    status, said = office.run("journal", "verify")
    assert status and "请先执行 flask --app run prepare" in said
    status, said = office.run("prepare")
    assert status == 0, said
    status, said = office.run("journal", "resume", "--reason", "演练：退回旧版本后重新升级，某某批准")
    assert status == 0, said
    status, said = office.run("journal", "verify")
    assert status == 0, said
    with engine.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("DELETE FROM journal_entry")
        connection.exec_driver_sql("DELETE FROM journal_head")
    status, said = office.run("journal", "verify")
    assert status == 1 and "日志是空的" in said and "比库外记录" in said, said
    engine.dispose()
