"""初定 and 认定 end at the last organisation of the path: its 通过 takes effect, and the certificate follows."""

from __future__ import annotations

import pytest

from tests.journeys.people import says

CITY = "长沙市人力资源和社会保障局"


@pytest.fixture(scope="module")
def numbers(office):
    """证书编号生成: 初定 and 认定 share the way digit 3, and so the library of the city's numbers."""
    office.as_("hrss_cert").generates("初级", "认定", CITY, 5)


@pytest.mark.parametrize(("person", "way"), [("person4", "初定"), ("person5", "认定")])
def test_a_first_title_is_effective_at_the_city(as_, office, numbers, person, way):
    applicant = as_(person)
    number = applicant.declares(f"2026 年度长沙市助理级{way}", "助理工程师", office.cast["unit1_name"])
    applicant.fills_the_form(without=("titles", "achievements", "title", "achievement"))
    applicant.submits()
    as_("unit1").receives(number)
    as_("unit1").checks(number)
    last = as_("unit1").posts_it(number)
    office.waits_until_after(last)
    as_("unit1").closes_posting()
    as_("unit1").recommends(number)
    as_("district1").audits(number)
    as_("city1").audits(number)
    assert applicant.state() == "已备案"
    as_("city1").names_the_document(number, "长人社职〔2026〕18号")
    as_("hrss_cert").issues(applicant.name(), CITY)
    paper = applicant.certificate()
    assert says(paper.pdf, paper.number, paper.name, CITY)
    assert "01000000" in paper.number, "the city's own code"
    assert as_("public").follows_code(paper) == "有效"
