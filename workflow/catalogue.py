"""The 专业树 and the 职称树 (附件3 1.1, 1.2): nodes are added below a parent, changed, taken away.

Roots (栏目大类: the 27 series) are fixed. A node that others build on, or that a declaration, an expert, a
committee, a plan or a quota names, is never deleted but given a 停用年度; its code and level stay what they were.
"""

from __future__ import annotations

import re
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.catalogue import Series, Specialty, Title, TitleLevel
from workflow import roles
from workflow.errors import NotYou, Refused
from workflow.unit_of_work import UnitOfWork

_CODE = re.compile(r"[0-9A-Za-z]{1,20}")
#: What people call the tables that name a specialty or a title.
_USERS = {
    "specialty": "下级专业",
    "declaration": "申报",
    "committee_specialty": "评委会评审专业",
    "expert": "评审专家",
    "plan_need": "专家需求",
    "quota": "职数",
}
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def _keeper(uow: UnitOfWork) -> None:
    if not uow.actor.plays(roles.HRSS_CONFIG):
        raise NotYou("只有省厅配置岗可以维护职称专业和职称树（附件3 1.1、1.2）。")


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)


def _years(effective_from: int, retired_from: int | None) -> dict[str, str]:
    wrong = {}
    if not _FIRST_YEAR <= effective_from <= _LAST_YEAR:
        wrong["effective_from"] = f"启用年度应在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间，现为 {effective_from}。"
    if retired_from is not None and not effective_from < retired_from <= _LAST_YEAR:
        wrong["retired_from"] = f"停用年度应晚于启用年度（{effective_from}），现为 {retired_from}。"
    return wrong


def users_of(session: Session, record: Any) -> dict[str, int]:
    """Who names the record: what people call the table → how many rows; empty when nobody does."""
    target = record.__table__
    found: dict[str, int] = {}
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table is target for key in column.foreign_keys):
                count = session.scalar(select(func.count()).select_from(table).where(column == record.id)) or 0
                if count:
                    name = _USERS.get(table.name, "其他记录")
                    found[name] = found.get(name, 0) + count
    return found


def _named(users: dict[str, int]) -> str:
    return "、".join(f"{count} 个{name}" for name, count in users.items())


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
        parent_id=parent.id, series_id=parent.series_id, code=code.strip().upper(), name=name.strip(),
        effective_from=effective_from, retired_from=retired_from,
    )  # fmt: skip
    _refuse(_wrong_specialty(uow.session, specialty))
    uow.session.add(specialty)
    uow.session.flush()
    uow.record("add_specialty", specialty, label="新增专业", code=specialty.code, name=specialty.name, parent=parent.name)
    return specialty


def edit_specialty(
    uow: UnitOfWork, specialty: Specialty, *, code: str, name: str, effective_from: int, retired_from: int | None = None
) -> None:
    """Change code, name and years of a specialty (附件3 1.1 修改); refused for a root, and a new code for one in use."""
    _keeper(uow)
    if specialty.parent_id is None:
        raise Refused("栏目大类为固定节点，不能修改（附件3 1.1）；请选择其下的专业。")
    code, before = code.strip().upper(), (specialty.code, specialty.name)
    if code != specialty.code and (users := users_of(uow.session, specialty)):
        raise Refused(f"该专业已被{_named(users)}使用，专业代码不能更改；请只修改名称，或设停用年度后另行新增。", field="code")
    with uow.session.no_autoflush:
        specialty.code, specialty.name = code, name.strip()
        specialty.effective_from, specialty.retired_from = effective_from, retired_from
        _refuse(_wrong_specialty(uow.session, specialty))
    uow.session.flush()
    uow.record(
        "edit_specialty", specialty, label="修改专业", was=list(before), code=specialty.code, name=specialty.name,
        retired_from=retired_from,
    )  # fmt: skip


def _wrong_specialty(session: Session, specialty: Specialty) -> dict[str, str]:
    wrong = _years(specialty.effective_from, specialty.retired_from)
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
    """删除栏目 of a specialty nobody names; refused for a root and for one in use, which is retired instead."""
    _keeper(uow)
    if specialty.parent_id is None:
        raise Refused("栏目大类为固定节点，不能删除（附件3 1.1）。")
    if users := users_of(uow.session, specialty):
        raise Refused(f"“{specialty.name}”已被{_named(users)}使用，不能删除；不再使用的请修改其停用年度。")
    uow.record("remove_specialty", f"specialty:{specialty.id}", label="删除专业", code=specialty.code, name=specialty.name)
    uow.session.delete(specialty)
    uow.session.flush()


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
        series_id=series.id, branch=branch.strip(), level=level, name=name.strip(), code=code.strip(), exam_only=exam_only,
        effective_from=effective_from, retired_from=retired_from,
    )  # fmt: skip
    _refuse(_wrong_title(uow.session, title))
    uow.session.add(title)
    uow.session.flush()
    uow.record("add_title", title, label="新增职称", series=series.name, level=level, name=title.name)
    return title


def edit_title(uow: UnitOfWork, title: Title, **given: Any) -> None:
    """Change a title (附件3 1.2 修改); the level and the name of one in use stay: certificates carry them.

    Taken: level, name, branch, code, exam_only, effective_from, retired_from.
    """
    _keeper(uow)
    given = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
    decided = {key for key in ("level", "name", "branch") if key in given and given[key] != getattr(title, key)}
    if decided and (users := users_of(uow.session, title)):
        sentence = f"该职称已被{_named(users)}使用，级别和名称不能更改；请设停用年度后另行新增。"
        raise Refused(sentence, fields=dict.fromkeys(sorted(decided), sentence))
    before = {key: getattr(title, key) for key in given}
    with uow.session.no_autoflush:
        for key, value in given.items():
            setattr(title, key, value)
        _refuse(_wrong_title(uow.session, title))
    uow.session.flush()
    changed = {key: [before[key], value] for key, value in given.items() if before[key] != value}
    uow.record("edit_title", title, label="修改职称", changes=changed)


def _wrong_title(session: Session, title: Title) -> dict[str, str]:
    wrong = _years(title.effective_from, title.retired_from)
    if title.level not in set(TitleLevel):
        wrong["level"] = "请选择职称级别。"
    if not title.name or len(title.name) > 40:
        wrong["name"] = "职称名称应为 1 至 40 字。"
    if title.code and not re.fullmatch(r"[0-9]{3,6}", title.code):
        wrong["code"] = "GB/T 8561 代码应为 3 至 6 位数字；没有的请留空。"
    same = select(Title.id).where(
        Title.series_id == title.series_id, Title.branch == title.branch, Title.level == title.level, Title.name == title.name
    )
    if session.scalar(same.where(Title.id != title.id) if title.id else same):
        wrong.setdefault("name", f"该系列同一级别已有“{title.name}”，不能重复；请修改原有的职称。")
    return wrong


def remove_title(uow: UnitOfWork, title: Title) -> None:
    """删除栏目 of a title nobody declared; refused for one in use, which is retired instead."""
    _keeper(uow)
    if users := users_of(uow.session, title):
        raise Refused(f"“{title.name}”已被{_named(users)}使用，不能删除；不再使用的请修改其停用年度。")
    uow.record("remove_title", f"title:{title.id}", label="删除职称", level=title.level, name=title.name)
    uow.session.delete(title)
    uow.session.flush()
