"""评委: their work, how far their points lie apart, and votes in sums. By code, never who judged whom."""

from __future__ import annotations

from models.review.plan import ScorePhase
from reports.figures.dimension import Span
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import HUNDREDTHS, bad, count, different, mean, rate, share, spread, total, year_before
from reports.figures.subjects import poll, score  # noqa: F401  (enters the subjects)

# fmt: off

PAGE = Page.EXPERTS
SIGNED = {"signed": frozenset({True})}
FAR = {"far": frozenset({True})}
GAP = (
    "差为评委的打分减去同组对同一参评人员、同一项目的平均分（分），为正是偏高；离散度是差的标准差；"
    "超过满分五分之一的为明显偏离。一票否决项不在其中。只按代码，不列谁评了谁。"
)
POINTS = [
    count("打分项数"),
    mean("平均差", "gap", form=HUNDREDTHS),
    spread("离散度", "gap"),
    bad("明显偏离", FAR),
    rate("偏离率", FAR),
]
VOTES = "已计票的投票的合计：应到、实到和各参评人员的同意、不同意、弃权票数之和。无记名，不按评委，也不按时间。"
SUMS = [
    count("投票"),
    total("应到", "members"),
    total("实到", "attending"),
    share("到会率", "attending", "members"),
    total("参评人数", "candidates"),
    total("同意票", "yes"),
    total("不同意票", "no"),
    total("弃权票", "abstain"),
    total("达到三分之二", "reached"),
]

enter(
    [
        Figure(
            "expert_work", (14, 32), "评委工作量",
            "每名评委（评委库代码）参加的会议、评审人数和打分项数。只有省厅审核岗和纪检监察可以查看。", "令40号 第十条、第二十三条",
            PAGE, "seat",
            [
                count("会议"),
                count("已报到", SIGNED),
                total("评审人数", "cases"),
                total("打分项数", "scores"),
                year_before("去年会议"),
            ],
            "expert", top=50,
        ),
        Figure(
            "seats_by_committee", (14,), "各评委会到会", "评审会议的席位和报到的评委。", "令40号 第十八条", PAGE, "seat",
            [count("席位"), count("已报到", SIGNED), rate("到会率", SIGNED), different("评委", "expert")], "committee",
        ),
        Figure(
            "member_points", (14,), "评委打分（会议代码）", GAP, "118号 五(四)", PAGE, "score", POINTS, "member", top=50
        ),
        Figure("session_points", (14, 15), "各会议打分", GAP, "118号 五(四)", PAGE, "score", POINTS, "session"),
        Figure("phase_points", (15,), "各环节打分", GAP, "118号 五(四)", PAGE, "score", POINTS, "phase"),
        Figure(
            "candidate_spread", (15,), "打分离散度（参评人员）",
            f"{GAP}按申报编号列出参评人员，离散度大的在前由评委会复查打分。", "118号 五(四)", PAGE, "rating",
            [spread("离散度", "gap"), count("打分项数"), bad("明显偏离", FAR)], "candidate", most=True, top=50,
        ),
        Figure(
            "candidate_spread_interview", (15,), "面试答辩离散度", GAP, "118号 五(四)", PAGE, "rating",
            [spread("离散度", "gap"), count("打分项数"), bad("明显偏离", FAR)], "session",
            where={"phase": frozenset({ScorePhase.INTERVIEW.value})},
        ),
        Figure("votes_by_session", (16,), "投票统计", VOTES, "118号 五(四)，令40号 第十九条", PAGE, "poll", SUMS, "session"),
        Figure(
            "votes_by_committee", (16, 32), "各评委会投票", VOTES, "令40号 第十九条", PAGE, "poll",
            [*SUMS, year_before("去年投票")], "committee", chart=Chart.STACK,
        ),
        Figure(
            "votes_with_absent", (16,), "有缺席的投票", f"{VOTES}应到 5 人以上的投票。", "令40号 第十九条", PAGE, "poll",
            SUMS, "committee", where={"members": Span(5, None)},
        ),
    ]
)
# fmt: on
