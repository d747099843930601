"""The screens of the conditions: kept by the province, tried out by anybody, shown with the declaration."""

from __future__ import annotations

import pytest

from models.conditions.condition import Condition
from models.declarations.declaration import DeclarationState as S
from workflow.base import roles as r

CONFIRM = {"document": "人社部发〔2019〕16号", "confirmed_page": "附件第 3 页", "confidence": "official"}


@pytest.fixture
def row(session):
    return session.query(Condition).filter_by(alt_id="5.as.2").one()


def test_a_row_is_read_in_words_and_confirmed_on_the_screen(browser, make, session, row):
    clerk = make.account(r.HRSS_CONFIG)
    client = browser(clerk)
    page = client.get("/conditionscreen/list/?series=5&level=associate_senior").get_data(as_text=True)
    assert "本系列中级职称，取得满5年" in page and "待确认" in page and "硕士、双学士" in page
    asked = client.get(f"/conditionscreen/act/{row.id}/confirm").get_data(as_text=True)
    assert "原文出处（页、条）" in asked
    empty = client.post(f"/conditionscreen/act/{row.id}/confirm", data={"seen": str(row.version)})
    assert empty.status_code == 422 and "原文出处" in empty.get_data(as_text=True)
    done = client.post(f"/conditionscreen/act/{row.id}/confirm", data=CONFIRM | {"seen": str(row.version)})
    assert done.status_code == 302
    session.expire(row)
    assert (row.state, row.confirmed_by_id) == ("confirmed", clerk.id)


def test_the_list_is_filtered_and_exported(browser, make):
    client = browser(make.account(r.HRSS_AUDIT))
    page = client.get("/conditionscreen/list/?exception_kind=private").get_data(as_text=True)
    assert "0.im.private.1" in page and "5.im.1" not in page
    assert client.get("/exclusionscreen/list/").status_code == 200
    assert "全国会计专业技术资格考试" in client.get("/examinedtitlescreen/list/?series=17").get_data(as_text=True)


def test_anybody_tries_out_what_he_could_declare_and_nothing_is_kept(browser, make, session):
    client = browser(make.account(r.APPLICANT, person=make.person()))
    first = client.get("/opentome/").get_data(as_text=True)
    assert "您还没有填写过申报资料" in first
    told = client.get(
        "/opentome/?degree=bachelor&degree_on=2010-06-30&level=intermediate&held_series=工程技术人员"
        "&held_on=2020-05-01&work_since=2010-07-01&cutoff=2026-06-30&series=工程技术人员"
    ).get_data(as_text=True)
    assert "以下按试算内容核对" in told and "可以申报" in told and "高级工程师" in told
    late = client.get(
        "/opentome/?degree=bachelor&degree_on=2010-06-30&level=intermediate&held_series=工程技术人员"
        "&held_on=2021-10-01&cutoff=2026-06-30&series=工程技术人员"
    ).get_data(as_text=True)
    assert "2026-10-01" in late
    odd = client.get("/opentome/?degree=nonsense&cutoff=yesterday&level=king&held_on=0203-01-01&series=没有的系列")
    assert odd.status_code == 200


def test_the_auditor_reads_the_demands_as_a_checklist(browser, make, session):
    series_title = make.title(series=make.series(), level="associate_senior")
    office = make.organisation(kind="city")
    declaration = make.declaration(
        state=S.UNDER_AUDIT, title=series_title, level="associate_senior", route=(office,), position=1
    )
    client = browser(make.account(r.CITY_OFFICER, organisation=office))
    page = client.get(f"/auditscreen/show/{declaration.id}").get_data(as_text=True)
    assert "申报条件核对" in page
