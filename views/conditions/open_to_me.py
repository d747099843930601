"""我能报什么: from one's last declaration, or from a few facts tried out; nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import select

from models.base import db
from models.committees.catalogue import Series, TitleLevel
from models.conditions.condition import Confidence
from views.conditions.judged import shown, word
from views.screens.answers import read_date
from views.screens.boxes import Box
from workflow.base.unit_of_work import asking
from workflow.conditions import open_to
from workflow.conditions.atom import PAPER
from workflow.conditions.judged import written
from workflow.conditions.person import DEGREES
from workflow.conditions.three import Verdict

UNITS = (
    ("institution", "事业单位"), ("state_owned", "国有企业"), ("private", "民营企业"), ("foreign", "外资企业"),
    ("social", "社会组织"), ("freelance", "自由职业"),
)  # fmt: skip
#: Titles further away than this are folded.
NEAR = 24
#: Titles of a group that are shown; the rest is folded.
SHOWN = 8


class OpenToMeView(BaseView):
    """Asked by the address; the facts that are typed are tried out and not kept."""

    route_base = "/opentome"
    default_view = "show"
    title = "我能报什么"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """Every title in three groups: open, to be answered, not yet; each with what is missing and since when."""
        today = asking(g.user).today
        asked = {key: value.strip()[:60] for key, value in request.args.items() if value.strip()}
        cutoff = read_date(asked.get("cutoff", "")) or open_to.evidence_day(db.session, today)
        typed = _typed(asked)
        source = None if typed else open_to.last_filled(db.session, g.user.person_id)
        facts = typed or (open_to.facts_from(db.session, source) if source is not None else {})
        offers = open_to.offers(db.session, facts, cutoff) if facts else []
        wanted = asked.get("series", "")
        if wanted:
            offers = [offer for offer in offers if offer.series == wanted]
        return self.render_template(
            "conditions/open_to_me.html",
            title=self.title,
            boxes=_boxes(asked, cutoff),
            base=url_for("OpenToMeView.show"),
            source=source,
            tried=bool(typed),
            cutoff=cutoff,
            groups=_groups(offers),
            shown=SHOWN,
            known=bool(facts),
        )


def _groups(offers: list[open_to.Offer]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(heading, explanation, rows)."""
    told = [(offer, row_of(offer)) for offer in offers]
    near = [row for offer, row in told if offer.judgement.verdict is Verdict.NOT_MET and _near(row)]
    far = [row for offer, row in told if offer.judgement.verdict is Verdict.NOT_MET and not _near(row)]
    met = [row for offer, row in told if offer.judgement.verdict is Verdict.MET]
    ask = [row for offer, row in told if offer.judgement.verdict is Verdict.UNKNOWN]
    return [
        ("可以申报", "已知条件全部具备", met),
        ("再等一等，或再补一项", f"不超过 {NEAR} 个月，或只差个别材料", near),
        ("还差几项资料才能判断", "补充所缺的内容后即可得出结论", ask),
        ("目前不具备", "学历、职称或系列等条件不同", far),
    ]


def _near(row: dict[str, Any]) -> bool:
    """Reached by waiting two years at most, or with one paper more."""
    return bool(row["cost"] <= (NEAR if row["ready"] else PAPER))


def row_of(offer: open_to.Offer) -> dict[str, Any]:
    """One title as the pages tell it: the nearest way, what is missing on it, and since when it is met."""
    nearest = offer.judgement.nearest or max(offer.judgement.rows, key=lambda row: (row.verdict, -row.cost))
    row = shown(written(nearest))
    return {
        "series": offer.series,
        "branch": offer.branch,
        "level": offer.level.label,
        "way": offer.way.label,
        "names": offer.names,
        "verdict": word(offer.judgement.verdict.code),
        "clause": nearest.alternative.clause,
        "kind": row["kind"],
        "confirmed": nearest.alternative.confirmed,
        "confidence": Confidence(nearest.alternative.confidence).label,
        "missing": [atom for atom in row["atoms"] if atom["verdict"] != "met"],
        "ready": nearest.ready,
        "cost": nearest.cost,
    }


def _typed(asked: dict[str, str]) -> dict[str, Any]:
    """The facts of the trial form; empty where nothing but the day or a series was asked."""
    facts: dict[str, Any] = {}
    if asked.get("degree") in DEGREES:
        facts["degrees"] = [{"code": asked["degree"], "on": asked.get("degree_on")}]
    if asked.get("level") in set(TitleLevel):
        number = db.session.scalar(select(Series.number).where(Series.name == asked.get("held_series", "")))
        title = {"series": number, "level": asked["level"], "on": asked.get("held_on")}
        facts["titles"] = [title | ({"employed": [[asked["employed_on"], None]]} if asked.get("employed_on") else {})]
    elif asked.get("level") == "none":
        facts["titles"] = []
    if asked.get("work_since"):
        facts["work_since"] = asked["work_since"]
    if asked.get("unit_kind") in dict(UNITS):
        facts["unit_kind"] = asked["unit_kind"]
    return facts


def _boxes(asked: dict[str, str], cutoff: date) -> list[Box]:
    names = [(name, name) for name in db.session.scalars(select(Series.name).order_by(Series.number))]
    levels = [("none", "没有职称"), *TitleLevel.choices()]

    def box(name: str, label: str, kind: str, options: Any = (), hint: str = "") -> Box:
        return Box(name, label, kind, asked.get(name, ""), options, hint=hint, prefix="q-")

    return [
        box("degree", "最高学历学位", "choice", [("", "请选择"), *DEGREES.items()]),
        box("degree_on", "取得日期", "date"),
        box("level", "现任职称级别", "choice", [("", "请选择"), *levels]),
        box("held_series", "现任职称系列", "choice", [("", "请选择"), *names]),
        box("held_on", "职称取得日期", "date"),
        box("employed_on", "受聘日期", "date"),
        box("work_since", "从事专业起始日期", "date"),
        box("unit_kind", "单位性质", "choice", [("", "请选择"), *UNITS]),
        box("series", "只看系列", "choice", [("", "全部"), *names]),
        Box("cutoff", "材料有效截止日", "date", cutoff.isoformat(), prefix="q-"),
    ]
