"""公示材料: what 118号 四(二)2 lists and nothing more; its pages and those of the proof carry the posting's number."""

from __future__ import annotations

from datetime import date

import pytest

from models.awards.publicity import Publicity, PublicityItem, PublicityKind
from models.declarations.declaration import DeclarationState as S
from tests.reports.test_paper import packed, text_of
from workflow.base import roles as r


@pytest.fixture
def posting(make, session):
    """A posting of one person with a paper, a lapse nobody has, and a telephone."""
    declaration = make.declaration(state=S.UNIT_PUBLICITY)
    declaration.content.sections = {
        "papers": [{"title": f"论文之{n}", "publisher": "湖南水利"} for n in range(8)],
        "discipline": {"retired": True},
    }
    made = Publicity(
        kind=PublicityKind.UNIT, title="某单位公示", organisation_id=declaration.unit_id, posted_on=date(2026, 5, 18),
        starts_on=date(2026, 5, 19), ends_on=date(2026, 5, 25), place="公告栏", contents=["学历", "论文"],
        complaint_department="人事科", complaint_telephone="0731-84900000", handler="周核",
    )  # fmt: skip
    made.people.append(PublicityItem(declaration=declaration))
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def officer(make, browser, posting):
    return browser(make.account(r.UNIT_OFFICER, organisation_id=posting.organisation_id))


def test_what_is_posted_is_what_the_notice_lists(officer, posting):
    person = posting.people[0].declaration.person
    printed = packed(text_of(officer.get(f"/unitpublicityscreen/posted/{posting.id}.pdf").data))
    for words in (person.name, "论文之4", "等8项，见《评审表》", "人事科", "0731-84900000", "2026年5月25日", "公告栏"):
        assert packed(words) in printed, words
    for words in (person.id_number, person.phone, person.masked_id, "论文之5"):
        assert packed(words) not in printed, words
    assert "有，见《评审表》" not in printed, "to have retired is no lapse"


def test_a_lapse_is_posted(officer, posting, session):
    posting.people[0].declaration.content.sections = {"discipline": {"in_penalty_period": True}}
    session.commit()
    assert "有，见《评审表》" in packed(text_of(officer.get(f"/unitpublicityscreen/posted/{posting.id}.pdf").data))


def test_the_proof_carries_the_same_number_on_its_pages(officer, posting):
    proof = packed(text_of(officer.get(f"/unitpublicityscreen/proof/{posting.id}.pdf").data))
    assert f"GS2026-{posting.id}" in proof and "本页摘要" in proof


def test_the_page_of_a_posting_leads_to_both(officer, posting):
    page = officer.get(f"/unitpublicityscreen/show/{posting.id}").get_data(as_text=True)
    assert f"/posted/{posting.id}.pdf" in page and f"/proof/{posting.id}.pdf" in page
