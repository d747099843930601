"""What was printed (每页带识别码的纸质材料): a row for each content, so that a sheet is known again."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import column
from models.sealed import Sealed


class PaperPrint(Model):
    """One content of one paper. Printed again, the same content finds this row and is the same sheet again."""

    __tablename__ = "paper_print"
    __table_args__ = (UniqueConstraint("paper", "case", "shown"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    paper: Mapped[str] = column("纸质材料", String(2))  #: of workflow.storage.page_code.PAPERS
    case: Mapped[str] = column("案卷编号", String(40), index=True)
    version: Mapped[int] = column(
        "版本", Integer, least=0, most=999_999_999
    )  #: of the record when it was first printed
    pages: Mapped[int] = column("页数", Integer, least=1, most=9999)
    shown: Mapped[str] = column("内容摘要", String(64))  #: SHA-256 over the digests of all pages
    content_hash: Mapped[str] = column(
        "申报内容摘要", String(64), default=""
    )  #: of what was declared; "" of other papers
    content: Mapped[str] = column("各页内容", Sealed("paper_print.content"))  #: see workflow.storage.printing
    printed_at: Mapped[datetime] = column("首次打印时间", DateTime)
    printed_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"label": "打印账号"})
