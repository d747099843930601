"""形式审查 level by level: 上级单位审核 of bureaus (附件2 1.1.3), 资格审核 of HRSS departments (附件3 1.12)."""

from __future__ import annotations

from typing import ClassVar

from views.declarations.case_desk import CaseDesk
from workflow.declarations import desk


class AuditDesk(CaseDesk):
    """What the auditing levels share: the rows are what has reached the organisation."""

    columns = "number applicant_name unit.name title.name level state next_office due"
    watches = True
    verbs = "approve receive_paper send_back pass_down hand_down lapse"
    row_verbs = "approve send_back pass_down"
    bulk = "approve"
    waiting = staticmethod(desk.audit_desk)
    empty = "没有待审核的申报。下级机构上报后会出现在这里，也可将“办理情况”改为“全部”查询。"


class SuperiorAuditScreen(AuditDesk):
    """上级单位审核."""

    title = "上级单位审核"
    guide = "附件2 1.1.3"
    lead = "形式审查：核查公示，比对线上线下材料；缺少的内容一次性全部告知。"
    words: ClassVar[dict[str, str]] = {"send_back": "审核不通过"}


class AuditScreen(AuditDesk):
    """职称申报人员资格审核."""

    title = "职称申报人员资格审核"
    guide = "附件3 1.12"
    lead = "审核通过后推送上级审核单位或评委会；本机构为最终机构的，申报信息生效。材料不齐的一次性告知并退回。"
    verbs = "approve receive_paper send_back pass_down hand_down lapse terminate enter_document cancel_filing"
