"""推演 (附件3 1.4–1.8): a draft of changes is built in the tree, replayed, and put down for a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup

from models.base import db
from models.paths.path import NodeState, PathKind, PathNode
from models.paths.path_draft import ChangeVerb, PathChange, PathDraft, PathDraftState
from views.screens import posted, seen
from views.screens.base import FlowScreen, Link, Node, Panel, badge
from views.screens.boxes import errors_of
from views.screens.forms import RemoteSelectField
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.paths import path_draft
from workflow.paths.path_cases import levels_of
from workflow.paths.path_draft import PATH_DRAFT
from workflow.paths.path_replay import Case, Replay, replay
from workflow.paths.places import Places, apply, in_force, names_of

#: Children of one place that are drawn at once.
MOST = 500


def _levels(uow: UnitOfWork, draft: PathDraft) -> list[tuple[str, str]]:
    return [(level.value, level.label) for level in levels_of(draft.kind)]


def _added(uow: UnitOfWork, draft: PathDraft) -> list[tuple[str, str]]:
    return [(str(-c.id), c.organisation.name) for c in draft.changes if c.verb == ChangeVerb.ADD]


def _tree(uow: UnitOfWork, draft: PathDraft) -> dict[str, str]:
    return {"kind": draft.kind, "committee_id": str(draft.committee_id or 0), "office_id": str(draft.office_id or 0)}


_FAST = Ask("fast_return", "退回直达申报人", "check", required=False, hint="默认逐级退回（附件3 1.12.3）")
_DEADLINE = Ask("inner_deadline", "本级审核截止", "date", required=False)
#: The forms of a place in the draft, by the verb they add.
FORMS: dict[str, Step] = {
    ChangeVerb.ADD: posted.form(
        "add",
        "新增下级机构",
        [
            Ask("organisation", "下级机构", "organisation", hint="输入机构名称后回车查询，支持模糊查询"),
            Ask("level", "职称等级", "choice", required=False, choices=_levels, hint="不选则各等级共用"),
            _FAST,
            _DEADLINE,
        ],
    ),
    ChangeVerb.MOVE: posted.form(
        "move",
        "调整上级",
        [
            Ask("parent", "上级节点", "place", required=False, narrow=_tree, hint="不选则在顶端"),
            Ask("added", "或放在本草稿新增的机构之下", "choice", required=False, choices=_added),
        ],
    ),
    ChangeVerb.EDIT: posted.form("edit", "编辑", [_FAST, _DEADLINE]),
    ChangeVerb.CANCEL: posted.form(
        "cancel", "注销", [Ask("reason", "注销原因", "area", required=False, max_length=500)]
    ),
}


class PathDraftScreen(FlowScreen):
    """The drafts of all five paths: list, building page, replay, and the verbs of the lifecycle."""

    model, flow = PathDraft, PATH_DRAFT
    title, guide = "审核路径推演", "附件3 1.4–1.8"
    lead = "先在草稿中调整审核路径，推演对本年度单位和申报的影响，再排定生效日；生效前不影响任何申报。"
    columns = "name kind committee.name office takes_effect_on state"
    facts = "name kind committee.name office note takes_effect_on state reason"
    fields = "name kind committee office note"
    extra_fields: ClassVar[dict[str, Any]] = {
        "committee": RemoteSelectField(
            "评委会", lookup="Committee", description="只调整某一评委会自己的路径时选择；不选为各评委会共用的路径"
        ),
        "office": RemoteSelectField(
            "受理机构", lookup="AcceptanceOffice", description="只调整某一受理机构自己的路径时选择"
        ),
    }
    labels: ClassVar[dict[str, str]] = {"committee.name": "评委会", "office": "受理机构"}
    conditions = "kind state name takes_effect_on"
    can_add = True
    add_label = "新建草稿"
    empty = "还没有推演草稿。"

    def create(self, uow: UnitOfWork, **values: Any) -> PathDraft:
        """An empty draft."""
        return path_draft.create(uow, **values)

    def prefill(self) -> dict[str, Any]:
        """The path one comes from."""
        return {"kind": kind} if (kind := request.args.get("kind", "")) in set(PathKind) else {}

    def after_add(self, record: PathDraft) -> Any:
        """On to the tree."""
        flash(f"已新建草稿“{record.name}”，请在树形图中调整。", "ok")
        return redirect(self.address("build", pk=record.id))

    def links(self, record: PathDraft) -> Sequence[Link]:
        """To the tree in which it is built."""
        return [
            Link(
                "在树形图中调整" if record.state == PathDraftState.DRAFT else "树形图",
                self.address("build", pk=record.id),
                "pri",
            )
        ]

    def operations(self, record: PathDraft) -> list[Link]:
        """As every row, and the tree."""
        return [*super().operations(record), Link("树形图", f"{self.base_address()}build/{record.id}")]

    def panels(self, record: PathDraft) -> Sequence[Panel]:
        """The changes, and what they would do to this year's units and declarations."""
        found = (
            replay(db.session, record, asking(g.user).today)
            if record.state in (PathDraftState.DRAFT, PathDraftState.SCHEDULED)
            else None
        )
        panels = [self._changes(record, found)]
        if found is not None and record.changes:
            panels += [
                _units(found),
                _offices(found),
                _cases("送审路径会不同的申报", found.others, found.other),
                _cases("没有审核路径的申报", found.losts, found.lost),
            ]
        return panels

    def _changes(self, record: PathDraft, found: Replay | None) -> Panel:
        names = _parents(record)
        rows = []
        for change in record.changes:
            verb = ChangeVerb(change.verb)
            what = (
                "退回直达申报人：{yes}；本级审核截止：{day}".format(
                    yes="是" if change.fast_return else "否", day=change.inner_deadline or "—"
                )
                if verb == ChangeVerb.EDIT
                else change.reason
                if verb == ChangeVerb.CANCEL
                else f"上级：{names[change.id]}"
            )
            fits = (
                badge("不再适用", "bad") + " " + found.misfits[change.id]
                if found and change.id in found.misfits
                else badge("适用", "ok")
                if found
                else ""
            )
            agreed = (
                f"{change.confirmed_at:%Y-%m-%d} 已确认"
                if change.confirmed_at
                else "待单位确认"
                if verb in (ChangeVerb.ADD, ChangeVerb.MOVE)
                else "—"
            )
            rows.append((badge(verb.label, verb.tone), change.organisation.name, what, agreed, fits))
        return Panel(
            "变更", f"共 {len(rows)} 项", ("变更", "机构", "内容", "单位确认", "检查"), rows, empty="还没有变更。"
        )

    # -- building ----------------------------------------------------------------------------------------

    @expose("/build/<int:pk>")
    @has_access
    @permission_name("show")
    def build(self, pk: int) -> Any:
        """The tree as the draft makes it, opened at `?node=`; the forms of that place; the list of changes."""
        return self._build(self.find(pk))

    @expose("/change/<int:pk>/<verb>", methods=["POST"])
    @has_access
    @permission_name("act")
    def change_path(self, pk: int, verb: str) -> Any:
        """Add one change to the draft, for the place `?node=`."""
        draft = self.find(pk)
        step = FORMS.get(verb) or abort(404)
        key = _key(request.args.get("node", ""))

        def doing(uow: UnitOfWork, answers: dict[str, Any]) -> PathChange:
            return self._do(uow, pk, verb, key, answers)

        sent = posted.submit(step, draft, doing, of=lambda: self._seen(self.find(pk)))
        if not sent.done:
            return self._build(self.find(pk), verb, sent), sent.code
        flash(f"草稿已加入：{ChangeVerb(verb).label}。", "ok")
        return redirect(
            self.address(
                "build",
                pk=pk,
                node=-sent.answer.id if verb == ChangeVerb.ADD else key if verb != ChangeVerb.CANCEL else "",
            )
        )

    def _do(self, uow: UnitOfWork, pk: int, verb: str, key: int | None, answers: dict[str, Any]) -> PathChange:
        draft = self.find(pk)
        if verb == ChangeVerb.ADD:
            return path_draft.add(uow, draft, parent=key, **answers)
        node = uow.session.get(PathNode, key) if key is not None and key > 0 else None
        if node is None:
            raise Refused("请先在左侧选择一个已有的机构；本草稿新增的机构请在下方“变更”中去掉后重新新增。")
        if verb == ChangeVerb.MOVE:
            parent, added = answers["parent"], answers["added"]
            if parent is not None and added:
                raise Refused("只能选择一个上级；请去掉其中一个。", field="added")
            return path_draft.move(
                uow, draft, node=node, parent=int(added) if added else parent.id if parent is not None else None
            )
        return (
            path_draft.edit(uow, draft, node=node, **answers)
            if verb == ChangeVerb.EDIT
            else path_draft.cancel(uow, draft, node=node, **answers)
        )

    @expose("/drop/<int:pk>/<int:number>", methods=["POST"])
    @has_access
    @permission_name("act")
    def drop(self, pk: int, number: int) -> Any:
        """Take a change out again."""
        self.find(pk)
        version = seen.told()

        def take_out(uow: UnitOfWork) -> None:
            draft = self.find(pk)
            seen.must_be(version, *self._seen(draft))
            change = next((c for c in draft.changes if c.id == number), None) or abort(404)
            path_draft.drop(uow, draft, change)

        posted.attempt(g.user, take_out, context=posted.context())
        flash("已从草稿中去掉这一项。", "ok")
        return redirect(self.address("build", pk=pk))

    @staticmethod
    def _seen(draft: PathDraft) -> Sequence[Any]:
        """The draft with its changes, as the page of building shows them."""
        return draft, *sorted(draft.changes, key=lambda change: change.id)

    def _build(self, draft: PathDraft, verb: str = "", sent: posted.Posted | None = None) -> str:
        if not seen.drawn():
            seen.draw(seen.version_of(*self._seen(draft)))
        uow = asking(g.user)
        places = in_force(db.session, draft.kind, uow.today)
        mine = {k: p for k, p in places.items() if p.tree == (draft.committee_id, draft.office_id)}
        after, misfits = apply(mine, draft, names_of(db.session, {c.organisation_id for c in draft.changes}))
        names = names_of(db.session, {p.organisation for p in after.values()})
        key = _key(request.args.get("node", ""))
        key = key if key in after else None
        nodes, trail = _drawn(after, names, key, _marks(draft))
        open_now = PATH_DRAFT.refusal(uow, draft, "change") is None and self.may("act")
        forms = []
        for name, step in FORMS.items() if open_now else ():
            if name == ChangeVerb.ADD or (key is not None and key > 0 and after[key].living):
                boxes = sent.boxes(step, draft) if sent and name == verb else posted.Posted().boxes(step, draft)
                if name == ChangeVerb.EDIT and not (sent and name == verb) and key is not None:
                    boxes[0].value, boxes[1].value = after[key].fast_return, after[key].deadline or ""
                forms.append(
                    (name, step.label, boxes, sent.sentence if sent and name == verb else "", errors_of(boxes))
                )
        return self.render_template(
            "paths/draft.html",
            screen=self,
            title=draft.name,
            draft=draft,
            nodes=nodes,
            trail=trail,
            key=key,
            here=names.get(after[key].organisation, "") if key is not None else "",
            forms=forms,
            changes=[
                (c, ChangeVerb(c.verb), c.organisation.name, _parents(draft)[c.id], misfits.get(c.id, ""))
                for c in draft.changes
            ],
            open=open_now,
            state=self.badge_of(draft),
            base=self.address("list"),
            back=self.address("show", pk=draft.id),
            tree=self.address("build", pk=draft.id),
            path=PathKind(draft.kind).label,
        )


