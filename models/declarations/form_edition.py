"""申报表版本: what the office lays over the declared form, from a year on, with who made it and who confirmed it."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import TitleLevel
from models.paths.path import Way


class FormEditionState(Labelled):
    """Declarations that were begun while it was in force keep it when it is stopped."""

    DRAFT = "draft", "草稿", "off"
    PROPOSED = "proposed", "待确认", "run"
    IN_FORCE = "in_force", "已生效", "ok"
    STOPPING = "stopping", "待确认停用", "warn"
    STOPPED = "stopped", "已停用", "off"


class Paper(Labelled):
    """The sheets a 评审表 is printed on."""

    A4 = "A4", "A4 纸"
    A3 = "A3", "A3 纸"


class FormDemand(Labelled):
    """What is asked of a field or a kind of material."""

    AS_DECLARED = "", "按基础表单"
    REQUIRED = "required", "必填"
    OPTIONAL = "optional", "选填"
    HIDDEN = "hidden", "不填"


class FormFieldKind(Labelled):
    """What the office can ask for in a field of its own."""

    TEXT = "text", "文本"
    AREA = "area", "长文本"
    NUMBER = "number", "数字"
    DATE = "date", "日期"
    CHOICE = "choice", "选项"


class FormEdition(Model):
    """One edition; the rules of it stand still from 确认生效 on, and `digest` is of them."""

    __tablename__ = "form_edition"
    __trailed__ = True
    __protected__ = ("year", "state", "digest", "paper_size", "copies", "both_sides", "makers")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("版本名称", String(60))
    year: Mapped[int] = column("生效年度", Integer, least=2020, most=2100)
    note: Mapped[str] = column("修订说明", String(300), default="")
    paper_size: Mapped[str] = column("纸张", String(4), default=Paper.A4, info={"enum": Paper})
    copies: Mapped[int] = column("份数", Integer, default=1, least=1, most=10)
    both_sides: Mapped[bool] = column("双面打印", Boolean, default=False)
    before_id: Mapped[int | None] = mapped_column(ForeignKey("form_edition.id"), info={"label": "沿用的版本"})
    state: Mapped[str] = column("状态", String(20), default=FormEditionState.DRAFT, info={"enum": FormEditionState})
    digest: Mapped[str] = column("内容摘要", String(64), default="")
    made_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "编制人账号"})
    made_by: Mapped[str] = column("编制人", String(64))
    makers: Mapped[list[int]] = column("编制和修改账号", JSON, default=list)  #: none of them confirms it
    confirmed_by: Mapped[str] = column("确认人", String(64), default="")
    confirmed_at: Mapped[datetime | None] = column("确认时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    before: Mapped[FormEdition | None] = relationship(remote_side=[id], info={"label": "沿用的版本"})

    def __repr__(self) -> str:
        return f"{self.name}（{self.year} 年度起）"


class FormRule(Model):
    """One place of the form and what is otherwise there; with a `label` it is a field or material of the office."""

    __tablename__ = "form_rule"
    __table_args__ = (UniqueConstraint("edition_id", "place", "series", "level", "way"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("form_edition.id"), info={"label": "申报表版本"})
    place: Mapped[str] = column("位置", String(80))  #: section, section.field, materials.kind
    label: Mapped[str] = column("新增名称", String(60), default="")
    title: Mapped[str] = column("部分名称", String(60), default="")  #: of a whole section
    kind: Mapped[str] = column("栏目类型", String(10), default=FormFieldKind.TEXT, info={"enum": FormFieldKind})
    choices: Mapped[str] = column("选项", String(600), default="")
    series: Mapped[int] = column("系列序号", Integer, default=0, least=0, most=9999)
    level: Mapped[str] = column("职称级别", String(20), default="", info={"enum": TitleLevel})
    way: Mapped[str] = column("取得方式", String(20), default="", info={"enum": Way})
    demand: Mapped[str] = column("填写要求", String(10), default="", info={"enum": FormDemand})
    position: Mapped[int | None] = column("顺序", Integer, least=1, most=9999)
    copies: Mapped[int | None] = column("纸质份数", Integer, least=1, most=10)  #: of a kind of material
    requirement: Mapped[str] = column("要求", String(300), default="")
    example: Mapped[str] = column("示例", String(300), default="")
    mistake: Mapped[str] = column("常见错误", String(300), default="")
    clause: Mapped[str] = column("依据", String(120), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    edition: Mapped[FormEdition] = relationship(info={"label": "申报表版本"})

    def __repr__(self) -> str:
        return self.label or self.place
