"""What a declaration of quota must show: posts for vacancies, retirements for 退多补少, people for special cases.

Source: 118号 三(二), the four special cases of 三(二)2.
"""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.committees.catalogue import TitleLevel
from models.declarations.quota import Quota, QuotaKind, QuotaState
from workflow.base import settings
from workflow.declarations.quota_need import LEVELS

#: 特殊情况 of kind (3) and the setting that says how many years each must show (118号 三(二)2(3)).
SITUATIONS = {"乡镇专技岗位累计服务": "township_years", "扎根基层一线青年博士": "service_years", "出站留湘博士后": ""}
SENIOR = (TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR)
_LONG_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]")


def special(quota: Quota) -> bool:
    """Whether the kind needs the province's audit (118号 三(二)2)."""
    return quota.kind != QuotaKind.VACANCY


def granted(session: Session, quota: Quota, kind: str) -> int:
    """Places of a kind approved in other rows of the same unit, year and level, all specialties taken together."""
    return (
        session.scalar(
            select(func.coalesce(func.sum(Quota.approved), 0)).where(
                *_beside(quota), Quota.kind == kind, Quota.state == QuotaState.APPROVED
            )
        )
        or 0
    )


def _beside(quota: Quota) -> tuple[ColumnElement[bool], ...]:
    """Other rows of the same unit, year and level."""
    same = (Quota.unit_id == quota.unit.id, Quota.year == quota.year, Quota.level == quota.level)
    return (*same, Quota.id != quota.id) if quota.id is not None else same


def room(session: Session, quota: Quota) -> int:
    """How many places the figures of the row bear beside what is approved: vacancies, or retirements of 退多补少."""
    most = quota.retiring if quota.kind == QuotaKind.RETIREMENT else quota.vacancies
    return max(most - granted(session, quota, quota.kind), 0)


def faults(session: Session, quota: Quota) -> dict[str, str]:
    """What is wrong with a declaration of quota: field → sentence, empty when sound."""
    wrong = {}
    if quota.requested < 1:
        wrong["requested"] = "申报职数至少为 1 个。"
    if min(quota.posts, quota.held, quota.retiring) < 0:
        wrong["posts"] = "核定岗位数、已聘人数和退休人数不能为负数。"
    if quota.kind == QuotaKind.VACANCY and quota.requested > room(session, quota):
        wrong["requested"] = (
            f"申报职数 {quota.requested} 个超过空缺岗位 {max(quota.vacancies, 0)} 个"
            f"（核定 {quota.posts}，已聘 {quota.held}{_told(session, quota)}），须在空缺岗位范围内提出"
            "（118号 三(二)1）；请减少申报数。"
        )
    if quota.kind == QuotaKind.RETIREMENT and quota.requested > room(session, quota):
        wrong["requested"] = (
            f"“退多补少”申报职数 {quota.requested} 个超过下一评审年度年底前退休的 {quota.retiring} 人"
            f"{_told(session, quota, '（', '）')}（118号 三(二)2(4)）；请减少申报数。"
        )
    if quota.level not in LEVELS:
        wrong["level"] = (
            f"{TitleLevel(quota.level).label}不按岗位核定评审职数，不需申报（118号 三(二)、附件2 1.5.1）；"
            f"请选择{'、'.join(level.label for level in LEVELS)}。"
        )
    if quota.specialty is not None and not quota.specialty.in_force(quota.year):
        wrong["specialty"] = (
            f"专业“{quota.specialty.name}”在 {quota.year} 年度未启用或已停用（附件3 1.1），请另选专业。"
        )
    if special(quota):
        wrong |= _special_faults(session, quota)
    elif not quota.establishment.strip():
        wrong["establishment"] = "请填写岗位设置批复文号：须完成岗位设置方可申报空缺职数（118号 三(二)1）。"
    return wrong


def _told(session: Session, quota: Quota, before: str = "，", after: str = "") -> str:
    elsewhere = granted(session, quota, quota.kind)
    return f"{before}本级别其他专业已核准 {elsewhere} 个{after}" if elsewhere else ""


