"""The yearly batch of a committee or an accepting organisation (年度批次) with all its deadlines."""

from __future__ import annotations

from datetime import date

from flask_appbuilder import Model
from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Integer, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, Way


class BatchState(Labelled):
    """Open and closed follow from the dates; only publishing and cancelling are acts."""

    DRAFT = "draft", "草稿", "off"
    PUBLISHED = "published", "已提交", "ok"
    CANCELLED = "cancelled", "已撤销", "off"


class Batch(Model):
    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("year", "name"),
        CheckConstraint("(committee_id IS NULL) <> (office_id IS NULL)", name="one_receiver"),
    )
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    year: Mapped[int] = column("年度", Integer, index=True, least=2000, most=2100)
    name: Mapped[str] = column("批次名称", String(80))
    way: Mapped[str] = column("取得方式", String(20), default=Way.REVIEW, info={"enum": Way})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"}, index=True)
    office_id: Mapped[int | None] = mapped_column(
        ForeignKey("acceptance_office.id"), info={"label": "受理机构"}, index=True
    )
    opens_on: Mapped[date] = column("申报开始", Date)
    closes_on: Mapped[date] = column("申报截止", Date)
    correction_on: Mapped[date] = column("补正截止", Date)
    payment_on: Mapped[date | None] = column("缴费截止", Date)
    audit_on: Mapped[date] = column("线上审核截止", Date)
    evidence_on: Mapped[date] = column("材料有效截止日（含）", Date)
    paper_from: Mapped[date | None] = column("纸质材料报送起", Date)
    paper_to: Mapped[date | None] = column("纸质材料报送止", Date)
    vote_on: Mapped[date | None] = column("最迟投票日", Date)
    vote_reason: Mapped[str] = column(
        "投票日说明", String(300), default="", hint="最迟投票日超过规定日期时须说明（118号 二(四)）"
    )
    one_per_year: Mapped[bool] = column("每人每年限报一项", Boolean, default=True)
    quota_factor: Mapped[float] = column("差额推荐系数", Numeric(4, 2), default=1.5, least=1, most=3)
    scope: Mapped[str] = column("接收范围", String(500), default="")
    state: Mapped[str] = column("状态", String(20), default=BatchState.DRAFT, info={"enum": BatchState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    committee: Mapped[Committee | None] = relationship(lazy="joined", info={"label": "评委会"})
    office: Mapped[AcceptanceOffice | None] = relationship(lazy="joined", info={"label": "受理机构"})

    def __repr__(self) -> str:
        return self.name
