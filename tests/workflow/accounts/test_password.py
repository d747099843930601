"""The password policy against a second, independent statement of it."""

from __future__ import annotations

import random
import re
import string

import pytest

from workflow.accounts import password

GOOD = "Kestrel7#harbour"


def second_statement(word: str) -> bool:
    """The length and class rules, said once more by other means."""
    patterns = (r"[A-Z]", r"[a-z]", r"[0-9]", r"[^A-Za-z0-9]")
    return 12 <= len(word) <= 128 and len([p for p in patterns if re.search(p, word)]) >= 3


def test_ten_thousand_passwords_are_judged_as_the_second_statement_judges_them():
    seed = 20260520
    dice = random.Random(seed)
    alphabets = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+,-.:=?@_")
    for _ in range(10_000):
        letters = "".join(dice.sample(alphabets, dice.randint(1, 4)))
        word = "".join(dice.choice(letters) for _ in range(dice.randint(1, 24)))
        rest = [o for o in password.objections(word) if "常见" not in o and "有关" not in o]
        assert (not rest) == second_statement(word), (seed, word)


@pytest.mark.parametrize("word", ["Passw0rd2024!", "P@ssword1234", "Qwertyuiop123!", "Admin@1234567", "Aaaaaaaaaaa1!"])
def test_a_common_password_in_disguise_is_refused(word):
    assert any("常见" in sentence for sentence in password.objections(word))


@pytest.mark.parametrize("word", ["Zhicheng#Kestrel7", "Hunan#Kestrel7xx", "kestrel7#李建国Abc"])
def test_words_of_the_office_and_of_the_person_are_refused(word):
    assert any("有关" in sentence for sentence in password.objections(word, words=("李建国",)))


def test_one_of_the_last_five_is_refused():
    former = [password.hashed(GOOD)]
    assert password.objections(GOOD) == []
    assert password.objections(GOOD, former=former) == ["不能与最近 5 次使用过的密码相同。"]


def test_a_long_passphrase_is_taken_whole():
    long = "Kestrel harbour lantern 7 " * 4
    assert password.objections(long) == []
    assert password.matches(password.hashed(long), long)
    assert not password.matches(password.hashed(long), long[:-1])


def test_first_passwords_satisfy_the_policy_and_do_not_repeat():
    words = {password.first_password() for _ in range(200)}
    assert len(words) == 200
    assert all(password.objections(word) == [] for word in words)


def test_nobody_matches_an_account_without_a_password():
    assert not password.matches(password.UNUSABLE, "-")
    assert not password.matches(None, "")
