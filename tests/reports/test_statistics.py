"""What leaders read must be what the office counted."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import event, true

from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.paths.path import Way
from models.review.plan import Plan, PlanState
from reports.statistics import Question, Statistics, cities, percent, permille, years

VOTED = date(2026, 12, 10)
SENT = datetime(2026, 5, 1)


@pytest.fixture
def told(session):
    """The statistics of 2026, limited as the test says."""

    def statistics(where=None, plans=None, **conditions):
        session.flush()
        everything = true()
        question = Question(year=2026, **conditions)
        return Statistics(
            session, question, everything if where is None else where, everything if plans is None else plans
        )

    return statistics


@pytest.fixture
def of_region(make):
    """A declaration of a unit of that region."""

    def declaration(region="430102", state=S.SUBMITTED, **given):
        return make.declaration(state=state, unit=make.unit(region_code=region), **given)

    return declaration


def stages(statistics):
    return {row[0]: row[1] for row in statistics.funnel().rows}


def card(statistics, label):
    return next(figure for name, figure, _ in statistics.cards() if name == label)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 7, "0.0%"),
        (7, 7, "100.0%"),
        (2, 3, "66.7%"),
        (1, 3, "33.3%"),
        (1, 2000, "0.1%"),
        (1, 2001, "0.0%"),
        (1, 0, "—"),
    ],
)
def test_a_rate_is_rounded_half_up_to_one_decimal(part, whole, shown):
    assert percent(permille(part, whole)) == shown


def test_an_empty_year_has_tables_without_rows(told):
    statistics = told()
    assert card(statistics, "申报总数") == "0"
    assert card(statistics, "通过率") == "—"
    assert [list(table.rows) for table in statistics.tables() if "漏斗" not in table.title] == [[], [], [], []]


def test_drafts_and_what_was_given_up_before_submission_are_not_counted(told, make):
    make.declaration(state=S.DRAFT)
    make.declaration(state=S.WITHDRAWN)
    make.declaration(state=S.WITHDRAWN, submitted_at=SENT)
    make.declaration(state=S.SUBMITTED)
    assert card(told(), "申报总数") == "2"
    assert card(told(), "在审") == "1"


def test_counties_count_for_their_city_and_the_provinces_own_units_for_themselves(told, of_region):
    for region in ("430102", "430121", "430100", "430202", "430000"):
        of_region(region)
    rows = {row[0]: row[-4] for row in told().by_city().rows}
    assert rows == {"长沙市": 3, "株洲市": 1, "省直": 1}


def test_the_pass_rate_counts_only_who_was_voted_on(told, of_region):
    of_region(state=S.FAILED, voted_on=VOTED)
    of_region(state=S.RESULT_PUBLICITY, voted_on=VOTED)
    of_region(state=S.ISSUED, voted_on=VOTED)
    of_region(state=S.IN_REVIEW)
    of_region(state=S.FILED, way=Way.INITIAL)
    table = told().by_city()
    assert table.rows[0][-4:] == [5, 3, 2, "66.7%"]
    assert table.total[-4:] == [5, 3, 2, "66.7%"]


def test_a_title_lost_after_the_vote_is_no_longer_passed(told, make):
    make.declaration(state=S.TERMINATED, voted_on=VOTED)
    make.declaration(state=S.REVOKED, voted_on=VOTED)
    make.declaration(state=S.PASSED, voted_on=VOTED)
    assert card(told(), "通过率") == "33.3%"


def test_the_funnel_remembers_how_far_the_returned_and_the_terminated_got(told, make):
    make.declaration(state=S.RETURNED, returned_from=0)
    make.declaration(state=S.RETURNED, returned_from=2)
    make.declaration(state=S.TERMINATED, reached_committee_at=SENT, position=3)
    make.declaration(state=S.QUALIFIED)
    make.declaration(state=S.ISSUED, voted_on=VOTED)
    assert stages(told()) == {
        "提交": 5,
        "单位公示": 4,
        "单位上报": 4,
        "到评委会": 3,
        "复核合格": 2,
        "参评": 1,
        "通过": 1,
        "备案": 1,
        "发证": 1,
    }
    rows = {row[0]: row[3:] for row in told().funnel().rows}
    assert rows["复核合格"] == [0, 1, "33.3%"], "terminated at the committee"
    assert rows["单位公示"] == [1, 0, "0.0%"], "sent back and under way: not lost"


def test_a_unit_publicity_counts_once_it_is_passed(told, make, session):
    """Every declaration has a fingerprint of what is publicised since it was submitted; that proves nothing."""
    running, passed, objected = (
        make.declaration(state=S.UNIT_PUBLICITY, publicised_hash="x", position=0) for _ in range(3)
    )
    make.declaration(state=S.SUBMITTED, publicised_hash="x")
    given = dict(posted_on=date(2026, 5, 18), starts_on=date(2026, 5, 19), ends_on=date(2026, 5, 25))
    words = dict(title="公示", place="栏", complaint_department="科", complaint_telephone="1", handler="周核")
    for declaration, more in (
        (running, {}),
        (passed, {"state": PublicityState.CLOSED, "outcome": "none"}),
        (objected, {"state": PublicityState.CLOSED, "outcome": "true"}),
    ):
        posting = Publicity(kind=PublicityKind.UNIT, **given, **words, **more)
        posting.people.append(PublicityItem(declaration=declaration))
        session.add(posting)
    assert stages(told())["提交"] == 4 and stages(told())["单位公示"] == 1


def test_a_year_under_way_is_held_against_the_same_day_of_last_year(session, make):
    for sent in (datetime(2025, 5, 20, 23), datetime(2025, 5, 21), datetime(2025, 12, 1)):
        make.declaration(state=S.ISSUED, year=2025, submitted_at=sent)
    for _ in range(2):
        make.declaration(state=S.SUBMITTED, submitted_at=SENT)
    session.flush()

    def remark(today, year=2026):
        return Statistics(session, Question(year=year), true(), true(), today).cards()[0][2]

    assert remark(date(2026, 5, 20)) == "同比增 100.0%（截至 2025-05-20）"
    assert remark(date(2026, 5, 21)) == "同比增 0.0%（截至 2025-05-21）"
    assert remark(date(2027, 1, 5)) == "同比减 33.3%", "a year that is over is held against the whole of the other"
    assert remark(date(2028, 2, 29), 2028) == "2027-02-28前无数据"


def test_declarations_without_a_committee_have_a_funnel_of_their_own(told, make):
    make.declaration(state=S.FILED, way=Way.INITIAL)
    make.declaration(state=S.UNDER_AUDIT, way=Way.INITIAL)
    assert stages(told(way="initial")) == {"提交": 2, "单位公示": 2, "单位上报": 2, "备案": 1, "发证": 0}
    assert stages(told())["提交"] == 0


def test_what_the_reader_may_not_see_is_in_no_figure(told, of_region):
    mine, _ = of_region("430102"), of_region("430202")
    statistics = told(where=Declaration.unit_id == mine.unit_id)
    assert card(statistics, "申报总数") == "1"
    assert [row[0] for row in statistics.by_city().rows] == ["长沙市"]
    assert statistics.summary().total[-1] == 1


def test_conditions_narrow_the_figures(told, of_region, make):
    senior = of_region("430102", title=make.title(TitleLevel.FULL_SENIOR))
    of_region("430202")
    assert card(told(city="430100"), "申报总数") == "1"
    assert card(told(level="full_senior"), "申报总数") == "1"
    assert card(told(series=senior.series_id), "申报总数") == "2"
    assert card(told(series=senior.series_id + 999), "申报总数") == "0"
    assert card(told(way="recognition"), "申报总数") == "0"


def test_the_year_before_serves_the_comparison_only(told, make):
    for year in (2025, 2025, 2026, 2026, 2026, 2024):
        make.declaration(state=S.SUBMITTED, year=year)
    label, figure, remark = told().cards()[0]
    assert (label, figure, remark) == ("申报总数", "3", "同比增 50.0%")


def test_the_summary_and_the_cross_table_add_up(told, of_region, make):
    for region in ("430102", "430102", "430202", "433101"):
        of_region(region)
    of_region("430102", title=make.title(TitleLevel.FULL_SENIOR))
    statistics = told()
    assert sum(row[-1] for row in statistics.summary().rows) == 5
    assert statistics.matrix().total[-1] == 5
    assert sum(statistics.matrix().total[1:-1]) == 5
    assert sum(row[-4] for row in statistics.by_series().rows) == 5


def test_a_committee_is_held_against_the_ratio_of_its_plan_without_fractions(told, make, session):
    committee = make.committee()
    batch = make.batch(committee=committee)
    plan = Plan(
        number="P1",
        name="方案",
        committee=committee,
        batch=batch,
        year=2026,
        opens_on=VOTED,
        arrival_place="甲",
        review_place="乙",
        interview_place="丙",
        members=25,
        state=PlanState.REVIEWED,
    )
    session.add(plan)
    session.flush()
    for state in (S.PASSED, S.PASSED, S.PASSED, S.FAILED, S.FAILED):
        make.declaration(state=state, batch=batch, plan_id=plan.id, voted_on=VOTED)
    assert told().by_plan().rows == [[committee.name, "副高级", 5, 3, "60.0%", "55%", 2, -1]]
    assert told(plans=Plan.id == 0).by_plan().rows == []
    assert "评委会" not in "".join(table.title for table in told(city="430100").tables())


def test_the_number_of_statements_does_not_grow_with_the_rows(told, of_region, session, engine):
    def statements():
        seen = []

        def count(*given):
            seen.append(given[2])

        event.listen(engine, "before_cursor_execute", count)
        try:
            list(told().tables())
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    of_region()
    few = statements()
    for region in ("430102", "430202", "430302", "430000"):
        of_region(region, state=S.ISSUED, voted_on=VOTED)
    session.flush()
    assert statements() == few == 5


def test_years_and_cities_to_choose_from(session, make):
    make.batch()
    make.batch(year=2025)
    assert years(session)[:2] == [2026, 2025]
    assert len(cities(session)) == 15
