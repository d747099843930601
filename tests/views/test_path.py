"""审核路径 at the browser: refusals that name and link, the tree, 路径预览, 体检, 推演, 路径迁移."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.declaration import DeclarationState
from models.organisation import NodeKind
from models.path import NodeState, PathKind, PathNode
from workflow import roles


@pytest.fixture
def config(browser, make):
    return browser(make.account(roles.HRSS_CONFIG))


@pytest.fixture
def place(make, session):
    """A confirmed place on the path of the senior committees."""

    def _place(organisation, parent=None, **given):
        node = make._add(
            PathNode, {"kind": PathKind.SENIOR} | given, organisation=organisation, node_kind=organisation.kind,
            state=given.get("state", NodeState.CONFIRMED), parent_id=parent.id if parent else None,
        )  # fmt: skip
        session.commit()
        return node

    return _place


def page_of(answer):
    return answer.get_data(as_text=True)


# -- what is refused is named and linked ---------------------------------------------------------------


def test_cancelling_a_place_with_cases_in_flight_names_them_and_links_to_them(config, make, place, session):
    city = make.organisation(NodeKind.CITY, name="邵阳市人社局")
    node = place(city)
    case = make.declaration(state=DeclarationState.UNDER_AUDIT, route=[city], position=1)
    session.commit()
    page = page_of(config.get(f"/seniorpathscreen/show/{node.id}"))
    assert f'<a href="/open/declaration/{case.id}">{case.number}</a>' in page and "不能注销该层级" in page
    assert config.get(f"/open/declaration/{case.id}").status_code == 302
    answer = config.post(f"/seniorpathscreen/act/{node.id}/cancel", data={"reason": "x", "version": node.version})
    assert answer.status_code == 422 and f'href="/open/declaration/{case.id}"' in page_of(answer)


def test_a_place_given_twice_is_refused_with_a_link_to_the_first(config, make, place, session):
    city = make.organisation(NodeKind.CITY, name="岳阳市人社局")
    node = place(city)
    answer = config.post("/seniorpathscreen/add", data={"node_kind": "city", "organisation": city.id})
    page = page_of(answer)
    assert answer.status_code == 422 and "附件3 1.12" in page and f'<a href="/open/path_node/{node.id}">岳阳市人社局</a>' in page
    assert config.get(f"/open/path_node/{node.id}").location.endswith(f"/seniorpathscreen/show/{node.id}")
    assert len(session.scalars(select(PathNode).where(PathNode.organisation_id == city.id)).all()) == 1
