"""What leaders read must be what the office counted."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import event, true

import reports.figures.pages  # noqa: F401  (enters the figures)
from models.awards.publicity import Publicity, PublicityItem, PublicityKind, PublicityState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.profile import Profile
from models.paths.path import Way
from reports.figures.answer import Asked, answer
from reports.figures.figure import FIGURES, Page, of_page
from reports.figures.measure import RATE, permille, written
from reports.figures.source import SqlSource
from workflow.base import reading

VOTED = date(2026, 12, 10)
SENT = datetime(2026, 5, 1)
TODAY = date(2026, 12, 31)


@pytest.fixture
def told(session):
    """A figure's answer for 2026, limited as the test says."""

    def said(name, rows=None, today=TODAY, **conditions):
        reading.bring_up(session)
        source = SqlSource(session, lambda model: true() if rows is None else rows)
        where = {key: frozenset({value}) for key, value in {"year": 2026, **conditions}.items()}
        return answer(FIGURES[name], Asked(source, session, where, today))

    return said


@pytest.fixture
def of_region(make):
    """A declaration of a unit of that region."""

    def declaration(region="430102", state=S.SUBMITTED, **given):
        return make.declaration(state=state, unit=make.unit(region_code=region), **given)

    return declaration


def column(said, head):
    return {row.label: row.cells[said.heads.index(head)].value for row in said.rows}


def card(said, label):
    return said.rows[0].cells[said.heads.index(label)].word


def total(said):
    return [cell.word for cell in said.total.cells] if said.total else []


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
    assert written(permille(part, whole), RATE) == shown


def test_an_empty_year_has_tables_without_rows(told):
    cards = told("cockpit_cards")
    assert card(cards, "申报") == "0"
    assert card(cards, "通过率") == "—"
    for name in ("declared_by_region", "declared_by_series", "series_by_level", "submissions_by_day"):
        assert list(told(name).rows) == []


def test_drafts_and_what_was_given_up_before_submission_are_not_counted(told, make):
    make.declaration(state=S.DRAFT)
    make.declaration(state=S.WITHDRAWN)
    make.declaration(state=S.WITHDRAWN, submitted_at=SENT)
    make.declaration(state=S.SUBMITTED)
    assert card(told("cockpit_cards"), "申报") == "2"
    assert card(told("cockpit_cards"), "在审") == "1"


def test_counties_count_for_their_city_and_the_provinces_own_units_for_themselves(told, of_region):
    for region in ("430102", "430121", "430100", "430202", "430000"):
        of_region(region)
    assert column(told("declared_by_region"), "申报数") == {"长沙市": 3, "株洲市": 1, "省直": 1}


def test_the_pass_rate_counts_only_who_was_voted_on(told, of_region):
    of_region(state=S.FAILED, voted_on=VOTED)
    of_region(state=S.RESULT_PUBLICITY, voted_on=VOTED)
    of_region(state=S.ISSUED, voted_on=VOTED)
    of_region(state=S.IN_REVIEW)
    of_region(state=S.FILED, way=Way.INITIAL)
    said = told("declared_by_region")
    assert [cell.word for cell in said.rows[0].cells[:4]] == ["5", "3", "2", "66.7%"]
    assert total(said)[:4] == ["5", "3", "2", "66.7%"]


def test_a_title_lost_after_the_vote_is_no_longer_passed(told, make):
    make.declaration(state=S.TERMINATED, voted_on=VOTED)
    make.declaration(state=S.REVOKED, voted_on=VOTED)
    make.declaration(state=S.PASSED, voted_on=VOTED)
    assert card(told("cockpit_cards"), "通过率") == "33.3%"


