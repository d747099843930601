"""Every model, imported once, so that mappers and metadata are whole."""

from __future__ import annotations

from flask_appbuilder import Model

from models import (  # noqa: F401
    account,
    ballot,
    batch,
    blacklist,
    catalogue,
    certificate,
    committee,
    comparison,
    declaration,
    delivery,
    draw,
    expert,
    filing,
    import_batch,
    job,
    journal,
    list_choice,
    material,
    notice,
    organisation,
    path,
    path_draft,
    path_version,
    person,
    plan,
    publicity,
    quota,
    session,
    setting,
    sign_in,
    three_admins,
    trail,
)


def by_table() -> dict[str, type]:
    """Table name to class, for the journal's check of protected rows."""
    return {
        mapper.class_.__tablename__: mapper.class_
        for mapper in Model.registry.mappers
        if hasattr(mapper.class_, "__tablename__")
    }
