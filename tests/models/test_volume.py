"""A province of invented declarations is filled under every constraint, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.orm import Session

from benchmarks import seed
from models.accounts.account import Account
from models.base import metadata
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.reading import Reading
from models.register.person import Person
from models.sealed import install_keys
from tests.arena import postgres_database
from workflow.base import reading

MANY = 400


@pytest.fixture
def province(filled):
    """(scene, engine) of a filled database, with the keys that open it."""
    install_keys(seed.MASTER)
    return filled


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request, tmp_path_factory):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('province')}/full.db"
        yield from _filled(url)
        return
    with postgres_database() as url:
        yield from _filled(url)


def _filled(url):
    scene = seed.build(url, MANY)
    engine = create_engine(url)
    yield scene, engine
    engine.dispose()


def test_there_are_as_many_declarations_as_were_asked_for_and_all_can_be_read(province):
    scene, engine = province
    with Session(engine) as session:
        assert session.scalar(select(func.count(Declaration.id))) == MANY
        person = session.scalars(select(Person).order_by(Person.id.desc()).limit(1)).one()
        assert person.id_number[:2].isdigit() and person.id_index
        assert session.scalar(select(func.count(RouteStep.id))) > MANY
        assert set(scene.accounts) == set(seed.DESKS)
        assert session.get_one(Account, scene.accounts["领导"]).username == "leader"


def test_the_keys_of_every_reader_are_as_the_rules_say(province):
    _, engine = province
    with Session(engine) as session:
        kept = set(session.execute(select(Reading.reader, Reading.declaration_id)).tuples())
        assert kept
        assert reading.astray(session) == []


def test_no_index_and_no_reference_is_missing_afterwards(province):
    _, engine = province
    found = inspect(engine)
    for table in metadata.sorted_tables:
        named = {index["name"] for index in found.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= named, table.name
        wanted = {(tuple(c.column_keys), c.referred_table.name) for c in table.foreign_key_constraints}
        have = {(tuple(k["constrained_columns"]), k["referred_table"]) for k in found.get_foreign_keys(table.name)}
        assert wanted <= have, table.name
