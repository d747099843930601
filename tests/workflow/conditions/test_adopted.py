"""The office keeps the conditions: what is confirmed may refuse, what is changed must be confirmed again."""

from __future__ import annotations

from datetime import date

import pytest

from models.committees.catalogue import Series, Title, TitleLevel
from models.conditions.condition import Condition, ConditionState, Exclusion
from models.conditions.judgement import ConditionJudgement
from models.declarations.declaration import DeclarationMode
from workflow.base import roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.conditions import adopted, exclusions, judged
from workflow.conditions.three import Verdict
from workflow.declarations import eligibility

SEEN = {"document": "人社部发〔2019〕16号", "confirmed_page": "附件第 3 页", "confidence": "official"}


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


@pytest.fixture
def rows(session):
    """The two rows by which an engineer becomes 高级工程师."""
    found = session.query(Condition).filter(Condition.alt_id.in_(["5.as.1", "5.as.2"])).order_by(Condition.alt_id)
    return list(found)


@pytest.fixture
def declared(session, make):
    """A declaration for 高级工程师 with what the form says; the cut-off is that of its batch."""
    series = session.query(Series).filter_by(number=5).one()
    title = (
        session.query(Title).filter_by(series_id=series.id, level="associate_senior", name="高级工程师").first()
        or session.query(Title).filter_by(series_id=series.id, level="associate_senior").first()
    )

    def made(**sections):
        declaration = make.declaration(title=title, level="associate_senior")
        declaration.batch.evidence_on = date(2026, 6, 30)
        declaration.content.sections = sections
        return declaration

    return made


BACHELOR = [{"education": "大学本科毕业", "degree": "学士", "graduated_on": "2010-06"}]
ENGINEER = {"series": "工程", "level": "intermediate", "obtained_on": "2021-06-30", "name": "工程师"}


def test_only_the_province_keeps_them(make, as_, rows):
    for role in (roles.HRSS_AUDIT, roles.CITY_OFFICER, roles.APPLICANT):
        with pytest.raises(NotYou):
            adopted.CONDITION.perform(as_(make.account(role)), rows[0], "confirm", **SEEN)


def test_who_confirms_says_where_it_stands_and_what_is_changed_is_to_be_confirmed_again(clerk, rows):
    row = rows[1]
    adopted.CONDITION.perform(clerk, row, "confirm", **SEEN)
    assert (row.state, row.confirmed_by_id, row.confirmed_page) == ("confirmed", clerk.actor.id, "附件第 3 页")
    same = {ask.name: getattr(row, ask.name) for ask in adopted.CONDITION["edit"].asks}
    with pytest.raises(NotNow, match="没有任何改动"):
        adopted.CONDITION.perform(clerk, row, "edit", **same)
    adopted.CONDITION.perform(clerk, row, "edit", **same | {"held_years": 6})
    assert (row.state, row.confirmed_by_id, row.held_years) == ("unconfirmed", None, 6)


def test_a_row_that_cannot_be_judged_by_is_neither_entered_nor_changed_to(clerk, rows):
    same = {ask.name: getattr(rows[1], ask.name) for ask in adopted.CONDITION["edit"].asks}
    for wrong, field in (
        ({"extra": "unheard=1"}, "extra"),
        ({"degree": "phd"}, "degree"),
        ({"held_level": "", "held_years": 5}, "held_level"),
        ({"degree": "", "work_years": 1, "work_counts_from": "degree"}, "degree"),
    ):
        with pytest.raises(Refused) as refusal:
            adopted.CONDITION.perform(clerk, rows[1], "edit", **same | wrong)
        assert set(refusal.value.fields) == {field}
    with pytest.raises(Refused, match="已存在"):
        adopted.enter(clerk, **same | {"alt_id": "5.as.2", "series": 5, "level": "associate_senior", "way": "review"})


def test_a_retired_row_is_not_judged_by(clerk, session, rows):
    adopted.CONDITION.perform(clerk, rows[0], "retire", reason="已废止")
    found = adopted.alternatives(session, 2026, series=5, level="associate_senior", way="review")
    assert "5.as.1" not in {row.key for row in found} and "5.as.2" in {row.key for row in found}


def test_a_row_counts_for_the_years_in_which_it_is_in_force(session, rows):
    rows[1].effective_from, rows[1].effective_to = "2025-01-01", "2025-12"
    for year, there in ((2024, False), (2025, True), (2026, False)):
        found = {row.key for row in adopted.alternatives(session, year, series=5, level="associate_senior")}
        assert ("5.as.2" in found) is there


