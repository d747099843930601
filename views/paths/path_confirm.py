"""审核层级配置单位确认 (附件2 1.6.2): an organisation confirms its place; from then on routes lead through it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement
from sqlalchemy.orm import joinedload

from models.base import db
from models.committees.catalogue import TitleLevel
from models.paths.path import PathKind, PathNode
from models.paths.path_draft import ChangeVerb, PathChange, PathDraft, PathDraftState
from views.screens import seen
from views.screens.base import FlowScreen
from views.screens.columns import Column
from views.screens.further_condition import desk_condition
from views.screens.stay import context
from workflow.base import policy
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import desk
from workflow.paths import path, path_draft


class PathConfirmScreen(FlowScreen):
    """The places others have proposed for one's own organisation."""

    model, flow = PathNode, path.PATH_NODE
    title, guide = "审核层级配置单位确认", "附件2 1.6.2"
    lead = "评委会或人社部门把本机构列入审核路径后，须由本机构确认；未确认前申报不能经过本机构。"
    columns = (
        "kind target served parent.organisation.name organisation.name node_kind inner_deadline state confirmed_at"
    )
    facts: ClassVar[dict[str, str]] = {
        "审核层级": "kind target served parent.organisation.name organisation.name node_kind fast_return "
        "inner_deadline state confirmed_at reason"
    }
    conditions = "kind state"
    labels: ClassVar[dict[str, str]] = {
        "target": "评委会或受理机构",
        "parent.organisation.name": "上级",
        "organisation.name": "本级",
        "served": "职称等级",
    }
    verbs = "confirm"
    row_verbs = "confirm"
    bulk = "confirm"
    empty = "没有需要确认的审核层级。"
    list_template = "paths/confirm.html"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.confirm_desk, "待本机构确认"))

    def ahead(self) -> list[PathChange]:
        """What scheduled drafts will give one's own organisation, and is still to be confirmed."""
        mine = PathChange.organisation_id == g.user.organisation_id
        query = (
            policy.visible(g.user, PathChange).join(PathDraft).where(mine, PathDraft.state == PathDraftState.SCHEDULED)
        )
        query = query.where(PathChange.confirmed_at.is_(None), PathChange.verb.in_((ChangeVerb.ADD, ChangeVerb.MOVE)))
        return list(
            db.session.scalars(
                query.options(joinedload(PathChange.draft)).order_by(PathDraft.takes_effect_on, PathChange.id)
            ).unique()
        )

    @expose("/ahead/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("act")
    def confirm_ahead(self, pk: int) -> Any:
        """提前确认 a place that a scheduled draft will give."""

        def agree(uow: UnitOfWork) -> str:
            change = uow.session.scalar(
                policy.visible(g.user, PathChange).where(
                    PathChange.id == pk, PathChange.organisation_id == g.user.organisation_id
                )
            ) or abort(404)
            seen.must_be(version, change, change.draft)
            path_draft.confirm_ahead(uow, change)
            return PathKind(change.draft.kind).label

        version = request.form.get(seen.FIELD, "")
        label = attempt(g.user, agree, context=context())
        flash(f"已提前确认本机构在{label}审核路径中的层级。", "ok")
        return redirect(self.address("list"))

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

    @staticmethod
    def seen_of(change: PathChange) -> str:
        """What the form of this change carries."""
        return seen.version_of(change, change.draft)

    def called(self, change: PathChange) -> str:
        """The path of a change, and whose."""
        draft = change.draft
        return f"{PathKind(draft.kind).label} · {draft.committee or draft.office or '全省通用路径'}"

    def what(self, change: PathChange) -> str:
        """列入 or 调整上级, and below whom."""
        above = db.session.get(PathNode, change.parent_node_id or 0)
        added = db.session.get(PathChange, change.parent_change_id or 0)
        name = above.organisation.name if above else added.organisation.name if added else "（顶端）"
        return f"{ChangeVerb(change.verb).label}：{name}"
