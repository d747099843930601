"""Counting a secret ballot: end, check every envelope, open in memory, mix, write, destroy.

What was put into the tables behind the product is refused by name before anything is opened: each envelope and the
frozen roster carry a seal under a key that lies outside the database. The marks of each candidate are shuffled apart
from those of every other and written in one batch under random keys in the order of these keys.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select

from models.review.ballot import Choice, Envelope, EnvelopeHash, Mark, Poll, Roll, Tally
from models.review.session import Score
from workflow.base import row_check
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import ballot_keys, recount, sealing
from workflow.review.ballot import CODE, POLL, context_of, digest_of, has_two_thirds, not_voted, roster_hash, seal_of
from workflow.review.bench import recusals
from workflow.review.scrub import scrub_afterwards

_CHOICE = {code: choice for choice, code in CODE.items()}
_chance = random.SystemRandom()
_NEXT = "不能计票；请封存现场并报告纪检监察人员，确认后“提请作废重投”（令40号 第十九条）。"


@dataclass(frozen=True)
class Count:
    """What the count gives back: the tallies by number, and the archive for adding up off line."""

    tallies: Sequence[Tally]
    archive: bytes


@POLL.performs("end")
def end(uow: UnitOfWork, poll: Poll, *, early_reason: str = "") -> None:
    """No more votes; nothing is opened yet, and this is the day of the vote. A vote that somebody present has not cast
    needs a reason."""
    waiting = not_voted(uow.session, poll)
    if waiting and len(early_reason.strip()) < 2:
        raise Refused(
            f"还有 {len(waiting)} 名出席评委未投票（{'、'.join(waiting[:8])}）；请等待投票，确需提前结束的填写说明。",
            field="early_reason",
        )
    cast = poll.attending - len(waiting)
    POLL.advance(uow, poll, "end", cast=cast, attending=poll.attending, opinion=early_reason.strip() or None)
    poll.session.voted_on = uow.today  # 投票表决之日: from now on nobody votes, whenever it is counted (118号 二(四))
    uow.record("end_vote", poll.session, label="结束投票", voted_on=uow.today)


@POLL.performs("close")
def close(uow: UnitOfWork, poll: Poll, *, office_pass: str) -> Count:
    """Count the votes: both keys open the envelopes in memory, marks and tallies are written at once, all keys and
    envelopes are destroyed.

    Takes the office's passphrase; the supervisor has given his at his own sign-in. Refuses a wrong one, and by name
    every envelope or voter that was not there when the product put it there. The archive is given back once.
    """
    session = uow.session
    rows = session.execute(select(Envelope.expert_id, Envelope.box, Envelope.seal).where(Envelope.poll_id == poll.id))
    envelopes = {row.expert_id: (bytes(row.box), row.seal) for row in rows}
    _refuse_tampering(uow, poll, envelopes)
    _refuse_forged_scores(uow, poll)
    privates = ballot_keys.both(uow, poll, office_pass)
    marks = _open_and_mix(uow, poll, {expert: box for expert, (box, _seal) in envelopes.items()}, privates)
    tallies = _write(uow, poll, marks)
    digests = sorted(sealing.digest(box) for box, _seal in envelopes.values())
    archive = recount.pack(
        poll.id, poll.round, {n: [c.value for c in each] for n, each in marks.items()}, digests, poll.attending
    )
    if digests:
        session.execute(insert(EnvelopeHash), [{"poll_id": poll.id, "digest": d} for d in digests])
    poll.tally_hash = digest_of({"poll": poll.id, "tallies": [_line(t) for t in tallies], "envelopes": digests})
    POLL.advance(
        uow,
        poll,
        "close",
        cast=len(envelopes),
        attending=poll.attending,
        tally_hash=poll.tally_hash,
        archive=hashlib.sha256(archive).hexdigest(),
    )
    session.execute(delete(Envelope).where(Envelope.poll_id == poll.id).execution_options(synchronize_session=False))
    uow.record("count_votes", poll.session, label="计票", tally_hash=poll.tally_hash)
    for tally in tallies:
        uow.record("tally", tally, label="计票结果")
    ballot_keys.destroy(session, poll)
    scrub_afterwards(uow)
    return Count(tallies, archive)


def _refuse_tampering(uow: UnitOfWork, poll: Poll, envelopes: dict[int, tuple[bytes, str]]) -> None:
    """Roster and envelopes are those that the product wrote, or the sentence that names what is not."""
    session = uow.session
    rolls = session.execute(select(Roll.expert_id, Roll.voted).where(Roll.poll_id == poll.id)).all()
    voted = {row.expert_id for row in rolls if row.voted}
    frozen = roster_hash(poll, (row.expert_id for row in rolls))
    if frozen != poll.roster_hash or not hmac.compare_digest(
        poll.roster_seal, seal_of(poll, "roster", poll.roster_hash.encode())
    ):
        raise Refused(f"出席名册、参评名册或公钥与开启投票时封存的不符，数据被改动，{_NEXT}")
    strange = {
        expert
        for expert, (box, seal) in envelopes.items()
        if expert not in voted or not hmac.compare_digest(seal, seal_of(poll, f"expert:{expert}", box))
    }
    missing = voted - envelopes.keys()
    if strange or missing:
        named = _codes(poll)
        found = [
            f"评委 {'、'.join(sorted(named.get(n, '未知') for n in those))} 的选票{what}"
            for those, what in ((strange, "不是系统收存的原件（被添加或替换）"), (missing, "缺失"))
            if those
        ]
        raise Refused(f"{'，'.join(found)}，{_NEXT}")


def _refuse_forged_scores(uow: UnitOfWork, poll: Poll) -> None:
    """Who is equal at a cut is decided by the scores: they too must be what the experts gave."""
    scores = uow.session.scalars(select(Score).where(Score.session_id == poll.session_id)).all()
    row_check.demand(uow.session, [poll, *scores], "本次会议的投票或打分")


def _codes(poll: Poll) -> dict[int, str]:
    return {member.expert_id: member.code for member in poll.session.members}


def _open_and_mix(
    uow: UnitOfWork, poll: Poll, boxes: dict[int, bytes], privates: Sequence[bytes]
) -> dict[int, list[Choice]]:
    """The marks of each candidate in an order of their own; nobody's slip outlives this function."""
    aside = recusals(uow.session, poll.session)
    marks: dict[int, list[Choice]] = {number: [] for number in poll.candidates}
    for expert, box in boxes.items():
        try:
            plain = sealing.unseal(privates, box, context_of(poll))
            for number, code in zip(poll.candidates, plain, strict=True):
                if (code == recount.ASIDE) != ((expert, number) in aside):
                    raise sealing.WrongKey
                if code != recount.ASIDE:
                    marks[number].append(_CHOICE[code])
        except (sealing.WrongKey, KeyError, ValueError):
            raise Refused(f"评委 {_codes(poll).get(expert, '未知')} 的选票与名册或回避登记不符，{_NEXT}") from None
    for each in marks.values():
        _chance.shuffle(each)
    return marks


