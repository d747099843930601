"""Whom the rules of the submission let in: who failed the vote does not stand again (118号 五(四)), the ladder
(令40号 第十三条), 转评 (118号 八(二)) and first titles (湘人社函〔2024〕115号)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.conditions.condition import Condition, ConditionWay, Confidence
from models.declarations.declaration import DeclarationMode as Mode
from models.declarations.declaration import DeclarationState as S
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.conditions import adopted
from workflow.declarations import eligibility


@pytest.fixture
def before(make):
    """A declaration on which the committee has voted."""
    return make.declaration(state=S.FAILED, batch=make.batch(one_per_year=False))


@pytest.fixture
def found(make, as_):
    """What the rule says of a declaration."""
    office = as_(make.account(roles.COMMITTEE_OFFICE))
    return lambda declaration: [finding.sentence for finding in eligibility.not_reviewed_again(office, declaration)]


def test_who_was_not_agreed_to_is_not_reviewed_again_in_the_year(make, found, before):
    again = make.declaration(person=before.person, batch=before.batch, title=before.title)
    (sentence,) = found(again)
    assert before.number in sentence and "不得进行复评（118号 五(四)）" in sentence


def test_the_declaration_itself_another_person_and_another_year_are_not_meant(make, found, before):
    assert found(before) == []
    assert found(make.declaration(batch=before.batch, title=before.title)) == []
    later = make.declaration(person=before.person, title=before.title)
    later.year = before.year + 1
    assert found(later) == []


def test_another_level_and_a_first_title_are_other_titles(make, found, before):
    other = next(level for level in TitleLevel if level != before.level)
    assert found(make.declaration(person=before.person, level=other)) == []
    assert found(make.declaration(person=before.person, title=before.title, way=Way.INITIAL)) == []


def test_every_rule_of_the_submission_has_its_line_for_the_auditor():
    from workflow.declarations import checklist, eligibility

    assert set(checklist.HOLDS) == set(eligibility.RULES)


# -- whom the ladder, 转评 and first titles let in ---------------------------------------------------------


@pytest.fixture
def told(make, as_, session):
    """What every rule of the submission says of the typed sections of a declaration; the rows of 初定 are confirmed."""
    office = as_(make.account(roles.HRSS_CONFIG))
    for row in session.scalars(select(Condition).where(Condition.way == ConditionWay.INITIAL)):
        adopted.CONDITION.perform(
            office, row, "confirm", document=row.document, confirmed_page="认定条件", confidence=Confidence.OFFICIAL
        )

    def _told(way=Way.REVIEW, mode=Mode.NORMAL, level=TitleLevel.ASSOCIATE_SENIOR, **sections):
        declaration = make.declaration(way=way, mode=mode, level=level)
        declaration.content.sections = sections
        return [
            f"{f.field}：{f.sentence}"
            for rule in (
                eligibility.mode_open,
                eligibility.ladder_climbed,
                eligibility.conditions_met,
                eligibility.transfer_same_level,
                eligibility.transfer_year,
            )
            for f in rule(office, declaration)
        ]

    return _told


def educated(word, degree="无", on="2012-06"):
    """One education, as the form's own lists call it."""
    return [{"education": word, "degree": degree, "graduated_on": on}]


@pytest.mark.parametrize("way", [Way.INITIAL, Way.RECOGNITION])
@pytest.mark.parametrize(
    "word", ["大学本科毕业", "大学专科毕业", "技工院校高级工班毕业", "技工院校预备技师（技师）班毕业", "研究生班毕业"]
)
def test_whoever_has_the_education_and_the_years_is_given_a_first_title(told, way, word):
    told = told(way, level=TitleLevel.ASSISTANT, education=educated(word), basic={"specialty_since": "2015-07-01"})
    # of a 研究生班 the paper does not speak: nobody is refused for that
    assert told == []


