"""识读核对: a page of a file with boxes where something was read, and beside it what was typed, what was read, and the
verdict. Who declares may take over what was read; who audits looks. It advises, people decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.declarations import standing
from models.declarations.declaration import Declaration
from views.declarations import declare_seen
from views.screens import seen
from views.screens.moment import of_request
from views.screens.refusal import drawn
from views.screens.stay import context
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.forms import form as forms
from workflow.recognition import compared, job
from workflow.recognition.compared import FileRead, Line, Standing
from workflow.recognition.page import Box
from workflow.recognition.verdict import Verdict
from workflow.storage import preview

#: Sides of the picture over which boxes are drawn, in steps of its own.
STEPS, AROUND = 10_000, 40
NOTHING_TO_READ = "这份申报没有可以识读的材料；上传学历、职称、聘任等材料后再核对。"


class RecognitionView(BaseView):
    """The files of one declaration, one at a time; `file` in the address names the material, `page` its page."""

    route_base = "/recognition"
    default_view = "show"
    class_permission_name = "RecognitionView"

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """One file: its page with boxes, and every field that it can prove."""
        declaration = self._find(pk)
        mine = declaration.person_id == g.user.person_id
        files = compared.of_declaration(of_request(), declaration)
        here = files.get(request.args.get("file", 0, type=int)) or _first(list(files.values()))
        seen.draw(seen.version_of(*declare_seen.whole(declaration)))
        kinds = {one.material.kind: forms.form_of(declaration).held(one.material.kind).label for one in files.values()}
        return self.render_template(
            "declarations/recognition.html",
            title="识读核对",
            d=declaration,
            kinds=kinds,
            files=list(files.values()),
            here=here,
            nothing=NOTHING_TO_READ,
            standings=Standing,
            editable=mine and standing.with_applicant(declaration),
            home=url_for("DeclareView.materials", key=pk)
            if mine
            else url_for("RecordView.open", kind="declaration", key=pk),
            **(_page(here) if here else {}),
        )

    @expose("/<int:pk>/read", methods=["POST"])
    @has_access
    def read(self, pk: int) -> Any:
        """识读: a job for the files that nobody has read yet."""
        self._find(pk)

        def verb(uow: UnitOfWork) -> str:
            asked = job.ask_reading(uow, self._found(uow, pk))
            return "已提出识读，完成后刷新本页查看。" if asked else "没有待识读的材料，或识读正在办理。"

        self._say(lambda: attempt(g.user, verb, context=context()))
        return redirect(self._back(pk))

    @expose("/<int:pk>/take", methods=["POST"])
    @has_access
    def take(self, pk: int) -> Any:
        """采用识读结果 of one field."""
        self._find(pk)
        number, key = request.form.get("file", ""), request.form.get("line", "")

        def verb(uow: UnitOfWork) -> str:
            version = seen.told()
            declaration = self._found(uow, pk)
            seen.must_be(version, *declare_seen.whole(declaration))
            files = compared.of_declaration(uow, declaration)
            here = next((one for one in files.values() if str(one.material.id) == number), None)
            if here is None:
                raise NotNow("该文件已不在申报材料中；请刷新后查看。")
            return f"已采用识读结果：{compared.take_over(uow, declaration, here.material, key)}。"

        self._say(lambda: attempt(g.user, verb, context=context()))
        return redirect(self._back(pk))

    @staticmethod
    def _find(pk: int) -> Declaration:
        return policy.find(db.session, g.user, Declaration, pk) or abort(404)

    @staticmethod
    def _found(uow: UnitOfWork, pk: int) -> Declaration:
        return policy.find(uow.session, uow.actor, Declaration, pk) or abort(404)

    @staticmethod
    def _back(pk: int) -> str:
        return url_for(".show", pk=pk, file=request.form.get("file", type=int))

    @staticmethod
    def _say(verb: Callable[[], Any]) -> None:
        try:
            flash(str(verb()), "ok")
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")


def _first(files: list[FileRead]) -> FileRead | None:
    """The file that is shown unasked: one in which something differs, else one of which most was read."""
    return max(files, key=lambda one: (dict(one.counts).get(Verdict.DIFFERS, 0), len(one.lines)), default=None)


def _page(here: FileRead) -> dict[str, Any]:
    """The page that is looked at, and the boxes on it by the number of their line."""
    first = next((line.said.page for line in here.lines if line.said.page), 1)
    number = min(max(request.args.get("page", first, type=int), 1), here.material.file.pages)
    return {"number": number, "boxes": boxes_of(here, number), "width": preview.ZOOMS[0]}


def boxes_of(here: FileRead, number: int) -> list[tuple[int, Line, tuple[int, int, int, int]]]:
    """Where something was read on that page: the number of the line, the line, and the box on the picture."""
    return [
        (place, line, _around(line.said.box))
        for place, line in enumerate(here.lines, 1)
        if line.said.box is not None and line.said.page == number
    ]


def _around(box: Box) -> tuple[int, int, int, int]:
    left, top = int(box.left * STEPS) - AROUND, int(box.top * STEPS) - AROUND
    return left, top, int(box.right * STEPS) + AROUND - left, int(box.bottom * STEPS) + AROUND - top
