"""A refusal never names a way that does not exist: not for this account, not in this state.

Every record of the world, in every state of its lifecycle, is asked by an account of every role for every verb that its
role may lead. Where the refusal sends him to a button, he has it there, enabled or with a reason of its own; or the
sentence says who has it.
"""

from __future__ import annotations

from types import SimpleNamespace

from sqlalchemy import select

from models.registry import by_table
from tests.access.world import World
from tests.named_ways import missing, named
from tests.views.office_day import noon  # noqa: F401  (a fixture)
from workflow.base import roles as r
from workflow.lifecycles import LIFECYCLES


def as_it_would_be(record, state):
    """A draft is in its applicant's hands; the rest of a record may be of any state."""
    record.state = state
    if record.__tablename__ == "declaration" and state in ("draft", "withdrawn"):
        record.position = -1


def refusals(world, flow, record, people, now):
    """(account, step, sentence) of everybody who may lead a verb of the record and is refused it now."""
    session = world.make.session
    for account in people:
        uow = SimpleNamespace(
            actor=account, now=now, today=now.date(), session=session, led=False, context={}, entries=[]
        )
        for step in flow.steps:
            if not step.inner and flow.leads(account, step) and (refusal := flow.refusal(uow, record, step)):
                yield account, step, refusal.sentence


def test_every_button_a_refusal_names_is_there_for_whom_it_is_told_or_it_says_whose_it_is(make, as_, session, noon):  # noqa: F811
    world = World(make, as_)
    people = [world.account(role) for role in r.ALL]
    session.flush()
    models, wrong, seen, asked = by_table(), set(), 0, 0
    now = as_(people[0]).now
    with session.no_autoflush:
        for table, flow in LIFECYCLES.items():
            for record in session.scalars(select(models[table]).order_by(models[table].id).limit(4)).unique().all():
                before = {name: getattr(record, name) for name in ("state", "position") if hasattr(record, name)}
                for state in flow.states:
                    as_it_would_be(record, state)
                    for account, step, sentence in refusals(world, flow, record, people, now):
                        asked += 1
                        seen += len(named(flow, sentence))
                        for word in missing(flow, state, account, sentence):
                            wrong.add(f"{flow.name} {state} {account.role_names[0]} {step.label}: {sentence} → {word}")
                    for name, value in before.items():
                        setattr(record, name, value)
    assert not wrong, f"{len(wrong)} of {seen}:\n" + "\n".join(sorted(wrong))
    assert asked > 2_000 and seen > 100
