"""Roles made by the office: exactly what was ticked, never what must be apart, and nobody locked out."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import assoc_user_role
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from models.accounts.apart import APART, pairs
from models.accounts.charter import RoleAbility
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from workflow import lifecycles
from workflow.accounts import accounts, role
from workflow.accounts.apart import clash, clashes
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.abilities import BUSINESS, known, may
from workflow.base.errors import NotYou, Refused
from workflow.declarations.declaration import DECLARATION
from workflow.register import blacklist, organisation

REACHED = "rows:declaration.reached"


def key_of(verb):
    return DECLARATION.ability(verb).key


@pytest.fixture
def security(make):
    return make.account(r.SECURITY_ADMIN)


@pytest.fixture
def secretary(make, as_, security):
    """A made role that reads what reached a city's office and sends back, and nothing else."""
    return role.make_role(
        as_(security),
        name="市州初审员",
        note="试点",
        capacities=[r.CITY_OFFICER],
        ticked={REACHED, key_of("send_back")},
    )


def holder(make, charter, **given):
    account = make.account(**given)
    account.roles.append(charter.role)
    make.session.flush()
    return account


# -- exactly what was ticked -----------------------------------------------------------------------


def test_a_made_role_leads_the_verbs_that_were_ticked_and_no_other(make, as_, secretary):
    office = make.organisation(kind="city")
    account = holder(make, secretary, organisation_id=office.id)
    leads = {step.verb for step in DECLARATION.steps if not step.inner and DECLARATION.leads(account, step)}
    assert leads == {"send_back"}
    assert account.plays(r.CITY_OFFICER) and not account.plays(r.HRSS_AUDIT)


def test_a_made_role_sees_the_rows_that_were_ticked_and_no_other(make, session, secretary):
    office = make.organisation(kind="city")
    account = holder(make, secretary, organisation_id=office.id)
    reached = make.declaration(state=D.UNDER_AUDIT, route=[office], position=1)
    make.declaration(state=D.UNDER_AUDIT)
    assert session.scalars(policy.visible(account, Declaration)).all() == [reached]
    from models.declarations.quota import Quota

    assert policy.scopes_of(account, Quota) == []


def test_a_verb_without_a_lifecycle_is_a_matter_of_ticks_as_well(make, as_, security):
    keeper = role.make_role(
        as_(security), name="机构维护员", note="", capacities=[r.HRSS_CONFIG], ticked={"verb:organisation.keep"}
    )
    other = role.make_role(
        as_(security), name="日历维护员", note="", capacities=[r.HRSS_CONFIG], ticked={"verb:calendar.keep"}
    )
    given = dict(code="91430100MA4L16Q61L", name="新单位", kind="unit", region_code="430102")
    with pytest.raises(NotYou):
        organisation.create(as_(holder(make, other)), **given)
    with pytest.raises(Refused) as wrong:
        organisation.create(as_(holder(make, keeper)), **given | {"name": ""})
    assert not isinstance(wrong.value, NotYou)


def test_what_follows_from_a_verb_asks_for_the_capacity_only(make, as_, security):
    """列入黑名单 proposes and activates in one act; whoever may do it needs no tick for either."""
    charter = role.make_role(
        as_(security), name="诚信管理员", note="", capacities=[r.HRSS_AUDIT], ticked={"verb:blacklist.enlist"}
    )
    account = holder(make, charter)
    entry = blacklist.enlist(
        as_(account), person=make.person(), kind="forgery", reason="材料不实", basis="湘〔2026〕1号"
    )
    assert entry.state == "active"
    with pytest.raises(NotYou):
        blacklist.propose(as_(account), person=make.person(), kind="forgery", reason="材料不实")


def test_a_role_out_of_use_gives_nothing_and_is_given_to_nobody(make, as_, security, secretary):
    account = holder(make, secretary)
    role.ROLE.perform(as_(security), secretary, "retire", reason="试点结束")
    assert not account.plays(r.CITY_OFFICER) and not DECLARATION.leads(account, DECLARATION["send_back"])
    assert not any(may(account, ability) for ability in known().values())
    with pytest.raises(Refused, match="停用"):
        accounts.assign_roles(as_(security), make.account(), ["市州初审员"])
    role.ROLE.perform(as_(security), secretary, "reinstate", reason="继续试点")
    assert DECLARATION.leads(account, DECLARATION["send_back"])


# -- standing roles: adjusted, and set back -----------------------------------------------------------


@pytest.fixture
def auditor(make):
    """The charter of a standing role, as bootstrap leaves it."""
    return make.charter(r.HRSS_AUDIT)


