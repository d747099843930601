"""What was typed is read as people write it, or refused at its field; never as a programming language would read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from views.screens import answers


@pytest.mark.parametrize("word", ["1e1", "1_000", "٣", "0x10", "1.5", "NaN", "", "１２３a", "9" * 5000, "2147483648"])
def test_what_is_no_whole_number_is_refused(word):
    with pytest.raises(ValueError, match="人数"):
        answers.number("人数", word)


@pytest.mark.parametrize("word, meant", [("12", 12), ("１２", 12), ("-3", -3), (" 5 ", 5), ("007", 7)])
def test_a_whole_number_is_read(word, meant):
    assert answers.number("人数", word) == meant


@pytest.mark.parametrize("word", ["1e1", "1_000.5", "NaN", "inf", "1.234", ".", "٣.٥", "1" * 11, "9" * 5000])
def test_what_is_no_amount_is_refused(word):
    with pytest.raises(ValueError, match="金额"):
        answers.decimal("金额", word, 12, 2)


@pytest.mark.parametrize(
    "word, meant", [("1.50", "1.5"), ("1.500", "1.5"), (".5", "0.5"), ("１．５", "1.5"), ("5.", "5")]
)
def test_an_amount_is_read(word, meant):
    assert answers.decimal("金额", word, 12, 2) == Decimal(meant)


@pytest.mark.parametrize(
    "word",
    ["2026052", "2026-W21-3", "2026-02-30", "1899-12-31", "0203-05-20", "26-5-20", "٢٠٢٦-05-20", "2026-05-20T10:00"],
)
def test_what_is_no_day_is_refused(word):
    assert answers.read_date(word) is None


@pytest.mark.parametrize(
    "word",
    [
        "2026-05-20",
        "2026-5-20",
        "2026/05/20",
        "2026.5.20",
        "2026年5月20日",
        "20260520",
        "２０２６-05-20",
        " 2026-05-20 ",
    ],
)
def test_a_day_is_read_as_people_write_it(word):
    assert answers.read_date(word) == date(2026, 5, 20)


@pytest.mark.parametrize("word", ["2026-05-20", "2026-05-20T25:00", "2026-05-20T10:00+08:00", "20260520T1000"])
def test_what_is_no_moment_is_refused(word):
    assert answers.read_moment(word) is None
