"""A life in order: every date against the birth date and against those it cannot come before."""

from __future__ import annotations

from datetime import date

import pytest

from tests.workflow.declarations.test_form import CUTOFF, NEEDED, REVIEW
from tests.workflow.declarations.test_form import whole as complete  # the sections of a sound declaration
from workflow.forms.form import form, problems

BORN, TODAY = date(1990, 6, 15), date(2026, 5, 20)
LIFE = REVIEW | {"materials": NEEDED, "born_on": BORN, "today": TODAY}


def wrong(sections, **more):
    return {p.place: p.sentence for p in problems(sections, cutoff=CUTOFF, context=LIFE | more) if p.level == "error"}


def changed(section, row=None, **values):
    sections = complete()
    if row is None:
        sections[section] = sections[section] | values
    else:
        found = sections.setdefault(section, [{}])
        found[row] = found[row] | values
    return sections


def test_a_sound_life_is_in_order():
    assert wrong(complete()) == {}


def dates():
    """Every date of the form that a sound declaration fills in."""
    sections = complete()
    for section in form().sections:
        rows = sections.get(section.key)
        for number, row in enumerate(rows if isinstance(rows, list) else [rows or {}]):
            for field in section.fields:
                if field.kind in ("date", "month", "year") and row.get(field.key):
                    yield pytest.param(
                        section, number if section.repeated else None, field, id=f"{section.key}.{field.key}"
                    )


@pytest.mark.parametrize("section, row, field", dates())
def test_no_date_of_a_life_lies_before_its_birth(section, row, field):
    word = {"date": "1985-01-01", "month": "1985-01", "year": "1985"}[field.kind]
    found = wrong(changed(section.key, row, **{field.key: word}))
    assert ".".join(str(part) for part in (section.key, row, field.key) if part is not None) in found


@pytest.mark.parametrize(
    "section, row, values, sentence",
    [
        ("basic", None, {"work_since": "2003-07-01"}, "不满 16 周岁"),
        ("titles", 0, {"obtained_on": "2019-12-29", "employed_from": "2018-01"}, "早于该职称取得时间"),
        ("titles", 0, {"employed_from": "2026-08"}, "尚未发生"),
        ("experience", 0, {"kind": "工作经历", "since": "2010-01"}, "早于参加工作时间"),
    ],
)
def test_what_needs_something_else_does_not_come_before_it(section, row, values, sentence):
    assert any(sentence in found for found in wrong(changed(section, row, **values)).values())


def test_a_year_has_one_result():
    """年度考核: two results of a year that differ are told at the later row; the same one twice is not a lie."""
    sections = complete()
    (known, *_) = sections["assessments"]
    for result, told in ((known["result"], False), ("基本合格", True)):
        sections["assessments"] = [known, known | {"result": result}]
        assert any("同一年度只有一个考核结果" in s for s in wrong(sections).values()) is told


@pytest.mark.parametrize(
    "section, values, sentence",
    [
        ("papers", {"published_on": "2023-08"}, "尚未发生"),
        ("patents", {"granted_on": "2023-08-01"}, "尚未发生"),
        ("awards", {"awarded_on": "2023-08-01"}, "尚未发生"),
        ("achievements", {"finished_on": "2023-08-01"}, "尚未发生"),
        ("experience", {"until": "2030-01"}, "至今的请不填"),
        ("projects", {"until": "2023-08", "status": "已验收"}, "状态选“在研在建”"),
    ],
)
def test_what_will_be_by_the_evidence_day_is_not_yet_evidence(section, values, sentence):
    """其后取得 (118号 二(三)), and before it too: a result is told when it is there."""
    found = wrong(changed(section, 0, **values), today=date(2023, 5, 20))
    assert any(sentence in told for told in found.values())


def test_degrees_and_titles_come_in_their_order():
    sections = complete()
    bachelor = sections["education"][0]
    sections["education"] = [
        bachelor | {"degree": "学士", "graduated_on": "2012-06"},
        bachelor
        | {"degree": "硕士", "education": "硕士研究生毕业", "entered_on": "2009-09", "graduated_on": "2011-06"},
    ]
    assert any("学历学位顺序不合" in s for s in wrong(sections).values())
    sections = complete()
    held = sections["titles"][0]
    sections["titles"] = [
        held | {"level": "intermediate", "obtained_on": "2016-12-20"},
        held | {"level": "assistant", "obtained_on": "2018-12-20"},
    ]
    assert any("职称顺序不合" in s for s in wrong(sections).values())


def test_what_cannot_be_read_is_told_once_and_by_the_form():
    found = [
        p for p in problems(changed("basic", work_since="昨天"), cutoff=CUTOFF, context=LIFE) if p.field == "work_since"
    ]
    assert len(found) == 1 and "应为日期" in found[0].sentence
