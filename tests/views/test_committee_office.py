"""评委会管理: 其他信息 row by row, the term and its warnings, the document of a smaller size, the picker."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from PIL import Image
from sqlalchemy import select

from models.committee import Committee
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from workflow import roles

pytestmark = pytest.mark.usefixtures("noon")
FORM = {
    "name": "湖南省环保工程高级评委会", "level": "senior", "kind": "ordinary", "region_code": "430000", "account_name": "hbgph",
    "valid_from": "2026-01-01", "valid_to": "2028-12-31", "size": "25",
}  # fmt: skip


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
    assert config.post(f"{act}/change_office", data={"row": first.id, "organisation": second.id}).headers["Location"].endswith(other)
    assert config.post(f"{act}/set_fee", data={"item": "评审费", "amount": "360"}).status_code == 302
    session.refresh(committee)
    assert [row.organisation for row in committee.offices] == [second] and [int(fee.amount) for fee in committee.fees] == [360]
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
    soon, last, over, long = (make.committee(name=f"甲{n}评委会", valid_to=day) for n, day in enumerate((date(2026, 8, 1), date(2026, 6, 1), date(2026, 5, 1), date(2027, 5, 1))))
    found = {word: page_of(config.get(f"/committeescreen/list/?term={word}")) for word in ("soon", "last", "over", "never")}
    assert soon.name in found["soon"] and last.name in found["soon"] and over.name not in found["soon"] and long.name not in found["soon"]
    assert soon.name not in found["last"] and "12 天后到期" in found["last"] and "90 天内到期" in found["last"]
    assert over.name in found["over"] and "已过期" in found["over"] and "不能识别" in found["never"]
    assert over.name in page_of(config.get("/committeescreen/list/?desk=waiting")) and long.name not in page_of(config.get("/committeescreen/list/?desk=waiting"))


def test_a_smaller_committee_is_approved_with_the_document_only(config, browser, make, session, series):
    unit = make.organisation()
    config.post("/committeescreen/add", data=FORM | {"series": series.id, "size": "23", "size_exception": "湘人社函〔2026〕2号"})
    committee = session.scalar(select(Committee).where(Committee.name == FORM["name"]))
    config.post(f"/committeescreen/other/{committee.id}/add_office", data={"add_office-rows": "1", "add_office-0-organisation": unit.id})
    approver, act = browser(make.account(roles.HRSS_AUDIT)), f"/committeescreen/act/{committee.id}"
    refused = approver.post(f"{act}/approve", data={"version": committee.version})
    assert refused.status_code == 422 and "尚未上传省人社厅同意调整的批复文件（令40号 第九条）" in page_of(refused)
    assert "PDF" in page_of(config.post(f"{act}/exception", data={"document": "x", "file": (io.BytesIO(b"text"), "a.txt")}))
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    assert config.post(f"{act}/exception", data={"document": "湘人社函〔2026〕2号", "file": (picture, "批复.png")}).status_code == 302
    assert approver.post(f"{act}/approve", data={"version": committee.version}).status_code == 302
    page = page_of(config.get(f"/committeescreen/show/{committee.id}"))
    assert "批复.png" in page
    key = re.search(r'/file/(\w+)"', page)[1]
    assert config.get(f"/file/{key}").status_code == 200 and browser(make.account(roles.LEADER)).get(f"/file/{key}").status_code == 404
