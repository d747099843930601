"""Who had a case how many working days, against the rule; the ladder and the bars, the same words for everybody."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.declarations.declaration import Correction, RouteStep
from models.declarations.declaration import DeclarationState as S
from workflow.cases import ladder, words
from workflow.cases.asked import MATERIALS, asked
from workflow.cases.legs import AT_LEAST, AT_MOST, Happened, Leg, Rule, legs

MONDAY = datetime(2026, 5, 11, 9, 0)


def on(day, hour=9):
    return datetime(2026, 5, day, hour)


@pytest.fixture
def case(make):
    """A declaration of a unit with one level above it, handed in on 11 May."""
    declaration = make.declaration(state=S.UNDER_AUDIT)
    for stop in list(declaration.route):
        make.session.delete(stop)
    make.session.flush()
    above = make.organisation(name="长沙市人力资源和社会保障局", telephone="0731-84901234")
    declaration.route[:] = [
        RouteStep(position=0, organisation=declaration.unit, reached_at=on(11), done_at=on(18)),
        RouteStep(position=1, organisation=above, reached_at=on(18)),
    ]
    declaration.submitted_at, declaration.position = on(11), 1
    declaration.held_since = on(18)
    make.session.flush()
    return declaration


WAY = [
    Happened("submit", S.DRAFT, S.SUBMITTED, on(11)),
    Happened("accept", S.SUBMITTED, S.UNIT_REVIEW, on(12)),
    Happened("recommend", S.UNIT_REVIEW, S.UNDER_AUDIT, on(18)),
]


def test_every_holder_has_his_working_days(case, as_, make):
    uow = as_(make.account("申报人"))
    unit, above = legs(uow, case, WAY)
    assert (unit.holder, unit.what, unit.used) == (case.unit.name, "单位审核", 5)  # 11 (Mon) to 18 (Mon)
    assert (above.holder, above.what, above.used, above.left) == ("长沙市人力资源和社会保障局", "形式审查", 2, None)
    assert unit.rule.clause == "118号 二(一)"
    assert unit.rule.until == case.batch.audit_on


def test_a_return_goes_down_and_comes_back(case, as_, make):
    uow = as_(make.account("申报人"))
    back = [
        *WAY,
        Happened("send_back", S.UNDER_AUDIT, S.RETURNED, on(18, 10)),
        Happened("pass_down", S.RETURNED, S.RETURNED, on(19)),
        Happened("resubmit", S.RETURNED, S.UNDER_AUDIT, on(20)),
    ]
    assert [leg.what for leg in legs(uow, case, back)] == ["单位审核", "形式审查", "退回转交", "补正", "形式审查"]
    mending = legs(uow, case, back)[3]
    assert (mending.holder, mending.rule.kind, mending.rule.clause) == ("申报人", AT_MOST, "118号 四(三)")


def test_the_last_stretch_is_with_who_has_the_case(case, as_, make):
    case.position, case.state = 0, S.UNIT_REVIEW
    assert legs(as_(make.account("申报人")), case, WAY)[-1].holder == case.unit.name


@given(used=st.integers(0, 60), most=st.integers(1, 60))
def test_late_is_longer_than_the_rule_and_a_posting_is_never_late(used, most):
    today = date(2026, 5, 20)
    leg = Leg("补正", "申报人", MONDAY, None, used, Rule(AT_MOST, most, None, "118号 四(三)"))
    assert leg.late(today) == (used > most)
    assert not Leg("单位公示", "单位", MONDAY, None, used, Rule(AT_LEAST, most, None, "")).late(today)


def test_two_bars_tell_handed_in_from_handed_on(case):
    mine, theirs = ladder.bars(case)
    assert (mine.label, mine.done, theirs.label, theirs.done) == ("我已提交", True, "单位已上报", True)
    case.route[0].done_at = None
    assert not ladder.bars(case)[1].done
    assert "应于" in ladder.bars(case)[1].words


def test_each_level_is_a_rung_and_one_of_them_is_now(case, as_, make):
    uow = as_(make.account("申报人"))
    rungs = ladder.rungs(uow, case, legs(uow, case, WAY))
    assert [r.what for r in rungs if r.mark == ladder.NOW] == ["形式审查（第 1 级）"]
    assert next(r for r in rungs if r.mark == ladder.NOW).who == "长沙市人力资源和社会保障局"


def test_the_office_is_told_with_its_telephone(case, as_, make):
    desk = ladder.desk_of(as_(make.account("申报人")), case)
    assert (desk.name, desk.telephone) == ("长沙市人力资源和社会保障局", "0731-84901234")


@pytest.mark.parametrize("state", S)
def test_every_state_has_its_word(case, as_, make, state):
    case.state = state
    assert words.word(as_(make.account("申报人")), case, 2)


def test_a_return_tells_how_many_items_until_when(case, as_, make):
    case.state, case.position, case.due_on = S.RETURNED, -1, date(2026, 5, 27)
    assert words.word(as_(make.account("申报人")), case, 3) == "退回补正（3 项，05-27 前）"


def test_an_item_says_what_would_satisfy_it_and_where():
    told = Correction(items=[{"text": "学历学位证书扫描不清晰"}, {"text": "工作简历不连续", "fits": "补齐 2019 年"}])
    first, second = asked(told)
    assert (first.part, first.place) == (MATERIALS, "education")
    assert "学历学位证书" in first.fits
    assert second.fits == "补齐 2019 年"


def test_the_auditor_says_behind_a_bar_what_would_do():
    from workflow.declarations.corrections.told import words_typed as _item

    assert _item("聘书缺页｜补传第 2 页") == {"text": "聘书缺页", "fits": "补传第 2 页"}
    assert _item("聘书缺页|补传第 2 页") == {"text": "聘书缺页", "fits": "补传第 2 页"}
    assert _item("聘书缺页") == {"text": "聘书缺页"}
    assert _item("｜补传第 2 页") == {"text": "补传第 2 页", "fits": "补传第 2 页"}
