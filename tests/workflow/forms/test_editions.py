"""申报表版本: what the office lays over the form, who confirms it, and which declaration is filled in by it."""

from __future__ import annotations

import pytest

from models.declarations.form_edition import FormEditionState as S
from tests.conftest import NOON
from workflow import lifecycles  # noqa: F401  (importing registers the verbs)
from workflow.base import roles as r
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations import content, submission
from workflow.forms import editions, kept
from workflow.forms import form as forms
from workflow.forms.kept import FORM_EDITION

YEAR = NOON.year


@pytest.fixture
def two(make):
    """Who makes editions, and who confirms them."""
    return make.account(r.HRSS_CONFIG), make.account(r.HRSS_AUDIT)


@pytest.fixture
def draft(as_, two):
    """An edition of this year without rules."""
    return kept.make(as_(two[0]), name="本年度", year=YEAR, paper_size="A4", copies=1, both_sides=False)


def rule(as_, two, draft, place, **values):
    return kept.add_rule(as_(two[0]), edition_id=draft.id, place=place, **values)


def effective(as_, two, draft):
    FORM_EDITION.perform(as_(two[0]), draft, "propose")
    FORM_EDITION.perform(as_(two[1]), draft, "confirm")
    return draft


def begun(make, as_, session):
    """A declaration begun now, by the applicant himself."""
    batch, person = make.batch(), make.person()
    me = make.account(r.APPLICANT, person=person)
    title = make.title(series=batch.committee.series)
    return as_(me), submission.start(as_(me), batch=batch, title=title, unit=make.organisation())


def test_who_makes_an_edition_does_not_confirm_it_and_then_it_stands_still(as_, two, draft):
    uow = as_(two[0])
    with pytest.raises(Refused, match="没有任何规则"):
        FORM_EDITION.perform(uow, draft, "propose")
    made = rule(as_, two, draft, "projects.name", requirement="与合同一致")
    FORM_EDITION.perform(uow, draft, "propose")
    with pytest.raises(Refused, match="另一人确认"):
        FORM_EDITION.perform(uow, draft, "confirm")
    FORM_EDITION.perform(as_(two[1]), draft, "confirm")
    assert (draft.state, draft.confirmed_by, len(draft.digest)) == (S.IN_FORCE, two[1].full_name, 64)
    with pytest.raises(NotNow, match="规则不能更改"):
        kept.change_rule(uow, made, requirement="改")
    with pytest.raises(NotNow, match="规则不能更改"):
        kept.drop_rule(uow, made)


def test_only_the_configuration_desk_makes_editions_and_none_for_a_year_that_is_over(as_, two):
    plain = {"paper_size": "A4", "copies": 1, "both_sides": False}
    with pytest.raises(NotYou, match="省厅配置岗"):
        kept.make(as_(two[1]), name="x", year=YEAR, **plain)
    with pytest.raises(Refused) as refused:
        kept.make(as_(two[0]), name="x", year=YEAR - 1, **plain)
    assert "不能早于本年度" in refused.value.fields["year"]


@pytest.mark.parametrize("demand", ["optional", "hidden"])
@pytest.mark.parametrize(
    "place", ["discipline.under_investigation", "titles.obtained_on", "education.school", "materials.photo"]
)
def test_what_decides_is_locked_by_name_and_clause(as_, two, draft, place, demand):
    with pytest.raises(Refused) as refused:
        rule(as_, two, draft, place, demand=demand)
    assert "审核和条件核对所依据" in refused.value.fields["demand"] and "号" in refused.value.fields["demand"]
    rule(as_, two, draft, place, mistake="漏填")  # it can be explained all the same


@pytest.mark.parametrize(
    ("place", "values", "field"),
    [
        ("nowhere.at_all", {"requirement": "x"}, "place"),
        ("projects.name", {}, "requirement"),
        ("projects.name", {"label": "新名", "requirement": "x"}, "label"),
        ("projects", {"demand": "required"}, "demand"),
        ("promise", {"label": "另一句"}, "place"),
        ("projects", {"label": "所属领域", "kind": "choice", "choices": "唯一"}, "choices"),
        ("projects.name", {"title": "名称"}, "title"),
        ("projects", {"title": "获奖"}, "title"),
        ("projects", {"position": 145}, "position"),
        ("projects", {"position": 5}, "position"),
        ("projects.name", {"copies": 2}, "copies"),
    ],
)
def test_a_rule_that_says_nothing_sound_is_refused_at_its_field(as_, two, draft, place, values, field):
    with pytest.raises(Refused) as refused:
        rule(as_, two, draft, place, **values)
    assert list(refused.value.fields) == [field]


def test_one_rule_for_one_place_and_scope(as_, two, draft):
    rule(as_, two, draft, "projects.name", requirement="一")
    rule(as_, two, draft, "projects.name", requirement="二", level="full_senior")
    with pytest.raises(Refused) as refused:
        rule(as_, two, draft, "projects.name", requirement="三")
    assert "已有规则" in refused.value.fields["place"]


