"""Each figure equals the second, plain computation over random small worlds: for every reader, under any conditions."""

from __future__ import annotations

from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.declarations.declaration import Correction, Declaration
from models.declarations.opinion import Opinion, OpinionResult
from reports.figures.figure import FIGURES
from tests.reports.figures.naive import World
from tests.workflow.base.test_reading import cases, people, stage  # noqa: F401  (`stage` is a fixture)
from workflow.base import policy, reading

#: Subjects that such a world has rows of.
TOLD = ("declaration", "desk", "step", "recheck", "correction")
RETURNED = {
    "position": 0,
    "items": [],
    "opinion": "请补正",
    "issued_at": datetime(2026, 5, 12),
    "organisation_name": "某局",
}
JUDGED = {
    "position": 9,
    "office_name": "评委会",
    "words": "意见",
    "handler_name": "周核",
    "given_at": datetime(2026, 6, 4),
}
OF_WORLDS = [name for name, figure in FIGURES.items() if figure.subject in TOLD]


@st.composite
def conditions(draw, figure, heap):
    """The year or none, and up to two further dimensions: values that are there, and nothing."""
    where = {"year": frozenset({draw(st.sampled_from([2025, 2026]))})} if draw(st.booleans()) else {}
    known = [name for name in figure.of.dimensions if name != "year" and heap.rows and name in heap.rows[0]]
    for name in draw(st.lists(st.sampled_from(known or ["year"]), max_size=2, unique=True)):
        if name != "year":
            values = sorted({row[name] for row in heap.rows}, key=str)
            where[name] = frozenset(draw(st.lists(st.sampled_from([*values, None]), min_size=1, max_size=3)))
    return where


def furnish(make, session):
    """What hangs on the declarations of such a world: returns with a cause, and opinions of the committee."""
    for number, case in enumerate(session.query(Declaration).order_by(Declaration.id).all()):
        if case.state == "returned":
            make._add(Correction, {}, declaration_id=case.id, **RETURNED, cause=("", "R01")[number % 2])
        if case.reached_committee_at:
            result = (OpinionResult.QUALIFIED, OpinionResult.DISQUALIFIED)[number % 2]
            make._add(Opinion, {}, declaration_id=case.id, result=result, **JUDGED)


@given(st.lists(cases, min_size=1, max_size=6), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_says_the_same_twice_to_every_reader(session, make, stage, given_cases, data):  # noqa: F811
    with session.begin_nested() as world:
        people(make, stage, given_cases)
        furnish(make, session)
        reading.bring_up(session)
        actor = data.draw(st.sampled_from(stage.accounts), label="reader")
        seen = World(session, lambda model: policy.rows(actor, model))
        for name in data.draw(
            st.lists(st.sampled_from(OF_WORLDS), min_size=2, max_size=4, unique=True), label="figures"
        ):
            where = data.draw(conditions(FIGURES[name], seen.heap(FIGURES[name].of)), label="conditions")
            assert seen.differences(FIGURES[name], where) == [], (name, actor.role_names, where)
        world.rollback()
        session.expire_all()


def test_such_worlds_have_rows_of_every_told_subject(session, make, stage):  # noqa: F811
    """So that nothing is compared with nothing."""
    whole = {"unit": 0, "route": [(0, True), (1, True)], "position": 1, "year": 2026, "level": "intermediate"}
    whole |= {"way": "review", "mode": "normal", "name": "王伟", "region": "430102", "sent": 3, "paper": False}
    people(
        make, stage, [whole | {"state": state, "arrived": state == "qualified"} for state in ("returned", "qualified")]
    )
    furnish(make, session)
    reading.bring_up(session)
    world = World(session)
    empty = [name for name in TOLD if not world.heap(next(f.of for f in FIGURES.values() if f.subject == name)).rows]
    assert not empty
