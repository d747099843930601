"""批量导入 on the screen: template, upload, preview, words, 提交, 失败数据, 撤销本批; nobody else's."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models.imports.import_batch import ImportBatch
from models.paths.path import AcceptanceOffice, PathNode
from models.register.organisation import NodeKind
from workflow.base import roles as r
from workflow.imports.kinds import KINDS

HEAD = "机构名称或统一信用代码,节点类型,联系人\n"


@pytest.fixture
def config(make):
    return make.account(r.HRSS_CONFIG)


@pytest.fixture
def desk(browser, config):
    return browser(config)


def sent(text, name="机构.csv", **more):
    return {"level": "assistant", "way": "initial", "file": (io.BytesIO(text.encode("utf-8-sig")), name)} | more


def uploaded(desk, session, text, **more):
    answer = desk.post("/import/new/acceptance", data=sent(text, **more), content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text
    return session.scalars(select(ImportBatch).order_by(ImportBatch.id.desc())).first()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_page_and_a_template_with_its_columns(kind, browser, make):
    role = KINDS[kind].roles[0]
    given = (
        {"committee_id": make.committee(level="senior").id}
        if role == r.COMMITTEE_OFFICE
        else {"organisation_id": make.organisation().id}
    )
    desk = browser(make.account(role, **given))
    page = desk.get(f"/import/new/{kind}")
    assert page.status_code == 200
    assert all(f.label in page.text for f in KINDS[kind].fields)
    book = load_workbook(io.BytesIO(desk.get(f"/import/template/{kind}").data))
    headings = [str(cell.value).strip("*") for cell in next(book.worksheets[0].iter_rows(max_row=1))]
    assert headings == KINDS[kind].headings


def test_the_template_filled_in_is_a_table_that_can_be_imported(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    book = load_workbook(io.BytesIO(desk.get("/import/template/acceptance").data))
    sheet = book.worksheets[0]
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.value = None
    sheet.cell(2, 1).value, sheet.cell(2, 5).value = city.name, "张三"
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    answer = desk.post(
        "/import/new/acceptance",
        data={"level": "assistant", "way": "initial", "file": (target, "机构.xlsx")},
        content_type="multipart/form-data",
    )
    assert "成功 1 条" in desk.get(answer.location).text


def test_upload_preview_submit_and_take_back(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    batch = uploaded(desk, session, f"{HEAD}{city.code},{NodeKind.CITY.label},张三\n没有这家,,\n")
    page = desk.get(f"/import/show/{batch.id}").text
    assert "成功 1 条" in page and "失败 1 条" in page
    assert "没有这家" in page and "不在" in page
    only = desk.get(f"/import/show/{batch.id}?only=wrong").text
    assert "张三" not in only
    assert desk.post(f"/import/act/{batch.id}/commit", data={"version": batch.version}).status_code == 302
    assert session.scalars(select(AcceptanceOffice)).one().contact == "张三"
    assert "撤销本批" in desk.get(f"/import/show/{batch.id}").text
    session.refresh(batch)
    desk.post(f"/import/act/{batch.id}/undo", data={"version": batch.version})
    assert session.scalars(select(AcceptanceOffice)).all() == []


def test_the_failing_rows_come_back_with_their_reasons_and_can_be_sent_again(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    batch = uploaded(desk, session, f"{HEAD}没有这家,,张三\n")
    answer = desk.get(f"/import/failed/{batch.id}")
    book = load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    heads = [str(c.value).strip("*") for c in sheet[1]]
    assert heads[-1] == "失败原因"
    assert "不在" in sheet.cell(2, len(heads)).value
    assert sheet.cell(2, 1).comment is not None
    sheet.cell(2, 1).value = city.code
    target = io.BytesIO()
    book.save(target)
    again = desk.post(
        "/import/new/acceptance",
        data={"level": "assistant", "way": "initial", "file": (io.BytesIO(target.getvalue()), "改.xlsx")},
        content_type="multipart/form-data",
    )
    assert "成功 1 条" in desk.get(again.location).text


def test_an_unknown_word_is_asked_for_once(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    batch = uploaded(desk, session, f"{HEAD}{city.code},市局,\n")
    assert "没有识别的取值" in desk.get(f"/import/show/{batch.id}").text
    answer = desk.post(
        f"/import/words/{batch.id}", data={"field": "node_kind", "word": "市局", "meaning": NodeKind.CITY.label}
    )
    assert answer.status_code == 302
    page = desk.get(f"/import/show/{batch.id}").text
    assert "成功 1 条" in page and "没有识别的取值" not in page
    assert desk.post(f"/import/words/{batch.id}", data={}).status_code == 422


def test_a_changed_cell_shows_old_and_new(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    first = uploaded(desk, session, f"{HEAD}{city.code},,张三\n")
    desk.post(f"/import/act/{first.id}/commit", data={"version": first.version})
    batch = uploaded(desk, session, f"{HEAD}{city.code},,李四\n")
    page = desk.get(f"/import/show/{batch.id}").text
    assert "<del>张三</del> → 李四" in page


def test_without_a_file_or_a_choice_the_page_says_so_at_the_field(desk):
    answer = desk.post("/import/new/acceptance", data={"level": "assistant"}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "请填写取得方式" in answer.text
    assert "浏览" in answer.text


def test_a_file_that_is_no_table_ends_in_a_sentence_on_its_page(desk, session):
    batch = uploaded(desk, session, "x", file=(io.BytesIO(b"%PDF-1.7"), "a.pdf"))
    page = desk.get(f"/import/show/{batch.id}").text
    assert "只接受 .xlsx、.xls 和 .csv" in page
    assert "无法导入" in page


def test_another_accounts_import_is_not_there(desk, browser, make, session):
    batch = uploaded(desk, session, f"{HEAD}x,,\n")
    stranger = browser(make.account(r.HRSS_CONFIG))
    for address in (f"/import/show/{batch.id}", f"/import/failed/{batch.id}"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"/import/act/{batch.id}/commit").status_code == 404


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/acceptancescreen/list/", "acceptance"),
        ("/organisationscreen/list/", "organisation"),
        ("/committeescreen/list/", "committee"),
        ("/seniorpathscreen/list/", "path_senior"),
    ],
)
def test_the_list_offers_the_import_of_its_records(address, kind, desk):
    assert f"/import/new/{kind}" in desk.get(address).text


def test_nodes_of_a_path_come_in_from_the_screen(desk, make, session):
    city = make.organisation(NodeKind.CITY)
    text = f"下级机构名称或统一信用代码\n{city.code}\n"
    answer = desk.post(
        "/import/new/path_senior",
        data={"level": "", "committee": "", "file": (io.BytesIO(text.encode()), "a.csv")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, answer.text
    batch = session.scalars(select(ImportBatch)).one()
    desk.post(f"/import/act/{batch.id}/commit", data={"version": batch.version})
    assert session.scalars(select(PathNode)).one().organisation_id == city.id
