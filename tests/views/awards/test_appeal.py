"""申请复查 and 复查办理 over HTTP: from the applicant's page to the answer and its letter."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from sqlalchemy import select

from models.awards.appeal import Appeal, AppealState
from models.declarations.declaration import DeclarationState as D
from models.declarations.material import StoredFile
from tests.access.world import picture
from tests.reports.test_paper import packed, text_of
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def case(make):
    return make.declaration(
        state=D.TERMINATED, position=2, came_from=D.AT_COMMITTEE, reached_committee_at=datetime(2026, 5, 4),
        result_reason="任职年限不足",
    )  # fmt: skip


@pytest.fixture
def applicant(browser, make, case):
    return browser(make.account(r.APPLICANT, person_id=case.person_id))


@pytest.fixture
def clerk(browser, make, case):
    account = make.account(r.COMMITTEE_OFFICE, committee_id=case.committee_id)
    client = browser(account)
    client.key = account.id
    return client


def apply(applicant, case):
    given = {"declaration": case.id, "text": "年限少算一年", "telephone": "0731-1"}
    file = (io.BytesIO(picture((1, 2, 3))), "任职文件.png")
    return applicant.post("/my-appeals/add", data=given | {"proof": file})


def test_the_button_stands_on_the_page_of_a_case_that_ended_and_leads_to_the_answer(applicant, clerk, case, session):
    page = page_of(applicant.get(f"/declare/{case.id}"))
    assert f"/my-appeals/add?declaration={case.id}" in page and "任职年限不足" in page
    assert case.number in page_of(applicant.get(f"/my-appeals/add?declaration={case.id}"))
    assert apply(applicant, case).status_code == 302
    made = session.scalars(select(Appeal)).one()
    kept = session.scalars(select(StoredFile).where(StoredFile.owner_kind == "appeal")).one()
    assert kept.owner_id == made.id and kept.name == "任职文件.png"
    page = page_of(applicant.get(f"/declare/{case.id}"))
    assert "复查办理情况" in page and f"/my-appeals/add?declaration={case.id}" not in page
    for verb, answers in (
        ("accept", {"investigator": clerk.key}),
        ("maintain", {"finding": "查阅任职文件"}),
        ("reply", {"answer": "年限计算无误，维持原结果。"}),
    ):
        assert clerk.post(f"/appealscreen/act/{made.id}/{verb}", data=answers).status_code == 302
    assert session.get(Appeal, made.id).state == AppealState.ANSWERED
    page = page_of(applicant.get(f"/my-appeals/show/{made.id}"))
    assert "年限计算无误" in page and "维持原结果" in page and "查阅任职文件" not in page, "the finding is the office's"
    letter = applicant.get(f"/my-appeals/letter/{made.id}.pdf")
    printed = packed(text_of(letter.data))
    for words in ("复查结果告知书", "第二十六条", "年限计算无误", "（盖章）"):
        assert packed(words) in printed, words


def test_what_cannot_be_contested_is_not_offered(applicant, make, case, session):
    going = make.declaration(person=case.person, state=D.AT_COMMITTEE)
    session.commit()
    assert "/my-appeals/add" not in page_of(applicant.get(f"/declare/{going.id}"))
    answer = applicant.post("/my-appeals/add", data={"declaration": going.id, "text": "不服", "telephone": "1"})
    assert answer.status_code == 422
    assert session.scalar(select(Appeal)) is None
