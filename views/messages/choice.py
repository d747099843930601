"""我的账号 · 消息接收: what reaches one outside the inbox, by which channel, and when; one's own address of mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flask import flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose

from models.base import db
from models.messages.choice import Contact, How
from models.messages.letter import Channel, MessageKind
from views.screens import stay
from views.screens.boxes import Box, errors_of
from views.screens.posted import Posted, form, submit
from views.screens.refusal import NOT_THIS, code_of
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.messages import choice, mail, outbox
from workflow.messages.kinds import COMPULSORY

#: What each kind holds, for whoever chooses.
TOLD = {
    MessageKind.DUTY: "等您办理的：受理、审核、邀请、面试",
    MessageKind.CORRECTION: "补正告知、退回、终止告知",
    MessageKind.PUBLICITY: "公示开始",
    MessageKind.RESULT: "复核、评审、备案、发证的结果",
    MessageKind.REMINDER: "催办、逾期、到期提醒",
    MessageKind.PROGRESS: "走到哪一步、其他通知",
}


def _hour(name: str, label: str, default: int, hint: str) -> Ask:
    def now(uow: UnitOfWork, _subject: Any) -> str:
        contact = choice.contact_of(uow.session, uow.actor)
        return str(getattr(contact, name) if contact is not None else default)

    hours = [(str(hour), f"{hour:02d}:00") for hour in range(24)]
    return Ask(name, label, "choice", choices=hours, hint=hint, default=now)


def _how(kind: MessageKind, channel: Channel) -> Ask:
    def now(uow: UnitOfWork, _subject: Any) -> str:
        return choice.chosen(uow.session, uow.actor).get((kind.value, channel.value), How.NONE.value)

    label = f"{kind.label}·{channel.label}"
    return Ask(f"{kind.value}-{channel.value}", label, "choice", choices=How.choices(), default=now, required=False)


class MessageChoiceView(BaseView):
    """`/account/messages/`: of every signed-in account, about itself only."""

    route_base = "/account/messages"
    default_view = "show"
    title = "消息接收"
    choosing: ClassVar[Step] = form(
        "choose",
        "保存",
        [
            *(_how(kind, channel) for kind in MessageKind for channel in Channel),
            _hour("quiet_from", "免打扰开始", 22, "这段时间只有站内消息"),
            _hour("quiet_until", "免打扰结束", 7, "开始与结束相同，表示不设免打扰"),
            _hour("digest_at", "每日汇总时间", 8, "汇总前就到期的，不等汇总，免打扰开始前即时发出"),
        ],
    )

    @expose("/", methods=["GET", "POST"])
    def show(self) -> Any:
        """What is chosen; POST: another choice."""

        def doing(uow: UnitOfWork, answers: dict[str, Any]) -> None:
            hours = {name: int(answers.pop(name)) for name in ("quiet_from", "quiet_until", "digest_at")}
            chosen = {tuple(name.split("-")): how for name, how in answers.items() if how}
            choice.choose(uow, chosen, **hours)  # type: ignore[arg-type]

        sent = submit(self.choosing, None, doing, of=lambda: (choice.stands(db.session, g.user),))
        if sent.done:
            flash("已保存，新的消息按此发送；已经在等待发送的，取消接收的不再发出。", "ok")
            return redirect(url_for(".show"))
        return self._page(sent)

    @expose("/mail", methods=["POST"])
    def mail(self) -> Any:
        """发送确认码 to the address that was typed."""
        typed = request.form.get("mail", "")[:200]
        return self._act(lambda uow: choice.ask_mail(uow, typed), "确认码已发出，请在 30 分钟内填写。", "mail", typed)

    @expose("/confirm", methods=["POST"])
    def confirm(self) -> Any:
        """确认 by the code."""
        code = request.form.get("code", "")[:20]
        return self._act(
            lambda uow: choice.confirm_mail(uow, code), "电子邮箱已确认，可以选择用邮件接收。", "code", code
        )

    @expose("/forget", methods=["POST"])
    def forget(self) -> Any:
        """不再使用邮箱."""
        return self._act(choice.forget_mail, "已取消电子邮箱，不再向它发送邮件。", "mail", "")

    def _act(self, verb: Callable[[UnitOfWork], Any], done: str, name: str, typed: str) -> Any:
        try:
            wrong = attempt(g.user, verb, context=stay.context())
        except Refused as refusal:
            return self._page(Posted(code=code_of(refusal)), name, typed, refusal.sentence)
        if wrong:
            return self._page(Posted(code=NOT_THIS), name, typed, wrong)
        flash(done, "ok")
        return redirect(url_for(".show"))

    def _page(self, sent: Posted, name: str = "", typed: str = "", wrong: str = "") -> Any:
        if request.endpoint != "MessageChoiceView.show":
            sent.typed = None
        contact = choice.contact_of(db.session, g.user)
        boxes = {box.name: box for box in sent.boxes(self.choosing, None)}
        address = Box("mail", "电子邮箱", value=typed if name == "mail" else "", max_length=mail.LONGEST)
        code = Box("code", "确认码", value=typed if name == "code" else "", hint="6 位数字", max_length=10)
        for box in (address, code):
            box.error = wrong if box.name == name else ""
        available = outbox.available()
        page = self.render_template(
            "messages/choice.html",
            title=self.title,
            told=TOLD,
            channels=[(c, c in available, _reached(contact, c)) for c in Channel],
            boxes=boxes,
            hours=[boxes[hour] for hour in ("quiet_from", "quiet_until", "digest_at")],
            contact=contact,
            address=address,
            code=code,
            compulsory="、".join(COMPULSORY),
            sentence=sent.sentence if not sent.errors else "",
            errors=[*errors_of(list(boxes.values())), *errors_of([address, code])],
        )
        return page, sent.code


def _reached(contact: Contact | None, channel: Channel) -> bool:
    """Whether the channel has an address of the account; a telephone is known before anything is chosen."""
    return bool(outbox.address_of(g.user, contact or Contact(), channel))
