"""审核路径 at the browser: refusals that name and link, the tree, 路径预览, 体检, 推演, 路径迁移."""

from __future__ import annotations

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from models.declarations.declaration import DeclarationState
from models.paths.path import NodeState, PathKind, PathNode
from models.paths.path_draft import PathDraft, PathDraftState
from models.register.organisation import NodeKind
from workflow.base import roles


@pytest.fixture
def config(browser, make):
    return browser(make.account(roles.HRSS_CONFIG))


@pytest.fixture
def place(make, session):
    """A confirmed place on the path of the senior committees."""

    def _place(organisation, parent=None, **given):
        node = make._add(
            PathNode,
            {"kind": PathKind.SENIOR} | given,
            organisation=organisation,
            node_kind=organisation.kind,
            state=given.get("state", NodeState.CONFIRMED),
            parent_id=parent.id if parent else None,
        )
        session.commit()
        return node

    return _place


@pytest.fixture
def count_statements(engine, session):
    """How many statements something sends."""

    def counting(do):
        sent = []
        event.listen(engine, "before_cursor_execute", note := lambda *given: sent.append(given[2]))
        session.expire_all()
        try:
            do()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return counting


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
    assert (
        answer.status_code == 422
        and "附件3 1.12" in page
        and f'<a href="/open/path_node/{node.id}">岳阳市人社局</a>' in page
    )
    assert config.get(f"/open/path_node/{node.id}").location.endswith(f"/seniorpathscreen/show/{node.id}")
    assert len(session.scalars(select(PathNode).where(PathNode.organisation_id == city.id)).all()) == 1


# -- the tree of institutions ----------------------------------------------------------------------------


def test_the_tree_opens_at_a_place_with_its_verbs_and_what_a_change_would_affect(config, make, place, session):
    city, district = (
        make.organisation(NodeKind.CITY, name="常德市人社局"),
        make.organisation(NodeKind.DISTRICT, name="武陵区人社局"),
    )
    make.organisation(name="武陵区医院", superior=district)
    top = place(city)
    below = place(district, top)
    page = page_of(config.get("/seniorpathscreen/tree"))
    assert f'data-key="{top.id}"' in page and "武陵区人社局" not in page
    assert config.get(f"/seniorpathscreen/children/{top.id}").get_json() == [
        {"key": str(below.id), "label": "武陵区人社局", "leaf": True, "note": ""}
    ]
    page = page_of(config.get(f"/seniorpathscreen/tree?node={below.id}"))
    assert (
        "常德市人社局</a> ›" in page
        and f"/seniorpathscreen/act/{below.id}/move" in page
        and f"/seniorpathscreen/add?parent={below.id}" in page
    )
    assert "调整或注销的影响" in page and "经此审核的单位" in page and "1 个" in page
    assert config.get(f"/juniorpathscreen/tree?node={below.id}").status_code == 404
    assert config.get(f"/juniorpathscreen/children/{below.id}").status_code == 404


def test_a_place_is_added_below_another_and_one_is_back_in_the_tree(config, make, place, session):
    top = place(make.organisation(NodeKind.CITY, name="益阳市人社局"))
    district = make.organisation(NodeKind.DISTRICT, name="赫山区人社局")
    session.commit()
    assert "益阳市人社局" in page_of(config.get(f"/seniorpathscreen/add?parent={top.id}"))
    answer = config.post(
        "/seniorpathscreen/add", data={"node_kind": "district", "organisation": district.id, "parent": top.id}
    )
    made = session.scalar(select(PathNode).where(PathNode.organisation_id == district.id))
    assert made.parent_id == top.id and answer.location.endswith(f"/seniorpathscreen/tree?node={made.id}")


def test_moving_shows_what_it_would_affect_and_picks_the_parent_within_the_tree(config, make, place, session):
    one, other = (
        place(make.organisation(NodeKind.CITY, name="甲市人社局")),
        place(make.organisation(NodeKind.CITY, name="乙市人社局")),
    )
    page = page_of(config.get(f"/seniorpathscreen/act/{one.id}/move"))
    assert "经此审核的单位" in page and "committee_id=0" in page and "/lookup/PathNode" in page
    committee = make.committee()
    foreign = place(make.organisation(NodeKind.CITY, name="乙地人社局"), committee_id=committee.id)
    found = config.get("/lookup/PathNode?kind=senior&committee_id=0&office_id=0&q=乙").get_json()["results"]
    assert str(other.id) in {o["id"] for o in found} and str(foreign.id) not in {o["id"] for o in found}
    assert (
        config.post(
            f"/seniorpathscreen/act/{one.id}/move", data={"parent": other.id, "version": one.version}
        ).status_code
        == 302
    )
    assert one.parent_id == other.id and one.state == NodeState.PENDING
    answer = config.post(f"/seniorpathscreen/act/{other.id}/move", data={"parent": one.id, "version": other.version})
    assert answer.status_code == 422 and "成环" in page_of(answer) and f"/open/path_node/{one.id}" in page_of(answer)


