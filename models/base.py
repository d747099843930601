"""The session, the labelled column, the labelled enum, and the two column types for personal data."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_appbuilder.security.sqla import models as _fab_tables  # noqa: F401  (their names stay their own)
from sqlalchemy import CheckConstraint, Column, MetaData, Table, event
from sqlalchemy.orm import mapped_column

#: Constraint names that Alembic can address on every database.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = Model.metadata
metadata.naming_convention = NAMING

db = SQLA(metadata=metadata, session_options={"autoflush": True})


def column(
    label: str, *args: Any, hint: str = "", least: float | None = None, most: float | None = None, **kw: Any
) -> Any:
    """A mapped column whose Chinese label is read by screens, sheets, journal and SQL comments alike.

    `hint` is the help shown under the field in forms; `least` and `most` bound a number, at the form and in the table.
    """
    info = {"label": label, "hint": hint, "least": least, "most": most} | kw.pop("info", {})
    return mapped_column(*args, info=info, comment=label, **kw)


@event.listens_for(Column, "after_parent_attach")
def _told_to_the_database(column: Column[Any], table: Any) -> None:
    """A bounded column carries its bounds as a CHECK: whoever writes past the forms meets the same two numbers."""
    least, most = bounds(column)
    if isinstance(table, Table) and (least, most) != (None, None):
        terms = [f"{column.name} {sign} {end}" for sign, end in ((">=", least), ("<=", most)) if end is not None]
        table.append_constraint(CheckConstraint(" AND ".join(terms), name=f"{column.name}_bounds"))


def bounds(column: Any) -> tuple[float | None, float | None]:
    """The least and the most a numeric column takes; None where there is no end."""
    return column.info.get("least"), column.info.get("most")


class Labelled(StrEnum):
    """An enum member that knows its Chinese label and its badge tone.

    Tones are those of the stylesheet: run (blue), ok, warn, bad, off.
    """

    label: str
    tone: str

    def __new__(cls, value: str, label: str = "", tone: str = "off") -> Labelled:
        member = str.__new__(cls, value)
        member._value_, member.label, member.tone = value, label, tone
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs for a select field."""
        return [(member.value, member.label) for member in cls]


def label_of(model: type, name: str) -> str:
    """The label of a column or relationship of `model`; the name itself when it has none."""
    attribute = getattr(model, name, None)
    info = getattr(attribute, "info", None) or {}
    if not info.get("label"):
        prop = model.__mapper__.attrs.get(name)  # type: ignore[attr-defined]
        columns = getattr(prop, "columns", None)
        info = columns[0].info if columns is not None else getattr(prop, "info", {})
    return str(info.get("label", name))
