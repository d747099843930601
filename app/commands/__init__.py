"""Commands of the office, one file per noun."""

from __future__ import annotations

from flask import Flask


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app run`."""
    from app.commands.accounts import account_commands
    from app.commands.bootstrap import bootstrap
    from app.commands.draw import draw_commands
    from app.commands.job import job_command
    from app.commands.journal import journal_commands
    from app.commands.organisation import organisation_commands
    from app.commands.prepare import prepare
    from app.commands.recount import recount_command
    from app.commands.reference import load_reference
    from app.commands.report import report_commands
    from app.commands.store import store_commands

    for command in (
        prepare,
        bootstrap,
        job_command,
        journal_commands,
        account_commands,
        draw_commands,
        recount_command,
        load_reference,
        report_commands,
        organisation_commands,
        store_commands,
    ):
        app.cli.add_command(command)
