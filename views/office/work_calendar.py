"""工作日历 and 工作日历年度: the days the rules count with, day by day and year by year."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from sqlalchemy import select

from models.base import db
from models.office.setting import CalendarDay, CalendarYear, DayKind
from views.screens import asks, posted, seen
from views.screens.answers import read_date
from views.screens.base import Link, Screen, badge
from views.screens.boxes import errors_of
from views.screens.moment import of_request
from views.screens.posted import Posted, form
from views.screens.refusal import code_of
from views.screens.stay import context
from views.screens.timeline import Moment
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.office import holiday_notice, work_calendar, working_days


class CalendarDayScreen(Screen):
    """工作日历: 放假 and 调休上班 days."""

    model = CalendarDay
    title = "工作日历"
    lead = "按国务院办公厅放假安排登记：工作日放假的、周末调休上班的。未登记的日期按星期判断。"
    columns = fields = "day kind name"
    conditions = "day kind name:contains"
    order = "-day"
    sorts = "day"
    can_add = can_edit = can_delete = True
    empty = "没有符合条件的日期；请修改查询条件，或新增放假、调休日期。"

    def buttons(self) -> list[Link]:
        """The calendar of the present year, month by month."""
        year = db.session.scalar(select(CalendarYear.id).where(CalendarYear.year == of_request().today.year))
        return [Link("年历", url_for("CalendarYearScreen.show", pk=year))] if year is not None else []

    def prefill(self) -> dict[str, Any]:
        """The day that was chosen in the calendar of the year, and what it can be."""
        day = read_date(request.args.get("day", ""))
        if day is None:
            return {}
        return {"day": day, "kind": DayKind.MAKEUP if day.weekday() >= work_calendar.SATURDAY else DayKind.HOLIDAY}

    def create(self, uow: UnitOfWork, **values: Any) -> CalendarDay:
        """新增 a day."""
        return work_calendar.set_day(uow, day=values["day"], kind=values["kind"], name=values["name"] or "")

    def change(self, uow: UnitOfWork, record: CalendarDay, **values: Any) -> CalendarDay:
        """编辑 a day."""
        return work_calendar.set_day(
            uow, day=values["day"], kind=values["kind"], name=values["name"] or "", record=record
        )

    def remove(self, uow: UnitOfWork, record: CalendarDay) -> None:
        """删除: the day is again what its weekday says."""
        work_calendar.remove_day(uow, record)


class CalendarYearScreen(Screen):
    """工作日历年度: which years are announced, and by which notice."""

    model = CalendarYear
    title = "工作日历年度"
    lead = "未建立的年度不能计算工作日；国务院尚未公布的为暂定，公布后登记通知名称并改为已公布。"
    columns = fields = "year announced source"
    facts = "year announced days source"
    labels: ClassVar[Mapping[str, str]] = {"days": "工作日"}
    conditions = "year announced"
    order = "-year"
    can_add = can_edit = True
    show_template = "office/calendar_year.html"
    announcing: ClassVar[Step] = form(
        "announce",
        "登记全年放假安排",
        [
            Ask("source", "通知名称或文号", max_length=200, hint="国务院办公厅关于某年部分节假日安排的通知"),
            Ask(
                "text",
                "通知内容",
                "area",
                max_length=4000,
                hint="粘贴通知原文（一、元旦：1月1日（周四）至3日（周六）放假调休…），或每行一项："
                "2027-02-05 至 2027-02-11 放假 春节；未列出的日期按星期判断",
            ),
        ],
    )

    def cell_announced(self, record: CalendarYear) -> Any:
        """已公布, or 暂定."""
        return badge("已公布", "ok") if record.announced else badge("暂定", "warn")

    def cell_days(self, record: CalendarYear) -> str:
        """How many working days the year has."""
        return str(working_days.between(db.session, date(record.year - 1, 12, 31), date(record.year, 12, 31)))

    def links(self, record: CalendarYear) -> list[Link]:
        """The years beside this one, and the notice."""
        found = dict(
            db.session.execute(
                select(CalendarYear.year, CalendarYear.id).where(
                    CalendarYear.year.in_([record.year - 1, record.year + 1])
                )
            )
            .tuples()
            .all()
        )
        links = [Link(f"{year} 年", self.address("show", pk=found[year])) for year in sorted(found)]
        return (
            [*links, Link("登记全年放假安排", self.address("announce", pk=record.id), "pri")]
            if self.may("announce")
            else links
        )

    def trail(self, record: CalendarYear) -> list[Moment]:
        """The history of the year stands below its months, with that of its days."""
        return []

    def extra_page(self, record: CalendarYear) -> dict[str, Any]:
        """The twelve months, and who changed them."""
        held = {
            day.day: day
            for day in db.session.scalars(
                select(CalendarDay).where(CalendarDay.day.between(date(record.year, 1, 1), date(record.year, 12, 31)))
            )
        }
        return {
            "months": [self._month(record.year, n, held) for n in range(1, 13)],
            "history": work_calendar.history(db.session, record.year),
            "may_change": self.may("edit"),
        }

    def _month(self, year: int, month: int, held: Mapping[date, CalendarDay]) -> dict[str, Any]:
        weeks = [
            [self._day(day, held.get(day)) if day.month == month else None for day in week]
            for week in Calendar().monthdatescalendar(year, month)
        ]
        return {
            "name": f"{month} 月",
            "weeks": weeks,
            "works": sum(day["works"] for week in weeks for day in week if day),
        }

    @staticmethod
    def _day(day: date, held: CalendarDay | None) -> dict[str, Any]:
        weekend = day.weekday() >= work_calendar.SATURDAY
        kind = held.kind if held else ""
        mark = {DayKind.HOLIDAY: "休", DayKind.MAKEUP: "班"}.get(DayKind(kind), "") if kind else ""
        address = (
            url_for("CalendarDayScreen.edit", pk=held.id)
            if held
            else url_for("CalendarDayScreen.add", day=day.isoformat())
        )
        return {
            "number": day.day,
            "mark": mark,
            "works": kind == DayKind.MAKEUP or (not weekend and kind != DayKind.HOLIDAY),
            "tone": "rest" if kind == DayKind.HOLIDAY else "work" if kind else "end" if weekend else "",
            "title": f"{day} {DayKind(kind).label} {held.name}" if held else f"{day}",
            "url": address,
        }

    @expose("/announce/<int:pk>", methods=["GET", "POST"])
    @has_access
    def announce(self, pk: int) -> Any:
        """登记全年放假安排: paste the notice, read what it changes, confirm."""
        record, found, told = self.find(pk), Posted(), []
        version = request.form.get(seen.FIELD, "")

        def enter(uow: UnitOfWork) -> None:
            year = self.find(pk)
            seen.must_be(version, *self._as_seen(year))
            work_calendar.announce(uow, year, source=answers["source"], offs=offs)

        if request.method == "POST":
            try:
                seen.told()
                answers = posted.read(self.announcing, record)
                offs = holiday_notice.read(record.year, answers["text"])
                if request.form.get("sure"):
                    attempt(g.user, enter, context=context())
                    flash(f"已登记 {record.year} 年放假安排。", "ok")
                    return redirect(self.address("show", pk=pk))
                told = work_calendar.changes(db.session, record.year, offs)
            except NotYou:
                raise
            except Refused as refusal:
                version = "" if isinstance(refusal, NotNow) else version
                found = Posted(sentence=refusal.sentence, errors=refusal.fields, code=code_of(refusal))
            found.typed = asks.typed_in(self.announcing, request)
        boxes = found.boxes(self.announcing, record)
        return self.render_template(
            "office/announce_year.html",
            screen=self,
            title=self.announcing.label,
            record=record,
            seen=version or seen.version_of(*self._as_seen(record)),
            boxes=boxes,
            errors=errors_of(boxes),
            told=told,
            typed=found.typed,
            sentence="" if found.errors else found.sentence,
            base=self.address("list"),
            back=self.address("show", pk=pk),
        ), found.code

    @staticmethod
    def _as_seen(record: CalendarYear) -> Sequence[Any]:
        """The year with its days."""
        within = CalendarDay.day.between(date(record.year, 1, 1), date(record.year, 12, 31))
        return record, *db.session.scalars(select(CalendarDay).where(within).order_by(CalendarDay.day))

    def name_of(self, record: CalendarYear) -> str:
        """The year."""
        return f"{record.year} 年"

    def create(self, uow: UnitOfWork, **values: Any) -> CalendarYear:
        """新增 a year."""
        return work_calendar.set_year(
            uow, year=values["year"], announced=values["announced"], source=values["source"] or ""
        )

    def change(self, uow: UnitOfWork, record: CalendarYear, **values: Any) -> CalendarYear:
        """编辑: announced, by which notice."""
        return work_calendar.set_year(
            uow, year=values["year"], announced=values["announced"], source=values["source"] or "", record=record
        )
