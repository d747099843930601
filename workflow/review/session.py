"""The review session (评审会议, REQUIREMENTS §5.4): stage by stage, each opened by the committee's office."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from models.accounts.account import Account
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.review.ballot import Poll
from models.review.plan import PlanState
from models.review.session import UNDER_WAY, Member, Recusal, ReviewSession
from models.review.session import SessionState as S
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import COMMITTEE_OFFICE, EXPERT, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import outcome
from workflow.review import ballot, ballot_void, plan_change
from workflow.review import plan as plans
from workflow.review import waiver as waivers
from workflow.review.ballot import counted_poll
from workflow.review.bench import (
    candidates,
    is_quorate,
    own_committee,
    present,
    recusals,
    review_of,
    seat,
)
from workflow.review.interview import called_in
from workflow.review.interview import notify as notify
from workflow.review.interview import schedule as schedule_interviews  # noqa: F401  (the office's names for them)
from workflow.review.ranking import no_tie, tie_open, tied, undeclared
from workflow.review.season import last_vote_day as last_vote_day
from workflow.review.season import late_vote as late_vote
from workflow.review.stage import (
    accounts_linked,
    call_off_asked,
    call_off_not_asked,
    committee_drawn,
    committee_in_force,
    devices_kept,
    discussed,
    has_interview,
    interview_scored,
    material_scored,
    my_seat,
    no_interview,
    not_counted,
    opening_day,
    quorum_present,
    results_declared,
    reviewed,
    something_unfinished,
    venues_differ,
    votes_counted,
)

RECUSE = verb("session.recuse", "申请回避", "评审会议", EXPERT)

#: Stages in which experts are at work and something may stay unfinished.
BEFORE_THE_COUNT = frozenset(S) - {S.SEALED, S.ARCHIVED, S.CANCELLED}
AT_WORK = (S.MATERIAL_REVIEW, S.MATERIAL_SCORING, S.INTERVIEW, S.DISCUSSION)


def _others(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """Candidates by name and unit, for the expert's statement before he sees any case."""
    rows = candidates(uow.session, review.plan_id)
    return [(str(d.id), f"{d.applicant_name}（{d.unit.name}）") for d in rows]


_SIGN_IN = [
    Ask("secrecy", "本人承诺遵守评审纪律，对评审内容和评委身份保密", "check"),
    Ask("statement", "本人已核对参评人员名单，除下列人员外无应当回避的情形", "check", hint="令40号 第二十四条"),
    Ask("recusals", "需要回避的参评人员", "choices", required=False, choices=_others),
    Ask("recusal_reason", "回避事由", required=False, max_length=100, hint="如亲属、师生、项目合作"),
]
_LATE = Ask(
    "late_vote_reason",
    "逾期投票说明",
    "area",
    required=False,
    max_length=500,
    hint="超过最迟投票日的须说明（118号 二(四)）",
)


def _here(uow: UnitOfWork, review: ReviewSession) -> Sequence[tuple[str, str]]:
    """Members who came and stayed for the vote, by code."""
    return [(m.code, m.code + ("（主任委员）" if m.chair else "")) for m in ballot.stayed(uow.session, review)]


def _leader(uow: UnitOfWork, review: ReviewSession) -> str:
    return next((m.code for m in ballot.stayed(uow.session, review) if m.chair), "")


_SIGNED = [
    Ask("chair", "主持人（主任委员）", "choice", choices=_here, default=_leader),
    Ask("scrutineers", "计票、监票人", "choices", choices=_here, hint="不少于两名评委，主持人不能兼任"),
    Ask("minutes", "会议记录", "area", max_length=20_000),
]

_ORDER = [
    Ask("order", "先后次序", "area", default=tied, hint="每行一人，按议定的先后次序排列全部并列人员的申报编号"),
    Ask("reason", "议定理由", "area", max_length=500),
]


def seats_locked(uow: UnitOfWork, review: ReviewSession) -> list[tuple[str, str]]:
    """The seats whose account is locked at present, by code."""
    return [
        (str(member.id), member.code)
        for member in review.members
        if (account := account_of(uow, member)) is not None
        and account.locked_until is not None
        and account.locked_until > uow.now
    ]


def account_of(uow: UnitOfWork, member: Member) -> Account | None:
    """The account that a seat signs in with."""
    key = member.expert.account_id
    return uow.session.get(Account, key) if key is not None else None


def somebody_locked(uow: UnitOfWork, review: ReviewSession) -> str | None:
    """Only where it is needed."""
    return None if seats_locked(uow, review) else "没有账号被锁定的到会评委。"


