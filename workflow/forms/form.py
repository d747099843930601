"""The declaration form (申报表) as it is declared in data/declaration_form.toml, and what is wrong with an answer.

`form()` gives the sections, materials and the promise; `clean` types what was filled into one section and keeps
whatever was typed; `problems` names everything that is missing or wrong at once (一次性告知, 118号 四(三)).
`form_of` is the form of one declaration, with the edition of the office it was begun with.
Source: REQUIREMENTS §1.3; T5, N2, N10–N17, N40–N42.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, object_session

from models.declarations.declaration import Declaration, DeclarationContent
from workflow.forms import chronology, editions
from workflow.forms.form_parts import Condition, Facts, Field, Form, Guidance, MaterialKind, Section
from workflow.forms.form_values import Value, blank, typed

DATA = Path(__file__).resolve().parents[2] / "data"
EVIDENCE = "118号 二(三)"
SECRETS = "118号 一"
KEPT_ROWS = 200  #: rows that are kept even when they are too many


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where, the sentence, its clause, and whether it stops the submission."""

    section: str
    field: str
    row: int | None
    sentence: str
    clause: str = ""
    level: str = "error"  #: error or warning

    @property
    def place(self) -> str:
        """`section`, `section.field` or `section.row.field`: where a page jumps to."""
        return ".".join(str(part) for part in (self.section, self.row, self.field) if part not in (None, ""))


def clean(
    section: Section, raw: Any, *, cutoff: date | None = None, context: Facts | None = None, draft: bool = False
) -> tuple[Any, dict[str, str]]:
    """(value, errors) of what was typed into a section.

    Takes a mapping, or a list of mappings for a repeated section; wholly empty rows are dropped. What cannot
    be typed is kept as it was. Errors by field, in repeated sections by `row.field` of the value given back.
    With `draft` nothing is required (暂存); with `cutoff` evidence after that day is an error.
    """
    facts = dict(context or {})
    if not section.repeated:
        return _clean_row(section, raw if isinstance(raw, Mapping) else {}, facts, cutoff, draft)
    rows = [raw] if isinstance(raw, Mapping) else raw if isinstance(raw, Sequence) and not isinstance(raw, str) else []
    values: list[dict[str, Value]] = []
    errors: dict[str, str] = {}
    for row in rows[:KEPT_ROWS]:
        value, wrong = _clean_row(section, row if isinstance(row, Mapping) else {}, facts, cutoff, draft)
        if all(blank(part) for part in value.values()):
            continue
        errors |= {f"{len(values)}.{key}": sentence for key, sentence in wrong.items()}
        values.append(value)
    if len(values) > section.max_rows:
        errors[""] = f"{section.title}最多填写 {section.max_rows} 条，现有 {len(values)} 条；请保留最主要的。"
    return values, errors


def _clean_row(
    section: Section, raw: Mapping[str, Any], facts: dict[str, Any], cutoff: date | None, draft: bool
) -> tuple[dict[str, Value], dict[str, str]]:
    value: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for field in section.fields:
        if field.mirror is None:
            value[field.key], sentence = typed(field, raw.get(field.key))
            if sentence:
                errors[field.key] = sentence
    known = facts | value
    for field in section.fields:
        if field.mirror or not field.applies(known):
            errors.pop(field.key, None)
        elif field.key not in errors:
            sound = {key: part for key, part in value.items() if key not in errors}
            if sentence := _wrong(section, field, sound, known, cutoff, draft):
                errors[field.key] = sentence
    return value, errors