def _write(uow: UnitOfWork, poll: Poll, marks: dict[int, list[Choice]]) -> list[Tally]:
    """One batch of marks in the order of their random keys, and the tallies."""
    rows = [
        {"key": secrets.token_hex(16), "poll_id": poll.id, "declaration_id": number, "choice": choice.value}
        for number, each in marks.items()
        for choice in each
    ]
    if rows:
        uow.session.execute(insert(Mark), sorted(rows, key=lambda row: str(row["key"])))
    tallies = [_tally(uow, poll, number, Counter(each)) for number, each in sorted(marks.items())]
    uow.session.add_all(tallies)
    uow.session.flush()
    return tallies


def _tally(uow: UnitOfWork, poll: Poll, number: int, votes: Counter[Choice]) -> Tally:
    attending = poll.attending
    if poll.session.plan.recused_leave_denominator:
        aside = {expert for expert, judged in recusals(uow.session, poll.session) if judged == number}
        roll = select(func.count()).select_from(Roll).where(Roll.poll_id == poll.id, Roll.expert_id.in_(aside))
        attending -= uow.session.scalar(roll) or 0
    return Tally(
        poll_id=poll.id,
        year=poll.session.plan.year,
        declaration_id=number,
        yes=votes[Choice.YES],
        no=votes[Choice.NO],
        abstain=votes[Choice.ABSTAIN],
        attending=attending,
        passed=has_two_thirds(votes[Choice.YES], attending),
    )


def unanimous(tally: Tally) -> bool:
    """Whether everybody said the same of a candidate: then the result shows how each of them voted."""
    return sum(1 for votes in (tally.yes, tally.no, tally.abstain) if votes) == 1


def _line(tally: Tally) -> list[Any]:
    return [tally.declaration_id, tally.yes, tally.no, tally.abstain, tally.attending, int(tally.passed)]


@POLL.performs("destroy")
def destroy(uow: UnitOfWork, poll: Poll, *, note: str) -> None:
    """The archive handed out at the count was destroyed under two signatures; from now on there is no recount."""
    POLL.advance(uow, poll, "destroy", opinion=note)
