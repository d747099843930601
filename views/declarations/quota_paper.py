"""评审职数申报专业备案表: a unit's quota of one year, specialty by specialty, with its people whose paper has come."""

from __future__ import annotations

import io

from flask import g
from sqlalchemy import func, select

from models.base import db
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.quota import Quota, QuotaKind
from views.storage.papers import pdf
from workflow.base import policy

SENIOR = (TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR)
SIGNED = ["填报人", "联系电话", "复核人", "批准人"]


def quota_table_pdf(record: Quota) -> io.BytesIO:
    """The form of the record's unit and year: that of 高级 with 正高 and 副高 side by side, or that of its level."""
    levels = SENIOR if record.level in SENIOR else (TitleLevel(record.level),)
    asked = (
        policy.visible(g.user, Quota)
        .where(Quota.unit_id == record.unit_id, Quota.year == record.year, Quota.level.in_(levels))
        .order_by(Quota.id)
    )
    rows = list(db.session.scalars(asked))
    by_specialty: dict[str, dict[str, list[Quota]]] = {}
    for row in rows:
        name = row.specialty.name if row.specialty else "不限专业"
        by_specialty.setdefault(name, {}).setdefault(row.level, []).append(row)
    name = "高级" if len(levels) > 1 else levels[0].label
    heads = [f"{what}（{level.label}）" if len(levels) > 1 else what for what in _WHAT for level in levels]
    return pdf(
        "roster",
        {
            "title": f"{record.year} 年度{name}职称评审职数申报专业备案表",
            "number": f"ZS{record.year}-{record.unit_id}",
            "facts": [["申报单位（盖章）", record.unit.name], ["填报日期", "　　年　　月　　日"]],
            "columns": ["申报专业", *heads],
            "rows": [
                *([specialty, *_line(held, levels)] for specialty, held in by_specialty.items()),
                ["合计", *_line(_together(rows), levels)],
            ],
            "footer_facts": [["说明", "一式两份；“实际交材料数”为已登记收到纸质材料的人数"]],
            "signatures": SIGNED,
        },
        ("QF", f"ZS{record.year}-{record.unit_id}-{levels[0].value.replace('_', '-')}", sum(r.version for r in rows)),
    )


_WHAT = ("核准评审职数", "申报评审职数", "评审职数类别", "实际交材料数")


def _together(rows: list[Quota]) -> dict[str, list[Quota]]:
    found: dict[str, list[Quota]] = {}
    for row in rows:
        found.setdefault(row.level, []).append(row)
    return found


def _line(held: dict[str, list[Quota]], levels: tuple[TitleLevel, ...]) -> list[str]:
    """The four things, each for every level; 无 where there is no quota of it."""
    of = [held.get(level, []) for level in levels]
    return [
        *(str(sum(q.approved for q in rows)) if rows else "无" for rows in of),
        *(str(sum(q.requested for q in rows)) if rows else "无" for rows in of),
        *("、".join(dict.fromkeys(QuotaKind(q.kind).label for q in rows)) or "无" for rows in of),
        *(str(_come(rows)) if rows else "无" for rows in of),
    ]


def _come(rows: list[Quota]) -> int:
    """Whose paper has come, of those who take a place of these rows."""
    first = rows[0]
    come = select(func.count(Declaration.id)).where(
        Declaration.unit_id == first.unit_id,
        Declaration.year == first.year,
        Declaration.level == first.level,
        Declaration.needs_quota,
        Declaration.paper_received_on.is_not(None),
    )
    if all(row.specialty_id for row in rows):
        come = come.where(Declaration.specialty_id.in_([row.specialty_id for row in rows]))
    return db.session.scalar(come) or 0
