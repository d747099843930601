"""申报材料公示表 of a posting: what has to be publicised of each person (118号 四(二)2), and nothing more."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from models.awards.publicity import Publicity
from models.base import db
from models.declarations.declaration import Declaration, DeclarationMode
from views.awards.posted import page_of
from views.storage.papers import day, pdf
from workflow.declarations import checklist
from workflow.declarations.named import as_filed
from workflow.office.clauses import NOTICE

#: A cell tells so many of the newest rows of a section; the rest is counted, and stands in the 评审表.
MOST_ROWS = 5
COLUMNS = (
    ("序号", 2), ("姓名", 4), ("申报职称（专业）", 7), ("学历学位", 7), ("资历", 7), ("工作业绩", 9), ("论文", 9),
    ("成果、获奖", 9),
    ("服务基层", 6), ("是否破格", 4), ("违纪违规", 5),
)  # fmt: skip
#: What the section 奖惩和违纪违规情况 asks of lapses (the rest of it is no lapse).
LAPSES = ("under_investigation", "coercive_measures", "criminal_penalty", "in_penalty_period")


def case_of(posting: Publicity) -> tuple[str, int]:
    """The number of the posting that its papers carry, and the version of its record."""
    return f"GS{posting.posted_on:%Y}-{posting.id}", posting.version


def posted_pdf(posting: Publicity) -> io.BytesIO:
    """申报材料公示表: what 118号 四(二)2 lists of each person; no identity number, no telephone of a person."""
    people = sorted((item.declaration for item in posting.people), key=lambda d: d.number)
    return pdf(
        "roster",
        {
            "title": "职称申报材料公示表",
            "subtitle": posting.title,
            "number": case_of(posting)[0],
            "paragraphs": [
                f"根据{NOTICE}四（二）2，现将下列人员的职称申报材料（含《专业技术职称评审表》）公示。"
                f"公示期自{day(posting.starts_on)}至{day(posting.ends_on)}（含首尾，不少于 5 个工作日）。"
                f"如有异议，请在公示期内实名向{posting.complaint_department}反映，"
                f"电话 {posting.complaint_telephone}。"
            ],
            "facts": [["公示地点", posting.place], ["公示网页", page_of(posting)], ["人数", str(len(people))]],
            "columns": [{"label": label, "width": width} for label, width in COLUMNS],
            "rows": [[str(n), *_row(d)] for n, d in enumerate(people, 1)],
            "signature": f"{posting.organisation.name if posting.organisation else ''}（盖章）",
            "date": day(posting.posted_on),
        },
        ("PM", *case_of(posting)),
    )


def _row(declaration: Declaration) -> list[str]:
    filed = as_filed(db.session, declaration)
    sections = declaration.content.sections or {}
    told = sections.get("discipline") or {}
    words = str(told.get("statement") or "").strip()
    return [
        declaration.applicant_name,
        f"{filed.title}（{filed.specialty}）" if filed.specialty else filed.title,
        _told(declaration, "education", "education", "degree", "school", "major"),
        _told(declaration, "titles", "name", "obtained_on"),
        _told(declaration, "projects", "name", "role"),
        _told(declaration, "papers", "title", "publisher"),
        "\n".join(
            told
            for told in (
                _told(declaration, "achievements", "name", empty=""),
                _told(declaration, "awards", "name", "grade", "prize", empty=""),
            )
            if told
        )
        or "无",
        _told(declaration, "experience", "service", "service_years", having="service", unit=" 年"),
        DeclarationMode(declaration.mode).label,
        words or ("有，见《评审表》" if any(told.get(key) for key in LAPSES) else "无"),
    ]


def _told(
    declaration: Declaration, section: str, *keys: str, having: str = "", empty: str = "无", unit: str = ""
) -> str:
    """The rows of a section in short, each on its line; behind the last key stands its `unit`."""
    rows: Iterable[dict[str, Any]] = checklist.rows(declaration, section)
    lines = [
        " ".join(str(row[key]) for key in keys if row.get(key)) + (unit if row.get(keys[-1]) else "")
        for row in rows
        if not having or row.get(having)
    ]
    lines = [line for line in lines if line]
    if len(lines) > MOST_ROWS:
        lines = [*lines[:MOST_ROWS], f"等 {len(lines)} 项，见《评审表》"]
    return "\n".join(lines) or empty
