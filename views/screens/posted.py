"""A page with a form of its own: what it asks stands in a `Step`, what was answered comes back as a `Posted`.

For verbs that create (a plan, a posting, a filing) and for pages that are not records: the booth, the scores.
Everything typed survives a refusal; secrets and files are asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from flask import g, request

from views.screens import asks, seen
from views.screens.boxes import Box
from views.screens.moment import of_request
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork, attempt


def form(verb: str, label: str, questions: Sequence[Ask], clause: str = "") -> Step:
    """A form as the step it takes: nothing but a name, a label and what it asks."""
    return Step(verb, label, (), None, (), asks=questions, clause=clause)


@dataclass
class Posted:
    """What came of a form: `done` with the verb's answer, or the sentences with everything typed."""

    done: bool = False
    answer: Any = None
    sentence: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, Any] | None = None
    code: int = 200

    def boxes(self, step: Step, subject: Any) -> list[Box]:
        """The fields of the form, as typed or as they begin."""
        return asks.boxes_of(step, of_request(), subject, self.typed, self.errors)


def submit(
    step: Step,
    subject: Any,
    do: Callable[[UnitOfWork, dict[str, Any]], Any],
    rows: Sequence[Rows] = (),
    *,
    of: Callable[[], Sequence[Any]] | None = None,
) -> Posted:
    """Read the answers of the request and do the verb with them in one unit of work; a GET does nothing.

    The answers of `rows` come under their name. Everything that cannot be read is told at once. `of` names what the
    form changes that exists already: its page carries the version of that, and without it nothing is read at all.
    """
    if request.method != "POST":
        if of is not None:
            seen.draw(seen.version_of(*of()))
        return Posted()
    version = request.form.get(seen.FIELD, "")

    def doing(uow: UnitOfWork) -> Any:
        if of is not None:
            seen.must_be(version, *of())
        return do(uow, dict(answers))

    try:
        if of is not None:
            seen.told()
        answers = _all(lambda: read(step, subject), *(partial(_named, table, subject) for table in rows))
        return Posted(True, attempt(g.user, doing, context=context()))
    except Refused as refusal:
        if of is not None:  # overtaken, the next try is made on what is seen now
            seen.draw(seen.version_of(*of()) if isinstance(refusal, NotNow) else version)
        return Posted(
            sentence=refusal.sentence, errors=refusal.fields, typed=asks.typed_in(step, request), code=code_of(refusal)
        )


def _named(table: Rows, subject: Any) -> dict[str, Any]:
    return {table.name: table.read(subject)}


def _all(*readers: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What all of them read, or one refusal with every field."""
    answers: dict[str, Any] = {}
    refused: list[Refused] = []
    for reader in readers:
        try:
            answers |= reader()
        except Refused as refusal:
            refused.append(refusal)
    if refused:
        raise Refused(
            "".join(r.sentence for r in refused),
            fields={k: v for r in refused for k, v in r.fields.items()},
            links=[link for r in refused for link in r.links],
        )
    return answers


def read(step: Step, subject: Any) -> dict[str, Any]:
    """The answers of the request, complete, as the verb wants them; refused at the fields."""
    answers = asks.answers_of(step, request, of_request(), subject)
    Flow.complete(step, answers)
    return answers


@dataclass(frozen=True)
class Rows:
    """A table of like rows in a form, such as 专家需求: one `Step` per row, its fields named `<name>-<n>-<ask>`."""

    name: str
    label: str
    asks: Sequence[Ask]

    def step(self, n: int) -> Step:
        """The n-th row as a form."""
        return form(
            f"{self.name}-{n}", self.label, [replace(ask, name=f"{self.name}-{n}-{ask.name}") for ask in self.asks]
        )

    def count(self) -> int:
        """How many rows the request carries."""
        return min(request.form.get(f"{self.name}-rows", 0, type=int), 100)

    def read(self, subject: Any) -> list[dict[str, Any]]:
        """The rows that are not empty, as the verb wants them; refused at the fields."""
        found: list[dict[str, Any]] = []
        wrong: dict[str, str] = {}
        for n in range(self.count()):
            step = self.step(n)
            typed = asks.typed_in(step, request)
            if not any(
                typed.get(name) or typed.get(f"{name}-text")
                for ask in self.asks
                if (name := f"{self.name}-{n}-{ask.name}") and ask.kind != "choice"
            ):
                continue
            try:
                answers = read(step, subject)
            except Refused as refusal:
                wrong |= refusal.fields
            else:
                found.append({ask.name: answers[f"{self.name}-{n}-{ask.name}"] for ask in self.asks})
        if wrong:
            raise Refused("；".join(sentence.rstrip("。") for sentence in wrong.values()) + "。", fields=wrong)
        return found

    def boxes(self, subject: Any, held: Sequence[dict[str, Any]], errors: dict[str, str], more: int) -> list[list[Box]]:
        """The rows as drawn: what was typed, or what is held; and `more` empty ones."""
        uow = of_request()
        if request.method == "POST":
            typed = [asks.typed_in(self.step(n), request) for n in range(self.count())]
        else:
            typed = [
                {f"{self.name}-{n}-{k}": "" if v is None else str(v) for k, v in row.items()}
                for n, row in enumerate(held)
            ]
        rows = [asks.boxes_of(self.step(n), uow, subject, values, errors) for n, values in enumerate(typed)]
        return rows + [asks.boxes_of(self.step(n), uow, subject) for n in range(len(rows), len(rows) + more)]
