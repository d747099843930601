"""职称专业 and 职称树: roots are fixed, codes are unique, what is used is retired and never deleted."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.catalogue import Specialty, Title, TitleLevel
from workflow import catalogue, roles
from workflow.errors import NotYou, Refused


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def test_a_specialty_is_added_below_its_parent_in_the_parents_series(make, clerk):
    parent = make.specialty()
    added = catalogue.add_specialty(clerk, parent=parent, code=" z9001 ", name=" 智能建造 ")
    assert (added.code, added.name, added.parent_id, added.series_id) == ("Z9001", "智能建造", parent.id, parent.series_id)
    assert [verb for verb, *_ in clerk.entries] == ["add_specialty"]


def test_a_new_root_is_refused(clerk):
    with pytest.raises(Refused, match="不支持新增栏目大类"):
        catalogue.add_specialty(clerk, parent=None, code="99", name="新系列")
    with pytest.raises(Refused, match="不支持新增栏目大类"):
        catalogue.add_title(clerk, series=None, level=TitleLevel.ASSISTANT, name="新职称")


@pytest.mark.parametrize(("code", "name", "field"), [("", "名", "code"), ("a b", "名", "code"), ("Z1", "", "name"), ("Z1", "长" * 81, "name")])
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
    with pytest.raises(Refused, match="1 个申报使用，专业代码不能更改"):
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
        catalogue.add_specialty(clerk, parent=make.specialty(), code="Z1", name="桥梁", effective_from=2026, retired_from=2026)
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
