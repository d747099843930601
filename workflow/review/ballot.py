"""The secret ballot (无记名投票, 118号 五(四), 令40号 第十八、十九条): sealed envelopes, mixed at close.

During the poll the database holds who has voted and an envelope nobody can read. At close both
passphrases open the envelopes in memory; the marks of each candidate are shuffled apart from those of
every other, written in one batch under random keys in the order of these keys, and the envelopes are
destroyed. Nothing that remains says who voted how: no time, no order, no whole slip.
"""

from __future__ import annotations

import hashlib
import random
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from typing import cast as typed

from sqlalchemy import CursorResult, case, delete, func, insert, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from models.committees.expert import Expert
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.standing import Stage, states
from models.review.ballot import Choice, Envelope, EnvelopeHash, Mark, Poll, Roll, Tally
from models.review.ballot import PollState as P
from models.review.session import ReviewSession, SessionState
from workflow.base import settings
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.journal import canonical
from workflow.base.roles import COMMITTEE_OFFICE, EXPERT, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import recount, sealing
from workflow.review.bench import candidates, is_quorate, own_committee, present, recusals, seat
from workflow.review.scrub import scrub

SHORTEST_PASSPHRASE = 8
RECEIPT = 16  #: hex digits of the envelope's hash that the voter takes home
_CODE = {Choice.YES: recount.YES, Choice.NO: recount.NO, Choice.ABSTAIN: recount.ABSTAIN}
_CHOICE = {code: choice for choice, code in _CODE.items()}
_chance = random.SystemRandom()


# -- Guards ---------------------------------------------------------------------------------------


def own_poll(uow: UnitOfWork, poll: Poll) -> str | None:
    """Only the office of the committee that votes."""
    return own_committee(uow, poll.session)


def in_voting(uow: UnitOfWork, poll: Poll) -> str | None:
    """The session has reached the vote."""
    if poll.session.state == SessionState.VOTING:
        return None
    return (
        f"会议当前为“{SessionState(poll.session.state).label}”环节，不能投票（118号 五(四)）；请等待会议进入大会投票。"
    )


def not_voted_before(uow: UnitOfWork, poll: Poll) -> str | None:
    """No candidate was voted on in the same year before."""
    people = {declaration.id: declaration.number for declaration in candidates(uow.session, poll.session.plan_id)}
    year = poll.session.plan.year
    rows = select(Tally.declaration_id).where(Tally.year == year, Tally.declaration_id.in_(people))
    again = [people[number] for number in uow.session.scalars(rows)]
    if not again:
        return None
    return f"{'、'.join(again[:5])} 本年度已经表决，未获通过的一律不得复评（118号 五(四)）；请将其移出本次投票。"


def on_roll(uow: UnitOfWork, poll: Poll) -> str | None:
    """Only an expert who attended when the poll was opened, and once."""
    row = _my_roll(uow, poll)
    if row is None:
        return "投票开启时您未出席本次会议，不得补投、委托投票（令40号 第十八条）；如有疑问请联系主任委员。"
    if row.voted:
        mine = receipt(uow, poll)
        return f"您已投票，一人一票、投后不能更改（令40号 第十九条）{f'；回执 {mine}' if mine else ''}。"
    return None


