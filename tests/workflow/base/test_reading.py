"""`reading` holds exactly what the row policy says: over random worlds for every role, and after whatever is done.

tests/conftest.py holds the same after every test there is, so after every verb that has one.
"""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode, RouteStep
from models.declarations.declaration import DeclarationState as S
from models.declarations.reading import LEVELS, MODES, STATES, WAYS, DeclarationChange, Reading
from models.paths.path import Way
from tests.conftest import NOON
from views.screens.query import starts_with
from workflow.base import policy, reading, roles
from workflow.base.reading_keys import keys_of
from workflow.base.unit_of_work import unit_of_work
from workflow.declarations import desk

D = Declaration
MOST = 10_001


def walked(keys, count, page=7):
    """All keys of a list, page by page."""
    return [key for at in range(0, count, page) for key in keys.newest(count, MOST, page, at)]


# -- random small worlds ---------------------------------------------------------------------------------

steps = st.tuples(st.integers(0, 3), st.booleans())
cases = st.fixed_dictionaries(
    {
        "state": st.sampled_from(list(S)),
        "unit": st.integers(0, 2),
        "route": st.lists(steps, min_size=1, max_size=4),  # (organisation, reached): also the same one twice
        "position": st.integers(-1, 3),
        "year": st.sampled_from([2024, 2025, 2026]),
        "level": st.sampled_from(list(TitleLevel)),
        "way": st.sampled_from(list(Way)),
        "mode": st.sampled_from(list(DeclarationMode)),
        "name": st.sampled_from(["王伟", "王芳", "李娜"]),
        "region": st.sampled_from(["430102", "430103", "430181", "433101"]),
        "sent": st.one_of(st.none(), st.integers(0, 40)),
        "arrived": st.booleans(),
        "paper": st.booleans(),
    }
)
conditions = st.lists(
    st.sampled_from(
        [
            D.state == S.UNDER_AUDIT,
            D.state.in_([S.FILED, S.ISSUED]),
            D.state.not_in([S.DRAFT, S.SUBMITTED]),
            D.year == 2025,
            D.level == TitleLevel.ASSISTANT,
            D.way == Way.INITIAL,
            D.mode == DeclarationMode.GREEN,
            D.mode == DeclarationMode.NORMAL,
            D.region_code == "430103",
            starts_with(D.region_code, "4301"),
            starts_with(D.applicant_name, "王"),
            starts_with(D.applicant_name, "欧阳"),
            starts_with(D.number, "T2026"),
            D.submitted_at >= datetime(2026, 5, 10),
            D.submitted_at < datetime(2026, 5, 20),
            D.paper_received_on.is_(None),
            D.paper_received_on.is_not(None),
            "unit",
            "series",
            "committee",
            "title",
            "desk",
        ]
    ),
    max_size=3,
    unique_by=str,
)
DESKS = {
    roles.UNIT_OFFICER: desk.unit_desk,
    roles.BUREAU_OFFICER: desk.unit_desk,
    roles.DISTRICT_OFFICER: desk.audit_desk,
    roles.CITY_OFFICER: desk.audit_desk,
    roles.COMMITTEE_OFFICE: desk.recheck_desk,
}


@pytest.fixture
def stage(make):
    """Four organisations of which three employ, a committee, and an account of every role that reads declarations."""

    places = [make.organisation(region_code="430102") for _ in range(4)]
    committees = [make.committee() for _ in range(2)]
    officers = [
        make.account(role, organisation_id=place.id) for role, place in zip(policy.OFFICERS, places, strict=True)
    ]
    province = [make.account(role, organisation_id=places[3].id) for role in policy.PROVINCE]
    applicant, both = ({"person_id": make.person().id} for _ in range(2))
    return SimpleNamespace(
        places=places,
        committees=committees,
        batches={
            (n, year): make.batch(committee=committees[n], year=year) for n in (0, 1) for year in (2024, 2025, 2026)
        },
        titles={level: make.title(level=level) for level in TitleLevel},
        accounts=[
            *officers,
            make.account(roles.COMMITTEE_OFFICE, committee_id=committees[0].id),
            *province,
            make.account(roles.APPLICANT, **applicant),
            make.account(roles.CITY_OFFICER, roles.APPLICANT, organisation_id=places[0].id, **both),
        ],
    )


