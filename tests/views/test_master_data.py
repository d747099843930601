"""The province's master data at its screens: trees, register, paths, issuers, committees, parameters, calendar."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, select

from models.accounts.account import Account
from models.awards.certificate import Issuer, IssuerState
from models.committees.catalogue import Specialty, Title
from models.committees.committee import Committee, CommitteeState
from models.office.journal import JournalEntry
from models.office.setting import CalendarDay, CalendarYear
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode, Way
from models.register.organisation import NodeKind, Organisation, OrganisationState
from tests.views.office_day import noon, page_of  # noqa: F401  (a fixture)
from workflow.accounts import password
from workflow.base import roles, settings

SCREENS = {
    "specialtyscreen": "职称专业管理",
    "titlescreen": "职称树管理",
    "organisationscreen": "机构管理",
    "issuerscreen": "发证单位编码配置",
    "committeescreen": "评委会管理",
    "committeesearchscreen": "评委会查询",
    "calendardayscreen": "工作日历",
    "calendaryearscreen": "工作日历年度",
    "acceptancescreen": "职称初定/认定受理机构管理",
    "initialpathscreen": "职称初定审核路径配置",
    "recognitionpathscreen": "职称认定审核路径配置",
    "juniorpathscreen": "初评会审核路径配置",
    "intermediatepathscreen": "中评会审核路径配置",
    "seniorpathscreen": "高评会审核路径配置",
}
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def config(browser, make):
    return browser(make.account(roles.HRSS_CONFIG))


@pytest.fixture
def count_queries(engine):
    """`with count_queries() as queries`: every statement that is sent."""

    @contextmanager
    def counting():
        sent = []

        def note(connection, cursor, statement, *more):
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.mark.parametrize(("screen", "title"), SCREENS.items())
def test_every_module_opens_under_its_own_name_for_the_configuration_post_only(browser, make, config, screen, title):
    page = page_of(config.get(f"/{screen}/list/"))
    assert f"<h1>{title}</h1>" in page and f'href="/{screen}/list/"' in page
    assert browser(make.account(roles.UNIT_OFFICER)).get(f"/{screen}/list/").status_code == 403


# -- trees ----------------------------------------------------------------------------------------


def test_a_specialty_is_found_added_changed_and_deleted(config, session):
    parent = session.scalar(select(Specialty).where(Specialty.code == "0501"))
    assert f"node={parent.id}" in config.get(f"/specialtyscreen/list/?q={parent.name}", follow_redirects=True).get_data(
        as_text=True
    )
    answer = config.post(f"/specialtyscreen/add?node={parent.id}", data={"code": "0501ZZ", "name": "智能建造"})
    made = session.scalar(select(Specialty).where(Specialty.code == "0501ZZ"))
    assert answer.status_code == 302 and made.parent_id == parent.id and made.series_id == parent.series_id
    answer = config.post(
        f"/specialtyscreen/edit/{made.id}", data={"code": "0501ZZ", "name": "智能建造技术", "effective_from": "2026"}
    )
    assert answer.status_code == 302 and made.name == "智能建造技术"
    assert config.post(f"/specialtyscreen/delete/{made.id}").status_code == 302
    assert session.scalar(select(Specialty.id).where(Specialty.code == "0501ZZ")) is None


def test_a_code_that_is_taken_is_refused_at_its_field_and_nothing_typed_is_lost(config, session):
    parent = session.scalar(select(Specialty).where(Specialty.code == "0501"))
    answer = config.post(f"/specialtyscreen/add?node={parent.id}", data={"code": "0401", "name": "智能建造"})
    page = page_of(answer)
    assert answer.status_code == 422 and "专业代码 0401 已属于" in page and 'value="智能建造"' in page


def test_roots_of_both_trees_are_fixed(config, session):
    root = session.scalar(select(Specialty).where(Specialty.code == "05"))
    assert "固定" in page_of(config.get(f"/specialtyscreen/list/?node={root.id}"))
    assert (
        config.post(
            f"/specialtyscreen/edit/{root.id}", data={"code": "05", "name": "别名", "effective_from": "2000"}
        ).status_code
        == 409
    )
    assert config.post(f"/specialtyscreen/delete/{root.id}").status_code == 409
    assert "系列为固定栏目" in page_of(config.get(f"/titlescreen/list/?node=s{root.series_id}"))


def test_a_title_is_added_to_a_series_changed_and_deleted(config, session, make):
    series = make.series()
    page = page_of(config.get(f"/titlescreen/list/?node=s{series.id}"))
    assert "正高级工程师" in page and "正高级" in page
    answer = config.post(
        f"/titlescreen/add?node=s{series.id}", data={"level": "intermediate", "name": "试验师", "exam_only": ""}
    )
    made = session.scalar(select(Title).where(Title.name == "试验师"))
    assert answer.status_code == 302 and made.series_id == series.id
    assert "试验师" in page_of(config.get(f"/titlescreen/list/?node={made.id}"))
    assert (
        config.post(
            f"/titlescreen/edit/{made.id}", data={"level": "assistant", "name": "试验师", "effective_from": "2000"}
        ).status_code
        == 302
    )
    assert made.level == "assistant"
    answer = config.post(f"/titlescreen/delete/{made.id}")
    assert (
        answer.headers["Location"].endswith(f"node=s{series.id}")
        and session.scalar(select(Title.id).where(Title.name == "试验师")) is None
    )


@pytest.mark.parametrize("node", ["x", "s", "s99999999999", "99999999999", "s0x", "-1"])
def test_a_wild_node_is_no_error(config, node):
    assert config.get(f"/titlescreen/list/?node={node}").status_code in (302, 404)
    assert config.get(f"/specialtyscreen/list/?node={node}").status_code in (302, 404)


# -- the register of organisations ----------------------------------------------------------------


def test_an_organisation_is_entered_and_its_code_never_changes(config, session, make):
    typed = {
        "code": "12430000444885313G",
        "name": "湖南某设计院",
        "kind": "unit",
        "nature": "institution",
        "region_code": "430000",
    }
    assert config.post("/organisationscreen/add", data=typed).status_code == 302
    made = session.scalar(select(Organisation).where(Organisation.code == typed["code"]))
    assert made.name == "湖南某设计院"
    answer = config.post(
        f"/organisationscreen/edit/{made.id}", data=typed | {"code": "91430100MA4L0000X9", "name": "新名称"}
    )
    assert answer.status_code == 422 and "不能更改" in page_of(answer) and 'value="新名称"' in page_of(answer)
    assert config.post(f"/organisationscreen/edit/{made.id}", data=typed | {"name": "新名称"}).status_code == 302
    assert made.name == "新名称"
    assert config.post(f"/organisationscreen/act/{made.id}/close", data={"reason": "撤并"}).status_code == 302
    assert made.state == OrganisationState.INACTIVE


def test_a_wrong_credit_code_is_told_at_its_field(config):
    typed = {"code": "12430000444885313A", "name": "湖南某设计院", "kind": "unit", "region_code": "430000"}
    answer = config.post("/organisationscreen/add", data=typed)
    assert answer.status_code == 422 and "GB 32100" in page_of(answer) and "湖南某设计院" in page_of(answer)


def test_the_auditor_reads_the_register_and_changes_nothing(browser, make):
    auditor = browser(make.account(roles.HRSS_AUDIT))
    assert auditor.get("/organisationscreen/list/").status_code == 200
    assert auditor.get("/organisationscreen/add").status_code == 403


# -- issuers, accepting organisations, paths ---------------------------------------------------------


def test_an_issuers_code_is_given_and_cancelled_with_a_reason(config, session, make):
    city = make.organisation(NodeKind.CITY, region_code="430100", name="长沙市人社局")
    session.commit()
    assert config.post("/issuerscreen/add", data={"organisation": city.id, "code": ""}).status_code == 302
    issuer = session.scalar(select(Issuer).where(Issuer.organisation_id == city.id))
    assert issuer.code == "01000000" and "长沙市人社局" in page_of(config.get("/issuerscreen/list/?code=0100"))
    answer = config.post(f"/issuerscreen/act/{issuer.id}/cancel", data={"reason": ""})
    assert answer.status_code == 422 and "请填写注销原因" in page_of(answer)
    assert config.post(f"/issuerscreen/act/{issuer.id}/cancel", data={"reason": "机构改革"}).status_code == 302
    assert issuer.state == IssuerState.CANCELLED
    assert config.post("/issuerscreen/export").mimetype.endswith("sheet")


def test_an_accepting_organisation_is_followed_by_its_instructions(config, session, make):
    city = make.organisation(NodeKind.CITY, name="株洲市人社局")
    session.commit()
    typed = {
        "node_kind": "city",
        "organisation": city.id,
        "way": "initial",
        "level": "assistant",
        "region_code": "430200",
        "publicity_required": "1",
    }
    answer = config.post("/acceptancescreen/add", data=typed | {"node_kind": "district"})
    assert answer.status_code == 422 and "与所选不一致" in page_of(answer) and "株洲市人社局" in page_of(answer)
    answer = config.post("/acceptancescreen/add", data=typed)
    office = session.scalar(select(AcceptanceOffice).where(AcceptanceOffice.organisation_id == city.id))
    assert answer.headers["Location"].endswith(f"/act/{office.id}/instruct") and office.publicity_required
    assert (
        config.post(
            f"/acceptancescreen/act/{office.id}/instruct", data={"instructions": "请携带毕业证书。"}
        ).status_code
        == 302
    )
    assert "请携带毕业证书。" in page_of(config.get(f"/acceptancescreen/show/{office.id}"))
    assert config.post(f"/acceptancescreen/act/{office.id}/cancel", data={"reason": ""}).status_code == 302
    assert not office.active


def test_the_five_paths_are_one_screen_with_its_own_rows_each(config, session, make):
    city = make.organisation(NodeKind.CITY, name="湘潭市人社局")
    session.commit()
    typed = {"node_kind": "city", "organisation": city.id, "level": "", "committee": "", "parent": ""}
    assert config.post("/seniorpathscreen/add", data=typed).status_code == 302
    node = session.scalar(select(PathNode).where(PathNode.organisation_id == city.id))
    assert (node.kind, node.state) == (PathKind.SENIOR, NodeState.PENDING)
    assert "湘潭市人社局" in page_of(config.get("/seniorpathscreen/list/")) and "湘潭市人社局" not in page_of(
        config.get("/juniorpathscreen/list/")
    )
    assert config.get(f"/juniorpathscreen/show/{node.id}").status_code == 404
    assert "路径预览" in page_of(config.get(f"/seniorpathscreen/show/{node.id}"))
    answer = config.post("/seniorpathscreen/add", data=typed)
    assert answer.status_code == 422 and "已在该审核路径中" in page_of(answer)
    unit = make.organisation(NodeKind.DISTRICT, name="岳塘区人社局")
    session.commit()
    assert (
        config.post(
            "/seniorpathscreen/add", data=typed | {"node_kind": "district", "organisation": unit.id, "parent": node.id}
        ).status_code
        == 302
    )
    answer = config.post(f"/seniorpathscreen/act/{node.id}/cancel", data={"reason": "", "version": node.version})
    assert answer.status_code == 422 and "其下还有“岳塘区人社局”" in page_of(answer)
    below = session.scalar(select(PathNode).where(PathNode.parent_id == node.id))
    assert (
        config.post(
            f"/seniorpathscreen/act/{below.id}/cancel", data={"reason": "", "version": below.version}
        ).status_code
        == 302
    )


def test_pickers_of_a_path_offer_only_its_own_nodes(config, session, make):
    city = make.organisation(NodeKind.CITY, name="衡阳市人社局")
    node = make._add(
        PathNode, {}, kind=PathKind.SENIOR, organisation=city, node_kind=NodeKind.CITY, state=NodeState.CONFIRMED
    )
    session.commit()
    found = config.get("/lookup/PathNode-senior?q=衡阳").get_json()["results"]
    assert [row["id"] for row in found] == [str(node.id)]
    assert config.get("/lookup/PathNode-junior?q=衡阳").get_json()["results"] == []
    answer = config.post(
        "/juniorpathscreen/add", data={"node_kind": "city", "organisation": city.id, "parent": node.id}
    )
    assert answer.status_code == 422  # a forged key opens nothing the picker would not have offered


def test_a_committees_office_keeps_its_own_tree_only(browser, make, session):
    committee, other = make.committee(), make.committee()
    office = browser(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    bureau = make.organisation(NodeKind.BUREAU, name="某主管部门")
    foreign = make._add(
        PathNode,
        {},
        kind=PathKind.SENIOR,
        committee_id=other.id,
        organisation=bureau,
        node_kind=NodeKind.BUREAU,
        state=NodeState.CONFIRMED,
    )
    session.commit()
    assert (
        office.post("/committeepathscreen/add", data={"node_kind": "bureau", "organisation": bureau.id}).status_code
        == 302
    )
    node = session.scalar(select(PathNode).where(PathNode.committee_id == committee.id))
    assert node.kind == PathKind.SENIOR and "某主管部门" in page_of(office.get("/committeepathscreen/list/"))
    assert office.get(f"/committeepathscreen/show/{foreign.id}").status_code == 404
    assert office.post(f"/committeepathscreen/act/{foreign.id}/cancel", data={"reason": "x"}).status_code == 404
    assert office.get("/seniorpathscreen/list/").status_code == 403


def test_the_shared_tree_is_read_by_a_committee_and_kept_by_the_province(browser, make, session):
    committee = make.committee()
    office = browser(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    shared, junior = (
        make._add(
            PathNode,
            {},
            kind=kind,
            organisation=make.organisation(NodeKind.CITY),
            node_kind=NodeKind.CITY,
            state=NodeState.CONFIRMED,
        )
        for kind in (PathKind.SENIOR, PathKind.JUNIOR)
    )
    session.commit()
    page = page_of(office.get("/committeepathscreen/list/"))
    assert (
        shared.organisation.name in page
        and "共用" in page
        and "/act/" not in page
        and junior.organisation.name not in page
    )
    answer = office.post(
        f"/committeepathscreen/act/{shared.id}/cancel", data={"reason": "x", "version": shared.version}
    )
    assert answer.status_code == 422 and "只能维护本评委会" in page_of(answer) and shared.state == NodeState.CONFIRMED


# -- committees ---------------------------------------------------------------------------------------

FORM = {
    "name": "湖南省环保工程高级评委会",
    "level": "senior",
    "kind": "ordinary",
    "region_code": "430000",
    "account_name": "hbgph",
    "valid_from": "2026-01-01",
    "valid_to": "2028-12-31",
    "size": "25",
}


@pytest.fixture
def series(make, session):
    found = make.series("船舶专业技术人员")
    session.commit()
    return found


def test_a_committee_is_entered_described_approved_and_given_its_account(config, browser, make, session, series):
    answer = config.post("/committeescreen/add", data=FORM | {"series": series.id})
    committee = session.scalar(select(Committee).where(Committee.name == FORM["name"]))
    other = f"/committeescreen/other/{committee.id}"
    assert answer.headers["Location"].endswith(other) and committee.state == CommitteeState.APPLIED
    unit, specialty = make.organisation(name="湖南省生态环境厅"), make.specialty(series=series, name="船舶环保")
    session.commit()
    act = f"/committeescreen/act/{committee.id}"
    for verb, typed in (
        ("add_office", {"add_office-rows": "3", "add_office-0-organisation-text": "湖南省生态环境厅"}),
        ("add_specialty", {"add_specialty-rows": "3", "add_specialty-1-specialty": specialty.id}),
        (
            "set_fee",
            {
                "set_fee-rows": "3",
                "set_fee-0-item": "评审费",
                "set_fee-0-amount": "360",
                "set_fee-2-item": "面试费",
                "set_fee-2-amount": "100",
            },
        ),
    ):
        assert config.post(f"{other}/{verb}", data=typed).headers["Location"].endswith(other), verb
    page = page_of(config.get(other))
    assert "湖南省生态环境厅" in page and "船舶环保" in page and 'value="360"' in page and 'value="100"' in page
    approver = browser(make.account(roles.HRSS_AUDIT))
    assert approver.post(f"{act}/approve", data={"version": committee.version}).status_code == 302
    answer = config.post(f"{act}/issue_account", data={"version": committee.version})
    shown = re.search(r'id="first-password">([^<]+)<', page_of(answer))[1]
    account = session.scalar(select(Account).where(Account.username == "hbgph"))
    assert password.matches(account.password, shown) and account.must_change_password
    assert shown not in " ".join(session.scalars(select(JournalEntry.details)))
    assert shown not in page_of(config.get(f"/committeescreen/show/{committee.id}"))
    for item in ("评审费", "面试费"):
        assert config.post(f"{act}/remove_fee", data={"item": item}).status_code == 302
    assert "不收费" in page_of(config.get(f"/committeescreen/show/{committee.id}"))
    assert unit.name in page_of(
        browser(make.account(roles.HRSS_AUDIT)).get(f"/committeesearchscreen/show/{committee.id}")
    )


def test_an_even_or_too_long_committee_is_refused_at_its_fields(config, series):
    answer = config.post(
        "/committeescreen/add", data=FORM | {"series": series.id, "size": "26", "valid_to": "2030-01-01"}
    )
    page = page_of(answer)
    assert answer.status_code == 422 and "评委人数应为单数" in page and "不超过 3 年" in page and FORM["name"] in page


def test_an_unknown_unit_is_told_on_the_page_of_other_information(config, make, session):
    committee = make.committee()
    session.commit()
    other = f"/committeescreen/other/{committee.id}"
    answer = config.post(
        f"{other}/add_office", data={"add_office-rows": "2", "add_office-1-organisation-text": "没有的单位"}
    )
    page = page_of(answer)
    assert (
        answer.status_code == 422
        and "没有找到“没有的单位”" in page
        and 'value="没有的单位"' in page
        and "评审专业" in page
    )
    answer = config.post(
        f"{other}/set_fee", data={"set_fee-rows": "1", "set_fee-0-item": "评审费", "set_fee-0-amount": "-5"}
    )
    assert answer.status_code == 422 and "不得小于 0" in page_of(answer) and 'value="-5"' in page_of(answer)
    assert "至少填写一行" in page_of(config.post(f"{other}/add_office", data={"add_office-rows": "3"}))


def test_a_committee_is_cancelled_only_with_a_reason(config, make, session):
    committee = make.committee()
    session.commit()
    act = f"/committeescreen/act/{committee.id}/cancel"
    assert config.post(act, data={"reason": " ", "version": committee.version}).status_code == 422
    assert config.post(act, data={"reason": "期满不再组建", "version": committee.version}).status_code == 302
    assert committee.state == CommitteeState.CANCELLED
    assert config.get(f"/committeescreen/edit/{committee.id}").status_code == 409


def test_an_old_page_of_a_committee_is_told_that_somebody_was_faster(config, make, session):
    committee = make.committee(valid_to=date(2026, 12, 31))
    session.commit()
    answer = config.post(
        f"/committeescreen/act/{committee.id}/cancel", data={"reason": "撤", "version": committee.version + 7}
    )
    assert (
        answer.status_code == 409
        and "刚刚被他人处理过" in page_of(answer)
        and committee.state == CommitteeState.APPROVED
    )


def test_the_search_offers_no_change(browser, make, session):
    committee = make.committee()
    session.commit()
    leader = browser(make.account(roles.LEADER))
    page = page_of(leader.get(f"/committeesearchscreen/show/{committee.id}"))
    assert committee.name in page and "/act/" not in page and committee.account_name not in page
    assert committee.account_name not in page_of(leader.get("/committeesearchscreen/list/"))
    assert leader.get(f"/lookup/Committee?q={committee.account_name}").json["results"] == []
    assert leader.get(f"/committeescreen/show/{committee.id}").status_code == 403
    assert leader.post("/committeesearchscreen/export").status_code == 200


# -- parameters and calendar ------------------------------------------------------------------------------


def test_a_parameter_is_changed_within_its_bounds(config, session):
    page = page_of(config.get("/settings/?q=公示"))
    assert "公示期（工作日）" in page and "差额推荐" not in page
    answer = config.post("/settings/publicity_days", data={"value": "3"})
    assert answer.status_code == 422 and "不得低于 5" in page_of(answer) and 'value="3"' in page_of(answer)
    assert config.post("/settings/publicity_days", data={"value": "7"}).status_code == 302
    assert settings.value(session, "publicity_days") == 7
    assert "已调整" in page_of(config.get("/settings/"))
    assert config.get("/settings/nothing").status_code == 404


def test_the_supervisor_reads_the_parameters_and_changes_none(browser, make):
    supervisor = browser(make.account(roles.SUPERVISOR))
    page = page_of(supervisor.get("/settings/"))
    assert "公示期（工作日）" in page and "/settings/publicity_days" not in page
    assert supervisor.get("/settings/publicity_days").status_code == 403
    assert supervisor.post("/settings/publicity_days", data={"value": "7"}).status_code == 403


def test_what_keeps_accounts_safe_belongs_to_the_security_administrator(browser, make, config):
    security = browser(make.account(roles.SECURITY_ADMIN))
    page = page_of(security.get("/settings/"))
    assert "/settings/lock_minutes" in page and "公示期（工作日）" not in page
    assert security.post("/settings/lock_minutes", data={"value": "30"}).status_code == 302
    assert security.get("/settings/publicity_days").status_code == 403
    page = page_of(config.get("/settings/"))
    assert "锁定时长" in page and "/settings/lock_minutes" not in page
    assert config.get("/settings/lock_minutes").status_code == 403
    assert config.post("/settings/lock_minutes", data={"value": "10"}).status_code == 403


def test_the_calendar_is_kept_day_by_day_and_year_by_year(config, session):
    assert (
        config.post("/calendardayscreen/add", data={"day": "2026-08-12", "kind": "holiday", "name": "放假"}).status_code
        == 302
    )
    row = session.scalar(select(CalendarDay).where(CalendarDay.day == date(2026, 8, 12)))
    answer = config.post(
        f"/calendardayscreen/edit/{row.id}", data={"day": "2026-08-12", "kind": "makeup", "name": "调休"}
    )
    assert answer.status_code == 422 and "本就是工作日" in page_of(answer)
    assert config.post(f"/calendardayscreen/delete/{row.id}").status_code == 302
    assert session.scalar(select(CalendarDay.id).where(CalendarDay.day == date(2026, 8, 12))) is None
    year = session.scalar(select(CalendarYear).where(CalendarYear.year == 2027))
    typed = {"year": "2027", "announced": "1", "source": "国办发明电〔2026〕7号"}
    assert config.post(f"/calendaryearscreen/edit/{year.id}", data=typed).status_code == 302
    assert year.announced


def test_lists_cost_a_fixed_number_of_queries(config, make, session, count_queries):
    for _ in range(3):
        make.committee()
    for kind in (NodeKind.CITY, NodeKind.BUREAU):
        make._add(
            PathNode,
            {},
            kind=PathKind.SENIOR,
            organisation=make.organisation(kind),
            node_kind=kind,
            state=NodeState.PENDING,
        )
    office = dict(node_kind=NodeKind.CITY, way=Way.INITIAL, level="assistant")
    make._add(AcceptanceOffice, office, organisation=make.organisation(NodeKind.CITY))
    session.commit()
    paths = (
        "/committeescreen/list/",
        "/seniorpathscreen/list/",
        "/acceptancescreen/list/",
        "/organisationscreen/list/",
    )
    few = {}
    for path in paths:
        with count_queries() as queries:
            assert config.get(path).status_code == 200
        few[path] = len(queries)
    for _ in range(6):
        make.committee()
        top = make._add(
            PathNode,
            {},
            kind=PathKind.SENIOR,
            organisation=make.organisation(NodeKind.CITY),
            node_kind=NodeKind.CITY,
            state=NodeState.PENDING,
        )
        make._add(
            PathNode,
            {},
            kind=PathKind.SENIOR,
            organisation=make.organisation(),
            node_kind=NodeKind.UNIT,
            state=NodeState.PENDING,
            parent_id=top.id,
        )
        make._add(
            AcceptanceOffice, office, organisation=make.organisation(NodeKind.CITY, superior_id=top.organisation_id)
        )
        session.commit()
    for path in paths:
        session.expire_all()
        with count_queries() as queries:
            config.get(path)
        assert len(queries) <= few[path] + 1, (path, few[path], len(queries))


def test_the_history_of_a_parameter_stands_beside_it(config, session):
    assert "最近调整" in page_of(config.get("/settings/"))
    for value in ("7", "8"):
        assert config.post("/settings/publicity_days", data={"value": value}).status_code == 302
    page = page_of(config.get("/settings/"))
    assert "7 → 8" in page and "5 → 7" not in page, "the list tells of the last change"
    page = page_of(config.get("/settings/publicity_days"))
    assert "7 → 8" in page and "5 → 7" in page and "调整规则参数" in page
    assert "是 → 否" in page_of(config.post("/settings/one_per_year", data={"value": "0"}, follow_redirects=True))


def test_a_year_is_seen_as_twelve_months_with_its_marks_and_its_history(config, session):
    year = session.scalar(select(CalendarYear).where(CalendarYear.year == 2026))
    address = f"/calendaryearscreen/show/{year.id}"
    page = page_of(config.get(address))
    assert page.count('class="month"') == 12 and page.count("<i>休</i>") == 19 and page.count("<i>班</i>") == 6
    assert "2026-10-10 调休上班 国庆节" in page and "没有修改" in page and "尚未公布" not in page
    assert "暂定" in page_of(config.get("/calendaryearscreen/list/"))
    assert 'value="2026-08-12"' in page_of(config.get("/calendardayscreen/add?day=2026-08-12"))
    assert (
        config.post("/calendardayscreen/add", data={"day": "2026-08-12", "kind": "holiday", "name": "抗旱"}).status_code
        == 302
    )
    day = session.scalar(select(CalendarDay).where(CalendarDay.day == date(2026, 8, 12)))
    page = page_of(config.get(address))
    assert f"/calendardayscreen/edit/{day.id}" in page and "2026-08-12 放假 抗旱" in page
    assert config.post(f"/calendardayscreen/delete/{day.id}").status_code == 302
    assert "删除工作日历" in page_of(config.get(address)), "what was taken out is told as well"


def test_the_notice_of_a_year_is_pasted_read_and_confirmed(config, session):
    year = session.scalar(select(CalendarYear).where(CalendarYear.year == 2027))
    assert "尚未公布 2027 年放假安排" in page_of(config.get(f"/calendaryearscreen/show/{year.id}"))
    address, typed = (
        f"/calendaryearscreen/announce/{year.id}",
        {
            "source": "国办发明电〔2026〕9号",
            "text": "一、元旦：1月1日（周五）至3日放假。\n二、春节：2月5日至11日放假调休。2月13日（周六）上班。",
        },
    )
    answer = config.post(address, data=typed | {"text": "一、元旦：1月1日（周四）放假。"})
    assert (
        answer.status_code == 422
        and "是周五，不是周四" in page_of(answer)
        and "国办发明电〔2026〕9号" in page_of(answer)
    )
    page = page_of(config.post(address, data=typed))
    assert "2027-02-13" in page and "调休上班" in page and "移除" in page and not year.announced
    assert config.post(address, data=typed | {"sure": "1"}).status_code == 302
    assert (
        year.announced
        and session.scalar(select(CalendarDay.kind).where(CalendarDay.day == date(2027, 2, 13))) == "makeup"
    )
    assert "登记全年放假安排" in page_of(config.get(f"/calendaryearscreen/show/{year.id}"))
