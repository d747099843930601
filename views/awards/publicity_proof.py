"""公示证明: what a unit certifies of its posting, as paper (118号 四(二)3)."""

from __future__ import annotations

import io

from sqlalchemy import func, select

from models.awards.publicity import Objection, Publicity, PublicityState
from models.base import db
from models.committees.catalogue import TitleLevel
from views.awards.posted import page_of
from views.awards.publicity_material import case_of
from views.storage.papers import day, pdf
from workflow.office.clauses import NOTICE

RESULTS = {
    "none": "公示期间未收到异议。",
    "untrue": "公示期间收到异议，经查证不属实。",
    "true": "公示期间收到异议，经查证属实。",
}


def proof_pdf(posting: Publicity) -> io.BytesIO:
    """The paper; before the posting is closed it says across the page that it is not."""
    count = db.session.scalar(select(func.count()).where(Objection.publicity_id == posting.id)) or 0
    closed = posting.state == PublicityState.CLOSED
    unit = posting.organisation.name if posting.organisation else ""
    people = [item.declaration for item in posting.people]
    return pdf(
        "publicity_proof",
        {
            "title": "公示证明",
            "organisation": unit,
            "paragraphs": [
                f"兹证明：根据{NOTICE}四（二）2，{unit}于{day(posting.starts_on)}至{day(posting.ends_on)}"
                f"在{posting.place}对下列 {len(people)} 名同志的职称申报材料和《专业技术职称评审表》进行了公示，"
                "公示期不少于 5 个工作日。",
                RESULTS.get(posting.outcome, "公示结果尚未登记。"),
            ],
            "people": [
                [str(n), d.applicant_name, f"{TitleLevel(d.level).label} {d.title.name}", d.specialty.name]
                if d.specialty
                else [str(n), d.applicant_name, f"{TitleLevel(d.level).label} {d.title.name}", "无"]
                for n, d in enumerate(people, 1)
            ],
            "facts": [
                ["公示内容", "、".join(posting.contents)],
                ["收到异议", f"{count} 件" if count else "无"],
                ["公示网页", page_of(posting)],
                ["投诉受理部门", f"{posting.complaint_department} {posting.complaint_telephone}"],
            ],
            "handler": posting.handler,
            "head": posting.head,
            "number": case_of(posting)[0],
            "watermark": "" if closed else "公示未办结",
        },
        ("PC", *case_of(posting)),
    )
