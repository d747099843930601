"""The draw of a committee (抽取评委, 118号 五(二)): freeze, commit, speak, reveal, call, close.

ZC-DRAW/1 decides (workflow/review/zc_draw.py); here stand who may do what and when, and what is kept. Experts appear by
the codes of this draw only (`draw_codes`); names are read through `call_list`, which leaves an entry in the journal.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from models.accounts.account import Account
from models.review.draw import Contribution, Decline, Draw
from models.review.draw import DrawState as S
from models.review.plan import Plan, PlanState
from models.review.session import Member, ReviewSession
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import HRSS_AUDIT, SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.competence import valid_on
from workflow.register import outsider
from workflow.review import plan as plans
from workflow.review import plan_change, watchers
from workflow.review import zc_draw as zc
from workflow.review.bench import candidates
from workflow.review.draw_codes import experts_of
from workflow.review.draw_list import lines, manifest_for, shortage
from workflow.review.recusal import due

FREEZE = verb("draw.freeze", "冻结名册", "抽取评委", HRSS_AUDIT, SUPERVISOR)
CALL = verb("draw.call", "查看通知名单", "抽取评委", HRSS_AUDIT, SUPERVISOR)

LEAST_VOICES = 2
REASONS = (("NO-ANSWER", "三次呼叫无人接听"), ("SICK", "因病因事不能参加"), ("RECUSE-LATE", "抽中后申请回避"))


# -- Guards ---------------------------------------------------------------------------------------


def day_before(uow: UnitOfWork, draw: Draw) -> str | None:
    """Only on the day before the review opens."""
    return not_the_day(uow, draw.plan)


def not_the_day(uow: UnitOfWork, plan: Plan) -> str | None:
    lead = settings.value(uow.session, "draw_lead_days")
    day = plan.opens_on - timedelta(days=lead)
    if uow.today == day:
        return None
    way = (
        "请在当天会同机关纪委办理。"
        if uow.today < day
        else "已错过抽取日：抽取在办的请双方中止，再由评委会办事机构“调整方案”改期并重新呈报。"
    )
    return f"评委应在开评前 {lead} 天（{day}）抽取，今天是 {uow.today}，不能抽取（118号 五(二)）；{way}"


def before_opening(uow: UnitOfWork, draw: Draw) -> str | None:
    """Only until the day on which the review opens."""
    if uow.today <= draw.plan.opens_on:
        return None
    return f"评审已于 {draw.plan.opens_on} 开评，评委不能再变动（118号 五(二)）；抽取未办结的请双方中止。"


def not_spoken(uow: UnitOfWork, draw: Draw) -> str | None:
    """Each account speaks once."""
    if all(spoken.account_id != uow.actor.id for spoken in draw.contributions):
        return None
    return "本账号已经报数，每人只能报一次；请由另一名监督人员报数。"


def enough_voices(uow: UnitOfWork, draw: Draw) -> str | None:
    """At least two spoke, one of them the discipline inspection."""
    accounts = [uow.session.get(Account, spoken.account_id) for spoken in draw.contributions]
    if len(accounts) < LEAST_VOICES:
        return f"已报数 {len(accounts)} 份，至少需要 {LEAST_VOICES} 名监督人员各自报数，才能揭示抽取（118号 五(二)）。"
    if not any(account is not None and account.plays(SUPERVISOR) for account in accounts):
        return "纪检监察人员尚未报数，抽取须在机关纪委监督下进行（118号 五(二)）；请纪检监察账号报数。"
    return None


def full_bench(uow: UnitOfWork, draw: Draw) -> str | None:
    """As many members as the plan says, and an odd number."""
    drawn = len(members(draw))
    if drawn == draw.plan.members and drawn % 2:
        return None
    return (
        f"抽中 {drawn} 人，方案评委人数为 {draw.plan.members} 人，二者应一致且为单数（令40号 第九条）；"
        "请双方中止本次抽取，由评委会办事机构“调整方案”、重新呈报后再抽取。"
    )


def abort_asked(uow: UnitOfWork, draw: Draw) -> str | None:
    """The other side has asked for the abort."""
    if draw.abort_asked_by is None:
        return f"中止抽取须双方签字：请先由{HRSS_AUDIT}提请中止并写明原因。"
    if draw.abort_asked_by == uow.actor.id:
        return "提请中止与同意中止不能是同一账号；请由纪检监察的另一账号签字。"
    return None


def abort_not_asked(uow: UnitOfWork, draw: Draw) -> str | None:
    """Not asked for yet."""
    return None if draw.abort_asked_by is None else f"已提请中止，请由{SUPERVISOR}签字同意。"


def _sitting(uow: UnitOfWork, draw: Draw) -> Sequence[tuple[str, str]]:
    return [(code, f"{code}（{stratum}）") for stratum, code in members(draw)]


#: 118号 五(二): 在省人社厅及高评会组建单位机关纪委的监督下.
WATCHED = (
    Ask(
        "witnesses",
        "在场监督人员",
        "choices",
        required=False,
        choices=watchers.offered,
        hint="省人社厅、纪检监察在场的账号；不能是办理抽取的本人",
    ),
    Ask(
        "outside",
        "外单位在场监督人员",
        "rows",
        required=False,
        hint=f"组建单位机关纪委等没有账号的在场人员，{outsider.HOW}",
        max_length=1000,
    ),
)

# fmt: off
DRAW = Flow("抽取评委", S, [
    #     verb           label            from                             to           by                        only if                       asks
    Step("commit",      "系统承诺",       {S.FROZEN},                      S.COMMITTED, HRSS_AUDIT,               [day_before],                 [*WATCHED], "118号 五(二)", "primary", "承诺后名册和系统随机数不能更改，确定？"),
    Step("contribute",  "监督方报数",     {S.COMMITTED},                   None,        (HRSS_AUDIT, SUPERVISOR), [day_before, not_spoken],     [Ask("label", "监督方代号", max_length=40, hint="如 JW-01，只能用数字、字母和 . , : -"), Ask("value", "报数", max_length=80, hint="先各自写在纸上再录入，建议掷骰子 10 次")], "118号 五(二)", "primary"),
    Step("reveal",      "揭示并抽取",     {S.COMMITTED},                   S.DRAWN,     HRSS_AUDIT,               [day_before, enough_voices],  [], "118号 五(二)", "primary", "揭示后结果即时确定，确定抽取？"),
    Step("decline",     "登记不能参加",   {S.DRAWN},                       None,        HRSS_AUDIT,               [before_opening],             [Ask("code", "评委代码", "choice", choices=_sitting), Ask("reason", "原因", "choice", choices=REASONS), Ask("note", "通知记录", "area", required=False, max_length=300, hint="无人接听的，写明三次呼叫时间")], "118号 五(二)"),
    Step("close",       "抽取办结",       {S.DRAWN},                       S.CLOSED,    HRSS_AUDIT,               [before_opening, full_bench], [Ask("chair", "主任委员", "choice", required=False, choices=_sitting, hint="不选则为第一专业组顺序第一人")], "令40号 第九条", "primary", "办结后生成评审会议，评委不再变动，确定？"),
    Step("ask_abort",   "提请中止",       {S.FROZEN, S.COMMITTED, S.DRAWN}, None,       HRSS_AUDIT,               [abort_not_asked],            [Ask("reason", "中止原因", "area")], "118号 五(二)", "bad"),
    Step("abort",       "同意中止",       {S.FROZEN, S.COMMITTED, S.DRAWN}, S.ABORTED,  SUPERVISOR,               [abort_asked],                [], "118号 五(二)", "bad", "中止后本次抽取作废并留存备查，确定中止？"),
])
# fmt: on


# -- Freezing the pool ----------------------------------------------------------------------------


def freeze(uow: UnitOfWork, plan: Plan, *, salt: str | None = None, alg: str = "sha256") -> Draw:
    """Freeze the list from which a plan's committee is drawn (ZC-DRAW/1 step 1).

    Takes the approved plan; strata are its needs, candidates the pool of the series. `salt` binds codes
    to persons, by default a random one. Refuses another day than the one before the opening, a plan not
    approved or with a draw in hand, a committee out of force, an even or differing number of members,
    and a pool that cannot fill every seat within the caps.
    """
    uow.lead(FREEZE)
    _refuse_wrong_plan(uow, plan)
    attempt = 1 + (uow.session.scalar(select(func.max(Draw.attempt)).where(Draw.plan_id == plan.id)) or 0)
    salt = salt or secrets.token_hex(16)
    try:
        manifest = manifest_for(uow, plan, attempt, salt, alg)
        is_feasible = zc.feasible(manifest)
    except zc.DrawRefused as refused:
        raise Refused(str(refused)) from None
    if not is_feasible:
        raise Refused(shortage(plan, manifest))
    draw = Draw(
        plan=plan,
        plan_id=plan.id,
        name=plan.number,
        attempt=attempt,
        manifest=manifest.to_bytes(),
        pool_hash=zc.pool_hash(manifest),
        salt=salt,
        state=S.FROZEN,
    )
    uow.session.add(draw)
    uow.session.flush()
    recused = sum(expert.status != zc.OK for expert in manifest.experts)
    uow.record(
        "freeze",
        draw,
        label="冻结名册",
        attempt=attempt,
        pool_hash=draw.pool_hash,
        experts=len(manifest.experts),
        recused=recused,
    )
    return draw


def _refuse_wrong_plan(uow: UnitOfWork, plan: Plan) -> None:
    if plan.state not in (PlanState.APPROVED, PlanState.DRAWN):
        label = PlanState(plan.state).label
        raise NotNow(f"评审方案当前为“{label}”，不能抽取评委；方案须先审核备案（118号 五(一)）。")
    live = select(Draw).where(Draw.plan_id == plan.id, Draw.state != S.ABORTED)
    if found := uow.session.scalar(live):
        raise NotNow(
            f"该方案第 {found.attempt} 次抽取为“{S(found.state).label}”，不能另行抽取；须先办结或双方签字中止。"
        )
    needed = sum(need.need for need in plan.needs)
    if needed != plan.members or needed % 2 == 0:
        raise Refused(
            f"专家需求合计 {needed} 人，方案评委人数 {plan.members} 人，二者应一致且为单数（令40号 第九条）；"
            "请由评委会办事机构“调整方案”后重新呈报。"
        )
    if sentence := not_the_day(uow, plan) or valid_on(plan.committee, plan.opens_on):
        raise Refused(sentence)


# -- The verbs ------------------------------------------------------------------------------------


@DRAW.performs("commit")
def commit(uow: UnitOfWork, draw: Draw, *, witnesses: Sequence[str] = (), outside: Sequence[str] = ()) -> None:
    """The system binds itself to a random number before anybody speaks, and shows C0 (ZC-DRAW/1 step 2)."""
    draw.r0 = secrets.token_hex(32)
    draw.commitment = zc.commitment(zc.Manifest.parse(draw.manifest), draw.r0)
    draw.witnesses = watchers.enter(uow, draw, witnesses, outside)
    DRAW.advance(uow, draw, "commit", commitment=draw.commitment, witnesses=draw.witnesses)


@DRAW.performs("contribute")
def contribute(uow: UnitOfWork, draw: Draw, *, label: str, value: str) -> None:
    """A supervisor types the value he had written down (ZC-DRAW/1 step 3); the value is not shown before the end."""
    DRAW.advance(uow, draw, "contribute", speaker=label)
    try:
        label, value = zc.spoken(label, value)
    except zc.DrawRefused as refused:
        raise Refused(str(refused), field="value") from None
    if any(spoken.label == label for spoken in draw.contributions):
        raise Refused(f"监督方代号 {label} 已经报数，请使用自己的代号。", field="label")
    draw.contributions.append(Contribution(account_id=uow.actor.id, label=label, value=value))
    uow.session.flush()


@DRAW.performs("reveal")
def reveal(uow: UnitOfWork, draw: Draw) -> None:
    """Show the system's number, draw, and keep the result with its hash at once (ZC-DRAW/1 steps 4 to 8)."""
    result = _run(draw)
    DRAW.advance(uow, draw, "reveal", result_hash=_keep(draw, result), seed=result.seed)
    draw.drawn_at = uow.now.replace(microsecond=0)
    if draw.plan.state == PlanState.APPROVED:
        plans.drawn(uow, draw.plan)


