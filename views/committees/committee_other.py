"""其他信息 of a committee (附件3 1.10.3-4): 评审专业, 组建单位, 缴费标准, each row edited in place, several added at
once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, g, redirect, request
from flask_appbuilder import expose, has_access

from models.committees.committee import Committee
from views.screens import asks
from views.screens.base import FlowScreen
from views.screens.boxes import Box, errors_of
from views.screens.flow_screen import Action
from views.screens.posted import Rows, form, submit
from views.screens.refusal import code_of
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import asking
from workflow.committees.committee import COMMITTEE
from workflow.committees.committee_details import add_all

#: Empty rows offered at first, and after 再加几行.
EMPTY = 3


@dataclass(frozen=True)
class Kind:
    """One card of the page: what it lists, and the verbs that add, change and take away."""

    title: str
    note: str
    add: str
    change: str
    remove: str
    rows: Callable[[Committee], Sequence[tuple[str, str, str]]]  #: key, what is edited, what else is told
    picks: str  #: the ask whose answer is edited in place
    hint: str = ""


KINDS = (
    Kind(
        "评审专业",
        "专业代码",
        "add_specialty",
        "change_specialty",
        "remove_specialty",
        lambda c: [(str(row.specialty_id), row.specialty.name, row.specialty.code) for row in c.specialties],
        "specialty",
        "录入专业名称或代码，回车查询",
    ),
    Kind(
        "组建单位",
        "统一信用代码",
        "add_office",
        "change_office",
        "remove_office",
        lambda c: [(str(row.organisation_id), row.organisation.name, row.organisation.code) for row in c.offices],
        "organisation",
        "录入单位名称或统一信用代码，回车查询",
    ),
    Kind(
        "缴费标准",
        "缴费金额（元）",
        "set_fee",
        "set_fee",
        "remove_fee",
        lambda c: [(row.item, row.item, f"{row.amount:.2f}".removesuffix(".00")) for row in c.fees],
        "amount",
        "选择缴费项目，录入缴费金额",
    ),
)
OTHER_VERBS = {verb for kind in KINDS for verb in (kind.add, kind.change, kind.remove)}


@dataclass
class Refusal:
    """A verb of this page that was refused: for which row, and with what was typed."""

    verb: str
    row: str
    refused: Refused
    typed: dict[str, Any]


class OtherPage(FlowScreen):
    """The page, and the verbs that come back to it."""

    @expose("/other/<int:pk>")
    @has_access
    def other(self, pk: int) -> Any:
        """评审专业, 组建单位, 缴费标准 on one page."""
        return self.other_page(self.find(pk))

    @expose("/other/<int:pk>/<verb>", methods=["POST"])
    @has_access
    def add_other(self, pk: int, verb: str) -> Any:
        """保存 of several new rows at once, all or none."""
        record, step = self.find(pk), self._step(verb)
        kind = next((kind for kind in KINDS if kind.add == verb), None)
        if kind is None:
            return redirect(self.address("other", pk=pk))
        if refusal := self.flow.refusal(asking(g.user), record, step):
            return self._refused(record, step, refusal)
        posted = submit(
            form(verb, step.label, ()),
            record,
            lambda uow, given: self._add_all(uow, pk, verb, given[verb]),
            [new_rows(step)],
            of=lambda: [self.find(pk)],
        )
        if posted.done:
            flash(f"已保存 {posted.answer} 条{kind.title}。", "ok")
            return redirect(self.address("other", pk=pk))
        return self.other_page(
            self.find(pk), Refusal(verb, "", Refused(posted.sentence, fields=posted.errors), {})
        ), posted.code

    def _add_all(self, uow: Any, pk: int, verb: str, rows: Sequence[dict[str, Any]]) -> int:
        return add_all(uow, self.find(pk), verb, rows)

    def other_page(self, record: Committee, refusal: Refusal | None = None) -> str:
        """The page; with the row that was refused, what was typed, and the sentence."""
        cards = [self._card(record, kind, refusal) for kind in KINDS]
        return self.render_template(
            "committees/committee_other.html",
            screen=self,
            title="其他信息",
            record=record,
            cards=cards,
            base=self.address("list"),
            back=self.address("show", pk=record.id),
            state=self.badge_of(record),
        )

    def _card(self, record: Committee, kind: Kind, refusal: Refusal | None) -> dict[str, Any]:
        uow, step = asking(g.user), self.flow[kind.add]
        blocked = self.flow.refusal(uow, record, step)
        mine = refusal if refusal and refusal.verb in (kind.add, kind.change, kind.remove) else None
        table = new_rows(step)
        errors = mine.refused.fields if mine else {}
        new = table.boxes(record, [], errors, 0 if mine and table.count() else EMPTY)
        for box in (box for line in new for box in line):
            box.narrow = _narrow(box)
        held = [self._line(record, kind, row, mine) for row in kind.rows(record)]
        return {
            "kind": kind,
            "id": kind.add,
            "lines": held,
            "new": new,
            "blocked": blocked.sentence if blocked else "",
            "sentence": mine.refused.sentence
            if mine
            and not any(line["key"] == mine.row for line in held)
            and not errors_of([b for line in new for b in line])
            else "",
            "errors": errors_of([b for line in new for b in line] + [line["box"] for line in held]),
            "add": self.address("add_other", pk=record.id, verb=kind.add),
            "change": self.address("act", pk=record.id, verb=kind.change),
            "remove": self.address("act", pk=record.id, verb=kind.remove),
            "field": self.flow[kind.remove].asks[0].name,
        }

    def _line(
        self, record: Committee, kind: Kind, row: tuple[str, str, str], refusal: Refusal | None
    ) -> dict[str, Any]:
        """A row as it is edited: its one box, holding what is kept or what was typed and refused."""
        key, text, note = row
        ask = next(ask for ask in self.flow[kind.change].asks if ask.name == kind.picks)
        mine = refusal is not None and refusal.row == key and refusal.verb == kind.change
        typed = (
            refusal.typed
            if refusal is not None and mine
            else {ask.name: note if kind.picks == "amount" else key, f"{ask.name}-text": text}
        )
        error = (
            (refusal.refused.fields.get(ask.name) or refusal.refused.sentence) if refusal is not None and mine else ""
        )
        (box,) = asks.boxes_of(
            form(f"{kind.change}-{key}", ask.label, [ask]), asking(g.user), record, typed, {ask.name: error}
        )
        box.narrow = _narrow(box)
        return {"key": key, "text": text, "note": note, "box": box}

    def _refused(self, record: Any, step: Step, refusal: Refused) -> Any:
        if step.verb not in OTHER_VERBS or isinstance(refusal, NotYou) or request.method != "POST":
            return super()._refused(record, step, refusal)
        row = request.form.get("row") or (request.form.get("item", "") if step.verb == "set_fee" else "")
        kind = next(kind for kind in KINDS if step.verb in (kind.add, kind.change, kind.remove))
        if row not in {key for key, _text, _note in kind.rows(record)}:  # no row of this page: the verb's own form
            return self._of_no_row(record, step, refusal)
        told = Refusal(step.verb, row[:40], refusal, asks.typed_in(step, request))
        return self.other_page(record, told), code_of(refusal)

    def _of_no_row(self, record: Committee, step: Step, refusal: Refused) -> Any:
        """The verb's own page again, with what was typed; where it cannot be done at all, the details say why."""
        uow = asking(g.user)
        if self.flow.refusal(uow, record, step):
            return super()._refused(record, step, refusal)
        boxes = asks.boxes_of(step, uow, record, asks.typed_in(step, request), refusal.fields)
        return self._verb_page(Action(step, request.path, boxes, sentence=refusal.sentence), record), code_of(refusal)


def new_rows(step: Step) -> Rows:
    """The rows in which new entries are typed: the asks of the verb."""
    return Rows(step.verb, step.label, [replace(ask, hint="") if isinstance(ask, Ask) else ask for ask in step.asks])


def _narrow(box: Box) -> str:
    """The picker of specialties offers those of the committee's series."""
    return "series_id=series_id" if box.lookup == "Specialty" else ""


__all__ = ["COMMITTEE", "OTHER_VERBS", "OtherPage"]
