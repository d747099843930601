"""标准地图: a file is taken only with its 审图号, whole, of the 14 市州, and light enough for a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from models.office.approved_map import ApprovedMap
from workflow.base import roles as r
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.office import approved_map

OUTLINES = Path("data/reference/hunan_cities.geojson").read_text("utf-8")
NUMBER, SOURCE = "湘S(2023)123号", "湖南省标准地图服务系统"


@pytest.fixture
def outlines():
    """A file as such a service gives it: names only, and a border of the whole province that is no city."""
    told = json.loads(OUTLINES)
    for feature in told["features"]:
        feature["properties"] = {"name": feature["properties"]["name"]}
    told["features"].append({"type": "Feature", "properties": {"name": "湖南省"}, "geometry": None})
    return told


@pytest.fixture
def keeper(make, as_):
    return as_(make.account(r.HRSS_CONFIG))


def keep(uow, told, number=NUMBER, source=SOURCE):
    content = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    return approved_map.keep(uow, content=content, file_name="hunan.geojson", number=number, source=source)


def test_it_is_shown_point_by_point_as_it_was_approved(keeper, outlines, session):
    kept = keep(keeper, outlines)
    assert approved_map.shown(session) is kept
    assert len(kept.shapes) == 14
    first = next(f for f in outlines["features"] if f["properties"]["name"] == "长沙市")
    assert kept.shapes["4301"][0] == [point[:2] for point in first["geometry"]["coordinates"][0][0]]
    assert [(verb, facts["number"]) for verb, _subject, facts in keeper.entries] == [("keep_map", NUMBER)]


def test_a_newer_one_takes_its_place_and_without_one_the_outlines_come_back(keeper, outlines, session):
    first, second = keep(keeper, outlines), keep(keeper, outlines, number="GS（2024）0456号")
    assert approved_map.shown(session) is second and first.removed_at is not None
    approved_map.remove(keeper, second)
    session.flush()
    assert approved_map.shown(session) is None
    with pytest.raises(NotNow):
        approved_map.remove(keeper, second)


@pytest.mark.parametrize("number", ["", "123", "湘S2023-123", "湘S(2023)号", "湘S(2023)123号; DROP", "审图号"])
def test_without_a_proper_number_it_is_refused(keeper, outlines, number, session):
    with pytest.raises(Refused) as refused:
        keep(keeper, outlines, number=number)
    assert set(refused.value.fields) == {"number"}
    assert session.scalar(select(ApprovedMap.id)) is None


def without(told, name):
    told["features"] = [f for f in told["features"] if f["properties"]["name"] != name]


def twice(told):
    told["features"].append(told["features"][0])


def moved(told):
    told["features"][0]["geometry"]["coordinates"][0][0][0] = [12700000.0, 3200000.0]


def open_ring(told):
    told["features"][0]["geometry"]["coordinates"][0][0].pop()


def a_line(told):
    told["features"][0]["geometry"]["type"] = "LineString"


def heavy(told):
    ring = told["features"][0]["geometry"]["coordinates"][0][0]
    ring[1:1] = [ring[0]] * approved_map.MOST_POINTS


def of_words(told):
    told["features"][0]["geometry"]["coordinates"][0][0][1] = ["112", True]


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda told: without(told, "张家界市"), "没有找到张家界市"),
        (twice, "出现不止一次"),
        (moved, "不在湖南范围内"),
        (open_ring, "没有闭合"),
        (a_line, "不是面"),
        (heavy, "20,000 个"),
        (of_words, "不在湖南范围内"),
        (lambda told: told.update(type="Topology"), "FeatureCollection"),
    ],
)
def test_what_is_no_map_of_the_fourteen_cities_is_refused_at_the_file(keeper, outlines, spoil, sentence):
    spoil(outlines)
    with pytest.raises(Refused) as refused:
        keep(keeper, outlines)
    assert sentence in refused.value.fields["file"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b"[" * 100_000, b"[]", b'{"type": "FeatureCollection", "features": [1]}', b"x" * 3_000_000,
     b'{"type": "FeatureCollection", "features": NaN}'],
)  # fmt: skip
def test_what_is_no_geojson_is_refused(keeper, content):
    with pytest.raises(Refused) as refused:
        keep(keeper, content)
    assert "file" in refused.value.fields


def test_nobody_else_changes_the_map(make, as_, outlines):
    with pytest.raises(NotYou):
        keep(as_(make.account(r.LEADER)), outlines)
