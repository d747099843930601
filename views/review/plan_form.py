"""What 新增评审方案 asks (附件2 1.2.2): the plan's facts, the rows of 专家需求 and of 打分细则."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from models.base import bounds
from models.batches.batch import Batch
from models.committees.catalogue import Specialty
from models.review.plan import Plan, PlanKind, PlanNeed, ScoreItem, ScoreKind, ScorePhase
from views.screens.posted import Rows, form
from workflow.base import settings
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork


def _held(name: str, first: Any = "") -> Callable[[UnitOfWork, Plan | Batch], Any]:
    """What the plan says; for a new one `first`, or `first(uow, batch)`."""

    def begin(uow: UnitOfWork, subject: Plan | Batch) -> Any:
        if isinstance(subject, Plan):
            return getattr(subject, name)
        return first(uow, subject) if callable(first) else first

    return begin


def _standing(name: str) -> Callable[[UnitOfWork, Batch], Any]:
    return lambda uow, batch: settings.value(uow.session, name)


def _ask(name: str, label: str, kind: str = "text", first: Any = "", **more: Any) -> Ask:
    return Ask(name, label, kind, default=_held(name, first), **_bounded(Plan, name, kind), **more)


def _bounded(model: type, name: str, kind: str = "number") -> dict[str, Any]:
    """The bounds of a number are those of its column."""
    return dict(zip(("least", "most"), bounds(getattr(model, name)), strict=True)) if kind == "number" else {}


def specialties(uow: UnitOfWork, batch: Batch) -> Sequence[tuple[str, str]]:
    """The specialties of the committee's series, in force and in the order of the tree; none means the whole series."""
    series = batch.committee.series_id if batch.committee else 0
    rows = select(Specialty).where(Specialty.series_id == series).order_by(Specialty.code)
    return [
        ("", "不限专业"),
        *((str(s.id), f"{s.code} {s.name}") for s in uow.session.scalars(rows) if s.in_force(batch.year)),
    ]


def groups(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> list[tuple[str, str, int, Specialty | None]]:
    """专家需求 as the plan wants it: groups are A, B, C… in their order; without a specialty the whole series."""
    codes = (chr(ord("A") + n) if n < 26 else f"A{n}" for n in range(len(rows)))
    chosen = [uow.session.get(Specialty, int(row["specialty_id"])) if row["specialty_id"] else None for row in rows]
    return [
        (code, row["name"], row["need"], specialty) for code, row, specialty in zip(codes, rows, chosen, strict=True)
    ]


# fmt: off
FACTS = form("plan", "评审方案", [
    _ask("name",             "方案名称",               max_length=120, first=lambda uow, b: f"{b.name.removesuffix('评审')}评审方案"),
    _ask("kind",             "方案类型",               "choice", PlanKind.NORMAL, choices=PlanKind.choices(), hint="正常方案和特殊方案由不同的人审核（附件3 1.14）"),
    _ask("opens_on",         "开评日期",               "date",   hint="开评前 10 个工作日（高校、医院 5 个）呈报（118号 五(一)）"),
    _ask("arrival_place",    "报到地点",               max_length=120, hint="与材料评审地点分设（118号 五(五)）"),
    _ask("review_place",     "材料评审地点",           max_length=120),
    _ask("interview_place",  "面试答辩地点",           max_length=120, hint="与材料评审地点分设（118号 五(五)）"),
    _ask("members",          "评委人数",               "number", lambda uow, b: b.committee.size, hint="单数；高评会按系列不少于 25 人、按专业不少于 11 人（令40号 第九条）"),
    _ask("unit_cap",         "同一单位评委上限",       "number", 2),
    _ask("full_ratio",       "正高通过比例（%）",      "number", _standing("full_ratio")),
    _ask("associate_ratio",  "副高及以下通过比例（%）", "number", _standing("associate_ratio")),
    _ask("ratio_reason",     "突破比例控制说明",       "area",   required=False, hint="超过控制比例的必填（118号 五(三)）"),
    _ask("standards",        "执行的评价标准",         "area",   max_length=500, hint="标准名称和文号（118号 三(一)）"),
    _ask("interview_scheme", "面试答辩方案",           "area",   required=False, max_length=4000),
    _ask("training_contact", "开评前业务对接记录",     required=False, max_length=200, hint="开评前与相关业务处室至少对接一次（118号 八）"),
    _ask("recused_leave_denominator", "回避评委不计入该人的出席人数（不勾选则仍计入）", "check", lambda uow, b: not settings.value(uow.session, "recused_in_denominator"), required=False),
], "附件2 1.2.2")
NEEDS = Rows("needs", "专家需求", [
    Ask("name",         "专业组", max_length=60),
    Ask("specialty_id", "专业", "choice", required=False, choices=specialties),
    Ask("need",         "人数", "number", **_bounded(PlanNeed, "need")),
])
ITEMS = Rows("items", "打分细则", [
    Ask("phase",     "环节", "choice", choices=ScorePhase.choices(), default=ScorePhase.MATERIAL.value),
    Ask("kind",      "类型", "choice", choices=ScoreKind.choices(), default=ScoreKind.SCORE.value),
    Ask("name",      "评分项目", max_length=80),
    Ask("maximum",   "满分", "number", hint="一票否决项填 1", **_bounded(ScoreItem, "maximum")),
    Ask("criterion", "评分标准", required=False, max_length=500),
])
# fmt: on
