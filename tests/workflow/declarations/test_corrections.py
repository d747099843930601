"""一次性告知 point by point: only what is listed opens, every point is answered, what was passed before is counted."""

from __future__ import annotations

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from models.declarations.correction_item import CorrectionItem
from models.declarations.declaration import Correction
from models.declarations.declaration import DeclarationState as S
from tests.workflow.storage.test_preview import drawing
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.declarations import submission
from workflow.declarations.corrections import answered, differences, places, told, unlocked
from workflow.declarations.corrections.told import Pick
from workflow.declarations.declaration import DECLARATION
from workflow.forms import form as forms
from workflow.materials import library

SCHOOLS = [
    {"school": "湖南大学", "major": "土木工程", "education": "本科"},
    {"school": "中南大学", "major": "结构工程", "education": "研究生"},
]
WHY = {"cause": "01", "items": "", "opinion": "请按所列事项补正"}


def pick(place, reason="03", text="与证书不一致", fits="改为证书上的名称", **more):
    return Pick(place, reason, text, fits, **more)


@pytest.fixture
def case(make):
    """A case of a person at his unit, with two schools and two lines of experience; its officer and himself."""
    unit = make.organisation(name="长沙市第三医院", nature="private")
    declaration = make.declaration(S.UNIT_REVIEW, unit=unit, position=0)
    declaration.content.sections = {"education": SCHOOLS, "contact": {"phone": "1"}}
    make.as_handed_in(declaration)
    officer = make.account(roles.UNIT_OFFICER, organisation_id=unit.id)
    person = make.account(roles.APPLICANT, person_id=declaration.person_id)
    return SimpleNamespace(it=declaration, officer=officer, person=person)


@pytest.fixture
def returns(case, as_, session):
    def send(*picks, **more):
        DECLARATION.perform(as_(case.officer), case.it, "send_back", **(WHY | more), picks=picks)
        session.flush()
        return session.scalars(select(Correction).order_by(Correction.id.desc())).first()

    return send


@pytest.fixture
def writes(case, as_):
    def save(rows, key="education"):
        return submission.save_section(as_(case.person), case.it, key, rows)

    return save


def test_a_point_stands_in_a_table_of_its_own_and_in_the_letter(returns, session):
    correction = returns(pick("field:education:school:1", clause="118号 三(一)"))
    (item,) = session.scalars(select(CorrectionItem))
    assert (item.kind, item.part, item.place, item.row_no, item.reason) == ("field", "education", "school", 1, "03")
    assert item.text == "与证书不一致" and item.fits == "改为证书上的名称" and not item.again
    (told_,) = correction.items
    assert "第 1 条 · 院校" in told_["text"] and "118号 三(一)" in told_["text"]
    assert correction.returned["sections"]["education"] == SCHOOLS


def test_only_the_listed_field_of_the_listed_row_opens(returns, writes, case):
    returns(pick("field:education:school:1"))
    for wrong in (
        [SCHOOLS[0] | {"major": "桥梁"}, SCHOOLS[1]],
        [SCHOOLS[0], SCHOOLS[1] | {"school": "别处"}],
        SCHOOLS[:1],
        [*SCHOOLS, {"school": "第三所"}],
        SCHOOLS[::-1],
    ):
        with pytest.raises(Refused, match="不在本次退回的补正事项中"):
            writes(wrong)
    writes([SCHOOLS[0] | {"school": "湖南科技大学"}, SCHOOLS[1]])
    writes([SCHOOLS[0] | {"school": "湖南农业大学"}, SCHOOLS[1]])
    assert case.it.content.sections["education"][0]["school"] == "湖南农业大学"


def test_a_listed_row_may_be_rewritten_or_left_out_and_no_other(returns, writes):
    returns(pick("row:education::1"))
    with pytest.raises(Refused):
        writes([SCHOOLS[0]])
    writes([{"school": "另一所", "major": "力学"}, SCHOOLS[1]])
    writes([SCHOOLS[1]])
    writes([{"school": "又一所"}, SCHOOLS[1]])


