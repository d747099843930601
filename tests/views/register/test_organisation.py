"""机构管理 over HTTP: 更名, 合并, 历史沿革, accounts with 经办人 and 负责人."""

from __future__ import annotations

import pytest

from models.register.organisation import Organisation
from workflow.base import roles

HOME = "/organisationscreen"


def text(answer):
    return answer.get_data(as_text=True)


PAPER = {"document": "湘编办〔2026〕7号", "effective_on": "2026-01-05", "reason": ""}


@pytest.fixture
def config(make, browser):
    return browser(make.account(roles.HRSS_CONFIG))


def test_a_unit_is_renamed_and_its_page_tells_the_history(make, config, session):
    unit = make.organisation(name="长沙市第八医院")
    session.commit()
    assert 'name="document"' in text(config.get(f"{HOME}/act/{unit.id}/rename"))
    answer = config.post(
        f"{HOME}/act/{unit.id}/rename", data=PAPER | {"name": "长沙市中医医院", "code": ""}, follow_redirects=True
    )
    page = text(answer)
    assert "历史沿革" in page and "“长沙市第八医院”改为“长沙市中医医院”" in page and "湘编办〔2026〕7号" in page


def test_a_merger_tells_what_it_affects_and_then_moves_it(make, config, session):
    old, new = make.organisation(name="湘江研究所"), make.organisation(name="湘江研究院")
    draft = make.declaration(unit=old)
    session.commit()
    page = text(config.get(f"{HOME}/act/{old.id}/merge"))
    assert "会影响到" in page and draft.number in page and f"/open/declaration/{draft.id}" in page
    assert 'data-dialog="do-merge"' not in text(config.get(f"{HOME}/show/{old.id}"))  # the button leads to that page
    config.post(f"{HOME}/act/{old.id}/merge", data=PAPER | {"into": str(new.id)})
    session.expire_all()
    assert draft.unit_id == new.id and not session.get_one(Organisation, old.id).active
    page = text(config.get(f"{HOME}/show/{old.id}"))
    assert "并入" in page and f'href="/open/organisation/{new.id}"' in page
    found = config.get("/lookup/Organisation?q=江研究所").json["results"]
    assert [one["text"] for one in found] == ["湘江研究院"] and "原名：湘江研究所" in found[0]["note"]


def test_a_refused_merger_links_to_the_case_that_stands_there(make, config, session):
    unit = make.organisation()
    case = make.declaration("unit_review", unit=unit, position=0)
    session.commit()
    answer = config.post(f"{HOME}/act/{unit.id}/merge", data=PAPER | {"into": str(make.organisation().id)})
    assert answer.status_code == 422 and f"/open/declaration/{case.id}" in text(answer)


def test_the_page_shows_who_works_there_and_that_nobody_answers_for_it(make, config, session):
    unit = make.organisation()
    make.account(roles.UNIT_OFFICER, organisation_id=unit.id, position="经办人", username="desk8")
    session.commit()
    assert "desk8" in (page := text(config.get(f"{HOME}/show/{unit.id}"))) and "尚未登记负责人" in page
    make.account(roles.UNIT_OFFICER, organisation_id=unit.id, position="负责人")
    session.commit()
    assert "尚未登记负责人" not in text(config.get(f"{HOME}/show/{unit.id}"))
