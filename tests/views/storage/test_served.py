"""Files on their way to a browser: whole, in part, and refused in a sentence when the store does not have them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from models.declarations.declaration import DeclarationState
from models.declarations.material import StoredFile
from tests import bucket
from tests.workflow.storage.test_preview import scan
from workflow.base import roles
from workflow.storage import clean, files, on_s3, store
from workflow.storage.on_s3 import Bucket
from workflow.storage.store import Store, name_of


@pytest.fixture(scope="module")
def s3():
    with bucket.s3_server() as address:
        yield address


@pytest.fixture(params=["disk", "s3"])
def case(request, make, as_, app, file_store, tmp_path):
    """A stored paper of a declaration, its bytes, and the officer who reads it; on either shelf."""
    if request.param == "s3":
        file_store.shelf = Bucket(*bucket.fresh(request.getfixturevalue("s3")))
    unit = make.organisation()
    declaration = make.declaration(DeclarationState.UNIT_REVIEW, unit=unit, position=0)
    officer = make.account(roles.UNIT_OFFICER, organisation=unit)
    paper = files.store(as_(officer), scan(3), "论文.pdf", owner=declaration, purpose="论文")
    return paper, b"".join(clean.open_file(paper)), officer


def text(answer):
    return answer.get_data(as_text=True)


def test_a_download_is_the_file_and_can_be_gone_on_with(browser, case):
    paper, data, officer = case
    client = browser(officer)
    whole = client.get(f"/file/{paper.key}")
    assert whole.status_code == 200 and whole.data == data and whole.mimetype == "application/pdf"
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.content_length == len(data)
    assert whole.headers["Content-Disposition"].startswith("attachment") and "%E8%AE%BA%E6%96%87.pdf" in str(
        whole.headers
    )
    etag = whole.headers["ETag"]
    for asked, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=10-", 10, len(data)),
        ("bytes=-7", len(data) - 7, len(data)),
        (f"bytes=5-{len(data) + 99}", 5, len(data)),
    ):
        part = client.get(f"/file/{paper.key}", headers={"Range": asked, "If-Range": etag})
        assert part.status_code == 206 and part.data == data[start:end], asked
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(data)}"
    head = client.head(f"/file/{paper.key}")
    assert head.status_code == 200 and head.content_length == len(data) and head.data == b""


def test_what_is_no_part_of_this_file_is_the_whole_file_or_told(browser, case):
    paper, data, officer = case
    client = browser(officer)
    for headers in (
        {"Range": "bytes=0-3", "If-Range": '"another"'},
        {"Range": "bytes=0-3", "If-Range": "Wed, 20 May 2026 12:00:00 GMT"},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "lines=1-2"},
        {"Range": "nonsense"},
    ):
        answer = client.get(f"/file/{paper.key}", headers=headers)
        assert answer.status_code == 200 and answer.data == data, headers
    beyond = client.get(f"/file/{paper.key}", headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416 and beyond.headers["Content-Range"] == f"bytes */{len(data)}"


def test_every_part_is_asked_of_the_row_policy(browser, case, make):
    paper, _data, _officer = case
    stranger = browser(make.account(roles.UNIT_OFFICER, organisation=make.organisation()))
    assert stranger.get(f"/file/{paper.key}", headers={"Range": "bytes=0-3"}).status_code == 404


@pytest.mark.parametrize("fault, sentence", [("missing", "已不在文件存储中"), ("damaged", "已损坏")])
def test_a_file_the_store_does_not_have_is_refused_by_name_with_what_helps(browser, case, file_store, fault, sentence):
    paper, data, officer = case
    name, sealed = name_of(paper.sha256), files.read(paper)
    if fault == "missing":
        file_store.shelf.remove([name])
    else:
        file_store.shelf.put(name, io.BytesIO(sealed[:-9]), len(sealed) - 9, anew=True)
    client = browser(officer)
    for address, headers in (("", {}), ("", {"Range": "bytes=3-9"}), ("/view", {}), ("/view/1", {})):
        answer = client.get(f"/file/{paper.key}{address}", headers=headers)
        page = text(answer)
        assert answer.status_code == (200 if address == "/view" else 409), address
        assert f"“论文.pdf”{'已不在' if fault == 'missing' else '在文件存储中'}" in page and sentence in page, address
        assert "重新上传" in page and 'class="paper' not in page
        assert f'href="/file/{paper.key}"' not in page, "nothing is offered that will be refused"
    file_store.put(paper.sha256, sealed)
    assert client.get(f"/file/{paper.key}").data == data, "the same file sent again mends the store"


def test_what_a_node_has_drawn_is_drawn_again_by_another(browser, case, file_store, tmp_path, monkeypatch):
    paper, _data, officer = case
    client = browser(officer)
    drawn = client.get(f"/file/{paper.key}/view/2").data
    monkeypatch.setattr(store, "_store", Store(file_store.shelf, tmp_path / "another node"))
    assert client.get(f"/file/{paper.key}/view/2").data == drawn


@pytest.mark.parametrize(
    "code, word, sentence",
    [(507, "XMinioStorageFull", "空间已满"), (403, "AccessDenied", "没有权限"), (503, "SlowDown", "无法访问")],
)
def test_a_store_that_takes_nothing_is_told_at_the_upload_and_no_row_is_written(
    browser, make, app, session, tmp_path, monkeypatch, code, word, sentence
):
    monkeypatch.setattr(on_s3, "TRIES", 0)
    declaration = make.declaration(DeclarationState.DRAFT)
    applicant = make.account(roles.APPLICANT, person=declaration.person)
    client = browser(applicant)
    sent = {"kind": "education", "no_secrets": "1", "file": (io.BytesIO(scan(1)), "学历证书.pdf")}
    with bucket.answering(code, word) as address:
        shelf = Bucket("s3://files", bucket.KEYS | {"endpoint": address})
        monkeypatch.setattr(store, "_store", Store(shelf, tmp_path / "previews"))
        answer = client.post(f"/declare/{declaration.id}/materials", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 409 and sentence in text(answer) and "没有写入任何数据" in text(answer)
    assert session.scalars(select(StoredFile)).all() == []