def test_a_listed_section_opens_whole_and_the_others_stay_shut(returns, writes):
    returns(pick("section:education::"))
    writes([*SCHOOLS, {"school": "第三所"}])
    with pytest.raises(Refused, match="不在本次退回"):
        writes([{"year": 2024, "hours": 90}], "training")


def test_nothing_listed_is_emptied_whole(returns, case, as_):
    returns(pick("row:education::1"))
    with pytest.raises(Refused, match="不在本次退回"):
        submission.clear_part(as_(case.person), case.it, "education")


def test_only_files_of_a_listed_kind_come_and_go(returns, case, as_, file_store):
    returns(pick("file:materials:education:", reason="02"))
    submission.attach(as_(case.person), case.it, "education", drawing((9, 9)), "新.png")
    with pytest.raises(Refused, match="不在本次退回") as refused:
        submission.attach(as_(case.person), case.it, "title", drawing((9, 8)), "别.png")
    assert set(refused.value.fields) == {"title"}


def test_only_a_listed_fact_of_the_case_may_be_another(returns, case, as_):
    returns(pick("fact:case:mode:"))
    with pytest.raises(Refused, match="退回补正期间") as refused:
        submission.change_choice(as_(case.person), case.it, secret=True)
    assert set(refused.value.fields) == {"secret"}
    submission.change_choice(as_(case.person), case.it, mode="exceptional")


def test_a_return_in_words_alone_locks_nothing(returns, writes, session, case):
    correction = returns(items="学历证书不清晰｜重新上传")
    assert correction.items == [{"text": "学历证书不清晰", "fits": "重新上传"}]
    assert unlocked.opened(session, case.it) is None and told.items_of(session, correction) == []
    writes([*SCHOOLS, {"school": "第三所"}])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "nobody"}, "reason"),
        ({"text": " "}, "text"),
        ({"fits": ""}, "fits"),
        ({"clause": ""}, "clause"),
        ({"text": "长" * 501}, "text"),
    ],
)
def test_what_is_missing_of_a_point_is_said_at_its_field_and_nothing_is_returned(returns, case, given, field):
    place = "field:education:school:1"
    with pytest.raises(Refused) as refused:
        returns(pick(place, **given))
    assert set(refused.value.fields) == {f"{field}|{place}"} and case.it.state == S.UNIT_REVIEW


@pytest.mark.parametrize(
    "place",
    ["", "field", "field:education:school:", "field:education:school:3", "field:education:school:0", "row:education::",
     "field:nowhere:school:1", "file:materials:nothing:", "fact:case:number:", "section:education:school:", "a:b:c:d:e",
     "field:education:school:٣"],
)  # fmt: skip
def test_a_place_that_is_not_there_is_refused(returns, place):
    with pytest.raises(Refused, match="补正位置无效"):
        returns(pick(place))


def test_it_is_not_handed_in_again_while_a_point_is_unanswered(returns, case, as_, session):
    returns(pick("field:education:school:1"), pick("file:materials:education:"))
    uow = as_(case.person)
    first, second = answered.open_items(uow, case.it)
    with pytest.raises(Refused, match="写明怎样更正的"):
        answered.answer(uow, first, "done", " ")
    with pytest.raises(Refused, match="未能更正的原因"):
        answered.answer(uow, first, "not_done", "")
    answered.answer(uow, first, "done", "已改为证书上的名称")
    errors, _ = submission.review(as_(case.person), case.it)
    assert f"asked.{second.id}" in errors and f"asked.{first.id}" not in errors
    answered.answer(uow, second, "not_done", "原件在单位存档，正在调取")
    assert not answered.missing(as_(case.person), case.it)


def test_the_difference_is_told_point_by_point_and_what_else_changed(returns, writes, case, session):
    correction = returns(pick("field:education:school:2"), pick("row:education::1"))
    writes([SCHOOLS[1] | {"school": "湘潭大学"}])
    points, rest = differences.mended(session, case.it, correction)
    assert [line[0] for line in points[0].lines] == ["学历学位 · 第 2 条 · 院校"] or points[1].lines
    assert any("湘潭大学" in line[2] for point in points for line in point.lines)
    assert rest == []


