"""A file on its way (续传): what has arrived of it, piece by piece, until it is whole; and a photo that waits to be
joined with others."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import column

#: No file is larger than this, whatever the office allows.
MOST_BYTES = 64 << 20
#: How far a photo can be turned, in steps of a quarter.
MOST_TURN = 270


class Upload(Model):
    """One file of one declaration on its way into it. Gone when it has become a material, or was not gone on with."""

    __tablename__ = "upload"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "上传账号"}, index=True)
    declaration_id: Mapped[int] = mapped_column(
        ForeignKey("declaration.id", ondelete="CASCADE"), info={"label": "申报"}, index=True
    )
    kind: Mapped[str] = column("材料类别", String(40))
    name: Mapped[str] = column("文件名", String(200))
    print: Mapped[str] = column("文件特征", String(64), default="")  #: by which the browser knows the file again
    size: Mapped[int] = column("大小（字节）", Integer, least=1, most=MOST_BYTES)
    received: Mapped[int] = column("已收（字节）", Integer, default=0, least=0, most=MOST_BYTES)
    paged: Mapped[bool] = column("待合并的照片", Boolean, default=False)
    rows: Mapped[str] = column("证明的条目", String(1000), default="")  #: as it was chosen: "awards:0 awards:2"
    position: Mapped[int] = column("顺序", Integer, default=0, least=0, most=100_000)
    turn: Mapped[int] = column("旋转", Integer, default=0, least=0, most=MOST_TURN)
    whole_at: Mapped[datetime | None] = column("收齐时间", DateTime)
    expires_at: Mapped[datetime] = column("保留至", DateTime, index=True)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    pieces: Mapped[list[UploadPiece]] = relationship(order_by="UploadPiece.start", cascade="all, delete-orphan")

    def __repr__(self) -> str:
        return self.name


class UploadPiece(Model):
    """Some bytes of it that have arrived and were acknowledged; they lie in the store under the upload."""

    __tablename__ = "upload_piece"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)
    __trailed__ = False
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), info={"label": "上传"})
    start: Mapped[int] = column("起点", Integer, least=0, most=MOST_BYTES)
    size: Mapped[int] = column("大小（字节）", Integer, least=1, most=MOST_BYTES)
    sha256: Mapped[str] = column("摘要", String(64))
