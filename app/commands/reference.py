"""`flask --app run load-reference`: regions, code lists, series, titles, specialties, calendar, clauses."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.one_at_a_time import one_at_a_time
from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt
from workflow.office import reference


@click.command("load-reference", help="载入基础数据（区划、代码表、职称树、专业树、工作日历、条款）；可重复执行。")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=reference.DIRECTORY)
@with_appcontext
def load_reference(directory: Path) -> None:
    """Bring the files in as the system account and say what changed, file by file."""
    with one_at_a_time(db.engine, say=click.echo):
        actor = install_system_account(db.session)
        try:
            loaded = attempt(actor, lambda uow: reference.load(uow, directory))
        except Refused as refused:
            raise click.ClickException(refused.sentence) from refused
    for result in loaded:
        said = f"新增 {len(result.added)}，更新 {len(result.changed)}，移除 {len(result.removed)}"
        left = f"，保留本单位维护 {len(result.kept)}" if result.kept else ""
        click.echo(f"{result.table.file:<20} {said}{left}")
