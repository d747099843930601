"""The secret ballot (无记名投票, 118号 五(四), 令40号 第十八、十九条): sealed envelopes, mixed at close.

During the poll the database holds who has voted and an envelope nobody can read. The two trustees make their keys
and give them, each at his own sign-in under his own passphrase (`ballot_keys`); then the envelopes are opened in memory
and counted (`count`). Nothing that remains says who voted how: no time, no order, no whole slip.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from typing import cast as typed

from sqlalchemy import CursorResult, case, func, insert, select, update
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.standing import Stage, states
from models.review.ballot import Choice, Envelope, EnvelopeHash, Poll, PollKey, Roll, Tally, Trustee
from models.review.ballot import PollState as P
from models.review.session import Member, ReviewSession, SessionState
from models.sealed import key
from workflow.base import settings
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.journal import canonical
from workflow.base.roles import COMMITTEE_OFFICE, EXPERT, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.review import recount, sealing
from workflow.review.bench import candidates, is_quorate, own_committee, present, recusals, seat

SHORTEST_PASSPHRASE = 8
RECEIPT = 16  #: hex digits of the envelope's hash that the voter takes home
CODE = {Choice.YES: recount.YES, Choice.NO: recount.NO, Choice.ABSTAIN: recount.ABSTAIN}


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
    return (
        f"{'、'.join(again[:5])} 本年度已经表决，未获通过的一律不得复评（118号 五(四)）；"
        "请“提请中止会议”，在新的方案中移出。"
    )


def on_roll(uow: UnitOfWork, poll: Poll) -> str | None:
    """Only an expert who attended when the poll was opened, and once."""
    row = _my_roll(uow, poll)
    if row is None:
        return "投票开启时您未出席本次会议，不得补投、委托投票（令40号 第十八条）；如有疑问请联系主任委员。"
    if row.voted:
        mine = receipt(uow, poll)
        return f"您已投票，一人一票、投后不能更改（令40号 第十九条）{f'；回执 {mine}' if mine else ''}。"
    return None


def void_not_asked(uow: UnitOfWork, poll: Poll) -> str | None:
    """Not asked for yet."""
    return None if poll.void_asked_by is None else f"已提请作废重投，请由{SUPERVISOR}同意；也可继续投票和计票。"


def void_asked(uow: UnitOfWork, poll: Poll) -> str | None:
    """The office has asked for it: one side alone makes no vote void."""
    if poll.void_asked_by is not None:
        return None
    return "作废须由评委会办事机构先“提请作废重投”并写明原因，再由纪检监察同意（令40号 第十九条）。"


def keys_set(uow: UnitOfWork, poll: Poll) -> str | None:
    """Both trustees have made their keys, each at his own sign-in."""
    made = set(uow.session.scalars(select(PollKey.trustee).where(PollKey.poll_id == poll.id)))
    missing = [trustee.label for trustee in Trustee if trustee not in made]
    if not missing:
        return None
    return (
        f"{'、'.join(missing)}尚未设定口令，不能开启投票（118号 五(四)）；"
        "办事机构和纪检监察须各自登录、在“投票管理”设定自己的口令。"
    )


def enough_cast(uow: UnitOfWork, poll: Poll) -> str | None:
    """As many ballots as keep a single one hidden and a decision valid: never under five, never under two thirds."""
    cast, least = turnout(uow.session, poll)[0], least_cast(uow.session, poll)
    if cast >= least:
        return None
    return (
        f"已投 {cast} 票，少于 {least} 票（出席 {poll.attending} 人的三分之二，且不少于规定的最少票数），"
        "不得开启选票（令40号 第十九条）；请等待评委继续投票，确实不能达到的“提请作废重投”。"
    )


def released(uow: UnitOfWork, poll: Poll) -> str | None:
    """The supervisor has given his key at his own sign-in."""
    given = select(PollKey.released).where(PollKey.poll_id == poll.id, PollKey.trustee == Trustee.SUPERVISOR)
    if uow.session.scalar(given) is not None:
        return None
    return "纪检监察尚未交出口令，不能计票（118号 五(四)）；请纪检监察人员本人登录，在“投票管理”办理“交出口令”。"


def not_released(uow: UnitOfWork, poll: Poll) -> str | None:
    """Given once."""
    return "本方口令已经交出，请等待办事机构计票。" if released(uow, poll) is None else None


# fmt: off
_OFFICE = Ask("office_pass", "办事机构（主任委员）口令", "secret", max_length=128, hint=f"不少于 {SHORTEST_PASSPHRASE} 位，计票时由本方再次输入，系统不保存")
_SUPERVISOR = Ask("supervisor_pass", "纪检监察口令", "secret", max_length=128, hint=f"不少于 {SHORTEST_PASSPHRASE} 位，由纪检监察人员本人输入，系统不保存")
_ABSENT = Ask("absent", "已离会评委代码", required=False, max_length=500, hint="报到后离会、不参加投票的评委代码，用空格分开；离会的不得补投")
_EARLY = Ask("early_reason", "提前结束说明", "area", required=False, max_length=300, hint="有评委未投票即计票的须说明；未投票按不同意计入出席人数")
POLL = Flow("大会投票", P, [
    #     verb       label                from        to           by                only if                                   asks
    Step("key_office", "设定办事机构口令", {P.READY}, None,        COMMITTEE_OFFICE, [own_poll, in_voting],                    [_OFFICE], "118号 五(四)", "primary"),
    Step("key_supervisor", "设定纪检监察口令", {P.READY}, None,    SUPERVISOR,       [in_voting],                              [_SUPERVISOR], "118号 五(四)", "primary"),
    Step("open",    "开启投票",           {P.READY},  P.OPEN,      COMMITTEE_OFFICE, [own_poll, in_voting, keys_set, not_voted_before], [_ABSENT], "令40号 第十八条", "primary", "开启后出席名单和参评名单不再变动，确定？"),
    Step("cast",    "投票",               {P.OPEN},   None,        EXPERT,           [in_voting, on_roll],                     [Ask("choices", "表决", "ballot", choices=lambda uow, poll: _slip_lines(uow, poll))], "令40号 第十九条", "primary", "一人一票，投出后不能更改，确定投票？"),
    Step("ask_void", "提请作废重投",      {P.OPEN, P.ENDED}, None, COMMITTEE_OFFICE, [own_poll, void_not_asked],               [Ask("reason", "作废原因", "area", max_length=300, hint="如投票人数不足、口令遗失、选票与名册不符")], "令40号 第十九条", "bad"),
    Step("void",    "同意作废重投",       {P.OPEN, P.ENDED}, P.READY, SUPERVISOR,    [void_asked],                             [], "令40号 第十九条", "bad", "作废后已投选票不开启即行销毁，须重新开启投票，确定？"),
    Step("annul",   "随会议作废",         {P.READY, P.OPEN, P.ENDED}, P.VOID, SUPERVISOR,     [],                                       [], "118号 五(一)", inner=True),
    Step("end",     "结束投票",           {P.OPEN},   P.ENDED,     COMMITTEE_OFFICE, [own_poll, in_voting, enough_cast],       [_EARLY], "令40号 第十九条", "primary", "结束后不能再投票，确定结束？"),
    Step("release", "交出口令",           {P.ENDED},  None,        SUPERVISOR,       [in_voting, not_released],                [_SUPERVISOR], "118号 五(四)", "primary"),
    Step("close",   "计票",               {P.ENDED},  P.CLOSED,    COMMITTEE_OFFICE, [own_poll, in_voting, released],          [_OFFICE], "令40号 第十九条", "primary", "计票后选票和密钥即行销毁，确定计票？"),
    Step("destroy", "登记选票档案销毁",   {P.CLOSED}, P.DESTROYED, SUPERVISOR,       [],                                       [Ask("note", "销毁记录", "area", max_length=300, hint="时间、地点、销毁人和监销人（双方签字）")], "118号 五(四)", "bad"),
])
# fmt: on


# -- Opening --------------------------------------------------------------------------------------


@POLL.performs("open")
def open(uow: UnitOfWork, poll: Poll, *, absent: str | Iterable[str] = ()) -> None:
    """Open the poll: who attends and who is voted on are frozen under a seal, with the keys of both trustees.

    Takes the codes of those who signed in and left. Refuses fewer than two thirds of the members (令40号 第十八条),
    fewer than the setting says, and a meeting without candidates.
    """
    attending = _attending(uow.session, poll.session, absent)
    people = [d.id for d in candidates(uow.session, poll.session.plan_id) if d.state == D.IN_REVIEW]
    if not people:
        raise Refused("本次会议没有待表决的参评人员，不能开启投票；请核对评审方案的参评人员。")
    poll.members, poll.attending = len(poll.session.members), len(attending)
    poll.candidates = sorted(people)
    keys = select(PollKey.public).where(PollKey.poll_id == poll.id).order_by(PollKey.trustee)
    poll.public_key = b"".join(bytes(public) for public in uow.session.scalars(keys))
    poll.roster_hash = roster_hash(poll, attending)
    poll.roster_seal = seal_of(poll, "roster", poll.roster_hash.encode())
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


def roster_hash(poll: Poll, attending: Iterable[int]) -> str:
    """What is frozen at the opening: who votes, on whom, to whose keys, by which rule."""
    return digest_of(
        {
            "poll": poll.id,
            "round": poll.round,
            "roster": sorted(attending),
            "candidates": poll.candidates,
            "public_keys": [public.hex() for public in publics(poll)],
            "members": poll.members,
            "rule": "3*yes>=2*attending",
        }
    )


def publics(poll: Poll) -> list[bytes]:
    """The public keys of both trustees, in the order of their names, as they were frozen at the opening."""
    held = bytes(poll.public_key or b"")
    return [held[at : at + sealing.KEY] for at in range(0, len(held), sealing.KEY)]


def seal_of(poll: Poll, what: str, content: bytes) -> str:
    """A seal under the ballot key, which lies outside the database: who writes into the tables cannot make one."""
    message = context_of(poll) + b"|" + what.encode() + b"|" + content
    return hmac.new(key("ballot"), message, hashlib.sha256).hexdigest()


def _attending(session: Session, review: ReviewSession, absent: str | Iterable[str]) -> set[int]:
    """The members who signed in and are still here; refused when these are too few."""
    here = {member.code: member.expert_id for member in present(review)}
    gone = set(absent.replace("，", " ").replace(",", " ").split() if isinstance(absent, str) else absent)
    if strange := sorted(gone - set(here)):
        raise Refused(f"{'、'.join(strange)} 不是已报到的评委，请核对代码。", field="absent")
    attending = {number for code, number in here.items() if code not in gone}
    if not is_quorate(len(attending), len(review.members)):
        raise Refused(
            f"出席 {len(attending)} 人，应到 {len(review.members)} 人，不足三分之二，不得投票（令40号 第十八条）；"
            "请等待评委到会，确实不能到会的“提请中止会议”。"
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
    plain = bytes(CODE[Choice(given[n])] if n in mine else recount.ASIDE for n in poll.candidates)
    box = sealing.seal(publics(poll), plain, context_of(poll))
    expert = _my_expert(uow, poll)
    done = uow.session.execute(
        update(Roll)
        .where(Roll.poll_id == poll.id, Roll.expert_id == expert, Roll.voted.is_(False))
        .values(voted=True)
        .execution_options(synchronize_session=False)
    )
    if typed(CursorResult[Any], done).rowcount != 1:
        raise NotNow("您已投票，一人一票、投后不能更改（令40号 第十九条）。")
    uow.session.execute(
        insert(Envelope),
        [{"poll_id": poll.id, "expert_id": expert, "box": box, "seal": seal_of(poll, f"expert:{expert}", box)}],
    )
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


def least_cast(session: Session, poll: Poll) -> int:
    """So many ballots at least are counted: two thirds of those attending, and never under the setting."""
    return max(settings.value(session, "ballot_minimum"), -(-2 * poll.attending // 3))


def not_voted(session: Session, poll: Poll) -> list[str]:
    """Codes of attending experts who have not voted yet."""
    rows = (
        select(Member.code).join(Roll, Roll.expert_id == Member.expert_id).where(Member.session_id == poll.session_id)
    )
    return list(session.scalars(rows.where(Roll.poll_id == poll.id, Roll.voted.is_(False)).order_by(Member.code)))


def has_cast(session: Session, review: ReviewSession, expert_id: int) -> bool:
    """Whether the expert's ballot lies uncounted in the session's poll: nothing that decides about it changes now."""
    cast = select(Roll.expert_id).join(Poll, Poll.id == Roll.poll_id)
    cast = cast.where(Poll.session_id == review.id, Poll.state.in_([P.OPEN, P.ENDED]), Roll.voted)
    return session.scalar(cast.where(Roll.expert_id == expert_id)) is not None


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


# -- What is read of a counted poll -----------------------------------------------------------------


def has_two_thirds(yes: int, attending: int) -> bool:
    """Whether two thirds of those attending agree (令40号 第十九条), the number itself included; in integers."""
    return attending > 0 and 3 * yes >= 2 * attending


def tallies(session: Session, poll: Poll) -> list[Tally]:
    """The counts of a closed poll, by candidate."""
    return list(session.scalars(select(Tally).where(Tally.poll_id == poll.id).order_by(Tally.declaration_id)))


def counted_poll(session: Session, review: ReviewSession) -> Poll | None:
    """The poll of a session once it is counted, or None."""
    return session.scalar(select(Poll).where(Poll.session_id == review.id, Poll.state.in_([P.CLOSED, P.DESTROYED])))


def stayed(session: Session, review: ReviewSession) -> list[Member]:
    """Who attended the vote that is counted, of those who signed in: whoever left before it signs nothing of it."""
    poll = counted_poll(session, review)
    roll = set(session.scalars(select(Roll.expert_id).where(Roll.poll_id == poll.id))) if poll else set()
    return [member for member in present(review) if not roll or member.expert_id in roll]


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


# -- Small parts ----------------------------------------------------------------------------------


def context_of(poll: Poll) -> bytes:
    """What binds an envelope and a key to this vote and no other."""
    return recount.context(poll.id, poll.round)


def digest_of(body: dict[str, Any]) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(canonical(body)).hexdigest()
