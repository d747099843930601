"""常用查询 and 显示列 over HTTP, without script: saved from the list, chosen in its menu, seen by nobody else."""

from __future__ import annotations

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from app.security import ACCESS
from models.office.journal import JournalEntry
from models.office.list_choice import SavedQuery
from tests.views.screens.test_screens import DESK, ORGANISATIONS, Counted, text
from workflow.base import roles as r

CHOICE = "/lists/TryOrganisationScreen"
DESK_CHOICE = "/lists/TryDeskScreen"


@pytest.fixture
def config(make, tried):
    return tried(make.account(r.HRSS_CONFIG))


def heads(page):
    return [re.sub(r"<[^>]+>|[↑↓ ]", "", head) for head in re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page)][:-1]


def saved_links(page):
    return re.findall(
        r'<a href="(/tryorganisationscreen/list/\?[^"]+)"[^>]*>([^<]+)</a>',
        page.partition('<details class="menu">')[2].partition("</details>")[0],
    )


def test_a_query_is_saved_and_chosen_again(make, config, session):
    make.organisation(name="甲单位", kind="unit")
    page = text(config.get(f"{ORGANISATIONS}/list/?name=甲&kind=unit&order=-name"))
    query = re.search(r'name="query" value="([^"]+)"', page)[1].replace("&amp;", "&")
    answer = config.post(f"{CHOICE}/queries", data={"query": query, "name": "甲类单位"})
    assert answer.status_code == 302
    page = text(config.get(answer.headers["Location"]))
    assert "已保存为常用查询“甲类单位”" in page and "<b>甲类单位</b>" in page
    ((address, name),) = saved_links(page)
    page = text(config.get(address.replace("&amp;", "&")))
    assert name == "甲类单位" and 'value="甲"' in page and '<option value="unit" selected>' in page and "↓" in page


def test_the_page_of_saved_queries_tells_them_in_words(config, session):
    config.post(f"{CHOICE}/queries", data={"query": "name=甲&kind=unit&grassroots=1&order=name", "name": "甲类"})
    page = text(config.get(f"{CHOICE}/queries"))
    assert "机构名称：甲；" in page and "：用人单位；" in page and "：是；" in page and "按机构名称升序" in page


def test_a_query_is_renamed_and_deleted(config, session):
    config.post(f"{CHOICE}/queries", data={"query": "name=甲", "name": "甲类"})
    key = session.scalar(select(SavedQuery.id))
    assert config.post(f"{CHOICE}/queries/{key}", data={"name": ""}).status_code == 422
    assert config.post(f"{CHOICE}/queries/{key}", data={"name": "乙类"}).status_code == 302
    assert session.scalar(select(SavedQuery.name)) == "乙类"
    assert config.post(f"{CHOICE}/queries/{key}", data={"name": "乙类", "do": "delete"}).status_code == 302
    assert session.scalar(select(SavedQuery.id)) is None


def test_an_identity_number_stays_sealed_in_a_saved_query(make, tried, session):
    unit = make.organisation()
    officer, number = make.account(r.UNIT_OFFICER, organisation_id=unit.id), make.person().id_number
    desk = tried(officer)
    desk.post(f"{DESK_CHOICE}/queries", data={"query": f"person.id_number={number}&year=2026", "name": "某人"})
    kept = session.scalar(select(SavedQuery.conditions))
    assert number not in kept and number[-6:] not in kept and "year=2026" in kept
    assert "（已填，不显示）" in text(desk.get(f"{DESK_CHOICE}/queries"))
    desk.post(f"{DESK_CHOICE}/queries", data={"query": f"number={number}", "name": "又一人"})
    assert session.scalars(select(SavedQuery.name)).all() == ["某人"]
    told = "".join(session.scalars(select(JournalEntry.details).where(JournalEntry.verb == "save_query")))
    assert "person.id_number" in told and number not in told and "某人" not in told


def test_saved_queries_of_others_are_absent(make, tried, session):
    mine, other = tried(make.account(r.HRSS_CONFIG)), tried(make.account(r.HRSS_CONFIG))
    mine.post(f"{CHOICE}/queries", data={"query": "name=甲", "name": "我的甲类"})
    key = session.scalar(select(SavedQuery.id))
    assert "我的甲类" not in text(other.get(f"{CHOICE}/queries")) + text(other.get(f"{ORGANISATIONS}/list/"))
    assert other.post(f"{CHOICE}/queries/{key}", data={"name": "别人的"}).status_code == 404
    assert mine.post(f"{DESK_CHOICE}/queries/{key}", data={"name": "别处"}).status_code == 404


