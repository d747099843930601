"""Every state × verb × role of every lifecycle: the table is the whole truth."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.menu import MENU
from models.base import Labelled
from workflow.accounts import accounts
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou
from workflow.base.flow import Flow
from workflow.declarations.declaration import DECLARATION
from workflow.lifecycles import FINAL, LIFECYCLES

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
    # roles are their business; of imports, and of the long work behind them, they have their own; of letters the
    # 系统管理员 keeps the way, never the words
    theirs = ("role_charter", "import_batch", "job", "letter")
    business = [(name, flow) for name, flow in FLOWS if name not in theirs]
    assert [f"{name}.{s.verb}" for name, flow in business for s in flow.steps if role in s.roles] == []


@pytest.mark.parametrize("name, flow", [*FLOWS, ("account", accounts.ACCOUNT)])
def test_every_state_has_a_verb_that_leaves_it_or_the_reason_why_it_is_final(name, flow):
    left = {str(source) for step in flow.steps for source in step.sources if set(step.targets) - {source}}
    final = FINAL.get(name, {})
    assert {str(state) for state in flow.states} - left == set(final), "neither without a way nor without need"
    assert all(len(reason) > 2 for reason in final.values())


#: A way out is named in these words: “…” is then a verb, a field or a screen.
NAMED = re.compile(r"(?:办理|在|到|从|通过|进入|使用|重新|审核机构在|由上级)“([^”{}]+)”")
#: Buttons of pages that are no verb of a lifecycle and no entry of the menu.
BUTTONS = {"变更所属", "其他信息", "个人信息", "核验与比对", "上报批次", "申报材料上传"}


def sentences():
    """Every text of the rules, with its place; what is put in at run time is {}."""
    for path in sorted(Path("workflow").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
                yield path, "".join(map(str, parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield path, node.value


def test_a_way_out_that_a_refusal_names_exists():
    steps = [step for flow in LIFECYCLES.values() for step in flow.steps]
    words = {step.label for step in steps} | {ask.label for step in steps for ask in step.asks}
    words |= {choice for step in steps for ask in step.asks if not callable(ask.choices) for _, choice in ask.choices}
    words |= {entry.label for entry in MENU} | BUTTONS
    words |= {state.label for flow in LIFECYCLES.values() for state in flow.states}
    named = {(word, str(path)) for path, text in sentences() for word in NAMED.findall(text)}
    assert len(named) > 30
    assert {(word, path) for word, path in named if word not in words} == set()


def test_the_buttons_that_refusals_name_stand_on_a_page():
    pages = [*Path("views").rglob("*.py"), *Path("app/templates").rglob("*.html")]
    text = "".join(path.read_text(encoding="utf-8") for path in pages)
    assert {word for word in BUTTONS if word not in text} == set()


def test_a_verb_that_a_refusal_of_a_declaration_names_can_be_led_by_somebody_in_that_state():
    """Of the guards of a step: what they send people to is possible in a state from which the step is refused."""
    found = 0
    for step in DECLARATION.steps:
        for guard in step.guards:
            for word in re.findall(r"办理“([^”{}]+)”", inspect.getsource(guard)):
                ways = [other for other in DECLARATION.steps if other.label == word]
                if not ways:
                    continue  # a screen: held by the test above
                found += 1
                after = {t for s in DECLARATION.steps if set(s.sources) & set(step.sources) for t in s.targets}
                open_to = {*step.sources, *after}
                assert any(open_to & set(way.sources) for way in ways), (step.verb, word)
    assert found > 3
