"""Files in a bucket of an S3 store (MinIO, Ceph, a cloud), through obstore.

Writing is one request with If-None-Match: whole or not at all, and never over something else. Reading goes piece by
piece, each a request of its own with its time-out and its retries, so that a slow reader holds no connection open.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from workflow.storage.shelf import Absent, Kept, Unavailable, away, closed, full

#: So much is asked for at once; smaller files come with the first answer.
PIECE = 4 << 20
#: What a request may take, and how often it is tried again: whoever asked is waiting.
CONNECT, REQUEST, TRIES, PATIENCE = 3, 20, 3, 12
#: Words in an answer by which stores say that no room is left.
NO_ROOM = ("507 Insufficient", "StorageFull", "QuotaExceeded", "InsufficientCapacity", "NoSpace")
#: … and that the keys do not open it.
NOT_YOU = ("status code: 401", "status code: 403")


class Bucket:
    """`s3://bucket/prefix`. Object `a/b` has the key `prefix/a/b`.

    Made without a connection: the server forks its workers from a process that has loaded all this, and the threads of
    obstore do not survive that.
    """

    def __init__(self, url: str, access: Mapping[str, str]) -> None:
        where = urlsplit(url)
        if where.scheme != "s3" or not where.netloc or where.query or where.fragment:
            raise ValueError(f"not an address of a store: {url} (s3://bucket/prefix is)")
        self.title = url
        self._bucket, self._prefix = where.netloc, where.path.strip("/")
        self._access = dict(access)
        self._made: Any = None
        self._by = 0

    @property
    def _s3(self) -> Any:
        if self._made is None:
            self._made, self._by = self._connect(), os.getpid()
        if self._by != os.getpid():
            raise RuntimeError("the S3 store was used before this process was forked")
        return self._made

    def _connect(self) -> Any:
        from obstore.store import S3Store

        access, endpoint = self._access, self._access.get("endpoint", "")
        more: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        if access.get("key"):
            more |= {"access_key_id": access["key"], "secret_access_key": access.get("secret", "")}
        options: Any = {
            "connect_timeout": f"{CONNECT}s",
            "timeout": f"{REQUEST}s",
            "allow_http": endpoint.startswith("http://"),
        }
        if access.get("ca"):
            options["root_certificate"] = Path(access["ca"]).read_text()
        again: Any = {
            "max_retries": TRIES,
            "retry_timeout": timedelta(seconds=PATIENCE),
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
        }
        return S3Store(
            self._bucket,
            prefix=self._prefix or None,
            region=access.get("region") or "us-east-1",
            virtual_hosted_style_request=access.get("style") == "virtual",
            client_options=options,
            retry_config=again,
            **more,
        )

    def put(self, name: str, source: BinaryIO, size: int, *, anew: bool = False) -> str:
        """One request; a store tells of success only when the whole object is safe."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        data = source.read()
        if len(data) != size:
            raise ValueError("the source ended early")
        mode: Any = "overwrite" if anew else "create"
        with _told():
            try:
                return _stamp(obstore.put(self._s3, name, data, mode=mode, use_multipart=False))
            except AlreadyExistsError:
                return ""

    def read(self, name: str, start: int = 0, end: int | None = None) -> tuple[Kept, Iterator[bytes]]:
        """The first piece is asked for at once: what is wrong with the object is told before anything was read."""
        first = start + PIECE if end is None else min(start + PIECE, end)
        kept, piece = self._get(name, start, first)
        return kept, self._pieces(name, piece, start + len(piece), kept.size if end is None else min(end, kept.size))

    def _get(self, name: str, start: int, end: int) -> tuple[Kept, bytes]:
        import obstore
        from obstore.exceptions import BaseError

        if start < end:
            with _told():
                try:
                    got = obstore.get(self._s3, name, options={"range": (start, end)})
                    return _kept(name, got.meta), bytes(got.bytes())
                except BaseError as error:
                    if "416 Range Not Satisfiable" not in str(error):
                        raise
        if (kept := self.find(name)) is None:  # nothing lies there, or less than the place asked for
            raise Absent
        return kept, b""

    def _pieces(self, name: str, piece: bytes, place: int, end: int) -> Iterator[bytes]:
        while piece:
            yield piece
            piece = b""
            if place < end:
                _told_again, piece = self._get(name, place, min(place + PIECE, end))
                place += len(piece)

    def find(self, name: str) -> Kept | None:
        """What a HEAD tells."""
        import obstore

        with _told():
            try:
                return _kept(name, obstore.head(self._s3, name))
            except FileNotFoundError:
                return None

    def all(self, under: str = "") -> Iterator[Kept]:
        """Every object, a page of a thousand at a time."""
        import obstore

        with _told():
            for page in obstore.list(self._s3, prefix=under or None, chunk_size=1000):
                for meta in page:
                    yield _kept(str(meta["path"]), meta)

    def remove(self, names: Sequence[str]) -> None:
        """One request for all."""
        import obstore

        if names:
            with _told():
                obstore.delete(self._s3, list(names))

    def tidy(self, before: float) -> int:
        """A request leaves no halves."""
        return 0

    def path(self, name: str) -> Path | None:
        """Nowhere on this machine."""
        return None

    def probe(self) -> None:
        """The bucket answers and takes our keys."""
        import obstore

        with _told():
            for _page in obstore.list(self._s3, prefix="probe", chunk_size=1):
                return


def _kept(name: str, meta: Any) -> Kept:
    return Kept(name, meta["size"], meta["last_modified"].timestamp(), _stamp(meta))


def _stamp(meta: Any) -> str:
    return f"{meta['e_tag']}-{meta['version'] or ''}"


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the store says, in our words."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise away() from error
        raise Absent from error
    except BaseError as error:
        raise _words(error) from error


def _words(error: Exception) -> Unavailable:
    told = str(error)
    if any(word in told for word in NO_ROOM):
        return full()
    return closed() if any(word in told for word in NOT_YOU) else away()
