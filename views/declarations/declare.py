"""职称申报 (附件1): the applicant's own screens, generated from the declared form, section by section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from flask import abort, flash, g, redirect, request, send_file, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.batches.batch import Batch
from models.declarations import standing
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from views.batches.open_batches import open_batches
from views.declarations import case_page, choice, correction_answer, declare_check, declare_form, declare_seen
from views.declarations.library import changed_in
from views.materials import sent
from views.materials.listed import beside, listed, unproved, where
from views.screens import answers, seen, stay
from views.screens.boxes import errors_of
from views.screens.columns import badge
from views.screens.moment import of_request
from views.screens.refusal import code_of, drawn
from views.screens.timeline import timeline
from views.storage.attachments import file_link
from views.storage.papers import mirrored, printed_on, review_form_pdf
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import carry, content, paper_only, submission
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.destination import whereabouts
from workflow.forms import form as forms

FIRST = "declaring"  #: the section every declaration begins with
PAPER_ONLY = ("stub", "unstub")
VERBS = ("submit", "withdraw", "abandon", "discard", "resubmit")


def state_of(declaration: Declaration) -> Any:
    """The state as a badge."""
    state = S(declaration.state)
    return badge(state.label, state.tone)


class DeclareView(BaseView):
    """My declarations, and everything I do with them."""

    route_base = "/declare"
    default_view = "mine"
    class_permission_name = "DeclareView"
    model = Declaration

    # -- the list and the start ------------------------------------------------------------------

    @expose("/")
    @has_access
    def mine(self) -> Any:
        """My declarations, newest first, and the batches that are open now."""
        today = of_request().today
        own = db.session.scalars(self.query().order_by(Declaration.id.desc()).limit(50)).all()
        q = request.args.get("q", "").strip()[:60]
        return self._render("declarations/mine.html", declarations=own, found=open_batches(today, q), q=q)

    @expose("/start/<int:batch_id>", methods=["GET", "POST"])
    @has_access
    def start(self, batch_id: int) -> Any:
        """Section 0 of a new declaration: title, specialty, unit, mode; then the draft exists (暂存申报)."""
        batch = db.session.scalar(policy.visible(g.user, Batch).where(Batch.id == batch_id)) or abort(404)
        if request.method != "POST":
            return self._choice_page(batch, choice.begin(g.user))
        try:
            made = self._do(
                lambda uow: submission.start(
                    uow, batch=uow.session.get_one(Batch, batch_id), **choice.read(uow.session)
                )
            )
        except Refused as refusal:
            return self._choice_page(batch, choice.typed(), refusal), code_of(refusal)
        if made.content.carried:
            flash(
                f"已带入上次申报（{made.content.carried_from}）的资料，请核对："
                "标有“待核对”的部分逐一核对后暂存，不用的可以清空。",
                "warn",
            )
        return redirect(url_for(".section", key=made.id, name=FIRST))

    @expose("/<int:key>/choice", methods=["GET", "POST"])
    @has_access
    def choice(self, key: int) -> Any:
        """Change what section 0 says of a draft."""
        declaration = self._mine(key)
        if request.method != "POST":
            self._draw(declare_seen.case(declaration))
            return self._choice_page(declaration.batch, choice.of(declaration))
        try:
            self._on(
                key,
                declare_seen.case,
                lambda uow, mine: submission.change_choice(uow, mine, **choice.read(uow.session)),
            )
        except Refused as refusal:
            self._draw(declare_seen.case(self._mine(key)), refusal)
            return self._choice_page(self._mine(key).batch, choice.typed(), refusal), code_of(refusal)
        flash("已暂存申报信息。", "ok")
        return redirect(url_for(".section", key=key, name=FIRST))

    def _choice_page(self, batch: Batch, given: dict[str, Any], refusal: Refused | None = None) -> str:
        boxes = choice.boxes(batch, given, refusal.fields if refusal else {})
        return self._render(
            "declarations/start.html",
            batch=batch,
            boxes=boxes,
            errors=errors_of(boxes),
            sentence=refusal.sentence if refusal and not refusal.fields else "",
        )

    # -- filling in ------------------------------------------------------------------------------

    @expose("/<int:key>/section/<name>", methods=["GET", "POST"])
    @has_access
    def section(self, key: int, name: str) -> Any:
        """One section of the form; 暂存 keeps whatever was typed and says what is wrong so far."""
        declaration = self._mine(key)
        section = next((s for s in forms.form_of(declaration).sections if s.key == name and s.fields), None) or abort(
            404
        )
        if request.method != "POST":
            return self._section_page(declaration, section, {})
        raw, edition = declare_form.typed(section), request.form.get("seen")
        try:
            errors = self._save(key, name, raw, edition)
        except content.Overtaken as refusal:
            return self._section_page(self._mine(key), section, {}, raw, refusal), code_of(refusal)
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
            self._draw(declare_seen.part(self._mine(key), name), refusal)
            return self._section_page(self._mine(key), section, refusal.fields, raw), code_of(refusal)
        sent.ask_reading(key, self._do)
        if errors:
            flash(f"已暂存，还有 {len(errors)} 处需要修改。", "warn")
            return self._section_page(self._mine(key), section, errors)
        left = self._missing(self._mine(key)).get(name, 0)
        flash(
            f"已暂存“{section.title}”，还有 {left} 处未填，提交前须补齐。" if left else f"已暂存“{section.title}”。",
            "warn" if left else "ok",
        )
        return redirect(self._next(self._mine(key), section) if request.form.get("go") == "next" else request.path)

    @expose("/<int:key>/section/<name>/keep", methods=["POST"])
    @has_access
    def keep(self, key: int, name: str) -> Any:
        """自动保存 of a section while it is typed, for the page's script: when it was kept, or why it was not."""
        mine = self._mine(key)
        section = next((s for s in forms.form_of(mine).sections if s.key == name and s.fields), None) or abort(404)
        raw, edition = declare_form.typed(section), request.form.get("seen", "")

        def verb(uow: UnitOfWork) -> tuple[dict[str, str], str, str]:
            if not edition:
                raise NotNow(seen.STALE)
            declaration = uow.session.get_one(Declaration, key)
            errors = submission.keep_section(uow, declaration, name, raw, edition)
            return errors, content.edition(declaration, name), f"{uow.now:%H:%M:%S}"

        try:
            errors, now, at = self._do(verb)
        except content.Overtaken as refusal:
            found = [list(one) for one in content.differences(section, refusal.theirs, raw)]
            told = {"sentence": refusal.sentence, "differences": found, "seen": content.fingerprint(refusal.theirs)}
            return told, code_of(refusal)
        except Refused as refusal:
            return {"sentence": str(refusal.sentence)}, code_of(refusal)
        return {"at": at, "seen": now, "wrong": len(errors)}

    def _save(self, key: int, name: str, raw: Any, edition: str | None) -> Any:
        """暂存 over the edition of the section that the form began with, or where it tells none, over its version."""
        if edition is not None:
            return self._do(
                lambda uow: submission.save_section(uow, uow.session.get_one(Declaration, key), name, raw, edition)
            )
        kept = lambda uow, mine: submission.save_section(uow, mine, name, raw)  # noqa: E731
        return self._on(key, lambda mine: declare_seen.part(mine, name), kept)

    def _section_page(
        self,
        declaration: Declaration,
        section: Any,
        errors: dict[str, str],
        raw: Any = None,
        overtaken: content.Overtaken | None = None,
    ) -> str:
        if not seen.drawn():
            self._draw(declare_seen.part(declaration, section.key))
        facts = submission.facts_of(of_request(), declaration)
        value = raw if raw is not None else (declaration.content.sections or {}).get(section.key)
        rows = list(value or []) if section.repeated else [value or {}]
        if section.repeated and correction_answer.may_add(declaration, section) and len(rows) < section.max_rows:
            rows.append({})
        groups = [
            declare_form.boxes_of(section, declaration, row, facts, errors, f"{n}-" if section.repeated else "")
            for n, row in enumerate(rows)
        ]
        return self._page(
            "declarations/section.html",
            declaration,
            **correction_answer.marked(declaration, section, groups),
            section=section,
            groups=groups,
            errors=errors_of([b for group in groups for b in group]),
            whole=overtaken.sentence if overtaken else errors.get("", ""),
            differences=list(content.differences(section, overtaken.theirs, raw)) if overtaken else [],
            seen=content.edition(declaration, section.key),
            facts=declare_form.decisive(section, facts),
            beside=beside(declaration, section),
            proof_place=where(declaration, section),
            in_library=section.repeated,
            changed=changed_in(declaration, section.key) if self._editable(declaration) else [],
        )

    def _next(self, declaration: Declaration, section: Any) -> str:
        keys = [s.key for s in self._sections(declaration) if s.fields]
        here = keys.index(section.key) + 1 if section.key in keys else len(keys)
        if here < len(keys):
            return url_for(".section", key=declaration.id, name=keys[here])
        return url_for(".materials", key=declaration.id)

    @expose("/<int:key>/part/<name>", methods=["POST"])
    @has_access
    def part(self, key: int, name: str) -> Any:
        """Of one part of the draft: 清空, or 已核对 of what was carried over."""
        declaration = self._mine(key)
        if name != carry.MATERIALS and name not in {s.key for s in self._sections(declaration) if s.fields}:
            abort(404)
        clear = request.form.get("do") == "clear"
        verb = submission.clear_part if clear else submission.confirm_part
        self._say(
            lambda: self._on(key, lambda mine: declare_seen.part(mine, name), lambda uow, mine: verb(uow, mine, name)),
            "已清空。" if clear else "已核对。",
        )
        return redirect(
            url_for(".materials", key=key) if name == carry.MATERIALS else url_for(".section", key=key, name=name)
        )

    # -- materials -------------------------------------------------------------------------------

    @expose("/<int:key>/materials", methods=["GET", "POST"])
    @has_access
    def materials(self, key: int) -> Any:
        """申报材料上传: by kind, with what is still missing."""
        declaration = self._mine(key)
        if request.method != "POST":
            return self._materials_page(declaration)
        kind = request.form.get("kind", "")
        done = request.form.get("do")
        try:
            if done in PAPER_ONLY:
                self._paper_only(key, kind)
            else:
                send = sent.photo_or_proof if done in sent.HANDLED else sent.files_sent
                if told := send(key, kind, self._do):
                    flash(told, "ok")
                sent.ask_reading(key, self._do)
        except Refused as refusal:
            return self._materials_page(self._mine(key), {kind: refusal.sentence}), code_of(refusal)
        return redirect(f"{request.path}#{kind}")

    def _paper_only(self, key: int, kind: str) -> None:
        """Of a secret declaration: 登记 a paper-only file under its name, or 移除 it again."""
        given = request.form
        if given["do"] == "stub":
            try:
                pages = answers.number("页数", answers.cleaned(given.get("pages", "")))
            except ValueError as error:
                raise Refused(f"{error}", field=kind) from error
            named = {"name": given.get("name", ""), "reference": given.get("reference", ""), "pages": pages}
            self._do(lambda uow: paper_only.register(uow, uow.session.get_one(Declaration, key), kind, **named))
            flash("已登记纸质目录，材料请线下报送。", "ok")
            return
        number = given.get("stub", "")

        def take_out(uow: UnitOfWork) -> None:
            declaration = uow.session.get_one(Declaration, key)
            for stub in paper_only.stubs_of(uow, declaration):
                if str(stub.id) == number:
                    paper_only.remove(uow, declaration, stub)

        self._do(take_out)
        flash("已移除。", "ok")

    def _materials_page(self, declaration: Declaration, errors: dict[str, str] | None = None) -> str:
        self._draw(declare_seen.part(declaration, carry.MATERIALS))
        told = errors or {}
        return self._page(
            "declarations/materials.html",
            declaration,
            **listed(declaration, told),
            errors=told,
            **correction_answer.of_files(declaration),
            sentence="".join(
                words for key, words in told.items() if key not in {k.key for k in forms.form_of(declaration).materials}
            ),
        )

    @expose("/<int:key>/materials/<int:material_id>/remove", methods=["POST"])
    @has_access
    def remove(self, key: int, material_id: int) -> Any:
        """Take a file out of the draft."""
        self._mine(key)

        def verb(uow: UnitOfWork) -> None:
            material = uow.session.get(Material, material_id)
            if material is not None:
                submission.detach(uow, uow.session.get_one(Declaration, key), material)

        self._say(lambda: self._do(verb), "已移除。")
        return redirect(url_for(".materials", key=key))

    # -- check, promise, submit --------------------------------------------------------------------

    @expose("/<int:key>/check", methods=["GET", "POST"])
    @has_access
    def check(self, key: int) -> Any:
        """检查并提交: everything that is still wrong, with links; the promise; 提交."""
        declaration = self._mine(key)
        if request.method == "POST":
            device = f"{stay.context().get('address', '')} {request.headers.get('User-Agent', '')}"
            self._say(
                lambda: self._on(key, declare_seen.whole, lambda uow, mine: submission.promise(uow, mine, device)),
                "已签署个人承诺。",
            )
            return redirect(request.path)
        uow = of_request()
        self._draw(declare_seen.whole(declaration))
        errors, warnings = submission.review(uow, declaration) if self._editable(declaration) else ({}, {})
        return self._page(
            "declarations/check.html",
            declaration,
            errors=declare_check.linked(key, errors),
            warnings=declare_check.linked(key, warnings),
            unproved=unproved(declaration) if self._editable(declaration) else [],
            conditions=declare_check.conditions_of(declaration),
            **declare_check.way_of(declaration),
            promise=forms.form_of(declaration).promise,
            promised=submission.facts_of(uow, declaration)["promised"],
            refusal=self._refusal(uow, declaration),
        )

    @expose("/<int:key>/act/<verb>", methods=["POST"])
    @has_access
    def act(self, key: int, verb: str) -> Any:
        """提交, 撤回, 放弃申报, 删除草稿, 重新提交."""
        self._mine(key)
        if verb not in VERBS:
            abort(404)
        step = DECLARATION[verb]
        answers = {ask.name: request.form.get(ask.name, "").strip() for ask in step.asks}
        done = self._say(
            lambda: self._on(
                key, declare_seen.whole, lambda uow, mine: DECLARATION.perform(uow, mine, verb, **answers)
            ),
            f"已{step.label}。",
        )
        if done and verb == "discard":
            return redirect(url_for(".mine"))
        if done:
            sent.ask_reading(key, self._do)
        return redirect(url_for(".show" if done or verb not in ("submit", "resubmit") else ".check", key=key))

    @expose("/<int:key>")
    @has_access
    def show(self, key: int) -> Any:
        """My declaration: where it is, what is asked of me, the trail."""
        declaration = self._mine(key)
        self._draw(declare_seen.whole(declaration))
        uow = of_request()
        (_label, situation), *told = whereabouts(uow, declaration)
        facts = [
            (f.label, mirrored(declaration, f) or "—")
            for s in forms.form_of(declaration).sections[:2]
            for f in s.fields
            if f.mirror and f.mirror[0] != "material"
        ]
        if printing := printed_on(declaration):
            facts.append(("评审表打印", printing))
        if declaration.paper_received_on:
            facts.append(("纸质材料", f"{declaration.paper_received_on} 收到，存放于{declaration.paper_place}"))
        mine = declaration.due_on and standing.with_applicant(declaration)
        due = f"请于 {declaration.due_on} 前补正" if mine else ""
        return self._page(
            "declarations/show.html",
            declaration,
            now=case_page.now(declaration),
            situation=situation,
            whereabouts=told,
            asked=case_page.asked_of(declaration, applicant=True),
            progress=case_page.progress_card(declaration),
            messages=case_page.messages(declaration),
            trail=timeline(declaration, own=True),
            facts=facts,
            due=due,
            refused=declaration.state in standing.REFUSED,
            steps=DECLARATION.expected(uow, declaration),
            materials=submission.materials_of(uow, declaration),
        )

    @expose("/<int:key>/form.pdf")
    @has_access
    def print(self, key: int) -> Any:
        """《专业技术职称评审表》 as it stands."""
        declaration = self._mine(key)
        return send_file(
            review_form_pdf(declaration),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"评审表_{declaration.number}.pdf",
        )

    # -- what the pages share ------------------------------------------------------------------------

    def _page(self, template: str, declaration: Declaration, **more: Any) -> str:
        return self._render(
            template,
            d=declaration,
            sections=self._sections(declaration),
            filled=set(declaration.content.sections or {}) - self._missing(declaration).keys(),
            carried=set(declaration.content.carried or ()),
            **{"editable": self._editable(declaration)} | more,
        )

    @staticmethod
    def _missing(declaration: Declaration) -> dict[str, int]:
        """How many errors each section still has."""
        found = submission.problems_of(of_request(), declaration)
        return Counter(problem.section for problem in found if problem.level == "error")

    def _render(self, template: str, **more: Any) -> str:
        return str(
            self.render_template(
                template, state_of=state_of, file_link=file_link, fillable=standing.with_applicant, **more
            )
        )

    @staticmethod
    def _sections(declaration: Declaration) -> list[Any]:
        return forms.form_of(declaration).sections_for(submission.facts_of(of_request(), declaration))

    @staticmethod
    def query() -> Any:
        """The person's own."""
        return policy.visible(g.user, Declaration).where(Declaration.person_id == g.user.person_id)

    def _mine(self, key: int) -> Declaration:
        return db.session.scalar(self.query().where(Declaration.id == key)) or abort(404)

    @staticmethod
    def _editable(declaration: Declaration) -> bool:
        return standing.with_applicant(declaration)

    @staticmethod
    def _refusal(uow: UnitOfWork, declaration: Declaration) -> Refused | None:
        return DECLARATION.refusal(uow, declaration, "resubmit" if declaration.state == S.RETURNED else "submit")

    @staticmethod
    def _do(verb: Callable[[UnitOfWork], Any]) -> Any:
        return attempt(g.user, verb, context=stay.context())

    def _on(
        self,
        key: int,
        what: Callable[[Declaration], Sequence[Any]],
        verb: Callable[[UnitOfWork, Declaration], Any],
    ) -> Any:
        """Do the verb with my declaration when `what` its form showed is still so."""
        version = seen.told()

        def doing(uow: UnitOfWork) -> Any:
            mine = uow.session.get_one(Declaration, key)
            seen.must_be(version, *what(mine))
            return verb(uow, mine)

        return self._do(doing)

    @staticmethod
    def _draw(what: Sequence[Any], refusal: Refused | None = None) -> None:
        """The forms of this page carry what they show; after a refusal of the content what was seen before."""
        again = refusal is not None and not isinstance(refusal, NotNow)
        seen.draw(request.form.get(seen.FIELD, "") if again else seen.version_of(*what))

    def _say(self, verb: Callable[[], Any], words: str) -> bool:
        try:
            verb()
        except Refused as refusal:
            flash(drawn(refusal.sentence), "bad")
            return False
        flash(words, "ok")
        return True
