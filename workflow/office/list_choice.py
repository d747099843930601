"""常用查询 and 显示列: everybody arranges his own lists; nothing of it is seen by anybody else.

The journal tells that it was done and which conditions were meant, never what was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Select, func, select

from models.office.list_choice import ColumnChoice, SavedQuery
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork

#: Saved queries of one account for one list.
MOST = 20
LONGEST_NAME = 30
#: Words of a query that are a person's number: identity numbers of 18 and 15 digits, mobile telephone numbers.
_PERSONAL = re.compile(r"\D*(\d{17}[\dXx]|\d{15}|1[3-9]\d{9})\D*", re.ASCII)
PERSONAL = (
    "常用查询不保存身份证件号码和手机号码（个人信息保护法 第六条），请去掉后再保存；证件号码请在专门的查询条件中填写。"
)


def keep(uow: UnitOfWork, screen: str, name: str, conditions: Mapping[str, str]) -> SavedQuery:
    """Save the present conditions of a list under a name; the same name again replaces what it stood for.

    Refused without a name or conditions, beyond 20 for one list, and with a person's number in name or conditions.
    """
    name = _named(name)
    asked = {key: value for key, value in conditions.items() if value}
    if not asked:
        raise Refused("当前没有查询条件和排序，请先查询，再保存为常用查询。")
    if any(_PERSONAL.fullmatch(value.strip()) for value in asked.values()):
        raise Refused(PERSONAL)
    saved = uow.session.scalar(_mine(uow, screen).where(SavedQuery.name == name))
    if saved is None:
        held = uow.session.scalar(select(func.count()).select_from(_mine(uow, screen).subquery())) or 0
        if held >= MOST:
            raise Refused(
                f"每个界面最多保存 {MOST} 个常用查询，现有 {held} 个；请先删除不用的，再保存。", fields={"name": "已满"}
            )
        saved = SavedQuery(account_id=uow.actor.id, screen=screen, name=name, conditions="", saved_at=uow.now)
        uow.session.add(saved)
    saved.conditions, saved.saved_at = urlencode(asked), uow.now.replace(microsecond=0)
    uow.session.flush()
    uow.record("save_query", saved, label="保存常用查询", screen=screen, conditions=sorted(asked))
    return saved


def rename(uow: UnitOfWork, saved: SavedQuery, name: str) -> None:
    """Another name for a saved query; refused where another one of the same list has it."""
    _own(uow, saved)
    name = _named(name)
    taken = _mine(uow, saved.screen).where(SavedQuery.name == name, SavedQuery.id != saved.id)
    if uow.session.scalar(taken) is not None:
        raise Refused(f"已有名为“{name}”的常用查询，请换一个名称。", fields={"name": f"已有名为“{name}”的常用查询。"})
    if name != saved.name:
        saved.name = name
        uow.record("rename_query", saved, label="常用查询改名", screen=saved.screen)


def drop(uow: UnitOfWork, saved: SavedQuery) -> None:
    """Delete a saved query."""
    _own(uow, saved)
    uow.record("delete_query", f"saved_query:{saved.id}", label="删除常用查询", screen=saved.screen)
    uow.session.delete(saved)


def asked_by(saved: SavedQuery) -> dict[str, str]:
    """The conditions of a saved query, by their names in the address."""
    return dict(parse_qsl(saved.conditions))


def choose_columns(uow: UnitOfWork, screen: str, names: Sequence[str], default: Sequence[str]) -> None:
    """Show these columns of a list in this order from now on; the default order again is no choice at all."""
    if not names:
        raise Refused("请至少保留一列。", fields={"column": "请至少勾选一列。"})
    held = uow.session.scalar(
        select(ColumnChoice).where(ColumnChoice.account_id == uow.actor.id, ColumnChoice.screen == screen)
    )
    before, after = held.names.split() if held else list(default), list(names)
    if before == after:
        return
    if after == list(default):
        uow.session.delete(held)
    elif held is None:
        uow.session.add(ColumnChoice(account_id=uow.actor.id, screen=screen, names=" ".join(after)))
    else:
        held.names = " ".join(after)
    uow.record("choose_columns", f"column_choice:{screen}", label="调整显示列", columns=[before, after])


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("请填写常用查询的名称。", fields={"name": "请填写名称。"})
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"名称不能超过 {LONGEST_NAME} 字，现有 {len(name)} 字。", fields={"name": f"不能超过 {LONGEST_NAME} 字。"}
        )
    if _PERSONAL.fullmatch(name):
        raise Refused(PERSONAL, fields={"name": PERSONAL})
    return name


def _mine(uow: UnitOfWork, screen: str) -> Select[tuple[SavedQuery]]:
    return select(SavedQuery).where(SavedQuery.account_id == uow.actor.id, SavedQuery.screen == screen)


def _own(uow: UnitOfWork, saved: SavedQuery) -> None:
    if saved.account_id != uow.actor.id:
        raise NotYou("只能修改本人的常用查询。")
