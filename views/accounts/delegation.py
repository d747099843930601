"""委托办理 (118号 四(二)3): the 负责人 names who signs for him while he is away; both may end it."""

from __future__ import annotations

from typing import Any

from models.accounts.delegation import Delegation
from views.screens.base import FlowScreen, badge
from views.screens.forms import AreaField, ChoiceField, DateField, Required
from views.screens.moment import of_request
from workflow.accounts import delegation
from workflow.accounts.delegation import DELEGATION
from workflow.base.unit_of_work import UnitOfWork


class DelegationScreen(FlowScreen):
    """新增委托 by a 负责人; 终止委托 by him or by his colleague; the whole office sees who signs for whom."""

    model, flow = Delegation, DELEGATION
    title, guide = "委托办理", "118号 四(二)3"
    lead = (
        "负责人外出期间，可委托本机构同一岗位角色的同事代为签署，到期自动结束、可随时终止；"
        "代签记为受托人办理并注明受谁委托，经办人不能代签自己经办的意见，评委的打分和投票不得委托。"
    )
    columns = "principal_name delegate_name from_on until_on reason standing"
    labels = {"standing": "状态"}
    facts = {
        "委托": "principal_name delegate_name from_on until_on reason made_at standing",
        "终止": "ended_at ended_by end_reason",
    }
    conditions = "principal_name delegate_name from_on until_on state"
    fields = "delegate from_on until_on reason"
    extra_fields = {
        "delegate": ChoiceField(
            "受托人",
            [Required()],
            offers=lambda: delegation.offered(of_request()),
            description="本机构同一岗位角色的在用账号",
        ),
        "from_on": DateField("开始日期", [Required()]),
        "until_on": DateField(
            "截止日期", [Required()], description="当日仍可代签，次日自动结束；最长天数见规则参数“委托办理最长天数”"
        ),
        "reason": AreaField("委托原因", [Required()], max_length=200, description="如“出差”“年休假”"),
    }
    can_add = True
    add_label = "新增委托"
    can_export = False
    row_verbs = "end"
    empty = "没有委托。负责人外出前在此委托同事代为签署；经办的事项由本机构经办人共同办理，无需委托。"

    def cell_standing(self, record: Delegation) -> Any:
        """The state today: begun and over by its days."""
        return badge(*delegation.standing(of_request(), record))

    badge_of = cell_standing

    def name_of(self, record: Delegation) -> str:
        """Who for whom."""
        return repr(record)

    def prefill(self) -> dict[str, Any]:
        """From today on."""
        return {"from_on": of_request().today}

    def create(self, uow: UnitOfWork, **values: Any) -> Delegation:
        """新增委托."""
        return delegation.give(uow, **values)
