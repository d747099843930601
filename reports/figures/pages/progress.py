"""评审进度: committees and plans step by step with their days, and whether plans came in time."""

from __future__ import annotations

from models.review.plan import PlanState
from reports.figures.dimension import Span, Today
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import bad, count, latest, percentile, rate, year_before
from reports.figures.subject import Where
from reports.figures.subjects import plan  # noqa: F401  (enters the subject)

# fmt: off

FILED = {"in_time": frozenset({True, False})}
IN_TIME = {"in_time": frozenset({True})}
LATE = {"in_time": frozenset({False})}
MISSED: Where = {"opens": Span(None, Today(-1)), "opened": frozenset({None})}
STEPS = [
    latest("呈报", "filed", late=LATE),
    latest("方案备案", "approved"),
    latest("抽取评委", "drawn", due={"opens": Span(None, Today(0)), "drawn": frozenset({None})}),
    latest("计划开评", "opens"),
    latest("开评", "opened", due=MISSED),
    latest("材料复审", "reviewed"),
    latest("材料打分", "scored"),
    latest("面试答辩", "interviewed"),
    latest("小组评议", "discussed"),
    latest("投票", "voted"),
    latest("结果公示", "posted", late={"posted_late": frozenset({True})}),
    latest("申请备案", "applied", late={"applied_late": frozenset({True})}),
    latest("结果备案", "results_filed"),
]
DAYS = (
    "方案的每一步在办理过程中登记的日期；红是逾期（方案晚于开评前 5 或 10 个工作日，公示晚于表决后 3 个工作日，申请备案晚于表决后 15 个工作日），"
    "黄是已到日期尚未办理，绿是已办。草稿和已撤销的方案不在其中。"
)
LEAD = "呈报之日到计划开评之日的工作日；高校、医院的评委会不少于 5 个，其他不少于 10 个为按期。以最近一次呈报为准。"
TIMES = [
    count("方案"),
    count("已呈报", FILED),
    count("按期", IN_TIME),
    bad("逾期", LATE),
    rate("及时率", IN_TIME, FILED),
    percentile("提前工作日（中位）", "lead", 50),
]

enter(
    [
        Figure(
            "plan_steps", (11,), "各方案进度", DAYS, "118号 五、六", Page.PROGRESS, "plan", STEPS, "plan", total=False,
            chart=Chart.NONE,
        ),
        Figure(
            "committee_steps", (11,), "各评委会进度（最近日期）", DAYS, "118号 五、六", Page.PROGRESS, "plan", STEPS,
            "committee", total=False, chart=Chart.NONE,
        ),
        Figure(
            "plans_by_state", (11,), "评委会级别 × 方案状态", "除草稿和已撤销以外的方案，按评委会级别和状态计数。", "118号 五",
            Page.PROGRESS, "plan", [count("合计")], "rank", columns="state", chart=Chart.STACK,
        ),
        Figure(
            "plan_lead_by_committee", (12,), "方案报备及时率", LEAD, "118号 五(一)", Page.PROGRESS, "plan", TIMES, "committee"
        ),
        Figure(
            "plan_lead_by_rank", (12, 32), "各级评委会方案报备", f"{LEAD}去年同期按呈报日期截至去年同日。", "118号 五(一)",
            Page.PROGRESS, "plan", [*TIMES, year_before("去年同期呈报", FILED, until="filed")], "rank",
        ),
        Figure(
            "plans_not_opened",
            (11,),
            "已过计划日期未开评",
            "计划开评日期已过而评审会议没有开评的方案。",
            "118号 五(一)",
            Page.PROGRESS,
            "plan",
            [bad("方案", MISSED)],
            "committee",
            where={"state": frozenset({PlanState.FILED.value, PlanState.APPROVED.value, PlanState.DRAWN.value}), **MISSED},
        ),
    ]
)
# fmt: on
