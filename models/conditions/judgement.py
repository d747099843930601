"""What was judged at a 提交: the verdict with all it rested on, so that it can be shown again when the rows differ."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Date, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Declaration


class ConditionVerdict(Labelled):
    """The three values of a judgement."""

    NOT_MET = "not_met", "不符合", "bad"
    UNKNOWN = "unknown", "无法判断", "warn"
    MET = "met", "符合", "ok"


class ConditionJudgement(Model):
    """One for each 提交."""

    __tablename__ = "condition_judgement"
    __table_args__ = (UniqueConstraint("declaration_id", "judged_at"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"})
    judged_at: Mapped[datetime] = column("核对时间", DateTime)
    cutoff: Mapped[date] = column("材料有效截止日（含）", Date)
    verdict: Mapped[str] = column("结论", String(10), info={"enum": ConditionVerdict})
    effective: Mapped[str] = column("效力", String(10), info={"enum": ConditionVerdict})
    rows_sha256: Mapped[str] = column("条件行校验码", String(64))
    body: Mapped[list[dict[str, Any]]] = column("逐条结果", JSON)

    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})
