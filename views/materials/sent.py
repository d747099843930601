"""What the page of materials sends by its plain buttons: files, photos turned and joined, rows that are proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from views.screens import lookup
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import form as forms
from workflow.materials import photos, proofs, upload
from workflow.recognition import engine, job
from workflow.storage import files

#: Runs a verb in a unit of work of its own.
Do = Callable[[Callable[[UnitOfWork], Any]], Any]
TURNS = {"left": -90, "right": 90}
MOVES = {"up": -1, "down": 1}
#: Files that one press may send.
MOST = 60
PICTURES = ("jpg", "jpeg", "png", *files.HEIC)


def photo_or_proof(key: int, kind: str, do: Do) -> str:
    """The buttons of a photo, 合并, and 关联佐证; what is to be said. Refused: what is there no more."""
    given = request.form
    what, which = given.get("do", ""), given.get("photo", "")
    chosen = given.getlist("rows")

    def verb(uow: UnitOfWork) -> str:
        mine = uow.session.get_one(Declaration, key)
        if what in TURNS:
            photos.turn(uow, mine, kind, which, TURNS[what])
            return ""
        if what in MOVES:
            photos.move(uow, mine, kind, which, MOVES[what])
            return ""
        if what == "drop":
            photos.remove(uow, mine, kind, which)
            return "已移除。"
        if what == "join":
            made = photos.join(uow, mine, kind, given.get("name", ""), chosen)
            return f"已合并为“{made.file.name}”，共 {made.file.pages} 页。"
        number = given.get("material", "")
        material = uow.session.get(Material, int(number)) if lookup.is_key(number) else None
        if material is None:
            raise NotNow("该文件已不在申报材料中；请刷新后查看。", field=kind)
        proofs.link(uow, mine, material, chosen)
        return f"已关联 {len(chosen)} 条。" if chosen else "已取消关联。"

    return str(do(verb))


def ask_reading(key: int, do: Do) -> None:
    """识读 of what is new, and what was typed laid beside what was read: in a job, never here."""
    if engine.installed():
        do(lambda uow: job.ask_reading(uow, uow.session.get_one(Declaration, key)))


HANDLED = (*TURNS, *MOVES, "drop", "join", "prove")


def files_sent(key: int, kind: str, do: Do) -> str:
    """One file, or several at once: several photos wait to be joined, everything else is handed in file by file.

    Each stands alone: one that is refused is named, and the others are kept. Refused with all that is wrong.
    """
    sent = [file for file in request.files.getlist("file") if file.filename][: MOST + 1]
    if not sent:
        raise Refused("请选择要上传的文件。", field=kind)
    if len(sent) > MOST:
        raise Refused(f"一次最多选择 {MOST} 个文件；请分几次上传。", field=kind)
    declared = forms.form_of(db.session.get_one(Declaration, key)).material(kind)
    clean, rows = bool(request.form.get("no_secrets")), request.form.getlist("rows")
    photos_only = [f for f in sent if _picture(str(f.filename))] if "pdf" in declared.accept else []
    paged = photos_only if len(photos_only) > 1 or request.form.get("paged") else []
    told, wrong = [], []
    for number, file in enumerate(sent, 1):
        name, data = str(file.filename), file.read()  # read before the transaction opens
        try:
            if file in paged:
                do(lambda uow, d=data, n=name: _photo(uow, key, kind, d, n, clean, rows))
            else:
                do(lambda uow, d=data, n=name: _whole(uow, key, kind, d, n, clean, rows))
            told.append(name)
        except Refused as refusal:
            if len(sent) == 1:
                raise
            wrong.append(f"第 {number} {'张' if file in paged else '个'}：{refusal.sentence}")
    if wrong:
        kept = f"其余 {len(told)} 个已保存。" if told else ""
        raise Refused("".join(dict.fromkeys(wrong)) + kept, field=kind)
    if paged:
        return f"已上传 {len(told)} 张照片，请核对顺序和方向后合并为一个 PDF。"
    return f"已上传“{told[0]}”。" if len(told) == 1 else f"已上传 {len(told)} 个文件。"


def _picture(name: str) -> bool:
    return name.rpartition(".")[2].lower() in PICTURES


def _whole(uow: UnitOfWork, key: int, kind: str, data: bytes, name: str, clean: bool, rows: list[str]) -> None:
    upload.hand_in(uow, uow.session.get_one(Declaration, key), kind, data, name, rows=rows, no_secrets=clean)


def _photo(uow: UnitOfWork, key: int, kind: str, data: bytes, name: str, clean: bool, rows: list[str]) -> None:
    mine = uow.session.get_one(Declaration, key)
    one = upload.begin(uow, mine, kind, name=name, size=len(data), paged=True, rows=" ".join(rows), no_secrets=clean)
    while one.received < one.size:
        upload.append(uow, one, one.received, data[one.received : one.received + upload.PIECE])
    upload.finish(uow, one)