def people(make, stage, given_cases):
    for n, case in enumerate(given_cases):
        unit = stage.places[case["unit"]]
        declaration = make.declaration(
            state=case["state"], position=case["position"], unit=unit, batch=stage.batches[n % 2, case["year"]],
            title=stage.titles[case["level"]], applicant_name=case["name"], way=case["way"], mode=case["mode"],
            person=make.person(), region_code=case["region"],
            submitted_at=None if case["sent"] is None else datetime(2026, 5, 1 + case["sent"] % 28, 9, case["sent"]),
            reached_committee_at=datetime(2026, 6, 1) if case["arrived"] else None,
            paper_received_on=date(2026, 6, 2) if case["paper"] else None,
        )  # fmt: skip
        declaration.route.clear()
        make.session.flush()
        for position, (place, reached) in enumerate(case["route"]):
            declaration.route.append(
                RouteStep(
                    position=position,
                    organisation_id=stage.places[place].id,
                    reached_at=datetime(2026, 5, 3) if reached else None,
                )
            )
    make.session.flush()


def asked(word, actor, stage):
    """A condition that needs the world: the clause, or the desk of the account."""
    if word == "desk":
        rows = DESKS.get(actor.role_names[0])
        return desk.waiting(rows, actor, NOON.date()) if rows else D.id > 0
    return {
        "unit": D.unit_id == stage.places[1].id,
        "series": D.series_id == stage.titles[TitleLevel.ASSISTANT].series_id,
        "committee": D.committee_id == stage.committees[0].id,
        "title": D.title_id == stage.titles[TitleLevel.ASSISTANT].id,
    }[word]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_cases=st.lists(cases, max_size=8), words=conditions)
def test_every_role_finds_by_reading_what_the_policy_lets_it_see(session, make, stage, given_cases, words):
    with session.begin_nested() as world:
        people(make, stage, given_cases)
        for actor in stage.accounts:
            agrees(session, actor, [asked(word, actor, stage) if isinstance(word, str) else word for word in words])
        assert reading.astray(session) == []
        world.rollback()


def agrees(session, actor, clauses):
    """Count, keys and order by `reading`, and the probe of known rows, against the policy's own query."""
    seen = set(session.scalars(policy.visible(actor, D).where(*clauses).with_only_columns(D.id)))
    probed = session.scalars(policy.visible(actor, D, known=True).where(*clauses).with_only_columns(D.id))
    assert set(probed) == seen, "asked of known rows the policy says the same"
    keys = keys_of(session, actor, clauses)
    if keys is None:
        assert policy.reader_of(actor) is None
        return
    count = keys.count(MOST)
    found = walked(keys, count)
    assert (count, set(found)) == (len(seen), seen), actor.role_names
    assert len(found) == len(seen), "a key twice"
    many = [key for at in range(0, count, 7) for key in keys.newest(MOST, MOST, 7, at)]
    assert many == found, "where very many fit, the order is the same"
    if keys.index != "ix_reading_name":
        in_order = session.execute(select(D.id, D.submitted_at).where(D.id.in_(found))).tuples()
        newest = sorted(in_order, key=lambda row: (row[1] or datetime(1970, 1, 1), row[0]), reverse=True)
        assert found == [key for key, _sent in newest]


def test_an_account_of_several_sets_is_left_to_the_policy(session, make):
    both = make.account(
        roles.CITY_OFFICER, roles.APPLICANT, organisation_id=make.organisation().id, person_id=make.person().id
    )
    assert policy.reader_of(both) is None
    assert policy.reader_of(make.account(roles.EXPERT)) is None
    assert policy.reader_of(None) is None


def test_every_word_has_one_number_and_none_is_given_twice():
    for numbers, words in ((STATES, S), (LEVELS, TitleLevel), (WAYS, Way), (MODES, DeclarationMode)):
        assert set(numbers) == set(words)
        assert len(set(numbers.values())) == len(numbers) and 0 not in numbers.values()


# -- the hook ----------------------------------------------------------------------------------------------


@pytest.fixture
def sent(make, session):
    """A declaration that has reached its unit and a district; `office` comes after."""
    district, office = make.organisation(), make.organisation()
    declaration = make.declaration(
        state=S.UNDER_AUDIT, position=1, route=(district, office), submitted_at=datetime(2026, 5, 2, 9)
    )
    session.commit()
    return declaration, district, office


def readers(session, declaration):
    return set(session.scalars(select(Reading.reader).where(Reading.declaration_id == declaration.id)))


def test_a_case_is_found_where_it_has_been_and_by_the_province(session, sent):
    declaration, district, _office = sent
    assert readers(session, declaration) == {0, declaration.unit_id, district.id}


def test_who_no_longer_sees_a_case_no_longer_finds_it(session, sent, make):
    declaration, _district, _office = sent
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session):
        declaration.route[1].reached_at = None
    assert readers(session, declaration) == {0, declaration.unit_id}
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session):
        declaration.state, declaration.route[0].reached_at = S.DRAFT, None
    assert readers(session, declaration) == set()


