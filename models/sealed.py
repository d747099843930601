"""Personal data at rest: encrypted columns, and the blind index that makes them findable.

Keys come from one master key that lives outside the database (app/config.py hands it over with
`install_keys`). AES-GCM with the table and column as associated data; the index key is another
derivation, so that neither key opens the other. Identity numbers have little entropy: whoever holds
the index key can try them all, which is why no key is ever stored in the database.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

_keys: dict[str, bytes] = {}
_VERSION = 1


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"zhicheng/1", info=purpose.encode()).derive(master)


PURPOSES = ("field", "index", "journal", "ballot", "row", "sum", "head", "stamp", "anchor", "seen", "paper")


def install_keys(master: bytes) -> None:
    """Take the 32-byte master key; called once at start, before the first query."""
    _keys.update(_all(master))


@cache
def _all(master: bytes) -> dict[str, bytes]:
    if len(master) < 32:
        raise ValueError("the master key needs 32 bytes")
    return {purpose: _derive(master, purpose) for purpose in PURPOSES}


@contextmanager
def under(master: bytes) -> Iterator[None]:
    """For a moment with another master key: only while it is being changed, with nobody else at work."""
    before = dict(_keys)
    _keys.update(_all(master))
    try:
        yield
    finally:
        _keys.update(before)


def fingerprint(name: str) -> str:
    """By which the database of that name knows the key it was made with."""
    return hmac.digest(key("stamp"), f"stamp/1|{name}".encode(), "sha256").hex()


def key(purpose: str) -> bytes:
    """The derived key of that purpose."""
    return _keys[purpose]


def has_keys() -> bool:
    """Whether a master key was taken."""
    return bool(_keys)


def normalised(value: str) -> str:
    """NFKC, no white space, upper case: how an identity or telephone number is compared."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def blind_index(value: str) -> bytes:
    """16 bytes by which an encrypted value is found again (HMAC-SHA256 of the normalised value)."""
    return hmac.digest(key("index"), normalised(value).encode(), "sha256")[:16]


def mac(message: bytes) -> str:
    """HMAC of a journal seal, in hex."""
    return hmac.new(key("journal"), message, hashlib.sha256).hexdigest()


class Sealed(TypeDecorator[str]):
    """A string column that is AES-GCM ciphertext on disk; `context` names table and column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        if value is None:
            return None
        nonce = os.urandom(12)
        box = AESGCM(key("field")).encrypt(nonce, value.encode(), self.context.encode())
        return bytes([_VERSION]) + nonce + box

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        if value is None:
            return None
        value = bytes(value)
        return AESGCM(key("field")).decrypt(value[1:13], value[13:], self.context.encode()).decode()


def mask_id(value: str | None) -> str:
    """`430***********1234`: first three, last four (个人信息保护法 第五十一条)."""
    if not value:
        return ""
    return value[:3] + "*" * max(len(value) - 7, 1) + value[-4:] if len(value) > 7 else "*" * len(value)


def mask_phone(value: str | None) -> str:
    """`138****1234`."""
    if not value:
        return ""
    return value[:3] + "****" + value[-4:] if len(value) >= 8 else "*" * len(value)
