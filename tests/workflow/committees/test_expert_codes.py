"""Codes of the pool: counted from the codes, so that a preview taken back leaves no gap."""

from __future__ import annotations

from workflow.base import roles
from workflow.committees import expert as experts


def recommend(make, uow, committee):
    return experts.apply(
        uow,
        person=make.person(),
        unit=make.organisation(),
        series=committee.series,
        level="full_senior",
        title="正高级工程师",
        specialty=None,
    )


def test_an_empty_pool_begins_at_one_and_has_no_gaps(make, as_, session):
    committee = make.committee()
    uow = as_(make.account(roles.COMMITTEE_OFFICE, committee=committee))
    preview = session.begin_nested()
    for _ in range(3):
        recommend(make, uow, committee)
    preview.rollback()
    made = [recommend(make, uow, committee).code for _ in range(3)]
    assert made == ["E0001", "E0002", "E0003"]
    make.expert(series=committee.series, code="E9999", id=5000)
    assert recommend(make, uow, committee).code == "E10000"
    assert recommend(make, uow, committee).code == "E10001"
