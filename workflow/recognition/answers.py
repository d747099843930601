"""Answers that are kept: what a content says of one value, found in a job and looked up by the pages.

The key holds everything an answer follows from besides the content: how it is compared, what was typed, the labels and
words beside it. Whatever of these changes is another question; an old answer is never shown for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.materials.read_answer import ReadAnswer
from models.sealed import blind_index
from workflow.recognition import engine
from workflow.recognition.page import Box, Reading
from workflow.recognition.verdict import Asked, Said, Verdict, of_pages, offered

#: Bumped whenever the same question is answered in another way.
EDITION = 1
#: Answers by content and question.
Known = Mapping[tuple[str, str], Said]


def key_of(asked: Asked) -> str:
    """The question in 32 signs."""
    parts = [EDITION, asked.kind, asked.typed, asked.labels, sorted(asked.words)]
    return blind_index(json.dumps(parts, ensure_ascii=False)).hex()


def answer(asked: Asked, pages: Sequence[Sequence[Reading]]) -> Said:
    """What the pages say of what was typed; where nothing was, what they offer."""
    return of_pages(asked, pages) if asked.typed else offered(asked, pages)


def known(session: Session, digests: Iterable[str]) -> Known:
    """Every answer of these contents that was found by this edition of the reader."""
    wanted = set(digests)
    if not wanted:
        return {}
    query = select(ReadAnswer.sha256, ReadAnswer.asked, ReadAnswer.told)
    query = query.where(ReadAnswer.sha256.in_(wanted), ReadAnswer.reader == engine.version())
    return {(sha256, asked): _said(told) for sha256, asked, told in session.execute(query)}


def keep(session: Session, found: Known, now: datetime) -> None:
    """Keep answers; those that another run has kept meanwhile stay."""
    there = known(session, {sha256 for sha256, _ in found})
    at = now.replace(microsecond=0)
    session.add_all(
        ReadAnswer(
            sha256=sha256,
            reader=engine.version(),
            asked=asked,
            told=json.dumps(asdict(said), ensure_ascii=False),
            answered_at=at,
        )
        for (sha256, asked), said in found.items()
        if (sha256, asked) not in there
    )
    session.flush()


def _said(told: str) -> Said:
    kept = json.loads(told)
    box = Box(**kept.pop("box")) if kept.get("box") else kept.pop("box", None)
    return Said(**{**kept, "verdict": Verdict(kept["verdict"]), "box": box})
