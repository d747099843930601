"""委托办理: a colleague signs for the 负责人 who is away, on his days, by his own name, never for himself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.accounts.delegation import Delegation
from models.declarations.declaration import DeclarationState as S
from models.declarations.opinion import Opinion
from models.declarations.signing import Signing, SigningState
from models.office.notice import Notice
from tests.conftest import NOON
from workflow import lifecycles  # noqa: F401  (importing registers the verbs)
from workflow.accounts import delegation
from workflow.accounts.delegation import DELEGATION
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.declarations import desk
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.signing import SIGNING

TODAY = NOON.date()
LATER = TODAY + timedelta(days=3)


@pytest.fixture
def office(make):
    """A city's 经办人, its 负责人 and a colleague who handles cases as well."""
    city = make.organisation("city", name="长沙市人社局")
    clerk = make.account(roles.CITY_OFFICER, organisation=city, position="经办人")
    return city, clerk, make.head(clerk), make.account(roles.CITY_OFFICER, organisation=city, position="经办人")


@pytest.fixture
def away(as_, office):
    """The 负责人 is away for some days, the colleague signs."""
    _city, _clerk, head, other = office
    return delegation.give(as_(head), delegate=str(other.id), from_on=TODAY, until_on=LATER, reason="出差")


@pytest.fixture
def waiting(make, as_, office, session):
    """Put before the 负责人 by the 经办人."""
    city, clerk, head, _other = office
    case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
    said = {"opinion": "齐全", "publicity_checked": True, "consistency": "pending", "head": str(head.id)}
    DECLARATION.perform(as_(clerk), case, "approve", **said)
    session.flush()
    return session.get_one(Signing, case.signing_id)


def on_desk(session, account, day=TODAY):
    return session.scalars(select(Signing.id).where(desk.signing_desk(account, day))).all()


def test_the_colleague_finds_it_on_his_desk_and_signs_by_his_own_name(away, waiting, office, as_, session):
    _city, clerk, head, other = office
    assert on_desk(session, other) == [waiting.id] == on_desk(session, head) and on_desk(session, clerk) == []
    uow = as_(other)
    SIGNING.perform(uow, waiting, "confirm")
    (said,) = session.scalars(select(Opinion))
    assert (said.handler_id, said.head_id) == (clerk.id, other.id)
    assert said.head_name == f"{other.full_name}（受{head.full_name}委托）"
    whom = [facts["principal"] for verb, _case, facts in uow.entries if verb in ("confirm", "approve")]
    assert whom == [[head.id, head.full_name]] * 2, "for whom, as a person"
    told = session.scalars(select(Notice).where(Notice.account_id == other.id)).all()
    assert [one.title for one in told] == ["受托代为签署", "有意见待签署"]


def test_it_counts_on_its_days_only(away, waiting, office, as_, session):
    other = office[3]
    for day, counts in ((0, True), (3, True), (4, False)):
        assert bool(on_desk(session, other, TODAY + timedelta(days=day))) is counts
    with pytest.raises(Refused, match="本人签署"):
        SIGNING.perform(as_(other, NOON + timedelta(days=4)), waiting, "confirm")
    assert delegation.standing(as_(other, NOON + timedelta(days=4)), away) == ("已到期", "off")


def test_two_stay_two(make, as_, office, session):
    """Who wrote the opinion does not sign it for the other, nor does the applicant."""
    city, clerk, head, other = office
    delegation.give(as_(head), delegate=str(clerk.id), from_on=TODAY, until_on=LATER, reason="出差")
    case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
    said = {"opinion": "齐全", "publicity_checked": True, "consistency": "pending", "head": str(head.id)}
    DECLARATION.perform(as_(clerk), case, "approve", **said)
    session.flush()
    waiting = session.get_one(Signing, case.signing_id)
    assert on_desk(session, clerk) == []
    with pytest.raises(Refused, match="您是这份意见的经办人"):
        SIGNING.perform(as_(clerk), waiting, "confirm")
    waiting.handler_id, clerk.person_id = other.id, case.person_id
    with pytest.raises(Refused, match="申报人本人不能受"):
        SIGNING.perform(as_(clerk), waiting, "confirm")


