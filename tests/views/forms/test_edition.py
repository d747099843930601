"""申报表版本 on the screens: entered, refused at the field, previewed, confirmed; the applicant reads the help."""

from __future__ import annotations

from contextlib import closing

import pypdfium2
import pytest

from models.declarations.form_edition import FormEdition, FormRule
from tests.conftest import NOON
from workflow.base import roles as r

MADE = {"name": "新版", "year": str(NOON.year), "paper_size": "A3", "copies": "3", "both_sides": "1"}


@pytest.fixture
def draft(make):
    """An edition in the making."""
    maker = make.account(r.HRSS_CONFIG)
    return make._add(FormEdition, {}, name="本年", year=NOON.year, made_by_id=maker.id, made_by=maker.full_name)


def test_the_configuration_desk_enters_an_edition_and_its_rules(browser, make, session):
    client = browser(make.account(r.HRSS_CONFIG))
    assert client.post("/formeditionscreen/add", data=MADE).status_code == 302
    edition = session.query(FormEdition).one()
    assert (edition.paper_size, edition.copies, edition.both_sides) == ("A3", 3, True)
    locked = {"edition_id": str(edition.id), "place": "titles.obtained_on", "demand": "hidden", "example": "2020-07"}
    page = client.post("/formrulescreen/add", data=locked)
    assert page.status_code == 422 and "不能改为不填" in page.get_data(as_text=True)
    assert "2020-07" in page.get_data(as_text=True)
    assert client.post("/formrulescreen/add", data=locked | {"demand": ""}).status_code == 302
    page = client.get(f"/formeditionscreen/show/{edition.id}").get_data(as_text=True)
    assert "示例：2020-07" in page and "与基础表单相比" in page


def test_an_edition_is_previewed_as_an_applicant_of_a_series_level_and_way(browser, make, draft):
    make._add(FormRule, {}, edition=draft, place="projects.office_1", label="所属领域", level="full_senior")
    client = browser(make.account(r.HRSS_AUDIT))
    page = client.get(f"/formeditionscreen/preview/{draft.id}?level=full_senior").get_data(as_text=True)
    assert "所属领域" in page and "<fieldset disabled" in page
    assert "所属领域" not in client.get(f"/formeditionscreen/preview/{draft.id}?level=assistant").get_data(as_text=True)


def test_the_applicant_reads_the_help_at_the_field_and_how_to_print(browser, make, session, draft):
    draft.paper_size, draft.copies, draft.both_sides, draft.digest, draft.state = "A3", 3, True, "d" * 64, "in_force"
    make._add(FormRule, {}, edition=draft, place="projects.name", requirement="与合同一致", example="某大桥设计")
    declaration = make.declaration()
    declaration.content.form_edition_id = draft.id
    session.flush()
    client = browser(make.account(r.APPLICANT, person=declaration.person))
    page = client.get(f"/declare/{declaration.id}/section/projects").get_data(as_text=True)
    assert "要求：与合同一致；示例：某大桥设计" in page
    assert "用 A3 纸（每面并排两页）双面打印，一式 3 份" in client.get(f"/declare/{declaration.id}").get_data(
        as_text=True
    )
    with closing(pypdfium2.PdfDocument(client.get(f"/declare/{declaration.id}/form.pdf").data)) as printed:
        assert {tuple(map(round, sheet.get_size())) for sheet in printed} == {(1191, 842)}, "A3, lying"
        first = printed[0].get_textpage().get_text_bounded()
        assert "第 1 页" in first and "第 2 页" in first
