"""Filled wrongly, every form of every screen answers with sentences and keeps what was typed; nothing is written.

The sample is that of `WRONG_SEED` (118), so that a landing stands or falls by itself; another seed finds other faults,
and `WRONG_POSTS=20000` is the full run.
"""

from __future__ import annotations

import os
import random
import re
import traceback
from urllib.parse import urlsplit

import pytest

from app import errors
from tests.access.walk import COLUMNS, Walker
from tests.access.wrongly import cases_of, complaint, post
from tests.views.office_day import noon  # noqa: F401  (a fixture)

POSTS = int(os.environ.get("WRONG_POSTS", "400"))
SEED = os.environ.get("WRONG_SEED", "118")


@pytest.mark.parametrize("role", COLUMNS)
def test_filled_wrongly_a_form_answers_with_sentences(app, session, make, as_, noon, monkeypatch, role):  # noqa: F811
    chance = random.Random(f"{SEED} {role}")
    walker = Walker(app, session, make, as_, role, monkeypatch)
    monkeypatch.setattr(walker, "_verb", lambda _endpoint: walker.verb_asked)
    flashed = []
    monkeypatch.setattr(errors, "flash", lambda said, tone: flashed.append(str(said)))
    wrong, faults = {}, []
    monkeypatch.setattr(app, "log_exception", faults.append)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    cases = cases_of(walker, chance, set())
    for case in cases[: max(10, POSTS // len(COLUMNS))]:
        flashed.clear()
        faults.clear()
        answer, sent, written = post(walker, case, chance)
        found = complaint(walker, case, answer, sent, written, endpoint_of(app, case))
        if (
            found is None
            and flashed
            and case.form.free
            and any(v.strip() for n, v in sent if n in {f.name for f in case.form.free})
        ):
            found = f"sent back by a flash, what was typed is gone: {flashed[0][:60]}"
        if faults:
            found = f"{code_of(faults[0])}"
        if found:
            wrong.setdefault((re.sub(r"\d+", "#", case.form.action), found[:60]), f"{case}: {found}")
    assert not wrong, f"WRONG_SEED={SEED}\n" + "\n".join(wrong.values())


def code_of(exc_info):
    """Where a fault arose."""
    kind, error, trace = exc_info
    last = [f for f in traceback.extract_tb(trace) if "/.venv/" not in f.filename][-1]
    return f"{kind.__name__}: {str(error)[:100]} at {last.filename}:{last.lineno} in {last.name}"


def endpoint_of(app, case):
    """The route behind the form."""
    adapter = app.url_map.bind("localhost")
    return adapter.match(urlsplit(case.form.action).path, method="POST")[0]
