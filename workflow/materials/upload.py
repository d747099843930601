"""Uploads that go on where they stopped (续传), after tus 1.0 (core and creation): begin, append from the offset that
was acknowledged, finish.

A piece is kept in the store and named by a row before it is acknowledged, so every node knows how far a file has come,
and a cut connection or a closed browser costs one piece at most. Sizes are bounded before anything is written. What is
whole goes through the very same `submission.attach` as any other file.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.materials.upload import Upload, UploadPiece
from workflow.base import settings
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.scopes import everyone, part_of
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import submission
from workflow.forms import form
from workflow.forms.form_parts import MaterialKind
from workflow.materials import proofs
from workflow.storage import files
from workflow.storage.anew import anew
from workflow.storage.store import store

FOLDER = "uploads"
#: A piece is at most so large; a telephone sends smaller ones.
PIECE = 1 << 20
#: Files of one person that may be on their way or wait at once.
MOST_WAITING = 120
SECRETS = "涉密材料信息严禁网上填写提交（118号 一）；请勾选“确认不含涉密内容”后再上传。"


@everyone(Upload)
def own_uploads(actor: object) -> ColumnElement[bool]:
    """One's own."""
    return Upload.account_id == actor.id  # type: ignore[attr-defined]


part_of(UploadPiece, UploadPiece.upload_id, Upload)


class Behind(NotNow):
    """The browser goes on from a place that is not where the last acknowledged piece ended. `offset` is that place."""

    def __init__(self, offset: int) -> None:
        super().__init__("上传的起点与服务器已收的不一致，请从已收的位置继续；页面会自动继续。")
        self.offset = offset


def under(upload: Upload | int) -> str:
    """Where the pieces of an upload lie."""
    return f"{FOLDER}/{upload if isinstance(upload, int) else upload.id}"


def begin(
    uow: UnitOfWork,
    declaration: Declaration,
    kind: str,
    *,
    name: str,
    size: int | None,
    mark: str = "",
    paged: bool = False,
    rows: str = "",
    no_secrets: bool = True,
) -> Upload:
    """Open an upload; the one that is under way already where the same file comes again.

    Taken: the size that is told, a mark by which the browser knows the file again, whether it is a photo to be joined.
    Refused, before anything is written: no size, one above the bound of the kind, a file that is not taken, more
    than one person may have on the way.
    """
    submission.own_and_open(uow, declaration)
    declared = form.form_of(declaration).material(kind)
    if not no_secrets:
        raise Refused(SECRETS, field=kind)
    name = files.clean_name(name)
    _check(uow, declared, name, size, paged)
    assert size is not None  # noqa: S101  (told above)
    if (same := _under_way(uow, declaration, kind, name, size, mark, paged)) is not None:
        return same
    _bound(uow, kind, size)
    upload = Upload(
        account_id=uow.actor.id,
        declaration_id=declaration.id,
        kind=kind,
        name=name,
        print=mark[:64],
        size=size,
        received=0,
        paged=paged,
        rows=rows[:1000],
        position=_last(uow, declaration, kind) + 1,
        turn=0,
        expires_at=_until(uow),
    )
    uow.session.add(upload)
    uow.session.flush()
    uow.record("begin_upload", upload, label="开始上传", file=name, size=size, quiet=True)
    return upload


def _check(uow: UnitOfWork, kind: MaterialKind, name: str, size: int | None, paged: bool) -> None:
    if size is None or size < 1:
        raise Refused(f"文件“{name}”是空的，请重新选择文件。", field=kind.key)
    most = kind.max_mb if kind.max_mb and not paged else settings.value(uow.session, "upload_max_mb")
    if size > most << 20:
        raise Refused(
            f"文件“{name}”为 {size / 1048576:.1f} MB，超过 {most} MB 的上限；请压缩或拆分后再上传。", field=kind.key
        )
    taken = ("jpg", "jpeg", "png") if paged else kind.accept
    ending = name.rpartition(".")[2].lower()
    if ending not in taken and not (ending in files.HEIC and "jpg" in taken):
        words = "、".join(sorted({e.upper() for e in taken} - {"JPEG"}))
        raise Refused(f"文件“{name}”的类型不能上传，只接受 {words}；请转换格式后再上传。", field=kind.key)
    if paged and "pdf" not in kind.accept:
        raise Refused(f"“{kind.label}”只要一张照片，不能合并为 PDF；请直接上传。", field=kind.key)


def _under_way(
    uow: UnitOfWork, declaration: Declaration, kind: str, name: str, size: int, mark: str, paged: bool
) -> Upload | None:
    if not mark:
        return None
    mine = select(Upload).where(
        Upload.account_id == uow.actor.id,
        Upload.declaration_id == declaration.id,
        Upload.kind == kind,
        Upload.name == name,
        Upload.size == size,
        Upload.print == mark[:64],
        Upload.paged == paged,
    )
    return uow.session.scalars(mine.order_by(Upload.id).limit(1)).first()


