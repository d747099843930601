"""What is printed is kept: the same content is the same sheet, and is known again whatever becomes of the key."""

from __future__ import annotations

import io

import pikepdf
import pytest
from sqlalchemy import func, select

from models.declarations.declaration import DeclarationState as S
from models.declarations.material import StoredFile
from models.declarations.printing import PaperPrint
from models.registry import by_table
from models.sealed import install_keys, under
from tests.conftest import MASTER
from workflow.accounts import accounts
from workflow.base import journal, stamp
from workflow.base import roles as r
from workflow.base.unit_of_work import attempt
from workflow.declarations import content, submission
from workflow.office import rekey
from workflow.storage import files, page_code, printing


@pytest.fixture
def case(make, session):
    """A declaration with a person and the person's account."""
    declaration = make.declaration(S.DRAFT)
    declaration.content.sections = {"basic": {"name": "张三"}, "education": [{"school": "湖南大学"}]}
    session.commit()
    return declaration, make.account(r.APPLICANT, person_id=declaration.person_id)


def printed(browser, case):
    answer = browser(case[1]).get(f"/declare/{case[0].id}/form.pdf")
    assert answer.status_code == 200
    return answer.data


def prints(session):
    return session.scalars(select(PaperPrint).order_by(PaperPrint.id)).all()


def test_a_print_is_kept_with_its_codes_and_its_sheet(browser, case, session):
    sheet = printed(browser, case)
    (row,) = prints(session)
    told = printing.said(row)
    with pikepdf.open(io.BytesIO(sheet)) as pdf:
        assert row.pages == len(pdf.pages) == len(told.codes)
    assert files.read(printing.sheet_of(session, row)) == sheet
    assert told.sections == case[0].content.sections and row.content_hash == content.digest(session, case[0])
    for page, code in enumerate(told.codes, 1):
        known = printing.known(session, code)
        assert known.row is row and (known.code.case, known.code.page) == (case[0].number, page)


def test_the_same_content_printed_again_is_the_same_sheet(browser, case, session):
    first = printed(browser, case)
    case[0].applicant_name = case[0].applicant_name  # nothing that is shown
    case[0].version += 1
    session.commit()
    assert printed(browser, case) == first and len(prints(session)) == 1


def test_another_content_is_another_print(browser, case, session):
    printed(browser, case)
    case[0].content.sections = {"basic": {"name": "张三"}, "education": [{"school": "中南大学"}]}
    session.commit()
    printed(browser, case)
    old, new = prints(session)
    assert old.shown != new.shown and old.content_hash != new.content_hash


def test_looking_whether_the_paper_is_there_prints_nothing(browser, case, session):
    assert browser(case[1]).head(f"/declare/{case[0].id}/form.pdf").status_code == 200
    assert prints(session) == []


def test_a_code_that_was_written_by_others_is_none_of_ours(browser, case, session):
    printed(browser, case)
    code = printing.said(prints(session)[0]).codes[0]
    other = "1" if code[-1] != "1" else "2"
    assert printing.known(session, code[:-1] + other) is None
    assert printing.known(session, "https://example.gov.cn") is None


def test_a_sheet_is_known_after_the_master_key_has_changed(browser, case, session):
    sheet = printed(browser, case)
    row = prints(session)[0]
    codes = printing.said(row).codes
    system = accounts.install_system_account(session)
    attempt(system, lambda uow: stamp.bring_up(uow, demonstration=False), session=session)
    try:
        attempt(system, lambda uow: rekey.change(uow, MASTER, b"n" * 32), session=session)
        session.expire_all()
        assert page_code.read(codes[0]) is None  # the key of today did not write it
        assert printing.known(session, codes[0]).row.id == row.id
        assert printed(browser, case) == sheet  # printed again it is the same sheet still
        assert list(journal.verify(session, by_table())) == []
        with under(MASTER):
            forged = page_code.written(page_code.PageCode("RF", case[0].number, row.version, 1, 9, "0" * 16))
        assert printing.known(session, forged) is None
    finally:
        install_keys(MASTER)


def test_who_only_asks_whether_a_paper_is_there_leaves_no_print(browser, case, session):
    client = browser(case[1])
    assert client.head(f"/declare/{case[0].id}/form.pdf").status_code == 200
    assert prints(session) == []
    assert client.get(f"/declare/{case[0].id}/form.pdf").status_code == 200
    assert len(prints(session)) == 1


def test_a_print_that_cannot_be_kept_is_not_handed_out(browser, case, session, monkeypatch):
    """A sheet nobody could recognise later must not come into the world."""
    from workflow.storage.store import Store, Unavailable

    def full(*_a, **_k):
        raise Unavailable("文件存储已满，暂时不能保存；请稍后再试。")

    monkeypatch.setattr(Store, "put", full)
    answer = browser(case[1]).get(f"/declare/{case[0].id}/form.pdf")
    assert answer.status_code != 200 and "文件存储已满" in answer.get_data(as_text=True)
    assert prints(session) == []


def test_a_draft_that_goes_takes_its_prints_along(browser, case, session, as_):
    printed(browser, case)
    submission.discard(as_(case[1]), case[0])
    assert prints(session) == []
    assert session.scalar(select(func.count(StoredFile.id)).where(StoredFile.owner_kind == "paper_print")) == 0