# fmt: off
_KEYS = [
    Ask("office_pass", "办事机构（主任委员）口令", "secret", max_length=128, hint=f"不少于 {SHORTEST_PASSPHRASE} 位，计票时须再次输入，系统不保存"),
    Ask("supervisor_pass", "纪检监察口令", "secret", max_length=128, hint="由纪检监察人员本人输入，与前一口令不同"),
]
_ABSENT = Ask("absent", "已离会评委代码", required=False, max_length=500, hint="报到后离会、不参加投票的评委代码，用空格分开；离会的不得补投")
_EARLY = Ask("early_reason", "提前结束说明", "area", required=False, max_length=300, hint="有评委未投票即计票的须说明；未投票按不同意计入出席人数")
POLL = Flow("大会投票", P, [
    #     verb       label                from        to           by                only if                                   asks
    Step("open",    "开启投票",           {P.READY},  P.OPEN,      COMMITTEE_OFFICE, [own_poll, in_voting, not_voted_before],  [*_KEYS, _ABSENT], "令40号 第十八条", "primary", "开启后出席名单和参评名单不再变动，确定？"),
    Step("cast",    "投票",               {P.OPEN},   None,        EXPERT,           [in_voting, on_roll],                     [Ask("choices", "表决", "ballot", choices=lambda uow, poll: _slip_lines(uow, poll))], "令40号 第十九条", "primary", "一人一票，投出后不能更改，确定投票？"),
    Step("close",   "结束投票并计票",     {P.OPEN},   P.CLOSED,    COMMITTEE_OFFICE, [own_poll, in_voting],                    [*_KEYS, _EARLY], "令40号 第十九条", "primary", "计票后选票即行销毁，确定计票？"),
    Step("destroy", "登记选票档案销毁",   {P.CLOSED}, P.DESTROYED, SUPERVISOR,       [],                                       [Ask("note", "销毁记录", "area", max_length=300, hint="时间、地点、销毁人和监销人（双方签字）")], "118号 五(四)", "bad"),
])
# fmt: on


# -- Opening --------------------------------------------------------------------------------------


@POLL.performs("open")
def open(
    uow: UnitOfWork, poll: Poll, *, office_pass: str, supervisor_pass: str, absent: str | Iterable[str] = ()
) -> None:
    """Open the poll: who attends and who is voted on are frozen, a key pair is made and locked by two passphrases.

    Takes the passphrases of the chair's office and of the discipline inspection, and the codes of those
    who signed in and left. Refuses fewer than two thirds of the members (令40号 第十八条), fewer than
    five, equal or short passphrases, and a meeting without candidates.
    """
    keys = _two_keys(office_pass, supervisor_pass)
    attending = _attending(uow.session, poll.session, absent)
    people = [d.id for d in candidates(uow.session, poll.session.plan_id) if d.state == D.IN_REVIEW]
    if not people:
        raise Refused("本次会议没有待表决的参评人员，不能开启投票；请核对评审方案的参评人员。")
    private, public = sealing.new_key()
    poll.members, poll.attending = len(poll.session.members), len(attending)
    poll.candidates, poll.public_key = sorted(people), public
    poll.wrapped_key = sealing.wrap(private, keys, _context(poll))
    poll.roster_hash = _hash(
        {
            "poll": poll.id,
            "roster": sorted(attending),
            "candidates": poll.candidates,
            "public_key": public,
            "members": poll.members,
            "rule": "3*yes>=2*attending",
        }
    )
    uow.session.execute(
        insert(Roll), [{"poll_id": poll.id, "expert_id": number, "voted": False} for number in sorted(attending)]
    )
    POLL.advance(
        uow,
        poll,
        "open",
        members=poll.members,
        attending=poll.attending,
        candidates=len(people),
        roster_hash=poll.roster_hash,
    )


def _two_keys(office: str, supervisor: str) -> tuple[str, str]:
    keys = (sealing.normalised(office), sealing.normalised(supervisor))
    wrong = {
        field: f"口令不少于 {SHORTEST_PASSPHRASE} 位，请重新设定。"
        for field, key in zip(("office_pass", "supervisor_pass"), keys, strict=True)
        if len(key) < SHORTEST_PASSPHRASE
    }
    if wrong:
        raise Refused(f"口令不少于 {SHORTEST_PASSPHRASE} 位，请重新设定。", fields=wrong)
    if keys[0] == keys[1]:
        raise Refused("两个口令不能相同，须由办事机构和纪检监察人员各自设定。", field="supervisor_pass")
    return keys


