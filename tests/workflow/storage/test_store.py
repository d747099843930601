"""The store of files: both shelves keep the same promises; what is missing, damaged, full or away ends in a
sentence."""

from __future__ import annotations

import hashlib
import io
import resource
import shutil
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import bucket
from workflow.storage import on_s3
from workflow.storage.on_disk import DRAFTS, Disk
from workflow.storage.on_s3 import Bucket
from workflow.storage.store import Absent, Damaged, Store, Unavailable, digest_of, name_of, shelf_of


@pytest.fixture(scope="module")
def s3():
    with bucket.s3_server() as address:
        yield address


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path / "files")


@pytest.fixture(params=["disk", "s3"])
def shelf(request, disk):
    """An empty shelf of either kind."""
    return disk if request.param == "disk" else Bucket(*bucket.fresh(request.getfixturevalue("s3")))


@pytest.fixture
def kept_in(shelf, tmp_path):
    return Store(shelf, tmp_path / "cache")


CONTENT = b"".join(bytes([n % 251]) * 37 for n in range(400))
DIGEST = digest_of(CONTENT)


def spoil(store, digest, content):
    """Other bytes under that name, as a failing disk would leave them."""
    store.shelf.put(name_of(digest), io.BytesIO(content), len(content), anew=True)


class Broken(io.BytesIO):
    """A source that fails in the middle."""

    def read(self, most=-1):
        if most < 0 or self.tell():
            raise RuntimeError("the connection of the sender broke")
        return super().read(1000)


