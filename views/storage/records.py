"""What every desk shares: open a record where one works, read its files, read its trail."""

from __future__ import annotations

import io
from typing import Any

from flask import abort, g, redirect, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.awards.appeal import Appeal
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity
from models.base import db
from models.batches.batch import Batch
from models.committees.committee import Committee
from models.declarations.declaration import Correction, Declaration
from models.declarations.material import StoredFile
from models.declarations.paper_pile import PaperPile
from models.declarations.quota import Quota
from models.declarations.standing import REFUSED
from models.materials.library import LibraryEntry
from models.paths.path import PathKind, PathNode
from models.review.plan import Plan
from models.review.session import ReviewSession
from reports import ics
from views.screens.panel import may_open, shows
from views.storage.letters import correction_pdf, termination_pdf
from views.storage.papers import opinion_sheet_pdf, review_form_pdf
from views.storage.served import served
from workflow.base import policy
from workflow.base.abilities import Ability, may
from workflow.base.unit_of_work import asking
from workflow.batches.agenda import agenda
from workflow.declarations import opinion
from workflow.storage import clean

#: A place on a path is shown at the screen of its path.
PATH_SCREENS = {kind.value: f"{kind.value.capitalize()}PathScreen.show" for kind in PathKind}
#: Where a record is shown: the first of these pages that the reader may open and that shows it to him; where one table
#: has several screens, by its kind.
DESKS: dict[str, tuple[str | dict[str, str], ...]] = {
    "declaration": (
        "DeclareView.show",
        "RecheckScreen.show",
        "UnitDeskScreen.show",
        "SuperiorAuditScreen.show",
        "AuditScreen.show",
        "TrailScreen.show",
        "DeclarationSearchScreen.show",
        "MaterialReviewScreen.show",
    ),
    "paper_pile": ("PaperPileScreen.show",),
    "plan": ("PlanScreen.show", "PlanSearchScreen.show", "PlanAuditScreen.show", "SpecialPlanAuditScreen.show"),
    "objection": ("ObjectionScreen.show",),
    "appeal": ("MyAppealScreen.show", "AppealScreen.show"),
    "session": ("CheckInView.show", "SessionScreen.show"),
    "interview": ("InterviewNoticeView.notice",),
    "quota": ("QuotaScreen.show", "QuotaAuditScreen.show", "QuotaSearchScreen.show"),
    "filing": ("FilingScreen.show", "FilingAuditScreen.show"),
    "signing": ("SigningScreen.show",),
    "organisation": ("OrganisationScreen.show",),
    "registration": ("RegistrationScreen.show",),
    "committee": ("CommitteeScreen.show", "CommitteeSearchScreen.show"),
    "acceptance_office": ("AcceptanceScreen.show",),
    "issuer": ("IssuerScreen.show",),
    "batch": ("BatchScreen.show", "OfficeBatchScreen.show"),
    "path_node": (PATH_SCREENS, "CommitteePathScreen.show"),
}
OWNERS: dict[str, type] = {
    "declaration": Declaration,
    "plan": Plan,
    "publicity": Publicity,
    "quota": Quota,
    "filing": Filing,
    "review_session": ReviewSession,
    "objection": Objection,
    "appeal": Appeal,
    "committee": Committee,
    "library_entry": LibraryEntry,
    "paper_pile": PaperPile,
}
#: Records everybody may read whose papers are not everybody's.
PAPERS_OF: dict[str, Ability] = {"committee": policy.COMMITTEE_PAPERS}


def readable_file(key: str) -> StoredFile:
    """The file asked for by its random key if the reader may see the record that owns it; otherwise 404."""
    if not key.isalnum():
        abort(404)
    stored = db.session.scalar(select(StoredFile).where(StoredFile.key == key)) or abort(404)
    owner = OWNERS.get(stored.owner_kind) or abort(404)
    papers = PAPERS_OF.get(stored.owner_kind)
    if policy.find(db.session, g.user, owner, stored.owner_id) is None or (papers and not may(g.user, papers)):
        abort(404)
    return stored


