"""规则参数: defaults count until the configuration desk changes them, within bounds, on record."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from workflow.base.errors import NotYou, Refused
from workflow.base.roles import ALL, HRSS_CONFIG, SECURITY_ADMIN
from workflow.base.settings import SETTINGS, change, day_of, setting, value


@pytest.fixture
def uow(make, as_):
    return as_(make.account(HRSS_CONFIG))


def test_the_default_counts_until_it_is_changed(session, uow):
    assert value(session, "publicity_days") == 5
    change(uow, "publicity_days", "7")
    assert value(session, "publicity_days") == 7


def test_a_change_is_recorded_with_before_and_after(uow):
    change(uow, "full_ratio", 35)
    [(verb, subject, facts)] = uow.entries
    assert verb == "change_setting" and subject.name == "full_ratio"
    assert (facts["was"], facts["now"], facts["opinion"]) == ("40", "35", "40% → 35%")


def test_the_same_value_again_changes_nothing(uow):
    change(uow, "publicity_days", 5)
    assert not uow.entries


@pytest.mark.parametrize("role", [role for role in ALL if role != HRSS_CONFIG])
def test_only_the_configuration_desk_changes_parameters(make, as_, role):
    with pytest.raises(NotYou, match=HRSS_CONFIG):
        change(as_(make.account(role)), "publicity_days", 6)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("publicity_days", 4, "不得低于 5（118号 六\\(一\\)）"),
        ("result_publicity_within", 4, "不得高于 3"),
        ("filing_within", 16, "不得高于 15"),
        ("blacklist_years", 2, "不得低于 3"),
        ("full_ratio", 101, "不得高于 100%"),
        ("password_min_length", 8, "不得低于 12"),
        ("publicity_days", "五", "应为整数"),
        ("publicity_days", "5.5", "应为整数"),
        ("one_per_year", "maybe", "只能是"),
        ("vote_by", "02-29", "每年都有"),
        ("vote_by", "W05-1", "每年都有"),
        ("number_pattern", " ", "应为 1 至"),
        ("number_pattern", "X", "须依次含"),
        ("number_pattern", "{grade}{series}{year}{way}{issuer}{serial}{serial}", "须依次含"),
        ("number_pattern", "{grade}{series}{year}{way}{issuer}{serial", "须依次含"),
    ],
)
def test_a_value_outside_is_refused_with_a_sentence_at_the_field(session, uow, make, as_, name, given, sentence):
    whose = as_(make.account(SECURITY_ADMIN)) if name == "password_min_length" else uow
    with pytest.raises(Refused, match=sentence) as refusal:
        change(whose, name, given)
    assert "value" in refusal.value.fields
    assert value(session, name) == setting(name).default


def test_an_unknown_parameter_is_refused(uow):
    with pytest.raises(Refused, match="没有名为"):
        change(uow, "nonsense", 1)


def test_yes_and_no_are_kept_as_such(session, uow):
    change(uow, "one_per_year", False)
    assert value(session, "one_per_year") is False
    change(uow, "one_per_year", "1")
    assert value(session, "one_per_year") is True


def test_a_day_of_every_year(session, uow):
    assert day_of(session, "vote_by", 2026) == date(2026, 12, 24)
    change(uow, "vote_by", "12-20")
    assert day_of(session, "vote_by", 2025) == date(2025, 12, 20)


@pytest.mark.parametrize("declared", SETTINGS, ids=lambda declared: declared.name)
def test_every_parameter_declares_what_a_screen_needs(declared):
    assert declared.parse(declared.stored(declared.default)) == declared.default
    assert declared.label and declared.group
    assert declared.kind not in ("int", "percent") or None not in (declared.lowest, declared.highest)


def test_names_are_unique():
    assert len({declared.name for declared in SETTINGS}) == len(SETTINGS)


def test_rules_ask_only_for_parameters_that_exist():
    root = Path(__file__).resolve().parents[3]
    asked = re.compile(r"settings\.(?:value|day_of)\([^,()]+(?:\(\))?, \"(\w+)\"")
    sources = [path for room in ("workflow", "views", "app") for path in (root / room).rglob("*.py")]
    names = {name for path in sources for name in asked.findall(path.read_text())}
    assert names and names <= {declared.name for declared in SETTINGS}
