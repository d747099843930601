"""Scopes: sets of rows that a role can hold, and the one clause that every query carries.

What each set is stands in `workflow.base.policy`; here is how they are entered, joined and asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, False_, Select, false, or_, select
from sqlalchemy.orm import Session

from models.accounts.account import Account
from workflow.base.abilities import ROWS, Ability, know, may

M = TypeVar("M")
Clause_ = ColumnElement[bool]
Policy = Callable[[Account], Clause_]
#: What a scope is of, in words; filled by the policy.
NOUNS: dict[Any, str] = {}


@dataclass(frozen=True)
class Scope:
    """One set of rows of a model that a role can hold."""

    model: Any
    ability: Ability
    clause: Policy


SCOPES: dict[Any, list[Scope]] = {}
_everyone: dict[Any, Policy] = {}
#: Parts of records, each with the column and the record that it hangs on.
_parts: dict[Any, tuple[Any, Any]] = {}
#: Clause of a scope → the same for rows known by their keys, where that can be asked more cheaply.
probes: dict[Policy, Policy] = {}


def scope(model: Any, name: str, words: str, *by: str) -> Callable[[Policy], Policy]:
    """Decorator: the function below says which rows of `model` that is; `words` say it to people."""

    def register(function: Policy) -> Policy:
        enter(model, name, words, by, function)
        return function

    return register


def enter(model: Any, name: str, words: str, by: tuple[str, ...], clause: Policy) -> None:
    """Enter one scope: `scope` without a function of its own, for rows of many models alike."""
    ability = know(Ability(f"{ROWS}:{model.__tablename__}.{name}", words, NOUNS[model], by))
    SCOPES.setdefault(model, []).append(Scope(model, ability, clause))


def everyone(model: Any) -> Callable[[Policy], Policy]:
    """Decorator: rows of `model` that an account sees whatever its roles: public ones, and its own."""

    def register(function: Policy) -> Policy:
        _everyone[model] = function
        return function

    return register


def part_of(model: Any, column: Any, whole: Any) -> None:
    """Rows of `model` are seen by whoever sees the record that they hang on by `column`, and by nobody else."""
    _parts[model] = (column, whole)


def hangs_on(model: Any) -> tuple[Any, Any]:
    """The column and the record that rows of `model` are seen with; nothing for records of their own."""
    return _parts.get(model, (None, None))


def rows(actor: Any, model: Any, *, known: bool = False) -> Clause_:
    """The clause that limits `model` to what `actor` may see; nothing for a model without a policy.

    `known`: asked of a few rows by their keys; the same rows, but none of the others is looked at.
    """
    if actor is None or not getattr(actor, "is_authenticated", True):
        return false()
    clauses = [
        (probes.get(held.clause, held.clause) if known else held.clause)(actor)
        for held in SCOPES.get(model, ())
        if may(actor, held.ability)
    ]
    if model in _everyone:
        clauses.append(_everyone[model](actor))
    if model in _parts:
        column, whole = _parts[model]
        if not isinstance(seen := rows(actor, whole, known=known), False_):
            its = select(whole.id).where(seen)
            clauses.append(its.where(whole.id == column).correlate(model).exists() if known else column.in_(its))
    return or_(false(), *clauses)


def governs(model: Any) -> bool:
    """Whether the policy speaks of the model at all; what hangs on another record is found through that."""
    return model in SCOPES or model in _everyone or model in _parts


def scopes_of(actor: Any, model: Any) -> list[Scope]:
    """The scopes of `model` that the account's roles give it; of a part those of the record it hangs on."""
    own = [held for held in SCOPES.get(model, ()) if may(actor, held.ability)]
    return own + (scopes_of(actor, _parts[model][1]) if model in _parts else [])


def visible(actor: Account, model: type[M], *, known: bool = False) -> Select[tuple[M]]:
    """`select(model)` limited to what `actor` may see."""
    return select(model).where(rows(actor, model, known=known))


def find(session: Session, actor: Account, model: type[M], key: Any) -> M | None:
    """The record with that id if the actor may see it, else None: absent and hidden look the same."""
    return session.scalar(visible(actor, model, known=True).where(model.id == key))  # type: ignore[attr-defined]