def test_unconfirmed_rows_refuse_nobody_and_confirmed_ones_say_need_have_clause_and_day(clerk, session, rows, declared):
    late = declared(education=BACHELOR, titles=[ENGINEER | {"obtained_on": "2021-07-01"}], basic={})
    assert list(eligibility.conditions_met(clerk, late)) == []
    for row in session.query(Condition).filter(Condition.level == "associate_senior", Condition.series.in_([0, 5])):
        if row.state != ConditionState.CONFIRMED:
            adopted.CONDITION.perform(clerk, row, "confirm", **SEEN)
    late.content.sections = late.content.sections | {"basic": {"unit_nature": "institution", "unit_scope": "province"}}
    late.content.sections = late.content.sections | {"licences": []}
    [finding] = list(eligibility.conditions_met(clerk, late))
    for word in ("取得满5年", "2021-07-01", "2026-07-01 起具备", "人社部发〔2019〕16号", "2026-06-30"):
        assert word in finding.sentence
    in_time = declared(education=BACHELOR, titles=[ENGINEER], basic=late.content.sections["basic"], licences=[])
    assert list(eligibility.conditions_met(clerk, in_time)) == []


def test_the_verdict_is_counted_at_the_cut_off_and_never_at_today(make, as_, session, declared):
    late = declared(education=BACHELOR, titles=[ENGINEER | {"obtained_on": "2021-07-01"}])
    verdicts = {judged.judgement_of(session, late).rows[1].verdict for _day in range(3)}
    clerk = make.account(roles.HRSS_CONFIG)
    from datetime import datetime

    for now in (datetime(2026, 5, 20), datetime(2026, 9, 1), datetime(2027, 12, 31)):
        verdicts.add(eligibility.judgement(as_(clerk, now), late).rows[1].verdict)
    assert len(verdicts) == 1


def test_what_was_judged_is_kept_with_the_rows_and_reads_the_same_when_they_change(clerk, session, rows, declared):
    declaration = declared(education=BACHELOR, titles=[ENGINEER])
    declaration.submitted_at = clerk.now
    judged.keep(clerk, declaration, eligibility.judgement(clerk, declaration))
    session.flush()
    kept = judged.kept(session, declaration)
    before = (kept.verdict, kept.rows_sha256, [row["row"] for row in kept.body])
    assert kept.verdict == "met" and "5.as.2" in before[2]
    same = {ask.name: getattr(rows[1], ask.name) for ask in adopted.CONDITION["edit"].asks}
    adopted.CONDITION.perform(clerk, rows[1], "edit", **same | {"held_years": 9})
    session.expire(kept)
    assert (kept.verdict, kept.rows_sha256, [row["row"] for row in kept.body]) == before
    assert adopted.checksum(session, before[2]) != before[1]
    assert judged.judgement_of(session, declaration).verdict is not Verdict.MET


def test_submitted_again_within_the_same_second_keeps_what_was_judged_last(clerk, session, declared):
    declaration = declared(education=BACHELOR, titles=[ENGINEER])
    judged.keep(clerk, declaration, eligibility.judgement(clerk, declaration))
    session.flush()
    declaration.content.sections = {"education": BACHELOR, "titles": []}
    judged.keep(clerk, declaration, eligibility.judgement(clerk, declaration))
    session.flush()
    assert session.query(ConditionJudgement).filter_by(declaration_id=declaration.id).count() == 1
    assert judged.kept(session, declaration).verdict != "met"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"education": "大学本科毕业", "degree": "学士"}, {"bachelor"}),
        ({"education": "硕士研究生毕业", "degree": "硕士"}, {"master", "pg_class"}),
        ({"education": "硕士研究生毕业", "degree": "无"}, {"pg_class"}),
        ({"education": "技工院校高级工班毕业", "degree": "无"}, {"college"}),
        ({"education": "其他", "degree": "无"}, {"其他"}),
    ],
)
def test_education_is_read_as_it_was_chosen(session, declared, typed, code):
    from workflow.conditions import declared as read

    facts = read.facts(session, declared(education=[typed | {"graduated_on": "2010-06"}]))
    assert {row["code"] for row in facts["degrees"]} == code


