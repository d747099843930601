"""`gunicorn run:app` and `flask --app run …`: the application, or a refusal to start."""

from __future__ import annotations

import os

from app import create_app
from app.leftovers import refuse_leftovers

os.umask(0o077)  # files, keys and the database are nobody else's to read
app = create_app()
refuse_leftovers(app)
