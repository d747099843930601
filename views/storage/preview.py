"""Preview (附件预览, 附件3 1.12, 1.13, 1.15): a stored file page by page in our own shell, through the row policy of
its record.

The browser is given pictures only, never the file itself: what was uploaded cannot run anything here (TRUST T10).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.materials.proof import proofs_of
from views.storage.records import opens, readable_file
from workflow.base.errors import Refused
from workflow.forms import form as forms
from workflow.materials import proofs
from workflow.storage import preview
from workflow.storage.store import Absent, Damaged, Unavailable

#: Records whose `/open/<kind>` has another name than their table.
OPENED_AS = {"review_session": "session"}


class PreviewView(BaseView):
    """One page of a file with small pictures of its neighbours, zoom, the other files of the record, and the
    download."""

    route_base = "/file"
    default_view = "show"
    class_permission_name = "PreviewView"

    @expose("/<key>/view")
    @has_access
    def show(self, key: str) -> Any:
        """The page that `page` in the address names, as large as `zoom` says."""
        stored = readable_file(key)
        number = min(max(request.args.get("page", 1, type=int), 1), stored.pages)
        zoom = min(max(request.args.get("zoom", 1, type=int), 1), len(preview.ZOOMS))
        width, sentence, there = preview.ZOOMS[zoom - 1], "", True
        try:
            preview.page(stored, number, width)
        except Refused as refusal:
            sentence = refusal.sentence
            there = not isinstance(refusal, Absent | Damaged | Unavailable)
        return self.render_template(
            "storage/preview.html",
            title=stored.name,
            file=stored,
            number=number,
            zoom=zoom,
            zooms=len(preview.ZOOMS),
            width=width,
            sentence=sentence,
            there=there,
            small=preview.SMALL,
            strip=preview.strip(stored, number) if preview.shows(stored) else (),
            others=_files_beside(stored),
            proves=_proves(stored),
            home=_home(stored),
        )

    @expose("/<key>/view/<int:number>")
    @has_access
    def page(self, key: str, number: int) -> Any:
        """One page as a picture; asked of the row policy like the file itself."""
        stored = readable_file(key)
        width = request.args.get("width", preview.ZOOMS[0], type=int)
        if width not in preview.WIDTHS or not 1 <= number <= stored.pages or not preview.shows(stored):
            abort(404)
        answer = Response(preview.page(stored, number, width), mimetype="image/png")
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Content-Disposition"] = "inline; filename=page.png"
        return answer


def _files_beside(stored: StoredFile) -> Sequence[tuple[str, StoredFile]]:
    """(kind, file) of everything the record holds: of a declaration its present materials, else its attachments."""
    if stored.owner_kind == "declaration":
        declaration = db.session.get_one(Declaration, stored.owner_id)
        kinds = {kind.key: kind.label for kind in forms.form_of(declaration).materials}
        held = db.session.scalars(
            select(Material).where(Material.declaration_id == stored.owner_id).order_by(Material.id)
        )
        found = [(kinds.get(m.kind, m.kind), m.file) for m in held]
        if any(file.id == stored.id for _kind, file in found):
            return found
        return [*found, (stored.purpose, stored)]
    same = select(StoredFile).where(StoredFile.owner_kind == stored.owner_kind, StoredFile.owner_id == stored.owner_id)
    return [(file.purpose or "附件", file) for file in db.session.scalars(same.order_by(StoredFile.id))]


def _proves(stored: StoredFile) -> list[str]:
    """The rows of the form that the file proves, as they are called there."""
    declaration = db.session.get(Declaration, stored.owner_id) if stored.owner_kind == "declaration" else None
    if declaration is None:
        return []
    mine = [p for p in proofs_of(db.session, declaration.id) if p.material.file_id == stored.id]
    wanted = {(one.section, one.place) for one in mine}
    return [
        row.words
        for row in proofs.rows_of(declaration, {s for s, _place in wanted})
        if (row.section, row.place) in wanted
    ]


def _home(stored: StoredFile) -> str:
    """Where the record stands at the reader's own desk; empty for records without one."""
    kind = OPENED_AS.get(stored.owner_kind, stored.owner_kind)
    return url_for("RecordView.open", kind=kind, key=stored.owner_id) if opens(kind) else ""
