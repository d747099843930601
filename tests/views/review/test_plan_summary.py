"""申报情况汇总表: the candidates of a plan counted by title, specialty and way of declaring."""

from __future__ import annotations

from models.declarations.declaration import DeclarationState as S
from tests.reports.test_paper import packed, text_of
from workflow.base import roles as r


def test_the_summary_counts_the_candidates_of_the_plan(make, browser):
    plan = make.plan()
    for _ in range(3):
        make.declaration(plan_id=plan.id, state=S.PLANNED)
    make.declaration(state=S.PLANNED)
    client = browser(make.account(r.COMMITTEE_OFFICE, committee_id=plan.committee_id))
    printed = packed(text_of(client.get(f"/plan/summary/{plan.id}.pdf").data))
    assert "申报情况汇总表" in printed and "人数：3" in printed and "合计3" in printed
    assert f"/summary/{plan.id}.pdf" in client.get(f"/plan/show/{plan.id}").get_data(as_text=True)


def test_an_empty_plan_prints_none(make, browser):
    plan = make.plan()
    client = browser(make.account(r.COMMITTEE_OFFICE, committee_id=plan.committee_id))
    assert "无" in packed(text_of(client.get(f"/plan/summary/{plan.id}.pdf").data))
