"""`flask --app run jobs clear`: what the night clears of 后台任务, now."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

job_commands = click.Group("jobs", help="后台任务：清理。")


@job_commands.command("clear", help="立即清理过期的结果文件和已结束的定期任务记录；平时由 worker 每夜办理。")
@with_appcontext
def clear() -> None:
    """Ask for the clearing as the system account and do it here, whether or not a worker runs."""
    from models.base import db
    from models.jobs.job import Job
    from workflow.accounts import accounts
    from workflow.base.unit_of_work import attempt
    from workflow.jobs import nightly, work  # noqa: F401  (the work of the night)

    system = accounts.system_account(db.session)
    key = attempt(system, lambda uow: work.put_down(uow, "clear_results", "清理结果文件（命令）", here=True).id)
    click.echo(db.session.get_one(Job, key, populate_existing=True).sentence or "没有完成，请看后台任务。")
