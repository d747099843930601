"""A partner outside that is spoken to by HTTP: what was sent, what was answered, and nothing else followed."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PATIENCE = 60
#: An answer is short; whoever answers more is not read to the end.
MOST_ANSWER = 4 << 20


@dataclass(frozen=True)
class Answer:
    """What the partner said."""

    code: int
    body: bytes


#: Sends `(body, headers)`; raises OSError when nobody answers.
Post = Callable[[bytes, dict[str, str]], Answer]


class _Straight(urllib.request.HTTPRedirectHandler):
    """What is sent goes where it was addressed: redirects are not followed."""

    def redirect_request(self, *given: Any, **more: Any) -> None:
        return None


def poster(url: str, authority: str = "", *, patience: float = PATIENCE) -> Post:
    """Posts to that address; `authority` is a file of the certificates to trust instead of the system's. The caller
    has seen to it that the address is https, or of this machine."""
    trusted = ssl.create_default_context(cafile=authority or None)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted), _Straight()
    )

    def post(body: bytes, headers: dict[str, str]) -> Answer:
        asked = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310  (see above)
        try:
            with opener.open(asked, timeout=patience) as answer:
                return Answer(answer.status, answer.read(MOST_ANSWER))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(MOST_ANSWER))

    return post
