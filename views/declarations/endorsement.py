"""破格推荐: whom one has asked, and who asks oneself (人社厅发〔2022〕60号)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select

from models.declarations.declaration import Declaration
from models.declarations.endorsement import Endorsement
from views.screens.base import FlowScreen
from views.screens.forms import Required, TextField
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import endorsement
from workflow.declarations.endorsement import ENDORSEMENT


class EndorsementScreen(FlowScreen):
    """新增 asks somebody by his certificate; whoever was asked answers with his own account."""

    model, flow = Endorsement, ENDORSEMENT
    title, guide = "破格推荐", ""
    lead = (
        "破格申报须有两名本系列正高级职称人员推荐（人社厅发〔2022〕60号）："
        "申报人凭证书编号和姓名邀请，由推荐人本人答复；推荐人证书早于本系统的，在申报材料中上传其签名的推荐书和证书。"
    )
    columns = "declaration.number declaration.applicant_name person.name asked_at answered_at state"
    labels = {
        "declaration.number": "申报编号",
        "declaration.applicant_name": "申报人",
        "declaration.title.name": "申报职称",
        "person.name": "推荐人",
    }
    facts = {
        "破格推荐": "declaration.number declaration.applicant_name declaration.title.name person.name "
        "certificate_number asked_at answered_at words state"
    }
    conditions = "state"
    fields = "number name"
    extra_fields = {
        "number": TextField("推荐人证书编号", [Required()], max_length=18),
        "name": TextField("推荐人姓名", [Required()], max_length=60),
    }
    order = "-id"
    can_add = True
    add_label = "邀请推荐"
    can_export = False
    row_verbs = "give decline take_back"
    empty = "没有破格推荐；破格申报的申报人在此邀请推荐人，受邀的推荐人在此答复。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """What one has asked for, and what one is asked."""
        own = select(Declaration.id).where(Declaration.person_id == actor.person_id)
        return or_(Endorsement.person_id == actor.person_id, Endorsement.declaration_id.in_(own))

    def name_of(self, record: Endorsement) -> str:
        """Who for whom."""
        return f"{record.person.name} 推荐 {record.declaration.applicant_name}"

    def create(self, uow: UnitOfWork, **values: Any) -> Endorsement:
        """邀请推荐."""
        return endorsement.ask(uow, **values)