def test_a_standing_role_is_adjusted_by_difference_and_set_back_to_the_table(make, as_, security, auditor):
    account, whole = make.account(r.HRSS_AUDIT), role.held_by(auditor)
    terminate = key_of("terminate")
    uow = as_(security)
    role.change_role(uow, auditor, note="", capacities=[], ticked=whole - {terminate})
    assert [(line.name, line.given) for line in auditor.abilities] == [(terminate, False)] and auditor.adjusted
    assert not DECLARATION.leads(account, DECLARATION["terminate"])
    verb, _subject, facts = uow.entries[-1]
    assert verb == "change" and terminate in facts["abilities_before"] and terminate not in facts["abilities_after"]
    role.ROLE.perform(as_(security), auditor, "restore", reason="按默认执行")
    assert not auditor.adjusted and role.held_by(auditor) == whole
    assert DECLARATION.leads(account, DECLARATION["terminate"])


def test_a_new_ability_of_an_upgrade_reaches_a_role_that_was_adjusted_elsewhere(make, as_, security, auditor):
    """What the office took stays taken; what the product adds comes."""
    from workflow.base.abilities import verb

    role.change_role(
        as_(security), auditor, note="", capacities=[], ticked=role.held_by(auditor) - {key_of("terminate")}
    )
    new = verb("test.added", "升级新增的事项", "测试", r.HRSS_AUDIT)
    try:
        account = make.account(r.HRSS_AUDIT)
        assert may(account, new) and not DECLARATION.leads(account, DECLARATION["terminate"])
    finally:
        from workflow.base import abilities

        abilities._known.pop(new.key)


def test_no_change_is_told(as_, security, auditor):
    with pytest.raises(Refused, match="没有改变"):
        role.change_role(as_(security), auditor, note="", capacities=[], ticked=role.held_by(auditor))


# -- what is refused -------------------------------------------------------------------------------------


def test_every_pair_that_is_apart_names_its_reason_and_clause_and_standing_roles():
    assert {name for row in APART for name in (*row.one, *row.other)} <= set(r.ALL)
    assert all(row.why and row.clause for row in APART)
    assert all((other, one) in pairs() for one, other in pairs())
    scores_and_counts, configures_and_audits = (r.EXPERT, r.COMMITTEE_OFFICE), (r.HRSS_CONFIG, r.HRSS_AUDIT)
    witness_and_leader = (r.SUPERVISOR, r.HRSS_AUDIT)
    assert {scores_and_counts, configures_and_audits, witness_and_leader} <= set(pairs())
    assert all((admin, name) in pairs() for admin in r.THREE_ADMINS for name in r.ALL if name != admin)


APART_PAIRS = sorted({tuple(sorted(pair)) for pair in pairs()})


@pytest.mark.parametrize("one, other", APART_PAIRS, ids="+".join)
def test_what_is_apart_is_refused_at_every_door(make, as_, session, security, one, other):
    """When a role is made, when it is given, when an account is made, and by the database."""
    uow = as_(security)
    if {one, other} <= set(role.BUILDABLE):
        with pytest.raises(Refused, match="不能由同一人担任") as refused:
            role.make_role(uow, name="两头兼任", note="", capacities=[one, other], ticked={REACHED})
        assert "（" in refused.value.sentence
        built = make.made_role("只承担其一", other)
        account = make.account(one)
        with pytest.raises(Refused, match="不能由同一人担任"):
            accounts.assign_roles(uow, account, [one, "只承担其一"])
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(assoc_user_role).values(user_id=account.id, role_id=built.role_id))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(RoleAbility).values(charter_id=built.id, name=f"plays:{one}", given=True))
    with pytest.raises(Refused):
        accounts.assign_roles(uow, make.account(), [one, other])
    with pytest.raises(Refused):
        first = accounts.demonstration("x")
        accounts.create_account(
            as_(make.account(r.SYSTEM)), username="both", name="两", password=first, roles=[one, other]
        )
    account = make.account(one)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(assoc_user_role).values(user_id=account.id, role_id=make.role(other).id))


@pytest.mark.parametrize("admin", r.THREE_ADMINS)
def test_no_role_builds_on_an_administrator(make, as_, session, security, admin):
    with pytest.raises(Refused, match="三员"):
        role.make_role(as_(security), name="管理助理", note="", capacities=[admin], ticked={REACHED})
    charter = make.made_role("管理助理", r.LEADER)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(RoleAbility).values(charter_id=charter.id, name=f"plays:{admin}", given=True))


