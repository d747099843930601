"""A filled database can be upgraded, step by step, and taken back: the demo year loses nothing, on both databases."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import column, except_, inspect, or_, select, table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from tests.migrations import year
from tests.migrations.conftest import MIGRATIONS, bare, settings
from workflow.base import profile
from workflow.declarations import bound, content

STEPS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]

#: What a step after the kept year changes for good in rows that were there: no way back makes it undone.
CHANGED = {
    "5f24153fd8a8": {"poll.wrapped_key"},  # one key under two passphrases: none is left of a counted vote
    "a1f0c2d4000d": {"job.state", "job.sentence"},  # work under way belonged to a process of the old kind
    "c3e58a90f417": {"declaration.publicised_hash"},  # of what was posted, and no longer of what was handed in
    "5b8e1f60d2a7": {"declaration.region_code", "reading.region_code"},  # by the way, and no longer by the seat
}


def revision(engine):
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def begin(url, tmp_path, *words, **more):
    """A command of the product on that database, in a process of its own."""
    place = tmp_path / "machine"
    place.mkdir(exist_ok=True)
    env = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(place), "DEMO": "1", "ZHICHENG_MASTER": year.kept().master}
    env |= more
    line = [sys.executable, "-m", "flask", "--app", "run", *words]
    return subprocess.Popen(
        line, env=env, cwd=MIGRATIONS.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(url, tmp_path, *words, **more):
    """The same, and what it said: status, words, complaints."""
    process = begin(url, tmp_path, *words, **more)
    said, complaints = process.communicate(timeout=300)
    return process.returncode, said, complaints


def test_the_year_of_an_earlier_landing_comes_up_whole(filled, old, tmp_path):
    before = year.rows_of(filled)
    command.upgrade(settings(), "head")
    found = [line.partition(": ") for line in year.differences(before, year.rows_of(filled))]
    meant = set().union(*CHANGED.values())
    assert {(where, what) for where, _, what in found if what != "only after" and where not in meant} == set()
    command.check(settings())  # raises where the models say something else
    for words in (["prepare"], ["journal", "verify", "--no-files"]):
        status, said, complaints = run(old, tmp_path, *words)
        assert status == 0, said + complaints
    assert f"审计日志完整，共 {len(year.rows_of(filled)['journal_entry']['id'])} 条" in said
    status, said, complaints = run(old, tmp_path, "journal", "verify")  # a restore without the files
    assert status == 1 and "附件缺失" in complaints and "请从备份恢复文件存储" in complaints
    env = {"ZHICHENG_MASTER": "ab" * 32}
    status, said, complaints = run(old, tmp_path, "journal", "verify", **env)
    assert status == 1 and "密钥指纹不符" in complaints, complaints


def test_what_was_signed_in_an_earlier_year_still_counts(filled):
    """The digest of the step is that of the product: nobody has to sign again because of an upgrade."""
    command.upgrade(settings(), "head")
    with Session(filled) as session:
        cases = session.scalars(select(Declaration).where(Declaration.state != "draft")).all()
        assert cases and all(content.digest(session, d) == d.content_hash for d in cases)
        assert [d.number for d in cases if bound.lost(session, d)] == []


#: Days that the step takes from the trail, where the product that fills anew knows the nearest paper only.
TOLD_BY_THE_TRAIL = ("first_sent_on", "ended_on")


def test_what_figures_say_of_earlier_years_is_what_the_product_would_write(filled):
    """The step tells it in its own SQL; the product in its own: row by row the same."""
    command.upgrade(settings(), "head")
    with Session(filled) as session:
        held = select(*raw(profile.PROFILE).c)
        assert session.execute(held).first() is not None
        wanted, lying = profile.wanted().subquery(), held.subquery()
        same = [name for name in profile.COLUMNS if name not in TOLD_BY_THE_TRAIL]
        one, other = (select(*(found.c[name] for name in same)) for found in (lying, wanted))
        assert session.execute(except_(one, other)).all() == []
        assert session.execute(except_(other, one)).all() == []
        astray = or_(lying.c.first_sent_on > wanted.c.first_sent_on, lying.c.ended_on < wanted.c.ended_on)
        both = select(lying.c.declaration_id).join(wanted, wanted.c.declaration_id == lying.c.declaration_id)
        assert session.execute(both.where(astray)).all() == []
        assert profile.astray(session) == []


def raw(written):
    """A table as it lies there, words as numbers, truth as the database has it."""
    return table(written.name, *(column(c.name) for c in written.columns))


#: Steps that a landing goes back: the newest; the older ones were gone at theirs. TEST_WHOLE=1 goes all of them.
BACK = STEPS if os.environ.get("TEST_WHOLE") else STEPS[-9:]


def test_every_step_down_and_up_again_loses_no_row(filled):
    now = year.rows_of(filled)
    seen = {year.kept().revision: now}
    for step in STEPS[STEPS.index(year.kept().revision) + 1 :]:
        command.upgrade(settings(), step)
        now = seen[step] = year.rows_of(filled, now)
    for step in BACK[-2::-1]:
        command.downgrade(settings(), step)
        now = year.rows_of(filled, now)
        meant = set().union(*(CHANGED.get(later, set()) for later in STEPS[STEPS.index(step) + 1 :]))
        found = year.differences(seen.get(step, now), now)
        assert [line for line in found if line.split(": ")[0] not in meant] == [], f"down to {step}"
        seen[step] = now
    for step in BACK[1:]:
        command.upgrade(settings(), step)
        now = year.rows_of(filled, now)
        assert year.differences(seen[step], now) == [], f"up again to {step}"
    assert not {name for name in inspect(filled).get_table_names() if name.startswith("aside")}
    command.check(settings())


#: What only releases after the kept year can record.
SINCE = (
    "INSERT INTO ab_role (id, name) VALUES (900, '试行角色')",
    "INSERT INTO role_charter (id, role_id, made, note, state, edition, version)"
    " VALUES (900, 900, TRUE, '试行', 'in_use', 2, 3)",
    "INSERT INTO role_ability (id, charter_id, name, given) VALUES (900, 900, 'menu:证书查询', TRUE)",
    "UPDATE job SET state = 'cancelled', lane = 'long', tries = 2 WHERE id = 8",
    "INSERT INTO job_slot (id, name, slot, job_id) VALUES (900, 'verify', '2026-07-15', 8)",
)


def test_what_only_the_newer_release_knows_comes_back_after_a_time_under_the_older(filled):
    command.upgrade(settings(), "head")
    with filled.begin() as connection:
        for statement in SINCE:
            connection.exec_driver_sql(statement)
    before = year.rows_of(filled)
    command.downgrade(settings(), year.kept().revision)
    assert not {"role_charter", "job_slot"} & year.rows_of(filled).keys()
    assert "cancelled" not in year.rows_of(filled)["job"]["state"]  # the older release knows no such word
    command.upgrade(settings(), "head")
    assert year.differences(before, year.rows_of(filled)) == []


FAILS = """
def upgrade():
    op.create_table("half_way", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("UPDATE person SET name = 'x'")
    op.execute("SELECT * FROM no_such_table")


def downgrade():
    pass
"""


def test_a_step_that_fails_leaves_the_revision_before(filled, further):
    config = further("f00000000001", FAILS)
    before = year.rows_of(filled)
    with pytest.raises(DBAPIError) as failed:
        command.upgrade(config, "head")
    assert revision(filled) == STEPS[-1]  # the steps before it stay done
    assert STEPS[-1] in "".join(failed.value.__notes__)
    assert not inspect(filled).has_table("half_way")
    assert year.rows_of(filled)["person"]["name"] == before["person"]["name"]


def test_a_database_in_use_is_told_in_one_sentence(sqlite_year, tmp_path):
    shutil.copy(sqlite_year, tmp_path / "zhicheng.db")
    with (
        bare(f"sqlite:///{tmp_path}/zhicheng.db", SQLITE_BUSY_MS=10),
        sqlite3.connect(tmp_path / "zhicheng.db") as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CommandError, match="正被另一个程序写入"):
            command.upgrade(settings(), "head")


DANGLES = """
def upgrade():
    op.execute("DELETE FROM person WHERE id IN (SELECT person_id FROM declaration)")


def downgrade():
    pass
"""


def test_a_step_after_which_a_reference_dangles_is_taken_back(filled, further):
    config = further("f00000000002", DANGLES)
    before = year.rows_of(filled)["person"]["id"]
    with pytest.raises((CommandError, DBAPIError)):
        command.upgrade(config, "head")
    assert year.rows_of(filled)["person"]["id"] == before
    assert revision(filled) == STEPS[-1]


INDEX = """
def upgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_person_try", "person", if_exists=True, postgresql_concurrently=True)
        op.create_index("ix_person_try", "person", ["name", "id"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix_person_try", "person", if_exists=True, postgresql_concurrently=True)
"""


def test_an_index_is_made_outside_a_transaction_while_others_read(filled, further):
    config = further("f00000000003", INDEX)
    with filled.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM region").scalar()  # a transaction that stays open
        command.upgrade(config, "head")
    assert "ix_person_try" in {index["name"] for index in inspect(filled).get_indexes("person")}
    assert revision(filled) == "f00000000003"
    command.downgrade(config, STEPS[-1])
    assert "ix_person_try" not in {index["name"] for index in inspect(filled).get_indexes("person")}


def test_what_was_set_aside_comes_back_as_far_as_its_ground_still_stands(filled):
    """The older release runs for a day in between, and somebody takes away the series of a scope that it cannot see."""
    with filled.begin() as connection:
        connection.exec_driver_sql("INSERT INTO series VALUES (900, 900, '试验', 'ZZ')")
        office = connection.exec_driver_sql("SELECT min(id) FROM acceptance_office").scalar()
        connection.exec_driver_sql(f"INSERT INTO acceptance_scope VALUES (900, {office}, 900, NULL)")
    before = year.rows_of(filled)
    command.downgrade(settings(), "a1f0c2d40005")
    with filled.begin() as connection:
        connection.exec_driver_sql("DELETE FROM series WHERE id = 900")
    command.upgrade(settings(), year.kept().revision)
    found = [line.split(":")[0] for line in year.differences(before, year.rows_of(filled))]
    assert {where.split(".")[0] for where in found} == {"series", "acceptance_scope"}
    assert 900 not in year.rows_of(filled)["acceptance_scope"]["id"]


def test_an_empty_database_again_keeps_nothing_aside(filled):
    command.downgrade(settings(), "base")
    assert set(inspect(filled).get_table_names()) <= {"alembic_version"}
