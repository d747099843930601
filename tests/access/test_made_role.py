"""The access walk on roles made by the office: each opens exactly what was ticked, on every route of the product.

A copy with everything ticked answers as its standing role does in the matrix; a role with one page, one verb and one
set of rows answers so there, and is shut or empty-handed everywhere else.
"""

from __future__ import annotations

import os

import pytest

from tests.access.walk import CODES, Walker, lines
from tests.views.office_day import noon  # noqa: F401  (a fixture)
from workflow.accounts import role as rules
from workflow.base import roles as r
from workflow.base.abilities import known


def ability_of(walker, line):
    """The tick that opens the route of a line; None where none is asked."""
    endpoint = line.endpoint
    screen = walker.screens.get(endpoint.partition(".")[0])
    asked = getattr(getattr(screen, endpoint.partition(".")[2], None), "_permission_name", "")
    pair = (f"can_{asked}", getattr(screen, "class_permission_name", ""))
    return next((a for a in known().values() if pair in a.permissions), None)


def walk(walker, expected):
    """Every line of the matrix with the code that is expected of it; what answered otherwise."""
    return [
        f"{line}: expected {code!r}, a {relation} record was {meant}, not {wanted}"
        for line in lines()
        if (code := expected(line))
        for relation, wanted in CODES[code].items()
        if (meant := walker.outcome(line, relation, wanted)) not in (wanted, None)
    ]


@pytest.fixture
def made(app, session, make, as_, noon, monkeypatch):  # noqa: F811
    """`made(standing, ticked)`: a walker whose account holds a made role instead of the standing one."""

    def _made(standing, ticked=None):
        security = make.account(r.SECURITY_ADMIN)
        given = {"note": "", "capacities": [standing]}
        ticked = rules.choosable([standing]) if ticked is None else ticked
        charter = rules.make_role(as_(security), name="自建角色", ticked=set(ticked), **given)

        def exchange(account):
            account.roles = [charter.role]
            session.flush()

        return Walker(app, session, make, as_, standing, monkeypatch, exchange)

    return _made


#: The role of most screens; TEST_WHOLE=1 asks a second one.
STANDING = [r.COMMITTEE_OFFICE, *([r.CITY_OFFICER] if os.environ.get("TEST_WHOLE") else [])]


@pytest.mark.parametrize("standing", STANDING)
def test_a_role_with_everything_ticked_answers_as_its_standing_role(made, standing):
    assert not (wrong := walk(made(standing), lambda line: line.cells[standing])), "\n".join(wrong)


def test_a_role_with_one_page_one_verb_and_one_set_of_rows_opens_these_and_nothing_else(made):
    """资格审核 of what reached the city's office, sending back only; no export, no file of anything else."""
    standing, page, rows = r.CITY_OFFICER, "page:AuditScreen.opens", "rows:declaration.reached"
    walker = made(standing, {page, rows, "verb:declaration.send_back"})
    walker.leads = ("send_back",)

    def expected(line):
        tick = ability_of(walker, line)
        if tick is None:
            return line.cells[standing]
        if tick.key != page and not tick.basic:
            return "shut"
        if line.endpoint == "AuditScreen.bulk_act":
            return "none"  # many at once are passed on; this role sends back only
        if line.endpoint.startswith("AuditScreen."):
            return "shut" if line.endpoint == "AuditScreen.identity" else line.cells[standing]
        if line.endpoint == "RecordView.opinions":
            return "none"  # the sheet of opinions is a tick of its own
        if line.endpoint == "RecordView.open":
            return line.cells[standing] if line.subject == "declaration" else "none"
        if line.endpoint.startswith(("RecordView.", "PreviewView.")) and line.subject != "-":
            about_declarations = line.subject.startswith(("declaration", "correction", "file_of_declaration", "batch"))
            return line.cells[standing] if about_declarations else "none"
        if line.endpoint == "LookupView.find":
            return None  # pickers offer master data to everybody and records by the same policy: told by the next test
        return line.cells[standing]

    assert not (wrong := walk(walker, expected)), "\n".join(wrong)
    act = next(line for line in lines() if line.endpoint == "AuditScreen.act" and line.method == "POST")
    others = {s.verb for s in walker.screens["AuditScreen"].offered if standing in s.roles and not s.inner}
    for verb in sorted(others - {"send_back"}):
        walker.leads = (verb,)
        assert walker.outcome(act, "near", "refused") == "refused", verb


def test_a_role_without_rows_finds_nothing_on_the_pages_it_opens(made):
    standing = r.CITY_OFFICER
    pages = {k for k in rules.choosable([standing]) if k.startswith("page:")}
    walker = made(standing, pages)
    records = ("declaration", "quota", "certificate", "plan", "objection", "file_of_", "publicity")
    shown = [
        f"{line} ({relation})"
        for line in lines()
        if line.subject.startswith(records) and line.cells[standing] in ("near", "own", "all")
        for relation in ("near", "beside", "far")
        if walker.outcome(line, relation, "absent") == "inside"
    ]
    assert shown == []
