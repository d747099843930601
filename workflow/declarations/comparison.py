"""线上线下比对 (118号 四(四)): which files an office has laid beside the paper, and what is still open before it may
pass them on.

Reading only; the verbs stand in `workflow.declarations.paper_desk`. Every office of the route compares for itself: the
next one
sees what was found before, and signs for its own eyes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import select

from models.declarations.comparison import Comparison, ComparisonResult, Found, StubComparison
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.declarations.paper_stub import PaperStub
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content
from workflow.declarations.content import materials_of


@dataclass(frozen=True)
class Compared:
    """One file, or one paper-only stub, with everything that was found of it, and what this office has found."""

    item: Material | PaperStub
    found: Sequence[Found]  #: of all offices, in the order of the route
    here: Found | None  #: of this office, of what is declared now
    row: Found | None = None  #: of this office, whatever it spoke of
    now: str = ""  #: the digest of what is declared now

    def counts(self, one: Found) -> bool:
        """Whether a finding speaks of what is declared now."""
        return one.content_hash == self.now

    @property
    def material(self) -> Material:
        """The uploaded file; asked only of files."""
        return cast(Material, self.item)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.item.file.name if isinstance(self.item, Material) else self.item.name

    @property
    def key(self) -> str:
        """Its name on a page: files and stubs are numbered apart."""
        return f"{'file' if isinstance(self.item, Material) else 'stub'}-{self.item.id}"


def files_of(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    """Every file of the declaration with its comparisons; two statements, and these once while nothing changes."""
    return list(once(uow.session, (files_of, declaration), lambda: _files(uow, declaration)))


def stubs_of(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    """Every paper-only file of a secret declaration: only the paper can tell whether it is there."""
    return list(once(uow.session, (stubs_of, declaration), lambda: _stubs(uow, declaration)))


def items_of(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    """All that an office lays beside the paper, or looks for in it."""
    return [*files_of(uow, declaration), *stubs_of(uow, declaration)]


def _files(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    known: dict[int, list[Found]] = {}
    for one in uow.session.scalars(
        select(Comparison).where(Comparison.declaration_id == declaration.id).order_by(Comparison.position)
    ):
        known.setdefault(one.material_id, []).append(one)
    return _compared(uow, declaration, materials_of(uow, declaration), known)


def _stubs(uow: UnitOfWork, declaration: Declaration) -> list[Compared]:
    mine = select(PaperStub).where(PaperStub.declaration_id == declaration.id).order_by(PaperStub.id)
    stubs = uow.session.scalars(mine).all()
    known: dict[int, list[Found]] = {}
    if stubs:
        found = select(StubComparison).where(StubComparison.declaration_id == declaration.id)
        for one in uow.session.scalars(found.order_by(StubComparison.position)):
            known.setdefault(one.stub_id, []).append(one)
    return _compared(uow, declaration, stubs, known)


def _compared(
    uow: UnitOfWork,
    declaration: Declaration,
    items: Sequence[Material | PaperStub],
    known: Mapping[int, Sequence[Found]],
) -> list[Compared]:
    now, listed = content.digest(uow.session, declaration), []
    for item in items:
        found = known.get(item.id, ())
        row = next((c for c in found if c.position == declaration.position), None)
        listed.append(Compared(item, found, row if row and row.content_hash == now else None, row, now))
    return listed


def everything_compared(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """Once the paper has come, every file and every paper-only stub is compared at this office and no difference is
    left (118号 四(四))."""
    if declaration.paper_received_on is None:
        return None
    files = items_of(uow, declaration)
    if left := [f for f in files if f.here is None]:
        return f"纸质材料已收到，还有 {len(left)} 件材料未比对线上线下是否一致（118号 四(四)）；请先办理“核验与比对”。"
    if differing := [f for f in files if f.here is not None and f.here.result == ComparisonResult.DIFFERS]:
        names = "、".join(f"“{f.name}”" for f in differing[:3])
        return (
            f"{names}等 {len(differing)} 件材料线上线下不一致，尚未更正（118号 四(四)）；"
            "请沟通更正后在“核验与比对”中登记，或者退回补正。"
        )
    return None


def overall(uow: UnitOfWork, declaration: Declaration) -> str:
    """What the files together say: `corrected` where any was, `same` where all agree, "" where not all are compared."""
    if declaration.paper_received_on is None:
        return "pending"
    results = {f.here.result if f.here else "" for f in items_of(uow, declaration)}
    if results & {"", ComparisonResult.DIFFERS}:
        return ""
    return "corrected" if ComparisonResult.CORRECTED in results else "same"
