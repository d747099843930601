"""佐证: each file beside the rows it proves; the rows move and the files go with them; the same content seen twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.materials.following import places
from models.materials.proof import Proof
from tests.conftest import NOON
from tests.workflow.storage.test_preview import drawing
from workflow.base.errors import Refused
from workflow.base.unit_of_work import unit_of_work
from workflow.declarations import paper_only, submission
from workflow.materials import proofs, upload

A, B, C = {"name": "优质工程奖", "level": "省级"}, {"name": "科技进步奖"}, {"name": "设计奖"}


@pytest.fixture
def award(does_to_it):
    """Three awards, the second proved by a file."""
    does_to_it(submission.save_section, "awards", [A, B, C])
    file = does_to_it(upload.hand_in, "award", drawing((9, 9)), "证书.png", rows=["awards:1"])
    return file


def proved(session):
    return [(one.section, one.place) for one in session.scalars(select(Proof).order_by(Proof.place))]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ([A, B, C], [B, C], {1: 0, 2: 1}),
        ([A, B], [C, A, B], {0: 1, 1: 2}),
        ([A, B], [B, A], {0: 1, 1: 0}),
        ([A, B], [A | {"level": "部级"}, B], {0: 0, 1: 1}),
        ([A, B], [C, B], {0: 0, 1: 1}),
        ([A, A], [A], {0: 0}),
        ([A], [], {}),
        ([], [A], {}),
    ],
)
def test_a_row_is_known_again_where_it_stands_now(old, new, found):
    assert places(old, new) == found


def test_the_file_follows_its_row_and_goes_with_it(award, does_to_it, session):
    assert proved(session) == [("awards", 1)]
    does_to_it(submission.save_section, "awards", [{}, B, C])
    assert proved(session) == [("awards", 0)]
    does_to_it(submission.save_section, "awards", [C, B])
    assert proved(session) == [("awards", 1)]
    does_to_it(submission.save_section, "awards", [C])
    assert proved(session) == []


def test_where_there_is_but_one_row_the_file_proves_it_unasked(does_to_it, session):
    does_to_it(submission.save_section, "patents", [{"name": "一种支架"}])
    does_to_it(upload.hand_in, "patent", drawing((8, 8)), "专利.png")
    assert proved(session) == [("patents", 0)]


def test_a_row_that_is_not_there_or_of_another_kind_is_refused(award, does_to_it):
    for row in ("awards:7", "papers:0", "awards", "nothing:here"):
        with pytest.raises(Refused, match="请刷新后重新勾选"):
            does_to_it(proofs.link, award, [row])
    does_to_it(proofs.link, award, ["awards:0", "awards:2"])
    assert does_to_it(proofs.by_file)[award.id] == {"awards:0", "awards:2"}


def test_rows_that_ask_for_a_proof_and_have_none_are_named(award, does_to_it):
    assert [row.words for row in does_to_it(proofs.missing)] == ["获奖第 1 条：优质工程奖", "获奖第 3 条：设计奖"]


def test_of_a_secret_declaration_what_lies_on_paper_is_not_missing(award, does_to_it, draft, session):
    draft[0].secret = True
    session.commit()
    does_to_it(paper_only.register, "award", name="证书", reference="1", pages=1)
    assert does_to_it(proofs.missing) == []


def test_the_same_content_under_two_kinds_and_of_an_earlier_year_is_pointed_out(
    award, does_to_it, draft, make, session
):
    does_to_it(upload.hand_in, "other", drawing((9, 9)), "同一张.png")
    told = does_to_it(proofs.twins)
    assert told[award.id] == ["与“其他材料”中的“同一张.png”内容相同"] and len(told) == 2
    draft[0].state, draft[0].submitted_at = S.SUBMITTED, NOON
    later = make.declaration(person=draft[0].person, batch=make.batch(name="次年"))
    session.commit()
    with unit_of_work(draft[1], now=NOON, session=session) as uow:
        one = upload.hand_in(uow, later, "award", drawing((9, 9)), "又一次.png")
        assert f"{draft[0].number}" in proofs.twins(uow, later)[one.id][0]


def test_what_is_carried_over_proves_the_same_rows(award, does_to_it, draft, make, session):
    draft[0].state, draft[0].submitted_at = S.SUBMITTED, NOON
    later = make.batch(committee=draft[0].committee, name="次年")
    session.commit()
    with unit_of_work(draft[1], now=NOON, session=session) as uow:
        new = submission.start(uow, batch=later, title=draft[0].title, unit=draft[0].unit)
        assert [(p.section, p.place) for p in proofs.proofs_of(uow.session, new.id)] == [("awards", 1)]
