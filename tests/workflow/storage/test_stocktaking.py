"""Files are counted against their rows; what no row names is swept, what somebody still needs never; moving house."""

from __future__ import annotations

import io
import os

import pytest

from models.imports.import_batch import ImportBatch
from tests import bucket
from tests.conftest import NOON
from tests.workflow.storage.test_preview import drawing, scan
from workflow.accounts.accounts import install_system_account
from workflow.base import roles
from workflow.storage import files, stocktaking, store
from workflow.storage.on_disk import DRAFTS, Disk
from workflow.storage.on_s3 import Bucket
from workflow.storage.store import Store, digest_of, name_of

STRAY = b"left by somebody whose form was refused"


@pytest.fixture
def kept(file_store, make, as_):
    """Three papers of one plan, two of them the same content."""
    plan, uow = make.plan(), as_(make.account(roles.COMMITTEE_OFFICE))
    contents = (scan(1), scan(2), scan(1))
    return [files.store(uow, data, f"附件{n}.pdf", owner=plan, purpose="附件") for n, data in enumerate(contents, 1)]


def spoil(file_store, stored, content):
    file_store.shelf.put(name_of(stored.sha256), io.BytesIO(content), len(content), anew=True)


def aged(file_store, name, days=2):
    path = file_store.shelf.path(name)
    told = path.stat()
    os.utime(path, (told.st_atime, told.st_mtime - days * 86400))


def test_a_store_in_order_is_counted_once_for_each_content(session, file_store, kept):
    count = stocktaking.verify(session, file_store)
    assert count.files == 2 and count.faults == [] and count.size == kept[0].size + kept[1].size


def test_what_is_missing_or_damaged_is_named_for_every_row_that_needs_it(session, file_store, kept, monkeypatch):
    monkeypatch.setattr(stocktaking, "PAGE", 1)
    spoil(file_store, kept[1], b"%PDF-1.4 something else")
    file_store.shelf.remove([name_of(kept[0].sha256)])
    found = stocktaking.verify(session, file_store).faults
    assert sorted((what, called.split("（")[0]) for what, called, _digest in found) == [
        ("损坏", "“附件2.pdf”"),
        ("缺失", "“附件1.pdf”"),
        ("缺失", "“附件3.pdf”"),
    ]
    assert kept[0].key in next(called for what, called, _ in found if "附件1" in called)


def test_the_command_names_them_and_ends_with_status_1(app, session, file_store, kept):
    runner = app.test_cli_runner()
    fine = runner.invoke(args=["store", "verify"])
    assert fine.exit_code == 0 and "核对 2 个文件" in fine.output and "全部完好" in fine.output
    spoil(file_store, kept[1], b"")
    told = runner.invoke(args=["store", "verify"])
    assert told.exit_code == 1 and "损坏  “附件2.pdf”" in told.output and kept[1].sha256 in told.output


def test_a_store_that_does_not_answer_is_told_and_is_no_missing_file(app, session, file_store, kept):
    file_store.shelf = Bucket("s3://nowhere", bucket.KEYS | {"endpoint": "http://127.0.0.1:9"})
    told = app.test_cli_runner().invoke(args=["store", "verify"])
    assert told.exit_code == 2 and "暂时无法访问" in told.output and "缺失" not in told.output


def test_only_what_no_row_names_and_nobody_may_still_need_is_swept(app, session, file_store, kept):
    stray, young = digest_of(STRAY), digest_of(STRAY + b"!")
    file_store.put(stray, STRAY)
    file_store.put(young, STRAY + b"!")
    (file_store.shelf.root / DRAFTS / "half").write_bytes(b"x")
    for name in (name_of(stray), *(name_of(each.sha256) for each in kept[1:]), f"{DRAFTS}/half"):
        aged(file_store, name)
    runner = app.test_cli_runner()
    listed = runner.invoke(args=["store", "sweep", "--dry-run"])
    assert listed.output.split() == [name_of(stray), str(len(STRAY))] and file_store.exists(stray)
    told = runner.invoke(args=["store", "sweep"])
    assert told.exit_code == 0 and "已清理 1 个无主文件" in told.output
    assert not file_store.exists(stray) and file_store.exists(young)
    assert all(file_store.exists(each.sha256) for each in kept)
    assert not list((file_store.shelf.root / DRAFTS).iterdir())
    assert "已清理 0 个" in runner.invoke(args=["store", "sweep"]).output


