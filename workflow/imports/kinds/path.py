"""批量导入 of the five audit paths (附件3 1.4–1.8) and of a committee's own (附件2 1.6.1).

One declaration in six settings: which path, and who keeps it. A 上级机构 may stand further down in the table.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork
from workflow.imports.kind import Field, ImportKind, Later, imports
from workflow.paths import path
from workflow.paths.places import tree
from workflow.paths.route import kind_for


def _levels(kind: str) -> list[tuple[str, str]]:
    review = kind not in (PathKind.INITIAL, PathKind.RECOGNITION)
    return [("", "各等级共用")] + [
        (t.value, t.label) for t in TitleLevel if not review or kind_for("review", t) == kind
    ]


def _committees(kind: str) -> Any:
    def offered(uow: UnitOfWork, _: Any) -> list[tuple[str, str]]:
        rows = select(Committee).where(
            Committee.level == kind, Committee.state.in_((CommitteeState.APPLIED, CommitteeState.APPROVED))
        )
        return [("", "各评委会共用")] + [
            (str(c.id), c.name) for c in uow.session.scalars(rows.order_by(Committee.name))
        ]

    return offered


def _offices(kind: str) -> Any:
    def offered(uow: UnitOfWork, _: Any) -> list[tuple[str, str]]:
        rows = (
            select(AcceptanceOffice)
            .where(AcceptanceOffice.way == kind, AcceptanceOffice.active)
            .order_by(AcceptanceOffice.id)
        )
        return [("", "各受理机构共用")] + [(str(o.id), str(o)) for o in uow.session.scalars(rows)]

    return offered


class PathImport(ImportKind):
    """A row is an organisation's place on the path."""

    kind = ""
    model = PathNode
    roles = (roles.HRSS_CONFIG,)
    fields = (
        Field(
            "organisation",
            "下级机构名称或统一信用代码",
            "organisation",
            required=True,
            also=("统一信用代码", "下级机构"),
            example="长沙市第一中学",
        ),
        Field("node_kind", "下级节点类型", "choice", enum=NodeKind, note="填写时与机构登记的节点类型核对"),
        Field(
            "above",
            "上级机构名称或统一信用代码",
            "organisation",
            also=("上级节点",),
            blank=("（顶端）",),
            note="留空为顶端，直接上报评委会或受理机构；上级可以在同一表的后面",
        ),
        Field("fast_return", "退回直达申报人", "yes"),
        Field("inner_deadline", "本级审核截止", "day"),
    )
    key = ("organisation",)

    def place(self, uow: UnitOfWork, choices: dict[str, Any]) -> tuple[str, Committee | None, AcceptanceOffice | None]:
        """The tree that the table is about."""
        committee, office = choices.get("committee"), choices.get("office")
        return (
            self.kind,
            uow.session.get(Committee, int(committee)) if committee else None,
            uow.session.get(AcceptanceOffice, int(office)) if office else None,
        )

    def prepare(self, uow: UnitOfWork, choices: dict[str, Any]) -> None:
        """The chosen body belongs to the path."""
        for ask in self.choices:
            value = choices.get(ask.name) or ""
            if value not in {key for key, _label in ask.options(uow, None)}:
                raise Refused(f"请重新选择{ask.label}：所选不属于{self.title}。", field=ask.name)

    def _node(
        self, uow: UnitOfWork, organisation: Organisation, choices: dict[str, Any], *, serving: bool = False
    ) -> PathNode | None:
        kind, committee, office = self.place(uow, choices)
        level = choices.get("level") or None
        rows = select(PathNode).where(
            PathNode.kind == kind,
            tree(committee.id if committee else None, office.id if office else None),
            PathNode.organisation_id == organisation.id,
            PathNode.state != NodeState.CANCELLED,
        )
        found = {node.level: node for node in uow.session.scalars(rows)}
        return found.get(level) or (found.get(None) if serving else None)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> PathNode | None:
        """By tree, organisation and level."""
        return self._node(uow, values["organisation"], choices)

    def _parent(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> PathNode | None:
        above = values["above"]
        if above is None:
            return None
        node = self._node(uow, above, choices, serving=True)
        if node is None:
            raise Later(
                {"above": f"上级机构“{above.name}”不在该审核路径中，表中也没有可以新增的这一行；请先新增上级。"}
            )
        return node

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> PathNode:
        """新增下级机构."""
        _of_kind(values)
        kind, committee, office = self.place(uow, choices)
        return path.propose(
            uow,
            kind=kind,
            organisation=values["organisation"],
            parent=self._parent(uow, values, choices),
            committee=committee,
            office=office,
            level=choices.get("level") or None,
            fast_return=values["fast_return"],
            inner_deadline=values["inner_deadline"],
        )

    def change(self, uow: UnitOfWork, record: PathNode, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """调整上级 and 编辑, as far as they differ."""
        _of_kind(values)
        parent = self._parent(uow, values, choices)
        if parent is not record.parent:
            path.move(uow, record, parent=parent)
        if (values["fast_return"], values["inner_deadline"]) != (record.fast_return, record.inner_deadline):
            path.edit(uow, record, fast_return=bool(values["fast_return"]), inner_deadline=values["inner_deadline"])

    def values_of(self, record: PathNode) -> dict[str, Any]:
        """As the table would have it."""
        return {
            "organisation": record.organisation,
            "node_kind": record.node_kind,
            "above": record.parent.organisation if record.parent else None,
            "fast_return": record.fast_return,
            "inner_deadline": record.inner_deadline,
        }


def _of_kind(values: dict[str, Any]) -> None:
    kind, organisation = values["node_kind"], values["organisation"]
    if kind and kind != organisation.kind:
        raise Refused(
            f"“{organisation.name}”的节点类型是{NodeKind(organisation.kind).label}，与所填不一致；请更正。",
            field="node_kind",
        )


def _declare(kind: PathKind, number: str) -> None:
    """One setting: 职称等级 first, as the guide asks, then the body whose tree it is."""
    office = kind in (PathKind.INITIAL, PathKind.RECOGNITION)
    body = (
        Ask("office", "受理机构", "choice", required=False, choices=_offices(kind))
        if office
        else Ask("committee", "评委会", "choice", required=False, choices=_committees(kind))
    )
    level = Ask("level", "职称等级", "choice", required=False, choices=_levels(kind))
    words = {
        "kind": kind,
        "name": f"path_{kind.value}",
        "title": f"{kind.label}审核路径",
        "guide": number,
        "choices": (level, body),
    }
    imports(type(f"{kind.value.title()}PathImport", (PathImport,), words))


for _kind, _number in zip(PathKind, ("附件3 1.4", "附件3 1.5", "附件3 1.6", "附件3 1.7", "附件3 1.8"), strict=True):
    _declare(_kind, _number)


@imports
class CommitteePathImport(PathImport):
    """评委会下级单位 (附件2 1.6.1): a committee's office imports its own tree."""

    name, title, guide = "path_own", "评委会下级单位", "附件2 1.6.1"
    roles = (roles.COMMITTEE_OFFICE,)
    choices = (Ask("level", "职称等级", "choice", required=False, choices=[("", "各等级共用"), *TitleLevel.choices()]),)

    def place(self, uow: UnitOfWork, choices: dict[str, Any]) -> tuple[str, Committee | None, AcceptanceOffice | None]:
        """The actor's own committee."""
        committee = uow.session.get(Committee, uow.actor.committee_id) if uow.actor.committee_id else None
        if committee is None:
            raise NotYou("只有评委会办事机构可以导入本评委会的下级单位（附件2 1.6.1）。")
        return committee.level, committee, None
