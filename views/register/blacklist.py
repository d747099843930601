"""黑名单管理 (附件3 1.21)."""

from __future__ import annotations

from typing import Any

from models.register.blacklist import BlacklistEntry
from views.screens.base import FlowScreen, badge
from views.screens.forms import DateField, Required, TextField
from views.screens.moment import of_request
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk
from workflow.register import blacklist
from workflow.register.blacklist import BLACKLIST


class BlacklistScreen(FlowScreen):
    """新增 by name or identity number, 修改, 详情, 解除 with a reason, 导出."""

    model, flow = BlacklistEntry, BLACKLIST
    title, guide = "黑名单管理", "附件3 1.21"
    to_do = desk.blacklist_desk
    lead = "列入后三年内不得申报、备案和发证，期满自动解除（118号 七(一)）。"
    columns = "person.name masked_id kind reason starts_on ends_on standing"
    labels = {
        "person.name": "姓名",
        "masked_id": "证件号码",
        "standing": "状态",
        "person.id_number": "证件号码",
        "person": "人员（姓名或证件号码）",
    }
    facts = {
        "人员": "person.name masked_id person.sex",
        "记录": "kind reason basis starts_on ends_on standing lift_reason",
    }
    conditions = "person.name person.id_number kind state ends_on"
    fields = "person kind reason basis starts_on"
    extra_fields = {
        "basis": TextField("依据文号", [Required()], max_length=120),
        "starts_on": DateField("起始日期", description="决定生效的日期，不填为今天；记录期三年"),
    }
    can_add = True
    row_verbs = "activate modify lift"
    empty = "没有符合条件的黑名单记录；请修改查询条件。"

    def cell_masked_id(self, entry: BlacklistEntry) -> str:
        """Never the whole number."""
        return entry.person.masked_id

    def cell_standing(self, entry: BlacklistEntry) -> Any:
        """The state today: 到期自动解除 follows from the last day."""
        return badge(*blacklist.standing(of_request(), entry))

    badge_of = cell_standing

    def name_of(self, record: BlacklistEntry) -> str:
        """The person."""
        return record.person.name

    def create(self, uow: UnitOfWork, **values: Any) -> BlacklistEntry:
        """新增: 审核岗 puts on the list at once, 证书岗 proposes."""
        return blacklist.enlist(uow, **values) if uow.may(blacklist.ENLIST) else blacklist.propose(uow, **values)
