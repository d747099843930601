"""补正答复: the applicant says of each point what he did, or why not; the points where they belong in his form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.declarations import standing
from models.declarations.correction_item import CorrectionItem, ItemAnswer, ItemKind
from models.declarations.declaration import Declaration
from views.declarations.case_page import word_of
from views.screens import seen
from views.screens.boxes import Box
from views.screens.moment import of_request
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations.corrections import answered, differences, places, unlocked
from workflow.forms.form_parts import Section


class CorrectionAnswerView(BaseView):
    """My answers to what was asked."""

    route_base = "/answer"
    default_view = "answer"
    class_permission_name = "CorrectionAnswerView"

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def answer(self, pk: int) -> Any:
        """Every open point with what is asked and what I say; 保存答复 keeps those that say something."""
        declaration = self._mine(pk)
        if request.method != "POST":
            return self._page(declaration)
        try:
            seen.told()
            attempt(g.user, lambda uow: self._save(uow, pk), context=context())
        except Refused as refusal:
            return self._page(self._mine(pk), refusal), code_of(refusal)
        left = len(answered.missing(of_request(), self._mine(pk)))
        flash(
            f"已保存答复，还有 {left} 项未答复。" if left else "已保存答复，全部事项已答复。", "warn" if left else "ok"
        )
        return redirect(request.path if left else url_for("DeclareView.check", key=pk))

    @staticmethod
    def _mine(pk: int) -> Declaration:
        own = policy.visible(g.user, Declaration).where(Declaration.person_id == g.user.person_id)
        return db.session.scalar(own.where(Declaration.id == pk)) or abort(404)

    def _save(self, uow: UnitOfWork, pk: int) -> None:
        declaration = self._mine(pk)
        items = answered.open_items(uow, declaration)
        seen.must_be(seen.told(), *_shown(declaration, items))
        if not standing.with_applicant(declaration):
            raise Refused("申报不在您手中，现在不能答复（118号 四(三)）；退到您之后再答复。")
        wrong: dict[str, str] = {}
        for item in items:
            said, words = request.form.get(f"answer-{item.id}", ""), request.form.get(f"words-{item.id}", "")
            if not (said or words.strip()) or (said, words.strip()) == (item.answer, item.answer_words):
                continue
            try:
                answered.answer(uow, item, said, words)
            except Refused as refusal:
                wrong |= refusal.fields
        if wrong:
            raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)

    def _page(self, declaration: Declaration, refusal: Refused | None = None) -> str:
        items = answered.open_items(of_request(), declaration)
        again = refusal is not None and not isinstance(refusal, NotNow) and bool(request.form.get(seen.FIELD))
        seen.draw(request.form[seen.FIELD] if again else seen.version_of(*_shown(declaration, items)))
        errors = refusal.fields if refusal else {}
        points = [(item, self._boxes(item, errors), where(declaration, item), self._lines(item)) for item in items]
        wrong = [(b.id, b.label, b.error) for _item, boxes, _where, _lines in points for b in boxes if b.error]
        return str(
            self.render_template(
                "declarations/correction_answer.html",
                d=declaration,
                points=points,
                errors=wrong if len(wrong) > 1 else (),
                sentence=refusal.sentence if refusal and len(wrong) < 2 else "",
                editable=standing.with_applicant(declaration),
                state_of=word_of,
            )
        )

    @staticmethod
    def _lines(item: CorrectionItem) -> list[differences.Line]:
        points, _rest = differences.mended(
            db.session, db.session.get_one(Declaration, item.declaration_id), item.correction
        )
        return next((point.lines for point in points if point.item is item), [])

    @staticmethod
    def _boxes(item: CorrectionItem, errors: Any) -> list[Box]:
        said, words = f"answer-{item.id}", f"words-{item.id}"
        options = [("", "请选择"), *ItemAnswer.choices()]
        given = request.form
        return [
            Box(said, "答复", "choice", given.get(said, item.answer or ""), options, True, error=errors.get(said, "")),
            Box(words, "答复说明", "area", given.get(words, item.answer_words), (), True,
                "更正了什么；未能更正的写明原因", errors.get(words, ""), answered.MOST_WORDS),
        ]  # fmt: skip


def _shown(declaration: Declaration, items: Sequence[CorrectionItem]) -> list[Any]:
    return ["answers", declaration.state, declaration.position, *([item.id, item.version] for item in items)]


def where(declaration: Declaration, item: CorrectionItem) -> str:
    """The address where a point is mended."""
    if item.kind == ItemKind.FACT:
        return url_for("DeclareView.choice", key=declaration.id)
    if item.part == places.MATERIALS:
        return url_for("DeclareView.materials", key=declaration.id) + f"#{item.place}"
    row = f"{item.row_no - 1}-" if item.row_no else ""
    field = f"#{row}{item.place}" if item.place else ""
    return url_for("DeclareView.section", key=declaration.id, name=item.part) + field


# -- the points in the form ------------------------------------------------------------------------------


def asked_in(declaration: Declaration, part: str) -> list[CorrectionItem]:
    """The open points of one section, or of the files."""
    if not standing.with_applicant(declaration):
        return []
    return [item for item in answered.open_items(of_request(), declaration) if item.part == part]


def may_write(declaration: Declaration, section: Section) -> bool:
    """Whether anything of the section may be written now."""
    here = unlocked.opened(db.session, declaration)
    return standing.with_applicant(declaration) and (here is None or here.touches(section.key))


def may_add(declaration: Declaration, section: Section) -> bool:
    """Whether a row may be added."""
    here = unlocked.opened(db.session, declaration)
    return may_write(declaration, section) and (here is None or here.whole(section))


def of_files(declaration: Declaration) -> dict[str, Any]:
    """For the page of materials: what is asked of them, and which kinds `may` be exchanged; None where all may."""
    here = unlocked.opened(db.session, declaration)
    return {"asked": asked_in(declaration, places.MATERIALS), "may": None if here is None else here.files()}


def marked(declaration: Declaration, section: Section, groups: Sequence[Sequence[Box]]) -> dict[str, Any]:
    """For the page of a section: what is asked of it, each at its field, and whether any of it may be written.

    What is not listed is shown and sent back as it is.
    """
    items, here = asked_in(declaration, section.key), unlocked.opened(db.session, declaration)
    if here is not None and standing.with_applicant(declaration):
        _mark(here, section, groups, items)
    return {"editable": may_write(declaration, section), "adds": may_add(declaration, section), "asked": items}


def _mark(
    here: unlocked.Opened, section: Section, groups: Sequence[Sequence[Box]], items: Sequence[CorrectionItem]
) -> None:
    for number, group in enumerate(groups, 1):
        at = number if section.repeated else None
        open_ones = here.fields(section, at)
        for box in group:
            key = box.name.rpartition("-")[2]
            box.asked = "；".join(
                f"{item.text}（怎样算补齐：{item.fits}）" for item in items if item.place == key and item.row_no == at
            )
            if key not in open_ones and box.kind != "shown":
                box.text, box.kind = box.told if box.kind != "check" else ("是" if box.value else ""), "held"