def test_ended_by_either_of_the_two_it_ends_at_once(away, waiting, office, as_, session):
    _city, clerk, head, other = office
    with pytest.raises(Refused, match="本人终止"):
        DELEGATION.perform(as_(clerk), away, "end", reason="")
    DELEGATION.perform(as_(other), away, "end", reason="本人也要出差")
    assert on_desk(session, other) == [] and on_desk(session, head) == [waiting.id]
    (told,) = session.scalars(select(Notice).where(Notice.account_id == head.id, Notice.title == "委托已终止"))
    assert "本人也要出差" in told.text and (away.ended_by, away.ended_at) == (other.full_name, NOON)


def test_given_back_by_the_colleague_it_says_for_whom(away, waiting, office, as_):
    SIGNING.perform(as_(office[3]), waiting, "give_back", reason="公示截图缺页")
    assert waiting.state == SigningState.RETURNED and f"（受{office[2].full_name}委托）" in waiting.head_name


def test_only_a_head_delegates_and_only_to_a_colleague_at_the_same_desk(make, as_, office):
    city, clerk, head, other = office
    given = {"from_on": TODAY, "until_on": LATER, "reason": "出差"}
    with pytest.raises(Refused, match="无需委托"):
        delegation.give(as_(clerk), delegate=str(other.id), **given)
    with pytest.raises(NotYou):
        delegation.give(as_(make.account(roles.EXPERT)), delegate=str(other.id), **given)
    outsider = make.account(roles.CITY_OFFICER, organisation=make.organisation("city"))
    for no_colleague in (outsider, head, make.account(roles.UNIT_OFFICER, organisation=city)):
        with pytest.raises(Refused, match="同一岗位角色") as refused:
            delegation.give(as_(head), delegate=str(no_colleague.id), **given)
        assert list(refused.value.fields) == ["delegate"]


@pytest.mark.parametrize(("wrong", "field"), [
    ({"from_on": TODAY - timedelta(days=1)}, "from_on"),
    ({"until_on": TODAY - timedelta(days=1)}, "until_on"),
    ({"reason": " "}, "reason"),
])  # fmt: skip
def test_what_is_wrong_is_told_at_its_field(as_, office, wrong, field):
    given = {"delegate": str(office[3].id), "from_on": TODAY, "until_on": LATER, "reason": "出差"}
    with pytest.raises(Refused) as refused:
        delegation.give(as_(office[2]), **given | wrong)
    assert list(refused.value.fields) == [field]


def test_a_delegation_runs_no_longer_than_the_office_allows(as_, office, session):
    given = {"delegate": str(office[3].id), "from_on": TODAY, "reason": "进修"}
    with pytest.raises(Refused, match=f"一次委托最长30天.*最迟为{TODAY + timedelta(days=29)}.*再委托一次") as refused:
        delegation.give(as_(office[2]), until_on=TODAY + timedelta(days=30), **given)
    assert list(refused.value.fields) == ["until_on"]
    assert delegation.give(as_(office[2]), until_on=TODAY + timedelta(days=29), **given).id


def test_one_at_a_time_and_none_from_hand_to_hand(away, make, as_, office, session):
    _city, clerk, head, other = office
    given = {"from_on": LATER, "until_on": LATER + timedelta(days=9), "reason": "休假"}
    with pytest.raises(Refused, match="已委托"):
        delegation.give(as_(head), delegate=str(clerk.id), **given)
    second = make.head(clerk)
    with pytest.raises(Refused, match="自己委托了"):
        delegation.give(as_(second), delegate=str(head.id), **given)
    other.position = "负责人"
    with pytest.raises(Refused, match="不能再转给他人"):
        delegation.give(as_(other), delegate=str(second.id), **given)
    after = given | {"from_on": LATER + timedelta(days=1)}
    delegation.give(as_(head), delegate=str(clerk.id), **after)
    assert len(session.scalars(select(Delegation)).all()) == 2


def test_who_has_left_the_office_signs_by_nobody(away, waiting, office, make, session):
    office[2].organisation = make.organisation("city")
    session.flush()
    assert on_desk(session, office[3]) == []
