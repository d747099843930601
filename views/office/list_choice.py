"""常用查询 and 显示列 of every list, on pages of their own that need no script; one place for all screens."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.office.list_choice import SavedQuery
from views.screens import listing
from views.screens.list_page import ListPage
from views.screens.refusal import code_of, drawn
from views.screens.stay import context
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt
from workflow.office import list_choice


class ListChoiceView(BaseView):
    """`/lists/<screen>/…`: what the signed-in account has arranged for that list."""

    route_base = "/lists"

    def _screen(self, name: str) -> ListPage:
        """The screen of that name, if the account opens its list; otherwise 404."""
        found = next(
            (view for view in current_app.appbuilder.baseviews if isinstance(view, ListPage) and view.endpoint == name),
            None,
        )
        return found if found is not None and found.arranged and found.may("list") else abort(404)

    def _saved(self, screen: ListPage, pk: int) -> SavedQuery:
        """One's own saved query of that list; otherwise 404."""
        query = policy.visible(g.user, SavedQuery).where(SavedQuery.id == pk, SavedQuery.screen == screen.endpoint)
        return db.session.scalar(query) or abort(404)

    # -- 常用查询 ------------------------------------------------------------------------------------

    @expose("/<screen>/queries", methods=["GET", "POST"])
    @has_access
    def queries(self, screen: str) -> Any:
        """GET: all of them, to rename and delete. POST: save the conditions of the list that was open."""
        view = self._screen(screen)
        if request.method != "POST":
            return self._queries_page(view)
        query = request.form.get("query", "")[:8000]
        asked = listing.asked_of(
            listing.address_words(query, view.asks_for), view.asks_for, view.order_columns, extra=view.list_parameters()
        )
        try:
            if asked.sentences:
                raise Refused(" ".join(asked.sentences))
            name = request.form.get("name", "")[:200]
            attempt(g.user, lambda uow: list_choice.keep(uow, view.endpoint, name, asked.words), context=context())
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
        else:
            flash("已保存为常用查询“{name}”。".format(name=" ".join(name.split())), "ok")
        return redirect(f"{view.address('list')}?{asked.query}")

    @expose("/<screen>/queries/<int:pk>", methods=["POST"])
    @has_access
    def change(self, screen: str, pk: int) -> Any:
        """改名 or 删除."""
        view = self._screen(screen)
        saved = self._saved(view, pk)
        name = saved.name
        try:
            if request.form.get("do") == "delete":
                attempt(g.user, lambda uow: list_choice.drop(uow, self._saved(view, pk)), context=context())
                flash(f"已删除常用查询“{name}”。", "ok")
            else:
                new = request.form.get("name", "")[:200]
                attempt(g.user, lambda uow: list_choice.rename(uow, self._saved(view, pk), new), context=context())
                flash("已改名。", "ok")
        except Refused as refusal:
            return self._queries_page(view, refusal.sentence, {pk: request.form.get("name", "")}), code_of(refusal)
        return redirect(url_for("ListChoiceView.queries", screen=screen))

    def _queries_page(self, view: ListPage, sentence: str = "", typed: dict[int, str] | None = None) -> str:
        rows = [
            (saved, typed.get(saved.id, saved.name) if typed else saved.name, self._told(view, saved))
            for saved in view.saved_queries()
        ]
        return self.render_template(
            "screens/queries.html",
            title="常用查询",
            screen=view,
            rows=rows,
            sentence=sentence,
            most=list_choice.MOST,
            base=view.address("list"),
        )

    def _told(self, view: ListPage, saved: SavedQuery) -> str:
        """The conditions of a saved query in the words of the form."""
        asked = list_choice.asked_by(saved)
        told = [f"{box.label}：{box.told}" for box in view.query_boxes(asked) if box.told]
        if order := asked.get("order"):
            label = next((c.label for c in view.available.values() if c.name == order.removeprefix("-")), order)
            told.append(f"按{label}降序" if order.startswith("-") else f"按{label}升序")
        return "；".join(told)

    # -- 显示列 --------------------------------------------------------------------------------------

    @expose("/<screen>/columns", methods=["GET", "POST"])
    @has_access
    def columns(self, screen: str) -> Any:
        """Which columns, and in which order: ticks and 上移/下移; 恢复默认."""
        view = self._screen(screen)
        default = [column.name for column in view.shown]
        if request.method != "POST":
            shown = [column.name for column in view.columns_now()]
            return self._columns_page(view, [*shown, *(name for name in view.available if name not in shown)], shown)
        order = [name for name in dict.fromkeys(request.form.getlist("order")) if name in view.available]
        order += [name for name in view.available if name not in order]
        ticked = [name for name in order if name in request.form.getlist("column")]
        for move, by in (("up", -1), ("down", 1)):
            if (name := request.form.get(move, "")) in order:
                here = order.index(name)
                there = max(0, min(len(order) - 1, here + by))
                order[here], order[there] = order[there], order[here]
                return self._columns_page(view, order, ticked, moved=name)
        chosen = default if "reset" in request.form else ticked
        try:
            attempt(
                g.user, lambda uow: list_choice.choose_columns(uow, view.endpoint, chosen, default), context=context()
            )
        except Refused as refusal:
            return self._columns_page(view, order, ticked, refusal.sentence), code_of(refusal)
        flash("已恢复默认显示列。" if "reset" in request.form else "已保存显示列。", "ok")
        return redirect(view.address("list"))

    def _columns_page(
        self, view: ListPage, order: list[str], ticked: list[str], sentence: str = "", moved: str = ""
    ) -> str:
        rows = [(view.available[name], name in ticked) for name in order]
        return self.render_template(
            "screens/columns.html",
            title="显示列",
            screen=view,
            rows=rows,
            sentence=sentence,
            moved=moved,
            base=view.address("list"),
        )
