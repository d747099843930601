"""Names of persons: one alphabet, one dot, one fold, wherever a name comes in."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.register.person import IdKind
from workflow.accounts import registration
from workflow.base.errors import Refused
from workflow.register import credit_code, person_name
from workflow.register.person_name import fold, read, written


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("张　三", "张三"),
        (" 欧阳 建国 ", "欧阳建国"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提··艾力", "买买提·艾力"),
        ("ＪＯＨＮ  smith", "JOHN smith"),
        ("张\u200b三\x00\ufeff", "张三"),
        ("⼀⼆", "一二"),
        ("O’Neil J.", "O’Neil J."),
        ("\U00020089\U0002ebf5", "\U00020089\U0002ebf5"),
        ("བསྟན་འཛིན".replace("་", ""), "བསྟནའཛིན"),
    ],
)
def test_what_input_methods_write_becomes_the_name(typed, kept):
    assert written(typed) == kept


@pytest.mark.parametrize("typed", ["张3", "张三！", "张\ue000", "💩张", "张", "", "张<b>", "三" * 61, "张@三"])
def test_what_is_no_name_is_refused_by_its_own_name(monkeypatch, typed):
    monkeypatch.setattr(person_name, "_cannot_print", [])
    with pytest.raises(Refused, match="姓名") as refused:
        read(typed, "name")
    assert "name" in refused.value.fields and "请" in refused.value.sentence


def test_a_character_of_ones_own_making_is_told_by_its_code(monkeypatch):
    monkeypatch.setattr(person_name, "_cannot_print", [])
    with pytest.raises(Refused, match=r"U\+E000.*自造的字"):
        read("张\ue000")


def test_a_name_no_paper_can_print_is_refused_before_it_is_stored(application):
    with pytest.raises(Refused, match="字体还不能打印"):
        read("张\U0002ebf5")
    assert read("欧阳建国·艾力") == "欧阳建国·艾力"


@given(st.text(max_size=80))
def test_whatever_is_typed_a_kept_name_is_letters_and_stays_as_it_is(text):
    try:
        name = read(text)
    except Refused:
        return
    assert written(name) == name and read(name) == name
    assert all(unicodedata.category(c)[0] in "LM" or c in "· -'’." or ord(c) > 0x1FFFF for c in name)


def test_two_ways_to_type_a_name_are_one_name():
    assert fold("买买提 • 艾力") == fold("买买提·艾力") == fold("买买提艾力")
    assert fold("john  SMITH") == fold("Ｊｏｈｎ Smith")
    assert fold("张三") != fold("张山")


# -- numbers ------------------------------------------------------------------------------------------------


def checked(seventeen):
    from stdnum.cn import ric

    return seventeen + ric.calc_check_digit(seventeen + "0")


TODAY = date(2026, 5, 20)


def test_the_permanent_residence_card_of_2023_proves_itself_and_may_end_in_x():
    numbers = [checked(f"911156199001{day:02}001"[:17]) for day in range(1, 29)]
    assert any(number.endswith("X") for number in numbers)
    for number in numbers:
        found = registration.read_identity(IdKind.FOREIGN, number, TODAY)
        assert found.born_on and found.born_on.year == 1990
        wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
        with pytest.raises(Refused, match="校验位"):
            registration.read_identity(IdKind.FOREIGN, wrong, TODAY)
    assert registration.read_identity(IdKind.FOREIGN, "USA430012345678", TODAY).number == "USA430012345678"


def test_a_residence_permit_of_hong_kong_macao_taiwan_is_read():
    for region in ("810000", "820000", "830000"):
        assert registration.read_identity(IdKind.HMT_RESIDENT, checked(region + "19900101001"), TODAY).born_on


def test_a_credit_code_may_begin_with_letters():
    body = "A1430000MJK012345"
    values = {sign: n for n, sign in enumerate(credit_code.ALPHABET)}
    total = sum(values[sign] * weight for sign, weight in zip(body, credit_code.WEIGHTS, strict=True))
    code = body + credit_code.ALPHABET[(31 - total % 31) % 31]
    assert credit_code.check(code) is None
    assert credit_code.check(code[:-1] + ("0" if code[-1] != "0" else "1"))
