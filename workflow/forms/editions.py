"""Which edition of the form is in force for a year, and the form a declaration is filled in by.

An edition is fixed when the declaration is begun; what the office changes later does not touch it (118号 四(三): what
is asked is told at once). Without an edition it is the form as it is declared.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from models.declarations.declaration import Declaration
from models.declarations.form_edition import FormEdition, FormEditionState, FormRule
from workflow.forms.form_parts import Form
from workflow.forms.laid import Rule, Scope, laid

#: Forms as they are asked, by digest of the edition and scope; the rules of an edition in force stand still.
_LAID: dict[tuple[str, int, str, str], Form] = {}
MOST = 1000
#: An edition counts until a second person has confirmed that it is stopped.
COUNTS = (FormEditionState.IN_FORCE, FormEditionState.STOPPING)


def in_force(session: Session, year: int) -> FormEdition | None:
    """The edition that counts for declarations begun now for that year: the latest of the latest year."""
    query = select(FormEdition).where(FormEdition.state.in_(COUNTS), FormEdition.year <= year)
    return session.scalars(query.order_by(FormEdition.year.desc(), FormEdition.confirmed_at.desc()).limit(1)).first()


def rules_of(session: Session, edition: FormEdition) -> list[FormRule]:
    """The rows of an edition, in the order of the form."""
    query = select(FormRule).where(FormRule.edition_id == edition.id).order_by(FormRule.place, FormRule.id)
    return list(session.scalars(query))


def rule_of(row: FormRule) -> Rule:
    """A stored row as it is laid over the form."""
    values: dict[str, Any] = {name: getattr(row, name) for name in Rule.__dataclass_fields__}
    return Rule(**values | {"choices": tuple(filter(None, (part.strip() for part in row.choices.splitlines())))})


def edition_of(declaration: Declaration) -> FormEdition | None:
    """The edition a declaration was begun with; None: the form as it is declared."""
    held = declaration.content.form_edition_id if declaration.content else None
    session = object_session(declaration)
    return session.get_one(FormEdition, held) if held and session is not None else None


def scope_of(declaration: Declaration) -> Scope:
    """By what the rules of an edition differ."""
    return declaration.series.number, str(declaration.level), str(declaration.way)


def as_laid(session: Session, edition: FormEdition, base: Form, scope: Scope) -> Form:
    """The form of an edition; kept once it is in force, read anew while it is a draft."""
    key = (edition.digest, *scope)
    if edition.digest and (known := _LAID.get(key)) is not None:
        return known
    made = laid(base, [rule_of(row) for row in rules_of(session, edition)], scope, version_of(base, edition))
    if edition.digest:
        if len(_LAID) >= MOST:
            _LAID.clear()
        _LAID[key] = made
    return made


def version_of(base: Form, edition: FormEdition | None) -> str:
    """What a declaration notes as the version of its form."""
    return f"{base.version}-{edition.id}" if edition else base.version
