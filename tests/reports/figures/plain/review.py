"""Plans, sessions, draws, scores and polls, told plainly."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from models.awards.filing import Filing
from models.awards.publicity import Publicity
from models.committees.committee import Committee
from models.review.ballot import Poll, Tally
from models.review.draw import Decline, Draw
from models.review.plan import Plan
from models.review.session import Member, Recusal, ReviewSession, Score
from tests.reports.figures.plain.told import chosen, day, everything, told, worked


def extreme(how, days):
    found = [d for d in days if d]
    return how(found) if found else None


@told("plan", chosen(Plan, lambda session, p: p.state not in ("draft", "cancelled")))
def plan(session):
    def body(p):
        return session.get(Committee, p.committee_id)

    def meeting(p):
        return session.query(ReviewSession).filter_by(plan_id=p.id).one_or_none()

    def posted(p):
        rows = session.query(Publicity).filter_by(plan_id=p.id).all()
        return extreme(min, [row.posted_on for row in rows if row.state != "void"])

    def applied(p):
        return extreme(min, [row.applied_on for row in session.query(Filing).filter_by(plan_id=p.id)])

    def voted(p):
        return meeting(p) and meeting(p).voted_on

    def in_time(p):
        if p.filed_on is None:
            return None
        return worked(session, p.filed_on, p.opens_on) >= (5 if body(p).host in ("university", "hospital") else 10)

    def drawn(p):
        rows = session.query(Draw).filter_by(plan_id=p.id).all()
        return extreme(max, [day(row.drawn_at) for row in rows if row.state in ("drawn", "closed")])

    return {
        "year": lambda p: p.year,
        "region": lambda p: body(p).region_code[:4],
        "series": lambda p: body(p).series_id,
        "committee": lambda p: p.committee_id,
        "rank": lambda p: str(body(p).level),
        "plan": lambda p: p.id,
        "kind": lambda p: str(p.kind),
        "state": lambda p: str(p.state),
        "excepted": lambda p: p.ratio_reason != "",
        "filed": lambda p: p.filed_on,
        "approved": lambda p: p.approved_on,
        "drawn": drawn,
        "opens": lambda p: p.opens_on,
        "opened": lambda p: meeting(p) and meeting(p).opened_on,
        "reviewed": lambda p: meeting(p) and meeting(p).review_on,
        "scored": lambda p: meeting(p) and meeting(p).scoring_on,
        "interviewed": lambda p: meeting(p) and meeting(p).interview_on,
        "discussed": lambda p: meeting(p) and meeting(p).discussion_on,
        "voted": voted,
        "posted": posted,
        "applied": applied,
        "results_filed": lambda p: extreme(
            max, [f.filed_on for f in session.query(Filing).filter_by(plan_id=p.id) if f.state == "approved"]
        ),
        "lead": lambda p: worked(session, p.filed_on, p.opens_on),
        "in_time": in_time,
        "posted_late": lambda p: (worked(session, voted(p), posted(p)) or 0) > 3,
        "applied_late": lambda p: (worked(session, voted(p), applied(p)) or 0) > 15,
    }


def of_plan(get):
    """What hangs on a plan."""
    return {
        "year": lambda row: get(row).year,
        "region": lambda row: get(row).committee.region_code[:4],
        "series": lambda row: get(row).committee.series_id,
        "committee": lambda row: get(row).committee_id,
    }


@told("draw", chosen(Draw, lambda session, w: w.drawn_at is not None))
def draw(session):
    def said(w, *reasons):
        return len([d for d in w.declines if not reasons or d.reason in reasons])

    def seated(w):
        held = session.query(ReviewSession).filter_by(plan_id=w.plan_id).one_or_none()
        return len(held.members) if held and w.state == "closed" else 0

    return of_plan(lambda w: w.plan) | {
        "plan": lambda w: w.plan_id,
        "state": lambda w: str(w.state),
        "attempt": lambda w: w.attempt,
        "drawn": lambda w: day(w.drawn_at),
        "seats": lambda w: w.plan.members,
        "called": lambda w: w.plan.members + said(w),
        "reached": lambda w: w.plan.members + said(w) - said(w, "NO-ANSWER"),
        "seated": seated,
        "refused": lambda w: said(w, "SICK", "RECUSE-LATE"),
        "unanswered": lambda w: said(w, "NO-ANSWER"),
        "substitutes": said,
    }


@told("decline", everything(Decline))
def decline(session):
    def get(d):
        return session.get(Draw, d.draw_id)

    return of_plan(lambda d: get(d).plan) | {"plan": lambda d: get(d).plan_id, "reason": lambda d: d.reason}


def meeting_of(session):
    return lambda row: session.get(ReviewSession, row.session_id)


@told("recusal", everything(Recusal))
def recusal(session):
    def kind(r):
        for start, name in (("本人声明", "declared"), ("会议期间变动", "changed")):
            if r.reason.startswith(start):
                return name
        return {"本人": "self", "同一工作单位": "unit"}.get(r.reason, "relation")

    get = meeting_of(session)
    return of_plan(lambda r: get(r).plan) | {"session": lambda r: r.session_id, "kind": kind}


@told("poll", chosen(Poll, lambda session, p: p.state in ("closed", "destroyed")))
def poll(session):
    def tallies(p):
        return session.query(Tally).filter_by(poll_id=p.id).all()

    return of_plan(lambda p: p.session.plan) | {
        "session": lambda p: p.session_id,
        "state": lambda p: str(p.state),
        "members": lambda p: p.members,
        "attending": lambda p: p.attending,
        "candidates": lambda p: len(tallies(p)),
        "yes": lambda p: sum(t.yes for t in tallies(p)),
        "no": lambda p: sum(t.no for t in tallies(p)),
        "abstain": lambda p: sum(t.abstain for t in tallies(p)),
        "reached": lambda p: len([t for t in tallies(p) if t.passed]),
    }


def of_points(session):
    """Points, and how far they lie from the mean of all points for the same candidate and item."""
    get = meeting_of(session)
    heaps = defaultdict(list)
    for row in session.query(Score):
        heaps[row.declaration_id, row.item_id].append(row.points)

    def gap(s):
        heap = heaps[s.declaration_id, s.item_id]
        return s.points - int(Fraction(sum(heap), len(heap)) + Fraction(1, 2))

    return of_plan(lambda s: get(s).plan) | {
        "session": lambda s: s.session_id,
        "phase": lambda s: str(s.item.phase),
        "points": lambda s: s.points,
        "gap": gap,
        "far": lambda s: abs(gap(s)) > s.item.maximum * 20,
    }


def no_veto(session, s):
    return s.item.kind != "veto"


@told("score", chosen(Score, no_veto))
def score(session):
    def seat(s):
        return next(m.id for m in meeting_of(session)(s).members if m.expert_id == s.expert_id)

    return of_points(session) | {"member": seat}


@told("rating", chosen(Score, no_veto))
def rating(session):
    return of_points(session) | {"candidate": lambda s: s.declaration_id}


@told("seat", everything(Member))
def seat(session):
    def given(m):
        return session.query(Score).filter_by(session_id=m.session_id, expert_id=m.expert_id).all()

    get = meeting_of(session)
    return of_plan(lambda m: get(m).plan) | {
        "expert": lambda m: m.expert_id,
        "signed": lambda m: m.signed_in_at is not None,
        "cases": lambda m: len({s.declaration_id for s in given(m)}),
        "scores": lambda m: len(given(m)),
    }
