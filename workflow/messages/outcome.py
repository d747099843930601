"""What came of a try, in words that every channel shares."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass

#: Taken by the partner; told to have arrived; try again later; never, for it would be refused again.
TAKEN, ARRIVED, LATER, NEVER = "taken", "arrived", "later", "never"


@dataclass(frozen=True)
class Parcel:
    """One letter as it is handed to a channel: nothing of it changes between two tries."""

    letter_id: int
    key: str
    token: str
    channel: str
    receiver: str
    subject: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """How a try ended; `words` say why it did not go through, without the address."""

    how: str
    receipt: str = ""
    words: str = ""


#: What the network says, in words; the first that fits.
FAULTS: tuple[tuple[type[BaseException], str], ...] = (
    (ConnectionRefusedError, "对方没有应答（拒绝连接）"),
    (TimeoutError, "等待应答超时"),
    (socket.gaierror, "找不到该主机"),
    (ssl.SSLError, "对方的证书不受信任"),
    (smtplib.SMTPServerDisconnected, "对方中断了连接"),
    (ConnectionError, "对方中断了连接"),
    (OSError, "网络或文件故障"),
)


def fault(error: BaseException) -> str:
    """Why a partner was not reached, as the office reads it."""
    reason = getattr(error, "reason", None)  # urllib wraps what it met
    if isinstance(reason, BaseException):
        error = reason
    return next((words for kind, words in FAULTS if isinstance(error, kind)), "应答不完整")
