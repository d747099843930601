"""What figures say of a declaration, taken at its last 提交, with the first day of each stage

Revision ID: 2c7ae94d10f3
Revises: 9e02b7c4d1f8
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2c7ae94d10f3"
down_revision = "9e02b7c4d1f8"
branch_labels = None
depends_on = None

NATURES = ("institution", "state_owned", "private", "foreign", "social", "government", "other")
HMT, FOREIGN = ("hk_macao", "taiwan", "hmt_resident"), ("foreign", "passport")
BANDS = {"博士研究生毕业": 1, "硕士研究生毕业": 2, "研究生班毕业": 2, "大学本科毕业": 3, "大学普通班毕业": 3, "大学专科毕业": 4}
#: Stage, the states that prove it, and what else does.
STAGES = (
    (9, "issued reported", ""),
    (8, "filed", ""),
    (7, "passed result_publicity objected filing", ""),
    (6, "failed", "OR f.voted_on IS NOT NULL OR (f.state = 'revoked' AND f.way = 'review')"),
    (5, "qualified planned in_review", "OR f.plan_id IS NOT NULL"),
    (4, "at_committee", "OR f.reached_committee_at IS NOT NULL"),
    (3, "under_audit revoked", "OR f.position >= 1 OR f.returned_from >= 1"),
    (2, "", "f.posted"),
)
DAYS = ("publicised_on", "audited_on", "committee_on", "qualified_on", "decided_on", "passed_on", "filed_on", "issued_on")
#: Where the papers of old cases tell the day of a stage; what they do not tell is the day of the stage before.
TOLD = (
    "(SELECT min(p.ends_on) FROM publicity p JOIN publicity_item i ON i.publicity_id = p.id WHERE i.declaration_id = d.id"
    " AND p.kind = 'unit' AND p.state = 'closed' AND p.outcome IN ('none', 'untrue'))",
    "(SELECT min(date(s.done_at)) FROM route_step s WHERE s.declaration_id = d.id AND s.position = 0)",
    "date(d.reached_committee_at)",
    "(SELECT min(date(o.given_at)) FROM opinion o WHERE o.declaration_id = d.id AND o.result = 'qualified')",
    "d.voted_on",
    "d.voted_on",
    "d.filed_on",
    "(SELECT min(date(c.issued_at)) FROM certificate c WHERE c.declaration_id = d.id)",
)


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _education(dialect: str) -> str:
    word = {"sqlite": "json_extract(c.sections, e.fullkey || '.education')", "postgresql": "e ->> 'education'"}[dialect]
    rows = {
        "sqlite": "json_each(c.sections, '$.education')",
        "postgresql": "json_array_elements(CASE WHEN json_typeof(c.sections -> 'education') = 'array'"
        " THEN c.sections -> 'education' ELSE '[]' END)",
    }[dialect]
    bands = " ".join(f"WHEN '{said}' THEN {band}" for said, band in BANDS.items())
    return f"(SELECT min(CASE {word} {bands} ELSE 5 END) FROM {rows} AS e WHERE {word} <> '')"  # noqa: S608


def fill(dialect: str) -> str:
    """The rows of what was ever handed in, as they follow from what lies there on the day of the upgrade."""
    natures = " ".join(f"WHEN '{word}' THEN {n}" for n, word in enumerate(NATURES, 1))
    stage = " ".join(
        f"WHEN {f'f.state IN ({_words(tuple(states.split()))}) ' if states else ''}{more} THEN {n}" for n, states, more in STAGES
    )
    told = [f"f.told_{n}" for n in range(2, 10)]
    days = ", ".join(
        f"CASE WHEN f.stage >= {n} THEN coalesce({', '.join([*reversed(told[: n - 1]), 'date(f.submitted_at)'])}) END"
        for n in range(2, 10)
    )
    return f"""
INSERT INTO declaration_profile (declaration_id, taken_at, taken_hash, lane, nature, grassroots, sex, age, origin, education,
    returns, posted, stage, {", ".join(DAYS)})
SELECT f.id, f.submitted_at, f.content_hash, f.lane, f.nature, f.grassroots, f.sex, f.age, f.origin, f.education,
    f.returns, f.posted, f.stage, {days}
