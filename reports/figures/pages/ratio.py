"""通过率与职数: how many passed of whom the ratio allows how many, and what became of the places of institutions."""

from __future__ import annotations

from collections.abc import Sequence

from models.declarations.quota import QuotaState
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import (
    Histogram,
    Measure,
    Need,
    count,
    growth,
    rate,
    share,
    total,
    year_before,
)
from reports.figures.subjects import above, candidate, quota  # noqa: F401  (enters the subjects)
from reports.figures.subjects.declaration import at_least

# fmt: off

PASSED = {"stage": at_least("passed")}
#: Each plan has a cap for each level; caps of several add up, fractions having been dropped at each.
EACH = ("plan", "level", "ratio")


def allowed(histogram: Histogram) -> dict[tuple[int, str], int]:
    """How many may pass at each plan and level (REQUIREMENTS §6.3)."""
    return {(plan, level): n * ratio // 100 for (plan, level, ratio), n in histogram.items()}


def _left(at: Sequence[Histogram]) -> int:
    return sum(allowed(at[0]).values()) - sum(at[1].values())


def _above(at: Sequence[Histogram]) -> int:
    caps = allowed(at[0])
    return sum(max(0, n - caps.get((plan, level), 0)) for (plan, level, _ratio), n in at[1].items())


CAP = Measure("控制数", [Need({}, EACH)], lambda at: sum(allowed(at[0]).values()))
LEFT = Measure("余量", [Need({}, EACH), Need(PASSED)], _left)
ABOVE = Measure("超出控制数", [Need({}, EACH), Need(PASSED, EACH)], _above, tone=lambda at: "bad" if _above(at) else "")
RESULT = [count("参评"), count("通过", PASSED), rate("通过率", PASSED), CAP, LEFT]
VOTED = "评审表决已出结果的参评人员；通过含公示、备案和发证，撤销的不算。"
CAPS = f"{VOTED}控制数是每个方案、每个级别的参评人数乘以方案比例，去尾取整后相加。"
LIVE = frozenset({QuotaState.APPROVED.value, QuotaState.CLEARED.value})
PLACES = [
    total("申报", "requested"),
    total("核准", "approved"),
    total("可推荐", "limit"),
    total("已推荐", "reserved"),
    total("已核销", "used"),
    total("余额", "left"),
    share("使用率", "used", "approved"),
]
QUOTA = (
    "职数申报表中的数；可推荐是核准数乘差额推荐系数，已推荐是单位上报时登记的，已核销是备案时核销的，余额是核准减核销。"
)
PAGE = Page.RATIO

enter(
    [
        Figure(
            "passes_by_committee", (7, 32), "各评委会通过率", CAPS, "118号 五(三)", PAGE, "candidate",
            [*RESULT, year_before("去年参评"), year_before("去年通过", PASSED), growth("通过人数同比", PASSED)], "committee",
        ),
        Figure("passes_by_level", (7,), "各级别通过率", CAPS, "118号 五(三)", PAGE, "candidate", RESULT, "level"),
        Figure("passes_by_series", (7,), "各系列通过率", CAPS, "118号 五(三)", PAGE, "candidate", RESULT, "series"),
        Figure(
            "passes_by_mode", (7,), "申报方式与通过率", VOTED, "118号 五(三)", PAGE, "candidate", RESULT[:3], "mode"
        ),
        Figure(
            "ratio_by_plan", (8,), "比例控制监测", f"{CAPS}超出控制数按方案和级别逐一比较，不互相抵销。", "118号 五(三)", PAGE,
            "candidate", [*RESULT, ABOVE], "plan",
        ),
        Figure(
            "ratio_exceptions", (8,), "突破比例的方案", "方案中写有“突破比例控制说明”的参评人员，按方案计数。", "118号 五(三)",
            PAGE, "candidate", [*RESULT, ABOVE], "excepted",
        ),
        Figure(
            "quota_by_kind", (9,), "各类职数使用", QUOTA, "118号 三(二)", PAGE, "quota", [count("申报表"), *PLACES], "kind",
            every=True,
        ),
        Figure(
            "quota_by_level", (9,), "各级别职数使用", QUOTA, "118号 三(二)", PAGE, "quota", [count("申报表"), *PLACES], "level"
        ),
        Figure(
            "quota_by_unit", (9, 32), "各单位职数使用", QUOTA, "118号 三(二)", PAGE, "quota",
            [count("申报表"), *PLACES, year_before("去年申报表")], "unit", where={"state": LIVE}, top=50,
        ),
        Figure(
            "quota_by_state", (9,), "职数类型 × 状态", "除草稿以外的职数申报表。", "118号 三(二)", PAGE, "quota",
            [count("合计")], "kind", columns="state", chart=Chart.STACK,
        ),
        Figure(
            "above_by_unit", (10,), "超岗待聘（单位）",
            "以特殊情况职数取得职称、无空缺岗位的人员，按单位和取得年度计数，岗位空缺时优先聘用。系统不登记聘用，已聘用的仍在其中。",
            "118号 三(二)2", PAGE, "above", [count("人数")], "unit", columns="year", yearly=False,
        ),
        Figure(
            "above_by_kind", (10, 32), "超岗待聘（职数类型）", "以特殊情况职数取得职称的人员，按职数类型计数。", "118号 三(二)2", PAGE,
            "above", [count("人数"), year_before("去年")], "kind",
        ),
    ]
)
# fmt: on
