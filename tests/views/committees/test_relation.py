"""回避关系 over HTTP: an expert tells of his own, an office of one it names; nobody reads another's."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.committees.expert import Relation
from models.register.person import Person
from models.review.session import Recusal, SessionState
from tests.factories import id_number
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
URL = "/expert-relation/"


@pytest.fixture
def held(make, session):
    """A session that is scoring, with numbers by which a judge and a candidate are named."""
    held = make.sitting("material_scoring")
    held.judge, held.candidate = held.experts[0].person, held.people[0].person
    for n, person in enumerate((held.judge, held.candidate)):
        person.id_number = id_number(700 + n, "19780101")
    session.commit()
    return held


def named(person: Person, prefix: str = "") -> dict[str, str]:
    keys = ("expert_name", "expert_number") if prefix else ("name", "id_number")
    return dict(zip(keys, (person.name, person.id_number), strict=True))


def test_an_expert_tells_of_his_own_and_stands_aside_at_once(browser, session, held):
    desk = browser(held.judges[0])
    assert "还没有登记" in page_of(desk.get(URL))
    assert desk.post(URL, data=named(held.candidate) | {"kind": "师生"}).status_code == 302
    page = page_of(desk.get(URL))
    assert held.candidate.name in page and "师生" in page and held.candidate.id_number not in page
    assert session.scalar(select(Recusal.declaration_id)) == held.people[0].id
    assert held.candidate.name not in page_of(browser(held.judges[1]).get(URL))


def test_the_office_names_an_expert_by_name_and_number_and_reads_nothing(browser, session, held):
    desk = browser(held.office)
    given = named(held.judge, "expert") | named(held.candidate) | {"kind": "夫妻"}
    answer = desk.post(URL, data=given | {"series_id": str(held.plan.committee.series_id)})
    assert answer.status_code == 302
    page = page_of(desk.get(URL))
    assert held.judge.name not in page and held.experts[0].code not in page and held.review.members[0].code not in page
    assert session.scalar(select(Relation.kind)) == "夫妻"


def test_the_province_ends_a_relation_with_a_reason_and_it_stays_as_history(browser, make, session, held):
    held.review.state = SessionState.TRAINING
    session.commit()
    mine, province = browser(held.judges[0]), browser(make.account(r.HRSS_AUDIT))
    assert mine.post(URL, data=named(held.candidate) | {"kind": "师生"}).status_code == 302
    assert session.scalar(select(Recusal.declaration_id)) == held.people[0].id
    assert "结束回避关系" in page_of(province.get(URL)) and 'href="/expert-relation/end' not in page_of(mine.get(URL))
    both = named(held.judge, "expert") | named(held.candidate) | {"series_id": str(held.plan.committee.series_id)}
    assert province.post(f"{URL}end", data=both | {"reason": ""}).status_code == 422
    wrong = province.post(f"{URL}end", data=both | {"name": "查无此人", "reason": "误登，书面说明"})
    assert wrong.status_code == 422 and "没有找到" in page_of(wrong) and "误登，书面说明" in page_of(wrong)
    assert province.post(f"{URL}end", data=both | {"reason": "误登，书面说明"}).status_code == 302
    assert session.scalar(select(Recusal.id)) is None
    page = page_of(mine.get(URL))
    assert "结束：误登，书面说明" in page and held.candidate.name in page
    again = province.post(f"{URL}end", data=both | {"reason": "误登，书面说明"})
    assert again.status_code == 422 and "已经结束" in page_of(again)
    assert mine.post(URL, data=named(held.candidate) | {"kind": "师生"}).status_code == 302  # and may be noted anew
    assert session.scalar(select(Recusal.declaration_id)) == held.people[0].id


@pytest.mark.parametrize("who", ["expert", "office"])
def test_neither_the_expert_nor_an_office_ends_what_keeps_him_from_judging(browser, session, held, who):
    desk = browser(held.judges[0] if who == "expert" else held.office)
    both = named(held.judge, "expert") | named(held.candidate) | {"series_id": str(held.plan.committee.series_id)}
    assert desk.get(f"{URL}end").status_code == 403
    assert desk.post(f"{URL}end", data=both | {"reason": "误登，书面说明"}).status_code == 403


def test_who_is_not_found_and_what_is_known_is_said_at_its_field(browser, make, held):
    desk = browser(held.judges[0])
    wrong = desk.post(URL, data={"name": "查无此人", "id_number": "430102199001010016", "kind": "师生"})
    assert wrong.status_code == 422 and "没有找到姓名与证件号码一致" in page_of(wrong) and "查无此人" in page_of(wrong)
    assert desk.post(URL, data=named(held.judge) | {"kind": "师生"}).status_code == 422
    given = named(held.candidate) | {"kind": "师生"}
    assert desk.post(URL, data=given).status_code == 302
    assert "已经登记" in page_of(desk.post(URL, data=given))
    assert browser(make.account(r.LEADER)).get(URL).status_code in (302, 403)
