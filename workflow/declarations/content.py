"""One digest over everything that is declared (118号 四(一)–(四)); `bound` says which facts hang on it.

It covers section 0 (title, level, specialty, unit, way, mode, channel, secrecy, batch), every section, every file and
what lies on paper only. What an office changes by law is no part of it: a unit merged into another (the unit counts as
it was chosen), the region, the route, the place of a quota, marks of checked degrees, and what is mirrored from the
account (a telephone number, a corrected name).
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.declarations.paper_stub import PaperStub
from workflow.base.journal import canonical
from workflow.base.remembered import once

#: What defines the case: label by the name under which it is chosen. Locked once the unit has recommended.
CASE_FACTS = {
    "title": "申报职称",
    "specialty": "申报专业",
    "mode": "申报方式",
    "channel": "推荐渠道",
    "secret": "涉密情况",
}


def digest(session: Session, declaration: Declaration) -> str:
    """SHA-256 of everything declared, as it stands now."""
    return once(
        session, (digest, declaration), lambda: hashlib.sha256(canonical(_body(session, declaration))).hexdigest()
    )


def _body(session: Session, declaration: Declaration) -> dict[str, Any]:
    d = declaration
    files = select(Material.kind, StoredFile.sha256).join(StoredFile, StoredFile.id == Material.file_id)
    held = session.execute(files.where(Material.declaration_id == d.id)).all()  # writes what waits to be written first
    stub = PaperStub
    on_paper = session.execute(
        select(stub.kind, stub.name, stub.reference, stub.pages).where(stub.declaration_id == d.id)
    ).all()
    return ({"paper": sorted(map(list, on_paper))} if on_paper else {}) | {
        "case": {
            "batch": d.batch_id,
            "way": str(d.way),
            "title": d.title_id,
            "level": str(d.level),
            "series": d.series_id,
            "specialty": d.specialty_id,
            "unit": d.declared_unit_id or d.unit_id,
            "mode": str(d.mode),
            "channel": str(d.channel),
            "secret": bool(d.secret),
        },
        "sections": d.content.sections or {},
        "materials": sorted([kind, sha256] for kind, sha256 in held),
    }
