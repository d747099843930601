"""Uploads that nobody went on with are taken away, with their pieces (清理未传完的文件)."""

from __future__ import annotations

import contextlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.materials.upload import Upload, UploadPiece
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import nightly, repeats
from workflow.jobs.work import Run
from workflow.materials.upload import FOLDER, under
from workflow.storage.stocktaking import lies_in
from workflow.storage.store import Unavailable, store

AT_ONCE = 2_000


def expire(uow: UnitOfWork) -> list[str]:
    """Take away what has waited longer than the office allows; where its pieces lie."""
    old = select(Upload).where(Upload.expires_at < uow.now).order_by(Upload.id).limit(AT_ONCE)
    gone = list(uow.session.scalars(old))
    places = [under(upload) for upload in gone]
    for upload in gone:
        uow.session.delete(upload)
    uow.session.flush()
    if gone:
        uow.record("expire_uploads", "upload", label="清理未传完的文件", count=len(gone))
    return places


@works("expire_uploads", lane="long", minutes=30)
def _expire(run: Run) -> None:
    """Take away uploads that have expired."""

    def take(uow: UnitOfWork) -> list[str]:
        places = expire(uow)
        run.finish(uow, f"已清理 {len(places)} 个未传完或未合并的文件。")
        return places

    for place in attempt(run.actor, take, session=run.session):
        with contextlib.suppress(Unavailable):  # no row names it any more, and the sweep of the store comes by
            store().forget(place)


def _any(session: Session, now: datetime) -> bool:
    return session.scalar(select(Upload.id).where(Upload.expires_at < now).limit(1)) is not None


def _called(session: Session, key: int) -> str:
    return f"未传完的文件“{session.get_one(Upload, key).name}”（上传 {key}）"


lies_in(FOLDER, UploadPiece.upload_id, UploadPiece.sha256, _called)
repeats("expire_uploads", "清理未传完的文件", nightly(3), _any)