def test_a_list_one_may_not_open_cannot_be_arranged(make, tried):
    auditor = tried(make.account(r.HRSS_AUDIT))
    assert "TryOrganisationScreen" not in {row.screen for row in ACCESS if r.HRSS_AUDIT in row.opens}
    for address in (
        f"{CHOICE}/columns",
        f"{CHOICE}/queries",
        "/lists/NoScreen/columns",
        "/lists/TrySpecialtyScreen/columns",
    ):
        assert auditor.get(address).status_code == 404


def test_what_is_no_condition_is_refused(config, session):
    page = text(config.post(f"{CHOICE}/queries", data={"query": "kind=nonsense", "name": "甲"}, follow_redirects=True))
    assert "不能识别" in page and session.scalar(select(SavedQuery.id)) is None


# --- columns ----------------------------------------------------------------------------------------------


def test_columns_are_chosen_ordered_and_put_back(make, config, session):
    make.organisation(name="甲单位", contact="王工")
    default = heads(text(config.get(f"{ORGANISATIONS}/list/?name=甲")))
    assert "联系人" not in default and "联系人" in text(config.get(f"{CHOICE}/columns"))
    config.post(f"{CHOICE}/columns", data={"order": ["contact", "name", "code"], "column": ["contact", "name"]})
    page = text(config.get(f"{ORGANISATIONS}/list/?name=甲"))
    assert heads(page) == ["联系人", "机构名称"] and "王工" in page
    config.post(f"{CHOICE}/columns", data={"reset": "1"})
    assert heads(text(config.get(f"{ORGANISATIONS}/list/?name=甲"))) == default


def test_a_column_moves_without_script_and_ticks_are_kept(config):
    page = text(
        config.post(
            f"{CHOICE}/columns", data={"order": ["name", "code", "kind"], "column": ["name", "kind"], "up": "kind"}
        )
    )
    order = re.findall(r'name="order" value="([^"]+)"', page)
    assert order[:3] == ["name", "kind", "code"]
    assert re.findall(r'value="([^"]+)" checked', page) == ["name", "kind"]


def test_no_column_at_all_is_refused_and_strange_ones_are_ignored(make, config):
    make.organisation()
    assert config.post(f"{CHOICE}/columns", data={"order": ["name"]}).status_code == 422
    config.post(f"{CHOICE}/columns", data={"order": ["password", "name"], "column": ["password", "name"]})
    assert heads(text(config.get(f"{ORGANISATIONS}/list/"))) == ["机构名称"]


def test_the_sheet_follows_the_columns_or_holds_all(make, config, session):
    make.organisation(name="甲单位", contact="王工")
    config.post(f"{CHOICE}/columns", data={"order": ["contact", "name"], "column": ["contact", "name"]})

    def sheet(**more):
        return list(
            load_workbook(
                io.BytesIO(config.post(f"{ORGANISATIONS}/export?name=甲单位", data=more).data)
            ).active.iter_rows(values_only=True)
        )

    assert sheet() == [("联系人", "机构名称"), ("王工", "甲单位")]
    everything = sheet(columns="all")
    assert {"联系人", "机构名称", "联系电话", "统一信用代码"} <= set(everything[0]) and "王工" in everything[1]


def test_sealed_columns_stay_masked_wherever_they_are_chosen(make, tried, session):
    unit = make.organisation()
    one = make.declaration(state="submitted", unit=unit, position=0)
    desk = tried(make.account(r.UNIT_OFFICER, organisation_id=unit.id))
    desk.post(
        f"{DESK_CHOICE}/columns", data={"order": ["person.phone", "number"], "column": ["person.phone", "number"]}
    )
    page = text(desk.get(f"{DESK}/list/"))
    assert one.number in page and one.person.phone not in page and "*" in page


def test_an_arranged_list_costs_no_more_queries_for_many_rows(make, config, session):
    above = make.organisation(name="甲上级")
    make.organisation(name="甲单位", superior_id=above.id)
    config.post(
        f"{CHOICE}/columns", data={"order": ["superior", "contact", "name"], "column": ["superior", "contact", "name"]}
    )
    config.get(f"{ORGANISATIONS}/list/?name=甲单位")
    session.commit()
    with Counted(session) as one:
        config.get(f"{ORGANISATIONS}/list/?name=甲单位")
    for n in range(15):
        make.organisation(name=f"甲单位{n}", superior_id=make.organisation(name=f"乙上级{n}").id)
    session.commit()
    with Counted(session) as many:
        config.get(f"{ORGANISATIONS}/list/?name=甲单位")
    assert len(many.statements) == len(one.statements)
