"""机构管理: the register of units and offices, with the 隶属 by which declarations travel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.accounts.account import HEAD, Account
from models.base import db
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import ChangeKind, NodeKind, Organisation, OrganisationChange
from views.screens.base import FlowScreen, Panel, badge
from views.screens.flow_screen import ActiveState
from views.storage.records import opens
from workflow.base.errors import Refused
from workflow.base.flow import Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import attached, organisation, succession

MOST = 50


class OrganisationScreen(ActiveState, FlowScreen):
    """查询, 新增, 编辑, 更名, 合并, 停用, 导出; units register themselves, offices are entered here."""

    model, flow = Organisation, organisation.ORGANISATION
    title = "机构管理"
    lead = "用人单位自行注册；人社部门、主管部门等由省厅登记。上级单位决定申报材料的逐级去向。"
    columns = "code name kind nature region_code superior.name state"
    labels = {"superior.name": "上级单位", "state": "状态"}
    facts = {
        "机构": "code name kind nature region_code superior.name grassroots file_holder state",
        "联系方式": "contact telephone complaint_telephone",
    }
    conditions = "name:contains code kind nature region_code superior active"
    fields = "code name kind nature region_code superior file_holder contact telephone complaint_telephone grassroots"
    order = "-id"
    sorts = "code name"
    imports = "organisation"
    can_add = can_edit = True
    row_verbs = "rename merge close reopen"
    bulk = "close"
    weighed = "rename merge close"
    empty = "没有符合条件的机构；请修改查询条件，或新增机构。"

    def create(self, uow: UnitOfWork, **values: Any) -> Organisation:
        """新增: the verb checks code, region and kind."""
        return organisation.create(uow, **_texts(values))

    def change(self, uow: UnitOfWork, record: Organisation, **values: Any) -> None:
        """编辑: everything but the credit code."""
        if values.pop("code").upper() != record.code:
            raise Refused("统一信用代码是机构的身份，不能更改；登记错误的请停用后重新登记。", field="code")
        organisation.change(uow, record, **_texts(values))

    def panels(self, record: Organisation) -> Sequence[Panel]:
        """What it was called, who works there, where it stands on the audit paths, and who is directly below it."""
        return [self._history(record), self._accounts(record), self._places(record), self._below(record)]

    def verb_panels(self, record: Organisation, step: Step) -> Sequence[Panel]:
        """What hangs on it, and what a merger would do to each."""
        if step.verb not in ("rename", "merge", "close"):
            return ()
        rows = [
            (one.what, str(one.count), _links(one.first, one.count), *([one.merged] if step.verb == "merge" else []))
            for one in attached.attached(db.session, record)
        ]
        head = ("事项", "数量", "其中", *(["合并时"] if step.verb == "merge" else []))
        note = {"rename": "更名后这些记录显示新名称；已发的证书不变", "merge": "请先核对", "close": "停用前须先处理"}[
            step.verb
        ]
        return [Panel("会影响到", note, head, rows, empty="没有记录与本机构相关。")]

    @staticmethod
    def _history(record: Organisation) -> Panel:
        rows = [
            (
                f"{c.effective_on:%Y-%m-%d}",
                badge(ChangeKind(c.kind).label, ChangeKind(c.kind).tone),
                _told(c),
                c.document or "—",
                c.by,
            )
            for c in succession.history(db.session, record)
        ]
        head = ("生效日期", "事项", "内容", "批准文号", "登记人")
        return Panel("历史沿革", head=head, rows=rows, empty="没有更名、合并或停用的记录。", id="history")

    @staticmethod
    def _accounts(record: Organisation) -> Panel:
        query = select(Account).where(Account.organisation_id == record.id).order_by(Account.id).limit(MOST)
        accounts = list(db.session.scalars(query).unique())
        heads = [a for a in accounts if a.active and a.position == HEAD]
        note = "" if heads or not accounts else "尚未登记负责人；请单位提出，由系统管理员建立或更改岗位。"
        rows = [
            (a.username, a.full_name, a.position or "—", "、".join(a.role_names), badge(a.state.label, a.state.tone))
            for a in accounts
        ]
        head = ("用户名", "姓名", "岗位", "角色", "状态")
        return Panel("账号", note, head, rows, empty="还没有账号，也没有负责人；单位可自行注册。", id="accounts")

    @staticmethod
    def _places(record: Organisation) -> Panel:
        query = (
            select(PathNode)
            .where(PathNode.organisation_id == record.id)
            .options(joinedload(PathNode.parent), joinedload(PathNode.committee), joinedload(PathNode.office))
        )
        rows = [
            (
                PathKind(n.kind).label,
                str(n.committee or n.office or "—"),
                str(n.parent or "顶端"),
                badge(NodeState(n.state).label, NodeState(n.state).tone),
            )
            for n in db.session.scalars(query.order_by(PathNode.id).limit(MOST)).unique()
        ]
        return Panel(
            "所在审核路径",
            head=("审核路径", "评委会或受理机构", "上级节点", "状态"),
            rows=rows,
            empty="不在任何审核路径中。",
        )

    @staticmethod
    def _below(record: Organisation) -> Panel:
        query = (
            select(Organisation)
            .where(Organisation.superior_id == record.id, Organisation.active)
            .order_by(Organisation.id)
            .limit(MOST)
        )
        rows = [(o.code, o.name, NodeKind(o.kind).label) for o in db.session.scalars(query)]
        return Panel(
            "直属下级单位",
            f"最多显示 {MOST} 个",
            ("统一信用代码", "机构名称", "节点类型"),
            rows,
            empty="没有下级单位。",
        )


def _told(change: OrganisationChange) -> Any:
    """One change in words, with a link to the other organisation where there is one."""
    match change.kind:
        case ChangeKind.MERGED:
            words, other = "并入", (change.after_name, "organisation", change.other_id)
        case ChangeKind.ABSORBED:
            words, other = "合并了", (change.before_name, "organisation", change.other_id)
        case ChangeKind.RENAMED | ChangeKind.CORRECTED:
            renamed = f"“{change.before_name}”改为“{change.after_name}”"
            recoded = f"；统一信用代码 {change.before_code} 改为 {change.after_code}"
            return (
                renamed
                + (recoded if change.before_code != change.after_code else "")
                + (f"；{change.reason}" if change.reason else "")
            )
        case _:
            return change.reason or "—"
    return Markup("<span>{}{}{}</span>").format(
        words, _links([other], 1), f"（{change.reason}）" if change.reason else ""
    )


def _links(named: Sequence[tuple[str, str, int | None]], count: int) -> Markup:
    """Names that lead to their records, and that there are more of them."""
    shown = Markup("、").join(
        Markup('<a href="/open/{}/{}">{}</a>').format(table, key, name) if opens(table) else Markup.escape(name)
        for name, table, key in named
    )
    return Markup("<span>{}{}</span>").format(shown, "等" if count > len(named) and named else "")


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    """Empty texts as the columns keep them; without a 单位性质 the credit code says it."""
    names = ("file_holder", "contact", "telephone", "complaint_telephone")
    kept = values | {name: values[name] or "" for name in names}
    return kept if kept["nature"] else {name: value for name, value in kept.items() if name != "nature"}