def test_the_tree_and_the_list_cost_the_same_statements_whatever_their_size(
    config, make, place, session, count_statements
):
    top = place(make.organisation(NodeKind.CITY))
    place(make.organisation(NodeKind.DISTRICT), top)
    addresses = (
        f"/seniorpathscreen/tree?node={top.id}",
        "/seniorpathscreen/tree",
        "/seniorpathscreen/list/",
        "/pathcheck/",
    )
    few = {address: count_statements(lambda address=address: config.get(address)) for address in addresses}
    for _ in range(25):
        place(make.organisation(NodeKind.UNIT), place(make.organisation(NodeKind.DISTRICT), top))
    for address in addresses:
        assert count_statements(lambda address=address: config.get(address)) <= few[address] + 1, address


def test_a_committees_office_sees_its_own_tree_and_reads_the_shared_one(browser, make, place):
    committee = make.committee()
    office = browser(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    mine = place(make.organisation(NodeKind.BUREAU, name="本会下级"), committee_id=committee.id)
    shared, foreign = (
        place(make.organisation(NodeKind.CITY, name="共用市局")),
        place(make.organisation(NodeKind.CITY, name="他会下级"), committee_id=make.committee().id),
    )
    page = page_of(office.get(f"/committeepathscreen/tree?of=c{committee.id}"))
    assert "本会下级" in page and "他会下级" not in page
    assert f"/act/{mine.id}/cancel" in page_of(office.get(f"/committeepathscreen/tree?node={mine.id}"))
    assert f"/act/{shared.id}/cancel" not in page_of(office.get(f"/committeepathscreen/tree?node={shared.id}"))
    assert office.get(f"/committeepathscreen/tree?node={foreign.id}").status_code == 404


# -- 路径预览 --------------------------------------------------------------------------------------------


def test_the_preview_names_people_deadlines_and_returns(config, make, place, session):
    city = make.organisation(NodeKind.CITY, name="郴州市人社局")
    district = make.organisation(NodeKind.DISTRICT, name="北湖区人社局", superior=city)
    unit = make.organisation(name="北湖区医院", superior=district)
    place(district, place(city), inner_deadline=date(2026, 8, 1))
    make.account(roles.CITY_OFFICER, organisation_id=city.id, last_name="周", first_name="明", position="经办人")
    committee = make.committee()
    make.batch(committee)
    session.commit()
    page = page_of(
        config.get(f"/pathpreview/?unit={unit.id}&way=review&level=associate_senior&committee={committee.id}")
    )
    assert "周明（经办人）" in page and "无人办理" in page and "2026-08-01" in page and "2026-09-28" in page
    assert "逐级退回：北湖区人社局 → 北湖区医院 → 申报人" in page


def test_a_preview_that_breaks_says_where_and_links_to_the_place_to_mend(config, make, place, session):
    district = make.organisation(NodeKind.DISTRICT, name="苏仙区人社局")
    unit = make.organisation(superior=district)
    node = place(district, place(make.organisation(NodeKind.CITY, name="未确认市局"), state=NodeState.PENDING))
    page = page_of(config.get(f"/pathpreview/?unit={unit.id}&way=review&level=associate_senior"))
    assert "在“未确认市局”处中断" in page and f"/open/path_node/{node.parent_id}" in page
    assert "请选择受理机构" in page_of(config.get(f"/pathpreview/?unit={unit.id}&way=initial&level=assistant"))
    assert config.get("/pathpreview/?unit=abc&way=x&level=y").status_code == 200


# -- 体检 ------------------------------------------------------------------------------------------------


def test_the_check_lists_what_to_mend_with_links_and_exports_it(config, make, place, session):
    stray = make.organisation(NodeKind.DISTRICT, name="无路人社局")
    make.organisation(superior=stray)
    node = place(make.organisation(NodeKind.CITY, name="无人人社局"), state=NodeState.PENDING)
    page = page_of(config.get("/pathcheck/?kind=senior"))
    assert f"/seniorpathscreen/add?organisation={stray.id}" in page and f"/seniorpathscreen/tree?node={node.id}" in page
    assert "无路人社局" in page_of(config.get(f"/seniorpathscreen/add?organisation={stray.id}"))
    answer = config.post("/pathcheck/export?kind=senior")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert {"无路人社局", "无人人社局"} <= {row[2] for row in sheet.iter_rows(values_only=True)}


# -- 推演 ------------------------------------------------------------------------------------------------


def test_a_draft_is_built_in_the_tree_replayed_scheduled_and_confirmed_ahead(config, browser, make, place, session):
    city = make.organisation(NodeKind.CITY, name="永州市人社局")
    bureau = make.organisation(NodeKind.BUREAU, name="零陵区卫健局")
    top = place(city)
    below = place(make.organisation(NodeKind.DISTRICT, name="零陵区人社局"), top)
    session.commit()
    answer = config.post(
        "/pathdraftscreen/add", data={"name": "机构改革", "kind": "senior", "note": "湘编办〔2026〕1号"}
    )
    draft = session.scalar(select(PathDraft))
    assert answer.location.endswith(f"/pathdraftscreen/build/{draft.id}")
    added = config.post(f"/pathdraftscreen/change/{draft.id}/add?node={top.id}", data={"organisation": bureau.id})
    change = draft.changes[0]
    assert added.location.endswith(f"node=-{change.id}") and "零陵区卫健局" in page_of(config.get(added.location))
    assert (
        config.post(
            f"/pathdraftscreen/change/{draft.id}/move?node={below.id}", data={"added": str(-change.id)}
        ).status_code
        == 302
    )
    answer = config.post(f"/pathdraftscreen/change/{draft.id}/move?node={top.id}", data={"parent": below.id})
    assert answer.status_code == 422 and "成环" in page_of(answer) and len(draft.changes) == 2
    answer = config.post(f"/pathdraftscreen/drop/{draft.id}/{change.id}")
    assert len(draft.changes) == 2 and answer.status_code == 422
    page = page_of(config.get(f"/pathdraftscreen/show/{draft.id}"))
    assert "各机构审核的单位数" in page and "待单位确认" in page and top.state == NodeState.CONFIRMED
    answer = config.post(
        f"/pathdraftscreen/act/{draft.id}/schedule", data={"takes_effect_on": "2099-01-01", "version": draft.version}
    )
    assert answer.status_code == 302 and draft.state == PathDraftState.SCHEDULED
    officer = browser(make.account(roles.BUREAU_OFFICER, organisation_id=bureau.id))
    page = page_of(officer.get("/pathconfirmscreen/list/"))
    assert (
        "即将生效的审核层级" in page and f"/pathconfirmscreen/ahead/{change.id}" in page and "湘编办〔2026〕1号" in page
    )
    assert officer.post(f"/pathconfirmscreen/ahead/{change.id}").status_code == 302 and change.confirmed_at is not None
    assert officer.post(f"/pathconfirmscreen/ahead/{draft.changes[1].id}").status_code == 404
    answer = config.post(f"/pathdraftscreen/act/{draft.id}/take_effect", data={"version": draft.version})
    assert answer.status_code in (409, 422) and "还没有到" in page_of(answer)


# -- 路径迁移 --------------------------------------------------------------------------------------------


def test_ticked_cases_migrate_with_a_reason_that_stands_in_their_trail(config, browser, make, place, session):
    city, district = (
        make.organisation(NodeKind.CITY, name="怀化市人社局"),
        make.organisation(NodeKind.DISTRICT, name="鹤城区人社局"),
    )
    bureau = make.organisation(NodeKind.PROVINCIAL, name="省厅直管")
    unit = make.organisation(superior=district)
    place(district, place(bureau))
    case = make.declaration(state=DeclarationState.UNDER_AUDIT, unit=unit, route=[district, city], position=1)
    session.commit()
    page = page_of(config.get("/pathmigrate/?kind=senior"))
    assert (
        "鹤城区人社局 → 怀化市人社局" in page
        and "鹤城区人社局 → 省厅直管" in page
        and f"/open/declaration/{case.id}" in page
    )
    answer = config.post("/pathmigrate/migrate?kind=senior", data={"case": case.id})
    assert answer.status_code == 422 and "请填写迁移原因" in page_of(answer) and "checked" in page_of(answer)
    assert (
        config.post("/pathmigrate/migrate?kind=senior", data={"case": case.id, "reason": "机构改革"}).status_code == 302
    )
    assert [s.organisation.name for s in case.route][1:] == ["鹤城区人社局", "省厅直管"]
    audit = browser(make.account(roles.HRSS_AUDIT, organisation_id=make.organisation(NodeKind.PROVINCE).id))
    page = page_of(audit.get(f"/trailscreen/show/{case.id}"))
    assert "审核路径迁移" in page and "机构改革" in page and "新路径：" in page and "审核路径版本" in page


# -- the five settings and the two desks, operation by operation -------------------------------------------


@pytest.mark.parametrize("kind", list(PathKind))
def test_the_five_settings_find_add_edit_and_cancel(config, make, session, kind):
    screen, city = f"/{kind.value}pathscreen", make.organisation(NodeKind.CITY, name=f"{kind.label}市人社局")
    session.commit()
    page = page_of(config.get(f"{screen}/add"))
    assert 'class="star"' in page and "下级节点类型" in page
    assert config.post(f"{screen}/add", data={"node_kind": "city"}).status_code == 422
    assert config.post(f"{screen}/add", data={"node_kind": "city", "organisation-text": city.name}).status_code == 302
    node = session.scalar(select(PathNode).where(PathNode.kind == kind))
    assert node.organisation_id == city.id and city.name in page_of(
        config.get(f"{screen}/list/?organisation={city.id}&state=pending")
    )
    assert city.name not in page_of(config.get(f"{screen}/list/?node_kind=district"))
    answer = config.post(
        f"{screen}/act/{node.id}/edit",
        data={"fast_return": "1", "inner_deadline": "2026-09-01", "version": node.version},
    )
    assert answer.status_code == 302 and (node.fast_return, node.inner_deadline) == (True, date(2026, 9, 1))
    assert "确定注销吗" in page_of(config.get(f"{screen}/act/{node.id}/cancel"))
    assert config.post(f"{screen}/act/{node.id}/cancel", data={"version": node.version}).status_code == 302
    assert node.state == NodeState.CANCELLED


def test_the_organisation_of_a_place_is_found_by_its_kind_and_a_part_of_its_name(config, make, session):
    city, unit = make.organisation(NodeKind.CITY, name="娄底市人社局"), make.organisation(name="娄底市中心医院")
    session.commit()
    assert 'data-narrow="kind=node_kind"' in page_of(config.get("/seniorpathscreen/add"))
    found = {o["id"] for o in config.get("/lookup/Organisation?q=娄底市&kind=city").get_json()["results"]}
    assert str(city.id) in found and str(unit.id) not in found


def test_a_committees_office_adds_below_its_own_committee(browser, make, session):
    committee, bureau = make.committee(), make.organisation(NodeKind.BUREAU, name="某厅人事处")
    office = browser(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    assert (
        office.post("/committeepathscreen/add", data={"node_kind": "bureau", "organisation": bureau.id}).status_code
        == 302
    )
    node = session.scalar(select(PathNode).where(PathNode.committee_id == committee.id))
    assert "某厅人事处" in page_of(office.get("/committeepathscreen/list/")) and "某厅人事处" in page_of(
        office.get(f"/committeepathscreen/show/{node.id}")
    )


def test_an_organisation_finds_its_place_and_confirms_it(browser, make, place, session):
    city = make.organisation(NodeKind.CITY, name="湘西州人社局")
    node = place(city, state=NodeState.PENDING)
    officer = browser(make.account(roles.CITY_OFFICER, organisation_id=city.id))
    assert "湘西州人社局" in page_of(officer.get("/pathconfirmscreen/list/?state=pending"))
    assert officer.post(f"/pathconfirmscreen/act/{node.id}/confirm", data={"version": node.version}).status_code == 302
    assert node.state == NodeState.CONFIRMED and node.confirmed_at is not None


def test_a_draft_that_counts_already_stands_on_every_page_of_its_tree(config, make, place, session):
    one = place(make.organisation(NodeKind.CITY))
    session.add(
        PathDraft(
            name="机构改革", kind=PathKind.SENIOR, state=PathDraftState.SCHEDULED, takes_effect_on=date(2020, 1, 1)
        )
    )
    session.commit()
    for path in ("list/", "tree", "add", f"show/{one.id}", f"act/{one.id}/edit"):
        assert "机构改革" in page_of(config.get(f"/seniorpathscreen/{path}")), path
    assert "机构改革" not in page_of(config.get("/intermediatepathscreen/list/"))
