"""催办: a message to the desk where something lies, once a working day, by whoever may see it lie there."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from models.office.reminder import Reminder
from workflow.base import roles as r
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.office.reminder import last_sent, remind

WEDNESDAY, FRIDAY = datetime(2026, 5, 20, 12), datetime(2026, 5, 22, 12)
SATURDAY, MONDAY = datetime(2026, 5, 23, 9), datetime(2026, 5, 25, 9)


@pytest.fixture
def district(make):
    """A county where two declarations lie, one of them beyond its day."""
    office = make.organisation("district", name="芙蓉区人社局", region_code="430102")
    for audit_on in (date(2026, 5, 1), date(2026, 9, 1)):
        make.declaration(state=S.UNDER_AUDIT, route=[office], position=1, batch=make.batch(audit_on=audit_on))
    make.declaration(state=S.AT_COMMITTEE, route=[office], position=2)
    return office


@pytest.fixture
def leader(make):
    return make.account(r.LEADER)


def test_the_desk_is_told_how_many_lie_there_and_how_many_are_late(district, leader, as_, session):
    uow = as_(leader, WEDNESDAY)
    sent = remind(uow, district)
    assert (sent.lying, sent.late) == (2, 1)
    notice = session.scalars(select(Notice).where(Notice.organisation_id == district.id)).one()
    assert notice.title == "催办：在办申报 2 件，超期 1 件" and leader.full_name in notice.text
    assert [(verb, facts["lying"]) for verb, _subject, facts in uow.entries] == [("remind", 2)]


@pytest.mark.parametrize(
    ("again", "allowed"), [(WEDNESDAY, False), (FRIDAY, True)], ids=["the same day", "two working days later"]
)
def test_a_desk_is_reminded_once_a_working_day(district, leader, make, as_, again, allowed):
    remind(as_(make.account(r.SUPERVISOR), WEDNESDAY), district)
    if allowed:
        assert remind(as_(leader, again), district)
    else:
        with pytest.raises(NotNow, match="每个工作日只能催办一次"):
            remind(as_(leader, again), district)


def test_a_weekend_is_no_new_working_day(district, leader, as_):
    remind(as_(leader, FRIDAY), district)
    with pytest.raises(NotNow):
        remind(as_(leader, SATURDAY), district)
    assert remind(as_(leader, MONDAY), district)


def test_where_nothing_lies_nobody_is_reminded(make, leader, as_):
    with pytest.raises(Refused, match="没有您可查看的在办申报"):
        remind(as_(leader), make.organisation("district"))


def test_nobody_reminds_of_what_he_does_not_see(district, make, as_):
    officer = make.account(r.CITY_OFFICER, organisation_id=make.organisation("city").id)
    with pytest.raises(Refused, match="没有您可查看的在办申报"):
        remind(as_(officer), district)


def test_nobody_reminds_himself(district, make, as_):
    with pytest.raises(NotYou):
        remind(as_(make.account(r.DISTRICT_OFFICER, organisation_id=district.id)), district)


def test_a_unit_reminds_nobody(district, make, as_):
    with pytest.raises(NotYou):
        remind(as_(make.account(r.UNIT_OFFICER, organisation_id=make.unit().id)), district)


def test_a_committee_is_reminded_of_what_lies_there(make, leader, as_, session):
    committee = make.committee()
    make.declaration(state=S.AT_COMMITTEE, committee=committee, reached_committee_at=WEDNESDAY)
    sent = remind(as_(leader), committee)
    assert (sent.lying, sent.late) == (1, 0)
    assert session.scalars(select(Notice.committee_id)).all() == [committee.id]
    session.flush()
    assert last_sent(session, type(committee), [committee.id])[committee.id] is sent
    assert session.scalar(select(Reminder.organisation_id)) is None
