"""外发消息: the outbox as the 系统管理员 keeps it running. Receivers are masked; what a message says is not shown."""

from __future__ import annotations

from typing import Any

from models.base import db
from models.messages.letter import Letter
from views.screens.base import FlowScreen
from views.screens.moment import of_request
from workflow.messages import outbox
from workflow.messages.outbox import LETTER


class LetterScreen(FlowScreen):
    """Every letter with its way, its tries and the last reason in words; 重新发送, 放弃, many at once."""

    model, flow = Letter, LETTER
    route_base = "/letter"
    title = "外发消息"
    lead = "电子邮件、短信和语音的发送情况；接收人遮盖，不含消息内容。站内消息不经这里，始终送达。"
    columns = "made_at kind channel receiver state tries next_at error"
    facts = {
        "消息": "kind channel receiver digest made_at",
        "发送": "state tries last_at next_at error sent_at arrived_at receipt",
    }
    labels = {"receiver": "接收人"}
    conditions = "state channel kind made_at"
    order = "-id"
    verbs = "again give_up"
    row_verbs = "again give_up"
    bulk = "again give_up"
    can_export = False
    list_template = "messages/letters.html"
    empty = "没有符合条件的外发消息；有人选择用邮件或短信接收后，会出现在这里。"

    def cell_receiver(self, record: Letter) -> str:
        """Enough to tell one from another, no address."""
        return outbox.masked(record)

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """With how many should have gone out by now, and since when the oldest waits."""
        count, since = outbox.oldest_unsent(db.session, of_request().now)
        channels = [channel.label for channel in outbox.available()]
        return super().list_page(asked, page) | {"unsent": count, "since": since, "channels": channels}
