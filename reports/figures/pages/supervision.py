"""监督: publicities, filings, draws, recusals, complaints, comparisons and the blacklist against their clauses."""

from __future__ import annotations

from models.awards.publicity import PublicityKind
from models.declarations.comparison import ComparisonResult
from models.register.blacklist import BlacklistState
from reports.figures.dimension import Span, Today
from reports.figures.figure import Chart, Figure, Line, Page, enter
from reports.figures.measure import (
    bad,
    count,
    growth,
    mean,
    oldest,
    percentile,
    rate,
    share,
    total,
    year_before,
)
from reports.figures.subject import Where
from reports.figures.subjects import (  # noqa: F401  (enters the subjects)
    appeal,
    blacklist,
    comparison,
    draw,
    filing,
    objection,
    publicity,
    session,
)

# fmt: off
PAGE = Page.SUPERVISION
YES = frozenset({True})
SHORT, LATE = {"short": YES}, {"late": YES}
POSTED = (
    "除已作废以外的公示；公示工作日从张榜次日算到公示末日（按工作日历），不足 5 个为不合规；"
    "结果公示晚于表决后 3 个工作日为逾期。"
)
OF_RESULTS = frozenset({PublicityKind.RESULT.value})
POSTINGS = [
    count("公示"),
    bad("不足 5 个工作日", SHORT),
    percentile("最短工作日", "days", 0),
    total("公示人次", "people"),
]
FILED = "评审结果备案申请；表决到申请超过 15 个工作日为逾期。"
UPHELD, DISMISSED = {"upheld": YES}, {"upheld": frozenset({False})}
CLOSED, OPEN = {"open": frozenset({False})}, {"open": YES}
SLOW: Where = {"open": YES, "registered": Span(None, Today(-14))}
CASES = [
    count("收到"),
    count("已核查", CLOSED),
    count("属实", UPHELD),
    rate("属实率", UPHELD, CLOSED),
    mean("平均核查工作日", "days"),
    oldest("未核查最久（天）", "registered", OPEN),
    bad("登记满 14 天未核查", SLOW),
]
COMPLAINED = "登记的异议和投诉，属实率为属实除以已核查；核查工作日从登记算到作出结论。"
FLAWED, FOUND = {"flawed": YES}, {"flawed": frozenset({True, False})}
LEFT: Where = {"open": YES, "applied": Span(None, Today(-14))}
APPEALED = "申请人对未通过或终止的结果提出的复查，程序有误率为程序有误除以已作出结论；核查工作日从申请算到作出结论。"
APPEALS = [
    count("申请"),
    count("已作出结论", FOUND),
    count("程序有误", FLAWED),
    rate("程序有误率", FLAWED, FOUND),
    mean("平均核查工作日", "days"),
    bad("申请满 14 天未核查", LEFT),
]
DRAWN = (
    "已揭示结果的抽取；抽中并通知为席位数加递补数，接通为其中未登记“无人接听”的，进入评审会议为办结后成为会议成员的。"
    "系统不登记每次呼叫的应答时刻，没有应答用时。"
)
CALLS = [
    count("抽取"),
    total("席位", "seats"),
    total("抽中并通知", "called"),
    total("接通", "reached"),
    total("无人接听", "unanswered"),
    total("接通后不能参加", "refused"),
    total("递补", "substitutes"),
    total("进入会议", "seated"),
    share("接通率", "reached", "called"),
]
DIFFERS = {"result": frozenset({ComparisonResult.DIFFERS.value, ComparisonResult.CORRECTED.value})}
STILL = {"result": frozenset({ComparisonResult.DIFFERS.value})}
COMPARED = "各级审核机构逐件比对纸质与网上材料的结果；不一致含已更正的。"
FILES = [count("比对件数"), count("不一致", DIFFERS), bad("尚未更正", STILL), rate("不一致率", DIFFERS)]
IN_FORCE: Where = {"state": frozenset({BlacklistState.ACTIVE.value}), "ends": Span(Today(0), None)}
ENTRIES = [
    count("记录"),
    count("生效中", IN_FORCE),
    count("90 天内到期", {**IN_FORCE, "ends": Span(Today(0), Today(90))}),
    count("拟列入", {"state": frozenset({BlacklistState.PROPOSED.value})}),
    count("已到期", {"state": frozenset({BlacklistState.ACTIVE.value}), "ends": Span(None, Today(-1))}),
]

