"""材料复审, 打分 and 评审意见 (附件2 1.3): what an expert writes about a candidate, each in its stage, by name.

Points are whole hundredths of a point. An expert who must stand aside for a candidate is refused. The
journal says that an expert has scored, never whom: its subjects are the rows themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.review.plan import ScoreItem, ScoreKind, ScorePhase
from models.review.session import MaterialReview, Member, ReviewOpinion, ReviewSession, Score
from models.review.session import SessionState as S
from models.review.waiver import Waiver
from workflow.base import settings
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import EXPERT
from workflow.base.unit_of_work import UnitOfWork
from workflow.review.bench import candidates, outside_the_panel, present, recusals, review_of, seat

JUDGE = verb("scoring.judge", "材料复审、打分、撰写评审意见", "评委评审", EXPERT)

W = TypeVar("W", MaterialReview, ReviewOpinion, Score)
POINT = 100  #: hundredths in a point
VETOED = POINT  #: what a veto item carries when it is used; 0 when not

STAGE: Mapping[str, S] = {ScorePhase.MATERIAL: S.MATERIAL_SCORING, ScorePhase.INTERVIEW: S.INTERVIEW}


# -- What an expert writes ------------------------------------------------------------------------


def material_review(uow: UnitOfWork, declaration: Declaration, *, passed: bool, opinion: str = "") -> MaterialReview:
    """材料复审: an expert finds the material in order or not (附件2 1.3.1); may be changed while the stage lasts.

    Refuses another stage, an expert without a seat or who stands aside, and 不通过 without an opinion.
    """
    review, member = judge(uow, declaration, S.MATERIAL_REVIEW, "材料复审")
    if not passed and len(opinion.strip()) < 2:
        raise Refused("复审不通过的，请写明意见（118号 五(四)）。", field="opinion")
    row = _own(uow, MaterialReview, review, member, declaration)
    row.passed, row.opinion = passed, opinion.strip()
    return _keep(uow, row, "material_review", "材料复审")


def score(
    uow: UnitOfWork,
    declaration: Declaration,
    *,
    phase: str,
    points: Mapping[int, int],
    notes: Mapping[int, str] | None = None,
) -> list[Score]:
    """打分: an expert's hundredths of a point for every item of the phase (附件2 1.3.2, 1.3.3).

    A veto item carries 0, or 100 with a note that says why. Refuses, each at its item (`item-<id>`),
    what is missing, no whole number or out of range; another stage; who has no seat or stands aside.
    """
    stage = STAGE[ScorePhase(phase)]
    label = ScorePhase(phase).label
    review, member = judge(uow, declaration, stage, label)
    if phase == ScorePhase.INTERVIEW and (member.expert_id, declaration.id) in outside_the_panel(uow.session, review):
        raise NotYou("该参评人员由另一面试组面试，您不参加其面试打分（附件2 1.2.4）；请为本组人员打分。")
    items = [item for item in review.plan.items if item.phase == phase]
    notes = notes or {}
    wrong = {f"item-{item.id}": why for item in items if (why := _wrong(item, points, notes))}
    if strange := set(points) - {item.id for item in items}:
        wrong |= {f"item-{number}": f"该项目不属于{label}；请刷新后重新打分。" for number in sorted(strange)}
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    mine = {row.item_id: row for row in _mine(uow, member, declaration)}
    rows = []
    for item in items:
        row = mine.get(item.id) or Score(
            session_id=review.id, expert_id=member.expert_id, declaration_id=declaration.id, item_id=item.id
        )
        row.points, row.note = points[item.id], notes.get(item.id, "").strip()
        rows.append(_keep(uow, row, "score", label))
    return rows


def opinion(uow: UnitOfWork, declaration: Declaration, *, text: str, fail_reason: str = "") -> ReviewOpinion:
    """评审意见: an expert's written opinion in the discussion, reference for the vote (令40号 第二十条).

    Refuses another stage, an expert without a seat or who stands aside, and an empty opinion.
    """
    review, member = judge(uow, declaration, S.DISCUSSION, "评审意见")
    if len(text.strip()) < 2:
        raise Refused("请填写评审意见（令40号 第二十条）。", field="text")
    row = _own(uow, ReviewOpinion, review, member, declaration)
    row.text, row.fail_reason = text.strip(), fail_reason.strip()
    return _keep(uow, row, "opinion", "评审意见")


def judge(uow: UnitOfWork, declaration: Declaration, stage: S, label: str) -> tuple[ReviewSession, Member]:
    """The session and the seat from which the actor judges this candidate in that stage; refuses all else."""
    uow.lead(JUDGE, f"只有{JUDGE.who}可以办理{label}，请用评委账号登录。")
    review = review_of(uow.session, declaration)
    member = seat(uow, review) if review else None
    if review is None or member is None or declaration not in candidates(uow.session, review.plan_id):
        raise NotYou("您不是该参评人员所在评审会议的评委，不能办理；如有疑问请联系评委会办事机构。")
    if member.signed_in_at is None or not (member.secrecy_signed and member.recusal_declared):
        raise NotNow("您尚未报到或未签保密承诺、回避声明，不能查看和评审材料（令40号 第二十三、二十四条）；请先签到。")
    if (member.expert_id, declaration.id) in recusals(uow.session, review):
        raise NotYou("您对该参评人员应当回避，不能参加其评审（令40号 第二十四条）；请评审其他人员。")
    if review.state != stage:
        raise NotNow(
            f"会议当前为“{S(review.state).label}”环节，{label}只能在“{stage.label}”环节办理（118号 五(四)）；"
            "请等待会议安排。"
        )
    return review, member


def _wrong(item: ScoreItem, points: Mapping[int, int], notes: Mapping[int, str]) -> str | None:
    given = points.get(item.id)
    if given is None or isinstance(given, bool) or not isinstance(given, int):
        return f"请为“{item.name}”打分。"
    if item.kind == ScoreKind.VETO:
        if given not in (0, VETOED):
            return f"“{item.name}”为一票否决项，只能选“是”或“否”。"
        if given and len(notes.get(item.id, "").strip()) < 2:
            return f"“{item.name}”选择一票否决的，请写明事由。"
        return None
    if not 0 <= given <= item.maximum * POINT:
        return f"“{item.name}”应在 0 至 {item.maximum} 分之间，现为 {shown(given)} 分。"
    return None


def _mine(uow: UnitOfWork, member: Member, declaration: Declaration) -> list[Score]:
    rows = select(Score).where(Score.expert_id == member.expert_id, Score.declaration_id == declaration.id)
    return list(uow.session.scalars(rows))


def _own(uow: UnitOfWork, model: type[W], review: ReviewSession, member: Member, declaration: Declaration) -> W:
    """The expert's row for this candidate, a new one at first."""
    key = dict(session_id=review.id, expert_id=member.expert_id, declaration_id=declaration.id)
    return uow.session.scalar(select(model).filter_by(**key)) or model(**key)


