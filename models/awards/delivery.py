"""The outbox of 证书报送人社部 (附件3 1.18): one row per batch that was sent over the wire, with its tries and its
receipt."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Integer, String
from sqlalchemy.orm import Mapped

from models.base import column


class Delivery(Model):
    """How far the package of a batch has come. What is sent is made anew from the certificates, never kept."""

    __tablename__ = "delivery"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    batch: Mapped[str] = column("上报批次", String(40), unique=True)
    sha256: Mapped[str] = column("上报包摘要", String(64), default="")
    attempts: Mapped[int] = column("投递次数", Integer, default=0)
    last_at: Mapped[datetime | None] = column("最近投递时间", DateTime)
    next_at: Mapped[datetime | None] = column("下次投递时间", DateTime)  #: None: delivered, or waits for a person
    delivered_at: Mapped[datetime | None] = column("送达时间", DateTime)
    receipt: Mapped[str] = column("回执编号", String(120), default="")
    error: Mapped[str] = column("投递失败原因", String(300), default="")
