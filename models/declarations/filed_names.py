"""Under which names a declaration was handed in (series, title, specialty, unit), for what is printed of it later."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class FiledNames(Model):
    """The names as they were on the day of one 提交 or 重新提交; those of the newest count."""

    __tablename__ = "filed_names"
    __protected__ = ("declaration_id", "filed_at", "series", "title", "specialty", "unit")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    filed_at: Mapped[datetime] = column("提交时间", DateTime)
    series: Mapped[str] = column("申报系列", String(80))
    title: Mapped[str] = column("申报职称", String(80))
    specialty: Mapped[str] = column("申报专业", String(120), default="")
    unit: Mapped[str] = column("所在单位", String(120))
