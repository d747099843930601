"""The outbox of 证书报送人社部 (附件3 1.18): one row per batch that was handed over, with the very bytes,
the tries and the receipt."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Integer, String
from sqlalchemy.orm import Mapped

from models.base import column
from models.sealed import Sealed


class Delivery(Model):
    """A package, frozen at its hand-over, and how far it has come. Sealed, for it holds identity numbers in clear."""

    __tablename__ = "delivery"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    batch: Mapped[str] = column("上报批次", String(40), unique=True)
    kind: Mapped[str] = column("类别", String(10), default="上报")
    count: Mapped[int] = column("份数", Integer, default=0)
    refused: Mapped[int] = column("上报失败份数", Integer, default=0)
    body: Mapped[str | None] = column("上报包", Sealed("delivery.body"))  #: None: handed over before packages were kept
    sha256: Mapped[str] = column("上报包摘要", String(64), default="")
    attempts: Mapped[int] = column("投递次数", Integer, default=0)
    last_at: Mapped[datetime | None] = column("最近投递时间", DateTime)
    next_at: Mapped[datetime | None] = column("下次投递时间", DateTime)  #: None: delivered, or waits for a person
    delivered_at: Mapped[datetime | None] = column("送达时间", DateTime)
    receipt: Mapped[str] = column("回执编号", String(120), default="")
    error: Mapped[str] = column("投递失败原因", String(300), default="")
