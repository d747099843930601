"""How the product is served: few processes, threads for waiting, the application loaded once before forking.

The worker reads requests in a loop of its own (`app/worker.py`), so that slow clients hold no thread.
"""

import os
import shutil
import subprocess
import sys

host = os.environ.get("HOST", "127.0.0.1")
bind = f"{f'[{host}]' if ':' in host else host}:{os.environ.get('PORT', '8080')}"
worker_class = "app.worker.BufferingWorker"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
timeout = 120
graceful_timeout = 20
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = None
loglevel = "warning"
control_socket_disable = True

if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # figures of all processes of this start, added up (app/metrics.py)
    figures = os.path.join(os.path.abspath(os.environ.get("DATA_DIR") or "var"), "metrics")
    shutil.rmtree(figures, ignore_errors=True)
    os.makedirs(figures, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures


def child_exit(server, worker):
    """What a process that is gone has counted stays counted."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def post_fork(server, worker):
    """A forked worker opens connections of its own."""
    if "run" not in sys.modules:  # another application is served: the tests of the worker
        return
    from models.base import db
    from run import app

    with app.app_context():
        db.engine.dispose(close=False)


def when_ready(server):
    """The application is loaded and the socket listens: say so, in one line. WORKER=1: 后台任务 are done beside it."""
    if os.environ.get("WORKER") == "1":
        subprocess.Popen([sys.executable, "app/beside.py", str(os.getpid())], start_new_session=True)  # noqa: S603
    print(f"ready http://{bind}", flush=True)  # noqa: T201
