"""What makes a plan's scoring rules unfit, by meaning and not by one spelling (118号 五(三), 八(一); N27, N40)."""

from __future__ import annotations

import itertools

import pytest

from models.review.plan import ScoreItem
from workflow.review.scheme import lint


def item(name, maximum, kind="score", phase="material", criterion=""):
    return ScoreItem(phase=phase, kind=kind, name=name, maximum=maximum, criterion=criterion)


GRASSROOTS = item("服务基层一线", 5, "bonus")


def sound():
    return [item("业绩成果", 40), item("论文论著", 20), item("获奖", 10), item("答辩", 30), GRASSROOTS]


def test_sound_rules_pass(make, session):
    assert lint(session, sound()) == []
    assert lint(session, make.plan().items) == []


@pytest.mark.parametrize(
    "items, sentence",
    [
        (sound()[:3], "合计为 70 分，应为 100 分"),
        ([item("业绩成果", 60), item("答辩", 40)], "超过单项上限 50 分"),
        (
            [item("期刊论文", 20), item("著作", 20), item("业绩", 50), item("答辩", 10)],
            "论文、著作类项目（含加分、减分）合计 40 分",
        ),
        ([item("学历", 31), item("业绩", 50), item("答辩", 19)], "学历、学位类项目（含加分、减分）合计 31 分"),
        ([*sound(), item("发表论文加分", 11, "bonus")], "论文、著作类项目（含加分、减分）合计 31 分"),
        ([*sound(), item("无论文扣分", 11, "deduct")], "合计 31 分"),
        ([*sound(), item("成果加分", 15, "bonus", criterion="每篇SCI论文5分")], "合计 35 分"),
        ([*sound(), item("业绩加分", 60, "bonus")], "超过单项上限 50 分"),
        ([*sound(), item("服务乡镇", 0, "bonus")], "满分应大于 0"),
        (sound()[:4], "没有体现服务基层一线"),
        ([item("业绩", 50), item("业　绩", 50)], "出现多次"),
    ],
)
def test_unfit_rules_are_named(session, items, sentence):
    assert any(sentence in found for found in lint(session, items))


PAPERS = (
    "C刊",
    "Ｃ 刊",
    "c刊",
    "核心期刊",
    "北大中文核心",
    "CSCD",
    "ｓｃｉ",
    "SCI",
    "EI",
    "CSSCI",
    "期刊",
    "论文",
    "专著",
)
LACKS = ("没有{}", "未发表{}", "{}数量不达标", "缺{}的不予通过", "{}")


@pytest.mark.parametrize("what, how", itertools.product(PAPERS, LACKS))
def test_no_lack_of_papers_is_a_veto_under_any_name(session, what, how):
    for named in (
        item(how.format(what), 1, "veto"),
        item("成果门槛", 1, "veto", criterion=f"有下列情形的：{how.format(what)}"),
    ):
        assert any("一票否决" in found for found in lint(session, [*sound(), named])), named.name


@pytest.mark.parametrize(
    "what", ["论文抄袭、剽窃", "伪造期刊录用证明", "买卖论文", "师德失范", "重大质量事故", "学历造假"]
)
def test_misconduct_may_be_a_veto(session, what):
    assert lint(session, [*sound(), item(what, 1, "veto")]) == []


@pytest.mark.parametrize("what", ["服务基层", "乡镇工作年限", "科技特派员", "参与“一带一路”建设", "援藏援疆经历"])
def test_any_word_for_the_grassroots_does(session, what):
    assert lint(session, [*sound()[:4], item(what, 5, "bonus")]) == []
