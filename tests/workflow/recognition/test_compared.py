"""识读 as work of the office: who asks, what is kept and for how long, what is shown and what is taken over."""

from __future__ import annotations

from datetime import timedelta

import pytest
import typst
from sqlalchemy import select, text

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.jobs.job import Job
from models.materials.page_read import PageRead
from models.materials.read_answer import ReadAnswer
from models.office.journal import JournalEntry
from tests.workflow.materials.pictures import photo
from tests.workflow.recognition.conftest import NUMBER
from tests.workflow.recognition.pages import told
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations import submission
from workflow.materials import upload
from workflow.recognition import child, compared, documents, engine, job, kept, verdict
from workflow.recognition.compared import Standing
from workflow.recognition.verdict import Verdict


def beside(does_to_it):
    return next(iter(does_to_it(compared.of_declaration).values()))


def by_field(found):
    return {line.proves.field: line for line in found.lines}


def test_every_declared_field_is_in_the_form_and_is_compared_in_a_known_way():
    for proved in documents.READ.values():
        for one in proved:
            assert documents.declared(one).label and one.kind in verdict.kinds()
            assert one.kind != "word" or documents.words_of(one)


def test_without_the_reader_nothing_is_asked_for_and_it_is_said(diploma, does_to_it, session, monkeypatch):
    monkeypatch.setattr(engine, "installed", lambda: False)
    assert does_to_it(job.ask_reading) is None
    assert beside(does_to_it).standing == Standing.ABSENT
    assert session.scalars(select(Job)).all() == []


def test_a_file_is_read_once_and_what_it_says_is_sealed(diploma, reader, does_to_it, session):
    assert beside(does_to_it).standing == Standing.NEW
    does_to_it(job.ask_reading)
    done = session.scalars(select(Job)).one()
    assert (done.state, done.sentence) == ("done", "已识读 1 件材料，共 1 页。")
    assert session.scalars(select(JournalEntry).where(JournalEntry.verb == "read_files")).one()
    lying = session.scalar(text("SELECT told FROM page_read"))
    assert NUMBER.encode() not in bytes(lying) and NUMBER in str(
        kept.unpacked(session.scalars(select(PageRead.told)).one())
    )
    assert does_to_it(job.ask_reading) is None, "nothing waits any more"
    does_to_it(upload.hand_in, "title", drawing((9, 9)), "同一件.png")
    assert does_to_it(job.ask_reading) is not None and len(reader.seen) == 1, (
        "known content is compared, not read again"
    )


def test_a_page_looks_answers_up_and_compares_nothing(diploma, reader, does_to_it, session, monkeypatch):
    does_to_it(job.ask_reading)
    before = by_field(beside(does_to_it))
    monkeypatch.setattr(kept, "unpacked", lambda told: pytest.fail("a page unpacks no reading"))
    assert by_field(beside(does_to_it)) == before
    assert NUMBER.encode() not in b"".join(bytes(one) for one in session.scalars(text("SELECT told FROM read_answer")))
    row = {"school": "湖南湘江理工大学", "certificate": NUMBER, "degree": "学士"}
    does_to_it(submission.save_section, "education", [row])
    found = beside(does_to_it)
    assert (found.standing, found.lines) == (Standing.CHANGED, []), (
        "what was typed since is never told by an old answer"
    )
    with pytest.raises(NotNow, match="尚未重新核对"):
        does_to_it(compared.take_over, diploma, "education:0:certificate")


def test_what_was_typed_after_the_reading_is_compared_in_a_job_of_its_own(diploma, reader, does_to_it, session):
    does_to_it(job.ask_reading)
    row = {"school": "湖南湘江理工大学", "certificate": NUMBER, "degree": "学士"}
    does_to_it(submission.save_section, "education", [row])
    does_to_it(job.ask_reading)
    done = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert (done.state, done.sentence) == ("done", "已核对 1 处填写内容。")
    assert by_field(beside(does_to_it))["certificate"].said.verdict == Verdict.AGREES
    assert does_to_it(job.ask_reading) is None and len(reader.seen) == 1


def test_what_was_typed_stands_beside_what_was_read(diploma, reader, does_to_it):
    does_to_it(job.ask_reading)
    found = beside(does_to_it)
    lines = by_field(found)
    assert lines["school"].said.verdict == Verdict.AGREES
    assert (lines["certificate"].said.verdict, lines["certificate"].read) == (Verdict.DIFFERS, NUMBER)
    assert (lines["certificate"].taken, lines["certificate"].row) == (NUMBER, "学历学位第 1 条")
    assert lines["name"].said.verdict == Verdict.UNREAD and not lines["name"].taken, "an account is not typed here"
    assert dict(found.counts) == {Verdict.AGREES: 1, Verdict.DIFFERS: 1, Verdict.UNREAD: 1}


def test_what_was_read_is_taken_over_as_if_it_were_typed(diploma, reader, does_to_it, draft, session):
    does_to_it(job.ask_reading)
    line = by_field(beside(does_to_it))["certificate"]
    assert "证书号" in does_to_it(compared.take_over, diploma, line.key)
    session.expire_all()
    row = session.get(Declaration, draft[0].id).content.sections["education"][0]
    assert (row["certificate"], row["school"]) == (NUMBER, "湖南湘江理工大学")
    verbs = session.scalars(select(JournalEntry.verb).order_by(JournalEntry.id.desc()).limit(2)).all()
    assert set(verbs) == {"take_reading", "save_section"}
    with pytest.raises(NotNow, match="没有可以采用"):
        does_to_it(compared.take_over, diploma, line.key)


