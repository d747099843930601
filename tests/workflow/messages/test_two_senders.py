"""Two workers at once, and one that is killed while it sends: each message once (Shows 7), on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.messages.letter import Channel, Letter
from models.messages.letter import LetterState as S
from tests.arena import arena_on
from tests.conftest import NOON
from tests.factories import Make
from tests.workflow.messages.conftest import wants
from tests.workflow.messages.partners import Gateway, MailServer
from workflow.accounts.accounts import install_system_account
from workflow.base import roles as r
from workflow.base.notices import tell
from workflow.base.unit_of_work import attempt

ROOT = Path(__file__).resolve().parents[3]
MANY = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """An empty database with the schema, and its address."""
    with arena_on(request.param, tmp_path) as arena:
        yield arena.engine, arena.engine.url.render_as_string(hide_password=False)


def fill(engine, channel, many=MANY):
    """So many people wait for a message by that channel."""
    with Session(engine) as session:
        install_system_account(session)
        make = Make(session)
        people = [wants(make, channel).person for _ in range(many)]
        officer = make.account(r.UNIT_OFFICER)
        session.commit()

        def verb(uow):
            for person in people:
                tell(uow, person, "请补正申报材料", "…")

        attempt(officer, verb, session=session, now=NOON)


@contextmanager
def worker(url, moment, letters, gateway):
    """A sender of its own process, ready to begin."""
    line = [sys.executable, "-m", "tests.workflow.messages.sending", url, moment.isoformat(), letters.url, gateway.url]
    with subprocess.Popen(
        line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout.readline().strip() == "ready"
        yield process


def begin(*processes):
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def states(engine):
    with Session(engine) as session:
        return list(session.scalars(select(Letter.state)))


@pytest.mark.parametrize("channel", [Channel.MAIL, Channel.SMS])
def test_two_workers_at_once_send_each_message_once(place, partners, channel):
    engine, url = place
    letters, gateway = partners(MailServer(delay=0.02), Gateway(delay=0.02))
    fill(engine, channel)
    with worker(url, NOON, letters, gateway) as one, worker(url, NOON, letters, gateway) as two:
        begin(one, two)
        assert [process.wait(120) for process in (one, two)] == [0, 0]
    assert states(engine) == [S.SENT] * MANY
    if channel == Channel.MAIL:
        assert len(letters.taken) == len(set(letters.ids())) == MANY
    else:
        assert len(gateway.asked) == len(gateway.sent) == MANY


def test_a_worker_killed_while_the_gateway_thinks_has_sent_each_message_once(place, partners):
    engine, url = place
    letters, gateway = partners(MailServer(), Gateway(delay=0.5))
    fill(engine, Channel.SMS, many=3)
    with worker(url, NOON, letters, gateway) as first:
        begin(first)
        assert gateway.came.wait(60)
        first.kill()
    assert S.SENDING in states(engine)
    with worker(url, NOON + timedelta(minutes=11), letters, gateway) as second:
        begin(second)
        assert second.wait(120) == 0
    assert states(engine) == [S.SENT] * 3
    assert len(gateway.sent) == 3 and all(len(copies) == 1 for copies in gateway.sent.values())
    assert len(gateway.asked) >= 4, "one was asked twice and sent once"


def test_a_worker_killed_before_the_mail_server_has_it_sends_it_after_the_lease(place, partners):
    engine, url = place
    letters, gateway = partners(MailServer(delay=5.0), Gateway())
    fill(engine, Channel.MAIL, many=1)
    with worker(url, NOON, letters, gateway) as first:
        begin(first)
        assert letters.came.wait(60)
        first.kill()
    letters.delay = 0.0
    with worker(url, NOON + timedelta(minutes=11), letters, gateway) as second:
        begin(second)
        assert second.wait(120) == 0
    assert states(engine) == [S.SENT] and len(set(letters.ids())) == 1