def _attending(session: Session, review: ReviewSession, absent: str | Iterable[str]) -> set[int]:
    """The members who signed in and are still here; refused when these are too few."""
    here = {member.expert.code: member.expert_id for member in present(review)}
    gone = set(absent.replace("，", " ").replace(",", " ").split() if isinstance(absent, str) else absent)
    if strange := sorted(gone - set(here)):
        raise Refused(f"{'、'.join(strange)} 不是已报到的评委，请核对代码。", field="absent")
    attending = {number for code, number in here.items() if code not in gone}
    if not is_quorate(len(attending), len(review.members)):
        raise Refused(
            f"出席 {len(attending)} 人，应到 {len(review.members)} 人，不足三分之二，不得投票（令40号 第十八条）；"
            "请等待评委到会。"
        )
    if len(attending) < (least := settings.value(session, "ballot_minimum")):
        raise Refused(f"出席 {len(attending)} 人，少于 {least} 人时无记名投票不能保密，不能开启；请改用现场纸质投票。")
    return attending


# -- Voting ---------------------------------------------------------------------------------------


def slip(uow: UnitOfWork, poll: Poll) -> list[Declaration]:
    """The candidates on the signed-in expert's slip: all but those he stands aside for, in the order of numbers."""
    rows = select(Declaration).where(Declaration.id.in_(_mine_to_judge(uow, poll)))
    return list(uow.session.scalars(rows.order_by(Declaration.number)))


@POLL.performs("cast")
def cast(uow: UnitOfWork, poll: Poll, choices: Mapping[int, str] | Mapping[str, str] | Iterable[str]) -> str:
    """Cast one whole slip, sealed at once; gives the receipt (first 16 hex digits of the envelope's hash).

    Takes yes, no or abstain for every candidate on the slip, by id or as lines "id:yes": nothing is chosen
    beforehand, nothing can be changed afterwards. Refuses a slip that is incomplete, names others or says
    two things of one candidate, and a second slip.
    """
    given = _read(choices)
    mine = _mine_to_judge(uow, poll)
    if missing := sorted(mine - given.keys()):
        raise Refused(
            f"还有 {len(missing)} 名参评人员没有表决，请逐人选择同意、不同意或弃权后再投票。",
            fields={f"choice-{number}": "请选择同意、不同意或弃权。" for number in missing},
        )
    if given.keys() - mine or any(choice not in tuple(Choice) for choice in given.values()):
        raise Refused("选票内容与本人应表决的名单不符，请刷新后重新填写；应当回避的人员不在您的选票上。")
    POLL.advance(uow, poll, "cast")
    plain = bytes(_CODE[Choice(given[n])] if n in mine else recount.ASIDE for n in poll.candidates)
    box = sealing.seal(bytes(poll.public_key or b""), plain, _context(poll))
    expert = _my_expert(uow, poll)
    done = uow.session.execute(
        update(Roll)
        .where(Roll.poll_id == poll.id, Roll.expert_id == expert, Roll.voted.is_(False))
        .values(voted=True)
        .execution_options(synchronize_session=False)
    )
    if typed(CursorResult[Any], done).rowcount != 1:
        raise NotNow("您已投票，一人一票、投后不能更改（令40号 第十九条）。")
    uow.session.execute(insert(Envelope), [{"poll_id": poll.id, "expert_id": expert, "box": box}])
    return sealing.digest(box)[:RECEIPT]


def _read(choices: Mapping[int, str] | Mapping[str, str] | Iterable[str]) -> dict[int, str]:
    pairs = list(choices.items()) if isinstance(choices, Mapping) else [line.split(":", 1) for line in choices]
    given = {int(number): choice for number, choice in pairs}
    if len(given) != len(pairs):
        raise Refused("同一参评人员只能选择同意、不同意、弃权中的一项，请更正后再投票。", field="choices")
    return given


def _slip_lines(uow: UnitOfWork, poll: Poll) -> Sequence[tuple[str, str]]:
    """Every possible mark of the slip, for a form without scripts."""
    return [
        (f"{declaration.id}:{choice.value}", f"{declaration.number} {declaration.applicant_name} · {choice.label}")
        for declaration in slip(uow, poll)
        for choice in Choice
    ]


