"""Accounts: who may sign in, and what the three administrators may do to an account.

三员分立 (GB/T 22239-2019 third level 8.1.4.2 d, 8.1.5): the 系统管理员 makes, stops and starts accounts and
resets passwords; the 安全管理员 gives roles and unlocks; the 审计管理员 reads the journal. None of them holds
another role, and no account changes itself. Passwords are checked and hashed before the writing transaction
opens, because hashing is slow on purpose: `prepared` or `first` first, the verb after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts.account import HEAD, SYSTEM_NAME, Account, AccountState
from models.accounts.charter import charter_of
from models.accounts.sign_in import FormerPassword
from models.committees.committee import Committee
from models.committees.expert import Expert
from models.register.organisation import Organisation
from models.review.session import UNDER_WAY, Member, ReviewSession
from workflow.accounts import password
from workflow.accounts.apart import exclusion
from workflow.accounts.awaiting import undecided
from workflow.accounts.sign_in import end_everywhere
from workflow.base import clock, settings
from workflow.base import roles as r
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.register import person_name
from workflow.register.fit import misfit

CREATE = verb("account.create", "建立账号", "账号", r.SYSTEM_ADMIN, r.SYSTEM)

#: Accounts of the demonstration carry such an address; production does not start while one exists.
DEMO_MAIL = "@demo.invalid"
NO_MAIL = "@accounts.invalid"


# --- the system account ------------------------------------------------------------------------------


def system_account(session: Session) -> Account:
    """The account commands and registrations act as; it cannot sign in. Made by `flask --app run bootstrap`."""
    account = session.scalar(select(Account).where(Account.username == SYSTEM_NAME))
    if account is None:
        raise RuntimeError("系统账号不存在，请先执行 flask --app run bootstrap")
    return account


def install_system_account(session: Session) -> Account:
    """The system account; made, together with its role, when it is not there yet."""
    known = select(Account).where(Account.username == SYSTEM_NAME)
    if found := session.scalar(known):
        return found

    def make(uow: UnitOfWork) -> Account:
        if found := uow.session.scalar(known):  # another node was faster
            return found
        role = uow.session.scalar(select(Role).where(Role.name == r.SYSTEM)) or Role(name=r.SYSTEM)
        uow.actor = account = Account(
            username=SYSTEM_NAME,
            last_name="系统",
            first_name="",
            email=SYSTEM_NAME + NO_MAIL,
            password=password.UNUSABLE,
            active=False,
            roles=[role],
        )
        uow.session.add(account)
        uow.session.flush()
        uow.record("create_account", account, username=SYSTEM_NAME, label="建立系统账号")
        return account

    return attempt(Account(username=SYSTEM_NAME), make, session=session)


# --- passwords, before the transaction ---------------------------------------------------------------


@dataclass(frozen=True)
class Prepared:
    """A password that was found good enough, as its hash."""

    hash: str


def prepared(session: Session, chosen: str, *, account: Account | None = None, words: Iterable[str] = ()) -> Prepared:
    """Hash a password somebody chose; refuse it with the sentences of the policy at the field `password`."""
    own, former, history = tuple(words), [], settings.value(session, "password_history")
    if account is not None:
        own += (account.username, account.last_name or "", account.first_name or "", *_about(account))
        kept = select(FormerPassword.hash).where(FormerPassword.account_id == account.id)
        former = [account.password or "", *session.scalars(kept.order_by(FormerPassword.id.desc()).limit(history))]
    shortest = settings.value(session, "password_min_length")
    if found := password.objections(chosen, words=own, former=former, shortest=shortest, history=history):
        raise Refused("".join(found), field="password")
    return Prepared(password.hashed(chosen))


def first() -> tuple[str, Prepared]:
    """A random first password and its hash."""
    chosen = password.first_password()
    return chosen, Prepared(password.hashed(chosen))


def demonstration(known: str) -> Prepared:
    """The one password all accounts of the demonstration share; it is printed on the sign-in page, so no policy."""
    return Prepared(password.hashed(known))


def _about(account: Account) -> tuple[str, ...]:
    person = (account.person.id_number[-6:], account.person.phone or "") if account.person is not None else ()
    return (*person, account.organisation.name if account.organisation is not None else "")


def is_staff(account: Account) -> bool:
    """Everybody but applicants: two factors, shorter idling, passwords that age (8.1.4.1)."""
    return any(name != r.APPLICANT for name in account.role_names)


# --- the account's own verbs -------------------------------------------------------------------------


def password_is_due(session: Session, account: Account) -> bool:
    """Whether the account owes a new password: the first one, or one older than the policy allows (staff)."""
    if account.must_change_password:
        return True
    if not is_staff(account) or account.password_set_at is None:
        return False
    return clock.database_now(session) - account.password_set_at > timedelta(
        days=settings.value(session, "password_max_age_days")
    )


def change_password(uow: UnitOfWork, account: Account, new: Prepared) -> None:
    """The account takes a password of its own; every cookie it has dies, this one included."""
    if uow.actor.id != account.id:
        raise NotYou("只能修改本人的密码；他人的密码由系统管理员重置。")
    _set_password(uow, account, new, must_change=False)
    uow.record("change_password", account, label="修改密码")


def _set_password(uow: UnitOfWork, account: Account, new: Prepared, *, must_change: bool) -> None:
    if account.password and account.password != password.UNUSABLE:
        uow.session.add(FormerPassword(account_id=account.id, hash=account.password, set_at=uow.now))
    account.password, account.must_change_password = new.hash, must_change
    account.password_set_at = clock.database_now(uow.session)
    account.failed_logins, account.locked_until = 0, None
    end_everywhere(uow, account)


# --- the administrators' verbs -----------------------------------------------------------------------


def create_account(
    uow: UnitOfWork,
    *,
    username: str,
    name: str,
    password: Prepared,
    organisation: Organisation | None = None,
    committee: Committee | None = None,
    position: str = "",
    roles: Iterable[str] = (),
) -> Account:
    """A new account with a first password that must be changed; its roles are the 安全管理员's to give.

    Only installation and registration, which act as the system account, make an account with roles at once.
    """
    uow.lead(CREATE, "只有系统管理员可以建立账号。")
    roles = tuple(roles)
    if roles and not uow.actor.plays(r.SYSTEM):
        raise NotYou("系统管理员不能授予角色，请在账号建立后由安全管理员授予。")
    account = _new_account(
        uow,
        username,
        name,
        password,
        must_change=True,
        organisation_id=organisation.id if organisation else None,
        committee_id=committee.id if committee else None,
        position=position,
    )
    take_roles(uow, account, roles)
    uow.record("create_account", account, username=account.username, roles=sorted(roles), label="建立账号")
    return account


def register(
    uow: UnitOfWork, *, username: str, name: str, password: Prepared, roles: tuple[str, ...], **given: Any
) -> Account:
    """An account its owner made himself, with a password he chose (workflow.accounts.registration decides who may)."""
    if not uow.actor.plays(r.SYSTEM) or set(roles) & {*r.THREE_ADMINS, *r.HRSS}:
        raise NotYou("这类账号不能自行注册。")
    account = _new_account(uow, username, name, password, must_change=False, **given)
    take_roles(uow, account, roles)
    return account


def _new_account(
    uow: UnitOfWork, username: str, name: str, new: Prepared, *, must_change: bool, **given: Any
) -> Account:
    username = username.strip()
    if not 3 <= len(username) <= 64 or not all(c.isalnum() or c in "._-@" for c in username):
        raise Refused("用户名应为 3 至 64 位字母、数字或 . _ - @，不含空格。", field="username")
    name = person_name.read(name)
    taken = select(Account.id).where(func.lower(Account.username) == username.lower())
    if uow.session.scalar(taken) is not None:
        raise Refused(f"用户名“{username}”已被使用，请换一个。", field="username")
    given.setdefault("active", True)
    account = Account(
        username=username,
        last_name=name,
        first_name="",
        email=f"{username.lower()}{NO_MAIL}",
        password=new.hash,
        must_change_password=must_change,
        password_set_at=clock.database_now(uow.session),
        session_epoch=0,
        failed_logins=0,
        created_on=uow.now,
        changed_on=uow.now,
        **given,
    )
    uow.session.add(account)
    uow.session.flush()
    return account


def take_roles(uow: UnitOfWork, account: Account, names: tuple[str, ...]) -> None:
    """Give an account its roles, where they fit; refused where they do not, or exclude each other."""
    have = {role.name: role for role in uow.session.scalars(select(Role).where(Role.name.in_(names)))}
    if unknown := {name for name in names if name not in r.ALL and not givable(have.get(name))}:
        raise Refused(f"没有“{'、'.join(sorted(unknown))}”这一角色，或者它已停用。", field="role")
    roles = [have.get(name) or Role(name=name) for name in names]
    held = set(account.role_names)  # a role that is only kept is not asked: taking another back must go
    new = [role for role in roles if role.name not in held]
    place = account.organisation_id and uow.session.get(Organisation, account.organisation_id)
    office = account.committee_id and uow.session.get(Committee, account.committee_id)
    if sentence := exclusion(roles) or misfit(uow.session, new, place or None, office or None):
        raise Refused(sentence, field="role")
    account.roles = roles
    uow.session.flush()


def givable(role: Any) -> bool:
    """A role that the office made and has not put out of use."""
    charter = charter_of(role) if role is not None else None
    return charter is not None and charter.made and charter.in_use


# --- the lifecycle: what an administrator does to an account -------------------------------------------


def not_oneself(uow: UnitOfWork, account: Account) -> str | None:
    """Nobody administers himself, and nobody the system account."""
    if account.username == SYSTEM_NAME:
        return "系统账号不能改变。"
    return "不能办理本人的账号，请由另一名管理员办理（三员相互制约）。" if uow.actor.id == account.id else None


def locked(uow: UnitOfWork, account: Account) -> str | None:
    """Locked by failures, and still so."""
    still = account.locked_until is not None and account.locked_until > uow.now
    return None if still else "该账号没有锁定，无须解除。"


def has_roles(uow: UnitOfWork, account: Account) -> str | None:
    """There is a role to take back."""
    return None if account.roles else "该账号没有角色，无须收回。"


def has_second_factor(uow: UnitOfWork, account: Account) -> str | None:
    """There is an authenticator to forget."""
    return None if account.totp_secret else "该账号没有登记动态口令，无须重置。"


def not_the_last(uow: UnitOfWork, account: Account) -> str | None:
    """Somebody must be left who gives roles, and somebody who starts accounts; else nobody gets in any more."""
    for name in (r.SECURITY_ADMIN, r.SYSTEM_ADMIN):
        if name in account.role_names and account.active:
            others = select(func.count(Account.id)).filter_by(active=True).join(Account.roles)
            if not uow.session.scalar(others.where(Role.name == name, Account.id != account.id)):
                return f"这是最后一个在用的{name}账号，停用或收回后再无人能办理其职责；请先另设一名{name}。"
    return None


def grantable(uow: UnitOfWork, account: Account) -> list[tuple[str, str]]:
    """The roles that may still be given beside those the account has, and that fit where it works: standing ones, then
    those made here."""
    have = set(account.role_names)
    known = {role.name: role for role in uow.session.scalars(select(Role).order_by(Role.id))}
    offered = [*(known.get(name) or Role(name=name) for name in r.ALL), *(x for x in known.values() if givable(x))]
    place, office = account.organisation, account.committee
    return [
        (x.name, x.name)
        for x in offered
        if x.name not in have and not exclusion([*account.roles, x]) and not misfit(uow.session, [x], place, office)
    ]


def withdrawable(uow: UnitOfWork, account: Account) -> list[tuple[str, str]]:
    """The roles the account has."""
    return [(name, name) for name in account.role_names]


def no_applicant(uow: UnitOfWork, account: Account) -> str | None:
    """Whoever declares for himself has no desk: name and unit come from his registration and his declarations."""
    if r.APPLICANT not in account.role_names:
        return None
    return "申报人的姓名以注册信息为准，所在单位在申报信息中填写，均不在账号中变更；无须办理。"


#: Roles of a person, not of a desk: they go along when the account moves.
PERSONAL_ROLES = (r.APPLICANT, r.EXPERT, *r.THREE_ADMINS, r.SYSTEM)
POSITIONS = ("经办人", HEAD)


def positions(uow: UnitOfWork, account: Account) -> list[tuple[str, str]]:
    """The posts to choose from; what was typed before there was a choice stays one."""
    return [(word, word) for word in dict.fromkeys((*POSITIONS, account.position)) if word]


_FITTING = "只列出与所在机构相符的角色；没有要授予的角色时，请先由系统管理员变更所属"
_REASON = Ask("reason", "原因", "area", max_length=300)
_PLACE = (
    Ask("name", "姓名", max_length=60, default=lambda _, account: account.full_name),
    Ask("position", "岗位", "choice", required=False, choices=positions, default=lambda _, account: account.position),
    Ask(
        "organisation",
        "所在机构",
        "organisation",
        required=False,
        default=lambda _, account: account.organisation_id,
        hint="离开原机构时，原有岗位角色一并收回，由安全管理员按新机构授予",
    ),
    Ask("committee", "评委会", "committee", required=False, default=lambda _, account: account.committee_id),
    _REASON,
)
_ADMIN, _SECURITY = (r.SYSTEM_ADMIN, r.SYSTEM), (r.SECURITY_ADMIN, r.SYSTEM)
_ON, _OFF = AccountState.ACTIVE, AccountState.DISABLED
_WHY = "GB/T 22239-2019 8.1.4.2"
# fmt: off
ACCOUNT = Flow("账号", AccountState, [
    #     verb                    label          from          to     by          only if                            asks
    Step("disable",               "停用",        {_ON},        _OFF,  _ADMIN,     [not_oneself, not_the_last],       [_REASON], _WHY, "bad"),
    Step("enable",                "启用",        {_OFF},       _ON,   _ADMIN,     [not_oneself, undecided],          [_REASON], _WHY),
    Step("reassign",              "变更所属",    {_ON, _OFF},  None,  _ADMIN,     [not_oneself, no_applicant],       _PLACE,    _WHY),
    Step("reset_password",        "重置密码",    {_ON},        None,  _ADMIN,     [not_oneself],                     (),        _WHY),
    Step("grant_role",            "授予角色",    {_ON},        None,  _SECURITY,  [not_oneself],
         [Ask("role", "角色", "choice", choices=grantable, hint=_FITTING)],                                                                  _WHY),
    Step("withdraw_role",         "收回角色",    {_ON, _OFF},  None,  _SECURITY,  [not_oneself, has_roles, not_the_last],
         [Ask("role", "角色", "choice", choices=withdrawable)],                                                                 _WHY),
    Step("unlock",                "解除锁定",    {_ON},        None,  _SECURITY,  [not_oneself, locked],             (),        _WHY),
    Step("reset_second_factor",   "重置动态口令", {_ON},        None,  _SECURITY,  [not_oneself, has_second_factor],  (),        _WHY),
])
# fmt: on


@ACCOUNT.performs("disable")
def disable(uow: UnitOfWork, account: Account, *, reason: str) -> None:
    """Stop an account; its cookies die at once."""
    if len(reason.strip()) < 2:
        raise Refused("请填写停用原因。", field="reason")
    ACCOUNT.advance(uow, account, "disable", reason=reason.strip())
    end_everywhere(uow, account)


@ACCOUNT.performs("enable")
def enable(uow: UnitOfWork, account: Account, *, reason: str) -> None:
    """Start a stopped account again, or one whose authority has now been seen."""
    if len(reason.strip()) < 2:
        raise Refused("请填写启用原因。", field="reason")
    ACCOUNT.advance(uow, account, "enable", reason=reason.strip())
    account.failed_logins, account.locked_until = 0, None


@ACCOUNT.performs("reset_password")
def reset_password(uow: UnitOfWork, account: Account) -> str:
    """Give a first password again, to be shown once; it must be changed, and every cookie dies."""
    ACCOUNT.advance(uow, account, "reset_password")
    shown, new = first()
    _set_password(uow, account, new, must_change=True)
    return shown


#: Hashing is slow on purpose: so many first passwords are handed out at once.
ISSUED_AT_ONCE = 100


def without_password(session: Session) -> list[Account]:
    """Accounts in use by which nobody can sign in yet: imported, and given no first password."""
    waiting = select(Account).where(Account.password == password.UNUSABLE, Account.must_change_password)
    waiting = waiting.where(Account.username != SYSTEM_NAME, Account.__table__.c.active)
    return list(session.scalars(waiting.order_by(Account.id)).unique())


def issue_passwords(uow: UnitOfWork, shown: dict[int, tuple[str, Prepared]]) -> list[tuple[str, str, str, str]]:
    """发放初始密码: give imported accounts their first passwords; user name, name, desk and password, shown once.

    Refused: none is waiting, another has handed them out meanwhile, what `reset_password` refuses.
    """
    if not shown:
        raise Refused("没有等待发放初始密码的账号；个别账号请在账号详情中“重置密码”。")
    told = []
    for account in uow.session.scalars(select(Account).where(Account.id.in_(shown)).order_by(Account.id)).unique():
        if account.password != password.UNUSABLE:
            raise NotNow("其中有账号已发放初始密码；请刷新后重新发放。")
        ACCOUNT.advance(uow, account, "reset_password")
        word, new = shown[account.id]
        _set_password(uow, account, new, must_change=True)
        told.append((account.username, account.full_name, account.desk, word))
    return told


@ACCOUNT.performs("grant_role")
def grant_role(uow: UnitOfWork, account: Account, *, role: str) -> None:
    """One role more; refused where roles exclude each other."""
    _change_roles(uow, account, "grant_role", (*account.role_names, role))


@ACCOUNT.performs("withdraw_role")
def withdraw_role(uow: UnitOfWork, account: Account, *, role: str) -> None:
    """One role less."""
    _change_roles(uow, account, "withdraw_role", tuple(name for name in account.role_names if name != role))


def assign_roles(uow: UnitOfWork, account: Account, names: Iterable[str]) -> None:
    """Exactly these roles at once: for commands, and where roles are exchanged."""
    _change_roles(uow, account, "grant_role", names)


def _change_roles(uow: UnitOfWork, account: Account, verb: str, names: Iterable[str]) -> None:
    if refusal := ACCOUNT.refusal(uow, account, verb):
        raise refusal
    before, after = account.role_names, tuple(sorted(set(names)))
    if before == after:
        raise Refused("角色没有变化，请选择要授予或收回的角色。", field="role")
    ACCOUNT.advance(uow, account, verb, roles_before=list(before), roles_after=list(after))
    take_roles(uow, account, after)
    end_everywhere(uow, account)


@ACCOUNT.performs("unlock")
def unlock(uow: UnitOfWork, account: Account) -> None:
    """Lift the lock of too many failures before it runs out."""
    ACCOUNT.advance(uow, account, "unlock")
    account.failed_logins, account.locked_until = 0, None


@ACCOUNT.performs("reset_second_factor")
def reset_second_factor(uow: UnitOfWork, account: Account) -> None:
    """Forget a lost authenticator; the account enrols a new one when it next signs in."""
    ACCOUNT.advance(uow, account, "reset_second_factor")
    account.totp_secret = account.totp_last_step = None
    end_everywhere(uow, account)


def demo_accounts(session: Session) -> int:
    """How many accounts of the demonstration there are."""
    return session.scalar(select(func.count()).select_from(Account).where(Account.email.endswith(DEMO_MAIL))) or 0


def demo_roster(session: Session) -> list[tuple[str, str]]:
    """(role, user name): for each role one account of the demonstration, for the sign-in page of a demo."""
    demo = select(Role.name, func.min(Account.username)).select_from(Account).join(Account.roles)
    found = dict(session.execute(demo.where(Account.email.endswith(DEMO_MAIL)).group_by(Role.name)).tuples().all())
    if judge := _sitting_judge(session):
        found[r.EXPERT] = judge
    return [(name, found[name]) for name in r.ALL if name in found]


def _sitting_judge(session: Session) -> str | None:
    """An expert of the demonstration who has work now: a member of a session that is under way."""
    under_way = ReviewSession.state.in_(UNDER_WAY)
    rows = (
        select(Account.username)
        .join(Expert, Expert.account_id == Account.id)
        .join(Member, Member.expert_id == Expert.id)
    )
    return session.scalar(
        rows.join(ReviewSession, ReviewSession.id == Member.session_id)
        .where(under_way, Account.email.endswith(DEMO_MAIL))
        .order_by(Member.id)
        .limit(1)
    )
