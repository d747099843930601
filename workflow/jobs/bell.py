"""The queue of long work: huey's storage carries the number of a job, and what its runs say of themselves.

The row in `job` is the truth; what lies here may be lost at any time and is made anew by the sweeper (sweep.py). So a
bell that cannot be rung never stops a verb, and a bell rung twice does nothing twice (work.py, `claim`). Beside the
numbers lie the signs of life, the progress and the wish to stop of each run: no facts of the office, but visible from
every machine, and on SQLite in a file of their own, since the job itself may hold the main one's writer for minutes.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from huey.api import Huey
from huey.exceptions import HueyException
from huey.registry import Message
from huey.serializer import Serializer
from huey.storage import BaseStorage, PostgresStorage, SqliteStorage

from workflow.base.clock import machine_now

T = TypeVar("T")
log = logging.getLogger(__name__)
#: Work that somebody waits for, and work that takes its time: each has its own queue and its own places in a worker.
LANES = ("short", "long")
#: A worker that has not been heard of for so long does not run.
SILENT = timedelta(seconds=30)
PATIENCE = 5


class Unreachable(Exception):
    """The queue does not answer: told to people as a sentence, never a reason to refuse work."""


class _Numbers(Serializer):
    """Only a number travels. Whoever can write the queue must not be able to hand us objects (pickle)."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name, data.args[0]]).encode()

    def _deserialize(self, data: bytes) -> Message:
        ident, name, key = json.loads(bytes(data))
        return Message(ident, name, retries=0, retry_delay=0, args=(int(key),), kwargs={})


class _Sqlite(SqliteStorage):
    """Safe after a power cut without a sync for every number: WAL with NORMAL."""

    def _create_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._create_connection()
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection


def _failures() -> tuple[type[Exception], ...]:
    import psycopg

    return (OSError, sqlite3.Error, psycopg.Error)


class Bell:
    """One queue for each lane at the address `url` (sqlite:///file or postgresql://…), opened at the first use.

    Every process opens its own: after a fork `forget` leaves the connections to the parent.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(("sqlite:///", "postgresql")):
            raise ValueError("QUEUE_URL must be sqlite:///… or postgresql://…")
        self.url = url
        self._opened: dict[str, Any] = {}
        self._left: list[Any] = []
        self._process = os.getpid()

    # -- the engine --------------------------------------------------------------------------------------

    def _queue(self, lane: str) -> Any:
        if self._process != os.getpid():
            self.forget()
        if lane not in self._opened:
            kind: type[BaseStorage]
            if self.url.startswith("sqlite"):
                kind, where = (
                    _Sqlite,
                    {"filename": self.url.removeprefix("sqlite:///"), "timeout": PATIENCE, "cache_mb": 1},
                )
            else:
                dsn = self.url.replace("+psycopg", "", 1)
                kind, where = (
                    PostgresStorage,
                    {
                        "dsn": dsn,
                        "blocking": False,
                        "connect_timeout": PATIENCE,
                        "options": f"-c statement_timeout={PATIENCE}s",
                    },
                )
            huey = Huey(lane, results=False, serializer=_Numbers(), storage_class=kind, **where)
            huey.ring = huey.task()(_ring)
            self._opened[lane] = huey
        return self._opened[lane]

    def forget(self) -> None:
        """In a forked process: leave the parent's connections alone, not even closing them."""
        self._left += self._opened.values()
        self._opened, self._process = {}, os.getpid()

    def close(self) -> None:
        """Close what this process has opened; the next use opens it again."""
        opened, self._opened = self._opened, {}
        for queue in opened.values():
            with contextlib.suppress(Exception):  # it may be broken already
                queue.storage.close()

    def _try(self, act: Callable[[], T]) -> T:
        failures = _failures()
        for left in (1, 0):
            try:
                return act()
            except (
                failures
            ) as error:  # once more on a fresh connection: the database may have been started anew meanwhile
                self.close()
                if not left:
                    raise Unreachable(str(error)) from error
        raise AssertionError("unreachable")

    # -- numbers -----------------------------------------------------------------------------------------

    def ring(self, lane: str, key: int) -> bool:
        """Say that the job is there; whether the queue has heard it. Nothing is lost when not: the sweeper rings."""

        def enqueue() -> bool:
            self._queue(lane).ring(key)
            return True

        try:
            return self._try(enqueue)
        except Unreachable as error:
            log.warning("the queue cannot be reached, job %s waits for the sweeper: %s", key, error)
            return False

    def next(self, lane: str) -> int | None:
        """Take the next number out of the lane; None when it is empty."""

        def take() -> int | None:
            try:
                task = self._queue(lane).dequeue()
            except (ValueError, TypeError, HueyException):
                log.warning("something in the queue that is no number was thrown away")
                return None
            return None if task is None else int(task.args[0])

        return self._try(take)

    def numbers(self, lane: str) -> set[int]:
        """All numbers that wait in the lane."""

        return self._try(lambda: {int(task.args[0]) for task in self._queue(lane).pending()})

    # -- signs -------------------------------------------------------------------------------------------

    def put(self, sign: str, value: Any) -> None:
        """Leave a sign for whoever looks, on any machine."""
        self._try(lambda: self._queue(LANES[0]).storage.put_data(sign, json.dumps(value, ensure_ascii=False).encode()))

    def look(self, signs: Iterable[str]) -> dict[str, Any]:
        """The signs among these that are there."""
        names = list(signs)
        found = self._try(lambda: self._queue(LANES[0]).storage.peek_many(names)) if names else {}
        return {name: json.loads(bytes(value)) for name, value in found.items()}

    def drop(self, *signs: str) -> None:
        """Take signs away."""

        def take() -> None:
            for sign in signs:
                self._queue(LANES[0]).storage.pop_data(sign)

        self._try(take)

    def signs(self) -> list[str]:
        """The names of all signs that lie about."""
        return self._try(lambda: list(self._queue(LANES[0]).storage.result_items()))

    def here(self, lanes: Iterable[str]) -> None:
        """A worker serves these lanes."""
        for lane in lanes:
            self.put(f"worker:{lane}", machine_now().isoformat(timespec="seconds"))

    def served(self, lane: str) -> bool:
        """Whether a worker was heard of lately that serves the lane."""
        told = self.look([f"worker:{lane}"]).get(f"worker:{lane}")
        return told is not None and abs(machine_now() - datetime.fromisoformat(told)) < SILENT


def _ring(key: int) -> None:
    """The task of huey that carries a number; what it means is done by the worker (worker.py)."""
