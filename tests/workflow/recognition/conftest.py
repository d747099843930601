"""A reader that reads what a test has written down, and a draft with one diploma."""

from __future__ import annotations

import pytest

from tests.workflow.materials.conftest import does, does_to_it, draft  # noqa: F401  (fixtures)
from tests.workflow.recognition.pages import told
from tests.workflow.storage.test_preview import drawing
from workflow.declarations import submission
from workflow.materials import upload
from workflow.recognition import engine, job

NUMBER = "105321201005001234"
PAPER = ("普通高等学校毕业证书", "校名：湖南湘江理工大学", f"证书编号：{NUMBER}")


@pytest.fixture
def reader(monkeypatch):
    """`reader(pages or a refusal)`: from now on every file says that; gives the digests that were really read."""
    seen = []
    monkeypatch.setattr(engine, "installed", lambda: True)
    monkeypatch.setattr(engine, "version", lambda: "1.0/1.0/1")

    def says(*pages, fault=""):
        def read(stored):
            seen.append(stored.sha256)
            return list(pages), fault

        monkeypatch.setattr(job, "read", read)
        return seen

    says(told(*PAPER))
    says.seen = seen
    return says


@pytest.fixture
def diploma(does_to_it):  # noqa: F811
    """One education with a wrong number, proved by one file."""
    row = {"school": "湖南湘江理工大学", "certificate": "105321201005001239", "degree": "学士"}
    does_to_it(submission.save_section, "education", [row])
    return does_to_it(upload.hand_in, "education", drawing((9, 9)), "毕业证.png", rows=["education:0"])
