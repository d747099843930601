"""The envelope of a secret ballot: ECIES on X25519 to two trustees at once, each key under its owner's
passphrase (TRUST §3.3).

Pure functions over bytes: no database, no clock. What is sealed for one poll cannot be opened as another's.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

#: log2 of scrypt's work factor: 32 MiB and a tenth of a second for each passphrase.
COST = 15
_VERSION = 2
_SALT, _NONCE = 16, 12
KEY = 32  #: bytes of a key


class WrongKey(Exception):
    """The passphrase does not open the key, or an envelope is not of this poll."""


def new_key() -> tuple[bytes, bytes]:
    """A fresh private and public key, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def wrap(private: bytes, passphrase: str, context: bytes) -> bytes:
    """Lock a trustee's private key so that only his passphrase opens it."""
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    head = bytes([_VERSION, COST]) + salt + nonce
    return head + AESGCM(_slow(passphrase, salt, COST)).encrypt(nonce, private, context)


def unwrap(wrapped: bytes, passphrase: str, context: bytes) -> bytes:
    """Open what `wrap` locked; WrongKey when the passphrase or the context differs."""
    cost, rest = wrapped[1], wrapped[2:]
    salt, nonce, box = rest[:_SALT], rest[_SALT : _SALT + _NONCE], rest[_SALT + _NONCE :]
    try:
        return AESGCM(_slow(passphrase, salt, cost)).decrypt(nonce, box, context)
    except InvalidTag:
        raise WrongKey from None


def seal(publics: Sequence[bytes], plain: bytes, context: bytes) -> bytes:
    """Encrypt so that only all trustees together open it; the same length for the same length of `plain`."""
    once = X25519PrivateKey.generate()
    name = once.public_key().public_bytes_raw()
    secrets = [once.exchange(X25519PublicKey.from_public_bytes(public)) for public in publics]
    nonce = os.urandom(_NONCE)
    return name + nonce + AESGCM(_shared(secrets, name, publics)).encrypt(nonce, plain, context)


def unseal(privates: Sequence[bytes], box: bytes, context: bytes) -> bytes:
    """Decrypt an envelope with the private keys of all trustees, in the order of `seal`; WrongKey when it is not of
    this poll."""
    mine = [X25519PrivateKey.from_private_bytes(private) for private in privates]
    name, nonce = box[:KEY], box[KEY : KEY + _NONCE]
    try:
        secrets = [each.exchange(X25519PublicKey.from_public_bytes(name)) for each in mine]
        key = _shared(secrets, name, [each.public_key().public_bytes_raw() for each in mine])
        return AESGCM(key).decrypt(nonce, box[KEY + _NONCE :], context)
    except (InvalidTag, ValueError):
        raise WrongKey from None


def digest(box: bytes) -> str:
    """What is kept of an envelope after it is destroyed; its first 16 hex digits are the voter's receipt."""
    return hashlib.sha256(box).hexdigest()


def normalised(passphrase: str) -> str:
    """A passphrase as it counts: NFKC, without blanks around it."""
    return unicodedata.normalize("NFKC", passphrase).strip()


def _slow(passphrase: str, salt: bytes, cost: int) -> bytes:
    stretched = Scrypt(salt, KEY, 1 << cost, 8, 1).derive(normalised(passphrase).encode())
    return HKDF(hashes.SHA256(), KEY, salt=None, info=b"zc-ballot/2/wrap").derive(stretched)


def _shared(secrets: Sequence[bytes], name: bytes, publics: Sequence[bytes]) -> bytes:
    salt = name + b"".join(publics)
    return HKDF(hashes.SHA256(), KEY, salt=salt, info=b"zc-ballot/2/envelope").derive(b"".join(secrets))
