"""纸质材料接收: a pile of any order is known page by page, what differs is named, and people decide."""

from __future__ import annotations

import gc
import io
import os
import random

import pypdfium2
import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.declarations.material import StoredFile
from models.declarations.paper_pile import PaperPile, PaperReceipt, PileState
from models.declarations.printing import PaperPrint
from models.office.notice import Notice
from models.register.organisation import NodeKind
from tests.reports.test_paper import packed, text_of
from tests.scans import drawn, pdf_of, scanned, with_another_figure
from workflow.base import roles as r
from workflow.forms import form
from workflow.papers import found, pile


def filled(rows):
    """Sections with so many rows of the first repeated section that has fields of text."""
    section = next(s for s in form.form().sections if s.repeated and len(s.fields) >= 4)
    columns = [f.key for f in section.fields if f.mirror is None and f.kind in ("text", "area")] or [
        section.fields[0].key
    ]
    return section, {section.key: [dict.fromkeys(columns, f"{n * 37 + 1204} 号{n}项") for n in range(rows)]}, columns[0]


#: werkzeug's test client leaves a large upload of its own to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(autouse=True)
def _collected():
    """What the test client has left is collected here, and does not surface in a later test."""
    yield
    gc.collect()


@pytest.fixture
def case(make, session, browser):
    """`case(rows)`: a declaration under audit at a district, its officer, and the print of its 评审表."""
    district = make.organisation(NodeKind.DISTRICT)
    officer = make.account(r.DISTRICT_OFFICER, organisation_id=district.id)

    def _case(rows=2, district_=district, officer_=officer):
        declaration = make.declaration(S.UNDER_AUDIT, position=1, route=[district_])
        declaration.content.sections = filled(rows)[1]
        make.as_handed_in(declaration)
        session.commit()
        return declaration, officer_, printed(browser, officer_, declaration)

    return _case


def printed(browser, officer, declaration):
    answer = browser(officer).get(f"/declaration/{declaration.id}/form.pdf")
    assert answer.status_code == 200
    return answer.data


def pages_in(pdf):
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def brought(client, *files):
    """Upload a pile; the work is done at once in tests. Its address."""
    answer = client.post("/paperpilescreen/add", data={"files": [(io.BytesIO(data), name) for data, name in files]})
    assert answer.status_code == 302, answer.get_data(as_text=True)[:3000]
    return answer.headers["Location"]


def newest(session):
    return session.scalars(select(PaperPile).order_by(PaperPile.id.desc())).first()


def post(client, session, what, **data):
    record = newest(session)
    return client.post(f"/paperpilescreen/{what}/{record.id}", data={"version": record.version, **data})


def clear(page, seed=1):
    return scanned(page, seed, dpi=200, blur=0.3, noise=2, angle=0.5)


#: A sheet is laid on its print in some five seconds of a core; TEST_WHOLE=1 reads a form of twenty pages.
PAGES = 20 if os.environ.get("TEST_WHOLE") else 12


