"""The ten main pages of each role are read by axe, the common engine of accessibility checks, and found clean."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.world import BATCH
from workflow.base import roles as r

#: Who looks: an account of each role that has a workbench of its own.
WHO = (
    "person1", "unit1", "bureau1", "city1", "district1", "committee1", "expert1", "hrss_config", "hrss_audit",
    "hrss_special", "hrss_cert", "leader", "supervisor", "sysadmin", "secadmin", "auditadmin",
)  # fmt: skip
PAGES = 10
#: Rules of the two levels that the law asks for, and those of good practice that we keep as well.
OPTIONS = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}


def violated(office, page):
    """(rule, where) of all that axe finds on the page; the other lists and a record of each: test_lists."""
    assert office.complaints() == []
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    office.complaints()  # axe's own probes, which the policy of the page refuses, are no fault of the page
    return [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in violations]


@pytest.mark.parametrize("who", WHO)
def test_the_main_pages_of_a_role_are_clean(as_, office, who):
    window = as_(who)
    window.page.goto("/home/")
    links = window.page.locator("nav.side a").evaluate_all("found => found.map(link => link.getAttribute('href'))")
    found = {}
    for address in dict.fromkeys(["/home/", *links][:PAGES]):
        window.page.goto(address)
        if violations := violated(office, window.page):
            found[address] = violations
    assert found == {}


#: The pages of declaring and auditing that no menu leads to, or that stand beyond the first ten.
SEEN = {
    "person3": ("/guided/", "/declare/", "{mine}", "{mine}/materials", "{mine}/check", "{mine}/section/education",
                "/recognition/{key}", "/library/"),
    "district3": ("/auditscreen/show/{key}", "/auditscreen/side/{key}", "/delegationscreen/list/",
                  "/paperpilescreen/list/", "/paperpilescreen/add", "/phrasescreen/list/", "/phrasescreen/points"),
    "hrss_config": ("/formeditionscreen/list/", "/formeditionscreen/add", "/formrulescreen/list/", "/phrasescreen/add"),
}  # fmt: skip


def test_the_pages_of_declaring_and_auditing_are_clean(as_, office):
    person3 = as_("person3")
    person3.looks_up(person3.number_of(BATCH))
    mine = f"/declare/{person3.key}"
    found = {}
    for who, addresses in SEEN.items():
        window = as_(who)
        for address in addresses:
            page = address.format(mine=mine, key=person3.key)
            assert window.page.goto(page).ok, page
            if violations := violated(office, window.page):
                found[who, page] = violations
    assert found == {}


def test_every_role_is_looked_at():
    assert len(WHO) >= len([role for role in r.ALL if role not in {r.SYSTEM}])
