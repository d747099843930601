"""导出查询结果 of a screen: the rows of the query as one sheet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, g, request
from flask_appbuilder import expose, has_access

from models.base import db
from reports import sheet
from views import listing
from views.columns import Column
from views.download import named
from views.exported import cells
from views.list_page import ListPage
from views.stay import context
from workflow.errors import Refused
from workflow.unit_of_work import asking, attempt

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
        rows = cells(db.session, self.model, self.query().where(*asked.clauses), asked.order or self.order, columns)
        target = tempfile.TemporaryFile()  # noqa: SIM115  (closed when it has been sent)
        written = sheet.write(target, self.title, [c.label for c in columns], rows)
        facts = {"screen": type(self).__name__, "conditions": sorted(k for k, v in asked.typed.items() if v), "count": written.count, "sha256": written.sha256}
        attempt(g.user, lambda uow: uow.record("export", f"{self.model.__tablename__}:*", **facts), context=context())
        stamp = asking(g.user).now
        return named(Response(_sent(target), mimetype=EXCEL), f"{self.title}_{stamp:%Y%m%d%H%M}.xlsx")

    def sheet_columns(self) -> Sequence[Column]:
        """The columns of the sheet: those one sees in the list, or all there are (导出全部列)."""
        return [*self.available.values()] if request.form.get("columns") == "all" else self.columns_now()
