"""The 专业树 and the 职称树 (附件3 1.1, 1.2): nodes are added below a parent, changed, moved, taken away.

Roots (栏目大类: the 27 series) are fixed. A node that others build on, or that a declaration, an expert, a
committee, a plan or a quota names, is never deleted but put out of use from a year on (停用年度); its code and
level stay what they were. What was declared in a year keeps the nodes of that year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.base import label_of
from models.committees.catalogue import Series, Specialty, Title, TitleLevel
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.catalogue_use import Use, above, below, told, uses, years

KEEP = verb("catalogue.keep", "维护职称专业和职称树", "职称专业和职称树", roles.HRSS_CONFIG)

_CODE = re.compile(r"[0-9A-Za-z]{1,20}")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
Node = Specialty | Title


def _keeper(uow: UnitOfWork) -> None:
    uow.lead(KEEP, "只有省厅配置岗可以维护职称专业和职称树（附件3 1.1、1.2）。")


def _refuse(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=dict(wrong))


def _years(session: Session, node: Node) -> dict[str, str]:
    """Years out of order, or that would shut out what is declared already."""
    first, retired = node.effective_from, node.retired_from
    wrong = {}
    if not _FIRST_YEAR <= first <= _LAST_YEAR:
        wrong["effective_from"] = f"启用年度应在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间，现为 {first}。"
    if retired is not None and not first < retired <= _LAST_YEAR:
        wrong["retired_from"] = f"停用年度应晚于启用年度（{first}），不晚于 {_LAST_YEAR}，现为 {retired}。"
    if wrong or not node.id:
        return wrong
    keys = below(session, node) if isinstance(node, Specialty) else [node.id]
    declared = years(session, type(node), keys)
    if declared and first > declared[0]:
        wrong["effective_from"] = (
            f"{declared[0]} 年度已有申报使用，启用年度不能晚于 {declared[0]}；以前年度的申报保留当年的栏目。"
        )
    if declared and retired is not None and retired <= declared[1]:
        wrong["retired_from"] = (
            f"{declared[1]} 年度已有申报使用，最早可自 {declared[1] + 1} 年度起停用；以前年度的申报保留当年的栏目。"
        )
    return wrong


def _changes(node: Node, before: Mapping[str, Any]) -> str:
    """What was changed, in the words of the form: `专业学科名称：桥梁 → 桥梁工程`."""
    after = {name: getattr(node, name) for name in before}
    return "；".join(
        f"{label_of(type(node), name)}：{_word(name, before[name])} → {_word(name, after[name])}"
        for name in before
        if before[name] != after[name]
    )


def _word(name: str, value: Any) -> str:
    if name == "level" and value in set(TitleLevel):
        return str(TitleLevel(value).label)
    return "是" if value is True else "否" if value is False else "（空）" if value in (None, "") else str(value)


# -- Specialties ----------------------------------------------------------------------------------


def add_specialty(
    uow: UnitOfWork,
    *,
    parent: Specialty | None,
    code: str,
    name: str,
    effective_from: int = _FIRST_YEAR,
    retired_from: int | None = None,
) -> Specialty:
    """Add a specialty below `parent`, in its series (附件3 1.1 新增).

    Refused: a new root (不支持新增栏目大类), a code that is not letters and digits or already there, a name that
    the parent already has below it.
    """
    _keeper(uow)
    if parent is None:
        raise Refused("不支持新增栏目大类（附件3 1.1）；请先选择要新增的上级节点。", field="parent")
    specialty = Specialty(
        parent_id=parent.id,
        series_id=parent.series_id,
        code=code.strip().upper(),
        name=name.strip(),
        effective_from=effective_from,
        retired_from=retired_from,
    )
    _refuse(_wrong_specialty(uow.session, specialty))
    uow.session.add(specialty)
    uow.session.flush()
    uow.record(
        "add_specialty",
        specialty,
        label="新增专业",
        code=specialty.code,
        name=specialty.name,
        parent=parent.name,
        opinion=f"上级：{parent.name}",
    )
    return specialty


def edit_specialty(
    uow: UnitOfWork, specialty: Specialty, *, code: str, name: str, effective_from: int, retired_from: int | None = None
) -> None:
    """Change code, name and years of a specialty (附件3 1.1 修改); what lies below goes out of use with it.

    Refused: a root, a new code for one in use, years that shut out what is declared or lie outside those of the parent.
    """
    _keeper(uow)
    _not_a_root(specialty, "修改")
    code = code.strip().upper()
    if code != specialty.code and (found := uses(uow.session, Specialty, [specialty.id])):
        raise Refused(
            f"该专业已被{told(found)}使用，专业代码不能更改（附件3 1.1）；请只修改名称，或设停用年度后另行新增。",
            field="code",
        )
    before = {n: getattr(specialty, n) for n in ("code", "name", "effective_from", "retired_from")}
    with uow.session.no_autoflush:
        specialty.code, specialty.name = code, name.strip()
        specialty.effective_from, specialty.retired_from = effective_from, retired_from
        _refuse(_wrong_specialty(uow.session, specialty))
    uow.session.flush()
    uow.record(
        "edit_specialty",
        specialty,
        label="修改专业",
        was=before,
        code=code,
        name=specialty.name,
        opinion=_changes(specialty, before),
    )
    if retired_from is not None:
        _retire_below(uow, specialty, retired_from)


def retire_specialty(uow: UnitOfWork, specialty: Specialty, *, year: int) -> None:
    """停用 from a year on, with everything below (附件3 1.1): earlier declarations keep it. Refused as for editing."""
    edit_specialty(
        uow,
        specialty,
        code=specialty.code,
        name=specialty.name,
        effective_from=specialty.effective_from,
        retired_from=year,
    )


def _retire_below(uow: UnitOfWork, specialty: Specialty, year: int) -> None:
    """A branch that is out of use offers nothing: what lies below goes out of use no later."""
    keys = below(uow.session, specialty)
    for node in uow.session.scalars(
        select(Specialty).where(Specialty.id.in_(keys), Specialty.id != specialty.id).order_by(Specialty.code)
    ):
        if node.retired_from is None or node.retired_from > year:
            node.retired_from = year
            uow.record(
                "retire_specialty",
                node,
                label="停用专业",
                year=year,
                opinion=f"随上级“{specialty.name}”停用，自 {year} 年度起",
            )
    uow.session.flush()


def _not_a_root(specialty: Specialty, what: str) -> None:
    if specialty.parent_id is None:
        raise Refused(f"栏目大类为固定节点，不能{what}（附件3 1.1）；请选择其下的专业。")


def move_specialty(uow: UnitOfWork, specialty: Specialty, *, parent: Specialty) -> None:
    """调整上级: hang a specialty, with everything below it, under another node of its series (附件3 1.1).

    Its code stays. Refused: a root, another series, itself, a node below it, the parent it has, a sibling of that name.
    """
    may_move_specialty(uow, specialty, parent)
    old = uow.session.get_one(Specialty, specialty.parent_id)
    specialty.parent_id = parent.id
    uow.session.flush()
    uow.session.expire(specialty, ["parent"])
    uow.record(
        "move_specialty",
        specialty,
        label="调整上级",
        was=old.code,
        parent=parent.code,
        opinion=f"上级：{old.name} → {parent.name}",
    )


def may_move_specialty(uow: UnitOfWork, specialty: Specialty, parent: Specialty) -> None:
    """Refuse a move that would break the tree; asked before what it changes is shown, and again when it is done."""
    _keeper(uow)
    _not_a_root(specialty, "调整上级")
    if parent.id == specialty.id or specialty.id in above(uow.session, parent):
        raise Refused(
            f"“{parent.name}”就是该专业或在其下级中，不能作为它的上级（附件3 1.1）；请选择其他上级。", field="parent"
        )
    if parent.series_id != specialty.series_id:
        raise Refused(
            f"“{parent.name}”属于{parent.series.name}系列，不能跨系列调整（附件3 1.1 栏目大类固定；"
            f"令40号 第六条）；请在{specialty.series.name}系列内选择上级。",
            field="parent",
        )
    if parent.id == specialty.parent_id:
        raise Refused(f"“{specialty.name}”的上级已是“{parent.name}”，无须调整；请选择其他上级。", field="parent")
    same = select(Specialty.id).where(Specialty.parent_id == parent.id, Specialty.name == specialty.name)
    if uow.session.scalar(same):
        raise Refused(f"“{parent.name}”下已有“{specialty.name}”，不能重复；请先修改其中一个的名称。", field="parent")
    if wrong := _within(specialty, parent):
        raise Refused("".join(wrong.values()) + "请先修改年度。", field="parent")


def _within(specialty: Specialty, parent: Specialty) -> dict[str, str]:
    """The years of a node lie within those of its parent."""
    wrong = {}
    if specialty.effective_from < parent.effective_from:
        wrong["effective_from"] = (
            f"上级“{parent.name}”自 {parent.effective_from} 年度启用，下级不能更早（现为 {specialty.effective_from}）。"
        )
    if parent.retired_from is not None and (
        specialty.retired_from is None or specialty.retired_from > parent.retired_from
    ):
        wrong["retired_from"] = f"上级“{parent.name}”自 {parent.retired_from} 年度起停用，下级须不晚于该年度停用。"
    return wrong


def _wrong_specialty(session: Session, specialty: Specialty) -> dict[str, str]:
    parent = session.get_one(Specialty, specialty.parent_id)
    wrong = _within(specialty, parent) | _years(session, specialty)
    earliest = (
        session.scalar(select(func.min(Specialty.effective_from)).where(Specialty.parent_id == specialty.id))
        if specialty.id
        else None
    )
    if earliest is not None and specialty.effective_from > earliest:
        wrong.setdefault("effective_from", f"下级专业自 {earliest} 年度启用，上级不能更晚；请先修改下级专业。")
    if specialty.id and specialty.retired_from is not None:
        later = select(Specialty.name).where(
            Specialty.id.in_(below(session, specialty)),
            Specialty.id != specialty.id,
            Specialty.effective_from >= specialty.retired_from,
        )
        if name := session.scalar(later.limit(1)):
            wrong.setdefault("retired_from", f"下级专业“{name}”在该年度以后才启用；请先修改或删除该下级专业。")
    others = select(Specialty).where(Specialty.id != specialty.id) if specialty.id else select(Specialty)
    if not _CODE.fullmatch(specialty.code):
        wrong["code"] = "专业代码应为 1 至 20 位数字或字母，请更正。"
    elif other := session.scalar(others.where(Specialty.code == specialty.code)):
        wrong["code"] = f"专业代码 {specialty.code} 已属于“{other.name}”，不能重复；请换一个代码。"
    if not specialty.name or len(specialty.name) > 80:
        wrong["name"] = "专业学科名称应为 1 至 80 字。"
    elif session.scalar(others.where(Specialty.parent_id == specialty.parent_id, Specialty.name == specialty.name)):
        wrong["name"] = f"同一上级下已有“{specialty.name}”，不能重复；请修改原有的专业。"
    return wrong


def remove_specialty(uow: UnitOfWork, specialty: Specialty) -> None:
    """删除栏目 of a specialty nobody names; refused for a root and for one in use, which is put out of use instead."""
    _keeper(uow)
    _not_a_root(specialty, "删除")
    if reason := in_use(uow.session, specialty):
        raise NotNow(reason)
    uow.record(
        "remove_specialty", f"specialty:{specialty.id}", label="删除专业", code=specialty.code, name=specialty.name
    )
    uow.session.delete(specialty)
    uow.session.flush()


def in_use(session: Session, node: Node, found: Sequence[Use] | None = None) -> str:
    """Why the node cannot be deleted, with the numbers of those who name it; empty when nobody does."""
    found = uses(session, type(node), [node.id]) if found is None else found
    clause = "附件3 1.1" if isinstance(node, Specialty) else "附件3 1.2"
    return (
        f"“{node.name}”已被{told(found)}使用，不能删除（{clause}）；不再使用的请设停用年度，以前年度的申报保留该栏目。"
        if found
        else ""
    )


# -- Titles ---------------------------------------------------------------------------------------


def add_title(
    uow: UnitOfWork,
    *,
    series: Series | None,
    level: str,
    name: str,
    branch: str = "",
    code: str = "",
    exam_only: bool = False,
    effective_from: int = _FIRST_YEAR,
    retired_from: int | None = None,
) -> Title:
    """Add a title of a series at a level (附件3 1.2 新增: 选择职称级别，录入职称名称).

    Refused: a new root (the 27 series are fixed), an unknown level, the same title in branch and level twice.
    """
    _keeper(uow)
    if series is None:
        raise Refused("不支持新增栏目大类（附件3 1.2）；请先选择职称系列。", field="series")
    title = Title(
        series_id=series.id,
        branch=branch.strip(),
        level=level,
        name=name.strip(),
        code=code.strip(),
        exam_only=exam_only,
        effective_from=effective_from,
        retired_from=retired_from,
    )
    _refuse(_wrong_title(uow.session, title))
    uow.session.add(title)
    uow.session.flush()
    uow.record(
        "add_title",
        title,
        label="新增职称",
        series=series.name,
        level=level,
        name=title.name,
        opinion=f"{series.name} {_word('level', level)}",
    )
    return title


def edit_title(uow: UnitOfWork, title: Title, **given: Any) -> None:
    """Change a title (附件3 1.2 修改); the level and the name of one in use stay: certificates carry them.

    Taken: level, name, branch, code, exam_only, effective_from, retired_from.
    """
    _keeper(uow)
    given = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
    decided = {key for key in ("level", "name", "branch") if key in given and given[key] != getattr(title, key)}
    if decided and (found := uses(uow.session, Title, [title.id])):
        sentence = (
            f"该职称已被{told(found)}使用，级别和名称不能更改（附件3 1.2）；请设停用年度后另行新增，"
            "分支请用“调整上级”。"
        )
        raise Refused(sentence, fields=dict.fromkeys(sorted(decided), sentence))
    before = {key: getattr(title, key) for key in given}
    with uow.session.no_autoflush:
        for key, value in given.items():
            setattr(title, key, value)
        _refuse(_wrong_title(uow.session, title))
    uow.session.flush()
    changed = {key: [before[key], value] for key, value in given.items() if before[key] != value}
    uow.record("edit_title", title, label="修改职称", changes=changed, opinion=_changes(title, before))


def retire_title(uow: UnitOfWork, title: Title, *, year: int) -> None:
    """停用 from a year on (附件3 1.2): earlier declarations and their certificates keep the title."""
    edit_title(uow, title, retired_from=year)


def move_title(uow: UnitOfWork, title: Title, *, series: Series, branch: str) -> None:
    """调整上级: put a title under another branch of its series; refused into another series and where it is already."""
    may_move_title(uow, title, series, branch)
    before = title.branch
    title.branch = branch.strip()
    uow.session.flush()
    uow.record(
        "move_title",
        title,
        label="调整上级",
        was=before,
        branch=title.branch,
        opinion=f"分支：{before or '不分分支'} → {title.branch or '不分分支'}",
    )


def may_move_title(uow: UnitOfWork, title: Title, series: Series, branch: str) -> None:
    """Refuse a move that would break the tree; asked before what it changes is shown, and again when it is done."""
    _keeper(uow)
    branch = branch.strip()
    if series.id != title.series_id:
        raise Refused(
            f"“{title.name}”属于{title.series.name}系列，"
            f"不能调整到{series.name}系列（附件3 1.2 栏目大类固定；令40号 第六条）；请在本系列内选择。",
            field="parent",
        )
    if len(branch) > 40:
        raise Refused("分支名称应不超过 40 字。", field="parent")
    if branch == title.branch:
        raise Refused(f"“{title.name}”已在该上级之下，无须调整；请选择其他上级。", field="parent")
    same = select(Title.id).where(
        Title.series_id == series.id, Title.branch == branch, Title.level == title.level, Title.name == title.name
    )
    if uow.session.scalar(same):
        raise Refused(f"该上级下同一级别已有“{title.name}”，不能重复；请停用其中一个。", field="parent")


def _wrong_title(session: Session, title: Title) -> dict[str, str]:
    wrong = _years(session, title)
    if title.level not in set(TitleLevel):
        wrong["level"] = "请选择职称级别。"
    if not title.name or len(title.name) > 40:
        wrong["name"] = "职称名称应为 1 至 40 字。"
    if title.code and not re.fullmatch(r"[0-9]{3,6}", title.code):
        wrong["code"] = "GB/T 8561 代码应为 3 至 6 位数字；没有的请留空。"
    same = select(Title.id).where(
        Title.series_id == title.series_id,
        Title.branch == title.branch,
        Title.level == title.level,
        Title.name == title.name,
    )
    if session.scalar(same.where(Title.id != title.id) if title.id else same):
        wrong.setdefault("name", f"该系列同一级别已有“{title.name}”，不能重复；请修改原有的职称。")
    return wrong


def remove_title(uow: UnitOfWork, title: Title) -> None:
    """删除栏目 of a title nobody declared; refused for one in use, which is put out of use instead."""
    _keeper(uow)
    if reason := in_use(uow.session, title):
        raise NotNow(reason)
    uow.record("remove_title", f"title:{title.id}", label="删除职称", level=title.level, name=title.name)
    uow.session.delete(title)
    uow.session.flush()
