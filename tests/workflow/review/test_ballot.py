"""The secret ballot: one vote each, sealed, two thirds of those attending (令40号 第十八、十九条)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.commands.recount import recount_command
from models.review.ballot import Envelope, EnvelopeHash, Mark, Poll, PollKey, PollState, Roll, Tally
from models.review.session import Recusal
from tests.ballots import OFFICE, counted, opened, with_poll
from tests.ballots import SUPERVISOR as KEY_OF_SUPERVISOR
from tests.conftest import NOON
from tests.owner import behind
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import COMMITTEE_OFFICE, SUPERVISOR
from workflow.review import ballot, sealing
from workflow.review.ballot import POLL
from workflow.review.count import unanimous
from workflow.review.recount import recount


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch):
    monkeypatch.setattr(sealing, "COST", 4)


@pytest.fixture
def case(make):
    """Five judges and three candidates before the vote."""
    return with_poll(make, make.sitting("voting", members=5, people=3))


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
    count = counted(as_, case)
    assert tally_of(session, case) == {0: (4, 1, 0, True), 1: (3, 1, 1, False), 2: (2, 3, 0, False)}
    assert case.poll.state == PollState.CLOSED
    assert session.scalar(select(func.count()).select_from(PollKey)) == 0
    assert case.review.voted_on == NOON.date()
    assert session.scalar(select(func.count()).select_from(Envelope)) == 0
    votes = Counter(session.execute(select(Mark.declaration_id, Mark.choice)).tuples())
    assert votes[case.people[0].id, "yes"] == 4 and votes.total() == 15
    again = recount(count.archive)
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
    counted(as_, case)
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
    counted(as_, case)
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
    counted(as_, case)
    assert [t.attending for t in ballot.tallies(session, case.poll)] == [4, 5, 5]


def test_the_poll_opens_with_two_thirds_present_and_never_with_fewer_than_five(make, as_):
    case = with_poll(make, make.sitting("voting", members=11, people=1))
    gone = [expert.code for expert in case.experts[:4]]
    with pytest.raises(Refused, match="出席 7 人，应到 11 人，不足三分之二"):
        opened(as_, case, absent=gone)
    opened(as_, case, absent=" ".join(gone[:3]))
    assert case.poll.attending == 8
    small = with_poll(make, make.sitting("voting", members=5, people=1))
    with pytest.raises(Refused, match="少于 5 人"):
        opened(as_, small, absent=[small.experts[0].code])


def test_who_left_before_the_opening_cannot_vote_later(make, as_):
    case = with_poll(make, make.sitting("voting", members=7, people=1))
    opened(as_, case, absent=case.experts[0].code)
    with pytest.raises(Refused, match="不得补投、委托投票"):
        vote(as_, case, case.judges[0])


def test_two_different_long_passphrases_of_two_accounts_are_needed(case, as_):
    with pytest.raises(Refused, match="尚未设定口令"):
        POLL.perform(as_(case.office), case.poll, "open")
    with pytest.raises(Refused, match="不少于 8 位"):
        POLL.perform(as_(case.office), case.poll, "key_office", office_pass="short")
    POLL.perform(as_(case.office), case.poll, "key_office", office_pass="同一个很长的口令")
    with pytest.raises(Refused, match="纪检监察尚未设定口令"):
        POLL.perform(as_(case.office), case.poll, "open")
    with pytest.raises(Refused, match="不能相同"):
        POLL.perform(as_(case.inspector), case.poll, "key_supervisor", supervisor_pass=" 同一个很长的口令")
    with pytest.raises(NotYou):
        POLL.perform(as_(case.office), case.poll, "key_supervisor", supervisor_pass="另一个很长的口令")


def test_no_verb_asks_for_both_passphrases():
    for step in POLL.steps:
        secrets = {ask.name for ask in step.asks if ask.kind == "secret"}
        assert len(secrets) <= 1 and (not secrets or len(step.roles) == 1), step.verb


def test_one_passphrase_alone_opens_nothing(case, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    POLL.perform(as_(case.office), case.poll, "end")
    with pytest.raises(Refused, match="尚未交出口令"):
        POLL.perform(as_(case.office), case.poll, "close", office_pass=OFFICE)
    for wrong in ("猜测的口令-2026", OFFICE):
        with pytest.raises(Refused, match="口令不正确"):
            POLL.perform(as_(case.inspector), case.poll, "release", supervisor_pass=wrong)
    POLL.perform(as_(case.inspector), case.poll, "release", supervisor_pass=KEY_OF_SUPERVISOR)
    for wrong in ("猜测的口令-2026", KEY_OF_SUPERVISOR):
        with pytest.raises(Refused, match="口令不正确"):
            POLL.perform(as_(case.office), case.poll, "close", office_pass=wrong)
    assert case.poll.state == PollState.ENDED and ballot.turnout(session, case.poll) == (5, 5)


def test_too_few_ballots_are_never_opened(make, as_, session):
    """Nine attend: six are two thirds; five are the least anywhere."""
    case = opened(as_, with_poll(make, make.sitting("voting", members=9, people=2)))
    for judge in case.judges[:5]:
        vote(as_, case, judge)
    with pytest.raises(Refused, match="已投 5 票，少于 6 票"):
        POLL.perform(as_(case.office), case.poll, "end", early_reason="其余评委离会")
    assert case.poll.state == PollState.OPEN
    vote(as_, case, case.judges[5])
    counted(as_, case, early_reason="其余评委离会")
    small = opened(as_, with_poll(make, make.sitting("voting", members=5, people=2)))
    for judge in small.judges[:4]:
        vote(as_, small, judge)
    with pytest.raises(Refused, match="已投 4 票，少于 5 票"):
        POLL.perform(as_(small.office), small.poll, "end", early_reason="一人离会")


@pytest.mark.parametrize("attending, least", [(5, 5), (6, 5), (7, 5), (8, 6), (9, 6), (11, 8), (17, 12), (25, 17)])
def test_the_floor_is_two_thirds_and_never_under_five(session, attending, least):
    assert ballot.least_cast(session, Poll(attending=attending)) == least


def test_a_unanimous_result_is_flagged():
    assert unanimous(Tally(yes=5, no=0, abstain=0)) and unanimous(Tally(yes=0, no=5, abstain=0))
    assert not unanimous(Tally(yes=4, no=1, abstain=0))


def test_the_day_of_the_vote_is_the_day_it_ended_whenever_it_is_counted(case, as_):
    """投票表决之日 (118号 二(四)): the terms of 公示 and 备案 run from it."""
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    POLL.perform(as_(case.office, now=datetime(2026, 12, 24, 17)), case.poll, "end")
    assert case.review.voted_on == date(2026, 12, 24)
    later = datetime(2026, 12, 25, 9)
    POLL.perform(as_(case.inspector, now=later), case.poll, "release", supervisor_pass=KEY_OF_SUPERVISOR)
    POLL.perform(as_(case.office, now=later), case.poll, "close", office_pass=OFFICE)
    assert case.review.voted_on == date(2026, 12, 24)


def test_an_early_end_needs_a_reason_and_the_missing_count_against(make, as_, session):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=3)))
    for judge in case.judges[:5]:
        vote(as_, case, judge)
    with pytest.raises(Refused, match="还有 2 名出席评委未投票"):
        POLL.perform(as_(case.office), case.poll, "end")
    counted(as_, case, early_reason="两名评委突发疾病离场")
    assert tally_of(session, case)[0] == (5, 0, 0, True)
    with pytest.raises(NotNow):
        vote(as_, case, case.judges[6])


# -- What is written into the tables behind the product ------------------------------------------------


def stuff(session, case):
    """A forged envelope, sealed to the poll's own public keys, for somebody who has not voted."""
    box = sealing.seal(ballot.publics(case.poll), b"\1" * 3, ballot.context_of(case.poll))
    session.add(Envelope(poll_id=case.poll.id, expert_id=case.experts[6].id, box=box, seal="0" * 64))
    session.get(Roll, (case.poll.id, case.experts[6].id)).voted = True