class TestBothShelves:
    """What holds wherever the files lie."""

    @settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        contents=st.lists(st.binary(max_size=4000), min_size=1, max_size=4),
        place=st.tuples(st.integers(0, 4200), st.none() | st.integers(0, 4200)),
    )
    def test_what_was_put_comes_back_whole_and_in_every_part(self, kept_in, contents, place):
        start, end = place
        for content in [*contents, contents[0]]:
            kept_in.put(digest_of(content), content)
        for content in contents:
            digest = digest_of(content)
            assert kept_in.exists(digest)
            reading = kept_in.open(digest)
            assert b"".join(reading) == content and reading.total == len(content)
            part = kept_in.open(digest, start, end)
            assert b"".join(part) == content[start:end] and part.total == len(content)
            with kept_in.fetch(digest) as file, kept_in.at_hand(digest) as path:
                assert file.read() == path.read_bytes() == content

    def test_a_long_file_travels_in_pieces(self, kept_in, monkeypatch):
        monkeypatch.setattr(on_s3, "PIECE", 1000)
        kept_in.put(DIGEST, io.BytesIO(CONTENT))
        assert b"".join(kept_in.open(DIGEST)) == CONTENT
        for start, end in ((0, 1), (999, 1001), (1, None), (14_000, 99_999), (3000, 3000)):
            assert b"".join(kept_in.open(DIGEST, start, end)) == CONTENT[start:end]

    def test_many_who_put_the_same_and_different_files_at_once_all_find_theirs(self, kept_in, shelf):
        contents = [bytes([n % 4]) * 5000 for n in range(24)]
        start = threading.Barrier(8)

        def put(n):
            if n < 8:
                start.wait()
            kept_in.put(digest_of(contents[n]), contents[n])

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(put, range(24)))
        assert sorted(kept.name for kept in shelf.all()) == sorted({name_of(digest_of(c)) for c in contents})
        for content in contents[:4]:
            assert b"".join(kept_in.open(digest_of(content))) == content

    def test_nothing_is_ever_written_over_a_name_unless_asked(self, shelf):
        assert shelf.put("results/1/a", io.BytesIO(b"first"), 5) == shelf.find("results/1/a").stamp != ""
        assert shelf.put("results/1/a", io.BytesIO(b"second"), 6) == ""
        assert b"".join(shelf.read("results/1/a")[1]) == b"first"
        assert shelf.put("results/1/a", io.BytesIO(b"second"), 6, anew=True) == shelf.find("results/1/a").stamp
        assert b"".join(shelf.read("results/1/a")[1]) == b"second"

    def test_a_file_that_is_not_there_is_refused_however_it_is_asked_for(self, kept_in):
        assert not kept_in.exists(DIGEST)
        for ask in (
            lambda: kept_in.open(DIGEST),
            lambda: kept_in.open(DIGEST, 5, 9),
            lambda: kept_in.open(DIGEST, 0, 0),
            lambda: kept_in.fetch(DIGEST),
            lambda: kept_in.at_hand(DIGEST).__enter__(),
        ):
            with pytest.raises(Absent, match="已不在文件存储中"):
                ask()

    @pytest.mark.parametrize("damage", [CONTENT[:-1], b"", b"x" + CONTENT[1:], CONTENT + b"x"])
    def test_a_damaged_file_is_refused_before_its_first_byte_and_mended_by_the_same_file(
        self, kept_in, tmp_path, damage
    ):
        kept_in.put(DIGEST, CONTENT)
        assert b"".join(kept_in.open(DIGEST, 5, 9)) == CONTENT[5:9]
        spoil(kept_in, DIGEST, damage)
        for each in (kept_in, Store(kept_in.shelf, tmp_path / "other node")):
            for ask in (each.open, each.fetch, lambda d, each=each: each.open(d, 5, 9)):
                with pytest.raises(Damaged, match="已损坏"):
                    ask(DIGEST)
        kept_in.put(DIGEST, CONTENT)
        assert b"".join(kept_in.open(DIGEST)) == CONTENT

    def test_content_of_another_digest_is_not_kept(self, kept_in, shelf):
        with pytest.raises(ValueError):
            kept_in.put(DIGEST, CONTENT + b"x")
        assert list(shelf.all()) == []

    def test_a_source_that_breaks_off_leaves_nothing(self, shelf):
        with pytest.raises(RuntimeError):
            shelf.put("results/1/a", Broken(CONTENT), len(CONTENT))
        with pytest.raises(ValueError):
            shelf.put("results/1/a", io.BytesIO(CONTENT[:-1]), len(CONTENT))
        assert list(shelf.all()) == [] and shelf.find("results/1/a") is None

    def test_what_belongs_to_a_record_goes_with_it_and_nothing_else(self, kept_in, shelf):
        kept_in.put(DIGEST, CONTENT)
        for record in ("results/1", "results/11", "imports/1"):
            kept_in.put(DIGEST, CONTENT, under=record)
        kept_in.forget("results/1")
        kept_in.forget("results/2")
        assert sorted(kept.name for kept in shelf.all()) == sorted(
            [name_of(DIGEST), f"imports/1/{DIGEST}", f"results/11/{DIGEST}"]
        )
        assert [kept.size for kept in shelf.all("results")] == [len(CONTENT)]
        with pytest.raises(Absent):
            kept_in.open(DIGEST, under="results/1")
        with pytest.raises(ValueError):
            kept_in.forget("results")

    def test_many_files_are_listed_and_taken_away(self, shelf):
        names = [f"results/{n}/{hashlib.sha256(bytes([n])).hexdigest()}" for n in range(30)]
        for name in names:
            shelf.put(name, io.BytesIO(b"x"), 1)
        assert sorted(kept.name for kept in shelf.all()) == sorted(names)
        shelf.remove([*names[:20], "results/999/never"])
        assert sorted(kept.name for kept in shelf.all()) == sorted(names[20:])

    def test_a_shelf_that_works_says_nothing(self, shelf):
        assert shelf.probe() is None and shelf.tidy(0) == 0


