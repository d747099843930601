"""成果库: what a person has to show, each row and file entered once, and where it was chosen into a declaration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import column
from models.declarations.material import StoredFile
from models.materials.proof import MOST_PLACE


class LibraryEntry(Model):
    """One row of one section of the form, kept by the person and no declaration."""

    __tablename__ = "library_entry"
    __table_args__ = (
        UniqueConstraint("person_id", "section", "print"),
        Index("ix_library_entry_shelf", "person_id", "section", "changed_at"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), info={"label": "人员"})
    section: Mapped[str] = column("类别", String(40))
    name: Mapped[str] = column("名称", String(120), default="")
    words: Mapped[str] = column("查找用语", String(600), default="")  #: everything in it, to be found by
    content: Mapped[dict[str, Any]] = column("内容", JSON, default=dict)
    print: Mapped[str] = column("内容特征", String(64))
    origin: Mapped[str] = column("来自申报编号", String(24), default="")
    changed_at: Mapped[datetime] = column("更新时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    files: Mapped[list[LibraryFile]] = relationship(
        lazy="selectin", order_by="LibraryFile.id", cascade="all, delete-orphan"
    )

    def __repr__(self) -> str:
        return self.name or str(self.id)


class LibraryFile(Model):
    """A file that proves an entry, with the kind under which a declaration takes it."""

    __tablename__ = "library_file"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("library_entry.id", ondelete="CASCADE"), info={"label": "成果"}, index=True
    )
    kind: Mapped[str] = column("材料类别", String(40))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), info={"label": "文件"})

    file: Mapped[StoredFile] = relationship(lazy="joined", info={"label": "文件"})


class LibraryUse(Model):
    """An entry that was chosen into a declaration: the row that it became, wherever that row moves."""

    __tablename__ = "library_use"
    __table_args__ = (UniqueConstraint("declaration_id", "section", "place"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("library_entry.id", ondelete="CASCADE"), info={"label": "成果"}, index=True
    )
    declaration_id: Mapped[int] = mapped_column(
        ForeignKey("declaration.id", ondelete="CASCADE"), info={"label": "申报"}
    )
    section: Mapped[str] = column("申报内容", String(40))
    place: Mapped[int] = column("第几条（从 0 起）", Integer, least=0, most=MOST_PLACE)

    entry: Mapped[LibraryEntry] = relationship(lazy="joined", info={"label": "成果"})