def test_nothing_is_taken_over_from_another_or_after_it_was_handed_in(diploma, reader, does, draft, make, session):
    case, person = draft
    does(job.ask_reading, case)
    other = make.account(roles.APPLICANT, person_id=make.person().id)
    sent = make.declaration(person=case.person, state=S.SUBMITTED)
    session.commit()
    with pytest.raises(NotYou):
        does(compared.take_over, case, diploma, "education:0:certificate", actor=other)
    with pytest.raises(Refused, match="已提交"):
        does(compared.take_over, sent, diploma, "education:0:certificate", actor=person)


def test_an_empty_field_can_be_filled_by_what_stands_beside_its_label(diploma, reader, does_to_it):
    does_to_it(submission.save_section, "education", [{"school": "湖南湘江理工大学", "degree": "学士"}])
    does_to_it(job.ask_reading)
    line = by_field(beside(does_to_it))["certificate"]
    assert (line.typed, line.taken) == ("", NUMBER)


def test_of_a_file_for_two_rows_what_is_typed_in_the_other_is_no_difference(reader, does_to_it):
    rows = [{"school": "甲大学", "certificate": NUMBER}, {"school": "乙大学", "certificate": "105321201005001239"}]
    does_to_it(submission.save_section, "education", rows)
    both = ["education:0", "education:1"]
    does_to_it(upload.hand_in, "education", drawing((9, 9)), "两证.png", rows=both)
    does_to_it(job.ask_reading)
    found = {line.place: line.said.verdict for line in beside(does_to_it).lines if line.proves.field == "certificate"}
    assert found == {0: Verdict.AGREES, 1: Verdict.UNREAD}


def test_a_file_that_cannot_be_read_is_remembered_with_its_reason(diploma, reader, does_to_it, session):
    reader(fault=job.BROKEN)
    does_to_it(job.ask_reading)
    found = beside(does_to_it)
    assert (found.standing, found.fault, found.lines) == (Standing.FAILED, job.BROKEN, [])
    assert does_to_it(job.ask_reading) is None
    later = session.scalars(select(PageRead.read_at)).one() + timedelta(days=kept.FAULT_DAYS + 1)
    does_to_it(lambda uow, _case: kept.forget(uow.session, later))
    assert does_to_it(job.ask_reading) is not None, "the machine may have been at fault: it is asked for again"


def test_an_identity_number_is_shown_masked_and_a_card_is_known_by_its_words(draft, reader, does_to_it):
    person = draft[0].person
    reader(told(f"姓名：{person.name}", f"公民身份号码：{person.id_number}"))
    does_to_it(upload.hand_in, "other", photo("red"), "身份证.jpg")
    does_to_it(job.ask_reading)
    lines = by_field(beside(does_to_it))
    assert lines["id_number"].said.verdict == Verdict.AGREES
    assert lines["id_number"].typed == lines["id_number"].read == person.masked_id


def test_readings_go_when_they_are_old_or_their_file_is_gone(diploma, reader, does_to_it, does, session):
    does_to_it(job.ask_reading)
    read_at = session.scalars(select(PageRead.read_at)).one()
    later = read_at + timedelta(days=kept.KEPT_DAYS + 1)
    assert (kept.any_to_forget(session, read_at), kept.any_to_forget(session, later)) == (False, True)
    assert does(lambda uow: kept.forget(uow.session, later)) == 1
    assert session.scalars(select(PageRead)).all() == session.scalars(select(ReadAnswer)).all() == []


def test_a_pdf_with_words_of_its_own_is_not_looked_at_and_one_with_a_picture_is(tmp_path):
    words = tmp_path / "words.pdf"
    words.write_bytes(
        typst.compile(f'#set text(font:"Noto Serif CJK SC")\n毕业证书证书编号 {NUMBER}，校名：湖南大学'.encode())
    )
    page = next(child.pages_of("pdf", words, 3))
    assert NUMBER in "".join(one[1] for one in page["readings"][0]["lines"])
    (tmp_path / "scan.png").write_bytes(drawing((60, 80)))
    scan = tmp_path / "scan.pdf"
    covered = (
        '#set page(width:60pt,height:80pt,margin:0pt)\n#place(image("scan.png",width:60pt,height:80pt))' + "字" * 30
    )
    (tmp_path / "scan.typ").write_text(covered, encoding="utf-8")
    scan.write_bytes(typst.compile(tmp_path / "scan.typ"))
    assert next(child.pages_of("pdf", scan, 3)).size[1] > 1000, "a picture, however much is written beneath it"


def test_the_readers_process_says_when_a_file_does_not_open(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "limit", lambda pages: None)
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 nothing")
    assert child.main(["pdf", str(tmp_path / "a.pdf"), str(tmp_path), "3"]) == 3
    assert list(tmp_path.glob("*.json")) == []