def receipt(uow: UnitOfWork, poll: Poll) -> str | None:
    """The receipt of the signed-in expert while his envelope exists: the same after every retry."""
    box = uow.session.scalar(
        select(Envelope.box).where(Envelope.poll_id == poll.id, Envelope.expert_id == _my_expert(uow, poll))
    )
    return sealing.digest(bytes(box))[:RECEIPT] if box is not None else None


def counted(session: Session, poll: Poll, given: str) -> bool:
    """Whether an envelope with that receipt was among those counted."""
    given = given.strip().lower()
    rows = select(EnvelopeHash.digest).where(EnvelopeHash.poll_id == poll.id)
    return len(given) == RECEIPT and any(row.startswith(given) for row in session.scalars(rows))


def turnout(session: Session, poll: Poll) -> tuple[int, int]:
    """(voted, attending): the only figure anybody sees before the count."""
    voted = select(func.count()).select_from(Roll).where(Roll.poll_id == poll.id, Roll.voted)
    return session.scalar(voted) or 0, poll.attending


def not_voted(session: Session, poll: Poll) -> list[str]:
    """Codes of attending experts who have not voted yet."""
    rows = select(Expert.code).join(Roll, Roll.expert_id == Expert.id)
    return list(session.scalars(rows.where(Roll.poll_id == poll.id, Roll.voted.is_(False)).order_by(Expert.code)))


def _my_expert(uow: UnitOfWork, poll: Poll) -> int | None:
    member = seat(uow, poll.session)
    return member.expert_id if member else None


def _my_roll(uow: UnitOfWork, poll: Poll) -> Roll | None:
    expert = _my_expert(uow, poll)
    return uow.session.get(Roll, (poll.id, expert), populate_existing=True) if expert else None


def _mine_to_judge(uow: UnitOfWork, poll: Poll) -> set[int]:
    expert = _my_expert(uow, poll)
    aside = {number for judge, number in recusals(uow.session, poll.session) if judge == expert}
    return set(poll.candidates) - aside


# -- Counting -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """What the close gives back: the tallies by number, and the sealed archive for a recount off line."""

    tallies: Sequence[Tally]
    archive: bytes


@POLL.performs("close")
def close(uow: UnitOfWork, poll: Poll, *, office_pass: str, supervisor_pass: str, early_reason: str = "") -> Count:
    """Count the votes: open the envelopes in memory, mix, write marks and tallies at once, destroy the envelopes.

    Takes both passphrases. Refuses wrong ones, a close while somebody has not voted without a reason, and
    envelopes that are not as many as the voters. The archive is given back once and kept nowhere: with it
    and both passphrases workflow.review.recount repeats the count off line until it is destroyed.
    """
    session = uow.session
    waiting = not_voted(session, poll)
    if waiting and len(early_reason.strip()) < 2:
        raise Refused(
            f"还有 {len(waiting)} 名出席评委未投票（{'、'.join(waiting[:8])}）；请等待投票，确需提前结束的填写说明。",
            field="early_reason",
        )
    rows = session.execute(select(Envelope.expert_id, Envelope.box).where(Envelope.poll_id == poll.id)).all()
    if len(rows) != turnout(session, poll)[0]:
        raise Refused("选票数与已投票人数不符，数据可能被改动，不能计票；请封存现场并报告纪检监察人员。")
    archive = recount.pack(poll.id, poll.candidates, bytes(poll.wrapped_key or b""), [bytes(row.box) for row in rows])
    marks = _open_and_mix(uow, poll, rows, (office_pass, supervisor_pass))
    tallies = _write(uow, poll, marks)
    digests = sorted(sealing.digest(bytes(row.box)) for row in rows)
    if digests:
        session.execute(insert(EnvelopeHash), [{"poll_id": poll.id, "digest": d} for d in digests])
    session.execute(delete(Envelope).where(Envelope.poll_id == poll.id).execution_options(synchronize_session=False))
    poll.wrapped_key = None
    poll.tally_hash = _hash({"poll": poll.id, "tallies": [_line(t) for t in tallies], "envelopes": digests})
    POLL.advance(
        uow,
        poll,
        "close",
        cast=len(rows),
        attending=poll.attending,
        tally_hash=poll.tally_hash,
        archive=hashlib.sha256(archive).hexdigest(),
        opinion=early_reason.strip() or None,
    )
    poll.session.voted_on = uow.today
    uow.record("count_votes", poll.session, label="计票", voted_on=uow.today, tally_hash=poll.tally_hash)
    for tally in tallies:
        uow.record("tally", tally, label="计票结果")
    _scrub_afterwards(uow)
    return Count(tallies, archive)


