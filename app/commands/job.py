"""Long work in a process of its own: `flask --app run job 17`, started by the product itself."""

from __future__ import annotations

import os
import subprocess
import sys

import click
from flask import Flask

from app.config import ROOT
from models.base import db
from workflow.jobs import job


@click.command("job", help="办理一个后台任务（由系统自动启动）。")
@click.argument("key", type=int)
def job_command(key: int) -> None:
    """Do that job; how it ended stands in its row."""
    job.do(db.session, key)  # type: ignore[arg-type]


def starter(app: Flask) -> job.Start | None:
    """How this server starts a job: a process that outlives it. None: at once, in the process that asks (tests)."""
    if app.config.get("JOBS_HERE"):
        return None

    children: list[subprocess.Popen[bytes]] = []

    def start(key: int) -> None:
        children[:] = [child for child in children if child.poll() is None]  # who has ended is buried
        environment = os.environ | {"DATA_DIR": app.config["DATA_DIR"], "DEMO": "1" if app.config["DEMO"] else "0"}
        with open(job.directory(key) / "log", "ab") as log:
            child = subprocess.Popen(  # noqa: S603  (our own interpreter, a number)
                [sys.executable, "-m", "flask", "--app", "run", "job", str(key)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                close_fds=True,
            )
        children.append(child)

    return start
