"""Awards keep documents: every test of the room has a store of its own."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def shelf(file_store):
    """Files of one test lie in its own folder."""
    return file_store
