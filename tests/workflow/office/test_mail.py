"""A letter beside a message: it says that there is something to read, never what; and it never stops the work."""

from __future__ import annotations

import socketserver
import threading
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from workflow.base import roles as r
from workflow.base.errors import Refused
from workflow.base.unit_of_work import attempt
from workflow.office import mail


class _Server(socketserver.StreamRequestHandler):
    """As much SMTP as a letter needs."""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        body, letter = b"", False
        for line in self.rfile:
            if letter:
                if line == b".\r\n":
                    letter = False
                    self.server.letters.append(body)
                    self.wfile.write(b"250 taken\r\n")
                else:
                    body += line
                continue
            word = line[:4].upper()
            letter = word == b"DATA"
            self.wfile.write(b"354 go on\r\n" if letter else b"221 bye\r\n" if word == b"QUIT" else b"250 well\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def letters():
    """A mail server of this machine, and what it has taken."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Server)
    server.letters = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    mail.install(f"smtp://127.0.0.1:{server.server_address[1]}", "zc@example.gov.cn")
    yield server.letters
    mail.install("", "")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_letter_goes_out_after_the_commit_and_says_where_to_look(letters, session, make):
    def tell(uow):
        mail.after(uow, "wang@example.gov.cn", "定期统计年报\r\nBcc: all@example.com", "请登录系统查看。")
        assert letters == [], "not before the commit"

    attempt(make.account(r.LEADER), tell, session=session)
    (letter,) = map(message_from_bytes, letters)
    assert letter["To"] == "wang@example.gov.cn" and letter["From"] == "zc@example.gov.cn" and letter["Bcc"] is None
    assert str(make_header(decode_header(letter["Subject"]))) == "定期统计年报 Bcc: all@example.com"
    assert "请登录系统查看" in letter.get_payload(decode=True).decode()


def test_a_server_that_does_not_answer_stops_nothing(session, make, caplog):
    mail.install("smtp://127.0.0.1:1", "zc@example.gov.cn")
    try:
        attempt(make.account(r.LEADER), lambda uow: mail.after(uow, "a@b.cn", "x", "y"), session=session)
        assert "a letter was not taken" in caplog.text and "a@b.cn" not in caplog.text
    finally:
        mail.install("", "")


def test_without_a_server_no_letter_is_tried(session, make, as_):
    uow = as_(make.account(r.LEADER))
    mail.after(uow, "a@b.cn", "x", "y")
    assert not mail.there_is() and uow.after_commit == []


@pytest.mark.parametrize("word", ["wang", "a@b", "a b@c.cn", "a@b.cn\nBcc: x@y.cn", "<a@b.cn>", "x" * 200 + "@b.cn"])
def test_what_is_no_address_is_refused(word):
    with pytest.raises(Refused):
        mail.address(word)


def test_an_address_may_be_left_out():
    assert mail.address(" ") == ""
    assert mail.address(" wang@example.gov.cn ") == "wang@example.gov.cn"
