"""职称申报人员资格复核 (附件2 1.2.1): the committee's office decides who enters the base of the ratio (118号
四(四))."""

from __future__ import annotations

from typing import ClassVar

from views.declarations.case_desk import CaseDesk
from workflow.declarations import desk


class RecheckScreen(CaseDesk):
    """审核通过, 审核不通过 (terminated for the year) or 退回补正."""

    title = "职称申报人员资格复核"
    guide = "附件2 1.2.1"
    lead = "组建单位对材料的完整性、真实性和合规性负责；复核不合格的终止当年度申报并及时告知本人。"
    columns = "number applicant_name unit.name title.name specialty.name mode state due"
    watches = True
    verbs = "qualify receive_paper disqualify send_back hand_down lapse"
    row_verbs = "qualify disqualify send_back"
    words: ClassVar[dict[str, str]] = {"qualify": "审核通过", "disqualify": "审核不通过", "send_back": "退回补正"}
    waiting = staticmethod(desk.recheck_desk)
    waiting_word = "待复核"
    empty = "没有待复核的申报。逐级审核通过后会到达这里，也可将“办理情况”改为“全部”查询。"
