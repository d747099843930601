"""推演 (附件3 1.4–1.8): changes to one tree, built without effect, replayed, and in force from a day on.

Nothing flips on the day: whoever reads a path reads a due draft with it (`places.in_force`). `settle` writes due
drafts into the rows the next time somebody keeps the path, 生效 does it at once; both are bookkeeping. A draft counts
as a whole or not at all: when somebody has changed the tree meanwhile, it waits, and says which change no longer fits.
"""

from __future__ import annotations

from datetime import date

from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, NodeState, PathKind, PathNode
from models.paths.path_draft import ChangeVerb, PathChange, PathDraft
from models.paths.path_draft import PathDraftState as S
from models.register.organisation import Organisation
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Linked, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths import path_version
from workflow.paths.places import Place, apply, due, in_force, names_of, overlaid, stored

BEGIN = verb("path_draft.begin", "新建推演草稿", "审核路径推演", roles.HRSS_CONFIG)

CONFIRMERS = (*roles.RECOMMENDERS, roles.HRSS_AUDIT)
KEEPERS = (roles.HRSS_CONFIG, roles.COMMITTEE_OFFICE)
MOST = 200  #: changes in one draft


def has_changes(uow: UnitOfWork, draft: PathDraft) -> str | None:
    """An empty draft changes nothing."""
    return None if draft.changes else "草稿还没有任何变更，不能排定（附件3 1.4–1.8）；请先新增、调整或注销下级机构。"


def fits(uow: UnitOfWork, draft: PathDraft) -> str | None:
    """Only if every change still fits the path as it counts; names and links those that do not."""
    base = stored(uow.session, draft.kind)
    for earlier in due(uow.session, draft.kind, uow.today):
        if earlier.id != draft.id:
            after, wrong = overlaid(uow.session, base, earlier)
            base = base if wrong else after
    _after, misfits = overlaid(uow.session, base, draft)
    if not misfits:
        return None
    links = [(c.organisation.name, "path_node", c.node_id) for c in draft.changes if c.id in misfits and c.node_id]
    return Linked(f"审核路径已有变化，草稿中 {len(misfits)} 项变更不再适用：{''.join(misfits.values())}", links)


def its_day(uow: UnitOfWork, draft: PathDraft) -> str | None:
    """生效 before the day would not be what was announced."""
    if draft.takes_effect_on is not None and draft.takes_effect_on <= uow.today:
        return None
    return f"生效日为 {draft.takes_effect_on}，还没有到；到生效日自动按新路径执行，如需提前请撤回后重新排定。"


def before_its_day(uow: UnitOfWork, draft: PathDraft) -> str | None:
    """From its day on declarations may already travel by the draft, unless it never fitted."""
    if its_day(uow, draft) or fits(uow, draft):
        return None
    return f"该草稿自 {draft.takes_effect_on} 起已按新路径执行，不能撤回或作废；需要恢复的，请另建草稿调整回来。"


# fmt: off
PATH_DRAFT = Flow("审核路径推演", S, [
    #     verb          label       from                     to           by                 only if
    Step("change",      "修改草稿", {S.DRAFT},               None,        roles.HRSS_CONFIG, clause="附件3 1.4–1.8", inner=True),
    Step("schedule",    "排定生效", {S.DRAFT},               S.SCHEDULED, roles.HRSS_CONFIG, [has_changes, fits],
         [Ask("takes_effect_on", "生效日", "date", hint="自该日起提交的申报按新路径逐级送审；在办申报沿原路径办结")],
         clause="附件3 1.4–1.8", tone="primary", confirm="请先查看推演结果。排定后通知新增和调整的机构提前确认，确定排定吗？"),
    Step("recall",      "撤回",     {S.SCHEDULED},           S.DRAFT,     roles.HRSS_CONFIG, [before_its_day], clause="附件3 1.4–1.8"),
    Step("take_effect", "生效",     {S.SCHEDULED},           S.EFFECTIVE, roles.HRSS_CONFIG, [its_day, fits],
         clause="附件3 1.4–1.8", tone="primary", confirm="确定把草稿写入审核路径吗？"),
    Step("fall_due",    "到期生效", {S.SCHEDULED},           S.EFFECTIVE, (*KEEPERS, *CONFIRMERS), clause="附件3 1.4–1.8", inner=True),
    Step("confirm_ahead", "提前确认", {S.SCHEDULED},         None,        CONFIRMERS,        clause="附件2 1.6.2", inner=True),
    Step("void",        "作废",     {S.DRAFT, S.SCHEDULED},  S.VOID,      roles.HRSS_CONFIG, [before_its_day],
         [Ask("reason", "作废原因", "area", max_length=500)], clause="附件3 1.4–1.8", tone="bad"),
])
# fmt: on


