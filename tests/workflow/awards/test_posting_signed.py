"""Who posts and who signs the outcome are two persons, told apart by their accounts (118号 四(二)3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models.awards.publicity import Publicity, PublicityKind, PublicityState
from tests.conftest import NOON
from workflow.awards.publicity import PUBLICITY
from workflow.base import roles
from workflow.base.errors import Refused


@pytest.fixture
def office(make):
    """An employer with a clerk and a 负责人 of one name."""
    unit = make.organisation()
    clerk = make.account(roles.UNIT_OFFICER, organisation=unit, last_name="张", first_name="伟")
    head = make.account(roles.UNIT_OFFICER, organisation=unit, last_name="张", first_name="伟", position="负责人")
    return unit, clerk, head


def posted(session, unit, clerk, **by):
    over = NOON.date() - timedelta(days=1)
    made = Publicity(
        kind=PublicityKind.UNIT, title="公示", organisation_id=unit.id, posted_on=date(2026, 5, 8),
        starts_on=date(2026, 5, 11), ends_on=over, place="公告栏", contents=[], complaint_department="人事科",
        complaint_telephone="0731", handler=clerk.full_name, **by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_two_of_one_name_are_two_persons(office, as_, session):
    unit, clerk, head = office
    posting = posted(session, unit, clerk, handler_id=clerk.id)
    PUBLICITY.perform(as_(clerk), posting, "close", outcome="none", head=str(head.id))
    assert posting.state == PublicityState.CLOSED and posting.head_id == head.id


def test_who_posted_it_does_not_sign_its_outcome(office, as_, session):
    unit, clerk, head = office
    posting = posted(session, unit, clerk, handler_id=head.id)
    with pytest.raises(Refused, match="不能是发布公示的经办人"):
        PUBLICITY.perform(as_(clerk), posting, "close", outcome="none", head=str(head.id))


def test_where_only_a_name_was_kept_the_name_decides(office, as_, session):
    unit, clerk, head = office
    with pytest.raises(Refused, match="不能是发布公示的经办人"):
        PUBLICITY.perform(as_(clerk), posted(session, unit, clerk), "close", outcome="none", head=str(head.id))
