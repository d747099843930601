"""审核层级配置单位确认 (附件2 1.6.2): an organisation confirms its place; from then on routes lead through it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from sqlalchemy import ColumnElement

from models.catalogue import TitleLevel
from models.path import PathNode
from views.base import FlowScreen
from views.columns import Column
from views.desk_condition import desk_condition
from workflow import desk, path


class PathConfirmScreen(FlowScreen):
    """The places others have proposed for one's own organisation."""

    model, flow = PathNode, path.PATH_NODE
    title, guide = "审核层级配置单位确认", "附件2 1.6.2"
    lead = "评委会或人社部门把本机构列入审核路径后，须由本机构确认；未确认前申报不能经过本机构。"
    columns = "kind target served parent.organisation.name organisation.name node_kind inner_deadline state confirmed_at"
    facts: ClassVar[dict[str, str]] = {
        "审核层级": "kind target served parent.organisation.name organisation.name node_kind fast_return inner_deadline state confirmed_at reason"
    }
    conditions = "kind state"
    labels: ClassVar[dict[str, str]] = {"target": "评委会或受理机构", "parent.organisation.name": "上级", "organisation.name": "本级", "served": "职称等级"}
    verbs = "confirm"
    row_verbs = "confirm"
    bulk = "confirm"
    empty = "没有需要确认的审核层级。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.confirm_desk, "待本机构确认"))

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """Only one's own places."""
        return PathNode.organisation_id == actor.organisation_id

    def _column(self, name: str) -> Column:
        column = super()._column(name)
        return replace(column, also=(PathNode.committee, PathNode.office)) if name == "target" else column

    def cell_target(self, node: PathNode) -> str:
        """What stands at the top of the path."""
        return str(node.committee or node.office or "全省通用路径")

    def cell_served(self, node: PathNode) -> str:
        """The level it serves, or all."""
        return TitleLevel(node.level).label if node.level else "全部等级"

    def name_of(self, record: PathNode) -> str:
        """Organisation and top."""
        return f"{record.organisation.name} → {self.cell_target(record)}"
