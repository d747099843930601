"""The register of organisations, many rows at once: the rules of one, superiors in any order, all or none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin
from sqlalchemy import func, select
from stdnum.cn import uscc

from models.register.organisation import ChangeKind, NodeKind, Organisation, OrganisationChange
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.register import credit_code, register
from workflow.register.pinyin import initials


def code_of(n):
    body = f"12430000{n:09d}"
    return body + uscc.calc_check_digit(body)


def row(n, name="", superior=0, **given):
    return {
        "code": code_of(n),
        "name": name or f"第{n}研究所",
        "kind": NodeKind.UNIT,
        "region_code": "430102",
        "superior": code_of(superior) if superior else "",
    } | given


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def by_code(session, n):
    return session.scalar(select(Organisation).where(Organisation.code == code_of(n)))


# -- what a row must be ------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=16, max_size=19) | st.integers(0, 10**9 - 1).map(code_of)
)
def test_a_credit_code_is_judged_as_the_standard_judges_it(code):
    assert (credit_code.check(code) is None) == uscc.is_valid(code)


def test_a_credit_code_is_kept_without_blanks_hyphens_and_full_width_signs():
    assert credit_code.normal(" 12430000-4448 8531３g ") == "12430000444885313G"


CHARACTERS = "长重行银庆点政校沙车厦门夫单曾乐音尉迟卜柏查盖湘雅中国人民医院〇㐀𠀀AbZ19（）. "


@settings(max_examples=300, deadline=None)
@given(st.text(CHARACTERS, max_size=30) | st.text(max_size=12))
def test_initials_are_those_of_the_dictionary_letter_for_letter(name):
    apart = [part for part in re.split("(长沙)", name) if part]
    expected = "".join(part[:1] for piece in apart for part in lazy_pinyin(piece, style=Style.FIRST_LETTER)).lower()[
        :120
    ]
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("name", "read"),
    [("长沙市", "css"), ("校长办", "xzb"), ("重庆重点行政银行", "cqzdxzyh"), ("湖南省长沙市", "hnscss")],
)
def test_a_character_with_two_readings_is_read_by_its_phrase(name, read):
    assert initials(name) == read


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "院" * 121}, "name"),
        ({"name": "院\x00所"}, "name"),
        ({"code": "12430000444885313A"}, "code"),
        ({"region_code": "999999"}, "region_code"),
        ({"kind": "ministry"}, "kind"),
        ({"nature": "royal"}, "nature"),
        ({"superior": code_of(77)}, "superior"),
        ({"superior": code_of(1)}, "superior"),
        ({"telephone": "1" * 41}, "telephone"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_at_its_column(session, given, field):
    judged = register.normal(row(1) | given)
    assert set(register.faults(register.known(session, [judged]), judged)) == {field}


def test_a_superior_out_of_use_is_no_superior(make, session):
    closed = make.organisation(active=False)
    judged = register.normal(row(1, superior=0) | {"superior": closed.code})
    assert "停用" in register.faults(register.known(session, [judged]), judged)["superior"]


# -- many at once ------------------------------------------------------------------------------------


def test_superiors_may_come_later_in_the_same_list_or_stand_in_the_register(make, session, clerk):
    top = make.organisation(NodeKind.BUREAU)
    rows = [row(1, superior=2), row(2, superior=3), row(3) | {"superior": top.code}, row(4, "湘雅医院", superior=1)]
    assert register.enter_many(clerk, rows) == 4
    assert by_code(session, 1).superior.superior.superior.id == top.id
    assert by_code(session, 4).superior is by_code(session, 1)
    assert (by_code(session, 4).pinyin, by_code(session, 4).nature) == ("xyyy", "institution")
    ((verb, _subject, facts),) = clerk.entries
    assert (verb, facts["count"], len(facts["digest"])) == ("enter_organisations", 4, 64)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row(1), row(2), row(1, "又一个")], "重复（第 1 条）"),
        ([row(1, superior=3), row(2, superior=1), row(3, superior=2)], "成环"),
        ([row(1), row(2, region_code="1")], "第 2 条 第2研究所：行政区划"),
    ],
)
def test_one_wrong_row_refuses_the_whole_list(session, clerk, rows, told):
    before = session.scalar(select(func.count(Organisation.id)))
    with pytest.raises(Refused, match=told):
        register.enter_many(clerk, rows)
    assert session.scalar(select(func.count(Organisation.id))) == before and not clerk.entries


def test_only_what_differs_is_changed_and_a_corrected_name_stays_in_the_history(session, clerk):
    register.enter_many(clerk, [row(1), row(2, contact="张三"), row(3, superior=1)])
    one, two, three = (by_code(session, n) for n in (1, 2, 3))
    same = {key: value for key, value in row(2, contact="张三").items() if key != "kind"}
    changed = register.change_many(
        clerk,
        [(one.id, {"name": "湘江研究所"}), (two.id, same), (three.id, {"superior": code_of(2), "grassroots": True})],
    )
    assert changed == 2
    assert (one.name, one.pinyin, three.superior_id, three.grassroots) == ("湘江研究所", "xjyjs", two.id, True)
    line = session.scalar(select(OrganisationChange))
    assert (line.kind, line.organisation_id, line.before_name, line.after_name) == (
        ChangeKind.CORRECTED,
        one.id,
        "第1研究所",
        "湘江研究所",
    )
    assert register.change_many(clerk, [(one.id, {"name": "湘江研究所"})]) == 0
    assert [entry[2]["count"] for entry in clerk.entries] == [3, 2]


def test_a_change_of_many_may_not_close_a_ring_through_the_register(session, clerk):
    register.enter_many(clerk, [row(1), row(2, superior=1), row(3, superior=2)])
    with pytest.raises(Refused, match="成环"):
        register.change_many(clerk, [(by_code(session, 1).id, {"superior": code_of(3)})])
    swapped = [(by_code(session, 1).id, {"superior": code_of(3)}), (by_code(session, 2).id, {"superior": ""})]
    assert register.change_many(clerk, swapped) == 2


def test_what_was_entered_by_mistake_is_taken_back_unless_something_speaks_of_it(make, session, clerk):
    register.enter_many(clerk, [row(1), row(2, superior=1), row(3, superior=1)])
    keys = [by_code(session, n).id for n in (1, 2, 3)]
    with pytest.raises(Refused, match=r"“第1研究所”有下级单位"):
        register.remove_many(clerk, keys[:2])
    make.account(roles.UNIT_OFFICER, organisation_id=keys[2])
    with pytest.raises(Refused, match=r"“第3研究所”有账号"):
        register.remove_many(clerk, keys)
    register.change_many(clerk, [(keys[2], {"superior": ""})])
    assert register.remove_many(clerk, keys[:2]) == 2
    assert by_code(session, 1) is None
    assert register.enter_many(clerk, [row(5, "新研究所")]) == 1  # an id that comes again is found by its new name


def test_the_register_is_kept_by_the_configuration_desk(make, as_):
    with pytest.raises(NotYou):
        register.enter_many(as_(make.account(roles.UNIT_OFFICER)), [row(1)])
