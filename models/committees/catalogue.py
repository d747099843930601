"""The 职称树 (series, level, title), the 专业树 and the code lists."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column


class TitleLevel(Labelled):
    """职称级别. Never derived from the wording of a title: 一级 is 正高 in some series and 副高 in others."""

    FULL_SENIOR = "full_senior", "正高级"
    ASSOCIATE_SENIOR = "associate_senior", "副高级"
    INTERMEDIATE = "intermediate", "中级"
    ASSISTANT = "assistant", "助理级"
    TECHNICIAN = "technician", "员级"


#: Levels from the lowest to the highest, for the rule of 逐级申报 (令40号 第十三条).
LADDER = list(reversed(TitleLevel))
SENIOR = (TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR)


def _between(year: int, first: int, retired: int | None) -> bool:
    return first <= year and (retired is None or year < retired)


class Series(Model):
    """One of the 27 title series: a root of the 职称树, fixed."""

    __tablename__ = "series"
    __reference__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[int] = column("序号", Integer, unique=True, least=1, most=9999)
    name: Mapped[str] = column("职称系列", String(40), unique=True)
    certificate_code: Mapped[str] = column("证书系列代码", String(2), hint="证书编号第 2–3 位，默认取 GB/T 8561 组号")

    def __repr__(self) -> str:
        return self.name


class Title(Model):
    """A title of a series at a level (职称名称)."""

    __tablename__ = "title"
    __reference__ = True
    __trailed__ = True
    __table_args__ = (UniqueConstraint("series_id", "branch", "level", "name"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"})
    branch: Mapped[str] = column("分支", String(40), default="")
    level: Mapped[str] = column("职称级别", String(20), info={"enum": TitleLevel})
    name: Mapped[str] = column("职称名称", String(40))
    code: Mapped[str] = column("GB/T 8561 代码", String(6), default="")
    exam_only: Mapped[bool] = column("以考代评", Boolean, default=False, hint="已实行全国统一考试的，不再评审或认定")
    effective_from: Mapped[int] = column("启用年度", Integer, default=2000, least=1900, most=2100)
    retired_from: Mapped[int | None] = column("停用年度", Integer, least=1900, most=2100)

    series: Mapped[Series] = relationship(lazy="joined", info={"label": "职称系列"})

    def in_force(self, year: int) -> bool:
        """Whether it may be chosen in that year; what named it before keeps it."""
        return _between(year, self.effective_from, self.retired_from)

    def __repr__(self) -> str:
        return self.name


class Specialty(Model):
    """A node of the 专业树; roots (one per series) are fixed."""

    __tablename__ = "specialty"
    __reference__ = True
    __trailed__ = True
    __table_args__ = (Index("ix_specialty_parent", "parent_id", "code"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("专业代码", String(20), unique=True)
    name: Mapped[str] = column("专业学科名称", String(80))
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"}, index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "上级专业"})
    effective_from: Mapped[int] = column("启用年度", Integer, default=2000, least=1900, most=2100)
    retired_from: Mapped[int | None] = column("停用年度", Integer, least=1900, most=2100)

    series: Mapped[Series] = relationship(info={"label": "职称系列"})
    parent: Mapped[Specialty | None] = relationship(remote_side=[id], info={"label": "上级专业"})

    def in_force(self, year: int) -> bool:
        """Whether it may be chosen in that year; what named it before keeps it."""
        return _between(year, self.effective_from, self.retired_from)

    def __repr__(self) -> str:
        return self.name


class CodeItem(Model):
    """An entry of a national or provincial code list (代码表)."""

    __tablename__ = "code_item"
    __reference__ = True
    __table_args__ = (UniqueConstraint("list_name", "code"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    list_name: Mapped[str] = column("代码表", String(60))
    code: Mapped[str] = column("代码", String(20))
    name: Mapped[str] = column("名称", String(120))

    def __repr__(self) -> str:
        return self.name