@pytest.mark.parametrize("admin", r.THREE_ADMINS)
def test_an_administrators_role_is_fixed(make, as_, security, admin):
    charter = make.charter(admin)
    with pytest.raises(Refused, match="产品固定"):
        role.change_role(as_(security), charter, note="", capacities=[], ticked=set())
    for verb in ("rename", "retire"):
        with pytest.raises(Refused, match="标准角色"):
            role.ROLE.perform(
                as_(security), charter, verb, **({"name": "别的"} if verb == "rename" else {"reason": "x"})
            )


def test_a_change_is_refused_when_it_would_join_what_a_holder_must_keep_apart(make, as_, security):
    charter = make.made_role("会务员", r.LEADER)
    account = holder(make, charter)
    account.roles.append(make.role(r.EXPERT))
    make.session.flush()
    with pytest.raises(Refused, match=f"{account.username}.*评委会办事机构"):
        role.change_role(
            as_(security), charter, note="", capacities=[r.COMMITTEE_OFFICE], ticked={"rows:plan.committee"}
        )


def test_the_last_security_administrator_is_not_put_out(make, as_, session):
    last, system = make.account(r.SECURITY_ADMIN), make.account(r.SYSTEM_ADMIN)
    with pytest.raises(Refused, match="最后一个"):
        accounts.ACCOUNT.perform(as_(system), last, "disable", reason="离职")
    second = make.account(r.SECURITY_ADMIN)
    accounts.ACCOUNT.perform(as_(system), last, "disable", reason="离职")
    with pytest.raises(Refused, match="本人"):
        accounts.ACCOUNT.perform(as_(second), second, "withdraw_role", role=r.SECURITY_ADMIN)


@pytest.mark.parametrize("name", ["", "长", "有 空格", "评委", "Admin", "x" * 31, "<script>"])
def test_a_name_that_is_taken_or_says_nothing_is_refused_at_its_field(as_, security, name):
    with pytest.raises(Refused) as refused:
        role.make_role(as_(security), name=name, note="", capacities=[r.LEADER], ticked={"rows:quota.province"})
    assert set(refused.value.fields) == {"name"}


def test_ticks_beyond_the_capacities_are_refused_with_who_has_them(as_, security):
    with pytest.raises(Refused, match=f"只属于{r.HRSS_CERT}"):
        role.make_role(as_(security), name="统计员", note="", capacities=[r.LEADER], ticked={"verb:certificate.issue"})
    with pytest.raises(Refused, match="刷新"):
        role.make_role(as_(security), name="统计员", note="", capacities=[r.LEADER], ticked={"verb:nothing.there"})
    with pytest.raises(Refused, match="至少勾选"):
        role.make_role(as_(security), name="统计员", note="", capacities=[r.LEADER], ticked=set())
    with pytest.raises(Refused, match="承担"):
        role.make_role(as_(security), name="统计员", note="", capacities=[], ticked={REACHED})


@pytest.mark.parametrize("name", [*sorted(BUSINESS), r.SYSTEM_ADMIN, r.AUDIT_ADMIN])
def test_only_the_security_administrator_makes_and_changes_roles(make, as_, secretary, name):
    account = make.account(name)
    with pytest.raises(NotYou):
        role.make_role(as_(account), name="自封", note="", capacities=[r.LEADER], ticked={"rows:quota.province"})
    with pytest.raises(NotYou):
        role.change_role(as_(account), secretary, note="", capacities=[r.CITY_OFFICER], ticked=set())


def test_a_made_role_is_renamed_and_its_holders_keep_it(make, as_, security, secretary):
    account = holder(make, secretary)
    role.ROLE.perform(as_(security), secretary, "rename", name="市州受理员")
    assert account.role_names == ("市州受理员",)
    with pytest.raises(Refused, match="标准角色的名称"):
        role.ROLE.perform(as_(security), secretary, "rename", name=r.HRSS_AUDIT)


def test_accounts_from_before_a_pair_was_declared_are_told(make, session):
    """The triggers let no new one in; who stands there already is named with the reason."""
    make.account(r.EXPERT, r.LEADER)
    assert clashes(session) == []
    assert clash([r.EXPERT, r.COMMITTEE_OFFICE]).startswith("“评委”和“评委会办事机构”不能由同一人担任")


def test_every_scope_and_every_verb_stands_in_the_catalogue_in_words():
    kinds = {key.partition(":")[0] for key in known()}
    assert {"verb", "rows"} <= kinds
    assert all(ability.label and ability.group and ability.roles for ability in known().values())
    for flow in lifecycles.LIFECYCLES.values():
        assert all(flow.ability(step).key in known() for step in flow.steps if not step.inner)
    assert all(scope.ability.key in known() for scopes in policy.SCOPES.values() for scope in scopes)