FROM (SELECT f.*, CASE {stage} ELSE 1 END AS stage FROM (
    SELECT d.*,
        CASE WHEN substr(d.region_code, 1, 4) = '4300' THEN coalesce((
            SELECT o.kind FROM route_step s JOIN organisation o ON o.id = s.organisation_id
            WHERE s.declaration_id = d.id AND o.kind IN ('enterprise', 'university', 'central') ORDER BY s.position LIMIT 1
        ), '4300') ELSE substr(d.region_code, 1, 4) END AS lane,
        CASE u.nature {natures} ELSE 7 END AS nature, u.grassroots AS grassroots, p.sex AS sex,
        d.year - CAST({"strftime('%Y', p.born_on)" if dialect == "sqlite" else "extract(year FROM p.born_on)"} AS INTEGER) AS age,
        CASE WHEN p.id_kind IN ({_words(HMT)}) THEN 2 WHEN p.id_kind IN ({_words(FOREIGN)}) THEN 3 ELSE 1 END AS origin,
        {_education(dialect)} AS education,
        (SELECT count(*) FROM correction r WHERE r.declaration_id = d.id) AS returns,
        EXISTS (SELECT 1 FROM publicity p JOIN publicity_item i ON i.publicity_id = p.id WHERE i.declaration_id = d.id
            AND p.kind = 'unit' AND p.state = 'closed' AND p.outcome IN ('none', 'untrue')) AS posted,
        {", ".join(f"{day} AS told_{n}" for n, day in enumerate(TOLD, 2))}
    FROM declaration d JOIN organisation u ON u.id = d.unit_id JOIN person p ON p.id = d.person_id
    LEFT JOIN declaration_content c ON c.declaration_id = d.id
    WHERE d.state <> 'draft'
) f) f"""  # noqa: S608


def upgrade() -> None:
    op.create_table(
        "declaration_profile",
        sa.Column("declaration_id", sa.Integer(), autoincrement=False, nullable=False, comment="申报"),
        sa.Column("taken_at", sa.DateTime(), nullable=True, comment="所取提交时间"),
        sa.Column("taken_hash", sa.String(length=64), nullable=True, comment="所取内容摘要"),
        sa.Column("lane", sa.String(length=10), nullable=False, comment="归口"),
        sa.Column("nature", sa.SmallInteger(), nullable=False, comment="提交时单位性质"),
        sa.Column("grassroots", sa.Boolean(), nullable=False, comment="提交时乡镇基层单位"),
        sa.Column("sex", sa.String(length=4), nullable=False, comment="性别"),
        sa.Column("age", sa.SmallInteger(), nullable=True, comment="年末年龄"),
        sa.Column("origin", sa.SmallInteger(), nullable=False, comment="人员来源"),
        sa.Column("education", sa.SmallInteger(), nullable=True, comment="最高学历"),
        sa.Column("returns", sa.SmallInteger(), nullable=False, comment="退回次数"),
        sa.Column("posted", sa.Boolean(), nullable=False, comment="单位公示已通过"),
        sa.Column("stage", sa.SmallInteger(), nullable=False, comment="到达阶段"),
        sa.Column("publicised_on", sa.Date(), nullable=True, comment="首次通过单位公示"),
        sa.Column("audited_on", sa.Date(), nullable=True, comment="首次单位上报"),
        sa.Column("committee_on", sa.Date(), nullable=True, comment="首次到评委会"),
        sa.Column("qualified_on", sa.Date(), nullable=True, comment="首次复核合格"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="首次表决"),
        sa.Column("passed_on", sa.Date(), nullable=True, comment="首次通过"),
        sa.Column("filed_on", sa.Date(), nullable=True, comment="首次备案"),
        sa.Column("issued_on", sa.Date(), nullable=True, comment="首次发证"),
        sa.PrimaryKeyConstraint("declaration_id", name=op.f("pk_declaration_profile")),
    )
    op.execute(sa.text(fill(op.get_bind().dialect.name).replace(":", "\\:")))


def downgrade() -> None:
    op.drop_table("declaration_profile")
