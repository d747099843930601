"""An S3 store on a loopback port for tests, and servers that answer every request of one with the same refusal."""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = {"key": "test", "secret": "testtest", "region": "us-east-1"}


@contextlib.contextmanager
def s3_server():
    """The address of an S3 server with the bucket `files`."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    make_bucket(address, "files")
    yield address
    server.stop()


def make_bucket(address, name):
    urllib.request.urlopen(urllib.request.Request(f"{address}/{name}", method="PUT")).close()


def fresh(address):
    """(STORE_URL, access) of an empty place in the bucket."""
    return f"s3://files/{secrets.token_hex(6)}", KEYS | {"endpoint": address}


@contextlib.contextmanager
def answering(code, word):
    """The address of a server that answers whatever is asked with that status and that word of an S3 error."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = f"<Error><Code>{word}</Code></Error>".encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(told)

        do_PUT = do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
