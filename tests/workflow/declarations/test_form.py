"""申报表: what is asked, what is kept of an answer, and what is told to the applicant at once."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationMode
from models.declarations.quota import QuotaKind
from models.register.organisation import UnitNature
from workflow.base.errors import Refused
from workflow.forms.form import clean, form, problems
from workflow.forms.form_parts import Field, holds
from workflow.forms.form_values import typed

CUTOFF = date(2023, 9, 28)
REVIEW = {
    "way": "review",
    "level": "associate_senior",
    "mode": "normal",
    "channel": "unit",
    "secret": False,
    "promised": True,
}
NEEDED = {"photo", "education", "title", "employment", "achievement", "training", "assessment"}


def section(key):
    return form().section(key)


def school(**given):
    return {
        "study": "全日制",
        "education": "大学本科毕业",
        "degree": "学士",
        "school": "湖南大学",
        "major": "土木工程",
        "entered_on": "2008-09",
        "graduated_on": "2012-06",
        "certificate": "105321201205000001",
    } | given


def whole(**given):
    """A declaration in which nothing is wrong."""
    return {
        "declaring": {},
        "basic": {
            "unit_nature": "institution",
            "department": "设计一所",
            "post": "结构设计",
            "in_established_post": True,
            "file_holder": "本单位",
            "work_since": "2012-07-01",
            "specialty_years": 11,
            "current_specialty": "结构工程",
            "relation": "在编",
            "health": "健康",
        },
        "education": [school()],
        "titles": [
            {
                "name": "工程师",
                "series": "工程技术人员",
                "level": "intermediate",
                "obtained_on": "2018-12-29",
                "way": "评审",
                "body": "中评会",
            },
        ],
        "experience": [{"kind": "工作经历", "since": "2012-07", "unit": "设计院", "post": "设计", "witness": "王五"}],
        "training": [{"year": 2022, "public_hours": 30, "professional_hours": 60, "certificate": "R1"}],
        "achievements": [
            {
                "name": "洪水预报系统",
                "kind": "技术报告",
                "finished_on": "2022-09-01",
                "role": "主持",
                "abstract": "摘要",
                "proof": "见附件",
            }
        ],
        "discipline": {"statement": "无"},
        "assessments": [{"year": 2022, "result": "合格", "unit": "设计院"}],
    } | given


def wrong(sections, level="error", **context):
    context = REVIEW | {"materials": NEEDED} | context
    return {p.place: p.sentence for p in problems(sections, cutoff=CUTOFF, context=context) if p.level == level}


# --- what is asked


def test_the_sections_run_from_declaring_to_the_promise():
    assert [part.number for part in form().sections] == list(range(16))
    assert section("basic").title == "个人基本信息" and section("assessments").title == "任职以来考核信息"


@pytest.mark.parametrize("part", form().sections, ids=lambda part: part.key)
def test_every_section_guides_and_names_its_fields_once(part):
    guidance = part.guidance
    assert all((guidance.requirement, guidance.example, guidance.mistake, guidance.basis))
    keys = [field.key for field in part.fields]
    assert len(set(keys)) == len(keys)
    for field in part.fields:
        assert field.mirror or field.kind in {"text", "area", "date", "month", "number", "year", "choice", "check"}
        assert (field.kind == "choice") == bool(field.choices) or field.mirror
        assert not field.not_before or part.field(field.not_before).kind == field.kind
        assert not (field.evidence or field.evidence_when) or field.kind in {"date", "month", "year"}


def test_conditions_name_only_facts_that_exist():
    known = {"way", "level", "mode", "channel", "needs_quota", "secret", "series_number"}
    known |= {f.key for f in section("declaring").fields}
    for part in form().sections:
        own = known | {field.key for field in part.fields}
        for field in part.fields:
            for table in (*field.when, *field.required_when, *field.evidence_when):
                assert set(table) <= own
    for kind in form().materials:
        assert all(set(table) <= known for table in kind.required_when)


def test_choices_that_other_rules_read_are_the_values_of_the_models():
    assert dict(section("titles").field("level").choices) == dict(TitleLevel.choices())
    assert [value for value, _ in section("basic").field("unit_nature").choices] == [n.value for n in UnitNature]
    assert [value for value, _ in section("declaring").field("quota_kind").choices] == [k.value for k in QuotaKind]
    modes = {table["mode"] for f in section("declaring").fields for table in f.when if "mode" in table}
    assert modes <= {mode.value for mode in DeclarationMode}


def test_mirrors_are_shown_and_never_typed():
    assert section("basic").field("phone").mirror == ("person", "masked_phone")
    value, errors = clean(section("basic"), {"name": "冒名", "id_number": "430102199001010016"})
    assert not {"name", "id_number"} & (set(value) | set(errors))


def test_an_unknown_section_or_material_is_refused():
    with pytest.raises(Refused):
        form().section("nothing")
    with pytest.raises(Refused):
        form().material("nothing")


def test_the_promise_says_what_happens_to_false_material():
    assert "撤销职称" in form().promise and "3年" in form().promise


# --- what is kept of an answer


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("date", "2023年9月8日", "2023-09-08"),
        ("date", "2023/9/8", "2023-09-08"),
        ("date", "20230908", "2023-09-08"),
        ("date", "２０２３-０９-０８", "2023-09-08"),
        ("month", "2023.9", "2023-09"),
        ("month", "2023年9月", "2023-09"),
        ("month", "2023-09-08", "2023-09"),
        ("year", "2023年", 2023),
        ("number", "12,000", 12000),
        ("number", " 7 ", 7),
        ("text", "  湖南\u200b 大学\n ", "湖南 大学"),
        ("area", "一 \r\n二", "一\n二"),
        ("check", "on", True),
        ("check", None, False),
    ],
)
def test_an_answer_is_tidied_and_typed(kind, written, kept):
    assert typed(Field("x", "项", kind), written) == (kept, "")


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("date", "2023-02-30"),
        ("date", "去年"),
        ("month", "2023-13"),
        ("number", "1.5"),
        ("year", "23"),
        ("choice", "甲"),
    ],
)
def test_what_cannot_be_typed_is_kept_and_named(kind, written):
    value, sentence = typed(Field("x", "某项", kind), written)
    assert value == written and sentence.startswith("某项")


def test_text_that_is_too_long_says_how_long():
    value, errors = clean(section("education"), [school(school="长" * 130)])
    assert errors["0.school"] == "院校不能超过 120 字，现有 130 字。" and value[0]["school"] == "长" * 130


def test_empty_rows_are_dropped_and_errors_point_to_the_rows_that_stay():
    value, errors = clean(section("education"), [{}, school(), {"school": " "}, school(school="")])
    assert len(value) == 2 and set(errors) == {"1.school"}


def test_a_draft_requires_nothing_but_still_names_what_is_wrong():
    assert clean(section("basic"), {}, draft=True)[1] == {}
    assert set(clean(section("basic"), {"specialty_years": "许多"}, draft=True)[1]) == {"specialty_years"}


def test_an_end_before_its_beginning_is_named():
    _, errors = clean(section("education"), [school(graduated_on="2007-06")])
    assert "早于入学时间" in errors["0.graduated_on"]


def test_too_many_rows_are_told():
    row = {"name": "甲", "kind": "专利", "finished_on": "2020-01-01", "role": "主持", "abstract": "文"}
    _, errors = clean(section("achievements"), [row] * 6)
    assert "最多填写 5 条" in errors[""]


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["school", "x", "education", "entered_on"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(raw=json, key=st.sampled_from([part.key for part in form().sections]))
def test_whatever_arrives_is_answered_and_cleaning_again_changes_nothing(raw, key):
    value, errors = clean(section(key), raw, cutoff=CUTOFF, context=REVIEW)
    assert clean(section(key), value, cutoff=CUTOFF, context=REVIEW) == (value, errors)


# --- what is told


def test_a_whole_declaration_has_nothing_wrong():
    assert wrong(whole()) == {}
    assert wrong(whole(), "warning") == {}


def test_everything_missing_is_told_at_once():
    told = wrong({}, materials=(), promised=False)
    assert {"basic.department", "education", "experience", "assessments", "materials.photo", "promise"} <= set(told)


@pytest.mark.parametrize(("graduated", "late"), [("2023-09", False), ("2023-10", True)])
def test_evidence_of_the_month_of_the_cutoff_counts_and_later_does_not(graduated, late):
    told = wrong(whole(education=[school(graduated_on=graduated)]))
    assert set(told) == ({"education.0.graduated_on"} if late else set())


@pytest.mark.parametrize(("finished", "late"), [("2023-09-28", False), ("2023-09-29", True)])
def test_the_day_of_the_cutoff_still_counts(finished, late):
    sections = whole()
    sections["achievements"][0]["finished_on"] = finished
    told = wrong(sections)
    assert set(told) == ({"achievements.0.finished_on"} if late else set())
    assert not late or "2023-09-28（含当日）" in told["achievements.0.finished_on"]


def test_the_end_of_a_running_project_may_lie_ahead_and_of_a_finished_one_may_not():
    row = {
        "name": "桥",
        "source": "省厅",
        "since": "2023-01",
        "until": "2024-06",
        "role": "负责",
        "rank": 1,
        "proof": "有",
    }
    assert wrong(whole(projects=[row | {"status": "在研在建"}])) == {}
    assert set(wrong(whole(projects=[row | {"status": "已验收"}]))) == {"projects.0.until"}


def test_an_exceptional_declaration_needs_a_basis_and_types_no_recommenders():
    """Who recommends answers himself, or signs a letter that somebody checks (test_endorsement); names alone do not."""
    told = wrong(whole(), mode="exceptional")
    assert {"declaring.exception_kind", "declaring.exception_basis", "materials.exception"} == set(told)
    section = form().section("declaring")
    assert not [field.key for field in section.fields if "recommend" in field.key or "推荐专家" in field.label]
    letter = next(kind for kind in form().materials if kind.key == "recommendation")
    assert letter.fits({"mode": "exceptional"}) and not letter.fits({"mode": "normal"})
    assert not letter.needed({"mode": "exceptional"})


def test_a_transfer_needs_the_day_of_the_new_post():
    assert {"declaring.new_post_since", "materials.transfer"} == set(wrong(whole(), mode="transfer"))


def test_the_kind_of_quota_is_asked_only_where_a_place_is_taken():
    assert set(wrong(whole(), needs_quota=True)) == {"declaring.quota_kind"}
    assert set(wrong(whole(declaring={"quota_kind": "talent"}), needs_quota=True)) == {"materials.quota"}
    assert wrong(whole(declaring={"quota_kind": "vacancy"}), needs_quota=True) == {}


def test_the_training_record_is_asked_for_but_does_not_stop_a_submission():
    without = NEEDED - {"training"}
    assert wrong(whole(training=[]), materials=without) == {}
    assert {"training", "materials.training"} == set(wrong(whole(training=[]), "warning", materials=without))


def test_secret_material_goes_by_paper_under_its_name_and_everything_else_is_asked_as_ever():
    declaring = {"no_secrets_online": True, "paper_reference": "一式两份，专人报送"}
    missing = set(wrong(whole(declaring=declaring), secret=True, materials={"photo"}))
    assert missing == set(wrong(whole(declaring=declaring), materials={"photo"})) and len(missing) > 1
    named = {place.partition(".")[2] for place in missing}
    assert wrong(whole(declaring=declaring), secret=True, materials={"photo"}, stubs=named) == {}
    without = wrong(whole(declaring=declaring), secret=True, materials={"photo"}, stubs=named - {"achievement"})
    assert set(without) == {"materials.achievement"} and "登记纸质目录" in without["materials.achievement"]
    assert "materials.photo" in wrong(whole(declaring=declaring), secret=True, materials=(), stubs={*named, "photo"})
    assert set(wrong(whole(declaring=declaring), materials={"photo"}, stubs=named)) == missing, "only of what is secret"
    assert "declaring.no_secrets_online" in wrong(whole(), secret=True)


def test_a_first_title_needs_no_representative_work_and_no_held_title():
    sections = whole(achievements=[], titles=[])
    assert wrong(sections, way="initial", level="assistant", materials={"photo", "education", "employment"}) == {}


def test_service_at_the_grass_roots_is_told_with_its_years():
    row = {"kind": "基层服务经历", "since": "2019-03", "unit": "某镇", "post": "技术员", "witness": "赵六"}
    assert set(wrong(whole(experience=[row]))) == {"experience.0.service", "experience.0.service_years"}
    assert wrong(whole(experience=[row | {"service": "科技特派员", "service_years": 0}])) == {}


def test_a_mirrored_fact_that_is_missing_is_told_where_the_caller_gives_it():
    assert set(wrong(whole(), **{"person.masked_phone": ""})) == {"basic.phone"}


def test_row_numbers_are_counted_from_one_in_sentences():
    assert (
        wrong(whole(education=[school(), school(school="")]))["education.1.school"] == "学历学位第 2 条：请填写院校。"
    )


def test_a_condition_is_any_table_of_which_everything_agrees():
    condition = ({"a": 1, "b": [2, 3]}, {"c": True})
    assert holds(condition, {"a": 1, "b": 3}) and holds(condition, {"c": True})
    assert not holds(condition, {"a": 1}) and not holds((), {"a": 1})
