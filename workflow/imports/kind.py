"""What an import is about (批量导入): the columns of its table, and the verbs that write a row.

A kind is a declaration: fields, what identifies a row, and four short methods. A row is never written past the
rules: it is handed to the very verb that a form would call. The preview is a rehearsal of the commit, in a
transaction that is taken back (`workflow.imports.import_batch`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from models.base import Labelled
from models.imports.import_batch import RowAction
from workflow.base.abilities import VERB, Ability
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask
from workflow.base.references import users_of
from workflow.base.remembered import forget
from workflow.base.unit_of_work import UnitOfWork
from workflow.imports.words import Faults, Words

#: Says how far the work is: done, total.
Tell = Callable[[int, int], None]
#: Rows between two words about the progress.
STRIDE = 50


@dataclass(frozen=True)
class Field:
    """One column of the table. `kind` says how its texts are read: see `workflow.imports.words`."""

    name: str
    label: str
    #: text, code, day, number, yes, choice, region, series, specialty, specialties, organisation, organisations,
    #: committee
    kind: str = "text"
    required: bool = False
    note: str = ""
    enum: type[Labelled] | None = None
    max_length: int = 200
    least: int | None = None  #: bounds of a number
    most: int | None = None
    sealed: bool = False  #: masked wherever it is shown
    example: str = ""
    also: tuple[str, ...] = ()  #: other headings of the column, the surest first: what the sheet of a list calls it
    blank: tuple[str, ...] = ()  #: words by which such a sheet says that there is nothing

    @property
    def hint(self) -> str:
        """The help of the column, with what every column's reader wants to know."""
        words = [f"填{'、'.join(member.label for member in self.enum)}"] if self.enum is not None else []
        if self.note:
            words.append(self.note)
        elif not self.required:
            words.append("可留空；对已有记录，留空表示不改")
        return "；".join(words)


@dataclass(slots=True)
class Outcome:
    """What a row does: `faults` by field ("" for the row), `before` and `after` as texts by field."""

    number: int
    texts: list[str]
    action: str = RowAction.WRONG
    record_id: int | None = None
    faults: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] | None = None
    after: dict[str, str] | None = None


class Later(Exception):
    """The row needs one that stands further down in the same table."""

    def __init__(self, fault: dict[str, str]) -> None:
        super().__init__()
        self.fault = fault  #: what is wrong when the other row never comes


