"""推演: a draft of changes to one audit path, built without taking effect until its day (附件3 1.4–1.8)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column
from models.committees.catalogue import TitleLevel
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, PathKind, PathNode
from models.register.organisation import Organisation


class PathDraftState(Labelled):
    """Whether its day has come is derived: a scheduled draft counts from its day on, written down or not."""

    DRAFT = "draft", "草稿", "off"
    SCHEDULED = "scheduled", "已排定", "run"
    EFFECTIVE = "effective", "已生效", "ok"
    VOID = "void", "已作废", "bad"


class ChangeVerb(Labelled):
    ADD = "add", "新增下级机构", "ok"
    MOVE = "move", "调整上级", "run"
    EDIT = "edit", "编辑", "run"
    CANCEL = "cancel", "注销", "bad"


class PathDraft(Model):
    """Changes to one tree: that of a committee or office, or the one all share."""

    __tablename__ = "path_draft"
    __table_args__ = (Index("ix_path_draft_due", "kind", "state", "takes_effect_on"),)
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    name: Mapped[str] = column("草稿名称", String(80))
    kind: Mapped[str] = column("审核路径", String(20), info={"enum": PathKind})
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), info={"label": "评委会"}, index=True)
    office_id: Mapped[int | None] = mapped_column(
        ForeignKey("acceptance_office.id"), info={"label": "受理机构"}, index=True
    )
    note: Mapped[str] = column("调整依据", String(500), default="", hint="如机构改革文件、批复文号")
    takes_effect_on: Mapped[date | None] = column("生效日", Date)
    state: Mapped[str] = column("状态", String(20), default=PathDraftState.DRAFT, info={"enum": PathDraftState})
    reason: Mapped[str] = column("作废原因", String(500), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}

    committee: Mapped[Committee | None] = relationship(info={"label": "评委会"})
    office: Mapped[AcceptanceOffice | None] = relationship(info={"label": "受理机构"})
    changes: Mapped[list[PathChange]] = relationship(
        back_populates="draft", order_by="PathChange.id", cascade="all, delete-orphan"
    )

    def __repr__(self) -> str:
        return self.name


class PathChange(Model):
    """One change of a draft. An added place hangs below a place of the path, or below one the same draft adds."""

    __tablename__ = "path_change"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("path_draft.id"), info={"label": "草稿"}, index=True)
    verb: Mapped[str] = column("变更", String(20), info={"enum": ChangeVerb})
    node_id: Mapped[int | None] = mapped_column(ForeignKey("path_node.id"), info={"label": "下级机构"}, index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "下级机构"}, index=True)
    level: Mapped[str | None] = column("职称等级", String(20), info={"enum": TitleLevel})
    parent_node_id: Mapped[int | None] = mapped_column(ForeignKey("path_node.id"), info={"label": "上级节点"})
    parent_change_id: Mapped[int | None] = mapped_column(
        ForeignKey("path_change.id"), info={"label": "上级节点（本草稿新增）"}
    )
    fast_return: Mapped[bool] = column("退回直达申报人", Boolean, default=False)
    inner_deadline: Mapped[date | None] = column("本级审核截止", Date)
    confirmed_at: Mapped[datetime | None] = column("单位确认时间", DateTime)
    reason: Mapped[str] = column("注销原因", Text, default="")
    made_node_id: Mapped[int | None] = mapped_column(ForeignKey("path_node.id"), info={"label": "生效后的节点"})

    draft: Mapped[PathDraft] = relationship(back_populates="changes")
    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "下级机构"})
    node: Mapped[PathNode | None] = relationship(foreign_keys=[node_id], info={"label": "下级机构"})
