"""申报条件, 不得申报情形 and 以考代评 as the office keeps them.

Read beside the document, confirmed, changed, put out of use.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Series
from models.conditions.condition import Condition, ExaminedTitle, Exclusion
from views.screens.base import FlowScreen
from workflow.base.unit_of_work import UnitOfWork
from workflow.conditions import adopted
from workflow.conditions.judge import compiled

_CONFIRMED = "confirmed_page confirmed_by.full_name confirmed_at"
_LABELS = {"confirmed_by.full_name": "确认人"}


class ConditionScreen(FlowScreen):
    """查询, 新增, 确认, 修订, 停用, 导出."""

    model, flow = Condition, adopted.CONDITION
    title, guide = "申报条件", "118号 三(一)"
    lead = "每行是一条可选条件，同一职称满足其中一行即可。未经确认的行只作提示，不据以拒绝任何人。"
    columns = "alt_id series level title_target exception_kind demands confidence state"
    labels = {**_LABELS, "demands": "条件", "series": "系列"}
    facts = {
        "适用": "alt_id series branch level title_target way exception_kind effective_from effective_to",
        "条件": "degree held_level held_basis held_years work_years work_counts_from extra counting",
        "依据": f"document article confidence source note state {_CONFIRMED}",
    }
    conditions = "series level exception_kind way title_target:contains document:contains confidence state"
    fields = (
        "alt_id series branch level title_target way exception_kind degree held_level held_basis held_years work_years "
        "work_counts_from extra counting document article effective_from effective_to confidence note"
    )
    order = "series level id"
    can_add = True
    row_verbs = "confirm edit"
    empty = "没有符合条件的申报条件；请修改查询条件，或新增申报条件。"

    def prefill(self) -> dict[str, Any]:
        """Most rows are of every branch."""
        return {"branch": "*", "way": "review", "counting": "day@cutoff", "confidence": "official"}

    def cell_demands(self, record: Condition) -> str:
        """What the row asks, in words."""
        return "；".join(demands(record)) or "无其他要求"

    def cell_series(self, record: Condition) -> str:
        """The series by its name."""
        return series_name(record.series)

    def create(self, uow: UnitOfWork, **values: Any) -> Condition:
        """新增: the verb reads the demands."""
        return adopted.enter(uow, **values)


class ExclusionScreen(FlowScreen):
    """Who may not declare: confirmed, the row refuses; otherwise it is told to the auditor."""

    model, flow = Exclusion, adopted.EXCLUSION
    title, guide = "不得申报情形", "令40号 第十二条"
    lead = "立案审查、处分、离退休、公务员等情形由申报表逐项申明；年龄等情形经确认后才据以拒绝。"
    columns = "name test effect document confidence state"
    labels = _LABELS
    facts = {"情形": f"code name test effect document confidence note state {_CONFIRMED}"}
    conditions = "name:contains document:contains confidence state"
    order = "id"
    row_verbs = "confirm edit"
    empty = "没有符合条件的情形；请修改查询条件。"


class ExaminedTitleScreen(FlowScreen):
    """Levels that an examination gives, by series, branch or specialty."""

    model, flow = ExaminedTitle, adopted.EXAMINED
    title, guide = "以考代评", "令40号 以考代评"
    lead = "按系列、分支或专业列出须经考试取得的级别；整个职称以考代评的在职称树中设置。"
    columns = "series branch levels examination document confidence state"
    labels = {**_LABELS, "series": "系列"}
    facts = {"考试": f"series branch levels examination document confidence source note state {_CONFIRMED}"}
    conditions = "series branch:contains examination:contains confidence state"
    order = "series id"
    row_verbs = "confirm edit"
    empty = "没有符合条件的考试；请修改查询条件。"

    def cell_series(self, record: ExaminedTitle) -> str:
        """The series by its name."""
        return series_name(record.series)

    def cell_branch(self, record: ExaminedTitle) -> str:
        """The branches, or the specialty, in words."""
        kind, colon, name = record.branch.partition(":")
        return "全部分支" if record.branch == "*" else f"专业：{name}" if colon else "、".join(kind.split("|"))

    def cell_levels(self, record: ExaminedTitle) -> str:
        """The levels by their names."""
        return "、".join(adopted.levels_of(record))


def demands(record: Condition) -> list[str]:
    """The demands of a row, in the words of the judge."""
    return [need for need in compiled(adopted.facts_of(record)).needs if need]


def series_name(number: int) -> str:
    """The series of that number; 0 is every one."""
    if number == 0:
        return "所有系列"
    return db.session.scalar(select(Series.name).where(Series.number == number)) or f"第{number}系列"
