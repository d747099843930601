"""What the reader read of a page of a file (识读), kept by the content of the file: whoever hands the same in again
waits for nothing. It holds what papers say of people, so it is sealed like a number of a person, and goes after a
while."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from models.base import column
from models.sealed import Sealed

#: The page under which a file that could not be read is remembered.
WHOLE_FILE = 0
MOST_PAGE = 100


class PageRead(Model):
    """One page of one content, read by one edition of the reader."""

    __tablename__ = "page_read"
    __table_args__ = (UniqueConstraint("sha256", "page", "reader"),)
    __trailed__ = False
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    sha256: Mapped[str] = column("文件摘要", String(64))
    page: Mapped[int] = column("页", Integer, least=0, most=MOST_PAGE)
    reader: Mapped[str] = column("识读程序版本", String(40))
    told: Mapped[str] = column("识读内容", Sealed("page_read.told"))  #: packed (workflow/recognition/kept.py)
    fault: Mapped[str] = column("未能识读的原因", String(100), default="")
    read_at: Mapped[datetime] = column("识读时间", DateTime, index=True)
