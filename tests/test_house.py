"""The rules of the house that a machine can keep (docs/decisions.md says why each is there).

Layers are kept by import-linter, routes by tests/views/test_safe_defaults.py, lifecycles by
tests/workflow/test_lifecycles.py, migrations by tests/test_migrations.py, the pictures by tests/test_docs.py.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

import models.registry  # noqa: F401
from app.menu import GROUPS, MENU
from app.security import ACCESS, EVERYBODY, PERSONAL, PUBLIC
from models.base import Labelled, metadata
from workflow.base import roles
from workflow.base.settings import SETTINGS
from workflow.lifecycles import LIFECYCLES

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "views", "reports", "workflow", "models")
LONGEST = 500
#: Columns a line may take, a Chinese sign taking two.
WIDEST = 120
#: Modules in one folder of code.
MODULES = 30
#: Longer on purpose, each with its reason.
LONG = {"workflow/review/zc_draw.py": "one published specification, read from top to bottom beside its text"}
#: Keys that repeat the state of another record.
DERIVED = {"reading", "certificate_truth"}
#: Flow tables whose `state` is read from the column `active`.
STATE_FROM_ACTIVE = {"organisation", "acceptance_office"}
#: Columns of Flask-AppBuilder's user that no screen shows.
FAB_COLUMNS = {"first_name", "password", "email", "login_count", "fail_login_count", "changed_on"}
#: Words that refuse nothing collect everything.
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "data", "info", "misc"}
TONES = {"run", "ok", "warn", "bad", "off"}


def sources(*rooms):
    """(path, text) of every Python file of the rooms."""
    for room in rooms or ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def pages():
    """(path, text) of every template, style sheet and script."""
    for folder in ("app/templates", "app/static"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in {".html", ".css", ".js", ".svg"}:
                yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def labelled(kind=Labelled):
    """Every enum of the office, with Chinese labels and tones."""
    for sub in kind.__subclasses__():
        yield sub
        yield from labelled(sub)


def chinese(text):
    return bool(re.search(r"[\u4e00-\u9fff]", text))


# --- one committer, one clock -------------------------------------------------------------------------


def test_only_the_unit_of_work_commits():
    writers = {path for path, text in sources() if re.search(r"\.(commit|rollback)\(", text)}
    assert writers == {"workflow/base/unit_of_work.py"}


def test_whoever_writes_where_others_write_tries_again():
    """`unit_of_work` tries once: only the demo, which writes alone, may be content with that."""
    once = {path for path, text in sources() if re.search(r"\bunit_of_work\(", text)}
    assert once == {"workflow/base/unit_of_work.py", "app/demo/stage.py"}


def test_only_the_clock_reads_the_machines_time():
    reading = re.compile(r"\b(datetime|date|dt)\.(now|utcnow|today)\(|\btime\.(time|localtime|gmtime)\(")
    assert {path for path, text in sources() if reading.search(text)} == {"workflow/base/clock.py"}


def test_chance_comes_from_the_operating_system():
    """No seedable generator decides anything; demo and volume alone use one, so that all are the same."""
    users = {path for path, text in sources() if re.search(r"\brandom\.(?!SystemRandom)\w+", text)}
    assert {path for path in users if not path.startswith(("app/demo/", "app/volume/"))} == set()


# --- a log is a log ---------------------------------------------------------------------------------------

#: Who may name the trail and the journal: their own modules, the screens that show them, the row policy of the screen.
LOGS = {
    "models.office.trail": {"models/registry.py", "workflow/base/trail.py", "views/screens/timeline.py"},
    "models.office.journal": {
        "models/registry.py",
        "models/office/append_only.py",
        "workflow/base/anchor.py",
        "workflow/base/heads.py",
        "workflow/base/journal.py",
        "workflow/base/outside.py",
        "workflow/base/policy.py",
        "workflow/office/rekey.py",
        "views/office/journal.py",
    },
}
#: Who guards the journal names its table: triggers, the list of what bears no seal, the fingerprint of the keys.
KEEPERS = {
    "models.office.journal": {
        "models/office/append_only.py",
        "workflow/base/row_check.py",
        "workflow/base/row_digest.py",
        "workflow/base/stamp.py",
    }
}
#: What those modules offer to others: to write, to verify and to show, never to look a fact up.
OFFERED = {
    "workflow.base.trail": {"leave_trail"},
    "workflow.base.journal": {"seal", "verify", "count", "plain", "canonical", "name_of", "state_hash", "Fault"},
}


def imports(text):
    """(module, name) of everything a module imports by name, wherever it does."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


