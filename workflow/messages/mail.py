"""The channel of e-mail: one letter to one address by SMTP. It says that there is something to read, never what.

SMTP has no key by which a server knows a letter again. A letter carries the same Message-ID at every try, so that a
mailbox shows it once where it looks at that; of two tries whose first was taken without our hearing of it, the server
takes both. So: at least once, and exactly once wherever the answer to the first try has reached us.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from workflow.base.errors import Refused
from workflow.messages.outcome import LATER, NEVER, TAKEN, Outcome, Parcel, fault

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


def _letter(parcel: Parcel) -> EmailMessage:
    sender = _server[1]
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, parcel.receiver, " ".join(parcel.subject.split())
    letter["Date"] = formatdate()
    letter["Message-ID"] = f"<{parcel.key}@{sender.rpartition('@')[2] or 'localhost'}>"
    letter.set_content(parcel.text)
    return letter


def send(parcel: Parcel) -> Outcome:
    """Hand the letter to the server."""
    url = urlsplit(_server[0])
    trusted, host = ssl.create_default_context(), url.hostname or ""
    try:
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=PATIENCE, context=trusted)
        else:
            server = smtplib.SMTP(host, url.port or 587, timeout=PATIENCE)
        try:
            if url.scheme == "smtp" and host not in ("localhost", "127.0.0.1", "::1"):
                server.starttls(context=trusted)  # a password never travels in clear
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(_letter(parcel))
        finally:
            server.close()  # the answer to the letter is what counts; a QUIT that is not answered changes nothing
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _words in error.recipients.values()), default=0)
        return Outcome(NEVER if code >= 500 else LATER, words=f"邮件服务器不接受该地址（{code}）")
    except smtplib.SMTPDataError as error:
        return Outcome(NEVER if error.smtp_code >= 500 else LATER, words=f"邮件服务器拒收（{error.smtp_code}）")
    except smtplib.SMTPResponseException as error:
        return Outcome(LATER, words=f"邮件服务器应答 {error.smtp_code}，请核对 MAIL_URL")
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(LATER, words=f"未能送到邮件服务器：{fault(error)}")
    return Outcome(TAKEN)
