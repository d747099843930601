"""What a read file says of one value that was typed (识读), kept under the content and what was asked of it: whoever
opens a page of materials waits for no comparison. Sealed like what was read, and gone with it."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import column
from models.sealed import Sealed


class ReadAnswer(Model):
    """One answer of one content, as one edition of the reader has read it."""

    __tablename__ = "read_answer"
    __table_args__ = (UniqueConstraint("sha256", "reader", "asked"),)
    __trailed__ = False
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    sha256: Mapped[str] = column("文件摘要", String(64))
    reader: Mapped[str] = column("识读程序版本", String(40))
    asked: Mapped[str] = column("所核内容摘要", String(32))  #: blind: what was typed cannot be told from it
    told: Mapped[str] = column("核对结果", Sealed("read_answer.told"))
    answered_at: Mapped[datetime] = column("核对时间", DateTime, index=True)
