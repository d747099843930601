"""The pages under docs/ and the README tell of the product as it is: pictures, screens, packages, accounts,
commands."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from app.menu import MENU
from app.security import ACCESS, PERSONAL
from tools import figures as registered
from tools import map as house_map
from tools import pictures
from workflow.base import roles
from workflow.lifecycles import LIFECYCLES

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.zh-CN.md")
#: The modules of the guides in the words of the guides; a number alone is no screen.
GUIDE = {
    "附件1 二": "职称申报",
    "附件2 1.1.1": "所在单位申报公示",
    "附件2 1.1.2": "单位推荐上报",
    "附件2 1.1.3": "上级单位审核",
    "附件2 1.1.4": "申报人员信息查询",
    "附件2 1.2.1": "职称申报人员资格复核",
    "附件2 1.2.2": "评审方案呈报",
    "附件2 1.2.3": "抽取评委",
    "附件2 1.2.4": "面试通知",
    "附件2 1.2.5": "评审结果",
    "附件2 1.2.6": "评审结果公示",
    "附件2 1.2.7": "评审结果申请备案",
    "附件2 1.3.1": "材料复审",
    "附件2 1.3.2": "面试答辩打分",
    "附件2 1.3.3": "材料打分",
    "附件2 1.3.4": "投票",
    "附件2 1.3.5": "评审意见",
    "附件2 1.4.1": "评委申报记录查询",
    "附件2 1.4.2": "年度批次信息提交",
    "附件2 1.5.1": "职数申报",
    "附件2 1.5.2": "职数审核",
    "附件2 1.6.1": "评委会下级单位管理",
    "附件2 1.6.2": "审核层级配置单位确认",
    "附件2 1.7.1": "证书查询",
    "附件3 1.1": "职称专业管理",
    "附件3 1.2": "职称树管理",
    "附件3 1.3": "职称初定/认定受理机构管理",
    "附件3 1.4": "职称初定审核路径配置",
    "附件3 1.5": "职称认定审核路径配置",
    "附件3 1.6": "初评会审核路径配置",
    "附件3 1.7": "中评会审核路径配置",
    "附件3 1.8": "高评会审核路径配置",
    "附件3 1.9": "发证单位编码配置",
    "附件3 1.10": "评委会管理",
    "附件3 1.11": "评委会查询",
    "附件3 1.12": "职称申报人员资格审核",
    "附件3 1.13": "呈报方案审核",
    "附件3 1.14": "呈报方案审核(特殊情况)",
    "附件3 1.15": "职称评审结果备案",
    "附件3 1.16": "证书编号生成",
    "附件3 1.17": "证书发放",
    "附件3 1.18": "证书报送人社部",
    "附件3 1.19": "证书撤销",
    "附件3 1.20": "证书查询",
    "附件3 1.21": "黑名单管理",
    "附件3 1.22": "职数申报查询",
    "附件3 1.23": "呈报方案查询",
    "附件3 1.24": "职称申报审核流程查询",
}
#: The numbered operations of 操作步骤, as the guide numbers them; module → (number of the steps, their numbers).
_IMPORT = ["3.1", "3.2", "3.3", "3.4"]
_PATH = ["1.1", "1.2", "2", *_IMPORT, "4"]
OPERATIONS = {
    "附件3 1.1": ["1.1", "1.2", "1.3", "2"],
    "附件3 1.2": ["1.1", "1.2", "1.3", "2"],
    "附件3 1.3": ["1.1", "1.2", "1.3", "2", *_IMPORT, "4"],
    "附件3 1.4": _PATH,
    "附件3 1.5": _PATH,
    "附件3 1.6": _PATH,
    "附件3 1.7": _PATH,
    "附件3 1.8": _PATH,
    "附件3 1.9": ["1.1", "1.2", "2", "3"],
    "附件3 1.10": ["1.1", "1.2", "2", *_IMPORT, "4.1", "4.2", "4.3", "5", "6"],
    "附件3 1.11": ["1", "2.1", "2.2", "2.3", "3"],
    "附件2 1.4.2": ["1", "2"],
    "附件2 1.6.1": ["1", "2"],
    "附件2 1.6.2": ["1", "2"],
}


@cache
def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def table_rows(name):
    """The cells of every table row of a page, without headings and rules."""
    for line in text(name).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and not set("".join(cells)) <= set("-: "):
            yield cells


def code(cell):
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


# --- pictures -------------------------------------------------------------------------------------------


def test_pictures_equal_tables():
    assert text("docs/lifecycles.md") == pictures.document(), "run: python -m tools.pictures"


@pytest.mark.parametrize("name, flow", sorted(LIFECYCLES.items()))
def test_a_picture_shows_every_state_and_every_move(name, flow):
    drawn = flow.to_mermaid()
    for state in flow.states:
        assert f"    {state.value} : {state.label}" in drawn
    for step in flow.steps:
        for source in step.sources:
            for target in step.targets:
                if source != target:
                    arrow = re.search(rf"^    {source} --> {target}: (.+)$", drawn, re.MULTILINE)
                    assert arrow and step.label in arrow[1].split("、"), (step.verb, source, target)


# --- the checklist of the guides ------------------------------------------------------------------------


def checklist():
    """guide, menu label, screen class, roles, test files of every module of docs/checklist.md."""
    return [cells for cells in table_rows("docs/checklist.md") if cells[0] != "guide" and len(cells) == 5]


def operations():
    """item, operation, screen and button, test of every numbered operation of docs/checklist.md."""
    return [cells for cells in table_rows("docs/checklist.md") if cells[0] != "item" and len(cells) == 4]


def test_every_module_of_the_guides_is_a_screen_under_its_own_name():
    there = {(entry.guide, entry.label) for entry in MENU}
    assert [(guide, name) for guide, name in GUIDE.items() if (guide, name) not in there] == []


def test_the_checklist_is_the_menu_as_far_as_it_answers_a_guide():
    said = {(guide, label, code(screen)[0]) for guide, label, screen, _who, _tests in checklist()}
    assert said == {(entry.guide, entry.label, entry.screen.partition(":")[2]) for entry in MENU if entry.guide}


def test_the_checklist_names_the_roles_that_open_the_screen():
    opens = {row.screen: row.opens for row in ACCESS}
    for _guide, _label, screen, who, _tests in checklist():
        assert who.split("、") == [role for role in roles.ALL if role in opens[code(screen)[0]]], screen


def test_the_checklist_names_tests_that_know_the_screen(application):
    bases = {type(view).__name__: view.route_base for view in application.appbuilder.baseviews}
    for _guide, label, screen, _who, tests in checklist():
        name = code(screen)[0]
        ways = (name, name.lower(), f'"{bases[name]}/', f'"{bases[name].strip("/")}"', f'"{bases[name]}"')
        assert code(tests), f"{name} has no test"
        for file in code(tests):
            told = text(file)
            assert any(way in told for way in ways) or ("journeys" in file and label in told), (name, file)


def test_every_numbered_operation_has_its_row_in_the_order_of_the_guide():
    wanted = []
    for module, steps in OPERATIONS.items():
        if module.startswith("附件3"):  # its 功能说明 is one sentence; that of 附件2 numbers the steps themselves
            wanted.append(f"{module}.2")
        wanted += [f"{module}.3-{step}" for step in steps]
    assert [item for item, *_ in operations()] == wanted


def test_an_operation_names_a_screen_and_a_test_that_are_there():
    screens = {entry.screen.partition(":")[2] for entry in MENU}
    for item, words, screen, tests in operations():
        assert words, item
        assert set(code(screen)[:1]) <= screens and code(screen), (item, screen)
        assert code(tests), (item, tests)
        for named in code(tests):
            file, _, function = named.partition("::")
            assert (ROOT / file).is_file(), (item, file)
            assert not function or f"def {function}(" in text(file), (item, named)


def test_a_daily_operation_names_a_screen_and_a_test_that_are_there():
    screens = {row.screen for row in ACCESS} | {name.partition(".")[0] for name in PERSONAL}
    daily = [row for row in table_rows("docs/checklist.md") if len(row) == 3 and row[0] != "operation"]
    assert daily
    for words, screen, tests in daily:
        assert {name for name in code(screen) if name[0].isupper()} <= screens, (words, screen)
        (named,) = code(tests)
        file, _, function = named.partition("::")
        assert f"def {function}(" in text(file), (words, named)


def test_an_eighth_module_takes_less_than_forty_lines_and_the_ones_shown_are_those_of_the_product():
    shown = [
        line
        for block in re.findall(r"```python\n(.*?)```", text("docs/adding_a_module.md"), re.S)
        for line in block.splitlines()
        if line.strip()
    ]
    assert 10 < len(shown) < 40
    for name in re.findall(r"`((?:views|workflow|app|models|tests)/[\w/]+\.\w+)`", text("docs/adding_a_module.md")):
        assert (ROOT / name).is_file(), name


# --- packages -------------------------------------------------------------------------------------------


def wanted_packages():
    wanted = (text("requirements.in") + text("requirements-reading.in")).splitlines()
    lines = [line.split("#")[0].strip() for line in wanted]
    return {re.split(r"[=\[<>]", line)[0] for line in lines if line}


def test_every_package_has_its_line():
    said = {cells[0] for cells in table_rows("docs/decisions.md")} - {"package"}
    assert said == wanted_packages()


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(n) for n in re.findall(r"^(\d+)\. \*\*", text("docs/decisions.md"), re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


# --- README ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("readme", READMES)
def test_every_environment_variable_is_told(readme):
    read = set()
    for file in ("app/config.py", "app/serve.py", "gunicorn.conf.py"):
        read |= set(re.findall(r"environ(?:\.get|\.setdefault)\(\s*f?\"([A-Z_]+)", text(file)))
    secrets = {f"ZHICHENG_{name.upper()}" for name in re.findall(r"secret\(\"(\w+)\"", text("app/config.py"))}
    assert {name for name in (read - {"ZHICHENG_"}) | secrets if f"`{name}`" not in text(readme)} == set()


@pytest.mark.parametrize("readme", READMES)
def test_every_screen_of_the_menu_is_named(readme):
    assert [entry.label for entry in MENU if entry.label and entry.label not in text(readme)] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_role_has_a_demo_account(readme):
    assert [role for role in roles.ALL if role not in text(readme)] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_told(readme, application):
    ours = {
        "accounts create",
        "journal verify",
        "journal anchor",
        "journal resume",
        "draw verify",
        "draw compute",
        "recount",
        "prepare",
        "bootstrap",
        "load-reference",
        "organisation index",
        "worker",
        "report send",
        "report reconcile",
        "store verify",
        "store sweep",
        "store copy",
        "reading verify",
        "reading rebuild",
        "volume",
        "jobs clear",
        "keys new",
        "keys change",
    }
    registered = {
        f"{name} {sub}" if subs else name
        for name, command in application.cli.commands.items()
        for subs in [getattr(command, "commands", {})]
        for sub in subs or [""]
        if name not in {"db", "fab", "run", "shell", "routes"}
    }
    assert registered == ours
    assert [command for command in ours if f"flask --app run {command}" not in text(readme)] == []


@pytest.mark.parametrize("readme", READMES)
def test_every_file_that_is_named_is_there(readme):
    named = [path for path in re.findall(r"\]\(([^)#]+)\)", text(readme)) if "://" not in path]
    missing = [path for path in named if not (ROOT / path).exists() and not path.startswith("docs/pictures/")]
    assert missing == []


@pytest.mark.parametrize("readme", READMES)
def test_the_map_has_a_line_for_every_room(readme):
    for room in (
        "app/",
        "models/",
        "workflow/",
        "views/",
        "reports/",
        "tests/",
        "benchmarks/",
        "migrations/",
        "tools/",
        "data/",
        "docs/",
    ):
        assert room in text(readme), room


def test_the_glossary_names_every_record():
    """One English word for each word of the office: every table that people speak of stands in the glossary."""
    words = set(re.findall(r"^\| (\w+) \|", text("README.md"), re.MULTILINE))
    spoken = {"".join(part.title() for part in table.split("_")) for table in LIFECYCLES}
    assert spoken - words == set()


def test_both_languages_have_the_same_parts():
    def shape(name):
        return [len(marks) for marks in re.findall(r"^(#+) ", text(name), re.MULTILINE)]

    assert shape("README.md") == shape("README.zh-CN.md")


@pytest.mark.parametrize("page", house_map.MAPS)
def test_the_map_of_the_house_names_every_module(page):
    written = text(page)
    assert house_map.written(written, house_map.MAPS[page]()) == written, "python -m tools.map"


def test_every_room_says_in_three_lines_what_is_in_it():
    assert [name for name, _, said in house_map.packages() if not said] == []


def test_the_page_of_figures_is_that_of_the_registry():
    assert registered.TARGET.read_text(encoding="utf-8") == registered.document(), "run: python -m tools.figures"


@pytest.mark.parametrize("number", registered.INDICATORS)
def test_every_indicator_has_a_figure_and_a_clause(number):
    assert registered.of_number(number) and all(one.clause for one in registered.of_number(number))
