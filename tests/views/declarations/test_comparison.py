"""登记纸质材料 and 核验与比对 over HTTP: from the record and back, everything typed kept, shown to the next office."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.register.organisation import NodeKind
from tests.views.office_day import noon, page_of  # noqa: F401
from tests.workflow.declarations.test_comparison import DEGREE
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles as r
from workflow.declarations import comparison, degree_check
from workflow.storage import files

pytestmark = pytest.mark.usefixtures("noon")
RECEIPT = {"received_on": "2026-05-20", "place": "3 号柜"}


@pytest.fixture
def case(make, as_, session):
    """One declaration with two files at a district, and the officers of the district and of its city."""
    district, city = make.organisation(NodeKind.DISTRICT), make.organisation(NodeKind.CITY)
    declaration = make.declaration(S.UNDER_AUDIT, position=1, route=[district, city])
    declaration.submitted_at = datetime(2026, 5, 1, 9)
    declaration.content.sections = {"education": [DEGREE]}
    officers = make.account(r.DISTRICT_OFFICER, organisation=district), make.account(r.CITY_OFFICER, organisation=city)
    for n, kind in enumerate(("education", "title")):
        stored = files.store(as_(officers[0]), drawing((9, 9 + n)), f"{kind}.png", owner=declaration, purpose=kind)
        session.add(Material(declaration_id=declaration.id, kind=kind, file=stored))
    session.flush()
    make.as_handed_in(declaration)
    return declaration, officers


def test_paper_is_received_compared_and_passed_on(browser, case, as_, session):
    declaration, (officer, above) = case
    client, address = browser(officer), f"/auditscreen/act/{declaration.id}"
    record = page_of(client.get(f"/auditscreen/show/{declaration.id}"))
    assert "登记纸质材料" in record and f"/comparison/{declaration.id}" in record and "未登记" in record
    assert "尚未登记收到纸质材料" in page_of(client.get(f"/comparison/{declaration.id}"))
    assert client.post(f"{address}/receive_paper", data=RECEIPT).status_code == 302
    session.expire_all()
    assert "还有 2 件材料未比对" in page_of(client.get(f"/auditscreen/show/{declaration.id}"))
    assert f"2026-05-20 收到，{officer.full_name}" in page_of(client.get(f"/auditscreen/show/{declaration.id}"))
    (degree,), (first, second) = (
        degree_check.degrees_of(declaration),
        [f.material.id for f in comparison.files_of(as_(officer), declaration)],
    )
    sent = {
        "version": declaration.version,
        f"degree-{degree.key}": "档案已核验",
        f"file-{first}": "same",
        f"file-{second}": "differs",
        f"note-{second}": "",
    }
    refused = client.post(f"/comparison/{declaration.id}", data=sent)
    assert refused.status_code == 422 and "须写明原因" in page_of(refused)
    assert re.search(rf'name="degree-{degree.key}".*?value="档案已核验" selected', page_of(refused), re.S), (
        "what was chosen stays"
    )
    session.expire_all()
    assert (
        all(f.here is None for f in comparison.files_of(as_(officer), declaration))
        and not degree_check.degrees_of(declaration)[0].status
    )
    sent |= {f"file-{second}": "corrected", f"note-{second}": "复印件已补"}
    assert client.post(f"/comparison/{declaration.id}", data=sent).status_code == 302
    session.expire_all()
    shown = page_of(client.get(f"/auditscreen/show/{declaration.id}"))
    assert "复印件已补" in shown and "档案已核验（" in shown and "逐件比对：一致 1 件，已更正 1 件" in shown
    passed = {
        "opinion": "同意",
        "publicity_checked": "1",
        "consistency": "corrected",
        "consistency_note": "已更正",
    }
    assert client.post(f"{address}/approve", data=passed).status_code == 302
    next_desk = page_of(browser(above).get(f"/comparison/{declaration.id}"))
    assert "复印件已补" in next_desk and "未比对" in next_desk


def test_who_does_not_hold_the_case_reads_but_saves_nothing(browser, case, make, as_, session):
    declaration, (officer, _above) = case
    declaration.paper_received_on = datetime(2026, 5, 20).date()
    declaration.state, declaration.position = S.UNIT_REVIEW, 0
    client = browser(officer)
    page = client.get(f"/comparison/{declaration.id}")
    assert page.status_code == 200 and "disabled" in page_of(page)
    (first, _second) = [f.material.id for f in comparison.files_of(as_(officer), declaration)]
    answer = client.post(
        f"/comparison/{declaration.id}", data={"version": declaration.version, f"file-{first}": "same"}
    )
    assert answer.status_code in (403, 409, 422)
    assert comparison.files_of(as_(officer), declaration)[0].here is None
    assert (
        browser(make.account(r.DISTRICT_OFFICER, organisation=make.organisation()))
        .get(f"/comparison/{declaration.id}")
        .status_code
        == 404
    )


def test_an_old_page_saves_nothing(browser, case, session):
    declaration, (officer, _above) = case
    client = browser(officer)
    assert client.post(f"/comparison/{declaration.id}", data={"version": "0"}).status_code == 409


def test_lists_ask_for_declarations_whose_paper_has_come(browser, case):
    declaration, (officer, _above) = case
    client = browser(officer)
    assert declaration.number in page_of(client.get("/auditscreen/list/?paper=no"))
    assert declaration.number not in page_of(client.get("/auditscreen/list/?paper=yes"))
    assert "不能识别" in page_of(client.get("/auditscreen/list/?paper=maybe"))


def test_the_applicant_reads_that_his_paper_has_come(browser, case, make):
    declaration, _officers = case
    declaration.paper_received_on, declaration.paper_by, declaration.paper_place = (
        datetime(2026, 5, 20).date(),
        "周静",
        "3 号柜",
    )
    page = page_of(browser(make.account(r.APPLICANT, person=declaration.person)).get(f"/declare/{declaration.id}"))
    assert "2026-05-20 收到，存放于3 号柜" in page and "周静" not in page, "offices, without officers' names"
