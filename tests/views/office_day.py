"""The day on which the screens are tried: the demo clock stands at the noon of the rules' tests."""

from __future__ import annotations

import pytest

from models.office.setting import DemoClock
from tests.conftest import NOON
from workflow.base import clock


@pytest.fixture
def noon(app, session):
    """Move the demo clock to NOON; answers the day."""
    session.add(DemoClock(offset_seconds=round((NOON - clock.machine_now()).total_seconds())))
    session.flush()
    return NOON.date()


def page_of(answer):
    """The text of a page."""
    return answer.get_data(as_text=True)


def alert_of(answer):
    """The sentences of a refused page, to read when a test fails."""
    page = page_of(answer)
    return [part.split("</div>")[0] for part in page.split('class="alert"')[1:]] + [
        part.split("</p>")[0] for part in page.split('class="flash')[1:]
    ]


def signs(client, declaration):
    """The 负责人 signs what waits for him on that declaration."""
    answer = client.post(f"/signingscreen/act/{declaration.signing_id}/confirm", data={})
    assert answer.status_code == 302, alert_of(answer)
