"""核验与比对 (118号 四(二)1, 四(四)): one page at every auditing desk, degrees above, the paper's files below, each
with its finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from markupsafe import Markup

from models.base import db
from models.declarations.comparison import ComparisonResult
from models.declarations.declaration import Declaration
from models.declarations.paper_stub import PaperStub
from views.screens import seen
from views.screens.boxes import Box
from views.screens.columns import badge
from views.screens.moment import of_request
from views.screens.refusal import code_of
from views.screens.stay import context
from views.storage.attachments import file_link, size_of
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import comparison, degree_check, paper_desk
from workflow.declarations.declaration import DECLARATION
from workflow.forms import form as forms


@dataclass
class Line:
    """A file on the page: what it is, what offices before found, and the two fields."""

    kind: str
    link: Any
    size: str
    before: list[Any]
    result: Box
    note: Box


class ComparisonView(BaseView):
    """Look at a file, lay the paper beside it, write down what was found."""

    route_base = "/comparison"
    default_view = "compare"
    class_permission_name = "ComparisonView"

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def compare(self, pk: int) -> Any:
        """Both tables; 保存 keeps what was found so far, complete or not."""
        declaration = policy.find(db.session, g.user, Declaration, pk) or abort(404)
        refusal = DECLARATION.refusal(of_request(), declaration, "compare")
        if request.method == "POST":
            try:
                seen.told()
                if refusal:
                    raise refusal
                attempt(g.user, lambda uow: self._save(uow, pk), context=context())
            except Refused as wrong:
                return self._page(policy.find(db.session, g.user, Declaration, pk) or abort(404), wrong), code_of(wrong)
            flash("已保存核验与比对结果。", "ok")
            return redirect(url_for("RecordView.open", kind="declaration", key=pk))
        return self._page(declaration, refusal)

    @staticmethod
    def _save(uow: UnitOfWork, pk: int) -> None:
        declaration = policy.find(uow.session, uow.actor, Declaration, pk) or abort(404)
        seen.must_be(seen.told(), declaration)
        degrees = {d.key: request.form.get(f"degree-{d.key}", "") for d in degree_check.degrees_of(declaration)}
        paper_desk.check_degrees(uow, declaration, degrees)
        files, stubs = (
            {
                item.item.id: (result, request.form.get(_note(item), "").strip())
                for item in items
                if (result := request.form.get(item.key, ""))
            }
            for items in (comparison.files_of(uow, declaration), comparison.stubs_of(uow, declaration))
        )
        if files or stubs:
            paper_desk.compare(uow, declaration, files, stubs)

    def _page(self, declaration: Declaration, refusal: Refused | None) -> str:
        again = isinstance(refusal, Refused) and not isinstance(refusal, NotNow) and request.method == "POST"
        seen.draw(request.form[seen.FIELD] if again else seen.version_of(declaration))
        lines = (
            [self._line(declaration, f, refusal) for f in comparison.items_of(of_request(), declaration)]
            if declaration.paper_received_on
            else []
        )
        degrees = [(d, self._degree(d)) for d in degree_check.degrees_of(declaration)]
        errors = [(b.id, b.label, b.error) for line in lines for b in (line.result, line.note) if b.error]
        return str(
            self.render_template(
                "declarations/comparison.html",
                title="核验与比对",
                d=declaration,
                lines=lines,
                degrees=degrees,
                sentence="" if refusal is None or errors else refusal.sentence,
                errors=errors,
                closed=DECLARATION.refusal(of_request(), declaration, "compare") is not None,
                home=url_for("RecordView.open", kind="declaration", key=declaration.id),
            )
        )

    @staticmethod
    def _degree(degree: degree_check.DegreeCheck) -> Box:
        name = f"degree-{degree.key}"
        options = [("", degree_check.UNCHECKED), *((s, s) for s in degree_check.STATUSES)]
        return Box(name, f"核验状态：{degree.degree}", "choice", request.form.get(name, degree.status), options)

    @staticmethod
    def _line(declaration: Declaration, f: comparison.Compared, refusal: Refused | None) -> Line:
        kinds = {kind.key: kind.label for kind in forms.form_of(declaration).materials}
        errors = refusal.fields if refusal else {}
        result, note = f.key, _note(f)
        here = (f.here.result, f.here.note) if f.here else ("", "")
        name, stub = f.name, f.item if isinstance(f.item, PaperStub) else None
        return Line(
            kinds.get(f.item.kind, f.item.kind),
            paper_only_link(stub) if stub else file_link(f.material.file),
            f"编号 {stub.reference}，{stub.pages} 页" if stub else size_of(f.material.file),
            [found(c, f.counts(c)) for c in f.found if c is not f.here],
            Box(
                result,
                f"比对结果：{name}",
                "choice",
                request.form.get(result, here[0]),
                [("", "未比对"), *ComparisonResult.choices()],
                error=errors.get(result, ""),
            ),
            Box(
                note,
                f"比对说明：{name}",
                "text",
                request.form.get(note, here[1]),
                max_length=300,
                error=errors.get(note, ""),
            ),
        )


def _note(item: comparison.Compared) -> str:
    """The field beside the result; that of a file is called by its number alone."""
    return "note-" + item.key.removeprefix("file-")


def paper_only_link(stub: PaperStub) -> Any:
    """What stands in the place of a file that lies on paper only."""
    return Markup('<span class="tag warn">纸质</span> {}').format(stub.name)


def found(one: Any, counts: bool) -> tuple[Any, str]:
    """(badge, who, when and why) of a finding; one of another content has lost its force."""
    result = ComparisonResult(one.result)
    words = f"{one.organisation_name} {one.compared_on}"
    if not counts:
        return badge("已失效", "off"), f"{words}：{result.label}；比对后申报内容有变化，须重新比对"
    return badge(result.label, result.tone), f"{words}：{one.note}" if one.note else words
