"""What the machine refuses, told as one sentence: whoever starts the product gets no trace of calls for a full disk."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from sqlalchemy.exc import DBAPIError

FULL = "磁盘已满，没有写完；请腾出空间后再执行一次。"
#: errno → sentence, with the path where there is one.
# fmt: off
BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: "没有写权限：{path}；请换一个可写的 DATA_DIR，或修改该目录的权限。",
    errno.EPERM:  "没有写权限：{path}；请换一个可写的 DATA_DIR，或修改该目录的权限。",
    errno.EROFS:  "所在磁盘是只读的：{path}；请换一个可写的 DATA_DIR。",
    errno.ENOTDIR: "{path} 不是目录；请检查 DATA_DIR。",
    errno.EEXIST: "{path} 不是目录；请检查 DATA_DIR。",
    errno.EMFILE: "打开的文件过多；请提高 ulimit -n 后再执行一次。",
}
#: A piece of what the database says → sentence.
BY_WORDS = {
    "disk is full": FULL,
    "No space left": FULL,
    "database is locked": "数据库正被其他程序占用，等候已超时；请关闭占用它的程序后再执行一次。",
    "readonly database": "数据库文件不可写；请检查 DATA_DIR 的权限。",
    "unable to open database file": "打不开数据库文件；请检查 DATA_DIR 是否存在且可写。",
    "file is not a database": "数据库文件已损坏或不是本系统的数据库；请从备份恢复，或换一个 DATA_DIR。",
    "disk image is malformed": "数据库文件已损坏；请从备份恢复，或换一个 DATA_DIR。",
    "disk I/O error": "读写磁盘出错（磁盘已满或损坏）；请检查磁盘后再执行一次。",
    "password authentication failed": "数据库拒绝了用户名或密码；请检查 DATABASE_URL。",
    "does not exist": "DATABASE_URL 所指的数据库或用户不存在；请先建立它。",
    "connection failed": "连接不上数据库；请检查 DATABASE_URL 和数据库服务。",
    "connection is bad": "连接不上数据库；请检查 DATABASE_URL 和数据库服务。",
    "connection refused": "连接不上数据库；请检查 DATABASE_URL 和数据库服务。",
}
# fmt: on


def sentence_of(error: BaseException) -> str | None:
    """The sentence for a fault of the machine, looked for along the whole chain of causes; None when it is none."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        if isinstance(at, OSError) and at.errno in BY_NUMBER:
            return BY_NUMBER[at.errno].format(path=at.filename or "DATA_DIR")
        if isinstance(at, DBAPIError) and (found := _of_database(at)):
            return found
        at = at.__cause__ or at.__context__
    return None


def _of_database(error: DBAPIError) -> str | None:
    if getattr(error.orig, "sqlstate", None) not in (None, "28P01", "3D000", "28000", "53100"):
        return None  # a statement was refused: a fault of the product, not of the machine
    said = str(error.orig)
    return next((sentence for words, sentence in BY_WORDS.items() if words in said), None)


def end(sentence: str, status: int = 1) -> NoReturn:
    """Say it and stop."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201
    raise SystemExit(status)


@contextmanager
def told(directory: str | os.PathLike[str] | None = None) -> Iterator[None]:
    """What the machine refuses within becomes one sentence and the end; anything else stays a fault with its trace.

    A disk that is full is told also where whatever failed does not name it, when nothing is left on `directory`.
    """
    try:
        yield
    except Exception as error:
        if sentence := sentence_of(error) or _nothing_left(directory):
            end(sentence)
        raise


def _nothing_left(directory: str | os.PathLike[str] | None) -> str | None:
    if directory is None:
        return None
    try:
        left = os.statvfs(directory)
    except OSError:
        return None
    return FULL if left.f_bavail * left.f_frsize < 64 << 10 else None
