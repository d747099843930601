"""One digest over everything declared, kept with what was signed, posted, recommended and compared

Facts of rows that are there are bound to the content as it stands: nothing recorded says that it was another.

Revision ID: c3e58a90f417
Revises: d91f60a3c7be
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict

import sqlalchemy as sa
from alembic import op


revision = "c3e58a90f417"
down_revision = "d91f60a3c7be"
branch_labels = None
depends_on = None

#: table, column, its words, whether it may be empty
ADDED = (
    ("declaration", "content_hash", "提交内容摘要", True),
    ("declaration_content", "promised_hash", "承诺内容摘要", True),
    ("liability_card", "content_hash", "所核内容摘要", False),
    ("opinion", "content_hash", "所审内容摘要", False),
    ("comparison", "content_hash", "所比内容摘要", False),
)
SECTION_0 = ("batch_id", "way", "title_id", "level", "series_id", "specialty_id", "unit_id", "mode", "channel", "secret")
AT_ONCE = 1000


def upgrade() -> None:
    for table, name, words, empty in ADDED:
        with op.batch_alter_table(table) as change:
            given = None if empty else sa.text("''")
            change.add_column(sa.Column(name, sa.String(64), nullable=empty, server_default=given, comment=words))
        if not empty:
            with op.batch_alter_table(table) as change:
                change.alter_column(
                    name, existing_type=sa.String(64), existing_nullable=False, server_default=None, existing_comment=words
                )
    with op.batch_alter_table("declaration") as change:
        change.add_column(sa.Column("declared_unit_id", sa.Integer(), nullable=True, comment="填报时所在单位"))
    with op.batch_alter_table("correction") as change:
        change.add_column(
            sa.Column("facts", sa.JSON(), nullable=False, server_default="[]", comment="可更改的申报信息")
        )
    with op.batch_alter_table("correction") as change:
        change.alter_column(
            "facts",
            existing_type=sa.JSON(),
            existing_nullable=False,
            server_default=None,
            existing_comment="可更改的申报信息",
        )
    op.execute("UPDATE declaration SET declared_unit_id = unit_id")
    _bind(op.get_bind())


def _bind(connection: sa.Connection) -> None:
    d = sa.table("declaration", sa.column("id"), sa.column("state"), *(sa.column(name) for name in SECTION_0))
    content = sa.table("declaration_content", sa.column("declaration_id"), sa.column("sections", sa.JSON()))
    m = sa.table("material", sa.column("declaration_id"), sa.column("kind"), sa.column("file_id"))
    f = sa.table("stored_file", sa.column("id"), sa.column("sha256"))
    last = 0
    while rows := connection.execute(
        sa.select(d, content.c.sections)
        .outerjoin(content, content.c.declaration_id == d.c.id)
        .where(d.c.id > last)
        .order_by(d.c.id)
        .limit(AT_ONCE)
    ).all():
        first, last = rows[0].id, rows[-1].id
        held = defaultdict(list)
        files = sa.select(m.c.declaration_id, m.c.kind, f.c.sha256).join(f, f.c.id == m.c.file_id)
        for key, kind, sha256 in connection.execute(files.where(m.c.declaration_id.between(first, last))):
            held[key].append([kind, sha256])
        found = [{"key": row.id, "said": _digest(row, held[row.id])} for row in rows]
        for statement in _STATEMENTS:
            connection.execute(sa.text(statement), found)


_POSTED = (
    "EXISTS (SELECT 1 FROM publicity_item i JOIN publicity p ON p.id = i.publicity_id"
    " WHERE i.declaration_id = declaration.id AND p.kind = 'unit' AND p.state <> 'void')"
)
_STATEMENTS = (
    f"UPDATE declaration SET content_hash = CASE WHEN state = 'draft' THEN NULL ELSE :said END,"  # noqa: S608
    f" publicised_hash = CASE WHEN {_POSTED} THEN :said ELSE NULL END WHERE id = :key",
    "UPDATE declaration_content SET promised_hash = :said WHERE declaration_id = :key AND promised_at IS NOT NULL",
    "UPDATE liability_card SET content_hash = :said WHERE declaration_id = :key",
    "UPDATE opinion SET content_hash = :said WHERE declaration_id = :key",
    "UPDATE comparison SET content_hash = :said WHERE declaration_id = :key",
)


def _digest(row: sa.Row, files: list[list[str]]) -> str:
    """As workflow.declarations.content says it on the day of this step."""
    case = {name.removesuffix("_id"): getattr(row, name) for name in SECTION_0} | {"secret": bool(row.secret)}
    body = {"case": case, "sections": row.sections or {}, "materials": sorted(files)}
    return hashlib.sha256(
        json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def downgrade() -> None:
    with op.batch_alter_table("correction") as change:
        change.drop_column("facts")
    with op.batch_alter_table("declaration") as change:
        change.drop_column("declared_unit_id")
    for table, name, _words, _empty in reversed(ADDED):
        with op.batch_alter_table(table) as change:
            change.drop_column(name)
