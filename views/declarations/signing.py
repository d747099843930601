"""负责人签署 (118号 四(二)3、四(三)、四(四)): what the 经办人 has written waits here for the 负责人 of the office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import url_for

from models.declarations.declaration import Declaration
from models.declarations.signing import Signing, SigningVerb
from views.screens.base import FlowScreen
from views.screens.further_condition import desk_condition
from views.screens.moment import of_request
from views.screens.screen import Link, Panel
from workflow.base.flow import Ask
from workflow.declarations import desk, quota_need
from workflow.declarations.declaration import DECLARATION, NOT_YET, SAME_OR_NOT
from workflow.declarations.signing import SIGNING


class SigningScreen(FlowScreen):
    """确认签署 for one or for many, 退回经办人 with the reason; the 经办人 takes it back or asks another."""

    model, flow = Signing, SIGNING
    title, guide = "负责人签署", "118号 四(二)3"
    lead = (
        "经办人填写的推荐、审核、复核意见，由负责人在本人账号确认后才生效，两人姓名记入《评审表》；"
        "可勾选多件一并确认，不同意的退回经办人。"
    )
    columns = (
        "declaration.number declaration.applicant_name declaration.unit.name verb words handler_name head_name sent_at "
        "state"
    )
    labels: ClassVar[dict[str, str]] = {
        "declaration.number": "申报编号",
        "declaration.applicant_name": "申报人",
        "declaration.unit.name": "所在单位",
        "declaration.title.name": "申报职称",
        "words": "经办人意见",
    }
    facts: ClassVar[dict[str, str]] = {
        "申报": "declaration.number declaration.applicant_name declaration.unit.name declaration.title.name",
        "送签": "verb handler_name sent_at head_name state decided_at reason",
    }
    conditions = "verb state handler_name head_name sent_at"
    order = "-id"
    sorts = "sent_at"
    verbs = "confirm give_back redirect withdraw"
    bulk = "confirm withdraw redirect"
    row_verbs = "confirm give_back"
    can_export = False
    empty = "没有送签的意见。经办人办理推荐上报、审核通过、复核后，在此等待负责人签署。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.signing_desk, "待我签署"))

    def name_of(self, record: Signing) -> str:
        """Who, and what is signed."""
        return f"{record.declaration.applicant_name} · {SigningVerb(record.verb).label}"

    def links(self, record: Signing) -> Sequence[Link]:
        """What he signs for: the declaration as it lies on the desk of the office."""
        return [Link("查看申报", url_for("RecordView.open", kind="declaration", key=record.declaration_id))]

    def panels(self, record: Signing) -> Sequence[Panel]:
        """Everything that the 经办人 has answered, in the words in which he was asked."""
        asked = {ask.name: ask for ask in DECLARATION[record.verb].asks}
        rows = [
            (asked[name].label, _said(asked[name], value, record.declaration))
            for name, value in record.answers.items()
            if name in asked and value not in (None, "")
        ]
        return [Panel("经办人填写的内容", head=("项目", "内容"), rows=rows)]


def _said(ask: Ask, value: Any, declaration: Declaration) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if ask.kind != "choice":
        return str(value)
    offered = dict((*SAME_OR_NOT, NOT_YET, *quota_need.POSTS)) | dict(ask.options(of_request(), declaration))
    return str(offered.get(value, value))
