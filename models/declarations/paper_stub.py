"""纸质材料目录 of a secret declaration (118号 一): what lies on paper only, named, and never uploaded."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class PaperStub(Model):
    """One paper-only file: its kind, how it is called (nothing secret in it), the number under which it comes."""

    __tablename__ = "paper_stub"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    kind: Mapped[str] = column("材料类别", String(40))
    name: Mapped[str] = column("纸质材料名称", String(120))
    reference: Mapped[str] = column("纸质材料编号", String(80))
    pages: Mapped[int] = column("页数", Integer, least=1, most=9999)
    registered_at: Mapped[datetime] = column("登记时间", DateTime)
