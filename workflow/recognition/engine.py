"""The reader of pictures behind one door: rapidocr on onnxruntime with the models in its wheel; nothing is fetched.

An optional installation (`make reading`). Where it is absent `installed` says so and everything else works. What it
gives is every line with its box and, for each character, how sure the reader is and what it took for second best.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from importlib import metadata
from typing import Any

#: One read line: corners of its box (eight numbers), its characters, how sure each is, the runners-up of each.
Line = tuple[list[int], str, list[float], list[dict[str, float]]]
#: Lines below that are not worth keeping; runners-up below that are not kept; how many are.
LEAST, LEAST_RUNNER, RUNNERS = 0.3, 0.01, 4
#: Bumped whenever readings of before are of no use any more: other preparing, other form.
EDITION = 1
_PARTS = ("rapidocr", "onnxruntime", "cv2")


@cache
def installed() -> bool:
    """Whether the reader is there at all."""
    return all(importlib.util.find_spec(part) is not None for part in _PARTS)


@cache
def version() -> str:
    """Which reader reads: readings of another are not used."""
    if not installed():
        return ""
    return f"{metadata.version('rapidocr')}/{metadata.version('onnxruntime')}/{EDITION}"


def reader() -> Callable[[Any], list[Line]]:
    """A function that reads a prepared picture. One thread: reading is never in anybody's way."""
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.max_side_len": 4000,
            "Global.text_score": LEAST,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    engine._load_rec_model()
    kept = _Kept(engine.text_rec.postprocess_op)
    engine.text_rec.postprocess_op = kept

    def read(seen: Any) -> list[Line]:
        kept.lines.clear()
        found = engine(seen, use_cls=False)
        if found.txts is None:
            return []
        pool, lines = list(kept.lines), []
        for text, score, box in zip(found.txts, found.scores, found.boxes, strict=True):
            like = next((k for k in pool if k[0] == text and abs(k[1] - score) < 1e-4), None)
            if like is not None:
                pool.remove(like)
                corners = [round(float(c)) for corner in box for c in corner]
                lines.append((corners, "".join(s for s, _, _ in like[2]), *_apart(like[2])))
        return lines

    return read


def _apart(signs: list[tuple[str, float, dict[str, float]]]) -> tuple[list[float], list[dict[str, float]]]:
    return [sure for _, sure, _ in signs], [others for _, _, others in signs]


class _Kept:
    """Stands before the reader's last step and keeps what that throws away: the probabilities of characters."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.lines: list[tuple[str, float, list[tuple[str, float, dict[str, float]]]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __call__(self, given: Any, *more: Any, **named: Any) -> Any:
        told = self.inner(given, *more, **named)
        for (text, score), odds in zip(told[0], given, strict=False):
            self.lines.append((text, float(score), self._signs(odds)))
        return told

    def _signs(self, odds: Any) -> list[tuple[str, float, dict[str, float]]]:
        signs, last, names = [], -1, self.inner.character
        for step, best in zip(odds, odds.argmax(1), strict=True):
            if best not in (0, last):
                order = step.argsort()[::-1][: RUNNERS + 2]
                others = {
                    names[one]: round(float(step[one]), 3)
                    for one in order
                    if one not in (0, best) and step[one] >= LEAST_RUNNER
                }
                signs.append((names[best], round(float(step[best]), 3), others))
            last = best
        return signs
