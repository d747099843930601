"""The end of a committee's term: told 90 and 30 days ahead, once each, when somebody concerned signs in."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.committees.committee import CommitteeState
from models.office.notice import Notice
from models.register.organisation import NodeKind
from workflow.accounts import sign_in
from workflow.base import roles, settings
from workflow.committees import committee_term


@pytest.fixture
def body(make):
    return make.committee(name="湖南省水利工程高级评委会", valid_to=date(2026, 12, 31))


def titles(session, **receiver):
    return list(session.scalars(select(Notice.title).filter_by(**receiver).order_by(Notice.id)))


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ((2026, 10, 1), 0),
        ((2026, 10, 2), 1),
        ((2026, 11, 30), 1),
        ((2026, 12, 1), 1),
        ((2026, 12, 31), 1),
        ((2027, 1, 1), 0),
    ],
)
def test_it_is_told_from_the_ninetieth_day_to_the_last(make, as_, body, session, day, told):
    office = make.account(roles.COMMITTEE_OFFICE, committee=body)
    assert committee_term.announce(as_(office, datetime(*day, 9))) == told
    assert len(titles(session, committee_id=body.id)) == told


def test_each_warning_comes_once_and_a_new_term_is_told_again(make, as_, body, session):
    office = make.account(roles.COMMITTEE_OFFICE, committee=body)
    for day in (date(2026, 10, 5), date(2026, 11, 1), date(2026, 12, 5), date(2026, 12, 20)):
        committee_term.announce(as_(office, datetime(day.year, day.month, day.day, 9)))
        session.flush()
    assert [("90 天" in title, "30 天" in title) for title in titles(session, committee_id=body.id)] == [
        (True, False),
        (False, True),
    ]
    body.valid_from, body.valid_to = date(2027, 1, 1), date(2027, 12, 31)
    assert committee_term.announce(as_(office, datetime(2027, 10, 10, 9))) == 1


def test_the_configuration_desk_is_told_of_every_approved_committee(make, as_, body, session):
    make.committee(valid_to=date(2026, 12, 20), state=CommitteeState.CANCELLED)
    second = make.committee(valid_to=date(2026, 12, 20))
    clerk = make.account(roles.HRSS_CONFIG, organisation=make.organisation(NodeKind.PROVINCE))
    assert committee_term.announce(as_(clerk, datetime(2026, 12, 1, 9))) == 2
    found = session.scalars(select(Notice).filter_by(organisation_id=clerk.organisation_id).order_by(Notice.id)).all()
    assert [second.name in n.title for n in found] == [True, False] and found[1].link == f"/open/committee/{body.id}"
    assert "还有 30 天" in found[1].text and "令40号 第八条" in found[1].text


def test_every_morning_everybody_concerned_is_told_once(make, as_, body, session):
    clerk = make.account(roles.HRSS_CONFIG, organisation=make.organisation(NodeKind.PROVINCE))
    make.account(roles.HRSS_CONFIG, organisation=clerk.organisation)  # a second clerk at the same desk
    day = datetime(2026, 12, 1, 7)
    assert committee_term.anything_untold(session, day.date())
    assert committee_term.announce_to_all(as_(clerk, day)) == 2
    assert (
        len(titles(session, committee_id=body.id)) == len(titles(session, organisation_id=clerk.organisation_id)) == 1
    )
    assert not committee_term.anything_untold(session, day.date())
    assert committee_term.announce_to_all(as_(clerk, datetime(2026, 12, 2, 7))) == 0
    assert committee_term.announce(as_(clerk, datetime(2026, 12, 2, 9))) == 0  # and signing in does not tell it again


def test_where_no_term_ends_nothing_is_asked_of_the_worker(make, session, body):
    make.account(roles.HRSS_CONFIG, organisation=make.organisation(NodeKind.PROVINCE))
    assert not committee_term.anything_untold(session, date(2026, 6, 1))


def test_others_are_not_told(make, as_, body):
    for role in (roles.APPLICANT, roles.CITY_OFFICER, roles.EXPERT):
        assert committee_term.announce(as_(make.account(role), datetime(2026, 12, 1, 9))) == 0


def test_signing_in_writes_the_message_and_the_setting_says_when(make, as_, body, session):
    office, clerk = make.account(roles.COMMITTEE_OFFICE, committee=body), make.account(roles.HRSS_CONFIG)
    sign_in.enter(as_(office, datetime(2026, 8, 1, 9)), office, correct=True)
    assert titles(session, committee_id=body.id) == []
    settings.change(as_(clerk), "committee_warn_days", 180)
    sign_in.enter(as_(office, datetime(2026, 8, 1, 9)), office, correct=True)
    assert len(titles(session, committee_id=body.id)) == 1