def create(
    uow: UnitOfWork,
    *,
    name: str,
    kind: str,
    committee: Committee | None = None,
    office: AcceptanceOffice | None = None,
    note: str = "",
) -> PathDraft:
    """An empty draft for one tree; refused without a name, or for a committee or office of another path."""
    uow.lead(BEGIN, "审核路径的推演由省厅配置岗办理（附件3 1.4–1.8）。")
    wrong = {}
    if not name.strip():
        wrong["name"] = "请填写草稿名称。"
    if kind not in set(PathKind):
        wrong["kind"] = "请选择审核路径。"
    elif committee and committee.level != kind:
        wrong["committee"] = f"“{committee.name}”不属于{PathKind(kind).label}审核路径（附件3 1.6–1.8），请重新选择。"
    elif office and office.way != kind:
        wrong["office"] = f"“{office}”不属于{PathKind(kind).label}审核路径（附件3 1.4、1.5），请重新选择。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    draft = PathDraft(
        name=name.strip(),
        kind=kind,
        committee_id=committee.id if committee else None,
        office_id=office.id if office else None,
        note=note,
        state=S.DRAFT,
        reason="",
    )
    uow.session.add(draft)
    uow.session.flush()
    uow.record("create_draft", draft, label="新建草稿", name=draft.name)
    return draft


# -- building ---------------------------------------------------------------------------------------


def add(
    uow: UnitOfWork,
    draft: PathDraft,
    *,
    organisation: Organisation,
    parent: int | None = None,
    level: str | None = None,
    fast_return: bool = False,
    inner_deadline: date | None = None,
) -> PathChange:
    """新增下级机构 in the draft, below the place `parent` (its key; negative: one the draft adds) or at the top."""
    if not organisation.active:
        raise Refused(f"“{organisation.name}”已停用，不能列入审核路径；请重新选择机构。", field="organisation")
    change = PathChange(
        verb=ChangeVerb.ADD,
        organisation_id=organisation.id,
        level=level or None,
        fast_return=bool(fast_return),
        inner_deadline=inner_deadline,
    )
    return _put(uow, draft, change, organisation, parent)


def move(uow: UnitOfWork, draft: PathDraft, *, node: PathNode, parent: int | None = None) -> PathChange:
    """调整上级 in the draft; what hangs below the node moves with it."""
    return _put(
        uow,
        draft,
        PathChange(verb=ChangeVerb.MOVE, node_id=node.id, level=node.level, organisation_id=node.organisation_id),
        node.organisation,
        parent,
    )


def edit(
    uow: UnitOfWork, draft: PathDraft, *, node: PathNode, fast_return: bool = False, inner_deadline: date | None = None
) -> PathChange:
    """编辑 in the draft: how returns travel, and the inner deadline."""
    change = PathChange(
        verb=ChangeVerb.EDIT,
        node_id=node.id,
        level=node.level,
        organisation_id=node.organisation_id,
        fast_return=bool(fast_return),
        inner_deadline=inner_deadline,
    )
    return _put(uow, draft, change, node.organisation, None)


