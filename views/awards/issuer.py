"""发证单位编码配置 (附件3 1.9)."""

from __future__ import annotations

from typing import Any

from models.awards.certificate import Issuer
from views.screens.base import FlowScreen
from views.screens.forms import TextField
from workflow.awards.issuer import ISSUER, create_issuer
from workflow.base.unit_of_work import UnitOfWork


class IssuerScreen(FlowScreen):
    """查询, 新增, 注销 with a reason, 导出; a code is never edited and never given again."""

    model, flow = Issuer, ISSUER
    title, guide = "发证单位编码配置", "附件3 1.9"
    lead = "证书编号第 7–14 位。录入单位名称后回车查询；人社部门的编码由行政区划得出，可不填。"
    columns = "code organisation.name organisation.code state reason"
    labels = {"organisation.name": "发证单位", "organisation.code": "统一信用代码"}
    conditions = "organisation code state"
    fields = "organisation code"
    extra_fields = {
        "code": TextField(
            "发证单位编码",
            max_length=8,
            description="8 位数字；人社部门不填则按行政区划生成：省厅 00000000，长沙市 01000000",
        )
    }
    order = "code"
    can_add = True
    row_verbs = "cancel"
    empty = "没有符合条件的发证单位；请修改查询条件，或新增发证单位编码。"

    def create(self, uow: UnitOfWork, **values: Any) -> Issuer:
        """新增: the verb checks the code."""
        return create_issuer(uow, organisation=values["organisation"], code=values["code"] or "")
