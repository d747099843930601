"""`flask --app run worker`: does the long work (后台任务); as many as you like, on as many machines."""

from __future__ import annotations

import os
import signal

import click
from flask import Flask, current_app

from models.base import db
from workflow.accounts.accounts import system_account
from workflow.jobs import nightly, periodic, work  # noqa: F401  (the work of the night)
from workflow.jobs.job import bell
from workflow.jobs.sweep import Sweeper
from workflow.jobs.worker import Worker


@click.command(
    "worker", help="办理后台任务：短任务、长任务各有队列，每个任务在单独的进程中办理。可在多台机器上各运行多个。"
)
@click.option("--short", default=2, show_default=True, type=click.IntRange(0, 32), help="同时办理的短任务数。")
@click.option("--long", default=1, show_default=True, type=click.IntRange(0, 32), help="同时办理的长任务数。")
@click.option("--beside", default=0, hidden=True, help="随该进程一同结束。")
def worker_command(short: int, long: int, beside: int) -> None:
    """Work until told to stop; what is under way then is given a while, or begun again by the next worker."""
    flask_app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    queue = bell()
    if queue is None:
        raise SystemExit("JOBS_HERE 已设置：任务在提出时立即办理，不需要后台办理程序。")
    db.session.remove()
    db.engine.dispose()  # forks open connections of their own
    places = {lane: most for lane, most in (("short", short), ("long", long)) if most}
    sweeper = Sweeper(queue)

    def do(key: int, token: str) -> None:
        with flask_app.app_context():
            work.do(db.session, key, token, alarm=signal.alarm)  # type: ignore[arg-type]

    def sweep() -> None:
        with flask_app.app_context():
            system = system_account(db.session)  # type: ignore[arg-type]
            sweeper.sweep(db.session, system)  # type: ignore[arg-type]
            periodic.ask_due(db.session, system)  # type: ignore[arg-type]

    click.echo(f"worker {os.getpid()}：{'，'.join(f'{lane} {most}' for lane, most in places.items())}")
    Worker(queue, places, do, sweep, beside=beside).run()
