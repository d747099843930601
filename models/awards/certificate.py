"""发证单位编码, the library of certificate numbers (证书编号库) and certificates (证书)."""

from __future__ import annotations

from datetime import date, datetime

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    and_,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.awards.truth import CertificateTruth
from models.base import Labelled, column
from models.committees.catalogue import Series
from models.declarations.declaration import Declaration
from models.register.organisation import Organisation


class IssuerState(Labelled):
    ACTIVE = "active", "有效", "ok"
    CANCELLED = "cancelled", "已注销", "off"


class Issuer(Model):
    """发证单位编码 (附件3 1.9): 8 digits, the unit code without the leading 43, padded with 0."""

    __tablename__ = "issuer"
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), info={"label": "发证单位"})
    code: Mapped[str] = column("发证单位编码", String(8), unique=True, hint="8 位数字；省厅 00000000，长沙市 01000000")
    state: Mapped[str] = column("状态", String(20), default=IssuerState.ACTIVE, info={"enum": IssuerState})
    reason: Mapped[str] = column("注销原因", String(300), default="")
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    organisation: Mapped[Organisation] = relationship(lazy="joined", info={"label": "发证单位"})

    def __repr__(self) -> str:
        return f"{self.code} {self.organisation.name}"


class NumberState(Labelled):
    """REQUIREMENTS §5.6 (N0–N2)."""

    FREE = "free", "未使用", "ok"
    TAKEN = "taken", "已占用", "run"
    VOID = "void", "已作废", "off"


class Grade(Labelled):
    """The first letter of a certificate number."""

    SENIOR = "A", "高级"
    INTERMEDIATE = "B", "中级"
    JUNIOR = "C", "初级"


class WayDigit(Labelled):
    """The sixth place of a certificate number."""

    REVIEW = "1", "评审"
    EXAM = "2", "考试"
    RECOGNITION = "3", "认定"


class CertificateNumber(Model):
    """One number of the library. Numbers of a key are generated without a gap and taken in order."""

    __tablename__ = "certificate_number"
    __table_args__ = (
        UniqueConstraint("prefix", "serial"),
        Index("ix_certificate_number_free", "prefix", "state", "serial"),
    )
    __protected__ = ("number", "state")
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("证书编号", String(18), unique=True)
    prefix: Mapped[str] = column("编号前缀", String(14))
    serial: Mapped[int] = column("序号", Integer, least=1, most=9999)
    year: Mapped[int] = column("年度", Integer, least=2000, most=2100)
    series_id: Mapped[int] = mapped_column(ForeignKey("series.id"), info={"label": "职称系列"})
    grade: Mapped[str] = column("职称等级", String(1), info={"enum": Grade})
    way_digit: Mapped[str] = column("取得方式", String(1), info={"enum": WayDigit})
    issuer_id: Mapped[int] = mapped_column(ForeignKey("issuer.id"), info={"label": "发证单位"})
    state: Mapped[str] = column("状态", String(20), default=NumberState.FREE, info={"enum": NumberState})
    series: Mapped[Series] = relationship(info={"label": "职称系列"})
    issuer: Mapped[Issuer] = relationship(info={"label": "发证单位"})

    def __repr__(self) -> str:
        return self.number


class NumberCounter(Model):
    """The last serial generated for a prefix; the row that concurrent generators lock."""

    __tablename__ = "number_counter"
    __table_args__ = (CheckConstraint("last >= 0 AND last <= 9999", name="space"),)
    prefix: Mapped[str] = column("编号前缀", String(14), primary_key=True)
    last: Mapped[int] = column("末号", Integer, default=0)


class CertificateState(Labelled):
    """REQUIREMENTS §5.6 (K1–K6)."""

    ISSUED = "issued", "待上报", "run"
    REPORTING = "reporting", "上报中", "run"
    REPORTED = "reported", "已上报", "ok"
    REPORT_FAILED = "report_failed", "上报失败", "bad"
    CORRECTED = "corrected", "已更正换发", "off"
    REPLACED = "replaced", "已补发新证", "off"
    REVOKED = "revoked", "已撤销", "bad"


class Certificate(Model):
    """One edition of an electronic certificate. What it says is fixed at issue; what holds of it today is read from the
    truth of its number (`truth`), which all editions share."""

    __tablename__ = "certificate"
    __table_args__ = (Index("ix_certificate_state", "state", "id"),)
    __trailed__ = True
    __protected__ = ("number", "declaration_id", "holder_name", "title_name", "obtained_on", "state", "edition")
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    number: Mapped[str] = column("证书编号", String(18), index=True)
    edition: Mapped[int] = column("版次", Integer, default=1)
    token: Mapped[str] = column("验证码", String(32), unique=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("declaration.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    holder_name: Mapped[str] = column("姓名", String(60), index=True)
    sex: Mapped[str] = column("性别", String(4), default="")
    unit_name: Mapped[str] = column("工作单位", String(120))
    series_name: Mapped[str] = column("职称系列", String(40))
    title_name: Mapped[str] = column("资格名称", String(40))
    level_name: Mapped[str] = column("级别", String(10))
    specialty_name: Mapped[str] = column("专业名称", String(80), default="")
    way_name: Mapped[str] = column("取得方式", String(10))
    body_name: Mapped[str] = column("评审委员会或认定单位", String(120))
    issuer_name: Mapped[str] = column("发证单位", String(120))
    document: Mapped[str] = column("文件编号", String(60))
    obtained_on: Mapped[date] = column("取得时间", Date)
    issued_at: Mapped[datetime] = column("发放时间", DateTime)
    downloaded_at: Mapped[datetime | None] = column("本人首次下载时间", DateTime)
    report_batch: Mapped[str] = column("上报批次", String(40), default="")
    report_receipt: Mapped[str] = column("上报回执", String(120), default="")
    report_error: Mapped[str] = column("上报失败原因", String(300), default="")
    reported_at: Mapped[datetime | None] = column("上报时间", DateTime)
    revoke_reason: Mapped[str] = column("撤销原因", String(500), default="")
    revoke_document: Mapped[str] = column("撤销依据文号", String(80), default="")
    revoked_on: Mapped[date | None] = column("撤销日期", Date)
    revoke_batch: Mapped[str] = column("撤销上报批次", String(40), default="")
    state: Mapped[str] = column("状态", String(20), default=CertificateState.ISSUED, info={"enum": CertificateState})
    version: Mapped[int] = column("版本", Integer)

    __mapper_args__ = {"version_id_col": version}
    declaration: Mapped[Declaration] = relationship(info={"label": "申报"})
    truth: Mapped[CertificateTruth | None] = relationship(
        primaryjoin=lambda: foreign(Certificate.number) == CertificateTruth.number,
        viewonly=True,
        lazy="selectin",
        info={"label": "现状"},
    )

    def __repr__(self) -> str:
        return f"{self.number} {self.holder_name}"


def in_force() -> ColumnElement[bool]:
    """Joins a number to its newest edition."""
    return and_(Certificate.number == CertificateTruth.number, Certificate.edition == CertificateTruth.edition)
