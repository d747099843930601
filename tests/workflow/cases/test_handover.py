"""Every move of a declaration is told: its applicant where it is, who has it next what to do (the whole table)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import STANDING, Holder
from models.office.notice import Notice
from tests.conftest import NOON
from workflow.base import roles as r
from workflow.base.notices import tell
from workflow.base.unit_of_work import attempt
from workflow.cases import handover
from workflow.declarations.declaration import DECLARATION
from workflow.messages.kinds import TITLES, kind_of

MOVES = [
    pytest.param(step, source, target, id=f"{step.verb}-{source}-{target}")
    for step in DECLARATION.steps
    for source in sorted(step.sources)
    for target in step.targets
]


def at(make, state, position):
    city = make.organisation()
    return make.declaration(state=state, route=[city], position=position, committee=make.committee()), city


@pytest.mark.parametrize("step, source, target", MOVES)
def test_whoever_has_it_next_and_the_applicant_are_told_of_every_move(make, session, step, source, target):
    position = 0 if STANDING[S(target)].holder in (Holder.OFFICE, Holder.RETURNING) else 1
    case, _city = at(make, source, position)
    stranger = make.account(r.SUPERVISOR)
    session.commit()

    def move(uow):
        assert case.state == source
        case.state = target
        for stop in case.route:  # as the verb itself leaves it
            stop.reached_at = None if target == S.DRAFT else stop.reached_at or (NOON if source == S.DRAFT else None)
        uow.record(step.verb, case, label=step.label, before=str(source), after=str(target))

    attempt(stranger, move, session=session, now=NOON)
    notices = session.scalars(select(Notice)).all()
    mine = [one for one in notices if one.person_id == case.person_id]
    assert len(mine) == (handover.hears(S(target)))
    for one in mine:
        assert STANDING[S(target)].word in one.text and case.number in one.text and one.link.endswith(f"/{case.id}")
    receiver = handover.holder_of(case)
    theirs = [one for one in notices if one.person_id is None]
    assert len(theirs) == (receiver is not None)
    for one in theirs:
        assert handover.NEXT[S(target)] in one.text and case.number in one.text
        assert receiver in (one.role, case.committee, case.unit)


def test_every_state_that_a_desk_holds_has_its_next_step():
    held = {state for state, one in STANDING.items() if one.holder not in (Holder.APPLICANT, Holder.NOBODY)}
    assert set(handover.NEXT) == held
    assert {state for state in held if STANDING[state].holder == Holder.PROVINCE} == set(handover.PROVINCE)


def test_who_has_done_it_and_has_it_still_is_not_told(make, session):
    case, _city = at(make, S.SUBMITTED, 0)
    officer = make.account(r.UNIT_OFFICER, organisation_id=case.unit_id)
    session.commit()
    attempt(officer, lambda uow: DECLARATION.perform(uow, case, "accept"), session=session, now=NOON)
    (one,) = session.scalars(select(Notice)).all()
    assert one.person_id == case.person_id and one.title == "单位已受理您的申报", "the verb has said it itself"


def test_many_that_come_to_one_desk_together_are_one_message(make, session):
    committee = make.committee()
    cases = [make.declaration(state=S.PLANNED, committee=committee, position=1) for _ in range(5)]
    stranger = make.account(r.HRSS_AUDIT)
    session.commit()

    def move(uow):
        for case in cases:
            DECLARATION.advance(uow, case, "leave_plan")

    attempt(stranger, move, session=session, now=NOON)
    desks = session.scalars(select(Notice).where(Notice.committee_id == committee.id)).all()
    assert len(desks) == 1 and "等 5 件" in desks[0].text
    assert len(session.scalars(select(Notice).where(Notice.person_id.is_not(None))).all()) == 5


def test_a_verb_that_has_spoken_is_not_repeated_and_its_term_is_known(make, session):
    case, _city = at(make, S.RETURNED, 0)
    stranger = make.account(r.UNIT_OFFICER, organisation_id=case.unit_id)
    session.commit()
    heard = []

    def move(uow):
        DECLARATION.perform(uow, case, "pass_down")
        handover.tell_who_is_next(uow)
        heard.extend(uow.told)

    attempt(stranger, move, session=session, now=NOON)
    assert [(notice.title, due) for notice, due in heard] == [("请补正申报材料", case.due_on)]


def test_what_is_told_to_one_does_not_keep_another_from_being_told(make, session):
    case, _city = at(make, S.SUBMITTED, 0)
    session.commit()

    def move(uow):
        case.state = S.UNIT_REVIEW
        uow.record("accept", case, before="submitted", after="unit_review")
        tell(uow, make.person(), "申报进度", "别人的")

    attempt(make.account(r.SUPERVISOR), move, session=session, now=NOON)
    assert session.scalars(select(Notice).where(Notice.person_id == case.person_id)).one()


def test_every_title_is_about_something():
    assert kind_of("有申报到达：备案审核中") == TITLES["有申报到达"] and kind_of("单位合并").label == "进度"
