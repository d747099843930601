"""The trees of audit paths (审核路径, 附件3 1.4–1.8, 附件2 1.6): places are proposed, confirmed, moved, cancelled.

The province keeps every tree, a committee's office its own. A place counts only once the organisation itself
has confirmed it (审核层级配置单位确认). How a declaration travels along them is `workflow.paths.route`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, PathKind, PathNode
from models.paths.path import NodeState as S
from models.register.organisation import Organisation
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import Linked, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths.path_cases import standing
from workflow.paths.path_draft import CONFIRMERS, KEEPERS, settle
from workflow.paths.path_version import begin
from workflow.paths.places import tree
from workflow.paths.route import REVIEW_KINDS, PreviewRow, Stop, kind_for, preview, route

PLACE = verb("node.place", "新增审核层级", "审核路径", *KEEPERS)

__all__ = [
    "PATH_NODE",
    "PreviewRow",
    "Stop",
    "cancel",
    "confirm",
    "edit",
    "kind_for",
    "move",
    "preview",
    "propose",
    "route",
]


def keeper(uow: UnitOfWork, node: PathNode) -> str | None:
    """The province keeps every tree, a committee's office its own."""
    if uow.actor.plays(roles.HRSS_CONFIG):
        return None
    if node.committee_id is not None and node.committee_id == uow.actor.committee_id:
        return None
    return "评委会办事机构只能维护本评委会的下级单位（附件2 1.6.1）；其他审核路径请由省厅配置岗维护。"


def own_organisation(uow: UnitOfWork, node: PathNode) -> str | None:
    """Only an officer of the organisation itself confirms its place."""
    if uow.actor.organisation_id == node.organisation_id:
        return None
    return f"只能由“{node.organisation.name}”自己的经办人确认（附件2 1.6.2 审核层级配置单位确认）。"


def parent_standing(uow: UnitOfWork, node: PathNode) -> str | None:
    """A place below a cancelled node leads nowhere."""
    if node.parent is None or node.parent.state != S.CANCELLED:
        return None
    return f"上级节点“{node.parent.organisation.name}”已注销，不能确认；请配置单位重新指定上级（附件3 1.4–1.8）。"


def nothing_stands_there(uow: UnitOfWork, node: PathNode) -> str | None:
    """Only if no declaration on its way stands at the organisation; names the first of them."""
    found = uow.session.execute(standing(node).limit(6)).all()
    if not found:
        return None
    named = "、".join(number for _key, number in found[:5]) + ("等" if len(found) > 5 else "")
    return Linked(
        f"申报 {named} 正在“{node.organisation.name}”办理，不能注销该层级（附件3 1.12 逐级审核）；请待其办结后再注销。",
        [(number, "declaration", key) for key, number in found[:5]],
    )


def no_child(uow: UnitOfWork, node: PathNode) -> str | None:
    """Only a leaf is cancelled: what hangs below must first find another place."""
    children = uow.session.scalars(
        select(PathNode).where(PathNode.parent_id == node.id, PathNode.state != S.CANCELLED).limit(4)
    ).all()
    if not children:
        return None
    named = "、".join(f"“{child.organisation.name}”" for child in children[:3]) + ("等" if len(children) > 3 else "")
    return Linked(
        f"其下还有{named}，注销后审核路径会中断（附件3 1.4–1.8）；请先注销这些下级或为其另行指定上级。",
        [(child.organisation.name, "path_node", child.id) for child in children],
    )


def same_tree(uow: UnitOfWork, node: PathNode) -> dict[str, str]:
    """What a picker of a parent offers: the places of the node's own tree."""
    return {"kind": node.kind, "committee_id": str(node.committee_id or 0), "office_id": str(node.office_id or 0)}