@DRAW.performs("decline")
def decline(uow: UnitOfWork, draw: Draw, *, code: str, reason: str, note: str = "") -> None:
    """A drawn expert cannot come; the next of the same order follows (ZC-DRAW/1 step 7).

    Refuses a code that is not a member at this moment, a call without its times, and an exhausted pool.
    """
    if reason not in dict(REASONS):
        raise Refused("请选择不能参加的原因。", field="reason")
    if reason == "NO-ANSWER" and len(note.strip()) < 5:
        raise Refused("三次呼叫无人接听的，请写明三次呼叫时间。", field="note")
    result = _run(draw, (code, reason))
    DRAW.advance(uow, draw, "decline", code=code, reason=reason, result_hash=_keep(draw, result))
    draw.declines.append(Decline(code=code, reason=reason, note=note.strip()))
    uow.session.flush()


@DRAW.performs("close")
def close(uow: UnitOfWork, draw: Draw, *, chair: str | None = None) -> ReviewSession:
    """End the draw: the review session with its members and the recusals that are known now.

    The chair is the one named, else the first in order of the first stratum. Recused is, candidate by
    candidate, who works in the same unit or has a declared relation (令40号 第二十四条).
    """
    drawn = members(draw)
    leader = chair or _first(draw)
    if leader not in {code for _, code in drawn}:
        raise Refused(f"{leader} 不是本次抽中的评委，不能任主任委员；请重新选择。", field="chair")
    experts = experts_of(uow.session, draw)
    review = ReviewSession(plan=draw.plan, plan_id=draw.plan_id, name=f"{draw.plan.name}评审会议"[:120])
    review.members = [
        Member(code=code, expert=experts[code], expert_id=experts[code].id, stratum=stratum, chair=code == leader)
        for stratum, code in drawn
    ]
    uow.session.add(review)
    uow.session.flush()
    pairs = due(uow.session, review, candidates(uow.session, draw.plan_id))
    uow.session.add_all(pairs)
    DRAW.advance(uow, draw, "close", members=[code for _, code in drawn], chair=leader, recusals=len(pairs))
    uow.record("create_session", review, label="生成评审会议", members=len(drawn))
    return review


