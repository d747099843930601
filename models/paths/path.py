"""受理机构 and the five kinds of audit paths (审核路径): nodes below a committee or an accepting organisation."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import Series, Specialty, TitleLevel
from models.committees.committee import Committee
from models.register.organisation import NodeKind, Organisation


class Way(Labelled):
    """取得方式, as the office tells them apart (REQUIREMENTS §2.5)."""

    REVIEW = "review", "评审"
    INITIAL = "initial", "初定"
    RECOGNITION = "recognition", "认定"


class PathKind(Labelled):
    """The five configured paths (附件3 1.4–1.8)."""

    INITIAL = "initial", "职称初定"
    RECOGNITION = "recognition", "职称认定"
    JUNIOR = "junior", "初评会"
    INTERMEDIATE = "intermediate", "中评会"
    SENIOR = "senior", "高评会"


class NodeState(Labelled):
    PENDING = "pending", "待单位确认", "warn"
    CONFIRMED = "confirmed", "已确认", "ok"
    CANCELLED = "cancelled", "已注销", "off"


class OfficeState(Labelled):
    """Read from `active`, so that the lifecycle and the lists speak of the same thing."""

    ACTIVE = "active", "有效", "ok"
    CANCELLED = "cancelled", "已注销", "off"


class AcceptanceOffice(Model):
    """职称初定/认定受理机构 (附件3 1.3): the last organisation of an 初定 or 认定 path; its 通过 is final."""

    __tablename__ = "acceptance_office"
    __table_args__ = (UniqueConstraint("organisation_id", "way", "level"),)
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "机构名称"})
    node_kind: Mapped[str] = column("受理节点类型", String(20), info={"enum": NodeKind})
    way: Mapped[str] = column("取得方式", String(20), info={"enum": Way})
    level: Mapped[str] = column("职称等级", String(20), info={"enum": TitleLevel})
    region_code: Mapped[str] = column("行政区划", String(6), default="430000", info={"list": "region"})
    publicity_required: Mapped[bool] = column("须单位公示", Boolean, default=True)
    contact: Mapped[str] = column("联系人", String(40), default="")
    telephone: Mapped[str] = column("联系电话", String(40), default="")
    instructions: Mapped[str] = column("申报须知", Text, default="")
    active: Mapped[bool] = column("有效", Boolean, default=True)

    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "机构名称"})
    scopes: Mapped[list[AcceptanceScope]] = relationship(back_populates="office", info={"label": "专业范围"})

    @property
    def state(self) -> str:
        """The state of the lifecycle."""
        return OfficeState.ACTIVE if self.active else OfficeState.CANCELLED

    @state.setter
    def state(self, state: str) -> None:
        self.active = state == OfficeState.ACTIVE

    def __repr__(self) -> str:
        return f"{self.organisation.name}（{Way(self.way).label}·{TitleLevel(self.level).label}）"


class AcceptanceScope(Model):
    """专业范围 of an accepting organisation: a whole series, or one specialty with all below it. Without any: every
    series."""

    __tablename__ = "acceptance_scope"
    __table_args__ = (UniqueConstraint("office_id", "series_id", "specialty_id"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("acceptance_office.id"), info={"label": "受理机构"})
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"})
    specialty_id: Mapped[int | None] = mapped_column(ForeignKey("specialty.id"), info={"label": "专业"})

    office: Mapped[AcceptanceOffice] = relationship(back_populates="scopes", info={"label": "受理机构"})
    series: Mapped[Series] = relationship(lazy="joined", info={"label": "职称系列"})
    specialty: Mapped[Specialty | None] = relationship(lazy="joined", info={"label": "专业"})

    def __repr__(self) -> str:
        return f"{self.series.name} · {self.specialty.name}" if self.specialty else self.series.name


class PathNode(Model):
    """An organisation's place on a path. `parent` is empty at the top, below the committee or final office.

    Nodes without a committee and an office serve every committee of their kind.
    """

    __tablename__ = "path_node"
    __table_args__ = (
        Index("ix_path_node_place", "kind", "organisation_id"),
        Index("ix_path_node_parent", "parent_id"),
        Index("ix_path_node_committee", "committee_id"),
        Index("ix_path_node_state", "state", "organisation_id"),
    )
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    kind: Mapped[str] = column("审核路径", String(20), info={"enum": PathKind})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"})
    office_id: Mapped[int | None] = mapped_column(ForeignKey("acceptance_office.id"), info={"label": "受理机构"})
    level: Mapped[str | None] = column("职称等级", String(20), info={"enum": TitleLevel})
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("path_node.id"), info={"label": "上级节点"})
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "下级机构"})
    node_kind: Mapped[str] = column("下级节点类型", String(20), info={"enum": NodeKind})
    fast_return: Mapped[bool] = column("退回直达申报人", Boolean, default=False)
    inner_deadline: Mapped[date | None] = column("本级审核截止", Date, hint="不得晚于批次的线上审核截止")
    state: Mapped[str] = column("状态", String(20), default=NodeState.PENDING, info={"enum": NodeState})
    proposed_at: Mapped[datetime | None] = column("提出时间", DateTime)  #: or moved: since when it may wait
    confirmed_at: Mapped[datetime | None] = column("确认时间", DateTime)
    reason: Mapped[str] = column("注销原因", String(500), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "下级机构"})
    parent: Mapped[PathNode | None] = relationship(remote_side=[id], info={"label": "上级节点"})
    committee: Mapped[Committee | None] = relationship(info={"label": "评委会"})
    office: Mapped[AcceptanceOffice | None] = relationship(info={"label": "受理机构"})

    def __repr__(self) -> str:
        return self.organisation.name
