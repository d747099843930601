"""人员与单位: how people declare, and what becomes of it: exceptional, green, transferred, entrusted; 初定 and 认定."""

from __future__ import annotations

from models.declarations.declaration import DeclarationMode
from models.paths.path import Way
from reports.figures.figure import Figure, Page, enter
from reports.figures.measure import count, growth, year_before
from reports.figures.pages.cockpit import DECLARED, PASSED, RATE
from reports.figures.subjects.declaration import at_least

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
    year_before("去年同期", until="sent"),
    growth("同比", until="sent"),
]

enter(
    [
        Figure(
            "declared_by_mode", (22, 32), "破格、绿色通道、转评、委托评审", WHAT, "118号 八(一)(二)，令40号 第十三条", PAGE,
            "declaration", [*DECLARED, year_before("去年同期", until="sent"), growth("同比", until="sent")], "mode", every=True,
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
)  # fmt: skip
