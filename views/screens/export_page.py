"""导出查询结果 of a screen: the rows of the query as one sheet; a long one is written by a 后台任务."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from flask import Response, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from sqlalchemy import func, select

from models.base import db
from models.jobs.job import Job
from reports import sheet
from views.screens import listing
from views.screens.columns import Column
from views.screens.download import named
from views.screens.exported import cells
from views.screens.list_page import ListPage
from views.screens.moment import of_request
from views.screens.stay import context
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs import job as jobs

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A sheet of more rows than this is not waited for: about a second of writing.
LONG = 20_000
#: Rows after which a job says how far it is.
STRIDE = 5_000


def _sent(target: Any) -> Iterator[bytes]:
    """The file piece by piece; gone afterwards."""
    with target:
        while block := target.read(1 << 16):
            yield block


class ExportPage(ListPage):
    """A list that can be taken away."""

    @expose("/export", methods=["POST"])
    @has_access
    def export(self) -> Any:
        """导出查询结果: exactly the rows of the query, all of them, as one sheet; journalled with its digest."""
        asked = listing.asked_of(request.args, self.asks_for, self.order_columns, extra=self.list_parameters())
        if asked.sentences:
            raise Refused(" ".join(asked.sentences))
        columns = self.sheet_columns()
        if self._count(asked, LONG + 1) > LONG and self.appbuilder.sm.has_access("can_show", "JobScreen"):
            job = attempt(g.user, lambda uow: self._ask(uow, asked, columns), context=context())
            flash(f"结果超过 {LONG} 行，已转为后台任务；完成后在本页下载。", "ok")
            return redirect(url_for("JobScreen.show", pk=job.id))
        target = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
        self.write_sheet(target, asked, columns)
        return named(Response(_sent(target), mimetype=EXCEL), self.sheet_name())

    def write_sheet(self, target: BinaryIO, asked: listing.Asked, columns: Sequence[Column], told: Any = None) -> int:
        """Write the rows of the query to `target`, and to the journal that it was done; how many rows."""
        rows: Iterable[Sequence[Any]] = cells(
            db.session, self.model, self.query().where(*asked.clauses), asked.order or self.order, columns
        )
        written = sheet.write(target, self.title, [c.label for c in columns], told(rows) if told else rows)
        facts = {
            "screen": type(self).__name__,
            "conditions": sorted(k for k, v in asked.typed.items() if v),
            "count": written.count,
            "sha256": written.sha256,
        }
        attempt(g.user, lambda uow: uow.record("export", f"{self.model.__tablename__}:*", **facts), context=context())
        return written.count

    def sheet_name(self) -> str:
        """What the file is called."""
        return f"{self.title}_{of_request().now:%Y%m%d%H%M}.xlsx"

    def _count(self, asked: listing.Asked, most: int | None = None) -> int:
        keys = self.query().where(*asked.clauses).with_only_columns(self.model.id, maintain_column_froms=True)
        return db.session.scalar(select(func.count()).select_from(keys.limit(most).subquery())) or 0

    def _ask(self, uow: UnitOfWork, asked: listing.Asked, columns: Sequence[Column]) -> Job:
        given = {"screen": self.endpoint, "words": asked.words, "columns": [c.name for c in columns]}
        return jobs.ask(uow, "export", f"导出：{self.title}", home=self.address("list"), **given)

    def write_later(self, run: jobs.Run) -> jobs.Answer:
        """The same sheet by a job: what the account may see when it runs, and only if it may still export."""
        if not self.may("export"):
            raise NotYou(f"您现在没有导出“{self.title}”的权限。")
        words = run.arguments["words"]
        asked = listing.asked_of(words, self.asks_for, self.order_columns, extra=(*self.list_parameters(), *words))
        columns = [column for name in run.arguments["columns"] if (column := self.available.get(name))]
        total = self._count(asked)

        def told(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
            for number, row in enumerate(rows):
                if number % STRIDE == 0:
                    run.tell(number, total, f"已写入 {number} 行，共 {total} 行")
                yield row

        with open(run.file(), "w+b") as target:
            count = self.write_sheet(target, asked, columns, told)
        return f"已导出 {count} 行。", self.sheet_name()

    def sheet_columns(self) -> Sequence[Column]:
        """The columns of the sheet: those one sees in the list, or all there are (导出全部列)."""
        return [*self.available.values()] if request.form.get("columns") == "all" else self.columns_now()


@jobs.works("export")
def _export(run: jobs.Run) -> jobs.Answer:
    """A long sheet, written as the account that asked for it."""
    with current_app.test_request_context():
        g.user = g._login_user = run.actor  # screens ask the first who reads, Flask-AppBuilder's permissions the second
        screen = next(view for view in current_app.appbuilder.baseviews if view.endpoint == run.arguments["screen"])
        return screen.write_later(run)
