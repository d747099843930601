"""Every state × verb × role of every lifecycle: the table is the whole truth."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from models.base import Labelled
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou
from workflow.base.flow import Flow
from workflow.lifecycles import LIFECYCLES

FLOWS = sorted(LIFECYCLES.items())
EVERYBODY = (*roles.ALL, roles.SYSTEM)


class Actor:
    """Somebody who plays one role."""

    def __init__(self, role):
        self.roles = [SimpleNamespace(name=role, charter=None)]

    def plays(self, *names):
        return self.roles[0].name in names


def cells():
    for name, flow in FLOWS:
        for step in flow.steps:
            yield pytest.param(flow, step, id=f"{name}-{step.verb}")


@pytest.mark.parametrize("flow, step", cells())
def test_only_the_named_roles_in_the_named_states_may_take_a_step(flow, step):
    bare = Flow(flow.name, flow.states, [replace(step, guards=())])
    for role in EVERYBODY:
        uow = SimpleNamespace(actor=Actor(role), led=False)
        for state in flow.states:
            refusal = bare.refusal(uow, SimpleNamespace(state=state), step.verb)
            if role not in step.roles:
                assert isinstance(refusal, NotYou), (role, state)
            elif state not in set(step.sources):
                assert isinstance(refusal, NotNow), (role, state)
            else:
                assert refusal is None, (role, state)


@pytest.mark.parametrize("flow, step", cells())
def test_a_step_ends_in_states_of_its_own_lifecycle_and_names_its_clause(flow, step):
    assert set(step.sources) <= set(flow.states)
    assert set(step.targets) <= set(flow.states)
    assert step.label and step.roles and step.clause, step.verb
    assert set(step.roles) <= set(EVERYBODY)


@pytest.mark.parametrize("name, flow", FLOWS)
def test_every_state_can_be_reached_and_is_called_in_chinese(name, flow):
    first = next(iter(flow.states))
    reached = {first}
    for _ in flow.states:
        reached |= {t for step in flow.steps if set(step.sources) & reached for t in step.targets}
    begins_elsewhere = {"issuer": {"active"}, "filing": {"submitted"}}.get(name, set())
    assert reached | begins_elsewhere == set(flow.states)
    assert all(isinstance(s, Labelled) and s.label != s.value for s in flow.states)


@pytest.mark.parametrize("name, flow", FLOWS)
def test_verbs_are_unique_and_inner_verbs_are_not_offered(name, flow):
    verbs = [step.verb for step in flow.steps]
    assert len(verbs) == len(set(verbs))
    inner = [step for step in flow.steps if step.inner]
    for step in inner:
        with pytest.raises(NotYou):
            flow.perform(
                SimpleNamespace(actor=Actor(step.roles[0])), SimpleNamespace(state=next(iter(step.sources))), step.verb
            )


@pytest.mark.parametrize("role", roles.THREE_ADMINS)
def test_the_three_administrators_take_no_step_of_the_business(role):
    assert [
        f"{name}.{s.verb}" for name, flow in FLOWS if name != "role_charter" for s in flow.steps if role in s.roles
    ] == []
