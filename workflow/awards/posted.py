"""公示 as everybody reads it without signing in (附件2 1.1.1; 118号 四(二)2): what N19 lists and nothing more.

The address of a posting cannot be guessed. Names stand there while it runs; when it is over, or was voided, the page
says so and names nobody. Of what an applicant typed only the fields below are shown, and whatever looks like the number
of a person or of a telephone is blackened wherever it stands.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.awards.publicity import (
    Objection,
    ObjectionState,
    Publicity,
    PublicityItem,
    PublicityKind,
    PublicityState,
)
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, DeclarationMode
from models.review.plan import Plan
from models.sealed import blind_index
from workflow.awards.objection import POSTED, entered
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.forms import form as forms
from workflow.forms.form_parts import Field

#: Objections that one address, and one posting, may receive in a day.
OF_ADDRESS, OF_POSTING = 10, 200
BLACK = "＊＊＊"
#: Eleven digits or more, however they are spaced: numbers of persons, telephones, cards; and addresses of mail.
_PRIVATE = re.compile(
    r"[0-9０-９](?:[ \-－—·.]{0,3}[0-9０-９]){9,}(?:[ \-－]{0,3}[Xx0-9０-９])|[\w.+-]+[@＠][\w-]+(?:\.[\w-]+)+"
)
_NUMBER = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])|(?<![0-9])[0-9]{15}(?![0-9])")
_TELEPHONE = re.compile(r"[0-9+][0-9 \-]{5,18}[0-9]")

#: N19 item → (section, fields that are shown, field that must be filled for a row to count).
SHOWN: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    ("学历", "education", ("education", "degree", "school", "major", "graduated_on"), ""),
    ("资历", "titles", ("name", "level", "obtained_on", "employer"), ""),
    ("成果", "achievements", ("name", "kind", "finished_on", "role"), ""),
    ("成果", "patents", ("kind", "name", "granted_on", "rank"), ""),
    ("成果", "awards", ("name", "grade", "prize", "year", "rank"), ""),
    ("论文", "papers", ("kind", "title", "publisher", "published_on", "rank"), ""),
    ("服务基层", "experience", ("service", "service_years", "unit", "since", "until"), "service"),
    ("工作业绩", "projects", ("name", "role", "rank", "status", "since", "until"), ""),
)
REASONS = ("under_investigation", "coercive_measures", "criminal_penalty", "in_penalty_period")


@dataclass(frozen=True)
class Entry:
    """One person of a posting; `lines` is empty where nothing but the name may stand."""

    key: int
    name: str
    unit: str
    title: str
    specialty: str
    result: str
    note: str
    lines: Sequence[tuple[str, Sequence[str]]]


def address(posting: Publicity) -> str:
    """What stands in the address of its page: its number with a word that cannot be guessed."""
    return f"{posting.id}-{_word(posting.id)}"


def _word(key: int) -> str:
    return blind_index(f"publicity:{key}").hex()


def find(session: Session, given: str) -> Publicity | None:
    """The posting of that address."""
    number, _dash, word = given.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    if not hmac.compare_digest(_word(int(number)).encode(), word.encode()):
        return None
    return session.scalar(
        select(Publicity).where(Publicity.id == int(number)).options(joinedload(Publicity.organisation))
    )


def running(posting: Publicity, today: date) -> bool:
    """From the day of posting to the last day; never once it was voided or closed."""
    return posting.state == PublicityState.POSTED and posting.posted_on <= today <= posting.ends_on


def ended(posting: Publicity, today: date) -> str:
    """What the page says when it runs no more; empty while it does."""
    if posting.state == PublicityState.VOID:
        return "本公示已由发布单位作废，名单不再显示；重新公示的，另有新的公示页。"
    if running(posting, today):
        return ""
    if today < posting.posted_on:
        return f"本公示自 {posting.posted_on} 起显示。"
    return (
        f"本公示已于 {posting.ends_on} 结束，按规定不再显示名单和内容（118号 四(二)2，公示期不少于 5 个工作日）。"
        "仍有情况反映的，请与下列投诉受理部门联系。"
    )


def posted_by(session: Session, posting: Publicity) -> str:
    """The unit, or the committee of the plan."""
    if posting.organisation is not None:
        return posting.organisation.name
    plan = select(Plan).where(Plan.id == posting.plan_id).options(joinedload(Plan.committee))
    found = session.scalar(plan)
    return found.committee.name if found else ""


def entries(session: Session, posting: Publicity, today: date) -> list[Entry]:
    """Who is posted, with what N19 lists; nobody once it is over. A fixed number of queries, however many stand."""
    if not running(posting, today):
        return []
    query = (
        select(PublicityItem)
        .where(PublicityItem.publicity_id == posting.id)
        .options(
            joinedload(PublicityItem.declaration).options(
                joinedload(Declaration.title),
                joinedload(Declaration.unit),
                joinedload(Declaration.specialty),
                selectinload(Declaration.content),
            )
        )
        .order_by(PublicityItem.id)
    )
    kind = PublicityKind(posting.kind)
    return [_entry(kind, item.id, item.declaration) for item in session.scalars(query)]


def _entry(kind: PublicityKind, key: int, d: Declaration) -> Entry:
    still = d.state in POSTED[kind]
    note = "" if still else "已退出本次公示，内容不再显示。"
    if d.secret and still and kind is PublicityKind.UNIT:
        note = "涉密申报，材料不在网上公示，请到公示地点查阅（118号 一）。"
    lines = lines_of(d) if kind is PublicityKind.UNIT and still and not d.secret else ()
    title = f"{TitleLevel(d.level).label} · {d.title.name}"
    return Entry(
        key,
        scrubbed(d.applicant_name),
        d.unit.name,
        title,
        d.specialty.name if d.specialty else "",
        "评审通过" if kind is PublicityKind.RESULT and still else "",
        note,
        lines,
    )


def lines_of(d: Declaration) -> list[tuple[str, list[str]]]:
    """学历, 资历, 成果, 论文, 服务基层, 工作业绩, 是否破格, 违纪违规 of one declaration."""
    filled: Mapping[str, Any] = d.content.sections or {}
    told: dict[str, list[str]] = {}
    for label, key, names, needed in SHOWN:
        section = forms.form_of(d).section(key)
        fields = {f.key: f for f in section.fields}
        rows = told.setdefault(label, [])
        for row in _rows(filled.get(key)):
            if needed and not row.get(needed):
                continue
            values = [_value(fields[n], row.get(n)) for n in names if n in fields]
            if line := "，".join(scrubbed(value) for value in values if value):
                rows.append(line)
    told["是否破格申报"] = ["是" if d.mode == DeclarationMode.EXCEPTIONAL else "否"]
    told["违纪违规情况"] = _conduct(filled.get("discipline"))
    told["《评审表》"] = ["在公示地点查阅"]
    return [(label, rows or ["无"]) for label, rows in told.items()]


def _value(field: Field, value: Any) -> str:
    """A value as people read it; a bare number with what it counts."""
    if value in (None, ""):
        return ""
    return f"{field.label} {value}" if field.kind == "number" else str(dict(field.choices).get(str(value), value))


def _rows(value: Any) -> Iterable[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else ()


def _conduct(value: Any) -> list[str]:
    given = value if isinstance(value, Mapping) else {}
    labels = {f.key: f.label for f in forms.form().section("discipline").fields}
    said = [labels[name] for name in REASONS if given.get(name)]
    return said + ([scrubbed(str(given["statement"]))] if given.get("statement") else [])


def scrubbed(text: str) -> str:
    """`text` without what looks like the number of a person or a telephone, or an address of mail."""
    return _PRIVATE.sub(BLACK, text)


# -- an objection by name ---------------------------------------------------------------------------


def object_by_name(
    uow: UnitOfWork, posting: Publicity, *, item: int, informant: str, telephone: str, text: str, promised: bool
) -> Objection:
    """异议 handed in on the public page, by name: it reaches the desk that handles it, and blocks until answered."""
    if not running(posting, uow.today):
        raise NotNow(
            f"公示已结束，不能在此提出异议（118号 四(二)2）；请致电投诉受理部门 {posting.complaint_telephone}。"
        )
    found = uow.session.scalar(
        select(PublicityItem).where(PublicityItem.id == item, PublicityItem.publicity_id == posting.id)
    )
    wrong = _wrong(found, informant, telephone, text, promised=promised)
    if wrong or found is None:
        raise Refused("异议没有提交，请按提示补充。", fields=wrong)
    declaration = found.declaration
    same = select(Objection.id).where(
        Objection.declaration_id == declaration.id,
        Objection.publicity_id == posting.id,
        Objection.informant == informant,
        Objection.text == text,
    )
    if uow.session.scalar(same):
        raise NotNow("同样内容的异议已经收到，正在办理，无须重复提交。")
    objection = Objection(
        declaration=declaration,
        publicity=posting,
        named=True,
        informant=informant,
        telephone=telephone,
        text=text,
        registered_at=uow.now.replace(microsecond=0),
        state=ObjectionState.REGISTERED,
    )
    uow.led = True
    words = "收到实名异议（公示页提交），请在“异议核查”中调查核实并答复"
    return entered(uow, objection, "object_by_name", "公示页异议登记", words)


def _wrong(found: PublicityItem | None, informant: str, telephone: str, text: str, *, promised: bool) -> dict[str, str]:
    wrong = {}
    if found is None:
        wrong["item"] = "请选择异议所涉及的人员。"
    if not 2 <= len(informant) <= 30 or any(c.isdigit() for c in informant):
        wrong["informant"] = "请填写真实姓名（2 至 30 字），实名异议才能受理和答复（118号 六(二)）。"
    if not _TELEPHONE.fullmatch(telephone):
        wrong["telephone"] = "请填写可以联系到您的电话，例如 0731-88880000。"
    if len(text) < 10:
        wrong["text"] = "请写明时间、事实和线索，不少于 10 字。"
    elif len(text) > 2000:
        wrong["text"] = f"异议内容不能超过 2000 字，现有 {len(text)} 字。"
    elif _NUMBER.search(text):
        wrong["text"] = "请不要填写证件号码，写明姓名和事实即可（个人信息保护法 第六条）。"
    if not promised:
        wrong["promised"] = "请确认对所反映内容的真实性负责。"
    return wrong
