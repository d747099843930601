"""演示时钟: every signed-in account of the demo may move the clock forward, to see terms run out."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from views.screens import stay
from views.screens.answers import read_moment
from views.screens.boxes import Box, as_typed
from views.screens.refusal import code_of
from workflow.base.errors import Refused
from workflow.base.unit_of_work import asking, attempt
from workflow.office import demo_clock


class DemoClockView(BaseView):
    """One page; it does not exist outside the demo."""

    route_base = "/demo-clock"
    default_view = "move"

    @expose("/", methods=["GET", "POST"])
    def move(self) -> Any:
        """The moment the rules count with, and a field for another one."""
        if not current_app.config["DEMO"]:
            abort(404)
        if request.method != "POST":
            return self._page(as_typed(asking(g.user).now.replace(second=0, microsecond=0)))
        typed = request.form.get("to", "").strip()[:200]
        try:
            if (to := read_moment(typed)) is None:
                raise Refused("时间不是有效的日期时间，请按 2026-05-20 15:20 的格式填写。", field="to")
            moved = attempt(g.user, lambda uow: demo_clock.move(uow, to), context=stay.context())
        except Refused as refusal:
            return self._page(typed, refusal.sentence), code_of(refusal)
        flash(f"演示时钟已调整到 {moved:%Y-%m-%d %H:%M}，所有期限和公示按此计算。", "ok")
        return redirect(url_for(".move"))

    def _page(self, typed: str, sentence: str = "") -> str:
        box = Box(
            "to",
            "调整到",
            "datetime",
            typed,
            required=True,
            hint=f"只能向前，一次最多 {demo_clock.FARTHEST.days} 天",
            error=sentence,
        )
        return self.render_template(
            "office/demo_clock.html",
            title="演示时钟",
            now=asking(g.user).now,
            box=box,
            errors=[("to", box.label, sentence)] if sentence else [],
        )
