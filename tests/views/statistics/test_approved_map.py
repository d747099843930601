"""标准地图 on the screen: uploaded with its 审图号, which stands on the map instead of 示意图; removed again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.approved_map import ApprovedMap
from workflow.base import roles as r

OUTLINES = Path("data/reference/hunan_cities.geojson").read_bytes()


@pytest.fixture
def keeper(browser, make):
    make.declaration(state=S.SUBMITTED, unit=make.unit(region_code="430102"))
    return browser(make.account(r.HRSS_CONFIG))


def upload(client, number="湘S(2023)123号", content=OUTLINES):
    data = {"number": number, "source": "标准地图服务系统", "file": (io.BytesIO(content), "湖南.geojson")}
    return client.post("/dashboard/map/", data=data, content_type="multipart/form-data", follow_redirects=True)


def test_figures_bear_its_number_until_it_is_removed(keeper, session):
    assert '"\\u793a\\u610f\\u56fe"' in keeper.get("/dashboard/?year=2026").text
    assert "已启用标准地图" in upload(keeper).text
    shown = keeper.get("/dashboard/?year=2026").text
    assert '"\\u5ba1\\u56fe\\u53f7' in shown and '"\\u793a\\u610f\\u56fe"' not in shown
    kept = session.scalars(select(ApprovedMap)).one()
    gone = keeper.post("/dashboard/map/remove", data={"map": str(kept.id)}, follow_redirects=True)
    assert "已停用标准地图" in gone.text
    assert '"\\u793a\\u610f\\u56fe"' in keeper.get("/dashboard/?year=2026").text


def test_a_map_that_is_no_longer_shown_is_not_removed(keeper, session):
    upload(keeper)
    assert keeper.post("/dashboard/map/remove", data={"map": "99"}).status_code == 409
    assert session.scalars(select(ApprovedMap)).one().removed_at is None


def test_a_refusal_stands_at_its_field(keeper):
    page = upload(keeper, number="123", content=b"{}")
    assert page.status_code == 422
    assert "审图号应如" in page.text and "FeatureCollection" in page.text
