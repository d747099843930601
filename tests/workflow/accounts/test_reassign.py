"""变更所属: the person moves, the desk stays, and nobody opens another desk alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as D
from models.imports.import_batch import ImportBatch, ImportState
from models.jobs.job import Job, JobState
from models.office.notice import Notice
from models.register.organisation import NodeKind
from tests.conftest import NOON
from workflow.accounts.accounts import ACCOUNT
from workflow.accounts.reassign import left_by
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.register import fit
from workflow.review import review_desk  # noqa: F401  (importing names the desks of an office)


@pytest.fixture
def sysadmin(make):
    return make.account(r.SYSTEM_ADMIN)


@pytest.fixture
def cities(make):
    province = make.organisation(NodeKind.PROVINCE)
    return [make.organisation(NodeKind.CITY, superior_id=province.id) for _ in range(2)]


@pytest.fixture
def clerk(make, cities):
    return make.account(r.CITY_OFFICER, organisation=cities[0], first_name="", last_name="李某", position="经办人")


def move(uow, account, **given):
    now = {
        "name": account.full_name,
        "position": account.position,
        "organisation": account.organisation,
        "committee": account.committee,
        "reason": "组织调动",
    }
    return ACCOUNT.perform(uow, account, "reassign", **now | given)


def test_who_moves_loses_the_roles_of_the_former_desk_and_signs_in_anew(as_, sysadmin, clerk, cities):
    uow, epoch = as_(sysadmin), clerk.session_epoch
    move(uow, clerk, organisation=cities[1])
    assert clerk.organisation_id == cities[1].id and clerk.role_names == ()
    assert clerk.session_epoch == epoch + 1
    _verb, _, facts = next(entry for entry in uow.entries if entry[0] == "reassign")
    assert facts["reason"] == "组织调动" and facts["roles_before"] == [r.CITY_OFFICER] and facts["roles_after"] == []
    assert any(cities[1].name in item for item in facts["items"])


def test_a_name_and_a_post_are_changed_without_losing_the_desk(as_, sysadmin, clerk):
    move(as_(sysadmin), clerk, name="李 某某", position="负责人")
    assert (clerk.full_name, clerk.position, clerk.role_names) == ("李某某", "负责人", (r.CITY_OFFICER,))


def test_the_first_configurator_receives_his_organisation_and_keeps_his_role(as_, sysadmin, make, session):
    first = make.account(r.HRSS_CONFIG)
    province = make.organisation(NodeKind.PROVINCE)
    move(as_(sysadmin), first, organisation=province)
    assert first.organisation_id == province.id and first.role_names == (r.HRSS_CONFIG,)
    assert fit.misfits(session) == []


def test_a_provincial_role_without_a_desk_does_not_go_along_into_a_company(as_, sysadmin, make):
    first = make.account(r.HRSS_CONFIG)
    move(as_(sysadmin), first, organisation=make.organisation())
    assert first.role_names == ()


def test_what_waits_is_named_and_told_to_the_office_and_to_its_superior_where_nobody_is_left(
    as_, sysadmin, make, clerk, cities, session
):
    make.declaration(state=D.UNDER_AUDIT, unit=make.organisation(), route=[cities[0]], position=1)
    left = left_by(session, clerk)
    assert left.desks == [("申报审核", 1)] and not left.colleagues
    uow = as_(sysadmin)
    assert move(uow, clerk, organisation=cities[1]).waiting == 1
    session.flush()
    told = {notice.organisation_id for notice in session.scalars(select(Notice))}
    assert told == {cities[0].id, cities[0].superior_id}
    facts = next(facts for verb, _, facts in uow.entries if verb == "reassign")
    assert facts["left"] == {"申报审核": 1}


def test_a_colleague_goes_on_and_the_superior_is_left_alone(as_, sysadmin, make, clerk, cities, session):
    make.declaration(state=D.UNDER_AUDIT, unit=make.organisation(), route=[cities[0]], position=1)
    colleague = make.account(r.CITY_OFFICER, organisation=cities[0])
    assert [other.id for other in left_by(session, clerk).colleagues] == [colleague.id]
    move(as_(sysadmin), clerk, organisation=cities[1])
    session.flush()
    assert {notice.organisation_id for notice in session.scalars(select(Notice))} == {cities[0].id}


def test_an_import_not_handed_in_does_not_go_along(as_, sysadmin, make, clerk, cities, session):
    batch = ImportBatch(
        kind="organisation",
        account_id=clerk.id,
        file_name="a.xlsx",
        state=ImportState.PREVIEWED,
        created_at=NOON,
        sha256="-",
    )
    session.add(batch)
    session.flush()
    move(as_(sysadmin), clerk, organisation=cities[1])
    assert batch.state == ImportState.DISCARDED


def test_long_work_under_way_and_a_key_of_an_open_poll_are_finished_first(as_, sysadmin, make, clerk, cities, session):
    session.add(Job(kind="export", account_id=clerk.id, state=JobState.RUNNING, title="导出", asked_at=NOON))
    session.flush()
    with pytest.raises(Refused, match="后台任务"):
        move(as_(sysadmin), clerk, organisation=cities[1])


@pytest.mark.parametrize(
    "given, field, word",
    [({}, "name", "没有任何变更"), ({"name": " "}, "name", "姓名")],
    ids=["nothing", "blank"],
)
def test_what_is_refused_stands_at_its_field(as_, sysadmin, clerk, given, field, word):
    with pytest.raises(Refused, match=word) as refused:
        move(as_(sysadmin), clerk, **given)
    assert field in refused.value.fields


def test_a_person_keeps_the_name_of_his_registration_and_an_applicant_has_no_desk(as_, sysadmin, make, cities):
    expert = make.account(r.EXPERT, person=make.person())
    with pytest.raises(Refused, match="人员登记"):
        move(as_(sysadmin), expert, name="别人")
    with pytest.raises(Refused, match="申报人"):
        move(as_(sysadmin), make.account(r.APPLICANT, person=make.person()), organisation=cities[0])


def test_only_the_system_administrator_moves_accounts_and_not_himself(as_, make, sysadmin, clerk, cities):
    with pytest.raises(NotYou):
        move(as_(make.account(r.SECURITY_ADMIN)), clerk, organisation=cities[1])
    with pytest.raises(Refused, match="本人"):
        move(as_(sysadmin), sysadmin, organisation=cities[1])


def test_an_organisation_out_of_use_receives_nobody(as_, make, sysadmin, clerk):
    with pytest.raises(Refused, match="已停用"):
        move(as_(sysadmin), clerk, organisation=make.organisation(NodeKind.CITY, active=False))
