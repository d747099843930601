"""Organisations (机构/单位), their history and their index, and regions (行政区划): who employs and who audits."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import Boolean, Date, DateTime, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Labelled, column


class Region(Model):
    """A region of Hunan (行政区划): province, 14 市州, 122 县市区 and statistical zones."""

    __tablename__ = "region"
    __reference__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("区划代码", String(6), unique=True)
    name: Mapped[str] = column("名称", String(40))
    level: Mapped[str] = column("级别", String(10))
    parent_code: Mapped[str | None] = column("上级代码", String(6), index=True)
    statistical: Mapped[bool] = column("仅统计用", Boolean, default=False)

    def __repr__(self) -> str:
        return self.name


class NodeKind(Labelled):
    """节点类型: never derived from the depth of the region (省直管县 are a kind of their own)."""

    UNIT = "unit", "用人单位"
    AGENCY = "agency", "人力资源服务机构"
    BUREAU = "bureau", "主管部门"
    PROVINCIAL = "provincial", "省直厅局"
    UNIVERSITY = "university", "省属高校"
    ENTERPRISE = "enterprise", "省属企业"
    CENTRAL = "central", "中央在湘单位"
    DISTRICT = "district", "县市区人社部门"
    DIRECT_COUNTY = "direct_county", "省直管县人社部门"
    CITY = "city", "市州人社部门"
    PROVINCE = "province", "省人社厅"
    SUPERVISION = "supervision", "纪检监察机构"


class UnitNature(Labelled):
    """单位性质, as the quota and the statistics need it."""

    INSTITUTION = "institution", "事业单位"
    STATE_OWNED = "state_owned", "国有企业"
    PRIVATE = "private", "民营企业"
    FOREIGN = "foreign", "外资企业"
    SOCIAL = "social", "社会组织"
    GOVERNMENT = "government", "机关"
    OTHER = "other", "其他"


class OrganisationState(Labelled):
    """Read from `active`, so that the lifecycle and the lists speak of the same thing."""

    ACTIVE = "active", "有效", "ok"
    INACTIVE = "inactive", "已停用", "off"


class Organisation(Model):
    """A unit or an office. `superior` is the 隶属 by which a unit reaches the audit path."""

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_superior_kind", "superior_id", "kind"),
        Index(
            "ix_organisation_closed", "id", sqlite_where=text("active IS 0"), postgresql_where=text("active IS FALSE")
        ),
    )
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("统一信用代码", String(18), unique=True, hint="18 位，按 GB 32100 校验")
    name: Mapped[str] = column("机构名称", String(120), index=True)
    pinyin: Mapped[str] = column("拼音首字母", String(120), default="", index=True)
    kind: Mapped[str] = column("节点类型", String(20), default=NodeKind.UNIT, info={"enum": NodeKind}, index=True)
    nature: Mapped[str] = column("单位性质", String(20), default=UnitNature.INSTITUTION, info={"enum": UnitNature})
    region_code: Mapped[str] = column("行政区划", String(6), index=True, info={"list": "region"})
    superior_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation.id"), info={"label": "上级单位"}, index=True
    )
    file_holder: Mapped[str] = column("人事档案存放单位", String(120), default="")
    contact: Mapped[str] = column("联系人", String(40), default="")
    telephone: Mapped[str] = column("联系电话", String(40), default="")
    complaint_telephone: Mapped[str] = column("投诉受理电话", String(40), default="")
    grassroots: Mapped[bool] = column("乡镇基层单位", Boolean, default=False)
    active: Mapped[bool] = column("有效", Boolean, default=True)

    superior: Mapped[Organisation | None] = relationship(remote_side=[id], info={"label": "上级单位"})

    @property
    def state(self) -> str:
        """The state of the lifecycle."""
        return OrganisationState.ACTIVE if self.active else OrganisationState.INACTIVE

    @state.setter
    def state(self, state: str) -> None:
        self.active = state == OrganisationState.ACTIVE

    @property
    def is_institution(self) -> bool:
        """事业单位: ratio and quota both bind its candidates (118号 五(三))."""
        return self.nature == UnitNature.INSTITUTION

    def __repr__(self) -> str:
        return self.name


class ChangeKind(Labelled):
    """What happened to an organisation, as its 历史沿革 tells it."""

    RENAMED = "renamed", "更名", "run"
    CORRECTED = "corrected", "更正名称"
    MERGED = "merged", "并入", "warn"
    ABSORBED = "absorbed", "合并", "run"
    CLOSED = "closed", "停用", "off"
    REOPENED = "reopened", "恢复", "ok"


class OrganisationChange(Model):
    """One line of the 历史沿革 of an organisation: what it was called before, by which document, from which day."""

    __tablename__ = "organisation_change"
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "机构"}, index=True)
    kind: Mapped[str] = column("事项", String(20), info={"enum": ChangeKind})
    before_name: Mapped[str] = column("原名称", String(120), index=True)
    after_name: Mapped[str] = column("现名称", String(120))
    before_code: Mapped[str] = column("原统一信用代码", String(18), index=True)
    after_code: Mapped[str] = column("现统一信用代码", String(18))
    other_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), info={"label": "相关机构"}, index=True)
    document: Mapped[str] = column("批准文号", String(80), default="")
    effective_on: Mapped[date] = column("生效日期", Date)
    reason: Mapped[str] = column("说明", String(500), default="")
    at: Mapped[datetime] = column("登记时间", DateTime)
    by: Mapped[str] = column("登记人", String(64))

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id], info={"label": "机构"})
    other: Mapped[Organisation | None] = relationship(foreign_keys=[other_id], info={"label": "相关机构"})


class OrganisationGram(Model):
    """Which organisations are, or were, called by a name with these two characters (workflow/register/name_index.py).

    `members` are ids in ascending order, four bytes each, `first` the first of them: one row for a gram and a run of
    organisations that came together, one row more for each that came by itself. Rows are only ever added; who reads
    them looks at the name as well.
    """

    __tablename__ = "organisation_gram"
    __table_args__ = {"sqlite_with_rowid": False}
    gram: Mapped[str] = column("字对", String(3), primary_key=True)
    first: Mapped[int] = column("首个机构编号", Integer, primary_key=True, autoincrement=False)
    members: Mapped[bytes] = column("机构编号", LargeBinary)