def _open_and_mix(
    uow: UnitOfWork, poll: Poll, rows: Sequence[Any], passphrases: tuple[str, str]
) -> dict[int, list[Choice]]:
    """The marks of each candidate in an order of their own; nobody's slip outlives this function."""
    aside = recusals(uow.session, poll.session)
    marks: dict[int, list[Choice]] = {number: [] for number in poll.candidates}
    try:
        private = sealing.unwrap(bytes(poll.wrapped_key or b"\0\0"), passphrases, _context(poll))
        for row in rows:
            plain = sealing.unseal(private, bytes(row.box), _context(poll))
            for number, code in zip(poll.candidates, plain, strict=True):
                if (code == recount.ASIDE) != ((row.expert_id, number) in aside):
                    raise sealing.WrongKey
                if code != recount.ASIDE:
                    marks[number].append(_CHOICE[code])
    except (sealing.WrongKey, KeyError, ValueError):
        sentence = "口令不正确，或选票不属于本次投票，不能计票；请由双方重新输入各自的口令。"
        raise Refused(sentence, fields={"office_pass": sentence, "supervisor_pass": sentence}) from None
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


def has_two_thirds(yes: int, attending: int) -> bool:
    """Whether two thirds of those attending agree (令40号 第十九条), the number itself included; in integers."""
    return attending > 0 and 3 * yes >= 2 * attending


def tallies(session: Session, poll: Poll) -> list[Tally]:
    """The counts of a closed poll, by candidate."""
    return list(session.scalars(select(Tally).where(Tally.poll_id == poll.id).order_by(Tally.declaration_id)))


def counted_poll(session: Session, review: ReviewSession) -> Poll | None:
    """The poll of a session once it is counted, or None."""
    return session.scalar(select(Poll).where(Poll.session_id == review.id, Poll.state.in_([P.CLOSED, P.DESTROYED])))


def results_of(session: Session, sessions: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Id of a review session to (how many stood for the vote, how many of them are declared passed)."""
    passed = func.sum(case((Declaration.state.in_(states(stage=Stage.REVIEW)), 0), else_=1))
    rows = (
        select(Poll.session_id, func.count(), passed)
        .join(Tally, Tally.poll_id == Poll.id)
        .join(Declaration, Declaration.id == Tally.declaration_id)
        .where(Poll.session_id.in_(sessions))
        .group_by(Poll.session_id)
    )
    return {key: (stood, through) for key, stood, through in session.execute(rows)}


def _line(tally: Tally) -> list[int]:
    return [tally.declaration_id, tally.yes, tally.no, tally.abstain, tally.attending, int(tally.passed)]


@POLL.performs("destroy")
def destroy(uow: UnitOfWork, poll: Poll, *, note: str) -> None:
    """The archive handed out at the count was destroyed under two signatures; from now on there is no recount."""
    POLL.advance(uow, poll, "destroy", opinion=note)


# -- Small parts ----------------------------------------------------------------------------------


def _context(poll: Poll) -> bytes:
    return recount.context(poll.id)


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


def _scrub_afterwards(uow: UnitOfWork) -> None:
    """Once the count is committed, wipe the places where envelopes lay; a test's open connection is left alone."""
    bind = uow.session.get_bind()
    if isinstance(bind, Engine):

        def wipe() -> None:
            scrub(bind)

        uow.after_commit.append(wipe)
