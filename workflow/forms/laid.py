"""The form with the rules of an edition laid over it, for one series, level and way. Nothing here knows the database.

What decides is locked: fields that the conditions, the checks of dates, the quota or the postings read, whatever the
declared form demands, and kinds of material a document demands can be explained and moved, never dropped or made
optional (118号 三、四).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflow.forms.form_parts import Field, Form, Guidance, MaterialKind, Section

MATERIALS = "materials"
CLAUSE = "118号 四(一)"
LAST_OF_HEAD = "basic"  #: papers and pages begin with it and what stands before it
#: Sections whose every field is read by rules: conditions, bars, quota, postings (workflow/conditions/declared.py).
READ = {
    "declaring": "118号 三(一)",
    "person": "118号 四(一)",
    "basic": "118号 三(一)",
    "education": "118号 三(一)",
    "titles": "118号 三(一)",
    "licences": "118号 三(一)",
    "experience": "118号 三(一)",
    "discipline": "118号 三(四)",
    "assessments": "118号 三(四)",
}
#: Sections the office can add nothing to: what stands there is read from records, signed or uploaded.
CLOSED = frozenset({"person", "promise"})
STEP = 10  #: fields stand at 10, 20, 30 …; a position between moves one there


@dataclass(frozen=True)
class Rule:
    """A row of an edition."""

    place: str
    label: str = ""
    title: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()
    series: int = 0
    level: str = ""
    way: str = ""
    demand: str = ""
    position: int | None = None
    copies: int | None = None
    requirement: str = ""
    example: str = ""
    mistake: str = ""
    clause: str = ""

    @property
    def narrowness(self) -> int:
        """The narrower rule of a place has the last word."""
        return bool(self.series) + bool(self.level) + bool(self.way)

    def counts(self, scope: Scope) -> bool:
        """Whether it is for such a declaration."""
        return all(
            not mine or mine == theirs for mine, theirs in zip((self.series, self.level, self.way), scope, strict=True)
        )


_HIDDEN = Rule("", demand="hidden")
#: Number of the series, level, way.
Scope = tuple[int, str, str]


def laid(base: Form, rules: Iterable[Rule], scope: Scope, version: str) -> Form:
    """The form as it is asked of a declaration of that scope."""
    by_place: dict[str, Rule] = {}
    given = list(rules)
    for rule in sorted((r for r in given if r.counts(scope)), key=lambda r: r.narrowness):
        before = by_place.get(rule.place)
        by_place[rule.place] = _over(before, rule) if before else rule
    # what the office asks of others: somebody who changes his level meanwhile loses nothing of what he has typed
    aside = {r.place: r for r in given if r.label and by_place.get(r.place, _HIDDEN).demand == _HIDDEN.demand}
    sections = tuple(_section(section, by_place, aside) for section in base.sections)
    asked, retired = _materials(base.materials, by_place, aside)
    return replace(base, version=version, sections=_ordered(sections, by_place), materials=asked, retired=retired)


def _ordered(sections: Sequence[Section], rules: dict[str, Rule]) -> tuple[Section, ...]:
    """The sections by their places and names in the edition; the locked ones stay where and what they are."""
    placed: list[tuple[int, Section]] = []
    for number, section in enumerate(sections):
        rule = None if fixed(section.key) else rules.get(section.key)
        if rule and rule.title:
            section = replace(section, title=rule.title)
        placed.append((rule.position if rule and rule.position else number * STEP, section))
    moved = sorted(placed, key=lambda pair: pair[0])
    return tuple(replace(section, number=number) for number, (_at, section) in enumerate(moved))


def fixed(part: str) -> str:
    """The clause that keeps name and place of a whole section; empty where the office decides."""
    return READ.get(part, CLAUSE if part in (*CLOSED, MATERIALS) else "")


def span(base: Form) -> tuple[int, int]:
    """Between which places a section can be moved: behind what says who declares what, before what is uploaded."""
    keys = [section.key for section in base.sections]
    return keys.index(LAST_OF_HEAD) * STEP + 1, keys.index(MATERIALS) * STEP - 1


def _over(wide: Rule, narrow: Rule) -> Rule:
    said = {n: v for n, v in vars(narrow).items() if v not in ("", None, ()) and n != "kind"}
    return replace(wide, **said)


def _section(section: Section, rules: dict[str, Rule], aside: dict[str, Rule]) -> Section:
    mine = {place: rule for place, rule in rules.items() if place.partition(".")[0] == section.key}
    gone = {place: rule for place, rule in aside.items() if place.partition(".")[0] == section.key}
    if not (mine or gone) or section.key == MATERIALS:
        return (
            replace(section, guidance=_guided(section.guidance, mine[section.key])) if section.key in mine else section
        )
    placed: list[tuple[int, Field]] = []
    retired = [*section.retired, *(own_field(place, rule) for place, rule in gone.items())]
    for number, field in enumerate(section.fields, 1):
        rule = mine.pop(f"{section.key}.{field.key}", None)
        if rule is not None and rule.demand == "hidden":
            retired.append(field)
            continue
        placed.append((rule.position if rule and rule.position else number * STEP, _field(field, rule)))
    last = (len(section.fields) + 1) * STEP
    for place, rule in mine.items():
        if rule.label and rule.demand != "hidden":
            placed.append((rule.position or last, _field(own_field(place, rule), rule)))
    guidance = _guided(section.guidance, mine[section.key]) if section.key in mine else section.guidance
    fields = tuple(field for _at, field in sorted(placed, key=lambda pair: pair[0]))
    return replace(section, fields=fields, retired=tuple(retired), guidance=guidance)


def own_field(place: str, rule: Rule) -> Field:
    """A field of the office."""
    pairs = tuple((choice, choice) for choice in rule.choices)
    most = 2000 if rule.kind == "area" else 200
    return Field(key=place.partition(".")[2], label=rule.label, kind=rule.kind, choices=pairs, max=most)


def _field(field: Field, rule: Rule | None) -> Field:
    if rule is None:
        return field
    changed: dict[str, Any] = {"help": _help(rule), "clause": field.clause or rule.clause}
    if rule.demand == "required":
        changed |= {"required": True, "expected": False}
    elif rule.demand == "optional":
        changed |= {"required": False, "required_when": ()}
    return replace(field, **changed)


def _help(rule: Rule) -> Guidance | None:
    told = Guidance(rule.requirement, rule.example, rule.mistake, rule.clause)
    return told if any(vars(told).values()) else None


def _guided(given: Guidance, rule: Rule) -> Guidance:
    return Guidance(
        rule.requirement or given.requirement,
        rule.example or given.example,
        rule.mistake or given.mistake,
        rule.clause or given.basis,
    )


def _materials(
    given: Sequence[MaterialKind], rules: dict[str, Rule], aside: dict[str, Rule]
) -> tuple[tuple[MaterialKind, ...], tuple[MaterialKind, ...]]:
    """The kinds that are asked, and those of which a file may lie there all the same."""
    placed: list[tuple[int, MaterialKind]] = []
    retired = [own_kind(place, rule) for place, rule in aside.items() if place.startswith(f"{MATERIALS}.")]
    mine = {place: rule for place, rule in rules.items() if place.startswith(f"{MATERIALS}.")}
    for number, kind in enumerate(given, 1):
        rule = mine.pop(f"{MATERIALS}.{kind.key}", None)
        if rule is not None and rule.demand == "hidden":
            retired.append(kind)
        else:
            placed.append((rule.position if rule and rule.position else number * STEP, _material(kind, rule)))
    last = (len(given) + 1) * STEP
    for place, rule in mine.items():
        if rule.label and rule.demand != "hidden":
            placed.append((rule.position or last, _material(own_kind(place, rule), rule)))
    return tuple(kind for _at, kind in sorted(placed, key=lambda pair: pair[0])), tuple(retired)


def own_kind(place: str, rule: Rule) -> MaterialKind:
    """A kind of material of the office."""
    return MaterialKind(key=place.partition(".")[2], label=rule.label)


def _material(kind: MaterialKind, rule: Rule | None) -> MaterialKind:
    if rule is None:
        return kind
    changed: dict[str, Any] = {"help": _help(rule), "clause": kind.clause or rule.clause}
    if rule.demand == "required":
        changed |= {"required": True, "warn_only": False}
    elif rule.demand == "optional":
        changed |= {"required": False, "required_when": (), "only": ()}
    if rule.copies:
        changed["copies"] = rule.copies
    return replace(kind, **changed)


def locked(base: Form, place: str) -> str:
    """The clause that keeps a place as it is declared; empty where the office decides."""
    part, _dot, key = place.partition(".")
    if part == MATERIALS:
        kind = next((k for k in base.materials if k.key == key), None)
        bound = kind is not None and (kind.required or kind.required_when or kind.only or kind.clause)
        return (kind.clause or CLAUSE) if kind is not None and bound else ""
    field = next((f for s in base.sections if s.key == part for f in s.fields if f.key == key), None)
    if field is None:
        return ""
    decides = (field.required, field.required_when, field.evidence, field.evidence_when, field.mirror, field.clause)
    if part in READ or any(decides):
        return field.clause or READ.get(part, CLAUSE)
    asked = {name for s in base.sections if s.key == part for f in s.fields for t in f.when for name in t}
    return CLAUSE if key in asked else ""


def told(base: Form, place: str) -> str:
    """A place in the words of the form."""
    part, _dot, key = place.partition(".")
    section = next((s for s in base.sections if s.key == part), None)
    if section is None:
        return place
    words = {f.key: f.label for f in section.fields} if part != MATERIALS else {k.key: k.label for k in base.materials}
    return f"{section.title} · {words[key]}" if key in words else section.title


def places(base: Form) -> list[tuple[str, str]]:
    """Every place that can be explained, moved, demanded or added to, as (place, words)."""
    found: list[tuple[str, str]] = []
    for section in base.sections:
        found.append((section.key, f"{section.title}（整个部分）"))
        for field in section.fields:
            if not field.mirror:
                found.append((f"{section.key}.{field.key}", f"{section.title} · {field.label}"))
        if section.key == MATERIALS:
            found += [(f"{MATERIALS}.{kind.key}", f"{section.title} · {kind.label}") for kind in base.materials]
    return found
