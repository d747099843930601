"""Periodic work: the night, or the five minutes, for which it has been asked."""

from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column


class Slot(Model):
    """One turn of one kind of periodic work. Whoever writes the row first has asked for the turn; nobody asks again."""

    __tablename__ = "job_slot"
    __table_args__ = (UniqueConstraint("name", "slot"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("定期任务", String(40))
    slot: Mapped[str] = column("时段", String(40))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
