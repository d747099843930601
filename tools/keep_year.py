"""Keep a filled SQLite database as a small file from which tests fill SQLite and PostgreSQL alike.

    python tools/keep_year.py var/zhicheng.db var/keys tests/migrations/year_of_COMMIT.xz COMMIT

Rows only, column by column (like beside like packs better): the schema is what the migrations of the revision
make of an empty database. The keys go along, or nobody could verify the journal; so never keep a database of people.
"""

from __future__ import annotations

import json
import lzma
import sqlite3
import sys
from pathlib import Path
from typing import Any


def main(database: str, keys: str, out: str, commit: str) -> None:
    """Write the file, and say how large it has become."""
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    if not source.execute("SELECT 1 FROM demo_clock").fetchone():
        raise SystemExit("only a demonstration is kept: there is no demo clock in this database")
    (revision,) = source.execute("SELECT version_num FROM alembic_version").fetchone()
    master = (Path(keys) / "master").read_text().strip()
    lines: list[Any] = [{"commit": commit, "revision": revision, "master": master}]
    names = source.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    )
    for (table,) in names.fetchall():
        if table == "alembic_version":
            continue
        columns = source.execute(f'PRAGMA table_info("{table}")').fetchall()
        key = ", ".join(f'"{c[1]}"' for c in sorted(columns, key=lambda c: c[5]) if c[5])
        rows = source.execute(f'SELECT * FROM "{table}" ORDER BY {key}').fetchall()
        lines.append({"table": table, "columns": [c[1] for c in columns], "rows": len(rows)})
        lines += [[_plain(row[place]) for row in rows] for place in range(len(columns))]
    text = "\n".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in lines).encode()
    Path(out).write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    print(f"{out}: revision {revision}, {len(text):,} bytes, {Path(out).stat().st_size:,} packed")


def _plain(value: Any) -> Any:
    """A value as JSON can carry it; bytes as {"hex": …}."""
    return {"hex": value.hex()} if isinstance(value, bytes) else value


if __name__ == "__main__":
    main(*sys.argv[1:])
