"""职称专业 and 职称树: roots are fixed, codes are unique, what is used is retired and never deleted."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from models.committees.catalogue import Specialty, Title, TitleLevel
from models.committees.committee import CommitteeSpecialty
from models.declarations.quota import Quota
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.committees import catalogue, catalogue_use, committee_details, expert
from workflow.declarations import eligibility, named, quota_request


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def test_a_specialty_is_added_below_its_parent_in_the_parents_series(make, clerk):
    parent = make.specialty()
    added = catalogue.add_specialty(clerk, parent=parent, code=" z9001 ", name=" 智能建造 ")
    assert (added.code, added.name, added.parent_id, added.series_id) == (
        "Z9001",
        "智能建造",
        parent.id,
        parent.series_id,
    )
    assert [verb for verb, *_ in clerk.entries] == ["add_specialty"]


def test_a_new_root_is_refused(clerk):
    with pytest.raises(Refused, match="不支持新增栏目大类"):
        catalogue.add_specialty(clerk, parent=None, code="99", name="新系列")
    with pytest.raises(Refused, match="不支持新增栏目大类"):
        catalogue.add_title(clerk, series=None, level=TitleLevel.ASSISTANT, name="新职称")


@pytest.mark.parametrize(
    ("code", "name", "field"),
    [("", "名", "code"), ("a b", "名", "code"), ("Z1", "", "name"), ("Z1", "长" * 81, "name")],
)
def test_codes_and_names_are_checked_at_their_fields(make, clerk, code, name, field):
    with pytest.raises(Refused) as refused:
        catalogue.add_specialty(clerk, parent=make.specialty(), code=code, name=name)
    assert set(refused.value.fields) == {field}


def test_a_code_or_a_sibling_twice_is_refused(make, clerk):
    parent = make.specialty()
    catalogue.add_specialty(clerk, parent=parent, code="Z1", name="桥梁")
    with pytest.raises(Refused, match="已属于“桥梁”"):
        catalogue.add_specialty(clerk, parent=parent, code="Z1", name="隧道")
    with pytest.raises(Refused, match="同一上级下已有"):
        catalogue.add_specialty(clerk, parent=parent, code="Z2", name="桥梁")


def test_roots_are_neither_changed_nor_deleted(session, clerk):
    root = session.scalars(select(Specialty).where(Specialty.parent_id.is_(None)).limit(1)).first()
    with pytest.raises(Refused, match="固定节点"):
        catalogue.edit_specialty(clerk, root, code="X", name="X", effective_from=2000)
    with pytest.raises(Refused, match="固定节点"):
        catalogue.remove_specialty(clerk, root)


def test_a_used_specialty_is_renamed_and_retired_but_keeps_its_code_and_stays(make, clerk):
    parent = make.specialty()
    used = catalogue.add_specialty(clerk, parent=parent, code="Z1", name="桥梁")
    make.declaration(specialty=used)
    with pytest.raises(Refused, match="1 个申报（在办 1 个）使用，专业代码不能更改"):
        catalogue.edit_specialty(clerk, used, code="Z9", name="桥梁", effective_from=2000)
    with pytest.raises(Refused, match="不能删除"):
        catalogue.remove_specialty(clerk, used)
    with pytest.raises(Refused, match="1 个下级专业"):
        catalogue.remove_specialty(clerk, _child_of_used(make, clerk))
    catalogue.edit_specialty(clerk, used, code="Z1", name="桥梁工程", effective_from=2000, retired_from=2027)
    assert (used.name, used.retired_from) == ("桥梁工程", 2027)


def _child_of_used(make, clerk):
    middle = catalogue.add_specialty(clerk, parent=make.specialty(), code="Z5", name="中间")
    catalogue.add_specialty(clerk, parent=middle, code="Z501", name="下级")
    return middle


def test_an_unused_specialty_is_deleted(make, session, clerk):
    added = catalogue.add_specialty(clerk, parent=make.specialty(), code="Z1", name="桥梁")
    catalogue.remove_specialty(clerk, added)
    assert session.scalar(select(Specialty.id).where(Specialty.code == "Z1")) is None


def test_a_year_out_of_use_comes_after_the_first_year_of_use(make, clerk):
    with pytest.raises(Refused) as refused:
        catalogue.add_specialty(
            clerk, parent=make.specialty(), code="Z1", name="桥梁", effective_from=2026, retired_from=2026
        )
    assert set(refused.value.fields) == {"retired_from"}


def test_a_title_is_added_at_the_level_that_is_chosen_not_the_one_its_name_suggests(make, clerk):
    title = catalogue.add_title(clerk, series=make.series(), level=TitleLevel.FULL_SENIOR, name="一级试验师")
    assert title.level == TitleLevel.FULL_SENIOR
    with pytest.raises(Refused, match="已有“一级试验师”"):
        catalogue.add_title(clerk, series=make.series(), level=TitleLevel.FULL_SENIOR, name="一级试验师")
    with pytest.raises(Refused, match="选择职称级别"):
        catalogue.add_title(clerk, series=make.series(), level="top", name="试验师")


def test_level_and_name_of_a_declared_title_stay(make, session, clerk):
    title = catalogue.add_title(clerk, series=make.series(), level=TitleLevel.INTERMEDIATE, name="试验师")
    catalogue.edit_title(clerk, title, name="试验工程师")
    make.declaration(title=title)
    with pytest.raises(Refused, match="级别和名称不能更改") as refused:
        catalogue.edit_title(clerk, title, name="别名", level=TitleLevel.ASSISTANT)
    assert set(refused.value.fields) == {"level", "name"}
    catalogue.edit_title(clerk, title, exam_only=True, retired_from=2030)
    assert title.exam_only and title.name == "试验工程师"
    with pytest.raises(Refused, match="不能删除"):
        catalogue.remove_title(clerk, title)


def test_an_unused_title_is_deleted(make, session, clerk):
    title = catalogue.add_title(clerk, series=make.series(), level=TitleLevel.ASSISTANT, name="试验员")
    key = title.id
    catalogue.remove_title(clerk, title)
    assert session.get(Title, key) is None


def test_others_do_not_keep_the_trees(make, as_):
    for role in (roles.HRSS_AUDIT, roles.COMMITTEE_OFFICE, roles.UNIT_OFFICER):
        with pytest.raises(NotYou):
            catalogue.add_specialty(as_(make.account(role)), parent=make.specialty(), code="Z1", name="桥梁")


# -- Who names a node ---------------------------------------------------------------------------------


def test_the_refusal_to_delete_counts_everybody_who_names_the_node(make, session, clerk):
    parent = make.specialty()
    used = catalogue.add_specialty(clerk, parent=parent, code="Z1", name="桥梁")
    committee, plan = make.committee(), make.plan(needs={"S1": (5, used)})
    committee.specialties.append(CommitteeSpecialty(specialty_id=used.id, specialty=used))
    expert, running = make.expert(specialty=used), make.declaration(state="in_review", specialty=used)
    make.declaration(state="failed", specialty=used)
    found = {use.label: use for use in catalogue_use.uses(session, Specialty, [used.id])}
    assert {label: use.count for label, use in found.items()} == {
        "申报": 2,
        "评委会评审专业": 1,
        "评审专家": 1,
        "专家需求": 1,
    }
    assert found["申报"].open == 1
    assert running.number in "".join(named.text for named in found["申报"].named)
    assert [(n.text, n.key) for n in found["评委会评审专业"].named] == [(committee.name, committee.id)]
    assert [(n.text, n.kind) for n in found["专家需求"].named] == [(plan.name, "plan")]
    assert [n.text for n in found["评审专家"].named] == [expert.code], (
        "an expert is told by his code (令40号 第二十三条)"
    )
    with pytest.raises(NotNow, match="2 个申报（在办 1 个）") as refused:
        catalogue.remove_specialty(clerk, used)
    assert "停用年度" in refused.value.sentence and "附件3 1.1" in refused.value.sentence


# -- Moving -------------------------------------------------------------------------------------------


@pytest.fixture
def branch(make, clerk):
    """Two nodes side by side; below the first another two generations."""
    root = make.specialty()
    first = catalogue.add_specialty(clerk, parent=root, code="Z1", name="土木")
    second = catalogue.add_specialty(clerk, parent=root, code="Z2", name="建筑")
    child = catalogue.add_specialty(clerk, parent=first, code="Z101", name="桥梁")
    leaf = catalogue.add_specialty(clerk, parent=child, code="Z10101", name="悬索桥")
    return SimpleNamespace(root=root, first=first, second=second, child=child, leaf=leaf)


def test_a_specialty_moves_with_everything_below_it_and_keeps_its_code(session, clerk, branch):
    catalogue.move_specialty(clerk, branch.child, parent=branch.second)
    assert (branch.child.parent, branch.child.code) == (branch.second, "Z101")
    assert catalogue_use.above(session, branch.leaf) == [
        branch.leaf.id,
        branch.child.id,
        branch.second.id,
        branch.root.id,
    ]
    assert [facts["opinion"] for verb, _s, facts in clerk.entries if verb == "move_specialty"] == ["上级：土木 → 建筑"]


def test_a_move_that_would_break_the_tree_is_refused_with_its_clause(make, clerk, branch):
    foreign = make.specialty(series=make.series("船舶专业技术人员"))
    for parent, why in (
        (branch.child, "就是该专业或在其下级中"),
        (branch.leaf, "就是该专业或在其下级中"),
        (branch.first, "无须调整"),
        (foreign, "不能跨系列调整"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            catalogue.move_specialty(clerk, branch.child, parent=parent)
        assert set(refused.value.fields) == {"parent"}
    with pytest.raises(Refused, match="固定节点"):
        catalogue.move_specialty(clerk, branch.root, parent=branch.first)
    catalogue.add_specialty(clerk, parent=branch.second, code="Z201", name="桥梁")
    with pytest.raises(Refused, match="“建筑”下已有“桥梁”"):
        catalogue.move_specialty(clerk, branch.child, parent=branch.second)


def test_before_a_move_the_declarations_are_told_that_their_committee_would_lose(make, session, branch):
    committee = make.committee(by_specialty=True)
    committee.specialties.append(CommitteeSpecialty(specialty_id=branch.first.id, specialty=branch.first))
    wide = make.committee()
    lost = make.declaration(state="at_committee", committee=committee, specialty=branch.leaf)
    make.declaration(state="failed", committee=committee, specialty=branch.leaf)
    make.declaration(state="at_committee", committee=wide, specialty=branch.leaf)
    assert [named.key for named in catalogue_use.leaving(session, branch.child, branch.second)] == [lost.id]
    committee.specialties.append(CommitteeSpecialty(specialty_id=branch.child.id, specialty=branch.child))
    session.flush()
    assert catalogue_use.leaving(session, branch.child, branch.second) == []


def test_a_title_moves_to_another_branch_of_its_series_only(make, clerk):
    series = make.series()
    title = catalogue.add_title(clerk, series=series, level=TitleLevel.INTERMEDIATE, name="试验师")
    make.declaration(title=title)
    catalogue.move_title(clerk, title, series=series, branch="试验")
    assert title.branch == "试验"
    with pytest.raises(Refused, match="不能调整到船舶专业技术人员系列"):
        catalogue.move_title(clerk, title, series=make.series("船舶专业技术人员"), branch="")
    with pytest.raises(Refused, match="无须调整"):
        catalogue.move_title(clerk, title, series=series, branch="试验")


# -- Years ----------------------------------------------------------------------------------------------


def test_a_node_goes_out_of_use_with_everything_below_it(clerk, branch):
    catalogue.retire_specialty(clerk, branch.first, year=2027)
    assert [node.retired_from for node in (branch.first, branch.child, branch.leaf, branch.second)] == [
        2027,
        2027,
        2027,
        None,
    ]
    assert branch.leaf.in_force(2026) and not branch.leaf.in_force(2027)
    with pytest.raises(Refused, match="上级“土木”自 2027 年度起停用"):
        catalogue.edit_specialty(clerk, branch.child, code="Z101", name="桥梁", effective_from=2000)
    with pytest.raises(Refused, match="自 2027 年度起停用"):
        catalogue.add_specialty(clerk, parent=branch.first, code="Z109", name="隧道")


def test_a_node_declared_this_year_goes_out_of_use_next_year_at_the_earliest(make, clerk, branch):
    make.declaration(specialty=branch.leaf)
    with pytest.raises(Refused, match="最早可自 2027 年度起停用") as refused:
        catalogue.retire_specialty(clerk, branch.first, year=2026)
    assert set(refused.value.fields) == {"retired_from"}
    with pytest.raises(Refused, match="启用年度不能晚于 2026"):
        catalogue.edit_specialty(clerk, branch.leaf, code="Z10101", name="悬索桥", effective_from=2027)
    title = catalogue.add_title(clerk, series=make.series(), level=TitleLevel.INTERMEDIATE, name="试验师")
    make.declaration(title=title)
    with pytest.raises(Refused, match="最早可自 2027 年度起停用"):
        catalogue.retire_title(clerk, title, year=2026)
    catalogue.retire_title(clerk, title, year=2027)
    assert title.in_force(2026) and not title.in_force(2027)


def test_a_specialty_out_of_use_is_told_before_submission(make, as_, branch):
    declaration = make.declaration(specialty=branch.leaf)
    branch.leaf.effective_from = 2027
    told = [f.sentence for f in eligibility.title_reviewed(as_(make.account(roles.APPLICANT)), declaration)]
    assert told == ["专业“悬索桥”在 2026 年度未启用或已停用（附件3 1.1）；请另选专业。"]


def test_a_rename_leaves_the_name_under_which_a_declaration_was_handed_in(make, session, clerk, branch):
    declaration = make.declaration(state="submitted", specialty=branch.leaf)
    assert named.as_filed(session, declaration).specialty == "悬索桥"
    named.keep(clerk, declaration)
    catalogue.edit_specialty(clerk, branch.leaf, code="Z10101", name="缆索承重桥梁", effective_from=2000)
    session.flush()
    assert declaration.specialty.name == "缆索承重桥梁"
    assert named.as_filed(session, declaration).specialty == "悬索桥"
    declaration.state = "returned"
    assert named.as_filed(session, declaration).specialty == "缆索承重桥梁", (
        "while it is with the applicant it can still change"
    )


def test_a_specialty_out_of_use_is_chosen_by_nobody_any_more(make, as_, session, branch):
    branch.leaf.retired_from = 2026
    series, committee = branch.leaf.series, make.committee(valid_from=date(2026, 1, 1), valid_to=date(2028, 12, 31))
    office = as_(make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id))
    with pytest.raises(Refused, match="“悬索桥”在 2026 年度未启用或已停用"):
        expert.apply(
            office,
            person=make.person(),
            unit=make.organisation(),
            series=series,
            level="full_senior",
            title="教授",
            specialty=branch.leaf,
        )
    with pytest.raises(Refused, match="“悬索桥”自 2026 年度起停用"):
        committee_details.add_specialty(as_(make.account(roles.HRSS_CONFIG)), committee, specialty=branch.leaf)
    quota = Quota(
        unit=make.unit(),
        year=2026,
        level="associate_senior",
        requested=1,
        kind="vacancy",
        posts=3,
        held=1,
        retiring=0,
        people=[],
        establishment="批复",
        statement="",
    )
    quota.specialty = branch.leaf
    assert "“悬索桥”在 2026 年度未启用或已停用" in quota_request.faults(session, quota)["specialty"]
    quota.year = 2025
    assert quota_request.faults(session, quota) == {}, "last year's quota keeps its specialty"
