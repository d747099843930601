"""One province on two nodes: whoever is sent to the other one does not notice."""

from __future__ import annotations

import re
import time

import pytest
from pypdfium2 import PdfDocument

from tests.workflow.storage.test_preview import scan
from workflow.register import credit_code

PAPER = scan(3)
ROWS = 6000


def table(rows, lead="MA"):
    """New units below the city, as many as take a while to be looked at."""
    lines = ["统一信用代码,机构名称,节点类型,行政区划"]
    for number in range(rows):
        begun = f"91430102{lead}{number:07d}"
        code = next(begun + sign for sign in credit_code.ALPHABET if credit_code.check(begun + sign) is None)
        lines.append(f"{code},长沙双机试验{lead}{number}有限公司,单位,430102")
    return "\n".join(lines).encode()


def seen_until(person, node, address, word):
    """What a page shows, again and again, until that word stands on it."""
    shown = []
    for _ in range(600):
        shown.append(person.get(node, address).text)
        if word in shown[-1]:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown[-1])


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
    """It leaves written anew, and byte by byte the same at each: a download may go on at the other node."""
    whole = applicant.get(office.other, paper)
    assert whole.status_code == 200 and whole.content.startswith(b"%PDF-")
    assert len(PdfDocument(whole.content)) == len(PdfDocument(PAPER))
    for node in (office.other, office.one):
        assert applicant.get(node, paper).content == whole.content
        part = applicant.get(node, paper, headers={"Range": "bytes=10-19"})
        assert part.status_code == 206 and part.content == whole.content[10:20]
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


@pytest.fixture(scope="module")
def workers(office):
    """One on each node."""
    for node in (office.one, office.other):
        node.works()
    yield
    for node in (office.one, office.other):
        node.rests()


def sends_a_table(office, clerk, node, rows, lead="MA"):
    file = {"file": (f"{lead}.csv", table(rows, lead), "text/csv")}
    sent = clerk.post(node, "/import/new/organisation", form_of=node, files=file)
    assert sent.status_code == 302, sent.text
    return sent.headers["Location"]


def test_long_work_asked_at_one_node_shows_its_progress_and_its_end_at_the_other(office, workers):
    clerk = office.signs_in("office")
    batch = sends_a_table(office, clerk, office.one, ROWS)
    shown = seen_until(clerk, office.other, batch, "待提交")
    assert any("正在" in page and "<progress" in page for page in shown[:-1]), "progress is seen from the other node"
    assert f"{ROWS}" in shown[-1] and "全部" in shown[-1]
    assert f"{ROWS}" in clerk.get(office.one, batch).text


def test_the_file_of_long_work_is_fetched_at_both_nodes_and_by_nobody_else(office, workers, applicant, paper):
    (_code, job), (code, said), swept = office.other.says(
        ["ask", office.cast["office"]], ["store", "verify"], ["store", "sweep"]
    )
    assert code == 0 and "全部完好" in said and "s3://files/province" in said
    assert swept[0] == 0 and "已清理 0 个" in swept[1]
    clerk = office.signs_in("office")
    seen_until(clerk, office.one, f"/job/show/{job}", "已完成")
    sheets = [clerk.get(node, f"/job/fetch/{job}") for node in (office.one, office.other)]
    assert [sheet.status_code for sheet in sheets] == [200, 200]
    assert sheets[0].content == sheets[1].content and sheets[0].content.startswith(b"PK")
    part = clerk.get(office.one, f"/job/fetch/{job}", headers={"Range": "bytes=2-5"})
    assert part.status_code == 206 and part.content == sheets[0].content[2:6]
    assert applicant.get(office.one, f"/job/fetch/{job}").status_code in (403, 404)


def test_a_node_that_dies_takes_nothing_with_it(office, workers, applicant, paper):
    office.one.dies()
    assert len(PdfDocument(applicant.get(office.other, paper).content)) == len(PdfDocument(PAPER))
    page = f"/declare/{office.cast['declaration']}/materials"
    sent = {"kind": "education", "no_secrets": "1"}
    file = {"file": ("学位证书.pdf", scan(2), "application/pdf")}
    assert applicant.post(office.other, page, form_of=office.other, data=sent, files=file).status_code == 302
    assert "学位证书.pdf" in applicant.get(office.other, page).text
    clerk = office.signs_in("office", office.other)
    batch = sends_a_table(office, clerk, office.other, 1500, "MB")
    seen_until(clerk, office.other, batch, "待提交")