def replace(session, case):
    """Somebody's envelope replaced by one that says yes to all, encrypted soundly."""
    row = session.get(Envelope, (case.poll.id, case.experts[0].id))
    row.box = sealing.seal(ballot.publics(case.poll), b"\1" * 3, ballot.context_of(case.poll))


def swap(session, case):
    """Two envelopes exchanged, seals and all."""
    one, two = (session.get(Envelope, (case.poll.id, case.experts[n].id)) for n in (0, 1))
    one.box, two.box, one.seal, two.seal = two.box, one.box, two.seal, one.seal


def remove(session, case):
    """An envelope taken out."""
    session.delete(session.get(Envelope, (case.poll.id, case.experts[0].id)))


def unsay(session, case):
    """Somebody's vote denied."""
    session.get(Roll, (case.poll.id, case.experts[0].id)).voted = False


def enrol(session, case):
    """A stranger on the roll, with a vote."""
    stranger = case.make.expert()
    session.add(Roll(poll_id=case.poll.id, expert_id=stranger.id, voted=True))
    box = sealing.seal(ballot.publics(case.poll), b"\1" * 3, ballot.context_of(case.poll))
    session.add(Envelope(poll_id=case.poll.id, expert_id=stranger.id, box=box, seal="0" * 64))


def rekey(session, case):
    """Public keys of somebody else's, with the digest made to fit."""
    case.poll.public_key = b"".join(sealing.new_key()[1] for _ in range(2))
    case.poll.roster_hash = ballot.roster_hash(case.poll, [e.id for e in case.experts])


