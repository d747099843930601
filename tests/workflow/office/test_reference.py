"""基础数据: loaded twice it is the same; what an office did stays done."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from models.committees.catalogue import CodeItem, Series, Specialty, Title, TitleLevel
from models.office.journal import JournalEntry
from models.office.reference import ReferenceKept, ReferenceKey
from models.office.setting import CalendarDay, CalendarYear, Clause, DayKind
from models.register.organisation import Region
from tests.owner import behind
from workflow.base.errors import NotYou, Refused
from workflow.base.roles import APPLICANT, HRSS_CONFIG, SYSTEM
from workflow.base.settings import SETTINGS
from workflow.base.unit_of_work import unit_of_work
from workflow.forms.form import form
from workflow.office import reference, work_calendar

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def system(make):
    return make.account(SYSTEM)


@pytest.fixture
def folder(tmp_path):
    """A copy of the files that a test may change."""
    return Path(shutil.copytree(reference.DIRECTORY, tmp_path / "reference"))


@pytest.fixture
def empty(session):
    """A database into which nothing has been loaded."""
    known = (ReferenceKey, ReferenceKept)
    for model in (Title, Specialty, Series, CodeItem, Region, CalendarDay, CalendarYear, Clause, *known):
        session.execute(delete(model))


def counts(session):
    return {table.file: session.scalar(select(func.count()).select_from(table.model)) for table in reference.TABLES}


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def run(session, actor, directory=reference.DIRECTORY):
    session.commit()
    with unit_of_work(actor, session=session) as uow:
        return {result.table.file: result for result in reference.load(uow, directory)}


def test_everything_is_loaded_and_a_second_run_changes_and_records_nothing(session, empty, system):
    run(session, system)
    first = counts(session)
    assert first["regions.csv"] == 149 and first["series.csv"] == 27 and first["titles.csv"] == 264
    entries = session.scalar(select(func.count()).select_from(JournalEntry))
    again = run(session, system)
    assert counts(session) == first
    assert not any(result.anything for result in again.values())
    assert session.scalar(select(func.count()).select_from(JournalEntry)) == entries


def test_a_changed_line_updates_its_row(session, empty, system, folder):
    run(session, system, folder)
    replace(folder / "regions.csv", "430102,芙蓉区", "430102,芙蓉新区")
    result = run(session, system, folder)["regions.csv"]
    assert result.changed == [("430102",)] and not result.added
    assert session.scalar(select(Region.name).filter_by(code="430102")) == "芙蓉新区"


def test_what_an_office_changed_added_or_removed_stays(session, empty, system, make, folder):
    run(session, system, folder)
    officer = make.account(HRSS_CONFIG)
    session.commit()
    with unit_of_work(officer, session=session) as uow:
        changed = session.scalars(select(Specialty).filter_by(code="0501")).one()
        removed = session.scalars(select(Specialty).filter_by(code="050101")).one()
        added = Specialty(code="059901", name="低空工程", series=changed.series, parent=changed)
        changed.name = "建设工程（省厅定名）"
        session.add(added)
        session.delete(removed)
        session.flush()
        for verb, record in (("edit", changed), ("delete", removed), ("add", added)):
            uow.record(verb, record)
    replace(folder / "specialties.csv", "0501,建设工程", "0501,土木建设工程")
    result = run(session, system, folder)["specialties.csv"]
    assert not result.anything
    assert session.scalar(select(Specialty.name).filter_by(code="0501")) == "建设工程（省厅定名）"
    assert session.scalar(select(Specialty).filter_by(code="050101")) is None
    assert session.scalar(select(Specialty).filter_by(code="059901")) is not None


def test_an_announced_year_replaces_the_guess(session, empty, system, folder):
    run(session, system, folder)
    replace(folder / "calendar_years.csv", "2027,0,", "2027,1,")
    replace(folder / "calendar.csv", "2027-10-01,holiday,国庆节\n", "2027-10-04,holiday,国庆节\n")
    result = run(session, system, folder)
    assert result["calendar.csv"].removed == [(date(2027, 10, 1),)]
    assert result["calendar.csv"].added == [(date(2027, 10, 4),)]
    assert session.scalar(select(CalendarYear.announced).filter_by(year=2027)) is True


def test_a_guess_that_a_load_took_away_may_come_back_with_another_file(session, empty, system, folder):
    run(session, system, folder)
    years, days = folder / "calendar_years.csv", folder / "calendar.csv"
    replace(years, "2027,0,", "2027,1,")
    replace(days, "2027-10-01,holiday,国庆节\n", "")
    assert run(session, system, folder)["calendar.csv"].removed == [(date(2027, 10, 1),)]
    days.write_text(days.read_text() + "2027-10-01,holiday,国庆节\n")
    assert run(session, system, folder)["calendar.csv"].added == [(date(2027, 10, 1),)]


def test_a_day_an_office_took_out_stays_out_and_its_year_is_the_offices(session, empty, system, make, folder):
    run(session, system, folder)
    officer = make.account(HRSS_CONFIG)
    session.commit()
    with unit_of_work(officer, session=session) as uow:
        work_calendar.remove_day(uow, session.scalars(select(CalendarDay).filter_by(day=date(2027, 10, 1))).one())
    behind(session, "DELETE FROM journal_entry")  # a log decides nothing
    replace(folder / "calendar_years.csv", "2027,0,", "2027,1,")
    result = run(session, system, folder)
    assert not result["calendar.csv"].anything and not result["calendar_years.csv"].anything


def test_a_year_the_office_keeps_is_left_alone(session, empty, system, make, folder):
    run(session, system, folder)
    officer = make.account(HRSS_CONFIG)
    session.commit()
    with unit_of_work(officer, session=session) as uow:
        year = session.scalars(select(CalendarYear).filter_by(year=2027)).one()
        year.announced = True
        day = CalendarDay(day=date(2027, 2, 8), kind=DayKind.HOLIDAY, name="春节")
        session.add(day)
        session.flush()
        uow.record("edit", year)
        uow.record("add", day)
    replace(folder / "calendar_years.csv", "2027,0,", "2027,1,")
    replace(folder / "calendar.csv", "2027-10-01,holiday,国庆节\n", "2027-10-04,holiday,国庆节\n")
    result = run(session, system, folder)
    assert not result["calendar.csv"].anything and not result["calendar_years.csv"].anything


def test_only_the_system_and_the_configuration_desk_load(make, as_):
    with pytest.raises(NotYou):
        reference.load(as_(make.account(APPLICANT)))


def test_a_line_that_cannot_be_read_is_named(session, empty, system, as_, folder):
    replace(folder / "titles.csv", "5,工程,associate_senior,高级工程师", "5,工程,副高,高级工程师")
    with pytest.raises(Refused, match=r"titles\.csv 第 \d+ 行无法识别"):
        reference.load(as_(system), folder)
    (folder / "titles.csv").unlink()
    with pytest.raises(Refused, match=r"titles\.csv"):
        reference.load(as_(system), folder)


def test_no_two_series_share_a_certificate_code(session):
    codes = session.scalars(select(Series.certificate_code)).all()
    assert len(set(codes)) == len(codes) == 27
    assert all(re.fullmatch(r"\d\d", code) for code in codes)


def test_every_series_has_a_root_specialty_with_its_number(session):
    roots = session.scalars(select(Specialty).where(Specialty.parent_id.is_(None))).all()
    assert {(root.code, root.series.number) for root in roots} == {(f"{n:02d}", n) for n in range(1, 28)}
    for node in session.scalars(select(Specialty).where(Specialty.parent_id.is_not(None))):
        assert node.code.startswith(node.parent.code) and node.series_id == node.parent.series_id


def test_examinations_replace_review_only_below_senior(session):
    examined = session.scalars(select(Title).where(Title.exam_only)).all()
    assert {title.series.name for title in examined} == {
        "卫生技术人员",
        "出版专业人员",
        "翻译专业人员",
        "会计人员",
        "统计专业人员",
        "经济专业人员",
        "审计专业人员",
    }
    assert not {title.level for title in examined} & {TitleLevel.FULL_SENIOR, TitleLevel.ASSOCIATE_SENIOR}


def test_levels_follow_the_tree_and_not_the_words(session):
    levels = dict(session.execute(select(Title.name, Title.level)).all())
    assert levels["一级演员"] == TitleLevel.FULL_SENIOR
    assert levels["一级翻译"] == TitleLevel.ASSOCIATE_SENIOR
    assert levels["一级教师"] == TitleLevel.INTERMEDIATE


def test_hunan_has_fourteen_prefectures_and_its_counties(session):
    levels = dict(
        session.execute(select(Region.level, func.count()).where(~Region.statistical).group_by(Region.level)).all()
    )
    assert levels == {"省": 1, "市州": 14, "县市区": 122}


def test_the_notice_is_quoted_word_for_word(session):
    text = session.scalar(select(Clause.text).filter_by(code="118号 六(一)"))
    assert text == (
        "（一）公示。年度高评会评议投票工作结束后，各高评会组建单位应于3个工作日内公示评审结果，公示期不少于5个工作日。"
    )


def test_every_clause_of_a_rule_parameter_is_kept(session):
    codes = set(session.scalars(select(Clause.code)))
    assert {setting.clause for setting in SETTINGS if setting.clause} <= codes


def test_every_clause_of_the_form_is_kept(session):
    codes = set(session.scalars(select(Clause.code)))
    declared = form()
    cited = {field.clause for section in declared.sections for field in section.fields}
    cited |= {kind.clause for kind in declared.materials} | {section.guidance.basis for section in declared.sections}
    assert cited - {""} <= codes


def test_every_clause_the_rules_cite_is_kept():
    """（118号 …）, （令40号 第…条） and the guides, wherever a rule speaks of them."""
    with (reference.DIRECTORY / "clauses.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    cited = re.compile(
        r"118号 [一二三四五六七八](?:\([一二三四五六七八]\))?\d?(?:\(\d\))?"
        r"|令40号 第[一二三四五六七八九十]+条|附件1 [一二三]|附件[23] \d+(?:\.\d+)*"
    )
    sources = [*(ROOT / "workflow").rglob("*.py"), *(ROOT / "data").glob("*.toml")]
    missing = {(path.name, code) for path in sources for code in cited.findall(path.read_text()) if code not in codes}
    assert not missing
