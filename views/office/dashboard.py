"""统计看板: declarations, pass rates and the funnel, of the rows that the reader may see in the lists."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, abort, current_app, g, make_response, render_template, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.paths.path import Way
from models.review.plan import Plan
from reports import figure
from reports.statistics import COUNTED, YES, Question, Statistics, Table, cities, series_names, years
from reports.statistics_sheet import workbook
from views.screens import stay
from views.screens.download import named
from workflow.base import policy
from workflow.base.unit_of_work import UnitOfWork, asking, attempt

#: The lists of all declarations one may see; a bar leads to the first that the account may open.
LISTS = ("DeclarationSearchScreen", "TrailScreen")
PROVINCIAL = "430000"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DashboardView(BaseView):
    """One page: conditions, cards, three figures each with its table, the ratio of the committees, the summary."""

    route_base = "/dashboard"
    default_view = "overview"
    title = "统计看板"

    @expose("/")
    @has_access
    def overview(self) -> Any:
        """The page; its conditions are kept in the address."""
        g.inline_styles = True  # Plotly styles the parts of its figures inline
        options, question, unread = asked()
        statistics = answer(question)
        by_city, by_series, funnel = statistics.by_city(), statistics.by_series(), statistics.funnel()
        matrix = statistics.matrix()
        return render_template(
            "office/dashboard.html",
            question=question,
            options=options,
            unread=unread,
            cards=statistics.cards(),
            charts=[
                (by_city, _bars(by_city, question), _links(by_city, question)),
                (funnel, _steps(funnel), []),
                (by_series, _bars(by_series, question), _links(by_series, question)),
            ],
            ratios=statistics.by_plan() if statistics.whole_committees else None,
            matrix=matrix,
            matrix_links=_links(matrix, question),
            now=asking(g.user).now,
            script=url_for(".script", version=figure.script_version()),
            address=request.query_string.decode("ascii", "replace"),
        )

    @expose("/plotly-<version>.js")
    @has_access
    def script(self, version: str) -> Any:
        """The script that draws the figures, from our own host; kept by the browser until its version changes."""
        if version != figure.script_version():
            abort(404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = make_response(figure.script_packed() if packed else figure.script_file().read_bytes())
        response.mimetype = "text/javascript"
        response.headers["Vary"] = "Accept-Encoding"
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        return response

    @expose("/sheet", methods=["POST"])
    @has_access
    def sheet(self) -> Any:
        """The tables of the conditions in the address as an Excel file; the journal remembers who took it."""
        options, question, _unread = asked()
        statistics = answer(question)
        remarks = [
            f"条件：{_in_words(question, options)}",
            "数据截至 {now}；统计范围与 {name} 在列表中可查看的申报一致".format(
                now=f"{asking(g.user).now:%Y-%m-%d %H:%M}", name=g.user.full_name
            ),
        ]
        content = workbook(statistics.tables(), remarks)

        def remember(uow: UnitOfWork) -> None:
            digest = hashlib.sha256(content).hexdigest()
            uow.record(
                "export_statistics", "statistics", conditions=remarks[0], counted=statistics.total(), sha256=digest
            )

        attempt(g.user, remember, context=stay.context())
        return named(Response(content, mimetype=XLSX), f"申报统计-{question.year}.xlsx")


def answer(question: Question) -> Statistics:
    """The statistics within what the signed-in account may see."""
    rows, plans = policy.rows(g.user, Declaration), policy.rows(g.user, Plan)
    return Statistics(db.session, question, rows, plans, asking(g.user).today)


def asked() -> tuple[dict[str, list[tuple[str, str]]], Question, list[str]]:
    """What may be chosen, what the address chooses, and the conditions that could not be read."""
    options = {
        "year": [(str(year), f"{year} 年度") for year in years(db.session)],
        "series": [(str(key), name) for key, name in series_names(db.session).items()],
        "level": TitleLevel.choices(),
        "city": list(cities(db.session).items()),
        "way": Way.choices(),
    }
    chosen: dict[str, str] = {}
    unread = []
    for name, offered in options.items():
        word = request.args.get(name, "").strip()
        if word in {value for value, _label in offered}:
            chosen[name] = word
        elif word:
            unread.append(f"查询条件“{word[:30]}”不能识别，已忽略；请重新选择后查询。")
    newest = options["year"][0][0] if options["year"] else str(asking(g.user).today.year)
    question = Question(
        year=int(chosen.get("year", newest)),
        series=int(chosen["series"]) if "series" in chosen else None,
        level=chosen.get("level", ""),
        city=chosen.get("city", ""),
        way=chosen.get("way", ""),
    )
    return options, question, unread


def _in_words(question: Question, options: dict[str, list[tuple[str, str]]]) -> str:
    """2026 年度、工程技术人员、副高级."""
    given = {name: str(getattr(question, name) or "") for name in options}
    words = [dict(offered).get(given[name], given[name]) for name, offered in options.items() if given[name]]
    return "、".join(words)


def rows_address(question: Question, **also: Any) -> str:
    """The list of declarations under the conditions of the page and those of one bar.

    Empty for whoever has no such list, and for 省直: in a list 430000 means the whole province.
    """
    city = also.pop("city", question.city)
    screen = next((name for name in LISTS if current_app.appbuilder.sm.has_access("can_list", name)), "")
    if city == PROVINCIAL or not screen:
        return ""
    conditions = {
        "year": question.year,
        "series": question.series,
        "level": question.level,
        "way": question.way,
        "region_code": city,
        COUNTED: YES,
    } | also
    return url_for(f"{screen}.list", **{name: value for name, value in conditions.items() if value})


def _links(table: Table, question: Question) -> list[str]:
    return [rows_address(question, **condition) for condition in table.keys]


def _bars(table: Table, question: Question) -> dict[str, Any]:
    """Declarations as bars, with the pass rate behind the figure where somebody was voted on."""
    labels = [f"{row[-4]:,}" + (f" · {row[-1]}" if row[-3] else "") for row in table.rows]
    return figure.bars(
        [row[0] for row in table.rows], [row[-4] for row in table.rows], labels, links=_links(table, question)
    )


def _steps(table: Table) -> dict[str, Any]:
    """The funnel as bars that grow paler."""
    labels = [f"{row[1]:,} · {row[2]}" for row in table.rows]
    return figure.bars([row[0] for row in table.rows], [row[1] for row in table.rows], labels, tones=True)
