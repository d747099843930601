"""人员与单位: how people declare, and what becomes of it: exceptional, green, transferred, entrusted; 初定 and 认定."""

from __future__ import annotations

from models.declarations.declaration import DeclarationMode
from models.paths.path import Way
from models.register.organisation import UnitNature
from reports.figures.figure import Chart, Figure, Page, enter
from reports.figures.measure import count, growth, rate, year_before
from reports.figures.pages.cockpit import DECIDED, DECLARED, PASSED, RATE
from reports.figures.subjects.declaration import at_least

# fmt: off

PAGE = Page.PEOPLE
WHAT = "已提交的申报（不含草稿和提交前放弃的）；参评为评审表决已出结果，通过率为通过除以参评。"
#: All but the ordinary way of declaring.
SPECIAL = {"mode": frozenset(mode.value for mode in DeclarationMode if mode is not DeclarationMode.NORMAL)}
SHORT = {"way": frozenset({Way.INITIAL.value, Way.RECOGNITION.value})}
OBTAINED = {"stage": at_least("filed")}
SHORTLY = "初定和认定由路径末级机构审核通过即为取得，不经评委会。"
TAKEN = [
    count("申报数"),
    count("已取得", OBTAINED),
    year_before("去年同期", until="first_sent"),
    growth("同比", until="first_sent"),
]

PEOPLE = [count("申报数"), count("参评", DECIDED), count("通过", PASSED), RATE]
WOMEN = rate("女性比例", {"sex": frozenset({"女"})})
AS_DECLARED = "取最近一次提交时的情况；不足 3 人的不向无权查看名单的人显示。"
PRIVATE = frozenset({UnitNature.PRIVATE.value})

enter(
    [
        Figure(
            "people_by_age", (19, 32), "年龄段", f"{WHAT}年龄按申报年度年末计算，{AS_DECLARED}", "118号 三", PAGE, "declaration",
            [*PEOPLE, WOMEN, year_before("去年同期", until="first_sent")], "age_band",
        ),
        Figure(
            "people_age_by_sex", (19,), "年龄段 × 性别", f"{WHAT}{AS_DECLARED}", "118号 三", PAGE, "declaration",
            [count("合计")], "age_band", columns="sex", chart=Chart.STACK,
        ),
        Figure(
            "people_by_education", (19,), "学历", f"{WHAT}{AS_DECLARED}", "118号 三", PAGE, "declaration", [*PEOPLE, WOMEN],
            "education",
        ),
        Figure(
            "people_by_level", (19,), "各级别女性比例", f"{WHAT}{AS_DECLARED}", "118号 三", PAGE, "declaration",
            [*PEOPLE, WOMEN], "level",
        ),
        Figure(
            "declared_by_nature", (20, 32), "单位性质与民企通过率", f"{WHAT}单位性质取提交时的。", "湘人社发〔2019〕67号", PAGE,
            "declaration", [*PEOPLE, year_before("去年同期", until="first_sent"), growth("同比", until="first_sent")], "nature", every=True,
        ),
        Figure(
            "private_by_region", (20,), "各市州民营企业申报", f"{WHAT}单位性质取提交时的，占比为民营企业除以全部。",
            "湘人社发〔2019〕67号", PAGE, "declaration",
            [
                count("申报数"),
                count("民营企业", {"nature": PRIVATE}),
                rate("民企占比", {"nature": PRIVATE}),
                rate("民企通过率", {**PASSED, "nature": PRIVATE}, {**DECIDED, "nature": PRIVATE}),
            ],
            "region",
        ),
        Figure(
            "grassroots_share", (21, 32), "乡镇基层",
            f"{WHAT}乡镇基层单位取提交时的单位信息。科技特派员没有单独登记，不作统计。", "118号 三(二)2(3)、八(一)", PAGE,
            "declaration", [*PEOPLE, year_before("去年同期", until="first_sent")], "grassroots",
        ),
        Figure(
            "grassroots_by_region", (21,), "各市州乡镇基层", f"{WHAT}乡镇基层单位取提交时的单位信息。", "118号 三(二)2(3)", PAGE,
            "declaration",
            [
                count("申报数"),
                count("乡镇基层", {"grassroots": frozenset({True})}),
                rate("基层占比", {"grassroots": frozenset({True})}),
            ],
            "region",
        ),
        Figure(
            "people_by_origin", (22,), "港澳台和外籍人员", f"{WHAT}按证件类型区分人员来源。外资研发中心没有单独登记，见绿色通道。",
            "118号 四(一)1、八(三)", PAGE, "declaration", PEOPLE, "origin", every=True,
        ),
        Figure(
            "short_by_education", (23,), "初定、认定（学历）", SHORTLY, "附件3 1.12.3", PAGE, "declaration", TAKEN[:2],
            "education", where=SHORT, columns="way",
        ),
        Figure(
            "declared_by_mode", (22, 32), "破格、绿色通道、转评、委托评审", WHAT, "118号 八(一)(二)，令40号 第十三条", PAGE,
            "declaration", [*DECLARED, year_before("去年同期", until="first_sent"), growth("同比", until="first_sent")], "mode", every=True,
        ),
        Figure(
            "modes_by_region", (22,), "市州 × 申报方式", f"{WHAT}不含正常申报。", "118号 八(一)(二)", PAGE, "declaration",
            [count("合计")], "region", columns="mode", where=SPECIAL,
        ),
        Figure(
            "modes_by_level", (22,), "级别 × 申报方式", f"{WHAT}不含正常申报。", "118号 八(一)(二)", PAGE, "declaration",
            [count("合计"), count("通过", PASSED), RATE], "level", columns="mode", where=SPECIAL,
        ),
        Figure("declared_by_channel", (20,), "推荐渠道", WHAT, "118号 四(一)", PAGE, "declaration", DECLARED, "channel"),
        Figure("short_by_way", (23, 32), "初定、认定", SHORTLY, "附件3 1.12.3", PAGE, "declaration", TAKEN, "way", where=SHORT),
        Figure(
            "short_by_level", (23,), "初定、认定（级别）", SHORTLY, "附件3 1.12.3", PAGE, "declaration", TAKEN[:2], "level",
            where=SHORT, columns="way",
        ),
        Figure(
            "short_by_region", (23,), "初定、认定（市州）", SHORTLY, "附件3 1.12.3", PAGE, "declaration", TAKEN[:2], "region",
            where=SHORT, columns="way",
        ),
    ]
)
# fmt: on
