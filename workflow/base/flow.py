"""A lifecycle as a table: rows of Step, and the one function that walks them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.base import Labelled
from workflow.base.abilities import VERB, Ability, know, may
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.remembered import once
from workflow.base.unit_of_work import UnitOfWork

#: A guard answers None when satisfied, otherwise the sentence to show. It reads, never writes.
Guard = Callable[[UnitOfWork, Any], str | None]


@dataclass(frozen=True)
class Ask:
    """One field a person fills in with a verb: rendered in the dialog, checked before the verb runs."""

    name: str
    label: str
    #: text, area, date, datetime, number, choice, check, file, secret; picks: account, organisation, specialty, series,
    #: region, committee, office, place
    kind: str = "text"
    required: bool = True
    choices: Sequence[tuple[str, str]] | Callable[[UnitOfWork, Any], Sequence[tuple[str, str]]] = ()
    hint: str = ""
    default: Any = None  #: a value, or callable(uow, subject)
    max_length: int = 1000
    least: float | None = None  #: bounds of a number
    most: float | None = None
    narrow: Callable[[UnitOfWork, Any], dict[str, str]] | None = None  #: a picker offers only what has these values

    def options(self, uow: UnitOfWork, subject: Any) -> Sequence[tuple[str, str]]:
        """The (value, label) pairs offered for this subject now."""
        return self.choices(uow, subject) if callable(self.choices) else self.choices

    def initial(self, uow: UnitOfWork, subject: Any) -> Any:
        """What the field shows before the person types."""
        return self.default(uow, subject) if callable(self.default) else self.default


@dataclass(frozen=True)
class Step:
    """One row of a lifecycle: who may lead what from where to where, and under which conditions."""

    verb: str
    label: str
    sources: Iterable[str]
    target: str | Sequence[str] | None  #: None keeps the state; several: the performer chooses
    by: str | Sequence[str]
    guards: Sequence[Guard] = ()
    asks: Sequence[Ask] = ()
    clause: str = ""  #: the clause that orders or allows this step
    tone: str = ""  #: "primary" or "bad" for the button
    confirm: str = ""  #: a question before an irrevocable step
    inner: bool = False  #: taken only as part of another verb (a plan's approval, a tally), never by itself

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that may take the step, always as a tuple."""
        return (self.by,) if isinstance(self.by, str) else tuple(self.by)

    @property
    def targets(self) -> tuple[str, ...]:
        """Every state the step may end in; empty when the state stays."""
        if self.target is None:
            return ()
        return (self.target,) if isinstance(self.target, str) else tuple(self.target)


def _answer(uow: UnitOfWork, subject: Any, guard: Guard) -> str | None:
    """What a guard says; steps that share it, and a button and its verb, ask it once while nothing changes."""
    return once(uow.session, (guard, uow, subject), lambda: guard(uow, subject))


