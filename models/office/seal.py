"""What holds the rows themselves: a seal for each row of a guarded table, and whose keys a database was made with."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped

from models.base import column


class RowSeal(Model):
    """A keyed digest of one row as the product left it. Empty where the product deleted the row."""

    __tablename__ = "row_seal"
    __table_args__ = {"sqlite_with_rowid": False}
    table_name: Mapped[str] = column("表", String(40), primary_key=True)
    record_key: Mapped[str] = column("主键", String(120), primary_key=True)
    mac: Mapped[bytes] = column("封印", LargeBinary(16))
    #: The seal before: the one statement that writes a new seal gives it back, so that none has to be read first.
    prior: Mapped[bytes | None] = column("前一封印", LargeBinary(16))


class ResealDue(Model):
    """A table that a migration has written to: its rows are sealed anew by `prepare`, and this row goes."""

    __tablename__ = "reseal_due"
    table_name: Mapped[str] = column("表", String(40), primary_key=True)
    mac: Mapped[str] = column("签名", String(64))


class DatabaseStamp(Model):
    """The name of this database and the fingerprint of the keys it was made with; one row."""

    __tablename__ = "database_stamp"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("数据库标识", String(32))
    purpose: Mapped[str] = column("用途", String(20))  #: real or demonstration, as it was first prepared
    fingerprint: Mapped[str] = column("密钥指纹", String(64))
    made_at: Mapped[datetime] = column("登记时间", DateTime)
    mac: Mapped[str] = column("签名", String(64))
