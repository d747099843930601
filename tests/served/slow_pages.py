"""A page that takes its time, one that says who asks, and one that answers with much: for the tests of the worker."""

from __future__ import annotations

import time

from flask import Flask, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

pages = Flask(__name__)
pages.add_url_rule("/slow", view_func=lambda: (time.sleep(1.5), "done")[1], endpoint="slow")
pages.add_url_rule("/much", view_func=lambda: (b"x" * 1_000_000 for _ in range(20)), endpoint="much")
pages.add_url_rule("/who", view_func=lambda: f"{request.remote_addr} {request.scheme} {request.host}", endpoint="who")
app = DispatcherMiddleware(pages, {"/behind": ProxyFix(pages, x_for=1, x_proto=1, x_host=1)})