@pytest.mark.parametrize("way", [Way.INITIAL, Way.RECOGNITION])
@pytest.mark.parametrize(
    ("level", "word", "degree", "on", "since"),
    [
        (TitleLevel.ASSISTANT, "大学本科毕业", "学士", "2026-06", "2012-07-01"),  # the clock starts with the degree
        (TitleLevel.ASSISTANT, "中等专科毕业", "无", "2012-06", "2012-07-01"),
        (TitleLevel.TECHNICIAN, "中等专科毕业", "无", "2026-06", "2026-07-01"),
        (TitleLevel.INTERMEDIATE, "硕士研究生毕业", "硕士", "2026-06", "2020-07-01"),
        (TitleLevel.INTERMEDIATE, "大学本科毕业", "学士", "2002-06", "2002-07-01"),
    ],
)
def test_a_first_title_counts_from_the_degree(told, way, level, word, degree, on, since):
    told = told(way, level=level, education=educated(word, degree, on), basic={"specialty_since": since})
    assert told and all("湘人社函〔2024〕115号" in sentence for sentence in told)


@pytest.mark.parametrize("way", [Way.INITIAL, Way.RECOGNITION])
def test_a_first_title_is_not_for_who_holds_one_as_high(told, way):
    """Whoever has the title of the level or a higher one; who has 员级 may still be given 助理级."""
    known = dict(education=educated("大学本科毕业", "学士"), basic={"specialty_since": "2012-07-01"})
    for level in (TitleLevel.ASSISTANT, TitleLevel.ASSOCIATE_SENIOR):
        (sentence,) = told(way, level=TitleLevel.ASSISTANT, titles=[{"level": level}], **known)
        assert sentence.startswith("titles：初定、认定是首次取得职称")
    assert told(way, level=TitleLevel.ASSISTANT, titles=[{"level": TitleLevel.TECHNICIAN}], **known) == []


@pytest.mark.parametrize("mode", [mode for mode in Mode if mode != Mode.NORMAL])
@pytest.mark.parametrize("way", [Way.INITIAL, Way.RECOGNITION])
def test_a_first_title_knows_one_way_of_declaring(told, way, mode):
    assert any(s.startswith("mode：") and mode.label in s for s in told(way, mode, level=TitleLevel.ASSISTANT))


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.EXCEPTIONAL, Mode.GREEN, Mode.ENTRUSTED])
@pytest.mark.parametrize("held", [TitleLevel.ASSOCIATE_SENIOR, TitleLevel.FULL_SENIOR])
def test_no_way_leads_down_the_ladder(told, mode, held):
    (sentence,) = told(mode=mode, titles=[{"level": held}])
    assert "现任职称级别不低于所申报的级别（令40号 第十三条）" in sentence


def test_over_to_another_series_goes_who_holds_the_same_level_there(told, make):
    moved = dict(
        mode=Mode.TRANSFER,
        declaring={"new_post_since": "2024-03-01"},
        assessments=[{"year": "2025", "result": "合格"}],
    )
    own = make.declaration(level=TitleLevel.ASSOCIATE_SENIOR).series.name
    other = "卫生技术人员" if own != "卫生技术人员" else "工程技术人员"
    as_high, lower = {"level": TitleLevel.ASSOCIATE_SENIOR}, {"level": TitleLevel.INTERMEDIATE}
    assert told(titles=[as_high | {"series": other}], **moved) == []
    assert told(titles=[as_high | {"series": "说不清的系列"}], **moved) == []  # no spelling refuses anybody
    (sentence,) = told(titles=[as_high | {"series": own}], **moved)
    assert "不需转评" in sentence
    for titles in ([], [lower | {"series": other}], [lower | {"series": own}]):
        (sentence,) = told(titles=titles, **moved)
        assert "须已取得其他系列的副高级职称，转评同级（118号 八(二)）" in sentence


