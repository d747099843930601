"""The list from which a committee is drawn (抽取名册, ZC-DRAW/1 step 1): who is on it, in which group, and who is not
to be drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import LADDER, Specialty, TitleLevel
from models.committees.committee import REVIEWS
from models.committees.expert import Expert, Relation
from models.declarations.declaration import Declaration
from models.review.draw import Draw
from models.review.plan import Plan, PlanNeed
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.expert import pool
from workflow.register.blacklist import blocked_people
from workflow.review import zc_draw as zc
from workflow.review.bench import candidates
from workflow.review.draw_codes import are_distinct, code_for, experts_of

HOST = "HOST"  #: experts of the 组建单位 itself; at least one third of the members come from elsewhere


def manifest_for(uow: UnitOfWork, plan: Plan, attempt: int, salt: str, alg: str) -> zc.Manifest:
    """The list of a plan: strata are its needs, experts those of the series who may be drawn on the opening day.

    Who is a candidate himself, has a declared relation to one, is blacklisted or was touched by an earlier
    attempt stays on the list with the reason. At most two thirds come from the 组建单位.
    """
    people = candidates(uow.session, plan.id)
    hosts = {office.organisation_id for office in plan.committee.offices}
    status = _Standing(uow, plan, people)
    experts = pool(uow.session, plan.committee.series_id, plan.opens_on, _highest(plan, people))
    if not are_distinct(salt, experts):
        raise zc.DrawRefused("两名专家在本次抽取中的代码相同；请重新冻结名册。")
    strata = _strata(uow.session, plan.needs, experts)
    return zc.Manifest(
        alg=alg,
        draw_id=plan.number,
        attempt=attempt,
        unitcap=plan.unit_cap,
        groupcaps={HOST: plan.members * 2 // 3} if hosts else {},
        strata=tuple(zc.Stratum(need.code, need.need) for need in plan.needs),
        experts=tuple(
            zc.Candidate(
                code_for(salt, expert.id),
                strata[expert.id],
                expert.unit.code,
                HOST if expert.unit_id in hosts else zc.NO_GROUP,
                status.of(expert),
                zc.person_commit(salt, expert.person.id_number, expert.person.name, alg),
            )
            for expert in experts
            if expert.id in strata
        ),
    )


def _highest(plan: Plan, people: Sequence[Declaration]) -> str:
    """The highest level among the candidates, whose judges need a title not lower (令40号 第十条)."""
    levels = [TitleLevel(d.level) for d in people] or [TitleLevel(v) for v in REVIEWS[plan.committee.level]]
    return max(levels, key=LADDER.index)


class _Standing:
    """Why an expert on the list must not be drawn: decided before the freeze, kept with its reason."""

    def __init__(self, uow: UnitOfWork, plan: Plan, people: Sequence[Declaration]) -> None:
        session = uow.session
        self.themselves = {declaration.person_id for declaration in people}
        related = select(Relation.expert_id).where(Relation.person_id.in_(self.themselves), Relation.ended_at.is_(None))
        self.related = set(session.scalars(related))
        everybody = list(session.scalars(select(Expert.person_id).where(Expert.series_id == plan.committee.series_id)))
        self.blacklisted = blocked_people(session, everybody, plan.opens_on)
        self.touched = touched(session, plan.id)

    def of(self, expert: Expert) -> str:
        if expert.person_id in self.themselves:
            return "RECUSE:SELF"
        if expert.id in self.related:
            return "RECUSE:RELATION"
        if expert.person_id in self.blacklisted:
            return "RECUSE:BLACKLIST"
        return "RECUSE:TOUCHED" if expert.id in self.touched else zc.OK


def touched(session: Session, plan_id: int) -> set[int]:
    """Ids of experts an earlier attempt drew or called: another attempt goes on with the untouched remainder."""
    found: set[int] = set()
    for draw in session.scalars(select(Draw).where(Draw.plan_id == plan_id, Draw.result.is_not(None))):
        taken = {code for kind, _, code, what in lines(draw, 4) if kind == "log" and what == zc.TAKE}
        found |= {expert.id for code, expert in experts_of(session, draw).items() if code in taken}
    return found


def _strata(session: Session, needs: Sequence[PlanNeed], experts: Sequence[Expert]) -> dict[int, str]:
    """The stratum of each expert: the nearest specialty at or above his own, else a need without specialty.

    Between needs that fit equally well the one with fewest experts per seat takes him; who fits none
    is not on the list.
    """
    parents = {row.id: row.parent_id for row in session.execute(select(Specialty.id, Specialty.parent_id))}
    found: dict[int, str] = {}
    filled: Counter[str] = Counter()
    for expert in experts:
        if fitting := _nearest(expert.specialty_id, parents, needs):
            need = min(fitting, key=lambda n: (Fraction(filled[n.code], n.need), n.code))
            filled[need.code] += 1
            found[expert.id] = need.code
    return found


def _nearest(specialty: int | None, parents: dict[int, int | None], needs: Sequence[PlanNeed]) -> list[PlanNeed]:
    node = specialty
    while node is not None:
        if fitting := [need for need in needs if need.specialty_id == node]:
            return fitting
        node = parents.get(node)
    return [need for need in needs if need.specialty_id is None]


def lines(draw: Draw, length: int) -> list[list[str]]:
    """The lines of result.txt that have so many fields."""
    rows = bytes(draw.result or b"").decode().splitlines()
    return [fields for row in rows if len(fields := row.split("\t")) == length]


def shortage(plan: Plan, manifest: zc.Manifest) -> str:
    """Which group lacks how many experts, and what to do."""
    free = Counter(expert.stratum for expert in manifest.experts if expert.status == zc.OK)
    each = "，".join(f"{need.name}需 {need.need} 人、可抽 {free[need.code]} 人" for need in plan.needs)
    return (
        f"评委库在单位上限 {plan.unit_cap} 人、外单位不少于三分之一的限制内不能抽满：{each}。"
        "请补充入库专家后再冻结名册，或由评委会办事机构“调整方案”、修改专家需求后重新呈报。"
    )
