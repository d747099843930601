"""`gunicorn run:app` and `flask --app run …`: the application, or a refusal to start."""

from __future__ import annotations

import os

from app import create_app, standing

os.umask(0o077)  # files, keys and the database are nobody else's to read
app = create_app()
standing.refuse(app)
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # commands say for themselves what they need
    standing.refuse_unready(app)
