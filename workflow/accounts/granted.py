"""Flask-AppBuilder's permission tables, made to say what the charters and the catalogue of abilities say.

The tables are what every request is checked against. They are written when a role is made or changed, and as a whole
at each upgrade: pages that are new get their permissions, what was given behind the back is taken away, and a role
without a charter (Flask-AppBuilder's own `Admin`, or one put in by hand) is removed. Made roles stay as the office
made them.
"""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
    assoc_user_role,
)
from sqlalchemy import delete, insert, select

from models.accounts.charter import RoleCharter
from workflow.base import roles as r
from workflow.base.abilities import PAGE, grants, known
from workflow.base.unit_of_work import UnitOfWork

Triple = tuple[str, str, str]
PUBLIC_ROLE = "公众"
#: Roles that the product keeps and that open nothing.
SILENT = (r.SYSTEM, PUBLIC_ROLE)


def install_charters(uow: UnitOfWork) -> int:
    """Every standing role has a charter; how many were new. A made role that bears the name of one makes way."""
    session = uow.session
    standing = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_((*r.ALL, *SILENT))))}
    new = 0
    for name in (*r.ALL, *SILENT):
        role = standing.get(name)
        if role is not None and role.charter is not None and role.charter.made:
            role.name = f"{name}（自建）"
            uow.record(
                "rename_role", role.charter, label="改名", before=name, after=role.name, why="与产品的标准角色同名"
            )
            session.flush()
            role = None
        if role is None:
            role = Role(name=name)
            session.add(role)
        if name in r.ALL and role.charter is None:
            session.add(RoleCharter(role=role, note=""))
            new += 1
    session.flush()
    return new


def wanted(roles: list[Any]) -> set[Triple]:
    """(role, permission, screen) for everything the roles may open now."""
    pages = [ability for ability in known().values() if ability.kind == PAGE]
    return {
        (role.name, permission, screen)
        for role in roles
        for page in pages
        if grants(role, page.key, page.roles)
        for permission, screen in page.permissions
    }


def write_permissions(uow: UnitOfWork) -> tuple[int, int]:
    """Bring the tables in line with `wanted`; (added, removed).

    Where no application has named its pages (a command that knows only the rules) nothing is written.
    """
    if not any(ability.kind == PAGE for ability in known().values()):
        return 0, 0
    session = uow.session
    roles = [role for role in session.scalars(select(Role).order_by(Role.id)) if role.charter is not None]
    triples = wanted(roles)
    ids = {role.name: role.id for role in roles}
    permissions = _ids(session, Permission, {p for _, p, _ in triples})
    screens = _ids(session, ViewMenu, {s for _, _, s in triples})
    pairs = _pairs(session, {(permissions[p], screens[s]) for _, p, s in triples})
    table = assoc_permissionview_role
    have = {(v, k): i for i, v, k in session.execute(select(table.c.id, table.c.permission_view_id, table.c.role_id))}
    want = {(pairs[permissions[p], screens[s]], ids[role]) for role, p, s in triples}
    new = [{"permission_view_id": v, "role_id": k} for v, k in sorted(want - have.keys())]
    old = [have[key] for key in have.keys() - want]
    if new:
        session.execute(insert(table), new)
    if old:
        session.execute(delete(table).where(table.c.id.in_(old)))
    return len(new), len(old)


def remove_strangers(uow: UnitOfWork) -> list[str]:
    """Take away permissions nobody holds, and roles without a charter (`Admin` among them); the names of the latter."""
    session = uow.session
    held = select(assoc_permissionview_role.c.permission_view_id)
    session.execute(delete(PermissionView).where(PermissionView.id.not_in(held)))
    used_permissions, used_screens = select(PermissionView.permission_id), select(PermissionView.view_menu_id)
    session.execute(delete(Permission).where(Permission.id.not_in(used_permissions)))
    session.execute(delete(ViewMenu).where(ViewMenu.id.not_in(used_screens)))
    chartered = select(RoleCharter.role_id)
    strangers = dict(
        session.execute(select(Role.id, Role.name).where(Role.id.not_in(chartered), Role.name.not_in(SILENT)))
        .tuples()
        .all()
    )
    session.execute(delete(assoc_permissionview_role).where(assoc_permissionview_role.c.role_id.in_(strangers)))
    session.execute(delete(assoc_user_role).where(assoc_user_role.c.role_id.in_(strangers)))
    session.execute(delete(Role).where(Role.id.in_(strangers)))
    return sorted(strangers.values())


def _ids(session: Any, model: Any, names: set[str]) -> dict[str, int]:
    have = {name: key for key, name in session.execute(select(model.id, model.name))}
    session.add_all(model(name=name) for name in sorted(names - have.keys()))
    session.flush()
    return dict(session.execute(select(model.name, model.id)).all())


def _pairs(session: Any, want: set[tuple[int, int]]) -> dict[tuple[int, int], int]:
    columns = (PermissionView.permission_id, PermissionView.view_menu_id)
    have = set(session.execute(select(*columns)).tuples())
    session.add_all(PermissionView(permission_id=p, view_menu_id=s) for p, s in sorted(want - have))
    session.flush()
    return {(p, s): key for key, p, s in session.execute(select(PermissionView.id, *columns))}