@dataclass(frozen=True)
class Flow:
    """A lifecycle: the name people call it, its states, its steps, and the verbs that do more."""

    name: str
    states: type[Labelled]
    steps: Sequence[Step]
    performers: dict[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def noun(self) -> str:
        """The lifecycle in English, from its states: DeclarationState gives "declaration"."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.states.__name__.removesuffix("State")).lower()

    def ability(self, step: Step | str) -> Ability:
        """The step as something a role can hold."""
        step = self[step] if isinstance(step, str) else step
        return Ability(f"{VERB}:{self.noun}.{step.verb}", step.label, self.name, step.roles)

    def enter(self) -> None:
        """Put the verbs that people lead into the catalogue of abilities; inner ones follow their outer verb."""
        for step in self.steps:
            if not step.inner:
                know(self.ability(step))

    def leads(self, actor: Any, step: Step) -> bool:
        """Whether the actor may lead the step at all: what buttons and bulk verbs ask before the record's state."""
        return may(actor, self.ability(step))

    def get(self, verb: str) -> Step | None:
        """The step of that verb, or None."""
        return next((step for step in self.steps if step.verb == verb), None)

    def __getitem__(self, verb: str) -> Step:
        if step := self.get(verb):
            return step
        raise KeyError(verb)

    def refusal(self, uow: UnitOfWork, subject: Any, step: Step | str) -> Refused | None:
        """Why the actor may not do this now, or None. Buttons and actions both ask here."""
        step = self[step] if isinstance(step, str) else step
        if not (uow.actor.plays(*step.roles) if step.inner or uow.led else self.leads(uow.actor, step)):
            return NotYou(f"只有{'、'.join(step.roles)}可以办理“{step.label}”，请由有权限的账号办理。")
        if subject.state not in set(step.sources):
            return NotNow(f"当前状态为“{self.states(subject.state).label}”，不能{step.label}；请刷新后查看最新状态。")
        sentences = (_answer(uow, subject, guard) for guard in step.guards)
        return next((Refused(sentence) for sentence in sentences if sentence), None)

    def available(self, uow: UnitOfWork, subject: Any) -> list[Step]:
        """The steps the actor may take now: what the action bar shows."""
        return [step for step in self.steps if not step.inner and not self.refusal(uow, subject, step)]

    def expected(self, uow: UnitOfWork, subject: Any) -> list[tuple[Step, Refused | None]]:
        """Steps of the actor's role in this state, each with the refusal (a disabled button) or None."""
        mine = [s for s in self.steps if not s.inner and self.leads(uow.actor, s) and subject.state in set(s.sources)]
        return [(step, self.refusal(uow, subject, step)) for step in mine]

    def advance(self, uow: UnitOfWork, subject: Any, verb: str, *, to: str | None = None, **facts: Any) -> None:
        """Check the step, set the new state and leave the journal entry and the trail.

        `facts` go to the journal and the trail (opinion, names, counts), never into columns.
        """
        step = self[verb]
        if refusal := self.refusal(uow, subject, step):
            raise refusal
        uow.led = True
        before = subject.state
        after = to or (step.targets[0] if step.targets else before)
        if step.targets and after not in step.targets:
            raise ValueError(f"{self.name}.{verb} cannot end in {after}")
        subject.state = after
        if after != before and hasattr(type(subject), "came_from"):
            subject.came_from = str(before)
        uow.record(verb, subject, label=step.label, before=str(before), after=str(after), **facts)

    def performs(self, verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator for a verb that does more than advance: checks, numbers, letters."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.performers[self[verb].verb] = function
            return function

        return register

    def perform(self, uow: UnitOfWork, subject: Any, verb: str, **answers: Any) -> Any:
        """Do the verb: the registered performer if there is one, else a plain advance."""
        step = self[verb]
        if step.inner:
            raise NotYou(f"“{step.label}”随上一环节自动办理，不能单独操作。")
        if refusal := self.refusal(uow, subject, step):
            raise refusal
        uow.led = True
        self.complete(step, answers)
        if performer := self.performers.get(verb):
            return performer(uow, subject, **answers)
        return self.advance(uow, subject, verb, **answers)

    @staticmethod
    def complete(step: Step, answers: dict[str, Any]) -> None:
        """Refuse an answer that is missing or too long, each at its field."""
        wrong = {}
        for ask in step.asks:
            value = answers.get(ask.name)
            if ask.required and (value is None or value == "" or value == []):
                wrong[ask.name] = f"请填写{ask.label}。"
            elif isinstance(value, str) and len(value) > ask.max_length:
                wrong[ask.name] = f"{ask.label}不能超过 {ask.max_length} 字，现有 {len(value)} 字。"
        if wrong:
            raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)

    def to_mermaid(self) -> str:
        """The same table as a picture, for the docs: one arrow per pair of states, with every verb that takes it.

        Verbs that keep the state, and who may do what, stand in the table beside the picture.
        """
        arrows: dict[tuple[str, str], list[str]] = {}
        for step in self.steps:
            for source in (state for state in self.states if state in set(step.sources)):
                for target in step.targets:
                    if target != source:
                        arrows.setdefault((source, target), []).append(step.label)
        lines = ["stateDiagram-v2", f"    [*] --> {next(iter(self.states))}"]
        lines += [f"    {state.value} : {state.label}" for state in self.states]
        lines += [f"    {source} --> {target}: {'、'.join(labels)}" for (source, target), labels in arrows.items()]
        return "\n".join(lines)