def _special_faults(session: Session, quota: Quota) -> dict[str, str]:
    wrong = {}
    if not quota.statement.strip():
        wrong["statement"] = "特殊情况评审职数须有专项报告，请填写专项报告摘要（118号 三(二)2）。"
    if quota.level not in SENIOR and quota.level in LEVELS:
        wrong["level"] = "特殊情况评审职数只限高级职称（118号 三(二)2）；中级请在空缺岗位范围内申报“空缺岗位”职数。"
    if sentence := _posts_fault(session, quota):
        wrong["posts"] = sentence
    if quota.kind == QuotaKind.RETIREMENT:
        return wrong
    named = [person for person in quota.people if (person.get("name") or "").strip()]
    if len(named) != quota.requested or len(named) != len(quota.people):
        wrong["people"] = (
            f"特殊情况须附人员名单：申报 {quota.requested} 个，名单中有姓名的 {len(named)} 人（118号 三(二)2）。"
        )
    for person in named:
        if sentence := _person_fault(session, quota.kind, person):
            wrong["people"] = sentence
            break
    if twice := _named_twice(session, quota, [person["name"].strip() for person in named]):
        wrong["people"] = (
            f"{twice}在本单位本年度的特殊情况名单中出现不止一次，一人只占一个职数（118号 三(二)2）；"
            "请删去重复的一行并相应减少申报数。"
        )
    return wrong


def _posts_fault(session: Session, quota: Quota) -> str | None:
    """A special case is for whom there is no vacancy; 退多补少 for a unit with more people than posts."""
    if quota.kind == QuotaKind.RETIREMENT:
        if quota.held > quota.posts:
            return None
        return (
            f"“退多补少”只限处于消化职数阶段的事业单位：已聘人数应多于核定岗位数，现核定 {quota.posts}、"
            f"已聘 {quota.held}（118号 三(二)2(4)）；有空缺岗位的请申报“空缺岗位”职数。"
        )
    left = quota.vacancies - granted(session, quota, QuotaKind.VACANCY)
    if left <= 0:
        return None
    return (
        f"本级别还有空缺岗位 {left} 个（核定 {quota.posts}，已聘 {quota.held}），不属于无空缺岗位的特殊情况"
        "（118号 三(二)2）；请先在空缺岗位范围内申报“空缺岗位”职数。"
    )


def _named_twice(session: Session, quota: Quota, names: list[str]) -> str | None:
    """Who stands twice in the list, or in another special list of the unit for the year that is still in force."""
    if twice := next((name for name in names if names.count(name) > 1), None):
        return twice
    others = select(Quota.people).where(
        Quota.unit_id == quota.unit.id,  # a draft is asked before it has its key
        Quota.year == quota.year,
        Quota.kind != QuotaKind.VACANCY,
        Quota.state.in_((QuotaState.DECLARED, QuotaState.EXAMINED, QuotaState.APPROVED)),
    )
    if quota.id is not None:
        others = others.where(Quota.id != quota.id)
    held = {(person.get("name") or "").strip() for people in session.scalars(others) for person in people or []}
    return next((name for name in names if name in held), None)


def _person_fault(session: Session, kind: str, person: dict[str, str]) -> str | None:
    name, years = person["name"].strip(), (person.get("years") or "0").strip()
    if any(_LONG_NUMBER.search(str(value)) for value in person.values()):
        return f"名单中{name}的一行含有证件号码，请删除：名单只填姓名、情形和服务年限，证件信息由系统另行加密保存。"
    if not years.isdecimal():
        return f"{name}的服务年限应为整数年，请更正。"
    if kind == QuotaKind.SCARCE and int(years) < 1:
        return f"{name}须与用人单位签订服务年限，请填写年数（118号 三(二)2(2)）。"
    if kind == QuotaKind.GRASSROOTS:
        situation = person.get("situation") or ""
        if situation not in SITUATIONS:
            return f"请为{name}选择具体情形：{'、'.join(SITUATIONS)}（118号 三(二)2(3)）。"
        least = settings.value(session, SITUATIONS[situation]) if SITUATIONS[situation] else 0
        if int(years) < least:
            return f"{name}的情形“{situation}”须满 {least} 年，现为 {years} 年（118号 三(二)2(3)）。"
    return None