# fmt: off
_UNLOCK = [
    Ask("member", "评委", "choice", choices=lambda uow, review: seats_locked(uow, review), hint="仅列出账号被锁定的到会评委"),
    Ask("reason", "核对情况", max_length=200, hint="当面核对身份的方式，如“核对身份证和评委证”"),
]
SESSION = Flow("评审会议", S, [
    #     verb                label              from                  to                  by                only if                                                                          asks
    Step("open_check_in",    "开始报到",         {S.PREPARING},        S.CHECK_IN,         COMMITTEE_OFFICE, [own_committee, opening_day, committee_in_force, committee_drawn, accounts_linked, venues_differ], [], "118号 五(四)", "primary"),
    Step("sign_in",          "签到",             {S.CHECK_IN, S.TRAINING}, None,           EXPERT,           [my_seat],                                                                       _SIGN_IN, "令40号 第二十三、二十四条", "primary"),
    Step("keep_devices",     "登记通讯工具",     {S.CHECK_IN, S.TRAINING}, None,           COMMITTEE_OFFICE, [own_committee],                                                                 [Ask("devices", "通讯工具保管记录", "area", max_length=300, hint="收存件数、保管人、保管地点")], "118号 五(五)"),
    Step("start_training",   "开始培训",         {S.CHECK_IN},         S.TRAINING,         COMMITTEE_OFFICE, [own_committee, quorum_present, devices_kept],                                   [], "118号 五(四)", "primary"),
    Step("start_review",     "开始材料复审",     {S.TRAINING},         S.MATERIAL_REVIEW,  COMMITTEE_OFFICE, [own_committee],                                                                 [Ask("training_note", "评委培训记录", "area", max_length=500)], "118号 五(四)", "primary"),
    Step("start_scoring",    "开始材料打分",     {S.MATERIAL_REVIEW},  S.MATERIAL_SCORING, COMMITTEE_OFFICE, [own_committee, reviewed],                                                       [], "118号 五(四)", "primary"),
    Step("start_interview",  "开始面试答辩",     {S.MATERIAL_SCORING}, S.INTERVIEW,        COMMITTEE_OFFICE, [own_committee, material_scored, has_interview],                                 [], "118号 五(四)", "primary"),
    Step("skip_interview",   "直接进入小组评议", {S.MATERIAL_SCORING}, S.DISCUSSION,       COMMITTEE_OFFICE, [own_committee, material_scored, no_interview],                                  [], "118号 五(四)", "primary"),
    Step("start_discussion", "开始小组评议",     {S.INTERVIEW},        S.DISCUSSION,       COMMITTEE_OFFICE, [own_committee, interview_scored],                                               [], "118号 五(四)", "primary"),
    Step("start_voting",     "进入大会投票",     {S.DISCUSSION},       S.VOTING,           COMMITTEE_OFFICE, [own_committee, discussed, quorum_present],                                      [_LATE], "令40号 第十八、十九条", "primary", "进入投票后不能再打分和修改意见，确定？"),
    Step("waive",            "登记未完成说明",   set(waivers.PHASES),  None,               COMMITTEE_OFFICE, [own_committee, something_unfinished],                                           waivers.ASKS, "118号 五(四)"),
    Step("unlock_member",    "解除评委锁定",     set(UNDER_WAY),       None,               COMMITTEE_OFFICE, [own_committee, somebody_locked],                                                                 _UNLOCK, "令40号 第十八、十九条"),
    Step("ask_call_off",     "提请中止会议",     BEFORE_THE_COUNT,     None,               COMMITTEE_OFFICE, [own_committee, call_off_not_asked, not_counted],                                 [Ask("reason", "中止原因", "area", hint="如出席不足三分之二、开评日期变更、参评人员须调整")], "118号 五(一)", "bad"),
    Step("drop_call_off",    "撤回中止提请",     BEFORE_THE_COUNT,     None,               COMMITTEE_OFFICE, [own_committee, call_off_asked],                                                 [], "118号 五(一)"),
    Step("call_off",         "同意中止会议",     BEFORE_THE_COUNT,     S.CANCELLED,        SUPERVISOR,       [call_off_asked, not_counted],                                                   [], "118号 五(一)", "bad", "中止后本次抽取、打分和投票不再有效，参评人员可列入新的方案，确定中止？"),
    Step("seal",             "计票封存",         {S.VOTING},           S.SEALED,           COMMITTEE_OFFICE, [own_committee, votes_counted],                                                  _SIGNED, "令40号 第二十一、二十二条", "primary"),
    Step("decide_tie",       "登记并列处理决定", {S.SEALED},           None,               COMMITTEE_OFFICE, [own_committee, undeclared, tie_open],                                           _ORDER, "118号 五(三)"),
    Step("declare",          "宣布结果",         {S.SEALED},           None,               COMMITTEE_OFFICE, [own_committee, undeclared, no_tie],                                             [_LATE], "令40号 第二十一条", "primary", "宣布后结果不能更改，确定宣布？"),
    Step("archive",          "解散归档",         {S.SEALED},           S.ARCHIVED,         COMMITTEE_OFFICE, [own_committee, results_declared],                                               [], "118号 五(四)", "bad", "归档后评委会解散、评委账号停用，确定？"),
])
# fmt: on


