"""What the loading of reference data (基础数据) remembers: what it has brought, and what offices took in hand since."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped

from models.base import column


class ReferenceKey(Model):
    """A row that a file has brought, by its natural key: gone from its table, an office has removed it."""

    __tablename__ = "reference_key"
    __table_args__ = {"sqlite_with_rowid": False}
    table_name: Mapped[str] = column("数据表", String(40), primary_key=True)
    key: Mapped[str] = column("自然键", String(200), primary_key=True)


class ReferenceKept(Model):
    """A record of a reference table that an office has added or changed: the files leave it as it is."""

    __tablename__ = "reference_kept"
    __table_args__ = {"sqlite_with_rowid": False}
    table_name: Mapped[str] = column("数据表", String(40), primary_key=True)
    record_id: Mapped[int] = column("记录编号", Integer, primary_key=True, autoincrement=False)
