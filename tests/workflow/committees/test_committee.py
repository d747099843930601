"""评委会: formed by the regulation, approved for a term, and competent for its scope only."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.accounts.account import Account
from models.committees.catalogue import Series, TitleLevel
from models.committees.committee import Committee, CommitteeHost, CommitteeKind, CommitteeLevel, CommitteeState
from models.declarations.declaration import DeclarationState
from workflow.accounts import accounts, password
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.committees import committee, committee_details, competence
from workflow.committees.committee import COMMITTEE, Validity


@pytest.fixture
def clerk(make):
    return make.account(roles.HRSS_CONFIG)


@pytest.fixture
def auditor(make):
    return make.account(roles.HRSS_AUDIT)


@pytest.fixture
def host(make):
    return make.organisation(name="湖南省住房和城乡建设厅")


@pytest.fixture
def form(as_, clerk, make, host):
    """`form(size=27)` enters a committee's application with what the test cares about."""
    numbers = iter(range(1000))

    def _form(**given):
        n = next(numbers)
        defaults = dict(
            name=f"湖南省工程系列高评会{n}",
            level=CommitteeLevel.SENIOR,
            series=make.series(),
            account_name=f"gongcheng{n}",
            valid_from=date(2026, 1, 1),
            valid_to=date(2028, 12, 31),
            size=25,
            offices=[host],
        )
        return committee.create_committee(as_(clerk), **defaults | given)

    return _form


def wrong(form, **given):
    with pytest.raises(Refused) as refused:
        form(**given)
    return refused.value.fields


# -- Forming --------------------------------------------------------------------------------------


def test_a_committee_is_applied_for_approved_and_then_in_force(form, as_, auditor):
    body = form()
    assert body.state == CommitteeState.APPLIED
    assert "组建申请" in committee.covers(as_(auditor), body)
    COMMITTEE.perform(as_(auditor), body, "approve")
    assert committee.covers(as_(auditor), body) is None


@pytest.mark.parametrize(
    ("valid_to", "lawful"), [(date(2028, 12, 31), True), (date(2029, 1, 1), False), (date(2026, 1, 1), False)]
)
def test_a_term_is_at_most_three_years(form, valid_to, lawful):
    if lawful:
        form(valid_to=valid_to)
    else:
        assert "valid_to" in wrong(form, valid_to=valid_to)


@pytest.mark.parametrize(
    ("given", "lawful"),
    [
        (dict(size=25), True),
        (dict(size=23), False),
        (dict(size=26), False),
        (dict(size=23, size_exception="湘职改办〔2026〕2号"), True),
        (dict(size=24, size_exception="湘职改办〔2026〕2号"), False),
        (dict(size=11, by_specialty=True), True),
        (dict(size=9, by_specialty=True), False),
        (dict(size=15, level=CommitteeLevel.INTERMEDIATE), True),
        (dict(size=13, level=CommitteeLevel.INTERMEDIATE), False),
        (dict(size=7, level=CommitteeLevel.JUNIOR), True),
    ],
)
def test_members_are_odd_and_as_many_as_the_regulation_asks(form, given, lawful):
    if lawful:
        form(**given)
    else:
        assert set(wrong(form, **given)) == {"size"}


def test_name_and_account_belong_to_one_committee(form):
    first = form()
    fields = wrong(form, name=first.name, account_name=first.account_name.upper())
    assert set(fields) == {"name", "account_name"}
    assert first.name in fields["account_name"]


def test_an_account_name_of_another_user_is_refused(form, make):
    make.account(roles.APPLICANT, username="zhangsan")
    assert "其他用户" in wrong(form, account_name="ZhangSan")["account_name"]


def test_a_committee_has_one_series(form, make, session):
    other = session.scalars(select(Series).where(Series.name != make.series().name)).first()
    assert "只能按一个系列" in wrong(form, specialties=[make.specialty(series=other)])["specialties"]


