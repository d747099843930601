"""引导选择: series, level, title, specialty, unit; only what is open to this person, with its way and its days."""

from __future__ import annotations

from datetime import date

import pytest

from models.committees.catalogue import TitleLevel
from models.conditions.judgement import ConditionVerdict
from models.register.organisation import NodeKind
from tests.views.office_day import noon  # noqa: F401
from workflow.base import roles as r
from workflow.batches import guided

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def world(make, as_):
    """A unit below a city, an open batch of a committee that covers it."""
    city = make.organisation(kind=NodeKind.CITY, name="长沙市人社局")
    unit = make.organisation(name="长沙一院", superior=city)
    batch = make.batch(opens_on=date(2026, 4, 1), closes_on=date(2026, 6, 30))
    person = make.person()
    return {"unit": unit, "batch": batch, "actor": make.account(r.APPLICANT, person_id=person.id), "city": city}


def title_for(make, batch):
    return make.title(series=batch.committee.series, level=TitleLevel.ASSOCIATE_SENIOR)


def test_a_batch_that_is_over_or_not_yet_open_offers_nothing(world, make, as_):
    uow = as_(world["actor"])
    assert world["batch"] in guided.open_now(uow)
    world["batch"].closes_on = date(2026, 5, 19)
    make.session.flush()
    assert world["batch"] not in guided.open_now(uow)


def test_where_no_way_leads_the_reason_is_told(world, make, as_):
    uow, title = as_(world["actor"]), title_for(make, world["batch"])
    found = guided.openings(uow, [world["batch"]], title=title, specialty=None, unit=world["unit"])
    assert not found.near
    assert found.shut


def test_what_is_open_is_told_with_the_whole_way_and_the_nearest_day(world, make, as_, monkeypatch):
    from workflow.paths import route

    stops = [route.Stop(world["unit"], deadline=date(2026, 6, 10)), route.Stop(world["city"])]
    monkeypatch.setattr(guided.route, "route", lambda *_a, **_k: stops)
    monkeypatch.setattr(guided, "covers", lambda *_a, **_k: None)
    uow, title = as_(world["actor"]), title_for(make, world["batch"])
    found = guided.openings(uow, [world["batch"]], title=title, specialty=None, unit=world["unit"])
    (opening,) = [*found.near, *found.far]
    assert [leg.who for leg in opening.way][:3] == ["本人", "长沙一院", "长沙市人社局"]
    assert (opening.nearest.last, opening.nearest.who) == (date(2026, 6, 10), "长沙一院")
    assert opening.left > 0


def test_the_page_asks_step_by_step(world, make, browser):
    title = title_for(make, world["batch"])
    client = browser(world["actor"])
    first = client.get("/guided/").text
    assert "申报系列" in first
    assert "申报专业" not in first
    text = client.get(f"/guided/?series={title.series_id}&level={title.level}&title={title.id}").text
    assert "申报专业" in text
    assert "所在单位" in text
    told = client.get(f"/guided/?series={title.series_id}&level={title.level}&title={title.id}&unit={world['unit'].id}")
    assert "没有对您开放的批次" in told.text


@pytest.mark.parametrize(
    "query",
    ["series=x", "series=99999999999999999999", "title=²&level=&unit=-1", "unit=&unit-text=没有这家", "level=%00"],
)
def test_a_strange_address_is_no_fault(world, browser, query):
    assert browser(world["actor"]).get(f"/guided/?{query}").status_code in (200, 400)


def test_what_was_chosen_is_carried_into_the_declaration(world, make, browser):
    title = title_for(make, world["batch"])
    page = browser(world["actor"]).get(
        f"/declare/start/{world['batch'].id}?title_id={title.id}&unit_id={world['unit'].id}"
    )
    assert "长沙一院" in page.text
    assert f'<option value="{title.id}" selected' in page.text


def test_batches_of_other_regions_are_behind_one_tap(world, make, browser, session):
    own = make.declaration(person=world["actor"].person or make.person(), unit=world["unit"], batch=world["batch"])
    own.person_id, own.region_code = world["actor"].person_id, "430102"
    elsewhere = make.batch(opens_on=date(2026, 4, 1), closes_on=date(2026, 6, 30))
    elsewhere.committee.region_code, world["batch"].committee.region_code = "430200", "430100"
    elsewhere.name, world["batch"].name = "株洲市的批次", "长沙市的批次"
    session.flush()
    text = browser(world["actor"]).get("/declare/").text
    near, _fold, far = text.partition("其他地区的批次")
    assert "长沙市的批次" in near
    assert "株洲市的批次" not in near
    assert "株洲市的批次" in far
    assert "株洲市的批次" in browser(world["actor"]).get("/declare/?q=株洲").text


def test_each_title_bears_what_the_conditions_say_of_the_person(world, make, browser, session):
    """By what he filled in last; advice only, nothing is shut because of it."""
    title = title_for(make, world["batch"])
    client = browser(world["actor"])
    address = f"/guided/?series={title.series_id}&level={title.level}"
    assert "填写过申报内容后" in client.get(address).text
    mine = make.declaration(person=world["actor"].person, unit=world["unit"], batch=world["batch"])
    mine.person_id = world["actor"].person_id
    mine.content.sections = {"basic": {"work_since": "2010-07-01"}}
    make.as_handed_in(mine)
    text = client.get(address).text
    assert "对照申报条件" in text and mine.number in text and "不代替审核" in text
    assert any(f"{title.name}（{word.label}）" in text for word in ConditionVerdict)
    chosen = client.get(f"{address}&title={title.id}&unit={world['unit'].id}").text
    assert "没有对您开放的批次" in chosen, "what is open is decided by batches and ways alone"
