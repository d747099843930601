"""What a declaration of quota must show: posts for vacancies, retirements for 退多补少, people for special cases.

Source: 118号 三(二), the four special cases of 三(二)2.
"""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from models.declarations.quota import Quota, QuotaKind
from workflow.base import settings

#: 特殊情况 of kind (3) and the setting that says how many years each must show (118号 三(二)2(3)).
SITUATIONS = {"乡镇专技岗位累计服务": "township_years", "扎根基层一线青年博士": "service_years", "出站留湘博士后": ""}
_LONG_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]")


def special(quota: Quota) -> bool:
    """Whether the kind needs the province's audit (118号 三(二)2)."""
    return quota.kind != QuotaKind.VACANCY


def faults(session: Session, quota: Quota) -> dict[str, str]:
    """What is wrong with a declaration of quota: field → sentence, empty when sound."""
    wrong = {}
    if quota.requested < 1:
        wrong["requested"] = "申报职数至少为 1 个。"
    if min(quota.posts, quota.held, quota.retiring) < 0:
        wrong["posts"] = "核定岗位数、已聘人数和退休人数不能为负数。"
    if quota.kind == QuotaKind.VACANCY and quota.requested > quota.vacancies:
        wrong["requested"] = (
            f"申报职数 {quota.requested} 个超过空缺岗位 {max(quota.vacancies, 0)} 个"
            f"（核定 {quota.posts}，已聘 {quota.held}），须在空缺岗位范围内提出（118号 三(二)1）；请减少申报数。"
        )
    if quota.kind == QuotaKind.RETIREMENT and quota.requested > quota.retiring:
        wrong["requested"] = (
            f"“退多补少”申报职数 {quota.requested} 个超过下一评审年度年底前退休的 {quota.retiring} 人（118号 "
            "三(二)2(4)）；请减少申报数。"
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


def _special_faults(session: Session, quota: Quota) -> dict[str, str]:
    wrong = {}
    if not quota.statement.strip():
        wrong["statement"] = "特殊情况评审职数须有专项报告，请填写专项报告摘要（118号 三(二)2）。"
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
    return wrong


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
