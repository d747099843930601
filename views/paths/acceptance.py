"""职称初定/认定受理机构管理 (附件3 1.3), with the 申报须知 of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect
from markupsafe import Markup

from models.paths.path import AcceptanceOffice
from views.screens.base import FlowScreen, Panel
from views.screens.columns import Column
from views.screens.flow_screen import ActiveState
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths.acceptance import ACCEPTANCE, create_office


class AcceptanceScreen(ActiveState, FlowScreen):
    """Which organisation makes 初定 and 认定 final; after 保存 the 申报须知 is asked for."""

    model, flow = AcceptanceOffice, ACCEPTANCE
    title, guide = "职称初定/认定受理机构管理", "附件3 1.3"
    lead = "初定、认定由受理机构最终审核，其“通过”即生效；每个机构按取得方式和职称等级分别设置。"
    columns = "organisation.name node_kind way level scope region_code contact state"
    labels = {"organisation.name": "机构名称", "state": "状态", "active": "有效", "scope": "专业范围"}
    facts = {
        "受理机构": "organisation.name organisation.code node_kind way level scope region_code publicity_required "
        "contact telephone state",
    }
    conditions = "organisation node_kind way level region_code contact:contains active"
    fields = "node_kind organisation way level region_code publicity_required contact telephone"
    narrow = {"organisation": "kind=node_kind"}
    order = "way level id"
    imports = "acceptance"
    can_add = True
    row_verbs = "edit instruct cancel"
    bulk = "cancel"
    empty = "没有符合条件的受理机构；请修改查询条件，或新增受理机构。"

    def _column(self, name: str) -> Column:
        column = super()._column(name)
        return replace(column, also=(AcceptanceOffice.scopes,)) if name == "scope" else column

    def cell_scope(self, record: AcceptanceOffice) -> str:
        """What it receives; without a row, everything of its level."""
        return "、".join(str(scope) for scope in record.scopes) or "全部"

    def panels(self, record: AcceptanceOffice) -> Sequence[Panel]:
        """申报须知 as the applicant reads it before he declares here."""
        words = Markup('<div class="pre">{}</div>').format(record.instructions) if record.instructions else ""
        return [
            Panel(
                "申报须知",
                "申报人选择本机构的批次后、填写申报信息前显示",
                html=words,
                empty="尚未填写申报须知；请办理“申报须知”。",
            )
        ]

    def prefill(self) -> dict[str, Any]:
        """单位公示 is the rule (令40号 第十六条)."""
        return {"publicity_required": True, "region_code": "430000"}

    def create(self, uow: UnitOfWork, **values: Any) -> AcceptanceOffice:
        """新增: the verb checks way, level and organisation."""
        of_kind(values.pop("node_kind"), values["organisation"])
        return create_office(uow, **{name: "" if value is None else value for name, value in values.items()})

    def after_add(self, record: Any) -> Any:
        """保存成功后点申报须知 (附件3 1.3.3 1.3)."""
        flash(f"已保存“{record!s}”，请填写该机构的申报须知。", "ok")
        return redirect(self.address("act", pk=record.id, verb="instruct"))


def of_kind(kind: str, organisation: Any) -> None:
    """Refuse an organisation that is not of the node kind chosen before it."""
    if kind != organisation.kind:
        label = type(organisation).__mapper__.columns["kind"].info["enum"](organisation.kind).label
        raise Refused(
            f"“{organisation.name}”的节点类型是{label}，与所选不一致；请改选节点类型或机构。", field="node_kind"
        )
