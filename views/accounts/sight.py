"""What an account sees: its menu, pages and verbs, its rows in words and in number; never a record.

Asked of a real account, and of one that is only imagined: a role in the making, at the desk of somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from models.base import db
from workflow.base import policy
from workflow.base.abilities import PAGE, ROWS, VERB, Ability, abilities_of

#: Counting stops here; whoever sees more sees "10000 以上".
MOST = 10_000


@dataclass(frozen=True)
class Rows:
    """The rows of one kind of record: which, in words, and how many."""

    noun: str
    words: str
    count: str


@dataclass(frozen=True)
class Sight:
    """Everything one account sees and does."""

    actor: Any
    pages: list[tuple[str, list[str]]]
    verbs: list[tuple[str, list[str]]]
    rows: list[Rows]
    readings: list[tuple[str, list[str]]]
    hints: list[str]


def sight_of(actor: Any) -> Sight:
    """What the account's roles give it now, taken together."""
    held = abilities_of(actor.roles)
    scoped = {scope.ability.key for scopes in policy.SCOPES.values() for scope in scopes}
    readings = [a for a in held if a.kind == ROWS and a.key not in scoped]
    pages = [a for a in held if a.kind == PAGE]
    verbs = [a for a in held if a.kind == VERB]
    rows = [row for model in policy.SCOPES if (row := _rows_of(actor, model))]
    return Sight(actor, grouped(pages), grouped(verbs), rows, grouped(readings), _hints(pages, verbs, rows))


def grouped(abilities: Iterable[Ability]) -> list[tuple[str, list[str]]]:
    """(heading, labels) in the order of the catalogue; the ticks of one page stand behind its name."""
    found: dict[str, dict[str, list[str]]] = {}
    for ability in abilities:
        line, _colon, tick = ability.label.partition("：") if ability.kind == PAGE else (ability.label, "", "")
        found.setdefault(ability.group, {}).setdefault(line, []).extend([tick] if tick else [])
    return [
        (group, [f"{line}（{'、'.join(ticks)}）" if ticks else line for line, ticks in lines.items()])
        for group, lines in found.items()
    ]


def _rows_of(actor: Any, model: Any) -> Rows | None:
    scopes = policy.scopes_of(actor, model)
    if not scopes:
        return None
    query = select(model.id).where(policy.rows(actor, model)).limit(MOST + 1)
    count = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    told = f"{MOST} 以上" if count > MOST else str(count)
    return Rows(policy.NOUNS[model], "；".join(scope.ability.label for scope in scopes), told)


def _hints(pages: list[Ability], verbs: list[Ability], rows: list[Rows]) -> list[str]:
    """What does not go together: said, not refused, for a role may be half of what an account holds."""
    chosen = [a for a in pages if not a.basic]
    found = []
    if verbs and not chosen:
        found.append("有办理事项，但没有可以办理的功能页面。")
    if chosen and not rows:
        found.append("有功能页面，但没有数据范围：列表将是空的。")
    return found
