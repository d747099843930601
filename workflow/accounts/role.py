"""Roles on the screen (角色与权限): the 安全管理员 makes a role out of what standing roles can do, gives and takes.

A made role builds on standing roles (its capacities) and has, of what these have by default, what was ticked: pages,
verbs, rows. A standing role keeps its default, and what the office changed is kept as a difference, so that an upgrade
brings what is new and leaves what was decided; 恢复默认 forgets the difference. The roles of the three administrators
are fixed (GB/T 22239-2019 8.1.4.2 d): whoever could change them could take them over, or shut everybody out. Every
change is journalled with what was before and after, and counts from the next request of whoever holds the role.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select

from models.accounts.account import Account
from models.accounts.charter import PLAYS, CharterState, RoleAbility, RoleCharter
from workflow.accounts import granted
from workflow.accounts.apart import clash
from workflow.base import roles as r
from workflow.base.abilities import PAGE, Ability, carried, grants, known, verb, within
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork

MAKE = verb("charter.make", "建立角色", "角色", r.SECURITY_ADMIN)
CLAUSE = "GB/T 22239-2019 8.1.4.2"
#: Standing roles on which a made role may build: everybody's but the administrators'.
BUILDABLE = tuple(name for name in r.ALL if name not in r.THREE_ADMINS)
_NAME = re.compile(r"[\w（）()·—\-]{2,30}")
#: Names that programs and people know as something else.
_TAKEN = {"admin", "public", r.SYSTEM, granted.PUBLIC_ROLE}


def made(uow: UnitOfWork, charter: RoleCharter) -> str | None:
    """Only a role that was made here."""
    return None if charter.made else "标准角色的名称和存废由产品决定，不能改名或停用；可以调整其权限，或另建角色。"


def adjusted(uow: UnitOfWork, charter: RoleCharter) -> str | None:
    """A standing role that differs from its default."""
    if charter.made:
        return "自建角色没有默认权限，不能恢复默认；请直接调整。"
    return None if charter.abilities else "该角色与默认权限一致，无须恢复。"


def no_administrator(uow: UnitOfWork, charter: RoleCharter) -> str | None:
    """The three administrators keep exactly what the product gives them, or nobody could put things right again."""
    if charter.role.name in r.THREE_ADMINS:
        return (
            f"“{charter.role.name}”的权限由产品固定，不能调整：三员相互制约，"
            f"收走其职权将无人能够管理角色和账号（{CLAUSE}）。"
        )
    return None


_REASON = Ask("reason", "原因", "area", max_length=300)
_BY = (r.SECURITY_ADMIN,)
_USED, _OUT = CharterState.IN_USE, CharterState.RETIRED
# fmt: off
ROLE = Flow("角色", CharterState, [
    #     verb         label        from            to      by   only if             asks
    Step("change",     "调整权限",  {_USED, _OUT},  None,   _BY, [no_administrator], (),        CLAUSE),
    Step("rename",     "改名",      {_USED, _OUT},  None,   _BY, [made],
         [Ask("name", "新名称", max_length=30, default=lambda _uow, charter: charter.role.name)],  CLAUSE),
    Step("retire",     "停用",      {_USED},        _OUT,   _BY, [made],             [_REASON], CLAUSE, "bad", "停用后，持有该角色的账号立即失去其全部权限，确定停用吗？"),
    Step("reinstate",  "恢复使用",  {_OUT},         _USED,  _BY, [made],             [_REASON], CLAUSE),
    Step("restore",    "恢复默认",  {_USED},        None,   _BY, [no_administrator, adjusted], [_REASON], CLAUSE, "", "将取消对该标准角色的全部调整，恢复产品默认权限，确定吗？"),
])
# fmt: on


# -- what was ticked ------------------------------------------------------------------------------------


def held_by(charter: RoleCharter) -> set[str]:
    """The keys of everything the role has, in use or not: what stands ticked in its form."""
    decided = charter.decided
    return {
        key
        for key, ability in known().items()
        if decided.get(key, not charter.made and charter.role.name in ability.roles) and not ability.basic
    }


def default_of(name: str) -> set[str]:
    """What the tables in code give a standing role, as far as it is a matter of choice."""
    return {key for key, ability in known().items() if name in ability.roles and not ability.basic}


def choosable(capacities: Iterable[str]) -> dict[str, Ability]:
    """What may be ticked for a role with these capacities; what everybody has is no matter of choice."""
    return {key: ability for key, ability in within(capacities).items() if not ability.basic}


def _checked(charter: RoleCharter | None, capacities: Collection[str], ticked: Collection[str]) -> None:
    """Refuse capacities that may not meet, and ticks that are unknown, beyond them, or half of a page."""
    if strange := [name for name in capacities if name not in BUILDABLE]:
        raise Refused(
            f"不能承担“{'、'.join(strange)}”的职责；三员的权限不得并入其他角色（{CLAUSE}）。", field="capacity"
        )
    if not capacities:
        raise Refused("请至少选择一个承担的岗位。", field="capacity")
    if sentence := clash(capacities):
        raise Refused(sentence, field="capacity")
    may_have = choosable(capacities)
    for key in ticked:
        if key not in may_have:
            named = known().get(key)
            if named is None:
                raise Refused("所勾选的权限有误，请刷新后重新勾选。", field="ticked")
            raise Refused(f"“{named.label}”只属于{named.who}，请先选择承担该岗位，或取消勾选。", field="ticked")
    if not ticked and charter is None:
        raise Refused("请至少勾选一项权限。", field="ticked")
    half = [may_have[k].label for k in ticked if k.startswith(f"{PAGE}:") and _opening(k) not in ticked]
    if half:
        raise Refused(f"勾选了“{'、'.join(half)}”，须同时勾选该功能的“查看、办理”。", field="ticked")


def _opening(key: str) -> str:
    return f"{key.rpartition('.')[0]}.opens"


def _named(uow: UnitOfWork, name: str, charter: RoleCharter | None = None) -> str:
    """A name for a made role; refuses one that is taken or says nothing."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise Refused("角色名称应为 2 至 30 个汉字、字母或数字，不含空格和标点。", field="name")
    if name in r.ALL or name.lower() in _TAKEN:
        raise Refused(f"“{name}”是标准角色的名称，请换一个。", field="name")
    same = select(Role.id).where(func.lower(Role.name) == name.lower())
    if charter is not None:
        same = same.where(Role.id != charter.role_id)
    if uow.session.scalar(same) is not None:
        raise Refused(f"已有名为“{name}”的角色，请换一个。", field="name")
    return name


