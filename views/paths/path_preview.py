"""路径预览 (附件3 1.4–1.8): for any unit, title and way, each step with its people, its deadline and its return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import false, select

from models.accounts.account import Account
from models.base import db
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import TitleLevel
from models.paths.path import PathKind, Way
from models.register.organisation import NodeKind, Organisation
from views.screens.boxes import Box
from views.screens.lookup import LOOKUPS
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import asking
from workflow.paths import path, path_version
from workflow.paths.path import PreviewRow
from workflow.paths.path_cases import levels_of

#: How many people of a step are named.
NAMED = 6
WAYS = {PathKind.INITIAL: Way.INITIAL, PathKind.RECOGNITION: Way.RECOGNITION}


@dataclass(frozen=True)
class Shown:
    """A step as the page shows it."""

    number: int
    name: str
    kind: str
    role: str
    people: str
    nobody: bool
    deadline: date | None
    inner: bool
    back: str
    link: str


class PathPreviewView(BaseView):
    """Asked by the address, so that a preview can be passed on; nothing is written."""

    route_base = "/pathpreview"
    default_view = "show"
    title = "路径预览"
    guide = "附件3 1.4–1.8"

    @expose("/")
    @has_access
    def show(self) -> Any:
        """The form; and once a unit is chosen, the way or where it breaks."""
        picked, sentence = self._picked(), ""
        rows: list[PreviewRow] = []
        if isinstance(picked["unit"], Organisation):
            try:
                rows = self._rows(picked)
            except Refused as refusal:
                sentence = refusal.sentence
        version = path_version.current(db.session, path.kind_for(picked["way"], picked["level"]), asking(g.user).today)
        return self.render_template(
            "paths/preview.html",
            screen=self,
            title="路径预览",
            boxes=_boxes(picked),
            rows=self._shown(rows, picked),
            sentence=sentence,
            version=version,
            base=url_for("PathPreviewView.show"),
            asked=bool(picked["unit"]),
            top=_top(picked),
            keepers=_keepers(picked) if rows else "",
            batch=self._batch(picked) if rows else None,
        )

    def _picked(self) -> dict[str, Any]:
        """What the address chooses, within what may be chosen."""
        args = {k: v.strip()[:120] for k, v in request.args.items()}
        kind = args.get("kind", "")
        way = args.get("way") or WAYS.get(kind, Way.REVIEW)  # type: ignore[call-overload]
        way = way if way in set(Way) else Way.REVIEW
        level = args.get("level") or (levels_of(kind)[0] if kind in set(PathKind) else TitleLevel.ASSOCIATE_SENIOR)
        level = level if level in set(TitleLevel) else TitleLevel.ASSOCIATE_SENIOR
        found: dict[str, Any] = {"way": way, "level": level}
        for name, model in (("unit", "Organisation"), ("committee", "Committee"), ("office", "AcceptanceOffice")):
            key, text = args.get(name, ""), args.get(f"{name}-text", "")
            found[name] = LOOKUPS[model].of(key) if key else LOOKUPS[model].by_text(text) if text else None
            found[f"{name}-text"] = text
        return found

    @staticmethod
    def _rows(picked: dict[str, Any]) -> list[PreviewRow]:
        review = picked["way"] == Way.REVIEW
        if not review and picked["office"] is None:
            raise Refused("初定、认定由受理机构最终审核（附件3 1.12.3）；请选择受理机构后再预览。")
        committee, office = (picked["committee"], None) if review else (None, picked["office"])
        if committee is not None and committee.level != path.kind_for(picked["way"], picked["level"]):
            raise Refused(
                f"“{committee.name}”不评审该级别的职称（附件3 1.6–1.8）；请选择相应级别的评委会。",
                links=[(committee.name, "committee", committee.id)],
            )
        return path.preview(
            db.session,
            way=picked["way"],
            level=picked["level"],
            committee=committee,
            office=office,
            unit=picked["unit"],
            today=asking(g.user).today,
        )

    @staticmethod
    def _batch(picked: dict[str, Any]) -> Batch | None:
        """This year's batch of the committee or office, whose dates bind every level."""
        query = (
            select(Batch)
            .where(Batch.state == BatchState.PUBLISHED)
            .order_by(Batch.year.desc(), Batch.id.desc())
            .limit(1)
        )
        if picked["way"] == Way.REVIEW:
            query = (
                query.where(Batch.committee_id == picked["committee"].id)
                if picked["committee"]
                else query.where(false())
            )
        else:
            query = query.where(Batch.office_id == picked["office"].id) if picked["office"] else query.where(false())
        return db.session.scalar(query)

    def _shown(self, rows: Sequence[PreviewRow], picked: dict[str, Any]) -> list[Shown]:
        batch = self._batch(picked) if rows else None
        last = batch.audit_on if batch else None
        shown = []
        for row in rows:
            below = ["申报人", *(r.stop.organisation.name for r in rows[: row.position])]
            straight = row.stop.fast_return or row.position == 0
            back = (
                "直接退回申报人" + ("，抄送下级" if straight and row.position else "")
                if straight
                else "逐级退回：" + " → ".join(reversed(below))
            )
            inner = row.stop.deadline
            day = min((d for d in (inner, last) if d), default=None)
            kind = NodeKind(row.stop.organisation.kind).label
            role = (
                "单位审核、公示、推荐"
                if row.position == 0
                else "最终审核，通过即生效"
                if row.stop.final
                else "逐级审核"
            )
            shown.append(
                Shown(
                    row.position + 1,
                    row.stop.organisation.name,
                    kind,
                    role,
                    _people(row.people),
                    not row.people,
                    day,
                    bool(inner and day == inner),
                    back,
                    f"/open/organisation/{row.stop.organisation.id}",
                )
            )
        return shown


def _people(people: Sequence[Account]) -> str:
    """Names and posts; account names are the business of the administrators."""
    named = "、".join(f"{a.full_name}（{a.position}）" if a.position else a.full_name for a in people[:NAMED])
    return named + (f" 等 {len(people)} 人" if len(people) > NAMED else "")


def _keepers(picked: dict[str, Any]) -> str:
    """Who works for the committee that decides."""
    if picked["committee"] is None:
        return "评委会办事机构"
    query = (
        select(Account)
        .filter_by(active=True, committee_id=picked["committee"].id)
        .order_by(Account.id)
        .limit(NAMED + 1)
    )
    return _people([a for a in db.session.scalars(query).unique() if a.plays(roles.COMMITTEE_OFFICE)])


def _top(picked: dict[str, Any]) -> str:
    if picked["way"] != Way.REVIEW:
        return ""
    return picked["committee"].name if picked["committee"] else "评委会（各评委会共用的路径）"


def _boxes(picked: dict[str, Any]) -> list[Box]:
    def pick(name: str, label: str, model: str, hint: str = "", **more: Any) -> Box:
        found = picked[name]
        text = LOOKUPS[model].text(found) if found is not None else picked[f"{name}-text"]
        return Box(
            name,
            label,
            "pick",
            str(found.id) if found is not None else "",
            hint=hint,
            lookup=model,
            text=text,
            prefix="q-",
            **more,
        )

    return [
        pick("unit", "用人单位", "Organisation"),
        Box("way", "取得方式", "choice", picked["way"], Way.choices(), prefix="q-"),
        Box("level", "职称等级", "choice", picked["level"], TitleLevel.choices(), prefix="q-"),
        pick("committee", "评委会", "Committee"),
        pick("office", "受理机构", "AcceptanceOffice", narrow="way=way level=level"),
    ]
