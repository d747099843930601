"""A row per certificate number with its truth; packages as they were handed over; corrections by two persons

Revision ID: 7c1d0e93ab42
Revises: 7d41c09b52ae
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import set_aside

revision = "7c1d0e93ab42"
down_revision = "7d41c09b52ae"
branch_labels = None
depends_on = None

CERTIFICATE = sa.table(
    "certificate",
    *(sa.column(name) for name in ("id", "number", "edition", "state", "report_batch", "revoke_batch", "report_receipt")),
    sa.column("reported_at", sa.DateTime()),
    sa.column("revoked_on", sa.Date()),
    sa.column("issued_at", sa.DateTime()),
)
DELIVERY = sa.table(
    "delivery",
    *(sa.column(name) for name in ("id", "batch", "sha256", "attempts", "receipt", "error", "kind", "count", "refused")),
    sa.column("delivered_at", sa.DateTime()),
    sa.column("last_at", sa.DateTime()),
    sa.column("next_at", sa.DateTime()),
)


def _truth_table() -> sa.Table:
    return op.create_table(
        "certificate_truth",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("number", sa.String(length=18), nullable=False, comment="证书编号"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="现状"),
        sa.Column("since", sa.Date(), nullable=True, comment="现状起始日期"),
        sa.Column("edition", sa.Integer(), nullable=False, comment="现行版次"),
        sa.Column("version", sa.Integer(), nullable=False, comment="现状版本"),
        sa.Column("told", sa.Integer(), nullable=False, comment="人社部已收版本"),
        sa.Column("flight", sa.Integer(), nullable=False, comment="在途版本"),
        sa.Column("sent", sa.Integer(), nullable=False, comment="已报送版本"),
        sa.Column("refused", sa.Integer(), nullable=False, comment="被退回版本"),
        sa.Column("batch", sa.String(length=40), nullable=False, comment="最近上报批次"),
        sa.Column("replaced_by", sa.String(length=18), nullable=False, comment="补发后编号"),
        sa.Column("lock", sa.Integer(), nullable=False, comment="版本"),
        sa.CheckConstraint(
            "0 <= told AND told <= sent AND sent <= version AND 0 <= flight AND flight <= sent AND refused <= sent",
            name=op.f("ck_certificate_truth_order"),
        ),
        sa.CheckConstraint(
            "state <> 'replaced' OR replaced_by <> ''", name=op.f("ck_certificate_truth_replaced_by_which")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_truth")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_truth_number")),
    )


def upgrade() -> None:
    with op.batch_alter_table("delivery") as batch:
        batch.add_column(
            sa.Column("kind", sa.String(length=10), nullable=False, server_default="上报", comment="类别")
        )
        batch.add_column(sa.Column("count", sa.Integer(), nullable=False, server_default="0", comment="份数"))
        batch.add_column(sa.Column("refused", sa.Integer(), nullable=False, server_default="0", comment="上报失败份数"))
        batch.add_column(sa.Column("body", sa.LargeBinary(), nullable=True, comment="上报包"))
    with op.batch_alter_table("delivery") as batch:
        for name in ("kind", "count", "refused"):
            batch.alter_column(name, server_default=None)
    truths = _truth_table()
    op.create_table(
        "certificate_change",
        sa.Column("id", sa.Integer(), nullable=False, comment="编号"),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="类别"),
        sa.Column("holder_name", sa.String(length=60), nullable=False, comment="更正后的姓名"),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False, comment="原因"),
        sa.Column("document", sa.String(length=80), nullable=False, comment="依据文号"),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False, comment="申请时间"),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True, comment="复核时间"),
        sa.Column("agreed", sa.Boolean(), nullable=True, comment="同意"),
        sa.Column("opinion", sa.String(length=500), nullable=False, comment="复核意见"),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by OR agreed IS NULL",
            name=op.f("ck_certificate_change_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_change_certificate_id")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["ab_user.id"], name=op.f("fk_certificate_change_decided_by")),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuer.id"], name=op.f("fk_certificate_change_issuer_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["ab_user.id"], name=op.f("fk_certificate_change_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_change")),
    )
    op.create_index(op.f("ix_certificate_change_certificate_id"), "certificate_change", ["certificate_id"])
    open_ = sa.text("decided_at IS NULL")
    op.create_index(
        "ix_certificate_change_open", "certificate_change", ["certificate_id"], unique=True,
        sqlite_where=open_, postgresql_where=open_,
    )  # fmt: skip
    untold = sa.text("told < version AND flight = 0")
    op.create_index(
        "ix_certificate_truth_untold", "certificate_truth", ["number"], sqlite_where=untold, postgresql_where=untold
    )
    op.create_index("ix_certificate_truth_batch", "certificate_truth", ["batch"])
    _carry(op.get_bind(), truths)


def _carry(connection: sa.Connection, truths: sa.Table) -> None:
    """Numbers as they stand, from their editions in order; a batch of every package that was ever handed over."""
    delivered = {
        row.batch: row for row in connection.execute(sa.select(DELIVERY.c.batch, DELIVERY.c.delivered_at))
    }
    rows: list[dict[str, object]] = []
    batches: dict[tuple[str, str], list[int]] = {}
    ended: dict[str, object] = {}
    for c in connection.execute(sa.select(CERTIFICATE).order_by(CERTIFICATE.c.number, CERTIFICATE.c.edition)):
        for name, kind in ((c.report_batch, "上报"), (c.revoke_batch, "撤销")):
            if name:
                counts = batches.setdefault((name, kind), [0, 0, 0])
                counts[0] += 1
                counts[1] += kind == "上报" and c.state == "report_failed"
                counts[2] += c.state == "reporting" if kind == "上报" else not (name in delivered and delivered[name].delivered_at)
                ended[name] = max(filter(None, (ended.get(name), c.reported_at, c.issued_at)))
        if rows and rows[-1]["number"] == c.number:
            truth = rows[-1]
        else:
            truth = {"number": c.number, "told": 0, "sent": 0, "flight": 0, "refused": 0, "batch": "", "since": None}
            rows.append(truth)
        _next(truth, c, delivered)
    known = _set_aside(connection)
    kept = [_newer(known.get(str(row["number"])), row | {"replaced_by": "", "lock": 1}) for row in rows]
    if kept:
        connection.execute(truths.insert(), kept)
    for (name, kind), (count, refused, open_) in sorted(batches.items()):
        values = {"kind": kind, "count": count, "refused": refused}
        if name in delivered:
            connection.execute(DELIVERY.update().where(DELIVERY.c.batch == name).values(values))
            continue
        done = None if open_ else ended[name]
        due = ended[name] if open_ else None
        new = {"batch": name, "sha256": "", "attempts": 0, "receipt": "", "error": "", "last_at": None}
        connection.execute(DELIVERY.insert().values(values | new | {"delivered_at": done, "next_at": due}))


def _set_aside(connection: sa.Connection) -> dict[str, dict[str, object]]:
    """What a downgrade of this step kept of the numbers: it knows more than the certificates tell."""
    register = set_aside.REGISTER
    if not sa.inspect(connection).has_table(register.name):
        return {}
    mine = (register.c.revision == revision) & (register.c.table_name == "certificate_truth")
    place = connection.scalar(sa.select(register.c.id).where(mine).order_by(register.c.id.desc()))
    if place is None:
        return {}
    names = "number state edition version told flight sent refused batch replaced_by lock"
    shelf = sa.table(f"aside_{place}", *(sa.column(name) for name in names.split()), sa.column("since", sa.Date()))
    return {row.number: dict(row._mapping) for row in connection.execute(sa.select(shelf))}


def _newer(was: dict[str, object] | None, told: dict[str, object]) -> dict[str, object]:
    """What was set aside, unless the older release has gone on with the number since."""
    if was is None or was["edition"] != told["edition"]:
        return told
    if was["state"] == "replaced":
        return was
    same = all(was[name] == told[name] for name in ("state", "batch")) and bool(was["flight"]) == bool(told["flight"])
    return was if same and (was["told"] == was["version"]) == (told["told"] == told["version"]) else told


def _next(truth: dict[str, object], c: sa.Row, delivered: dict[str, sa.Row]) -> None:
    """One more edition of a number, and what became of it."""
    version = c.edition
    truth.update(edition=c.edition, version=version, state="valid")
    if c.edition > 1:
        truth["since"] = c.issued_at.date()
    if c.report_batch:
        truth.update(sent=version, batch=c.report_batch)
    if c.reported_at is not None:
        truth.update(told=version, sent=version)
    truth.update(flight=0, refused=version if c.state == "report_failed" else 0)
    if c.state == "reporting":
        truth["flight"] = version
    if c.state != "revoked":
        return
    truth.update(state="revoked", version=version + 1, since=c.revoked_on)
    if c.revoke_batch:
        truth.update(sent=version + 1, batch=c.revoke_batch)
        arrived = c.revoke_batch in delivered and delivered[c.revoke_batch].delivered_at
        truth.update(told=version + 1) if arrived else truth.update(flight=version + 1)


def downgrade() -> None:
    connection = op.get_bind()
    set_aside.keep(connection, "certificate", "state")
    connection.execute(CERTIFICATE.update().where(CERTIFICATE.c.state == "replaced").values(state="corrected"))
    op.drop_index("ix_certificate_truth_batch", table_name="certificate_truth")
    op.drop_index("ix_certificate_truth_untold", table_name="certificate_truth")
    op.drop_table("certificate_truth")
    op.drop_index("ix_certificate_change_open", table_name="certificate_change")
    op.drop_index(op.f("ix_certificate_change_certificate_id"), table_name="certificate_change")
    op.drop_table("certificate_change")
    with op.batch_alter_table("delivery") as batch:
        for name in ("body", "refused", "count", "kind"):
            batch.drop_column(name)
