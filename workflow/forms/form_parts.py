"""What a form is made of: sections, fields, kinds of material, and the conditions under which they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.materials import following
from workflow.base.errors import Refused

#: A condition: every table of facts that would do; within a table all must hold. Empty: no condition.
Condition = tuple[Mapping[str, Any], ...]
Facts = Mapping[str, Any]


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether any table of the condition agrees with the facts."""
    return any(all(_agrees(facts.get(name), wanted) for name, wanted in table.items()) for table in condition)


def _agrees(found: Any, wanted: Any) -> bool:
    return found in wanted if isinstance(wanted, list) else found == wanted


@dataclass(frozen=True)
class Guidance:
    """What stands beside a section: requirement, example, common mistake, policy basis."""

    requirement: str
    example: str
    mistake: str
    basis: str


def _told(hint: str, help: Guidance | None) -> str:
    if help is None:
        return hint
    names = (("要求", help.requirement), ("示例", help.example), ("常见错误", help.mistake), ("依据", help.basis))
    return "；".join(filter(None, (hint, *(f"{name}：{words.rstrip('。；')}" for name, words in names if words))))


@dataclass(frozen=True)
class Field:
    """One field of a section. A field with a `mirror` shows another record and is not typed here."""

    key: str
    label: str
    kind: str = "text"
    required: bool = False
    required_when: Condition = ()
    when: Condition = ()
    expected: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    max: int = 200
    lowest: int | None = None
    highest: int | None = None
    evidence: bool = False
    evidence_when: Condition = ()
    not_before: str = ""
    hint: str = ""
    clause: str = ""
    help: Guidance | None = None  #: what the office says of it in this edition

    @property
    def told(self) -> str:
        """What stands beside the field: its own hint, and what the office says of it."""
        return _told(self.hint, self.help)

    @property
    def mirror(self) -> tuple[str, str] | None:
        """(record, attribute) of a mirrored field, as ("person", "name")."""
        record, dot, attribute = self.kind.partition(".")
        return (record, attribute) if dot else None

    def applies(self, facts: Facts) -> bool:
        """Whether the field exists for these facts."""
        return not self.when or holds(self.when, facts)

    def needed(self, facts: Facts) -> bool:
        """Whether it must be filled in."""
        return self.applies(facts) and (self.required or holds(self.required_when, facts))

    def is_evidence(self, facts: Facts) -> bool:
        """Whether its date must not be after the 材料有效截止日."""
        return self.evidence or holds(self.evidence_when, facts)


@dataclass(frozen=True)
class Section:
    """One section of the form; repeated sections hold a list of rows."""

    key: str
    number: int
    title: str
    guidance: Guidance
    fields: tuple[Field, ...] = ()
    repeated: bool = False
    min_rows: int = 0
    max_rows: int = 50
    expected_rows: int = 0
    proven: bool = False  #: every row asks for a file beside it (佐证)
    only: Condition = ()
    retired: tuple[Field, ...] = ()  #: no longer asked; what former editions of the form hold of them is still shown

    def left(self, value: Any) -> dict[str, Any]:
        """What was typed into fields that are asked no more."""
        held = value if isinstance(value, Mapping) else {}
        return {field.key: held[field.key] for field in self.retired if held.get(field.key)}

    def left_in_rows(self, before: Sequence[Mapping[str, Any]], rows: Sequence[dict[str, Any]]) -> None:
        """The same of every row of a repeated section, which goes on with its row."""
        gone = {field.key for field in self.retired}
        if not gone:
            return
        shown = [{key: part for key, part in row.items() if key not in gone} for row in before]
        for old, new in following.places(shown, rows).items():
            rows[new] |= self.left(before[old])

    def applies(self, facts: Facts) -> bool:
        """Whether the section is asked for these facts (way, level, mode …)."""
        return not self.only or holds(self.only, facts)

    def field(self, key: str) -> Field:
        """The field of that key."""
        return next(field for field in self.fields if field.key == key)


@dataclass(frozen=True)
class MaterialKind:
    """A kind of material (附件类别): when it is required and which files do."""

    key: str
    label: str
    required: bool = False
    required_when: Condition = ()
    only: Condition = ()  #: not asked for, and offered under these conditions alone
    warn_only: bool = False
    accept: tuple[str, ...] = ("pdf", "jpg", "jpeg", "png")
    max_mb: int | None = None  #: None: the setting upload_max_mb
    max_files: int = 10
    shape: tuple[float, ...] = ()  #: lowest and highest width by height of a photo
    least_width: int = 1  #: pixels
    proves: tuple[str, ...] = ()  #: sections whose rows such a file can prove
    copies: int = 0  #: of the paper, as the edition asks for them; 0: nothing is said
    hint: str = ""
    clause: str = ""
    help: Guidance | None = None  #: what the office says of it in this edition

    @property
    def told(self) -> str:
        """What stands beside the kind: its own hint, how many copies of the paper, what the office says of it."""
        paper = f"纸质 {self.copies} 份" if self.copies else ""
        return _told("；".join(filter(None, (self.hint, paper))), self.help)

    def fits(self, facts: Facts) -> bool:
        """Whether it belongs to such a declaration at all: always, or under the conditions that require or offer it."""
        return not (self.required_when or self.only) or self.needed(facts) or holds(self.only, facts)

    def needed(self, facts: Facts) -> bool:
        """Whether it is asked for under these facts; with `warn_only` its absence is only told."""
        return self.required or holds(self.required_when, facts)


@dataclass(frozen=True)
class Form:
    """The whole form with its version, which a declaration keeps."""

    version: str
    sections: tuple[Section, ...]
    materials: tuple[MaterialKind, ...]
    promise: str
    promise_version: str
    retired: tuple[MaterialKind, ...] = ()  #: asked of others; a file of them stays readable and can be removed

    def section(self, key: str) -> Section:
        """The section of that key; refused when the form has none."""
        for section in self.sections:
            if section.key == key:
                return section
        raise Refused("申报表中没有这一部分；请从申报页面重新进入。")

    def material(self, key: str) -> MaterialKind:
        """The kind of material of that key; refused when the form has none."""
        for kind in self.materials:
            if kind.key == key:
                return kind
        raise Refused("申报材料中没有这一类别；请从材料列表中选择。", field="kind")

    def held(self, key: str) -> MaterialKind:
        """The kind of a file that is there, asked for or not."""
        found = next((kind for kind in (*self.materials, *self.retired) if kind.key == key), None)
        return found or MaterialKind(key=key, label="其他材料")

    def sections_for(self, facts: Facts) -> list[Section]:
        """The sections asked for these facts, in order."""
        return [section for section in self.sections if section.applies(facts)]
