"""退回分析: why declarations are sent back, by whom, how often, and why committees refuse them."""

from __future__ import annotations

from models.declarations.opinion import OpinionResult
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import count, growth, mean, percentile, rate, total, year_before
from reports.figures.subjects import correction, recheck  # noqa: F401  (enters the subjects)

# fmt: off

RETURNED = [
    count("退回次数"),
    count("已补正", {"answered": frozenset({True})}),
    mean("平均补正工作日", "days"),
    percentile("P90 补正工作日", "days", 90),
]
AGAINST = [year_before("去年同期", until="issued"), growth("同比", until="issued")]
WHAT = "每退回一次计一次，原因由审核人退回时从“退回原因”代码表选择；未填的是启用分类以前的退回。"
REFUSED = {"result": frozenset({OpinionResult.DISQUALIFIED.value})}
REFUSING = "评委会办事机构作出的复核不合格意见，按选定的主要原因计数；不合格率为不合格除以全部复核意见。"
PAGE, CLAUSE = Page.RETURNS, "118号 四(三)"

ONCE = {"returned": frozenset({0})}

enter(
    [
        Figure(
            "returns_per_case", (5, 32), "一次通过率与平均退回次数",
            "已提交的申报；一次通过为从未被退回的占比（在办的也算），平均退回次数为退回次数之和除以申报数。", CLAUSE, PAGE, "declaration",
            [
                count("申报数"),
                count("未被退回", ONCE),
                rate("未退回率", ONCE),
                total("退回次数", "returns"),
                mean("平均退回次数", "returns"),
                year_before("去年同期", until="first_sent"),
            ],
            "series",
        ),
        Figure(
            "returns_by_times", (5,), "退回次数分布", "已提交的申报，按被退回的次数计数。", CLAUSE, PAGE, "declaration",
            [count("申报数")], "returned", every=True,
        ),
        Figure(
            "returns_by_cause", (5, 32), "退回原因", WHAT, CLAUSE, PAGE, "correction", [*RETURNED, *AGAINST], "cause", most=True
        ),
        Figure(
            "returns_cause_by_rank", (5,), "退回原因 × 层级", WHAT, CLAUSE, PAGE, "correction", [count("合计")], "cause",
            columns="rank", chart=Chart.HEAT,
        ),
        Figure(
            "returns_series_by_cause", (5,), "系列 × 退回原因", WHAT, CLAUSE, PAGE, "correction", [count("合计")], "series",
            columns="cause", chart=Chart.HEAT,
        ),
        Figure(
            "returns_by_office", (5,), "各机构退回", f"{WHAT}评委会的退回不在其中。", CLAUSE, PAGE, "correction", RETURNED,
            "office", most=True, top=20,
        ),
        Figure("returns_by_unit", (5,), "被退回最多的单位", WHAT, CLAUSE, PAGE, "correction", RETURNED, "unit", most=True, top=20),
        Figure(
            "refused_by_cause", (6,), "复核不合格原因 × 系列", REFUSING, "118号 四(四)", PAGE, "recheck", [count("不合格", REFUSED)],
            "series", columns="cause", where=REFUSED, chart=Chart.HEAT,
        ),
        Figure(
            "refused_by_series",
            (6, 32),
            "各系列复核不合格",
            REFUSING,
            "118号 四(四)",
            PAGE,
            "recheck",
            [
                count("复核"),
                count("不合格", REFUSED),
                rate("不合格率", REFUSED),
                year_before("去年同期不合格", REFUSED, until="given"),
            ],
            "series",
        ),
    ]
)
# fmt: on
