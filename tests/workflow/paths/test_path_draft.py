"""推演, 路径版本, 路径迁移 and 体检: a path is changed on a day, and who is on his way keeps his route."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState as D
from models.paths.path import NodeState, PathKind, PathNode, Way
from models.paths.path_draft import PathDraftState
from models.register.organisation import NodeKind
from tests.workflow.paths.test_path import Tree
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.declarations import path_migrate
from workflow.paths import path, path_check, path_draft, path_version
from workflow.paths.path import PATH_NODE
from workflow.paths.path_draft import PATH_DRAFT
from workflow.paths.path_replay import replay
from workflow.paths.places import Network, in_force, stored

TODAY, DAY = date(2026, 5, 20), date(2026, 6, 1)
ON_THE_DAY = datetime(2026, 6, 1, 9, 0)
SENIOR = PathKind.SENIOR


@pytest.fixture
def tree(make, as_, session):
    return Tree(make, as_, session)


@pytest.fixture
def path_of(tree):
    """City above district, both confirmed."""
    top = tree.place(tree.city)
    return top, tree.place(tree.district, top)


def new_draft(tree, **given):
    return path_draft.create(tree.as_(tree.clerk), **{"name": "机构改革调整", "kind": SENIOR} | given)


def scheduled(tree, draft, day=DAY):
    PATH_DRAFT.perform(tree.as_(tree.clerk), draft, "schedule", takes_effect_on=day)
    return draft


def names_on(tree, day, **given):
    asked = dict(
        way=Way.REVIEW,
        level=TitleLevel.ASSOCIATE_SENIOR,
        committee=tree.committee,
        office=None,
        unit=tree.hospital,
        today=day,
    )
    return [stop.organisation.name for stop in path.route(tree.session, **asked | given)]


def running(tree, make, **given):
    """A case of the hospital that stands at its district."""
    batch = make.batch(tree.committee)
    found = make.declaration(
        state=D.UNDER_AUDIT,
        unit=tree.hospital,
        route=[tree.district, tree.city],
        position=1,
        batch=batch,
        path_version=1,
        **given,
    )
    found.route[0].done_at = datetime(2026, 5, 2)
    return found


def route_of(declaration):
    return [step.organisation.name for step in declaration.route]


# -- a draft ------------------------------------------------------------------------------------------


def test_a_scheduled_draft_counts_from_its_day_on_and_not_before(tree, make, path_of):
    top, below = path_of
    bureau = make.organisation(NodeKind.PROVINCIAL, name="省卫健委")
    draft = new_draft(tree)
    added = path_draft.add(tree.as_(tree.clerk), draft, organisation=bureau, parent=top.id)
    path_draft.move(tree.as_(tree.clerk), draft, node=below, parent=-added.id)
    assert names_on(tree, DAY) == ["岳麓区医院", "岳麓区人社局", "长沙市人社局"]  # a draft is only a draft
    scheduled(tree, draft)
    for change in draft.changes:
        officer = make.account(roles.DISTRICT_OFFICER, organisation_id=change.organisation_id)
        path_draft.confirm_ahead(tree.as_(officer), change)
    assert names_on(tree, date(2026, 5, 31)) == ["岳麓区医院", "岳麓区人社局", "长沙市人社局"]
    assert names_on(tree, DAY) == ["岳麓区医院", "岳麓区人社局", "省卫健委", "长沙市人社局"]
    assert below.parent_id == top.id  # nothing is written yet


def test_writing_a_due_draft_down_changes_nothing_that_is_read(tree, make, path_of):
    top, below = path_of
    bureau = make.organisation(NodeKind.PROVINCIAL, name="省卫健委")
    draft = new_draft(tree)
    path_draft.add(tree.as_(tree.clerk), draft, organisation=bureau, parent=top.id)
    path_draft.move(tree.as_(tree.clerk), draft, node=below)
    scheduled(tree, draft)
    derived = {(p.organisation, p.state, p.living) for p in in_force(tree.session, SENIOR, DAY).values()}
    number = path_version.current(tree.session, SENIOR, DAY)
    path_draft.settle(tree.as_(tree.clerk, ON_THE_DAY), SENIOR)
    assert draft.state == PathDraftState.EFFECTIVE and below.parent_id is None
    assert {(p.organisation, p.state, p.living) for p in stored(tree.session, SENIOR).values()} == derived
    assert path_version.newest(tree.session, SENIOR) == number


def test_the_next_act_on_the_path_writes_due_drafts_down_first(tree, make, path_of):
    _top, below = path_of
    draft = new_draft(tree)
    path_draft.edit(tree.as_(tree.clerk), draft, node=below, fast_return=True)
    scheduled(tree, draft)
    path.propose(tree.as_(tree.clerk, ON_THE_DAY), kind=SENIOR, organisation=make.organisation(NodeKind.PROVINCIAL))
    assert draft.state == PathDraftState.EFFECTIVE and below.fast_return


def test_a_draft_that_no_longer_fits_waits_and_says_which_change(tree, make, as_, path_of):
    _top, below = path_of
    draft = new_draft(tree)
    path_draft.move(tree.as_(tree.clerk), draft, node=below)
    scheduled(tree, draft)
    PATH_NODE.perform(as_(tree.clerk), below, "cancel")
    with pytest.raises(Refused, match=r"不再适用.*“岳麓区人社局”的节点已被注销") as refused:
        PATH_DRAFT.perform(as_(tree.clerk, ON_THE_DAY), draft, "take_effect")
    assert refused.value.links == (("岳麓区人社局", "path_node", below.id),)
    path_draft.settle(as_(tree.clerk, ON_THE_DAY), SENIOR)
    assert draft.state == PathDraftState.SCHEDULED
    PATH_DRAFT.perform(as_(tree.clerk, ON_THE_DAY), draft, "void", reason="机构已撤销")


def test_a_draft_in_force_is_not_recalled(tree, as_, path_of):
    _top, below = path_of
    draft = new_draft(tree)
    path_draft.edit(as_(tree.clerk), draft, node=below, inner_deadline=DAY)
    scheduled(tree, draft)
    assert PATH_DRAFT.refusal(as_(tree.clerk), draft, "recall") is None
    with pytest.raises(Refused, match="已按新路径执行"):
        PATH_DRAFT.perform(as_(tree.clerk, ON_THE_DAY), draft, "recall")


def test_a_draft_refuses_loops_doubles_and_places_above_others(tree, make, as_, path_of):
    top, below = path_of
    draft, uow = new_draft(tree), as_(tree.clerk)
    with pytest.raises(Refused, match=r"不能放在自己之下.*附件3 1.12"):
        path_draft.move(uow, draft, node=top, parent=below.id)
    draft.changes.pop()
    with pytest.raises(Refused, match="只能有一个位置"):
        path_draft.add(uow, draft, organisation=tree.city)
    draft.changes.pop()
    with pytest.raises(Refused, match="之下还有 1 个节点"):
        path_draft.cancel(uow, draft, node=top)


def test_only_the_configuration_post_drafts_and_a_day_gone_by_is_refused(tree, make, as_, path_of):
    with pytest.raises(NotYou):
        path_draft.create(as_(make.account(roles.COMMITTEE_OFFICE)), name="x", kind=SENIOR)
    draft = new_draft(tree)
    assert "还没有任何变更" in PATH_DRAFT.refusal(as_(tree.clerk), draft, "schedule").sentence
    path_draft.edit(as_(tree.clerk), draft, node=path_of[1], fast_return=True)
    with pytest.raises(Refused, match="已过"):
        scheduled(tree, draft, date(2026, 5, 1))


def test_only_the_organisation_itself_confirms_ahead(tree, make, as_, path_of):
    draft = new_draft(tree)
    change = path_draft.move(as_(tree.clerk), draft, node=path_of[1])
    scheduled(tree, draft)
    with pytest.raises(NotYou):
        path_draft.confirm_ahead(as_(make.account(roles.CITY_OFFICER, organisation_id=tree.city.id)), change)
    path_draft.confirm_ahead(as_(make.account(roles.DISTRICT_OFFICER, organisation_id=tree.district.id)), change)
    assert names_on(tree, DAY) == ["岳麓区医院", "岳麓区人社局"]


# -- replayed -----------------------------------------------------------------------------------------


def test_the_replay_counts_who_gains_and_loses_and_names_the_cases(tree, make, path_of, session):
    _top, below = path_of
    for _ in range(3):
        make.organisation(superior=tree.district)
    lonely = make.organisation(NodeKind.DISTRICT, name="新设区人社局", superior=None)
    for _ in range(2):
        make.organisation(superior=lonely)
    case = running(tree, make)
    draft = new_draft(tree)
    path_draft.move(tree.as_(tree.clerk), draft, node=below)
    path_draft.add(tree.as_(tree.clerk), draft, organisation=lonely)
    answer = replay(session, draft, TODAY)
    changed = {name: (before, after) for _key, name, before, after in answer.organisations}
    assert changed["长沙市人社局"] == (4, 0) and changed["新设区人社局"] == (0, 2)
    assert answer.without[0] - answer.without[1] == 2
    assert [(c.number, c.note) for c in answer.other] == [(case.number, "长沙市人社局 → 评委会或最终机构")]
    assert {name for _key, name in answer.unconfirmed} == {"岳麓区人社局", "新设区人社局"}


def test_a_case_that_is_with_its_applicant_is_replayed_from_where_it_comes_back_to(tree, make, path_of, session):
    _top, below = path_of
    case = running(tree, make, returned_from=1)
    case.state, case.position = D.RETURNED, -1
    draft = new_draft(tree)
    path_draft.edit(tree.as_(tree.clerk), draft, node=below, fast_return=True)
    assert replay(session, draft, TODAY).other == []
    path_draft.move(tree.as_(tree.clerk), draft, node=below)
    assert [c.note for c in replay(session, draft, TODAY).other] == ["长沙市人社局 → 评委会或最终机构"]


def test_a_way_that_changes_further_up_is_named_as_well_and_counted_for_each_office(tree, make, path_of, session):
    """The next auditor stays; a way was once called unchanged then."""
    top, _below = path_of
    province = make.organisation(NodeKind.PROVINCIAL, name="省卫健委")
    above = tree.place(province)
    case = running(tree, make)
    case.position = 0
    case.state = D.UNIT_REVIEW
    session.flush()
    draft = new_draft(tree)
    path_draft.move(tree.as_(tree.clerk), draft, node=top, parent=above.id)
    answer = replay(session, draft, TODAY)
    assert [(c.number, c.note) for c in answer.other] == [(case.number, "评委会或最终机构 → 省卫健委（此后第 3 站）")]
    assert answer.offices == [(province.id, "省卫健委", 0, 1)]


def test_the_replay_names_who_would_have_no_route(tree, make, path_of, session):
    top, below = path_of
    case = running(tree, make)
    draft = new_draft(tree)
    path_draft.cancel(tree.as_(tree.clerk), draft, node=below)
    path_draft.cancel(tree.as_(tree.clerk), draft, node=top)
    answer = replay(session, draft, TODAY)
    assert [c.number for c in answer.lost] == [case.number] and answer.without[1] > answer.without[0]


# -- versions and migrating ---------------------------------------------------------------------------


def test_every_change_that_takes_effect_begins_a_version(tree, as_, path_of, session):
    _top, below = path_of
    before = path_version.newest(session, SENIOR)
    PATH_NODE.perform(as_(tree.clerk), below, "edit", fast_return=True, inner_deadline=None)
    PATH_NODE.perform(as_(tree.clerk), below, "move", parent=None)
    tree.confirm(below)
    PATH_NODE.perform(as_(tree.clerk), below, "cancel")
    assert path_version.newest(session, SENIOR) == before + 4
    assert path_version.newest(session, PathKind.JUNIOR) == 0


def test_whatever_becomes_of_the_path_a_running_case_keeps_its_route(tree, make, as_, path_of):
    _top, below = path_of
    case = running(tree, make, title=make.title(TitleLevel.ASSOCIATE_SENIOR))
    case.position = 2
    PATH_NODE.perform(as_(tree.clerk), below, "move", parent=None)
    PATH_NODE.perform(as_(tree.clerk), below, "cancel")
    assert route_of(case) == ["岳麓区医院", "岳麓区人社局", "长沙市人社局"] and case.path_version == 1


def test_migrating_is_an_act_with_a_reason_and_stands_in_the_trail(tree, make, as_, path_of, session):
    _top, below = path_of
    case = running(tree, make)
    bureau = make.organisation(NodeKind.PROVINCIAL, name="省卫健委")
    above = tree.place(bureau)
    PATH_NODE.perform(as_(tree.clerk), below, "move", parent=str(above.id))
    tree.confirm(below)
    found, total = path_migrate.candidates(session, SENIOR, TODAY)
    assert total == 1 and (found[0].old[-1], found[0].new[-1], found[0].moved) == ("长沙市人社局", "省卫健委", False)
    with pytest.raises(Refused, match="请填写迁移原因"):
        path_migrate.migrate(as_(tree.clerk), [case], reason=" ")
    uow = as_(tree.clerk)
    path_migrate.migrate(uow, [case], reason="机构改革")
    assert route_of(case) == ["岳麓区医院", "岳麓区人社局", "省卫健委"]
    assert (case.position, case.path_version) == (1, path_version.newest(session, SENIOR))
    assert case.route[0].done_at == datetime(2026, 5, 2) and case.route[2].reached_at is None
    assert uow.entries[-1][0] == "reroute" and uow.entries[-1][2]["items"] == [
        "原路径：岳麓区医院 → 岳麓区人社局 → 长沙市人社局",
        "新路径：岳麓区医院 → 岳麓区人社局 → 省卫健委",
    ]
    assert path_migrate.candidates(session, SENIOR, TODAY) == ([], 0)


def test_a_case_at_a_level_that_vanishes_is_put_back_only_when_it_is_said(tree, make, as_, path_of, session):
    top, _below = path_of
    case = running(tree, make)
    bureau = make.organisation(NodeKind.BUREAU, name="区卫健局")
    tree.hospital.superior = bureau
    bureau.superior = tree.city
    tree.place(bureau, top)
    with pytest.raises(Refused, match=r"新路径没有该层级.*由“区卫健局”继续审核") as refused:
        path_migrate.migrate(as_(tree.clerk), [case], reason="归口调整")
    assert refused.value.links[0] == (case.number, "declaration", case.id)
    path_migrate.migrate(as_(tree.clerk), [case], reason="归口调整", put_back=True)
    assert (route_of(case), case.position) == (["岳麓区医院", "区卫健局", "长沙市人社局"], 1)
    assert case.route[1].reached_at is not None


def test_a_case_without_a_new_route_is_not_migrated(tree, make, as_, path_of):
    case = running(tree, make)
    tree.hospital.superior = None
    with pytest.raises(Refused, match=r"不能迁移.*均未列入"):
        path_migrate.migrate(as_(tree.clerk), [case], reason="x")
    with pytest.raises(NotYou):
        path_migrate.migrate(as_(make.account(roles.HRSS_AUDIT)), [case], reason="x")


# -- 体检 ---------------------------------------------------------------------------------------------


def test_the_check_finds_what_would_stop_a_declaration(tree, make, session, as_, path_of):
    _top, _below = path_of
    waiting = tree.propose(make.organisation(NodeKind.PROVINCIAL, name="省教育厅"))
    stray = make.organisation(NodeKind.DISTRICT, name="无路区人社局")
    for _ in range(4):
        make.organisation(superior=stray)
    closed = tree.place(make.organisation(NodeKind.PROVINCIAL, name="已撤厅"))
    closed.organisation.active = False
    case = running(tree, make)
    for account in session.scalars(select(type(tree.clerk)).filter_by(organisation_id=tree.district.id)):
        account.active = False
    one, other = (tree.place(make.organisation(NodeKind.PROVINCIAL, name=f"环{n}")) for n in "甲乙")
    one.parent_id, other.parent_id = other.id, one.id
    session.flush()
    health = path_check.check(session, TODAY, SENIOR)

    def told(section):
        return {f.name: f for f in health.of(section)}

    assert set(told("loop")) == {"环甲", "环乙"}
    assert set(told("pending")) == {"省教育厅"} and told("pending")["省教育厅"].key == waiting.id
    assert set(told("closed")) == {"已撤厅"}
    assert "岳麓区人社局" in told("nobody") and "省教育厅" in told("nobody") and "长沙市人社局" not in told("nobody")
    assert case.number in told("unheld")["岳麓区人社局"].note
    assert told("no_route")["无路区人社局"].count == 4 and "岳麓区人社局" not in told("no_route")


def test_the_check_costs_the_same_statements_whatever_the_province(tree, make, session, path_of):
    from sqlalchemy import event

    def asked():
        sent = []
        event.listen(session.get_bind(), "before_cursor_execute", note := lambda *given: sent.append(given[2]))
        path_check.check(session, TODAY)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(sent)

    few = asked()
    for n in range(30):
        district = make.organisation(NodeKind.DISTRICT, superior=tree.city)
        tree.propose(district, path_of[0])
        make.organisation(superior=make.organisation(NodeKind.BUREAU, name=f"局{n}"))
    session.flush()
    assert asked() <= few + 1


# -- whatever happens ---------------------------------------------------------------------------------


ACTS = ("propose", "confirm", "move", "cancel", "draft_add", "draft_move", "draft_cancel")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=14))
def test_whatever_is_done_no_path_has_a_loop_and_no_running_case_another_route(make, as_, session, acts):
    example = session.begin_nested()
    try:
        _example(Tree(make, as_, session), make, session, acts)
    finally:
        example.rollback()
        session.expunge_all()


def _example(tree, make, session, acts):
    tree.place(tree.district, tree.place(tree.city))
    case = running(tree, make)
    before = [(s.position, s.organisation_id, s.reached_at) for s in case.route]
    offices = [make.organisation(NodeKind.BUREAU) for _ in range(4)]
    draft, uow = new_draft(tree), tree.as_(tree.clerk)
    for verb, one, other in acts:
        nodes = session.scalars(
            select(PathNode).where(PathNode.kind == SENIOR, PathNode.state != NodeState.CANCELLED).order_by(PathNode.id)
        ).all()
        node, parent, office = nodes[one % len(nodes)], [None, *nodes][other % (len(nodes) + 1)], offices[one % 4]
        try:
            with session.begin_nested():
                _act(tree, draft, verb, node, parent, office)
        except Refused:
            session.expire_all()
        if len(nodes) == 1:
            break
    try:
        with session.begin_nested():
            scheduled(tree, draft, TODAY)
    except Refused:
        session.expire_all()
    derived = {(p.organisation, p.state) for p in in_force(session, SENIOR, TODAY).values()}
    assert Network(in_force(session, SENIOR, TODAY)).loops() == [] == Network(stored(session, SENIOR)).loops()
    path_draft.settle(uow, SENIOR)
    session.expire_all()
    assert Network(stored(session, SENIOR)).loops() == []
    assert {(p.organisation, p.state) for p in stored(session, SENIOR).values()} == derived
    assert [(s.position, s.organisation_id, s.reached_at) for s in case.route] == before


def _act(tree, draft, verb, node, parent, office):
    uow, key = tree.as_(tree.clerk), parent.id if parent else None
    match verb:
        case "propose":
            path.propose(uow, kind=SENIOR, organisation=office, parent=parent)
        case "confirm":
            tree.confirm(node)
        case "draft_add":
            path_draft.add(uow, draft, organisation=office, parent=key)
        case "draft_move":
            path_draft.move(uow, draft, node=node, parent=key)
        case "draft_cancel":
            path_draft.cancel(uow, draft, node=node)
        case "move":
            PATH_NODE.perform(uow, node, "move", parent=parent)
        case "cancel":
            PATH_NODE.perform(uow, node, "cancel")