def cancel(uow: UnitOfWork, draft: PathDraft, *, node: PathNode, reason: str = "") -> PathChange:
    """注销 in the draft. Cases in hand do not hinder it: they go along the route on which they started."""
    change = PathChange(
        verb=ChangeVerb.CANCEL,
        node_id=node.id,
        level=node.level,
        organisation_id=node.organisation_id,
        reason=reason or "",
    )
    return _put(uow, draft, change, node.organisation, None)


def _put(
    uow: UnitOfWork, draft: PathDraft, change: PathChange, organisation: Organisation, parent: int | None
) -> PathChange:
    """Append the change if it fits what the draft has made of the path so far."""
    if len(draft.changes) >= MOST:
        raise Refused(f"一份草稿最多 {MOST} 项变更；请分成几份草稿。")
    change.parent_node_id, change.parent_change_id = (
        (parent, None) if parent and parent > 0 else (None, -parent if parent else None)
    )
    if change.parent_change_id is not None and change.parent_change_id not in {c.id for c in draft.changes}:
        raise Refused("所选上级不在本草稿中；请重新选择上级。", field="parent")
    PATH_DRAFT.advance(uow, draft, "change", items=[f"{ChangeVerb(change.verb).label}：{organisation.name}"])
    change.organisation = organisation
    draft.changes.append(change)
    uow.session.flush()
    _after, misfits = overlaid(uow.session, in_force(uow.session, draft.kind, uow.today), draft)
    if sentence := misfits.get(change.id):
        raise Refused(
            sentence,
            field="organisation" if change.verb == ChangeVerb.ADD and "已在" in sentence else "parent",
            links=getattr(sentence, "links", ()),
        )
    return change


def drop(uow: UnitOfWork, draft: PathDraft, change: PathChange) -> None:
    """Take a change out of the draft; not while another of its changes builds on it."""
    if change.draft_id != draft.id:
        raise Refused("该变更不属于本草稿；请刷新后重新操作。")
    if any(c.parent_change_id == change.id for c in draft.changes):
        raise Refused(f"草稿中还有机构放在“{change.organisation.name}”之下，不能去掉这一项；请先去掉那些变更。")
    PATH_DRAFT.advance(uow, draft, "change", items=[f"去掉{ChangeVerb(change.verb).label}：{change.organisation.name}"])
    draft.changes.remove(change)


# -- its day ----------------------------------------------------------------------------------------


@PATH_DRAFT.performs("schedule")
def schedule(uow: UnitOfWork, draft: PathDraft, *, takes_effect_on: date) -> None:
    """排定生效: from that day on the path counts with the changes; who gets a new place is asked to confirm ahead."""
    if takes_effect_on < uow.today:
        raise Refused(
            f"生效日 {takes_effect_on} 已过，今天是 {uow.today}；请选择今天或以后的日期。", field="takes_effect_on"
        )
    PATH_DRAFT.advance(uow, draft, "schedule", takes_effect_on=takes_effect_on)
    draft.takes_effect_on = takes_effect_on
    for change in draft.changes:
        if change.verb in (ChangeVerb.ADD, ChangeVerb.MOVE):
            tell(
                uow,
                change.organisation,
                "请确认审核层级",
                f"{PathKind(draft.kind).label}审核路径自 {takes_effect_on} 起调整，"
                f"涉及本机构（{ChangeVerb(change.verb).label}）；"
                "请在“审核层级配置单位确认”中提前确认（附件2 1.6.2），否则该日起申报不能经过本机构。",
            )


@PATH_DRAFT.performs("recall")
def recall(uow: UnitOfWork, draft: PathDraft) -> None:
    """撤回 before its day; what was confirmed ahead is asked again."""
    PATH_DRAFT.advance(uow, draft, "recall")
    draft.takes_effect_on = None
    for change in draft.changes:
        change.confirmed_at = None


