"""消息: what the office has told the person, his organisation or his committee."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from models.base import db
from models.office.notice import Notice
from views.screens.base import Screen
from views.screens.further_condition import desk_condition
from views.screens.stay import context
from workflow.base import notices
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.declarations import desk

#: How many messages 全部标为已读 takes at once.
MOST = 500


class NoticeScreen(Screen):
    """The inbox. Opening a message is a POST: reading a page never writes."""

    model = Notice
    title = "消息"
    lead = "受理、退回、补正、公示和结果的告知；点击标题阅读并前往办理。"
    columns = "at title text read_at"
    conditions = "title:contains at"
    order = "-at -id"
    list_template = "office/notices.html"
    arranged = False
    can_show = can_export = False
    empty = "没有消息。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.inbox, "未读"))

    @expose("/open/<int:pk>", methods=["POST"])
    @has_access
    @permission_name("read")
    def open(self, pk: int) -> Any:
        """Mark it read and go where it leads."""
        link = self.find(pk).link
        attempt(g.user, lambda uow: notices.mark_read(uow, self.find(pk)), context=context())
        return redirect(link if link.startswith("/") and not link.startswith("//") else self.address("list"))

    @expose("/read", methods=["POST"])
    @has_access
    def read(self) -> Any:
        """全部标为已读."""

        def verb(uow: UnitOfWork) -> int:
            unread = uow.session.scalars(
                self.query().where(desk.inbox(uow.actor, uow.today)).order_by(Notice.id).limit(MOST)
            ).all()
            for notice in unread:
                notices.mark_read(uow, notice)
            return len(unread)

        count = attempt(g.user, verb, context=context())
        flash(f"已将 {count} 条消息标为已读。", "ok")
        return redirect(self.address("list"))

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """With the number of unread messages for the head."""
        unread = db.session.scalars(
            self.query().with_only_columns(Notice.id).where(desk.inbox(g.user, asking(g.user).today)).limit(1)
        ).first()
        return super().list_page(asked, page) | {"unread": unread is not None}
