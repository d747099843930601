"""The tree of institutions of an audit path (附件3 1.4–1.8): at the left the tree, at the right the place and its
verbs.

The whole tree of a committee or office, or the shared one, is read in one statement of plain values; the page draws
the open way, a script fetches further children. So 3,000 places cost as many statements as three.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import abort, flash, g, jsonify, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from models.base import db
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.register.organisation import NodeKind, Organisation
from views.screens.base import FlowScreen, Link, Node, Panel, badge
from views.screens.lookup import is_key
from workflow.base.flow import Step
from workflow.base.unit_of_work import asking
from workflow.paths import path_affected
from workflow.paths.places import due

MOST_BELOW = 100
#: Children of one place that are drawn at once.
MOST = 500
Line = tuple[int, int | None, str, str]  #: id, parent, name, state


class PathTree(FlowScreen):
    """What the five settings of the path screen and the committee's own share."""

    kind = ""
    model = PathNode

    # -- the tree --------------------------------------------------------------------------------------

    @expose("/tree")
    @has_access
    @permission_name("list")
    def tree(self) -> Any:
        """The tree opened at `?node=`, or that of `?of=` (c12 a committee, o3 an office; empty: the one all share)."""
        word = request.args.get("node", "")
        record = self.find(int(word)) if is_key(word) else None
        of = (
            _word_of(record.committee_id, record.office_id)
            if record is not None
            else request.args.get("of", self.first_tree())
        )
        lines = self._lines(of)
        nodes, trail = _opened(lines, record.id if record is not None else None)
        tabs = self._tabs(of)
        given: dict[str, Any] = {}
        if record is not None:
            given = {
                "facts": self.facts_of(record),
                "state": self.badge_of(record),
                "panels": self.panels(record),
                "actions": self.actions_of(record) if self.may("act") else [],
                "moments": self.trail(record),
            }
        add = (
            self.address("add", **({"parent": record.id} if record is not None else {"of": of} if of else {}))
            if self._may_add(record)
            else ""
        )
        return self.render_template(
            "paths/tree.html",
            screen=self,
            title=self.title,
            record=record,
            nodes=nodes,
            trail=trail,
            tabs=tabs,
            of=of,
            base=self.address("tree"),
            listed=self.address("list"),
            buttons=[*self.overall(), *super().buttons()],
            add=add,
            count=len(lines),
            **given,
        )

    @expose("/children/<key>")
    @has_access
    @permission_name("list")
    def children_of(self, key: str) -> Any:
        """JSON for the script: the places below one."""
        node = self.find(int(key)) if is_key(key) else abort(404)
        below, _roots = _arranged(self._lines(_word_of(node.committee_id, node.office_id)))
        return jsonify(
            [
                {"key": n.key, "label": n.label, "note": n.note, "leaf": n.leaf}
                for n in (_node(line, below) for line in below[node.id][:MOST])
            ]
        )

    def _lines(self, of: str) -> list[Line]:
        """The places of one tree, in one statement."""
        committee, office = _tree_of(of)
        query = self.query().with_only_columns(PathNode.id, PathNode.parent_id, Organisation.name, PathNode.state)
        query = query.join(Organisation, Organisation.id == PathNode.organisation_id).where(
            PathNode.state != NodeState.CANCELLED
        )
        query = query.where(
            PathNode.committee_id.is_(None) if committee is None else PathNode.committee_id == committee
        )
        query = query.where(PathNode.office_id.is_(None) if office is None else PathNode.office_id == office)
        return list(db.session.execute(query.order_by(PathNode.id)).tuples())

    def _tabs(self, of: str) -> list[tuple[str, str, bool]]:
        """(word, name, here) of every tree of the path that has places; the shared one first."""
        living = (
            self.query()
            .with_only_columns(PathNode.committee_id, PathNode.office_id)
            .where(PathNode.state != NodeState.CANCELLED)
        )
        pairs = set(db.session.execute(living.distinct()).tuples()) | {_tree_of(of), _tree_of(self.first_tree())}
        committees = _names(Committee, {c for c, _o in pairs if c})
        offices = {
            o.id: str(o)
            for o in db.session.scalars(
                select(AcceptanceOffice).where(AcceptanceOffice.id.in_({o for _c, o in pairs if o}))
            )
        }
        own = [
            (_word_of(c, o), committees.get(c or 0) or offices.get(o or 0) or "已不存在", False)
            for c, o in pairs
            if c or o
        ]
        tabs = [("", "各评委会、受理机构共用", False), *sorted(own, key=lambda tab: tab[1])]
        return [(word, name, word == of) for word, name, _here in tabs]

    def first_tree(self) -> str:
        """Hook: the tree one begins with; by default the one all share."""
        return ""

    def _may_add(self, record: PathNode | None) -> bool:
        return self.may("add") and (record is None or record.state != NodeState.CANCELLED)

    def render_template(self, template: str, **given: Any) -> str:
        """Every page of the tree says which drafts count already: what it shows is not yet what is audited by."""
        return str(super().render_template(template, **{"standing": self._due()} | given))

    def _due(self) -> list[Markup]:
        """Drafts that count already and wait to be written down, or do not fit any more."""
        if not self.kind:
            return []
        found = due(db.session, self.kind, asking(g.user).today)
        if not self.appbuilder.sm.has_access("can_show", "PathDraftScreen"):
            line = Markup("自 {} 起按已排定的调整“{}”逐级审核，本页所示的路径尚未更新；送审以调整后的路径为准。")
            return [line.format(d.takes_effect_on, d.name) for d in found]
        line = Markup(
            "推演草稿“<a href='{}'>{}</a>”自 {} 起生效，尚未写入本页所示的路径；请打开草稿点“生效”，"
            "或查看哪些变更不再适用。"
        )
        return [line.format(url_for("PathDraftScreen.show", pk=d.id), d.name, d.takes_effect_on) for d in found]

    def overall(self) -> list[Link]:
        """What looks at the path as a whole, as far as one may."""
        links = []
        for endpoint, label in (
            ("PathPreviewView.show", "路径预览"),
            ("PathCheckView.show", "体检"),
            ("PathDraftScreen.list", "推演"),
            ("PathMigrateView.show", "路径迁移"),
        ):
            screen, _dot, method = endpoint.partition(".")
            if self.kind and self.appbuilder.sm.has_access(f"can_{method}", screen):
                links.append(Link(label, url_for(endpoint, kind=self.kind)))
        return links

    def buttons(self) -> list[Link]:
        """The tree, and what looks at the path as a whole."""
        return [Link("树形图", self.address("tree")), *self.overall(), *super().buttons()]

    def verb_panels(self, record: PathNode, step: Step) -> Sequence[Panel]:
        """What 调整上级 and 注销 would affect, before they are confirmed."""
        return [self._affected(record)] if step.verb in ("move", "cancel") else ()

    # -- the place -------------------------------------------------------------------------------------

    def prefill(self) -> dict[str, Any]:
        """From a place of the tree: below it, in its committee's or office's tree, for its level."""
        key = request.args.get("parent", "")
        if not key and (of := request.args.get("of", "")):
            committee, office = _tree_of(of)
            return {
                "committee": db.session.get(Committee, committee or 0),
                "office": db.session.get(AcceptanceOffice, office or 0),
            }
        chosen = request.args.get("organisation", "")
        if organisation := db.session.get(Organisation, int(chosen)) if is_key(chosen) else None:
            return {"organisation": organisation, "node_kind": organisation.kind}
        above = db.session.scalars(self.query().where(PathNode.id == int(key))).first() if is_key(key) else None
        if above is None:
            return {}
        return {"parent": above, "level": above.level, "committee": above.committee, "office": above.office}

    def after_add(self, record: PathNode) -> Any:
        """To the new place in the tree."""
        flash(f"已新增“{record.organisation.name}”，请其在“审核层级配置单位确认”中确认后生效。", "ok")
        return redirect(self.address("tree", node=record.id))

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """Back to the tree, at the place or, where it is gone, at the one above."""
        flash(f"“{name}”已办理：{step.label}。", "ok")
        node = self.find(record_id)
        return redirect(
            self.address("tree", node=node.id if node.state != NodeState.CANCELLED else node.parent_id or "")
        )

    def links(self, record: PathNode) -> Sequence[Link]:
        """The place in its tree."""
        return [Link("树形图", self.address("tree", node=record.id))] if record.state != NodeState.CANCELLED else ()

    def panels(self, record: PathNode) -> Sequence[Panel]:
        """路径预览 up to the top, what hangs below, and what a change would affect."""
        return [self._way_up(record), self._below(record), self._affected(record)]

    def _affected(self, record: PathNode) -> Panel:
        told = path_affected.affected(db.session, record, asking(g.user).today)
        cases = Markup("、").join(
            Markup('<a href="/open/declaration/{}">{}</a>').format(key, number) for key, number in told.cases
        )
        rows = [
            ("下级节点", f"{told.below} 个，调整上级时一并移动"),
            ("经此审核的单位", f"{told.units} 个"),
            ("在办申报", (f"{told.running} 件，沿原路径办结：" + cases) if told.cases else f"{told.running} 件"),
            ("本路径未提交的申报", f"{told.drafts} 件，提交时按新路径送审"),
        ]
        return Panel("调整或注销的影响", "先看清再办理；需提前排定的，用“推演”", ("涉及", "数量"), rows, id="affected")

    def _way_up(self, record: PathNode) -> Panel:
        rows, here = [], record
        while here is not None and len(rows) < 12:
            rows.append((str(len(rows) + 1), here.organisation.name, NodeKind(here.node_kind).label, _badge(here)))
            here = here.parent
        top = record.committee or record.office or PathKind(record.kind).label
        rows.append((str(len(rows) + 1), str(top), "最终审核", ""))
        return Panel("路径预览", "自本机构逐级向上", ("次序", "机构", "节点类型", "状态"), rows)

    def _below(self, record: PathNode) -> Panel:
        query = (
            select(PathNode)
            .where(PathNode.parent_id == record.id)
            .options(joinedload(PathNode.organisation))
            .order_by(PathNode.id)
            .limit(MOST_BELOW)
        )
        rows = [(n.organisation.name, NodeKind(n.node_kind).label, _badge(n)) for n in db.session.scalars(query)]
        return Panel("下级机构", head=("机构", "节点类型", "状态"), rows=rows, empty="没有下级机构。")


