"""What holds of a certificate number today (证书现状): one row per number, whatever edition is asked about, and how far
the ministry has been told."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    Index,
    Integer,
    String,
    and_,
    literal_column,
    or_,
    text,
)
from sqlalchemy.orm import Mapped

from models.base import Labelled, column


class TruthState(Labelled):
    """What a number is worth; corrections raise the version, they are no state."""

    VALID = "valid", "有效", "ok"
    REPLACED = "replaced", "已补发新证", "off"
    REVOKED = "revoked", "已撤销", "bad"


class CertificateTruth(Model):
    """The truth of one number. `version` counts its changes, `told` is the newest the ministry has acknowledged,
    `flight` the one whose outcome is not known yet (0: none under way), `sent` the newest ever handed over, `refused`
    the one the ministry refused. Every state that is shown follows from these (workflow/awards/truth.py)."""

    __tablename__ = "certificate_truth"
    __table_args__ = (
        CheckConstraint(
            "0 <= told AND told <= sent AND sent <= version AND 0 <= flight AND flight <= sent AND refused <= sent",
            name="order",
        ),
        CheckConstraint("state <> 'replaced' OR replaced_by <> ''", name="replaced_by_which"),
        Index(
            "ix_certificate_truth_untold",
            "number",
            sqlite_where=text("told < version AND flight = 0"),
            postgresql_where=text("told < version AND flight = 0"),
        ),
        Index("ix_certificate_truth_batch", "batch"),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("证书编号", String(18), unique=True)
    state: Mapped[str] = column("现状", String(20), default=TruthState.VALID, info={"enum": TruthState})
    since: Mapped[date | None] = column("现状起始日期", Date)
    edition: Mapped[int] = column("现行版次", Integer, default=1)
    version: Mapped[int] = column("现状版本", Integer, default=1)
    told: Mapped[int] = column("人社部已收版本", Integer, default=0)
    flight: Mapped[int] = column("在途版本", Integer, default=0)
    sent: Mapped[int] = column("已报送版本", Integer, default=0)
    refused: Mapped[int] = column("被退回版本", Integer, default=0)
    batch: Mapped[str] = column("最近上报批次", String(40), default="")
    replaced_by: Mapped[str] = column("补发后编号", String(18), default="")
    lock: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": lock}

    def __repr__(self) -> str:
        return self.number


def untold() -> ColumnElement[bool]:
    """Numbers whose newest version has to be handed over."""
    return and_(
        CertificateTruth.told < CertificateTruth.version,
        CertificateTruth.flight == literal_column("0"),  # as the partial index says it
        or_(CertificateTruth.state == TruthState.VALID, CertificateTruth.sent > 0),
    )
