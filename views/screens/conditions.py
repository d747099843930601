"""Query conditions as boxes of the query form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from views.screens.boxes import Box
from views.screens.further_condition import CellCondition
from views.screens.lookup import LOOKUPS
from views.screens.query import Condition


def box_of(condition: Condition, typed: Mapping[str, str]) -> Iterator[Box]:
    """The box of a condition; a span of dates gives two."""
    held = [typed.get(name, "") for name in condition.parameters]
    match condition.kind:
        case "dates":
            yield Box(condition.parameters[0], f"{condition.label}从", "date", held[0], prefix="q-")
            yield Box(condition.parameters[1], f"{condition.label}至", "date", held[1], prefix="q-")
        case "cell" if isinstance(condition, CellCondition):
            if told := condition.said(held[0]):
                yield Box(condition.name, condition.label, "cell", held[0], text=told, prefix="q-")
        case "choice":
            yield Box(
                condition.name, condition.label, "choice", held[0], [("", "全部"), *condition.options], prefix="q-"
            )
        case "pick" | "region":
            yield Box(
                condition.name,
                condition.label,
                "pick",
                held[0],
                lookup=condition.lookup,
                text=_shown(condition, held[0]) or typed.get(f"{condition.name}-text", ""),
                prefix="q-",
            )
        case _ if condition.how == "sealed":
            yield Box(
                condition.name,
                condition.label,
                "sealed",
                held[0],
                hint="全号或后六位" if "id_" in condition.name else "",
                prefix="q-",
                max_length=40,
            )
        case _:
            hint = {"contains": "支持模糊查询", "exact": ""}.get(condition.how, "")
            yield Box(condition.name, condition.label, condition.kind, held[0], hint=hint, prefix="q-", max_length=100)


def _shown(condition: Condition, key: str) -> str:
    if not key:
        return ""
    found = LOOKUPS[condition.lookup].of(key, choosing=False)
    return LOOKUPS[condition.lookup].text(found) if found is not None else ""
