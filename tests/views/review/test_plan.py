"""评审方案呈报, 呈报方案审核, 呈报方案查询 over HTTP."""

from __future__ import annotations

import io

import pikepdf
import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState as D
from models.declarations.material import StoredFile
from models.review.plan import Plan, PlanKind, PlanState
from tests.conftest import NOON
from tests.views.office_day import alert_of, noon, page_of  # noqa: F401
from workflow.base import roles as r
from workflow.storage import files

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def paper():
    """A PDF of one page that its parser opens."""
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made)
    return made.getvalue()


@pytest.fixture
def committee(make):
    return make.committee(by_specialty=True, size=11)


@pytest.fixture
def batch(make, committee):
    return make.batch(committee)


@pytest.fixture
def office(make, committee):
    return make.account(r.COMMITTEE_OFFICE, committee_id=committee.id)


@pytest.fixture
def qualified(make, batch, committee):
    """Two candidates whose qualification was found good."""
    return [
        make.declaration(
            state=D.QUALIFIED, batch=batch, title=make.title(series=committee.series), reached_committee_at=NOON
        )
        for _ in range(2)
    ]


def form(batch, people, **other):
    """Everything 新增 asks, as a browser sends it."""
    asked = {
        "batch": batch.id,
        "name": "2026 年度高评会方案",
        "kind": "normal",
        "opens_on": "2026-06-22",
        "arrival_place": "宾馆",
        "review_place": "评审中心",
        "interview_place": "答辩中心",
        "members": "11",
        "unit_cap": "2",
        "full_ratio": "40",
        "associate_ratio": "55",
        "ratio_reason": "",
        "standards": "湘职改办〔2020〕9号",
        "interview_scheme": "",
        "training_contact": "已对接",
        "candidates": [d.id for d in people],
        "needs-rows": "3",
        "needs-0-name": "土建组",
        "needs-0-specialty_id": "",
        "needs-0-need": "6",
        "needs-1-name": "机电组",
        "needs-1-specialty_id": "",
        "needs-1-need": "5",
        "needs-2-name": "",
        "needs-2-need": "",
        "items-rows": "3",
        "items-0-phase": "material",
        "items-0-kind": "score",
        "items-0-name": "业绩",
        "items-0-maximum": "50",
        "items-0-criterion": "",
        "items-1-phase": "interview",
        "items-1-kind": "score",
        "items-1-name": "答辩",
        "items-1-maximum": "50",
        "items-1-criterion": "",
        "items-2-phase": "material",
        "items-2-kind": "bonus",
        "items-2-name": "服务基层一线",
        "items-2-maximum": "5",
    }
    return asked | other


