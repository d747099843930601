"""Accounts and roles by the table: two tables, two administrators, the rules of the form at every row."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.accounts.account import Account
from models.imports.import_batch import ImportState as S
from models.register.organisation import NodeKind
from tests.workflow.imports.test_import_batch import (  # noqa: F401  (fixtures)
    counts,
    do,
    faults,
    jobs_here,
    upload,
)
from workflow.accounts import accounts, password
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import attempt

# ruff: noqa: F811


@pytest.fixture
def admins(make):
    return {name: make.account(name) for name in r.THREE_ADMINS}


@pytest.fixture
def city(make):
    return make.organisation(NodeKind.CITY)


def line(username, organisation, **more):
    return {
        "用户名": username,
        "姓名": "王五",
        "所在机构名称或统一信用代码": organisation.code,
        "岗位": "经办人",
    } | more


def given(username, roles, **more):
    return {"用户名": username, "角色": roles} | more


def test_accounts_come_without_role_and_password_and_the_other_administrator_gives_the_roles(
    admins, city, upload, do, session
):
    table = [line("wang.wu", city), line("zhao.liu", city)]
    do(admins[r.SYSTEM_ADMIN], "commit", upload(admins[r.SYSTEM_ADMIN], "account", table))
    made = session.scalars(select(Account).where(Account.username.in_(["wang.wu", "zhao.liu"]))).unique().all()
    assert [(a.role_names, a.password, a.organisation_id) for a in made] == [((), password.UNUSABLE, city.id)] * 2
    roles = [given(a.username, r.CITY_OFFICER) for a in made]
    do(admins[r.SECURITY_ADMIN], "commit", upload(admins[r.SECURITY_ADMIN], "account_role", roles))
    session.expire_all()
    assert [a.role_names for a in made] == [(r.CITY_OFFICER,)] * 2


@pytest.mark.parametrize(
    "kind, wrong",
    [("account", r.SECURITY_ADMIN), ("account_role", r.SYSTEM_ADMIN), ("account", r.AUDIT_ADMIN)],
    ids="-".join,
)
def test_nobody_does_both_halves(admins, city, upload, kind, wrong):
    with pytest.raises(NotYou):
        upload(admins[wrong], kind, [line("wang.wu", city) | {"角色": r.CITY_OFFICER}])


def test_each_row_is_judged_as_the_form_would(admins, make, city, upload, session):
    company = make.organisation()
    clerk, officer = make.account(organisation=company), make.account(organisation=city)
    security = admins[r.SECURITY_ADMIN]
    batch = upload(
        security,
        "account_role",
        [
            given(clerk.username, r.CITY_OFFICER),
            given(officer.username, f"{r.CITY_OFFICER}、{r.SYSTEM_ADMIN}"),
            given("nobody.here", r.CITY_OFFICER),
            given(security.username, r.SECURITY_ADMIN + "，" + r.HRSS_CONFIG),
            given(officer.username, "没有这样的角色"),
        ],
    )
    assert counts(batch) == (0, 0, 0, 5)
    said = str(faults(session, batch))
    for word in ("用人单位", "三员", "没有用户名为", "本人", "重复"):
        assert word in said, word


def test_an_account_already_there_is_moved_and_loses_its_role(admins, make, city, upload, do, session):
    clerk = make.account(r.CITY_OFFICER, organisation=city, first_name="", last_name="王五", position="经办人")
    same = upload(admins[r.SYSTEM_ADMIN], "account", [line(clerk.username.upper(), city)])
    assert counts(same) == (0, 0, 1, 0), faults(session, same)
    elsewhere = make.organisation(NodeKind.CITY)
    do(admins[r.SYSTEM_ADMIN], "commit", upload(admins[r.SYSTEM_ADMIN], "account", [line(clerk.username, elsewhere)]))
    session.refresh(clerk)
    assert clerk.organisation_id == elsewhere.id and clerk.role_names == ()


def test_the_import_is_taken_back_until_somebody_has_dealt_with_the_account(admins, city, upload, do, session):
    system = admins[r.SYSTEM_ADMIN]
    batch = do(system, "commit", upload(system, "account", [line("wang.wu", city), line("zhao.liu", city)]))
    do(
        admins[r.SECURITY_ADMIN],
        "commit",
        upload(admins[r.SECURITY_ADMIN], "account_role", [given("wang.wu", r.CITY_OFFICER)]),
    )
    assert do(system, "undo", batch).state == S.UNDONE
    left = set(session.scalars(select(Account.username).where(Account.username.in_(["wang.wu", "zhao.liu"]))))
    assert left == {"wang.wu"}


def test_first_passwords_are_handed_out_once(admins, city, upload, do, session):
    password.use_method("pbkdf2:sha256:1000")
    system = admins[r.SYSTEM_ADMIN]
    do(system, "commit", upload(system, "account", [line("wang.wu", city)]))
    shown = {account.id: accounts.first() for account in accounts.without_password(session)}
    rows = attempt(system, lambda uow: accounts.issue_passwords(uow, shown), session=session)
    made = session.scalars(select(Account).filter_by(username="wang.wu")).unique().one()
    session.refresh(made)
    assert [row[0] for row in rows] == ["wang.wu"] and password.matches(made.password, rows[0][3])
    assert made.must_change_password and not accounts.without_password(session)
    with pytest.raises(Refused, match="没有等待发放"):
        attempt(system, lambda uow: accounts.issue_passwords(uow, {}), session=session)
    password.use_method("scrypt")
