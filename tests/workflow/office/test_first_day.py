"""开通向导: from an empty database step by step to the first declaration, derived and in the order of the handbook."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from models.awards.certificate import Issuer
from models.batches.batch import BatchState
from models.committees.catalogue import Title
from models.committees.expert import ExpertState
from models.declarations.declaration import DeclarationState as D
from models.office.setting import CalendarYear
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode, Way
from models.register.organisation import NodeKind, Region
from tests.conftest import NOON
from workflow.base import reading
from workflow.base import roles as r
from workflow.office import first_day

TODAY = NOON.date()
HANDBOOK = Path(__file__).parents[3] / "docs" / "operations.md"


@pytest.fixture
def state(session):
    """Step → done, open or waits, and who acts."""

    def look():
        session.flush()
        return {
            line.step.key: ("done" if line.found.done else "open" if line.open else "waits", line.who)
            for line in first_day.lines(session, TODAY)
        }

    return look


@pytest.fixture
def empty(session):
    """As `prepare` leaves it: reference data and nobody."""
    for model in (CalendarYear, Region, Title):
        session.query(model).delete()
    session.add(Region(code="430000", name="湖南省", level="province", parent_code=None, statistical=False))
    session.add(Region(code="430100", name="长沙市", level="city", parent_code="430000", statistical=False))
    session.flush()
    return session


def test_the_whole_way_step_by_step(empty, make, state):
    session = empty
    assert state()["reference"] == ("open", first_day.INSTALLER) and state()["admins"][0] == "waits"
    make.title(series=make.series())
    assert state()["reference"][0] == "done" and state()["admins"] == ("open", first_day.INSTALLER)
    for name in r.THREE_ADMINS:
        make.account(name)
    assert state()["admins"][0] == "done"

    # the first configurator: made by the one, given his role by the other, without an organisation
    assert state()["config"] == ("open", r.SYSTEM_ADMIN) and state()["province"][0] == "waits"
    config = make.account()
    assert state()["config"] == ("open", r.SECURITY_ADMIN)
    config.roles = [make.role(r.HRSS_CONFIG)]
    assert state()["config"][0] == "done" and state()["province"] == ("open", r.HRSS_CONFIG)
    assert state()["placed"][0] == "waits"
    province = make.organisation(NodeKind.PROVINCE)
    assert state()["province"][0] == "done" and state()["placed"] == ("open", r.SYSTEM_ADMIN)
    config.organisation = province
    assert state()["placed"][0] == "done"
    for name in first_day.PROVINCIAL:
        assert state()["provincial"] == ("open", r.SYSTEM_ADMIN)
        account = make.account(organisation=province)
        assert state()["provincial"] == ("open", r.SECURITY_ADMIN)
        account.roles = [make.role(name)]
    assert state()["provincial"][0] == "done"
    session.add(CalendarYear(year=TODAY.year, announced=True))
    assert state()["calendar"][0] == "done"

    # offices and who works there
    assert state()["offices"] == ("open", r.HRSS_CONFIG) and state()["office_accounts"][0] == "waits"
    city = make.organisation(NodeKind.CITY, region_code="430100", superior_id=province.id)
    assert state()["offices"][0] == "done" and state()["office_accounts"] == ("open", r.SYSTEM_ADMIN)
    clerk = make.account(organisation=city)
    assert state()["office_accounts"] == ("open", r.SECURITY_ADMIN)
    clerk.roles = [make.role(r.CITY_OFFICER)]
    assert state()["office_accounts"][0] == "done"

    # what a review stands on
    session.add(Issuer(organisation_id=province.id, code="00000000"))
    assert state()["issuers"][0] == "done"
    assert state()["committee_accounts"][0] == "waits" and state()["paths"][0] == "waits"
    committee = make.committee(size=5)
    assert state()["committees"][0] == "done" and state()["committee_accounts"] == ("open", r.HRSS_CONFIG)
    make.account(r.COMMITTEE_OFFICE, committee=committee)
    assert state()["committee_accounts"][0] == "done"
    node = PathNode(kind=PathKind.SENIOR, organisation_id=city.id, node_kind=NodeKind.CITY, state=NodeState.PENDING)
    session.add(node)
    assert state()["paths"] == ("open", "节点上的机构")
    node.state = NodeState.CONFIRMED
    assert state()["paths"][0] == "done"
    office = AcceptanceOffice(organisation_id=city.id, node_kind=NodeKind.CITY, way=Way.INITIAL, level="assistant")
    session.add_all(
        [
            office,
            PathNode(
                kind=PathKind.INITIAL, organisation_id=city.id, node_kind=NodeKind.CITY, state=NodeState.CONFIRMED
            ),
        ]
    )
    assert state()["acceptance"][0] == "done"
    for _ in range(5):
        assert state()["experts"] == ("open", r.COMMITTEE_OFFICE)
        expert = make.expert(series=committee.series, state=ExpertState.APPLIED)
        assert state()["experts"] == ("open", r.HRSS_AUDIT)
        expert.state = ExpertState.IN_POOL
    assert state()["experts"][0] == "done"

    # open
    unit = make.organisation(superior_id=city.id)
    assert state()["units"][0] == "open"
    make.account(r.UNIT_OFFICER, organisation=unit)
    assert state()["units"][0] == "done" and state()["batches"] == ("open", r.COMMITTEE_OFFICE)
    batch = make.batch(committee=committee, state=BatchState.DRAFT)
    assert state()["batches"][0] == "open" and state()["first"][0] == "waits"
    batch.state = BatchState.PUBLISHED
    assert state()["first"][0] == "open" and not first_day.opened(session)
    make.declaration(state=D.AT_COMMITTEE, batch=batch, unit=unit, reached_committee_at=datetime(2026, 5, 10))
    session.flush()
    reading.settle(session)  # as the commit does
    assert first_day.opened(session)
    assert {word for word, _who in state().values()} == {"done"}


def test_a_step_stands_only_on_earlier_ones_and_can_be_done_by_somebody():
    known = set()
    for step in first_day.STEPS:
        assert set(step.after) <= known, step.key
        assert step.how.endswith("。") and step.who in {
            *r.ALL,
            first_day.INSTALLER,
            first_day.UNITS,
            first_day.EVERYBODY,
        }
        known.add(step.key)


def test_the_handbook_tells_the_same_steps_in_the_same_order():
    chapter = HANDBOOK.read_text(encoding="utf-8").partition("## The first day")[2].partition("\n## ")[0]
    assert re.findall(r"^\| \d+ \| ([^|]+?) \|", chapter, re.MULTILINE) == [step.label for step in first_day.STEPS]


def test_each_account_is_told_only_its_own_open_steps(empty, make):
    make.title(series=make.series())
    admins = {name: make.account(name) for name in r.THREE_ADMINS}
    empty.flush()
    found = first_day.lines(empty, TODAY)
    assert [line.step.key for line in first_day.mine(found, admins[r.SYSTEM_ADMIN])] == ["config"]
    assert not first_day.mine(found, admins[r.SECURITY_ADMIN])
