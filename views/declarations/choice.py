"""Section 0 of a declaration (申报信息): what is declared, to whom, through which unit, as boxes and as records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from models.base import db
from models.batches.batch import Batch
from models.committees.catalogue import Series, Specialty, Title, TitleLevel
from models.committees.committee import REVIEWS
from models.declarations.declaration import Channel, Declaration, DeclarationMode
from models.register.organisation import Organisation, Region
from views.screens.boxes import Box
from views.screens.lookup import LOOKUPS, is_key
from workflow.base.errors import Refused
from workflow.declarations import channel

NAMES = ("title_id", "specialty_id", "unit_id", "mode", "channel", "secret")
#: The place of 劳动关系 of who has no unit: it names the office that takes him, and is not kept itself.
LABOUR = "labour_region"


def begin(actor: Account) -> dict[str, Any]:
    """What a new declaration begins with: the unit of the last one, or what 引导选择 has led to."""
    last = (
        select(Declaration.unit_id)
        .where(Declaration.person_id == actor.person_id)
        .order_by(Declaration.id.desc())
        .limit(1)
    )
    found = {"mode": DeclarationMode.NORMAL, "channel": Channel.UNIT, "unit_id": db.session.scalar(last) or ""}
    if request.args.get("channel") == Channel.FALLBACK:  # from 引导选择, as the rest
        found["channel"] = Channel.FALLBACK
    return found | {n: request.args[n] for n in NAMES[:3] if _number(request.args.get(n))}


def of(declaration: Declaration) -> dict[str, Any]:
    """What a draft says now."""
    return {name: getattr(declaration, name) or "" for name in NAMES}


def typed() -> dict[str, Any]:
    """What was typed, kept for the page after a refusal."""
    return {name: request.form.get(name, "") for name in (*NAMES, LABOUR)}


def read(session: Session) -> dict[str, Any]:
    """The typed choice as records; a sentence at each field where something is missing."""
    given, wrong = request.form, {}
    title = session.get(Title, _number(given.get("title_id")))
    unit = session.get(Organisation, _number(given.get("unit_id"))) or LOOKUPS["Organisation"].by_text(
        given.get("unit_id-text", "").strip()
    )
    if title is None:
        wrong["title_id"] = "请选择申报职称。"
    alone = given.get("channel") == Channel.FALLBACK and not given.get("unit_id-text", "").strip()
    if unit is None and alone:
        place = _region(given)
        unit = channel.fallback(session, place.code) if place else None
        if unit is None:
            wrong[LABOUR] = (
                f"{place.name}没有登记的人社部门；请改选所在市州。"
                if place
                else "没有单位的，请选择劳动关系所在地，由当地人社部门兜底受理（118号 四(一)1）。"
            )
    elif unit is None:
        wrong["unit_id"] = (
            "没有找到所在单位：请输入单位名称或统一信用代码，从列表中选择；单位未注册的请先由单位注册；"
            "没有单位的请留空，推荐渠道选人社部门兜底受理并选择劳动关系所在地（118号 四(一)1）。"
        )
    if given.get("mode") not in set(DeclarationMode):
        wrong["mode"] = "请选择申报方式。"
    if given.get("channel") not in set(Channel):
        wrong["channel"] = "请选择推荐渠道。"
    elif unit is not None and (sentence := channel.misfit(unit, given["channel"])):
        wrong["channel"] = sentence
    if wrong:
        raise Refused("申报信息不完整，请按提示补充。", fields=wrong)
    return {
        "title": title,
        "unit": unit,
        "specialty": session.get(Specialty, _number(given.get("specialty_id"))),
        "mode": given["mode"],
        "channel": given["channel"],
        "secret": bool(given.get("secret")),
    }


def _region(given: Mapping[str, str]) -> Region | None:
    """The place that was picked, or typed by its name or code."""
    code = given.get(LABOUR, "").strip()
    if code:
        return db.session.scalar(select(Region).where(Region.code == code))
    found: Region | None = LOOKUPS["Region"].by_text(given.get(f"{LABOUR}-text", "").strip())
    return found


def place_box(name: str, given: str, typed: str) -> Box:
    """劳动关系所在地, asked of who has no unit."""
    place = db.session.scalar(select(Region).where(Region.code == given)) if given else None
    return Box(
        name,
        "劳动关系所在地",
        "pick",
        given,
        (),
        False,
        "没有单位的（自由职业等）填写，由当地人社部门兜底受理（118号 四(一)1）；有单位的不填",
        lookup="Region",
        text=place.name if place else typed,
    )


def _number(text: str | None) -> int:
    return int(text) if text and is_key(text) else 0


def boxes(batch: Batch, given: Mapping[str, Any], errors: Mapping[str, str]) -> list[Box]:
    """The fields of section 0 for this batch: only titles and specialties its receiver reviews."""
    value = {name: str(given.get(name) or "") for name in NAMES}
    unit = db.session.get(Organisation, _number(value["unit_id"]))
    titles = [(str(t.id), f"{TitleLevel(t.level).label} · {t.name}{_series(t, batch)}") for t in titles_of(batch)]
    specialties = [(str(s.id), f"{s.code} {s.name}") for s in specialties_of(batch)]
    found = [
        Box("title_id", "申报职称", "choice", value["title_id"], [("", "请选择"), *titles], True),
        Box("specialty_id", "申报专业", "choice", value["specialty_id"], [("", "不分专业"), *specialties]),
        Box(
            "unit_id",
            "所在单位",
            "pick",
            value["unit_id"],
            (),
            False,
            "有单位的必填；事业单位已纳入岗位设置管理的人员须通过所在单位申报（118号 四(一)2），"
            "按单位性质和岗位占用职数（118号 三(二)）",
            lookup="Organisation",
            text=unit.name if unit else request.form.get("unit_id-text", ""),
        ),
        place_box(LABOUR, str(given.get(LABOUR) or ""), request.form.get(f"{LABOUR}-text", "")),
        Box("mode", "申报方式", "choice", value["mode"], modes_of(batch), True),
        Box(
            "channel",
            "推荐渠道",
            "choice",
            value["channel"],
            Channel.choices(),
            True,
            "非公有制经济组织、自由职业者可由人事代理机构推荐或人社部门兜底受理（118号 四(一)1）",
        ),
        Box(
            "secret",
            "涉密人员或涉密成果",
            "check",
            bool(value["secret"]),
            hint="涉密材料信息严禁网上填写提交（118号 一），只走纸质渠道",
        ),
    ]
    for box in found:
        box.error = errors.get(box.name, "") or (errors.get("batch_id", "") if box.name == "title_id" else "")
    return found


def modes_of(batch: Batch) -> list[tuple[str, str]]:
    """The 申报方式 of a batch: 破格, 转评, 绿色通道 and 委托 are ways of a review; a first title has one."""
    normal = DeclarationMode.NORMAL
    return DeclarationMode.choices() if batch.committee else [(normal.value, normal.label)]


def _series(title: Title, batch: Batch) -> str:
    return "" if batch.committee else f"（{title.series.name}）"


def titles_of(batch: Batch) -> list[Title]:
    """The titles its committee or accepting organisation takes in that year; none that examinations cover."""
    query = select(Title).join(Series).where(Title.exam_only.is_(False)).order_by(Series.number, Title.level, Title.id)
    if batch.committee:
        query = query.where(
            Title.series_id == batch.committee.series_id, Title.level.in_(REVIEWS[batch.committee.level])
        )
    elif batch.office:
        query = query.where(Title.level == batch.office.level)
        if batch.office.scopes:
            query = query.where(Title.series_id.in_({scope.series_id for scope in batch.office.scopes}))
    return [title for title in db.session.scalars(query).unique() if title.in_force(batch.year)]


def _of_scopes(batch: Batch) -> list[Specialty]:
    """The specialties that an accepting organisation takes, by series and code, as `acceptance.receives` reads its
    专业范围: none named, those of all series; a series without a specialty, all of that series."""
    scopes = batch.office.scopes if batch.office else []
    query = select(Specialty).order_by(Specialty.series_id, Specialty.code)
    if scopes:
        query = query.where(Specialty.series_id.in_({scope.series_id for scope in scopes}))
    found = list(db.session.scalars(query))
    above = {s.id: s.parent_id for s in found}
    tops = {scope.specialty_id for scope in scopes if scope.specialty_id}
    whole = {scope.series_id for scope in scopes if not scope.specialty_id}
    return [
        s
        for s in found
        if s.in_force(batch.year)
        and (tops & line(above, s.id) or (s.parent_id is not None and (not scopes or s.series_id in whole)))
    ]


def specialties_of(batch: Batch) -> list[Specialty]:
    """The specialties in force that its committee or accepting organisation takes, with those below them in the
    tree."""
    if batch.committee is None:
        return _of_scopes(batch) if batch.office else []
    found = list(
        db.session.scalars(
            select(Specialty).where(Specialty.series_id == batch.committee.series_id).order_by(Specialty.code)
        )
    )
    above = {s.id: s.parent_id for s in found}
    allowed = {row.specialty_id for row in batch.committee.specialties}
    return [
        s
        for s in found
        if s.parent_id is not None and s.in_force(batch.year) and (not allowed or allowed & line(above, s.id))
    ]


def line(above: Mapping[int, int | None], key: int) -> set[int]:
    """A node and everything above it."""
    keys: set[int] = set()
    here: int | None = key
    while here is not None and here not in keys:
        keys.add(here)
        here = above.get(here)
    return keys
