"""成果库: what a person has to show, entered once, found again, and chosen into the declaration of any year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import func, select

from models.base import db
from models.declarations.declaration import Declaration
from models.materials.library import LibraryEntry, LibraryUse
from views.declarations import declare_form, declare_seen
from views.screens import seen, stay
from views.screens.boxes import errors_of
from views.screens.lookup import is_key
from views.screens.moment import of_request
from views.screens.refusal import code_of, drawn
from views.storage.attachments import file_link
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import submission
from workflow.forms.form_parts import Section
from workflow.materials import library

PAGE = 25
#: What the page of an entry sends beside its own boxes.
BESIDE = ("remove", "attach", "detach")
#: Declarations from which rows can be taken in, newest first.
DECLARATIONS = 20


@dataclass
class Found:
    """One page of entries."""

    entries: list[LibraryEntry]
    total: int
    page: int
    pages: int
    words: str


class LibraryView(BaseView):
    """My entries, and their way into a declaration."""

    route_base = "/library"
    default_view = "mine"
    class_permission_name = "LibraryView"
    model = LibraryEntry

    @expose("/")
    @has_access
    def mine(self) -> Any:
        """All my entries, by kind and by words, page by page."""
        uow = of_request()
        key = request.args.get("section", "")
        shelf = key if key in {s.key for s in library.sections()} else ""
        mine = select(LibraryEntry.section, func.count()).where(LibraryEntry.person_id == g.user.person_id)
        counts = dict(db.session.execute(mine.group_by(LibraryEntry.section)).tuples().all())
        declared = policy.visible(g.user, Declaration).where(Declaration.person_id == g.user.person_id)
        own = db.session.scalars(declared.order_by(Declaration.id.desc()).limit(DECLARATIONS)).all()
        return self._render(
            "materials/library.html",
            found=_page(uow, shelf),
            shelf=shelf,
            sections=library.sections(),
            titles={s.key: s.title for s in library.sections()},
            counts=counts,
            declarations=own,
        )

    @expose("/new/<name>", methods=["GET", "POST"])
    @has_access
    def new(self, name: str) -> Any:
        """新增 an entry of that kind."""
        kept = _section(name)
        if request.method != "POST":
            return self._form(kept, None, {})
        typed = declare_form.typed_row(kept)
        try:
            made = self._do(lambda uow: library.write(uow, name, typed))
        except Refused as refusal:
            return self._form(kept, None, typed, refusal), code_of(refusal)
        flash("已保存到成果库。可以继续上传佐证材料。", "ok")
        return redirect(url_for(".edit", pk=made.id))

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """修改 an entry, its files, or 移除 it."""
        entry = self._mine(pk)
        kept = _section(entry.section)
        if request.method != "POST":
            return self._form(kept, entry, entry.content)
        what, typed = request.form.get("do", ""), declare_form.typed_row(kept)
        try:
            said = self._on(pk, lambda uow, mine: self._change(uow, mine, what, typed))
        except Refused as refusal:
            shown = entry.content if what in BESIDE else typed
            return self._form(kept, self._mine(pk), shown, refusal), code_of(refusal)
        flash(said, "ok")
        return redirect(url_for(".mine", section=kept.key) if what == "remove" else request.path)

    @staticmethod
    def _change(uow: UnitOfWork, entry: LibraryEntry, what: str, typed: dict[str, Any]) -> str:
        if what == "remove":
            library.remove(uow, entry)
            return "已从成果库移除；已选入申报的内容不受影响。"
        if what == "detach":
            library.detach(uow, entry, request.form.get("file_number", ""))
            return "已移除佐证材料。"
        if what == "attach":
            sent = request.files.get("file")
            if sent is None or not sent.filename:
                raise Refused("请选择要上传的文件。", field="file")
            if not request.form.get("no_secrets"):
                raise Refused(
                    "涉密材料信息严禁网上填写提交（118号 一）；请勾选“确认不含涉密内容”后再上传。", field="file"
                )
            made = library.attach(uow, entry, request.form.get("kind", ""), sent.read(), sent.filename)
            return f"已上传“{made.file.name}”。"
        library.write(uow, entry.section, typed, entry)
        return "已保存。已选入草稿的，可在该部分查看与成果库的不同，并选择以哪一个为准。"

    @expose("/take/<int:key>", methods=["POST"])
    @has_access
    def take(self, key: int) -> Any:
        """收入成果库 what one of my declarations holds."""
        self._declaration(key)
        try:
            count = self._do(lambda uow: library.take_in(uow, uow.session.get_one(Declaration, key)))
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
        else:
            flash(f"已收入 {count} 条。" if count else "该申报的内容都已在成果库中，没有需要收入的。", "ok")
        return redirect(url_for(".mine"))

    @expose("/choose/<int:key>/<name>", methods=["GET", "POST"])
    @has_access
    def choose(self, key: int, name: str) -> Any:
        """选入 entries into a section of a draft."""
        declaration, kept = self._declaration(key), _section(name)
        if request.method != "POST":
            return self._choosing(declaration, kept)
        chosen = [int(word) for word in request.form.getlist("entry") if is_key(word)]
        try:
            count = self._on_declaration(key, name, lambda uow, mine: library.choose(uow, mine, name, chosen))
        except Refused as refusal:
            return self._choosing(self._declaration(key), kept, refusal, chosen), code_of(refusal)
        flash(f"已选入 {count} 条，佐证材料一并带入；请核对。", "ok")
        return redirect(url_for("DeclareView.section", key=key, name=name))

    @expose("/adopt/<int:key>/<name>", methods=["POST"])
    @has_access
    def adopt(self, key: int, name: str) -> Any:
        """以成果库为准, or 以申报为准, where the two differ."""
        self._declaration(key)
        given = request.form
        into = given.get("do") == "library"

        def verb(uow: UnitOfWork, mine: Declaration) -> None:
            library.take_over(uow, mine, given.get("use", ""), into_library=into)

        try:
            self._on_declaration(key, name, verb)
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
        else:
            flash("成果库已按申报内容更新。" if into else "申报内容已按成果库更新。", "ok")
        return redirect(url_for("DeclareView.section", key=key, name=_section(name).key))

    # -- what the pages share ----------------------------------------------------------------------------

    def _form(
        self, kept: Section, entry: LibraryEntry | None, row: dict[str, Any], refusal: Refused | None = None
    ) -> str:
        if entry is not None:
            again = refusal is not None and not isinstance(refusal, NotNow)
            seen.draw(request.form.get(seen.FIELD, "") if again else seen.version_of(entry))
        errors = refusal.fields if refusal else {}
        boxes = declare_form.boxes_of(kept, None, row, {}, errors)
        whole = refusal.sentence if refusal and not errors.keys() & {b.name for b in boxes} else ""
        return self._render(
            "materials/entry.html",
            entry=entry,
            section=kept,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence="" if "file" in errors else whole,
            file_error=errors.get("file", ""),
            kinds=library.kinds_of(kept.key),
            facts=declare_form.decisive(kept, {}),
            used=self._used(entry) if entry is not None else [],
        )

    @staticmethod
    def _used(entry: LibraryEntry) -> list[Declaration]:
        uses = select(LibraryUse.declaration_id).where(LibraryUse.entry_id == entry.id)
        mine = policy.visible(g.user, Declaration).where(Declaration.id.in_(uses))
        return list(db.session.scalars(mine.order_by(Declaration.id.desc()).limit(DECLARATIONS)))

    def _choosing(
        self, declaration: Declaration, kept: Section, refusal: Refused | None = None, chosen: list[int] | None = None
    ) -> str:
        again = refusal is not None and not isinstance(refusal, NotNow)
        seen.draw(
            request.form.get(seen.FIELD, "") if again else seen.version_of(*declare_seen.part(declaration, kept.key))
        )
        uow = of_request()
        return self._render(
            "materials/choose.html",
            d=declaration,
            section=kept,
            found=_page(uow, kept.key),
            used={use.entry_id for use in library.uses_of(uow, declaration)},
            chosen=set(chosen or ()),
            sentence=refusal.sentence if refusal else "",
        )

    def _render(self, template: str, **more: Any) -> str:
        return str(self.render_template(template, file_link=file_link, page_of=_address, **more))

    @staticmethod
    def _mine(pk: int) -> LibraryEntry:
        return policy.find(db.session, g.user, LibraryEntry, pk) or abort(404)

    @staticmethod
    def _declaration(key: int) -> Declaration:
        mine = policy.visible(g.user, Declaration).where(Declaration.person_id == g.user.person_id)
        return db.session.scalar(mine.where(Declaration.id == key)) or abort(404)

    @staticmethod
    def _do(verb: Callable[[UnitOfWork], Any]) -> Any:
        return attempt(g.user, verb, context=stay.context())

    def _on(self, pk: int, verb: Callable[[UnitOfWork, LibraryEntry], Any]) -> Any:
        version = seen.told()

        def doing(uow: UnitOfWork) -> Any:
            entry = policy.find(uow.session, uow.actor, LibraryEntry, pk) or abort(404)
            seen.must_be(version, entry)
            return verb(uow, entry)

        return self._do(doing)

    def _on_declaration(self, key: int, name: str, verb: Callable[[UnitOfWork, Declaration], Any]) -> Any:
        version = seen.told()

        def doing(uow: UnitOfWork) -> Any:
            mine = uow.session.get_one(Declaration, key)
            submission.own_and_open(uow, mine)
            seen.must_be(version, *declare_seen.part(mine, name))
            return verb(uow, mine)

        return self._do(doing)


def _section(name: str) -> Section:
    return next((s for s in library.sections() if s.key == name), None) or abort(404)


def _page(uow: UnitOfWork, key: str) -> Found:
    words = request.args.get("q", "").strip()[:60]
    query = library.found(uow, key, words)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    entries = list(db.session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)))
    return Found(entries, total, page, pages, words)


def _address(page: int) -> str:
    """The same list at another page."""
    given = {name: value for name, value in request.args.items() if name in ("q", "section")}
    return f"{request.path}?{urlencode(given | {'page': page})}"


def changed_in(declaration: Declaration, key: str) -> list[library.Changed]:
    """What differs from the library in one section of a draft."""
    return library.changed(of_request(), declaration, key) if key in {s.key for s in library.sections()} else []


__all__ = ["LibraryView", "changed_in"]
