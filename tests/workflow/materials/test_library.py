"""成果库: entered once, chosen into a declaration of any year with its files, and told what has changed since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.declarations.declaration import Declaration
from models.materials.library import LibraryEntry, LibraryFile, LibraryUse
from tests.workflow.storage.test_preview import drawing
from workflow.base import policy, roles
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.declarations import submission
from workflow.declarations.content import materials_of
from workflow.declarations.declaration import DECLARATION
from workflow.materials import library, proofs, upload

PRIZE = {"name": "优质工程奖", "awarded_on": "2023-05-06", "organisation": "住建厅"}


@pytest.fixture
def prize(does):
    """An entry with its certificate."""
    entry = does(library.write, "awards", PRIZE)
    does(library.attach, entry, "award", drawing((9, 9)), "证书.png")
    return entry


def rows(case, key="awards"):
    return (case.content.sections or {}).get(key)


def test_an_entry_is_chosen_with_its_file_beside_its_row(prize, draft, does, session):
    case, _person = draft
    does(submission.save_section, case, "awards", [{"name": "先前的奖"}])
    assert does(library.choose, case, "awards", [prize.id]) == 1
    assert [row["name"] for row in rows(case)] == ["先前的奖", "优质工程奖"]
    (material,) = does(materials_of, case)
    assert material.file.owner_kind == "declaration" and does(proofs.by_file, case)[material.id] == {"awards:1"}
    with pytest.raises(NotNow, match="已选入本次申报"):
        does(library.choose, case, "awards", [prize.id])


def test_the_same_file_is_not_brought_twice(prize, draft, does):
    case, _person = draft
    other = does(library.write, "awards", {"name": "另一个奖"})
    does(library.attach, other, "award", drawing((9, 9)), "同一张证书.png")
    does(library.choose, case, "awards", [prize.id, other.id])
    (material,) = does(materials_of, case)
    assert does(proofs.by_file, case)[material.id] == {"awards:0", "awards:1"}


def test_what_changed_since_is_told_and_either_side_can_be_taken_over(prize, draft, does, session):
    case, _person = draft
    does(library.choose, case, "awards", [prize.id])
    assert does(library.changed, case) == []
    does(library.write, "awards", dict(prize.content) | {"name": "国家优质工程奖"}, prize)
    (one,) = does(library.changed, case)
    assert one.fields == [("奖项名称", "国家优质工程奖", "优质工程奖")] or one.fields[0][1:] == (
        "国家优质工程奖",
        "优质工程奖",
    )
    does(library.take_over, case, str(one.use.id), into_library=False)
    assert rows(case)[0]["name"] == "国家优质工程奖"
    does(submission.save_section, case, "awards", [dict(rows(case)[0]) | {"name": "省优质工程奖"}])
    (one,) = does(library.changed, case)
    does(library.take_over, case, str(one.use.id), into_library=True)
    assert prize.content["name"] == prize.name == "省优质工程奖"
    with pytest.raises(NotNow, match="已经一致"):
        does(library.take_over, case, str(one.use.id), into_library=True)


def test_what_only_this_years_form_asks_stays_with_the_row_and_out_of_the_library(prize, draft, does, session):
    case, _person = draft
    does(library.choose, case, "awards", [prize.id])
    case.content.sections = {"awards": [rows(case)[0] | {"office_7": "已公示"}]}
    does(library.write, "awards", dict(prize.content) | {"name": "国家优质工程奖"}, prize)
    (one,) = does(library.changed, case)
    does(library.take_over, case, str(one.use.id), into_library=False)
    assert (rows(case)[0]["name"], rows(case)[0]["office_7"]) == ("国家优质工程奖", "已公示")
    case.content.sections = {"awards": [rows(case)[0] | {"name": "鲁班奖"}, {"name": "新的奖", "office_7": "未公示"}]}
    does(library.take_over, case, str(one.use.id), into_library=True)
    assert prize.content["name"] == "鲁班奖" and "office_7" not in prize.content
    assert does(library.take_in, case) == 1
    taken = session.scalars(select(LibraryEntry).where(LibraryEntry.name == "新的奖")).one()
    assert "office_7" not in taken.content and does(library.changed, case) == []


def test_the_row_is_known_again_when_it_moves_and_forgotten_when_it_goes(prize, draft, does, session):
    case, _person = draft
    does(library.choose, case, "awards", [prize.id])
    does(submission.save_section, case, "awards", [{"name": "插在前面的奖"}, dict(prize.content)])
    assert [use.place for use in does(library.uses_of, case)] == [1]
    does(submission.save_section, case, "awards", [{"name": "插在前面的奖"}])
    assert does(library.uses_of, case) == []


def test_a_declaration_is_taken_in_once(draft, does, session):
    case, _person = draft
    does(submission.save_section, case, "awards", [PRIZE, {"name": "另一个奖"}])
    does(submission.save_section, case, "papers", [{"title": "论文一"}])
    does(upload.hand_in, case, "award", drawing((9, 9)), "证书.png", rows=["awards:0"])
    assert does(library.take_in, case) == len(session.scalars(select(LibraryEntry)).all()) >= 2
    first = session.scalars(select(LibraryEntry).where(LibraryEntry.name == "优质工程奖")).one()
    assert first.origin == case.number and [one.file.name for one in first.files] == ["证书.png"]
    assert does(library.take_in, case) == 0


@pytest.mark.parametrize(
    ("raw", "words"),
    [({}, "至少填写一栏"), ({"name": " "}, "至少填写一栏"), ({"name": "奖", "awarded_on": "0203-13-45"}, "需要修改")],
)
def test_nothing_and_what_cannot_be_read_is_refused_at_its_field(does, raw, words, session):
    with pytest.raises(Refused, match=words) as told:
        does(library.write, "awards", raw)
    assert told.value.fields and session.scalars(select(LibraryEntry)).all() == []


def test_the_same_entry_twice_is_told(prize, does):
    with pytest.raises(NotNow, match="内容完全相同"):
        does(library.write, "awards", PRIZE)


def test_more_rows_than_the_section_takes_and_entries_that_are_gone_are_refused(prize, draft, does):
    case, _person = draft
    for chosen, words in (([], "请先勾选"), ([77], "已不在成果库"), ([prize.id, 77], "已不在成果库")):
        with pytest.raises(Refused, match=words):
            does(library.choose, case, "awards", chosen)
    most = library.section("awards").max_rows
    does(submission.save_section, case, "awards", [{"name": f"奖{n}"} for n in range(most)])
    with pytest.raises(Refused, match=f"最多填写 {most} 条"):
        does(library.choose, case, "awards", [prize.id])
    assert len(rows(case)) == most


def test_another_person_neither_sees_nor_changes_nor_chooses_it(prize, draft, does, make, session):
    other = make.account(roles.APPLICANT, person=make.person())
    theirs = make.declaration(batch=make.batch(), person=other.person)
    session.commit()
    assert policy.find(session, other, LibraryEntry, prize.id) is None
    for verb in (
        lambda uow: library.write(uow, "awards", PRIZE, prize),
        lambda uow: library.remove(uow, prize),
        lambda uow: library.attach(uow, prize, "award", drawing((7, 7)), "1.png"),
        lambda uow: library.detach(uow, prize, "1"),
        lambda uow: library.take_in(uow, draft[0]),
    ):
        with pytest.raises(NotYou):
            does(verb, actor=other)
    with pytest.raises(NotNow):
        does(library.choose, theirs, "awards", [prize.id], actor=other)


def test_removed_from_the_library_it_stays_in_the_declaration(prize, draft, does, session):
    case, _person = draft
    does(library.choose, case, "awards", [prize.id])
    does(library.remove, prize)
    session.expire_all()
    assert rows(case)[0]["name"] == "优质工程奖" and len(does(materials_of, case)) == 1
    for model in (LibraryEntry, LibraryFile, LibraryUse):
        assert session.scalars(select(model)).all() == []


def test_a_draft_that_is_thrown_away_leaves_the_library_alone(prize, draft, does, session):
    case, _person = draft
    does(library.choose, case, "awards", [prize.id])
    does(lambda uow: DECLARATION.perform(uow, uow.session.get_one(Declaration, case.id), "discard"))
    assert len(session.scalars(select(LibraryEntry)).all()) == 1
