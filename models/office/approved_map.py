"""标准地图: the map of the 14 市州 that the office was given a 审图号 for, and may therefore publish."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.accounts.account import Account
from models.base import column


class ApprovedMap(Model):
    """One map, drawn point by point as it was approved; the newest that was not removed is shown."""

    __tablename__ = "approved_map"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("审图号", String(40))
    source: Mapped[str] = column("地图来源", String(120))
    file_name: Mapped[str] = column("文件名", String(120))
    sha256: Mapped[str] = column("文件校验码", String(64))
    shapes: Mapped[dict[str, Any]] = column("各市州边界", JSON)  #: four digits of the region → rings of points
    kept_at: Mapped[datetime] = column("上传时间", DateTime)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "上传人"})
    removed_at: Mapped[datetime | None] = column("停用时间", DateTime)

    account: Mapped[Account] = relationship(info={"label": "上传人"})

    def __repr__(self) -> str:
        return self.number
