"""更名 and 合并: what follows an organisation, what keeps its name, and what must be settled before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as S
from models.office.notice import Notice
from models.paths.path import NodeState, PathKind, PathNode
from models.register.organisation import ChangeKind, NodeKind
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.register import attached, name_search, succession
from workflow.register.organisation import ORGANISATION

DOCUMENT = "湘编办〔2026〕7号"
DAY = date(2026, 5, 1)


@pytest.fixture
def clerk(make, as_):
    return as_(make.account(roles.HRSS_CONFIG))


def rename(clerk, unit, name="湖南省新材料研究院", **given):
    return ORGANISATION.perform(clerk, unit, "rename", name=name, document=DOCUMENT, effective_on=DAY, **given)


def merge(clerk, unit, into, **given):
    return ORGANISATION.perform(
        clerk, unit, "merge", **{"into": into, "document": DOCUMENT, "effective_on": DAY} | given
    )


def kinds(session, unit):
    return [change.kind for change in succession.history(session, unit)]


# -- 更名 --------------------------------------------------------------------------------------------


def test_a_renamed_unit_is_found_by_both_names_and_knows_what_it_was_called_when(make, session, clerk):
    unit = make.organisation(name="长沙市第八医院", code="12430000444885313G")
    rename(clerk, unit, "长沙市中医医院")
    (line,) = succession.history(session, unit)
    assert (line.kind, line.before_name, line.after_name, line.document, line.effective_on) == (
        ChangeKind.RENAMED,
        "长沙市第八医院",
        "长沙市中医医院",
        DOCUMENT,
        DAY,
    )
    for q in ("第八医院", "中医医院"):
        assert [one.id for one in name_search.search(session, q, 5)] == [unit.id]
    assert succession.name_on(session, unit, date(2026, 4, 30)) == "长沙市第八医院"
    assert succession.name_on(session, unit, DAY) == "长沙市中医医院"
    assert [verb for verb, *_ in clerk.entries] == ["rename"] and unit.active


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": "旧名"}, "name"), ({"code": "12430000444885313A"}, "code"), ({"name": "院" * 121}, "name")],
)
def test_a_wrong_new_name_or_code_is_told_at_its_field(make, clerk, given, field):
    with pytest.raises(Refused) as refused:
        rename(clerk, make.organisation(name="旧名"), **given)
    assert set(refused.value.fields) == {field}


def test_a_renaming_is_entered_when_it_has_taken_effect(make, clerk):
    with pytest.raises(Refused, match="尚未到"):
        ORGANISATION.perform(
            clerk,
            make.organisation(),
            "rename",
            name="新名",
            document=DOCUMENT,
            effective_on=clerk.today + timedelta(days=1),
        )


# -- 合并 --------------------------------------------------------------------------------------------


def test_a_merger_moves_drafts_people_and_what_hangs_below(make, session, clerk):
    old, new = make.organisation(name="湘江研究所"), make.organisation(name="湘江研究院")
    below, account = make.organisation(superior_id=old.id), make.account(roles.UNIT_OFFICER, organisation_id=old.id)
    expert, draft, decided = (
        make.expert(unit=old),
        make.declaration(unit=old),
        make.declaration(S.FILED, unit=old, position=1),
    )
    running = make.declaration(S.UNDER_AUDIT, unit=old, position=1, route=[make.organisation(NodeKind.CITY)])
    merge(clerk, old, new)
    session.expire_all()
    assert [draft.unit, below.superior, account.organisation, expert.unit, running.unit] == [new] * 5
    assert decided.unit is old and [step.organisation for step in decided.route] == [old]
    assert (
        [step.position for step in running.route] == [0, 1]
        and running.route[0].organisation is new
        and running.position == 1
    )
    assert not old.active and attached.successor(session, old) is new
    assert (kinds(session, old), kinds(session, new)) == ([ChangeKind.MERGED], [ChangeKind.ABSORBED])
    (found,) = name_search.search(session, "江研究所", 5, limit=old.__table__.c.active)
    assert (found.id, found.former) == (new.id, "湘江研究所")
    assert session.scalar(select(Notice).where(Notice.person_id == draft.person_id)).title == "所在单位已合并"
    moved = next(facts["moved"] for verb, subject, facts in clerk.entries if verb == "merge")
    assert moved == {"drafts": 1, "running": 1, "accounts": 1, "experts": 1, "below": 1}


def test_who_would_be_touched_is_listed_before(make, session):
    unit = make.organisation()
    draft = make.declaration(unit=unit)
    make.account(roles.UNIT_OFFICER, organisation_id=unit.id)
    found = {one.what: one for one in attached.attached(session, unit)}
    assert set(found) == {"草稿和退回补正的申报", "账号"}
    assert found["草稿和退回补正的申报"].first == [(draft.number, "declaration", draft.id)]


def test_a_unit_with_cases_on_its_desk_is_not_merged_and_the_cases_are_named(make, clerk):
    unit = make.organisation()
    case = make.declaration(S.UNIT_REVIEW, unit=unit, position=0)
    with pytest.raises(Refused, match=f"申报 {case.number} .*附件3 1.12") as refused:
        merge(clerk, unit, make.organisation())
    assert refused.value.links == () or refused.value.links[0][1:] == ("declaration", case.id)
    assert unit.active


def test_one_on_a_path_is_taken_off_first(make, clerk):
    office = make.organisation(NodeKind.BUREAU)
    make._add(
        PathNode, {}, kind=PathKind.SENIOR, organisation=office, node_kind=NodeKind.BUREAU, state=NodeState.CONFIRMED
    )
    with pytest.raises(Refused, match="审核路径"):
        merge(clerk, office, make.organisation())


def test_a_merger_needs_another_unit_in_use(make, clerk):
    unit = make.organisation()
    for into in (unit, make.organisation(active=False)):
        with pytest.raises(Refused) as refused:
            merge(clerk, unit, into)
        assert set(refused.value.fields) == {"into"}


def test_a_successor_from_below_takes_the_place_above(make, session, clerk):
    top = make.organisation(NodeKind.BUREAU)
    old = make.organisation(superior_id=top.id)
    new = make.organisation(superior_id=old.id)
    merge(clerk, old, new)
    session.expire_all()
    assert new.superior is top


def test_a_merged_unit_does_not_come_back_and_a_closed_one_does(make, session, clerk):
    old, closed = make.organisation(name="湘江研究所"), make.organisation()
    merge(clerk, old, make.organisation(name="湘江研究院"))
    with pytest.raises(Refused, match="已并入“湘江研究院”"):
        ORGANISATION.perform(clerk, old, "reopen")
    ORGANISATION.perform(clerk, closed, "close", reason="撤销")
    ORGANISATION.perform(clerk, closed, "reopen")
    assert kinds(session, closed) == [ChangeKind.REOPENED, ChangeKind.CLOSED]


def test_only_the_configuration_desk_merges(make, as_):
    with pytest.raises(NotYou):
        merge(as_(make.account(roles.UNIT_OFFICER), datetime(2026, 5, 20)), make.organisation(), make.organisation())
