"""Publicities, filings, objections, comparisons, certificates, committees, fees and the blacklist, told plainly."""

from __future__ import annotations

from decimal import Decimal

from models.awards.appeal import Appeal
from models.awards.certificate import Certificate
from models.awards.filing import Filing
from models.awards.publicity import Objection, Publicity
from models.committees.committee import Committee, CommitteeFee
from models.declarations.comparison import Comparison
from models.declarations.declaration import Declaration
from models.register.blacklist import BlacklistEntry
from models.review.plan import Plan
from models.review.session import ReviewSession
from tests.reports.figures.plain.review import of_plan
from tests.reports.figures.plain.told import chosen, counted, day, everything, of_declaration, told, whole, worked


def vote_of(session, plan_id):
    held = plan_id and session.query(ReviewSession).filter_by(plan_id=plan_id).one_or_none()
    return held.voted_on if held else None


@told("publicity", chosen(Publicity, lambda session, p: p.state != "void"))
def publicity(session):
    def body(p):
        return session.get(Plan, p.plan_id).committee if p.plan_id else None

    def after_vote(p):
        return worked(session, vote_of(session, p.plan_id), p.posted_on)

    def stood(p):
        return worked(session, p.posted_on, p.ends_on)

    def region(p):
        place = p.organisation or body(p)
        return place and place.region_code[:4]

    return {
        "year": lambda p: p.posted_on.year,
        "region": region,
        "kind": lambda p: str(p.kind),
        "unit": lambda p: p.organisation_id,
        "committee": lambda p: body(p) and body(p).id,
        "state": lambda p: str(p.state),
        "outcome": lambda p: p.outcome,
        "posted": lambda p: p.posted_on,
        "people": lambda p: len(p.people),
        "days": stood,
        "short": lambda p: stood(p) < 5,
        "after_vote": after_vote,
        "late": lambda p: (after_vote(p) or 0) > 3,
    }


@told("filing", everything(Filing))
def filing(session):
    def after_vote(f):
        return worked(session, vote_of(session, f.plan_id), f.applied_on)

    return of_plan(lambda f: f.plan) | {
        "rank": lambda f: str(f.plan.committee.level),
        "state": lambda f: str(f.state),
        "applied": lambda f: f.applied_on,
        "people": lambda f: f.people,
        "after_vote": after_vote,
        "review_days": lambda f: worked(session, f.applied_on, f.filed_on),
        "late": lambda f: (after_vote(f) or 0) > 15,
    }


@told("objection", everything(Objection))
def objection(session):
    return of_declaration(whole(session)) | {
        "stage": lambda o: str(session.get(Publicity, o.publicity_id).kind) if o.publicity_id else "after",
        "state": lambda o: str(o.state),
        "open": lambda o: o.state in ("registered", "investigating"),
        "named": lambda o: o.named,
        "upheld": lambda o: o.upheld,
        "registered": lambda o: day(o.registered_at),
        "days": lambda o: worked(session, day(o.registered_at), o.concluded_on),
    }


@told("appeal", everything(Appeal))
def appeal(session):
    return of_declaration(whole(session)) | {
        "state": lambda a: str(a.state),
        "open": lambda a: a.state in ("applied", "investigating"),
        "flawed": lambda a: a.flawed,
        "remedy": lambda a: a.remedy,
        "applied": lambda a: day(a.applied_at),
        "days": lambda a: worked(session, day(a.applied_at), a.concluded_on),
    }


@told("comparison", everything(Comparison))
def comparison(session):
    get = whole(session)

    def office(c):
        return next((stop.organisation for stop in get(c).route if stop.position == c.position), None)

    return of_declaration(get) | {
        "rank": lambda c: str(office(c).kind) if office(c) else "committee",
        "office": lambda c: office(c) and office(c).id,
        "result": lambda c: str(c.result),
        "compared": lambda c: c.compared_on,
    }


@told("blacklist", everything(BlacklistEntry))
def blacklist(session):
    return {
        "year": lambda b: b.starts_on.year,
        "kind": lambda b: str(b.kind),
        "state": lambda b: str(b.state),
        "starts": lambda b: b.starts_on,
        "ends": lambda b: b.ends_on,
    }


@told("certificate", everything(Certificate))
def certificate(session):
    return of_declaration(whole(session)) | {
        "state": lambda c: str(c.state),
        "issued": lambda c: day(c.issued_at),
        "fetched": lambda c: c.downloaded_at is not None,
        "reported": lambda c: day(c.reported_at),
        "revoked": lambda c: c.revoked_on,
        "error": lambda c: c.report_error[:40] or None,
    }


@told("committee", everything(Committee))
def committee(session):
    def small(b):
        least = 11 if b.by_specialty else 25
        return b.level == "senior" and b.size < least and not b.size_exception

    return {
        "region": lambda b: b.region_code[:4],
        "series": lambda b: b.series_id,
        "committee": lambda b: b.id,
        "rank": lambda b: str(b.level),
        "kind": lambda b: str(b.kind),
        "host": lambda b: str(b.host),
        "state": lambda b: str(b.state),
        "ends": lambda b: b.valid_to,
        "size": lambda b: b.size,
        "odd": lambda b: b.size % 2 == 1,
        "small": small,
    }


def owed(session):
    return [
        (d, fee)
        for d in session.query(Declaration)
        if counted(d) and d.reached_committee_at
        for fee in session.query(CommitteeFee).filter_by(committee_id=d.committee_id)
    ]


@told("fee", owed, key=lambda pair: pair[0].id)
def fee(session):
    return of_declaration(lambda pair: pair[0]) | {
        "item": lambda pair: pair[1].item,
        "amount": lambda pair: int(Decimal(str(pair[1].amount)) * 100),
    }
