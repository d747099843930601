"""The unit's own desk: 受理 and 真实性审核 before the publicity (118号 四(二)1), 单位推荐上报 after it (附件2
1.1.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, url_for
from sqlalchemy import ColumnElement

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import UNOPENED
from views.declarations.case_desk import CaseDesk
from views.screens.base import Link
from workflow.declarations import desk


class UnitDesk(CaseDesk):
    """What both desks of the unit share: the rows are the unit's own people."""

    columns = "number applicant_name title.name level specialty.name mode state due"
    conditions = "applicant_name number year series level state mode submitted_at"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """Recommended by the actor's own organisation."""
        return Declaration.unit_id == actor.organisation_id

    def links(self, record: Declaration) -> Sequence[Link]:
        """The next thing the unit does with it, beside the papers."""
        found = list(super().links(record))
        if record.state == S.UNIT_REVIEW and g.user.organisation_id == record.unit_id:
            found.append(Link("办理公示", url_for("UnitPublicityScreen.add")))
        return found


class UnitDeskScreen(UnitDesk):
    """单位受理审核."""

    title = "单位受理审核"
    guide = "118号 四(二)1"
    lead = "受理本单位人员的申报，逐项核实真实性并签署《真实性审核责任卡》，然后办理所在单位申报公示。"
    verbs = "accept check receive_paper send_back pass_down recommend stop"
    row_verbs = "accept check"
    bulk = "accept"
    waiting = staticmethod(desk.unit_desk)
    empty = "没有待受理或审核的申报。本单位人员提交后会出现在这里，也可将“办理情况”改为“全部”查询。"


class RecommendScreen(UnitDesk):
    """单位推荐上报."""

    title = "单位推荐上报"
    guide = "附件2 1.1.2"
    lead = "公示期满无异议后，签署测评结果和推荐意见，上报上级单位；事业单位同时登记占用的评审职数。"
    verbs = "recommend stop send_back"
    row_verbs = "recommend"
    waiting = staticmethod(desk.recommend_desk)
    waiting_word = "公示期满待上报"
    empty = "没有公示期满待上报的申报。公示期满的次日起可以上报，也可将“办理情况”改为“全部”查询。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """What has passed the unit's own check; 待受理 is the other desk's."""
        return super().scope(actor) & Declaration.state.not_in(UNOPENED)
