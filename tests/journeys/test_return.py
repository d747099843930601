"""The city misses papers: down two layers to the applicant, told everything at once, and up again through his unit."""

from __future__ import annotations

from tests.journeys.world import BATCH


def test_a_return_goes_down_layer_by_layer_and_what_was_changed_is_signed_posted_and_recommended_anew(as_, office):
    number = as_("person3").number_of(BATCH)
    as_("district3").audits(number)
    as_("city1").sends_back(number, "补充 2024 年度继续教育学时认定单", "业绩 2 补充验收证明")
    assert as_("person3").looks_up(number) == "退回补正"
    as_("district3").passes_down(number)
    as_("unit3").passes_down(number)
    as_("person3").looks_up(number)
    as_("person3").sees("补充 2024 年度继续教育学时认定单", "业绩 2 补充验收证明")
    as_("person3").adds("training").resubmits("已补充学时认定单和验收证明。")
    assert as_("person3").looks_up(number) == "单位审核中", "what the unit recommended was another content"
    as_("unit3").checks(number)
    last = as_("unit3").posts_it(number)
    office.waits_until_after(last)
    as_("unit3").closes_posting()
    as_("unit3").recommends(number)
    as_("district3").audits(number)
    as_("city1").audits(number)
    assert as_("person3").looks_up(number) == "待评委会复核"
