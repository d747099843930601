"""The five audit paths (附件3 1.4–1.8) as one declared screen, and the tree of a committee (附件2 1.6.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from flask import g
from sqlalchemy import ColumnElement, select

from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee, CommitteeState
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import NodeKind
from views.paths.acceptance import of_kind
from views.paths.path_tree import PathTree
from views.screens.base import Link
from views.screens.columns import Column
from views.screens.forms import ChoiceField, RemoteSelectField
from views.screens.lookup import LOOKUPS, Lookup, called, office_called
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths.path import PATH_NODE, propose
from workflow.paths.route import REVIEW_KINDS

#: Title levels that travel on each path; 初定 and 认定 know several.
LEVELS: dict[str, list[tuple[str, str]]] = {
    kind: [
        (level.value, level.label)
        for level in TitleLevel
        if kind not in set(REVIEW_KINDS.values()) or REVIEW_KINDS[level] == kind
    ]
    for kind in PathKind
}


def _named(text: str) -> Any:
    return called(PathNode.organisation_id, text)


def _place(node: PathNode) -> str:
    top = node.committee or node.office
    return f"{NodeKind(node.node_kind).label} · {top or '各评委会共用'}"


LOOKUPS["PathNode"] = Lookup(
    PathNode,
    (PathNode.reason,),
    lambda n: f"{PathKind(n.kind).label} · {_place(n)}",
    lambda: PathNode.state != NodeState.CANCELLED,
    ("kind", "committee_id", "office_id"),
    exact=_named,
    inside=False,
)


def _pickers(kind: str) -> None:
    """Pickers that offer only what belongs to one path: its nodes, its committees, its accepting organisations."""
    LOOKUPS[f"PathNode-{kind}"] = Lookup(
        PathNode,
        (PathNode.reason,),
        _place,
        lambda: (PathNode.kind == kind) & (PathNode.state != NodeState.CANCELLED),
        ("committee_id", "office_id"),
        exact=_named,
        inside=False,
    )
    LOOKUPS[f"Committee-{kind}"] = Lookup(
        Committee,
        (Committee.name,),
        lambda c: c.series.name,
        lambda: (Committee.level == kind) & Committee.state.in_((CommitteeState.APPLIED, CommitteeState.APPROVED)),
    )
    LOOKUPS[f"AcceptanceOffice-{kind}"] = Lookup(
        AcceptanceOffice,
        (AcceptanceOffice.contact,),
        lambda o: TitleLevel(o.level).label,
        lambda: AcceptanceOffice.active.is_(True) & (AcceptanceOffice.way == kind),
        exact=office_called,
        inside=False,
    )


def _fields(kind: str) -> dict[str, Any]:
    """The fields of the form that know the path."""
    _pickers(kind)
    body = (
        ("受理机构", "AcceptanceOffice", "office")
        if kind in (PathKind.INITIAL, PathKind.RECOGNITION)
        else ("评委会", "Committee", "committee")
    )
    label, model, name = body
    return {
        "level": ChoiceField("职称等级", choices=LEVELS[kind], optional=True, description="不选则各等级共用"),
        name: RemoteSelectField(label, lookup=f"{model}-{kind}", description=f"不选则本路径各{label}共用"),
        "parent": RemoteSelectField(
            "上级节点",
            lookup=f"PathNode-{kind}",
            narrow=f"{name}_id={name}",
            description=f"不选则在顶端，直接上报{label}",
        ),
    }


#: What an empty place on the path means.
_OPEN = {"parent.organisation.name": "（顶端）", "level": "各等级", "committee.name": "共用", "office": "共用"}


class PathScreen(PathTree):
    """新增下级机构, 编辑, 调整上级, 注销; `kind` says which path."""

    model, flow = PathNode, PATH_NODE
    kind: ClassVar[str] = ""
    lead = "申报材料自下而上逐级送审，退回逐级向下。下级机构确认后才生效。"
    columns = "organisation.name organisation.code node_kind committee.name parent.organisation.name level state"
    labels = {
        "organisation.name": "下级机构",
        "organisation.code": "统一信用代码",
        "parent.organisation.name": "上级节点",
        "committee.name": "评委会",
        "office": "受理机构",
        "organisation": "下级机构",
    }
    conditions = "organisation node_kind level state"
    narrow = {"organisation": "kind=node_kind"}
    order = "parent_id id"
    can_add = True
    add_label = "新增下级机构"
    verbs = row_verbs = "edit move cancel"
    empty = "没有符合条件的下级机构；请修改查询条件，或新增下级机构。"

    def _column(self, name: str) -> Column:
        """As every column; what is left open says what that means."""
        found = super()._column(name)
        word = _OPEN.get(name)
        return replace(found, get=lambda record: found.get(record) or word) if word else found

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """One path."""
        return PathNode.kind == self.kind

    def create(self, uow: UnitOfWork, **values: Any) -> PathNode:
        """新增下级机构: the verb checks place, parent and loops."""
        of_kind(values.pop("node_kind"), values["organisation"])
        return propose(uow, **{"kind": self.kind} | values)


_TOP = (
    "organisation.name organisation.code node_kind level {top} parent.organisation.name fast_return "
    "inner_deadline confirmed_at state reason"
)
_FORM = "{top} level parent node_kind organisation fast_return inner_deadline"


class InitialPathScreen(PathScreen):
    """附件3 1.4."""

    imports = "path_initial"
    kind, title, guide = PathKind.INITIAL, "职称初定审核路径配置", "附件3 1.4"
    facts, fields, extra_fields = _TOP.format(top="office"), _FORM.format(top="office"), _fields(PathKind.INITIAL)
    columns = PathScreen.columns.replace("committee.name", "office")


class RecognitionPathScreen(PathScreen):
    """附件3 1.5."""

    imports = "path_recognition"
    kind, title, guide = PathKind.RECOGNITION, "职称认定审核路径配置", "附件3 1.5"
    facts, fields, extra_fields = _TOP.format(top="office"), _FORM.format(top="office"), _fields(PathKind.RECOGNITION)
    columns = PathScreen.columns.replace("committee.name", "office")


class JuniorPathScreen(PathScreen):
    """附件3 1.6."""

    imports = "path_junior"
    kind, title, guide = PathKind.JUNIOR, "初评会审核路径配置", "附件3 1.6"
    facts, fields, extra_fields = (
        _TOP.format(top="committee.name"),
        _FORM.format(top="committee"),
        _fields(PathKind.JUNIOR),
    )


class IntermediatePathScreen(PathScreen):
    """附件3 1.7."""

    imports = "path_intermediate"
    kind, title, guide = PathKind.INTERMEDIATE, "中评会审核路径配置", "附件3 1.7"
    facts, fields, extra_fields = (
        _TOP.format(top="committee.name"),
        _FORM.format(top="committee"),
        _fields(PathKind.INTERMEDIATE),
    )


class SeniorPathScreen(PathScreen):
    """附件3 1.8."""

    imports = "path_senior"
    kind, title, guide = PathKind.SENIOR, "高评会审核路径配置", "附件3 1.8"
    facts, fields, extra_fields = (
        _TOP.format(top="committee.name"),
        _FORM.format(top="committee"),
        _fields(PathKind.SENIOR),
    )


def _mine() -> ColumnElement[bool]:
    return (PathNode.committee_id == g.user.committee_id) & (PathNode.state != NodeState.CANCELLED)


LOOKUPS["PathNode-mine"] = Lookup(PathNode, (PathNode.reason,), _place, _mine, exact=_named, inside=False)


class CommitteePathScreen(PathScreen):
    """评委会下级单位管理 (附件2 1.6.1): a committee's office keeps its own tree, and reads the one that all share."""

    imports = "path_own"
    title, guide = "评委会下级单位管理", "附件2 1.6.1"
    lead = "本评委会的下级单位，以及由省厅维护、各评委会共用的；下级单位在“审核层级配置单位确认”中确认后生效。"
    facts = _TOP.format(top="committee.name")
    fields = "level parent node_kind organisation fast_return inner_deadline"
    extra_fields = {
        "level": ChoiceField(
            "职称等级", choices=TitleLevel.choices(), optional=True, description="不选则本评委会各等级共用"
        ),
        "parent": RemoteSelectField("上级节点", lookup="PathNode-mine", description="不选则在顶端，直接上报评委会"),
    }

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """The own committee's tree, and the shared one of its level."""
        level = select(Committee.level).where(Committee.id == actor.committee_id).scalar_subquery()
        return (PathNode.committee_id == actor.committee_id) | (
            PathNode.committee_id.is_(None) & (PathNode.kind == level)
        )

    def operations(self, record: PathNode) -> list[Link]:
        """What all committees share is only read here."""
        links = super().operations(record)
        return links if record.committee_id is not None else links[:1]

    def create(self, uow: UnitOfWork, **values: Any) -> PathNode:
        """新增下级单位 of the own committee."""
        committee = uow.session.get_one(Committee, uow.actor.committee_id)
        return super().create(uow, kind=committee.level, committee=committee, **values)

    def first_tree(self) -> str:
        """The committee's own."""
        return f"c{g.user.committee_id}"

    def _may_add(self, record: PathNode | None) -> bool:
        """Below one's own places, not below those that all share."""
        return super()._may_add(record) and (record is None or record.committee_id is not None)
