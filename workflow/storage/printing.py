"""What was printed is kept (118号 一): the codes of a paper's pages, the sheet itself, and what was declared then.

A code is known again by the row of its print, word for word, so a sheet of three years ago is recognised whatever the
master key has become since. The same content printed again is the same sheet: same version, same codes, no new row.
"""

from __future__ import annotations

import base64
import hmac
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.material import StoredFile
from models.declarations.printing import PaperPrint
from workflow.base.unit_of_work import UnitOfWork
from workflow.storage import files, page_code
from workflow.storage.page_code import PageCode

#: A paper that shows what was declared, section by section.
FORM = "RF"


@dataclass(frozen=True)
class Printed:
    """What the pages of a print said: the digest and the code of each, and the sections as they were declared."""

    digests: Sequence[str]
    codes: Sequence[str]
    sections: dict[str, Any] = field(default_factory=dict)


def shown_by(digests: Sequence[str]) -> str:
    """The digest of a paper: over those of its pages."""
    return sha256("\n".join(digests).encode()).hexdigest()


def found(session: Session, paper: str, case: str, digests: Sequence[str]) -> PaperPrint | None:
    """The print of that content, if there was one."""
    asked = select(PaperPrint).where(PaperPrint.paper == paper, PaperPrint.case == case)
    return session.scalar(asked.where(PaperPrint.shown == shown_by(digests)))


def prints_of(session: Session, case: str, paper: str = FORM) -> list[PaperPrint]:
    """All prints of a case's paper, the newest last."""
    asked = select(PaperPrint).where(PaperPrint.paper == paper, PaperPrint.case == case)
    return list(session.scalars(asked.order_by(PaperPrint.id)))


def codes_for(session: Session, paper: str, case: str, version: int, digests: Sequence[str]) -> tuple[int, list[str]]:
    """The version and the codes that the pages bear: those of the same content printed before, else new ones."""
    if (row := found(session, paper, case, digests)) is not None:
        return row.version, list(said(row).codes)
    of = [PageCode(paper, case, version, n, len(digests), digest) for n, digest in enumerate(digests, 1)]
    return version, [page_code.written(code) for code in of]


def keep(
    uow: UnitOfWork, paper: str, case: str, version: int, printed: Printed, sheet: bytes, content_hash: str = ""
) -> PaperPrint:
    """Remember what was printed, with the sheet; once for each content, whoever prints it and how often."""
    if (row := found(uow.session, paper, case, printed.digests)) is not None:
        return row
    row = PaperPrint(
        paper=paper,
        case=case,
        version=version,
        pages=len(printed.digests),
        shown=shown_by(printed.digests),
        content_hash=content_hash,
        content=_packed(printed),
        printed_at=uow.now.replace(microsecond=0),
        printed_by=uow.actor.id,
    )
    uow.session.add(row)
    uow.session.flush()
    name = f"{page_code.PAPERS[paper]}_{case}.pdf"
    files.keep_made(uow, sheet, name, owner=row, purpose="打印底稿", pages=row.pages)
    uow.record("print_paper", row, label="打印纸质材料", paper=paper, case=case, version=version, pages=row.pages)
    return row


def sheet_of(session: Session, row: PaperPrint) -> StoredFile:
    """The sheet that was printed, as a kept file; no address leads to it."""
    owned = (StoredFile.owner_kind == PaperPrint.__tablename__) & (StoredFile.owner_id == row.id)
    return session.scalars(select(StoredFile).where(owned)).one()


def said(row: PaperPrint) -> Printed:
    """What the pages of a print said."""
    told = json.loads(zlib.decompress(base64.b85decode(row.content)))
    return Printed(told["digests"], told["codes"], told["sections"])


def _packed(printed: Printed) -> str:
    told = {"digests": list(printed.digests), "codes": list(printed.codes), "sections": printed.sections}
    return base64.b85encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)).decode()


# -- a sheet in the hand ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A code that is ours: what it says, and the print it is of (None of a sheet older than the keeping of prints)."""

    code: PageCode
    row: PaperPrint | None


def known(session: Session, text: str) -> Known | None:
    """Whose page a code names; None for one that is not ours, or not as it was printed."""
    code = page_code.parsed(text)
    if code is None:
        return None
    asked = select(PaperPrint).where(PaperPrint.paper == code.paper, PaperPrint.case == code.case)
    for row in session.scalars(asked.where(PaperPrint.version == code.version, PaperPrint.pages == code.pages)):
        if 1 <= code.page <= row.pages and hmac.compare_digest(said(row).codes[code.page - 1], text):
            return Known(code, row)
    return Known(code, None) if page_code.read(text) is not None else None


def forget(uow: UnitOfWork, declaration: Declaration) -> None:
    """With a draft that was never handed in, what was printed of it goes too."""
    rows = prints_of(uow.session, declaration.number)
    for row in rows:
        uow.session.delete(sheet_of(uow.session, row))
    uow.session.execute(delete(PaperPrint).where(PaperPrint.id.in_([row.id for row in rows])))
