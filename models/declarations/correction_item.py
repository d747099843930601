"""One thing to be mended, picked on the form itself (118号 四(三) 一次性告知).

Where, why, by which clause, what would do; with it stands what the applicant answered. What was declared when it was
returned is kept with the return (`Correction.returned`), so the difference can be shown field by field.
"""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.declarations.declaration import Correction


class ItemKind(Labelled):
    """What of the form is named: the smaller, the better."""

    FIELD = "field", "栏目"
    ROW = "row", "一条"
    FILE = "file", "材料"
    FACT = "fact", "申报信息"
    SECTION = "section", "整个部分"


class ItemAnswer(Labelled):
    """What the applicant says of it."""

    DONE = "done", "已按要求更正", "ok"
    NOT_DONE = "not_done", "未能更正，说明原因", "warn"


class CorrectionItem(Model):
    __tablename__ = "correction_item"
    __table_args__ = (
        UniqueConstraint("correction_id", "number"),
        Index("ix_correction_item_part_place_id", "part", "place", "id"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id"), info={"label": "补正告知"})
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), info={"label": "申报"}, index=True)
    number: Mapped[int] = column("序号", Integer, least=1, most=200)
    kind: Mapped[str] = column("指明的内容", String(10), info={"enum": ItemKind})
    part: Mapped[str] = column("所在部分", String(40))
    place: Mapped[str] = column("栏目或材料类别", String(60), default="")
    row_no: Mapped[int | None] = column("第几条", Integer, least=1, most=200)
    label: Mapped[str] = column("补正位置", String(200))
    reason: Mapped[str] = column("退回原因", String(20))  #: code of the list CAUSES
    text: Mapped[str] = column("存在的问题", String(500))
    fits: Mapped[str] = column("怎样算补齐", String(500))
    clause: Mapped[str] = column("依据", String(80))
    again: Mapped[bool] = column("以前已审核通过", Boolean, default=False)
    again_reason: Mapped[str] = column("再次退回的理由", String(300), default="")
    answer: Mapped[str | None] = column("答复", String(10), info={"enum": ItemAnswer})
    answer_words: Mapped[str] = column("答复说明", String(500), default="")
    answered_at: Mapped[datetime | None] = column("答复时间", DateTime)
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    correction: Mapped[Correction] = relationship(info={"label": "补正告知"})
