"""统计口径: what figures say of a declaration, taken at its last 提交, and how far it has got since.

A unit changes its nature, a person goes on ageing, a title is lost again: the yearly figures stay what they were. So
these facts are copied at the submission, and of each stage the day stands on which it was reached first. Nothing is
decided by them, and they open nothing. No foreign keys, as in `reading`: half a million are written in one go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Boolean, ColumnElement, Date, DateTime, Integer, SmallInteger, String, and_, case, or_
from sqlalchemy.orm import Mapped
from sqlalchemy.sql import literal_column

from models.base import Labelled, column
from models.declarations.declaration import DeclarationState as S
from models.declarations.reading import Coded
from models.declarations.standing import Reached, states
from models.paths.path import Way
from models.register.organisation import NodeKind, UnitNature
from models.register.person import IdKind


class Lane(Labelled):
    """归口 beside the 14 市州, which stand by their four digits: the way of the audit decides, not the seat."""

    PROVINCIAL = "4300", "省直"
    ENTERPRISE = "enterprise", "省属企业"
    UNIVERSITY = "university", "省属高校"
    CENTRAL = "central", "中央在湘单位"


#: A way that leads straight to the province belongs to the first organisation of these kinds on it.
LANE_KINDS = {
    NodeKind.ENTERPRISE: Lane.ENTERPRISE,
    NodeKind.UNIVERSITY: Lane.UNIVERSITY,
    NodeKind.CENTRAL: Lane.CENTRAL,
}


class Education(Labelled):
    """The highest 学历, in the bands that tables of personnel have."""

    DOCTOR = "doctor", "博士研究生"
    MASTER = "master", "硕士研究生"
    BACHELOR = "bachelor", "大学本科"
    COLLEGE = "college", "大学专科"
    SECONDARY = "secondary", "中专及以下"


class Origin(Labelled):
    """Persons from 港澳台 and abroad declare with equal rights (118号 四(一)1) and are counted by themselves."""

    MAINLAND = "mainland", "内地"
    HMT = "hmt", "港澳台"
    FOREIGN = "foreign", "外籍"


# fmt: off
#: The words of the form (data/declaration_form.toml) by their band; what is not named is the lowest.
BANDS = {
    "博士研究生毕业": Education.DOCTOR, "硕士研究生毕业": Education.MASTER, "研究生班毕业": Education.MASTER,
    "大学本科毕业": Education.BACHELOR, "大学普通班毕业": Education.BACHELOR, "大学专科毕业": Education.COLLEGE,
}
ORIGINS = {
    IdKind.HK_MACAO: Origin.HMT, IdKind.TAIWAN: Origin.HMT, IdKind.HMT_RESIDENT: Origin.HMT,
    IdKind.FOREIGN: Origin.FOREIGN, IdKind.PASSPORT: Origin.FOREIGN,
}
#: Words of closed lists as numbers. A number once given is never given again.
NATURES = {
    UnitNature.INSTITUTION: 1, UnitNature.STATE_OWNED: 2, UnitNature.PRIVATE: 3, UnitNature.FOREIGN: 4, UnitNature.SOCIAL: 5,
    UnitNature.GOVERNMENT: 6, UnitNature.OTHER: 7,
}
EDUCATIONS = {Education.DOCTOR: 1, Education.MASTER: 2, Education.BACHELOR: 3, Education.COLLEGE: 4, Education.SECONDARY: 5}
ORIGIN_NUMBERS = {Origin.MAINLAND: 1, Origin.HMT: 2, Origin.FOREIGN: 3}
STAGES = {
    Reached.SUBMITTED: 1, Reached.PUBLICISED: 2, Reached.AUDITED: 3, Reached.COMMITTEE: 4, Reached.QUALIFIED: 5,
    Reached.DECIDED: 6, Reached.PASSED: 7, Reached.FILED: 8, Reached.ISSUED: 9,
}
# fmt: on


class Profile(Model):
    """One declaration as figures count it."""

    __tablename__ = "declaration_profile"
    declaration_id: Mapped[int] = column("申报", Integer, primary_key=True, autoincrement=False)
    #: the 提交 and the content that the facts were taken of; another one takes them anew
    taken_at: Mapped[datetime | None] = column("所取提交时间", DateTime)
    taken_hash: Mapped[str | None] = column("所取内容摘要", String(64))
    lane: Mapped[str] = column("归口", String(10))
    nature: Mapped[str] = column("提交时单位性质", Coded(NATURES))
    grassroots: Mapped[bool] = column("提交时乡镇基层单位", Boolean)
    sex: Mapped[str] = column("性别", String(4))
    age: Mapped[int | None] = column("年末年龄", SmallInteger)
    origin: Mapped[str] = column("人员来源", Coded(ORIGIN_NUMBERS))
    education: Mapped[str | None] = column("最高学历", Coded(EDUCATIONS))
    returns: Mapped[int] = column("退回次数", SmallInteger)
    posted: Mapped[bool] = column("单位公示已通过", Boolean)
    stage: Mapped[str] = column("到达阶段", Coded(STAGES))
    publicised_on: Mapped[date | None] = column("首次通过单位公示", Date)
    audited_on: Mapped[date | None] = column("首次单位上报", Date)
    committee_on: Mapped[date | None] = column("首次到评委会", Date)
    qualified_on: Mapped[date | None] = column("首次复核合格", Date)
    decided_on: Mapped[date | None] = column("首次表决", Date)
    passed_on: Mapped[date | None] = column("首次通过", Date)
    filed_on: Mapped[date | None] = column("首次备案", Date)
    issued_on: Mapped[date | None] = column("首次发证", Date)
    first_sent_on: Mapped[date | None] = column("首次提交", Date)
    ended_on: Mapped[date | None] = column("办结", Date)  #: nothing while it is under way, also again


#: The column that keeps the day of each stage behind 提交.
DAYS = {stage: f"{stage.value}_on" for stage in Reached if stage is not Reached.SUBMITTED}


def shown_by(d: Any, posted: ColumnElement[bool]) -> Mapping[Reached, Sequence[ColumnElement[bool]]]:
    """What else than the state shows that a declaration got so far: most of what was sent back or ended got further.

    A title revoked, or lost to a proven objection, is no longer counted as passed: it stays among those voted on.
    公示 is passed once its result is registered without a proven objection; running, it is not.
    """
    return {
        Reached.DECIDED: (d.voted_on.is_not(None), and_(d.state == _said(S.REVOKED), d.way == _said(Way.REVIEW))),
        Reached.QUALIFIED: (d.plan_id.is_not(None),),
        Reached.COMMITTEE: (d.reached_committee_at.is_not(None),),
        Reached.AUDITED: (d.position >= literal_column("1"), d.returned_from >= literal_column("1")),
        Reached.PUBLICISED: (posted,),
    }


def furthest(d: Any, posted: ColumnElement[bool]) -> ColumnElement[int]:
    """The number of the furthest stage that the columns `d` of a declaration prove; the first true one counts."""
    shown = shown_by(d, posted)
    whens = [
        (or_(d.state.in_([_said(state) for state in states(reached=stage)]), *shown.get(stage, ())), _number(stage))
        for stage in reversed(Reached)
        if stage is not Reached.SUBMITTED
    ]
    return case(*whens, else_=_number(Reached.SUBMITTED))


def _said(word: str) -> Any:
    """A word of ours inside the statement, which has enough parameters."""
    return literal_column(f"'{word!s}'", String())


def _number(stage: Reached) -> Any:
    return literal_column(str(STAGES[stage]), Integer())
