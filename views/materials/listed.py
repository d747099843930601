"""申报材料 as one list: what is missing first, then what is there, then what may be added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.declarations.paper_stub import PaperStub
from models.materials.upload import Upload
from views.screens.moment import of_request
from workflow.base import settings
from workflow.declarations import paper_only, submission
from workflow.forms import form as forms
from workflow.forms.form_parts import MaterialKind, Section
from workflow.materials import proofs, upload
from workflow.recognition import compared

MISSING, WANTED, THERE, MAYBE = "缺", "建议补充", "已有", "选传"
TONES = {MISSING: "bad", WANTED: "warn", THERE: "ok", MAYBE: "off"}


@dataclass
class Kind:
    """A kind of material as it stands in this declaration."""

    declared: MaterialKind
    status: str
    held: list[Material] = field(default_factory=list)
    stubs: list[PaperStub] = field(default_factory=list)
    photos: list[Upload] = field(default_factory=list)  #: whole, waiting to be joined
    broken_off: list[Upload] = field(default_factory=list)
    rows: list[proofs.Row] = field(default_factory=list)  #: that such a file can prove

    @property
    def key(self) -> str:
        """The key of the kind."""
        return self.declared.key

    @property
    def tone(self) -> str:
        """The tone of its status."""
        return TONES[self.status]

    @property
    def told(self) -> str:
        """What there is of it."""
        count = len(self.held) + len(self.stubs)
        return f"{count} 件" if count else self.status


def listed(declaration: Declaration, asked: Collection[str] = ()) -> dict[str, Any]:
    """What the page of materials shows; `asked` are kinds that have to be shown because something is said of them."""
    uow = of_request()
    facts = submission.facts_of(uow, declaration)
    held, stubs = submission.materials_of(uow, declaration), paper_only.stubs_of(uow, declaration)
    on_the_way = upload.under_way(uow, declaration)
    whole = forms.form_of(declaration)
    kinds = [_kind(declaration, kind, facts, held, stubs, on_the_way) for kind in whole.materials]
    for key in dict.fromkeys(m.kind for m in held if m.kind not in {k.key for k in kinds}):
        kind = replace(whole.held(key), hint="本次申报不要求，可以移除", max_files=1, required=False)
        kinds.append(_kind(declaration, kind, facts, held, stubs, on_the_way))
    others = [k for k in kinds if not _shown(k, facts, asked)]
    return {
        "kinds": sorted((k for k in kinds if k not in others), key=lambda k: list(TONES).index(k.status)),
        "others": others,
        "proved": proofs.by_file(uow, declaration),
        "twins": proofs.twins(uow, declaration),
        "unproved": unproved(declaration, facts),
        "recognised": compared.of_declaration(uow, declaration),
        "max_mb": settings.value(db.session, "upload_max_mb"),
    }


def _shown(kind: Kind, facts: Mapping[str, Any], asked: Collection[str]) -> bool:
    there = kind.held or kind.photos or kind.broken_off or kind.stubs or kind.key in asked
    return bool(there) or (kind.declared.fits(facts) and kind.key != "other")


def _kind(
    declaration: Declaration,
    kind: MaterialKind,
    facts: Mapping[str, Any],
    held: Iterable[Material],
    stubs: Iterable[PaperStub],
    on_the_way: Sequence[Upload],
) -> Kind:
    made = Kind(
        kind,
        MAYBE,
        [m for m in held if m.kind == kind.key],
        [s for s in stubs if s.kind == kind.key],
        [u for u in on_the_way if u.kind == kind.key and u.paged and u.whole_at is not None],
        [u for u in on_the_way if u.kind == kind.key and u.whole_at is None],
        proofs.provable(declaration, kind),
    )
    if made.held or made.stubs:
        made.status = THERE
    elif kind.needed(facts):
        made.status = WANTED if kind.warn_only else MISSING
    return made


def unproved(declaration: Declaration, facts: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """(what the row is called, where its proof is uploaded) of every row that asks for a proof and has none."""
    uow = of_request()
    known = facts if facts is not None else submission.facts_of(uow, declaration)
    found = []
    for row in proofs.missing(uow, declaration):
        kind = proofs.kind_for(declaration, row.section, known)
        place = f"#{kind.key}" if kind else ""
        found.append((row.words, url_for("DeclareView.materials", key=declaration.id) + place))
    return found


def beside(declaration: Declaration, section: Section) -> list[list[Material]] | None:
    """The files that prove each row of a section, for its form; None for a section whose rows ask for none."""
    if not section.repeated or not any(section.key in kind.proves for kind in forms.form_of(declaration).materials):
        return None
    held = proofs.by_row(of_request(), declaration)
    rows = (declaration.content.sections or {}).get(section.key) or []
    return [held.get((section.key, n), []) for n in range(len(rows))]


def where(declaration: Declaration, section: Section) -> str:
    """Where a proof of such a row is handed in."""
    kind = proofs.kind_for(declaration, section.key, submission.facts_of(of_request(), declaration))
    return url_for("DeclareView.materials", key=declaration.id) + (f"#{kind.key}" if kind else "")
