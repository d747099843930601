"""受理机构: where 初定 and 认定 end."""

from __future__ import annotations

import pytest

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState
from models.paths.path import OfficeState, Way
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.paths import acceptance
from workflow.paths.acceptance import ACCEPTANCE


@pytest.fixture
def clerk(make):
    return make.account(roles.HRSS_CONFIG)


@pytest.fixture
def city(make):
    return make.organisation(NodeKind.CITY, name="长沙市人社局", region_code="430100")


@pytest.fixture
def office(as_, clerk, city):
    return acceptance.create_office(as_(clerk), organisation=city, way=Way.INITIAL, level=TitleLevel.ASSISTANT)


def test_an_office_takes_kind_region_and_publicity_from_where_they_are_kept(office):
    assert (office.node_kind, office.region_code, office.publicity_required) == (NodeKind.CITY, "430100", True)


def test_the_same_office_is_not_added_twice_but_restored(office, as_, clerk, city):
    again = dict(organisation=city, way=Way.INITIAL, level=TitleLevel.ASSISTANT)
    with pytest.raises(Refused, match="已存在"):
        acceptance.create_office(as_(clerk), **again)
    ACCEPTANCE.perform(as_(clerk), office, "cancel")
    assert (office.state, office.active) == (OfficeState.CANCELLED, False)
    with pytest.raises(Refused, match="恢复"):
        acceptance.create_office(as_(clerk), **again)
    ACCEPTANCE.perform(as_(clerk), office, "restore")
    assert office.active


def test_review_and_senior_first_titles_are_no_business_of_an_office(as_, clerk, city):
    with pytest.raises(Refused) as refused:
        acceptance.create_office(
            as_(clerk), organisation=city, way=Way.REVIEW, level=TitleLevel.ASSISTANT, region_code="999999"
        )
    assert set(refused.value.fields) == {"way", "region_code"}
    with pytest.raises(Refused, match="初定最高为中级"):
        acceptance.create_office(as_(clerk), organisation=city, way=Way.INITIAL, level=TitleLevel.ASSOCIATE_SENIOR)
    acceptance.create_office(as_(clerk), organisation=city, way=Way.RECOGNITION, level=TitleLevel.ASSOCIATE_SENIOR)


def test_a_supervisor_cannot_accept(as_, clerk, make):
    with pytest.raises(Refused, match="不能作为受理机构"):
        acceptance.create_office(
            as_(clerk),
            organisation=make.organisation(NodeKind.SUPERVISION),
            way=Way.INITIAL,
            level=TitleLevel.ASSISTANT,
        )


def test_the_instructions_are_written_and_the_contact_edited(office, as_, clerk):
    ACCEPTANCE.perform(as_(clerk), office, "instruct", instructions="请先核对学历。")
    ACCEPTANCE.perform(
        as_(clerk), office, "edit", region_code="430000", publicity_required=False, contact="刘科长", telephone="0731"
    )
    assert (office.instructions, office.contact, office.publicity_required) == ("请先核对学历。", "刘科长", False)
    with pytest.raises(Refused, match="不在区划表中"):
        ACCEPTANCE.perform(as_(clerk), office, "edit", region_code="000000")


def test_an_office_with_declarations_on_their_way_is_not_cancelled(office, as_, clerk, make):
    batch = make.batch(committee=None, office=office, way=Way.INITIAL)
    with pytest.raises(Refused, match="仍在受理申报"):
        ACCEPTANCE.perform(as_(clerk), office, "cancel")
    make.declaration(state=DeclarationState.UNDER_AUDIT, batch=batch)
    with pytest.raises(Refused, match="还有 1 件申报"):
        ACCEPTANCE.perform(as_(clerk), office, "cancel")


def test_only_the_configuration_desk_keeps_the_offices(as_, make, city):
    with pytest.raises(NotYou):
        acceptance.create_office(
            as_(make.account(roles.HRSS_AUDIT)), organisation=city, way=Way.INITIAL, level=TitleLevel.ASSISTANT
        )


def test_an_office_receives_the_series_and_specialties_of_its_scope(office, as_, clerk, make, session):
    engineering, medicine = make.series(), make.series("卫生技术人员")
    building, health = make.specialty(name="建筑"), make.specialty(series=medicine)
    inner = make.specialty(parent=building)
    assert acceptance.receives(office, medicine.id, None) is None
    ACCEPTANCE.perform(as_(clerk), office, "add_scope", series=engineering, specialty=building)
    assert acceptance.receives(office, engineering.id, inner) is None
    assert "请选择申报专业" in acceptance.receives(office, engineering.id, None)
    assert "不包括所选系列或专业（附件3 1.3）" in acceptance.receives(office, medicine.id, health)
    with pytest.raises(Refused, match="不必重复添加"):
        ACCEPTANCE.perform(as_(clerk), office, "add_scope", series=engineering, specialty=inner)
    with pytest.raises(Refused, match="不属于卫生技术人员系列"):
        ACCEPTANCE.perform(as_(clerk), office, "add_scope", series=medicine, specialty=building)
    ACCEPTANCE.perform(as_(clerk), office, "add_scope", series=medicine)
    assert acceptance.receives(office, medicine.id, health) is None
    for scope in list(office.scopes):
        ACCEPTANCE.perform(as_(clerk), office, "remove_scope", scope=scope.id)
    assert office.scopes == [] and acceptance.receives(office, medicine.id, None) is None
