"""`flask --app run reading verify|rebuild`: are the keys of the lists what the row policy says?"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

reading_commands = click.Group("reading", help="申报列表的索引：核对、重建。")
#: How many entries are named one by one.
NAMED = 10


@reading_commands.command("verify", help="与行级权限逐项核对；有出入时列出并以退出码 1 结束。")
@with_appcontext
def verify() -> None:
    """Count what lacks and what is too much, name the first ones, and exit with 1 if there is any."""
    from models.base import db
    from workflow.base import profile, reading

    found = reading.astray(db.session)
    for kind, entry in found[:NAMED]:
        word = {"missing": "缺少", "surplus": "多出"}[kind]
        click.secho(f"{word}：可见方 {entry[0]}，申报 {entry[2]}", fg="red", err=True)
    if found:
        click.secho(f"共 {len(found)} 处出入；执行 flask --app run reading rebuild 改正。", fg="red", err=True)
        raise SystemExit(1)
    if wrong := profile.astray(db.session):
        named = "、".join(str(key) for key in sorted({row[0] for row in wrong})[:NAMED])
        click.secho(
            f"统计口径与申报不符：申报 {named} 等；执行 flask --app run reading rebuild 改正。", fg="red", err=True
        )
        raise SystemExit(1)
    click.secho(f"列表索引与行级权限一致，共 {reading.count(db.session)} 项。", fg="green")


@reading_commands.command("rebuild", help="按行级权限改正索引，正确的不动；可随时执行，结果相同。")
@with_appcontext
def rebuild() -> None:
    """Take away what is too much and write what lacks, as the system account; journalled."""
    from models.base import db
    from workflow.accounts import accounts
    from workflow.base import profile, reading
    from workflow.base.unit_of_work import UnitOfWork, attempt

    def mend(uow: UnitOfWork) -> tuple[int, int]:
        surplus, missing = reading.mend(uow.session)
        profile.fill(uow.session)
        forgotten = reading.trim(uow.session)
        uow.record(
            "rebuild_reading", "reading:*", label="重建列表索引", surplus=surplus, missing=missing, trimmed=forgotten
        )
        return surplus, missing

    surplus, missing = attempt(accounts.system_account(db.session), mend)
    click.secho(f"已改正：多出 {surplus} 项，缺少 {missing} 项。", fg="green")
