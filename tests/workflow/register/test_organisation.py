"""机构管理: the credit code is the identity; nobody hangs below himself; what is in use is not closed."""

from __future__ import annotations

import pytest

from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, UnitNature
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.register import organisation
from workflow.register.organisation import ORGANISATION

GOOD = "12430000444885313G"


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def test_the_credit_code_is_checked_and_says_the_nature(clerk):
    with pytest.raises(Refused) as refused:
        organisation.create(clerk, code="12430000444885313A", name="某院", kind=NodeKind.UNIT, region_code="430000")
    assert set(refused.value.fields) == {"code"}
    made = organisation.create(clerk, code=GOOD.lower(), name="湖南某设计院", kind=NodeKind.UNIT, region_code="430000")
    assert (made.code, made.nature, made.pinyin[:2]) == (GOOD, UnitNature.INSTITUTION, "hn")
    with pytest.raises(Refused, match="按提示修改"):
        organisation.create(clerk, code=GOOD, name="另一院", kind=NodeKind.UNIT, region_code="430000")


def test_data_and_superior_are_changed_but_not_in_a_circle(make, clerk):
    top, middle = make.organisation(NodeKind.BUREAU), make.organisation()
    organisation.change(clerk, middle, superior=top, name="新名称", region_code="430100")
    assert (middle.superior_id, middle.name, middle.region_code) == (top.id, "新名称", "430100")
    with pytest.raises(Refused) as refused:
        organisation.change(clerk, top, superior=middle)
    assert "成环" in refused.value.fields["superior"]
    verb, _subject, facts = clerk.entries[0]
    assert verb == "change_organisation" and "telephone" not in facts["changes"]


def test_the_kind_of_one_on_a_path_stays(make, clerk):
    office = make.organisation(NodeKind.CITY)
    make._add(
        PathNode, {}, kind=PathKind.SENIOR, organisation=office, node_kind=NodeKind.CITY, state=NodeState.CONFIRMED
    )
    with pytest.raises(Refused) as refused:
        organisation.change(clerk, office, kind=NodeKind.BUREAU)
    assert "节点类型不能更改" in refused.value.fields["kind"]


def test_one_in_use_is_not_closed_and_a_closed_one_can_come_back(make, session, clerk):
    unit = make.organisation()
    below = make.organisation(superior_id=unit.id)
    with pytest.raises(Refused, match="1 个有效单位"):
        ORGANISATION.perform(clerk, unit, "close", reason="撤并")
    below.active = False
    account = make.account(roles.UNIT_OFFICER, organisation_id=unit.id)
    with pytest.raises(Refused, match="1 个启用的账号"):
        ORGANISATION.perform(clerk, unit, "close", reason="撤并")
    account.active = False
    session.flush()
    ORGANISATION.perform(clerk, unit, "close", reason="撤并")
    assert not unit.active
    ORGANISATION.perform(clerk, unit, "reopen")
    assert unit.active


def test_others_do_not_keep_the_register(make, as_):
    with pytest.raises(NotYou):
        organisation.change(as_(make.account(roles.UNIT_OFFICER)), make.organisation(), name="自改")
