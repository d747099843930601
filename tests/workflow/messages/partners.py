"""A real mail server and a real gateway that fail, delay and answer twice, and remember what they took."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import threading
import time
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

KEY = b"g" * 32
OK = "250 taken"
#: Takes the message, and breaks off before it says so.
LOST = "lost"


def free_port():
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MailServer:
    """An SMTP server; `answers` are given to one letter each, then it takes all."""

    def __init__(self, *answers, delay=0.0):
        self.answers, self.taken, self.delay, self.came = list(answers), [], delay, threading.Event()
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()
        self.url = f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, server, session, envelope):
        self.came.set()
        answer = self.answers.pop(0) if self.answers else OK
        if self.delay:
            await asyncio.sleep(self.delay)
        if answer in (OK, LOST):
            self.taken.append(message_from_bytes(envelope.content))
        if answer == LOST:
            server.transport.abort()
        return answer

    def ids(self):
        """The Message-ID of everything it took."""
        return [letter["Message-ID"] for letter in self.taken]

    def close(self):
        self.controller.stop()


class Gateway:
    """An SMS gateway that honours the key: a key is one message for ever. `answers`: a code, LOST, "twice", a state."""

    def __init__(self, *answers, delay=0.0):
        self.answers, self.delay = list(answers), delay
        self.asked, self.sent, self.states, self.came = [], {}, {}, threading.Event()
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"

            def log_message(self, *_):
                return

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.answer(self, body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/sms"

    def answer(self, request, body):
        said, receipt = json.loads(body), request.path.endswith("/receipt")
        key = said["id"]
        if not receipt:
            digest = hashlib.sha256(body).hexdigest()
            signed = hmac.new(KEY, f"{key}\n{digest}".encode(), hashlib.sha256).hexdigest()
            assert request.headers["X-Signature"] == f"hmac-sha256={signed}"
            assert request.headers["Idempotency-Key"] == key
            self.asked.append(said)
        answer = self.answers.pop(0) if self.answers and not receipt else 200
        if answer in (200, LOST, "twice") and not receipt:
            self.sent.setdefault(key, []).append(said) if key not in self.sent else None
        self.came.set()
        if self.delay:
            time.sleep(self.delay)
        if answer == LOST:
            request.connection.close()
            request.close_connection = True
            return
        code = answer if isinstance(answer, int) else 200
        words = {"id": key, "receipt": f"R-{key[:6]}", "state": self.states.get(key, "accepted"), "error": "线路忙"}
        text = json.dumps(words if code in (200, 409) else {"error": "维护中，号码 13900001234"}).encode()
        try:
            for _turn in range(2 if answer == "twice" else 1):
                head = f"HTTP/1.0 {code} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
                request.wfile.write(head.encode() + text)
        except OSError:
            return  # whoever asked is gone

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
