"""Write docs/figures.md from the registry of figures: the 32 indicators with their figures, definitions and clauses.

python -m tools.figures        write the page again after a figure has changed (a test compares)
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import reports.figures.pages  # noqa: F401  (enters the figures)
from reports.figures.figure import FIGURES, Figure

TARGET = Path(__file__).resolve().parent.parent / "docs" / "figures.md"
#: The indicators of REQUIREMENTS §4.1 by their numbers.
INDICATORS = {
    1: "申报汇总",
    2: "阶段漏斗",
    3: "当前积压",
    4: "审核时效",
    5: "退回分析",
    6: "复核不合格原因",
    7: "通过率",
    8: "比例控制监测",
    9: "职数使用",
    10: "超岗待聘",
    11: "评审进度",
    12: "方案报备及时率",
    13: "公示合规",
    14: "评委工作量",
    15: "打分离散度",
    16: "投票统计",
    17: "回避统计",
    18: "抽取统计",
    19: "人员结构",
    20: "单位性质",
    21: "基层",
    22: "破格、绿色通道、转评等",
    23: "初定、认定",
    24: "证书",
    25: "上报人社部",
    26: "失信、黑名单",
    27: "投诉举报",
    28: "收费",
    29: "评委会有效期",
    30: "线上线下一致性",
    31: "中初级数据归集",
    32: "同比",
}
HEAD = """# Figures

Written by `python -m tools.figures` from the registry (`reports/figures/`); `tests/test_docs.py` compares, so this page
cannot grow old. Every figure is held by the same tests under its name: `tests/reports/figures/test_naive.py` counts it
a second time in plain Python (the kept demo year, whole and under random conditions) and demands that it is not empty,
`tests/reports/figures/test_answer.py` that each of its numbers opens as many rows as it says,
`tests/views/statistics/test_opening.py` the same over HTTP for every role, list and file. The last column names the
subject's further tests: random small worlds of every reader (`test_worlds.py`) where such a world has rows of what is
counted, and the tests that speak of the figure by its name. Who is shown a figure follows from the policy of the
records it counts (`workflow/base/policy.py`).
"""
#: Where tests may speak of a figure.
TESTS = TARGET.parent.parent / "tests"
#: The random small worlds, and how their tests name the subjects that they tell.
WORLDS, TOLD = TESTS / "reports" / "figures" / "test_worlds.py", "TOLD"


def document() -> str:
    """The whole page."""
    return HEAD + "".join(_indicator(number, name) for number, name in INDICATORS.items())


def of_number(number: int) -> list[Figure]:
    """The figures that answer an indicator."""
    return [one for one in FIGURES.values() if number in one.numbers]


def tests_of(figure: Figure) -> list[str]:
    """The tests of a figure: of all figures alike, of the worlds of its subject, and those that name it."""
    found = ["`test_naive`", "`test_answer`", *(["`test_worlds`"] if figure.subject in _of_worlds() else [])]
    return found + [f"`{name}`" for name in _named().get(figure.name, ())]


@cache
def _of_worlds() -> frozenset[str]:
    for node in ast.parse(WORLDS.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name) and target.id == TOLD:
            return frozenset(ast.literal_eval(node.value))
    raise LookupError(f"{WORLDS} does not say which subjects it tells")


@cache
def _named() -> dict[str, list[str]]:
    """Figure to the functions of tests in which its name stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if not any(name in text for name in FIGURES):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                words = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
                for name in FIGURES.keys() & words:
                    found[name].append(f"{file.stem}.{node.name}")
    return found


def _indicator(number: int, name: str) -> str:
    rows = "".join(
        f"| `{one.name}` | {one.title} | {one.definition} | {one.clause} | {one.page.label} | {one.of.label}"
        f" | {'<br>'.join(tests_of(one))} |\n"
        for one in of_number(number)
    )
    table = f"| figure | 指标 | 口径 | 依据 | 页 | 统计对象 | 测试 |\n|---|---|---|---|---|---|---|\n{rows}"
    return f"\n## {number} {name}\n\n{table if rows else 'No figure yet.'}"


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