def test_required_differs_by_series_level_and_way_and_the_narrower_rule_has_the_last_word(as_, two, draft, session):
    rule(as_, two, draft, "materials.paper", demand="required")
    rule(as_, two, draft, "materials.paper", demand="optional", level="intermediate")
    rule(as_, two, draft, "materials.patent", demand="required", series=5, way="review")

    def asked(*scope):
        made = editions.as_laid(session, draft, forms.form(), scope)
        return {key for key in ("paper", "patent") if made.material(key).needed({})}

    assert asked(5, "full_senior", "review") == {"paper", "patent"}
    assert asked(5, "full_senior", "initial") == {"paper"}
    assert asked(6, "intermediate", "review") == set()


def test_a_field_of_the_office_stands_in_its_place_and_is_asked_for(as_, two, draft, session):
    rule(
        as_,
        two,
        draft,
        "projects",
        label="所属领域",
        kind="choice",
        choices="交通\n水利",
        demand="required",
        position=15,
    )
    made = editions.as_laid(session, draft, forms.form(), (5, "full_senior", "review")).section("projects")
    assert [f.label for f in made.fields][1] == "所属领域"
    row = {"name": "大桥"}
    key = made.fields[1].key
    _value, wrong = forms.clean(made, [row])
    assert wrong[f"0.{key}"] == "请选择所属领域。"
    _value, wrong = forms.clean(made, [row | {key: "航空"}])
    assert f"0.{key}" in wrong


def test_what_is_not_asked_for_any_more_is_not_on_the_list(as_, two, draft, session):
    rule(as_, two, draft, "materials.paper", demand="hidden", way="initial")
    kinds = [
        {kind.key for kind in editions.as_laid(session, draft, forms.form(), (5, "full_senior", way)).materials}
        for way in ("initial", "review")
    ]
    assert "paper" not in kinds[0] and "paper" in kinds[1]


def test_a_declaration_keeps_the_edition_it_was_begun_with(make, as_, two, draft, session):
    _uow, before = begun(make, as_, session)
    rule(as_, two, draft, "materials.paper", demand="required", example="封面和目录")
    effective(as_, two, draft)
    uow, after = begun(make, as_, session)
    assert before.content.form_edition_id is None and after.content.form_edition_id == draft.id
    assert after.content.form_version == f"{forms.form().version}-{draft.id}"
    assert forms.form_of(before) is forms.form()
    assert forms.form_of(after).material("paper").told.endswith("示例：封面和目录")
    assert forms.form_of(after) is forms.form_of(after)  # laid once
    FORM_EDITION.perform(as_(two[0]), draft, "ask_stop", reason="另有版本")
    assert begun(make, as_, session)[1].content.form_edition_id == draft.id, "it counts until another confirms"
    with pytest.raises(Refused, match="停用须由另一人确认"):
        FORM_EDITION.perform(as_(two[0]), draft, "confirm_stop")
    FORM_EDITION.perform(as_(two[1]), draft, "confirm_stop")
    assert forms.form_of(after).material("paper").required
    assert begun(make, as_, session)[1].content.form_edition_id is None
    assert "materials.paper" in {p.place for p in submission.problems_of(uow, after)}


def test_a_stop_that_was_asked_for_is_taken_back_by_either(as_, two, draft, session):
    rule(as_, two, draft, "projects.name", requirement="一")
    effective(as_, two, draft)
    with pytest.raises(Refused):
        FORM_EDITION.perform(as_(two[0]), draft, "stop", reason="一个人停不了")
    FORM_EDITION.perform(as_(two[0]), draft, "ask_stop", reason="误点")
    FORM_EDITION.perform(as_(two[1]), draft, "keep_on", reason="仍在使用")
    assert (draft.state, editions.in_force(session, YEAR)) == (S.IN_FORCE, draft)


def test_whole_sections_are_named_and_ordered_where_no_clause_decides(as_, two, draft, session):
    rule(as_, two, draft, "awards", title="获奖和表彰", position=15)
    rule(as_, two, draft, "papers", position=101, level="full_senior")
    for place in ("education", "declaring", "materials", "promise"):
        with pytest.raises(Refused) as refused:
            rule(as_, two, draft, place, title="另一个名称", position=65)
        assert "由文件规定" in refused.value.fields["title"] and "号" in refused.value.fields["position"]
    made = editions.as_laid(session, draft, forms.form(), (5, "full_senior", "review"))
    keys = [section.key for section in made.sections]
    assert keys[:3] == ["declaring", "basic", "awards"] and keys[-2:] == ["materials", "promise"]
    assert keys.index("papers") == keys.index("patents") + 1 and made.section("awards").title == "获奖和表彰"
    assert [section.number for section in made.sections] == list(range(len(keys)))
    plain = editions.as_laid(session, draft, forms.form(), (5, "assistant", "review"))
    assert [s.key for s in plain.sections].index("papers") < [s.key for s in plain.sections].index("patents")


