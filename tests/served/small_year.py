"""A year of three rows, built as the demo year is: for the tests of the first start. `python small_year.py PHASE HOW`.

It stands in the place of `flask --app run prepare` in the process that builds aside, and ends in PHASE in that WAY.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path

PHASES = ("schema", "begun", "half", "files", "done", "after")


def main(ends_in: str, how: str) -> None:
    """Build DATA_DIR/zhicheng.db phase by phase."""
    home = Path(os.environ["DATA_DIR"])
    connection = sqlite3.connect(home / "zhicheng.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")

    def phase(name: str, *statements: str) -> None:
        for statement in statements:
            connection.execute(statement)
        if name == ends_in:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise SystemExit(3)

    phase(
        "schema", "CREATE TABLE demo_build (id INTEGER, begun_at TEXT, done_at TEXT)", "CREATE TABLE work (file TEXT)"
    )
    phase("begun", "INSERT INTO demo_build VALUES (1, '2026-01-01', NULL)")
    phase("half", "INSERT INTO work VALUES ('one')")
    (home / "files").mkdir(exist_ok=True)
    (home / "files" / "one").write_text("one")
    phase("files", "INSERT INTO work VALUES ('two')")
    (home / "files" / "two").write_text("two")
    phase("done", "UPDATE demo_build SET done_at = '2026-01-02'")
    phase("after")
    connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
