"""One province on two nodes: whoever is sent to the other one does not notice."""

from __future__ import annotations

import re

import pytest

from tests.workflow.storage.test_preview import scan

PAPER = scan(3)


@pytest.fixture(scope="module")
def applicant(office):
    return office.signs_in("applicant")


@pytest.fixture(scope="module")
def paper(office, applicant):
    """The address of a paper that was filled into a form of one node and sent to the other."""
    page = f"/declare/{office.cast['declaration']}/materials"
    sent = {"kind": "education", "no_secrets": "1"}
    file = {"file": ("学历证书.pdf", PAPER, "application/pdf")}
    answer = applicant.post(office.one, page, form_of=office.other, data=sent, files=file)
    assert answer.status_code == 302, answer.text
    return re.search(r'href="(/file/[0-9a-f]{32})"', applicant.get(office.one, page).text)[1]


def test_a_stay_holds_on_both_nodes_and_ends_on_both(office):
    person = office.signs_in("stranger", office.other)
    assert person.signed_in.status_code == 302
    for node in (office.one, office.other, office.one):
        assert person.get(node, "/home/").status_code == 200
    left = person.post(office.one, "/logout/", form_of=office.other)
    assert left.status_code == 302
    for node in (office.one, office.other):
        assert person.get(node, "/home/").headers["Location"].startswith("/login/")


def test_wrong_passwords_are_counted_together(office):
    for attempt in range(5):
        node = (office.one, office.other)[attempt % 2]
        assert office.signs_in("forgetful", node, password="wrong").signed_in.status_code == 401
    for node in (office.one, office.other):
        assert office.signs_in("forgetful", node).signed_in.status_code == 401, "locked on both"


def test_a_paper_sent_to_one_node_is_downloaded_and_previewed_at_the_other(office, applicant, paper):
    for node in (office.other, office.one):
        whole = applicant.get(node, paper)
        assert whole.status_code == 200 and whole.content == PAPER
        part = applicant.get(node, paper, headers={"Range": "bytes=10-19"})
        assert part.status_code == 206 and part.content == PAPER[10:20]
        drawn = applicant.get(node, f"{paper}/view/2")
        assert drawn.status_code == 200 and drawn.headers["Content-Type"] == "image/png"


def test_the_row_policy_is_asked_on_every_node(office, paper):
    stranger = office.signs_in("stranger")
    for node in (office.one, office.other):
        assert stranger.get(node, paper).status_code == 404
        assert stranger.get(node, f"{paper}/view/1").status_code == 404


def test_nothing_of_a_file_lies_on_a_node_but_drawn_pages(office, applicant, paper):
    for node in (office.one, office.other):
        kept = [path for path in (node.log.parent / "data").rglob("*") if path.is_file()]
        assert [path.name for path in kept if path.suffix != ".png" and path.read_bytes() == PAPER] == []


def test_every_node_counts_the_same_store_and_sweeps_nothing_that_is_needed(office, paper):
    (code, said), swept = office.other.says(["store", "verify"], ["store", "sweep"])
    assert code == 0 and "核对 1 个文件" in said and "s3://files/province" in said
    assert swept[0] == 0 and "已清理 0 个" in swept[1]


def test_a_node_that_dies_takes_nothing_with_it(office, applicant, paper):
    office.one.dies()
    assert applicant.get(office.other, paper).content == PAPER
    page = f"/declare/{office.cast['declaration']}/materials"
    sent = {"kind": "education", "no_secrets": "1"}
    file = {"file": ("学位证书.pdf", scan(2), "application/pdf")}
    assert applicant.post(office.other, page, form_of=office.other, data=sent, files=file).status_code == 302
    assert "学位证书.pdf" in applicant.get(office.other, page).text
