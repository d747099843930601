"""/healthz: the process answers. /readyz: what it needs answers too; nobody is sent to a node that says 503."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, Response, jsonify
from sqlalchemy import func, select

from app.config import ROOT
from models.base import db
from models.jobs.job import Job, JobState
from workflow.base import clock
from workflow.storage.store import store

#: Seconds by which this machine's clock may differ from the database's.
MOST_SKEW = 2.0


def _database() -> bool:
    return db.session.execute(select(1)).scalar() == 1


@cache
def _newest() -> set[str]:
    return set(ScriptDirectory(str(Path(ROOT) / "migrations")).get_heads())


def _revision() -> bool:
    return set(MigrationContext.configure(db.session.connection()).get_current_heads()) == _newest()


def _store() -> bool:
    store().exists("0" * 64)  # no such file: the answer is no, and an answer
    return True


def _clock() -> bool:
    return abs(clock.skew(db.session)) <= MOST_SKEW


#: What a node needs before anybody is sent to it.
NEEDS: dict[str, Callable[[], bool]] = {
    "database": _database,
    "revision": _revision,
    "store": _store,
    "clock": _clock,
}


def queue_age() -> float:
    """Seconds for which the oldest job has waited; none waiting, 0. It makes no node unready: pages need no worker."""
    asked = db.session.scalar(select(func.min(Job.asked_at)).where(Job.state == JobState.WAITING))
    return max(0.0, (clock.province_now(db.session) - asked).total_seconds()) if asked else 0.0


def release_of(root: Path | str) -> str:
    """Which release runs: `ZHICHENG_RELEASE` of the unit file, else the commit that the folder was checked out at."""
    if named := os.environ.get("ZHICHENG_RELEASE", "").strip():
        return named[:40]
    line = ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"]
    try:
        told = subprocess.run(line, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return told.stdout.strip() or "unknown"


def install(app: Flask) -> None:
    """The two addresses; they tell which need is not met, and nothing else."""

    release = release_of(ROOT)

    def healthz() -> Response:
        return jsonify(alive=True, release=release)

    def readyz() -> tuple[Response, int]:
        met = {name: _met(need) for name, need in NEEDS.items()}
        ready = all(met.values())
        age = round(queue_age(), 1) if met["database"] and met["revision"] else None
        return jsonify(ready=ready, **met, queue_age=age), 200 if ready else 503

    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


def _met(need: Callable[[], bool]) -> bool:
    try:
        return need()
    except Exception:  # whatever it is: the answer to the balancer is no
        db.session.remove()
        return False
