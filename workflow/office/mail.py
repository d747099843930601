"""A letter by e-mail beside a message (消息), where the office has a mail server: it says that there is something to
read, never what. A letter that cannot be sent is told to the log; the message stands in any case."""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from urllib.parse import unquote, urlsplit

from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)
#: Seconds that a mail server may take for an answer.
PATIENCE = 15
LONGEST = 120
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_server: list[str] = ["", ""]


def install(url: str, sender: str) -> None:
    """Say which server takes letters (`smtps://user:password@host`, `smtp://…` with STARTTLS) and from whom they come;
    an empty one: none does."""
    _server[:] = [url, sender]


def there_is() -> bool:
    """Whether the office has a mail server."""
    return bool(_server[0])


def address(word: str) -> str:
    """An address as it was typed, tidied; refused where it is none. Nothing typed is none wanted."""
    word = word.strip()
    if word and (len(word) > LONGEST or not _ADDRESS.fullmatch(word)):
        raise Refused("电子邮箱的格式不对（如 name@example.gov.cn）；请更正，或留空只收站内消息。", field="mail")
    return word


def after(uow: UnitOfWork, to: str, subject: str, text: str) -> None:
    """Send a letter once the unit of work is committed."""
    if to and there_is():
        uow.after_commit.append(partial(post, to, subject, text))


def post(to: str, subject: str, text: str) -> None:
    """Send it now."""
    url, sender = urlsplit(_server[0]), _server[1]
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, to, " ".join(subject.split())
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=sender.rpartition("@")[2] or "localhost")
    letter.set_content(text)
    trusted = ssl.create_default_context()
    try:
        host = url.hostname or ""
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=trusted)
        else:
            server = smtplib.SMTP(host, url.port or 587, timeout=PATIENCE)
        with server:
            if url.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
                server.starttls(context=trusted)  # a password never travels in clear
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        log.warning("a letter was not taken by the mail server: %s", type(error).__name__)