@pytest.mark.parametrize("log", LOGS)
def test_nothing_but_its_own_modules_and_its_screen_reads_a_log(log):
    """Guards, badges, forms and figures have tables of facts; a decision by a log changes with its wording."""
    package, _, module = log.rpartition(".")
    named = {p for p, text in sources() if any(i in ((package, module),) or i[0] == log for i in imports(text))}
    assert named - {"models/registry.py"} == LOGS[log] - {"models/registry.py"}
    table = {"trail": "trail_entry", "journal": "journal_entry"}[module]
    said = {path for path, text in sources() if table in text}
    assert said <= {log.replace(".", "/") + ".py"} | KEEPERS.get(log, set()), (
        "nobody asks for the rows in SQL of his own"
    )


@pytest.mark.parametrize("module", OFFERED)
def test_a_log_offers_nothing_that_looks_a_fact_up(module):
    taken = {name for path, text in sources() for m, name in imports(text) if m == module}
    assert taken <= OFFERED[module]


def test_no_entry_is_hidden_or_counted_by_the_words_it_is_shown_with():
    by_label = re.compile(r"\b(moment|entry|m|e)\.(label|opinion) (not in|in|==|!=)|\bkey=lambda \w+: \w+\.label\b")
    assert [path for path, text in sources("views", "workflow") if by_label.search(text)] == []


# --- one rule for refusals -----------------------------------------------------------------------------


def test_the_status_of_a_refusal_is_decided_in_one_place():
    """403 for the wrong person, 409 for the wrong moment, 422 for the wrong content: views/screens/refusal.py."""
    numbers = {
        (path, node.value)
        for path, text in sources("views", "app")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and node.value in (403, 409, 422) and type(node.value) is int
    }
    assert {path for path, _number in numbers} == {"views/screens/refusal.py", "app/errors.py"}


def test_what_was_typed_is_read_in_one_place():
    """Numbers, amounts, days, moments, uploads: views/screens/answers.py, for forms and for verbs that ask."""
    reading = re.compile(r"\bfromisoformat\(|\bDecimal\(|\.stream\.read\(|应为整数|不是有效日期|的选项无效")
    assert {path for path, text in sources("views") if reading.search(text)} == {"views/screens/answers.py"}


# --- words ----------------------------------------------------------------------------------------------


def test_every_column_a_person_may_see_has_a_chinese_label():
    silent = []
    for table in metadata.sorted_tables:
        if table.name.startswith("ab_") and table.name != "ab_user":
            continue
        for column in table.columns:
            technical = (
                column.primary_key or column.foreign_keys or (table.name == "ab_user" and column.name in FAB_COLUMNS)
            )
            if not technical and not chinese(column.info.get("label", "")):
                silent.append(f"{table.name}.{column.name}")
    assert silent == []


def test_screens_of_the_product_show_no_bare_column_name(application):
    """What a list, a detail or a form shows is called by its Chinese label."""
    bare = []
    for view in application.appbuilder.baseviews:
        shown = [*getattr(view, "shown", ()), *(c for group in getattr(view, "groups", {}).values() for c in group)]
        bare += [f"{type(view).__name__}.{c.name}" for c in shown if not chinese(str(c.label))]
    assert bare == []


def test_every_state_of_every_enum_is_called_in_chinese_and_has_a_tone():
    for kind in labelled():
        assert all(chinese(member.label) for member in kind), kind.__name__
        assert {member.tone for member in kind} <= TONES, kind.__name__


def test_every_record_with_a_state_has_a_lifecycle():
    with_state = {table.name for table in metadata.sorted_tables if "state" in table.columns} - DERIVED
    assert with_state | STATE_FROM_ACTIVE == set(LIFECYCLES)
    for name, flow in LIFECYCLES.items():
        assert chinese(flow.name), name


def test_files_are_named_by_their_noun():
    assert [path for path, _text in sources() if Path(path).stem in VAGUE] == []


def test_every_rule_parameter_is_read_by_a_rule():
    """A number on the page 规则参数 that nothing reads would be a promise that nobody keeps."""
    told = "".join(text for path, text in sources("workflow", "views") if path != "workflow/base/settings.py")
    assert [s.name for s in SETTINGS if f'"{s.name}"' not in told and f"'{s.name}'" not in told] == []


# --- size and manners ---------------------------------------------------------------------------------


def test_no_file_has_taken_a_second_noun_in():
    long = {path: text.count("\n") for path, text in sources() if text.count("\n") > LONGEST}
    assert set(long) == set(LONG), long


