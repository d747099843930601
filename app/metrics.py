"""/metrics for Prometheus: time by endpoint, retries, waiting for one's turn, the queue, failed work, verification.

Answered to this machine alone, or to whoever shows METRICS_TOKEN; for everybody else there is no such page. The
processes of one server add up their figures through files in DATA_DIR/metrics (PROMETHEUS_MULTIPROC_DIR).
"""

from __future__ import annotations

import hmac
import os
import time
from ipaddress import ip_address

from flask import Flask, Response, abort, current_app, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.health import queue_age
from models.base import db
from models.jobs.job import Job, JobState
from workflow.base import clock
from workflow.base.opening import listeners
from workflow.messages import outbox

STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
REQUESTS = Histogram("zhicheng_request_seconds", "Time of requests", ["endpoint", "status"], buckets=STEPS)
RETRIES = Counter("zhicheng_retries", "Transactions begun again, by SQLSTATE (busy, unique)", ["state"])
LOST = Counter("zhicheng_retried_seconds", "Time spent in transactions that were begun again", ["state"])
TURNS = Histogram("zhicheng_turn_seconds", "Waiting for the writer's turn (lock wait)", buckets=STEPS)


def _heard(what: str, seconds: float) -> None:
    if what == "queue":
        TURNS.observe(seconds)
    else:
        RETRIES.labels(what).inc()
        LOST.labels(what).inc(seconds)


#: Headers by which a proxy on this machine shows that somebody else is asking.
PROXIED = ("x-forwarded", "forwarded", "x-real")


def allowed() -> bool:
    """The token where one is set; else this machine itself, asking without a proxy between."""
    if token := current_app.config["METRICS_TOKEN"]:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    try:
        here = ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    return here and not any(name.lower().startswith(PROXIED) for name, _ in request.headers)


def _of_the_database() -> CollectorRegistry:
    """What the rows say; nothing while the database does not answer, for then the other figures are needed most."""
    found = CollectorRegistry()
    try:
        age = queue_age()
        failed = db.session.scalar(select(func.count(Job.id)).where(Job.state == JobState.FAILED)) or 0
        ended = select(func.max(Job.ended_at)).where(Job.kind == "verify_journal", Job.state == JobState.DONE)
        unsent = outbox.oldest_unsent(db.session, clock.province_now(db.session))[1]
        verified, now = db.session.scalar(ended), clock.province_now(db.session)
    except SQLAlchemyError:
        db.session.remove()
        return found
    Gauge("zhicheng_queue_age_seconds", "How long the oldest job has waited", registry=found).set(age)
    Gauge("zhicheng_jobs_failed", "Jobs that ended without their work done", registry=found).set(failed)
    waited = (now - unsent).total_seconds() if unsent else 0
    Gauge("zhicheng_letter_age_seconds", "How long the oldest unsent letter has waited", registry=found).set(waited)
    if verified:
        since = Gauge("zhicheng_verified_age_seconds", "Since the journal was last found whole", registry=found)
        since.set((now - verified).total_seconds())
    return found


def install(app: Flask) -> None:
    """The address, and the clock around each request."""
    if _heard not in listeners:
        listeners.append(_heard)

    @app.before_request
    def begin() -> None:
        g.metered = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if "metered" in g and request.endpoint != "metrics":
            took = time.perf_counter() - g.metered
            REQUESTS.labels(request.endpoint or "none", f"{response.status_code // 100}xx").observe(took)
        return response

    def metrics() -> Response:
        if not allowed():
            abort(404)
        figures = REGISTRY
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            figures = CollectorRegistry()
            multiprocess.MultiProcessCollector(figures)
        return Response(
            generate_latest(figures) + generate_latest(_of_the_database()), content_type=CONTENT_TYPE_LATEST
        )

    app.add_url_rule("/metrics", "metrics", metrics)
