"""Seals for every row, their sums in the heads of the journal, a stamp of the keys, triggers that keep the journal

Revision ID: 5e7c91d2a4b6
Revises: c3e09d51f7b8
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5e7c91d2a4b6"
down_revision = "c3e09d51f7b8"
branch_labels = None
depends_on = None

STOP = "RAISE(ABORT, 'the journal is append only')"
SQLITE = (
    f"CREATE TRIGGER IF NOT EXISTS journal_entry_update BEFORE UPDATE ON journal_entry BEGIN SELECT {STOP}; END",
    f"CREATE TRIGGER IF NOT EXISTS journal_entry_delete BEFORE DELETE ON journal_entry BEGIN SELECT {STOP}; END",
    "CREATE TRIGGER IF NOT EXISTS journal_head_back BEFORE UPDATE ON journal_head"
    f" WHEN NEW.seq < OLD.seq OR NEW.turn < OLD.turn BEGIN SELECT {STOP}; END",
    f"CREATE TRIGGER IF NOT EXISTS journal_head_delete BEFORE DELETE ON journal_head BEGIN SELECT {STOP}; END",
)
FUNCTION = """CREATE OR REPLACE FUNCTION journal_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append only' USING ERRCODE = '23514';
END $$"""
RUNS = "EXECUTE FUNCTION journal_stands()"
POSTGRESQL = (
    FUNCTION,
    f"CREATE OR REPLACE TRIGGER journal_entry_update BEFORE UPDATE ON journal_entry FOR EACH ROW {RUNS}",
    f"CREATE OR REPLACE TRIGGER journal_entry_delete BEFORE DELETE ON journal_entry FOR EACH ROW {RUNS}",
    f"CREATE OR REPLACE TRIGGER journal_entry_truncate BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT {RUNS}",
    "CREATE OR REPLACE TRIGGER journal_head_back BEFORE UPDATE ON journal_head FOR EACH ROW"
    f" WHEN (NEW.seq < OLD.seq OR NEW.turn < OLD.turn) {RUNS}",
    f"CREATE OR REPLACE TRIGGER journal_head_delete BEFORE DELETE ON journal_head FOR EACH ROW {RUNS}",
)


def upgrade() -> None:
    with op.batch_alter_table("journal_head") as table:
        table.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0", comment="轮次"))
        table.add_column(sa.Column("sums", sa.LargeBinary(), nullable=True, comment="合计"))
    with op.batch_alter_table("journal_head") as table:
        table.alter_column("turn", server_default=None)
    op.create_table(
        "row_seal",
        sa.Column("table_name", sa.String(length=40), nullable=False, comment="表"),
        sa.Column("record_key", sa.String(length=120), nullable=False, comment="主键"),
        sa.Column("mac", sa.LargeBinary(length=16), nullable=False, comment="封印"),
        sa.Column("prior", sa.LargeBinary(length=16), nullable=True, comment="前一封印"),
        sa.PrimaryKeyConstraint("table_name", "record_key", name=op.f("pk_row_seal")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reseal_due",
        sa.Column("table_name", sa.String(length=40), nullable=False, comment="表"),
        sa.Column("mac", sa.String(length=64), nullable=False, comment="签名"),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_reseal_due")),
    )
    op.create_table(
        "database_stamp",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("name", sa.String(length=32), nullable=False, comment="数据库标识"),
        sa.Column("purpose", sa.String(length=20), nullable=False, comment="用途"),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="密钥指纹"),
        sa.Column("made_at", sa.DateTime(), nullable=False, comment="登记时间"),
        sa.Column("mac", sa.String(length=64), nullable=False, comment="签名"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_stamp")),
    )
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for name in ("journal_entry_update", "journal_entry_delete", "journal_head_back", "journal_head_delete"):
            op.execute(f"DROP TRIGGER IF EXISTS {name}")
    else:
        op.execute("DROP FUNCTION IF EXISTS journal_stands() CASCADE")
    for name in ("database_stamp", "reseal_due", "row_seal"):  # all made anew by `prepare`: nothing is set aside
        op.execute(f"DROP TABLE {name}")
    if connection.dialect.name == "sqlite":  # sums of seals that are gone are worth nothing
        op.execute("ALTER TABLE journal_head DROP COLUMN sums")
        op.execute("ALTER TABLE journal_head DROP COLUMN turn")
    else:
        op.execute("ALTER TABLE journal_head DROP COLUMN sums, DROP COLUMN turn")
