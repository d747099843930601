"""Conditions of declaring: the vectors of the field, and what must hold of any row and any person."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.base.errors import Refused
from workflow.conditions.days import Counting, add_years, full_after, full_years, when
from workflow.conditions.judge import compiled, judge
from workflow.conditions.person import DEGREES, SATISFIES, Person, Target
from workflow.conditions.three import Verdict, every, some
from workflow.office.reference import DIRECTORY

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data/conditions/vectors.jsonl").read_text("utf-8").splitlines()
]
ROWS = list(csv.DictReader((DIRECTORY / "conditions.csv").read_text("utf-8-sig").splitlines()))
ALTERNATIVES = [compiled(row) for row in ROWS]
#: 高级工程师 by review: a doctor after 2 years, a bachelor after 5.
ENGINEER = Target(5, "associate_senior", "review")


def judged(facts, target=ENGINEER, cutoff="2023-09-28", kinds=("normal",)):
    return judge(Person(facts), target, date.fromisoformat(cutoff), ALTERNATIVES, kinds)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_every_vector_of_the_field_is_judged_as_it_says(vector):
    found = judged(vector["person"], Target.of(vector["target"]), vector["cutoff"], vector["kinds"])
    assert {row.alternative.key: row.verdict.code for row in found.rows} == vector["expect"]
    assert found.verdict.code == vector["overall"]
    if vector["nearest"]:
        assert found.nearest.alternative.key == vector["nearest"]
        assert (found.nearest.ready and found.nearest.ready.isoformat()) == vector["ready"]


def test_every_row_of_the_reference_data_can_be_judged_by():
    assert len(ALTERNATIVES) == len({row.key for row in ALTERNATIVES}) == 313
    assert all(row.needs or not row.checks for row in ALTERNATIVES)


@pytest.mark.parametrize("row", ALTERNATIVES, ids=[row.key for row in ALTERNATIVES])
def test_nobody_is_refused_of_whom_nothing_is_known(row):
    """Unknown is not not met: only what the target itself says (a series that is left out) decides without facts."""
    target = Target(row.series or 5, row.level, row.way, next(iter(row.branches - {"*"}), ""))
    found = judge(Person({}), target, date(2026, 9, 30), [row])
    assert [one.verdict for one in found.rows] == [Verdict.UNKNOWN if row.checks else Verdict.MET]


def test_a_full_year_of_the_29th_of_february_ends_on_the_28th():
    assert add_years(date(2020, 2, 29), 1) == date(2021, 2, 28)
    assert full_years(date(2020, 2, 29), date(2021, 2, 28)) == 1
    assert full_years(date(2020, 2, 29), date(2021, 2, 27)) == 0
    assert full_years(date(2020, 2, 29), date(2024, 2, 28)) == 3


@given(st.dates(date(1950, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_so_many_full_years_are_full_on_their_day_and_not_on_the_day_before(since, years):
    due = add_years(since, years)
    assert full_years(since, due) == years
    if due > since:
        assert full_years(since, due - timedelta(days=1)) == years - 1


@given(st.dates(date(1990, 1, 1), date(2026, 12, 31)), st.integers(1, 12), st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_a_month_decides_only_where_all_of_its_days_do(day, years, cutoff):
    """What is said of a month is what would be said of each of its days, or that the day must be asked."""
    month = full_after(when(f"{day:%Y-%m}"), years).by(cutoff)
    exact = full_after(when(day), years).by(cutoff)
    assert month in (exact, Verdict.UNKNOWN)


PARTS = st.fixed_dictionaries(
    {},
    optional={
        "degrees": st.lists(
            st.builds(
                lambda code, day, cut: {"code": code, "on": day.isoformat()[:cut]},
                st.sampled_from([*DEGREES, "none"]),
                st.dates(date(1990, 1, 1), date(2026, 1, 1)),
                st.sampled_from([7, 10]),
            ),
            max_size=3,
        ),
        "titles": st.lists(
            st.builds(
                lambda series, level, day: {"series": series, "level": level, "on": day.isoformat()},
                st.sampled_from([5, 6]),
                st.sampled_from(["assistant", "intermediate", "associate_senior"]),
                st.dates(date(1990, 1, 1), date(2026, 1, 1)),
            ),
            max_size=3,
        ),
        "work_since": st.dates(date(1990, 1, 1), date(2026, 1, 1)).map(date.isoformat),
        "unit_kind": st.sampled_from(["private", "institution"]),
    },
)
LEVELS = st.sampled_from(["assistant", "intermediate", "associate_senior"])
CUTOFFS = st.dates(date(2015, 1, 1), date(2030, 1, 1))


@given(PARTS, LEVELS, CUTOFFS)
def test_a_row_is_the_worst_of_its_demands_and_a_person_the_best_of_the_rows(facts, level, cutoff):
    found = judge(Person(facts), Target(5, level, "review"), cutoff, ALTERNATIVES)
    for row in found.rows:
        assert row.verdict == every(atom.verdict for atom in row.atoms)
        assert (row.verdict is Verdict.MET) == (not row.missing)
    assert found.verdict == some(row.verdict for row in found.rows)


@given(PARTS, LEVELS, CUTOFFS, st.sampled_from(["degrees", "titles", "work_since", "unit_kind"]))
def test_what_is_known_is_never_turned_round_by_what_is_told_besides(facts, level, cutoff, key):
    """Telling one thing more decides an open row, and no decided one the other way."""
    without = {name: value for name, value in facts.items() if name != key}
    less = judge(Person(without), Target(5, level, "review"), cutoff, ALTERNATIVES)
    more = judge(Person(facts), Target(5, level, "review"), cutoff, ALTERNATIVES)
    for before, after in zip(less.rows, more.rows, strict=True):
        assert before.verdict in (after.verdict, Verdict.UNKNOWN)


@given(PARTS, LEVELS, CUTOFFS)
def test_the_day_that_is_told_is_the_first_day_on_which_the_row_is_met(facts, level, cutoff):
    target = Target(5, level, "review")
    for row in judge(Person(facts), target, cutoff, ALTERNATIVES, ("normal", "private")).rows:
        if row.ready is None:
            continue
        assert row.ready > cutoff
        on = judge(Person(facts), target, row.ready, [row.alternative])
        before = judge(Person(facts), target, row.ready - timedelta(days=1), [row.alternative])
        assert on.rows[0].verdict is Verdict.MET and before.rows[0].verdict is not Verdict.MET


def test_two_gaps_put_the_day_off_by_both_and_an_employment_that_ended_never_comes():
    teacher = Target(22, "associate_senior", "review")
    held = {"series": 22, "level": "intermediate", "on": "2010-01-01"}
    facts = {"licences": ["teacher"], "degrees": [{"code": "bachelor", "on": "2009-06-30"}], "city_school": False}
    two = [["2015-01-01", "2015-12-31"], ["2016-01-11", "2017-12-31"], ["2018-01-21", None]]
    found = judged(facts | {"titles": [held | {"employed": two}]}, teacher, "2020-01-30")
    row = next(row for row in found.rows if row.alternative.key == "22.as.2")
    assert (row.verdict, row.ready) == (Verdict.NOT_MET, date(2020, 1, 31))
    ended = [["2015-01-01", "2018-06-30"]]
    found = judged(facts | {"titles": [held | {"employed": ended}]}, teacher, "2026-01-20")
    row = next(row for row in found.rows if row.alternative.key == "22.as.2")
    assert (row.verdict, row.ready) == (Verdict.NOT_MET, None)
    assert "聘任已止" in row.missing[0].have


def test_years_are_counted_as_the_document_says():
    row = dict(next(row for row in ROWS if row["alt_id"] == "5.as.2"))
    facts = {"degrees": [{"code": "bachelor", "on": "2010-06-30"}], "titles": [{"series": 5, "level": "intermediate"}]}
    facts["titles"][0]["on"] = "2018-12-29"
    verdicts = {}
    for counting in Counting:
        alternative = compiled(row | {"counting": counting.value})
        verdicts[counting] = judge(Person(facts), ENGINEER, date(2023, 9, 28), [alternative]).verdict
    assert verdicts == {
        Counting.DAY: Verdict.NOT_MET,
        Counting.YEAR_END: Verdict.MET,
        Counting.YEAR: Verdict.MET,
    }


def test_an_education_we_do_not_know_refuses_nobody():
    titles = [{"series": 5, "level": "intermediate", "on": "2010-01-01"}]
    found = judged({"degrees": [{"code": "夜大毕业", "on": "2000-06"}], "titles": titles})
    assert found.verdict is Verdict.UNKNOWN
    assert judged({"degrees": [{"code": "none"}], "titles": titles}).verdict is Verdict.NOT_MET


def test_a_master_is_a_bachelor_but_no_second_bachelor():
    assert "bachelor" in SATISFIES["master"] and "second_bachelor" not in SATISFIES["master"]
    assert "college" in SATISFIES["技工院校高级工班"] and "bachelor" not in SATISFIES["技工院校高级工班"]


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("licence", "licence"),
        ("unheard=1", "未定义"),
        ("rural_years>=viele", "无法识别"),
        ("skill>=wizard:3", "无法识别"),
        ("rural_years>=1@everybody", "人员范围"),
        ("=teacher", "无法识别"),
    ],
)
def test_a_demand_that_cannot_be_read_is_refused_by_its_words(extra, told):
    with pytest.raises(Refused, match=told):
        compiled(ROWS[0] | {"extra": extra})


def test_a_row_from_memory_or_not_confirmed_refuses_nobody():
    facts = {"degrees": [], "titles": []}
    sure, open_ = ROWS[0] | {"confirmed_at": True}, ROWS[0] | {"confirmed_at": None}
    target = Target(int(ROWS[0]["series"]), ROWS[0]["level"], ROWS[0]["way"])
    day = date(2026, 9, 30)
    assert judge(Person(facts), target, day, [compiled(sure)]).effective is Verdict.NOT_MET
    assert judge(Person(facts), target, day, [compiled(open_)]).effective is Verdict.UNKNOWN
    assert judge(Person(facts), target, day, [compiled(sure), compiled(open_)]).effective is Verdict.UNKNOWN


def test_an_exceptional_way_that_is_met_is_left_to_the_committee():
    facts = {"titles": [{"series": 5, "level": "intermediate", "on": "2021-01-01"}], "recommenders": 2}
    found = judged(facts | {"exception_basis": True}, kinds=("exceptional",))
    assert found.nearest.label == "可申报，待评委会评议"


def test_a_special_way_is_not_offered_before_waiting_four_months():
    titles = [{"series": 5, "level": "intermediate", "on": "2019-01-20"}]
    facts = {"degrees": [{"code": "bachelor", "on": "2010-06-30"}], "titles": titles, "recommenders": 0}
    found = judged(facts | {"exception_basis": False, "honour": "none"}, kinds=("normal", "exceptional"))
    assert (found.nearest.alternative.key, found.nearest.ready) == ("5.as.2", date(2024, 1, 20))
