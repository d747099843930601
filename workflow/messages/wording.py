"""The words of a message outside and inside the house (消息文本): named fields of a declared set, from a day on.

Outside nothing personal is said, no reason, no number; and the only address is that of the sign-in page, which signs
nobody in. Inside, what the verb has written ({内容}) stands in any wording, for it is what is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.messages.letter import MessageKind
from models.messages.wording import Place, Wording
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork

WORD = verb("message.word", "修订消息文本", "消息文本", roles.HRSS_CONFIG)
SYSTEM_NAME = "湖南省职称申报评审系统"
OUTSIDE = ("标题", "类别", "时间", "系统", "网址")
#: What each place may name.
FIELDS: dict[Place, tuple[str, ...]] = {
    Place.INBOX: ("内容", "标题", "类别", "时间", "系统"),
    Place.MAIL: OUTSIDE,
    Place.SMS: OUTSIDE,
    Place.VOICE: OUTSIDE,
}
LONGEST = {Place.INBOX: 1000, Place.MAIL: 1000, Place.SMS: 200, Place.VOICE: 200}
#: What counts until the office has worded it otherwise.
DEFAULTS = {
    Place.INBOX: "{内容}",
    Place.MAIL: "您好：您在{系统}有一条{类别}消息“{标题}”（{时间}）。请登录 {网址} 查看内容并办理。\n\n"
    "本邮件由系统自动发出，不含办理链接，请勿回复。接收方式见“我的账号”。",
    Place.SMS: "【湖南职称】您有一条{类别}消息“{标题}”，请登录 {网址} 查看。",
    Place.VOICE: "您好，您在{系统}有一条{类别}消息：{标题}。请登录系统查看。",
}
_FIELD = re.compile(r"\{([^{}]*)\}")
_site: list[str] = [""]


def install(address: str) -> None:
    """Say by which address everybody reaches the system (PUBLIC_URL)."""
    _site[:] = [address]


def site() -> str:
    """The address by which everybody reaches the system."""
    return _site[0]


def counting(session: Session, kind: str, place: Place, today: date) -> Wording | None:
    """The wording that counts on that day; None: the default."""
    query = select(Wording).where(Wording.kind == kind, Wording.place == place, Wording.effective_on <= today)
    return session.scalars(query.order_by(Wording.effective_on.desc(), Wording.id.desc()).limit(1)).first()


def text_of(session: Session, kind: str, place: Place, today: date) -> str:
    """The text that counts on that day, with its fields."""
    found = counting(session, kind, place, today)
    return found.text if found is not None else DEFAULTS[place]


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with its fields filled in, once: what stands in a fact is not filled again."""
    return _FIELD.sub(lambda found: facts.get(found[1], found[0]), text)


def facts(kind: str, title: str, at: datetime, content: str = "") -> dict[str, str]:
    """What the fields of a message stand for."""
    return {
        "标题": title,
        "类别": MessageKind(kind).label,
        "时间": f"{at:%Y-%m-%d %H:%M}",
        "系统": SYSTEM_NAME,
        "网址": site(),
        "内容": content,
    }


def checked(place: Place, text: str) -> str:
    """A text as it was typed; refused with a sentence at the field where it could not be used."""
    text = text.replace("\r\n", "\n").strip()
    names = FIELDS[place]
    offered = "、".join(f"{{{name}}}" for name in names)
    if not text or len(text) > LONGEST[place]:
        raise Refused(f"{place.label}的文本应为 1 至 {LONGEST[place]} 字，现有 {len(text)} 字。", field="text")
    if strange := [name for name in _FIELD.findall(text) if name not in names]:
        raise Refused(f"没有“{{{strange[0]}}}”这个字段；{place.label}可用：{offered}。", field="text")
    if "{" in (bare := _FIELD.sub("", text)) or "}" in bare:
        raise Refused(f"花括号不成对；字段写作 {offered}。", field="text")
    if place == Place.INBOX and "{内容}" not in text:
        raise Refused("站内消息须包含 {内容}：补正事项、期限等告知的内容由办理环节写入，不能省略。", field="text")
    if place != Place.INBOX and re.search(r"https?:|www\.", text, re.IGNORECASE):
        raise Refused("外发文本不能带链接，只能用 {网址} 指明登录地址。", field="text")
    return text


def word(uow: UnitOfWork, *, kind: str, place: str, text: str, effective_on: date) -> Wording:
    """修订: another text from that day on; the one before is kept.

    Refused: a field that is not declared, a link, no {内容} inside, a day that has passed, what counts already.
    """
    uow.lead(WORD, "只有省厅配置岗可以修订消息文本。")
    where = Place(place)
    text = checked(where, text)
    if effective_on < uow.today:
        raise Refused(f"启用日期不能早于今天（{uow.today}）：已发出的消息不再改动。", field="effective_on")
    if text == text_of(uow.session, kind, where, effective_on):
        raise Refused("与当日启用的文本相同，没有改动；请修改文本，或返回。", field="text")
    made = Wording(
        kind=MessageKind(kind).value,
        place=where.value,
        text=text,
        effective_on=effective_on,
        made_at=uow.now.replace(microsecond=0),
        made_by_id=uow.actor.id,
    )
    uow.session.add(made)
    uow.session.flush()
    uow.record("word_message", made, label="修订消息文本", kind=kind, place=place, text=text, on=str(effective_on))
    return made
