"""我的账号 · 个人信息: what a person tells of himself, kept by himself (附件1 个人基本信息).

Name and number are those of the papers; sex and day of birth follow from the number where it tells them and are typed
where it does not (港澳台 and foreign papers, 118号 四(一)1). Declarations show these facts and do not keep them twice.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from sqlalchemy import select

from models.committees.catalogue import CodeItem
from models.register.person import Person
from workflow.accounts.registration import OLDEST, YOUNGEST, read_identity, read_phone
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork

#: An address of mail, its host with a dot; whether it answers is asked by 消息接收, not here.
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


def told_by_number(person: Person, today: date) -> bool:
    """Whether the number of the papers tells sex and day of birth."""
    try:
        return read_identity(person.id_kind, person.id_number, today).born_on is not None
    except Refused:
        return False


def asked(person: Person, today: date) -> dict[str, object]:
    """The facts that a form of his cannot do without and his number does not tell, as the form calls them."""
    return {} if told_by_number(person, today) else {"person.sex": person.sex, "person.born_on": person.born_on}


def words(uow: UnitOfWork, name: str) -> list[str]:
    """The words of one of the national code lists (民族, 政治面貌), in their order."""
    rows = select(CodeItem.name).where(CodeItem.list_name == name).order_by(CodeItem.code)
    return list(uow.session.scalars(rows))


def amend(
    uow: UnitOfWork,
    *,
    phone: str = "",
    email: str = "",
    nation: str = "",
    politics: str = "",
    sex: str = "",
    born_on: date | None = None,
) -> Person:
    """保存个人信息; a telephone is shown masked and stays where none is typed.

    Refused, each at its field: a telephone or address that is none, a word that no list has, and where the number does
    not tell them, no sex or a day of birth that cannot be.
    """
    person = uow.actor.person
    if person is None:
        raise NotNow("本账号没有个人登记，不需填写个人信息；申报人请用本人注册的账号登录。")
    facts: dict[str, Any] = {
        "phone": read_phone(phone) if phone.strip() else person.phone,
        "email": email.strip() or None,
        "nation": nation,
        "politics": politics,
    }
    wrong = {}
    if facts["email"] and not _MAIL.fullmatch(facts["email"]):
        wrong["email"] = "电子邮箱的格式不对，应形如 name@example.com；没有的不填。"
    for name, label in (("nation", "民族"), ("politics", "政治面貌")):
        if facts[name] and facts[name] not in words(uow, label):
            wrong[name] = f"请从列表中选择{label}。"
    if not told_by_number(person, uow.today):
        facts |= {"sex": sex, "born_on": born_on}
        if sex not in ("男", "女"):
            wrong["sex"] = "请选择性别，以证件为准。"
        if born_on is None or not YOUNGEST <= uow.today.year - born_on.year <= OLDEST:
            wrong["born_on"] = "请按证件填写出生日期。"
    if wrong:
        raise Refused("个人信息有误，请按提示修改。", fields=wrong)
    changed = sorted(name for name, value in facts.items() if getattr(person, name) != value)
    if not changed:
        raise NotNow("没有任何改动；请修改后再保存，或返回。")
    for name in changed:
        setattr(person, name, facts[name])
    uow.record("amend_person", person, label="修改个人信息", changed=changed)
    return person