# -- the verbs ---------------------------------------------------------------------------------------------


def make_role(
    uow: UnitOfWork, *, name: str, note: str, capacities: Collection[str], ticked: Collection[str]
) -> RoleCharter:
    """建立角色: taken are the name, why it is needed, the standing roles it builds on, the keys that were ticked.

    Refused: another than the 安全管理员; a name that is taken; capacities whose duties may not meet in one hand; a
    tick beyond them; no tick at all.
    """
    uow.lead(MAKE)
    name = _named(uow, name)
    _checked(None, capacities, ticked)
    charter = RoleCharter(role=Role(name=name), made=True, note=note.strip()[:300], state=_USED, edition=1)
    charter.changed_at = uow.now
    uow.session.add(charter)
    uow.session.flush()
    _decide(charter, {f"{PLAYS}{c}": True for c in capacities} | dict.fromkeys(ticked, True))
    uow.session.flush()
    granted.write_permissions(uow)
    uow.record(
        "make_role", charter, label="建立角色", name=name, capacities=sorted(capacities), abilities_after=sorted(ticked)
    )
    return charter


def change_role(
    uow: UnitOfWork, charter: RoleCharter, *, note: str, capacities: Collection[str], ticked: Collection[str]
) -> None:
    """调整权限: from now on the role has exactly what is ticked; a standing role keeps its own capacity.

    Refused: an administrator's role; what `make_role` refuses; a capacity that may not meet another role of somebody
    who holds this one, by name; no change at all.
    """
    if refusal := ROLE.refusal(uow, charter, "change"):
        raise refusal
    own = () if charter.made else (charter.role.name,)
    capacities = tuple(dict.fromkeys((*own, *capacities)))
    _checked(charter, capacities, ticked)
    before, played = held_by(charter), charter.capacities
    wanted = {f"{PLAYS}{c}": True for c in capacities if c not in own}
    if charter.made:
        wanted |= dict.fromkeys(ticked, True)
    else:
        default = default_of(charter.role.name)
        wanted |= dict.fromkeys(set(ticked) - default, True) | dict.fromkeys(default - set(ticked), False)
    if wanted == dict(charter.decided) and note.strip() == charter.note:
        raise Refused("没有改变任何权限。", field="ticked")
    _refuse_holders(uow, charter, capacities)
    charter.note = note.strip()[:300]
    _decide(charter, wanted)
    _revised(uow, charter)
    granted.write_permissions(uow)
    ROLE.advance(
        uow,
        charter,
        "change",
        name=charter.role.name,
        capacities_before=sorted(played),
        capacities_after=sorted(capacities),
        items=_differences(before, set(ticked)),
        abilities_before=sorted(before),
        abilities_after=sorted(ticked),
    )


