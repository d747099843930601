"""年度批次信息提交 (附件2 1.4.2): all dates of a year, checked against each other before applicants see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import g
from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from models.account import Account
from models.batch import Batch, BatchState
from views.base import FlowScreen, Link
from workflow import batch as batches
from workflow.batch import BATCH
from workflow.unit_of_work import UnitOfWork, asking

DATES = "opens_on closes_on correction_on payment_on audit_on evidence_on paper_from paper_to"


class BatchScreen(FlowScreen):
    """The committee's own batches."""

    route_base = "/batch"
    model, flow = Batch, BATCH
    title = "年度批次信息提交"
    lead = "提交后申报人即可看到本批次并申报；提交截止、补正截止、审核截止、材料有效截止日各为其日（118号 二）。"
    guide = "附件2 1.4.2"
    columns = "year name opens_on closes_on correction_on audit_on evidence_on vote_on state"
    facts: ClassVar[dict[str, str]] = {
        "批次信息": "year name committee.name office way scope",
        "日期": f"{DATES} vote_on",
        "申报规则": "one_per_year quota_factor",
    }
    fields = f"year name {DATES} vote_on one_per_year quota_factor scope"
    conditions = "year name:contains opens_on closes_on state"
    labels: ClassVar[dict[str, str]] = {"committee.name": "评委会"}
    order = "-year -id"
    can_add = can_edit = True
    steps = (("草稿", (BatchState.DRAFT,)), ("已提交", (BatchState.PUBLISHED,)))
    empty = "还没有年度批次。点击【新增】填写申报起止等日期，核对后提交。"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """The actor's committee's own."""
        return Batch.committee_id == actor.committee_id

    def prefill(self) -> dict[str, Any]:
        """This year, and the rules as they usually are."""
        return {"year": asking(g.user).today.year, "one_per_year": True}

    def create(self, uow: UnitOfWork, **values: Any) -> Batch:
        """新增 for one's own committee."""
        return batches.create(uow, receiver=uow.actor.committee, **values)

    def change(self, uow: UnitOfWork, record: Batch, **values: Any) -> Any:
        """编辑 a draft."""
        return batches.amend(uow, record, **values)

    def editable(self, record: Batch) -> str | None:
        """Only a draft."""
        if record.state == BatchState.DRAFT:
            return None
        return _("批次为“%(state)s”，日期已向申报人公布，不能修改；确需调整的请撤销后重新提交（附件2 1.4.2）。", state=BatchState(record.state).label)

    def links(self, record: Batch) -> Sequence[Link]:
        """Nothing to print."""
        return ()


class OfficeBatchScreen(BatchScreen):
    """Batches of 初定 and 认定: by the province, for an accepting organisation."""

    route_base = "/office-batch"
    title = "初定认定批次管理"
    lead = "初定、认定受理机构的批次日期，由省厅配置岗提交。"
    guide = "附件3 1.3"
    columns = "year name office way opens_on closes_on correction_on audit_on evidence_on state"
    fields = f"office year name {DATES} one_per_year scope"
    labels: ClassVar[dict[str, str]] = {"office": "受理机构"}

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Those of accepting organisations."""
        return Batch.office_id.is_not(None)

    def create(self, uow: UnitOfWork, **values: Any) -> Batch:
        """新增 for the chosen organisation."""
        return batches.create(uow, receiver=values.pop("office"), **values)

    def change(self, uow: UnitOfWork, record: Batch, **values: Any) -> Any:
        """编辑 a draft; the organisation stays."""
        values.pop("office", None)
        return super().change(uow, record, **values)
