"""Columns as a file: for a worker that has just begun, and for frozen figures (时点数据) that are kept for years.

An .npz holds the arrays, and as JSON the words of each dimension, who reads, the position in the feed and the version
of the format. A worker takes only a file that was read by the same dimensions; frozen figures answer by those that
they hold. Beside the declarations a frozen file holds the rows of every other subject, fetched when they are asked for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from reports.figures.columns import foretold, format_2
from reports.figures.columns.coded import Keys, Words
from reports.figures.columns.follow import Position, statement
from reports.figures.columns.held import ROUGH, Columns
from reports.figures.columns.rows import Rows

#: The format. An older release cannot read it; frozen figures of the one before are read (`format_2`).
FORMAT = 3


class Foreign(ValueError):
    """A file that is damaged, of another format, or of other dimensions."""


def schema() -> str:
    """What the columns were read by, in short: other dimensions give another one."""
    return sha256(str(statement()).encode()).hexdigest()[:16]


def written(
    columns: Columns, at: Position, *, small: bool = False, rows: Mapping[str, Rows] | None = None, **told: Any
) -> bytes:
    """The file as bytes."""
    out = io.BytesIO()
    write(out, columns, at, small=small, rows=rows, **told)
    return out.getvalue()


def write(
    out: BinaryIO,
    columns: Columns,
    at: Position,
    *,
    small: bool = False,
    rows: Mapping[str, Rows] | None = None,
    **told: Any,
) -> None:
    """The file. `small` leaves out what columns say of each other and packs the rest; `rows` are those of other
    subjects by their names; `told` is kept beside."""
    rows = rows or {}
    head = {
        "format": FORMAT, "schema": schema(), "at": at.told(), "words": _words_out(columns.words),
        "circles": list(columns.circles.known), "told": told,
        "rows": {name: {"words": _words_out(held.words), "owned": held.owners is not None}
                 for name, held in rows.items()},
    }  # fmt: skip
    arrays: dict[str, Any] = {f"k_{name}": codes for name, codes in columns.codes.items()}
    arrays |= {f"r_{name}": table for name, table in columns.rough.items()}
    arrays |= {"flags": columns.circles.flags, "circle": columns.circles.codes}
    for name, held in rows.items():
        arrays |= {f"{name}.k_{dimension}": codes for dimension, codes in held.codes.items()}
        arrays |= {f"{name}.keys": held.keys} | ({} if held.owners is None else {f"{name}.owners": held.owners})
    if small:
        arrays = dict(foretold.less(arrays))
    save: Callable[..., None] = np.savez_compressed if small else np.savez
    head_bytes = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    save(out, head=head_bytes, counted=columns.counted, **arrays)


def read(content: bytes | Path, *, same_schema: bool = True) -> tuple[Columns, Position, dict[str, Any]]:
    """The columns of a file, where they stood, and what was told beside; `Foreign` where it is none of ours."""
    file = File(content, same_schema=same_schema)
    return file.columns(), file.at, file.told


class File:
    """A kept file while it is open: what it tells of itself, its columns, and the rows of other subjects."""

    def __init__(self, content: bytes | Path, *, same_schema: bool = False) -> None:
        self._content = io.BytesIO(content) if isinstance(content, bytes) else content
        head = self._taken(lambda file: json.loads(file["head"].tobytes()))
        known = (FORMAT,) if same_schema else (FORMAT, format_2.FORMAT)
        if head.get("format") not in known or (same_schema and head.get("schema") != schema()):
            raise Foreign(f"format {head.get('format')}, schema {head.get('schema')}")
        self._head = head
        self.at, self.told = Position(**head["at"]), head["told"]

    def columns(self) -> Columns:
        """All declarations."""

        def take(file: Any) -> Columns:
            if self._head["format"] == format_2.FORMAT:
                words = {name: [*map(_in, values)] for name, values in self._head["words"].items()}
                return format_2.columns(self._head, file.__getitem__, words)
            columns, told = Columns(), partial(foretold.whole, arrays=_Once(file))
            columns.words = _words_in(self._head["words"])
            columns.counted = file["counted"]
            columns.codes = {name: told(f"k_{name}") for name in columns.words if name not in ROUGH}
            columns.rough = {name: file[f"r_{name}"] for name in columns.words if name in ROUGH}
            columns.circles.flags, columns.circles.codes = told("flags"), told("circle")
            columns.circles.known = {tuple(circle): code for code, circle in enumerate(self._head["circles"])}
            return columns

        return self._taken(take)

    def rows(self, name: str) -> Rows | None:
        """The rows of a subject; its codes are unpacked when a dimension is first asked for."""
        if (held := self._head["rows"].get(name)) is None:
            return None
        words = _words_in(held["words"])
        owners = self._array(f"{name}.owners") if held["owned"] else None
        return Rows(words, _Unpacked(self, name), self._array(f"{name}.keys"), owners)

    def holds(self, name: str) -> frozenset[str]:
        """By which dimensions a subject other than the declarations is held."""
        return frozenset(self._head["rows"].get(name, {}).get("words", ()))

    @property
    def dimensions(self) -> frozenset[str]:
        """By which dimensions declarations are held."""
        return frozenset(self._head["words"])

    def _array(self, name: str) -> NDArray[Any]:
        return self._taken(lambda file: file[name])

    def _taken(self, take: Callable[[Any], Any]) -> Any:
        if not isinstance(self._content, Path):
            self._content.seek(0)
        try:
            with np.load(self._content, allow_pickle=False) as file:
                return take(file)
        except (OSError, EOFError, KeyError, ValueError, BadZipFile, AttributeError) as error:
            raise error if isinstance(error, Foreign) else Foreign(str(error)) from error


class _Once(dict[str, Any]):
    """The arrays of an open file, each unpacked once."""

    def __init__(self, file: Any) -> None:
        super().__init__()
        self.file = file

    def __contains__(self, name: object) -> bool:
        return name in self.file

    def __missing__(self, name: str) -> NDArray[Any]:
        self[name] = self.file[name]
        return self[name]


class _Unpacked(dict[str, Any]):
    """The codes of one subject, unpacked one by one."""

    def __init__(self, file: File, name: str) -> None:
        super().__init__()
        self.file, self.name = file, name

    def __missing__(self, dimension: str) -> NDArray[Any]:
        self[dimension] = self.file._array(f"{self.name}.k_{dimension}")
        return self[dimension]


def _words_out(words: Mapping[str, Words]) -> dict[str, Any]:
    return {
        name: held.many if isinstance(held, Keys) else [_out(held.word(code)) for code in range(held.many)]
        for name, held in words.items()
    }


def _words_in(told: Mapping[str, Any]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for name, values in told.items():
        if isinstance(values, int):
            found[name] = Keys(values)
            continue
        found[name] = Words()
        for value in values:
            found[name].keep(_in(value))
    return found


def _out(value: Any) -> Any:
    return {"day": value.isoformat()} if isinstance(value, date) else value


def _in(value: Any) -> Any:
    return date.fromisoformat(value["day"]) if isinstance(value, dict) else value
