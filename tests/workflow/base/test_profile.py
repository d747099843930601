"""What figures say of a declaration is taken when it is handed in, and follows it in the same unit of work."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import and_, case, func, or_, select, update

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.declarations.declaration import Correction, Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.profile import Education, Lane, Origin, Profile
from models.declarations.standing import Reached, states
from models.paths.path import Way
from models.register.organisation import NodeKind, UnitNature
from models.register.person import IdKind
from reports.figures.subjects.declaration import submitted
from workflow.base import reading

DAY = date(2026, 6, 3)


@pytest.fixture
def profile_of(session):
    """The profile as it stands after all that was done, on that day."""

    def found(declaration, today=DAY):
        session.flush()
        reading.settle(session, today)
        session.expire_all()
        return session.get(Profile, declaration.id)

    return found


def posting(session, declaration, outcome="none", state=PublicityState.CLOSED):
    given = dict(posted_on=DAY, starts_on=DAY, ends_on=DAY, title="公示", place="栏")
    words = dict(complaint_department="科", complaint_telephone="1", handler="周核")
    made = Publicity(kind=PublicityKind.UNIT, state=state, outcome=outcome, **given, **words)
    made.people.append(PublicityItem(declaration=declaration))
    session.add(made)
    return made


def test_a_draft_is_in_no_figure(make, profile_of):
    assert profile_of(make.declaration()) is None


def test_the_unit_stays_what_it_was_when_the_case_was_handed_in(make, profile_of, session):
    unit = make.unit(nature=UnitNature.PRIVATE, grassroots=True)
    case = make.declaration(state=S.SUBMITTED, unit=unit, submitted_at=datetime(2026, 5, 1))
    assert profile_of(case).nature == UnitNature.PRIVATE
    unit.nature, unit.grassroots = UnitNature.STATE_OWNED, False
    case.state = S.UNDER_AUDIT
    assert (profile_of(case).nature, profile_of(case).grassroots) == (UnitNature.PRIVATE, True)
    case.submitted_at = datetime(2026, 5, 9)
    assert (profile_of(case).nature, profile_of(case).grassroots) == (UnitNature.STATE_OWNED, False)


def test_sex_age_and_origin_are_those_of_the_person(make, profile_of):
    person = make.person(sex="女", born_on=date(1985, 12, 31), id_kind=IdKind.TAIWAN)
    found = profile_of(make.declaration(state=S.SUBMITTED, person=person))
    assert (found.sex, found.age, found.origin) == ("女", 41, Origin.HMT)


@pytest.mark.parametrize(
    ("rows", "band"),
    [
        (None, None),
        ([], None),
        ("硕士研究生毕业", None),
        ([{"education": ""}, {}], None),
        ([{"education": "大学本科毕业"}, {"education": "研究生班毕业"}], Education.MASTER),
        ([{"education": "博士研究生毕业"}, {"education": "大学本科毕业"}], Education.DOCTOR),
        ([{"education": "技工学校毕业"}], Education.SECONDARY),
    ],
)
def test_the_highest_education_counts(make, profile_of, rows, band):
    case = make.declaration(state=S.SUBMITTED)
    case.content.sections = {} if rows is None else {"education": rows}
    make.as_handed_in(case)
    assert profile_of(case).education == band


@pytest.mark.parametrize(
    ("kinds", "region", "lane"),
    [
        ([NodeKind.DISTRICT, NodeKind.CITY], "430102", "4301"),
        ([NodeKind.PROVINCIAL], "430000", Lane.PROVINCIAL),
        ([NodeKind.UNIVERSITY], "430000", Lane.UNIVERSITY),
        ([NodeKind.ENTERPRISE, NodeKind.PROVINCIAL], "430000", Lane.ENTERPRISE),
        ([NodeKind.CENTRAL], "430000", Lane.CENTRAL),
        ([NodeKind.UNIVERSITY], "430202", "4302"),
    ],
)
def test_the_way_decides_where_it_is_counted(make, profile_of, kinds, region, lane):
    route = [make.organisation(kind=kind) for kind in kinds]
    assert profile_of(make.declaration(state=S.SUBMITTED, route=route, region_code=region)).lane == lane


def test_a_unit_publicity_counts_once_it_is_registered_without_a_proven_objection(make, profile_of, session):
    case, objected = (make.declaration(state=S.UNIT_PUBLICITY, position=0) for _ in range(2))
    made = posting(session, case, outcome="", state=PublicityState.POSTED)
    posting(session, objected, outcome="true")
    assert profile_of(case).stage == Reached.SUBMITTED and profile_of(objected).stage == Reached.SUBMITTED
    made.state, made.outcome = PublicityState.CLOSED, "none"
    assert (profile_of(case).stage, profile_of(case).publicised_on) == (Reached.PUBLICISED, DAY)


def test_returns_are_counted(make, profile_of, session):
    case = make.declaration(state=S.RETURNED)
    for _ in range(2):
        session.add(
            Correction(
                declaration_id=case.id, position=0, items=[], opinion="缺", issued_at=datetime(2026, 5, 2),
                organisation_name="单位",
            )
        )  # fmt: skip
        profile_of(case)
    assert profile_of(case).returns == 2


def test_the_first_day_of_each_stage_stays_whatever_comes_later(make, profile_of):
    case = make.declaration(state=S.SUBMITTED)
    assert profile_of(case).audited_on is None
    case.state, case.position = S.UNDER_AUDIT, 1
    assert (profile_of(case).audited_on, profile_of(case).publicised_on) == (DAY, DAY)
    case.state, case.reached_committee_at = S.AT_COMMITTEE, datetime(2026, 6, 1, 9)
    assert profile_of(case, date(2026, 6, 9)).committee_on == date(2026, 6, 1)
    case.state, case.returned_from, case.position = S.RETURNED, 2, -1
    found = profile_of(case, date(2026, 6, 20))
    assert (found.stage, found.audited_on, found.committee_on) == (Reached.COMMITTEE, DAY, date(2026, 6, 1))
    case.state, case.voted_on = S.TERMINATED, date(2026, 7, 1)
    found = profile_of(case, date(2026, 7, 2))
    assert (found.decided_on, found.qualified_on, found.passed_on) == (date(2026, 7, 1), date(2026, 7, 2), None)


def test_the_first_handing_in_stays_when_it_is_handed_in_again(make, profile_of):
    case = make.declaration(state=S.SUBMITTED, submitted_at=datetime(2026, 5, 2, 9))
    assert profile_of(case).first_sent_on == date(2026, 5, 2)
    case.submitted_at = datetime(2026, 6, 20, 9)
    assert profile_of(case).first_sent_on == date(2026, 5, 2)


@pytest.mark.parametrize("end", [S.FAILED, S.TERMINATED, S.WITHDRAWN, S.FILED, S.REVOKED])
def test_the_day_of_the_end_is_that_on_which_it_was_settled_and_goes_where_it_is_taken_up_again(make, profile_of, end):
    case = make.declaration(state=S.IN_REVIEW, submitted_at=datetime(2026, 5, 2, 9))
    assert profile_of(case).ended_on is None
    case.state = end
    assert profile_of(case, date(2026, 6, 9)).ended_on == date(2026, 6, 9)
    case.returned_from = 1
    assert profile_of(case, date(2026, 6, 20)).ended_on == date(2026, 6, 9), "a day that was told is kept"
    case.state = S.UNDER_AUDIT
    assert profile_of(case, date(2026, 6, 21)).ended_on is None


def test_an_issued_certificate_does_not_move_the_day_of_the_end(make, profile_of):
    case = make.declaration(state=S.FILED)
    assert profile_of(case, date(2026, 6, 9)).ended_on == date(2026, 6, 9)
    case.state = S.ISSUED
    assert profile_of(case, date(2026, 7, 9)).ended_on == date(2026, 6, 9)


def test_a_statement_of_many_rows_is_followed_as_well(make, profile_of, session):
    case = make.declaration(state=S.AT_COMMITTEE)
    profile_of(case)
    session.execute(update(Declaration).where(Declaration.id == case.id).values(state=S.QUALIFIED))
    assert profile_of(case).stage == Reached.QUALIFIED


def test_who_is_gone_leaves_nothing_behind(make, profile_of, session):
    case = make.declaration(state=S.SUBMITTED)
    assert profile_of(case)
    key = case.id
    session.delete(case)
    session.flush()
    reading.settle(session, DAY)
    assert session.scalar(select(func.count()).where(Profile.declaration_id == key)) == 0


def furthest_first():
    """The stages from the last to the first, asked of the tables: the first that holds is the one."""
    over = (Publicity.kind == PublicityKind.UNIT, Publicity.state == PublicityState.CLOSED)
    posted = (
        select(PublicityItem.declaration_id).join(Publicity).where(*over, Publicity.outcome.in_(["none", "untrue"]))
    )
    more = {
        Reached.DECIDED: (
            Declaration.voted_on.is_not(None),
            and_(Declaration.state == S.REVOKED, Declaration.way == Way.REVIEW),
        ),
        Reached.QUALIFIED: (Declaration.plan_id.is_not(None),),
        Reached.COMMITTEE: (Declaration.reached_committee_at.is_not(None),),
        Reached.AUDITED: (Declaration.position >= 1, Declaration.returned_from >= 1),
        Reached.PUBLICISED: (Declaration.id.in_(posted),),
    }
    for stage in reversed(Reached):
        if stage != Reached.SUBMITTED:
            yield stage, or_(Declaration.state.in_(states(reached=stage)), *more.get(stage, ()))


worlds = st.lists(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from([state for state in S if state != S.DRAFT]),
            "way": st.sampled_from(list(Way)),
            "position": st.integers(-1, 3),
            "returned_from": st.sampled_from([None, 0, 2]),
            "reached_committee_at": st.sampled_from([None, datetime(2026, 6, 1)]),
            "voted_on": st.sampled_from([None, date(2026, 7, 1)]),
            "posted": st.sampled_from([None, "", "none", "untrue", "true"]),
        }
    ),
    min_size=1,
    max_size=6,
)


@given(worlds)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_stage_is_what_the_heavy_question_answers(make, session, worlds):
    for given_case in worlds:
        posted = given_case.pop("posted")
        declaration = make.declaration(**given_case)
        if posted is not None:
            posting(session, declaration, posted, PublicityState.CLOSED if posted else PublicityState.POSTED)
    reading.bring_up(session)
    asked = case(*[(shown, stage.value) for stage, shown in furthest_first()], else_="submitted")
    rows = select(asked, Profile.stage).join(Profile, Profile.declaration_id == Declaration.id).where(submitted())
    for heavy, kept in session.execute(rows):
        assert heavy == kept
