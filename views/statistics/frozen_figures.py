"""时点数据: the moments that were kept, 生成 by button, any page as of one of them, and two of them compared."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from flask import Response, abort, flash, g, redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access

from models.office.frozen_figures import FrozenFigures
from reports.figures import compare
from reports.figures.compare import Comparison
from reports.figures.figure import Page
from views.screens.base import Link, Panel, Screen, badge
from views.screens.boxes import errors_of
from views.screens.download import named
from views.screens.posted import form, submit
from views.screens.stay import context
from views.statistics import freezing, shown
from views.statistics.conditions import FROZEN, Conditions, read
from views.statistics.dashboard import XLSX, address_of
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.storage import frozen_figures

#: What the address of a comparison says besides conditions.
THEN, NOW, PAGE, ALL = "then", "now", "page", "all"
#: Numbers of one figure that a page shows; the file has all.
MOST = 120


class FrozenFiguresScreen(Screen):
    """Every kept moment, the newest first; nobody changes or deletes one."""

    model = FrozenFigures
    route_base = "/dashboard/frozen"
    title = "时点数据"
    lead = "统计数据按某一时刻留存的副本：每月 1 日自动生成，也可以随时生成；统计页面可按它查看，也可以两两比较。"
    columns = "taken_at occasion reason account size"
    facts: ClassVar[dict[str, str]] = {"时点": "taken_at occasion reason account", "文件": "size sha256"}
    conditions = "taken_at occasion reason:contains"
    order = "-taken_at -id"
    can_export = False
    empty = "还没有时点数据；每月 1 日自动生成，省厅配置岗、省厅审核岗也可以随时生成。"
    freezing: ClassVar[Step] = form(
        "freeze",
        "生成时点数据",
        [
            Ask(
                "reason",
                "事由",
                max_length=frozen_figures.LONGEST,
                hint="如：上半年统计通报取数；长期保存，写入审计日志",
            )
        ],
    )

    def buttons(self) -> Sequence[Link]:
        """比较 and 生成 stand in the head."""
        found = [Link("比较", self.address("compare"))]
        if self.may("freeze"):
            found.append(Link("生成时点数据", self.address("freeze"), "pri"))
        return found

    def operations(self, record: FrozenFigures) -> list[Link]:
        """详情, the pages as of then, and the comparison with now."""
        return [*super().operations(record), *self._ways(record)]

    def links(self, record: FrozenFigures) -> Sequence[Link]:
        """The same in the head of the page."""
        return self._ways(record)

    def _ways(self, record: FrozenFigures) -> list[Link]:
        home = address_of(Page.COCKPIT)
        compared = f"{self.base_address()}compare?{THEN}={record.id}"
        return [Link("按此时点查看", f"{home}?{FROZEN}={record.id}"), Link("与当前比较", compared)]

    def panels(self, record: FrozenFigures) -> Sequence[Panel]:
        """Whether the file is what was kept: read and compared with its digest now."""
        try:
            freezing.demand_untouched(record)
            frozen_figures.fetch(record).close()
        except Refused as refusal:
            return [Panel("文件核验", head=("结果", "说明"), rows=[(badge("不符", "bad"), refusal.sentence)])]
        told = "已重新计算文件校验码，与登记的一致；生成时的校验码另存于审计日志。"
        return [Panel("文件核验", head=("结果", "说明"), rows=[(badge("一致", "ok"), told)])]

    @expose("/freeze", methods=["GET", "POST"])
    @has_access
    def freeze(self) -> Any:
        """生成时点数据, with a reason, as a 后台任务."""

        def doing(uow: UnitOfWork, answers: dict[str, Any]) -> Any:
            return freezing.ask_for(uow, home=self.address("list"), **answers)

        sent = submit(self.freezing, None, doing)
        if sent.done:
            flash("已转为后台任务；完成后在“时点数据”中查看。", "ok")
            return redirect(url_for("JobScreen.show", pk=sent.answer.id))
        boxes = sent.boxes(self.freezing, None)
        page = self.render_template(
            "screens/ask.html",
            screen=self,
            title=self.freezing.label,
            lead="按现在的数据留存一份；数据量大时需要几分钟，可以离开页面。",
            boxes=boxes,
            sentence=sent.sentence,
            errors=errors_of(boxes),
            label="生成",
            name="",
            base=self.address("list"),
            back=self.address("list"),
        )
        return page, sent.code

    # -- two moments -----------------------------------------------------------------------------------

    @expose("/compare")
    @has_access
    def compare(self) -> Any:
        """Each number of a page at two moments; without a second one, then and now."""
        then, now, page = self._asked()
        found = list(self._compared(then, now, page)) if then is not None else []
        every = bool(request.args.get(ALL))
        return render_template(
            "statistics/compare.html",
            screen=self,
            moments=freezing.moments(),
            pages=shown.pages(),
            page=page,
            then=then,
            now=now,
            every=every,
            figures=[
                (one, kept[:MOST], len(kept)) for one in found for kept in [one.changes if every else one.changed]
            ],
            left_out=self._left_out(page, found) if then is not None else [],
            names=_names(then, now) if then is not None else ("", ""),
            sheet=self.address("sheet") + "?" + request.query_string.decode("utf-8", "replace"),
        )

    @expose("/sheet", methods=["POST"])
    @has_access
    def sheet(self) -> Any:
        """The whole comparison as an Excel file; the journal remembers who took it."""
        then, now, page = self._asked()
        if then is None:
            raise Refused("请先选择要比较的时点数据。")
        title = f"{page.label}比较"
        remarks = [f"前：{shown.told_of(then)}", f"后：{shown.told_of(now)}", f"条件：{now.words}"]
        with tempfile.TemporaryFile() as target:
            compare.write(target, self._compared(then, now, page), _names(then, now), remarks)
            target.seek(0)
            content = target.read()

        def remember(uow: UnitOfWork) -> None:
            digest = hashlib.sha256(content).hexdigest()
            uow.record(
                "export_statistics", "statistics", figures=[title], then=then.plain, now=now.plain, sha256=digest
            )

        attempt(g.user, remember, context=context())
        return named(Response(content, mimetype=XLSX), f"{title}_{asking(g.user).now:%Y%m%d%H%M}.xlsx")

    def _asked(self) -> tuple[Conditions | None, Conditions, Page]:
        """The conditions of both moments, and the page that is compared."""
        own = (THEN, NOW, PAGE, ALL)
        given = {name: word for name, word in request.args.items() if name != FROZEN}
        now = read({**given, FROZEN: request.args.get(NOW, "")}, beside=own)
        then = None
        if word := request.args.get(THEN, ""):
            then = read({**given, FROZEN: word}, beside=own)
        name = request.args.get(PAGE, Page.COCKPIT.value)
        page = next((one for one in shown.pages() if one.value == name), None)
        return then, now, page if page is not None else abort(404)

    @staticmethod
    def _left_out(page: Page, found: Sequence[Comparison]) -> list[str]:
        held = {one.figure.name for one in found}
        return [figure.title for figure in shown.figures_of(page) if figure.name not in held]

    @staticmethod
    def _compared(then: Conditions, now: Conditions, page: Page) -> Iterator[Comparison]:
        first, second = shown.asked(then), shown.asked(now)
        for figure in shown.figures_of(page):
            if shown.known(figure, first) and shown.known(figure, second):
                yield compare.compare(shown.answered(figure, first), shown.answered(figure, second))


def _names(then: Conditions, now: Conditions) -> tuple[str, str]:
    """What the two columns are called."""
    first, second = (shown.moment_of(one).strftime("%Y-%m-%d %H:%M") for one in (then, now))
    return first, second if now.moment is not None else f"当前（{second}）"
