"""Two trustees hold a key each; envelopes and the frozen roster carry a seal

Revision ID: 5f24153fd8a8
Revises: 6f4dd5c688a0
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "5f24153fd8a8"
down_revision = "6f4dd5c688a0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a vote under way cannot be carried over (its one key is under two passphrases at once): it is held anew
    open_polls = "SELECT id FROM poll WHERE state = 'open'"
    op.execute(f"DELETE FROM envelope WHERE poll_id IN ({open_polls})")  # noqa: S608
    op.execute(f"DELETE FROM roll WHERE poll_id IN ({open_polls})")  # noqa: S608
    op.execute("UPDATE poll SET state = 'ready', roster_hash = '', public_key = NULL WHERE state = 'open'")
    with op.batch_alter_table("poll") as poll:
        poll.add_column(sa.Column("roster_seal", sa.String(length=64), nullable=False, server_default="", comment="名册封签"))
        poll.drop_column("wrapped_key")
    with op.batch_alter_table("poll") as poll:
        poll.alter_column("roster_seal", server_default=None)
    with op.batch_alter_table("envelope") as envelope:
        envelope.add_column(sa.Column("seal", sa.String(length=64), nullable=False, server_default="", comment="封签"))
    with op.batch_alter_table("envelope") as envelope:
        envelope.alter_column("seal", server_default=None)
    op.create_table(
        "poll_key",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("trustee", sa.String(length=20), nullable=False, comment="持有方"),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False, comment="公钥"),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False, comment="封存私钥"),
        sa.Column("released", sa.LargeBinary(), nullable=True, comment="已交出的私钥"),
        sa.ForeignKeyConstraint(["account_id"], ["ab_user.id"], name=op.f("fk_poll_key_account_id")),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_key_poll_id")),
        sa.PrimaryKeyConstraint("poll_id", "trustee", name=op.f("pk_poll_key")),
    )


def downgrade() -> None:
    op.drop_table("poll_key")
    set_aside.keep(op.get_bind(), "poll", "state")
    op.execute("UPDATE poll SET state = 'ready' WHERE state IN ('open', 'ended')")
    with op.batch_alter_table("envelope") as envelope:
        envelope.drop_column("seal")
    with op.batch_alter_table("poll") as poll:
        poll.drop_column("roster_seal")
        poll.add_column(sa.Column("wrapped_key", sa.LargeBinary(), nullable=True, comment="封存私钥"))
