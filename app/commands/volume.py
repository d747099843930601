"""`flask --app run volume --declarations N --units M --years Y`: look at the product at the size of a province."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app.commands.bootstrap import bootstrap
from app.commands.reference import load_reference


@click.command("volume", help="在全新的演示数据库中填充大数据量的虚构申报，用于查看和测量。")
@click.option(
    "--declarations", default=100_000, show_default=True, type=click.IntRange(100, 5_000_000), help="申报数。"
)
@click.option("--units", default=2_000, show_default=True, type=click.IntRange(200, 100_000), help="用人单位数。")
@click.option("--years", default=3, show_default=True, type=click.IntRange(1, 10), help="年度数，至 2026 年。")
@click.pass_context
@with_appcontext
def volume(ctx: click.Context, declarations: int, units: int, years: int) -> None:
    """Migrate, write roles and reference data, fill; refuses production and a database somebody has worked with."""
    from app.volume.filling import fill, is_fresh
    from models.base import db

    if not current_app.config["DEMO"]:
        raise click.ClickException(
            "正式环境不能填充虚构数据；请设 DEMO=1，并指定另一个数据库（DATABASE_URL 或 DATA_DIR）。"
        )
    started = time.monotonic()
    upgrade()
    if not is_fresh(db.session):
        raise click.ClickException("数据库中已有数据，不能填充；请指定一个全新的数据库（DATABASE_URL 或 DATA_DIR）。")
    ctx.invoke(bootstrap)
    ctx.invoke(load_reference)

    def say(sentence: str) -> None:
        click.echo(f"{time.monotonic() - started:6.0f} 秒  {sentence}")

    fill(db.session, current_app.config["DEMO_PASSWORD"], declarations=declarations, units=units, years=years, say=say)
    click.echo("演示账号（city1、district1、bureau1、unit1、committee1、leader …）和口令与演示年度相同，见 README。")
