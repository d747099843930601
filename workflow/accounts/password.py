"""What makes a password good enough (GB/T 22239-2019 third level 8.1.4.1 a; profile `dengbao3`).

Pure functions: they answer with sentences and know neither accounts nor screens. At least 12 characters
from three of the four classes, not among the common ones even when dressed up, without the words an
attacker would try first for this person and this system, and not one of the last ones.
"""

from __future__ import annotations

import itertools
import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

COMMON = Path(__file__).resolve().parents[2] / "data" / "common_passwords.txt"
#: What an attacker tries first against this system.
CONTEXT = ("hunan", "湖南", "zhicheng", "职称", "renshe", "人社", "hrss", "pingshen", "评审", "changsha", "shenbao")
HISTORY = 5
LONGEST = 128
CLASSES = "大写字母、小写字母、数字、符号"
#: Characters that stand for letters in passwords people think clever.
DRESS = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
#: Kept where an account has no password: no hash ever equals it.
UNUSABLE = "-"
_method = "scrypt"


def use_method(method: str) -> None:
    """How hashes are made (werkzeug's name); tests take a cheap one."""
    global _method
    _method = method


def hashed(password: str) -> str:
    """The salted hash that is kept instead of the password."""
    return generate_password_hash(password, method=_method)


def matches(kept: str | None, password: str) -> bool:
    """Whether `password` gives the kept hash; as slow for an account without one, so that time tells nothing."""
    real = bool(kept) and kept != UNUSABLE
    answer = check_password_hash(kept if real else _decoy(_method), password)  # type: ignore[arg-type]
    return answer and real


@cache
def _decoy(method: str) -> str:
    return generate_password_hash(secrets.token_hex(16), method=method)


def objections(
    password: str, *, words: Iterable[str] = (), former: Iterable[str] = (), shortest: int = 12, history: int = HISTORY
) -> list[str]:
    """Why the password may not be taken, one sentence each; empty when it may.

    `words` are what belongs to the person (user name, unit, end of the identity number); `former` the
    hashes of the last passwords, the present one included.
    """
    found = []
    if len(password) < shortest:
        found.append(f"密码至少 {shortest} 位，现在是 {len(password)} 位。")
    if len(password) > LONGEST:
        found.append(f"密码不超过 {LONGEST} 位，现在是 {len(password)} 位。")
    if classes(password) < 3:
        found.append(f"密码须包含{CLASSES}四类中的三类。")
    if is_common(password):
        found.append("这是常见密码或其变形，容易被猜到，请换一个。")
    if word := _word_within(password, (*CONTEXT, *words)):
        found.append(f"密码不能包含“{word}”这样与本人或本系统有关的内容。")
    if not found and any(matches(kept, password) for kept in list(former)[:history]):
        found.append(f"不能与最近 {history} 次使用过的密码相同。")
    return found


def classes(password: str) -> int:
    """How many of the four classes occur; anything that is neither letter nor digit is a symbol."""
    return sum(
        (
            any(c.isupper() for c in password),
            any(c.islower() for c in password),
            any(c.isdigit() for c in password),
            any(not (c.isupper() or c.islower() or c.isdigit()) for c in password),
        )
    )


def is_common(password: str) -> bool:
    """Whether a common password is all there is to it, after undressing it (Passw0rd2024! is `password`)."""
    plain = _plain(password)
    undressed = plain.translate(DRESS)
    cores = {plain, undressed, _core(plain), _core(plain).translate(DRESS), _core(undressed)}
    return bool(cores & common()) or len(set(plain)) <= 3 or _is_run(plain)


@cache
def common() -> frozenset[str]:
    """The common passwords, lower case: what people of this office would try, then the head of the list Django
    ships."""
    return frozenset(line.strip().lower() for line in COMMON.read_text("utf-8").splitlines() if line.strip())


def first_password() -> str:
    """A random first password that can be read out: four groups of four, 79 bits, in three classes."""
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    while True:
        groups = ["".join(secrets.choice(letters + letters.upper() + digits) for _ in range(4)) for _ in range(4)]
        password = "-".join(groups)
        if not objections(password):
            return password


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password).lower()


def _core(text: str) -> str:
    return text.strip("0123456789!@#$%^&*()_+-=.,;:?/ ~`'\"<>[]{}|\\")


def _is_run(text: str) -> bool:
    """abcdefghijkl and 987654321098 alike."""
    steps = {(ord(b) - ord(a)) for a, b in itertools.pairwise(text)}
    return len(text) > 3 and (steps <= {0, 1} or steps <= {0, -1})


def _word_within(password: str, words: Iterable[str]) -> str:
    plain = _plain(password)
    long_enough = (w for w in words if len(w) >= 4 or (len(w) >= 2 and not w.isascii()))
    return next((w for w in long_enough if _plain(w) in plain or _plain(w) in plain.translate(DRESS)), "")
