"""过程跟踪: the readable trail of a record; the sealed proof is the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, Boolean, DateTime, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped

from models.base import column


class TrailEntry(Model):
    """One step of a tracked record: node, person, time, result and opinion."""

    __tablename__ = "trail_entry"
    __table_args__ = (Index("ix_trail_entry_subject", "subject_kind", "subject_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    subject_kind: Mapped[str] = column("对象类别", String(40))
    subject_id: Mapped[int] = column("对象编号", Integer)
    at: Mapped[datetime] = column("时间", DateTime)
    actor_id: Mapped[int] = column("办理账号", Integer)
    actor_name: Mapped[str] = column("办理人", String(64))
    organisation: Mapped[str] = column("办理机构", String(200))
    verb: Mapped[str] = column("动作", String(40))
    label: Mapped[str] = column("办理环节", String(60))
    before: Mapped[str] = column("办理前状态", String(40))
    after: Mapped[str] = column("办理后状态", String(40))
    opinion: Mapped[str | None] = column("意见", Text)
    aside: Mapped[bool] = column("不属于办理环节", Boolean, default=False, server_default=false())
    facts: Mapped[dict[str, Any]] = column("事项", JSON, default=dict)
