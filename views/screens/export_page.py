"""导出查询结果 of a screen: the rows of the query as one sheet; a long one is written by a 后台任务."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from flask import Response, current_app, flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access

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
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A sheet of more rows than this is not waited for: about a second of writing.
LONG = 20_000
#: One of more rows than this does not go into the queue for short work.
VERY_LONG = 200_000
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
            lane = "long" if self._count(asked, VERY_LONG + 1) > VERY_LONG else "short"
            job = attempt(g.user, lambda uow: self._ask(uow, asked, columns, lane), context=context())
            flash(f"结果超过 {LONG} 行，已转为后台任务；完成后在本页下载。", "ok")
            return redirect(url_for("JobScreen.show", pk=job.id))
        with (
            contextlib.ExitStack() as kept
        ):  # closed when it has been sent, or at once when the journal cannot be written
            target = kept.enter_context(tempfile.TemporaryFile())
            attempt(g.user, self.write_sheet(target, asked, columns), context=context())
            kept.pop_all()
        return named(Response(_sent(target), mimetype=EXCEL), self.sheet_name())

    def write_sheet(
        self, target: BinaryIO, asked: listing.Asked, columns: Sequence[Column], run: Run | None = None
    ) -> Callable[[UnitOfWork], int]:
        """Write the rows of the query to `target`; what then tells the journal, and says how many."""
        rows: Iterable[Sequence[Any]] = cells(
            db.session, self.model, self.query().where(*asked.clauses), asked.order or self.order, columns
        )
        if run is not None:
            rows = _told(run, rows, self._count(asked))
        written = sheet.write(target, self.title, [c.label for c in columns], rows)
        facts = {
            "screen": type(self).__name__,
            "conditions": sorted(k for k, v in asked.typed.items() if v),
            "count": written.count,
            "sha256": written.sha256,
        }

        def told(uow: UnitOfWork) -> int:
            uow.record("export", f"{self.model.__tablename__}:*", **facts)
            return written.count

        return told

    def sheet_name(self) -> str:
        """What the file is called."""
        return f"{self.title}_{of_request().now:%Y%m%d%H%M}.xlsx"

    def _count(self, asked: listing.Asked, most: int = 2**31) -> int:
        return self.finder(asked.clauses).count(most)

    def _ask(self, uow: UnitOfWork, asked: listing.Asked, columns: Sequence[Column], lane: str) -> Job:
        given = {"screen": self.endpoint, "words": asked.words, "columns": [c.name for c in columns]}
        return ask(uow, "export", f"导出：{self.title}", home=self.address("list"), lane=lane, **given)

    def write_later(self, run: Run) -> None:
        """The same sheet by a job: what the account may see when it runs, and only if it may still export."""
        if not self.may("export"):
            raise NotYou(f"您现在没有导出“{self.title}”的权限。")
        words = run.arguments["words"]
        asked = listing.asked_of(words, self.asks_for, self.order_columns, extra=(*self.list_parameters(), *words))
        columns = [column for name in run.arguments["columns"] if (column := self.available.get(name))]
        with tempfile.TemporaryFile() as target:
            told = self.write_sheet(target, asked, columns, run)
            kept = run.keep(target)

        def done(uow: UnitOfWork) -> None:
            run.finish(uow, f"已导出 {told(uow)} 行。", self.sheet_name(), kept)

        attempt(g.user, done, session=run.session, context=context())

    def sheet_columns(self) -> Sequence[Column]:
        """The columns of the sheet: those one sees in the list, or all there are (导出全部列)."""
        return [*self.available.values()] if request.form.get("columns") == "all" else self.columns_now()


def _told(run: Run, rows: Iterable[Sequence[Any]], total: int) -> Iterator[Sequence[Any]]:
    """The rows as they come, and how far they have come."""
    for number, row in enumerate(rows):
        if number % STRIDE == 0:
            run.tell(number, total, f"已写入 {number} 行，共 {total} 行")
        yield row


@works("export", minutes=60)
def _export(run: Run) -> None:
    """A long sheet, written as the account that asked for it."""
    with current_app.test_request_context():
        g.user = g._login_user = run.actor  # screens ask the first who reads, Flask-AppBuilder's permissions the second
        screen = next(view for view in current_app.appbuilder.baseviews if view.endpoint == run.arguments["screen"])
        screen.write_later(run)