enter(
    [
        Figure(
            "publicity_rules",
            (13,),
            "公示合规",
            POSTED,
            "118号 四(二)2、六(一)",
            PAGE,
            "publicity",
            [*POSTINGS, bad("结果公示逾期", LATE), year_before("去年同期", until="posted")],
            "kind",
        ),
        Figure(
            "publicity_by_region",
            (13, 32),
            "各市州公示",
            POSTED,
            "118号 四(二)2、六(一)",
            PAGE,
            "publicity",
            [*POSTINGS, year_before("去年同期", until="posted"), growth("同比", until="posted")],
            "region",
        ),
        Figure(
            "publicity_by_unit",
            (13,),
            "不足 5 个工作日的单位公示",
            POSTED,
            "118号 四(二)2",
            PAGE,
            "publicity",
            [*POSTINGS],
            "unit",
            where={**SHORT, "kind": frozenset({PublicityKind.UNIT.value})},
            most=True,
            top=20,
        ),
        Figure(
            "publicity_of_results",
            (13,),
            "各评委会结果公示",
            POSTED,
            "118号 六(一)",
            PAGE,
            "publicity",
            [
                *POSTINGS,
                bad("晚于 3 个工作日", LATE),
                percentile("表决到公示（中位工作日）", "after_vote", 50),
            ],
            "committee",
            where={"kind": OF_RESULTS},
        ),
        Figure(
            "filing_in_time",
            (13, 32),
            "各评委会备案",
            FILED,
            "118号 六(二)",
            PAGE,
            "filing",
            [
                count("备案申请"),
                bad("晚于 15 个工作日", LATE),
                total("备案人数", "people"),
                percentile("表决到申请（中位工作日）", "after_vote", 50),
                percentile("申请到备案（中位工作日）", "review_days", 50),
                year_before("去年同期", until="applied"),
            ],
            "committee",
        ),
        Figure(
            "recusals",
            (17,),
            "回避事由 × 会议",
            "评审会议中登记的回避，按事由和会议计数，不列评委和参评人员。",
            "令40号 第二十四条",
            PAGE,
            "recusal",
            [count("合计")],
            "session",
            columns="kind",
        ),
        Figure(
            "recusals_by_kind",
            (17, 32),
            "回避事由",
            "评审会议中登记的回避，按事由计数。",
            "令40号 第二十四条",
            PAGE,
            "recusal",
            [count("回避"), year_before("去年")],
            "kind",
        ),
        Figure("draws", (18,), "抽取统计", DRAWN, "118号 五(二)", PAGE, "draw", CALLS, "plan"),
        Figure(
            "draws_by_committee",
            (18, 32),
            "各评委会抽取",
            DRAWN,
            "118号 五(二)",
            PAGE,
            "draw",
            [*CALLS, year_before("去年抽取次数", until="drawn")],
            "committee",
        ),
        Figure(
            "declines",
            (18,),
            "不能参加的原因",
            "抽中后登记不能参加的人次，按原因和评委会计数，不列评委。",
            "118号 五(二)",
            PAGE,
            "decline",
            [count("人次")],
            "committee",
            columns="reason",
        ),
        Figure(
            "complaints_by_stage",
            (27, 32),
            "异议、投诉",
            COMPLAINED,
            "118号 四(二)2、六(二)",
            PAGE,
            "objection",
            [*CASES, year_before("去年同期", until="registered"), growth("同比", until="registered")],
            "stage",
        ),
        Figure(
            "complaints_by_region",
            (27,),
            "各市州异议、投诉",
            COMPLAINED,
            "118号 四(二)2",
            PAGE,
            "objection",
            CASES,
            "region",
        ),
        Figure(
            "complaints_named", (27,), "实名与匿名", COMPLAINED, "118号 四(二)2", PAGE, "objection", CASES[:4], "named"
        ),
        Figure(
            "appeals_by_committee", (27,), "复查申请", APPEALED, "令40号 第二十六条", PAGE, "appeal", APPEALS, "committee",
            most=True, top=20,
        ),
        Figure(
            "appeals_by_series", (27,), "各系列复查申请", APPEALED, "令40号 第二十六条", PAGE, "appeal", APPEALS[:4], "series",
        ),
        Figure(
            "mismatches_by_rank",
            (30,),
            "各层级线上线下不一致",
            COMPARED,
            "118号 四(四)",
            PAGE,
            "comparison",
            FILES,
            "rank",
        ),
        Figure(
            "mismatches_by_office",
            (30,),
            "各机构线上线下比对",
            COMPARED,
            "118号 四(四)",
            PAGE,
            "comparison",
            FILES,
            "office",
            most=True,
            top=20,
        ),
        Figure(
            "blacklist",
            (26,),
            "失信记录",
            "黑名单记录，按类别计数，与所选年度无关；到期自动失效。",
            "118号 七(一)",
            PAGE,
            "blacklist",
            ENTRIES,
            "kind",
            yearly=False,
        ),
        Figure(
            "blacklist_by_year",
            (26, 32),
            "各年列入",
            "黑名单记录，按列入年度和类别计数。",
            "118号 七(一)",
            PAGE,
            "blacklist",
            [count("合计")],
            "year",
            columns="kind",
            chart=Chart.STACK,
            yearly=False,
        ),
        Figure(
            "supervision_cards",
            (13, 27),
            "监督概况",
            f"{COMPLAINED}这里只列需要督办的。",
            "118号 六、七",
            PAGE,
            "objection",
            [count("未核查", OPEN), bad("登记满 14 天未核查", SLOW), count("属实", UPHELD)],
            [Line("全部", {})],
            chart=Chart.CARDS,
        ),
    ]
)
# fmt: on
