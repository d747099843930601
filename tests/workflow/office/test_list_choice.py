"""常用查询 and 显示列: one's own, few, without numbers of persons, and told to the journal without what was asked."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.office.list_choice import ColumnChoice, SavedQuery
from workflow.base import roles as r
from workflow.base.errors import NotYou, Refused
from workflow.office import list_choice

LIST = "TrailScreen"


@pytest.fixture
def uow(make, as_):
    return as_(make.account(r.HRSS_AUDIT))


def names(session):
    return session.scalars(select(SavedQuery.name).order_by(SavedQuery.name)).all()


def test_a_query_is_kept_and_the_journal_knows_only_what_was_asked_about(uow, session):
    saved = list_choice.keep(uow, LIST, " 待审  副高 ", {"state": "under_audit", "order": "-year", "unit": ""})
    assert saved.name == "待审 副高" and list_choice.asked_by(saved) == {"state": "under_audit", "order": "-year"}
    ((verb, subject, facts),) = uow.entries
    assert (verb, subject, facts["conditions"]) == (
        "save_query",
        saved,
        ["order", "state"],
    ) and "under_audit" not in str(facts)


def test_the_same_name_again_replaces_what_it_stood_for(uow, session):
    list_choice.keep(uow, LIST, "甲", {"state": "under_audit"})
    list_choice.keep(uow, LIST, "甲", {"state": "returned"})
    assert [q.conditions for q in session.scalars(select(SavedQuery))] == ["state=returned"]


@pytest.mark.parametrize(
    "number", ["430102199001011234", "43010219900101123X", "身份证 430102900101123", "13873101234"]
)
def test_numbers_of_persons_are_never_kept(uow, session, number):
    with pytest.raises(Refused, match="不保存身份证件号码"):
        list_choice.keep(uow, LIST, "甲", {"applicant_name": number})
    with pytest.raises(Refused, match="不保存身份证件号码"):
        list_choice.keep(uow, LIST, number, {"state": "returned"})
    assert names(session) == []


@pytest.mark.parametrize(
    "name, asked", [("", {"state": "x"}), ("甲" * 31, {"state": "x"}), ("甲", {}), ("甲", {"state": ""})]
)
def test_without_name_or_conditions_nothing_is_kept(uow, session, name, asked):
    with pytest.raises(Refused):
        list_choice.keep(uow, LIST, name, asked)


def test_twenty_for_each_list_and_no_more(uow, session):
    for n in range(list_choice.MOST):
        list_choice.keep(uow, LIST, f"第{n}个", {"year": str(2000 + n)})
    with pytest.raises(Refused, match="最多保存 20 个"):
        list_choice.keep(uow, LIST, "又一个", {"year": "2026"})
    list_choice.keep(uow, LIST, "第3个", {"year": "2026"})
    list_choice.keep(uow, "PlanScreen", "又一个", {"year": "2026"})


def test_a_query_is_renamed_and_deleted_by_its_owner_only(uow, make, as_, session):
    saved, other = (
        list_choice.keep(uow, LIST, "甲", {"year": "2026"}),
        list_choice.keep(uow, LIST, "乙", {"year": "2025"}),
    )
    stranger = as_(make.account(r.HRSS_AUDIT))
    for verb in (lambda: list_choice.rename(stranger, saved, "丙"), lambda: list_choice.drop(stranger, saved)):
        with pytest.raises(NotYou):
            verb()
    with pytest.raises(Refused, match="已有名为“乙”"):
        list_choice.rename(uow, saved, "乙")
    list_choice.rename(uow, saved, "丙")
    list_choice.drop(uow, other)
    session.flush()
    assert names(session) == ["丙"]


def test_columns_are_chosen_changed_and_put_back(uow, session):
    def chosen():
        session.flush()
        return session.scalar(select(ColumnChoice.names))

    list_choice.choose_columns(uow, LIST, ["state", "number"], ["number", "state"])
    assert chosen() == "state number"
    list_choice.choose_columns(uow, LIST, ["number"], ["number", "state"])
    assert chosen() == "number"
    list_choice.choose_columns(uow, LIST, ["number"], ["number", "state"])
    list_choice.choose_columns(uow, LIST, ["number", "state"], ["number", "state"])
    assert chosen() is None and len(uow.entries) == 3
    with pytest.raises(Refused, match="至少保留一列"):
        list_choice.choose_columns(uow, LIST, [], ["number"])
