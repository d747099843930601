"""`gunicorn run:app` and `flask --app run …`: the application, or a refusal to start."""

from __future__ import annotations

from app import create_app
from app.leftovers import refuse_leftovers

app = create_app()
refuse_leftovers(app)