def _bound(uow: UnitOfWork, kind: str, size: int) -> None:
    waiting = select(func.count(), func.coalesce(func.sum(Upload.size), 0)).where(Upload.account_id == uow.actor.id)
    count, held = uow.session.execute(waiting).one()
    most = settings.value(uow.session, "upload_waiting_mb")
    if count >= MOST_WAITING or held + size > most << 20:
        raise Refused(
            f"您未传完和待合并的文件已有 {count} 个、{held / 1048576:.0f} MB，"
            f"合计不能超过 {MOST_WAITING} 个、{most} MB；"
            "请先合并或移除，再继续上传。",
            field=kind,
        )


def _last(uow: UnitOfWork, declaration: Declaration, kind: str) -> int:
    mine = (Upload.declaration_id == declaration.id, Upload.kind == kind)
    return uow.session.scalar(select(func.max(Upload.position)).where(*mine)) or 0


def _until(uow: UnitOfWork) -> datetime:
    days = settings.value(uow.session, "upload_kept_days")
    return (uow.now + timedelta(days=days)).replace(microsecond=0)


def _own(uow: UnitOfWork, upload: Upload) -> Declaration:
    """The declaration it goes into; refuses who did not begin it, and a declaration that is handed in."""
    if upload.account_id != uow.actor.id:
        raise NotYou("只能继续本人的上传；请用开始上传的账号登录。")
    declaration = uow.session.get_one(Declaration, upload.declaration_id)
    submission.own_and_open(uow, declaration)
    return declaration


def append(uow: UnitOfWork, upload: Upload, offset: int | None, data: bytes, checksum: str = "") -> int:
    """Keep the next piece; how far the file has come. What was sent twice is acknowledged and not kept twice.

    Refused: a piece that does not begin where the last one ended (Behind), one that goes beyond the told size, an empty
    one, one whose SHA-256 is another than told.
    """
    _own(uow, upload)
    if checksum and checksum != hashlib.sha256(data).hexdigest():
        raise NotNow("这一段在传输中损坏，没有保存；页面会自动重传。")
    if offset != upload.received:
        raise Behind(upload.received)
    if not data or len(data) > PIECE or offset + len(data) > upload.size:
        raise Refused("收到的内容与所报的文件大小不符，没有保存；请刷新页面后重新选择文件。", field=upload.kind)
    digest = hashlib.sha256(data).hexdigest()
    uow.session.add(UploadPiece(upload_id=upload.id, start=offset, size=len(data), sha256=digest))
    upload.received = offset + len(data)
    upload.expires_at = _until(uow)
    uow.session.flush()
    store().put(digest, data, under=under(upload))
    return upload.received


def content_of(upload: Upload) -> bytes:
    """Everything that has arrived, in its order; refused where the store has lost a piece."""
    parts = []
    for piece in upload.pieces:
        with store().fetch(piece.sha256, under=under(upload)) as file:
            parts.append(file.read())
    return b"".join(parts)


def finish(uow: UnitOfWork, upload: Upload) -> Material | Upload:
    """It is whole: a file becomes a material, a photo waits to be joined.

    Refused: what has not come whole; and whatever `submission.attach` refuses, by which the upload is of no more use
    (`drop`).
    """
    declaration = _own(uow, upload)
    if upload.received != upload.size:
        raise Behind(upload.received)
    if upload.whole_at is not None:
        return upload
    data = content_of(upload)
    if upload.paged:
        photo(uow, upload, data)
        return upload
    made = hand_in(uow, declaration, upload.kind, data, upload.name, rows=upload.rows.split())
    drop(uow, upload)
    return made


def photo(uow: UnitOfWork, upload: Upload, data: bytes) -> None:
    """A photo that opens waits to be joined; refused by its name where it does not."""
    limit = settings.value(uow.session, "upload_max_mb")
    files.inspect(data, upload.name, accept=("jpg", "jpeg", "png"), max_mb=limit, field=upload.kind)
    anew(data, "image", upload.name, upload.kind)
    upload.whole_at = uow.now.replace(microsecond=0)
    uow.record("keep_photo", upload, label="上传照片", file=upload.name, quiet=True)


def drop(uow: UnitOfWork, upload: Upload) -> None:
    """Take away an upload; its pieces go from the store once that is committed."""
    if upload.account_id != uow.actor.id:
        raise NotYou("只能移除本人的上传。")
    place = under(upload)
    uow.record("drop_upload", upload, label="移除上传", file=upload.name, quiet=True)
    uow.session.delete(upload)
    uow.session.flush()
    uow.after_commit.append(lambda: store().forget(place))


def hand_in(
    uow: UnitOfWork,
    declaration: Declaration,
    kind: str,
    data: bytes,
    name: str,
    *,
    rows: list[str] | None = None,
    no_secrets: bool = True,
) -> Material:
    """申报材料上传 of whole content, with the rows that it proves."""
    made = submission.attach(uow, declaration, kind, data, name, no_secrets=no_secrets)
    proofs.link_new(uow, declaration, made, rows or [])
    return made


def under_way(uow: UnitOfWork, declaration: Declaration) -> list[Upload]:
    """What the actor has on the way into a declaration, photos in their order."""
    mine = select(Upload).where(Upload.declaration_id == declaration.id, Upload.account_id == uow.actor.id)
    return list(uow.session.scalars(mine.order_by(Upload.kind, Upload.position, Upload.id)))
