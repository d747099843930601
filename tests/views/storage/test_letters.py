"""Letters as an office would sign them: whom, by which clause, from whom, on which day, by which telephone."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.declarations.declaration import Correction
from models.declarations.declaration import DeclarationState as S
from models.declarations.opinion import Opinion, OpinionResult
from tests.reports.test_paper import packed, text_of
from workflow.base import roles as r


@pytest.fixture
def reader(make, browser):
    """Who reads every declaration."""
    return browser(make.account(r.HRSS_AUDIT))


def letter(reader, address):
    answer = reader.get(address)
    assert answer.status_code == 200
    return packed(text_of(answer.data))


def holds(printed, *sentences):
    for words in ("同志：您申报的", "湘人社函〔2023〕118号", "（盖章）", *sentences):
        assert packed(words) in printed, words
    for words in ("你申报", "（盖章）年月日", "terminated", "failed"):
        assert packed(words) not in printed, words


def test_what_is_to_be_mended_is_told_by_its_office_with_clause_and_day(make, session, reader):
    case = make.declaration(state=S.RETURNED)
    asked = Correction(
        declaration_id=case.id, position=0, opinion="请补正",
        items=[{"text": "补充学历证明", "fits": "清晰的彩色扫描件"}],
        issued_at=datetime(2026, 5, 18, 9), due_on=date(2026, 5, 25), organisation_name="长沙某设计院",
    )  # fmt: skip
    session.add(asked)
    session.commit()
    printed = letter(reader, f"/declaration/{case.id}/correction/{asked.id}.pdf")
    holds(printed, "118号四（三）", "补充学历证明（补齐要求：清晰的彩色扫描件）", "2026年5月25日前", "2026年5月18日")
    assert printed.count(packed("长沙某设计院")) >= 2, "at the head and as who signs"


def test_who_told_what_was_not_mended_signs_that_it_ended(make, session, reader):
    case = make.declaration(state=S.TERMINATED, result_reason="逾期未补正")
    told = {"declaration_id": case.id, "opinion": "请补正", "items": [], "issued_at": datetime(2026, 5, 18, 9)}
    session.add(Correction(position=0, organisation_name="早先的单位", answered_at=datetime(2026, 5, 19, 9), **told))
    session.add(Correction(position=1, organisation_name="长沙市某局", due_on=date(2026, 5, 25), **told))
    session.commit()
    printed = letter(reader, f"/declaration/{case.id}/termination.pdf")
    holds(printed, "终止评审告知书", "逾期未补正", "长沙市某局（盖章）")


def test_who_ended_it_signs_that_it_ended(make, session, reader):
    case = make.declaration(state=S.TERMINATED, result_reason="任职年限不足五年")
    session.add(
        Opinion(
            declaration_id=case.id, position=9, office_name="某评委会办事机构", result=OpinionResult.DISQUALIFIED,
            words="不符合条件", handler_name="甲", head_name="乙", given_at=datetime(2026, 5, 18, 9),
        )
    )  # fmt: skip
    session.commit()
    printed = letter(reader, f"/declaration/{case.id}/termination.pdf")
    holds(printed, "终止评审告知书", "任职年限不足五年", "向某评委会办事机构申请复查", "某评委会办事机构（盖章）")


def test_a_vote_that_failed_is_a_result_and_no_termination(make, session, reader):
    case = make.declaration(state=S.FAILED, voted_on=date(2026, 6, 30), result_reason="同意票数未达到三分之二")
    session.commit()
    printed = letter(reader, f"/declaration/{case.id}/termination.pdf")
    holds(printed, "评审结果告知书", "2026年6月30日", "118号五（四）", "不得进行复评", case.committee.name)
    assert "终止评审" not in printed
