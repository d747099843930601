"""评审会议, 面试通知, 签到 and the experts' desks over HTTP."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.office.notice import Notice
from models.review.session import InterviewSlot, MaterialReview, Recusal, ReviewOpinion, Score, SessionState
from tests.views.office_day import noon, page_of  # noqa: F401
from workflow.base import roles as r

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def sitting(make):
    """`sitting(state, ...)`: a session whose plan opens today."""

    def one(state, **given):
        plan = make.plan(opens_on=date(2026, 5, 20), members=given.get("members", 5), state="opened")
        return make.sitting(state=state, plan=plan, **given)

    return one


def test_the_office_leads_the_session_and_reads_what_is_missing(browser, session, sitting):
    held = sitting("check_in", signed=False)
    desk = browser(held.office)
    page = page_of(desk.get(f"/session/show/{held.review.id}"))
    assert "已报到 0 人，应到 5 人" in page and held.experts[0].code in page
    assert not [e.person.name for e in held.experts if e.person.name in page]
    refused = desk.post(f"/session/act/{held.review.id}/start_training", data={"version": held.review.version})
    assert refused.status_code == 422 and "不足三分之二" in page_of(refused)
    assert (
        desk.post(
            f"/session/act/{held.review.id}/keep_devices",
            data={"version": held.review.version, "devices": "5 部，封存"},
        ).status_code
        == 302
    )
    session.refresh(held.review)
    assert held.review.devices == "5 部，封存"


def test_an_expert_signs_in_names_whom_he_stands_aside_for_and_then_does_not_see_him(browser, session, sitting):
    held = sitting("check_in", signed=False)
    desk = browser(held.judges[0])
    first, second, _third = held.people
    assert held.review.name in page_of(desk.get("/expert/check-in/"))
    address = f"/expert/check-in/show/{held.review.id}"
    assert first.applicant_name in page_of(desk.get(address))
    bare = desk.post(address, data={"statement": "1", "recusals": [first.id], "recusal_reason": "导师"})
    assert (
        bare.status_code == 422
        and "保密" in page_of(bare)
        and f'value="{first.id}" checked' in page_of(bare)
        and "导师" in page_of(bare)
    )
    silent = desk.post(address, data={"secrecy": "1", "statement": "1", "recusals": [first.id]})
    assert silent.status_code == 422 and "请填写回避事由" in page_of(silent)
    assert (
        desk.post(
            address, data={"secrecy": "1", "statement": "1", "recusals": [first.id], "recusal_reason": "导师"}
        ).status_code
        == 302
    )
    assert [row.declaration_id for row in session.scalars(select(Recusal))] == [first.id]
    held.review.state = SessionState.MATERIAL_REVIEW
    session.commit()
    listed = page_of(desk.get("/expert/review/list/"))
    assert second.number in listed and first.number not in listed
    assert desk.get(f"/expert/review/show/{first.id}").status_code == 404


def test_nothing_is_seen_before_signing_in_nor_by_another_committees_expert(browser, make, sitting):
    held = sitting("material_review", signed=False)
    assert held.people[0].number not in page_of(browser(held.judges[0]).get("/expert/review/list/"))
    stranger = make.expert()
    assert browser(stranger_account(make, stranger)).get(f"/expert/review/show/{held.people[0].id}").status_code == 404
    assert browser(make.account(r.UNIT_OFFICER)).get("/expert/review/list/").status_code in (302, 403)


def stranger_account(make, expert):
    from models.accounts.account import Account

    return make.session.get(Account, expert.account_id)


def test_material_is_reviewed_and_a_refusal_without_reason_keeps_the_choice(browser, session, sitting):
    held = sitting("material_review")
    desk, person = browser(held.judges[0]), held.people[0]
    address = f"/expert/review/show/{person.id}"
    refused = desk.post(address, data={"passed": "no", "opinion": ""})
    assert (
        refused.status_code == 422
        and "请写明意见" in page_of(refused)
        and '<option value="no" selected>' in page_of(refused)
    )
    after = desk.post(address, data={"passed": "yes", "opinion": "齐全", "go": "next"})
    assert after.status_code == 302 and after.location.endswith(f"/expert/review/show/{held.people[1].id}")
    assert session.scalar(select(MaterialReview)).passed
    assert "已完成" in page_of(desk.get("/expert/review/list/"))


def test_points_are_typed_with_two_decimals_and_kept_as_hundredths(browser, session, sitting):
    held = sitting("material_scoring")
    items = {item.name: item.id for item in held.plan.items}
    given = {
        f"item-{items['业绩成果']}": "36.55",
        f"item-{items['专业能力']}": "41",
        f"item-{items['服务基层']}": "abc",
        f"item-{items['抄袭剽窃']}": "0",
    }
    desk, address = browser(held.judges[0]), f"/expert/material/show/{held.people[0].id}"
    page = page_of(desk.get(address))
    assert "答辩" not in page.split('id="sheet"')[1] and "0–40 分" in page
    wrong = desk.post(address, data=given)
    assert wrong.status_code == 422 and "“服务基层”应为数字" in page_of(wrong) and 'value="36.55"' in page_of(wrong)
    given[f"item-{items['服务基层']}"] = "2.5"
    wrong = desk.post(address, data=given)
    assert wrong.status_code == 422 and "应在 0 至 30 分之间，现为 41 分" in page_of(wrong)
    given[f"item-{items['专业能力']}"] = "27"
    assert desk.post(address, data=given).status_code == 302
    assert sorted(row.points for row in session.scalars(select(Score))) == [0, 250, 2700, 3655]
    assert "已存合计 66.05 分" in page_of(desk.get(address))


def test_the_interview_is_scored_by_its_own_items(browser, session, sitting):
    held = sitting("interview")
    (item,) = [item for item in held.plan.items if item.phase == "interview"]
    desk, address = browser(held.judges[0]), f"/expert/interview/show/{held.people[0].id}"
    assert held.people[0].number in page_of(desk.get("/expert/interview/list/"))
    over = desk.post(address, data={f"item-{item.id}": "30.01", f"note-{item.id}": "表达清楚"})
    assert over.status_code == 422 and "现为 30.01 分" in page_of(over) and "表达清楚" in page_of(over)
    assert desk.post(address, data={f"item-{item.id}": "28", f"note-{item.id}": "表达清楚"}).status_code == 302
    row = session.scalar(select(Score))
    assert (row.points, row.note) == (2800, "表达清楚")


def test_a_stage_that_is_over_is_read_and_no_longer_written(browser, session, sitting):
    held = sitting("discussion")
    desk, person = browser(held.judges[0]), held.people[0]
    page = page_of(desk.get(f"/expert/material/show/{person.id}"))
    assert "材料打分只能在“材料打分”环节办理" in page and "保存并评审下一人" not in page
    assert (
        desk.post(f"/expert/opinion/show/{person.id}", data={"text": "业绩突出，同意。", "fail_reason": ""}).status_code
        == 302
    )
    assert session.scalar(select(ReviewOpinion)).text == "业绩突出，同意。"


def test_a_judge_stands_aside_during_the_review(browser, session, sitting):
    held = sitting("material_scoring")
    desk, person = browser(held.judges[0]), held.people[0]
    assert desk.post(f"/expert/check-in/aside/{person.id}", data={"reason": ""}).status_code == 422
    assert desk.post(f"/expert/check-in/aside/{person.id}", data={"reason": "项目合作"}).status_code == 302
    assert session.scalar(select(Recusal)).reason == "本人声明：项目合作"
    assert desk.get(f"/expert/material/show/{person.id}").status_code == 404


def test_interviews_are_scheduled_told_and_confirmed(browser, make, session, sitting):
    held = sitting("preparing")
    person = held.people[0].person
    desk, address = browser(held.office), f"/interview/schedule/{held.review.id}"
    past = desk.post(
        address, data={"starts_at": "2026-05-01T09:00", "minutes": "15", "group": "第一组", "place": "答辩中心"}
    )
    assert past.status_code == 422 and "面试开始时间应在当前时间之后" in page_of(past) and 'value="15"' in page_of(past)
    assert (
        desk.post(
            address, data={"starts_at": "2026-05-21T09:00", "minutes": "15", "group": "第一组", "place": "答辩中心"}
        ).status_code
        == 302
    )
    assert desk.post(f"/interview/notify/{held.review.id}").status_code == 302
    slot = session.scalar(select(InterviewSlot).order_by(InterviewSlot.sequence))
    assert desk.get(f"/interview/paper/{held.review.id}/{slot.id}.pdf").data.startswith(b"%PDF")
    again = desk.post(f"/interview/notify/{held.review.id}", data={"version": str(held.review.version)})
    assert again.status_code == 409 and "没有待发送的面试通知" in page_of(again)
    applicant = browser(make.account(r.APPLICANT, person_id=person.id))
    link = session.scalar(select(Notice.link).where(Notice.person_id == person.id))
    assert applicant.get(link, follow_redirects=True).status_code == 200
    mine = page_of(applicant.get("/interview-notice/"))
    assert "2026-05-21 09:00" in mine and "待确认" in mine
    assert applicant.post(f"/interview-notice/{slot.declaration_id}/confirm", data={"edition": "1"}).status_code == 302
    assert applicant.get(f"/interview-notice/{slot.declaration_id}/letter.pdf").data.startswith(b"%PDF")
    session.refresh(slot)
    assert slot.confirmed_at is not None
    other = held.people[1].id
    assert applicant.post(f"/interview-notice/{other}/confirm").status_code == 404


def test_sessions_of_other_committees_are_not_found(browser, make, sitting):
    held = sitting("check_in")
    stranger = browser(make.account(r.COMMITTEE_OFFICE, committee_id=make.committee().id))
    for path in (
        f"/session/show/{held.review.id}",
        f"/interview/show/{held.review.id}",
        f"/result/show/{held.review.id}",
    ):
        assert stranger.get(path).status_code == 404, path
    watching = browser(make.account(r.SUPERVISOR))
    assert watching.get(f"/session/show/{held.review.id}").status_code == 200
    assert watching.post(f"/session/act/{held.review.id}/keep_devices", data={"devices": "1"}).status_code in (302, 403)
