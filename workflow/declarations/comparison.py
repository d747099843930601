"""线上线下比对 (118号 四(四)): which files an office has laid beside the paper, and what is still open before it may
pass them on.

Reading only; the verbs stand in `workflow.declarations.paper_desk`. Every office of the route compares for itself: the
next one
sees what was found before, and signs for its own eyes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.declarations.comparison import Comparison, ComparisonResult
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content
from workflow.declarations.materials import materials_of


@dataclass(frozen=True)
class Compared:
    """One file with everything that was found of it, and what this office has found."""

    material: Material
    found: Sequence[Comparison]  #: of all offices, in the order of the route
    here: Comparison | None  #: of this office, of what is declared now
    row: Comparison | None = None  #: of this office, whatever it spoke of
    now: str = ""  #: the digest of what is declared now

    def counts(self, one: Comparison) -> bool:
        """Whether a finding speaks of what is declared now."""
        return one.content_hash == self.now


def files_of(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    """Every file of the declaration with its comparisons; two statements, and these once while nothing changes."""
    return list(once(uow.session, (files_of, declaration), lambda: _files(uow, declaration)))


def _files(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    known: dict[int, list[Comparison]] = {}
    for one in uow.session.scalars(
        select(Comparison).where(Comparison.declaration_id == declaration.id).order_by(Comparison.position)
    ):
        known.setdefault(one.material_id, []).append(one)
    now, files = content.digest(uow.session, declaration), []
    for material in materials_of(uow, declaration):
        found = known.get(material.id, ())
        row = next((c for c in found if c.position == declaration.position), None)
        files.append(Compared(material, found, row if row and row.content_hash == now else None, row, now))
    return files


def everything_compared(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Once the paper has come, every file is compared at this office and no difference is left (118号 四(四))."""
    if declaration.paper_received_on is None:
        return None
    files = files_of(uow, declaration)
    if left := [f for f in files if f.here is None]:
        return f"纸质材料已收到，还有 {len(left)} 件材料未比对线上线下是否一致（118号 四(四)）；请先办理“核验与比对”。"
    if differing := [f for f in files if f.here is not None and f.here.result == ComparisonResult.DIFFERS]:
        names = "、".join(f"“{f.material.file.name}”" for f in differing[:3])
        return (
            f"{names}等 {len(differing)} 件材料线上线下不一致，尚未更正（118号 四(四)）；"
            "请沟通更正后在“核验与比对”中登记，或者退回补正。"
        )
    return None


def overall(uow: UnitOfWork, declaration: Declaration) -> str:
    """What the files together say: `corrected` where any was, `same` where all agree, "" where not all are compared."""
    if declaration.paper_received_on is None:
        return "pending"
    results = {f.here.result if f.here else "" for f in files_of(uow, declaration)}
    if results & {"", ComparisonResult.DIFFERS}:
        return ""
    return "corrected" if ComparisonResult.CORRECTED in results else "same"
