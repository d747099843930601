"""异议 (118号 四(二)2、五(四)、六(二)): registered while a posting runs or afterwards, investigated, answered."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from flask import g, request

from models.awards.publicity import Objection, ObjectionState
from models.base import db
from models.declarations.declaration import Declaration
from views.screens.base import FlowScreen
from views.screens.columns import badge
from views.screens.forms import AreaField, RemoteSelectField, Required, TextField, TickField
from views.screens.further_condition import desk_condition
from views.screens.lookup import is_key
from workflow.awards import objection as objections
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk


class ObjectionScreen(FlowScreen):
    """Who complained is seen only here, and by nobody it is about."""

    model, flow = Objection, objections.OBJECTION
    title, guide = "异议核查", "118号 六(二)"
    lead = "公示期间收到的异议先登记、再核查、后答复；查证属实的不予报送或终止，办结前不能上报和备案。"
    columns = "registered_at declaration.number declaration.applicant_name declaration.unit.name named state upheld"
    facts: ClassVar[dict[str, str]] = {
        "异议": "declaration.number declaration.applicant_name declaration.unit.name declaration.title.name "
        "standing registered_at answer_by text",
        "反映人": "named informant telephone",
        "核查与答复": "upheld finding answer",
    }
    conditions = "declaration.applicant_name declaration.number state registered_at"
    fields = "declaration text named informant telephone"
    labels: ClassVar[dict[str, str]] = {
        "declaration.number": "申报编号",
        "declaration.applicant_name": "涉及人员",
        "declaration.unit.name": "所在单位",
        "declaration.title.name": "申报职称",
        "standing": "申报状态",
        "declaration": "涉及的申报",
        "upheld": "是否属实",
        "answer_by": "答复期限",
    }
    extra_fields: ClassVar[dict[str, Any]] = {
        "declaration": RemoteSelectField(
            "涉及的申报", [Required()], lookup="Declaration", description="输入申报编号或姓名后选择"
        ),
        "text": AreaField(
            "异议内容", [Required()], max_length=4000, description="写明时间、事实和线索；不要填写证件号码"
        ),
        "named": TickField("实名反映", default=True),
        "informant": TextField("反映人", max_length=60, description="实名的必填；只有受理核查和监督部门可以看到"),
        "telephone": TextField("联系方式", max_length=60),
    }
    can_add = True
    add_label = "异议登记"
    row_verbs = "investigate uphold dismiss reply"
    empty = "没有异议。公示期间收到异议的，点击“异议登记”。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.objection_desk))

    def cell_standing(self, objection: Objection) -> Any:
        """Where the declaration stands."""
        column = Declaration.__mapper__.columns["state"].info["enum"]
        state = column(objection.declaration.state)
        return badge(state.label, state.tone)

    def cell_answer_by(self, objection: Objection) -> str:
        """The last day for the answer, where the calendar of its year is set."""
        day = self._answer_by(objection)
        return f"{day:%Y-%m-%d}" if day else "—"

    def due_day(self, record: Objection) -> date | None:
        """The last day for the answer; none once it is given."""
        return None if record.state == ObjectionState.ANSWERED else self._answer_by(record)

    @staticmethod
    def _answer_by(objection: Objection) -> date | None:
        try:
            return objections.answer_by(db.session, objection)
        except Refused:
            return None

    def name_of(self, record: Objection) -> str:
        """Whom it is about, and when it came."""
        return f"对{record.declaration.applicant_name}的异议（{record.registered_at:%Y-%m-%d}）"

    def prefill(self) -> dict[str, Any]:
        """The declaration from whose posting one came."""
        key = request.args.get("declaration", "")
        found = policy.find(db.session, g.user, Declaration, int(key)) if is_key(key) else None
        return {"declaration": found, "named": True}

    def create(self, uow: UnitOfWork, **values: Any) -> Objection:
        """异议登记."""
        declaration = uow.session.get_one(Declaration, values.pop("declaration").id)
        return objections.register_objection(
            uow, declaration, **{name: value if value is not None else "" for name, value in values.items()}
        )