def test_the_office_makes_a_plan_and_files_it(browser, session, office, batch, qualified, paper):
    desk = browser(office)
    begun = page_of(desk.get("/plan/add"))
    assert "参评人员" in begun and qualified[0].number in begun and 'value="11"' in begun
    sent = desk.post(
        "/plan/add",
        data=form(batch, qualified) | {"files": (io.BytesIO(paper), "方案.pdf")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 302, alert_of(sent)
    plan = session.scalar(select(Plan))
    assert (plan.state, len(plan.needs), [n.code for n in plan.needs], len(plan.items)) == (
        PlanState.DRAFT,
        2,
        ["A", "B"],
        3,
    )
    shown = page_of(desk.get(f"/plan/show/{plan.id}"))
    assert "方案.pdf" in shown and qualified[1].applicant_name in shown and "土建组" in shown
    assert "通过人数上限" in shown and "55%" in shown and "无论得票多少均不能通过" not in shown
    assert desk.post(f"/plan/act/{plan.id}/file", data={"version": plan.version}).status_code == 302
    session.refresh(plan)
    assert plan.state == PlanState.FILED


def test_a_plan_of_which_nobody_can_pass_says_so_before_the_vote(browser, session, office, batch, qualified):
    """One candidate at 55 % is none who may pass (118号 五(三)): join it with another, or file a ratio."""
    desk = browser(office)
    desk.post("/plan/add", data=form(batch, qualified[:1]))
    page = page_of(desk.get(f"/plan/show/{session.scalar(select(Plan)).id}"))
    assert "无论得票多少均不能通过" in page


def test_a_damaged_attachment_is_refused_by_name(browser, session, office, batch, qualified):
    sent = browser(office).post(
        "/plan/add",
        data=form(batch, qualified) | {"files": (io.BytesIO(b"%PDF-nothing"), "坏的.pdf")},
        content_type="multipart/form-data",
    )
    assert sent.status_code == 422 and "坏的.pdf" in page_of(sent) and "土建组" in page_of(sent)
    assert session.scalar(select(Plan)) is None


def test_an_attachment_is_taken_off_a_draft(browser, session, office, batch, qualified, paper):
    desk = browser(office)
    desk.post(
        "/plan/add",
        data=form(batch, qualified) | {"files": (io.BytesIO(paper), "方案.pdf")},
        content_type="multipart/form-data",
    )
    plan, stored = session.scalar(select(Plan)), session.scalar(select(StoredFile))
    assert files.read(stored) == paper and desk.get(f"/file/{stored.key}").data.startswith(b"%PDF")
    assert desk.post(f"/plan/detach/{plan.id}/{stored.key}").status_code == 302
    assert session.scalar(select(StoredFile)) is None


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(browser, session, office, batch, qualified):
    answer = browser(office).post(
        "/plan/add",
        data=form(
            batch,
            qualified[:1],
            arrival_place="",
            opens_on="2026-05-01",
            **{"needs-0-need": "六", "items-0-maximum": ""},
        ),
    )
    page = page_of(answer)
    assert answer.status_code == 422
    assert "请填写报到地点" in page and "人数应为整数，现为“六”" in page and "请填写满分" in page
    assert session.scalar(select(Plan)) is None
    assert "土建组" in page and f'value="{qualified[0].id}"' in page and "湘职改办〔2020〕9号" in page


def test_another_row_is_drawn_without_saving(browser, session, office, batch):
    answer = browser(office).post("/plan/add", data=form(batch, [], another="needs"))
    page = page_of(answer)
    assert answer.status_code == 200 and "needs-3-name" in page and "土建组" in page
    assert session.scalar(select(Plan)) is None


def test_a_page_without_its_version_keeps_what_was_typed_and_saves_nothing(
    browser, session, make, office, committee, batch
):
    """Another row, asked from such a page, once lost everything typed to a redirect."""
    plan = make.plan(committee=committee, batch=batch, state=PlanState.DRAFT, members=11, needs={"A": 11})
    was, desk = plan.name, browser(office)
    for more in ({"another": "needs"}, {}):
        answer = desk.post(f"/plan/edit/{plan.id}", data=form(batch, [], version="", name="改名方案", **more))
        assert answer.status_code == (200 if more else 409)
        assert "改名方案" in page_of(answer)
    session.refresh(plan)
    assert plan.name == was


def test_a_draft_is_changed_and_a_filed_plan_is_not(browser, session, make, office, committee, batch, qualified):
    plan = make.plan(committee=committee, batch=batch, state=PlanState.DRAFT, members=11, needs={"A": 11})
    desk = browser(office)
    assert "编辑评审方案" in page_of(desk.get(f"/plan/edit/{plan.id}"))
    changed = desk.post(f"/plan/edit/{plan.id}", data=form(batch, qualified[:1], version=plan.version, name="改名方案"))
    assert changed.status_code == 302
    session.refresh(plan)
    assert (plan.name, len(plan.needs), [d.id for d in plan.candidates]) == ("改名方案", 2, [qualified[0].id])
    late = desk.post(f"/plan/edit/{plan.id}", data=form(batch, qualified, version=1, name="迟到的修改"))
    assert late.status_code == 409 and "刚刚被他人处理过" in page_of(late) and "迟到的修改" in page_of(late)
    plan.state = PlanState.FILED
    session.flush()
    refused = desk.get(f"/plan/edit/{plan.id}")
    assert refused.status_code == 409 and "不能修改" in page_of(refused)


def test_a_plan_filed_too_late_is_refused_with_the_clause(browser, make, office, committee, batch):
    plan = make.plan(committee=committee, batch=batch, state=PlanState.DRAFT, members=11, needs={"A": 11})
    answer = browser(office).post(f"/plan/act/{plan.id}/file", data={"version": plan.version})
    assert answer.status_code == 422 and "开评前 10 个工作日" in page_of(answer)


def test_plans_of_others_are_not_found(browser, make, office):
    other = make.plan()
    assert browser(office).get(f"/plan/show/{other.id}").status_code == 404
    assert browser(make.account(r.UNIT_OFFICER)).get("/plan/list/").status_code in (302, 403)


@pytest.mark.parametrize(
    ("kind", "role", "route"),
    [(PlanKind.NORMAL, r.HRSS_AUDIT, "plan-audit"), (PlanKind.SPECIAL, r.HRSS_SPECIAL, "plan-audit-special")],
)
def test_normal_and_special_plans_lie_on_different_desks(browser, session, make, kind, role, route):
    plan = make.plan(kind=kind, state=PlanState.FILED)
    other = make.plan(kind=PlanKind.SPECIAL if kind == PlanKind.NORMAL else PlanKind.NORMAL, state=PlanState.FILED)
    desk = browser(make.account(role))
    listed = page_of(desk.get(f"/{route}/list/"))
    assert plan.number in listed and other.number not in listed and "审核" in listed
    assert desk.get(f"/{route}/show/{other.id}").status_code == 404
    silent = desk.post(f"/{route}/act/{plan.id}/approve", data={"version": plan.version, "opinion": ""})
    assert silent.status_code == 422 and "请填写审核意见" in page_of(silent)
    assert (
        desk.post(f"/{route}/act/{plan.id}/approve", data={"version": plan.version, "opinion": "同意"}).status_code
        == 302
    )
    session.refresh(plan)
    assert plan.state == PlanState.APPROVED


def test_the_leader_reads_plans_and_does_nothing(browser, make):
    plan = make.plan(state=PlanState.FILED)
    desk = browser(make.account(r.LEADER))
    listed = page_of(desk.get("/plan-search/list/"))
    assert plan.number in listed and all(word in listed for word in ("查看详细", "参评人员", "专家需求", "打分细则"))
    assert "审核通过" not in page_of(desk.get(f"/plan-search/show/{plan.id}"))
    assert desk.post(f"/plan-search/act/{plan.id}/approve", data={"opinion": "同意"}).status_code in (403, 404)
    assert desk.get(f"/plan-search/roster/{plan.id}.pdf").data.startswith(b"%PDF")
