"""How a bench measures: contenders take turns in one process, the median counts, and one table is printed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


def medians(contenders: Mapping[str, Callable[[], Any]], rounds: int, warm: int = 2) -> dict[str, float]:
    """Median milliseconds of each contender; they take turns, so that a busy moment of the machine hits all."""
    seen: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(warm + rounds):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if number >= warm:
                seen[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(times) for name, times in seen.items()}


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that reach the database inside the block."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print one table, figures to the right."""
    cells = [[_text(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[n]) for row in cells) for n in range(len(heads))]
    print(f"\n{title}")
    for number, row in enumerate(cells):
        words = [_pad(cell, width, left=n == 0) for n, (cell, width) in enumerate(zip(row, widths, strict=True))]
        print("  " + "  ".join(words).rstrip())
        if not number:
            print("  " + "  ".join("-" * width for width in widths))
    print(flush=True)


def verdict(value: float, limit: float) -> str:
    """Whether a figure keeps its limit."""
    return f"{'ok' if value <= limit else 'OVER'} (≤ {limit:g})"


def _text(cell: Any) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _width(text: str) -> int:
    return sum(2 if "⺀" <= letter <= "￯" else 1 for letter in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
