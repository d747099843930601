"""黑名单: three years, by the province, lifted only with a reason, and known wherever it must block."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.declarations.declaration import DeclarationState
from models.register.blacklist import BlacklistKind
from models.register.blacklist import BlacklistState as S
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.register import blacklist
from workflow.register.blacklist import BLACKLIST

TODAY = date(2026, 5, 20)


@pytest.fixture
def auditor(make):
    return make.account(roles.HRSS_AUDIT)


def enlist(as_, auditor, person, **given):
    facts = dict(kind=BlacklistKind.FORGERY, reason="论文造假", basis="湘人社函〔2026〕9号") | given
    return blacklist.enlist(as_(auditor), person=person, **facts)


def test_an_entry_runs_three_years_to_the_day_before(auditor, make, as_):
    entry = enlist(as_, auditor, make.person())
    assert (entry.starts_on, entry.ends_on, entry.state) == (TODAY, date(2029, 5, 19), S.ACTIVE)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2025, 3, 1), date(2028, 2, 29)),
        (date(2026, 1, 1), date(2028, 12, 31)),
    ],
)
def test_the_last_day_is_the_day_before_the_anniversary(starts, ends):
    assert blacklist.term_end(starts, 3) == ends


def test_a_person_is_blocked_on_the_first_and_the_last_day_and_not_after(auditor, make, as_, session):
    person = make.person()
    entry = enlist(as_, auditor, person)
    assert blacklist.blocked(session, person.id, entry.starts_on) is entry
    assert blacklist.blocked(session, person.id, entry.ends_on) is entry
    assert blacklist.blocked(session, person.id, date(2029, 5, 20)) is None
    assert blacklist.blocked_people(session, [person.id, make.person().id], TODAY) == {person.id: entry}


def test_a_term_that_is_over_reads_as_lifted_by_itself(auditor, make, as_):
    entry = enlist(as_, auditor, make.person())
    later = as_(auditor, datetime(2029, 6, 1, 9))
    assert blacklist.standing(as_(auditor), entry) == ("生效", "bad")
    assert blacklist.standing(later, entry) == ("到期自动解除", "off")
    with pytest.raises(Refused, match="期满自动解除"):
        BLACKLIST.perform(later, entry, "lift", reason="申诉成立")


def test_lifting_early_needs_a_reason_and_frees_the_person(auditor, make, as_, session):
    person = make.person()
    entry = enlist(as_, auditor, person)
    with pytest.raises(Refused, match="请填写解除原因"):
        BLACKLIST.perform(as_(auditor), entry, "lift", reason="")
    BLACKLIST.perform(as_(auditor), entry, "lift", reason="复查不属实")
    assert blacklist.blocked(session, person.id, TODAY) is None
    assert entry.lift_reason == "复查不属实"


def test_a_proposal_blocks_nobody_until_it_is_activated(auditor, make, as_, session):
    person = make.person()
    entry = blacklist.propose(as_(auditor), person=person, kind=BlacklistKind.PLAGIARISM, reason="剽窃")
    assert blacklist.blocked(session, person.id, TODAY) is None
    BLACKLIST.perform(as_(auditor, datetime(2026, 6, 1, 9)), entry, "activate", basis="文号")
    assert (entry.starts_on, entry.ends_on) == (date(2026, 6, 1), date(2029, 5, 31))


def test_a_proposal_can_be_dropped_with_a_reason(auditor, make, as_):
    entry = blacklist.propose(as_(auditor), person=make.person(), kind=BlacklistKind.FORGERY, reason="举报")
    BLACKLIST.perform(as_(auditor), entry, "drop", reason="查无实据")
    assert (entry.state, entry.lift_reason) == (S.LIFTED, "查无实据")


def test_nobody_is_listed_twice_at_once(auditor, make, as_):
    person = make.person()
    enlist(as_, auditor, person)
    with pytest.raises(Refused, match="已在黑名单中"):
        enlist(as_, auditor, person)


def test_modifying_changes_the_words_not_the_term(auditor, make, as_):
    entry = enlist(as_, auditor, make.person())
    BLACKLIST.perform(as_(auditor), entry, "modify", kind=BlacklistKind.IMPROPER, reason="请托", basis="文2")
    assert (entry.kind, entry.reason, entry.basis, entry.ends_on) == (
        BlacklistKind.IMPROPER,
        "请托",
        "文2",
        date(2029, 5, 19),
    )


def test_an_entry_without_reason_or_kind_is_refused_at_the_fields(auditor, make, as_):
    with pytest.raises(Refused) as refused:
        blacklist.propose(as_(auditor), person=make.person(), kind="", reason=" ")
    assert set(refused.value.fields) == {"kind", "reason"}


def test_a_committees_office_may_propose_only_whom_it_received(make, as_):
    committee = make.committee()
    office = make.account(roles.COMMITTEE_OFFICE, committee_id=committee.id)
    declaration = make.declaration(
        state=DeclarationState.AT_COMMITTEE, batch=make.batch(committee), reached_committee_at=datetime(2026, 5, 1)
    )
    entry = blacklist.propose(as_(office), person=declaration.person, kind=BlacklistKind.FORGERY, reason="材料造假")
    assert entry.state == S.PROPOSED
    with pytest.raises(NotYou):
        blacklist.propose(as_(office), person=make.person(), kind=BlacklistKind.FORGERY, reason="材料造假")
    with pytest.raises(NotYou):
        BLACKLIST.perform(as_(office), entry, "activate", basis="文号")


def test_the_journal_learns_the_kind_but_no_identity_number(auditor, make, as_):
    uow, person = as_(auditor), make.person()
    blacklist.enlist(uow, person=person, kind=BlacklistKind.FORGERY, reason="论文造假", basis="文号")
    assert [verb for verb, *_ in uow.entries] == ["propose", "activate"]
    assert person.id_number not in str([facts for *_, facts in uow.entries])
