"""积压与超期: who has how many, for how long, and how fast each level works against its terms."""

from __future__ import annotations

from models.declarations.opinion import OpinionResult
from models.declarations.standing import Holder
from reports.figures.dimension import Span, Today
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import bad, count, growth, mean, oldest, percentile, rate, year_before
from reports.figures.subjects import desk, recheck, step  # noqa: F401  (enters the subjects)

# fmt: off

LATE = {"due": Span(None, Today(-1))}
SOON = {"due": Span(Today(0), Today(3))}
LYING = [count("在办"), oldest("最久（天）", "since"), bad("超期", LATE), count("3 天内到期", SOON)]
DONE = {"in_time": frozenset({True, False})}
ON_TIME = {"in_time": frozenset({True})}
PACE = [
    count("已办结", DONE),
    mean("平均工作日", "days"),
    percentile("中位工作日", "days", 50),
    percentile("P90 工作日", "days", 90),
    rate("按期率", ON_TIME, DONE),
    count("逾期办结", {"in_time": frozenset({False})}),
]
NOW = "尚未办结的申报，按现在的办理人计数，与所选年度无关；最久是到现办理人之日起的天数，超期是本级审核（或补正、转交）期限已过。"
TIME = "每级审核从首次到达到最后一次办结的工作日（按工作日历，含退回补正的时间）；按期是在本级截止日或批次线上审核截止日前办结。"

enter(
    [
        Figure(
            "backlog_by_rank", (3,), "各层级在办", NOW, "118号 二(一)、四", Page.BACKLOG, "desk", LYING, "rank", yearly=False
        ),
        Figure(
            "backlog_by_office",
            (3,),
            "各机构在办",
            NOW,
            "118号 二(一)、四(二)(三)",
            Page.BACKLOG,
            "desk",
            LYING,
            "office",
            where={"rank": frozenset(desk.AT_AN_OFFICE)},
            most=True,
            top=20,
            yearly=False,
            reminds=True,
        ),
        Figure(
            "backlog_by_committee",
            (3,),
            "各评委会在办",
            NOW,
            "118号 四(四)",
            Page.BACKLOG,
            "desk",
            LYING[:2],
            "committee",
            where={"rank": frozenset({Holder.COMMITTEE.value})},
            most=True,
            top=20,
            yearly=False,
            reminds=True,
        ),
        Figure(
            "backlog_by_region", (3,), "各市州在办", NOW, "118号 二(一)", Page.BACKLOG, "desk", LYING, "region", yearly=False
        ),
        Figure(
            "backlog_by_state",
            (3,),
            "系列 × 状态在办",
            NOW,
            "118号 四、五",
            Page.BACKLOG,
            "desk",
            [count("合计")],
            "series",
            columns="state",
            chart=Chart.HEAT,
            yearly=False,
        ),
        Figure("pace_by_rank", (4,), "各层级审核时效", TIME, "118号 二(一)、四(三)", Page.BACKLOG, "step", PACE, "rank"),
        Figure(
            "pace_by_office", (4,), "各机构审核时效", TIME, "118号 二(一)、四(三)", Page.BACKLOG, "step", PACE, "office",
            most=True, top=20,
        ),
        Figure(
            "pace_by_region",
            (4, 32),
            "各市州审核时效",
            f"{TIME}同比按办结日期截至去年同日。",
            "118号 二(一)、四(三)",
            Page.BACKLOG,
            "step",
            [*PACE, year_before("去年同期办结", DONE, until="done"), growth("同比", DONE, until="done")],
            "region",
        ),
        Figure(
            "pace_of_recheck",
            (4,),
            "评委会复核时效",
            "从首次送达评委会到作出复核意见的工作日（按工作日历）。",
            "118号 四(四)",
            Page.BACKLOG,
            "recheck",
            [
                count("已复核"),
                mean("平均工作日", "days"),
                percentile("中位工作日", "days", 50),
                percentile("P90 工作日", "days", 90),
                rate("合格率", {"result": frozenset({OpinionResult.QUALIFIED.value})}),
            ],
            "committee",
            most=True,
        ),
    ]
)
# fmt: on
