"""Persons, not words: whatever field names who acts is a picker of accounts, or says why it is text."""

from __future__ import annotations

import gc
import re

from workflow.base.flow import Ask
from workflow.lifecycles import LIFECYCLES
from workflow.register import outsider

#: A label that names an actor.
ACTOR = re.compile(
    r"(经办|负责|审核|核验|核查|核对|接收|主持|计票|监票|监督|见证|推荐|复核|签字|保管|检查|受理)"
    r"人(员|$|（|、)|监督人员|评委$"
)
PICKED = {"choice", "choices", "account"}
#: Fields that stay text, each with its reason.
TEXT: dict[tuple[str, str], str] = {}
#: Persons from outside the system: each with name, organisation and post (workflow/register/outsider.py).
OUTSIDE = {("outside", "外单位在场监督人员")}


def asks(application):
    """Every question that the product asks, of whatever verb or page."""
    assert application and LIFECYCLES
    gc.unfreeze()  # what was loaded before the tests is laid aside from the collector (tests/conftest.py)
    return [thing for thing in gc.get_objects() if isinstance(thing, Ask)]


def test_a_field_that_names_an_actor_is_a_picker(application):
    found = [ask for ask in asks(application) if ACTOR.search(ask.label)]
    typed = {(ask.name, ask.label) for ask in found if ask.kind not in PICKED}
    assert all(outsider.HOW in ask.hint for ask in found if (ask.name, ask.label) in OUTSIDE)
    assert typed == set(TEXT) | OUTSIDE, "a person's name is typed; make it a picker of accounts, or say why it is text"
    assert len(found) > 9 and any(ask.name == "scrutineers" for ask in found)


def test_no_form_of_a_screen_asks_for_an_actors_name(application):
    """Forms made of columns: 经办人 and the like are who is signed in."""
    named = {
        f"{type(view).__name__}.{name}"
        for view in application.appbuilder.baseviews
        for name in str(getattr(view, "fields", "") or "").split()
        if name in {"handler", "head", "chair", "scrutineers", "witnesses", "checker_name", "handler_name", "head_name"}
    }
    assert named == set()