def _keep(uow: UnitOfWork, row: W, verb: str, label: str) -> W:
    uow.session.add(row)
    uow.session.flush()
    uow.record(verb, row, label=label)
    return row


# -- What the others ask --------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """A candidate's score: the mean of the experts' sums in hundredths, and how many used a veto item."""

    points: int
    experts: int
    vetoes: int

    @property
    def vetoed(self) -> bool:
        """Whether some expert used a veto item; the meeting is shown it, the vote decides."""
        return self.vetoes > 0


def standings(session: Session, review: ReviewSession) -> dict[int, Standing]:
    """The score of every candidate with points, by declaration (118号 五(三) 量化评分).

    In each phase the mean over the experts of 计分 + 加分 − 减分; the phases are added, never below
    zero, rounded half up to a hundredth. Points of an expert who stands aside do not count.
    """
    aside = recusals(session, review)
    rows = session.execute(
        select(Score.declaration_id, Score.expert_id, Score.points, ScoreItem.phase, ScoreItem.kind)
        .join(ScoreItem, ScoreItem.id == Score.item_id)
        .where(Score.session_id == review.id)
    )
    sums: dict[int, dict[str, dict[int, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    vetoes: dict[int, set[int]] = defaultdict(set)
    for declaration, expert, points, phase, kind in rows:
        if (expert, declaration) in aside:
            continue
        sums[declaration][phase][expert] += _weight(kind) * points
        if kind == ScoreKind.VETO and points:
            vetoes[declaration].add(expert)
    return {
        declaration: Standing(
            points=max(0, _half_up(sum((_mean(phase.values()) for phase in phases.values()), Fraction(0)))),
            experts=len({expert for phase in phases.values() for expert in phase}),
            vetoes=len(vetoes[declaration]),
        )
        for declaration, phases in sums.items()
    }


def _weight(kind: str) -> int:
    return {ScoreKind.DEDUCT: -1, ScoreKind.VETO: 0}.get(ScoreKind(kind), 1)


def _mean(values: Iterable[int]) -> Fraction:
    values = list(values)
    return Fraction(sum(values), len(values))


def _half_up(value: Fraction) -> int:
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def shown(points: int) -> str:
    """Hundredths as people read them: 8650 → 86.5."""
    whole, rest = divmod(abs(points), POINT)
    return f"{'-' if points < 0 else ''}{whole}" + (f".{rest:02}".rstrip("0") if rest else "")


def unscored(session: Session, review: ReviewSession, phase: str) -> dict[str, int]:
    """Members present who have not scored everybody they may judge: code to number of candidates left."""
    if not any(item.phase == phase for item in review.plan.items):
        return {}
    codes = {m.expert_id: m.code for m in present(review)}
    return {codes[expert]: len(people) for expert, people in left_by(session, review, phase).items()}


def left_by(session: Session, review: ReviewSession, phase: str) -> dict[int, set[int]]:
    """Expert id → ids of the candidates he has still to score: without those he stands aside for, and those whom it was
    entered that he does not score."""
    rows = (
        select(Score.expert_id, Score.declaration_id)
        .join(ScoreItem, ScoreItem.id == Score.item_id)
        .where(Score.session_id == review.id, ScoreItem.phase == phase)
    )
    waived = select(Waiver.expert_id, Waiver.declaration_id).where(
        Waiver.session_id == review.id, Waiver.phase == phase
    )
    done = {(expert, declaration) for query in (rows, waived) for expert, declaration in session.execute(query)}
    people = [declaration.id for declaration in candidates(session, review.plan_id)]
    settled = done | recusals(session, review) | _elsewhere(session, review, phase)
    left = {m.expert_id: {d for d in people if (m.expert_id, d) not in settled} for m in present(review)}
    return {expert: numbers for expert, numbers in left.items() if numbers}


def _elsewhere(session: Session, review: ReviewSession, phase: str) -> set[tuple[int, int]]:
    return outside_the_panel(session, review) if phase == ScorePhase.INTERVIEW else set()


def judges_of(session: Session, review: ReviewSession, declaration_id: int, phase: str = "") -> set[tuple[int, int]]:
    """(expert id, candidate id) of the members present who may judge him, of his group where he is interviewed."""
    here = {(member.expert_id, declaration_id) for member in present(review)}
    return here - recusals(session, review) - _elsewhere(session, review, phase)


def floor(session: Session) -> int:
    """As many experts as a 评议组 has (令40号 第二十条)."""
    return int(settings.value(session, "group_size"))


def unreviewed(session: Session, review: ReviewSession) -> list[str]:
    """Numbers of candidates whose material too few experts have reviewed."""
    return _too_few(session, review, MaterialReview)


def without_opinions(session: Session, review: ReviewSession) -> list[str]:
    """Numbers of candidates on whom too few experts have written (令40号 第二十条)."""
    return _too_few(session, review, ReviewOpinion)


def _too_few(session: Session, review: ReviewSession, model: type[MaterialReview] | type[ReviewOpinion]) -> list[str]:
    """Fewer experts than a 评议组 has (three), or than all who may judge where these are fewer."""
    group = floor(session)
    rows = select(model.expert_id, model.declaration_id).where(model.session_id == review.id)
    written = {(expert, declaration) for expert, declaration in session.execute(rows)}
    aside = recusals(session, review)
    short = []
    for declaration in candidates(session, review.plan_id):
        pairs = {(member.expert_id, declaration.id) for member in present(review)} - aside
        if len(pairs & written) < min(group, len(pairs)):
            short.append(declaration.number)
    return short