def test_how_many_copies_of_the_paper_are_asked_stands_with_the_material(as_, two, draft, session):
    rule(as_, two, draft, "materials.paper", copies=3)
    kind = editions.as_laid(session, draft, forms.form(), (5, "full_senior", "review")).material("paper")
    assert (kind.copies, "纸质 3 份" in kind.told) == (3, True)


def test_what_was_typed_in_a_row_for_another_level_is_kept_with_its_row(make, as_, two, draft, session):
    own = rule(as_, two, draft, "projects", label="所属领域", level="full_senior").place.partition(".")[2]
    effective(as_, two, draft)
    uow, case = begun(make, as_, session)
    case.level = "full_senior"
    rows = [{"name": "湘江大桥", own: "交通"}, {"name": "水库加固", own: "水利"}]
    submission.save_section(uow, case, "projects", rows)
    case.level = "assistant"
    submission.save_section(uow, case, "projects", [{"name": "水库加固"}, {"name": "湘江大桥"}, {"name": "新路"}])
    case.level = "full_senior"
    kept_rows = case.content.sections["projects"]
    assert [(row["name"], row.get(own)) for row in kept_rows] == [
        ("水库加固", "水利"),
        ("湘江大桥", "交通"),
        ("新路", None),
    ]


def test_an_edition_of_a_later_year_waits_for_its_year(make, as_, two, session):
    later = kept.make(as_(two[0]), name="明年", year=YEAR + 1, paper_size="A3", copies=3, both_sides=True)
    effective(as_, two, later)
    assert editions.in_force(session, YEAR) is None and editions.in_force(session, YEAR + 1) is later


def test_a_new_edition_begins_with_the_last_and_tells_what_is_otherwise(as_, two, draft):
    own = rule(as_, two, draft, "projects", label="所属领域", requirement="一个")
    rule(as_, two, draft, "projects.name", requirement="全称")
    uow = as_(two[0])
    plain = {"paper_size": "A4", "copies": 1, "both_sides": False}
    new = kept.make(uow, name="下一版", year=YEAR + 1, before_id=str(draft.id), **plain)
    assert kept.differences(uow, new) == []
    copied = editions.rules_of(uow.session, new)
    assert own.place in {row.place for row in copied}  # the field of the office keeps its key, so answers carry over
    kept.drop_rule(uow, next(row for row in copied if row.place == "projects.name"))
    uow.session.flush()
    ((where, was, now),) = kept.differences(uow, new)
    assert where.endswith("（项目） · 名称") and was == "要求：全称" and now == ""


def test_whoever_wrote_a_rule_or_proposed_it_is_a_maker_and_confirms_nothing(make, as_, two, draft):
    """One makes an empty draft, another fills it: the other is no second person."""
    other = make.account(r.HRSS_CONFIG)
    kept.add_rule(as_(other), edition_id=draft.id, place="projects.name", requirement="全称")
    FORM_EDITION.perform(as_(two[0]), draft, "propose")
    with pytest.raises(Refused, match="另一人确认"):
        FORM_EDITION.perform(as_(other), draft, "confirm")
    FORM_EDITION.perform(as_(make.account(r.HRSS_CONFIG)), draft, "confirm")
    assert draft.makers == [two[0].id, other.id]


def test_a_section_that_is_explained_takes_fields_of_the_office_too(as_, two, draft):
    rule(as_, two, draft, "projects", requirement="只填主持的项目")
    one, other = (rule(as_, two, draft, "projects", label=label) for label in ("所属领域", "合同编号"))
    assert one.place != other.place and one.place.startswith("projects.office_")


def test_whoever_changes_his_level_loses_nothing_that_the_office_asked_of_the_level_before(as_, two, draft, session):
    field = rule(as_, two, draft, "basic", label="人才称号", level="full_senior")
    kind = rule(as_, two, draft, "materials", label="人才证书", level="full_senior")
    key, paper = field.place.partition(".")[2], kind.place.partition(".")[2]
    asked, other = (
        editions.as_laid(session, draft, forms.form(), (5, level, "review"))
        for level in ("full_senior", "intermediate")
    )
    assert key in {f.key for f in asked.section("basic").fields} and asked.material(paper).label == "人才证书"
    assert other.section("basic").left({key: "芙蓉学者"}) == {key: "芙蓉学者"}
    assert other.held(paper).label == "人才证书"
    with pytest.raises(Refused, match="没有这一类别"):
        other.material(paper)


def test_what_was_signed_names_the_form_it_was_asked_by(make, as_, two, draft, session):
    rule(as_, two, draft, "materials.paper", requirement="封面和目录")
    effective(as_, two, draft)
    _uow, case = begun(make, as_, session)
    signed = content._body(session, case)
    assert signed["form"] == case.content.form_version
    case.content.form_edition_id = None
    assert "form" not in content._body(session, case)