def _wrong(section: Section, field: Field, value: Facts, known: Facts, cutoff: date | None, draft: bool) -> str:
    """What is wrong with a value that could be typed; empty when nothing is."""
    found = value[field.key]
    if blank(found):
        if draft or not field.needed(known):
            return ""
        verb = "勾选" if field.kind == "check" else "选择" if field.kind == "choice" else "填写"
        return f"请{verb}{field.label}{_cite(field.clause)}。"
    earlier = value.get(field.not_before) if field.not_before else None
    if earlier and str(found) < str(earlier):
        return f"{field.label}（{found}）早于{section.field(field.not_before).label}（{earlier}），请核对两个时间。"
    if cutoff and field.is_evidence(known) and str(found) > cutoff.isoformat()[: len(str(found))]:
        return (
            f"{field.label}为 {found}，晚于材料有效截止日 {cutoff}（含当日），不作为本年度有效参评材料（{EVIDENCE}）；"
            "请删除或更换为截止日前取得的材料。"
        )
    return ""


def problems(
    sections: Mapping[str, Any], *, cutoff: date | None, context: Facts | None = None, by: Form | None = None
) -> list[Problem]:
    """Everything that is wrong with a whole declaration, in the order of the form.

    `context`: way, level, mode, channel, needs_quota, secret; `materials` (the kinds uploaded), `promised`;
    mirrored values as "person.phone" where the caller wants them required. 申报信息 counts as context, too.
    `by`: the form of the edition; without it the form as it is declared.
    """
    declaring = sections.get("declaring")
    facts: dict[str, Any] = dict(declaring if isinstance(declaring, Mapping) else {}) | dict(context or {})
    found: list[Problem] = []
    asked = by or form()
    for section in asked.sections_for(facts):
        if section.key == "materials":
            found += _material_problems(facts, asked.materials)
        elif section.key == "promise":
            if not facts.get("promised"):
                found.append(
                    _problem(section, "", None, f"请阅读并签署个人承诺（{section.guidance.basis} 告知承诺制）。")
                )
        else:
            found += _section_problems(section, sections.get(section.key), facts, cutoff)
    shown = asked.sections_for(facts)
    known = {(problem.section, problem.field, problem.row) for problem in found}
    for key, field, row, sentence in chronology.disorder(sections, shown, facts):
        if (key, field, row) not in known:
            found.append(_problem(asked.section(key), field, row, sentence, chronology.CLAUSE))
    return found


def _section_problems(section: Section, raw: Any, facts: dict[str, Any], cutoff: date | None) -> Iterator[Problem]:
    value, errors = clean(section, raw, cutoff=cutoff, context=facts)
    rows = value if section.repeated else [value]
    if len(rows) < section.min_rows:
        sentence = f"{section.title}至少填写 {section.min_rows} 条，现有 {len(rows)} 条（{section.guidance.basis}）。"
        yield _problem(section, "", None, sentence, section.guidance.basis)
    elif len(rows) < section.expected_rows:
        sentence = f"未填写{section.title}，原则上应当填写（{section.guidance.basis}）；没有的可以提交，由评审时评议。"
        yield _problem(section, "", None, sentence, section.guidance.basis, "warning")
    for place, sentence in errors.items():
        row, _, key = place.rpartition(".")
        clause = section.field(key).clause if key else ""
        yield _problem(section, key, int(row) if row else None, sentence, clause)
    for field in section.fields:
        if field.mirror and field.required and field.kind in facts and blank(facts[field.kind]):
            yield _problem(
                section, field.key, None, f"缺少{field.label}；请在“个人信息”（我的账号）中补充后再提交。", field.clause
            )
        if not field.expected:
            continue
        for index, row in enumerate(rows):
            if field.applies(facts | row) and blank(row[field.key]):
                sentence = f"未填写{field.label}，建议补充，便于审核和评议。"
                yield _problem(
                    section, field.key, index if section.repeated else None, sentence, field.clause, "warning"
                )


