"""领导驾驶舱: declarations, passes and certificates by region, series and level, and how far they got."""

from __future__ import annotations

from datetime import date

from models.declarations.standing import Ending, Reached
from models.paths.path import Way
from reports.figures.dimension import Span
from reports.figures.figure import Chart, Figure, Line, Page, enter
from reports.figures.measure import RATE as SHARE
from reports.figures.measure import Measure, Need, count, growth, permille, rate, year_before
from reports.figures.subjects.declaration import at_least

DECIDED = {"stage": at_least("decided"), "way": frozenset({Way.REVIEW.value})}
PASSED = {"stage": at_least("passed"), "way": frozenset({Way.REVIEW.value})}
ISSUED = {"stage": frozenset({Reached.ISSUED.value})}
RATE = rate("通过率", PASSED, DECIDED)
DECLARED = [count("申报数"), count("参评", DECIDED), count("通过", PASSED), RATE]
#: 初定 and 认定 end at the last organisation of their path, without a committee (附件3 1.12.3).
SHORT = ("submitted", "publicised", "audited", "filed", "issued")
BEFORE = Measure(
    "去年同期通过率",
    [Need(PASSED, year=-1, until="voted"), Need(DECIDED, year=-1, until="voted")],
    lambda at: permille(sum(at[0].values()), sum(at[1].values())),
    SHARE,
)
#: Any day at all.
EVER = Span(date(1990, 1, 1), None)
UNDER_WAY_BEFORE = Measure(
    "去年同期在审",
    [Need(year=-1, until="first_sent"), Need({"ended": EVER}, year=-1, until="ended")],
    lambda at: sum(at[0].values()) - sum(at[1].values()),
)
WHAT = "已提交的申报（不含草稿和提交前放弃的）"

enter(
    [
        Figure(
            "cockpit_cards",
            (1, 7, 32),
            "本年概况",
            f"{WHAT}；在审为尚未办结的。去年同期均截至去年同日：申报按首次提交日期，在审为其中到当日尚未办结的，"
            "参评、通过按表决日期，已发证按首次发证日期。",
            "118号 六",
            Page.COCKPIT,
            "declaration",
            [
                count("申报"),
                year_before("去年同期", until="first_sent"),
                growth("同比", until="first_sent"),
                count("在审", {"ending": frozenset({Ending.OPEN.value})}),
                UNDER_WAY_BEFORE,
                count("参评", DECIDED),
                year_before("去年同期参评", DECIDED, until="voted"),
                count("通过", PASSED),
                year_before("去年同期通过", PASSED, until="voted"),
                RATE,
                BEFORE,
                count("已发证", ISSUED),
                year_before("去年同期已发证", {"issued_on": EVER}, until="issued_on"),
            ],
            rows=[Line("全部", {})],
            chart=Chart.CARDS,
        ),
        Figure(
            "declared_by_region",
            (1, 7),
            "各市州申报与通过",
            f"{WHAT}按审核路径归口的市州计数；参评为评审表决已出结果，通过含公示、备案和发证，通过率为通过除以参评。",
            "118号 六",
            Page.COCKPIT,
            "declaration",
            [*DECLARED, year_before("去年同期", until="first_sent"), growth("同比", until="first_sent")],
            rows="region",
            chart=Chart.MAP,
            most=True,
        ),
        Figure(
            "declared_by_series",
            (1,),
            "各系列申报与通过",
            f"{WHAT}按申报系列计数。",
            "118号 六",
            Page.COCKPIT,
            "declaration",
            DECLARED,
            rows="series",
            most=True,
        ),
        Figure(
            "series_by_level",
            (1,),
            "系列 × 级别",
            f"{WHAT}按申报系列和级别交叉计数。",
            "118号 六",
            Page.COCKPIT,
            "declaration",
            [count("合计")],
            rows="series",
            columns="level",
            chart=Chart.HEAT,
        ),
        Figure(
            "series_by_region",
            (1,),
            "系列 × 市州",
            f"{WHAT}按申报系列和归口市州交叉计数；级别等由页面条件限定。",
            "118号 六",
            Page.COCKPIT,
            "declaration",
            [count("合计")],
            rows="series",
            columns="region",
            chart=Chart.HEAT,
        ),
        Figure(
            "submissions_by_day",
            (1,),
            "每日提交",
            f"{WHAT}按最近一次提交的日期计数。",
            "118号 二(二)",
            Page.COCKPIT,
            "declaration",
            [count("提交数")],
            rows="sent",
            chart=Chart.LINE,
        ),
        Figure(
            "funnel",
            (2,),
            "评审阶段漏斗",
            "评审的申报至少到达各阶段的人数；在办的不算流失，到达下一阶段前已经终止、未通过或放弃的才是止于该阶段。",
            "118号 四、五",
            Page.COCKPIT,
            "declaration",
            [
                count("止步于此"),
                count("其中在办", {"ending": frozenset({Ending.OPEN.value})}),
                count("其中已终止或未通过", {"ending": frozenset({Ending.REFUSED.value, Ending.GIVEN_UP.value})}),
            ],
            rows="stage",
            cumulative="到达人数",
            every=True,
            where={"way": frozenset({Way.REVIEW.value})},
            chart=Chart.FUNNEL,
        ),
        Figure(
            "funnel_without_committee",
            (2, 23),
            "初定、认定阶段漏斗",
            "初定和认定的申报至少到达各阶段的人数；不经评委会，止于路径上的最后机构。",
            "附件3 1.12.3",
            Page.COCKPIT,
            "declaration",
            [count("到达人数"), count("其中在办", {"ending": frozenset({Ending.OPEN.value})})],
            rows=[Line(Reached(name).label, {"stage": at_least(name)}) for name in SHORT],
            where={"way": frozenset({Way.INITIAL.value, Way.RECOGNITION.value})},
            chart=Chart.FUNNEL,
        ),
    ]
)