def _resubmitted(case, session):
    correction = session.scalars(select(Correction).order_by(Correction.id.desc())).first()
    correction.answered_at, case.it.state, case.it.position = correction.issued_at, S.UNIT_REVIEW, 0
    session.flush()


def test_a_point_passed_before_needs_a_reason_and_is_counted(returns, case, session):
    returns(pick("field:education:school:1"))
    _resubmitted(case, session)
    with pytest.raises(Refused, match="以前审核时未提出") as refused:
        returns(pick("field:education:major:2"))
    assert set(refused.value.fields) == {"again|field:education:major:2"}
    returns(pick("field:education:major:2", again="学信网核验后发现"))
    assert told.counted(session, case.it) == 1


def test_what_was_asked_for_or_has_changed_since_may_be_asked_for_again(returns, writes, case, session):
    returns(pick("field:education:school:1"))
    writes([SCHOOLS[0] | {"school": "另一所"}, SCHOOLS[1]])
    _resubmitted(case, session)
    returns(pick("field:education:school:1", text="仍不一致"))
    assert told.counted(session, case.it) == 0


def test_an_office_is_offered_its_own_wordings_of_such_a_place_and_no_others(returns, case, as_, make):
    returns(pick("field:education:school:1", text="院校名称与证书不一致"))
    here = places.Place("field", "education", "school", 2)
    assert told.phrases(as_(case.officer), here) == ["院校名称与证书不一致"]
    assert told.phrases(as_(case.officer), places.Place("field", "education", "major", 1)) == []
    other = make.account(roles.UNIT_OFFICER, organisation_id=make.organisation(name="别的单位").id)
    assert told.phrases(as_(other), here) == []


def test_an_answer_that_calls_for_others_opens_them(returns, session, case):
    section, asked, field = next(
        (s, name, f)
        for s in forms.form().sections
        for f in s.fields
        for name in (name for table in f.when for name in table)
        if not s.repeated and any(own.key == name and not own.mirror for own in s.fields)
    )
    returns(pick(f"field:{section.key}:{asked}:"))
    assert field.key in unlocked.opened(session, case.it).fields(section)


def test_the_library_opens_nothing_that_the_return_has_not_listed(returns, case, as_, session, file_store):
    returns(pick("field:education:school:1"))
    entry = library.write(as_(case.person), "awards", {"name": "优质工程奖", "organisation": "住建厅"})
    with pytest.raises(Refused, match="118号 四\\(三\\)"):
        library.choose(as_(case.person), case.it, "awards", [entry.id])
    assert "awards" not in case.it.content.sections


#: Who writes into a declaration without asking, and why.
UNASKED = {
    "keep_section": "puts back what stood there",
    "carry": "a new draft takes over an earlier year's",
    "_link_files": "a new draft takes over an earlier year's",
}


def test_whoever_writes_the_form_asks_what_a_return_has_opened():
    """Every function of the rules that puts sections or materials into a declaration."""
    writers, unasked = set(), set()
    for path in Path("workflow").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            parts = list(ast.walk(function))
            puts = any(
                isinstance(part, ast.Assign) and any(ast.unparse(t).endswith("content.sections") for t in part.targets)
                for part in parts
            ) or any(isinstance(part, ast.Call) and ast.unparse(part.func) == "Material" for part in parts)
            if puts:
                writers.add(function.name)
                asks = any(isinstance(p, ast.Call) and ast.unparse(p.func).startswith("unlocked.refuse") for p in parts)
                unasked |= set() if asks else {function.name}
    assert writers >= {"_write_section", "clear_part", "attach", "_put_rows", "_bring_files"}
    assert unasked <= set(UNASKED), "ask workflow/declarations/corrections/unlocked.py first"
