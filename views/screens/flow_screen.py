"""Screens of records with a lifecycle: buttons and dialogs come from the Flow table, refusals come back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from models.base import db
from models.jobs.job import Job
from views.screens import asks, listing, seen
from views.screens.boxes import Box, errors_of
from views.screens.columns import badge
from views.screens.lookup import is_key
from views.screens.moment import of_request
from views.screens.refusal import NOT_THIS, code_of
from views.screens.screen import Link, Panel, Screen
from views.screens.stay import context
from workflow.base.errors import NotNow, NotYou, Refused, TooBusy
from workflow.base.flow import Flow, Step
from workflow.base.unit_of_work import UnitOfWork, attempt

#: How many rows one bulk verb takes at most: more than a page, less than a long transaction.
BULK_MOST = 500


class Stopped(NotNow):
    """One of many rows refused while all were being done; its key and the sentence come along."""

    def __init__(self, sentence: str, key: int, refusal: Refused) -> None:
        super().__init__(sentence, links=refusal.links)
        self.culprit = (key, refusal.sentence)


@dataclass
class Action:
    """One verb on the action bar: allowed with its fields, or disabled with the sentence."""

    step: Step
    url: str
    boxes: list[Box] = field(default_factory=list)
    refusal: str = ""
    open: bool = False
    sentence: str = ""
    then: str = ""  #: a second button that does it and goes on to the next record: what it says
    weighed: bool = False  #: the button leads to the verb's own page, which tells what would be affected

    @property
    def errors(self) -> list[tuple[str, str, str]]:
        """What the dialog lists on top."""
        return errors_of(self.boxes)

    @property
    def uploads(self) -> bool:
        """Whether the form carries a file."""
        return any(box.kind == "file" for box in self.boxes)


class FlowScreen(Screen):
    """A `Screen` with `flow`. `verbs` restricts which of its verbs this desk offers; `bulk` names those for ticked
    rows."""

    flow: ClassVar[Flow]
    verbs = ""  #: "approve send_back"; empty: all
    weighed = ""  #: verbs whose own page (`verb_panels`) is read before they are done: no dialog
    row_verbs = ""  #: verbs offered as links of a row; empty: none
    can_edit = can_delete = False

    def __init__(self) -> None:
        names = self.verbs.split() or [step.verb for step in self.flow.steps]
        self.offered = [self.flow[name] for name in names]
        super().__init__()

    def unused_routes(self) -> Sequence[str]:
        """Without verbs for ticked rows, nothing can be asked of them."""
        return () if self.bulk else ("bulk_act",)

    # -- what is offered -----------------------------------------------------------------------------

    def actions_of(self, record: Any) -> list[Action]:
        """The verbs of the actor in this state: allowed ones with their fields, others with the reason."""
        uow = of_request()
        expected = {step.verb: refusal for step, refusal in self.flow.expected(uow, record)}
        found = []
        for step in self.offered:
            if step.verb in expected:
                refusal = expected[step.verb]
                boxes = [] if refusal else asks.boxes_of(step, uow, record)
                found.append(
                    Action(
                        step,
                        self.address("act", pk=record.id, verb=step.verb),
                        boxes,
                        refusal.sentence if refusal else "",
                        weighed=step.verb in self.weighed.split(),
                    )
                )
        return found

    def show_page(self, record: Any, **more: Any) -> str:
        """The detail page with its action bar."""
        if "actions" not in more:
            more["actions"] = self.actions_of(record) if self.may("act") else []
        return super().show_page(record, **more)

    def operations(self, record: Any) -> list[Link]:
        """详情, and the declared `row_verbs` that role and state allow."""
        links = super().operations(record)
        base = self.base_address()
        for name in self.row_verbs.split():
            step = self.flow[name]
            if self.flow.leads(g.user, step) and record.state in set(step.sources):
                links.append(Link(step.label, f"{base}act/{record.id}/{name}", "bad" if step.tone == "bad" else ""))
        return links

    def bulk_steps(self) -> Sequence[Step]:
        """The verbs offered for ticked rows."""
        if not self.may("act"):
            return ()
        return [step for name in self.bulk.split() if (step := self.flow[name]) and self.flow.leads(g.user, step)]

    # -- doing it ------------------------------------------------------------------------------------

    def perform(self, uow: UnitOfWork, record: Any, verb: str, answers: dict[str, Any]) -> Any:
        """Hook: do the verb; by default the flow's performer."""
        return self.flow.perform(uow, record, verb, **answers)

    def beforehand(self, record: Any, step: Step) -> None:
        """Hook: what must have been said before the unit of work of an allowed verb begins."""

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """Hook: what follows a verb that went through; `answer` is what its performer gave back."""
        flash(f"“{name}”已办理：{step.label}。", "ok")
        return redirect(self._home_of(record_id))

    def _step(self, verb: str) -> Step:
        return next((step for step in self.offered if step.verb == verb), None) or abort(404)

    @expose("/act/<int:pk>/<verb>", methods=["GET", "POST"])
    @has_access
    def act(self, pk: int, verb: str) -> Any:
        """GET: the verb's own page, which needs no script. POST: do it."""
        record, step = self.find(pk), self._step(verb)
        if request.method != "POST":
            uow = of_request()
            if refusal := self.flow.refusal(uow, record, step):
                return self._refused(record, step, refusal)
            action = Action(step, request.path, asks.boxes_of(step, uow, record))
            return self._verb_page(action, record), 200
        name = self.name_of(record)
        try:
            refusal = self.flow.refusal(of_request(), record, step)
            if isinstance(refusal, NotYou):  # whose verb it is comes before what he has seen
                raise refusal
            version = seen.told()
            if refusal:
                raise refusal
            answers = asks.answers_of(step, request, of_request(), record)
            self.beforehand(record, step)
            answer = attempt(g.user, lambda uow: self._act(uow, pk, version, step, answers), context=context())
        except Refused as refusal:
            return self._refused(self.find(pk), step, refusal)
        return self.done(pk, step, name, answer)

    def _act(self, uow: UnitOfWork, pk: int, version: str, step: Step, answers: dict[str, Any]) -> Any:
        record = self.find(pk)
        self.must_be(record, version)
        return self.perform(uow, record, step.verb, dict(answers))

    def verb_panels(self, record: Any, step: Step) -> Sequence[Panel]:
        """Hook: further cards on the page of a verb: what it would affect."""
        return ()

    def _verb_page(self, action: Action, record: Any) -> str:
        return self.render_template(
            "screens/act.html",
            screen=self,
            title=action.step.label,
            name=self.name_of(record),
            record=record,
            action=action,
            facts=self.facts_of(record),
            state=self.badge_of(record),
            base=self.address("list"),
            back=self._home_of(record.id),
            panels=self.verb_panels(record, action.step),
        )

    def _refused(self, record: Any, step: Step, refusal: Refused) -> Any:
        """The detail page again: dialog open, sentences at the fields and on top, everything typed kept."""
        code = code_of(refusal)
        uow = of_request()
        actions = self.actions_of(record) if self.may("act") else []
        sentence = refusal.sentence
        if request.method == "POST":
            typed = asks.typed_in(step, request)
            for action in actions:
                if action.step is step and not action.refusal:
                    action.boxes = asks.boxes_of(step, uow, record, typed, refusal.fields)
                    action.open, action.sentence, sentence = True, refusal.sentence, ""
        version = request.form.get(seen.FIELD, "")
        if isinstance(refusal, NotNow) and not isinstance(refusal, TooBusy):
            version = ""  # the next attempt is made on what is seen now
        if self.may("show"):
            return self.show_page(record, actions=actions, alert=sentence, seen=version), code
        action = next((a for a in actions if a.open), Action(step, request.path, refusal=refusal.sentence))
        return self._verb_page(action, record), code

    # -- many at once --------------------------------------------------------------------------------

    @expose("/bulk/<verb>", methods=["POST"])
    @has_access
    @permission_name("act")
    def bulk_act(self, verb: str) -> Any:
        """One verb on all ticked rows: one unit of work, all or none. What it asks is asked once.

        Rows that do not allow it are named with the reason before anything is done; the others may be done alone.
        """
        step = next((s for s in self.bulk_steps() if s.verb == verb), None) or abort(404)
        keys = self._ticked()
        if not keys:
            raise Refused(f"请先勾选要{step.label}的记录。")
        if len(keys) > BULK_MOST:
            raise Refused(f"一次最多{step.label} {BULK_MOST} 条，现勾选 {len(keys)} 条；请分批办理。")
        able, unable = self._sorted_out(step, keys)
        first, typed, errors, sentence = (able or [unable[0][0]])[0], None, {}, ""
        if not unable and ("confirmed" in request.form or not (step.asks or step.confirm)):
            try:
                answers = asks.answers_of(step, request, of_request(), first)
                job = attempt(g.user, lambda uow: self._act_on_all(uow, keys, step, answers), context=context())
            except Refused as refusal:
                typed, errors, sentence = asks.typed_in(step, request), refusal.fields, refusal.sentence
                culprit = getattr(refusal, "culprit", None)
            else:
                if job is not None:
                    flash(f"共 {len(keys)} 条，已转为后台任务{step.label}；可以离开本页。", "ok")
                    return redirect(url_for("JobScreen.show", pk=job.id))
                flash(f"已{step.label} {len(keys)} 条。", "ok")
                return redirect(self.address("list"))
            able, unable = self._sorted_out(step, keys, culprit)
            first = (able or [unable[0][0]])[0]
        elif unable and "confirmed" in request.form:
            typed = asks.typed_in(step, request)
        boxes = asks.boxes_of(step, of_request(), first, typed, errors) if able else []
        action = Action(step, request.path, boxes, sentence=sentence)
        ticked = [f"{record.id}:{keys[record.id]}" for record in able]
        return self.render_template(
            "screens/bulk.html",
            screen=self,
            title=step.label,
            action=action,
            records=able,
            keys=ticked,
            base=self.address("list"),
            unable=[
                (self.name_of(record), self.badge_of(record), reason, self._home_of(record.id))
                for record, reason in unable
            ],
        ), (NOT_THIS if sentence or unable else 200)

    def _sorted_out(
        self, step: Step, keys: dict[int, str], culprit: tuple[int, str] | None = None
    ) -> tuple[list[Any], list[tuple[Any, str]]]:
        """The ticked rows that allow the verb now, and those that do not, each with the sentence."""
        able: list[Any] = []
        unable: list[tuple[Any, str]] = []
        uow = of_request()
        for record in self._records(list(keys)):
            stopped = culprit[1] if culprit and culprit[0] == record.id else None
            reason = stopped or self.not_in_bulk(uow, record, step, keys[record.id])
            able.append(record) if reason is None else unable.append((record, reason))
        return able, unable

    def not_in_bulk(self, uow: UnitOfWork, record: Any, step: Step, version: str) -> str | None:
        """Hook: why the verb cannot be done with this ticked row, or None; by default as its own button would say."""
        try:
            self.must_be(record, version)
        except NotNow as overtaken:
            return overtaken.sentence
        refusal = self.flow.refusal(uow, record, step)
        return refusal.sentence if refusal else None

    def _ticked(self) -> dict[int, str]:
        """Key and seen version of every ticked row."""
        pairs = (word.partition(":") for word in request.form.getlist("key"))
        return {int(key): version for key, _colon, version in pairs if is_key(key)}

    def _records(self, keys: list[int]) -> list[Any]:
        options = listing.loading(self.model, self.shown, whole=self.weighs_rows)
        query = listing.of_keys(self.query(known=True), self.model, keys).options(*options).order_by(self.model.id)
        records = list(db.session.scalars(query).unique())
        if len(records) != len(keys):
            abort(404)
        return records

    def _act_on_all(self, uow: UnitOfWork, keys: dict[int, str], step: Step, answers: dict[str, Any]) -> Job | None:
        """All or none; a desk that leaves it to a worker gives the job."""
        for record in self._records(list(keys)):
            try:
                self.must_be(record, keys[record.id])
                self.perform(uow, record, step.verb, dict(answers))
            except Refused as refusal:
                if refusal.fields.keys() & {ask.name for ask in step.asks}:
                    raise
                raise Stopped(
                    f"“{self.name_of(record)}”：{refusal.sentence}（全部未办理）", record.id, refusal
                ) from refusal
        return None


class ActiveState:
    """Mix in before `FlowScreen` where the state is read from a column `active`: its badge comes from the lifecycle."""

    flow: ClassVar[Any]
    model: ClassVar[Any]
    made: ClassVar[dict[str, Any]]

    def __init__(self) -> None:
        self.made = {**self.made, "state": ("active", lambda active: self._badge(self.model(active=active).state))}  # type: ignore[misc]
        super().__init__()

    def _badge(self, word: str) -> Any:
        state = self.flow.states(word)
        return badge(state.label, state.tone)

    def badge_of(self, record: Any) -> Any:
        """The state of the lifecycle in the head of the detail page."""
        return self._badge(record.state)
