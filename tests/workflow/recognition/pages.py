"""Pages as the reader tells them: written down in a test, or really read once (tests/data/recognition)."""

from __future__ import annotations

import json
from pathlib import Path

from workflow.recognition.page import readings

RECORDED = Path(__file__).resolve().parents[2] / "data" / "recognition" / "read.json"
HIGH, WIDE = 40, 20


def line(text, number=0, *, left=0, sure=1.0, others=None):
    """One line, `others` by character: what else it may be, and how much."""
    box = [left, number * 60, left + WIDE * len(text), number * 60]
    box += [left + WIDE * len(text), number * 60 + HIGH, left, number * 60 + HIGH]
    return [box, text, [sure] * len(text), [(others or {}).get(sign, {}) for sign in text]]


def told(*lines, second=None, turned=0):
    """A page of these lines (texts, or lines of their own), seen alike in both readings unless `second` says more."""
    made = [line(one, number) if isinstance(one, str) else one for number, one in enumerate(lines)]
    size = [2000, 3000]
    again = made if second is None else [line(one, n) if isinstance(one, str) else one for n, one in enumerate(second)]
    return {"turned": turned, "readings": [{"size": size, "lines": made}, {"size": size, "lines": again}]}


def page(*lines, **more):
    """The same, ready for a verdict."""
    return readings(told(*lines, **more))


def recorded():
    """(kind, material, [(section, field, typed)], readings) of documents that were drawn, photographed and read."""
    for one in json.loads(RECORDED.read_text(encoding="utf-8")):
        yield one["kind"], one["material"], [tuple(typed) for typed in one["typed"]], readings(one["page"])
