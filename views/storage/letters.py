"""Letters of an office to one applicant: what is to be mended, that his year has ended, when he is interviewed."""

from __future__ import annotations

import io

from models.declarations.declaration import Correction, Declaration
from models.review.session import InterviewSlot
from views.storage.papers import pdf


def correction_pdf(correction: Correction, declaration: Declaration) -> io.BytesIO:
    """一次性补正告知书 (118号 四(三))."""
    return pdf(
        "notice",
        {
            "title": "一次性补正告知书",
            "organisation": correction.organisation_name,
            "addressee": declaration.applicant_name,
            "number": f"{declaration.number}-{correction.id}",
            "paragraphs": [
                f"你申报的{declaration.title.name}职称（申报编号 {declaration.number}），经审核，"
                "需要补齐补正以下全部内容："
            ],
            "items": [
                item["text"] + (f"（补齐要求：{item['fits']}）" if item.get("fits") else "")
                for item in correction.items
            ],
            "closing": _closing(correction),
            "signature": correction.organisation_name,
            "date": f"{correction.issued_at:%Y年%-m月%-d日}",
        },
        ("CO", f"{declaration.number}-{correction.id}", declaration.version),
    )


def _closing(correction: Correction) -> str:
    """Until when: told once the case is in the applicant's hands, since his days begin there."""
    if correction.due_on is None:
        return "材料退到你本人之日起算补正期限，另行通知；逾期未补正的视为放弃本年度申报。"
    return f"请于 {correction.due_on} 前补正并重新提交，逾期未补正的视为放弃本年度申报。"


def termination_pdf(declaration: Declaration) -> io.BytesIO:
    """终止评审告知书 (118号 四(四))."""
    return pdf(
        "notice",
        {
            "title": "终止评审告知书",
            "organisation": declaration.committee.name if declaration.committee else declaration.unit.name,
            "addressee": declaration.applicant_name,
            "number": declaration.number,
            "paragraphs": [
                f"你申报的{declaration.title.name}职称（申报编号 {declaration.number}）当年度申报参评终止，原因如下：",
                declaration.result_reason,
            ],
            "closing": "如对办理程序有异议，可向受理机构申请复查。",
        },
        ("TE", declaration.number, declaration.version),
    )


def interview_notice_pdf(slot: InterviewSlot) -> io.BytesIO:
    """面试通知书 of one candidate (附件2 1.2.4)."""
    declaration = slot.declaration
    body = declaration.committee.name if declaration.committee else ""
    return pdf(
        "notice",
        {
            "title": "面试答辩通知书",
            "organisation": body,
            "addressee": declaration.applicant_name,
            "number": f"{declaration.number}-面试",
            "paragraphs": [
                f"你申报的{declaration.title.name}职称（申报编号 {declaration.number}）已进入评审，"
                "现将面试答辩有关事项通知如下："
            ],
            "facts": [
                ["面试时间", f"{slot.starts_at:%Y年%-m月%-d日 %H:%M}"],
                ["面试地点", slot.place],
                ["分组顺序", f"{slot.group_name} 第 {slot.sequence} 位"],
            ],
            "closing": "请携带本人有效证件，提前 30 分钟到场，服从现场管理；无故不参加的，按面试缺席处理。",
            "signature": body,
            "date": f"{slot.notified_at:%Y年%-m月%-d日}" if slot.notified_at else "",
        },
    )
