"""What an office entered into the working-day calendar, year by year (工作日历修改记录)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Date, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Labelled, column


class NoticeKind(Labelled):
    """What was entered."""

    DAY_SET = "day_set", "登记工作日历", "run"
    DAY_REMOVED = "day_removed", "删除工作日历", "warn"
    YEAR_SET = "year_set", "登记工作日历年度", "run"
    YEAR_ANNOUNCED = "year_announced", "登记全年放假安排", "ok"


class CalendarNotice(Model):
    """One entry for a year of the calendar: the notice of the State Council, or a single day by hand.

    A year that has one is kept by the office: reference data no longer touches it (workflow/office/reference.py).
    """

    __tablename__ = "calendar_notice"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    year: Mapped[int] = column("年度", Integer, index=True, least=2000, most=2100)
    day: Mapped[date | None] = column("日期", Date)  #: empty: the whole year
    kind: Mapped[str] = column("事项", String(20), info={"enum": NoticeKind})
    source: Mapped[str] = column("依据", String(200), default="")
    told: Mapped[str] = column("内容", Text)
    at: Mapped[datetime] = column("时间", DateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"label": "办理账号"})
    by: Mapped[str] = column("办理人", String(64))

    @property
    def label(self) -> str:
        """What was entered, in words."""
        return NoticeKind(self.kind).label
