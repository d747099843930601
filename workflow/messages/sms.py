"""The channel of SMS and voice: one adapter, a documented HTTP form or a folder of files.

**HTTP** (`SMS_URL` https://…, signed with `SMS_KEY`): a POST of

    {"id": "<key>", "channel": "sms" | "voice", "to": "13900001234", "text": "…"}

with `Idempotency-Key: <key>`, `Digest: sha-256=<base64 of the body's digest>` and
`X-Signature: hmac-sha256=<hex of HMAC-SHA256 over key, newline, digest in hex>`. The answer (2xx, or 409 for a key that
was taken before) is

    {"id": "<key>", "receipt": "…", "state": "accepted" | "delivered" | "failed", "error": "…"}

A key stands for one message for ever: whoever gets it twice answers as the first time and sends nothing again.
**Receipts** are asked for, not taken in: a POST to `SMS_URL/receipt` with `{"id": "<key>"}`, signed alike, answers the
same form. So no door has to be open for the partner. **Files** (`SMS_URL` file:///folder): one file a message, named by
its key, for an office whose modem or gateway takes files.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from workflow.messages.outcome import ARRIVED, LATER, NEVER, TAKEN, Outcome, Parcel, fault
from workflow.messages.partner import Answer, Post, poster

#: Answers that say "later", not "never".
AGAIN = (408, 425, 429)
PATIENCE = 30
_gateway: dict[str, Any] = {"url": "", "key": b"", "ca": ""}


def install(url: str, key: bytes, authority: str = "") -> None:
    """Say which gateway takes messages and with which key they are signed; an empty address: none does."""
    local = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
    if url and not url.startswith(("https://", "file:///")) and not (local and url.startswith("http://")):
        raise ValueError("SMS_URL must be https://… or file:///folder")
    if url.startswith("http") and len(key) < 32:
        raise ValueError("SMS_KEY needs 32 bytes in hex")
    _gateway.update(url=url, key=key, ca=authority)


def there_is() -> bool:
    """Whether the office has a gateway."""
    return bool(_gateway["url"])


def gives_receipts() -> bool:
    """Whether the gateway can be asked what has become of a message."""
    return str(_gateway["url"]).startswith("http")


def headers(key: str, body: bytes) -> dict[str, str]:
    """What travels with a message: its key, its digest, and who vouches for both."""
    digest = hashlib.sha256(body)
    signed = hmac.new(_gateway["key"], f"{key}\n{digest.hexdigest()}".encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": key,
        "Digest": "sha-256=" + base64.b64encode(digest.digest()).decode(),
        "X-Signature": f"hmac-sha256={signed}",
    }


def send(parcel: Parcel) -> Outcome:
    """Hand the message to the gateway."""
    said = {"id": parcel.key, "channel": parcel.channel, "to": parcel.receiver, "text": parcel.text}
    body = json.dumps(said, ensure_ascii=False).encode()
    if _gateway["url"].startswith("file:"):
        return _laid_down(parcel.key, body)
    return _asked(parcel.key, body, _post(_gateway["url"]))


def ask(key: str) -> Outcome:
    """What has become of a message that was taken."""
    return _asked(key, json.dumps({"id": key}).encode(), _post(_gateway["url"].rstrip("/") + "/receipt"))


def _post(url: str) -> Post:
    return poster(url, _gateway["ca"], patience=PATIENCE)


def _laid_down(key: str, body: bytes) -> Outcome:
    """Whole or not at all, once: the name is the key."""
    folder = Path(unquote(urlsplit(_gateway["url"]).path))
    draft = folder / f".{key}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, folder / f"{key}.json")
    except OSError as error:
        return Outcome(LATER, words=f"短信文件夹写不进去：{fault(error)}")
    finally:
        draft.unlink(missing_ok=True)
    return Outcome(TAKEN, receipt=f"{key}.json")


def _asked(key: str, body: bytes, post: Post) -> Outcome:
    try:
        answer = post(body, headers(key, body))
    except (OSError, HTTPException, ValueError) as error:  # nobody there, broken off, or no HTTP
        return Outcome(LATER, words=f"未能送到短信平台：{fault(error)}")
    return _understood(key, answer)


def _understood(key: str, answer: Answer) -> Outcome:
    said = _read(answer.body)
    receipt, words = str(said.get("receipt") or "")[:120], str(said.get("error") or "未说明原因")[:120]
    if 200 <= answer.code < 300 or (answer.code == 409 and receipt):
        if said.get("id") != key or not receipt:
            return Outcome(LATER, words="短信平台的应答没有回执编号，或不是这一条的")
        if said.get("state") == "failed":
            return Outcome(NEVER, receipt, f"短信平台未能送达：{words}")
        return Outcome(ARRIVED if said.get("state") == "delivered" else TAKEN, receipt)
    never = 400 <= answer.code < 500 and answer.code not in AGAIN
    return Outcome(NEVER if never else LATER, words=f"短信平台应答 {answer.code}：{words}")


def _read(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
