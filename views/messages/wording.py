"""消息文本: what messages say, by kind and place, as the 省厅配置岗 words it from a day on; the earlier ones stay."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.base import db
from models.messages.letter import MessageKind
from models.messages.wording import Place, Wording
from views.screens import asks
from views.screens.boxes import errors_of
from views.screens.moment import of_request
from views.screens.posted import Posted, form, submit
from views.screens.refusal import code_of
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.messages import wording

#: What the preview says where a verb would write.
SAMPLE = ("请补正申报材料", "2026 年第 1 号申报已退回到您，请于 5 个工作日内补正：学历证书不清晰，请重新上传。")


class WordingView(BaseView):
    """`/wording/`: what counts today; a page for each text with its fields, a preview, and what it said before."""

    route_base = "/wording"
    default_view = "list"
    title = "消息文本"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """Every kind and place with the text that counts today."""
        today = of_request().today
        rows = [
            (kind, place, wording.text_of(db.session, kind, place, today), _newest(kind, place))
            for kind in MessageKind
            for place in Place
        ]
        return self.render_template("messages/wordings.html", title=self.title, rows=rows, today=today)

    @expose("/<kind>/<place>", methods=["GET", "POST"])
    @has_access
    def word(self, kind: str, place: str) -> Any:
        """One text: 预览 shows what was typed filled in, 保存 makes it count from its day."""
        if kind not in set(MessageKind) or place not in set(Place):
            abort(404)
        what, where = MessageKind(kind), Place(place)
        step = _asked(what, where)
        sent = Posted() if "preview" in request.form else submit(step, None, _doing(what, where))
        if sent.done:
            flash(f"已保存，自 {sent.answer.effective_on} 起启用；以前的文本保留在下方。", "ok")
            return redirect(url_for(".word", kind=kind, place=place))
        if "preview" in request.form:
            sent.typed = asks.typed_in(step, request)
        return self._page(what, where, step, sent)

    def _page(self, kind: MessageKind, place: Place, step: Step, sent: Posted) -> Any:
        today = of_request().today
        text = wording.text_of(db.session, kind, place, today)
        if sent.typed is not None:
            try:
                text = wording.checked(place, str(sent.typed.get("text", "")))
            except Refused as refusal:
                sent.errors = {**refusal.fields, **sent.errors}
                sent.code, text = code_of(refusal), ""
        facts = wording.facts(kind, SAMPLE[0], of_request().now, SAMPLE[1])
        boxes = sent.boxes(step, None)
        page = self.render_template(
            "messages/wording.html",
            title=f"{kind.label}·{place.label}",
            fields=wording.FIELDS[place],
            shown=wording.filled(text, facts),
            boxes=boxes,
            sentence=sent.sentence if not sent.errors else "",
            errors=errors_of(boxes),
            before=db.session.scalars(_of(kind, place).order_by(Wording.effective_on.desc(), Wording.id.desc())).all(),
            default=wording.DEFAULTS[place],
        )
        return page, sent.code


def _of(kind: str, place: str) -> Any:
    return select(Wording).where(Wording.kind == kind, Wording.place == place)


def _newest(kind: str, place: str) -> Wording | None:
    return db.session.scalars(_of(kind, place).order_by(Wording.id.desc()).limit(1)).first()


def _asked(kind: MessageKind, place: Place) -> Step:
    def now(uow: UnitOfWork, _subject: Any) -> str:
        return wording.text_of(uow.session, kind, place, uow.today)

    offered = "、".join(f"{{{name}}}" for name in wording.FIELDS[place])
    return form(
        "word",
        "修订消息文本",
        [
            Ask("text", "文本", "area", hint=f"可用字段：{offered}", default=now, max_length=wording.LONGEST[place]),
            Ask("effective_on", "启用日期", "date", default=lambda uow, _subject: uow.today.isoformat()),
        ],
    )


def _doing(kind: MessageKind, place: Place) -> Any:
    def doing(uow: UnitOfWork, answers: dict[str, Any]) -> Wording:
        return wording.word(uow, kind=kind, place=place, **answers)

    return doing