# -- Verbs of the office --------------------------------------------------------------------------


@SESSION.performs("open_check_in")
def open_check_in(uow: UnitOfWork, review: ReviewSession) -> None:
    """The review opens: experts may sign in, and their accounts are open again."""
    SESSION.advance(uow, review, "open_check_in")
    review.opened_on = uow.today
    for account in _expert_accounts(uow, review):
        account.active = True
    if review.plan.state == PlanState.DRAWN:
        plans.opened(uow, review.plan)


@SESSION.performs("unlock_member")
def unlock_member(uow: UnitOfWork, review: ReviewSession, *, member: str, reason: str) -> None:
    """A judge who sits in the room is known by sight: whoever locked his account does not keep him from voting."""
    if len(reason.strip()) < 2:
        raise Refused("请填写当面核对身份的方式（令40号 第十八条）。", field="reason")
    seat = next((m for m in review.members if str(m.id) == member), None)
    account = account_of(uow, seat) if seat is not None else None
    if seat is None or account is None:
        raise Refused("请选择账号被锁定的到会评委。", field="member")
    SESSION.advance(uow, review, "unlock_member", member=seat.code, reason=reason.strip())
    account.failed_logins, account.locked_until = 0, None


@SESSION.performs("keep_devices")
def keep_devices(uow: UnitOfWork, review: ReviewSession, *, devices: str) -> None:
    """Telephones and computers are kept together while the session lasts (118号 五(五))."""
    SESSION.advance(uow, review, "keep_devices", devices=devices)
    review.devices = devices


@SESSION.performs("start_training")
def start_training(uow: UnitOfWork, review: ReviewSession) -> None:
    """The committee is quorate: training begins, and every candidate is 评审中."""
    SESSION.advance(uow, review, "start_training", present=len(present(review)), members=len(review.members))
    for declaration in candidates(uow.session, review.plan_id):
        if declaration.state == D.PLANNED:
            outcome.enter_review(uow, declaration)


@SESSION.performs("start_review")
def start_review(uow: UnitOfWork, review: ReviewSession, *, training_note: str) -> None:
    """After the training the experts read the material."""
    SESSION.advance(uow, review, "start_review", opinion=training_note)
    review.training_note, review.review_on = training_note, uow.today


#: Stages that do nothing but begin: the day is a fact of the session, by which its progress is shown.
BEGINS = {
    "start_scoring": "scoring_on",
    "start_interview": "interview_on",
    "start_discussion": "discussion_on",
    "skip_interview": "discussion_on",
}


def _beginning(verb: str, day: str) -> Callable[[UnitOfWork, ReviewSession], None]:
    def begin(uow: UnitOfWork, review: ReviewSession) -> None:
        SESSION.advance(uow, review, verb)
        setattr(review, day, uow.today)

    return begin


for _verb, _day in BEGINS.items():
    SESSION.performs(_verb)(_beginning(_verb, _day))


@SESSION.performs("start_voting")
def start_voting(uow: UnitOfWork, review: ReviewSession, *, late_vote_reason: str = "") -> Poll:
    """The whole committee votes; a poll is prepared. After the last day for votes a reason is needed (118号 二(四))."""
    if sentence := late_vote(uow.session, review.plan, uow.today, late_vote_reason):
        raise Refused(sentence, field="late_vote_reason")
    SESSION.advance(uow, review, "start_voting", present=len(present(review)), opinion=late_vote_reason or None)
    review.late_vote_reason = late_vote_reason.strip()
    poll = Poll(session=review, session_id=review.id, members=len(review.members))
    uow.session.add(poll)
    uow.session.flush()
    return poll