@pytest.mark.parametrize(
    "tamper, sentence",
    [
        (stuff, "评委 {6} 的选票不是系统收存的原件"),
        (replace, "评委 {0} 的选票不是系统收存的原件"),
        (swap, "评委 {0}、{1} 的选票不是系统收存的原件"),
        (remove, "评委 {0} 的选票缺失"),
        (unsay, "评委 {0} 的选票不是系统收存的原件"),
        (enrol, "封存的不符"),
        (rekey, "封存的不符"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_put_into_the_tables_is_refused_by_name_and_nothing_is_opened(make, as_, session, tamper, sentence):
    case = opened(as_, with_poll(make, make.sitting("voting", members=7, people=3)))
    case.make = make
    for judge in case.judges[:6]:
        vote(as_, case, judge)
    tamper(session, case)
    session.flush()
    named = sentence.format(*(expert.code for expert in case.experts))
    with pytest.raises(Refused, match=named):
        counted(as_, case, early_reason="一名评委离场")
    assert not session.scalar(select(func.count()).select_from(Mark))


def test_a_poll_changed_behind_the_product_is_not_counted(case, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    session.commit()
    behind(session, "UPDATE poll SET members = members + 1")
    with pytest.raises(Refused, match="不符"):
        counted(as_, case)


def test_a_failed_candidate_is_not_voted_on_again_in_the_year(case, make, as_, session):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge, "no")
    counted(as_, case)
    again = make.sitting("voting", members=5, people=[])
    case.people[0].plan_id = again.plan.id
    session.flush()
    with_poll(make, again)
    with pytest.raises(Refused, match="不得复评"):
        opened(as_, again)


def test_only_the_office_opens_only_the_experts_vote(case, make, as_):
    with pytest.raises(NotYou):
        POLL.perform(as_(case.judges[0]), case.poll, "open")
    with pytest.raises(Refused, match="该评委会的办事机构"):
        other = make.account(COMMITTEE_OFFICE, committee_id=make.committee().id)
        POLL.perform(as_(other), case.poll, "open")
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
    counted(as_, case)
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
    case = with_poll(
        make, make.sitting("voting", members=data.draw(st.sampled_from([5, 7, 9])), people=data.draw(st.integers(1, 4)))
    )
    opened(as_, case)
    slip = st.lists(st.sampled_from(["yes", "no", "abstain"]), min_size=len(case.people), max_size=len(case.people))
    slips = [data.draw(slip) for _ in case.judges]
    for judge, choices in data.draw(st.permutations(list(zip(case.judges, slips, strict=True)))):
        vote(as_, case, judge, choices)
        with pytest.raises(Refused):
            vote(as_, case, judge, choices)
    counted(as_, case)
    for n, declaration in enumerate(case.people):
        votes = Counter(choices[n] for choices in slips)
        tally = session.scalar(select(Tally).where(Tally.declaration_id == declaration.id))
        assert (tally.yes, tally.no, tally.abstain) == (votes["yes"], votes["no"], votes["abstain"])
        assert tally.passed == (Fraction(votes["yes"], len(case.judges)) >= Fraction(2, 3))
    assert session.scalar(select(func.count()).where(Roll.poll_id == case.poll.id, Roll.voted)) == len(case.judges)


def test_anybody_with_the_archive_counts_again_and_a_receipt_opens_nothing(case, as_, tmp_path, session):
    opened(as_, case)
    receipts = [
        vote(as_, case, judge, choice)
        for judge, choice in zip(case.judges, ["yes", "yes", "yes", "no", "abstain"], strict=True)
    ]
    boxes = session.scalars(select(Envelope.box)).all()
    archive = tmp_path / "archive.json"
    archive.write_bytes(counted(as_, case).archive)
    said = CliRunner().invoke(recount_command, [str(archive)])
    assert said.exit_code == 0 and all(f"{d.id}\t3\t1\t1" in said.output for d in case.people)
    held = json.loads(archive.read_bytes())
    assert sorted(digest[:16] for digest in held["receipts"]) == sorted(receipts)
    assert not any(expert.code in archive.read_text() for expert in case.experts)
    assert not any(bytes(box).hex() in archive.read_text() for box in boxes)  # no slip, sealed or open
    assert set(held) == {"format", "poll", "round", "attending", "marks", "receipts", "digest"}
    for each in held["marks"].values():
        assert each == sorted(each)  # an order that says nothing of the voters


@pytest.mark.parametrize(
    "change", [lambda h: h["marks"].popitem(), lambda h: h["receipts"].pop(), lambda h: h.update(attending=99)]
)
def test_a_changed_archive_is_refused(case, as_, tmp_path, change):
    opened(as_, case)
    for judge in case.judges:
        vote(as_, case, judge)
    held = json.loads(counted(as_, case).archive)
    change(held)
    archive = tmp_path / "archive.json"
    archive.write_text(json.dumps(held))
    assert CliRunner().invoke(recount_command, [str(archive)]).exit_code == 1
