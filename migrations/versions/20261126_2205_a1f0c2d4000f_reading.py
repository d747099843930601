"""Lists find their keys in `reading`; a feed tells what has changed

Revision ID: a1f0c2d4000f
Revises: a1f0c2d4000d
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a1f0c2d4000f"
down_revision = "a1f0c2d4000d"
branch_labels = None
depends_on = None

STATES = (
    "draft", "submitted", "unit_review", "unit_publicity", "under_audit", "at_committee", "qualified", "planned", "in_review", "passed",
    "failed", "result_publicity", "objected", "filing", "filed", "issued", "reported", "returned", "terminated", "withdrawn", "revoked",
)  # fmt: skip
LEVELS = ("full_senior", "associate_senior", "intermediate", "assistant", "technician")
WAYS = ("initial", "recognition", "review")
MODES = ("normal", "exceptional", "transfer", "green", "entrusted")
#: Index, its columns (behind the key further ones answer conditions), where it holds.
INDEXES = {
    "lies": ("reader lies sent declaration_id year state series_id level", "lies > 0"),
    "state": ("reader state sent declaration_id", ""),
    "year": ("reader year sent declaration_id", ""),
    "series": ("reader series_id level sent declaration_id", ""),
    "kind": ("reader way mode paper level sent declaration_id year state series_id", ""),
    "region": ("reader region_code sent declaration_id year state series_id level", ""),
    "unit": ("reader unit_id sent declaration_id", ""),
    "name": ("reader name -sent -declaration_id year state level", ""),
    "several": ("reader year state series_id level region_code way mode sent declaration_id", ""),
    "committee": ("reader committee_id sent declaration_id", "reader = 0"),
    "declaration": ("declaration_id", ""),
}


def _number(column: str, words: tuple[str, ...]) -> str:
    return f"CASE d.{column} " + " ".join(f"WHEN '{word}' THEN {n}" for n, word in enumerate(words, 1)) + " ELSE 0 END"


def fill(dialect: str) -> str:
    """Who reads which declaration, as the row policy said it on this day."""
    sent = {
        "sqlite": "coalesce(CAST(strftime('%s', d.submitted_at) AS INTEGER), 0)",
        "postgresql": "coalesce(CAST(floor(extract(epoch FROM d.submitted_at)) AS BIGINT), 0)",
    }[dialect]
    return f"""
INSERT INTO reading (reader, sent, declaration_id, lies, year, state, series_id, level, region_code, way, mode, unit_id, name, committee_id, paper)
SELECT who.reader, {sent}, who.declaration_id, who.lies, d.year, {_number("state", STATES)}, d.series_id, {_number("level", LEVELS)}, d.region_code,
       {_number("way", WAYS)}, {_number("mode", MODES)}, d.unit_id, d.applicant_name, coalesce(d.committee_id, 0),
       CASE WHEN d.paper_received_on IS NOT NULL THEN 1 ELSE 0 END
FROM (
    SELECT s.organisation_id AS reader, d.id AS declaration_id, max(CASE
        WHEN d.unit_id = s.organisation_id AND (d.state IN ('submitted', 'unit_review') OR (d.state = 'returned' AND d.position = 0)) THEN 1
        WHEN s.position = d.position AND d.position > 0 AND d.state IN ('under_audit', 'returned') THEN 2
        ELSE 0 END) AS lies
    FROM declaration d JOIN route_step s ON s.declaration_id = d.id
    GROUP BY d.id, s.organisation_id HAVING count(s.reached_at) > 0
    UNION ALL
    SELECT -d.committee_id, d.id, CASE WHEN d.state = 'at_committee' THEN 3 ELSE 0 END
    FROM declaration d WHERE d.committee_id IS NOT NULL AND d.reached_committee_at IS NOT NULL
    UNION ALL
    SELECT 0, d.id, 0 FROM declaration d WHERE d.state <> 'draft'
) who JOIN declaration d ON d.id = who.declaration_id
ORDER BY 1, 2, 3"""  # noqa: S608


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.create_table(
        "reading",
        sa.Column("reader", sa.Integer(), autoincrement=False, nullable=False, comment="可见方"),
        sa.Column("sent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False, comment="提交时间（秒）"),
        sa.Column("declaration_id", sa.Integer(), autoincrement=False, nullable=False, comment="申报"),
        sa.Column("lies", sa.SmallInteger(), nullable=False, comment="在本处待办"),
        sa.Column("year", sa.SmallInteger(), nullable=False, comment="申报年度"),
        sa.Column("state", sa.SmallInteger(), nullable=False, comment="状态"),
        sa.Column("series_id", sa.Integer(), nullable=False, comment="申报系列"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="申报级别"),
        sa.Column("region_code", sa.String(length=6), nullable=False, comment="行政区划"),
        sa.Column("way", sa.SmallInteger(), nullable=False, comment="取得方式"),
        sa.Column("mode", sa.SmallInteger(), nullable=False, comment="申报方式"),
        sa.Column("unit_id", sa.Integer(), nullable=False, comment="所在单位"),
        sa.Column("name", sa.String(length=60), nullable=False, comment="姓名"),
        sa.Column("committee_id", sa.Integer(), nullable=False, comment="评委会"),
        sa.Column("paper", sa.SmallInteger(), nullable=False, comment="纸质材料已收到"),
        sa.PrimaryKeyConstraint("reader", "sent", "declaration_id", name=op.f("pk_reading")),
        sqlite_with_rowid=False,
    )
    op.execute(fill(dialect))  # in the order of the table, before there is any index to keep
    for name, (columns, where) in INDEXES.items():
        terms = [sa.text(f"{column[1:]} DESC") if column.startswith("-") else column for column in columns.split()]
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        op.create_index(f"ix_reading_{name}", "reading", terms, **only)
    now = {"sqlite": "0", "postgresql": "pg_current_xact_id()"}[dialect]
    op.create_table(
        "declaration_change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="序号"),
        sa.Column("tx", sa.Integer() if dialect == "sqlite" else Xid8(), server_default=sa.text(now), nullable=False),
        sa.Column("declaration_id", sa.Integer(), nullable=False, comment="申报"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_declaration_change")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_declaration_change_tx", "declaration_change", ["tx"])
    op.drop_index("ix_declaration_newest", table_name="declaration")
    op.drop_index("ix_declaration_state_newest", table_name="declaration")
    op.create_index("ix_declaration_state_filed", "declaration", ["state", "filed_on", "id"])
    filed = sa.text("filed_on IS NOT NULL")
    op.create_index("ix_declaration_filed", "declaration", ["filed_on", "id", "state"], sqlite_where=filed, postgresql_where=filed)


def downgrade() -> None:
    op.drop_index("ix_declaration_filed", table_name="declaration")
    op.drop_index("ix_declaration_state_filed", table_name="declaration")
    op.create_index("ix_declaration_state_newest", "declaration", ["state", "submitted_at", "id"])
    op.create_index("ix_declaration_newest", "declaration", ["submitted_at", "id"])
    op.execute("DROP TABLE declaration_change")  # both follow from other tables: nothing is set aside
    op.execute("DROP TABLE reading")


class Xid8(sa.types.UserDefinedType):
    """PostgreSQL's number of a transaction."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "XID8"
