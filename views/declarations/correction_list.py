"""一次性告知, point by point: an auditor picks on the form itself what is to be mended (118号 四(三))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access

from models.base import db
from models.declarations.correction_item import ItemKind as K
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from views.declarations.filled import shown
from views.screens import seen
from views.screens.boxes import Box
from views.screens.moment import of_request
from views.screens.refusal import code_of
from views.screens.stay import context
from views.storage.attachments import file_link
from workflow.base import policy
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.cases.asked import takes
from workflow.declarations import content, opinion, submission
from workflow.declarations.corrections import phrases, places, told
from workflow.declarations.corrections.differences import fact_told
from workflow.declarations.corrections.places import Place
from workflow.declarations.declaration import DECLARATION
from workflow.forms import form as forms
from workflow.forms.form_parts import Section


@dataclass
class Line:
    """Something that can be ticked: its place, its name, and what stands there."""

    key: str
    label: str
    value: Any
    ticked: bool


@dataclass
class Group:
    """A row of a section, or the whole of a single one."""

    title: str
    row: Line | None
    lines: list[Line] = field(default_factory=list)


@dataclass
class Part:
    """A section as it is picked from; `whole` is the last resort."""

    title: str
    whole: Line | None
    groups: list[Group]


class CorrectionListView(BaseView):
    """Tick fields, rows and files; say of each why and what would do; return the case."""

    route_base = "/correct"
    default_view = "list"
    class_permission_name = "CorrectionListView"

    @expose("/<int:pk>", methods=["GET", "POST"])
    @has_access
    def list(self, pk: int) -> Any:
        """The form with ticks; `go=add` shows the fields of what is ticked, `go=return` returns the case."""
        declaration = self._find(pk)
        if request.method != "POST":
            return self._page(declaration, request.args.getlist("pick"))
        try:
            seen.told()
            if refusal := DECLARATION.refusal(of_request(), declaration, "send_back"):
                raise refusal
            if request.form.get("go") != "return":
                for key in request.form.getlist("pick"):
                    places.found(declaration, key)
                return self._page(declaration, request.form.getlist("pick"))
            attempt(g.user, lambda uow: self._return(uow, pk), context=context())
        except Refused as refusal:
            return self._page(self._find(pk), request.form.getlist("pick"), refusal), code_of(refusal)
        flash(f"“{declaration.applicant_name}”的申报已退回，补正事项已一次性告知。", "ok")
        return redirect(url_for("RecordView.open", kind="declaration", key=pk))

    @staticmethod
    def _find(pk: int) -> Declaration:
        return policy.find(db.session, g.user, Declaration, pk) or abort(404)

    def _return(self, uow: UnitOfWork, pk: int) -> None:
        declaration = self._find(pk)
        seen.must_be(seen.told(), declaration)
        given = request.form
        picks = told.read(given, given.getlist("pick"))
        told.listed(uow, declaration, picks)  # what is wrong with a point is said before the main reason is asked for
        DECLARATION.perform(
            uow,
            declaration,
            "send_back",
            cause=given.get("cause", "") or next((pick.reason for pick in picks), ""),
            items=given.get("items", ""),
            opinion=given.get("opinion", "").strip(),
            picks=picks,
        )

    def _page(self, declaration: Declaration, keys: Sequence[str], refusal: Refused | None = None) -> str:
        again = refusal is not None and not isinstance(refusal, NotNow) and bool(request.form.get(seen.FIELD))
        seen.draw(request.form[seen.FIELD] if again else seen.version_of(declaration))
        errors = refusal.fields if refusal else {}
        points = [self._point(declaration, here, errors) for here in self._known(declaration, keys)]
        closed = DECLARATION.refusal(of_request(), declaration, "send_back")
        causes = [("", "请选择"), *opinion.causes(of_request(), declaration)]
        said = request.form.get
        own = [
            Box("cause", "主要原因", "choice", said("cause", ""), [("", "同第一项"), *causes[1:]],
                hint="供退回分析统计；不选即为第一项的原因", error=errors.get("cause", "")),
            Box("items", "表外事项", "area", said("items", ""), max_length=4000, error=errors.get("items", ""),
                hint="申报表上指不出位置的事项，每行一项，“｜”后写明怎样算补齐；尽量在表上勾选"),
            Box("opinion", "审核意见", "area", said("opinion", ""), required=True, max_length=1000,
                hint="审核意见将记入《评审表》和过程跟踪", error=errors.get("opinion", "")),
        ]  # fmt: skip
        boxes = [box for _here, held, _again in points for box in held] + own
        wrong = [(box.id, box.label, box.error) for box in boxes if box.error]
        return str(
            self.render_template(
                "declarations/correction_list.html",
                d=declaration,
                parts=list(parts_of(declaration, {here.key for here, _held, _again in points})),
                points=points,
                own=own,
                errors=wrong if len(wrong) > 1 else (),
                sentence=refusal.sentence if refusal else closed.sentence if closed else "",
                closed=closed is not None,
                phrases=phrases.offered(of_request()),
                home=url_for("RecordView.open", kind="declaration", key=declaration.id),
            )
        )

    @staticmethod
    def _known(declaration: Declaration, keys: Sequence[str]) -> list[Place]:
        """The places among the keys; what a page made up is left out."""
        found = []
        for key in dict.fromkeys(keys):
            try:
                found.append(places.found(declaration, key))
            except Refused:
                continue
        return found

    @staticmethod
    def _point(declaration: Declaration, here: Place, errors: Mapping[str, str]) -> tuple[Place, Sequence[Box], bool]:
        again = told.passed_before(db.session, declaration, here)
        begins = {"fits": satisfied(here), "clause": told.CLAUSE}
        causes = [("", "请选择"), *opinion.causes(of_request(), declaration)]
        name = f"reason|{here.key}"
        boxes = [Box(name, "退回原因", "choice", request.form.get(name, ""), causes, True, error=errors.get(name, ""))]
        kept = [phrase.text for phrase in phrases.offered(of_request())]
        if used := list(dict.fromkeys([*told.phrases(of_request(), here), *kept])):
            name = f"phrase|{here.key}"
            offered = [("", "请选择"), *((words, words) for words in used)]
            hint = "选用后不必再填“存在的问题”"
            boxes.append(Box(name, "用过的表述和常用语", "choice", request.form.get(name, ""), offered, hint=hint))
        for what, (label, most, needed) in told.SAID.items():
            name = f"{what}|{here.key}"
            if what == "again" and not again:
                continue
            typed = request.form.get(name, begins.get(what, ""))
            kind = "text" if what == "clause" else "area"
            boxes.append(
                Box(name, label, kind, typed, (), needed or again, error=errors.get(name, ""), max_length=most)
            )
        return here, boxes, again


def satisfied(here: Place) -> str:
    """What would do, as far as the form itself knows; the auditor may say it better."""
    if here.kind == K.FILE:
        return takes(here.whole.material(here.place))
    if here.kind == K.FACT:
        return "在“申报信息”中改为正确的内容"
    if here.kind == K.FIELD:
        return f"按证明材料改正“{here.whole.section(here.part).field(here.place).label}”"
    return here.whole.section(here.part).guidance.requirement[:500]


def parts_of(declaration: Declaration, ticked: set[str]) -> Iterator[Part]:
    """Everything that can be picked, in the order of the form."""

    def line(place: Place, label: str, value: Any) -> Line:
        return Line(place.key, label, value, place.key in ticked)

    standing = places.as_it_stands(db.session, declaration)["case"]
    named = [
        line(Place(K.FACT, places.CASE, name), label, fact_told(name, standing[name]) or "（空）")
        for name, label in content.CASE_FACTS.items()
    ]
    yield Part("申报的职称和方式", None, [Group("", None, named)])
    facts = submission.facts_of(of_request(), declaration)
    for section in forms.form_of(declaration).sections_for(facts):
        if section.fields:
            yield _part(section, declaration, facts, line)
    yield Part("申报材料", None, [Group("", None, list(_files(declaration, facts, line)))])


def _part(section: Section, declaration: Declaration, facts: Mapping[str, Any], line: Any) -> Part:
    groups = []
    rows = places.rows_of(section, (declaration.content.sections or {}).get(section.key))
    for number, row in enumerate(rows, 1):
        at = number if section.repeated else None
        lines = [
            line(Place(K.FIELD, section.key, f.key, at), f.label, shown(f, dict(row), declaration) or "（空）")
            for f in section.fields
            if not f.mirror and f.applies(dict(facts) | dict(row))
        ]
        head = line(Place(K.ROW, section.key, "", at), f"第 {at} 条整条", "") if at else None
        groups.append(Group(f"第 {at} 条" if at else "", head, lines))
    whole = line(Place(K.SECTION, section.key), "整个部分", "")
    return Part(section.title, whole, groups)


def _files(declaration: Declaration, facts: Mapping[str, Any], line: Any) -> Iterator[Line]:
    held: dict[str, list[Material]] = {}
    for material in content.materials_of(of_request(), declaration):
        held.setdefault(material.kind, []).append(material)
    for kind in forms.form_of(declaration).materials:
        if kind.key in held or kind.fits(facts):
            files = [file_link(material.file) for material in held.get(kind.key, [])]
            yield line(Place(K.FILE, places.MATERIALS, kind.key), kind.label, files or "（未上传）")