class ImportKind:
    """One kind of import. Declare the words, override the methods; everything else is the engine's."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    guide: ClassVar[str] = ""
    roles: ClassVar[Sequence[str]] = ()
    fields: ClassVar[Sequence[Field]] = ()
    choices: ClassVar[Sequence[Ask]] = ()  #: asked once for the whole table
    key: ClassVar[Sequence[str]] = ()  #: fields by which two rows are the same
    model: ClassVar[Any] = None
    #: whether each row remembers its record and what it left; else both are worked out
    keeps_outcome: ClassVar[bool] = True
    only_looks: ClassVar[bool] = False  #: whether `examine` writes nothing, so that it needs no writer's transaction
    own_parts: ClassVar[Sequence[str]] = ()  #: tables that belong to the record and go with it

    @property
    def ability(self) -> Ability:
        """导入… as something a role can hold; each row is then the verb of its form, in the same capacity."""
        return Ability(f"{VERB}:imports.{self.name}", f"导入{self.title}", "批量导入", tuple(self.roles))

    # -- to be overridden ----------------------------------------------------------------------------

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Any | None:
        """The record that the row is about, or None when it is new; may raise `Later`."""
        raise TypeError(f"{self.name}: find")

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Any:
        """新增: the verb that makes the record; may raise `Later`."""
        raise TypeError(f"{self.name}: create")

    def change(self, uow: UnitOfWork, record: Any, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """编辑: the verb that changes the record to the values."""
        raise TypeError(f"{self.name}: change")

    def values_of(self, record: Any) -> dict[str, Any]:
        """The record as values by field: what `change` would have to be given to leave everything as it is."""
        raise TypeError(f"{self.name}: values_of")

    def remove(self, uow: UnitOfWork, record: Any) -> None:
        """Take a record back that this import has made and nobody has touched; by default it is deleted."""
        uow.session.delete(record)
        uow.session.flush()

    def state_of(self, record: Any) -> str:
        """What else of a record shows that somebody has dealt with it since."""
        return str(getattr(record, "state", ""))

    def prepare(self, uow: UnitOfWork, choices: dict[str, Any]) -> None:
        """Refuse choices that do not fit, before any row is looked at."""

    # -- the engine's --------------------------------------------------------------------------------

    @property
    def headings(self) -> list[str]:
        """The headings of the table, in order."""
        return [f.label for f in self.fields]

    def texts_of(self, record: Any) -> dict[str, str]:
        """The record as texts by field, with its state."""
        values = self.values_of(record)
        texts = {f.name: Words.text(f, values.get(f.name)) for f in self.fields}
        return texts | {"": self.state_of(record)}

    def offered(self, session: Session) -> dict[str, list[str]]:
        """The drop-down lists of the template, by field."""
        words = Words(session, {})
        return {f.name: found for f in self.fields if (found := words.offered(f))}

    def dictionary(self, session: Session) -> str:
        """The version of headings and drop-downs: another one, and a template is out of date."""
        parts = [self.name, *self.headings]
        parts += [f"{name}:{'|'.join(found)}" for name, found in self.offered(session).items()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]

    def examine(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> None:
        """Say what every row would do, in a transaction that is taken back: by default by doing it."""
        self.perform(uow, rows, choices, words, tell)

    def perform(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> None:
        """Do all rows within `uow`, and say in each what it does. Nothing that is refused leaves a trace.

        A row whose parent stands further down waits for it; rows go round until none moves any more.
        """
        self.prepare(uow, choices)
        words.gather(self.fields, rows)
        waiting = self._twins(rows)
        total, done = len(rows), len(rows) - len(waiting)
        while waiting:
            later: list[tuple[Outcome, dict[str, str]]] = []
            for row in waiting:
                try:
                    self._one(uow, row, choices, words)
                except Later as need:
                    later.append((row, need.fault))
                else:
                    done += 1
                    if done % STRIDE == 0:
                        tell(done, total)
            if len(later) == len(waiting):
                for row, fault in later:
                    row.action, row.faults = RowAction.WRONG, fault
                break
            waiting = [row for row, _fault in later]
        tell(total, total)

    def _twins(self, rows: Sequence[Outcome]) -> list[Outcome]:
        """The rows without those that repeat an earlier one."""
        places = [n for n, f in enumerate(self.fields) if f.name in self.key]
        first: dict[tuple[str, ...], int] = {}
        kept = []
        for row in rows:
            key = tuple(_same(row.texts[n]) for n in places)
            if any(key) and key in first:
                row.faults = {"": f"与第 {first[key]} 行重复，同一记录只能出现一次；请删去一行。"}
            else:
                first[key] = row.number
                kept.append(row)
        return kept

    def _one(self, uow: UnitOfWork, row: Outcome, choices: dict[str, Any], words: Words) -> None:
        if row.faults:
            row.action = RowAction.WRONG
            return
        entries, effects = len(uow.entries), len(uow.after_commit)
        try:
            with uow.session.begin_nested():
                values = words.values(self.fields, row.texts)
                self._write(uow, row, values, choices)
        except Faults as faults:
            row.action, row.faults = RowAction.WRONG, faults.by_field
        except NotYou:
            raise
        except Refused as refusal:
            row.action, row.faults = RowAction.WRONG, self._at_fields(refusal)
        else:
            return
        del uow.entries[entries:], uow.after_commit[effects:]
        forget(uow.session)

    def _write(self, uow: UnitOfWork, row: Outcome, values: dict[str, Any], choices: dict[str, Any]) -> None:
        record = self.find(uow, values, choices)
        if record is None:
            record = self.create(uow, values, choices)
            row.action = RowAction.NEW
        else:
            row.before = self.texts_of(record)
            known = self.values_of(record)
            given = {f.name for f, text in zip(self.fields, row.texts, strict=True) if text}
            differing = {n for n in given if Words.text(self._field(n), values[n]) != row.before[n]}
            if not differing:
                row.action, row.record_id, row.after = RowAction.UNCHANGED, record.id, row.before
                return
            self.change(uow, record, known | {name: values[name] for name in given}, choices)
            row.action = RowAction.CHANGED
        uow.session.flush()
        row.record_id, row.after = record.id, self.texts_of(record)

    def _field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)

    def _at_fields(self, refusal: Refused) -> dict[str, str]:
        """The sentences of a refusal at the columns they speak of; those of no column at the row."""
        names = {f.name for f in self.fields}
        found: dict[str, str] = {}
        for name, sentence in refusal.fields.items():
            place = next((n for n in (name, name.removesuffix("_id"), name.removesuffix("_code")) if n in names), "")
            found[place] = f"{found[place]} {sentence}" if place in found else sentence
        return found or {"": refusal.sentence}

    # -- taking back ---------------------------------------------------------------------------------

    def touched(self, session: Session, rows: Sequence[Outcome], words: Words) -> dict[int, str]:
        """Row number → why it is not taken back: its record is gone, was changed since, or others build on it."""
        found: dict[int, str] = {}
        users = users_of(
            session,
            self.model,
            [row.record_id for row in rows if row.record_id and row.action == RowAction.NEW],
            self.own_parts,
        )
        for row in rows:
            record = session.get(self.model, row.record_id) if row.record_id else None
            if record is None:
                found[row.number] = "记录已不存在。"
            elif self.texts_of(record) != row.after:
                found[row.number] = f"“{record}”此后已被修改。"
            elif row.record_id in users:
                found[row.number] = f"“{record}”此后已被{users[row.record_id]}使用。"
        return found

    def take_back(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> dict[int, str]:
        """Undo the rows, the last first, as far as nobody has touched them since; row number → why one stays.

        A record that stays keeps those it stands on.
        """
        kept: dict[int, str] = {}
        for place, row in enumerate(rows):
            if why := self.touched(uow.session, [row], words):
                kept |= why
                continue
            record = uow.session.get_one(self.model, row.record_id)
            try:
                with uow.session.begin_nested():
                    if row.action == RowAction.NEW:
                        uow.record("undo_import", record, label="撤销导入", name=str(record)[:80])
                        self.remove(uow, record)
                    else:
                        self.restore(uow, record, row.before or {}, choices)
                    uow.session.flush()
            except Refused as refusal:
                kept[row.number] = refusal.sentence
            if place % STRIDE == 0:
                tell(place, len(rows))
        return kept

    def restore(self, uow: UnitOfWork, record: Any, before: dict[str, str], choices: dict[str, Any]) -> None:
        """Give a changed record its former values back."""
        words = Words(uow.session, {})
        texts = [before[f.name] for f in self.fields]
        words.gather(self.fields, [Outcome(0, texts)])
        self.change(uow, record, words.values(self.fields, texts, former=True), choices)

    def may(self, uow: UnitOfWork) -> None:
        """Refuse an account that does not import this."""
        uow.lead(self.ability)


def _same(text: str) -> str:
    """A text as keys are compared: without blanks and signs that codes are written with, in capital letters."""
    return re.sub(r"[\s\-－—]", "", unicodedata.normalize("NFKC", text)).upper()


KINDS: dict[str, ImportKind] = {}


def imports(kind: type[ImportKind]) -> type[ImportKind]:
    """Decorator: the class below is one of the product's imports."""
    KINDS[kind.name] = kind()
    return kind


def kind_of(name: str) -> ImportKind:
    """The kind of that name; refused when there is none."""
    if name not in KINDS:
        raise NotNow("没有这种导入，请从相应的管理页面进入批量导入。")
    return KINDS[name]
