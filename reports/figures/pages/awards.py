"""证书与上报: certificates and the ministry, committees about to expire, fees, and what cities have handed in."""

from __future__ import annotations

from models.awards.certificate import CertificateState as S
from models.committees.committee import CommitteeLevel, CommitteeState
from reports.figures.dimension import Span, Today
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import HUNDREDTHS, bad, count, growth, rate, total, year_before
from reports.figures.subject import Where
from reports.figures.subjects import certificate, committee, fee, plan  # noqa: F401  (enters the subjects)

# fmt: off

PAGE = Page.AWARDS
FETCHED = {"fetched": frozenset({True})}
LIVE = {"state": frozenset(s.value for s in (S.ISSUED, S.REPORTING, S.REPORTED, S.REPORT_FAILED))}
REPORTED = {"state": frozenset({S.REPORTED.value})}
FAILED = {"state": frozenset({S.REPORT_FAILED.value})}
WHAT = "电子证书（每版一份），按申报年度；已下载指持证人本人下载过，自启用登记之日起计。"
ISSUED = [
    count("发放"),
    count("已下载", FETCHED),
    rate("下载率", FETCHED),
    count("已上报", REPORTED),
    bad("上报失败", FAILED),
    count("已撤销", {"state": frozenset({S.REVOKED.value})}),
    count("已更正或补发", {"state": frozenset({S.CORRECTED.value, S.REPLACED.value})}),
]
VALID = {"state": frozenset({CommitteeState.APPROVED.value})}
SOON: Where = {**VALID, "ends": Span(Today(0), Today(90))}
PAST: Where = {**VALID, "ends": Span(None, Today(-1))}
LOWER = {"rank": frozenset({CommitteeLevel.INTERMEDIATE.value, CommitteeLevel.JUNIOR.value})}
VOTED: Where = {"voted": Span(Today(-36500), None)}
RECEIVED: Where = {**VOTED, "results_filed": Span(Today(-36500), None)}

enter(
    [
        Figure(
            "certificates_by_region", (24, 32), "各市州证书", WHAT, "118号 六(三)，附件3 1.17–1.20", PAGE, "certificate",
            [*ISSUED, year_before("去年同期", until="issued"), growth("同比", until="issued")], "region",
        ),
        Figure("certificates_by_series", (24,), "各系列证书", WHAT, "118号 六(三)", PAGE, "certificate", ISSUED, "series"),
        Figure(
            "certificates_by_state", (24,), "取得方式 × 证书状态", WHAT, "118号 六(三)", PAGE, "certificate", [count("合计")],
            "way", columns="state", chart=Chart.STACK,
        ),
        Figure(
            "reports_complete", (25,), "上报人社部完整率",
            "现行有效的证书中人社部已确认收到的份数；被退回的须更正后再报。", "附件3 1.18", PAGE, "certificate",
            [count("应上报", LIVE), count("已上报", REPORTED), rate("完整率", REPORTED, LIVE), bad("上报失败", FAILED)], "level",
        ),
        Figure(
            "report_errors", (25,), "上报失败原因", "上报失败的证书，按人社部回执所写原因（前 40 字）归类。", "附件3 1.18", PAGE,
            "certificate", [bad("上报失败", FAILED)], "error", where=FAILED, most=True,
        ),
        Figure(
            "committees_by_rank", (29,), "评委会有效期与人数",
            "已核准的评委会；90 天内到期的应及时重新核准备案，过期的不得评审；人数须为单数，高评会按系列不少于 25 人、按专业不少于 11 人（有批复的除外）。",
            "令40号 第八条、第九条，118号 七(四)", PAGE, "committee",
            [
                count("评委会"),
                bad("90 天内到期", SOON),
                bad("已过期", PAST),
                bad("人数为双数", {**VALID, "odd": frozenset({False})}),
                bad("人数少于规定", {**VALID, "small": frozenset({True})}),
            ],
            "rank", where=VALID, yearly=False,
        ),
        Figure(
            "committees_by_end", (29,), "有效期截止", "已核准的评委会，按有效期截止日列出。", "令40号 第八条", PAGE, "committee",
            [count("评委会"), bad("90 天内到期", SOON), bad("已过期", PAST)], "ends", where=VALID, yearly=False,
        ),
        Figure(
            "fees", (28,), "应收评审费（元）",
            "已送达评委会的申报按评委会缴费标准应收的金额。系统不办理收款，已缴和退费没有登记，不作统计。",
            "118号 八(六)，湘发改价费规〔2023〕284号", PAGE, "fee", [total("应收（元）", "amount", form=HUNDREDTHS)], "committee",
            columns="item", total=False,
        ),
        Figure(
            "fees_by_series", (28,), "各系列应收评审费（元）", "同上，按系列；已缴和退费没有登记。",
            "118号 八(六)，湘发改价费规〔2023〕284号", PAGE, "fee", [total("应收（元）", "amount", form=HUNDREDTHS)], "series",
            columns="item", total=False,
        ),
        Figure(
            "collected", (31, 32), "中初级评审数据归集",
            "在本系统评审的中、初级评委会方案：应归集为已投票表决的，已归集为评审结果已备案的。系统外评审的中初级没有导入，不在其中。",
            "湘职改办〔2020〕1号", PAGE, "plan",
            [
                count("应归集", VOTED),
                count("已归集", RECEIVED),
                rate("归集率", RECEIVED, VOTED),
                year_before("去年方案"),
            ],
            "region", where=LOWER,
        ),
    ]
)
# fmt: on
