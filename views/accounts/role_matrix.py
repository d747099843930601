"""权限总表: which role has which page, verb and rows; pages are read from what the database really grants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import func, select

from models.accounts.charter import RoleCharter
from models.base import db
from workflow.base.abilities import PAGE, ROWS, VERB, Ability, grants, known

KINDS = ((PAGE, "功能页面"), (VERB, "办理事项"), (ROWS, "数据范围"))
#: With so many lines or fewer every group is open.
FEW = 40
#: What stands in the cell of a page, by its tick.
WORDS = {"opens": "看", "exports": "导", "changes": "改"}
Cell = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """One role of the table."""

    role: Role
    holders: int

    @property
    def id(self) -> int:
        """Key of the role."""
        return int(self.role.id)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.role.name)

    @property
    def charter(self) -> int:
        """Where it is shown."""
        return int(self.role.charter.id)


class RoleMatrixView(BaseView):
    """Read only; roles are made and changed on 角色与权限, and given to accounts on 账号管理."""

    route_base = "/roles"
    default_view = "matrix"
    title = "权限总表"

    @expose("/")
    @has_access
    def matrix(self) -> Any:
        """Abilities down, roles across; groups fold, heads stay."""
        kind = request.args.get("kind", PAGE)
        kind = kind if kind in dict(KINDS) else PAGE
        q, role = request.args.get("q", "").replace("\x00", "").strip()[:60], request.args.get("role", "")
        everyone = columns()
        shown = [c for c in everyone if str(c.id) == role] or everyone
        granted = grants_of_pages() if kind == PAGE else {}
        groups = [
            (group, [(label, [_cell(c.role, ticks, granted) for c in shown]) for label, ticks in lines])
            for group, lines in _lines(kind, q)
        ]
        if len(shown) == 1:  # of one role only what it has
            groups = [(g, [line for line in lines if line[1][0] != ("", "")]) for g, lines in groups]
        groups = [(group, lines) for group, lines in groups if lines]
        few = sum(len(lines) for _group, lines in groups) <= FEW
        return render_template(
            "accounts/role_matrix.html",
            kinds=KINDS,
            kind=kind,
            q=q,
            role=role if shown is not everyone else "",
            all=everyone,
            roles=shown,
            groups=groups,
            folded_open=few,
        )


def columns() -> list[Column]:
    """Every role that has a charter, standing ones first, with how many accounts hold it."""
    counted = select(assoc_user_role.c.role_id, func.count()).group_by(assoc_user_role.c.role_id)
    held = dict(db.session.execute(counted).tuples().all())
    query = select(Role).join(RoleCharter, RoleCharter.role_id == Role.id).order_by(RoleCharter.id)
    return [Column(role, held.get(role.id, 0)) for role in db.session.scalars(query).unique()]


def grants_of_pages() -> dict[int, set[tuple[str, str]]]:
    """Role to the (permission, screen) pairs that the database grants it."""
    table = assoc_permissionview_role
    found: dict[int, set[tuple[str, str]]] = {}
    rows = db.session.execute(
        select(table.c.role_id, Permission.name, ViewMenu.name)
        .select_from(table)
        .join(PermissionView, PermissionView.id == table.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    for role, permission, screen in rows:
        found.setdefault(role, set()).add((permission, screen))
    return found


def _lines(kind: str, q: str) -> list[tuple[str, list[tuple[str, list[Ability]]]]]:
    """(heading, [(line, its abilities)]) of what holds the words asked for."""
    found: dict[str, dict[tuple[str, str], list[Ability]]] = {}
    for ability in known().values():
        if ability.kind == kind and q in f"{ability.group} {ability.label}":
            page = kind == PAGE
            line = (ability.key.rpartition(".")[0], ability.label.partition("：")[0]) if page else ("", ability.label)
            found.setdefault(ability.group, {}).setdefault(line if page else (ability.key, ability.label), []).append(
                ability
            )
    return [(group, [(label, ticks) for (_key, label), ticks in lines.items()]) for group, lines in found.items()]


def _cell(role: Role, ticks: Iterable[Ability], granted: dict[int, set[tuple[str, str]]]) -> Cell:
    """The word of a cell, and whether the office has changed it: gave, took, or neither."""
    words, change = "", ""
    for ability in ticks:
        if ability.kind == PAGE:
            has, word = ability.permissions <= granted.get(role.id, set()), WORDS[ability.key.rpartition(".")[2]]
        else:
            has, word = grants(role, ability.key, ability.roles), "✓"
        charter = role.charter
        default = not charter.made and role.name in ability.roles
        if not charter.made and has != default:
            change, word = ("gave", f"＋{word}") if has else ("took", f"－{word}")
            words += word
        elif has:
            words += word
    return words, change
