"""Where Alembic meets the application: its engine, its metadata, and no model imports in migrations."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from models.base import metadata
from models.sealed import Sealed


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """A migration must run when the models have moved on: own column types are written as what they are on disk."""
    if kind == "type" and isinstance(item, Sealed):
        return "sa.LargeBinary()"
    return False


def compare_type(ctx: Any, inspected: Any, column: Any, inspected_type: Any, metadata_type: Any) -> bool | None:
    """Sealed columns are binary on disk."""
    return False if isinstance(metadata_type, Sealed) else None


def run() -> None:
    """Migrate on the application's engine, one transaction for all steps."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=render_item,
            compare_type=compare_type,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