def test_the_scope_of_another_valid_committee_is_refused_by_its_name(form, as_, auditor):
    first = form()
    COMMITTEE.perform(as_(auditor), first, "approve")
    with pytest.raises(Refused) as refused:
        form()
    assert first.name in refused.value.fields["series"] and refused.value.links == (
        (first.name, "committee", first.id),
    )
    form(valid_from=date(2029, 1, 1), valid_to=date(2029, 12, 31))
    form(region_code="430100")
    form(kind=CommitteeKind.GRASSROOTS)


def test_specialties_meet_also_through_the_tree(form, make, as_, auditor):
    building = make.specialty()
    bridges = make.specialty(parent=building)
    first = form(specialties=[building], by_specialty=True, size=11)
    COMMITTEE.perform(as_(auditor), first, "approve")
    assert first.name in wrong(form, specialties=[bridges], by_specialty=True, size=11)["series"]
    form(specialties=[make.specialty()], by_specialty=True, size=11)


def test_committees_of_different_employers_stand_side_by_side(form, make, as_, auditor):
    for _ in range(2):
        body = form(kind=CommitteeKind.OWN, host=CommitteeHost.UNIVERSITY, offices=[make.organisation()])
        COMMITTEE.perform(as_(auditor), body, "approve")
        assert body.state == CommitteeState.APPROVED


def test_approval_needs_a_forming_unit_and_specialties(form, as_, auditor):
    with pytest.raises(Refused, match="尚未维护组建单位"):
        COMMITTEE.perform(as_(auditor), form(offices=[]), "approve")
    with pytest.raises(Refused, match="须明确评审专业"):
        COMMITTEE.perform(as_(auditor), form(by_specialty=True, size=11), "approve")


def test_editing_is_checked_like_forming(form, as_, clerk):
    body = form()
    committee.edit_committee(as_(clerk), body, size=31, name="新名称")
    assert (body.size, body.name) == (31, "新名称")
    with pytest.raises(Refused, match="单数"):
        committee.edit_committee(as_(clerk), body, size=30)


def test_only_the_province_forms_committees(make, as_):
    with pytest.raises(NotYou):
        committee.create_committee(as_(make.account(roles.COMMITTEE_OFFICE)), name="自封评委会")


# -- Validity and scope ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "validity"),
    [
        (date(2024, 12, 31), Validity.AHEAD),
        (date(2025, 1, 1), Validity.VALID),
        (date(2027, 10, 1), Validity.VALID),
        (date(2027, 10, 2), Validity.SOON),
        (date(2027, 12, 1), Validity.VERY_SOON),
        (date(2027, 12, 31), Validity.VERY_SOON),
        (date(2028, 1, 1), Validity.EXPIRED),
    ],
)
def test_the_end_of_the_term_is_announced_90_and_30_days_before(make, as_, clerk, day, validity):
    assert committee.validity(as_(clerk), make.committee(), day) == validity


@pytest.mark.parametrize(
    ("day", "ok"), [(date(2027, 12, 31), True), (date(2028, 1, 1), False), (date(2024, 12, 31), False)]
)
def test_a_committee_reviews_in_its_term_only(make, as_, clerk, day, ok):
    sentence = committee.covers(as_(clerk), make.committee(), make.declaration(), day)
    assert (sentence is None) == ok
    assert ok or "118号 七(四)" in sentence


@pytest.mark.parametrize("state", [CommitteeState.APPLIED, CommitteeState.CANCELLED, CommitteeState.WITHDRAWN])
def test_an_unapproved_committee_reviews_nothing(make, as_, clerk, state):
    assert "不予认可" in committee.covers(as_(clerk), make.committee(state=state))


def test_a_senior_committee_reviews_both_senior_levels_and_no_other(make, as_, clerk):
    body = make.committee()
    found = {level: committee.covers(as_(clerk), body, level=level) is None for level in TitleLevel}
    assert [level for level, ok in found.items() if ok] == [TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR]


def test_another_series_or_region_is_out_of_scope(make, as_, clerk, session):
    body = make.committee(region_code="430100")
    other = session.scalars(select(Series).where(Series.id != body.series_id)).first()
    assert "只评审" in committee.covers(as_(clerk), body, series_id=other.id)
    assert committee.covers(as_(clerk), body, region_code="430102") is None
    assert "不包括该行政区划" in committee.covers(as_(clerk), body, region_code="430200")


