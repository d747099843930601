"""申报表版本 (118号 四(一)): made, confirmed by another, looked at as an applicant would, put out of use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Series, TitleLevel
from models.declarations.form_edition import FormEdition, FormRule, Paper
from models.declarations.form_edition import FormEditionState as S
from models.paths.path import Way
from views.declarations import declare_form
from views.screens.base import FlowScreen, Link, Panel
from views.screens.boxes import Box
from views.screens.forms import AreaField, ChoiceField, NumberField, Required, TextField, TickField
from views.screens.moment import of_request
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import editions, kept
from workflow.forms import form as forms
from workflow.forms.form_parts import Section


def _copied() -> list[tuple[str, str]]:
    found = db.session.scalars(select(FormEdition).order_by(FormEdition.id.desc()).limit(50))
    return [(str(one.id), f"{one}（{S(one.state).label}）") for one in found]


class FormEditionScreen(FlowScreen):
    """查询, 新增 (empty, or from another edition), 预览, 确认生效, 停用; what it changes stands on its page."""

    model, flow = FormEdition, kept.FORM_EDITION
    title, guide = "申报表版本", "118号 四(一)"
    lead = (
        "在基础申报表上按年度增加栏目和材料、补充说明、调整必填和打印要求；"
        "新建的申报按生效版本填写，已建的申报保留原版本。"
    )
    columns = "name year paper_size copies both_sides made_by confirmed_by state"
    facts = {
        "版本": "name year note before made_by confirmed_by confirmed_at state",
        "打印": "paper_size copies both_sides",
    }
    conditions = "name:contains year state"
    fields = "name year before_id paper_size copies both_sides note"
    extra_fields = {
        "name": TextField("版本名称", [Required()], max_length=60, description="例如“2027 年度申报表”"),
        "year": NumberField("生效年度", [Required()], least=2020, most=2100),
        "before_id": ChoiceField(
            "沿用的版本", offers=_copied, optional=True, description="选择后复制其全部规则；不选则从基础表单开始"
        ),
        "paper_size": ChoiceField(
            "纸张",
            [Required()],
            choices=Paper.choices(),
            description="A3 横放，每面并排印两页评审表，每页仍有各自的二维码",
        ),
        "copies": NumberField("份数", [Required()], least=1, most=10),
        "both_sides": TickField("双面打印"),
        "note": AreaField("修订说明", max_length=300),
    }
    order = "-year -id"
    can_add = True
    can_export = False
    row_verbs = "confirm"
    empty = "没有申报表版本，申报按基础表单填写；需要调整栏目、说明或打印要求的，请新增版本。"

    def prefill(self) -> dict[str, Any]:
        """For the next year, on A4."""
        return {"year": of_request().today.year + 1, "paper_size": Paper.A4, "copies": 1}

    def create(self, uow: UnitOfWork, **values: Any) -> FormEdition:
        """新增."""
        return kept.make(uow, **values)

    def links(self, record: FormEdition) -> Sequence[Link]:
        """预览; while it is a draft a further rule."""
        found = [Link("预览", self.address("preview", pk=record.id))]
        if record.state == S.DRAFT:
            found.append(Link("新增规则", url_for("FormRuleScreen.add", edition=record.id), "pri"))
        return found

    def panels(self, record: FormEdition) -> Sequence[Panel]:
        """Its rules; what it says otherwise than the edition before."""
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(url_for("FormRuleScreen.show", pk=row.id), kept.where_of(row)),
                kept.scope_words(row, series_name(row.series)),
                kept.words(row),
            )
            for row in editions.rules_of(db.session, record)
        ]
        changed = kept.differences(of_request(), record)
        before = f"与“{record.before}”相比" if record.before else "与基础表单相比"
        return [
            Panel("规则", "", ("位置", "适用范围", "内容"), rows, empty="还没有规则；草稿状态下可新增规则。"),
            Panel("变化", before, ("位置", "原来", "现在"), [
                (where, old or "（无）", new or "（已删除）") for where, old, new in changed
            ], empty="没有变化。"),
        ]  # fmt: skip

    @expose("/preview/<int:pk>")
    @has_access
    def preview(self, pk: int) -> str:
        """The form as an applicant of that series, level and way will see it; nothing can be typed."""
        record = self.find(pk)
        series = request.args.get("series", "")
        level, way = request.args.get("level", ""), request.args.get("way", "")
        names = db.session.execute(select(Series.number, Series.name).order_by(Series.number)).all()
        number = int(series) if series in {str(n) for n, _name in names} else int(names[0][0]) if names else 0
        level = level if level in set(TitleLevel) else TitleLevel.ASSOCIATE_SENIOR.value
        way = way if way in set(Way) else Way.REVIEW.value
        made = editions.as_laid(db.session, record, forms.form(), (number, level, way))
        facts = {"series_number": number, "level": level, "way": way, "mode": "normal", "channel": "unit"}
        return self.render_template(
            "forms/preview.html",
            screen=self,
            title="预览申报表",
            record=record,
            back=self.address("show", pk=pk),
            asked=[
                Box("series", "申报系列", "choice", str(number), [(str(n), name) for n, name in names]),
                Box("level", "职称级别", "choice", level, TitleLevel.choices()),
                Box("way", "取得方式", "choice", way, Way.choices()),
            ],
            parts=[(section, _boxes(section, facts)) for section in made.sections_for(facts)],
            kinds=[(kind, kind.needed(facts)) for kind in made.materials if kind.fits(facts)],
        )


def _boxes(section: Section, facts: dict[str, Any]) -> list[Box]:
    """The fields of a section without an answer; what is read from records says so."""
    mirrors = {field.key for field in section.fields if field.mirror}
    needed = {field.key for field in section.fields if field.needed(facts)}
    found = declare_form.boxes_of(section, None, {}, facts, {}, f"{section.key}-")
    for box in found:
        key = box.name.removeprefix(f"{section.key}-")
        box.folded, box.when, box.required = False, "", box.required or key in needed
        if key in mirrors:
            box.kind, box.value = "shown", "自动带入"
    return found


def series_name(number: int) -> str:
    """The series of a rule; empty where it is for all."""
    return db.session.scalar(select(Series.name).where(Series.number == number)) or "" if number else ""


def drafts() -> list[tuple[str, str]]:
    """The editions whose rules can be changed."""
    found = db.session.scalars(select(FormEdition).where(FormEdition.state == S.DRAFT).order_by(FormEdition.id.desc()))
    return [(str(one.id), str(one)) for one in found]


def offered_places() -> list[tuple[str, str]]:
    """The places of the form, and the fields of the office in the drafts."""
    query = select(FormRule).join(FormEdition).where(FormEdition.state == S.DRAFT, FormRule.label != "")
    own = {row.place: kept.where_of(row) for row in db.session.scalars(query.order_by(FormRule.id))}
    return [*kept.laid.places(forms.form()), *own.items()]
