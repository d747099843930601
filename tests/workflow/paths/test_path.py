"""审核路径: places that organisations confirm, and the way a declaration takes along them."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.committees.catalogue import TitleLevel
from models.committees.committee import CommitteeOffice
from models.declarations.declaration import DeclarationState
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode, Way
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.paths import path
from workflow.paths.path import PATH_NODE

SENIOR = TitleLevel.ASSOCIATE_SENIOR


class Tree:
    """The city, its district and a hospital under it; `place` proposes and confirms at once."""

    def __init__(self, make, as_, session):
        self.make, self.as_, self.session = make, as_, session
        self.clerk = make.account(roles.HRSS_CONFIG)
        self.city = make.organisation(NodeKind.CITY, name="长沙市人社局", region_code="430100")
        self.district = make.organisation(NodeKind.DISTRICT, name="岳麓区人社局", superior=self.city)
        self.hospital = make.organisation(name="岳麓区医院", superior=self.district)
        self.committee = make.committee()

    def propose(self, organisation, parent=None, kind=PathKind.SENIOR, **given):
        return path.propose(self.as_(self.clerk), kind=kind, organisation=organisation, parent=parent, **given)

    def place(self, organisation, parent=None, kind=PathKind.SENIOR, **given):
        node = self.propose(organisation, parent, kind, **given)
        self.confirm(node)
        return node

    def confirm(self, node, role=roles.CITY_OFFICER):
        officer = self.make.account(role, organisation_id=node.organisation_id)
        PATH_NODE.perform(self.as_(officer), node, "confirm")
        return officer

    def route(self, unit=None, **given):
        asked = (
            dict(way=Way.REVIEW, level=SENIOR, committee=self.committee, office=None, unit=unit or self.hospital)
            | given
        )
        return path.route(self.session, **asked)

    def names(self, **given):
        return [stop.organisation.name for stop in self.route(**given)]


@pytest.fixture
def tree(make, as_, session):
    return Tree(make, as_, session)


@pytest.mark.parametrize(
    ("way", "level", "kind"),
    [
        (Way.REVIEW, TitleLevel.FULL_SENIOR, PathKind.SENIOR),
        (Way.REVIEW, TitleLevel.ASSOCIATE_SENIOR, PathKind.SENIOR),
        (Way.REVIEW, TitleLevel.INTERMEDIATE, PathKind.INTERMEDIATE),
        (Way.REVIEW, TitleLevel.ASSISTANT, PathKind.JUNIOR),
        (Way.REVIEW, TitleLevel.TECHNICIAN, PathKind.JUNIOR),
        (Way.INITIAL, TitleLevel.INTERMEDIATE, PathKind.INITIAL),
        (Way.RECOGNITION, TitleLevel.INTERMEDIATE, PathKind.RECOGNITION),
    ],
)
def test_each_way_and_level_has_its_path(way, level, kind):
    assert path.kind_for(way, level) == kind


def test_a_declaration_goes_from_the_unit_up_to_the_committee(tree):
    top = tree.place(tree.city)
    tree.place(tree.district, top, fast_return=True, inner_deadline=date(2026, 9, 1))
    assert tree.names() == ["岳麓区医院", "岳麓区人社局", "长沙市人社局"]
    stops = tree.route()
    assert [s.fast_return for s in stops] == [False, True, False]
    assert stops[1].deadline == date(2026, 9, 1)
    assert not any(s.final for s in stops)


def test_a_unit_on_the_path_itself_stands_there_once(tree):
    top = tree.place(tree.city)
    tree.place(tree.hospital, top)
    assert tree.names() == ["岳麓区医院", "长沙市人社局"]


def test_the_committees_own_tree_goes_before_the_general_one(tree, make):
    tree.place(tree.city)
    bureau = make.organisation(NodeKind.PROVINCIAL, name="省卫健委")
    own_top = tree.place(bureau, committee=tree.committee)
    tree.place(tree.district, own_top, committee=tree.committee)
    assert tree.names() == ["岳麓区医院", "岳麓区人社局", "省卫健委"]
    assert tree.names(committee=make.committee()) == ["岳麓区医院", "长沙市人社局"]


def test_a_node_for_one_level_serves_that_level_only(tree):
    tree.place(tree.city, level=TitleLevel.FULL_SENIOR)
    assert tree.names(level=TitleLevel.FULL_SENIOR) == ["岳麓区医院", "长沙市人社局"]
    with pytest.raises(Refused, match="均未列入"):
        tree.names(level=SENIOR)


def test_without_a_path_the_sentence_says_who_must_add_it(tree):
    with pytest.raises(Refused, match=r"没有从“岳麓区医院”到“.*高评会”的高评会审核路径.*评委会下级单位管理"):
        tree.route()


def test_an_unconfirmed_place_breaks_the_way_by_name(tree):
    top = tree.propose(tree.city)
    with pytest.raises(Refused, match="在“长沙市人社局”处中断：该机构尚未确认"):
        tree.route()
    tree.place(tree.district, top)
    with pytest.raises(Refused, match=r"在“长沙市人社局”处中断.*审核层级配置单位确认"):
        tree.route()
    tree.confirm(top)
    assert len(tree.route()) == 3


def test_a_disabled_organisation_breaks_the_way(tree):
    tree.place(tree.city)
    tree.city.active = False
    with pytest.raises(Refused, match="已停用"):
        tree.route()


def test_a_unit_that_forms_the_committee_reports_to_it_directly(tree, session):
    session.add(CommitteeOffice(committee_id=tree.committee.id, organisation_id=tree.hospital.id))
    assert tree.names() == ["岳麓区医院"]


# -- 初定 and 认定 --------------------------------------------------------------------------------


def office(tree, organisation, way=Way.INITIAL):
    return tree.make._add(
        AcceptanceOffice,
        {},
        organisation=organisation,
        node_kind=organisation.kind,
        way=way,
        level=TitleLevel.ASSISTANT,
    )


def initial(tree, organisation, **given):
    asked = dict(way=Way.INITIAL, level=TitleLevel.ASSISTANT, committee=None, office=office(tree, organisation))
    return tree.route(**asked | given)


def test_the_accepting_organisation_is_last_and_final(tree):
    top = tree.place(tree.city, kind=PathKind.INITIAL)
    tree.place(tree.district, top, kind=PathKind.INITIAL)
    stops = initial(tree, tree.city)
    assert [(s.organisation.name, s.final) for s in stops] == [
        ("岳麓区医院", False),
        ("岳麓区人社局", False),
        ("长沙市人社局", True),
    ]


def test_the_accepting_organisation_is_added_when_the_path_ends_below_it(tree, make):
    tree.place(tree.district, kind=PathKind.INITIAL)
    stops = initial(tree, make.organisation(NodeKind.PROVINCE, name="省人社厅"))
    assert [(s.organisation.name, s.final) for s in stops][-2:] == [("岳麓区人社局", False), ("省人社厅", True)]


def test_nothing_lies_above_the_accepting_organisation(tree):
    top = tree.place(tree.city, kind=PathKind.INITIAL)
    tree.place(tree.district, top, kind=PathKind.INITIAL)
    assert [s.organisation.name for s in initial(tree, tree.district)] == ["岳麓区医院", "岳麓区人社局"]


def test_a_superior_that_accepts_needs_no_path(tree):
    assert [(s.organisation.name, s.final) for s in initial(tree, tree.district)] == [
        ("岳麓区医院", False),
        ("岳麓区人社局", True),
    ]


def test_a_unit_that_accepts_itself_is_final_at_once(tree):
    (only,) = initial(tree, tree.hospital)
    assert (only.organisation, only.final) == (tree.hospital, True)


def test_a_cancelled_office_accepts_nothing(tree):
    tree.place(tree.city, kind=PathKind.INITIAL)
    closed = office(tree, tree.city)
    closed.active = False
    with pytest.raises(Refused, match="已注销，不能申报"):
        tree.route(way=Way.INITIAL, level=TitleLevel.ASSISTANT, committee=None, office=closed)


def test_the_preview_names_the_people_of_each_step(tree, session):
    top = tree.place(tree.city)
    tree.place(tree.district, top)
    unit_officer = tree.make.account(roles.UNIT_OFFICER, organisation_id=tree.hospital.id)
    tree.make.account(roles.APPLICANT, organisation_id=tree.hospital.id)
    tree.make.account(roles.UNIT_OFFICER, organisation_id=tree.hospital.id, active=False)
    rows = path.preview(
        session, way=Way.REVIEW, level=SENIOR, committee=tree.committee, office=None, unit=tree.hospital
    )
    assert [row.position for row in rows] == [0, 1, 2]
    assert rows[0].people == (unit_officer,)
    assert all(len(row.people) == 1 for row in rows[1:])


# -- Keeping the trees ----------------------------------------------------------------------------


def test_only_the_organisations_own_officer_confirms(tree, make, as_):
    node = tree.propose(tree.city)
    stranger = make.account(roles.CITY_OFFICER, organisation_id=tree.district.id)
    with pytest.raises(Refused, match="只能由“长沙市人社局”自己的经办人确认"):
        PATH_NODE.perform(as_(stranger), node, "confirm")
    tree.confirm(node)
    assert node.state == NodeState.CONFIRMED
    assert node.confirmed_at is not None


def test_a_committees_office_keeps_its_own_tree_only(tree, make, as_):
    secretary = make.account(roles.COMMITTEE_OFFICE, committee_id=tree.committee.id)
    path.propose(as_(secretary), kind=PathKind.SENIOR, organisation=tree.city, committee=tree.committee)
    with pytest.raises(NotYou, match="本评委会的下级单位"):
        path.propose(as_(secretary), kind=PathKind.SENIOR, organisation=tree.district)
    with pytest.raises(NotYou):
        path.propose(as_(make.account(roles.UNIT_OFFICER)), kind=PathKind.SENIOR, organisation=tree.district)


def test_an_organisation_stands_once_in_a_tree(tree, make):
    top = tree.place(tree.city)
    with pytest.raises(Refused, match="已在该审核路径中（在顶端）") as refused:
        tree.propose(tree.city, top)
    assert "organisation" in refused.value.fields
    tree.place(tree.city, committee=tree.committee)
    tree.place(tree.city, kind=PathKind.INTERMEDIATE)
    tree.place(tree.district, top, level=TitleLevel.FULL_SENIOR)
    tree.place(tree.district, top, level=SENIOR)
    with pytest.raises(Refused, match="已在该审核路径中"):
        tree.propose(tree.district, top)


def test_a_parent_of_another_tree_is_refused(tree):
    own = tree.place(tree.city, committee=tree.committee)
    with pytest.raises(Refused, match="属于另一条审核路径"):
        tree.propose(tree.district, own)


def test_a_committee_of_another_level_is_refused(tree):
    with pytest.raises(Refused, match="不属于中评会审核路径"):
        tree.propose(tree.city, kind=PathKind.INTERMEDIATE, committee=tree.committee)


def test_a_place_moves_but_never_under_itself_and_is_confirmed_again(tree, make, as_):
    top = tree.place(tree.city)
    middle = tree.place(tree.district, top)
    other = tree.place(make.organisation(NodeKind.PROVINCIAL, name="省卫健委"))
    with pytest.raises(Refused, match="成环"):
        PATH_NODE.perform(as_(tree.clerk), top, "move", parent=str(middle.id))
    PATH_NODE.perform(as_(tree.clerk), middle, "move", parent=str(other.id))
    assert (middle.parent, middle.state) == (other, NodeState.PENDING)
    tree.confirm(middle)
    assert tree.names() == ["岳麓区医院", "岳麓区人社局", "省卫健委"]


def test_a_place_with_others_below_is_not_cancelled(tree, as_):
    top = tree.place(tree.city)
    leaf = tree.place(tree.district, top)
    with pytest.raises(Refused, match="其下还有“岳麓区人社局”"):
        PATH_NODE.perform(as_(tree.clerk), top, "cancel")
    PATH_NODE.perform(as_(tree.clerk), leaf, "cancel", reason="机构改革")
    PATH_NODE.perform(as_(tree.clerk), top, "cancel")
    assert (leaf.state, leaf.reason) == (NodeState.CANCELLED, "机构改革")
    tree.place(tree.city)


def test_a_place_where_a_declaration_stands_is_not_cancelled(tree, make, as_):
    node = tree.place(tree.city)
    declaration = make.declaration(
        state=DeclarationState.UNDER_AUDIT,
        unit=tree.hospital,
        route=[tree.city],
        position=1,
        batch=make.batch(tree.committee),
    )
    with pytest.raises(Refused, match=f"申报 {declaration.number} 正在“长沙市人社局”办理"):
        PATH_NODE.perform(as_(tree.clerk), node, "cancel")
    declaration.position, declaration.state, declaration.returned_from = -1, DeclarationState.RETURNED, 1
    with pytest.raises(Refused, match=declaration.number):
        PATH_NODE.perform(as_(tree.clerk), node, "cancel")
    declaration.state = DeclarationState.QUALIFIED
    PATH_NODE.perform(as_(tree.clerk), node, "cancel")


def test_the_inner_deadline_is_set_without_another_confirmation(tree, as_):
    node = tree.place(tree.city)
    PATH_NODE.perform(as_(tree.clerk), node, "edit", fast_return=True, inner_deadline=date(2026, 9, 10))
    assert (node.state, node.fast_return, node.inner_deadline) == (NodeState.CONFIRMED, True, date(2026, 9, 10))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_proposed_and_moved_no_tree_has_a_loop(make, as_, session, data):
    tree = Tree(make, as_, session)
    kind = PathKind.JUNIOR
    nodes: list[PathNode] = []
    for _ in range(6):
        parent = data.draw(st.sampled_from([None, *nodes]))
        nodes.append(tree.place(make.organisation(NodeKind.BUREAU), parent, kind=kind, committee=None))
    for _ in range(6):
        node, parent = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from([None, *nodes]))
        try:
            PATH_NODE.perform(as_(tree.clerk), node, "move", parent=str(parent.id) if parent else "")
        except Refused:
            continue
        tree.confirm(node)
    for node in nodes:
        unit = make.organisation(superior=node.organisation)
        stops = path.route(
            session, way=Way.REVIEW, level=TitleLevel.ASSISTANT, committee=tree.committee, office=None, unit=unit
        )
        ids = [stop.organisation.id for stop in stops]
        assert len(set(ids)) == len(ids) >= 2
        by_organisation = {n.organisation_id: n for n in nodes}
        for lower, upper in pairwise(ids[1:]):
            assert by_organisation[lower].parent.organisation_id == upper
