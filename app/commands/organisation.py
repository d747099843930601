"""`flask --app run organisation index`: the index by which pickers find organisations, made anew from the names."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from models.base import db
from workflow.accounts.accounts import install_system_account
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.register import name_index

organisation_commands = click.Group("organisation", help="机构：名称索引。")


@organisation_commands.command(
    "index", help="重建机构名称索引（按名称任意两字、拼音首字母查找）；可重复执行，结果相同。"
)
@click.option("--if-empty", is_flag=True, help="只在索引为空时建立。")
@with_appcontext
def index(if_empty: bool) -> None:
    """Make the index from all names, present and former, and say of how many organisations."""
    if if_empty and not name_index.missing(db.session):
        return

    def rebuild(uow: UnitOfWork) -> int:
        count = name_index.rebuild(uow.session)
        uow.record("index_organisations", "organisation", label="重建机构名称索引", count=count)
        return count

    click.echo(f"机构名称索引已建立，共 {attempt(install_system_account(db.session), rebuild)} 个机构。")
