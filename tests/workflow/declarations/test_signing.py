"""负责人签署: where the law wants two, nothing is decided until the second has said so by his own account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.declarations.opinion import Opinion
from models.declarations.signing import Signing, SigningState, SigningVerb
from models.office.notice import Notice
from models.paths.path import AcceptanceOffice, Way
from tests.conftest import NOON
from tests.hands import both, sign
from workflow.base import policy, roles
from workflow.base.errors import NotYou, Refused
from workflow.base.reading import bring_up
from workflow.declarations import desk, signing
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.signing import SIGNING

APPROVED = {"opinion": "齐全", "publicity_checked": True, "consistency": "pending"}
#: Who works at each place of a path, and whether 118号 names two there.
PLACES = {"bureau": (roles.BUREAU_OFFICER, True), "city": (roles.CITY_OFFICER, True),
          "district": (roles.DISTRICT_OFFICER, False), "province": (roles.HRSS_AUDIT, True)}  # fmt: skip


@pytest.fixture
def city(make):
    return make.organisation("city", name="长沙市人社局")


@pytest.fixture
def office(make, city):
    """The 经办人 of the city, and two who are registered as 负责人."""
    clerk = make.account(roles.CITY_OFFICER, organisation_id=city.id, position="经办人")
    return clerk, make.head(clerk), make.head(clerk)


@pytest.fixture
def case(make, city):
    """Under audit at the city."""
    return make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)


@pytest.fixture
def put(as_, office, session):
    """The 经办人 puts a case before the first 负责人; answers what waits."""

    def one(case, **more):
        clerk, head, _other = office
        DECLARATION.perform(as_(clerk), case, "approve", **APPROVED | {"head": str(head.id)} | more)
        session.flush()
        return session.get_one(Signing, case.signing_id)

    return one


def waits_for(session, account):
    bring_up(session)
    return session.scalars(select(Signing.declaration_id).where(desk.signing_desk(account, NOON.date()))).all()


def test_an_opinion_waits_for_the_head_and_moves_nothing(case, put, office, session):
    waiting = put(case)
    assert (case.state, case.position) == (S.UNDER_AUDIT, 1) and session.scalars(select(Opinion)).all() == []
    assert waits_for(session, office[1]) == [case.id] and waits_for(session, office[2]) == []
    lying = select(type(case).id).where(desk.audit_desk(office[0], NOON.date()))
    assert session.scalars(lying).all() == [], "it is no longer the 经办人's to do"
    assert waiting.answers["opinion"] == "齐全" and waiting.content_hash == case.content_hash


def test_only_the_account_before_whom_it_lies_signs(case, put, office, as_, make):
    waiting = put(case)
    for account in (office[0], office[2], make.account(roles.CITY_OFFICER, organisation=make.organisation("city"))):
        with pytest.raises(Refused, match="本人签署"):
            SIGNING.perform(as_(account), waiting, "confirm")
    with pytest.raises(NotYou):
        SIGNING.perform(as_(make.account(roles.LEADER)), waiting, "confirm")


def test_signed_the_opinion_bears_both_accounts_and_the_case_moves(case, put, office, as_, session):
    waiting = put(case)
    SIGNING.perform(as_(office[1], NOON + timedelta(hours=3)), waiting, "confirm")
    assert (case.state, case.signing_id, waiting.state) == (S.AT_COMMITTEE, None, SigningState.SIGNED)
    (said,) = session.scalars(select(Opinion))
    assert (said.handler_id, said.head_id) == (office[0].id, office[1].id)
    assert (said.handler_name, said.head_name) == (office[0].full_name, office[1].full_name)
    assert said.content_hash == waiting.content_hash and said.given_at == NOON + timedelta(hours=3)


def test_given_back_with_a_reason_the_handler_writes_it_anew(case, put, office, as_, session):
    waiting = put(case)
    with pytest.raises(Refused, match="退回原因"):
        SIGNING.perform(as_(office[1]), waiting, "give_back", reason="")
    SIGNING.perform(as_(office[1]), waiting, "give_back", reason="公示起止日期与张榜照片不符")
    assert (case.state, case.signing_id, waiting.state) == (S.UNDER_AUDIT, None, SigningState.RETURNED)
    told = session.scalars(select(Notice).where(Notice.organisation_id == office[0].organisation_id)).all()
    assert any("公示起止日期与张榜照片不符" in notice.text and office[1].full_name in notice.text for notice in told)
    assert put(case).id != waiting.id


def test_while_it_waits_nobody_does_anything_else_with_it(case, put, office, as_):
    put(case)
    for verb in ("approve", "send_back"):
        sentence = DECLARATION.refusal(as_(office[0]), case, verb).sentence
        assert f"已送{office[1].full_name}签署" in sentence and "撤回送签" in sentence


def test_the_office_takes_it_back_or_puts_it_before_another_head(case, put, office, as_):
    clerk, head, other = office
    waiting = put(case)
    with pytest.raises(Refused, match="退回经办人"):
        SIGNING.perform(as_(head), waiting, "withdraw", reason="")
    assert [key for key, _name in SIGNING["redirect"].asks[0].options(as_(clerk), waiting)] == [str(other.id)]
    SIGNING.perform(as_(clerk), waiting, "redirect", head=str(other.id))
    with pytest.raises(Refused, match="本人签署"):
        SIGNING.perform(as_(head), waiting, "confirm")
    SIGNING.perform(as_(clerk), waiting, "withdraw", reason="意见有误")
    assert case.signing_id is None and waiting.state == SigningState.WITHDRAWN


def test_a_head_who_handled_it_himself_is_not_the_second(case, put, office, as_):
    """Another 负责人 may handle; he cannot then sign for himself by being asked instead of the first."""
    _clerk, head, other = office
    DECLARATION.perform(as_(other), case, "approve", **APPROVED, head=str(head.id))
    waiting = as_(other).session.get_one(Signing, case.signing_id)
    with pytest.raises(Refused, match="经办人本人"):
        SIGNING.perform(as_(office[0]), waiting, "redirect", head=str(other.id))
    assert SIGNING["redirect"].asks[0].options(as_(office[0]), waiting) == []


def test_content_that_changed_after_it_was_put_is_not_signed(case, put, office, as_, session):
    waiting = put(case)
    case.content.sections = {"awards": [{"name": "换掉的奖项"}]}
    session.flush()
    with pytest.raises(Refused, match="送签后申报内容有变化"):
        SIGNING.perform(as_(office[1]), waiting, "confirm")
    SIGNING.perform(as_(office[1]), waiting, "give_back", reason="内容有变化")
    assert case.signing_id is None


def test_a_case_that_is_ended_from_above_waits_for_nobody(case, put, office, as_, make, session):
    waiting = put(case)
    end = {"opinion": "材料造假", "document": "湘人社罚〔2026〕1 号"}
    DECLARATION.perform(as_(make.account(roles.HRSS_AUDIT)), case, "terminate", **end)
    assert waiting.state == SigningState.VOID and waits_for(session, office[1]) == []


def test_put_in_time_and_signed_late_passes_with_both_days(case, put, office, as_, session):
    case.batch.audit_on = NOON.date()
    waiting = put(case)
    SIGNING.perform(as_(office[1], NOON + timedelta(days=2)), waiting, "confirm")
    assert case.state == S.AT_COMMITTEE, "the office's own delay costs nobody his year"


def test_an_office_without_a_head_is_told_whom_to_ask(make, as_):
    """One person alone cannot be both; the refusal says who registers the other."""
    city = make.organisation("city")
    case = make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1)
    alone = make.account(roles.CITY_OFFICER, organisation_id=city.id, position="负责人")
    sentence = DECLARATION.refusal(as_(make.account(roles.CITY_OFFICER, organisation_id=city.id)), case, "approve")
    assert sentence is None, "there is a 负责人"
    with pytest.raises(Refused, match="只有您（或申报人本人）登记为负责人") as refused:
        DECLARATION.perform(as_(alone), case, "approve", **APPROVED)
    assert set(refused.value.fields) == {"head"}
    alone.position = "经办人"
    refusal = DECLARATION.refusal(as_(alone), case, "approve")
    assert all(word in refusal.sentence for word in ("没有登记在岗的负责人", "118号 四(三)", "系统管理员", "账号管理"))


def test_who_has_left_or_has_no_role_there_is_no_head(case, office, as_, make):
    clerk, head, other = office
    head.active = False
    idle = make.account(organisation_id=clerk.organisation_id, position="负责人")
    assert [key for key, _name in signing.choices(as_(clerk), case)] == [str(other.id)]
    assert str(idle.id) not in dict(signing.choices(as_(clerk), case))


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("way", [Way.REVIEW, Way.INITIAL])
def test_two_sign_wherever_the_law_names_two_and_one_where_it_does_not(make, as_, session, kind, last, way):
    """四(三) names 市州 and 省直厅局; a county passes on alone, unless its word is the last."""
    role, two = PLACES[kind]
    here, above = make.organisation(kind), make.organisation("city")
    given = {"route": (here,) if last else (here, above), "position": 1, "way": way}
    if way != Way.REVIEW:
        where = {"node_kind": kind, "way": way, "level": "intermediate", "publicity_required": False}
        given["batch"] = make.batch(office=make._add(AcceptanceOffice, where, organisation=here))
    case = make.declaration(state=S.UNDER_AUDIT, **given)
    two = two or (last and way != Way.REVIEW)
    assert bool(signing.clause_of(case)) is two
    clerk = make.account(role, organisation_id=here.id)
    if last and way != Way.REVIEW:
        case.paper_received_on = NOON.date()
        session.flush()
    said = APPROVED | {"consistency": "same" if case.paper_received_on else "pending"}
    if not two:
        DECLARATION.perform(as_(clerk), case, "approve", **said)
    else:
        assert "负责人" in DECLARATION.refusal(as_(clerk), case, "approve").sentence
        both(as_, clerk, case, "approve", **said)
    assert case.state != S.UNDER_AUDIT or case.position == 2
    (opinion,) = session.scalars(select(Opinion))
    assert (opinion.head_id is not None) is two and opinion.handler_id == clerk.id


def test_every_verb_by_which_an_office_speaks_is_signed():
    """A walk: whatever opinion the 评审表 prints asks for the 负责人, and takes effect by `signing`."""
    asked = {step.verb for step in DECLARATION.steps if any(ask.name == "head" for ask in step.asks)}
    assert asked == {verb.value for verb in SigningVerb} == {str(verb) for verb in signing._EFFECTS}
    for verb in asked:
        (ask,) = [ask for ask in DECLARATION[verb].asks if ask.name == "head"]
        assert ask.kind == "choice" and ask is signing.HEAD_ASKED
        assert {signing.has_head, signing.not_at_signature} <= set(DECLARATION[verb].guards), verb


def test_a_head_signs_many_at_once(make, city, put, office, as_, session):
    """Four hundred files wait on one list, and each is bound to its own content."""
    cases = [make.declaration(state=S.UNDER_AUDIT, route=(city,), position=1) for _ in range(5)]
    for case in cases:
        put(case)
    assert waits_for(session, office[1]) == [case.id for case in cases]
    for case in cases:
        sign(as_, case)
    assert {case.state for case in cases} == {S.AT_COMMITTEE} and waits_for(session, office[1]) == []


def test_an_office_sees_its_own_signings_and_no_others(case, put, office, make, session, as_):
    waiting = put(case)
    seen = lambda account: session.scalars(policy.visible(account, Signing)).all()  # noqa: E731
    assert seen(office[0]) == seen(office[2]) == [waiting]
    assert seen(make.account(roles.CITY_OFFICER, organisation=make.organisation("city"))) == []
    assert seen(make.account(roles.COMMITTEE_OFFICE, committee=case.committee)) == []
    assert seen(make.account(roles.APPLICANT, person_id=case.person_id)) == []