def opens(kind: str) -> bool:
    """Whether the reader has any desk at which such records are shown: else a name is no link."""
    endpoints = [e for desk in DESKS.get(kind, ()) for e in (desk.values() if isinstance(desk, dict) else (desk,))]
    return any(may_open(endpoint) for endpoint in endpoints)


class RecordView(BaseView):
    """Links in messages lead here; files are read here; nothing is found that the row policy hides."""

    route_base = ""
    default_view = "open"
    class_permission_name = "RecordView"

    @expose("/open/<kind>/<int:key>")
    @has_access
    def open(self, kind: str, key: int) -> Any:
        """To the record at the reader's own desk."""
        for desk in DESKS.get(kind, ()):
            endpoint = desk[self._kind(key)] if isinstance(desk, dict) else desk
            if shows(endpoint, key):
                name = "key" if endpoint.startswith("DeclareView") else "pk"
                return redirect(url_for(endpoint, **{name: key}))
        abort(404)

    @staticmethod
    def _kind(key: int) -> str:
        """Which of the five paths a place belongs to."""
        return db.session.scalar(
            policy.visible(g.user, PathNode).with_only_columns(PathNode.kind).where(PathNode.id == key)
        ) or abort(404)

    @expose("/file/<key>")
    @has_access
    def file(self, key: str) -> Any:
        """A stored file, through the row policy of the record that owns it; always as a download in a sandbox."""
        stored = readable_file(key)
        name, media_type = clean.called(stored)
        return served(
            lambda start, end: clean.open_file(stored, start, end),
            size=clean.size_of(stored),
            digest=stored.sha256,
            name=name,
            media_type=media_type,
        )

    @expose("/batch/<int:key>/dates.ics")
    @has_access
    def agenda(self, key: int) -> Any:
        """The dates of a batch for the reader's own calendar: those of his role, through the row policy."""
        batch = policy.find(db.session, g.user, Batch, key) or abort(404)
        uow = asking(g.user)
        made = ics.calendar(batch.name, f"batch-{batch.id}", agenda(uow, batch), made=uow.now, edition=batch.version)
        return send_file(
            io.BytesIO(made), mimetype="text/calendar", as_attachment=True, download_name=f"{batch.name}.ics"
        )

    @expose("/declaration/<int:key>/form.pdf")
    @has_access
    def form(self, key: int) -> Any:
        """《专业技术职称评审表》."""
        declaration = self._declaration(key)
        return send_file(
            review_form_pdf(declaration),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"评审表_{declaration.number}.pdf",
        )

    @expose("/declaration/<int:key>/opinions.pdf")
    @has_access
    def opinions(self, key: int) -> Any:
        """《参评人员资格审查意见表》, for the offices that audit."""
        declaration = self._declaration(key)
        if not may(g.user, opinion.SHEET):
            abort(404)
        return send_file(
            opinion_sheet_pdf(declaration),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"资格审查意见表_{declaration.number}.pdf",
        )

    @expose("/declaration/<int:key>/correction/<int:number>.pdf")
    @has_access
    def correction(self, key: int, number: int) -> Any:
        """一次性补正告知书."""
        declaration = self._declaration(key)
        found = db.session.get(Correction, number)
        if found is None or found.declaration_id != key:
            abort(404)
        return send_file(
            correction_pdf(found, declaration),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"补正告知书_{declaration.number}.pdf",
        )

    @expose("/declaration/<int:key>/termination.pdf")
    @has_access
    def termination(self, key: int) -> Any:
        """终止评审告知书."""
        declaration = self._declaration(key)
        if declaration.state not in REFUSED:
            abort(404)
        return send_file(
            termination_pdf(declaration),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"终止告知书_{declaration.number}.pdf",
        )

    @staticmethod
    def _declaration(key: int) -> Declaration:
        return policy.find(db.session, g.user, Declaration, key) or abort(404)
