"""Photos that wait to be joined: turned, put in order, taken out, and bound into one PDF (合并为一个 PDF).

They are bound on the server, in the guarded process that writes files anew: what was checked is what is kept, and a
browser without script does the same by plain buttons.
"""

from __future__ import annotations

from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.materials.upload import Upload
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.submission import own_and_open
from workflow.forms import form
from workflow.materials import upload as uploads
from workflow.storage import files
from workflow.storage.anew import bound

GONE = "这张照片已不在待合并的照片中（可能在另一个窗口已合并或移除）；请刷新后查看。"


def waiting(uow: UnitOfWork, declaration: Declaration, kind: str) -> list[Upload]:
    """The photos of that kind that have come whole, in their order."""
    return [u for u in uploads.under_way(uow, declaration) if u.kind == kind and u.paged and u.whole_at is not None]


def _one(uow: UnitOfWork, declaration: Declaration, kind: str, key: str) -> tuple[list[Upload], int]:
    own_and_open(uow, declaration)
    all_of_them = waiting(uow, declaration, kind)
    for place, photo in enumerate(all_of_them):
        if str(photo.id) == key:
            return all_of_them, place
    raise NotNow(GONE, field=kind)


def turn(uow: UnitOfWork, declaration: Declaration, kind: str, key: str, by: int) -> None:
    """旋转 by a quarter, to the right (90) or to the left (-90)."""
    photos, place = _one(uow, declaration, kind, key)
    photos[place].turn = (photos[place].turn + by) % 360
    uow.record("turn_photo", photos[place], label="旋转照片", quiet=True)


def move(uow: UnitOfWork, declaration: Declaration, kind: str, key: str, by: int) -> None:
    """前移、后移 by one place; at the end it stays."""
    photos, place = _one(uow, declaration, kind, key)
    other = place + by
    if not 0 <= other < len(photos):
        return
    here, there = photos[place], photos[other]
    here.position, there.position = there.position, here.position
    uow.record("move_photo", here, label="调整照片顺序", quiet=True)


def remove(uow: UnitOfWork, declaration: Declaration, kind: str, key: str) -> None:
    """Take one out: a photo that waits, or a file that has not come whole."""
    own_and_open(uow, declaration)
    for upload in uploads.under_way(uow, declaration):
        if upload.kind == kind and str(upload.id) == key:
            uploads.drop(uow, upload)
            return
    raise NotNow(GONE, field=kind)


def join(uow: UnitOfWork, declaration: Declaration, kind: str, name: str, rows: list[str]) -> Material:
    """合并为一个 PDF, in the order and turned as they are shown; then a material like any other.

    Refused: nothing to join, and the photo that does not open, by its number; the others wait on.
    """
    own_and_open(uow, declaration)
    photos = waiting(uow, declaration, kind)
    if not photos:
        raise Refused("没有待合并的照片；请先拍照或选择照片。", field=kind)
    data = bound([(uploads.content_of(p), p.turn) for p in photos], [p.name for p in photos], kind)
    called = files.clean_name(name.strip() or form.form_of(declaration).material(kind).label)
    stem = called[:-4] if called.lower().endswith(".pdf") else called
    chosen = rows or [row for photo in photos for row in photo.rows.split()]
    made = uploads.hand_in(uow, declaration, kind, data, f"{stem}.pdf", rows=chosen)
    for photo in photos:
        uploads.drop(uow, photo)
    return made
