"""附件 of a record: the files that its verbs have kept, as links that the row policy guards."""

from __future__ import annotations

from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy import select

from models.base import db
from models.declarations.material import StoredFile
from views.screens.screen import Panel
from workflow.storage import preview


def attachments(record: Any, title: str = "附件", empty: str = "没有附件。") -> Panel:
    """A card with every file of the record, newest last."""
    files = db.session.scalars(
        select(StoredFile)
        .where(StoredFile.owner_kind == record.__tablename__, StoredFile.owner_id == record.id)
        .order_by(StoredFile.id)
    ).all()
    rows = [(f.purpose or "附件", file_link(f), size_of(f), f"{f.uploaded_at:%Y-%m-%d %H:%M}") for f in files]
    return Panel(title, f"{len(rows)} 件" if rows else "", ("类别", "文件", "大小", "上传时间"), rows, empty=empty)


def file_link(stored: StoredFile) -> Markup:
    """The file's name, which opens its preview, and its download; addresses hold nothing but its random key."""
    address = url_for("RecordView.file", key=stored.key)
    if not preview.shows(stored):
        return Markup('<a href="{}">{}</a>').format(address, stored.name)
    word = "下载"
    name = Markup('<a href="{}">{}</a>').format(url_for("PreviewView.show", key=stored.key), stored.name)
    return name + Markup(' <a class="get" href="{}" aria-label="{} {}">{}</a>').format(address, word, stored.name, word)


def size_of(stored: StoredFile) -> str:
    """Size and, of a document, its pages."""
    size = f"{stored.size / 1048576:.1f} MB" if stored.size >= 104858 else f"{max(stored.size // 1024, 1)} KB"
    return f"{size} · {stored.pages} 页" if stored.pages > 1 else size
