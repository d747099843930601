"""Every number that counts has a least and a most: in the table, at every form, in every import, in every verb."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, Integer, Numeric

import models.registry  # noqa: F401
from models.base import bounds, metadata
from views.screens import answers
from workflow.accounts.accounts import ACCOUNT
from workflow.forms.form import form
from workflow.imports.kinds import KINDS
from workflow.lifecycles import LIFECYCLES

#: Numbers nobody types: counters and places that the product keeps, keys without a foreign key.
MACHINE = {
    "ab_user": "Flask-AppBuilder's counters, and those of sign-in",
    "address_delay": "failures, counted",
    "certificate": "editions, counted",
    "certificate_truth": "versions of what the ministry was told, counted",
    "comparison": "a place on the route",
    "stub_comparison": "a place on the route",
    "correction": "a place on the route",
    "declaration": "year of its batch, places on the route, what the count of votes and points says",
    "declaration_content": "the edition of the form it was begun with",
    "declaration_change": "the feed of changes",
    "declaration_profile": "follows from declarations",
    "delivery": "attempts, counted",
    "frozen_figures": "bytes, counted",
    "demo_clock": "the offset of the demonstration",
    "import_batch": "rows, counted",
    "import_part": "rows, counted",
    "job": "runs and bytes, counted",
    "journal_entry": "the chain",
    "journal_head": "the chain",
    "number_counter": "has a check of its own",
    "opinion": "a place on the route",
    "path_version": "editions, counted",
    "reading": "follows from declarations",
    "role_charter": "editions, counted",
    "signing": "a place on the route",
    "route_step": "a place on the route",
    "sign_in": "epochs, counted",
    "stored_file": "bytes and pages, counted",
    "trail_entry": "keys",
}
KEYS = (
    "version",
    "account_id",
    "head_id",
    "handler_id",
    "paper_by_id",
    "actor_id",
    "subject_id",
    "owner_id",
    "uploaded_by",
    "asked_by",
)


def numbers():
    for table in metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, (Integer, Numeric)) or column.primary_key or column.foreign_keys:
                continue
            if table.name not in MACHINE and not column.name.endswith(KEYS):
                yield pytest.param(table, column, id=f"{table.name}.{column.name}")


@pytest.mark.parametrize("table, column", numbers())
def test_every_number_of_a_record_is_bounded_in_its_table(table, column):
    assert None not in bounds(column), "give it least= and most=, or a reason in MACHINE"
    checks = {str(check.name) for check in table.constraints if isinstance(check, CheckConstraint)}
    assert f"ck_{table.name}_{column.name}_bounds" in checks


def test_the_exemptions_are_about_tables_that_are_there():
    assert set(MACHINE) <= set(metadata.tables)


def asks():
    from views.awards import certificate_number
    from views.review import interview, plan_form, result, scoring  # noqa: F401

    for flow in (*LIFECYCLES.values(), ACCOUNT):
        for step in flow.steps:
            yield from ((f"{flow.noun}.{step.verb}", ask) for ask in step.asks)
    for step in (plan_form.FACTS, interview.TURNS):
        yield from ((step.verb, ask) for ask in step.asks)
    for rows in (plan_form.NEEDS, plan_form.ITEMS):
        yield from ((rows.name, ask) for ask in rows.asks)
    for kind in KINDS.values():
        yield from ((kind.name, ask) for ask in getattr(kind, "choices", ()))
    assert certificate_number


def test_every_number_that_a_verb_asks_is_bounded():
    open_ended = [(where, a.name) for where, a in asks() if a.kind == "number" and None in (a.least, a.most)]
    assert open_ended == []


def test_every_number_of_an_import_is_bounded():
    fields = [
        (name, f.name, f.least, f.most) for name, kind in KINDS.items() for f in kind.fields if f.kind == "number"
    ]
    assert fields and [found for found in fields if None in found] == []


def test_every_number_of_a_declaration_is_bounded():
    fields = [(s.key, f.key, f.lowest, f.highest) for s in form().sections for f in s.fields if f.kind == "number"]
    assert fields and [found for found in fields if None in found] == []


def test_every_number_of_a_generated_form_is_bounded(application):
    from views.screens.declared import Declared
    from views.screens.forms import NumberField

    seen, open_ended = 0, []
    for view in application.appbuilder.baseviews:
        if not isinstance(view, Declared):
            continue
        for form_class in (view.add_form, view.edit_form):
            with application.test_request_context():
                made = form_class() if form_class else ()
            for field in made:
                if isinstance(field, NumberField):
                    seen += 1
                    open_ended += [(type(view).__name__, field.name)] if None in (field.least, field.most) else []
    assert seen and open_ended == []


@given(st.text(max_size=24) | st.from_regex(r"[-+]?[0-9_]{1,6}([eE.][0-9]{1,3})?", fullmatch=True))
def test_a_number_is_written_in_digits_only(word):
    """No 1e1, no 1_000, no +5, no digits of other scripts; and never anything but a sentence."""
    try:
        found = answers.number("人数", word, 1, 99)
    except ValueError as refusal:
        assert str(refusal).startswith("人数")
    else:
        typed = word.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
        assert 1 <= found <= 99 and typed.isascii() and typed.isdecimal()


@pytest.mark.parametrize(
    "word", ["1e1", "1_0", "①", "٥", "+5", "0x5", "5.0", "1 0", "∞", "nan", "-3", "0", "100", "9" * 30]
)
def test_what_is_no_number_or_out_of_bounds_is_refused(word):
    with pytest.raises(ValueError, match="人数"):
        answers.number("人数", word, 1, 99)
    with pytest.raises(ValueError, match="人数"):
        answers.decimal("人数", word if word != "5.0" else "5.001", 5, 2, 1, 99)