def test_a_file_that_is_sent_again_just_before_the_sweep_stays(session, file_store):
    digest = digest_of(STRAY)
    file_store.put(digest, STRAY)
    aged(file_store, name_of(digest))
    listed = list(stocktaking.unnamed(session, file_store.shelf))
    assert [kept.name for kept in listed] == [name_of(digest)]
    file_store.put(digest, STRAY)  # by a form whose row is not committed yet
    assert stocktaking._take_away(session, file_store, listed) == [] and file_store.exists(digest)


def test_files_of_a_folder_nobody_has_spoken_for_are_left_alone(session, file_store):
    digest = digest_of(STRAY)
    file_store.put(digest, STRAY, under="archive/2026")
    aged(file_store, f"archive/2026/{digest}")
    assert stocktaking.sweep(session, file_store, install_system_account(session)) == (0, 0)
    assert file_store.exists(digest, under="archive/2026")


def test_a_row_keeps_the_file_under_its_own_number_only(session, file_store, make, monkeypatch):
    batch = ImportBatch(kind="organisation", account_id=make.account(roles.HRSS_CONFIG).id, file_name="表.csv")
    batch.sha256, batch.state, batch.created_at, batch.choices = digest_of(STRAY), "previewed", NOON, {}
    session.add(batch)
    session.flush()
    room = stocktaking.Room("tables", ImportBatch.id, ImportBatch.sha256, lambda session, key: f"表 {key}")
    monkeypatch.setitem(stocktaking.ROOMS, "tables", room)
    for number in (batch.id, batch.id + 1):
        file_store.put(batch.sha256, STRAY, under=f"tables/{number}")
        aged(file_store, f"tables/{number}/{batch.sha256}")
    assert stocktaking.verify(session, file_store).files == 1
    assert stocktaking.sweep(session, file_store, install_system_account(session))[0] == 1
    assert file_store.exists(batch.sha256, under=f"tables/{batch.id}")
    file_store.forget(f"tables/{batch.id}")
    assert stocktaking.verify(session, file_store).faults == [("缺失", f"表 {batch.id}", batch.sha256)]


def test_moving_house_there_and_back_loses_and_doubles_nothing(app, session, file_store, kept, tmp_path):
    file_store.put(digest_of(STRAY), STRAY, under="results/7")
    with bucket.s3_server() as address:
        there = Store(Bucket(*bucket.fresh(address)), tmp_path / "there")
        count, held = stocktaking.copy(file_store, there)
        assert (count.files, held, count.faults) == (3, 0, [])
        # what comes while the copy runs is taken along by the second one
        file_store.put(digest_of(drawing((9, 9))), drawing((9, 9)))
        count, held = stocktaking.copy(file_store, there)
        assert (count.files, held) == (1, 3)
        assert stocktaking.verify(session, there).faults == []
        back = Store(Disk(tmp_path / "back"), tmp_path / "cache")
        assert stocktaking.copy(there, back)[0].files == 4
        assert sorted(k.name for k in back.shelf.all()) == sorted(k.name for k in file_store.shelf.all())
        assert stocktaking.verify(session, back).faults == []


def test_a_damaged_file_does_not_move_and_is_named(app, session, file_store, kept, monkeypatch):
    spoil(file_store, kept[1], b"%PDF-1.4 something else")
    monkeypatch.setattr(store, "_store", file_store)
    monkeypatch.setitem(app.config, "FILE_STORE", str(file_store.shelf.root))
    with bucket.s3_server() as address:
        url, access = bucket.fresh(address)
        monkeypatch.setitem(app.config, "STORE_ACCESS", access)
        runner = app.test_cli_runner()
        told = runner.invoke(args=["store", "copy", "disk", url])
        assert told.exit_code == 1 and "已复制 1 个文件" in told.output and kept[1].sha256 in told.output
        assert "目标处原有 1 个" in runner.invoke(args=["store", "copy", "disk", url]).output
    for places in (("disk", "disk"), ("disk", "/srv/files")):
        assert runner.invoke(args=["store", "copy", *places]).exit_code == 1