# fmt: off
PATH_NODE = Flow("审核路径", S, [
    #     verb       label    from                       to           by           only if
    Step("confirm", "确认",   {S.PENDING},               S.CONFIRMED, CONFIRMERS, [own_organisation, parent_standing],
         clause="附件2 1.6.2", tone="primary"),
    Step("edit",    "编辑",   {S.PENDING, S.CONFIRMED},  None,        KEEPERS,    [keeper],
         [Ask("fast_return", "退回直达申报人", "check", required=False, default=lambda uow, node: node.fast_return,
              hint="默认逐级退回（附件3 1.12.3）；选中后本级退回直接到申报人，并抄送下级"),
          Ask("inner_deadline", "本级审核截止", "date", required=False, default=lambda uow, node: node.inner_deadline)],
         clause="118号 二(一)"),
    Step("move",    "调整上级", {S.PENDING, S.CONFIRMED}, S.PENDING,   KEEPERS,    [keeper],
         [Ask("parent", "上级节点", "place", required=False, narrow=same_tree, default=lambda uow, node: node.parent_id or "",
              hint="输入机构名称后回车查询；不选则在顶端，直接上报评委会或受理机构")],
         clause="附件3 1.4–1.8", confirm="调整后须由该机构重新确认才生效，确定调整吗？"),
    Step("cancel",  "注销",   {S.PENDING, S.CONFIRMED},  S.CANCELLED, KEEPERS,    [keeper, no_child, nothing_stands_there],
         [Ask("reason", "注销原因", "area", required=False, max_length=500)],
         clause="附件3 1.4–1.8", tone="bad", confirm="注销后该机构不再参与此审核路径，确定注销吗？"),
])
# fmt: on


def propose(
    uow: UnitOfWork,
    *,
    kind: str,
    organisation: Organisation,
    parent: PathNode | None = None,
    committee: Committee | None = None,
    office: AcceptanceOffice | None = None,
    level: str | None = None,
    fast_return: bool | None = None,
    inner_deadline: date | None = None,
) -> PathNode:
    """Give an organisation a place on a path, below `parent` or at the top; it counts once confirmed.

    Refused: a tree that is not the actor's to keep; a committee or office that does not fit the kind; a parent of
    another tree, a cancelled one, or one that leads back to the organisation; an organisation already there.
    """
    uow.lead(PLACE, "只有省厅配置岗和评委会办事机构可以配置审核路径。")
    settle(uow, kind)
    node = PathNode(
        kind=kind,
        organisation_id=organisation.id,
        node_kind=organisation.kind,
        state=S.PENDING,
        proposed_at=uow.now.replace(microsecond=0),
        level=level or None,
        committee_id=committee.id if committee else None,
        office_id=office.id if office else None,
        parent_id=parent.id if parent else None,
        inner_deadline=inner_deadline,
        fast_return=settings.value(uow.session, "fast_return") if fast_return is None else fast_return,
    )
    if sentence := keeper(uow, node):
        raise NotYou(sentence)
    if wrong := _wrong(uow.session, node, organisation, parent, committee, office):
        links = [link for sentence in wrong.values() for link in getattr(sentence, "links", ())]
        raise Refused(
            "；".join(s.rstrip("。") for s in wrong.values()) + "。",
            fields={k: str(v) for k, v in wrong.items()},
            links=links,
        )
    uow.session.add(node)
    uow.session.flush()
    uow.record(
        "propose",
        node,
        label="配置审核层级",
        kind=kind,
        organisation=organisation.name,
        parent=parent.organisation.name if parent else "",
    )
    return node


