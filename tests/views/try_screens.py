"""Three screens as an engineer would declare them, to try what `views.screens.base` makes of declarations."""

from __future__ import annotations

from models.committees.catalogue import Specialty
from models.committees.committee import CommitteeFee
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.register.organisation import Organisation
from views.screens.base import FlowScreen, Screen, TreeScreen
from workflow.declarations.declaration import DECLARATION


class TryOrganisationScreen(Screen):
    model = Organisation
    title = "机构试用"
    lead = "用人单位和审核机构。"
    guide = "附件3 1.3"
    columns = "name code kind nature region_code superior grassroots"
    facts = {"基本信息": "name code kind nature region_code superior", "联系": "contact telephone active"}
    fields = "name code kind nature region_code superior grassroots contact"
    conditions = "name kind superior region_code grassroots code:contains"
    sorts = "name code"
    can_add = can_edit = can_delete = True


class TryDeskScreen(FlowScreen):
    model = Declaration
    flow = DECLARATION
    title = "申报试用"
    columns = "number applicant_name unit title state submitted_at person.id_number"
    facts = {
        "申报信息": "number applicant_name unit.name unit.nature title state",
        "证件": "person.id_number person.phone",
    }
    conditions = "number state year submitted_at unit unit.name person.id_number"
    deadline = "due_on"
    steps = (("提交", {S.SUBMITTED}), ("单位", {S.UNIT_REVIEW, S.UNIT_PUBLICITY}), ("审核", {S.UNDER_AUDIT}))
    bulk = "accept"
    row_verbs = "accept send_back"


class TrySpecialtyScreen(TreeScreen):
    model = Specialty
    title = "专业试用"
    guide = "附件3 1.1"
    columns = "code name"
    fields = "code name effective_from retired_from"

    def below(self, parent):
        return {"series": parent.series}


class TryFeeScreen(Screen):
    model = CommitteeFee
    title = "收费试用"
    columns = "item amount"
    fields = "committee item amount"
    can_add = True
