"""常用语: the province words for all, an office for itself; the panel of a return offers both."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.committees.catalogue import CodeItem
from models.declarations.correction_item import CorrectionItem
from models.declarations.declaration import Correction
from models.declarations.declaration import DeclarationState as S
from models.declarations.phrase import Phrase
from tests.conftest import NOON
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.declarations.corrections import phrases, repeated

pytestmark = pytest.mark.usefixtures("noon")
WORDS = {"reason": "01", "text": "缺少论文检索页", "fits": "上传检索页扫描件", "clause": "118号 四(三)", "number": 3}


@pytest.fixture(autouse=True)
def _causes(session):
    if session.scalar(select(CodeItem.id).where(CodeItem.list_name == "退回原因", CodeItem.code == "01")) is None:
        session.add(CodeItem(list_name="退回原因", code="01", name="材料不完整/缺失"))
        session.flush()


@pytest.fixture
def city(make):
    return make.organisation("city", name="长沙市人社局")


@pytest.fixture
def clerk(make, city):
    return make.account(r.CITY_OFFICER, organisation_id=city.id)


@pytest.fixture
def province(make):
    return make.account(r.HRSS_CONFIG)


def enter(as_, account, **more):
    return phrases.enter(as_(account), **WORDS | {"in_use": True} | more)


def test_an_office_is_offered_its_own_before_those_of_the_province(as_, make, clerk, province):
    of_all = enter(as_, province, number=1)
    enter(as_, province, number=2, text="停用的", in_use=False)
    own = enter(as_, clerk, text="本市：缺少社保明细")
    other = make.account(r.CITY_OFFICER, organisation=make.organisation("city"))
    assert list(phrases.offered(as_(clerk))) == [own, of_all]
    assert list(phrases.offered(as_(other))) == [of_all] == list(phrases.offered(as_(province)))


def test_nobody_changes_what_is_anothers(as_, make, clerk, province):
    of_all, own = enter(as_, province), enter(as_, clerk)
    with pytest.raises(NotYou, match="新增本机构的常用语"):
        phrases.change(as_(clerk), of_all, **WORDS)
    with pytest.raises(NotYou, match="本机构"):
        phrases.change(as_(province), own, **WORDS)
    phrases.change(as_(clerk), own, **WORDS | {"text": "改过的"})
    assert (own.text, own.in_use) == ("改过的", False)


@pytest.mark.parametrize(("wrong", "field"), [
    ({"text": " "}, "text"),
    ({"fits": "甲｜乙"}, "fits"),
    ({"reason": "zz"}, "reason"),
    ({"number": 0}, "number"),
    ({"clause": "长" * 81}, "clause"),
])  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(as_, clerk, wrong, field):
    with pytest.raises(Refused) as refused:
        enter(as_, clerk, **wrong)
    assert list(refused.value.fields) == [field]


def test_the_same_words_stand_once(as_, clerk, province):
    enter(as_, province)
    enter(as_, clerk)
    with pytest.raises(Refused, match="已有同样的常用语"):
        enter(as_, clerk)


def test_entered_on_the_page_it_is_offered_where_a_case_is_returned(browser, make, clerk, city, session):
    desk = browser(clerk)
    refused = desk.post("/phrasescreen/add", data=WORDS | {"fits": "", "in_use": "1"})
    assert refused.status_code == 422 and WORDS["text"] in page_of(refused)
    desk.post("/phrasescreen/add", data=WORDS | {"in_use": "1"})
    assert session.scalars(select(Phrase)).one().organisation_id == city.id
    assert "本机构" in page_of(desk.get("/phrasescreen/list/"))
    case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
    case.route[1].reached_at = case.route[0].reached_at
    session.flush()
    for page in (f"/auditscreen/show/{case.id}", f"/correct/{case.id}?pick=fact:case:title:"):
        assert f'data-text="{WORDS["text"]}"' in page_of(desk.get(page)), page


def test_what_is_returned_most_is_counted_by_series_and_office(as_, browser, make, clerk, city, session):
    """Rows of a section count as one place; what was passed before and is returned again counts for its office."""
    for n, again in ((1, False), (2, True)):
        case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
        case.route[1].reached_at = case.route[0].reached_at
        told = make._add(Correction, {}, declaration_id=case.id, position=1, items=[], opinion="退", issued_at=NOON,
                         organisation_name=city.name)  # fmt: skip
        session.flush()
        make._add(CorrectionItem, {}, correction=told, declaration_id=case.id, number=1, kind="row", part="awards",
                  row_no=n, label=f"获奖 · 第 {n} 条", reason="01", text="缺", fits="补", clause="118号 四(三)",
                  again=again)  # fmt: skip
    session.flush()
    (point,) = repeated.by_point(as_(clerk), case.year)
    assert (point.times, point.again, point.series) == (2, 1, case.series.name) and "第" not in point.name
    assert [(one.name, one.times, one.again) for one in repeated.by_office(as_(clerk), case.year)] == [
        (city.name, 2, 1)
    ]
    assert (
        repeated.by_office(as_(make.account(r.CITY_OFFICER, organisation=make.organisation("city"))), case.year) == []
    )
    page = page_of(browser(clerk).get(f"/phrasescreen/points?year={case.year}&series={case.series_id}"))
    assert point.name in page and city.name in page
