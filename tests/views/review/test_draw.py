"""抽取评委 over HTTP: the hall from freezing to the session, who reads names, and files that verify."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from app.commands.draw import draw_commands
from models.committees.expert import Expert
from models.office.journal import JournalEntry
from models.review.draw import Draw, DrawState
from models.review.plan import PlanState
from models.review.session import ReviewSession
from tests.views.office_day import noon, page_of  # noqa: F401
from views.review.review_papers import spoken
from workflow.base import roles as r
from workflow.review import draw as draws

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def plan(make):
    """Opens tomorrow: five seats, twelve experts of as many units, three candidates."""
    series = make.series()
    plan = make.plan(committee=make.committee(series=series), members=5, needs={"A": 3, "B": 2})
    for _ in range(12):
        make.expert(series=series)
    for _ in range(3):
        make.declaration(state="planned", batch=plan.batch, title=make.title(series=series), plan_id=plan.id)
    return plan


@pytest.fixture
def hrss(make, browser):
    return browser(make.account(r.HRSS_AUDIT))


@pytest.fixture
def witness(make, browser):
    return browser(make.account(r.SUPERVISOR))


@pytest.fixture
def office(make, browser, plan):
    return browser(make.account(r.COMMITTEE_OFFICE, committee_id=plan.committee_id))


def say(desk, draw, verb, **answers):
    return desk.post(f"/draw/act/{draw.id}/{verb}", data=answers)


@pytest.fixture
def drawn(session, plan, hrss, witness):
    """The draw after its reveal."""
    assert hrss.post(f"/draw-plan/freeze/{plan.id}").status_code == 302
    draw = session.scalar(select(Draw))
    assert (
        say(hrss, draw, "commit", outside="李四，组建单位机关纪委，书记\n王五，组建单位机关纪委，委员").status_code
        == 302
    )
    assert say(hrss, draw, "contribute", label="RST-01", value="5526143361").status_code == 302
    assert say(witness, draw, "contribute", label="JW-01", value="3615246152").status_code == 302
    assert say(hrss, draw, "reveal").status_code == 302
    session.refresh(draw)
    return draw


def test_a_draw_from_the_frozen_list_to_the_session(session, plan, drawn, hrss, office):
    assert drawn.state == DrawState.DRAWN and plan.state == PlanState.DRAWN
    hall = page_of(hrss.get(f"/draw/show/{drawn.id}"))
    assert drawn.pool_hash[:8] in hall and drawn.commitment[-8:] in hall and "5526143361" in hall
    code = page_of(office.get(f"/draw/show/{drawn.id}"))
    member = draws.members(drawn)[0][1]
    assert member in code and not [e.code for e in session.scalars(select(Expert)) if e.code in code]
    silent = say(hrss, drawn, "decline", code=member, reason="NO-ANSWER", note="")
    assert silent.status_code == 422 and "三次呼叫时间" in page_of(silent)
    assert (
        say(hrss, drawn, "decline", code=member, reason="NO-ANSWER", note="9:40、9:50、10:00 三次").status_code == 302
    )
    assert say(hrss, drawn, "close").status_code == 302
    assert session.scalar(select(ReviewSession)).plan_id == plan.id


def test_what_was_spoken_stays_hidden_until_the_reveal(session, plan, hrss, witness):
    hrss.post(f"/draw-plan/freeze/{plan.id}")
    draw = session.scalar(select(Draw))
    say(hrss, draw, "commit", outside="李四，组建单位机关纪委，书记")
    say(witness, draw, "contribute", label="JW-01", value="3615246152")
    for desk in (hrss, witness):
        hall = page_of(desk.get(f"/draw/show/{draw.id}"))
        assert "JW-01" in hall and "3615246152" not in hall and draw.r0 not in hall
    assert all("3615246152" not in value for _label, value in spoken(draw))  # the printed record says the same
    early = say(hrss, draw, "reveal")
    assert early.status_code == 422 and "至少需要 2 名监督人员" in page_of(early)


def test_names_are_read_by_the_two_sides_only_and_leave_a_trace(session, drawn, hrss, witness, office):
    names = [e.person.name for e in session.scalars(select(Expert))]
    for path in (
        f"/draw/show/{drawn.id}",
        f"/draw-plan/show/{drawn.plan_id}",
        "/draw-plan/list/",
        "/expert-pool/list/",
    ):
        page = page_of(office.get(path))
        assert not [name for name in names if name in page], path
    assert office.post(f"/draw/calls/{drawn.id}").status_code in (302, 403)
    assert office.get(f"/draw/files/{drawn.id}.zip").status_code in (302, 403)
    assert office.post(f"/draw-plan/freeze/{drawn.plan_id}").status_code in (302, 403)
    for desk in (hrss, witness):
        page = page_of(desk.post(f"/draw/calls/{drawn.id}"))
        assert len([name for name in names if name in page]) == 5
    assert (
        session.scalars(select(JournalEntry.verb).where(JournalEntry.verb == "read_call_list")).all()
        == ["read_call_list"] * 2
    )


def test_the_downloaded_files_draw_the_same_committee_again(drawn, hrss, tmp_path):
    with zipfile.ZipFile(io.BytesIO(hrss.get(f"/draw/files/{drawn.id}.zip").data)) as archive:
        archive.extractall(tmp_path)
    manifest = hrss.get(f"/draw/file/{drawn.id}/manifest.txt").data
    assert hashlib.sha256(manifest).hexdigest() == drawn.pool_hash
    assert hashlib.sha256((tmp_path / "result.txt").read_bytes()).hexdigest() == drawn.result_hash
    told = CliRunner().invoke(draw_commands, ["verify", str(tmp_path)])
    assert told.exit_code == 0 and "全部一致" in told.output
    assert hrss.get(f"/draw/file/{drawn.id}/secret.txt").status_code == 404


def test_freezing_on_another_day_is_refused_with_the_day(make, session, hrss):
    from datetime import date

    plan = make.plan(opens_on=date(2026, 6, 30))
    page = page_of(hrss.get(f"/draw-plan/show/{plan.id}"))
    assert "2026-06-29" in page and "disabled" in page
    refused = hrss.post(f"/draw-plan/freeze/{plan.id}")
    assert refused.status_code == 422 and "开评前 1 天（2026-06-29）抽取" in page_of(refused)
    assert session.scalar(select(Draw)) is None


def test_the_abort_needs_two_hands(session, plan, hrss, witness):
    hrss.post(f"/draw-plan/freeze/{plan.id}")
    draw = session.scalar(select(Draw))
    alone = say(witness, draw, "abort")
    assert alone.status_code == 422 and "先由省厅审核岗提请中止" in page_of(alone)
    say(hrss, draw, "ask_abort", reason="名册有误")
    assert say(witness, draw, "abort").status_code == 302
    session.refresh(draw)
    assert draw.state == DrawState.ABORTED
    assert "冻结名册" in page_of(hrss.get(f"/draw-plan/show/{plan.id}"))


def test_the_record_prints_without_names(drawn, office):
    assert office.get(f"/draw/record/{drawn.id}.pdf").data.startswith(b"%PDF")


def test_other_committees_find_nothing(make, browser, drawn):
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    assert stranger.get(f"/draw/show/{drawn.id}").status_code == 404
    assert stranger.get(f"/draw-plan/show/{drawn.plan_id}").status_code == 404
