"""角色与权限: what each role may open and change, read from what the database really grants."""

from __future__ import annotations

from typing import Any

from flask import render_template
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

from models.base import db
from workflow.base import roles as r

CHANGING = {"can_add", "can_edit", "can_delete", "can_cancel", "can_import"}


class RoleMatrixView(BaseView):
    """Read only: roles are declared with the product, and given to accounts on 账号管理."""

    route_base = "/roles"
    default_view = "matrix"
    title = "角色与权限"

    @expose("/")
    @has_access
    def matrix(self) -> Any:
        """Screens down, roles across."""
        granted = grants()
        titles = {
            view.class_permission_name: str(getattr(view, "title", "") or "") for view in self.appbuilder.baseviews
        }
        rows = [
            (titles.get(screen) or screen, [_cell(granted.get((role, screen), set())) for role in r.ALL])
            for screen in sorted({screen for _, screen in granted}, key=lambda s: titles.get(s) or s)
        ]
        return render_template("accounts/role_matrix.html", roles=r.ALL, holders=holders(), rows=rows)


def grants() -> dict[tuple[str, str], set[str]]:
    """(role, screen) → permission names."""
    table = assoc_permissionview_role
    found: dict[tuple[str, str], set[str]] = {}
    rows = db.session.execute(
        select(Role.name, ViewMenu.name, Permission.name)
        .select_from(table)
        .join(Role, Role.id == table.c.role_id)
        .join(PermissionView, PermissionView.id == table.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    for role, screen, permission in rows:
        found.setdefault((role, screen), set()).add(permission)
    return found


def holders() -> dict[str, int]:
    """How many accounts hold each role."""
    counted = select(Role.name, func.count(assoc_user_role.c.user_id)).join(assoc_user_role).group_by(Role.name)
    return dict(db.session.execute(counted).tuples().all())


def _cell(permissions: set[str]) -> str:
    if not permissions:
        return ""
    return "改" if permissions & CHANGING else "看"
