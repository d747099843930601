"""路径版本: every change of an audit path that takes effect gives it the next version; declarations keep theirs."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column
from models.paths.path import PathKind


class PathVersion(Model):
    """One version of one of the five paths: when it began, and by which change."""

    __tablename__ = "path_version"
    __table_args__ = (UniqueConstraint("kind", "number"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    kind: Mapped[str] = column("审核路径", String(20), info={"enum": PathKind})
    number: Mapped[int] = column("路径版本", Integer)
    began_at: Mapped[datetime] = column("起用时间", DateTime)
    what: Mapped[str] = column("变更", String(200))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("path_node.id"), info={"label": "下级机构"})
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("path_draft.id"), info={"label": "推演草稿"})
