"""Readings that are kept: by the content of a file, page and edition of the reader, packed and sealed, for a while."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, delete, exists, or_, select
from sqlalchemy.orm import Session

from models.declarations.material import StoredFile
from models.materials.page_read import WHOLE_FILE, PageRead
from models.materials.read_answer import ReadAnswer
from workflow.recognition import engine
from workflow.recognition.page import Reading, readings

#: Days after which a reading goes; whoever needs it then has the file read again.
KEPT_DAYS = 180
#: Days after which a file that could not be read may be asked for again: the machine may have been at fault.
FAULT_DAYS = 1


def packed(page: dict[str, Any]) -> str:
    """A page as text of its own kind, small."""
    told = json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b85encode(zlib.compress(told, 9)).decode()


def unpacked(told: str) -> dict[str, Any]:
    """The same page."""
    page: dict[str, Any] = json.loads(zlib.decompress(base64.b85decode(told)))
    return page


def read_of(session: Session, digests: Iterable[str]) -> dict[str, list[PageRead]]:
    """What this edition of the reader has read of these contents, by content, in the order of the pages."""
    wanted = set(digests)
    if not wanted:
        return {}
    query = select(PageRead).where(PageRead.sha256.in_(wanted), PageRead.reader == engine.version())
    found: dict[str, list[PageRead]] = {}
    for row in session.scalars(query.order_by(PageRead.sha256, PageRead.page)):
        found.setdefault(row.sha256, []).append(row)
    return found


def extent_of(session: Session, digests: Iterable[str]) -> dict[str, tuple[int, str]]:
    """(how many pages were read, or 0 and why none) of each of these contents that was read; nothing is unsealed."""
    wanted = set(digests)
    if not wanted:
        return {}
    query = select(PageRead.sha256, PageRead.page, PageRead.fault)
    found: dict[str, tuple[int, str]] = {}
    for sha256, page, fault in session.execute(
        query.where(PageRead.sha256.in_(wanted), PageRead.reader == engine.version())
    ):
        pages, _ = found.get(sha256, (0, ""))
        found[sha256] = (pages + (page != WHOLE_FILE), fault)
    return found


def pages_of(rows: Sequence[PageRead]) -> list[list[Reading]]:
    """The readings of each page, as far as they could be read."""
    return [readings(unpacked(row.told)) for row in rows if row.page != WHOLE_FILE]


def keep(session: Session, sha256: str, pages: Sequence[dict[str, Any]], fault: str, now: datetime) -> None:
    """Keep what was read of a content, or that and why it could not be read; what another run has kept stays."""
    here = select(PageRead.id).where(PageRead.sha256 == sha256, PageRead.reader == engine.version())
    if session.scalar(here.limit(1)) is not None:
        return
    at = now.replace(microsecond=0)
    rows = [(number, packed(page), "") for number, page in enumerate(pages, 1)] or [(WHOLE_FILE, packed({}), fault)]
    session.add_all(
        PageRead(sha256=sha256, page=number, reader=engine.version(), told=told, fault=why, read_at=at)
        for number, told, why in rows
    )
    session.flush()


def _to_forget(now: datetime) -> Any:
    return or_(
        PageRead.read_at < now - timedelta(days=KEPT_DAYS),
        and_(PageRead.page == WHOLE_FILE, PageRead.read_at < now - timedelta(days=FAULT_DAYS)),
        ~exists().where(StoredFile.sha256 == PageRead.sha256),
    )


def any_to_forget(session: Session, now: datetime) -> bool:
    """Whether there is anything that need not be kept any more."""
    return session.scalar(select(PageRead.id).where(_to_forget(now)).limit(1)) is not None


def forget(session: Session, now: datetime) -> int:
    """Take away what is old, and what was read of files that no row names any more, with what was found of it; how
    many pages."""
    gone = session.execute(delete(PageRead).where(_to_forget(now)).execution_options(synchronize_session=False))
    stale = or_(
        ReadAnswer.answered_at < now - timedelta(days=KEPT_DAYS),
        ~exists().where(PageRead.sha256 == ReadAnswer.sha256, PageRead.reader == ReadAnswer.reader),
    )
    session.execute(delete(ReadAnswer).where(stale).execution_options(synchronize_session=False))
    assert isinstance(gone, CursorResult)  # noqa: S101  (a delete answers with one)
    return gone.rowcount