@pytest.mark.parametrize(
    ("region", "scope", "inside"),
    [
        ("430102", "430000", True),
        ("433101", "433100", True),
        ("430102", "430102", True),
        ("430103", "430102", False),
        ("440100", "430000", False),
    ],
)
def test_a_region_lies_in_its_city_and_province(region, scope, inside):
    assert competence.within(region, scope) == inside


def test_a_committee_by_specialty_reviews_what_lies_below_its_specialties(form, make, as_, clerk, auditor):
    building, fire = make.specialty(name="建筑"), make.specialty(name="消防")
    body = form(specialties=[building], by_specialty=True, size=11)
    COMMITTEE.perform(as_(auditor), body, "approve")
    uow = as_(clerk)
    assert committee.covers(uow, body, specialty_id=make.specialty(parent=building).id) is None
    assert "评审的专业为建筑，不包括“消防”" in committee.covers(uow, body, specialty_id=fire.id)
    assert "请选择申报专业" in committee.covers(uow, body, make.declaration(committee=body, batch=make.batch(body)))


# -- Renewal, cancellation, account ---------------------------------------------------------------


def test_a_committee_is_approved_again_for_another_term(form, as_, auditor):
    body = form()
    COMMITTEE.perform(as_(auditor), body, "approve")
    with pytest.raises(Refused, match="不超过 3 年"):
        COMMITTEE.perform(
            as_(auditor), body, "renew", valid_from=date(2029, 1, 1), valid_to=date(2033, 1, 1), document="文号"
        )
    assert body.valid_to == date(2028, 12, 31)
    COMMITTEE.perform(
        as_(auditor), body, "renew", valid_from=date(2029, 1, 1), valid_to=date(2031, 12, 31), document="文号"
    )
    assert body.valid_to == date(2031, 12, 31)


@pytest.fixture
def system(make, session):
    return accounts.install_system_account(session)


def test_the_account_is_opened_once_with_a_first_password_shown_once(form, as_, clerk, auditor, system, session):
    body = form()
    COMMITTEE.perform(as_(auditor), body, "approve")
    uow = as_(clerk)
    shown = COMMITTEE.perform(uow, body, "issue_account")
    account = session.scalar(select(Account).where(Account.username == body.account_name))
    assert password.matches(account.password, shown)
    assert (account.role_names, account.committee_id) == ((roles.COMMITTEE_OFFICE,), body.id)
    assert account.must_change_password
    assert shown not in str([facts for *_, facts in uow.entries])
    with pytest.raises(Refused, match="已开通"):
        COMMITTEE.perform(as_(clerk), body, "issue_account")
    with pytest.raises(Refused, match="账号名不能更改"):
        committee.edit_committee(as_(clerk), body, account_name="another")


@pytest.mark.parametrize("verb", ["cancel", "withdraw"])
def test_a_cancelled_committees_accounts_stop(form, as_, clerk, auditor, system, session, verb):
    body = form()
    COMMITTEE.perform(as_(auditor), body, "approve")
    COMMITTEE.perform(as_(clerk), body, "issue_account")
    account = session.scalar(select(Account).where(Account.committee_id == body.id))
    epoch = account.session_epoch
    if verb == "cancel":
        COMMITTEE.perform(as_(clerk), body, "cancel", reason="撤并")
    else:
        COMMITTEE.perform(as_(auditor), body, "withdraw", reason="超越权限评审", document="湘人社函〔2026〕3号")
    assert (account.active, account.session_epoch) == (False, epoch + 1)
    assert body.reason in ("撤并", "超越权限评审")


def test_a_committee_with_declarations_in_hand_is_not_cancelled(make, as_, clerk):
    body = make.committee()
    make.declaration(state=DeclarationState.QUALIFIED, batch=make.batch(body))
    with pytest.raises(Refused, match="还有 1 件申报"):
        COMMITTEE.perform(as_(clerk), body, "cancel", reason="撤并")