class TestDisk:
    """A folder that is full, gone or half written."""

    def test_a_disk_without_room_says_so_and_keeps_no_half(self, disk):
        was = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, was[1]))
        try:
            with pytest.raises(Unavailable, match="空间已满"):
                disk.put(name_of(DIGEST), io.BytesIO(CONTENT), len(CONTENT))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, was)
        assert list(disk.all()) == [] and list((disk.root / DRAFTS).iterdir()) == []

    def test_a_disk_that_is_not_mounted_is_no_missing_file(self, disk, tmp_path):
        store = Store(disk, tmp_path / "cache")
        store.put(DIGEST, CONTENT)
        shutil.rmtree(disk.root)
        for ask in (
            lambda: store.open(DIGEST),
            lambda: store.exists(DIGEST),
            lambda: store.put(DIGEST, CONTENT),
            disk.probe,
            lambda: list(disk.all()),
        ):
            with pytest.raises(Unavailable, match="暂时无法访问"):
                ask()
        assert not disk.root.exists(), "nothing is written into the place of a disk that is not there"

    def test_halves_left_by_a_crash_are_not_told_of_and_tidied(self, disk):
        (disk.root / DRAFTS / "half").write_bytes(b"x")
        (disk.root / "ab" / "cd").mkdir(parents=True)
        (disk.root / "ab" / "cd" / f"{DIGEST}.1f2e").write_bytes(b"x")  # as earlier versions left them
        assert list(disk.all()) == []
        assert disk.tidy(before=1e12) == 2
        assert not list((disk.root / DRAFTS).iterdir())

    def test_a_node_without_room_for_copies_says_so(self, disk, tmp_path, s3):
        (tmp_path / "cache").write_bytes(b"in the way")
        store = Store(Bucket(*bucket.fresh(s3)), tmp_path / "cache")
        store.put(DIGEST, CONTENT)
        with pytest.raises(Unavailable, match="本服务器的临时空间"):
            store.open(DIGEST)


class TestBucket:
    """A store that is out of reach, closed or full."""

    @pytest.fixture
    def soon(self, monkeypatch):
        """No patience: a test need not wait as long as a person."""
        monkeypatch.setattr(on_s3, "TRIES", 1)
        monkeypatch.setattr(on_s3, "REQUEST", 1)
        monkeypatch.setattr(on_s3, "PATIENCE", 1)

    def asked_in_every_way(self, address, tmp_path, sentence):
        store = Store(Bucket("s3://files/x", bucket.KEYS | {"endpoint": address}), tmp_path / "cache")
        for ask in (
            lambda: store.put(DIGEST, CONTENT),
            lambda: store.open(DIGEST),
            lambda: store.open(DIGEST, 3, 9),
            lambda: store.exists(DIGEST),
            lambda: store.forget("results/1"),
            store.shelf.probe,
        ):
            with pytest.raises(Unavailable, match=sentence):
                ask()

    @pytest.mark.parametrize(
        "code, word, sentence",
        [
            (507, "XMinioStorageFull", "空间已满"),
            (403, "AccessDenied", "没有权限"),
            (401, "InvalidAccessKeyId", "没有权限"),
            (503, "SlowDown", "暂时无法访问"),
            (500, "InternalError", "暂时无法访问"),
        ],
    )
    def test_what_the_server_refuses_is_told(self, soon, tmp_path, code, word, sentence):
        with bucket.answering(code, word) as address:
            self.asked_in_every_way(address, tmp_path, sentence)

    def test_a_server_that_is_gone_or_silent_is_told_in_time(self, soon, tmp_path):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            dead = f"http://127.0.0.1:{silent.getsockname()[1]}"
            self.asked_in_every_way(dead, tmp_path, "暂时无法访问")
            silent.listen()
            with pytest.raises(Unavailable, match="暂时无法访问"):
                Store(Bucket("s3://files", bucket.KEYS | {"endpoint": dead}), tmp_path).put(DIGEST, CONTENT)

    def test_a_bucket_that_does_not_exist_is_no_missing_file(self, s3, tmp_path):
        store = Store(Bucket("s3://nowhere/x", bucket.KEYS | {"endpoint": s3}), tmp_path / "cache")
        for ask in (lambda: store.open(DIGEST), lambda: store.put(DIGEST, CONTENT), store.shelf.probe):
            with pytest.raises(Unavailable, match="暂时无法访问"):
                ask()

    def test_a_store_that_was_used_before_a_fork_is_an_error_and_no_standstill(self, s3):
        shelf = Bucket(*bucket.fresh(s3))
        shelf.probe()
        shelf._by -= 1
        with pytest.raises(RuntimeError):
            shelf.probe()


@pytest.mark.parametrize("url", ["http://host/bucket", "s3://", "s3:///prefix", "/srv/files", "s3://b/p?x=1"])
def test_an_address_that_is_none_is_told_at_the_start(url, tmp_path):
    with pytest.raises(ValueError):
        shelf_of(url, tmp_path, {})


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], f"{DIGEST[:-1]}/"])
def test_only_a_digest_is_a_name(name):
    with pytest.raises(ValueError):
        name_of(name)
