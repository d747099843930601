"""The uploaded table of an import: it lies in the store until it has been read; afterwards its rows are kept."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from models.imports.import_batch import ImportBatch, ImportState
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.storage.stocktaking import lies_in
from workflow.storage.store import Absent, Unavailable, store

FOLDER = "imports"


def _of(batch: ImportBatch) -> str:
    return f"{FOLDER}/{batch.id}"


def keep(batch: ImportBatch, data: bytes) -> None:
    """Keep the table as it was sent. Refused: a store that is full or away."""
    store().put(batch.sha256, data, under=_of(batch))


@contextlib.contextmanager
def at_hand(batch: ImportBatch) -> Iterator[Path]:
    """The table as a file of this machine; refused when it is gone: what cannot be read is never an empty table."""
    with contextlib.ExitStack() as held:
        try:
            path = held.enter_context(store().at_hand(batch.sha256, under=_of(batch)))
        except Absent:
            raise Refused("上传的文件已不存在，无法核对，没有写入任何数据；请重新上传。") from None
        yield path


def forget(uow: UnitOfWork, batch: ImportBatch) -> None:
    """Once this is committed the file goes."""
    folder = _of(batch)

    def go() -> None:
        with contextlib.suppress(Unavailable):  # the store sweeps what no table waits for
            store().forget(folder)

    uow.after_commit.append(go)


def _called(session: Session, key: int) -> str:
    return f"“{session.get_one(ImportBatch, key).file_name}”（导入批次 {key}）"


_unread = ImportBatch.state == ImportState.RECEIVED, ImportBatch.total == 0
lies_in(FOLDER, ImportBatch.id, ImportBatch.sha256, _called, *_unread)
