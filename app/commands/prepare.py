"""`flask --app run prepare`: everything between an empty machine and a serving product, again without harm."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app.commands.bootstrap import bootstrap
from app.commands.organisation import index
from app.commands.reference import load_reference
from app.one_at_a_time import one_at_a_time
from models.base import db


@click.command("prepare")
@click.pass_context
@with_appcontext
def prepare(ctx: click.Context) -> None:
    """Migrate, write roles and permissions, load the reference data; in demo mode make the demo year.

    Two at once on one database follow each other; the second finds nothing left to do.
    """
    with one_at_a_time(db.engine, say=click.echo):
        upgrade()
        ctx.invoke(bootstrap)
        ctx.invoke(load_reference)
        ctx.invoke(index, if_empty=True)
        if current_app.config["DEMO"]:
            from app.demo.year import build_once

            build_once(current_app.config["DEMO_PASSWORD"], say=click.echo)
