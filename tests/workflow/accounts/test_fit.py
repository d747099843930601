"""A role opens the desk of a kind of organisation, and of no other."""

from __future__ import annotations

import pytest

from models.register.organisation import NodeKind
from workflow.accounts import accounts
from workflow.accounts.accounts import ACCOUNT
from workflow.base import roles as r
from workflow.base.errors import Refused
from workflow.imports.kinds import kind_of
from workflow.register import fit
from workflow.register import organisation as organisations

BOUND = [(role, kind) for f in fit.FITS for role in f.roles for kind in NodeKind]


@pytest.fixture
def security(make):
    return make.account(r.SECURITY_ADMIN)


@pytest.mark.parametrize("role, kind", BOUND, ids=[f"{role}-{kind.value}" for role, kind in BOUND])
def test_every_role_over_every_kind_of_organisation(make, as_, security, session, role, kind):
    fits = kind in next(f.kinds for f in fit.FITS if role in f.roles)
    account = make.account(organisation=make.organisation(kind, name="湘江建材有限公司"))
    uow = as_(security)
    assert (role in dict(accounts.grantable(uow, account))) == fits
    if fits:
        ACCOUNT.perform(uow, account, "grant_role", role=role)
        assert fit.misfits(session) == []
        return
    with pytest.raises(Refused) as refused:
        ACCOUNT.perform(uow, account, "grant_role", role=role)
    assert refused.value.fields.keys() == {"role"}
    assert "湘江建材有限公司" in refused.value.sentence and "系统管理员变更所属" in refused.value.sentence
    account.roles = [make.role(role)]  # as it may stand from before the rule
    session.flush()
    assert [(found.id, role in sentence) for found, sentence in fit.misfits(session)] == [(account.id, True)]


def test_every_standing_role_of_an_office_is_bound_to_a_kind():
    free = {r.APPLICANT, r.EXPERT, *r.THREE_ADMINS, r.COMMITTEE_OFFICE}
    assert {role for role, _kind in BOUND} == set(r.ALL) - free


def test_a_company_clerk_does_not_get_the_desk_of_the_city_through_a_made_role(make, as_, security):
    clerk = make.account(r.UNIT_OFFICER, organisation=make.organisation())
    make.made_role("市州初审员", r.CITY_OFFICER, ticked=["verb:declaration.pass"])
    with pytest.raises(Refused, match=r"角色“市州初审员”承担了“市州人社经办人”.*用人单位"):
        accounts.assign_roles(as_(security), clerk, (r.UNIT_OFFICER, "市州初审员"))


def test_the_office_of_a_committee_needs_its_committee(make, as_, security, session):
    account = make.account(organisation=make.organisation(NodeKind.PROVINCE))
    with pytest.raises(Refused, match="某一评委会"):
        ACCOUNT.perform(as_(security), account, "grant_role", role=r.COMMITTEE_OFFICE)
    account.committee = make.committee()
    session.flush()
    ACCOUNT.perform(as_(security), account, "grant_role", role=r.COMMITTEE_OFFICE)


def test_the_first_configurator_needs_no_organisation_until_the_province_is_entered(make, as_, security, session):
    first = make.account()
    ACCOUNT.perform(as_(security), first, "grant_role", role=r.HRSS_CONFIG)
    assert fit.misfits(session) == []
    make.organisation(NodeKind.PROVINCE)
    assert [account.id for account, _ in fit.misfits(session)] == [first.id]
    with pytest.raises(Refused, match="没有所在机构"):
        ACCOUNT.perform(as_(security), make.account(), "grant_role", role=r.HRSS_AUDIT)


def test_a_role_that_does_not_fit_can_always_be_taken_back(make, as_, security):
    clerk = make.account(r.CITY_OFFICER, r.UNIT_OFFICER, organisation=make.organisation())
    ACCOUNT.perform(as_(security), clerk, "withdraw_role", role=r.UNIT_OFFICER)
    ACCOUNT.perform(as_(security), clerk, "withdraw_role", role=r.CITY_OFFICER)
    assert clerk.role_names == ()


def test_an_organisation_where_somebody_works_does_not_become_one_of_another_kind(make, as_, session):
    city = make.organisation(NodeKind.CITY)
    make.account(r.CITY_OFFICER, organisation=city, username="city.clerk")
    config = make.account(r.HRSS_CONFIG)
    with pytest.raises(Refused) as refused:
        organisations.change(as_(config), city, kind=NodeKind.UNIT)
    assert "city.clerk" in refused.value.fields["kind"]
    unit = make.organisation()
    with pytest.raises(Refused, match=r"city\.clerk"):
        organisations.ORGANISATION.perform(
            as_(config),
            city,
            "merge",
            into=unit,
            document="湘编办〔2026〕1号",
            effective_on=as_(config).today,
            reason="",
        )


def test_an_import_does_not_change_the_kind_below_the_feet_of_a_clerk_either(make, as_):
    from workflow.imports.kind import Outcome
    from workflow.imports.words import Words

    city = make.organisation(NodeKind.CITY, code="11430000006123456X")
    make.account(r.CITY_OFFICER, organisation=city, username="city.clerk")
    kind = kind_of("organisation")
    texts = {"code": city.code, "name": city.name, "kind": "用人单位", "region_code": city.region_code}
    row = Outcome(2, [texts.get(f.name, "") for f in kind.fields])
    uow = as_(make.account(r.HRSS_CONFIG))
    kind.examine(uow, [row], {}, Words(uow.session, {}), lambda done, total: None)
    assert "city.clerk" in row.faults["kind"]
