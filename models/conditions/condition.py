"""The conditions of declaring as the office's own rows: alternatives, exclusions, titles given by examination only."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder import Model
from sqlalchemy import DateTime, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.accounts.account import Account
from models.base import Labelled, column
from models.committees.catalogue import TitleLevel


class ConditionState(Labelled):
    """Whether the office has laid the row beside the document it cites."""

    UNCONFIRMED = "unconfirmed", "待确认", "warn"
    CONFIRMED = "confirmed", "已确认", "ok"
    RETIRED = "retired", "已停用", "off"


class ExclusionState(Labelled):
    """The same of an exclusion."""

    UNCONFIRMED = "unconfirmed", "待确认", "warn"
    CONFIRMED = "confirmed", "已确认", "ok"
    RETIRED = "retired", "已停用", "off"


class ExaminedTitleState(Labelled):
    """The same of a title that an examination gives."""

    UNCONFIRMED = "unconfirmed", "待确认", "warn"
    CONFIRMED = "confirmed", "已确认", "ok"
    RETIRED = "retired", "已停用", "off"


class Confidence(Labelled):
    """Where the text of a row was read."""

    OFFICIAL = "official", "官方原文", "ok"
    MIRROR = "mirror", "转载或摘编", "warn"
    MEMORY = "memory", "凭记忆录入", "bad"


class HeldBasis(Labelled):
    """From which day a title counts."""

    OBTAINED = "obtained", "取得之日"
    EMPLOYED = "employed", "受聘之日"


class WorkBasis(Labelled):
    """From which day professional work counts."""

    ANY = "any", "从事专业之日"
    DEGREE = "degree", "取得相应学历之后"


class ConditionWay(Labelled):
    """How the title is obtained; an examination is not declared here, its rows inform."""

    REVIEW = "review", "评审"
    INITIAL = "initial", "初定、认定"
    EXAM = "exam", "考试"


class ConditionKind(Labelled):
    """By which way an alternative leads to the title."""

    NORMAL = "normal", "正常申报"
    EXCEPTIONAL = "exceptional", "破格"
    GREEN = "green", "绿色通道"
    TRANSFER = "transfer", "跨系列转评"
    PRIVATE = "private", "民营企业等直接申报"
    GRASSROOTS = "grassroots", "基层"
    SKILLED = "skilled", "高技能人才贯通"


class YearCounting(Labelled):
    """How the document counts full years."""

    DAY = "day@cutoff", "满整年，截至材料有效截止日"
    YEAR_END = "day@12-31", "满整年，截至当年 12 月 31 日"
    YEAR = "year", "按年度相减"


class Sourced:
    """What every such row says of its source, and who has confirmed it."""

    document: Mapped[str] = column("文件", String(200), default="")
    confidence: Mapped[str] = column("可信程度", String(10), default=Confidence.MEMORY, info={"enum": Confidence})
    source: Mapped[str] = column("来源", String(300), default="")
    note: Mapped[str] = column("备注", String(600), default="")
    state: Mapped[str] = column(
        "状态", String(20), default=ConditionState.UNCONFIRMED, info={"enum": ConditionState}, index=True
    )
    confirmed_at: Mapped[datetime | None] = column("确认时间", DateTime)
    confirmed_page: Mapped[str] = column("原文出处（页、条）", String(120), default="")
    version: Mapped[int] = column("版本", Integer)

    @declared_attr
    def confirmed_by_id(cls) -> Mapped[int | None]:  # noqa: N805
        """Who has laid it beside the document."""
        return mapped_column(ForeignKey("ab_user.id"), info={"label": "确认人"})

    @declared_attr
    def confirmed_by(cls) -> Mapped[Account | None]:  # noqa: N805
        """The same as an account."""
        return relationship(Account, info={"label": "确认人"})

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:  # noqa: N805
        """Two people at once end as one done, one told."""
        return {"version_id_col": cls.version}


class Condition(Sourced, Model):
    """One alternative: all of its columns must hold, and one alternative is enough."""

    __tablename__ = "condition"
    __reference__ = True
    __trailed__ = True
    __table_args__ = (Index("ix_condition_series_level", "series", "level"),)
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    alt_id: Mapped[str] = column("条件编号", String(40), unique=True)
    series: Mapped[int] = column("系列序号", Integer, hint="0 表示所有系列", least=0, most=9999)
    branch: Mapped[str] = column("分支", String(80), default="*", hint="* 表示所有分支；几个分支用 | 分隔")
    level: Mapped[str] = column("职称级别", String(20), info={"enum": TitleLevel})
    title_target: Mapped[str] = column("职称名称", String(80), default="")
    way: Mapped[str] = column("取得方式", String(20), default=ConditionWay.REVIEW, info={"enum": ConditionWay})
    exception_kind: Mapped[str] = column("途径", String(20), default=ConditionKind.NORMAL, info={"enum": ConditionKind})
    degree: Mapped[str] = column("学历学位", String(80), default="", hint="几种学历任一即可的用 | 分隔；不填为不限")
    held_level: Mapped[str] = column("现任职称级别", String(20), default="", info={"enum": TitleLevel})
    held_basis: Mapped[str] = column("任职起算", String(20), default="", info={"enum": HeldBasis})
    held_years: Mapped[int | None] = column("任职年限", Integer, least=0, most=60)
    work_years: Mapped[int | None] = column("从业年限", Integer, least=0, most=60)
    work_counts_from: Mapped[str] = column("从业起算", String(20), default="", info={"enum": WorkBasis})
    extra: Mapped[str] = column(
        "附加条件", String(300), default="", hint="用 ; 分隔的都须具备，用 | 分隔的具备其一；例如 licence=teacher"
    )
    counting: Mapped[str] = column("年限计算", String(12), default=YearCounting.DAY, info={"enum": YearCounting})
    article: Mapped[str] = column("条款", String(120), default="")
    effective_from: Mapped[str] = column("施行日期", String(10), default="")
    effective_to: Mapped[str] = column("废止日期", String(10), default="")

    def in_force(self, year: int) -> bool:
        """Whether it counts for a batch of that year; a day that is not known does not end it."""
        began, ended = self.effective_from[:4], self.effective_to[:4]
        return (not began.isdigit() or int(began) <= year) and (not ended.isdigit() or year <= int(ended))

    def __repr__(self) -> str:
        return f"{self.alt_id} {self.title_target}".strip()


class Exclusion(Sourced, Model):
    """Who may not declare at all, or must be asked."""

    __tablename__ = "condition_exclusion"
    __reference__ = True
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    code: Mapped[str] = column("代码", String(40), unique=True)
    name: Mapped[str] = column("情形", String(120))
    test: Mapped[str] = column("判断依据", String(200), default="")
    effect: Mapped[str] = column("处理", String(80), default="")

    def __repr__(self) -> str:
        return self.name


class ExaminedTitle(Sourced, Model):
    """Levels of a series, a branch or a specialty that an examination gives (以考代评)."""

    __tablename__ = "condition_examined"
    __reference__ = True
    __trailed__ = True
    id: Mapped[int] = column("编号", Integer, primary_key=True)
    series: Mapped[int] = column("系列序号", Integer, least=0, most=9999)
    branch: Mapped[str] = column("分支或专业", String(80), default="*", hint="专业写作 specialty:专业名称")
    levels: Mapped[str] = column("职称级别", String(80), hint="几个级别用 , 分隔")
    examination: Mapped[str] = column("考试", String(200))

    def __repr__(self) -> str:
        return self.examination
