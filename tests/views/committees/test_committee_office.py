"""评委会管理: 其他信息 row by row, the term and its warnings, the document of a smaller size, the picker."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from PIL import Image
from sqlalchemy import select

from models.committees.committee import Committee
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from workflow.base import roles

pytestmark = pytest.mark.usefixtures("noon")
FORM = {
    "name": "湖南省环保工程高级评委会",
    "level": "senior",
    "kind": "ordinary",
    "region_code": "430000",
    "account_name": "hbgph",
    "valid_from": "2026-01-01",
    "valid_to": "2028-12-31",
    "size": "25",
}


@pytest.fixture
def config(browser, make):
    return browser(make.account(roles.HRSS_CONFIG))


@pytest.fixture
def series(make, session):
    found = make.series("船舶专业技术人员")
    session.commit()
    return found


def test_a_row_of_other_information_is_edited_in_place(config, make, session):
    committee = make.committee()
    first, second = make.organisation(name="湖南省水利厅"), make.organisation(name="湖南省交通运输厅")
    other, act = f"/committeescreen/other/{committee.id}", f"/committeescreen/act/{committee.id}"
    config.post(f"{other}/add_office", data={"add_office-rows": "1", "add_office-0-organisation": first.id})
    config.post(f"{other}/set_fee", data={"set_fee-rows": "1", "set_fee-0-item": "评审费", "set_fee-0-amount": "300"})
    assert (
        config.post(f"{act}/change_office", data={"row": first.id, "organisation": second.id})
        .headers["Location"]
        .endswith(other)
    )
    assert config.post(f"{act}/set_fee", data={"item": "评审费", "amount": "360"}).status_code == 302
    session.refresh(committee)
    assert [row.organisation for row in committee.offices] == [second] and [
        int(fee.amount) for fee in committee.fees
    ] == [360]
    answer = config.post(f"{act}/set_fee", data={"item": "评审费", "amount": "很多"})
    assert answer.status_code == 422 and 'value="很多"' in page_of(answer) and "应为整数" in page_of(answer)
    answer = config.post(f"{act}/change_office", data={"row": second.id, "organisation-text": "没有的单位"})
    assert answer.status_code == 422 and 'value="没有的单位"' in page_of(answer)


def test_several_rows_are_added_together_or_not_at_all(config, make, session):
    committee, unit = make.committee(), make.organisation()
    session.commit()
    typed = {"add_office-rows": "2", "add_office-0-organisation": unit.id, "add_office-1-organisation": unit.id}
    answer = config.post(f"/committeescreen/other/{committee.id}/add_office", data=typed)
    assert answer.status_code == 422 and "不必重复添加" in page_of(answer)
    session.refresh(committee)
    assert committee.offices == []


def test_committees_are_queried_by_how_soon_their_term_ends(config, make, session):
    soon, last, over, long = (
        make.committee(name=f"甲{n}评委会", valid_to=day)
        for n, day in enumerate((date(2026, 8, 1), date(2026, 6, 1), date(2026, 5, 1), date(2027, 5, 1)))
    )
    found = {
        word: page_of(config.get(f"/committeescreen/list/?term={word}")) for word in ("soon", "last", "over", "never")
    }
    assert (
        soon.name in found["soon"]
        and last.name in found["soon"]
        and over.name not in found["soon"]
        and long.name not in found["soon"]
    )
    assert soon.name not in found["last"] and "12 天后到期" in found["last"] and "90 天内到期" in found["last"]
    assert over.name in found["over"] and "已过期" in found["over"] and "不能识别" in found["never"]
    assert over.name in page_of(config.get("/committeescreen/list/?desk=waiting")) and long.name not in page_of(
        config.get("/committeescreen/list/?desk=waiting")
    )


def test_a_smaller_committee_is_approved_with_the_document_only(config, browser, make, session, series):
    unit = make.organisation()
    config.post(
        "/committeescreen/add", data=FORM | {"series": series.id, "size": "23", "size_exception": "湘人社函〔2026〕2号"}
    )
    committee = session.scalar(select(Committee).where(Committee.name == FORM["name"]))
    config.post(
        f"/committeescreen/other/{committee.id}/add_office",
        data={"add_office-rows": "1", "add_office-0-organisation": unit.id},
    )
    approver, act = browser(make.account(roles.HRSS_AUDIT)), f"/committeescreen/act/{committee.id}"
    refused = approver.post(f"{act}/approve", data={"version": committee.version})
    assert refused.status_code == 422 and "尚未上传省人社厅同意调整的批复文件（令40号 第九条）" in page_of(refused)
    assert "PDF" in page_of(
        config.post(f"{act}/exception", data={"document": "x", "file": (io.BytesIO(b"text"), "a.txt")})
    )
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    assert (
        config.post(
            f"{act}/exception", data={"document": "湘人社函〔2026〕2号", "file": (picture, "批复.png")}
        ).status_code
        == 302
    )
    assert approver.post(f"{act}/approve", data={"version": committee.version}).status_code == 302
    page = page_of(config.get(f"/committeescreen/show/{committee.id}"))
    assert "批复.png" in page
    key = re.search(r'/file/(\w+)"', page)[1]
    assert (
        config.get(f"/file/{key}").status_code == 200
        and browser(make.account(roles.LEADER)).get(f"/file/{key}").status_code == 404
    )


def cells(client, path):
    """Heading and rows of an exported sheet."""
    rows = list(load_workbook(io.BytesIO(client.post(path).data)).active.iter_rows(values_only=True))
    start = next(n for n, row in enumerate(rows) if "评委会名称" in row)
    return rows[start], rows[start + 1 :]


def test_the_export_carries_other_information_and_the_accounts_for_the_province_only(config, browser, make, session):
    committee, unit = make.committee(name="湖南省水利工程高级评委会"), make.organisation(name="湖南省水利厅")
    make.committee(name="另一评委会", region_code="430100")
    config.post(
        f"/committeescreen/other/{committee.id}/add_office",
        data={"add_office-rows": "1", "add_office-0-organisation": unit.id},
    )
    config.post(
        f"/committeescreen/other/{committee.id}/set_fee",
        data={"set_fee-rows": "1", "set_fee-0-item": "评审费", "set_fee-0-amount": "360"},
    )
    head, rows = cells(config, "/committeescreen/export?name=水利")
    (row,) = [dict(zip(head, row, strict=True)) for row in rows if row[0]]
    assert (
        row["组建单位"] == "湖南省水利厅"
        and row["缴费标准"] == "评审费 360.00 元"
        and row["评委会账号"] == committee.account_name
    )
    head, rows = cells(browser(make.account(roles.LEADER)), "/committeesearchscreen/export")
    assert "组建单位" in head and committee.account_name not in str(rows) and len([row for row in rows if row[0]]) == 2


def test_the_workbench_says_how_soon_the_term_ends(browser, make, session):
    soon = make.committee(valid_to=date(2026, 6, 1))
    over, long = make.committee(valid_to=date(2026, 5, 1)), make.committee()
    session.commit()
    pages = [
        page_of(browser(make.account(roles.COMMITTEE_OFFICE, committee_id=c.id)).get("/home/"))
        for c in (soon, over, long)
    ]
    assert (
        "本评委会有效期至 2026-06-01，还有 12 天" in pages[0]
        and "已于 2026-05-01 届满" in pages[1]
        and "有效期" not in pages[2]
    )
    desk = page_of(browser(make.account(roles.HRSS_CONFIG)).get("/home/"))
    section = re.search(r"评委会管理</a>.*?</section>", desk, re.DOTALL)[0]
    assert soon.name in section and over.name in section and long.name not in section


def test_a_duplicate_an_even_size_and_a_long_term_are_told_at_once_and_linked(config, make, session, series):
    other = make.committee(name="湖南省水利工程高级评委会", account_name="slgph")
    session.commit()
    typed = FORM | {"series": series.id, "account_name": "SLGPH", "size": "26", "valid_to": "2029-06-30"}
    answer = config.post("/committeescreen/add", data=typed)
    page = page_of(answer)
    assert (
        answer.status_code == 422
        and "不能与其他评委会重复（附件3 1.10）" in page
        and f'href="/open/committee/{other.id}"' in page
    )
    assert (
        "评委人数应为单数" in page
        and "令40号 第九条" in page
        and "不超过 3 年" in page
        and 'value="SLGPH"' in page
        and 'value="26"' in page
    )
    assert config.get(f"/open/committee/{other.id}").headers["Location"].endswith(f"/committeescreen/show/{other.id}")


def test_the_scope_of_another_committee_is_refused_on_the_form_with_the_way_to_it(config, make, session, series):
    other = make.committee(
        name="湖南省船舶高级评委会", series=series, valid_from=date(2026, 1, 1), valid_to=date(2028, 12, 31)
    )
    session.commit()
    answer = config.post("/committeescreen/add", data=FORM | {"series": series.id})
    page = page_of(answer)
    assert (
        answer.status_code == 422
        and "不能重复组建（令40号 第六条）" in page
        and f'href="/open/committee/{other.id}"' in page
        and FORM["name"] in page
    )


def test_a_code_outside_the_rule_is_refused_with_its_clause_and_stays_typed(config, make, session):
    university = make.organisation(name="湘江理工大学", region_code="430104")
    session.commit()
    for code, words in (
        ("1234", "应为 8 位数字"),
        ("99990533", "不是湘江理工大学所在行政区划"),
        ("01040000", "属于人社部门"),
    ):
        answer = config.post("/issuerscreen/add", data={"organisation": university.id, "code": code})
        page = page_of(answer)
        assert (
            answer.status_code == 422
            and words in page
            and "证书编号规则" in page
            and f'value="{code}"' in page
            and "湘江理工大学" in page
        ), code
    assert config.post("/issuerscreen/add", data={"organisation": university.id, "code": "01040533"}).status_code == 302
