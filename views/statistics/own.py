"""自助分析: a figure of one's own from the declared dimensions, seen at once, kept under a name; and kept pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import False_

from models.base import db
from models.office.list_choice import SavedQuery
from reports.figures.figure import Chart, Figure, Page
from reports.figures.measure import Measure, count, different, mean, percentile, total
from reports.figures.subject import SUBJECTS, Subject
from views.screens.refusal import drawn
from views.screens.stay import context
from views.statistics import orders, shown
from views.statistics.conditions import Conditions, read
from views.statistics.dashboard import address_of, script_address, sent, tabs
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.messages import mail
from workflow.office import list_choice

#: What the address says besides conditions.
OWN = ("subject", "rows", "columns", "measure", "chart")
KEPT = "DashboardView"
#: More columns than this are no table.
MOST_COLUMNS = 40
CHARTS = (Chart.BARS, Chart.STACK, Chart.HEAT, Chart.LINE, Chart.NONE)
GONE = "这个视图不存在或已被删除；请从“自助分析”中另选或重新保存。"


class OwnFigureView(BaseView):
    """`/dashboard/own/`: pick what is counted, by what, of what; no other words than the declared ones are asked."""

    route_base = "/dashboard/own"
    default_view = "pick"
    title = "自助分析"

    @expose("/")
    @has_access
    def pick(self) -> Any:
        """The choices, and the figure that they make."""
        g.inline_styles = True  # Plotly styles the parts of its figures inline
        conditions = read(request.args, beside=OWN)
        subjects = readable()
        figure, sentences = made(request.args, subjects)
        base = url_for(".pick")
        question = shown.asked(conditions)
        if figure is not None and not shown.known(figure, question):
            sentences.append(f"时点数据 {conditions.moment} 没有这样的统计；请更换统计对象、行、列，或查看当前数据。")
            figure = None
        found = shown.shown(figure, conditions, question, base) if figure is not None else None
        if found is not None and len(found.across) > MOST_COLUMNS:
            sentences.append(f"列超过 {MOST_COLUMNS} 个，不便阅读；请把“{figure_label(figure)}”作为行，或增加条件。")
            found = None
        return render_template(
            "statistics/own.html",
            tabs=tabs(conditions, self.title),
            conditions=conditions,
            sentences=[*conditions.unread, *sentences],
            subjects=subjects,
            picked={name: request.args.get(name, "") for name in OWN},
            measures=measures_of(figure.of) if figure is not None else {},
            charts=CHARTS,
            f=found,
            query=_query(request.args, conditions),
            kept=kept(),
            now=shown.moment_of(conditions),
            base=base,
            script=script_address(),
        )

    @expose("/sheet", methods=["POST"])
    @has_access
    def sheet(self) -> Any:
        """The same figure as an Excel file."""
        figure, sentences = made(request.args, readable())
        if figure is None:
            raise Refused(" ".join(sentences) or "请先选择统计对象和行。")
        return sent([figure], read(request.args, beside=OWN), figure.title)

    @expose("/keep", methods=["POST"])
    @has_access
    def keep(self) -> Any:
        """保存视图: the choices and conditions of the page, or of a page of statistics, under a name."""
        words = {name: word for name, word in request.args.items() if word}
        name = request.form.get("name", "")[:200]
        try:
            attempt(g.user, lambda uow: list_choice.keep(uow, KEPT, name, words), context=context())
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
        else:
            flash("已保存视图“{name}”。".format(name=" ".join(name.split())), "ok")
        return redirect(_address(words))

    @expose("/<int:pk>/", methods=["GET", "POST"])
    @has_access
    def open(self, pk: int) -> Any:
        """GET: the view as it was kept, with the numbers of now. POST: 删除."""
        saved = next((one for one in kept() if one.id == pk), None)
        if saved is None:
            flash(GONE, "bad")
            return redirect(url_for(".pick"))
        if request.method == "POST":
            name = saved.name
            attempt(g.user, lambda uow: list_choice.drop(uow, _again(pk)), context=context())
            flash(f"已删除视图“{name}”。", "ok")
            return redirect(url_for(".pick"))
        return redirect(_address(list_choice.asked_by(saved)))

    @expose("/orders", methods=["GET", "POST"])
    @has_access
    def orders(self) -> Any:
        """定期报表: what one has ordered and what has come of it. POST: another order, or 取消."""
        conditions = read(request.args)
        if request.method == "POST":
            try:
                attempt(g.user, lambda uow: self._order(uow, conditions), context=context())
            except Refused as refusal:
                flash(drawn(refusal.sentence), "bad")
            else:
                flash("已取消定期报表。" if "drop" in request.form else "已保存定期报表。", "ok")
            return redirect(url_for(".orders"))
        limits = {name: wanted for name, wanted in conditions.where.items() if name != "year"}
        return render_template(
            "statistics/orders.html",
            tabs=tabs(conditions, ""),
            told="；".join(conditions.said(name) for name in limits) or "全部",
            query=conditions.query_of(limits),
            every=orders.EVERY,
            colleagues=orders.colleagues(db.session, g.user),
            letters=mail.there_is(),
            orders=orders.orders_of(db.session, g.user),
            made=orders.made_for(db.session, g.user),
        )

    @staticmethod
    def _order(uow: UnitOfWork, conditions: Conditions) -> None:
        if "drop" in request.form:
            mine = orders.orders_of(uow.session, uow.actor)
            found = next((one for one in mine if str(one.id) == request.form["drop"]), None)
            if found is None:
                raise Refused("这份定期报表不存在或已取消。")
            list_choice.drop(uow, found)
        elif request.form.get("every") in orders.EVERY:
            to, address = request.form.get("to", ""), request.form.get("mail", "")
            orders.order(uow, request.form["every"], conditions, to, address)
        else:
            raise Refused("请选择每周或每月。")


def readable() -> dict[str, Subject]:
    """What the account may see any row of."""
    return {name: one for name, one in SUBJECTS.items() if not isinstance(policy.rows(g.user, one.model), False_)}


def measures_of(subject: Subject) -> dict[str, tuple[str, Measure]]:
    """What may be asked of the rows: how many, how many different, and of numbers their sum, mean, median and P90."""
    found = {"count": ("数量", count("数量"))}
    for name, one in subject.dimensions.items():
        if one.kind == "key":
            found[f"different.{name}"] = (f"{one.label}个数", different(f"{one.label}个数", name))
        if one.kind == "number" and name != "year":
            found[f"total.{name}"] = (f"{one.label}合计", total(f"{one.label}合计", name))
            found[f"mean.{name}"] = (f"{one.label}平均", mean(f"{one.label}平均", name))
            found[f"median.{name}"] = (f"{one.label}中位数", percentile(f"{one.label}中位数", name, 50))
            found[f"p90.{name}"] = (f"{one.label}P90", percentile(f"{one.label}P90", name, 90))
    return found


def made(args: Mapping[str, str], subjects: Mapping[str, Subject]) -> tuple[Figure | None, list[str]]:
    """The figure that the address asks for; what cannot be read is named and ignored, without rows there is none."""
    sentences: list[str] = []

    def chosen(name: str, offered: Any, usual: str = "") -> str:
        word = args.get(name, "")
        if word and word not in offered:
            sentences.append(f"“{word[:30]}”不能识别，已忽略；请重新选择。")
        return word if word in offered else usual

    subject = subjects.get(chosen("subject", subjects, "declaration" if args.get("rows") else ""))
    if subject is None:
        return None, sentences
    rows = chosen(
        "rows", subject.dimensions, "year" if "year" in subject.dimensions else next(iter(subject.dimensions))
    )
    columns = chosen("columns", subject.dimensions)
    if columns == rows:
        columns = ""
        sentences.append("行与列相同，已忽略列。")
    offered = measures_of(subject)
    label, measure = offered[chosen("measure", offered, "count")]
    usual = _chart(subject, rows, columns)
    chart = Chart(chosen("chart", {one.value for one in CHARTS}, usual.value))
    if chart in (Chart.STACK, Chart.HEAT) and not columns:
        chart = usual
    by = "、".join(subject.dimensions[name].label for name in (rows, columns) if name)
    return (
        Figure(
            "own", (), f"{subject.label}按{by}：{label}", f"{subject.label}按{by}统计{label}。", "自助分析",
            Page.COCKPIT, subject.name, [measure], rows, columns, chart=chart,
        ),
        sentences,
    )  # fmt: skip


def _chart(subject: Subject, rows: str, columns: str) -> Chart:
    """What shows such rows best."""
    if columns:
        return Chart.HEAT
    return Chart.LINE if subject.dimensions[rows].kind == "day" else Chart.BARS


def figure_label(figure: Figure | None) -> str:
    """What the columns of a figure are."""
    return figure.of.dimensions[figure.columns].label if figure is not None else ""


def kept() -> list[SavedQuery]:
    """The account's views, by name."""
    query = policy.visible(g.user, SavedQuery).where(SavedQuery.screen == KEPT).order_by(SavedQuery.name)
    return list(db.session.scalars(query))


def _again(pk: int) -> SavedQuery:
    found = db.session.get(SavedQuery, pk)
    if found is None:
        raise Refused(GONE)
    return found


def _address(words: Mapping[str, str]) -> str:
    """Where a view is seen: a page of statistics where it names one, else here."""
    page = next((one for one in Page if one.value == words.get("page")), None)
    query = urlencode({name: word for name, word in words.items() if name != "page"})
    return f"{address_of(page) if page is not None else url_for('OwnFigureView.pick')}?{query}"


def _query(args: Mapping[str, str], conditions: Conditions) -> str:
    own = {name: args[name] for name in OWN if args.get(name)}
    return "&".join(filter(None, (urlencode(own), conditions.query)))
