"""Declarations, desks, steps, returns, rechecks, candidates and quotas, told plainly."""

from __future__ import annotations

from models.declarations.declaration import Correction, Declaration, RouteStep
from models.declarations.opinion import Opinion
from models.declarations.profile import Profile
from models.declarations.quota import Quota
from models.declarations.standing import STANDING
from models.register.organisation import Organisation
from models.review.plan import Plan
from tests.reports.figures.plain.told import (
    STAGES,
    chosen,
    counted,
    day,
    of_declaration,
    settled,
    stage,
    told,
    whole,
    worked,
)


def band(age):
    """The last age of five years, from 35 on."""
    return None if age is None else next((last for last in (35, 40, 45, 50, 55) if age <= last), 99)


@told("declaration", chosen(Declaration, lambda session, d: counted(d)))
def declaration(session):
    def profile(d):
        return session.get(Profile, d.id)

    return of_declaration() | {
        "state": lambda d: str(d.state),
        "stage": lambda d: stage(session, d),
        "ending": lambda d: STANDING[d.state].ending.value,
        "sent": lambda d: day(d.submitted_at),
        "nature": lambda d: str(profile(d).nature),
        "grassroots": lambda d: profile(d).grassroots,
        "sex": lambda d: profile(d).sex,
        "age_band": lambda d: band(profile(d).age),
        "education": lambda d: profile(d).education and str(profile(d).education),
        "origin": lambda d: str(profile(d).origin),
        "returns": lambda d: len(session.query(Correction).filter_by(declaration_id=d.id).all()),
        "returned": lambda d: min(3, len(session.query(Correction).filter_by(declaration_id=d.id).all())),
        "voted": lambda d: d.voted_on,
        "first_sent": lambda d: profile(d).first_sent_on,
        "ended": lambda d: profile(d).ended_on,
        "issued_on": lambda d: profile(d).issued_on,
    }


def lies_at(session, d):
    """The level of the way at which an office has it."""
    holder = STANDING[d.state].holder.value
    if holder not in ("office", "returning"):
        return None
    return next((stop for stop in d.route if stop.position == d.position), None)


def rank(session, d):
    if stop := lies_at(session, d):
        return str(stop.organisation.kind)
    return {"committee": "committee", "province": "province"}.get(STANDING[d.state].holder.value, "applicant")


def due(session, d):
    if d.state == "returned":
        return d.due_on
    if STANDING[d.state].holder.value != "office":
        return None
    stop = lies_at(session, d)
    days = [d.batch.audit_on] + ([stop.deadline] if stop and stop.deadline else [])
    return min(days)


@told("desk", chosen(Declaration, lambda session, d: counted(d) and not settled(d)))
def desk(session):
    return of_declaration() | {
        "state": lambda d: str(d.state),
        "rank": lambda d: rank(session, d),
        "office": lambda d: (stop := lies_at(session, d)) and stop.organisation_id,
        "since": lambda d: day(d.held_since or d.submitted_at),
        "due": lambda d: due(session, d),
    }


@told("step", chosen(RouteStep, lambda session, s: s.reached_at and counted(whole(session)(s))))
def step(session):
    get = whole(session)

    def in_time(stop):
        if stop.done_at is None:
            return None
        last = get(stop).batch.audit_on
        return day(stop.done_at) <= (min(last, stop.deadline) if stop.deadline else last)

    return of_declaration(get) | {
        "rank": lambda s: str(s.organisation.kind),
        "office": lambda s: s.organisation_id,
        "reached": lambda s: day(s.reached_at),
        "done": lambda s: day(s.done_at),
        "days": lambda s: worked(session, day(s.reached_at), day(s.done_at)),
        "in_time": in_time,
    }


@told(
    "recheck",
    chosen(Opinion, lambda session, o: o.result in ("qualified", "disqualified") and counted(whole(session)(o))),
)
def recheck(session):
    get = whole(session)
    return of_declaration(get) | {
        "result": lambda o: str(o.result),
        "cause": lambda o: o.cause,
        "given": lambda o: day(o.given_at),
        "days": lambda o: worked(session, day(get(o).reached_committee_at), day(o.given_at)),
    }


@told("correction", chosen(Correction, lambda session, c: counted(whole(session)(c))))
def correction(session):
    get = whole(session)

    def office(c):
        return next((stop.organisation for stop in get(c).route if stop.position == c.position), None)

    return of_declaration(get) | {
        "cause": lambda c: c.cause or None,
        "rank": lambda c: str(office(c).kind) if office(c) else "committee",
        "office": lambda c: office(c) and office(c).id,
        "issued": lambda c: day(c.issued_at),
        "answered": lambda c: c.answered_at is not None,
        "days": lambda c: worked(session, day(c.issued_at), day(c.answered_at)),
    }


def voted_on(session, d):
    return counted(d) and d.plan_id and d.way == "review" and STAGES.index(stage(session, d)) >= STAGES.index("decided")


@told("candidate", chosen(Declaration, voted_on))
def candidate(session):
    def plan(d):
        return session.get(Plan, d.plan_id)

    return of_declaration() | {
        "stage": lambda d: stage(session, d),
        "plan": lambda d: d.plan_id,
        "ratio": lambda d: plan(d).full_ratio if d.level == "full_senior" else plan(d).associate_ratio,
        "excepted": lambda d: plan(d).ratio_reason != "",
    }


@told("quota", chosen(Quota, lambda session, q: q.state != "draft"))
def quota(session):
    return {
        "year": lambda q: q.year,
        "region": lambda q: session.get(Organisation, q.unit_id).region_code[:4],
        "level": lambda q: str(q.level),
        "unit": lambda q: q.unit_id,
        "specialty": lambda q: q.specialty_id,
        "kind": lambda q: str(q.kind),
        "special": lambda q: q.kind != "vacancy",
        "state": lambda q: str(q.state),
        "requested": lambda q: q.requested,
        "approved": lambda q: q.approved,
        "limit": lambda q: q.reserve_limit,
        "reserved": lambda q: q.reserved,
        "used": lambda q: q.used,
        "left": lambda q: q.approved - q.used,
    }


def without_a_vacancy(session, d):
    if d.quota_id is None or d.state not in ("filed", "issued", "reported"):
        return False
    return session.get(Quota, d.quota_id).kind != "vacancy"


@told("above", chosen(Declaration, without_a_vacancy))
def above(session):
    return of_declaration() | {
        "kind": lambda d: str(session.get(Quota, d.quota_id).kind),
        "filed": lambda d: d.filed_on,
    }
