"""删除草稿: a draft that nobody else has seen goes with its files; the journal keeps that it was there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import Declaration, DeclarationContent
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material, StoredFile
from models.office.journal import JournalEntry
from models.registry import by_table
from tests.conftest import NOON
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.journal import verify
from workflow.base.unit_of_work import unit_of_work
from workflow.declarations import submission
from workflow.declarations.declaration import DECLARATION


@pytest.fixture
def draft(make, session, file_store):
    case = make.declaration(batch=make.batch())
    person = make.account(roles.APPLICANT, person_id=case.person_id)
    session.commit()
    with unit_of_work(person, now=NOON, session=session) as uow:
        submission.attach(uow, case, "paper", drawing((9, 9)), "论文.png")
        submission.promise(uow, case, "浏览器")
    return case, person


def test_a_draft_and_its_files_go_and_the_journal_says_so(draft, session):
    case, person = draft
    key, (file,) = case.id, session.scalars(select(StoredFile)).all()
    sha256 = file.sha256
    with unit_of_work(person, now=NOON + timedelta(hours=1), session=session) as uow:
        DECLARATION.perform(uow, uow.session.get_one(Declaration, key), "discard")
    for model in (Declaration, DeclarationContent, Material, StoredFile):
        assert session.scalars(select(model)).all() == [], model
    entry = session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert (entry.verb, entry.subject) == ("discard", f"declaration:{key}") and sha256 in entry.details
    assert list(verify(session, by_table())) == [], "rightly gone"


def test_nobody_elses_and_none_that_was_handed_in(draft, session, make, as_):
    case, person = draft
    stranger = make.account(roles.APPLICANT, person_id=make.person().id)
    with pytest.raises(Refused, match="本人"):
        DECLARATION.perform(as_(stranger), case, "discard")
    case.submitted_at = NOON
    with pytest.raises(Refused, match="放弃申报"):
        DECLARATION.perform(as_(person), case, "discard")
    case.submitted_at, case.state = None, S.SUBMITTED
    with pytest.raises(Refused):
        DECLARATION.perform(as_(person), case, "discard")


def test_the_applicant_deletes_it_on_his_page(draft, browser, session):
    case, person = draft
    client, key = browser(person), case.id
    assert "删除草稿" in client.get(f"/declare/{key}").text
    assert client.post(f"/declare/{key}/act/discard").headers["Location"].endswith("/declare/")
    session.expire_all()
    assert session.get(Declaration, key) is None
    assert client.post(f"/declare/{key}/act/discard").status_code == 404, "the second tab"
