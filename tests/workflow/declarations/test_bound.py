"""What was signed, posted or recommended is what goes on: one digest over everything, and the facts bound to it."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select, text

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.material import Material
from models.register.organisation import UnitNature
from tests.conftest import NOON
from tests.hands import both, head_beside
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.declarations import bound, checklist, content, destination, submission
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.liability import LIABILITY_ITEMS
from workflow.storage import files


@pytest.fixture
def world(make, as_, session, file_store):
    """A declaration that its unit has checked, posted and recommended, at the city; everything by the verbs."""
    city = make.organisation("city")
    unit = make.organisation(superior=city, nature=UnitNature.PRIVATE)
    case = make.declaration(state=S.UNIT_REVIEW, unit=unit, route=(city,), position=0)
    who = {
        "unit": make.account(roles.UNIT_OFFICER, organisation_id=unit.id),
        "city": make.account(roles.CITY_OFFICER, organisation_id=city.id),
        "person": make.account(roles.APPLICANT, person_id=case.person_id),
    }
    case.state, case.position = S.DRAFT, -1
    submission.save_section(as_(who["person"]), case, "awards", [{"name": "优质工程奖", "year": "2024"}])
    stored = files.store(as_(who["person"]), drawing((9, 9)), "论文.png", owner=case, purpose="论文论著")
    session.add(Material(declaration_id=case.id, kind="paper", file=stored))
    submission.promise(as_(who["person"]), case, "浏览器")
    make.as_handed_in(case)
    case.state, case.position, case.publicised_hash = S.UNIT_REVIEW, 0, None
    session.flush()
    sign(as_(who["unit"]), case)
    post(session, as_(who["unit"]), case)
    recommend(as_, who["unit"], case)
    assert case.state == S.UNDER_AUDIT and bound.lost(session, case) == []
    return case, who


def sign(uow, case):
    DECLARATION.perform(uow, case, "check", opinion="属实", **{key: str(uow.actor.id) for key, _ in LIABILITY_ITEMS})


def post(session, uow, case):
    """A posting that is over."""
    posting = Publicity(
        kind=PublicityKind.UNIT, title="公示", organisation_id=case.unit_id, posted_on=date(2026, 5, 6),
        starts_on=date(2026, 5, 7), ends_on=date(2026, 5, 13), place="公告栏", complaint_department="人事科",
        complaint_telephone="0731", handler="周核", state=PublicityState.CLOSED,
    )  # fmt: skip
    session.add(posting)
    session.flush()
    DECLARATION.advance(uow, case, "publicise")
    case.publicised_hash = content.digest(session, case)
    session.add(PublicityItem(publicity_id=posting.id, declaration_id=case.id))
    session.flush()


def recommend(as_, officer, case):
    both(as_, officer, case, "recommend", NOON, assessment="合格", opinion="同意推荐")


def give_back(as_, case, who, **more):
    DECLARATION.perform(as_(who["city"]), case, "send_back", cause="03", items="请核对", opinion="核对", **more)
    DECLARATION.perform(as_(who["unit"]), case, "pass_down", opinion="")


#: Every part of what is declared, each with a change of it by the applicant; the facts that a return must name.
def _title(uow, case):
    other = TitleLevel.FULL_SENIOR
    from tests.factories import Make

    submission.change_choice(uow, case, title=Make(uow.session).title(other, case.series))


def _specialty(uow, case):
    from tests.factories import Make

    submission.change_choice(uow, case, specialty=Make(uow.session).specialty(case.series))


def _remove_file(uow, case):
    submission.detach(uow, case, submission.materials_of(uow, case)[0])


def _add_file(uow, case):
    stored = files.store(uow, drawing((9, 11)), "补.png", owner=case, purpose="论文论著")
    uow.session.add(Material(declaration_id=case.id, kind="paper", file=stored))


CHANGES = {
    "title": (_title, ["title"]),
    "specialty": (_specialty, ["specialty"]),
    "mode": (lambda uow, case: submission.change_choice(uow, case, mode="green"), ["mode"]),
    "channel": (lambda uow, case: submission.change_choice(uow, case, channel="agency"), ["channel"]),
    "secret": (lambda uow, case: submission.change_choice(uow, case, secret=True), ["secret"]),
    "section": (lambda uow, case: submission.save_section(uow, case, "awards", [{"name": "特等奖"}]), []),
    "section emptied": (lambda uow, case: submission.clear_part(uow, case, "awards"), []),
    "file removed": (_remove_file, []),
    "file added": (_add_file, []),
}


@pytest.fixture
def resubmitted(monkeypatch):
    """重新提交 without the form being whole: what is wrong with it is another question."""
    monkeypatch.setattr(submission, "_refuse_errors", lambda uow, declaration: None)
    monkeypatch.setattr(submission, "_fix_route", lambda uow, declaration: None)


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_voids_all_that_was_bound_and_goes_back_to_the_unit(name, world, as_, session, resubmitted):
    case, who = world
    change, facts = CHANGES[name]
    before = content.digest(session, case)
    give_back(as_, case, who, facts=facts)
    assert bound.promised(session, case), "a return alone voids nothing"
    change(as_(who["person"]), case)
    assert content.digest(session, case) != before
    lost = ["个人承诺", "《真实性审核责任卡》", "单位公示", "单位推荐意见"]
    assert bound.lost(session, case) == lost
    shown = dict(destination.whereabouts(as_(who["person"]), case))
    assert all(words in shown["须重新办理"] for words in lost), "the applicant reads it"
    assert not submission.facts_of(as_(who["person"]), case)["promised"]
    submission.promise(as_(who["person"]), case, "浏览器")
    DECLARATION.perform(as_(who["person"]), case, "resubmit", opinion="已更正")
    assert (case.state, case.position) == (S.UNIT_REVIEW, 0), "not straight to the city"
    told = " ".join(check.sentence for check in checklist.checks(as_(who["unit"]), case) if check.tone == "bad")
    assert all(words in told for words in ("责任卡", "单位公示", "推荐意见")), "the desk reads it"
    assert "失效" in DECLARATION.refusal(as_(who["unit"]), case, "publicise").sentence
    sign(as_(who["unit"]), case)
    assert "失效" in DECLARATION.refusal(as_(who["unit"]), case, "recommend").sentence, "posted anew as well"


def test_what_nobody_changed_goes_back_to_who_asked_and_everything_still_counts(world, as_, session, resubmitted):
    case, who = world
    give_back(as_, case, who)
    DECLARATION.perform(as_(who["person"]), case, "resubmit", opinion="已核对，无误")
    assert (case.state, case.position) == (S.UNDER_AUDIT, 1) and bound.lost(session, case) == []


@pytest.mark.parametrize("name", content.CASE_FACTS)
def test_after_the_recommendation_a_fact_of_the_case_changes_only_where_a_return_names_it(name, world, as_):
    case, who = world
    change, _facts = CHANGES[name]
    give_back(as_, case, who, facts=[other for other in content.CASE_FACTS if other != name])
    with pytest.raises(Refused, match="已锁定") as refused:
        change(as_(who["person"]), case)
    assert content.CASE_FACTS[name] in refused.value.sentence and len(refused.value.fields) == 1


def test_before_the_recommendation_everything_may_still_be_chosen(make, as_, world, session):
    case = make.declaration(state=S.RETURNED, position=-1, returned_from=0)
    person = make.account(roles.APPLICANT, person_id=case.person_id)
    submission.change_choice(as_(person), case, mode="green", secret=True)
    assert (case.mode, case.secret) == ("green", True)


BEHIND = (
    "UPDATE declaration SET title_id = (SELECT max(id) FROM title WHERE id <> title_id), level = 'intermediate'",
    "UPDATE declaration SET secret = true",
    "UPDATE declaration SET channel = 'fallback'",
    "UPDATE declaration_content SET sections = '{}'",
    "UPDATE material SET kind = 'award'",
    "UPDATE stored_file SET sha256 = 'x'",
)


@pytest.mark.parametrize("statement", BEHIND)
def test_content_changed_behind_the_products_back_goes_nowhere(statement, world, as_, session, make):
    case, who = world
    make.title(TitleLevel.INTERMEDIATE, case.series)
    head_beside(who["city"])
    assert DECLARATION.refusal(as_(who["city"]), case, "approve") is None
    session.execute(text(statement))
    session.expire_all()
    case = session.scalars(select(Declaration)).one()
    assert "不一致" in DECLARATION.refusal(as_(who["city"]), case, "approve").sentence
    assert DECLARATION.refusal(as_(who["city"]), case, "send_back") is None, "and there is a way out"


def test_a_merger_of_units_voids_nothing(world, session, make):
    case, _who = world
    case.unit_id = make.organisation().id
    session.flush()
    assert bound.lost(session, case) == [] and bound.handed_in(session, case)


def test_a_comparison_speaks_of_the_content_it_was_made_of(world, as_, session, resubmitted):
    from workflow.declarations import comparison, paper_desk

    case, who = world
    case.submitted_at = datetime(2026, 5, 6)
    DECLARATION.perform(as_(who["city"]), case, "receive_paper", received_on=date(2026, 5, 19), place="柜")
    (file,) = comparison.files_of(as_(who["city"]), case)
    paper_desk.compare(as_(who["city"]), case, {file.material.id: ("same", "")})
    session.flush()
    assert comparison.overall(as_(who["city"]), case) == "same"
    give_back(as_, case, who)
    submission.save_section(as_(who["person"]), case, "awards", [{"name": "特等奖"}])
    assert comparison.overall(as_(who["city"]), case) == ""
    case.position = 1
    (file,) = comparison.files_of(as_(who["city"]), case)
    assert file.here is None and file.row is not None
