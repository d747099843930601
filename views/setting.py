"""规则参数 and 工作日历: the numbers and the days the rules count with."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from flask_babel import gettext as _

from models.base import db
from models.setting import CalendarDay, CalendarYear
from views import stay
from views.base import Screen
from views.boxes import Box
from workflow import settings, work_calendar
from workflow.errors import Refused
from workflow.settings import SETTINGS, Setting
from workflow.unit_of_work import UnitOfWork, attempt

YES_NO = [(settings.TRUE, "是"), (settings.FALSE, "否")]


class SettingView(BaseView):
    """规则参数: every parameter with its value, bounds and clause; changed one by one."""

    route_base = "/settings"
    default_view = "list"
    title = "规则参数"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All parameters by group; `q` and `group` narrow them."""
        q, group = request.args.get("q", "").strip()[:60], request.args.get("group", "")
        groups: dict[str, list[dict[str, Any]]] = {}
        for declared in SETTINGS:
            if (not group or group == declared.group) and q in declared.label + declared.clause:
                groups.setdefault(declared.group, []).append(self._told(declared))
        return self.render_template("hrss/settings.html", title=_("规则参数"), groups=groups, names=list(dict.fromkeys(s.group for s in SETTINGS)), q=q, group=group, may_change=self._may_change())

    @expose("/<name>", methods=["GET", "POST"])
    @has_access
    def change(self, name: str) -> Any:
        """修改 one parameter within its bounds."""
        declared = next((s for s in SETTINGS if s.name == name), None) or abort(404)
        if request.method == "GET":
            return self._form(declared, declared.stored(settings.value(db.session, name)))
        typed = request.form.get("value", "").replace("\x00", "")[:2001]
        try:
            attempt(g.user, lambda uow: settings.change(uow, name, typed), context=stay.context())
        except Refused as refusal:
            return self._form(declared, typed, refusal.sentence), 422
        flash(_("已保存“%(label)s”。", label=declared.label), "ok")
        return redirect(url_for(".list") + f"#{name}")

    def _may_change(self) -> bool:
        return bool(self.appbuilder.sm.has_access("can_change", self.class_permission_name))

    def _form(self, declared: Setting, typed: str, sentence: str = "") -> str:
        kind = {"int": "number", "percent": "number", "bool": "choice"}.get(declared.kind, "text")
        box = Box("value", declared.label, kind, typed, YES_NO if kind == "choice" else (), True, hint_of(declared), sentence)
        return self.render_template("hrss/setting.html", title=declared.label, setting=self._told(declared), box=box, errors=[("value", declared.label, sentence)] if sentence else [])

    @staticmethod
    def _told(declared: Setting) -> dict[str, Any]:
        value = settings.value(db.session, declared.name)
        return {
            "name": declared.name, "label": declared.label, "value": _shown(declared, value), "default": _shown(declared, declared.default),
            "changed": value != declared.default, "bounds": hint_of(declared), "clause": declared.clause, "group": declared.group,
        }  # fmt: skip


def _shown(declared: Setting, value: Any) -> str:
    if declared.kind == "bool":
        return _("是") if value else _("否")
    return f"{value}%" if declared.kind == "percent" else str(value)


def hint_of(declared: Setting) -> str:
    """The bounds in words."""
    if declared.kind == "day":
        return _("每年的月-日，如 08-15")
    if declared.kind == "bool":
        return _("是或否")
    if declared.lowest is None and declared.highest is None:
        return ""
    return str(declared.lowest) if declared.lowest == declared.highest else _("%(low)s 至 %(high)s", low=declared.lowest, high=declared.highest)


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

    def create(self, uow: UnitOfWork, **values: Any) -> CalendarDay:
        """新增 a day."""
        return work_calendar.set_day(uow, day=values["day"], kind=values["kind"], name=values["name"] or "")

    def change(self, uow: UnitOfWork, record: CalendarDay, **values: Any) -> CalendarDay:
        """编辑 a day."""
        return work_calendar.set_day(uow, day=values["day"], kind=values["kind"], name=values["name"] or "", record=record)

    def remove(self, uow: UnitOfWork, record: CalendarDay) -> None:
        """删除: the day is again what its weekday says."""
        work_calendar.remove_day(uow, record)


class CalendarYearScreen(Screen):
    """工作日历年度: which years are announced, and by which notice."""

    model = CalendarYear
    title = "工作日历年度"
    lead = "未建立的年度不能计算工作日；国务院尚未公布的为暂定，公布后登记通知名称并改为已公布。"
    columns = fields = "year announced source"
    conditions = "year announced"
    order = "-year"
    can_add = can_edit = True

    def name_of(self, record: CalendarYear) -> str:
        """The year."""
        return f"{record.year} 年"

    def create(self, uow: UnitOfWork, **values: Any) -> CalendarYear:
        """新增 a year."""
        return work_calendar.set_year(uow, year=values["year"], announced=values["announced"], source=values["source"] or "")

    def change(self, uow: UnitOfWork, record: CalendarYear, **values: Any) -> CalendarYear:
        """编辑: announced, by which notice."""
        return work_calendar.set_year(uow, year=values["year"], announced=values["announced"], source=values["source"] or "", record=record)
