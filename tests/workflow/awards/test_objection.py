"""异议: whose it is to investigate, who reads who wrote, what becomes of the declaration (118号 四(二)2, 六(二))."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import object_session

from models.awards.publicity import Objection, Publicity, PublicityItem, PublicityKind, about_results
from models.awards.publicity import ObjectionState as O
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import AT_THE_COMMITTEE
from models.office.notice import Notice
from tests.conftest import NOON
from workflow.accounts.accounts import install_system_account
from workflow.awards import objection as objections
from workflow.awards import posted
from workflow.awards.objection import OBJECTION
from workflow.base import policy, roles
from workflow.base.errors import NotYou, Refused
from workflow.declarations import outcome
from workflow.declarations.declaration import DECLARATION

TOLD = {"text": "论文署名与实际不符", "informant": "李举报", "telephone": "0731-88880000"}
WAITING = {S.UNIT_PUBLICITY: PublicityKind.UNIT, S.RESULT_PUBLICITY: PublicityKind.RESULT}


@pytest.fixture
def case(make, session):
    """A person of a hospital whose posting runs: its declaration, and everybody who has to do with it."""

    class Case:
        def __init__(self, state):
            reached = NOON if state != S.UNIT_PUBLICITY else None
            self.declaration = d = make.declaration(state=state, position=0, reached_committee_at=reached)
            self.unit = make.account(roles.UNIT_OFFICER, organisation_id=d.unit_id)
            self.committee = make.account(roles.COMMITTEE_OFFICE, committee_id=d.committee_id)
            self.province = make.account(roles.HRSS_AUDIT)
            self.supervisor = make.account(roles.SUPERVISOR)
            kind = WAITING.get(state, PublicityKind.UNIT)
            self.posting = make._add(
                Publicity, {}, kind=kind, title="公示", organisation_id=d.unit_id, posted_on=date(2026, 5, 18),
                starts_on=date(2026, 5, 19), ends_on=date(2026, 5, 25), place="公告栏", complaint_department="人事科",
                complaint_telephone="0731-2", handler="周核",
            )  # fmt: skip
            self.item = make._add(PublicityItem, {}, publicity_id=self.posting.id, declaration_id=d.id)

        def objection(self, state=O.REGISTERED, **given):
            made = make._add(
                Objection, given, declaration=self.declaration, publicity=self.posting, text="不实",
                informant="李举报", registered_at=NOON, state=state, named=True,
            )  # fmt: skip
            session.refresh(made)
            return made

    return Case


def reads(actor, objection):
    """Whether the policy shows it to him."""
    return policy.find(object_session(objection), actor, Objection, objection.id) is not None


def carry(uow_of, actor, objection, *verbs):
    for verb in verbs:
        said = {"finding": "已核实"} if verb in ("uphold", "dismiss") else {"answer": "已答复"}
        OBJECTION.perform(uow_of(actor), objection, verb, **({} if verb == "investigate" else said))


# -- whose it is ----------------------------------------------------------------------------------


def test_the_employer_neither_investigates_an_objection_to_a_result_nor_reads_who_wrote(case, as_):
    one = case(S.RESULT_PUBLICITY)
    objection = one.objection()
    assert not reads(one.unit, objection)
    with pytest.raises(Refused, match=r"所在单位不参与.*请由评委会办事机构办理"):
        OBJECTION.perform(as_(one.unit), objection, "investigate")
    assert reads(one.committee, objection) and reads(one.province, objection)


def test_the_unit_investigates_what_was_raised_of_its_own_posting(case, as_):
    one = case(S.UNIT_PUBLICITY)
    objection = objections.register_objection(as_(one.unit), one.declaration, **TOLD)
    assert objection.publicity is one.posting and reads(one.unit, objection)
    carry(as_, one.unit, objection, "investigate", "dismiss", "reply")
    assert (objection.state, one.declaration.state) == (O.ANSWERED, S.UNIT_PUBLICITY)


def test_a_complaint_raised_at_the_committee_is_the_committees(case, as_, session):
    one = case(S.IN_REVIEW)
    objection = objections.register_objection(as_(one.supervisor), one.declaration, **TOLD)
    assert objection.publicity is None, "the unit's posting is behind it"
    assert reads(one.committee, objection) and not reads(one.unit, objection)
    told = session.query(Notice).filter_by(link=f"/open/objection/{objection.id}").one()
    assert (told.committee_id, told.organisation_id) == (one.declaration.committee_id, None)


def test_the_employer_does_not_register_an_objection_to_a_result(case, as_, session):
    one = case(S.RESULT_PUBLICITY)
    with pytest.raises(Refused, match=r"所在单位不登记.*办事机构反映"):
        objections.register_objection(as_(one.unit), one.declaration, **TOLD)
    assert session.query(Objection).count() == 0


DESKS = {
    "unit": lambda d: {"organisation_id": d.unit_id, "person_id": d.person_id},
    "namesake": lambda d: {"organisation_id": d.unit_id, "last_name": d.applicant_name, "first_name": ""},
    "committee": lambda d: {"committee_id": d.committee_id, "person_id": d.person_id},
    "province": lambda d: {"person_id": d.person_id},
}
PLAYED = {"committee": roles.COMMITTEE_OFFICE, "province": roles.HRSS_AUDIT}


@pytest.mark.parametrize("desk", DESKS)
def test_whom_it_is_about_neither_reads_nor_investigates_nor_registers_it(desk, case, as_, make):
    one = case(S.UNIT_PUBLICITY)
    d, objection = one.declaration, one.objection()
    d.reached_committee_at = NOON
    himself = make.account(PLAYED.get(desk, roles.UNIT_OFFICER), **DESKS[desk](d))
    assert not reads(himself, objection)
    with pytest.raises(Refused, match=r"不得核查对本人申报的异议.*其他经办人"):
        OBJECTION.perform(as_(himself), objection, "investigate")
    with pytest.raises(NotYou, match="对本人申报的异议"):
        objections.register_objection(as_(himself), d, **TOLD)


def test_an_officer_who_declares_as_well_may_register_an_objection_to_another(case, as_, make):
    one = case(S.UNIT_PUBLICITY)
    both = make.account(
        roles.UNIT_OFFICER, roles.APPLICANT, organisation_id=one.declaration.unit_id, person_id=make.person().id
    )
    assert objections.register_objection(as_(both), one.declaration, **TOLD).state == O.REGISTERED


@pytest.mark.parametrize("reached", [None, NOON])
@pytest.mark.parametrize("kind", [None, *PublicityKind])
def test_the_clause_and_the_record_say_the_same_of_whose_it_is(kind, reached, case, session):
    one = case(S.UNDER_AUDIT)
    one.declaration.reached_committee_at = reached
    one.posting.kind = kind or PublicityKind.UNIT
    objection = one.objection(**({"publicity": None} if kind is None else {}))
    found = session.query(Objection.id).filter(about_results()).scalar()
    assert (found == objection.id) is objection.of_results


# -- what becomes of the declaration ----------------------------------------------------------------


@pytest.mark.parametrize("who", ["committee", "province", "supervisor"])
def test_a_posted_result_waits_whoever_registers_the_objection(who, case, as_):
    one = case(S.RESULT_PUBLICITY)
    objections.register_objection(as_(getattr(one, who)), one.declaration, **TOLD)
    assert one.declaration.state == S.OBJECTED


def test_a_posted_result_waits_for_an_objection_of_the_public_page(case, as_, session):
    one = case(S.RESULT_PUBLICITY)
    system = install_system_account(session)
    posted.object_by_name(
        as_(system), one.posting, item=one.item.id, informant="李举报", telephone="0731-88880000",
        text="所列 2021 年项目并非本人主持完成", promised=True,
    )  # fmt: skip
    assert one.declaration.state == S.OBJECTED


@pytest.mark.parametrize(("verb", "state"), [("uphold", S.TERMINATED), ("dismiss", S.RESULT_PUBLICITY)])
@pytest.mark.parametrize("who", ["committee", "province"])
def test_who_may_investigate_carries_it_through_to_the_declaration(who, verb, state, case, as_):
    one = case(S.RESULT_PUBLICITY)
    objection = objections.register_objection(as_(one.committee), one.declaration, **TOLD)
    carry(as_, getattr(one, who), objection, "investigate", verb)
    assert one.declaration.state == state


def test_what_was_objected_while_a_filing_lay_at_the_province_waits_once_it_is_returned(case, as_):
    one = case(S.FILING)
    objections.register_objection(as_(one.province), one.declaration, **TOLD)
    outcome.return_filing(as_(one.province), one.declaration)
    assert one.declaration.state == S.OBJECTED


def test_one_dismissed_beside_one_proven_clears_nothing(case, as_):
    one = case(S.OBJECTED)
    one.objection(O.ANSWERED, upheld=True)
    carry(as_, one.committee, one.objection(O.INVESTIGATING), "dismiss")
    assert one.declaration.state == S.OBJECTED
    assert DECLARATION.refusal(as_(one.province), one.declaration, "terminate") is None, "the way out"


#: The verbs by which a declaration goes on, each from where.
ONWARD = {
    S.UNIT_PUBLICITY: ("recommend", "unit", "请由单位办理“不予报送”"),
    S.UNDER_AUDIT: ("approve", "auditor", "终止申报参评"),
    S.AT_COMMITTEE: ("qualify", "committee", "复核不合格"),
    S.RESULT_PUBLICITY: ("apply_filing", "committee", "终止申报参评"),
    S.FILING: ("file", "province", "退回备案"),
}


@pytest.mark.parametrize("state", ONWARD)
def test_a_proven_objection_stops_it_though_the_informant_has_been_answered(state, case, as_, make):
    one = case(state)
    d = one.declaration
    one.auditor = make.account(roles.CITY_OFFICER, organisation_id=d.unit_id)
    one.objection(O.ANSWERED, upheld=True)
    verb, who, words = ONWARD[state]
    uow, step = as_(getattr(one, who)), DECLARATION[verb]
    said = [sentence for guard in step.guards if (sentence := guard(uow, d)) and "查证属实" in sentence]
    assert said and words in said[0], "it says who ends it"


@pytest.mark.parametrize("state", [S.UNIT_REVIEW, S.UNIT_PUBLICITY])
def test_the_unit_ends_what_was_proven_before_or_while_it_is_posted(state, case, as_, make):
    one = case(S.UNIT_PUBLICITY)
    one.declaration.state = state
    make.head(one.unit)
    assert "没有查证属实的异议" in DECLARATION.refusal(as_(one.unit), one.declaration, "stop").sentence
    one.objection(O.UPHELD, upheld=True)
    assert DECLARATION.refusal(as_(one.unit), one.declaration, "stop") is None


@pytest.mark.parametrize(("state", "who"), [(S.UNDER_AUDIT, roles.HRSS_AUDIT), (S.ISSUED, roles.HRSS_CERT)])
def test_who_has_to_end_what_was_proven_is_told(state, who, case, as_, session):
    one = case(state)
    carry(as_, one.province, one.objection(O.INVESTIGATING), "uphold")
    told = session.query(Notice).filter_by(title="异议查证属实").one()
    assert told.role == who and "请由省厅" in told.text


def test_every_verb_that_is_offered_for_an_objection_goes_through(case, as_, session):
    """Whatever stands under an objection: a button that is offered never ends in a refusal of another lifecycle."""
    offered = set()
    for start in WAITING:
        one = case(start)
        objection = one.objection(O.INVESTIGATING)
        for state in (S.UNIT_PUBLICITY, *AT_THE_COMMITTEE, S.FILED):
            for actor in (one.unit, one.committee, one.province):
                for step in ("uphold", "dismiss"):
                    with session.begin_nested() as world:
                        one.declaration.state = state
                        session.flush()
                        if OBJECTION.refusal(as_(actor), objection, step) is None:
                            carry(as_, actor, objection, step)
                            offered.add(step)
                        world.rollback()
                    session.expire_all()
    assert offered == {"uphold", "dismiss"}
