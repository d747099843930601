"""机构管理: the register of units and offices, with the 隶属 by which declarations travel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.base import db
from models.organisation import NodeKind, Organisation
from models.path import NodeState, PathKind, PathNode
from views.active_state import ActiveState
from views.base import FlowScreen, Panel, badge
from workflow import organisation
from workflow.errors import Refused
from workflow.unit_of_work import UnitOfWork

MOST = 50


class OrganisationScreen(ActiveState, FlowScreen):
    """查询, 新增, 编辑, 停用, 导出; units register themselves, offices are entered here."""

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
    row_verbs = bulk = "close"
    empty = "没有符合条件的机构；请修改查询条件，或新增机构。"

    def create(self, uow: UnitOfWork, **values: Any) -> Organisation:
        """新增: the verb checks code, region and kind."""
        return organisation.create(uow, **_texts(values))

    def change(self, uow: UnitOfWork, record: Organisation, **values: Any) -> None:
        """编辑: everything but the credit code."""
        if values.pop("code").upper() != record.code:
            raise Refused(_("统一信用代码是机构的身份，不能更改；登记错误的请停用后重新登记。"), field="code")
        organisation.change(uow, record, **_texts(values))

    def panels(self, record: Organisation) -> Sequence[Panel]:
        """Where it stands on the audit paths, and who is directly below it."""
        return [self._places(record), self._below(record)]

    @staticmethod
    def _places(record: Organisation) -> Panel:
        query = select(PathNode).where(PathNode.organisation_id == record.id).options(joinedload(PathNode.parent), joinedload(PathNode.committee), joinedload(PathNode.office))
        rows = [
            (PathKind(n.kind).label, str(n.committee or n.office or "—"), str(n.parent or _("顶端")), badge(NodeState(n.state).label, NodeState(n.state).tone))
            for n in db.session.scalars(query.order_by(PathNode.id).limit(MOST)).unique()
        ]
        return Panel(_("所在审核路径"), head=(_("审核路径"), _("评委会或受理机构"), _("上级节点"), _("状态")), rows=rows, empty=_("不在任何审核路径中。"))

    @staticmethod
    def _below(record: Organisation) -> Panel:
        query = select(Organisation).where(Organisation.superior_id == record.id, Organisation.active).order_by(Organisation.id).limit(MOST)
        rows = [(o.code, o.name, NodeKind(o.kind).label) for o in db.session.scalars(query)]
        return Panel(_("直属下级单位"), _("最多显示 %(n)s 个", n=MOST), (_("统一信用代码"), _("机构名称"), _("节点类型")), rows, empty=_("没有下级单位。"))


def _texts(values: dict[str, Any]) -> dict[str, Any]:
    """Empty texts as the columns keep them; without a 单位性质 the credit code says it."""
    names = ("file_holder", "contact", "telephone", "complaint_telephone")
    kept = values | {name: values[name] or "" for name in names}
    return kept if kept["nature"] else {name: value for name, value in kept.items() if name != "nature"}
