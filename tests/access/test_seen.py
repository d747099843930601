"""Nobody changes what he has not seen: whatever changes a record that exists wants the version that its page showed.

A walk over every line of the matrix that posts to a record: without the version it is refused as out of date, whatever
else was sent, and nothing is written. What stands in `NEEDS_NONE` changes nothing that another could have changed.
"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.committees.catalogue import Specialty, Title
from models.office.journal import JournalEntry
from models.paths.path import AcceptanceOffice
from models.register.organisation import Organisation
from tests.access.walk import COLUMNS, Walker, lines
from views.screens import seen
from workflow.base import roles as r
from workflow.base.unit_of_work import OVERTAKEN

#: Posts to a record that need no version, and why.
NEEDS_NONE = {
    "identity": "reads a number, and leaves in the journal that it was read",
    "DrawScreen.calls": "reads names and telephones, and leaves in the journal that they were read",
    "HomeView.read": "a mark that I have read my own message",
    "NoticeScreen.open": "a mark that I have read my own message",
    "ImportScreen.new": "makes a new batch; the subject is the kind of table",
    "DeclareView.start": "makes a new draft",
    "DeclareView.materials": "adds a file or a stub of one, or names the one photo or file that it turns, joins, links",
    "LibraryView.take": "copies what a declaration of mine holds; nothing that was there is touched",
    "RecognitionView.read": "asks for a job that reads files; nothing that was declared is touched",
    "UploadView.begin": "makes a new upload",
    "UploadView.append": "carries the place where its piece begins, and is refused from any other",
    "UploadView.finish": "ends the one upload that has come whole, once",
    "DeclareView.keep": "carries the edition of its section, and without it is refused (test_kept)",
    "DeclareView.remove": "names the one file that is taken out",
    "CheckInView.show": "adds the expert's own signature",
    "CheckInView.aside": "adds the expert's own recusal",
    "InterviewNoticeView.confirm": "carries the edition of the letter instead",
}


#: Where the near record is a root that nobody may change at all.
FIXED = "根类别固定，不能修改或删除"


def needs_none(line):
    """Whether the line stands among the exceptions."""
    return line.endpoint in NEEDS_NONE or line.endpoint.partition(".")[2] in NEEDS_NONE


@pytest.mark.parametrize("role", COLUMNS)
def test_without_the_version_that_was_seen_nothing_is_changed(app, session, make, as_, monkeypatch, role):
    walker, unheard = Walker(app, session, make, as_, role, monkeypatch), []
    for line in lines():
        if line.method != "POST" or line.subject == "-" or needs_none(line):
            continue
        if line.cells[role] not in ("near", "own", "all", "open"):
            continue
        found = walker.world.of(line.subject, "near")
        if found is None:
            continue
        before = session.scalar(select(func.max(JournalEntry.id)))
        data = {"key": f"{found['pk']}"} if line.endpoint.endswith(".bulk_act") else {}
        address = walker.address(line, found)
        if line.endpoint == "CommitteeScreen.add_other":  # of all verbs only those that add come here
            address = f"{address.rpartition('/')[0]}/add_office"
        answer = walker.client.open(address, method="POST", data=data, headers=headers(walker))
        text = answer.get_data(as_text=True)
        if answer.status_code in (302, 303):  # told by a flash, on the page one is sent back to
            kept = {"Cookie": "; ".join(cookies(answer)) or walker.cookie}
            text = walker.client.get(answer.location, headers=kept).get_data(as_text=True)
        if seen.STALE not in text and FIXED not in text and answer.status_code != 403:
            unheard.append(f"{line}: {answer.status_code}")
        if session.scalar(select(func.max(JournalEntry.id))) != before:
            unheard.append(f"{line}: written")
    assert not unheard, "\n".join(unheard)


def headers(walker):
    """As signed in."""
    return {"Cookie": walker.cookie} if walker.cookie else {}


def cookies(answer):
    """What the answer sets."""
    return [value.partition(";")[0] for value in answer.headers.getlist("Set-Cookie")]


@pytest.mark.parametrize("what", ["organisation", "specialty", "title", "acceptance_office"])
def test_of_two_on_one_record_without_a_lifecycle_the_second_is_told(app, session, make, as_, browser, what):
    config = browser(make.account(r.HRSS_CONFIG))
    record = {
        "organisation": lambda: make.organisation(),
        "specialty": lambda: make.specialty(parent=make.specialty(name="根", code="R9")),
        "title": lambda: make.title(),
        "acceptance_office": lambda: make._add(
            AcceptanceOffice,
            {},
            organisation=make.organisation(kind="city"),
            node_kind="city",
            way="initial",
            level="associate_senior",
        ),
    }[what]()
    session.commit()
    address = {
        "organisation": "/organisationscreen/edit/{}",
        "specialty": "/specialtyscreen/edit/{}",
        "title": "/titlescreen/edit/{}",
        "acceptance_office": "/acceptancescreen/act/{}/cancel",
    }[what].format(record.id)
    early = seen.version_of(record)
    if hasattr(record, "name"):
        record.name = f"{record.name}（改）"
    else:
        record.instructions = "改过的须知"
    session.commit()
    assert seen.version_of(record) != early
    answer = config.post(address, data={"version": early, "name": "后来者", "opinion": "说明", "reason": "说明"})
    assert answer.status_code in (409, 422)
    assert session.get(type(record), record.id) is record and getattr(record, "name", "") != "后来者"
    if answer.status_code == 409:
        assert OVERTAKEN in answer.get_data(as_text=True)


def test_the_version_of_a_row_speaks_of_every_column_of_it(session, make):
    for record in (make.organisation(), make.specialty(), make.title()):
        session.flush()
        first = seen.version_of(record)
        assert seen.version_of(record) == first and len(first) == 24
        record.name += "x"
        assert seen.version_of(record) != first
        assert isinstance(record, (Organisation, Specialty, Title))