@PATH_DRAFT.performs("void")
def void(uow: UnitOfWork, draft: PathDraft, *, reason: str) -> None:
    """作废 with a reason."""
    PATH_DRAFT.advance(uow, draft, "void", opinion=reason)
    draft.reason = reason


def confirm_ahead(uow: UnitOfWork, change: PathChange) -> None:
    """An organisation confirms the place a scheduled draft will give it; refused for anybody else's."""
    if uow.actor.organisation_id != change.organisation_id:
        raise NotYou(f"只能由“{change.organisation.name}”自己的经办人确认（附件2 1.6.2 审核层级配置单位确认）。")
    if change.verb not in (ChangeVerb.ADD, ChangeVerb.MOVE) or change.confirmed_at is not None:
        raise Refused("这一项不需要确认，或已经确认；请刷新后查看。")
    PATH_DRAFT.advance(uow, change.draft, "confirm_ahead", items=[change.organisation.name])
    change.confirmed_at = uow.now.replace(microsecond=0)


@PATH_DRAFT.performs("take_effect")
def take_effect(uow: UnitOfWork, draft: PathDraft) -> int:
    """生效: write the draft into the path now that its day has come; answers the new version."""
    PATH_DRAFT.advance(uow, draft, "take_effect")
    return _write_down(uow, draft)


def settle(uow: UnitOfWork, kind: str) -> None:
    """Write down every due draft that fits, before anything else about the path is written."""
    for draft in due(uow.session, kind, uow.today):
        _after, misfits = overlaid(uow.session, stored(uow.session, kind), draft)
        if not misfits:
            PATH_DRAFT.advance(uow, draft, "fall_due", takes_effect_on=draft.takes_effect_on)
            _write_down(uow, draft)


def _write_down(uow: UnitOfWork, draft: PathDraft) -> int:
    """The rows become what `apply` makes of them, change by change."""
    places = stored(uow.session, draft.kind)
    names = names_of(uow.session, {c.organisation_id for c in draft.changes})
    after, misfits = apply(places, draft, names)
    if misfits:
        raise Refused("".join(misfits.values()))
    made: dict[int, int] = {}
    for change in draft.changes:
        place = after[-change.id if change.node_id is None else change.node_id]
        node = _node_for(uow, change, place, made)
        uow.record(
            f"drafted_{change.verb}",
            node,
            label=f"推演生效：{ChangeVerb(change.verb).label}",
            after=node.state,
            draft=draft.name,
            opinion=change.reason or None,
        )
    return path_version.begin(uow, draft.kind, f"推演草稿“{draft.name}”生效", draft=draft)


def _node_for(uow: UnitOfWork, change: PathChange, place: Place, made: dict[int, int]) -> PathNode:
    """The node of a change, as the place says."""
    parent = made[place.parent] if place.parent is not None and place.parent < 0 else place.parent
    if change.node_id is None:
        node = PathNode(
            kind=place.kind,
            committee_id=place.tree[0],
            office_id=place.tree[1],
            level=place.level,
            organisation_id=place.organisation,
            node_kind=place.node_kind,
        )
        uow.session.add(node)
    else:
        node = uow.session.get_one(PathNode, change.node_id)
    node.parent_id, node.fast_return, node.inner_deadline, node.state = (
        parent,
        place.fast_return,
        place.deadline,
        place.state,
    )
    if change.verb in (ChangeVerb.ADD, ChangeVerb.MOVE) and (
        change.node_id is None or place.state == NodeState.PENDING or change.confirmed_at
    ):
        node.confirmed_at = change.confirmed_at
    if change.verb in (ChangeVerb.ADD, ChangeVerb.MOVE) and place.state == NodeState.PENDING:
        node.proposed_at = uow.now.replace(microsecond=0)
    if change.verb == ChangeVerb.CANCEL:
        node.reason = change.reason
    uow.session.flush()
    change.made_node_id = made[-change.id] = node.id
    return node
