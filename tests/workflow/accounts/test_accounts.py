"""Accounts: locking, roles, and the three administrators who exclude each other."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from models.accounts.sign_in import FormerPassword, SignIn
from tests.conftest import NOON
from workflow.accounts import accounts, password, second_factor
from workflow.accounts import sign_in as signing
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused

GOOD, BETTER = "Kestrel7#harbour", "Lantern9#meadows"


@pytest.fixture(autouse=True)
def cheap_hashes():
    password.use_method("pbkdf2:sha256:1000")
    yield
    password.use_method("scrypt")


@pytest.fixture
def officer(make):
    return make.account(r.UNIT_OFFICER, password=password.hashed(GOOD))


@pytest.fixture
def admins(make):
    return {name: make.account(name) for name in r.THREE_ADMINS}


def fail(as_, account, times, now=NOON):
    for _ in range(times):
        assert not signing.enter(as_(account, now=now), account, correct=False).token


def test_the_fifth_failure_locks_for_a_quarter_of_an_hour(as_, officer):
    fail(as_, officer, 4)
    assert officer.locked_until is None
    fail(as_, officer, 1)
    assert officer.locked_until == NOON + timedelta(minutes=15)
    early, late = NOON + timedelta(minutes=14, seconds=59), NOON + timedelta(minutes=15)
    assert not signing.enter(as_(officer, now=early), officer, correct=True).token
    assert signing.enter(as_(officer, now=late), officer, correct=True).token


def test_the_sentence_is_the_same_for_unknown_wrong_locked_and_disabled(make, as_, officer):
    system = make.account(r.SYSTEM)
    said = {signing.enter(as_(system), None, correct=False).sentence}
    said.add(signing.enter(as_(officer), officer, correct=False).sentence)
    fail(as_, officer, 4)
    said.add(signing.enter(as_(officer), officer, correct=True).sentence)
    stopped = make.account(r.UNIT_OFFICER, active=False)
    said.add(signing.enter(as_(stopped), stopped, correct=True).sentence)
    assert said == {signing.WRONG}


def test_failures_and_success_are_recorded_without_the_typed_name(make, as_, officer):
    system = make.account(r.SYSTEM)
    uow = as_(system)
    signing.enter(uow, None, correct=False)
    assert uow.entries == [("sign_in_failed", "account:unknown", {"label": "登录失败", "reason": "unknown"})]
    uow = as_(officer)
    signing.enter(uow, officer, correct=True)
    assert [verb for verb, *_ in uow.entries] == ["sign_in"]


def test_an_address_that_fails_too_often_waits_longer_each_time(make, as_, session):
    system = make.account(r.SYSTEM)
    waits = []
    for _ in range(signing.FREE_FAILURES + 5):
        uow = as_(system)
        uow.context["address"] = "10.0.0.9"
        signing.enter(uow, None, correct=False)
        session.flush()
        waits.append(signing.wait_seconds(session, "10.0.0.9"))
    assert waits[: signing.FREE_FAILURES] == [0] * signing.FREE_FAILURES
    assert waits[signing.FREE_FAILURES :] == [2, 4, 8, 16, 32]
    assert signing.wait_seconds(session, "10.0.0.10") == 0


def test_a_new_password_ends_every_stay_and_is_remembered(as_, officer, session):
    signing.enter(as_(officer), officer, correct=True)
    epoch = officer.session_epoch
    accounts.change_password(as_(officer), officer, accounts.prepared(session, BETTER, account=officer))
    session.flush()
    assert officer.session_epoch == epoch + 1
    assert session.scalars(select(SignIn).where(SignIn.account_id == officer.id, SignIn.ended_at.is_(None))).all() == []
    assert session.scalars(select(FormerPassword.hash).where(FormerPassword.account_id == officer.id)).all()
    with pytest.raises(Refused, match="最近"):
        accounts.prepared(session, GOOD, account=officer)


def test_nobody_changes_the_password_of_another(make, as_, officer):
    with pytest.raises(NotYou, match="本人"):
        accounts.change_password(as_(make.account(r.SYSTEM_ADMIN)), officer, accounts.first()[1])


def test_staff_owe_a_new_password_after_ninety_days_and_applicants_do_not(make, session):
    from workflow.base import clock

    old = clock.machine_now() - timedelta(days=91)
    assert accounts.password_is_due(session, make.account(r.UNIT_OFFICER, password_set_at=old))
    assert not accounts.password_is_due(session, make.account(r.APPLICANT, password_set_at=old))
    assert accounts.password_is_due(session, make.account(r.APPLICANT, must_change_password=True))


# --- the three administrators ------------------------------------------------------------------------


@pytest.mark.parametrize("pair", permutations(r.THREE_ADMINS, 2), ids="+".join)
def test_the_three_administrators_exclude_each_other(as_, admins, officer, pair):
    with pytest.raises(Refused, match="三员"):
        accounts.assign_roles(as_(admins[r.SECURITY_ADMIN]), officer, pair)


@pytest.mark.parametrize("admin", r.THREE_ADMINS)
def test_an_administrator_does_no_business(as_, admins, officer, admin):
    with pytest.raises(Refused, match="不办理业务"):
        accounts.assign_roles(as_(admins[r.SECURITY_ADMIN]), officer, (admin, r.HRSS_AUDIT))


@pytest.mark.parametrize(
    "first, second", [*permutations(r.THREE_ADMINS, 2), (r.SYSTEM_ADMIN, r.HRSS_AUDIT), (r.EXPERT, r.AUDIT_ADMIN)]
)
def test_the_database_refuses_the_combination_as_well(make, session, first, second):
    account, role = make.account(first), make.role(second)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(assoc_user_role).values(user_id=account.id, role_id=role.id))


def test_the_database_refuses_to_exchange_a_role_behind_the_back(make, session):
    account = make.account(r.EXPERT, r.LEADER)
    to = make.role(r.SYSTEM_ADMIN).id
    which = assoc_user_role.c
    with pytest.raises(IntegrityError), session.begin_nested():
        row = session.scalars(select(which.id).where(which.user_id == account.id)).first()
        session.execute(update(assoc_user_role).where(which.id == row).values(role_id=to))


def test_the_database_refuses_to_rename_an_administrators_role(make, session):
    role = make.role(r.AUDIT_ADMIN)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Role).where(Role.id == role.id).values(name="别的"))


def test_roles_are_exchanged_as_a_whole(as_, admins, officer, session):
    epoch = officer.session_epoch
    accounts.assign_roles(as_(admins[r.SECURITY_ADMIN]), officer, (r.AUDIT_ADMIN,))
    session.refresh(officer)
    assert officer.role_names == (r.AUDIT_ADMIN,)
    assert officer.session_epoch == epoch + 1


def test_only_the_security_administrator_gives_roles_and_not_to_himself(as_, admins, officer):
    for name in (r.SYSTEM_ADMIN, r.AUDIT_ADMIN):
        with pytest.raises(NotYou):
            accounts.assign_roles(as_(admins[name]), officer, (r.EXPERT,))
    security = admins[r.SECURITY_ADMIN]
    with pytest.raises(Refused, match="本人"):
        accounts.assign_roles(as_(security), security, (r.HRSS_CONFIG,))


def test_the_system_administrator_makes_accounts_without_roles(as_, admins):
    uow = as_(admins[r.SYSTEM_ADMIN])
    given = dict(username="wang.wu", name="王五", password=accounts.first()[1])
    with pytest.raises(NotYou, match="授予"):
        accounts.create_account(uow, **given, roles=(r.HRSS_AUDIT,))
    account = accounts.create_account(uow, **given)
    assert account.role_names == () and account.must_change_password
    with pytest.raises(Refused, match="已被使用"):
        accounts.create_account(uow, **given | {"username": "WANG.WU"})


@pytest.mark.parametrize(
    "verb, role",
    [
        (lambda u, a: accounts.disable(u, a, reason="调离"), r.SYSTEM_ADMIN),
        (lambda u, a: accounts.reset_password(u, a), r.SYSTEM_ADMIN),
        (lambda u, a: accounts.unlock(u, a), r.SECURITY_ADMIN),
        (lambda u, a: accounts.reset_second_factor(u, a), r.SECURITY_ADMIN),
    ],
    ids=["disable", "reset_password", "unlock", "reset_second_factor"],
)
def test_each_verb_belongs_to_one_administrator(as_, admins, make, verb, role):
    account = make.account(r.EXPERT, locked_until=NOON + timedelta(minutes=1), totp_secret="JBSWY3DPEHPK3PXP")
    for name, admin in admins.items():
        if name != role:
            with pytest.raises(NotYou):
                verb(as_(admin), account)
    verb(as_(admins[role]), account)


def test_every_step_of_the_table_belongs_to_exactly_one_administrator():
    owners = [set(step.roles) - {r.SYSTEM} for step in accounts.ACCOUNT.steps]
    assert all(len(owner) == 1 and owner <= {r.SYSTEM_ADMIN, r.SECURITY_ADMIN} for owner in owners)


def test_roles_are_granted_and_withdrawn_one_by_one(as_, admins, officer):
    uow = as_(admins[r.SECURITY_ADMIN])
    assert r.AUDIT_ADMIN not in dict(accounts.grantable(uow, officer))
    accounts.ACCOUNT.perform(uow, officer, "grant_role", role=r.EXPERT)
    assert officer.role_names == tuple(sorted((r.EXPERT, r.UNIT_OFFICER)))
    accounts.ACCOUNT.perform(uow, officer, "withdraw_role", role=r.UNIT_OFFICER)
    assert officer.role_names == (r.EXPERT,)
    with pytest.raises(Refused, match="没有变化"):
        accounts.ACCOUNT.perform(uow, officer, "withdraw_role", role=r.LEADER)


def test_a_password_reset_gives_a_password_once_and_it_must_be_changed(as_, admins, officer):
    shown = accounts.ACCOUNT.perform(as_(admins[r.SYSTEM_ADMIN]), officer, "reset_password")
    assert password.matches(officer.password, shown) and officer.must_change_password


def test_a_disabled_account_is_enabled_with_a_reason(as_, admins, officer):
    admin = admins[r.SYSTEM_ADMIN]
    with pytest.raises(Refused, match="原因"):
        accounts.disable(as_(admin), officer, reason=" ")
    accounts.disable(as_(admin), officer, reason="调离")
    assert not officer.active
    accounts.enable(as_(admin), officer, reason="返岗")
    assert officer.active


# --- the second factor -------------------------------------------------------------------------------


def test_codes_follow_rfc_6238():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        assert second_factor.step_of(secret, code, seconds) == seconds // 30
        assert second_factor.step_of(secret, code, seconds + 90) is None


def test_a_code_is_good_once(as_, officer):
    officer.totp_secret, officer.totp_last_step = "JBSWY3DPEHPK3PXP", 100
    assert signing.give_second_factor(as_(officer), officer, 101, "key")
    assert not signing.give_second_factor(as_(officer), officer, 101, "key")
    assert not signing.give_second_factor(as_(officer), officer, 100, "key")
    assert officer.failed_logins == 2


def test_guessing_codes_locks_the_account(as_, officer):
    officer.totp_secret = "JBSWY3DPEHPK3PXP"
    for _ in range(5):
        assert not signing.give_second_factor(as_(officer), officer, None, "key")
    assert officer.locked_until == NOON + timedelta(minutes=15)
    assert not signing.give_second_factor(as_(officer), officer, 999, "key")
