"""A gunicorn worker that is patient with slow clients: waitress reads and answers, our threads only think.

gunicorn's own threads read the request themselves, so eight half-open requests stop a process with eight threads.
Here one loop holds all connections, takes requests in as they come and sends answers as they are fetched; a
thread sees a request only when it has arrived, and is free again when it has answered. The arbiter stays
gunicorn's: it loads the application once, forks, restarts who dies or no longer reports, and stops with grace.
"""

from __future__ import annotations

import logging
import os
import resource
import time
from collections.abc import Iterator
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

#: Connections a process holds at most; each needs up to three descriptors (itself, what it sends, what it gets).
MOST_CONNECTIONS = 2000
#: A request has so many seconds to arrive, and one more for each `SLOWEST` bytes that did.
PATIENCE = 20
SLOWEST = 8192
#: A connection without a request is kept so long.
IDLE_SECONDS = 60
#: Larger bodies are not taken at all; up to here the application refuses them in its own words.
LARGEST_BODY = 256 << 20


class Arriving(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when its request has been arriving, so that dripping does not keep it open."""

    began = 0.0
    taken = 0

    def received(self, data: bytes) -> Any:
        """Take in what came; the first piece of a request starts its clock."""
        if self.request is None:
            self.began, self.taken = time.monotonic(), 0
        self.taken += len(data)
        return super().received(data)

    def overdue(self, now: float) -> bool:
        """Whether its request has been arriving for too long."""
        if self.requests:  # what came too early is not read on before the answer to the first is out
            self.began = now
        return self.request is not None and now > self.began + PATIENCE + self.taken / SLOWEST

    def busy(self) -> bool:
        """Whether something is still arriving, being answered or being sent."""
        return bool(self.request is not None or self.requests or self.total_outbufs_len)


class BufferingWorker(Worker):  # type: ignore[misc]
    """One process: a loop for the connections, `threads` threads for the application."""

    def run(self) -> None:
        """Serve until told to stop, reporting to the arbiter every second; then finish what has begun."""
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a full queue is no news at each request
        self.map: dict[int, Any] = {}
        create_server(
            self._counting, map=self.map, sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads, connection_limit=_connections(), asyncore_use_poll=True, ident="",
            channel_timeout=IDLE_SECONDS, cleanup_interval=10, log_socket_errors=False,
            max_request_header_size=1 << 16, max_request_body_size=LARGEST_BODY,
            outbuf_high_watermark=1 << 40,  # beyond 1 MB an answer waits on the disk, never in a thread
            clear_untrusted_proxy_headers=False,  # ProxyFix decides, by PROXIES
        )  # fmt: skip
        self.fronts = [front for front in self.map.values() if isinstance(front, BaseWSGIServer)]
        for front in self.fronts:
            front.channel_class = Arriving
        while self.alive and self.ppid == os.getppid():
            self._turn(1.0)
        self._finish()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """Stop with grace, at once and not at the next second."""
        super().handle_exit(sig, frame)
        for front in getattr(self, "fronts", ()):
            front.pull_trigger()

    def _turn(self, seconds: float) -> None:
        self.notify()
        wasyncore.loop(timeout=seconds, use_poll=True, map=self.map, count=1)
        now = time.monotonic()
        for channel in self._channels():
            if channel.overdue(now):
                channel.will_close = True

    def _channels(self) -> Iterator[Arriving]:
        for front in self.fronts:
            yield from list(front.active_channels.values())

    def _finish(self) -> None:
        for front in self.fronts:
            front.accepting = False
            front.del_channel()  # the other processes go on listening
        until = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < until and any(channel.busy() for channel in self._channels()):
            self._turn(0.1)
        self.fronts[0].task_dispatcher.shutdown(timeout=1)

    def _counting(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.alive = False  # the loop sees it within a second; the arbiter starts another
        return self.wsgi(environ, start_response)


def _connections() -> int:
    """As many as wanted, as far as the descriptors of this process go."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * MOST_CONNECTIONS + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, (soft - 256) // 3)
