"""Where a declaration stands is answered once: every state has its row, and nobody else keeps a list of states."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from models.declarations import standing
from models.declarations.declaration import Declaration, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import STANDING, Ending, Holder, Reached, Stage
from models.paths.path import Way
from workflow.base.roles import APPLICANT, AUDITORS, COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_CERT, RECOMMENDERS
from workflow.declarations.declaration import DECLARATION

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("app", "views", "reports", "workflow", "models")
#: Where several states may stand side by side, each with its reason.
TABLES = {
    "models/declarations/standing.py": "the table, and the sets that are named after what they mean",
    "models/declarations/reading.py": "the numbers under which `reading` keeps the states",
    "app/volume/cases.py": "the shares of the states in the invented province",
    "app/demo/year.py": "the script of the demo year: where each of its stories stops",
    "app/demo/stories.py": "the same script, played",
}


def case(state, *, position=-1, came_from=None, returned_from=None, way=Way.REVIEW, levels=2):
    """A declaration in that state, with the unit and `levels` auditing offices on its route."""
    route = [RouteStep(position=n) for n in range(levels + 1)]
    return Declaration(
        state=state, position=position, came_from=came_from, returned_from=returned_from, way=way, route=route
    )


# -- the world is closed --------------------------------------------------------------------------------


def test_every_state_says_where_it_stands():
    assert list(STANDING) == list(S), "a state without a row, or rows in another order"


def test_no_two_states_tell_the_applicant_the_same():
    assert len({row.word for row in STANDING.values()}) == len(S)
    assert all(row.word.endswith("。") for row in STANDING.values())


def test_what_has_ended_is_with_nobody_but_who_gave_it_up_or_waits_for_the_certificate():
    kept = {state for state, row in STANDING.items() if row.settled and row.holder is not Holder.NOBODY}
    assert kept == {S.WITHDRAWN, S.FILED}
    assert all(row.settled for row in STANDING.values() if row.holder is Holder.NOBODY)


#: Which roles hold what lies with them.
HANDS = {
    Holder.APPLICANT: {APPLICANT},
    Holder.OFFICE: {*RECOMMENDERS, *AUDITORS},
    Holder.RETURNING: {APPLICANT, *RECOMMENDERS, *AUDITORS},
    Holder.COMMITTEE: {COMMITTEE_OFFICE},
    Holder.PROVINCE: {HRSS_AUDIT, HRSS_CERT},
    Holder.NOBODY: {HRSS_CERT, HRSS_AUDIT},
}


@pytest.mark.parametrize("state", S)
def test_who_holds_it_has_a_step_to_take_and_what_is_over_has_none_but_revoking(state):
    steps = [step for step in DECLARATION.steps if state in set(step.sources)]
    holder = STANDING[state].holder
    if holder is Holder.NOBODY or STANDING[state].ending is Ending.GIVEN_UP:
        assert {step.verb for step in steps} <= {"revoke", "report", "reinstate"}
    else:
        assert any(HANDS[holder] & set(step.roles) for step in steps), (state, holder)


def test_nothing_leads_out_of_an_ending_but_the_certificate_its_filing_and_a_review_of_the_result():
    """取消备案 (118号 四(二)3) and 恢复办理 after 申请复查 (令40号 第二十六条)."""
    after = {
        (step.verb, target)
        for step in DECLARATION.steps
        for s in set(step.sources) & set(standing.SETTLED)
        for target in step.targets
    }
    assert {verb for verb, _target in after} == {"issue", "report", "revoke", "cancel_filing", "reinstate"}


# -- nobody else keeps a list ---------------------------------------------------------------------------


def listed(tree, names):
    """Lines on which two or more states stand in one display, outside a row of a lifecycle, or in one or/and chain."""

    def is_state(node):
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in names
            and node.attr.isupper()
        )

    inside_steps = {
        id(n)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Step"
        for n in ast.walk(call)
    }
    for node in ast.walk(tree):
        if id(node) in inside_steps:
            continue
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)) and sum(map(is_state, node.elts)) > 1:
            yield node.lineno
        if isinstance(node, ast.BoolOp):
            asked = [
                n
                for c in node.values
                if isinstance(c, ast.Compare) and isinstance(c.ops[0], (ast.Eq, ast.Is))
                for n in c.comparators
            ]
            if sum(map(is_state, asked)) > 1:
                yield node.lineno


def aliases(tree):
    """The names under which a module knows the states of a declaration."""
    return {
        a.asname or a.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "models.declarations.declaration"
        for a in node.names
        if a.name == "DeclarationState"
    }


def test_no_module_keeps_a_list_of_states_of_its_own():
    found = []
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            tree = ast.parse(file.read_text(encoding="utf-8"))
            if path not in TABLES and (names := aliases(tree)):
                found += [f"{path}:{line}" for line in listed(tree, names)]
    assert found == [], "take the states from models/declarations/standing.py by what they mean"


def test_no_page_compares_the_state_of_a_declaration_with_several_words():
    words = "|".join(re.escape(s.value) for s in S)
    several = re.compile(rf"""\bd(eclaration)?\.state (not )?in \(["']({words})["']""")
    pages = {
        p.relative_to(ROOT).as_posix(): p.read_text(encoding="utf-8") for p in (ROOT / "app/templates").rglob("*.html")
    }
    assert [path for path, text in pages.items() if several.search(text)] == []


@pytest.mark.parametrize(
    "written", ["X = (S.DRAFT, S.FILED)", "d.state in [S.DRAFT, S.FILED]", "d.state == S.DRAFT or d.state == S.FILED"]
)
def test_a_list_written_by_hand_is_found(written):
    assert list(listed(ast.parse(written), {"S"})), written


def test_a_row_of_a_lifecycle_is_no_list():
    assert not list(listed(ast.parse('Step("x", "y", {S.DRAFT, S.FILED}, S.FILED, ROLE)'), {"S"}))


# -- the stages -----------------------------------------------------------------------------------------

# fmt: off
PLACES = [
    # state          position  came from           returned from  stage
    (S.DRAFT,        -1,       None,               None,          Stage.FILLING),
    (S.UNDER_AUDIT,  2,        S.UNDER_AUDIT,      None,          Stage.AUDIT),
    (S.RETURNED,     -1,       S.UNIT_PUBLICITY,   0,             Stage.UNIT),
    (S.RETURNED,     0,        S.UNDER_AUDIT,      2,             Stage.AUDIT),
    (S.RETURNED,     2,        S.AT_COMMITTEE,     3,             Stage.RECHECK),
    (S.TERMINATED,   0,        S.UNIT_PUBLICITY,   None,          Stage.POSTING),
    (S.TERMINATED,   3,        S.AT_COMMITTEE,     None,          Stage.RECHECK),
    (S.TERMINATED,   3,        S.OBJECTED,         None,          Stage.RESULT),
    (S.TERMINATED,   -1,       S.RETURNED,         1,             Stage.AUDIT),
    (S.TERMINATED,   1,        None,               None,          Stage.AUDIT),
    (S.WITHDRAWN,    -1,       S.DRAFT,            None,          Stage.FILLING),
    (S.WITHDRAWN,    -1,       S.RETURNED,         3,             Stage.RECHECK),
    (S.FAILED,       3,        S.IN_REVIEW,        None,          Stage.REVIEW),
    (S.REVOKED,      3,        S.ISSUED,           None,          Stage.CERTIFICATE),
]
# fmt: on


@pytest.mark.parametrize(("state", "position", "came_from", "returned_from", "stage"), PLACES)
def test_what_was_sent_back_or_ended_stands_where_that_happened(state, position, came_from, returned_from, stage):
    assert standing.stage_of(case(state, position=position, came_from=came_from, returned_from=returned_from)) is stage


@pytest.mark.parametrize("state", S)
def test_a_review_shows_what_is_done_where_it_stands_and_what_is_to_come(state):
    shown = standing.stages(case(state, position=1, came_from=S.UNDER_AUDIT, returned_from=1))
    marks = [mark for _stage, mark in shown]
    assert [stage for stage, _mark in shown] == list(Stage)
    assert marks == sorted(marks, key=["done", "now", ""].index)
    assert marks.count("now") == (0 if state in standing.CERTIFIED else 1)


@pytest.mark.parametrize("way", [Way.INITIAL, Way.RECOGNITION])
def test_the_committees_stages_are_not_shown_to_who_needs_no_committee(way):
    shown = standing.stages(case(S.UNDER_AUDIT, position=1, way=way))
    assert [mark for _stage, mark in shown] == ["done", "done", "done", "now", ""]
    assert [stage.label for stage, _mark in shown] == ["个人提交", "单位审核", "单位公示", "形式审查", "发证"]


def test_a_returned_declaration_is_with_the_office_on_its_way_down_and_then_with_the_applicant():
    assert standing.holder(S.RETURNED, 1) is Holder.OFFICE
    assert standing.holder(S.RETURNED, -1) is Holder.APPLICANT


# -- the named sets mean what they say ------------------------------------------------------------------


def test_the_sets_are_those_of_the_regulation():
    assert set(standing.SETTLED) == {S.FAILED, S.FILED, S.ISSUED, S.REPORTED, S.TERMINATED, S.WITHDRAWN, S.REVOKED}
    assert set(standing.OBTAINED) == {S.FILED, S.ISSUED, S.REPORTED}
    assert set(standing.REFUSED) == {S.FAILED, S.TERMINATED}
    assert set(standing.FILLED_IN) == {S.DRAFT, S.RETURNED}
    assert set(standing.ON_THE_WAY) == {S.SUBMITTED, S.UNIT_REVIEW, S.UNIT_PUBLICITY, S.UNDER_AUDIT}
    assert set(standing.RUNNING) == {*standing.ON_THE_WAY, S.RETURNED}
    assert set(standing.AUDITED) == {*standing.RUNNING, S.AT_COMMITTEE}
    assert set(standing.AT_THE_COMMITTEE) == {
        S.AT_COMMITTEE, S.QUALIFIED, S.PLANNED, S.IN_REVIEW, S.PASSED, S.RESULT_PUBLICITY, S.OBJECTED, S.FILING,
    }  # fmt: skip
    assert set(standing.PASSED) == {S.PASSED, S.RESULT_PUBLICITY, S.OBJECTED, S.FILING}
    assert set(standing.POSTED) == {S.RESULT_PUBLICITY, S.OBJECTED}
    assert set(standing.CANDIDATES) == {S.PLANNED, S.IN_REVIEW}
    assert set(standing.CERTIFIED) == {S.ISSUED, S.REPORTED, S.REVOKED}


def test_how_far_a_state_proves_that_it_got_never_goes_back():
    order = list(Reached)
    for step in DECLARATION.steps:
        back = step.verb in (
            "withdraw",
            "send_back",
            "take_down",
            "take_down_result",
            "return_filing",
            "clear",
            "resubmit",
            "pass_down",
        )
        for source in step.sources:
            for target in step.targets:
                if not back and not STANDING[S(target)].settled:
                    assert order.index(STANDING[S(target)].reached) >= order.index(STANDING[S(source)].reached), (
                        step.verb,
                        source,
                        target,
                    )
