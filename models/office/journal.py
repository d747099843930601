"""The audit journal (审计日志): append-only, each entry sealed with the hash of the one before."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import column


class JournalEntry(Model):
    """One sealed entry. No foreign keys: the journal outlives what it tells of."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_journal_entry_verb_at", "verb", "at"),  # what was done lately, and when last
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    chain: Mapped[int] = column("链", Integer)
    seq: Mapped[int] = column("序号", Integer)
    at: Mapped[datetime] = column("时间", DateTime, index=True)
    actor_id: Mapped[int] = column("操作账号", Integer, index=True)
    actor: Mapped[str] = column("账号", String(64))
    role: Mapped[str] = column("角色", String(120))
    address: Mapped[str] = column("来源地址", String(64), default="")
    verb: Mapped[str] = column("动作", String(60), index=True)
    subject: Mapped[str] = column("对象", String(80), index=True)
    details: Mapped[str] = column("内容", Text)
    after: Mapped[str] = column("操作后摘要", String(64), default="")
    previous_seal: Mapped[str] = column("前一封印", String(64))
    seal: Mapped[str] = column("封印", String(64))
    mac: Mapped[str] = column("签名", String(64))


class JournalHead(Model):
    """The newest seal of each chain; locked by the writer that appends."""

    __tablename__ = "journal_head"
    chain: Mapped[int] = column("链", Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = column("序号", Integer)
    seal: Mapped[str] = column("封印", String(64))
    turn: Mapped[int] = column("轮次", Integer, default=0)
    #: Sums and counts of the seals of all rows that this chain wrote, under our key, bound to all of the above.
    sums: Mapped[bytes | None] = column("合计", LargeBinary)