def _material_problems(facts: dict[str, Any], kinds: Sequence[MaterialKind]) -> Iterator[Problem]:
    uploaded = set(facts.get("materials") or ())
    for kind in kinds:
        if kind.key in uploaded or not kind.needed(facts):
            continue
        if kind.warn_only:
            sentence = f"未上传{kind.label}，原则上应当提供{_cite(kind.clause)}；没有的可以提交，请在材料中说明。"
            yield Problem("materials", kind.key, None, sentence, kind.clause, "warning")
        elif facts.get("secret") and kind.key != "photo":
            if kind.key not in (facts.get("stubs") or ()):
                sentence = (
                    f"请上传{kind.label}{_cite(kind.clause)}；确因涉密只有纸质的，请登记纸质目录（名称、编号、页数），"
                    f"材料线下报送（{SECRETS}）。"
                )
                yield Problem("materials", kind.key, None, sentence, SECRETS)
        else:
            yield Problem("materials", kind.key, None, f"请上传{kind.label}{_cite(kind.clause)}。", kind.clause)


def _problem(
    section: Section, field: str, row: int | None, sentence: str, clause: str = "", level: str = "error"
) -> Problem:
    where = f"{section.title}第 {row + 1} 条：" if row is not None else ""
    return Problem(section.key, field, row, where + sentence, clause, level)


def _cite(clause: str) -> str:
    return f"（{clause}）" if clause else ""


def form_of(declaration: Declaration) -> Form:
    """The form a declaration is filled in, checked, printed and read by: that of the edition it was begun with."""
    edition, session = editions.edition_of(declaration), object_session(declaration)
    if edition is None or session is None:
        return form()
    return editions.as_laid(session, edition, form(), editions.scope_of(declaration))


def begun(session: Session, year: int) -> DeclarationContent:
    """Nothing filled in yet, by the edition that is in force now for that year."""
    edition = editions.in_force(session, year)
    version = editions.version_of(form(), edition)
    return DeclarationContent(sections={}, form_version=version, form_edition_id=edition.id if edition else None)


@cache
def form() -> Form:
    """The declared form, read once."""
    declared = tomllib.loads((DATA / "declaration_form.toml").read_text(encoding="utf-8"))
    lists = _code_lists()
    return Form(
        version=declared["version"],
        sections=tuple(_section(given, lists) for given in declared["section"]),
        materials=tuple(_material(given) for given in declared["material"]),
        promise=declared["promise"]["text"].strip(),
        promise_version=declared["promise"]["version"],
    )


def _code_lists() -> dict[str, list[str]]:
    """The names of each code list; a stored answer is the name, as it is printed."""
    lists: dict[str, list[str]] = {}
    with (DATA / "reference" / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["list"], []).append(row["name"])
    return lists


def _section(given: dict[str, Any], lists: dict[str, list[str]]) -> Section:
    fields = tuple(_field(field, lists) for field in given.pop("fields", ()))
    retired = tuple(_field(field, lists) for field in given.pop("retired", ()))
    only = _condition(given.pop("only", ()))
    return Section(guidance=Guidance(**given.pop("guidance")), fields=fields, only=only, retired=retired, **given)


def _field(given: dict[str, Any], lists: dict[str, list[str]]) -> Field:
    choices = lists[given.pop("list")] if "list" in given else given.pop("choices", ())
    pairs = tuple((choice, choice) if isinstance(choice, str) else (choice[0], choice[1]) for choice in choices)
    evidence = given.pop("evidence", False)
    given.setdefault("max", 2000 if given.get("kind") == "area" else 200)
    return Field(
        choices=pairs,
        evidence=evidence is True,
        evidence_when=() if evidence is True else _condition(evidence or ()),
        when=_condition(given.pop("when", ())),
        required_when=_condition(given.pop("required_when", ())),
        **given,
    )


def _material(given: dict[str, Any]) -> MaterialKind:
    accept = tuple(given.pop("accept", MaterialKind.accept))
    shape, proves = tuple(given.pop("shape", ())), tuple(given.pop("proves", ()))
    needed, offered = _condition(given.pop("required_when", ())), _condition(given.pop("only", ()))
    return MaterialKind(accept=accept, shape=shape, proves=proves, required_when=needed, only=offered, **given)


def _condition(given: Any) -> Condition:
    return (given,) if isinstance(given, Mapping) else tuple(given)
