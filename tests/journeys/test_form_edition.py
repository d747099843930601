"""An edition of the form on a telephone: made, previewed as an applicant, confirmed by another, in force for what is
begun from then on, stopped by two."""

from __future__ import annotations

from tests.journeys.test_axe import violated
from tests.journeys.world import BATCH

NAME, HELP = "2026 年度试填版", "与合同、验收证书一致"


def test_an_edition_counts_for_what_is_begun_once_another_has_confirmed_it(as_, office):
    maker, second = as_("hrss_config", phone=True), as_("hrss_audit", phone=True)
    maker.opens("申报表版本").presses("新增").fills({"版本名称": NAME, "生效年度": "2026"})
    maker.presses("保存").told()
    maker.presses("新增规则")
    maker.fills({"位置": maker.offered("位置", "（项目） · 名称"), "要求": HELP}).presses("保存").told()
    record = maker.page.url
    assert maker.fits() and violated(office, maker.page) == []
    maker.presses("预览")
    maker.sees(HELP)
    assert maker.fits() and violated(office, maker.page) == []
    maker.page.goto(record)
    maker.does("提交确认")
    assert "另一人确认" in maker.is_refused("确认生效")
    second.opens("申报表版本").finds(NAME).does("确认生效")
    old, new = as_("person3", phone=True), as_("person5", phone=True)
    new.declares(BATCH, "高级工程师", office.cast["unit3_name"], "建筑设计")
    new.page.goto(f"/declare/{new.key}/section/projects")
    new.sees(HELP)
    old.looks_up(old.number_of(BATCH))
    old.page.goto(f"/declare/{old.key}/section/projects")
    assert HELP not in old.reads(".main"), "what was begun before keeps its version"
    maker.page.goto(record)
    maker.does("申请停用", {"原因": "只是试填"})
    second.page.goto(record)
    second.does("确认停用")
    new.page.goto(f"/declare/{new.key}/section/projects")
    new.sees(HELP)
    assert new.fits()