@SESSION.performs("waive")
def waive(
    uow: UnitOfWork, review: ReviewSession, *, expert: str, people: Sequence[str], reason: str, waiver: str
) -> None:
    """Enter that an expert does not score these candidates, and why."""
    code = next((m.code for m in present(review) if str(m.expert_id) == str(expert)), "")
    SESSION.advance(uow, review, "waive", opinion=waiver.strip(), reason=reason, expert=code, people=len(people))
    waivers.enter(uow, review, expert=expert, people=people, reason=reason, waiver=waiver)


@SESSION.performs("seal")
def seal(uow: UnitOfWork, review: ReviewSession, *, chair: str, scrutineers: Sequence[str], minutes: str) -> None:
    """Chair and scrutineers sign the count, and the minutes are kept (令40号 第二十一、二十二条).

    They are members who came and stayed for the vote, by code. Refused: somebody who did not, fewer than two
    scrutineers, the chair among them.
    """
    here = {member.code for member in ballot.stayed(uow.session, review)}
    named = sorted(set(scrutineers))
    if chair not in here or set(named) - here:
        raise Refused(
            "主持人和计票、监票人须是已报到并参加投票的评委（令40号 第二十一条）；请重新选择。", field="scrutineers"
        )
    if len(named) < 2 or chair in named:
        raise Refused(
            "计票、监票人不少于两人，且不能由主持人兼任（令40号 第二十一条）；请重新选择。", field="scrutineers"
        )
    SESSION.advance(uow, review, "seal", chair=chair, scrutineers="、".join(named))
    review.chair, review.scrutineers, review.minutes = chair, "、".join(named), minutes


@SESSION.performs("ask_call_off")
def ask_call_off(uow: UnitOfWork, review: ReviewSession, *, reason: str) -> None:
    """The office cannot go on with this session and says why; the supervisor decides (118号 五(一))."""
    SESSION.advance(uow, review, "ask_call_off", opinion=reason)
    review.call_off_reason, review.call_off_asked_by = reason.strip(), uow.actor.id


@SESSION.performs("drop_call_off")
def drop_call_off(uow: UnitOfWork, review: ReviewSession) -> None:
    """The session goes on after all."""
    SESSION.advance(uow, review, "drop_call_off")
    review.call_off_reason, review.call_off_asked_by = "", None


@SESSION.performs("call_off")
def call_off(uow: UnitOfWork, review: ReviewSession) -> None:
    """The second signature: the session ends without a result, its candidates are free for another plan.

    An open poll is void with it, unread; whoever was called to an interview is told.
    """
    SESSION.advance(uow, review, "call_off", opinion=review.call_off_reason)
    review.voted_on = None  # what was cast is void
    if poll := uow.session.scalar(select(Poll).where(Poll.session_id == review.id)):
        ballot_void.annul(uow, poll)
    called_in(uow, review)
    _lock_accounts(uow, review)
    plan_change.called_off(uow, review.plan)


@SESSION.performs("archive")
def archive(uow: UnitOfWork, review: ReviewSession) -> None:
    """The committee of this year dissolves, and its experts' accounts are locked (118号 五(四))."""
    SESSION.advance(uow, review, "archive")
    _lock_accounts(uow, review)
    if review.plan.state == PlanState.REVIEWED:
        plans.archived(uow, review.plan)


def _lock_accounts(uow: UnitOfWork, review: ReviewSession) -> None:
    for account in _expert_accounts(uow, review):
        if not _sits_elsewhere(uow, account, review):
            account.active = False
            account.session_epoch = (account.session_epoch or 0) + 1


def _expert_accounts(uow: UnitOfWork, review: ReviewSession) -> list[Account]:
    """Accounts that serve for nothing but judging: others are not the session's to lock or open."""
    ids = [member.expert.account_id for member in review.members if member.expert.account_id]
    accounts = uow.session.scalars(select(Account).where(Account.id.in_(ids)))
    return [account for account in accounts if set(account.role_names) == {EXPERT}]


def _sits_elsewhere(uow: UnitOfWork, account: Account, review: ReviewSession) -> bool:
    other = (
        select(ReviewSession.id)
        .join(Member, Member.session_id == ReviewSession.id)
        .where(
            Member.expert.has(account_id=account.id),
            ReviewSession.id != review.id,
            ReviewSession.state.in_((*UNDER_WAY, S.SEALED)),
        )
    )
    return uow.session.scalar(other) is not None


# -- Verbs of the expert --------------------------------------------------------------------------


