"""Letters of an office to one applicant: what is to be mended, that his year has ended, when he is interviewed."""

from __future__ import annotations

import io
from datetime import date

from sqlalchemy import func, select

from models.awards.appeal import Appeal, Remedy
from models.base import db
from models.declarations.declaration import Correction, Declaration
from models.declarations.opinion import Opinion, OpinionResult
from models.declarations.profile import Profile
from models.review.session import InterviewSlot
from views.storage.papers import day, pdf
from workflow.cases.ladder import telephone_at
from workflow.declarations.term import appeal_by, told_on
from workflow.office.clauses import NOTICE, in_full

#: Opinions that end a declaration.
ENDING = (OpinionResult.STOPPED, OpinionResult.DISQUALIFIED)


def correction_pdf(correction: Correction, declaration: Declaration) -> io.BytesIO:
    """一次性补正告知书 (118号 四(三))."""
    return pdf(
        "notice",
        {
            "title": "一次性补正告知书",
            "organisation": correction.organisation_name,
            "addressee": f"{declaration.applicant_name}同志",
            "number": f"{declaration.number}-补正{_ordinal(correction)}",
            "paragraphs": [
                f"您申报的{declaration.title.name}职称（申报编号 {declaration.number}），经审核，"
                f"现根据{NOTICE}四（三），一次性告知需要补齐补正的全部内容："
            ],
            "items": [
                _sentence(item["text"] + (f"（补齐要求：{item['fits']}）" if item.get("fits") else ""))
                for item in correction.items
            ],
            "closing": _closing(correction),
            "signature": f"{correction.organisation_name}（盖章）",
            "date": day(correction.issued_at),
            "contact": _contact(telephone_at(declaration, correction.position)),
        },
        ("CO", f"{declaration.number}-{correction.id}", declaration.version),
    )


def _closing(correction: Correction) -> str:
    """Until when: told once the case is in the applicant's hands, since his days begin there."""
    if correction.due_on is None:
        return "材料退到您本人之日起算补正期限，另行通知；逾期未补正的视为放弃本年度申报。"
    return f"请于 {day(correction.due_on)}前补正并重新提交，逾期未补正的视为放弃本年度申报。"


def termination_pdf(declaration: Declaration) -> io.BytesIO:
    """终止评审告知书 (118号 四(四)); after a vote, 评审结果告知书 (118号 五(四))."""
    voted = declaration.voted_on is not None
    office, position = _ended_by(declaration)
    asked = f"您申报的{declaration.title.name}职称（申报编号 {declaration.number}）"
    said = (
        f"{asked}，经 {day(declaration.voted_on)}召开的评审会议无记名投票表决，未获通过，原因如下："
        if voted
        else f"{asked}，当年度申报参评终止，原因如下："
    )
    ruled = (
        f"根据{NOTICE}五（四），未获通过的参评人员当年度不得进行复评；符合条件的，可在以后年度重新申报。"
        if voted
        else f"现根据{NOTICE}四，将上述情况告知您；符合条件的，可在以后年度重新申报。"
    )
    return pdf(
        "notice",
        {
            "title": "评审结果告知书" if voted else "终止评审告知书",
            "organisation": office,
            "addressee": f"{declaration.applicant_name}同志",
            "number": declaration.number,
            "paragraphs": [said, _sentence(declaration.result_reason), ruled],
            "closing": _contested(declaration, office),
            "signature": f"{office}（盖章）",
            "date": day(declaration.voted_on if voted else _ended_on(declaration)),
            "contact": _contact(telephone_at(declaration, position)),
        },
        ("TE", declaration.number, declaration.version),
    )


def _contested(declaration: Declaration, office: str) -> str:
    """That, where and until when he may ask for 复查 (令40号 第二十六条)."""
    told = told_on(db.session, declaration)
    last = appeal_by(db.session, told) if told else None
    until = f"于 {day(last)}前" if last else ""
    where = f"请{until}登录系统在“申请复查”中提出"
    return in_full(f"如对上述结果不服，可向{office}申请复查（令40号 第二十六条）；{where}。")