@pytest.mark.parametrize(
    ("typed", "number"),
    [("工程", 5), ("工程技术人员", 5), ("工程系列", 5), ("农业技术人员", 6), ("某某", None), ("", None)],
)
def test_a_series_is_known_by_its_name_or_not_at_all(session, declared, typed, number):
    from workflow.conditions import declared as read

    facts = read.facts(session, declared(titles=[ENGINEER | {"series": typed}]))
    assert facts["titles"][0]["series"] == number


def test_one_title_at_two_units_is_one_with_two_employments(session, declared):
    from workflow.conditions import declared as read

    rows = [
        ENGINEER | {"employed_from": "2021-07", "employed_to": "2022-06"},
        ENGINEER | {"employed_from": "2022-09", "obtained_on": "2021-08-01"},
    ]
    [title] = read.facts(session, declared(titles=rows))["titles"]
    assert title["employed"] == [["2021-07", "2022-06"], ["2022-09", None]] and title["on"] == "2021-06-30"


def test_a_section_nobody_opened_is_unknown_and_one_kept_empty_says_none(session, declared):
    from workflow.conditions import declared as read

    assert "licences" not in read.facts(session, declared())
    assert read.facts(session, declared(licences=[]))["licences"] == []
    assert "titles" not in read.facts(session, declared())
    assert read.facts(session, declared(titles=[]))["titles"] == []
    odd = read.facts(session, declared(licences=[{"name": "某协会培训证", "issued_on": "2020-01-01"}]))
    assert odd["licences"] == [{"code": None, "on": "2020-01-01"}] and "skills" not in odd


def test_work_in_another_profession_is_no_work_in_this_one_but_bounds_it(session, declared):
    from workflow.conditions import declared as read
    from workflow.conditions.person import Person

    known = read.facts(session, declared(basic={"work_since": "2012-07-01"}))
    person = Person(known)
    assert person.work[0][0].first == date(2012, 7, 1) and str(person.work[0][0]) == "日期未填"
    assert person.work[0][0].since == "起始日期未填", "no “自 日期未填 起”"


def test_age_outside_public_service_refuses_only_when_the_office_has_confirmed_it(clerk, session, declared):
    old = declared(basic={"unit_nature": "private"})
    old.person.born_on = date(1960, 12, 31)
    assert [told.refuses for told in exclusions.told(session, old)] == [False]
    assert list(eligibility.not_excluded(clerk, old)) == []
    row = session.query(Exclusion).filter_by(code="age_private").one()
    adopted.EXCLUSION.perform(clerk, row, "confirm", **SEEN)
    assert [finding.field for finding in eligibility.not_excluded(clerk, old)] == ["basic.born_on"]
    old.person.born_on = date(1961, 1, 1)
    assert list(eligibility.not_excluded(clerk, old)) == []
    old.person.born_on = date(1960, 12, 31)
    old.content.sections = {"basic": {"unit_nature": "institution"}}
    assert list(eligibility.not_excluded(clerk, old)) == []


def test_a_confirmed_direct_way_lets_a_private_employee_climb_without_the_rung_below(clerk, session, declared):
    sections = {
        "education": [{"education": "硕士研究生毕业", "degree": "硕士", "graduated_on": "2008-06"}],
        "titles": [],
        "basic": {"unit_nature": "private", "specialty_since": "2010-01-01"},
    }
    declaration = declared(**sections)
    assert [finding.field for finding in eligibility.ladder_climbed(clerk, declaration)] == ["titles"]
    row = session.query(Condition).filter_by(alt_id="0.as.private.2").one()
    adopted.CONDITION.perform(clerk, row, "confirm", **SEEN)
    assert list(eligibility.ladder_climbed(clerk, declaration)) == []
    declaration.mode = DeclarationMode.TRANSFER
    assert list(eligibility.transfer_same_level(clerk, declaration)) != []


def test_the_ladder_is_that_of_the_series(make, clerk, session):
    """A series without 中级 is climbed from 助理级 to 副高级."""
    series = make.series("无中级系列")
    make.title(series=series, level=TitleLevel.ASSISTANT)
    title = make.title(series=series, level=TitleLevel.ASSOCIATE_SENIOR)
    declaration = make.declaration(title=title, level=TitleLevel.ASSOCIATE_SENIOR)
    declaration.content.sections = {"titles": [ENGINEER | {"level": "assistant"}]}
    assert list(eligibility.ladder_climbed(clerk, declaration)) == []
    make.title(series=series, level=TitleLevel.INTERMEDIATE)
    session.flush()
    assert len(list(eligibility.ladder_climbed(clerk, declaration))) == 1