def test_the_funnel_remembers_how_far_the_returned_and_the_terminated_got(told, make):
    make.declaration(state=S.RETURNED, returned_from=0)
    make.declaration(state=S.RETURNED, returned_from=2)
    make.declaration(state=S.TERMINATED, reached_committee_at=SENT, position=3)
    make.declaration(state=S.QUALIFIED)
    make.declaration(state=S.ISSUED, voted_on=VOTED)
    said = told("funnel")
    assert column(said, "到达人数") == {
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
    lost = column(said, "其中已终止或未通过")
    assert lost["到评委会"] == 1, "terminated at the committee"
    assert lost["提交"] == 0, "sent back and under way: not lost"


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
    reached = column(told("funnel"), "到达人数")
    assert reached["提交"] == 4 and reached["单位公示"] == 1


def test_a_year_under_way_is_held_against_the_same_day_of_last_year(told, make):
    for sent in (datetime(2025, 5, 20, 23), datetime(2025, 5, 21), datetime(2025, 12, 1)):
        make.declaration(state=S.ISSUED, year=2025, submitted_at=sent)
    for _ in range(2):
        make.declaration(state=S.SUBMITTED, submitted_at=SENT)

    def growth(today, year=2026):
        return card(told("cockpit_cards", today=today, year=year), "同比")

    assert growth(date(2026, 5, 20)) == "100.0%"
    assert growth(date(2026, 5, 21)) == "0.0%"
    assert growth(date(2027, 1, 5)) == "-33.3%", "a year that is over is held against the whole of the other"
    assert growth(date(2028, 2, 29), 2028) == "—"


def test_passes_of_last_year_count_by_the_day_of_the_vote(told, make):
    make.declaration(state=S.PASSED, year=2025, submitted_at=SENT.replace(year=2025), voted_on=date(2025, 12, 10))
    make.declaration(state=S.PASSED, submitted_at=SENT, voted_on=VOTED)
    assert card(told("cockpit_cards", today=date(2026, 12, 9)), "去年同期通过") == "0"
    assert card(told("cockpit_cards", today=date(2026, 12, 10)), "去年同期通过") == "1"
    assert card(told("cockpit_cards", today=date(2026, 12, 10)), "去年同期通过率") == "100.0%"


def test_declarations_without_a_committee_have_a_funnel_of_their_own(told, make):
    make.declaration(state=S.FILED, way=Way.INITIAL)
    make.declaration(state=S.UNDER_AUDIT, way=Way.INITIAL)
    short = told("funnel_without_committee", way="initial")
    assert column(short, "到达人数") == {"提交": 2, "单位公示": 2, "单位上报": 2, "备案": 1, "发证": 0}
    assert column(told("funnel"), "到达人数")["提交"] == 0


def test_what_the_reader_may_not_see_is_in_no_figure(told, of_region):
    mine, _ = of_region("430102"), of_region("430202")
    rows = Declaration.unit_id == mine.unit_id
    assert card(told("cockpit_cards", rows), "申报") == "1"
    assert column(told("declared_by_region", rows), "申报数") == {"长沙市": 1}
    assert total(told("series_by_region", rows))[-1] == "1"


def test_conditions_narrow_the_figures(told, of_region, make):
    senior = of_region("430102", title=make.title(TitleLevel.FULL_SENIOR))
    of_region("430202")

    def declared(**conditions):
        return card(told("cockpit_cards", **conditions), "申报")

    assert declared(region="4301") == "1"
    assert declared(level="full_senior") == "1"
    assert declared(series=senior.series_id) == "2"
    assert declared(series=senior.series_id + 999) == "0"
    assert declared(way="recognition") == "0"


def test_the_year_before_serves_the_comparison_only(told, make):
    for year in (2025, 2025, 2026, 2026, 2026, 2024):
        make.declaration(state=S.SUBMITTED, year=year, submitted_at=SENT.replace(year=year))
    cards = told("cockpit_cards")
    assert [card(cards, label) for label in ("申报", "去年同期", "同比")] == ["3", "2", "50.0%"]


def test_the_cross_tables_add_up(told, of_region, make):
    for region in ("430102", "430102", "430202", "433101"):
        of_region(region)
    of_region("430102", title=make.title(TitleLevel.FULL_SENIOR))
    for name in ("series_by_region", "series_by_level"):
        said = told(name)
        assert said.total.cells[-1].value == 5
        assert sum(cell.value for cell in said.total.cells[:-1]) == 5
    assert sum(column(told("declared_by_series"), "申报数").values()) == 5


def test_the_number_of_statements_does_not_grow_with_the_rows(told, of_region, session, engine):
    def statements():
        seen = []

        def count(*given):
            seen.append(given[2])

        event.listen(engine, "before_cursor_execute", count)
        try:
            for figure in of_page(Page.COCKPIT):
                told(figure.name)
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(seen)

    of_region()
    reading.bring_up(session)
    few = statements()
    for region in ("430102", "430202", "430302", "430000"):
        of_region(region, state=S.ISSUED, voted_on=VOTED)
    reading.bring_up(session)
    assert statements() == few


def test_last_year_on_the_same_day_tells_what_was_under_way_and_what_was_issued_then(told, make, session):
    """From the days of the facts, not from what became of the declarations since."""
    days = [  # handed in, ended, issued
        (date(2025, 4, 1), None, None),  # under way to this day
        (date(2025, 4, 1), date(2025, 12, 1), date(2025, 12, 20)),  # ended and issued after the same day
        (date(2025, 4, 1), date(2025, 5, 1), date(2025, 5, 20)),  # ended and issued by then
        (date(2025, 5, 2), date(2025, 5, 20), None),  # refused by then
        (date(2025, 6, 1), None, None),  # not yet handed in then
    ]
    for sent, ended, issued in days:
        state = S.SUBMITTED if ended is None else S.ISSUED if issued else S.FAILED
        case = make.declaration(state=state, year=2025, submitted_at=datetime(2025, 11, 1))
        reading.bring_up(session)
        kept = session.get(Profile, case.id)
        kept.first_sent_on, kept.ended_on, kept.issued_on = sent, ended, issued
        session.flush()
    for _ in range(3):
        make.declaration(state=S.SUBMITTED, submitted_at=SENT)
    cards = told("cockpit_cards", today=date(2026, 5, 20))
    assert (card(cards, "在审"), card(cards, "去年同期在审"), card(cards, "去年同期已发证")) == ("3", "2", "1")
    whole = told("cockpit_cards", today=date(2027, 1, 1))
    assert (card(whole, "去年同期在审"), card(whole, "去年同期已发证")) == ("2", "2"), "of a year gone by all of it"
