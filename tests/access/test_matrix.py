"""Who gets what answer where: every route, every role, and records of every relation (TRUST T4–T7, T17).

The matrix is read by people; this file only asks whether the product answers as it says. What a page tells in
passing, the names of experts and the numbers of persons, is listened to on the same walk.
"""

from __future__ import annotations

import pytest

from app.security import PERSONAL, PUBLIC
from tests.access import papers
from tests.access.walk import CODES, COLUMNS, NOBODY, Walker, lines
from tests.access.world import CANARY
from tests.views.office_day import noon  # noqa: F401  (a fixture)
from workflow.base import roles as r

#: Pages on which an expert's name may stand, by who reads them (令40号 第二十三条, TRUST T1).
KNOWN = {
    r.HRSS_AUDIT: ("ExpertScreen.", "DrawScreen.calls"),
    r.SUPERVISOR: ("ExpertScreen.", "DrawScreen.calls"),
    r.EXPERT: ("",),
    r.SYSTEM_ADMIN: ("AccountScreen.",),
    r.SECURITY_ADMIN: ("AccountScreen.",),
    r.AUDIT_ADMIN: ("JournalScreen.",),
}
#: The routes that show numbers in clear, on asking and journalled: of one applicant who is audited, and of the experts
#: who are being called (个人信息保护法 第六条).
IN_CLEAR = (
    "DrawScreen.calls",
    "AuditScreen.identity",
    "DeclarationSearchScreen.identity",
    "RecheckScreen.identity",
    "RecommendScreen.identity",
    "SuperiorAuditScreen.identity",
    "TrailScreen.identity",
    "UnitDeskScreen.identity",
)
#: All that the three administrators may open; none of it is business (GB/T 22239 8.1.4.2 d, TRUST T17).
ADMINISTRATION = (
    "AccountScreen",
    "RoleMatrixView",
    "RoleScreen",
    "JournalScreen",
    "FirstDayView",
    "HomeView",
    "ImportScreen",
    "JobScreen",
    "LetterScreen",
    "ListChoiceView",
    "LookupView",
    "NoticeScreen",
    "SettingView",
)
#: Master data that pickers offer to every account.
MASTER_DATA = {"organisation", "series", "title", "specialty", "committee", "acceptance_office", "batch_published"}


def routes(app):
    """(endpoint, method) of every address of the product."""
    return {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_has_its_line_and_every_line_its_route(application):
    asked, have = {(line.endpoint, line.method) for line in lines()}, routes(application)
    assert not have - asked, f"no line in tests/access/matrix.csv says who may ask {sorted(have - asked)}"
    assert not asked - have, f"tests/access/matrix.csv speaks of routes that do not exist: {sorted(asked - have)}"


def test_the_matrix_is_complete_sorted_and_in_known_words():
    matrix = lines()
    keys = [(line.endpoint, line.method, line.subject) for line in matrix]
    assert keys == sorted(set(keys)), "the lines of the matrix are unsorted or stand twice"
    for line in matrix:
        assert tuple(line.cells) == COLUMNS, f"{line} has other columns than the roles of the province"
        assert set(line.cells.values()) <= set(CODES), (
            f"{line} uses an unknown code: {set(line.cells.values()) - set(CODES)}"
        )
    assert sum(len(line.cells) for line in matrix) >= 3_000


@pytest.fixture(params=COLUMNS)
def walker(request, app, session, make, as_, noon, monkeypatch):  # noqa: F811
    """A walker signed in with that role; NOBODY is not signed in."""
    return Walker(app, session, make, as_, request.param, monkeypatch)


def test_the_product_answers_as_the_matrix_says(walker):
    wrong = [
        f"{line}: the matrix says {code!r}, a {relation} record was {meant}, not {wanted}"
        for line in lines()
        for code in [line.cells[walker.role]]
        for relation, wanted in CODES[code].items()
        if (meant := walker.outcome(line, relation, wanted)) not in (wanted, None)
    ]
    assert not wrong, "\n".join(wrong)
    named = {
        str(line)
        for line, word in walker.told
        if word == CANARY and not line.endpoint.startswith(KNOWN.get(walker.role, ("-",)))
    }
    assert not named, f"{walker.role} reads the name of an expert on {sorted(named)}"
    clear = {
        str(line)
        for line, word in walker.told
        if word != CANARY and not (line.method == "POST" and line.endpoint in IN_CLEAR)
    }
    assert not clear, f"{walker.role} reads an identity or telephone number in clear on {sorted(clear)}"
    assert not walker.strange, f"{walker.role} reads on his records {sorted(walker.strange)}"
    wrong = [fault for template, facts in walker.to_print() for fault in papers.faults(template, facts, walker.typed)]
    assert not wrong, "\n".join(wrong)
    asked = {line.endpoint for line, word in walker.told if word != CANARY}
    assert (walker.role in (r.HRSS_AUDIT, r.SUPERVISOR)) <= any(word == CANARY for _line, word in walker.told), (
        "nobody listens"
    )
    assert asked == {
        line.endpoint
        for line in lines()
        if line.endpoint in IN_CLEAR and line.method == "POST" and line.cells[walker.role] in ("near", "own", "all")
    }


def test_the_three_administrators_have_no_business_route():
    for line in lines():
        screen = line.endpoint.partition(".")[0]
        if screen in ADMINISTRATION or {line.endpoint, screen} & {*PERSONAL, *PUBLIC}:
            continue
        opened = [role for role in r.THREE_ADMINS if line.cells[role] != "shut"]
        assert not opened, f"{line} is open to {opened}"
    for line in lines():
        if line.endpoint == "LookupView.find" and line.subject not in MASTER_DATA:
            assert {line.cells[role] for role in r.THREE_ADMINS} == {"none"}, (
                f"{line} finds business records for an administrator"
            )


def test_nobody_gets_in_without_signing_in():
    for line in lines():
        public = bool({line.endpoint, line.endpoint.partition(".")[0]} & set(PUBLIC))
        assert line.cells[NOBODY] in ("in", "public" if public else "in"), f"{line} answers without an account"
