"""单位注册核验: units and bureaus that have registered themselves and wait for their superior."""

from __future__ import annotations

from flask import g

from models.accounts.registration import Registration
from views.screens.base import FlowScreen
from views.screens.further_condition import desk_condition
from workflow.accounts.admission import REGISTRATION, cautions
from workflow.base.unit_of_work import asking
from workflow.declarations import desk


class RegistrationScreen(FlowScreen):
    """核验通过 with what was seen, 不予通过 with the reason that is told."""

    model, flow = Registration, REGISTRATION
    title, guide = "单位注册核验", "118号 四(二)1"
    lead = "下级单位、主管部门自行注册后在此待核验；核对授权书和登记证书后核验通过，单位账号随即启用。"
    columns = "code name kind superior.name contact submitted_at state"
    labels = {"cautions": "核对提示", "superior.name": "上级单位", "account.username": "用户名"}
    facts = {
        "单位": "code name kind nature region_code superior.name",
        "经办人": "contact telephone account.username submitted_at",
        "核验": "cautions state decided_at basis reason",
    }
    conditions = "name:contains code kind state submitted_at"
    order = "-id"
    sorts = "submitted_at"
    row_verbs = "verify reject"
    empty = "没有单位注册；用人单位和主管部门在登录页“单位注册”自行注册。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.registration_desk, "待本机构核验"))

    def cell_cautions(self, record: Registration) -> str:
        """What the register knows beside what was registered."""
        return "；".join(cautions(asking(g.user), record)) or "—"

    def name_of(self, record: Registration) -> str:
        """The unit."""
        return record.name