@DRAW.performs("ask_abort")
def ask_abort(uow: UnitOfWork, draw: Draw, *, reason: str) -> None:
    """The first of the two signatures under the end of a draw (ZC-DRAW/1 step 9)."""
    DRAW.advance(uow, draw, "ask_abort", opinion=reason)
    draw.abort_reason, draw.abort_asked_by = reason, uow.actor.id


@DRAW.performs("abort")
def abort(uow: UnitOfWork, draw: Draw) -> None:
    """The second signature: the attempt ends, stays listed, and its random number is open from now on."""
    DRAW.advance(uow, draw, "abort", opinion=draw.abort_reason, r0=draw.r0)
    if draw.plan.state == PlanState.DRAWN:
        plan_change.undrawn(uow, draw.plan)


# -- What is read of a draw -----------------------------------------------------------------------


def members(draw: Draw) -> list[tuple[str, str]]:
    """(stratum, code) of everybody the draw has seated so far."""
    return [(stratum, code) for kind, stratum, code in lines(draw, 3) if kind == "member"]


def transcript(draw: Draw) -> dict[str, bytes]:
    """The files of the draw as they may be read now: whoever has them can draw again (ZC-DRAW/1 “Files of a draw”).

    What was spoken and the system's number are added once they are revealed.
    """
    files = {"manifest.txt": bytes(draw.manifest)}
    if draw.state in (S.DRAWN, S.CLOSED, S.ABORTED) and draw.r0:
        rows = [("r0", draw.r0), ("commit", draw.commitment or ""), *_spoken(draw)]
        files["entropy.txt"] = "".join(f"{label}\t{value}\n" for label, value in rows).encode()
    if draw.declines:
        files["declines.txt"] = zc.declines_to_bytes((d.code, d.reason) for d in draw.declines)
    if draw.result:
        files["result.txt"] = bytes(draw.result)
    return files