def too_wide(text):
    """Lines of a Python file beyond WIDEST, outside tables (`fmt: off`); a pragma at the end does not count."""
    table = False
    for number, line in enumerate(text.splitlines(), 1):
        table = table or "# fmt: off" in line
        shown = re.sub(r"  # (noqa|type:).*$", "", line)
        if not table and sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in shown) > WIDEST:
            yield number
        table = table and "# fmt: on" not in line


def test_lines_fit_the_screen_beside_another_file():
    files = [*sources(*ROOMS, "tests", "benchmarks", "tools")]
    assert {path: list(wide) for path, text in files if (wide := [*too_wide(text)])} == {}


def test_no_folder_holds_more_than_one_can_look_over():
    folders = Counter(str(Path(path).parent) for path, _ in sources(*ROOMS, "tests", "benchmarks", "tools"))
    assert {folder: count for folder, count in folders.items() if count > MODULES} == {}


def speaks(node, others):
    """Whether a test can fail by what it says: an assertion, `raises`, `expect`, or a function that has one."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assert):
            return True
        if isinstance(part, ast.Attribute) and (part.attr in {"raises", "fail"} or part.attr.startswith("to_")):
            return True
        if isinstance(part, ast.Call) and ast.unparse(part.func).removeprefix("self.") in others:
            return True
    return False


def test_no_test_is_without_an_assertion():
    parsed = {path: ast.parse(text) for path, text in sources("tests")}
    functions = {path: [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)] for path, tree in parsed.items()}
    telling: set[str] = {f.name for all_ in functions.values() for f in all_ if speaks(f, ()) and f.name[:5] != "test_"}
    telling |= {f.name for all_ in functions.values() for f in all_ if speaks(f, telling) and f.name[:5] != "test_"}
    silent = [
        f"{path}::{f.name}"
        for path, found in functions.items()
        for f in found
        if f.name.startswith("test_") and not speaks(f, telling - {a.arg for a in f.args.args})
    ]
    assert silent == []


def test_every_file_says_what_it_is():
    assert [path for path, text in sources() if not text.startswith('"""')] == []


def test_nothing_is_left_for_later():
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [path for path, text in [*sources(), *pages()] if marks.search(text)] == []


def test_no_page_names_another_host():
    """The product works without the internet: nothing is loaded from elsewhere (XML namespaces are names, not
    addresses)."""
    strangers = {}
    for path, text in [*pages(), *sources("views", "reports")]:
        found = re.findall(r"""(?:https?:)?//(?:[\w-]+\.)+[a-z]{2,}""", text)
        if foreign := [url for url in found if "www.w3.org" not in url]:
            strangers[path] = foreign
    assert strangers == {}


def test_pages_carry_no_inline_style_and_no_inline_handler():
    """The Content-Security-Policy would not run them."""
    inline = re.compile(r"""<[^>]*\s(style|on[a-z]+)\s*=\s*["']""", re.IGNORECASE)
    assert [path for path, text in [*pages(), *sources("views")] if inline.search(text)] == []


# --- screens --------------------------------------------------------------------------------------------


def screen_names():
    return [entry.screen.partition(":")[2] for entry in MENU]


def test_every_screen_of_the_menu_is_in_access_and_the_reverse():
    """A screen may stand in MENU twice (two labels), but in ACCESS once; public screens need no access."""
    public = {name for name in PUBLIC if "." not in name} | {name.partition(".")[0] for name in PUBLIC}
    personal = {name.partition(".")[0] for name in PERSONAL}
    access = [row.screen for row in ACCESS]
    assert len(access) == len(set(access))
    assert set(access) - set(screen_names()) == set()
    assert set(screen_names()) - set(access) - public - personal == set()


def test_every_entry_of_the_menu_stands_in_a_known_group():
    assert {entry.group for entry in MENU} <= set(GROUPS)


@pytest.mark.parametrize("role", roles.ALL)
def test_nobody_reads_one_name_twice_in_the_menu(role):
    mine = {row.screen for row in ACCESS if role in row.opens}
    read = Counter((e.group, e.label) for e in MENU if e.label and e.screen.partition(":")[2] in mine)
    assert [name for name, times in read.items() if times > 1] == []


def test_every_open_route_says_why_it_is_open():
    assert all(chinese(reason) for reason in (*PUBLIC.values(), *PERSONAL.values()))


@pytest.mark.parametrize("role", roles.ALL)
def test_every_role_opens_a_screen_of_its_own(role):
    assert any(role in row.opens and tuple(row.opens) != EVERYBODY for row in ACCESS)