def _badge(node: PathNode) -> Any:
    return badge(NodeState(node.state).label, NodeState(node.state).tone)


def _word_of(committee_id: int | None, office_id: int | None) -> str:
    """How an address names a tree: c12, o3, or nothing."""
    return f"c{committee_id}" if committee_id else f"o{office_id}" if office_id else ""


def _tree_of(word: str) -> tuple[int | None, int | None]:
    key = int(word[1:]) if word[:1] in ("c", "o") and is_key(word[1:]) else None
    return (key if word[:1] == "c" else None, key if word[:1] == "o" else None)


def _names(model: Any, keys: set[int]) -> dict[int, str]:
    return (
        dict(db.session.execute(select(model.id, model.name).where(model.id.in_(keys))).tuples().all()) if keys else {}
    )


def _arranged(lines: Sequence[Line]) -> tuple[dict[int | None, list[Line]], list[Line]]:
    """Children of every place, and the roots: those without a parent in this tree."""
    keys = {line[0] for line in lines}
    below: dict[int | None, list[Line]] = defaultdict(list)
    for line in lines:
        below[line[1] if line[1] in keys else None].append(line)
    return below, below[None]


def _node(line: Line, below: dict[int | None, list[Line]]) -> Node:
    key, _parent, name, state = line
    many = len(below.get(key, ()))
    note = NodeState(state).label if state != NodeState.CONFIRMED else f"{many}" if many else ""
    return Node(str(key), name, note, leaf=not many)


def _opened(lines: Sequence[Line], here: int | None) -> tuple[list[Node], list[tuple[int, str]]]:
    """The roots, open down to `here` and its children; and the way to it as (id, name)."""
    below, roots = _arranged(lines)
    by_key = {line[0]: line for line in lines}
    way: list[Line] = []
    key = here
    while key is not None and key in by_key and by_key[key] not in way:
        way.insert(0, by_key[key])
        key = by_key[key][1]
    level = drawn = [_node(line, below) for line in roots[:MOST]]
    for line in way:
        node = next((n for n in level if n.key == str(line[0])), None)
        if node is None:
            break
        node.open, node.here = True, line[0] == here
        level = node.children = [_node(child, below) for child in below.get(line[0], ())[:MOST]]
    return drawn, [(line[0], line[2]) for line in way]
