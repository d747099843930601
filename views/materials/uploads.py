"""上传 piece by piece for the page's script, after tus 1.0 (core and creation; POST stands for PATCH, as its method
override allows, for this product knows no other methods that act): begin, how far, append, finish.

Every answer is a sentence or a number; what was refused is told by its code: 409 go on from elsewhere, 422 of no use.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response, abort, flash, g, jsonify, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.materials.upload import Upload
from views.screens import answers, stay
from views.screens.refusal import code_of
from workflow.base import policy
from workflow.base.errors import NotNow, Refused, TooBusy
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.materials import expiry, upload  # noqa: F401  (the chore of the night)
from workflow.recognition import job
from workflow.storage import thumb
from workflow.storage.store import Unavailable

TUS = "1.0.0"


class UploadView(BaseView):
    """Uploads of the signed-in person, each by its number; another's is not there."""

    route_base = "/uploads"
    default_view = "begin"
    class_permission_name = "UploadView"

    @expose("/<int:key>/begin", methods=["POST"])
    @has_access
    def begin(self, key: int) -> Any:
        """Creation: the address of a new upload, or of the one that is under way, and how far it is."""
        mine = policy.visible(g.user, Declaration).where(Declaration.person_id == g.user.person_id)
        if db.session.scalar(mine.where(Declaration.id == key)) is None:
            abort(404)
        given = request.form
        told = {
            "name": given.get("name", ""),
            "mark": given.get("mark", "").strip(),
            "paged": bool(given.get("paged")),
            "rows": " ".join(given.getlist("rows")),
            "no_secrets": bool(given.get("no_secrets")),
        }
        kind = given.get("kind", "")
        return self._answer(
            lambda uow: upload.begin(
                uow,
                uow.session.get_one(Declaration, key),
                kind,
                size=_number("文件大小", given.get("size", "")),
                **told,
            ),
            code=201,
        )

    @expose("/<int:pk>")
    @has_access
    def show(self, pk: int) -> Any:
        """How far it is: `Upload-Offset` of `Upload-Length`; HEAD asks the same."""
        return _told(self._mine(pk))

    @expose("/<int:pk>/append", methods=["POST"])
    @has_access
    def append(self, pk: int) -> Any:
        """The next piece, from `Upload-Offset`; refused unread when its size is not told or too large."""
        self._mine(pk)
        data = answers.piece(upload.PIECE)
        if data is None:
            return _no(Refused("每段不能超过 1 MB，并须说明长度；请刷新页面后继续上传。"))
        if len(data) != request.content_length:
            return _no(NotNow("这一段没有传完，没有保存；页面会自动重传。"))
        offset = _number("起点", request.headers.get("Upload-Offset", ""))
        checksum = request.headers.get("Upload-Checksum", "").removeprefix("sha256 ").strip()[:64]

        def verb(uow: UnitOfWork) -> Upload:
            found = policy.find(uow.session, uow.actor, Upload, pk)
            if found is None:
                raise NotNow("该文件已上传完成或已移除；请刷新后查看。")
            upload.append(uow, found, offset, data, checksum)
            return found

        return self._answer(verb)

    @expose("/<int:pk>/finish", methods=["POST"])
    @has_access
    def finish(self, pk: int) -> Any:
        """It is whole: a material from now on, or a photo that waits. What is of no use is taken away and told."""
        self._mine(pk)

        def verb(uow: UnitOfWork) -> Any:
            found = policy.find(uow.session, uow.actor, Upload, pk)
            if found is None:
                raise NotNow("该文件已上传完成或已移除；请刷新后查看。")
            made = upload.finish(uow, found)
            if isinstance(made, Material):
                job.ask_reading(uow, uow.session.get_one(Declaration, made.declaration_id))
            return made

        try:
            made = attempt(g.user, verb, context=stay.context())
        except (upload.Behind, TooBusy, Unavailable) as refusal:
            return {"sentence": str(refusal.sentence), "again": True}, code_of(refusal)
        except Refused as refusal:
            attempt(g.user, lambda uow: self._drop(uow, pk), context=stay.context())
            return _no(refusal)
        if isinstance(made, Material):
            flash(f"已上传“{made.file.name}”。", "ok")
        return {"whole": True}

    @expose("/<int:pk>/picture")
    @has_access
    def picture(self, pk: int) -> Any:
        """A photo that waits to be joined, small, as it stands."""
        found = self._mine(pk)
        if not found.paged or found.whole_at is None:
            abort(404)
        answer = Response(_small(found), mimetype="image/png")
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        answer.headers["Cache-Control"] = "private, max-age=86400, immutable"
        return answer

    # -- what the addresses share ------------------------------------------------------------------------

    @staticmethod
    def _mine(pk: int) -> Upload:
        return policy.find(db.session, g.user, Upload, pk) or abort(404)

    @staticmethod
    def _drop(uow: UnitOfWork, pk: int) -> None:
        if (found := policy.find(uow.session, uow.actor, Upload, pk)) is not None:
            upload.drop(uow, found)

    @staticmethod
    def _answer(verb: Callable[[UnitOfWork], Upload], code: int = 200) -> Any:
        try:
            return _told(attempt(g.user, verb, context=stay.context()), code)
        except upload.Behind as refusal:
            answer = jsonify({"sentence": str(refusal.sentence), "offset": refusal.offset})
            answer.headers["Upload-Offset"] = str(refusal.offset)
            return answer, code_of(refusal)
        except Refused as refusal:
            again = isinstance(refusal, TooBusy | Unavailable)
            return {"sentence": str(refusal.sentence), "again": again}, code_of(refusal)


def _no(refusal: Refused) -> Any:
    return {"sentence": str(refusal.sentence)}, code_of(refusal)


def _told(one: Upload, code: int = 200) -> Response:
    answer = jsonify({"key": one.id, "offset": one.received, "size": one.size, "whole": one.whole_at is not None})
    answer.status_code = code
    answer.headers["Tus-Resumable"] = TUS
    answer.headers["Upload-Offset"], answer.headers["Upload-Length"] = str(one.received), str(one.size)
    if code == 201:
        answer.headers["Location"] = url_for("UploadView.show", pk=one.id)
    return answer


def _number(label: str, typed: str) -> int | None:
    with contextlib.suppress(ValueError):
        return answers.number(label, answers.cleaned(typed))
    return None


def _small(found: Upload) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "photo"
        source.write_bytes(upload.content_of(found))
        return thumb.small(source, found.name)