def test_over_to_another_series_the_new_post_has_assessed(told):
    held = dict(mode=Mode.TRANSFER, titles=[{"level": TitleLevel.ASSOCIATE_SENIOR, "series": "卫生技术人员"}])
    since = {"new_post_since": "2024-03-01"}
    for year, passed in (("2023", False), ("2024", True), ("2025", True)):
        found = told(declaring=since, assessments=[{"year": year, "result": "合格"}], **held)
        assert (found == []) is passed
    assert told(declaring=since, assessments=[{"year": "2025", "result": "不合格"}], **held) != []


def test_what_was_obtained_here_is_held_whether_it_is_named_or_not(make, as_):
    office = as_(make.account(roles.HRSS_CONFIG))
    before = make.declaration(level=TitleLevel.ASSOCIATE_SENIOR, state=S.REPORTED)
    for level, way in ((TitleLevel.ASSOCIATE_SENIOR, Way.REVIEW), (TitleLevel.ASSISTANT, Way.INITIAL)):
        again = make.declaration(person=before.person, level=level, way=way)
        again.content.sections = {"titles": []}
        assert [found.field for found in eligibility.ladder_climbed(office, again)] == ["titles"]
    before.state = S.REVOKED
    again = make.declaration(person=before.person, level=TitleLevel.ASSOCIATE_SENIOR)
    assert "未填写现任职称" in next(eligibility.ladder_climbed(office, again)).sentence


@pytest.mark.parametrize(
    ("office", "unit", "taken"),
    [
        ("430200", "430103", False),
        ("430100", "430103", True),
        ("430103", "430103", True),
        ("430103", "430104", False),
        ("430000", "430281", True),
    ],
)
def test_a_first_title_is_asked_for_where_the_work_is(make, as_, office, unit, taken):
    declaration = make.declaration(way=Way.INITIAL, level=TitleLevel.ASSISTANT)
    declaration.office = AcceptanceOffice(
        organisation=make.organisation(),
        node_kind=NodeKind.CITY,
        region_code=office,
        way=Way.INITIAL,
        level=TitleLevel.ASSISTANT,
    )
    declaration.unit.region_code = unit
    found = list(eligibility.office_competent(as_(make.account(roles.HRSS_CONFIG)), declaration))
    assert (found == []) is taken


def test_the_nature_of_the_unit_is_that_of_the_register(make, as_):
    """Whoever declares through an agency tells the nature of where he works himself."""
    office = as_(make.account(roles.HRSS_CONFIG))
    declaration = make.declaration()
    for typed, told in (("institution", []), ("事业单位", []), ("private", ["basic.unit_nature"]), ("", [])):
        declaration.content.sections = {"basic": {"unit_nature": typed}}
        assert [found.field for found in eligibility.nature_as_registered(office, declaration)] == told
    declaration.content.sections = {"basic": {"unit_nature": "private"}}
    declaration.unit.kind = NodeKind.AGENCY
    assert list(eligibility.nature_as_registered(office, declaration)) == []


def test_who_was_ended_declares_no_more_that_year_whatever_the_batch_allows(make, as_):
    office = as_(make.account(roles.HRSS_CONFIG))
    ended = make.declaration(state=S.TERMINATED, batch=make.batch(one_per_year=False))
    again = make.declaration(person=ended.person, batch=ended.batch, title=ended.title)
    (found,) = eligibility.not_ended_this_year(office, again)
    assert ended.number in found.sentence and "118号 四(四)" in found.sentence
    again.year += 1
    assert list(eligibility.not_ended_this_year(office, again)) == []


def test_staff_in_established_posts_do_not_declare_through_an_agency_called_their_unit(make, as_):
    office = as_(make.account(roles.HRSS_CONFIG))
    declaration = make.declaration()
    declaration.content.sections = {"basic": {"unit_nature": "institution", "in_established_post": True}}
    assert list(eligibility.institution_through_unit(office, declaration)) == []
    declaration.unit.kind = NodeKind.AGENCY
    assert [found.field for found in eligibility.institution_through_unit(office, declaration)] == ["channel"]
