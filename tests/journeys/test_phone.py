"""A declaration filed on a telephone: tables are cards, nothing runs out of the screen."""

from __future__ import annotations

from tests.journeys.world import BATCH


def test_a_person_files_on_a_phone(as_, office):
    person = as_("person6", phone=True)
    person.declares(BATCH, "高级工程师", office.cast["unit1_name"], "建筑设计")
    assert person.fits()
    person.fills_the_form()
    assert person.fits()
    person.submits()
    assert person.state() == "待单位受理"
    assert person.fits()