def _wrong(
    session: Session,
    node: PathNode,
    organisation: Organisation,
    parent: PathNode | None,
    committee: Committee | None,
    office: AcceptanceOffice | None,
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if node.kind not in set(PathKind):
        return {"kind": "请选择审核路径的类别。"}
    label = PathKind(node.kind).label
    review = node.kind not in (PathKind.INITIAL, PathKind.RECOGNITION)
    if committee and (not review or committee.level != node.kind):
        wrong["committee"] = f"“{committee.name}”不属于{label}审核路径（附件3 1.6–1.8），请重新选择。"
    if office and (review or office.way != node.kind):
        wrong["office"] = f"“{office}”不属于{label}审核路径（附件3 1.4、1.5），请重新选择。"
    if node.level and review and REVIEW_KINDS.get(TitleLevel(node.level)) != node.kind:
        wrong["level"] = f"{TitleLevel(node.level).label}不走{label}审核路径，请重新选择职称等级。"
    if not organisation.active:
        wrong["organisation"] = f"“{organisation.name}”已停用，不能列入审核路径；请重新选择机构。"
    elif sentence := _already_there(session, node, organisation):
        wrong["organisation"] = sentence
    if parent and (sentence := _bad_parent(session, node, organisation, parent)):
        wrong["parent"] = sentence
    return wrong


def _same_tree(node: PathNode) -> Select[tuple[PathNode]]:
    return select(PathNode).where(PathNode.kind == node.kind, tree(node.committee_id, node.office_id))


def _levels_meet(one: str | None, other: str | None) -> bool:
    """Two nodes serve a common title level; None serves all."""
    return one is None or other is None or one == other


def _already_there(session: Session, node: PathNode, organisation: Organisation) -> str | None:
    twins = session.scalars(
        _same_tree(node).where(PathNode.organisation_id == organisation.id, PathNode.state != S.CANCELLED)
    )
    for twin in twins:
        if twin.id != node.id and _levels_meet(twin.level, node.level):
            above = f"在“{twin.parent.organisation.name}”之下" if twin.parent else "在顶端"
            return Linked(
                f"“{organisation.name}”已在该审核路径中（{above}），"
                "同一机构在一条路径上只能有一个位置（附件3 1.12 逐级审核）；请先注销或调整原节点。",
                [(organisation.name, "path_node", twin.id)],
            )
    return None


def _bad_parent(session: Session, node: PathNode, organisation: Organisation, parent: PathNode) -> str | None:
    place = (parent.kind, parent.committee_id, parent.office_id)
    if place != (node.kind, node.committee_id, node.office_id):
        return f"上级节点“{parent.organisation.name}”属于另一条审核路径，请在同一路径中选择上级。"
    if parent.state == S.CANCELLED:
        return f"上级节点“{parent.organisation.name}”已注销，请重新选择上级。"
    if parent.level is not None and parent.level != node.level:
        return f"上级节点“{parent.organisation.name}”只受理{TitleLevel(parent.level).label}，与下级的职称等级不一致。"
    above: PathNode | None = parent
    seen: set[int] = set()
    while above is not None and above.id not in seen:
        if above.organisation_id == organisation.id or above.id == node.id:
            return Linked(
                f"“{organisation.name}”不能放在自己之下：从“{parent.organisation.name}”往上会回到该机构，审核路径成环，"
                "材料不能逐级送达顶端（附件3 1.12 逐级审核）；请选择其他上级。",
                [(parent.organisation.name, "path_node", parent.id)],
            )
        seen.add(above.id)
        above = above.parent
    return None


@PATH_NODE.performs("confirm")
def confirm(uow: UnitOfWork, node: PathNode) -> None:
    """The organisation confirms its place; from now on routes lead through it."""
    settle(uow, node.kind)
    PATH_NODE.advance(uow, node, "confirm")
    node.confirmed_at = uow.now.replace(microsecond=0)
    begin(uow, node.kind, f"“{node.organisation.name}”确认层级", node=node)


@PATH_NODE.performs("edit")
def edit(uow: UnitOfWork, node: PathNode, *, fast_return: bool = False, inner_deadline: date | None = None) -> None:
    """Set how returns travel and the inner deadline of the level; routes already taken do not change."""
    settle(uow, node.kind)
    PATH_NODE.advance(uow, node, "edit", fast_return=bool(fast_return), inner_deadline=inner_deadline)
    changed = (node.fast_return, node.inner_deadline) != (bool(fast_return), inner_deadline)
    node.fast_return, node.inner_deadline = bool(fast_return), inner_deadline
    if changed and node.state == S.CONFIRMED:
        begin(uow, node.kind, f"“{node.organisation.name}”编辑", node=node)


@PATH_NODE.performs("move")
def move(uow: UnitOfWork, node: PathNode, *, parent: str | PathNode | None = None) -> None:
    """Hang the node, with all below it, under another parent; its organisation must confirm again."""
    settle(uow, node.kind)
    counted = node.state == S.CONFIRMED
    above = parent if isinstance(parent, PathNode) else uow.session.get(PathNode, int(parent)) if parent else None
    if parent and above is None:
        raise Refused("所选上级节点不存在，请刷新后重新选择。", field="parent")
    if above and (sentence := _bad_parent(uow.session, node, node.organisation, above)):
        raise Refused(sentence, field="parent")
    PATH_NODE.advance(uow, node, "move", parent=above.organisation.name if above else "")
    node.parent, node.confirmed_at, node.proposed_at = above, None, uow.now.replace(microsecond=0)
    if counted:
        begin(uow, node.kind, f"“{node.organisation.name}”调整上级", node=node)


@PATH_NODE.performs("cancel")
def cancel(uow: UnitOfWork, node: PathNode, *, reason: str = "") -> None:
    """Take the organisation off the path; what it decided stays."""
    settle(uow, node.kind)
    counted = node.state == S.CONFIRMED
    PATH_NODE.advance(uow, node, "cancel", opinion=reason or "")
    node.reason = reason or ""
    if counted:
        begin(uow, node.kind, f"“{node.organisation.name}”注销", node=node)