def test_cancelling_needs_a_reason(make, as_, clerk):
    with pytest.raises(Refused, match="请填写原因"):
        COMMITTEE.perform(as_(clerk), make.committee(), "cancel", reason="")


# -- 其他信息 -------------------------------------------------------------------------------------


def test_specialties_are_added_and_taken_away(form, make, as_, clerk):
    body, specialty = form(), make.specialty()
    COMMITTEE.perform(as_(clerk), body, "add_specialty", specialty=str(specialty.id))
    assert [row.specialty for row in body.specialties] == [specialty]
    with pytest.raises(Refused, match="不必重复添加"):
        COMMITTEE.perform(as_(clerk), body, "add_specialty", specialty=str(specialty.id))
    COMMITTEE.perform(as_(clerk), body, "remove_specialty", specialty=str(specialty.id))
    assert body.specialties == []


def test_a_specialty_of_another_series_is_not_added(form, make, as_, clerk, session):
    other = session.scalars(select(Series).where(Series.id != make.series().id)).first()
    with pytest.raises(Refused, match="不得跨系列"):
        COMMITTEE.perform(as_(clerk), form(), "add_specialty", specialty=str(make.specialty(series=other).id))


def test_a_forming_unit_is_found_by_name_or_credit_code(form, make, as_, clerk):
    body = form(offices=[])
    first = make.organisation(name="湖南省机械行业协会")
    make.organisation(name="湖南省机械工程学会")
    with pytest.raises(Refused, match="对应多个单位"):
        COMMITTEE.perform(as_(clerk), body, "add_office", organisation="湖南省机械")
    with pytest.raises(Refused, match="没有找到"):
        COMMITTEE.perform(as_(clerk), body, "add_office", organisation="不存在的单位")
    COMMITTEE.perform(as_(clerk), body, "add_office", organisation=first.code)
    COMMITTEE.perform(as_(clerk), body, "add_office", organisation="机械工程学会")
    assert [row.organisation.name for row in body.offices] == ["湖南省机械行业协会", "湖南省机械工程学会"]
    COMMITTEE.perform(as_(clerk), body, "remove_office", organisation=str(first.id))
    assert len(body.offices) == 1


def test_an_approved_committee_keeps_a_forming_unit(form, as_, clerk, auditor, host):
    body = form()
    COMMITTEE.perform(as_(auditor), body, "approve")
    with pytest.raises(Refused, match="至少保留一个组建单位"):
        COMMITTEE.perform(as_(clerk), body, "remove_office", organisation=str(host.id))


def test_fees_are_set_changed_and_taken_away(form, as_, clerk):
    body = form()
    COMMITTEE.perform(as_(clerk), body, "set_fee", item="评审费", amount=360)
    COMMITTEE.perform(as_(clerk), body, "set_fee", item="评审费", amount=380)
    assert [(fee.item, int(fee.amount)) for fee in body.fees] == [("评审费", 380)]
    with pytest.raises(Refused):
        COMMITTEE.perform(as_(clerk), body, "set_fee", item="评审费", amount=-1)
    COMMITTEE.perform(as_(clerk), body, "remove_fee", item="评审费")
    assert body.fees == []


def test_widening_an_approved_scope_into_anothers_is_refused(form, make, as_, clerk, auditor):
    building, fire = make.specialty(), make.specialty()
    for specialty in (building, fire):
        COMMITTEE.perform(as_(auditor), form(specialties=[specialty], by_specialty=True, size=11), "approve")
    second = as_(clerk).session.scalars(select(Committee).order_by(Committee.id.desc())).first()
    with pytest.raises(Refused, match="重叠"):
        COMMITTEE.perform(as_(clerk), second, "add_specialty", specialty=str(building.id))


def test_the_details_are_registered_with_the_table():
    assert COMMITTEE.performers["set_fee"] is committee_details.set_fee


def test_today_is_the_day_of_the_unit_of_work(make, as_, clerk):
    assert committee.covers(as_(clerk, datetime(2028, 1, 1, 8)), make.committee()) is not None