def _key(word: str) -> int | None:
    """A place of the draft: the id of a node, or minus the id of the change that adds it."""
    digits = word.removeprefix("-")
    return int(word) if digits.isascii() and digits.isdigit() and len(digits) < 10 and int(digits) else None


def _parents(draft: PathDraft) -> dict[int, str]:
    """The name of the parent of every change."""
    nodes = {c.parent_node_id for c in draft.changes if c.parent_node_id}
    found = (
        {n.id: n.organisation.name for n in db.session.query(PathNode).filter(PathNode.id.in_(nodes))} if nodes else {}
    )
    added = {c.id: c.organisation.name for c in draft.changes}
    return {
        c.id: found.get(c.parent_node_id or 0) or added.get(c.parent_change_id or 0) or "（顶端）"
        for c in draft.changes
    }


def _marks(draft: PathDraft) -> dict[int, str]:
    return {
        (-c.id if c.verb == ChangeVerb.ADD else c.node_id or 0): {
            "add": "新增",
            "move": "移动",
            "edit": "改",
            "cancel": "注销",
        }[c.verb]
        for c in draft.changes
    }


def _drawn(
    places: Places, names: dict[int, str], here: int | None, marks: dict[int, str]
) -> tuple[list[Node], list[tuple[int, str]]]:
    """The tree of the draft, open down to `here`, with a mark at what it changes; cancelled places last."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, place in sorted(places.items(), key=lambda item: (not item[1].living, abs(item[0]))):
        if place.living or key in marks:
            below[place.parent].append(key)
    way: list[int] = []
    up = here
    while up is not None and up not in way:
        way.insert(0, up)
        up = places[up].parent if up in places else None

    def node(key: int) -> Node:
        place = places[key]
        waits = "待确认" if place.state == NodeState.PENDING and key not in marks else ""
        made = Node(
            str(key),
            names.get(place.organisation, ""),
            marks.get(key) or waits,
            not below.get(key),
            key in way and bool(below.get(key)),
            key == here,
        )
        if key in way or len(places) <= 60:
            made.open, made.children = bool(below.get(key)), [node(child) for child in below.get(key, [])[:MOST]]
        return made

    return [node(key) for key in below[None][:MOST]], [(key, names.get(places[key].organisation, "")) for key in way]


def _units(found: Replay) -> Panel:
    rows = [(name, before, after, f"{after - before:+d}") for _key_, name, before, after in found.organisations[:100]]
    note = f"没有审核路径的单位：{found.without[0]} → {found.without[1]} 个"
    if found.unconfirmed:
        note += f"；{len(found.unconfirmed)} 个机构还须确认，未确认前到此中断"
    return Panel("各机构审核的单位数", note, ("机构", "现在", "生效后", "增减"), rows, empty="各机构审核的单位数不变。")


def _offices(found: Replay) -> Panel:
    """Of the declarations whose way changes: how many each office would lose and gain."""
    rows = [(name, lose, gain) for _key, name, lose, gain in found.offices]
    return Panel(
        "各机构审核的申报数", "送审路径会不同的申报", ("机构", "减少", "增加"), rows, empty="各机构审核的申报不变。"
    )


def _cases(title: str, many: int, cases: Sequence[Case]) -> Panel:
    link = Markup('<a href="/open/declaration/{}">{}</a>')
    rows = [
        (link.format(c.id, c.number) if c.running else c.number, "在办" if c.running else "草稿", c.note) for c in cases
    ]
    note = f"{many} 件" + (f"，列出前 {len(rows)} 件" if many > len(rows) else "")
    if many:
        note += "；在办的沿原路径办结，除非另行迁移"
    return Panel(title, note, ("申报编号", "状态", "变化"), rows, empty="没有。")
