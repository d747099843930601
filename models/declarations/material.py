"""Stored files (content-addressed, outside the web root) and the materials (申报材料) that use them."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import column


class StoredFile(Model):
    """A file that its real parser has opened. `key` is the random id by which it is asked for;
    `owner_kind`/`owner_id` name the record whose row policy decides who may read it."""

    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_owner", "owner_kind", "owner_id"),)
    __trailed__ = False
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    key: Mapped[str] = column("文件号", String(32), unique=True)
    sha256: Mapped[str] = column("文件摘要", String(64), index=True)
    name: Mapped[str] = column("文件名", String(200))
    media_type: Mapped[str] = column("类型", String(80))
    size: Mapped[int] = column("大小（字节）", Integer)
    pages: Mapped[int] = column("页数", Integer, default=1)
    owner_kind: Mapped[str] = column("所属类别", String(40))
    owner_id: Mapped[int] = column("所属记录", Integer)
    purpose: Mapped[str] = column("用途", String(60), default="")
    uploaded_at: Mapped[datetime] = column("上传时间", DateTime)
    uploaded_by: Mapped[int] = column("上传账号", Integer)

    def __repr__(self) -> str:
        return self.name


class Material(Model):
    """One file of a declaration, of a declared kind (附件类别)."""

    __tablename__ = "material"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    kind: Mapped[str] = column("材料类别", String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), info={"label": "文件"})

    file: Mapped[StoredFile] = relationship(lazy="joined", info={"label": "文件"})
