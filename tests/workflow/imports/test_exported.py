"""What a list exports can be imported again, and changes nothing: a walk over every kind."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook

from models.imports.import_batch import ImportBatch
from models.imports.import_batch import ImportState as S
from tests.workflow.imports.test_all_columns import TRIED, Tables
from tests.workflow.imports.test_import_batch import (  # noqa: F401  (fixtures)
    codes,
    counts,
    do,
    faults,
    jobs_here,
    upload,
)
from workflow.base.unit_of_work import attempt
from workflow.imports import import_batch
from workflow.imports.kinds import KINDS

# ruff: noqa: F811

#: Sheets that say less than a row needs, and why they stay so.
SAYS_LESS = {
    "expert": "names and numbers of the pool are not exported (令40号 第二十三条)",
}
#: Kinds whose sheet of the visible columns lacks what 导出全部列 has.
ONLY_WITH_ALL_COLUMNS = {"quota"}


def screens(app, kind):
    """The addresses from which the records of the kind are exported."""
    return [
        view.route_base + "/export"
        for view in app.appbuilder.baseviews
        if kind in str(getattr(view, "imports", "")).split()
    ]


def test_every_kind_is_offered_by_a_list_that_can_be_exported(app):
    assert not {kind for kind in KINDS if len(screens(app, kind)) != 1}


@pytest.mark.parametrize("all_columns", [False, True], ids=["as shown", "all columns"])
@pytest.mark.parametrize("kind", TRIED)
def test_the_exported_sheet_changes_nothing(make, session, codes, upload, do, browser, app, kind, all_columns):
    actor, row, choices = getattr(Tables(make, codes), kind)()
    do(actor, "commit", upload(actor, kind, [row], choices))
    [address] = screens(app, kind)
    query = f"?username={row['用户名'].lower()}" if "用户名" in row else ""
    answer = browser(actor).post(address + query, data={"columns": "all"} if all_columns else {})
    count = len(list(load_workbook(io.BytesIO(answer.data)).worksheets[0].iter_rows())) - 1
    assert answer.status_code == 200 and count >= 1

    def begin(uow):
        return import_batch.begin(uow, kind, answer.data, "导出.xlsx", choices).id

    batch = session.get_one(ImportBatch, attempt(actor, begin, session=session))
    if kind in SAYS_LESS or (kind in ONLY_WITH_ALL_COLUMNS and not all_columns):
        assert batch.state == S.UNREADABLE and "缺少" in batch.sentence
        return
    assert counts(batch) == (0, 0, count, 0), (batch.sentence, faults(session, batch))
