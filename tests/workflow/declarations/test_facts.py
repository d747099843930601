"""What an office has done stands in tables of its own: 责任卡, opinions, names as filed; a log decides nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, text, update

from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.liability import CheckResult, LiabilityCard, LiabilityCheck
from models.declarations.opinion import Opinion, OpinionResult
from models.declarations.signing import Signing
from models.office.journal import JournalEntry, JournalHead
from models.office.trail import TrailEntry
from models.paths.path import AcceptanceOffice
from models.registry import by_table
from tests.conftest import NOON
from tests.hands import head_beside
from tests.owner import unguarded
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.journal import verify
from workflow.base.unit_of_work import asking, unit_of_work
from workflow.declarations import checklist, desk, liability, named, opinion
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.liability import LIABILITY_ITEMS
from workflow.declarations.signing import SIGNING


@pytest.fixture
def offices(make):
    """A unit, its city and a committee, each with an officer; 周核 is an account of the unit, 王核 two."""
    city = make.organisation(kind="city", name="长沙市人力资源和社会保障局")
    unit = make.organisation(name="长沙市第三医院", superior=city, nature="private")
    given = {"first_name": "", "organisation_id": unit.id}
    clerk = make.account(roles.UNIT_OFFICER, last_name="周核", **given)
    others = [make.account(roles.UNIT_OFFICER, last_name="王核", **given) for _ in range(2)]
    auditor = make.account(roles.CITY_OFFICER, last_name="李审", first_name="", organisation_id=city.id)
    heads = {"first_name": "", "position": "负责人"}
    director = make.account(roles.UNIT_OFFICER, last_name="院长", organisation_id=unit.id, **heads)
    chief = make.account(roles.CITY_OFFICER, last_name="赵总", organisation_id=city.id, **heads)
    return {
        "unit": unit, "city": city, "clerk": clerk, "auditor": auditor, "others": others,
        "director": director, "chief": chief,
    }  # fmt: skip


@pytest.fixture
def declared(make, offices):
    """A declaration at the unit, whose path leads through the city."""
    given = {"node_kind": "city", "way": "review", "level": "full_senior", "publicity_required": False}
    office = make._add(AcceptanceOffice, given, organisation=offices["city"])
    return make.declaration(
        state=S.UNIT_REVIEW, unit=offices["unit"], route=(offices["city"],), position=0, office=office
    )


@pytest.fixture
def act(session):
    """Perform a verb of the lifecycle as somebody, and commit it; where two sign the 负责人 signs as well."""

    def perform(actor, declaration, verb, hours=0, **answers):
        if any(ask.name == "head" for ask in DECLARATION[verb].asks):
            answers = {"head": str(head_beside(actor).id)} | answers
        session.commit()
        now = NOON + timedelta(hours=hours)
        with unit_of_work(actor, now=now, session=session) as uow:
            DECLARATION.perform(uow, uow.session.get_one(Declaration, declaration.id), verb, **answers)
        if declaration.signing_id is not None:
            head = session.get_one(Account, session.get_one(Signing, declaration.signing_id).head_id)
            with unit_of_work(head, now=now, session=session) as uow:
                SIGNING.perform(uow, uow.session.get_one(Signing, declaration.signing_id), "confirm")
        return declaration

    return perform


def checkers(name, **others):
    return {key: name for key, _wording in LIABILITY_ITEMS} | others


APPROVED = {"publicity_checked": True, "consistency": "pending"}
RECOMMENDED = {"assessment": "测评优秀，公示无异议", "opinion": "同意推荐"}


def test_a_card_names_accounts_of_the_unit(act, offices, declared, session):
    other = offices["others"][0]
    given = checkers(str(offices["clerk"].id), papers=str(other.id), tenure="周核")
    act(offices["clerk"], declared, "check", **given, opinion="逐项核对")
    card = liability.card_of(session, declared)
    who = {check.item: (check.checker_name, check.checker_id) for check in card.checks}
    assert who["education"] == who["tenure"] == ("周核", offices["clerk"].id)
    assert who["papers"] == ("王核", other.id)
    assert [check.wording for check in card.checks] == [wording for _key, wording in LIABILITY_ITEMS]
    assert (card.note, card.organisation_name, card.signed_by) == ("逐项核对", "长沙市第三医院", "周核")
    assert {check.checked_on for check in card.checks} == {NOON.date()}


def test_the_card_vouches_for_what_is_declared_and_for_nothing_else(act, declared, offices, session):
    """无此项 where the form holds nothing of the kind: nobody has found true what is not there."""
    declared.content.sections = {"education": [{"school": "湖南大学"}], "awards": [], "projects": [{"name": "桥"}]}
    session.flush()
    act(offices["clerk"], declared, "check", **checkers("周核"))
    said = {check.item: CheckResult(check.result).label for check in liability.card_of(session, declared).checks}
    none = "无此项"
    assert said == {"education": "属实", "awards": none, "papers": none, "projects": "属实", "tenure": none}


@pytest.mark.parametrize("item", [key for key, _wording in LIABILITY_ITEMS])
def test_words_strangers_and_the_applicant_check_nothing(act, offices, declared, make, session, item):
    """The applicant's own name stood as the checker of all five items."""
    office = {"first_name": "", "organisation_id": offices["unit"].id}
    namesake = make.account(roles.UNIT_OFFICER, last_name=declared.applicant_name, **office)
    himself = make.account(roles.UNIT_OFFICER, last_name="钱同", person_id=declared.person_id, **office)
    gone = make.account(roles.UNIT_OFFICER, last_name="孙停", **office)
    gone.active = False
    fellow = make.account(roles.APPLICANT, last_name="吴申", **office)
    for wrong, why in (
        ("甲", "不是"),
        ("王核", "不是"),  # two bear the name
        (offices["auditor"].id, "不是"),
        (gone.id, "不是"),
        (fellow.id, "不是"),
        (declared.applicant_name, "不能是申报人本人"),
        (namesake.id, "不能是申报人本人"),
        (himself.id, "不能是申报人本人"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            act(offices["clerk"], declared, "check", **checkers("周核", **{item: str(wrong)}))
        assert set(refused.value.fields) == {item}
    assert liability.card_of(session, declared) is None


@pytest.mark.parametrize("verb", ["approve", "qualify", "disqualify", "stop", "recommend"])
def test_who_files_an_opinion_is_its_handler_and_never_its_head(verb):
    asked = {ask.name for ask in DECLARATION[verb].asks}
    assert "head" in asked and "handler" not in asked


def test_one_person_twice_signs_nothing_nor_does_a_word(recommended, offices, act, make):
    """A name that was typed stood for the 负责人; he is an account of the office, and never the one who handles."""
    stranger, plain = offices["director"], make.account(roles.CITY_OFFICER, organisation_id=offices["city"].id)
    for given, why in (
        (offices["auditor"].id, "经办人本人"),
        (stranger.id, "本机构登记在岗"),
        (plain.id, "本机构登记在岗"),
        ("赵总", "本机构登记在岗"),
        ("", "请选择负责人"),
    ):
        with pytest.raises(Refused, match=why) as refused:
            act(offices["auditor"], recommended, "approve", opinion="齐全", **APPROVED | {"head": str(given)})
        assert set(refused.value.fields) == {"head"}


def test_without_a_card_nothing_is_posted_or_recommended_and_signing_opens_the_way(
    act, offices, declared, session, as_
):
    uow = as_(offices["clerk"])
    waiting = select(Declaration.id).where(desk.recommend_desk(offices["clerk"], NOON.date()))
    assert "责任卡" in DECLARATION.refusal(uow, declared, "publicise").sentence
    assert session.scalars(waiting).all() == []
    act(offices["clerk"], declared, "check", **checkers("周核"))
    assert DECLARATION.refusal(as_(offices["clerk"]), declared, "publicise") is None
    assert session.scalars(waiting).all() == [declared.id]


def test_a_card_signed_anew_is_a_new_card_and_the_newest_counts(act, offices, declared, session, as_):
    act(offices["clerk"], declared, "check", **checkers("周核"))
    act(offices["clerk"], declared, "check", hours=1, **checkers(str(offices["others"][0].id)))
    assert {check.checker_name for check in liability.card_of(session, declared).checks} == {"王核"}
    (line,) = checklist.responsibility(as_(offices["clerk"]), declared)
    assert "王核" in line.sentence and "周核" not in line.sentence
    assert len(session.scalars(select(LiabilityCard)).all()) == 2, "the first one is kept"


@pytest.fixture
def recommended(act, offices, declared, session):
    """Recommended by its unit without publicity, and now with the city."""
    act(offices["clerk"], declared, "check", **checkers("周核"))
    session.execute(text("UPDATE declaration SET state = 'unit_publicity'"))
    session.expire_all()
    act(offices["clerk"], declared, "recommend", **RECOMMENDED)
    assert declared.state == S.UNDER_AUDIT
    return declared


def test_an_opinion_says_whose_it_is_in_which_words_and_when(recommended, offices, session):
    (given,) = opinion.newest(session, recommended)
    assert (given.result, given.office_name, given.position) == (OpinionResult.RECOMMENDED, "长沙市第三医院", 0)
    assert (given.handler_name, given.handler_id) == ("周核", offices["clerk"].id)
    assert (given.head_name, given.head_id) == ("院长", offices["director"].id)
    assert (given.assessment, given.words, given.given_at) == ("测评优秀，公示无异议", "同意推荐", NOON)


def test_of_each_office_the_newest_opinion_is_printed(recommended, offices, act, session):
    act(offices["auditor"], recommended, "approve", hours=1, opinion="材料齐全", **APPROVED)
    session.execute(text("UPDATE declaration SET state = 'under_audit', position = 1"))  # back again from above
    session.expire_all()
    act(offices["auditor"], recommended, "approve", hours=2, opinion="补正后齐全", **APPROVED)
    assert [o.words for o in opinion.newest(session, recommended)] == ["同意推荐", "补正后齐全"]
    assert session.scalar(select(Opinion.id).where(Opinion.words == "材料齐全")), "kept, and not printed"


def test_an_office_keeps_the_name_it_had_when_it_spoke(recommended, offices, session):
    offices["unit"].name = "长沙市第三人民医院"
    session.flush()
    assert opinion.newest(session, recommended)[0].office_name == "长沙市第三医院"


def test_a_unit_renamed_later_stands_in_the_form_as_it_was_called_when_filed(declared, offices, session, as_):
    named.keep(as_(offices["clerk"]), declared)
    offices["unit"].name = "长沙市第三人民医院"
    session.flush()
    assert named.as_filed(session, declared).unit == "长沙市第三医院"


def test_the_state_before_an_end_is_known_without_the_trail(recommended, offices, act, session, make):
    province = make.account(roles.HRSS_AUDIT)
    act(province, recommended, "terminate", hours=1, opinion="材料造假", document="湘人社罚〔2026〕1 号")
    assert (recommended.state, recommended.came_from) == (S.TERMINATED, S.UNDER_AUDIT)


CHANGES = (
    update(LiabilityCheck).values(checker_name="别人"),
    update(LiabilityCheck).values(checked_on=date(2026, 1, 1)),
    delete(LiabilityCheck).where(LiabilityCheck.item == "papers"),
    update(LiabilityCard).values(signed_by="别人"),
    update(Opinion).values(words="不同意"),
    update(Opinion).values(head_name="别人"),
)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_fact_changed_behind_the_products_back_is_named(recommended, session, change):
    assert list(verify(session, by_table())) == []
    point = session.begin_nested()
    session.connection().execute(change)
    session.expire_all()
    faults = [fault.reason for fault in verify(session, by_table())]
    table = "liability_card" if change.table.name.startswith("liability") else "opinion"
    assert any(table in reason for reason in faults), faults
    assert any(f"{change.table.name}:" in reason for reason in faults), faults
    point.rollback()


def test_with_both_logs_emptied_every_answer_is_the_same(recommended, offices, act, session, make):
    """Guards, desks, checks, forms and names: nothing hangs on what the trail or the journal says."""
    act(offices["auditor"], recommended, "approve", hours=1, opinion="材料齐全", **APPROVED)
    accounts = [offices["clerk"], offices["auditor"], make.account(roles.HRSS_AUDIT)]

    def answers():
        session.expire_all()
        said = []
        for account in accounts:
            uow = asking(account, now=NOON, session=session)
            said += [str(DECLARATION.refusal(uow, recommended, step)) for step in DECLARATION.steps]
            said += [check.sentence for check in checklist.checks(uow, recommended)]
            said += [session.scalars(select(Declaration.id).where(d(account, NOON.date()))).all() for d in DESKS]
        said += [(o.office_name, o.words, o.head_name) for o in opinion.newest(session, recommended)]
        return [*said, named.as_filed(session, recommended)]

    before = answers()
    with unguarded(session.connection()) as connection:
        for log in (TrailEntry, JournalEntry, JournalHead):
            connection.execute(delete(log))
    assert answers() == before


DESKS = (desk.unit_desk, desk.recommend_desk, desk.posting_ready, desk.audit_desk, desk.recheck_desk)
