"""The last evening, small: a dozen people at once on a real server; everybody has submitted, and once.

`make bench` has it with two hundred, with a killed process and a stopped node.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

import models.registry  # noqa: F401
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.office.journal import JournalEntry
from models.sealed import install_keys
from tests.arena import postgres_database
from tests.served.conftest import ROOT, serving
from tests.served.people import Pace, evening
from workflow.base import journal

PEOPLE = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """(data directory, database) with a crowd in it."""
    if request.param == "sqlite":
        yield tmp_path, f"sqlite:///{tmp_path}/zhicheng.db"
        return
    with postgres_database() as url:
        yield tmp_path, url


def test_everybody_who_comes_on_the_last_evening_has_submitted_once(place):
    home, url = place
    settings = {"DATABASE_URL": url.replace("+psycopg", ""), "WEB_CONCURRENCY": "2"}
    environment = os.environ | {"DATA_DIR": str(home), "DEMO": "1"} | settings
    subprocess.run([sys.executable, "-m", "tests.served.crowd", str(PEOPLE)], cwd=ROOT, env=environment, check=True)
    crowd = json.loads((home / "crowd.json").read_text())
    with serving(home, **settings) as server:
        seen = evening(crowd, lambda: [server.port], Pace(window=2, think=0.2, size=30_000))
    assert set(seen.ends.values()) == {"submitted"}, (seen.ends, seen.bad, seen.told)
    assert seen.faults == {}
    install_keys(bytes.fromhex((home / "keys" / "master").read_text()))
    engine = create_engine(url)
    with Session(engine) as session:
        for _name, key in crowd:
            said = select(JournalEntry.verb, func.count()).where(JournalEntry.subject == f"declaration:{key}")
            times = dict(session.execute(said.group_by(JournalEntry.verb)).tuples().all())
            assert times["submit"] == 1, times
            assert times["promise"] == 2, times  # once when the draft was filled, once this evening
            uploaded = session.scalars(select(Material).where(Material.declaration_id == key)).all()
            assert sum(material.file.name.startswith("最后一晚") for material in uploaded) == 1
            assert session.get_one(Declaration, key).state == "submitted"
        assert list(journal.verify(session)) == []
    engine.dispose()
