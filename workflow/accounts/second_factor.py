"""The second factor: time-based one-time codes (RFC 6238), each code good once."""

from __future__ import annotations

import base64
import hmac

import pyotp

from models.sealed import key

STEP = 30
#: A clock may be half a minute off in either direction.
DRIFT = 1
ISSUER = "湖南职称评审"


def pending_secret(stay_key: str) -> str:
    """The secret offered to a stay that has none yet: derived, so that showing it writes nothing."""
    return base64.b32encode(hmac.digest(key("field"), b"totp:" + stay_key.encode(), "sha256")[:20]).decode()


def address(secret: str, username: str) -> str:
    """What an authenticator scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(secret: str, code: str, seconds: int) -> int | None:
    """The time step whose code this is, the newest first; None for a wrong code."""
    code = "".join(code.split())
    if not (code.isascii() and code.isdigit()):
        return None
    now = seconds // STEP
    totp = pyotp.TOTP(secret)
    return next(
        (step for step in range(now + DRIFT, now - DRIFT - 1, -1) if hmac.compare_digest(totp.at(step * STEP), code)),
        None,
    )
