"""Commands of the office, one file per noun."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from workflow.base.errors import Refused


def register_commands(app: Flask) -> None:
    """Add the commands to `flask --app run`."""
    from app.commands.accounts import account_commands
    from app.commands.bootstrap import bootstrap
    from app.commands.draw import draw_commands
    from app.commands.jobs import job_commands
    from app.commands.journal import journal_commands
    from app.commands.keys import key_commands
    from app.commands.organisation import organisation_commands
    from app.commands.prepare import prepare
    from app.commands.reading import reading_commands
    from app.commands.recount import recount_command
    from app.commands.reference import load_reference
    from app.commands.report import report_commands
    from app.commands.store import store_commands
    from app.commands.volume import volume
    from app.commands.worker import worker_command

    for needing in (
        account_commands,
        job_commands,
        journal_commands,
        key_commands,
        organisation_commands,
        reading_commands,
        report_commands,
        store_commands,
        worker_command,
    ):
        _ask_first(needing)
    for command in (
        prepare,
        bootstrap,
        worker_command,
        journal_commands,
        job_commands,
        account_commands,
        draw_commands,
        recount_command,
        reading_commands,
        load_reference,
        report_commands,
        organisation_commands,
        key_commands,
        store_commands,
        volume,
    ):
        _say_refusals(command)
        app.cli.add_command(command)


def _ask_first(command: click.Command) -> None:
    """A command that works on the database asks first whether there is one, at the revision of this release."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _ask_first(each)
    if command.callback is not None and not hasattr(command.callback, "asks_first"):
        command.callback = _asking(command.callback)


def _asking(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def asked(*args: Any, **kw: Any) -> Any:
        from app.standing import ready

        context = click.get_current_context()
        inside = context.parent is not None and context.parent.info_name in ("prepare", "volume")
        if not inside and not current_app.testing and (sentence := ready(current_app._get_current_object())):  # type: ignore[attr-defined]
            raise click.ClickException(sentence)
        return callback(*args, **kw)

    asked.asks_first = True  # type: ignore[attr-defined]
    return with_appcontext(asked)


def _say_refusals(command: click.Command) -> None:
    """A verb that refuses, or finds no way through, ends its command with a sentence and status 1."""
    if isinstance(command, click.Group):
        for each in command.commands.values():
            _say_refusals(each)
    if command.callback is not None and not hasattr(command.callback, "says_refusals"):
        command.callback = _saying(command.callback)


def _saying(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def said(*args: Any, **kw: Any) -> Any:
        try:
            return callback(*args, **kw)
        except Refused as refusal:
            raise click.ClickException(refusal.sentence) from None

    said.says_refusals = True  # type: ignore[attr-defined]
    return said
