"""引导选择: series, level, title, specialty, unit; then only what is open to this person, before he starts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import g, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Title, TitleLevel
from models.declarations import standing
from models.declarations.declaration import Channel, Declaration
from models.register.organisation import Organisation
from views.conditions.judged import word
from views.conditions.open_to_me import row_of
from views.declarations import choice
from views.screens.boxes import Box
from views.screens.lookup import LOOKUPS, is_key
from views.screens.moment import of_request
from workflow.batches import guided
from workflow.conditions import open_to
from workflow.declarations import channel

NAMES = ("series", "level", "title", "specialty", "unit", "region")


class GuidedView(BaseView):
    """Asked by the address, step by step; a step that no longer fits the one before is asked again."""

    route_base = "/guided"
    default_view = "show"
    title = "引导选择"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """The next step, or what is open."""
        uow = of_request()
        batches = guided.open_now(uow)
        titles = guided.titles(uow, batches)
        asked = {name: request.args.get(name, "").strip()[:60] for name in NAMES}
        series = {str(t.series_id): t.series.name for t in titles}
        levels = {t.level: TitleLevel(t.level).label for t in titles if str(t.series_id) == asked["series"]}
        fitting = [t for t in titles if str(t.series_id) == asked["series"] and t.level == asked["level"]]
        title = next((t for t in fitting if str(t.id) == asked["title"]), None)
        kinds = guided.specialties(uow, batches, title) if title else []
        specialty = next((s for s in kinds if str(s.id) == asked["specialty"]), None)
        unit = _unit(asked["unit"])
        alone = unit is None and bool(asked["region"]) and not request.args.get("unit-text", "").strip()
        if alone:  # 兜底: who has no unit is taken by the 人社部门 of his place
            unit = channel.fallback(db.session, asked["region"])
        source, cutoff, offers = self._offers(series.get(asked["series"], ""))
        boxes = [Box("series", "申报系列", "choice", asked["series"], [("", "请选择"), *series.items()], True)]
        if levels:
            boxes.append(Box("level", "级别", "choice", asked["level"], [("", "请选择"), *levels.items()], True))
        if fitting:
            options = [("", "请选择"), *((str(t.id), t.name + _mark(offers, t)) for t in fitting)]
            boxes.append(Box("title", "申报职称", "choice", asked["title"] if title else "", options, True))
        if title:
            options = [("", "不分专业"), *((str(s.id), f"{s.code} {s.name}") for s in kinds)]
            boxes.append(Box("specialty", "申报专业", "choice", asked["specialty"] if specialty else "", options))
            boxes.append(_unit_box(None if alone else unit))
            boxes.append(choice.place_box("region", asked["region"], ""))
            if alone and unit is None:
                boxes[-1].error = "该地没有登记的人社部门；请改选所在市州。"
        ready = title is not None and unit is not None
        found = (
            guided.openings(uow, batches, title=title, specialty=specialty, unit=unit)
            if title is not None and unit is not None
            else None
        )
        return self.render_template(
            "declarations/guided.html",
            title=self.title,
            boxes=boxes,
            found=found,
            ready=ready,
            wanted=title,
            specialty=specialty,
            unit=unit,
            start=lambda opening: _start(opening, title, specialty, unit, Channel.FALLBACK.value if alone else None),
            active=_active(),
            any=bool(titles),
            source=source,
            asked_series=asked["series"] in series,
            cutoff=cutoff,
            offers=[row_of(offer) for offer in offers if not asked["level"] or offer.level == asked["level"]],
        )

    @staticmethod
    def _offers(series: str) -> tuple[Declaration | None, date, Sequence[open_to.Offer]]:
        """(whose facts, until when, what the conditions say of the titles of that series); advice only."""
        cutoff = open_to.evidence_day(db.session, of_request().today)
        source = open_to.last_filled(db.session, g.user.person_id) if series else None
        if source is None:
            return None, cutoff, ()
        found = open_to.offers(db.session, open_to.facts_from(db.session, source), cutoff)
        return source, cutoff, [offer for offer in found if offer.series == series]


def _mark(offers: Sequence[open_to.Offer], title: Title) -> str:
    """Behind the name of a title, what the conditions say of the nearest way to it."""
    mine = [o.judgement.verdict for o in offers if (o.branch, o.level) == (title.branch, title.level)]
    return f"（{word(max(mine).code).label}）" if mine else ""


def _start(opening: guided.Opening, title: Any, specialty: Any, unit: Any, by: str | None) -> str:
    return url_for(
        "DeclareView.start",
        batch_id=opening.batch.id,
        title_id=title.id,
        specialty_id=specialty.id if specialty else None,
        unit_id=unit.id,
        channel=by,
    )


def _unit(given: str) -> Organisation | None:
    """The unit that was picked or typed; at first that of the last declaration."""
    if "unit" not in request.args:
        given = str(choice.begin(g.user)["unit_id"])
    text = request.args.get("unit-text", "").strip()[:120]
    if is_key(given):
        return db.session.get(Organisation, int(given))
    return LOOKUPS["Organisation"].by_text(text) if text else None


def _unit_box(unit: Organisation | None) -> Box:
    text = request.args.get("unit-text", "").strip()[:120]
    found = Box(
        "unit", "所在单位", "pick", str(unit.id) if unit else "", (), False,
        "审核路径和受理范围由所在单位决定；输入名称或统一信用代码后选择，没有单位的在下一项选择所在地",
        lookup="Organisation", text=unit.name if unit else text,
    )  # fmt: skip
    if text and unit is None:
        found.error = "没有找到所在单位：请输入单位名称或统一信用代码，从列表中选择。"
    return found


def _active() -> Declaration | None:
    """A declaration of this year that is in hand: most batches take one a year."""
    mine = select(Declaration).where(
        Declaration.person_id == g.user.person_id,
        Declaration.active_key.is_not(None),
        Declaration.year == of_request().today.year,
    )
    return next((d for d in db.session.scalars(mine) if not standing.standing(d).settled), None)