@ROLE.performs("rename")
def rename(uow: UnitOfWork, charter: RoleCharter, *, name: str) -> None:
    """改名 of a made role; who holds it keeps it."""
    name, was = _named(uow, name, charter), charter.role.name
    if name == was:
        raise Refused("名称没有改变。", field="name")
    charter.role.name = name
    _revised(uow, charter)
    ROLE.advance(uow, charter, "rename", name_before=was, name_after=name, items=[f"{was} → {name}"])


@ROLE.performs("retire")
def retire(uow: UnitOfWork, charter: RoleCharter, *, reason: str) -> None:
    """Take a made role out of use: it gives nothing to anybody from the next request on, and is given to nobody."""
    holders = len(holders_of(uow, charter))
    ROLE.advance(uow, charter, "retire", opinion=reason.strip(), name=charter.role.name, holders=holders)
    _revised(uow, charter)
    granted.write_permissions(uow)


@ROLE.performs("reinstate")
def reinstate(uow: UnitOfWork, charter: RoleCharter, *, reason: str) -> None:
    """Put it into use again, with what it had."""
    _refuse_holders(uow, charter, charter.capacities)
    ROLE.advance(uow, charter, "reinstate", opinion=reason.strip(), name=charter.role.name)
    _revised(uow, charter)
    granted.write_permissions(uow)


@ROLE.performs("restore")
def restore(uow: UnitOfWork, charter: RoleCharter, *, reason: str) -> None:
    """恢复默认: a standing role is again what the table in code says."""
    before, after = held_by(charter), default_of(charter.role.name)
    ROLE.advance(
        uow,
        charter,
        "restore",
        opinion=reason.strip(),
        name=charter.role.name,
        items=_differences(before, after),
        abilities_before=sorted(before),
        abilities_after=sorted(after),
    )
    _decide(charter, {})
    _revised(uow, charter)
    granted.write_permissions(uow)


def holders_of(uow: UnitOfWork, charter: RoleCharter) -> list[Account]:
    """The accounts that hold the role, by user name."""
    held = select(Account).join(Account.roles).where(Role.id == charter.role_id).order_by(Account.username)
    return list(uow.session.scalars(held).unique())


# -- small parts -------------------------------------------------------------------------------------------


def _decide(charter: RoleCharter, wanted: dict[str, bool]) -> None:
    """Make the lines of the charter say exactly this."""
    for line in list(charter.abilities):
        if line.name not in wanted:
            charter.abilities.remove(line)
        elif line.given != wanted[line.name]:
            line.given = wanted[line.name]
    have = {line.name for line in charter.abilities}
    charter.abilities += [RoleAbility(name=k, given=v) for k, v in sorted(wanted.items()) if k not in have]


def _revised(uow: UnitOfWork, charter: RoleCharter) -> None:
    """The charter itself changes with its lines, so that of two who change it at once one is told."""
    charter.edition += 1
    charter.changed_at = uow.now
    uow.session.flush()


def _refuse_holders(uow: UnitOfWork, charter: RoleCharter, capacities: Iterable[str]) -> None:
    """Nobody may come to hold two roles whose duties are apart because one of them was changed."""
    capacities = tuple(capacities)
    for account in holders_of(uow, charter):
        for beside in account.roles:
            if beside.id != charter.role_id and (sentence := clash((*capacities, *carried(beside)))):
                raise Refused(f"账号“{account.username}”同时持有“{beside.name}”：{sentence}", field="capacity")


def _differences(before: set[str], after: set[str]) -> list[str]:
    """What was given and taken, in words, for the trail."""

    def words(keys: set[str]) -> str:
        return "、".join(known()[key].label for key in sorted(keys) if key in known())

    gave, took = after - before, before - after
    return [*([f"授予：{words(gave)}"] if gave else []), *([f"收回：{words(took)}"] if took else [])]


def effective(charter: RoleCharter) -> list[Ability]:
    """Everything a holder has through this role now, what everybody has included."""
    return [ability for ability in known().values() if grants(charter.role, ability.key, ability.roles)]
