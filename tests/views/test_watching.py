"""What monitors ask, what is written down of a request, and addresses of styles that change with their content."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest

from app import health, metrics
from models.jobs.job import Job, JobState
from workflow.base import clock, roles
from workflow.base.opening import tell
from workflow.storage import store


def test_a_process_that_answers_is_alive_without_asking_the_database(app, monkeypatch):
    monkeypatch.setattr(health, "db", None)
    told = app.test_client().get("/healthz").get_json()
    assert told["alive"] is True and re.fullmatch(r"[0-9a-f]{7,40}|unknown", told["release"])


def test_a_node_is_ready_when_everything_it_needs_answers(app, browser, monkeypatch):
    monkeypatch.setitem(health.NEEDS, "revision", lambda: True)  # the tests' schema is made without migrations
    answer = browser().get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {
        "ready": True, "database": True, "revision": True, "store": True, "clock": True, "queue_age": 0.0,
    }  # fmt: skip


def away():
    raise OSError("the store is out of reach")


@pytest.mark.parametrize("need", sorted(health.NEEDS))
@pytest.mark.parametrize("how", [lambda: False, away], ids=["no", "fault"])
def test_a_node_without_one_of_its_needs_gets_nobody(app, browser, monkeypatch, need, how):
    for name in health.NEEDS:
        monkeypatch.setitem(health.NEEDS, name, how if name == need else lambda: True)
    answer = browser().get("/readyz")
    told = answer.get_json()
    assert answer.status_code == 503 and not told["ready"]
    assert [name for name in health.NEEDS if not told[name]] == [need]


def test_a_clock_two_seconds_off_and_an_old_revision_are_seen(app, session, monkeypatch):
    with app.app_context():
        monkeypatch.setattr(clock, "skew", lambda session: -2.5)
        assert not health.NEEDS["clock"]()
        monkeypatch.setattr(clock, "skew", lambda session: 1.5)
        assert health.NEEDS["clock"]()
        assert not health.NEEDS["revision"]()  # made without migrations: at no revision


def test_a_store_out_of_reach_is_seen(app, browser, monkeypatch):
    monkeypatch.setattr(store.Store, "exists", lambda *_: away())
    assert browser().get("/readyz").get_json()["store"] is False


def test_metrics_are_for_this_machine_or_for_who_has_the_token(app, browser, monkeypatch):
    client = browser()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "t" * 20)
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 20}).status_code == 200


def figure(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])


def test_metrics_tell_time_by_endpoint_retries_waiting_queue_and_failed_work(app, session, browser, make):
    account = make.account(roles.APPLICANT)
    now = clock.province_now(session)
    asked = now - timedelta(seconds=90)
    for state in (JobState.WAITING, JobState.FAILED, JobState.FAILED):
        session.add(Job(account_id=account.id, kind="x", title="x", state=state, asked_at=asked, arguments={}))
    session.add(
        Job(
            account_id=account.id, kind="verify_journal", title="x", state=JobState.DONE, asked_at=asked,
            ended_at=asked, arguments={},
        )
    )  # fmt: skip
    client = browser()
    client.get("/login/")
    tell("40001", 0.2)
    tell("queue", 0.03)
    text = client.get("/metrics").get_data(as_text=True)
    assert figure(text, 'zhicheng_request_seconds_count{endpoint="SignInView.login",status="2xx"}') >= 1
    assert figure(text, 'zhicheng_retries_total{state="40001"}') >= 1
    assert figure(text, "zhicheng_turn_seconds_count") >= 1
    assert figure(text, "zhicheng_jobs_failed") == 2
    assert figure(text, "zhicheng_queue_age_seconds") == pytest.approx(90, abs=30)
    assert figure(text, "zhicheng_verified_age_seconds") == pytest.approx(90, abs=30)
    assert metrics._heard in metrics.listeners


# --- request lines --------------------------------------------------------------------------------------


@pytest.fixture
def lines(capsys):
    """The lines of JSON written since."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


@pytest.fixture
def talking(app, monkeypatch):
    monkeypatch.setitem(app.config, "LOG_REQUESTS", True)


def test_a_request_is_one_line_without_query_body_or_name(talking, browser, make, lines):
    account = make.account(roles.APPLICANT, last_name="欧阳某某")
    answer = browser(account).get("/password/?identity=430102199001011234", data={"old": "secret"})
    [line] = lines()
    assert set(line) == {"event", "timestamp", "id", "endpoint", "method", "status", "ms", "account"}
    assert (line["event"], line["endpoint"], line["status"]) == ("request", "SignInView.password", answer.status_code)
    assert line["account"] == account.id and line["id"] == answer.headers["X-Request-Id"]
    assert not re.search("4301|secret|欧阳", json.dumps(line, ensure_ascii=False))


def test_a_fault_is_told_by_its_number_and_the_page_bears_the_same(app, talking, browser, make, lines, monkeypatch):
    client = browser(make.account(roles.APPLICANT))
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "SignInView.mine", lambda: {}["没有"])
    answer = client.get("/account/")
    fault = next(line for line in lines() if line["event"] == "fault")
    assert answer.status_code == 500
    assert f"事件编号：{fault['id']}" in answer.get_data(as_text=True)
    assert fault["error"] == "KeyError" and any("test_watching" in step for step in fault["trace"])


def test_a_request_keeps_the_id_of_our_proxy_and_of_nobody_else(app, browser):
    answer = browser().get("/login/", headers={"X-Request-Id": "abcdef0123456789"})
    assert answer.headers["X-Request-Id"] != "abcdef0123456789"


# --- static addresses -----------------------------------------------------------------------------------


def kept(client, address):
    with client.get(address) as answer:
        return answer.headers["Cache-Control"]


def test_styles_are_kept_for_a_year_under_the_digest_of_their_content(app, browser):
    client = browser()
    page = client.get("/login/").get_data(as_text=True)
    found = re.findall(r"(?:href|src)=\"(/static/[^\"]+)\"", page)
    assert found and all("?v=" in address for address in found)
    for address in found:
        assert kept(client, address) == "public, max-age=31536000, immutable"
    assert kept(client, "/static/app.css") == "no-cache"
    assert kept(client, "/static/app.css?v=000000000000") == "no-cache"


def test_the_moment_of_waiting_is_by_the_clock_of_the_office(app, session):
    with app.app_context():
        assert health.queue_age() == 0.0 and isinstance(clock.province_now(session), datetime)