def test_one_page_missing_one_older_and_one_altered_are_named_exactly(case, browser, session, make):
    """Rendered, skewed, blurred."""
    section, _, key = filled(1)
    rows = 60
    declaration, officer, first = case(rows)
    while pages_in(first) < PAGES:
        rows += max(12, (PAGES - pages_in(first)) * rows // pages_in(first))
        declaration.content.sections = filled(rows)[1]
        make.as_handed_in(declaration)
        session.commit()
        first = printed(browser, officer, declaration)
    told = {section.key: [dict(row) for row in declaration.content.sections[section.key]]}
    told[section.key][1][key] = "9999 号改项"
    declaration.content.sections = told
    make.as_handed_in(declaration)
    session.commit()
    second = printed(browser, officer, declaration)
    assert len(session.scalars(select(PaperPrint).where(PaperPrint.case == declaration.number)).all()) >= 2
    total = pages_in(second)
    older, missing, altered = 5, 9, 11
    page, was, _box = with_another_figure(second, altered, 5)
    sheets = {n: drawn(second, n) for n in range(1, total + 1) if n != missing}
    sheets |= {older: drawn(first, older), altered: page}
    order = list(sheets)
    random.Random(3).shuffle(order)
    client = browser(officer)
    shown = client.get(brought(client, (pdf_of([scanned(sheets[n], n) for n in order]), "整卷.pdf"))).get_data(
        as_text=True
    )
    record = newest(session)
    assert record.state == PileState.READ and record.pages == total - 1
    (one,) = found.cases_of(session, record)
    assert one.due == total and one.missing == [missing] and not one.twice and not one.false and not one.unlaid
    assert [s.page for s, _ in one.older] == [older] and [s.page for s in one.altered] == [altered]
    assert [(a, b) for _w, a, b in one.older[0][1]] == [(filled(rows)[1][section.key][1][key], "9999 号改项")]
    (named,) = one.altered[0].apart
    assert was in named["printed"]
    assert f"缺第 {missing} 页" in shown and "9999 号改项" in shown and "与打印的不同" in shown
    refused = post(client, session, "receive", case=declaration.id, do="receive", location="1 柜")
    assert refused.status_code == 422 and "尚不齐全" in refused.get_data(as_text=True)
    assert post(client, session, "receive", case=declaration.id, do="demand").status_code == 302
    session.expire_all()
    assert declaration.paper_received_on is None
    note = session.scalars(
        select(Notice).where(Notice.person_id == declaration.person_id).order_by(Notice.id.desc())
    ).first()
    assert f"缺第 {missing} 页" in note.text and f"第 {older} 页是旧版本" in note.text and "补齐" in note.text
    # what was asked for comes later, and the case is whole
    late = [scanned(drawn(second, n), 90 + n) for n in (missing, older, altered)]
    brought(client, (pdf_of(late), "补交.pdf"))
    (rest,) = found.cases_of(session, newest(session))
    assert rest.whole, (rest.missing, rest.wanting)
    assert post(client, session, "receive", case=declaration.id, do="receive", location="1 柜").status_code == 302
    session.expire_all()
    assert declaration.paper_by == officer.full_name and declaration.paper_place == "1 柜"


def test_a_whole_form_is_received_and_its_scans_lie_with_the_case(case, browser, session):
    declaration, officer, sheet = case()
    client = browser(officer)
    place = brought(client, (pdf_of([clear(drawn(sheet, n)) for n in range(1, pages_in(sheet) + 1)]), "一.pdf"))
    assert "齐全" in client.get(place).get_data(as_text=True)
    stale = newest(session).version
    assert post(client, session, "receive", case=declaration.id, do="receive", location="").status_code == 422
    assert post(client, session, "receive", case=declaration.id, do="receive", location="3 号柜").status_code == 302
    session.expire_all()
    assert (declaration.paper_by, declaration.paper_by_id) == (officer.full_name, officer.id)
    (receipt,) = session.scalars(select(PaperReceipt)).all()
    assert receipt.whole and receipt.pages == pages_in(sheet)
    scan = session.scalars(
        select(StoredFile).where(StoredFile.owner_kind == "declaration", StoredFile.purpose == pile.SCAN)
    ).one()
    assert scan.owner_id == declaration.id and scan.pages == pages_in(sheet)
    assert client.get(f"/file/{scan.key}/view").status_code == 200
    paper = client.get(f"/paperpilescreen/receipt/{receipt.pile_id}/{declaration.id}.pdf")
    said = packed(text_of(paper.data))
    assert "纸质材料接收回执" in said and officer.full_name in said and "材料齐全" in said
    # a second clerk who still sees the page of before is told
    again = client.post(
        f"/paperpilescreen/receive/{receipt.pile_id}",
        data={"version": stale, "case": declaration.id, "do": "receive", "location": "4 号柜"},
    )
    assert again.status_code == 409 and "他人" in again.get_data(as_text=True)
    record = newest(session)
    done = client.post(f"/paperpilescreen/act/{record.id}/close", data={"version": record.version})
    session.expire_all()
    assert done.status_code == 302 and record.state == PileState.CLOSED


def test_a_case_of_another_office_is_said_without_telling_whose(case, browser, session, make):
    declaration, officer, sheet = case()
    other = make.organisation(NodeKind.DISTRICT)
    stranger = make.account(r.DISTRICT_OFFICER, organisation_id=other.id)
    client = browser(stranger)
    shown = client.get(brought(client, (clear(drawn(sheet, 1)), "一.jpg"))).get_data(as_text=True)
    assert "不是本机构受理的案卷" in shown
    assert declaration.number not in shown and declaration.applicant_name not in shown
    (sheet_,) = found.sheets_of(newest(session))
    assert (sheet_.seen, sheet_.case, sheet_.declaration, sheet_.of) == ("foreign", "", None, None)
    taken = post(client, session, "rule", place=0, do="take", number=declaration.number, page=1, reason="本案卷")
    assert taken.status_code == 422 and "不能归入" in taken.get_data(as_text=True)
    key = newest(session).id
    assert browser(officer).get(f"/paperpilescreen/show/{key}").status_code == 404


def test_a_page_without_a_code_is_given_to_a_case_by_hand_with_a_reason(case, browser, session):
    from PIL import Image

    declaration, officer, sheet = case()
    client, total = browser(officer), pages_in(sheet)
    blank = Image.new("RGB", (1654, 2339), "white")
    pages = [clear(drawn(sheet, n)) for n in range(1, total)] + [clear(blank)]
    shown = client.get(brought(client, (pdf_of(pages), "一.pdf"))).get_data(as_text=True)
    assert "没有可识别的识别码" in shown and f"缺第 {total} 页" in shown
    at = total - 1
    for wrong, field in (
        ({"number": declaration.number, "page": total, "reason": ""}, "理由"),
        ({"number": "T0000", "page": total, "reason": "对照原件"}, "申报编号"),
        ({"number": declaration.number, "page": total + 1, "reason": "对照原件"}, "页码"),
    ):
        answer = post(client, session, "rule", place=at, do="take", **wrong)
        assert answer.status_code == 422 and field in answer.get_data(as_text=True), wrong
    good = {"number": declaration.number, "page": total, "reason": "识别码被装订孔破坏，对照原件"}
    assert post(client, session, "rule", place=at, do="take", **good).status_code == 302
    (one,) = found.cases_of(session, newest(session))
    assert one.whole and one.right[total].reason.startswith("识别码被")


def test_what_is_no_picture_and_no_pdf_is_refused_at_the_field(case, browser, session):
    _declaration, officer, _sheet = case()
    client = browser(officer)
    for data, name, why in (
        (b"MZ not a scan", "病毒.exe", "类型不能上传"),
        (b"%PDF-1.7 broken", "坏.pdf", "坏.pdf"),
        (b"", "空.pdf", "是空的"),
    ):
        answer = client.post("/paperpilescreen/add", data={"files": [(io.BytesIO(data), name)]})
        assert answer.status_code == 422 and why in answer.get_data(as_text=True), name
    assert client.post("/paperpilescreen/add", data={}).status_code == 422
    assert newest(session) is None


def test_too_many_pages_are_asked_for_in_parts(case, browser, session, monkeypatch):
    monkeypatch.setattr(pile, "MOST_PAGES", 2)
    _declaration, officer, sheet = case()
    answer = browser(officer).post("/paperpilescreen/add", data={"files": [(io.BytesIO(sheet), "一.pdf")]})
    assert answer.status_code == 422 and "分批上传" in answer.get_data(as_text=True) and newest(session) is None


def test_a_forged_code_is_named_and_not_counted(case, browser, session):
    import segno

    declaration, officer, sheet = case()
    page, out = drawn(sheet, 1), io.BytesIO()
    segno.make(f"ZC1:RF:{declaration.number}:1:1/9:{'0' * 16}:{'A' * 20}", error="q", micro=False).save(
        out, kind="png", scale=6, border=3
    )
    from PIL import Image

    code = Image.open(out).convert("RGB")
    page.paste(code, (page.width - 470, page.height - 450))
    client = browser(officer)
    shown = client.get(brought(client, (clear(page), "一.jpg"))).get_data(as_text=True)
    assert "识别码不真实" in shown
    (one,) = found.cases_of(session, newest(session))
    assert len(one.false) == 1 and 1 in one.missing


def test_a_worker_that_dies_leaves_the_pile_to_be_read_again(case, browser, session, monkeypatch):
    from workflow.papers import drawing

    _declaration, officer, sheet = case()
    client, whole = browser(officer), drawing.drawn

    def dies(*_a):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(drawing, "drawn", dies)
    brought(client, (clear(drawn(sheet, 1)), "一.jpg"))
    record = newest(session)
    assert record.state == PileState.READING and found.sheets_of(record) == []
    from workflow.jobs import work

    monkeypatch.setattr(drawing, "drawn", whole)
    work.do(session, record.job_id)
    session.expire_all()
    assert record.state == PileState.READ and len(found.sheets_of(record)) == 1
