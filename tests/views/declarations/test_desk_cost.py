"""A desk's list costs the same whether it shows two rows or twelve."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.awards.publicity import Objection, Publicity, PublicityKind
from models.declarations.declaration import DeclarationState as S
from models.declarations.quota import Quota
from models.paths.path import PathKind, PathNode
from models.register.organisation import NodeKind
from tests.views.office_day import noon  # noqa: F401
from tests.views.test_master_data import count_queries  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")
PATHS = (
    "unitdeskscreen",
    "recommendscreen",
    "unitpublicityscreen",
    "superiorauditscreen",
    "declarationsearchscreen",
    "objectionscreen",
    "quotascreen",
    "quotaauditscreen",
    "pathconfirmscreen",
    "noticescreen",
)


@pytest.fixture
def office(make):
    return make.organisation(NodeKind.BUREAU)


@pytest.fixture
def work(make, session, office):
    """More work for the office, each piece with partners of its own."""

    def more(n):
        for _ in range(n):
            above, committee = make.organisation(NodeKind.CITY), make.committee()
            day = date(2026, 5, 11)
            posting = Publicity(
                kind=PublicityKind.UNIT,
                title="公示",
                organisation_id=office.id,
                posted_on=day,
                starts_on=day,
                ends_on=date(2026, 5, 15),
                place="栏",
                complaint_department="科",
                complaint_telephone="1",
                handler="甲",
            )
            session.add(posting)
            for state, unit, position in (
                (S.SUBMITTED, office, 0),
                (S.UNDER_AUDIT, make.organisation(superior=office), 1),
            ):
                one = make.declaration(
                    state=state,
                    unit=unit,
                    committee=committee,
                    route=(office, above),
                    position=position,
                    specialty=make.specialty(),
                )
                session.add(
                    Objection(
                        declaration=one,
                        publicity=posting,
                        named=False,
                        text="异议",
                        registered_at=datetime(2026, 5, 18, 9),
                    )
                )
                session.add(
                    Quota(
                        unit=unit,
                        year=2026,
                        level="associate_senior",
                        requested=1,
                        posts=9,
                        held=1,
                        specialty=make.specialty(),
                        state="declared",
                    )
                )
            parent = PathNode(
                kind=PathKind.SENIOR, organisation_id=above.id, node_kind=NodeKind.CITY, committee_id=committee.id
            )
            session.add_all(
                [
                    parent,
                    PathNode(
                        kind=PathKind.SENIOR,
                        organisation_id=office.id,
                        node_kind=NodeKind.BUREAU,
                        committee_id=committee.id,
                        parent=parent,
                    ),
                ]
            )
        session.flush()

    return more


@pytest.mark.parametrize("path", PATHS)
def test_a_list_costs_a_fixed_number_of_queries(browser, make, session, office, work, count_queries, path):  # noqa: F811
    client = browser(make.account(r.BUREAU_OFFICER, r.UNIT_OFFICER, organisation_id=office.id))

    def cost():
        session.commit()
        session.expire_all()
        with count_queries() as queries:
            assert client.get(f"/{path}/list/").status_code == 200
        return len(queries)

    work(2)
    few = cost()
    work(8)
    assert cost() <= few
