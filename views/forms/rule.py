"""申报表规则: one place of the form and what an edition says of it, with its own page and form."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Series, TitleLevel
from models.declarations.form_edition import FormDemand, FormFieldKind, FormRule
from models.paths.path import Way
from views.forms.edition import drafts, offered_places, series_name
from views.screens.base import Screen
from views.screens.forms import AreaField, ChoiceField, NumberField, Required, TextField
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import kept


def _series() -> list[tuple[str, str]]:
    found = db.session.execute(select(Series.number, Series.name).order_by(Series.number))
    return [("0", "所有系列"), *((str(number), name) for number, name in found)]


class FormRuleScreen(Screen):
    """新增, 编辑, 删除 while the edition is a draft; whoever confirms reads."""

    model = FormRule
    title, guide = "申报表规则", "118号 四(一)"
    lead = "每条规则说明申报表的一个位置：名称、填写要求、顺序和说明；在“整个部分”填写新增名称，即新增栏目或材料。"
    columns = "edition place series level way said"
    labels = {"said": "内容", "series": "系列"}
    facts = {
        "规则": "edition place title label kind choices demand position copies",
        "适用范围": "series level way",
        "说明": "requirement example mistake clause",
    }
    fields = (
        "edition_id place title label kind choices demand position copies series level way "
        "requirement example mistake clause"
    )
    extra_fields = {
        "edition_id": ChoiceField("申报表版本", [Required()], offers=drafts, description="只列出草稿状态的版本"),
        "place": ChoiceField("位置", [Required()], offers=offered_places),
        "title": TextField("部分名称", max_length=60, description="为“整个部分”改名；由文件规定的部分不能改"),
        "copies": NumberField("纸质份数", least=1, most=10, description="附件中的材料须交几份纸质件，不填则不提示"),
        "label": TextField("新增名称", max_length=60, description="新增栏目或材料时填写，位置选“整个部分”；其他不填"),
        "kind": ChoiceField("栏目类型", choices=FormFieldKind.choices(), optional=True, empty="text"),
        "choices": AreaField("选项", max_length=600, description="选项类栏目每行一个选项"),
        "demand": ChoiceField("填写要求", choices=[c for c in FormDemand.choices() if c[0]], optional=True, empty="",
                              description="不选则按基础表单"),
        "position": NumberField("顺序", least=1, most=9999,
                                description="各部分、各栏依次为 10、20、30……，15 排在前两个之间"),
        "series": ChoiceField("系列", offers=_series, optional=True, empty="0", description="不选则适用所有系列"),
        "level": ChoiceField("职称级别", choices=TitleLevel.choices(), optional=True, empty="",
                             description="不选则适用所有级别"),
        "way": ChoiceField("取得方式", choices=Way.choices(), optional=True, empty="",
                           description="不选则适用所有取得方式"),
        "requirement": AreaField("要求", max_length=300),
        "example": AreaField("示例", max_length=300),
        "mistake": AreaField("常见错误", max_length=300),
        "clause": TextField("依据", max_length=120, description="文件和条款，例如“118号 三(三)”"),
    }  # fmt: skip
    conditions = "level way demand"
    order = "-edition_id place id"
    can_add = can_edit = can_delete = True
    can_export = False
    empty = "没有规则；请先新增申报表版本，再在其中新增规则。"

    def cell_place(self, record: FormRule) -> str:
        """In the words of the form."""
        return kept.where_of(record)

    def cell_said(self, record: FormRule) -> str:
        """What it says."""
        return kept.words(record)

    def cell_series(self, record: FormRule) -> str:
        """By its name."""
        return series_name(record.series) or "所有系列"

    def name_of(self, record: FormRule) -> str:
        """The place."""
        return kept.where_of(record)

    def prefill(self) -> dict[str, Any]:
        """Of the draft one comes from."""
        return {"edition_id": request.args.get("edition", "")[:12] or None, "series": "0", "kind": "text"}

    def editable(self, record: FormRule) -> str | None:
        """While its edition is a draft."""
        return kept.closed(record.edition)

    erasable = editable

    def create(self, uow: UnitOfWork, **values: Any) -> FormRule:
        """新增规则."""
        return kept.add_rule(uow, **values)

    def change(self, uow: UnitOfWork, record: FormRule, **values: Any) -> None:
        """编辑规则."""
        kept.change_rule(uow, record, **values)

    def remove(self, uow: UnitOfWork, record: FormRule) -> None:
        """删除规则."""
        kept.drop_rule(uow, record)

    def after_add(self, record: Any) -> Any:
        """Back to the edition, where the next one is entered."""
        super().after_add(record)
        return redirect(url_for("FormEditionScreen.show", pk=record.edition_id))
