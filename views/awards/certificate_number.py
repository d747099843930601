"""证书编号生成 (附件3 1.16): the library of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect

from models.awards.certificate import CertificateNumber, NumberState
from views.screens.base import FlowScreen
from views.screens.forms import NumberField, Required
from workflow.awards import certificate_number
from workflow.awards.certificate_number import NUMBER
from workflow.base.unit_of_work import UnitOfWork


class CertificateNumberScreen(FlowScreen):
    """查询 of the library, 生成证号 from 开始序号 to 结束序号, 作废 of free ones."""

    model, flow = CertificateNumber, NUMBER
    title, guide = "证书编号生成", "附件3 1.16"
    lead = "同一年度、系列、等级、取得方式和发证单位的编号连续生成、依次发放，不断号、不重号。"
    columns = "number year series.name grade way_digit issuer.organisation.name serial state"
    labels = {
        "issuer.organisation.name": "发证单位",
        "series.name": "职称系列",
        "issuer": "发证单位",
        "series": "职称系列",
    }
    conditions = "number year series grade way_digit issuer state"
    fields = "year series grade way_digit issuer first last"
    extra_fields = {
        "first": NumberField("开始序号", least=1, most=9999, description="不填则接着上次生成的末号"),
        "last": NumberField(
            "结束序号", [Required()], least=1, most=9999, description="1 至 9999；超出序号空间的不生成任何编号"
        ),
    }
    order = "-id"
    can_add = True
    add_label = "生成证号"
    verbs = bulk = "void"
    empty = "没有符合条件的证书编号；请修改查询条件，或生成证号。"

    def create(self, uow: UnitOfWork, **values: Any) -> Sequence[CertificateNumber]:
        """生成证号: all or none."""
        if values["first"] is None:
            key = {name: values[name] for name in ("grade", "series", "year", "way_digit", "issuer")}
            prefix = certificate_number.prefix_of(uow.session, **key)
            values["first"] = certificate_number.next_serial(uow.session, prefix)
        return certificate_number.generate(uow, **values)

    def after_add(self, record: Any) -> Any:
        """How many were made, and the list of them."""
        made: Sequence[CertificateNumber] = record
        flash(f"已生成 {len(made)} 个证书编号：{made[0].number} 至 {made[-1].number}。", "ok")
        return redirect(self.address("list", number=made[0].prefix, state=NumberState.FREE.value))