def _ended_by(declaration: Declaration) -> tuple[str, int]:
    """(name, position) of who ended it: who voted, whose opinion it was, or who told what was not mended."""
    if declaration.voted_on is None:
        said = db.session.scalar(
            select(Opinion)
            .where(Opinion.declaration_id == declaration.id, Opinion.result.in_(ENDING))
            .order_by(Opinion.id.desc())
            .limit(1)
        )
        if said is not None:
            return said.office_name, said.position
        asked = db.session.scalar(
            select(Correction)
            .where(Correction.declaration_id == declaration.id, Correction.answered_at.is_(None))
            .order_by(Correction.id.desc())
            .limit(1)
        )
        if asked is not None:
            return asked.organisation_name, asked.position
    last = max((stop.position for stop in declaration.route), default=0) + 1
    if declaration.committee:
        return declaration.committee.name, last
    return declaration.unit.name, 0


def _ended_on(declaration: Declaration) -> date | None:
    profile = db.session.get(Profile, declaration.id)
    return profile.ended_on if profile else None


def appeal_pdf(appeal: Appeal) -> io.BytesIO:
    """复查结果告知书 (令40号 第二十六条): what was found, what follows, the answer."""
    declaration = appeal.declaration
    last = max((stop.position for stop in declaration.route), default=0) + 1
    found = "原办理程序有误" if appeal.flawed else "原办理程序符合规定，维持原结果"
    follows = f"后续处理：{Remedy(appeal.remedy).label}。" if appeal.remedy else ""
    return pdf(
        "notice",
        {
            "title": "复查结果告知书",
            "organisation": appeal.office_name,
            "addressee": f"{declaration.applicant_name}同志",
            "number": f"{declaration.number}-复查{appeal.id}",
            "paragraphs": [
                f"您于 {day(appeal.applied_at)}对申报的{declaration.title.name}职称（申报编号 {declaration.number}）的"
                f"结果申请复查。根据《职称评审管理暂行规定》（人社部令第40号）第二十六条，经核查，{found}。{follows}",
                appeal.answer,
                f"投票表决的结果不因复查改变；根据{NOTICE}五（四），对未获通过的参评人员当年度不得进行复评。"
                if declaration.voted_on
                else "",
            ],
            "closing": "",
            "signature": f"{appeal.office_name}（盖章）",
            "date": day(appeal.answered_on),
            "contact": _contact(telephone_at(declaration, last)),
        },
        ("AP", f"{declaration.number}-{appeal.id}", appeal.version),
    )


def interview_notice_pdf(slot: InterviewSlot) -> io.BytesIO:
    """面试通知书 of one candidate (附件2 1.2.4)."""
    declaration = slot.declaration
    body = declaration.committee.name if declaration.committee else ""
    last = max((stop.position for stop in declaration.route), default=0) + 1
    return pdf(
        "notice",
        {
            "title": "面试答辩通知书",
            "organisation": body,
            "addressee": f"{declaration.applicant_name}同志",
            "number": f"{declaration.number}-面试",
            "paragraphs": [
                f"您申报的{declaration.title.name}职称（申报编号 {declaration.number}）已进入评审。"
                f"根据{NOTICE}五（四），现将面试答辩有关事项通知如下："
            ],
            "facts": [
                ["面试时间", f"{day(slot.starts_at)} {slot.starts_at:%H:%M}"],
                ["面试地点", slot.place],
                ["分组顺序", f"{slot.group_name} 第 {slot.sequence} 位"],
            ],
            "closing": "请携带本人有效证件，提前 30 分钟到场，服从现场管理；无故不参加的，按面试缺席处理。",
            "signature": f"{body}（盖章）",
            "date": day(slot.notified_at),
            "contact": _contact(telephone_at(declaration, last)),
        },
    )


def _ordinal(correction: Correction) -> int:
    """The how-manieth letter to its case this is."""
    before = select(func.count()).where(
        Correction.declaration_id == correction.declaration_id, Correction.id <= correction.id
    )
    return db.session.scalar(before) or 1


def _sentence(text: str) -> str:
    """What an office has written, as it stands in a letter: what it cites named in full, and closed."""
    told = in_full(text.strip())
    return told if not told or told[-1] in "。！？；：…" else f"{told}。"


def _contact(telephone: str) -> str:
    return f"联系电话：{telephone}" if telephone else ""