@SESSION.performs("sign_in")
def sign_in(
    uow: UnitOfWork,
    review: ReviewSession,
    *,
    secrecy: bool,
    statement: bool,
    recusals: Iterable[int | str] = (),
    recusal_reason: str = "",
) -> Member:
    """An expert arrives, promises secrecy and names whom he must not judge (令40号 第二十三、二十四条).

    Takes the ids of candidates to stand aside for, with the reason. Refuses a promise that is not
    given, a recusal without reason, and a candidate of another session.
    """
    if not secrecy:
        raise Refused("请签署保密承诺后签到（令40号 第二十三条）。", field="secrecy")
    if not statement:
        raise Refused("请作出回避声明后签到（令40号 第二十四条）。", field="statement")
    named = {int(number) for number in recusals if str(number).strip()}
    if named and len(recusal_reason.strip()) < 2:
        raise Refused("请填写回避事由，如亲属、师生、项目合作（令40号 第二十四条）。", field="recusal_reason")
    SESSION.advance(uow, review, "sign_in", recusals=len(named))
    member = _my_seat(uow, review)
    member.signed_in_at = uow.now.replace(microsecond=0)
    member.secrecy_signed = member.recusal_declared = True
    _stand_aside(uow, review, member, named, recusal_reason.strip())
    return member


def recuse(uow: UnitOfWork, declaration: Declaration, *, reason: str) -> Recusal:
    """An expert finds during the review that he must stand aside for a candidate (令40号 第二十四条).

    His points for the candidate no longer count, and the candidate leaves his slip. Refuses once he has cast it, and
    without a reason.
    """
    review = review_of(uow.session, declaration)
    uow.lead(RECUSE, "您不是该参评人员所在评审会议的评委，不能办理回避。")
    if review is None or seat(uow, review) is None:
        raise NotYou("您不是该参评人员所在评审会议的评委，不能办理回避。")
    if review.state not in (S.CHECK_IN, S.TRAINING, *AT_WORK, S.VOTING):
        raise NotNow(f"会议当前为“{S(review.state).label}”环节，不能再申请回避；请向主任委员说明，并记入会议记录。")
    mine = _my_seat(uow, review).expert_id
    if review.state == S.VOTING and (
        ballot.has_cast(uow.session, review, mine) or counted_poll(uow.session, review) is not None
    ):
        raise NotNow("您已投票，投后不能再申请回避（令40号 第十九条）；请向主任委员说明，并记入会议记录。")
    if len(reason.strip()) < 2:
        raise Refused("请填写回避事由，如亲属、师生、项目合作（令40号 第二十四条）。", field="reason")
    member = _my_seat(uow, review)
    added = _stand_aside(uow, review, member, {declaration.id}, reason.strip())
    if not added:
        raise NotNow("您对该参评人员已经登记回避，无须重复登记。")
    uow.record("recuse", review, label="申请回避")
    return added[0]


def _my_seat(uow: UnitOfWork, review: ReviewSession) -> Member:
    member = seat(uow, review)
    if member is None:
        raise NotYou("您不是本次会议抽中的评委，不能办理；如有疑问请联系评委会办事机构。")
    return member


def _stand_aside(uow: UnitOfWork, review: ReviewSession, member: Member, named: set[int], reason: str) -> list[Recusal]:
    people = {declaration.id for declaration in candidates(uow.session, review.plan_id)}
    if named - people:
        raise Refused("所选人员不在本次参评名单中，请刷新后重新选择。", field="recusals")
    known = recusals(uow.session, review)
    added = [
        Recusal(session_id=review.id, expert_id=member.expert_id, declaration_id=number, reason=f"本人声明：{reason}")
        for number in sorted(named)
        if (member.expert_id, number) not in known
    ]
    uow.session.add_all(added)
    uow.session.flush()
    return added


def mine(uow: UnitOfWork, review: ReviewSession) -> list[Declaration]:
    """The candidates the signed-in expert may judge: without those he stands aside for; none before he signed in."""
    member = seat(uow, review)
    if member is None or member.signed_in_at is None:
        return []
    aside = {number for expert, number in recusals(uow.session, review) if expert == member.expert_id}
    return [declaration for declaration in candidates(uow.session, review.plan_id) if declaration.id not in aside]


def turnout(review: ReviewSession) -> Mapping[str, Any]:
    """应到, 实到 and whether that is a quorum, for the head of the session's page."""
    here, all_ = len(present(review)), len(review.members)
    return {"members": all_, "present": here, "quorate": is_quorate(here, all_)}
