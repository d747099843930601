"""线上线下比对 (118号 四(四)): what each auditing office found when it laid the paper beside the online file."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Labelled, column


class ComparisonResult(Labelled):
    """What was found of one file."""

    SAME = "same", "一致", "ok"
    DIFFERS = "differs", "不一致", "bad"
    CORRECTED = "corrected", "已更正", "ok"


class Found:
    """What an office at one position of the route found of one item."""

    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    position: Mapped[int] = column("审核层级", Integer)
    organisation_name: Mapped[str] = column("比对机构", String(120))
    result: Mapped[str] = column("比对结果", String(20), info={"enum": ComparisonResult})
    note: Mapped[str] = column("比对说明", String(300), default="")
    compared_on: Mapped[date] = column("比对日期", Date)
    compared_by: Mapped[str] = column("比对人", String(60))
    content_hash: Mapped[str] = column("所比内容摘要", String(64), default="")  #: workflow.declarations.content


class Comparison(Found, Model):
    """One file of a declaration compared by the office at one position of its route."""

    __tablename__ = "comparison"
    __table_args__ = (UniqueConstraint("material_id", "position"),)
    material_id: Mapped[int] = mapped_column(ForeignKey("material.id", ondelete="CASCADE"))


class StubComparison(Found, Model):
    """One paper-only file, known online by its stub, found among the paper (118号 一): number, name and pages agree."""

    __tablename__ = "stub_comparison"
    __table_args__ = (UniqueConstraint("stub_id", "position"),)
    stub_id: Mapped[int] = mapped_column(ForeignKey("paper_stub.id", ondelete="CASCADE"))
