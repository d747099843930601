"""The envelope of a secret ballot: ECIES on X25519, and the private key under two passphrases (TRUST §3.3).

Pure functions over bytes: no database, no clock. What is sealed for one poll cannot be opened as another's.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

#: log2 of scrypt's work factor: 32 MiB and a tenth of a second for each passphrase.
COST = 15
_VERSION = 1
_SALT, _NONCE, _KEY = 16, 12, 32


class WrongKey(Exception):
    """The passphrases do not open the key, or an envelope is not of this poll."""


def new_key() -> tuple[bytes, bytes]:
    """A fresh private and public key, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def wrap(private: bytes, passphrases: tuple[str, str], context: bytes) -> bytes:
    """Lock the private key so that only both passphrases together open it."""
    salts, nonce = os.urandom(2 * _SALT), os.urandom(_NONCE)
    head = bytes([_VERSION, COST]) + salts + nonce
    return head + AESGCM(_both(passphrases, salts, COST)).encrypt(nonce, private, context)


def unwrap(wrapped: bytes, passphrases: tuple[str, str], context: bytes) -> bytes:
    """Open what `wrap` locked; WrongKey when a passphrase or the context differs."""
    cost, rest = wrapped[1], wrapped[2:]
    salts, nonce, box = rest[: 2 * _SALT], rest[2 * _SALT : 2 * _SALT + _NONCE], rest[2 * _SALT + _NONCE :]
    try:
        return AESGCM(_both(passphrases, salts, cost)).decrypt(nonce, box, context)
    except InvalidTag:
        raise WrongKey from None


def seal(public: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypt to the poll's public key; the same length for the same length of `plain`."""
    once = X25519PrivateKey.generate()
    name = once.public_key().public_bytes_raw()
    key = _shared(once.exchange(X25519PublicKey.from_public_bytes(public)), name, public)
    nonce = os.urandom(_NONCE)
    return name + nonce + AESGCM(key).encrypt(nonce, plain, context)


def unseal(private: bytes, box: bytes, context: bytes) -> bytes:
    """Decrypt an envelope with the poll's private key; WrongKey when it is not of this poll."""
    mine = X25519PrivateKey.from_private_bytes(private)
    name, nonce = box[:_KEY], box[_KEY : _KEY + _NONCE]
    key = _shared(mine.exchange(X25519PublicKey.from_public_bytes(name)), name, mine.public_key().public_bytes_raw())
    try:
        return AESGCM(key).decrypt(nonce, box[_KEY + _NONCE :], context)
    except InvalidTag:
        raise WrongKey from None


def digest(box: bytes) -> str:
    """What is kept of an envelope after it is destroyed; its first 16 hex digits are the voter's receipt."""
    return hashlib.sha256(box).hexdigest()


def normalised(passphrase: str) -> str:
    """A passphrase as it counts: NFKC, without blanks around it."""
    return unicodedata.normalize("NFKC", passphrase).strip()


def _both(passphrases: tuple[str, str], salts: bytes, cost: int) -> bytes:
    parts = zip(passphrases, (salts[:_SALT], salts[_SALT:]), strict=True)
    keys = b"".join(Scrypt(salt, _KEY, 1 << cost, 8, 1).derive(normalised(p).encode()) for p, salt in parts)
    return HKDF(hashes.SHA256(), _KEY, salt=None, info=b"zc-ballot/1/wrap").derive(keys)


def _shared(secret: bytes, name: bytes, public: bytes) -> bytes:
    return HKDF(hashes.SHA256(), _KEY, salt=name + public, info=b"zc-ballot/1/envelope").derive(secret)
