"""Columns as a file: for a worker that has just begun, and for a frozen state (冻结统计) that is kept for years.

An .npz holds the arrays, and as JSON the words of each dimension, who reads, the position in the feed and the version
of the format. A file of another format or with other dimensions is not read.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from reports.figures.columns.follow import Position, statement
from reports.figures.columns.held import HELD, Columns

#: The format; a new one cannot be read by an older release, nor the other way round.
FORMAT = 1


class Foreign(ValueError):
    """A file that is damaged, of another format, or of other dimensions."""


def schema() -> str:
    """What the columns were read by, in short: other dimensions give another one."""
    return sha256(str(statement()).encode()).hexdigest()[:16]


def written(columns: Columns, at: Position, *, small: bool = False, **told: Any) -> bytes:
    """The file. `small` packs it, which takes a second and a half a million; `told` is kept beside."""
    words = {name: [_out(value) for value in columns.words[name].values_] for name in HELD}
    head = {
        "format": FORMAT, "schema": schema(), "at": at.told(), "words": words, "readers": list(columns.readers),
        "slots": len(columns.slots), "told": told,
    }  # fmt: skip
    arrays: dict[str, Any] = {f"k_{name}": columns.codes[name] for name in HELD}
    arrays |= {f"slot_{n}": slot for n, slot in enumerate(columns.slots)}
    save: Callable[..., None] = np.savez_compressed if small else np.savez
    out = io.BytesIO()
    head_bytes = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    save(out, head=head_bytes, counted=columns.counted, **arrays)
    return out.getvalue()


def read(content: bytes | Path, *, same_schema: bool = True) -> tuple[Columns, Position, dict[str, Any]]:
    """The columns of a file, where they stood, and what was told beside; `Foreign` where it is none of ours."""
    try:
        with np.load(io.BytesIO(content) if isinstance(content, bytes) else content, allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes())
            if head["format"] != FORMAT or (same_schema and head["schema"] != schema()):
                raise Foreign(f"format {head['format']}, schema {head['schema']}")
            columns = Columns()
            columns.counted = file["counted"]
            columns.codes = {name: file[f"k_{name}"] for name in HELD}
            columns.slots = [file[f"slot_{n}"] for n in range(head["slots"])]
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise error if isinstance(error, Foreign) else Foreign(str(error)) from error
    for name in HELD:
        for value in head["words"][name]:
            columns.words[name].keep(_in(value))
    columns.readers = {reader: code for code, reader in enumerate(head["readers"], 1)}
    return columns, Position(**head["at"]), head["told"]


def _out(value: Any) -> Any:
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _in(value: Any) -> Any:
    return date.fromisoformat(value["day"]) if isinstance(value, dict) else value
