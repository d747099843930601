"""Any part of a name finds its organisation: whatever the names, however they came into the register."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.register.organisation import OrganisationGram
from workflow.register import name_index
from workflow.register.pinyin import initials

NAMES = st.text("湘雅中南大学医院有限责任公司长沙重庆Aａb1（） .", min_size=1, max_size=14)


def pieces(session):
    """Piece to the organisations it leads to."""
    found = {}
    for gram, members in session.execute(select(OrganisationGram.gram, OrganisationGram.members)):
        found.setdefault(gram, set()).update(name_index.unpack(members))
    return found


def expected(named):
    found = {}
    for key, name, pinyin in named:
        for gram in name_index.grams(name, pinyin):
            found.setdefault(gram, set()).add(key)
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, max_size=30), st.lists(NAMES, max_size=4), st.integers(0, 3))
def test_many_names_and_single_ones_are_cut_alike(session, many, single, apart):
    session.query(OrganisationGram).delete()
    named = [(n * (apart + 1) + 1, name, initials(name)) for n, name in enumerate(many + single)]
    first, last = named[: len(many)], named[len(many) :]
    name_index.enter_many(session, first)
    for one in last:
        name_index.enter(session, *one)
    assert pieces(session) == expected(named)
    name_index.enter_many(session, named)  # again, in other packs
    name_index.enter(session, *named[0]) if named else None
    assert pieces(session) == expected(named)


def test_long_runs_are_kept_in_rows_of_a_size(session):
    named = [(n, "湘雅医院", "xyyy") for n in range(1, 2 * name_index.PACK + 2)]
    name_index.enter_many(session, named)
    rows = list(session.scalars(select(OrganisationGram).where(OrganisationGram.gram == "湘雅")))
    assert [(row.first, len(row.members) // 4) for row in rows] == [(1, 240), (241, 240), (481, 1)]


def test_the_index_is_made_anew_from_the_names(make, session, app):
    unit = make.organisation(name="中南大学湘雅医院")
    session.query(OrganisationGram).delete()
    assert name_index.missing(session)
    assert "共 " in app.test_cli_runner().invoke(args=["organisation", "index"]).output
    assert unit.id in pieces(session)["湘雅"] and not name_index.missing(session)
    assert app.test_cli_runner().invoke(args=["organisation", "index", "--if-empty"]).output == ""