@dataclass(frozen=True)
class Call:
    """One line of the list by which drawn experts are called."""

    code: str
    stratum: str
    name: str
    unit: str
    phone: str


def call_list(uow: UnitOfWork, draw: Draw) -> list[Call]:
    """Names and telephone numbers of those drawn, for calling them; the reading is journalled (令40号 第二十三条).

    For the province's auditor and the supervisor, from the draw until it is closed.
    """
    uow.lead(CALL, f"评委名单只有{CALL.who}可以查看（令40号 第二十三条）。")
    if draw.state not in (S.DRAWN, S.CLOSED):
        raise NotNow("尚未抽取或已经中止，没有可以通知的评委。")
    strata = {code: stratum for stratum, code in members(draw)}
    experts = experts_of(uow.session, draw)
    uow.record("read_call_list", draw, label="查看通知名单", count=len(strata))
    return [
        Call(code, strata[code], e.person.name, e.unit.name, e.person.phone or "")
        for code in sorted(strata)
        if (e := experts[code])
    ]


# -- Small parts ----------------------------------------------------------------------------------


def _first(draw: Draw) -> str:
    """The best ticket among the members of the first stratum."""
    seated = {code for _, code in members(draw)}
    return next(code for kind, _, _, code, _ in lines(draw, 5) if kind == "ticket" and code in seated)


def _spoken(draw: Draw) -> list[tuple[str, str]]:
    return [(c.label, c.value) for c in sorted(draw.contributions, key=lambda c: c.id)]


def _run(draw: Draw, *further: tuple[str, str]) -> zc.Result:
    """Draw again from what is kept, with all declines so far and those to come."""
    try:
        entropy = zc.Entropy(draw.r0 or "", draw.commitment or "", tuple(_spoken(draw)))
        declines = [*((d.code, d.reason) for d in draw.declines), *further]
        return zc.run(zc.Manifest.parse(draw.manifest), entropy, declines)
    except zc.DrawRefused as refused:
        raise Refused(str(refused)) from None


def _keep(draw: Draw, result: zc.Result) -> str:
    draw.result = result.to_bytes()
    draw.result_hash = zc.digest(zc.Manifest.parse(draw.manifest).alg, draw.result)
    return draw.result_hash
