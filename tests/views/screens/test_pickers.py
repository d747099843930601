"""Pickers of organisations: any part of a name, former names, initials and codes; and no NUL gets anywhere."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles
from workflow.register import name_search, organisation
from workflow.register.name_index import folded


@pytest.fixture
def clerk(make):
    return make.account(roles.HRSS_CONFIG)


@pytest.fixture
def find(browser, clerk):
    client = browser(clerk)
    return lambda q, name="Organisation", **given: client.get(f"/lookup/{name}", query_string={"q": q} | given).json[
        "results"
    ]


def texts(found):
    return [one["text"] for one in found]


def test_a_unit_is_found_by_any_two_characters_of_its_name(make, find):
    make.organisation(name="中南大学湘雅医院", pinyin="zndxxyyy")
    for q in ("湘雅", "大学湘雅", "雅医", "医院", "中南", "zndx", "xyyy", "XYY", "中南 医院"):
        assert "中南大学湘雅医院" in texts(find(q)), q
    for q in ("湘潭", "雅湘", "xyyyy", "医院 湘潭"):
        assert find(q) == [], q


def test_the_very_name_comes_first_then_what_begins_so_then_what_holds_it(make, find):
    for name in ("南县湘雅医院分院", "湘雅医院分院", "湘雅医院", "中南大学湘雅医院"):
        make.organisation(name=name)
    assert texts(find("湘雅医院")) == ["湘雅医院", "湘雅医院分院", "南县湘雅医院分院", "中南大学湘雅医院"]


def test_a_name_with_characters_left_out_is_found_where_nothing_else_is(make, find):
    make.organisation(name="中南大学湘雅二医院")
    assert texts(find("湘雅二院")) == ["中南大学湘雅二医院"]
    make.organisation(name="长沙湘雅二院")
    assert texts(find("湘雅二院")) == ["长沙湘雅二院"]


def test_capital_and_full_width_letters_are_the_same(make, find):
    make.organisation(name="湖南ＡＢ科技（集团）公司")
    assert texts(find("ab科技")) == texts(find("AB科技(集团)")) == ["湖南ＡＢ科技（集团）公司"]


def test_a_former_name_finds_the_unit_and_says_so(make, as_, clerk, find, session):
    unit = make.organisation(name="长沙市第八医院")
    organisation.change(as_(clerk), unit, name="长沙市中医医院")
    session.commit()
    (found,) = find("第八医院")
    assert found["text"] == "长沙市中医医院" and "原名：长沙市第八医院" in found["note"]
    assert texts(find("中医医院")) == ["长沙市中医医院"]


def test_out_of_use_and_other_kinds_are_not_offered(make, find):
    make.organisation(name="湘江研究所", active=False)
    make.organisation(NodeKind.BUREAU, name="湘江管理局")
    assert texts(find("湘江")) == ["湘江管理局"]
    assert find("江管", kind=NodeKind.UNIT) == [] and texts(find("江管", kind=NodeKind.BUREAU)) == ["湘江管理局"]


def test_nodes_and_offices_are_found_by_the_name_of_their_organisation(make, find, session):
    office = make.organisation(NodeKind.CITY, name="长沙市人力资源和社会保障局")
    make._add(
        PathNode, {}, kind=PathKind.SENIOR, organisation=office, node_kind=NodeKind.CITY, state=NodeState.CONFIRMED
    )
    for q in ("人力资源", "长沙市人力", office.code):
        assert texts(find(q, "PathNode-senior")) == ["长沙市人力资源和社会保障局"], q
    assert find("湘潭市人力", "PathNode-senior") == []


def test_the_list_of_organisations_asks_the_index(make, browser, clerk):
    make.organisation(name="中南大学湘雅医院")
    make.organisation(name="湖南大学")
    page = browser(clerk).get("/organisationscreen/list/?name=湘雅").get_data(as_text=True)
    assert "中南大学湘雅医院" in page and "湖南大学" not in page


def test_very_many_and_very_few_are_found_alike(make, session, monkeypatch):
    for n in range(12):
        make.organisation(name=f"湘江第{n}学校")
    for most in (2_000, 5):
        monkeypatch.setattr(name_search, "MOST_NAMED", most)
        clause = name_search.named(session, Organisation.id, "江第")
        assert session.query(Organisation).filter(clause).count() == 12


NAMES = (
    st.text("湘雅中南大学医院有限责任公司Aａb1（） .%_", min_size=2, max_size=12)
    .map(str.strip)
    .filter(lambda name: len(name) > 1)
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, min_size=1, max_size=25), st.data(), st.sampled_from([1, 4]))
def test_any_part_of_two_characters_finds_its_unit(make, session, names, data, tries):
    """Whatever the names: nobody is overlooked, and nobody is found whose name does not hold what was typed."""
    with session.begin_nested() as inner:
        name_search.TRIES = tries
        made = [make.organisation(name=name) for name in names]
        name = data.draw(st.sampled_from(names))
        start = data.draw(st.integers(0, len(name) - 2))
        part = name[start : data.draw(st.integers(start + 2, len(name)))].strip()
        if any(len(word) > 1 for word in part.split()):
            found = {one.id for one in name_search.search(session, part, 1000)}
            expected = {one.id for one in made if name_search.holds(one.name, part)}
            assert expected <= found and any(one.name == name and one.id in found for one in made)
            clause = name_search.named(session, Organisation.id, part)
            ids = set(session.scalars(session.query(Organisation.id).filter(clause).statement))
            assert {one.id for one in made if folded(part) in folded(one.name)} <= ids
        inner.rollback()
        name_search.TRIES = 4


# -- NUL ---------------------------------------------------------------------------------------------


def test_nul_is_taken_out_of_addresses_forms_and_file_names(app):
    from io import BytesIO

    from flask import request

    sent = {"name": "湘\x00雅", "a\x00b": "1", "file": (BytesIO(b"x"), "表\x00.csv")}
    with app.test_request_context("/?q=a%00b&q=c&%00=x", method="POST", data=sent):
        assert request.args.getlist("q") == ["ab", "c"] and request.args[""] == "x"
        assert (request.form["name"], request.form["ab"]) == ("湘雅", "1")
        assert "\x00" not in request.files["file"].filename


def test_nul_does_no_harm_anywhere(make, browser, clerk, session):
    unit, client = make.organisation(name="湘雅医院"), browser(clerk)
    assert client.get("/lookup/Organisation?q=%00湘%00雅").json["results"][0]["text"] == "湘雅医院"
    assert client.get("/lookup/Organisation%00?q=湘雅").status_code == 404
    assert client.get("/organisationscreen/list/?name=湘%00雅&code=%00&page=%00").status_code == 200
    form = {
        "code": "12430000444885313G",
        "name": "新\x00所",
        "kind": "unit",
        "nature": "",
        "region_code": "430102",
        "superior": str(unit.id),
    }
    client.post("/organisationscreen/add", data=form)
    assert session.query(Organisation).filter_by(name="新所").count() == 1