def test_sending_again_moves_the_entry(session, sent, make):
    declaration, _district, _office = sent
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session):
        declaration.submitted_at = datetime(2026, 5, 9, 9)
    assert reading.astray(session) == []
    moved = session.scalars(select(Reading.sent).where(Reading.declaration_id == declaration.id)).all()
    assert len(moved) == 3 and len(set(moved)) == 1


def test_a_statement_about_many_rows_is_followed(session, sent, make):
    declaration, district, office = sent
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session) as uow:
        mine = RouteStep.organisation_id == district.id
        uow.session.execute(update(RouteStep).where(mine).values(organisation_id=office.id))
    assert readers(session, declaration) == {0, declaration.unit_id, office.id}
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session) as uow:
        uow.session.execute(update(D).where(D.year == declaration.year).values(state=S.TERMINATED))
    assert reading.astray(session) == []
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session) as uow:
        uow.session.execute(delete(RouteStep).where(RouteStep.declaration_id == declaration.id))
    assert readers(session, declaration) == {0}


def test_declarations_are_not_inserted_past_the_hook(session):
    with pytest.raises(RuntimeError, match="filling"):
        session.execute(insert(D), [{"id": 1}])


def test_what_was_taken_back_leaves_no_entry(session, sent, make):
    declaration, district, _office = sent
    with pytest.raises(ZeroDivisionError), unit_of_work(make.account(roles.HRSS_CONFIG), session=session):
        declaration.route[2].reached_at = datetime(2026, 5, 9)
        raise ZeroDivisionError
    assert readers(session, declaration) == {0, declaration.unit_id, district.id}
    assert "reading" not in session.info


def test_a_savepoint_taken_back_leaves_the_rest(session, sent, make):
    declaration, _district, _office = sent
    with unit_of_work(make.account(roles.HRSS_CONFIG), session=session) as uow:
        declaration.mode = DeclarationMode.GREEN
        uow.session.flush()
        tried = uow.session.begin_nested()
        declaration.state = S.DRAFT
        uow.session.flush()
        tried.rollback()
    assert reading.astray(session) == []
    assert set(session.scalars(select(Reading.mode).where(Reading.declaration_id == declaration.id))) == {"green"}


def test_the_feed_tells_every_changed_declaration_once_a_transaction(session, sent, make):
    declaration, _district, _office = sent
    before = session.scalar(select(func.max(DeclarationChange.seq)))
    actor = make.account(roles.HRSS_CONFIG)
    with unit_of_work(actor, session=session) as uow:
        declaration.votes_yes = 3
        uow.session.flush()
        declaration.votes_yes = 4
        declaration.route[1].done_at = datetime(2026, 5, 9)
    told = session.scalars(select(DeclarationChange.declaration_id).where(DeclarationChange.seq > before)).all()
    assert told == [declaration.id]
    with unit_of_work(actor, session=session) as uow:
        uow.session.scalar(select(func.count()).select_from(D))
    assert session.scalar(select(func.count()).where(DeclarationChange.seq > before)) == 1, (
        "who only reads tells nothing"
    )


def test_the_feed_forgets_its_oldest(session, sent):
    for _ in range(5):
        reading.note(session, [sent[0].id], reading.TELL)
        reading.settle(session)
    newest = session.scalar(select(func.max(DeclarationChange.seq)))
    reading.trim(session, kept=2)
    assert session.scalars(select(DeclarationChange.seq).order_by(DeclarationChange.seq)).all() == [newest - 1, newest]


# -- what a hand in the database has done ---------------------------------------------------------------------


def test_a_faulty_entry_spoils_a_count_and_shows_no_row(session, sent, make, browser):
    declaration, _district, office = sent
    stranger = make.account(roles.CITY_OFFICER, organisation_id=office.id)
    lie = text(
        "INSERT INTO reading SELECT :to, sent, declaration_id, lies, year, state, series_id, level, region_code, way,"
        " mode, unit_id, name, committee_id, paper FROM reading WHERE reader = 0 AND declaration_id = :id"
    )
    session.execute(lie, {"to": office.id, "id": declaration.id})
    page = browser(stranger).get("/auditscreen/list/").get_data(as_text=True)
    assert declaration.number not in page
    assert [kind for kind, _row in reading.astray(session)] == ["surplus"]
    assert reading.mend(session) == (1, 0)
    assert reading.astray(session) == []


def test_what_is_missing_is_mended(session, sent):
    session.execute(text("DELETE FROM reading"))
    found = reading.astray(session)
    assert {kind for kind, _row in found} == {"missing"}
    assert reading.mend(session) == (0, len(found))
    assert reading.astray(session) == []
