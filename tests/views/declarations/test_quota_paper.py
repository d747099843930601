"""评审职数申报专业备案表: one form for a unit and its year, 正高 and 副高 side by side."""

from __future__ import annotations

from models.declarations.quota import Quota
from tests.reports.test_paper import packed, text_of
from workflow.base import roles as r


def test_the_form_of_a_unit_has_its_quota_of_both_levels_and_nobody_elses(make, browser, session):
    unit, other = make.organisation(name="水利设计院"), make.organisation(name="别的单位")
    rows = [
        Quota(unit_id=u.id, year=2026, level=level, posts=40, held=10, requested=wanted, approved=0)
        for u, level, wanted in ((unit, "full_senior", 11), (unit, "associate_senior", 23), (other, "full_senior", 37))
    ]
    session.add_all(rows)
    session.commit()
    client = browser(make.account(r.UNIT_OFFICER, organisation_id=unit.id))
    printed = packed(text_of(client.get(f"/quotascreen/table/{rows[0].id}.pdf").data))
    for words in (
        "水利设计院",
        "申报评审职数（正高级）",
        "申报评审职数（副高级）",
        "11",
        "23",
        "不限专业",
        "合计",
        f"ZS2026-{unit.id}",
    ):
        assert words in printed, words
    assert "37" not in printed and "别的单位" not in printed
    assert client.get(f"/quotascreen/table/{rows[2].id}.pdf").status_code == 404
    assert "打印备案表" in client.get(f"/quotascreen/show/{rows[0].id}").get_data(as_text=True)
