"""The five kinds of audit paths of the demo, each node confirmed by its own organisation, and the accepting offices."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.demo.stage import Stage
from models.accounts.account import Account
from models.committees.catalogue import TitleLevel
from models.paths.path import NodeState, PathKind, PathNode, Way
from models.register.organisation import NodeKind, Organisation
from workflow.paths import acceptance, path_draft
from workflow.paths import path as paths

INSTRUCTIONS = (
    "一、申报人须与用人单位建立劳动（人事）关系并在岗工作。\n"
    "二、按学历和从事专业工作年限初定，条件见湘人社函〔2024〕115号。\n"
    "三、材料须真实有效，涉密材料信息严禁网上填写提交。"
)


def build(stage: Stage) -> None:
    """Nodes of all kinds under the province, the cities and the bureaus; confirmed from below."""
    session = stage.session
    offices = session.scalars(
        select(Organisation)
        .where(
            Organisation.kind.in_(
                [NodeKind.CITY, NodeKind.DISTRICT, NodeKind.PROVINCIAL, NodeKind.UNIVERSITY, NodeKind.ENTERPRISE]
            )
        )
        .order_by(Organisation.id)
    ).all()
    with stage.acting("hrss_config") as uow:
        for kind in (PathKind.SENIOR, PathKind.INTERMEDIATE, PathKind.JUNIOR):
            tops: dict[int, PathNode] = {}
            for office in offices:
                parent = tops.get(office.superior_id or 0) if office.kind == NodeKind.DISTRICT else None
                tops[office.id] = paths.propose(uow, kind=kind, organisation=office, parent=parent, fast_return=False)
        _accepting(uow, offices)
    _confirm(stage)


def draft(stage: Stage) -> None:
    """推演: two drafts for next year, one put down for its day and waiting for a district, one still in the making."""
    nodes = (
        select(PathNode)
        .where(PathNode.kind == PathKind.SENIOR, PathNode.state == NodeState.CONFIRMED, PathNode.parent_id.is_not(None))
        .order_by(PathNode.id)
    )
    first, second, *_rest = stage.session.scalars(nodes).all()
    with stage.acting("hrss_config") as uow:
        direct = path_draft.create(
            uow, name="省直管县改革：直接上报", kind=PathKind.SENIOR, note="示例：区县人社部门直接上报评委会"
        )
        path_draft.move(uow, direct, node=first)
        path_draft.PATH_DRAFT.perform(uow, direct, "schedule", takes_effect_on=date(uow.today.year + 1, 1, 1))
        deadlines = path_draft.create(
            uow, name="下年度本级审核截止", kind=PathKind.SENIOR, note="118号 二(一)：各级科学安排审核时间"
        )
        path_draft.edit(uow, deadlines, node=second, inner_deadline=date(uow.today.year + 1, 8, 31))


def _accepting(uow, offices) -> None:  # type: ignore[no-untyped-def]
    """Each city accepts 初定 and 认定 of the lower levels; its districts stand below it on those paths."""
    for city in (o for o in offices if o.kind == NodeKind.CITY):
        for way, kind in ((Way.INITIAL, PathKind.INITIAL), (Way.RECOGNITION, PathKind.RECOGNITION)):
            for level in (TitleLevel.ASSISTANT, TitleLevel.INTERMEDIATE):
                acceptance.create_office(
                    uow,
                    organisation=city,
                    way=way,
                    level=level,
                    contact=city.contact,
                    telephone=city.telephone,
                    instructions=INSTRUCTIONS,
                )
            top = paths.propose(uow, kind=kind, organisation=city, fast_return=False)
            for district in (o for o in offices if o.superior_id == city.id and o.kind == NodeKind.DISTRICT):
                paths.propose(uow, kind=kind, organisation=district, parent=top, fast_return=False)


def _confirm(stage: Stage) -> None:
    """审核层级配置单位确认: each organisation's own officer, those above first."""
    rows = stage.session.execute(
        select(PathNode.id, Account.username)
        .join(Account, Account.organisation_id == PathNode.organisation_id)
        .where(PathNode.state == NodeState.PENDING, Account.position != "负责人")
        .order_by(PathNode.parent_id.is_not(None), Account.username, PathNode.id)
    ).all()
    by_actor: dict[tuple[str, bool], list[int]] = {}
    for node_id, username in rows:
        node = stage.session.get_one(PathNode, node_id)
        by_actor.setdefault((username, node.parent_id is not None), []).append(node_id)
    for (username, _), ids in sorted(by_actor.items(), key=lambda item: item[0][1]):
        with stage.acting(username) as uow:
            for node_id in ids:
                paths.PATH_NODE.perform(uow, uow.session.get_one(PathNode, node_id), "confirm")
