"""统计年报: all figures of a year as one Excel file, one flat table and one printable PDF, made by a 后台任务."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from flask import current_app, g

from models.jobs.job import Job
from reports import paper
from reports.figures import book, flat
from reports.figures.answer import Answer
from reports.figures.figure import Figure
from views.screens.stay import context
from views.statistics import orders, shown
from views.statistics.conditions import Conditions, read
from workflow.base.errors import NotYou
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.kinds import works
from workflow.jobs.work import Run, ask

#: The most rows of one table on paper; the Excel file has all.
ON_PAPER = 60
#: Wider tables stand in the Excel file only: they would be cut off on A4.
WIDEST = 20


def ask_for(uow: UnitOfWork, conditions: Conditions, home: str) -> Job:
    """Ask for the report of the year and the conditions of the page."""
    return ask(uow, "statistics", f"统计年报：{conditions.words}"[:120], home=home, asked=conditions.plain)


@works("statistics", minutes=60, given_up=orders.failed)
def _report(run: Run) -> None:
    """The report with the rights that its receiver has when it is made."""
    with current_app.test_request_context():
        g.user = g._login_user = run.actor
        if not current_app.appbuilder.sm.has_access("can_overview", "DashboardView"):
            raise NotYou("您现在没有查看统计看板的权限。")
        write(run, read(run.arguments["asked"]))


def write(run: Run, conditions: Conditions) -> None:
    """Answer every figure once, write both files into one archive, tell the journal, and end the job."""
    now, question = asking(run.actor).now, shown.asked(conditions)
    figures = [figure for page in shown.pages() for figure in shown.figures_of(page) if shown.known(figure, question)]
    moment, remarks = shown.told_of(conditions), [f"条件：{conditions.words}", *conditions.unread]
    answers = list(_answers(run, figures, question))
    name = f"统计年报_{shown.moment_of(conditions):%Y%m%d%H%M}"
    with tempfile.TemporaryFile() as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            with tempfile.TemporaryFile() as sheets:
                book.write(sheets, answers, [*remarks, moment])
                sheets.seek(0)
                archive.writestr(f"{name}.xlsx", sheets.read())
            with tempfile.TemporaryFile() as rows:
                flat.write(rows, answers)
                rows.seek(0)
                archive.writestr(f"{name}_明细.xlsx", rows.read())
            run.tell(len(figures), len(figures) + 1, "正在排印 PDF")
            archive.writestr(f"{name}.pdf", _printed(answers, conditions, moment, now.date()))
        kept = run.keep(target)

    def done(uow: UnitOfWork) -> None:
        uow.record(
            "export_statistics",
            "statistics",
            figures=[figure.name for figure in figures],
            conditions=conditions.words,
            asked=conditions.plain,
            sha256=kept[0],
        )
        sentence = "".join([f"统计年报已生成，共 {len(answers)} 张表。", *conditions.unread])
        run.finish(uow, sentence, f"{name}.zip", kept)
        orders.made(uow, uow.session.get_one(Job, run.job_id), sentence)

    attempt(run.actor, done, session=run.session, context=context())


def _answers(run: Run, figures: Sequence[Figure], question: Any) -> Iterator[Answer]:
    for number, figure in enumerate(figures):
        run.tell(number, len(figures) + 1, f"正在统计：{figure.title}")
        yield shown.answered(figure, question)


def _printed(answers: Sequence[Answer], conditions: Conditions, moment: str, day: Any) -> bytes:
    """The tables on paper, with the moment at the foot of every page."""
    return paper.render(
        "statistics",
        {
            "title": "职称申报评审统计年报",
            "subtitle": conditions.words,
            "note": moment,
            "sections": [_section(answer) for answer in answers],
        },
        printed_on=day,
    )


def _section(answer: Answer) -> dict[str, Any]:
    told = f"{answer.figure.definition}（{answer.figure.clause}）"
    if len(answer.heads) > WIDEST:
        return {
            "title": answer.figure.title,
            "definition": f"{told}本表较宽，见 Excel 文件。",
            "columns": [],
            "rows": [],
        }
    rows = [*answer.rows[:ON_PAPER], *([answer.total] if answer.total else [])]
    if len(answer.rows) > ON_PAPER:
        told += f"仅列前 {ON_PAPER} 行，其余 {len(answer.rows) - ON_PAPER} 行见 Excel 文件。"
    return {
        "title": answer.figure.title,
        "definition": told,
        "columns": [book.head_of_rows(answer), *answer.heads],
        "rows": [[row.label, *(cell.word for cell in row.cells)] for row in rows],
    }
