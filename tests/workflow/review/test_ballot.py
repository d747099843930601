"""The secret ballot: one vote each, sealed, two thirds of those attending (令40号 第十八、十九条)."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.commands.recount import recount_command
from models.review.ballot import Envelope, EnvelopeHash, Mark, PollState, Roll, Tally
from models.review.session import Recusal
from tests.conftest import NOON
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import COMMITTEE_OFFICE, SUPERVISOR
from workflow.review import ballot, sealing
from workflow.review.ballot import POLL
from workflow.review.recount import recount

KEYS = dict(office_pass="主任委员的口令-2026", supervisor_pass="机关纪委的口令-2026")


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    monkeypatch.setattr(sealing, "COST", 4)


@pytest.fixture
def case(make):
    """Five judges and three candidates before the vote."""
    case = make.sitting("voting", members=5, people=3)
    case.poll = make.poll(case)
    return case


def opened(as_, case, **answers):
    POLL.perform(as_(case.office), case.poll, "open", **KEYS, **answers)
    return case


def vote(as_, case, judge, choices="yes"):
    uow = as_(judge)
    ids = [declaration.id for declaration in ballot.slip(uow, case.poll)]
    given = dict.fromkeys(ids, choices) if isinstance(choices, str) else dict(zip(ids, choices, strict=True))
    return POLL.perform(uow, case.poll, "cast", choices=given)


def tally_of(session, case):
    return {
        case.people.index(session.get(type(case.people[0]), t.declaration_id)): (t.yes, t.no, t.abstain, t.passed)
        for t in ballot.tallies(session, case.poll)
    }


def test_the_committee_votes_and_the_votes_are_counted(case, as_, session):
    opened(as_, case)
    slips = [
        ["yes", "yes", "no"],
        ["yes", "yes", "no"],
        ["yes", "no", "no"],
        ["yes", "abstain", "yes"],
        ["no", "yes", "yes"],
    ]
    for judge, choices in zip(case.judges, slips, strict=True):
        vote(as_, case, judge, choices)
    assert ballot.turnout(session, case.poll) == (5, 5)
    count = POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    assert tally_of(session, case) == {0: (4, 1, 0, True), 1: (3, 1, 1, False), 2: (2, 3, 0, False)}
    assert case.poll.state == PollState.CLOSED and case.poll.wrapped_key is None
    assert case.review.voted_on == NOON.date()
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0
    votes = Counter(session.execute(select(Mark.declaration_id, Mark.choice)).tuples())
    assert votes[case.people[0].id, "yes"] == 4 and votes.total() == 15
    again = recount(count.archive, *KEYS.values())
    assert {n: again[d.id]["yes"] for n, d in enumerate(case.people)} == {0: 4, 1: 3, 2: 2}


def test_nothing_can_be_changed_and_the_second_post_names_the_same_receipt(case, as_, session):
    opened(as_, case)
    mine = vote(as_, case, case.judges[0])
    with pytest.raises(Refused, match=f"投后不能更改.*{mine}"):
        vote(as_, case, case.judges[0], "no")
    assert ballot.receipt(as_(case.judges[0]), case.poll) == mine
    assert session.scalar(select(func.count()).select_from(Envelope)) == 1


def test_the_receipt_proves_that_the_vote_was_counted(case, as_, session):
    opened(as_, case)
    receipts = [vote(as_, case, judge) for judge in case.judges]
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    assert all(ballot.counted(session, case.poll, mine) for mine in receipts)
    assert not ballot.counted(session, case.poll, "0" * 16) and not ballot.counted(session, case.poll, receipts[0][:8])
    digests = session.scalars(select(EnvelopeHash.digest).where(EnvelopeHash.poll_id == case.poll.id)).all()
    assert len(digests) == 5


def test_nothing_is_chosen_beforehand_and_every_candidate_must_be_judged(case, as_):
    opened(as_, case)
    one, two, three = (d.id for d in case.people)
    with pytest.raises(Refused, match="还有 1 名参评人员没有表决") as refused:
        POLL.perform(as_(case.judges[0]), case.poll, "cast", choices={one: "yes", two: "no"})
    assert set(refused.value.fields) == {f"choice-{three}"}
    for wrong in ({one: "yes", two: "no", three: "maybe"}, {one: "yes", two: "no", three: "no", 99999: "yes"}):
        with pytest.raises(Refused, match="选票内容与本人应表决的名单不符"):
            POLL.perform(as_(case.judges[0]), case.poll, "cast", choices=wrong)


def test_a_slip_of_plain_lines_counts_as_well_and_says_one_thing_of_each(case, as_):
    opened(as_, case)
    (ask,) = POLL["cast"].asks
    lines = [value for value, _ in ask.options(as_(case.judges[0]), case.poll)]
    assert len(lines) == 9
    with pytest.raises(Refused, match="只能选择"):
        POLL.perform(as_(case.judges[0]), case.poll, "cast", choices=[*lines[0::3], lines[1]])
    assert POLL.perform(as_(case.judges[0]), case.poll, "cast", choices=lines[0::3])


def test_a_recused_expert_has_no_vote_on_that_candidate_and_still_counts_as_attending(case, as_, session):
    session.add(
        Recusal(session_id=case.review.id, expert_id=case.experts[0].id, declaration_id=case.people[0].id, reason="-")
    )
    session.flush()
    opened(as_, case)
    assert case.people[0] not in ballot.slip(as_(case.judges[0]), case.poll)
    with pytest.raises(Refused, match="不符"):
        POLL.perform(as_(case.judges[0]), case.poll, "cast", choices={d.id: "yes" for d in case.people})
    for judge in case.judges:
        vote(as_, case, judge)
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    assert tally_of(session, case)[0] == (4, 0, 0, True)
    assert {t.attending for t in ballot.tallies(session, case.poll)} == {5}


def test_a_plan_may_take_the_recused_out_of_the_denominator(case, as_, session):
    case.plan.recused_leave_denominator = True
    session.add(
        Recusal(session_id=case.review.id, expert_id=case.experts[0].id, declaration_id=case.people[0].id, reason="-")
    )
    session.flush()
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    assert [t.attending for t in ballot.tallies(session, case.poll)] == [4, 5, 5]


def test_the_poll_opens_with_two_thirds_present_and_never_with_fewer_than_five(make, as_):
    case = make.sitting("voting", members=11, people=1)
    case.poll = make.poll(case)
    gone = [expert.code for expert in case.experts[:4]]
    with pytest.raises(Refused, match="出席 7 人，应到 11 人，不足三分之二"):
        opened(as_, case, absent=gone)
    opened(as_, case, absent=" ".join(gone[:3]))
    assert case.poll.attending == 8
    small = make.sitting("voting", members=5, people=1)
    small.poll = make.poll(small)
    with pytest.raises(Refused, match="少于 5 人"):
        opened(as_, small, absent=[small.experts[0].code])


def test_who_left_before_the_opening_cannot_vote_later(make, as_):
    case = make.sitting("voting", members=7, people=1)
    case.poll = make.poll(case)
    opened(as_, case, absent=case.experts[0].code)
    with pytest.raises(Refused, match="不得补投、委托投票"):
        vote(as_, case, case.judges[0])


def test_two_different_long_passphrases_are_needed(case, as_):
    with pytest.raises(Refused, match="不能相同"):
        POLL.perform(
            as_(case.office), case.poll, "open", office_pass="同一个很长的口令", supervisor_pass=" 同一个很长的口令"
        )
    with pytest.raises(Refused) as refused:
        POLL.perform(as_(case.office), case.poll, "open", office_pass="short", supervisor_pass="机关纪委的口令-2026")
    assert set(refused.value.fields) == {"office_pass"}


def test_one_passphrase_alone_opens_nothing(case, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    for wrong in (
        KEYS | dict(supervisor_pass="猜测的口令-2026"),
        dict(zip(KEYS, reversed(KEYS.values()), strict=True)),
    ):
        with pytest.raises(Refused, match="口令不正确"):
            POLL.perform(as_(case.office), case.poll, "close", **wrong)
    assert case.poll.state == PollState.OPEN and ballot.turnout(session, case.poll) == (5, 5)


def test_an_early_close_needs_a_reason_and_the_missing_count_against(case, as_, session):
    opened(as_, case)
    for judge in case.judges[:4]:
        vote(as_, case, judge)
    with pytest.raises(Refused, match=f"还有 1 名出席评委未投票（{case.experts[4].code}）"):
        POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    POLL.perform(as_(case.office), case.poll, "close", **KEYS, early_reason="一名评委突发疾病离场")
    assert tally_of(session, case)[0] == (4, 0, 0, True)
    with pytest.raises(NotNow):
        vote(as_, case, case.judges[4])


def test_an_envelope_too_many_stops_the_count(case, as_, session):
    opened(as_, case)
    for judge in case.judges[:4]:
        vote(as_, case, judge)
    session.add(Envelope(poll_id=case.poll.id, expert_id=case.experts[4].id, box=b"x" * 80))
    session.flush()
    with pytest.raises(Refused, match="选票数与已投票人数不符"):
        POLL.perform(as_(case.office), case.poll, "close", **KEYS, early_reason="一名评委离场")


def test_an_envelope_of_another_poll_is_not_counted(case, make, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    row = session.get(Envelope, (case.poll.id, case.experts[0].id))
    row.box = sealing.seal(case.poll.public_key, b"\1\1\1", b"zc-ballot/1/poll:0")
    session.flush()
    with pytest.raises(Refused, match="不属于本次投票"):
        POLL.perform(as_(case.office), case.poll, "close", **KEYS)


def test_a_failed_candidate_is_not_voted_on_again_in_the_year(case, make, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge, "no")
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    again = make.sitting("voting", members=5, people=[])
    case.people[0].plan_id = again.plan.id
    session.flush()
    again.poll = make.poll(again)
    with pytest.raises(Refused, match="不得复评"):
        opened(as_, again)


def test_only_the_office_opens_only_the_experts_vote(case, make, as_):
    with pytest.raises(NotYou):
        POLL.perform(as_(case.judges[0]), case.poll, "open", **KEYS)
    with pytest.raises(Refused, match="该评委会的办事机构"):
        other = make.account(COMMITTEE_OFFICE, committee_id=make.committee().id)
        POLL.perform(as_(other), case.poll, "open", **KEYS)
    opened(as_, case)
    with pytest.raises(NotYou):
        POLL.perform(as_(case.office), case.poll, "cast", choices={})


def test_the_journal_says_that_somebody_voted_never_how(case, as_):
    opened(as_, case)
    yes, no = as_(case.judges[0]), as_(case.judges[1])
    for uow, choice in ((yes, "yes"), (no, "no")):
        POLL.perform(uow, case.poll, "cast", choices={d.id: choice for d in case.people})
    assert [(verb, subject, facts) for verb, subject, facts in yes.entries] == no.entries
    assert yes.entries[0][0] == "cast" and yes.entries[0][1] is case.poll


def test_every_slip_has_the_same_length_and_no_two_envelopes_are_alike(case, as_, session):
    opened(as_, case)
    for judge, choice in zip(case.judges, ["yes", "yes", "no", "abstain", "yes"], strict=True):
        vote(as_, case, judge, choice)
    boxes = session.scalars(select(Envelope.box).where(Envelope.poll_id == case.poll.id)).all()
    assert len({len(box) for box in boxes}) == 1 and len(set(boxes)) == 5


def test_the_archive_is_destroyed_on_record(case, make, as_):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    POLL.perform(as_(make.account(SUPERVISOR)), case.poll, "destroy", note="6月30日在档案室销毁，张三、李四签字")
    assert case.poll.state == PollState.DESTROYED


def test_two_thirds_of_those_attending_for_every_number_of_votes():
    cases = [(yes, attending) for attending in range(1, 51) for yes in range(attending + 1)]
    assert len(cases) == 1325
    for yes, attending in cases:
        assert ballot.has_two_thirds(yes, attending) == (Fraction(yes, attending) >= Fraction(2, 3))
    least = {n: min(y for y in range(n + 1) if ballot.has_two_thirds(y, n)) for n in (11, 12, 17, 25, 50)}
    assert least == {11: 8, 12: 8, 17: 12, 25: 17, 50: 34}
    assert not ballot.has_two_thirds(0, 0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_voted_the_count_is_what_was_put_in(make, as_, session, data):
    case = make.sitting("voting", members=data.draw(st.sampled_from([5, 7, 9])), people=data.draw(st.integers(1, 4)))
    case.poll = make.poll(case)
    opened(as_, case)
    slip = st.lists(st.sampled_from(["yes", "no", "abstain"]), min_size=len(case.people), max_size=len(case.people))
    slips = [data.draw(slip) for _ in case.judges]
    for judge, choices in data.draw(st.permutations(list(zip(case.judges, slips, strict=True)))):
        vote(as_, case, judge, choices)
        with pytest.raises(Refused):
            vote(as_, case, judge, choices)
    POLL.perform(as_(case.office), case.poll, "close", **KEYS)
    for n, declaration in enumerate(case.people):
        votes = Counter(choices[n] for choices in slips)
        tally = session.scalar(select(Tally).where(Tally.declaration_id == declaration.id))
        assert (tally.yes, tally.no, tally.abstain) == (votes["yes"], votes["no"], votes["abstain"])
        assert tally.passed == (Fraction(votes["yes"], len(case.judges)) >= Fraction(2, 3))
    assert session.scalar(select(func.count()).where(Roll.poll_id == case.poll.id, Roll.voted)) == len(case.judges)


def test_anybody_with_the_archive_and_both_passphrases_counts_again(case, as_, tmp_path):
    opened(as_, case)
    for judge, choice in zip(case.judges, ["yes", "yes", "yes", "no", "abstain"], strict=True):
        vote(as_, case, judge, choice)
    archive = tmp_path / "envelopes.json"
    archive.write_bytes(POLL.perform(as_(case.office), case.poll, "close", **KEYS).archive)
    said = CliRunner().invoke(recount_command, [str(archive)], input="\n".join(KEYS.values()) + "\n")
    assert said.exit_code == 0 and all(f"{d.id}\t3\t1\t1" in said.output for d in case.people)
    wrong = CliRunner().invoke(recount_command, [str(archive)], input="猜测的口令-2026\n另一个口令-2026\n")
    assert wrong.exit_code == 1
    assert not any(expert.code in archive.read_text() for expert in case.experts)
