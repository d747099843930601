"""统计看板: a page of figures each for the leader, the backlog, the ratios …; the cockpit is the first."""

from __future__ import annotations

import hashlib
import tempfile
from typing import Any

from flask import Response, abort, current_app, flash, g, make_response, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from reports.charts import script
from reports.figures import book
from reports.figures.figure import Figure, Page
from views.screens import stay
from views.screens.download import named
from views.screens.refusal import drawn
from views.statistics import freezing, reminding, shown, year_report
from views.statistics.conditions import FROZEN, Conditions, read
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking, attempt

#: The newest moments that the year's report is offered of.
MOMENTS = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DashboardView(BaseView):
    """Tabs of pages; each has its conditions in the address, its figures, and their file."""

    route_base = "/dashboard"
    default_view = "overview"
    title = "统计看板"

    @expose("/")
    @has_access
    def overview(self) -> Any:
        """领导驾驶舱."""
        return self._page(Page.COCKPIT)

    @expose("/<page>/")
    @has_access
    def page(self, page: str) -> Any:
        """Any other page."""
        return self._page(_page_of(page))

    def _page(self, page: Page) -> str:
        g.inline_styles = True  # Plotly styles the parts of its figures inline
        conditions = read(request.args)
        question = shown.asked(conditions)
        base = address_of(page)
        return render_template(
            "statistics/page.html",
            page=page,
            tabs=tabs(conditions, page.label),
            conditions=conditions,
            figures=[
                found
                for figure in shown.figures_of(page)
                if shown.known(figure, question) and (found := shown.shown(figure, conditions, question, base)).told
            ],
            unknown=[figure.title for figure in shown.figures_of(page) if not shown.known(figure, question)],
            moments=freezing.moments()[:MOMENTS] if self._may("list", "FrozenFiguresScreen") else [],
            base=base,
            own=self._may("pick", "OwnFigureView"),
            now=shown.moment_of(conditions),
            script=script_address(),
            report=url_for(".report") + f"?{conditions.of_now}",
            sheet=url_for(".sheet", page=page.value) + f"?{conditions.query}",
        )

    @staticmethod
    def _may(method: str, screen: str) -> bool:
        return bool(current_app.appbuilder.sm.has_access(f"can_{method}", screen))

    @expose("/wall/")
    @has_access
    def wall(self) -> Any:
        """大屏: the cockpit for a screen on a wall; it looks again by itself and needs no mouse."""
        g.inline_styles = True
        conditions = read(request.args)
        question = shown.asked(conditions)
        return render_template(
            "statistics/wall.html",
            conditions=conditions,
            figures=[
                shown.shown(figure, conditions, question, address_of(Page.COCKPIT))
                for figure in shown.figures_of(Page.COCKPIT)
                if shown.known(figure, question)
            ],
            now=shown.moment_of(conditions),
            script=script_address(),
        )

    @expose("/plotly-<version>.js")
    @has_access
    def script(self, version: str) -> Any:
        """The script that draws the figures, from our own host; kept by the browser until its version changes."""
        if version != script.script_version():
            abort(404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = make_response(script.script_packed() if packed else script.script_file().read_bytes())
        response.mimetype = "text/javascript"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response

    @expose("/<page>/sheet", methods=["POST"])
    @has_access
    def sheet(self, page: str) -> Any:
        """The tables of a page, or of one of its figures, as an Excel file; the journal remembers who took it."""
        figures = shown.figures_of(_page_of(page))
        conditions = read(request.args, beside=("figure",))
        if name := request.args.get("figure", ""):
            figures = [figure for figure in figures if figure.name == name]
        if not figures:
            abort(404)
        title = figures[0].title if name else _page_of(page).label
        return sent(figures, conditions, title)

    @expose("/remind", methods=["POST"])
    @has_access
    def remind(self) -> Any:
        """催办: a message to the desk of a row of the backlog."""
        conditions, given = read(request.args), request.form
        try:
            name = attempt(
                g.user,
                lambda uow: reminding.send(uow, given.get("kind", ""), given.get("desk", "")),
                context=stay.context(),
            )
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
        else:
            flash(f"已向{name}发出催办消息。", "ok")
        return redirect(f"{address_of(Page.BACKLOG)}?{conditions.query}")

    @expose("/report", methods=["POST"])
    @has_access
    def report(self) -> Any:
        """统计年报 under the conditions of the page, as a 后台任务."""
        conditions = read({**request.args, FROZEN: request.form.get(FROZEN, "")})
        job = attempt(
            g.user, lambda uow: year_report.ask_for(uow, conditions, url_for(".overview")), context=stay.context()
        )
        flash("统计年报已转为后台任务；完成后在本页下载。", "ok")
        return redirect(url_for("JobScreen.show", pk=job.id))


def sent(figures: list[Figure], conditions: Conditions, title: str) -> Response:
    """The answers as a file, which the journal remembers."""
    question, now = shown.asked(conditions), asking(g.user).now
    remarks = [f"条件：{conditions.words}", shown.told_of(conditions)]
    figures = [figure for figure in figures if shown.known(figure, question)]
    if not figures:
        raise Refused(f"时点数据 {conditions.moment} 没有这些统计，不能导出；请查看当前数据后导出。")
    with tempfile.TemporaryFile() as target:
        book.write(target, (shown.answered(figure, question) for figure in figures), remarks)
        target.seek(0)
        content = target.read()

    def remember(uow: UnitOfWork) -> None:
        uow.record(
            "export_statistics",
            "statistics",
            figures=[figure.name for figure in figures],
            conditions=conditions.words,
            asked=conditions.plain,
            sha256=hashlib.sha256(content).hexdigest(),
        )

    attempt(g.user, remember, context=stay.context())
    return named(Response(content, mimetype=XLSX), f"{title}_{now:%Y%m%d%H%M}.xlsx")


def tabs(conditions: Conditions, here: str) -> list[tuple[str, str, bool]]:
    """The pages that the account may read, under the conditions of this one: (label, address, whether it is `here`)."""
    found = [(one.label, f"{address_of(one)}?{conditions.query}") for one in shown.pages()]
    if current_app.appbuilder.sm.has_access("can_pick", "OwnFigureView"):
        found.append(("自助分析", url_for("OwnFigureView.pick")))
    return [(label, address, label == here) for label, address in found]


def _page_of(name: str) -> Page:
    """The page of that name, if it has a figure for the account; otherwise 404."""
    page = next((one for one in Page if one.value == name), None)
    return page if page is not None and shown.figures_of(page) else abort(404)


def address_of(page: Page) -> str:
    """Where a page lies."""
    if page is Page.COCKPIT:
        return url_for("DashboardView.overview")
    return url_for("DashboardView.page", page=page.value)


def script_address() -> str:
    """Where the script that draws lies."""
    return url_for("DashboardView.script", version=script.script_version())
