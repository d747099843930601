"""规则参数: the numbers the rules count with, each with its clause, its bounds and who changed it when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.base import db
from models.office.setting import Setting as StoredSetting
from views.screens import seen, stay
from views.screens.boxes import Box
from views.screens.refusal import code_of
from views.screens.timeline import Moment, newest, timeline
from workflow.base import settings
from workflow.base.abilities import may
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import THREE_ADMINS
from workflow.base.settings import SETTINGS, Setting
from workflow.base.unit_of_work import UnitOfWork, attempt

YES_NO = [(settings.TRUE, "是"), (settings.FALSE, "否")]


class SettingView(BaseView):
    """规则参数: every parameter with its value, bounds and clause; changed one by one by whose it is."""

    route_base = "/settings"
    default_view = "list"
    title = "规则参数"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """All parameters by group; `q` and `group` narrow them. Beside each who changed it last."""
        entries = newest(StoredSetting.__tablename__)
        last = {
            name: entries.get(key) for key, name in db.session.execute(select(StoredSetting.id, StoredSetting.name))
        }
        q, group = request.args.get("q", "").strip()[:60], request.args.get("group", "")
        groups: dict[str, list[dict[str, Any]]] = {}
        shown = [declared for declared in SETTINGS if self._reads(declared)]
        for declared in shown:
            if (not group or group == declared.group) and q in declared.label + declared.clause:
                groups.setdefault(declared.group, []).append(self._told(declared) | {"last": last.get(declared.name)})
        return self.render_template(
            "office/settings.html",
            title="规则参数",
            groups=groups,
            names=list(dict.fromkeys(s.group for s in shown)),
            q=q,
            group=group,
            may_change=self._may_change(),
        )

    @expose("/<name>", methods=["GET", "POST"])
    @has_access
    def change(self, name: str) -> Any:
        """修改 one parameter within its bounds."""
        declared = next((s for s in SETTINGS if s.name == name), None) or abort(404)
        if not may(g.user, declared.ability):
            raise NotYou(f"“{declared.label}”由{declared.ability.who}调整，请由该岗位的账号办理。")
        if request.method != "POST":
            return self._form(declared, declared.stored(settings.value(db.session, name)))
        typed = request.form.get("value", "")[:2001]

        def change(uow: UnitOfWork) -> None:
            seen.must_be(version, name, settings.value(uow.session, name))
            settings.change(uow, name, typed)

        try:
            version = seen.told()
            attempt(g.user, change, context=stay.context())
        except Refused as refusal:
            if not isinstance(refusal, NotNow):
                seen.draw(version)
            return self._form(declared, typed, refusal.sentence), code_of(refusal)
        flash(f"已保存“{declared.label}”。", "ok")
        return redirect(url_for(".list") + f"#{name}")

    @staticmethod
    def _reads(declared: Setting) -> bool:
        """The administrators read what keeps accounts safe; the numbers of the business are none of theirs."""
        return declared.group == settings.SAFETY or bool(set(g.user.role_names) - set(THREE_ADMINS))

    def _may_change(self) -> bool:
        return bool(self.appbuilder.sm.has_access("can_change", self.class_permission_name))

    def _form(self, declared: Setting, typed: str, sentence: str = "") -> str:
        if not seen.drawn():
            seen.draw(seen.version_of(declared.name, settings.value(db.session, declared.name)))
        kind = {"int": "number", "percent": "number", "bool": "choice"}.get(declared.kind, "text")
        box = Box(
            "value", declared.label, kind, typed, YES_NO if kind == "choice" else (), True, hint_of(declared), sentence
        )
        return self.render_template(
            "office/setting.html",
            title=declared.label,
            setting=self._told(declared),
            box=box,
            history=self._history(declared),
            errors=[("value", declared.label, sentence)] if sentence else [],
        )

    @staticmethod
    def _history(declared: Setting) -> list[Moment]:
        """Who changed the parameter when, from what to what."""
        row = db.session.scalar(select(StoredSetting).where(StoredSetting.name == declared.name))
        return [replace(moment, days=None) for moment in timeline(row)] if row is not None else []

    @staticmethod
    def _told(declared: Setting) -> dict[str, Any]:
        value = settings.value(db.session, declared.name)
        return {
            "name": declared.name,
            "label": declared.label,
            "value": declared.shown(value),
            "default": declared.shown(declared.default),
            "changed": value != declared.default,
            "bounds": hint_of(declared),
            "clause": declared.clause,
            "group": declared.group,
            "mine": may(g.user, declared.ability),
            "fixed": declared.kind in ("int", "percent") and declared.lowest == declared.highest,
        }


def hint_of(declared: Setting) -> str:
    """The bounds in words."""
    if declared.kind == "day":
        return "每年的月-日，如 08-15"
    if declared.kind == "bool":
        return "是或否"
    if declared.lowest is None and declared.highest is None:
        return ""
    return (
        f"固定为 {declared.lowest}"
        if declared.lowest == declared.highest
        else f"{declared.lowest} 至 {declared.highest}"
    )
