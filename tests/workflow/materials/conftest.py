"""A draft with its applicant, and what he does with it."""

from __future__ import annotations

import pytest

from tests.conftest import NOON
from workflow.base import roles
from workflow.base.unit_of_work import unit_of_work


@pytest.fixture
def draft(make, session, file_store):
    """A draft and its applicant."""
    case = make.declaration(batch=make.batch())
    person = make.account(roles.APPLICANT, person_id=case.person_id)
    session.commit()
    return case, person


@pytest.fixture
def does(draft, session):
    """`does(verb, …)` is one unit of work of the applicant, or of `actor`, as one request is."""

    def doing(verb, *given, now=NOON, actor=None, **more):
        with unit_of_work(actor or draft[1], now=now, session=session) as uow:
            return verb(uow, *given, **more)

    return doing


@pytest.fixture
def does_to_it(draft, does):
    """The same, done to the draft."""
    return lambda verb, *given, **more: does(verb, draft[0], *given, **more)
