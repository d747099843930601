"""`flask --app run prepare`: everything between an empty machine and a serving product, again without harm."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app import first_start
from app.commands.bootstrap import bootstrap
from app.commands.organisation import index
from app.commands.reference import load_reference
from app.machine_faults import told
from app.one_at_a_time import one_at_a_time
from models.base import db


@click.command("prepare")
@click.pass_context
@with_appcontext
def prepare(ctx: click.Context) -> None:
    """Migrate, write roles and permissions, load the reference data; in demo mode make the demo year.

    Two at once on one database follow each other; the second finds nothing left to do.
    """
    first_start.end_with_parent()
    settings = current_app.config
    home = Path(settings["DATA_DIR"])

    def bring_up() -> None:
        upgrade()
        ctx.invoke(bootstrap)
        ctx.invoke(load_reference)
        ctx.invoke(index, if_empty=True)

    with told(home), one_at_a_time(db.engine, say=click.echo):
        if settings["DEMO"]:
            secrets = {"master": settings["MASTER_KEY"], "session": bytes.fromhex(settings["SECRET_KEY"])}
            first_start.make_ready(home, secrets, bring_up=bring_up, build=_build_the_year, say=click.echo)
        else:
            bring_up()


def _build_the_year() -> None:
    from app.demo.year import build

    build(current_app.config["DEMO_PASSWORD"], say=click.echo)
