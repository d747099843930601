"""批量导入 of accounts and of their roles: two tables of two administrators, as on the screen (三员分立).

The 系统管理员 imports who works where: accounts without a role and without a password, so that nobody signs in by them.
The 安全管理员 imports which roles they hold; every row is the verb of the form, so that a role that does not fit the
organisation or another role is refused at its row. First passwords are handed out afterwards (`issue_passwords`).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select

from models.accounts.account import SYSTEM_NAME, Account
from workflow.accounts import accounts
from workflow.accounts.password import UNUSABLE
from workflow.accounts.reassign import reassign
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.imports.kind import Field, ImportKind, imports

_BY_IMPORT = "批量导入"


def _known(uow: UnitOfWork, username: str) -> Account | None:
    found = select(Account).where(func.lower(Account.username) == username.strip().lower())
    return uow.session.scalar(found.where(Account.username != SYSTEM_NAME))


@imports
class AccountImport(ImportKind):
    """A row is an account: who, at which organisation or committee, in which post."""

    name, title, guide, model = "account", "账号", "GB/T 22239-2019 8.1.4.2", Account
    roles = (roles.SYSTEM_ADMIN,)
    own_parts = ("sign_in", "former_password")
    fields = (
        Field(
            "username", "用户名", required=True, max_length=64, note="3 至 64 位字母、数字或 . _ - @", example="wang.wu"
        ),
        Field("name", "姓名", required=True, max_length=60),
        Field(
            "organisation",
            "所在机构名称或统一信用代码",
            "organisation",
            also=("所在机构",),
            note="省厅、人社部门、主管部门、用人单位的账号必填，角色须与机构相符",
        ),
        Field("committee", "评委会", "committee", note="评委会名称；评委会账号由省厅配置岗在评委会管理中开通"),
        Field("position", "岗位", max_length=20, note="经办人或负责人"),
    )
    key = ("username",)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Account | None:
        """By user name; capital and small letters are the same."""
        found = _known(uow, values["username"])
        if found is not None:
            values["username"] = found.username
        return found

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Account:
        """建立账号, without a password that anybody knows."""
        given = {name: values[name] for name in ("username", "name", "organisation", "committee")}
        position = _position(values["position"])
        return accounts.create_account(uow, password=accounts.Prepared(UNUSABLE), position=position, **given)

    def change(self, uow: UnitOfWork, record: Account, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """变更所属, with all that follows from it."""
        if refusal := accounts.ACCOUNT.refusal(uow, record, "reassign"):
            raise refusal
        given = {name: values[name] for name in ("organisation", "committee")}
        reassign(
            uow, record, name=values["name"] or "", position=_position(values["position"]), reason=_BY_IMPORT, **given
        )

    def values_of(self, record: Account) -> dict[str, Any]:
        """As the form shows it."""
        return {
            "username": record.username,
            "name": record.full_name,
            "organisation": record.organisation,
            "committee": record.committee,
            "position": record.position,
        }

    def state_of(self, record: Account) -> str:
        """Roles and a password show that somebody has dealt with it since."""
        return f"{record.state}·{'、'.join(record.role_names)}·{record.session_epoch}"


def _position(given: str | None) -> str:
    position = (given or "").strip()
    if position and position not in accounts.POSITIONS:
        raise Refused(f"岗位应为{'或'.join(accounts.POSITIONS)}，现为“{position[:20]}”；请更正。", field="position")
    return position


@imports
class AccountRoleImport(ImportKind):
    """A row says which roles an account holds from now on: exactly these."""

    name, title, guide, model = "account_role", "账号角色", "GB/T 22239-2019 8.1.4.2", Account
    roles = (roles.SECURITY_ADMIN,)
    fields = (
        Field("username", "用户名", required=True, max_length=64, note="已由系统管理员建立的账号"),
        Field("name", "姓名", max_length=60, note="填写时与账号核对"),
        Field(
            "roles", "角色", required=True, max_length=300, note="多个用“、”分开；授予后正好是这些角色，未列出的收回"
        ),
    )
    key = ("username",)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Account | None:
        """An account that is there; this import makes none."""
        found = _known(uow, values["username"])
        if found is None:
            raise Refused(
                f"没有用户名为“{values['username'][:64]}”的账号；请先由系统管理员建立或导入账号。", field="username"
            )
        if values["name"] and "".join(values["name"].split()) != "".join(found.full_name.split()):
            raise Refused(f"用户名“{found.username}”的姓名与所填不一致；请核对。", field="name")
        values["username"], values["name"] = found.username, found.full_name
        values["roles"] = _joined(values["roles"])
        return found

    def change(self, uow: UnitOfWork, record: Account, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """授予角色 or 收回角色, by the rules of the form: nobody's own, nobody's last administrator."""
        wanted = set(_split(values["roles"]))
        for verb, fewer in (
            ("grant_role", wanted - set(record.role_names)),
            ("withdraw_role", set(record.role_names) - wanted),
        ):
            if fewer and (refusal := accounts.ACCOUNT.refusal(uow, record, verb)):
                raise refusal
        accounts.assign_roles(uow, record, wanted)

    def values_of(self, record: Account) -> dict[str, Any]:
        """The roles as one text, in the order of the table of roles."""
        return {
            "username": record.username,
            "name": record.full_name,
            "roles": _joined("、".join(record.role_names)),
        }


def _split(text: str | None) -> list[str]:
    return [word for word in re.split(r"[、;；,，\s]+", text or "") if word]


def _joined(text: str | None) -> str:
    return "、".join(sorted(dict.fromkeys(_split(text))))
