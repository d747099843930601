"""Rule parameters (规则参数), the demo clock, the working-day calendar and the clauses that rules cite."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, DateTime, Integer, String, Text
from sqlalchemy.orm import Mapped

from models.base import Labelled, column


class Setting(Model):
    """A rule parameter an office has changed; names, types, defaults and bounds are in workflow/settings."""

    __tablename__ = "setting"
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("参数", String(60), unique=True)
    value: Mapped[str] = column("取值", String(2000))

    def __repr__(self) -> str:
        return self.name


class DemoClock(Model):
    """The offset of the demo clock (演示时钟); at most one row, and none in production."""

    __tablename__ = "demo_clock"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    offset_seconds: Mapped[int] = column("偏移秒数", Integer)


class DemoBuild(Model):
    """That the demo year was begun here, and, written last, that it is whole; none in production."""

    __tablename__ = "demo_build"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    begun_at: Mapped[datetime] = column("开始时间", DateTime)
    done_at: Mapped[datetime | None] = column("完成时间", DateTime)


class DayKind(Labelled):
    """Why a day is not what its weekday says."""

    HOLIDAY = "holiday", "放假", "bad"
    MAKEUP = "makeup", "调休上班", "run"


class CalendarDay(Model):
    """A day of the working-day calendar (工作日历) that differs from Monday-to-Friday."""

    __tablename__ = "calendar_day"
    __reference__ = True
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    day: Mapped[date] = column("日期", Date, unique=True)
    kind: Mapped[str] = column("类别", String(20), info={"enum": DayKind})
    name: Mapped[str] = column("节日", String(40), default="")

    def __repr__(self) -> str:
        return str(self.day)


class CalendarYear(Model):
    """A year of the calendar: announced by the State Council, or provisional (暂定)."""

    __tablename__ = "calendar_year"
    __reference__ = True
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    year: Mapped[int] = column("年度", Integer, unique=True, least=2000, most=2100)
    announced: Mapped[bool] = column("已公布", Boolean, default=False)
    source: Mapped[str] = column("依据", String(200), default="")


class Clause(Model):
    """A clause a rule cites: its code in the product, document, article and wording (条款)."""

    __tablename__ = "clause"
    __reference__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("条款代号", String(20), unique=True)
    document: Mapped[str] = column("文件", String(200))
    article: Mapped[str] = column("条款", String(80))
    text: Mapped[str] = column("原文", Text)
    verified: Mapped[bool] = column("已核对原文", Boolean, default=True)

    def __repr__(self) -> str:
        return f"{self.document}{self.article}"
