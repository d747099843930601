"""成果库: every row and file entered once, and chosen into a declaration of any year, with what has changed since.

An entry is cleaned by the same form as a row of a declaration; the rules of a batch (evidence dates, numbers of rows)
are those of the declaration it is chosen into. Files are not shared: each record has rows of its own for the same
content, so that its own policy guards them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select

from models.declarations.declaration import Declaration
from models.declarations.material import Material, StoredFile
from models.materials.library import LibraryEntry, LibraryFile, LibraryUse
from models.materials.proof import Proof, proofs_of
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.roles import APPLICANT
from workflow.base.scopes import everyone, part_of
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import content, submission
from workflow.declarations.content import materials_of
from workflow.declarations.corrections import unlocked
from workflow.forms import form
from workflow.forms.form_parts import Field, MaterialKind, Section
from workflow.materials import proofs
from workflow.storage import files

KEEP = verb("library.keep", "维护成果库", "申报", APPLICANT)
#: Entries of one person; beyond that somebody writes by a machine.
MOST = 5_000
LONGEST_WORDS = 600
#: Files of one entry.
MOST_FILES = 10
#: Entries that one press may choose.
AT_ONCE = 50
#: What is said anew each year and proves nothing.
NOT_KEPT = ("discipline", "declaring")


@everyone(LibraryEntry)
def own_entries(actor: Any) -> ColumnElement[bool]:
    """A person his own."""
    return LibraryEntry.person_id == actor.person_id if actor.person_id else false()


part_of(LibraryFile, LibraryFile.entry_id, LibraryEntry)
part_of(LibraryUse, LibraryUse.declaration_id, Declaration)


def sections() -> list[Section]:
    """The sections whose rows the library keeps."""
    return [s for s in form.form().sections if s.repeated and s.fields and s.key not in NOT_KEPT]


def section(key: str) -> Section:
    """One of them; refused where there is none."""
    for one in sections():
        if one.key == key:
            return one
    raise Refused("成果库中没有这一类别；请从类别列表中选择。", field="section")


def kinds_of(key: str) -> list[MaterialKind]:
    """Kinds of material that prove such an entry."""
    return [kind for kind in form.form().materials if key in kind.proves]


def known(kept: Section, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says of the fields of every year; what an edition of the form asks beside them stays with the row."""
    return {field.key: row[field.key] for field in kept.fields if field.key in row}


def beside(kept: Section, row: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a row to what only the edition of its declaration asks."""
    keys = {field.key for field in kept.fields}
    return {key: value for key, value in row.items() if key not in keys}


# -- entries ---------------------------------------------------------------------------------------------


def found(uow: UnitOfWork, key: str = "", words: str = "") -> Select[tuple[LibraryEntry]]:
    """My entries of a section, or of all, that hold the words; the newest first."""
    mine = select(LibraryEntry).where(LibraryEntry.person_id == uow.actor.person_id)
    if key:
        mine = mine.where(LibraryEntry.section == key)
    for word in words.split()[:5]:
        mine = mine.where(LibraryEntry.words.contains(word.lower(), autoescape=True))
    return mine.order_by(LibraryEntry.changed_at.desc(), LibraryEntry.id.desc())


def write(uow: UnitOfWork, key: str, raw: Any, entry: LibraryEntry | None = None) -> LibraryEntry:
    """新增 or 修改 an entry. Refused: nothing filled in, what cannot be read (by field), the same entry twice."""
    uow.lead(KEEP, "只有申报人可以维护成果库；请用个人账号登录。")
    if uow.actor.person_id is None or (entry is not None and entry.person_id != uow.actor.person_id):
        raise NotYou("只能维护本人的成果库；请用个人账号登录。")
    kept = section(key)
    value, errors = form.clean(kept, [raw], draft=True)
    if errors:
        raise Refused("有栏目需要修改。", fields={name.partition(".")[2]: words for name, words in errors.items()})
    if not value:
        raise Refused(f"请至少填写一栏，再保存到成果库（{kept.title}）。", field=_first(kept).key)
    row, mark = value[0], content.fingerprint(value[0])
    twin = _twin(uow, key, mark)
    if twin is not None and twin is not entry:
        raise NotNow(f"成果库中已有内容完全相同的“{twin}”，不必重复录入。", field=_first(kept).key)
    if entry is None:
        _bound(uow, 1)
        entry = LibraryEntry(person_id=uow.actor.person_id, section=key)
        uow.session.add(entry)
    _fill(uow, entry, kept, row, mark)
    uow.session.flush()
    uow.record("keep_entry", entry, label="保存成果", section=kept.title, quiet=True)
    return entry


def _fill(uow: UnitOfWork, entry: LibraryEntry, kept: Section, row: dict[str, Any], mark: str) -> None:
    entry.content, entry.print, entry.name = row, mark, proofs.name_of(kept, row)
    told = " ".join(_told(f, row) for f in kept.fields if f.mirror is None)
    entry.words = " ".join(told.split()).lower()[:LONGEST_WORDS]
    entry.changed_at = uow.now.replace(microsecond=0)


def _first(kept: Section) -> Field:
    return next(f for f in kept.fields if f.mirror is None)


def _twin(uow: UnitOfWork, key: str, mark: str) -> LibraryEntry | None:
    same = select(LibraryEntry).where(
        LibraryEntry.person_id == uow.actor.person_id, LibraryEntry.section == key, LibraryEntry.print == mark
    )
    return uow.session.scalars(same).first()


def _bound(uow: UnitOfWork, more: int) -> None:
    mine = select(func.count()).where(LibraryEntry.person_id == uow.actor.person_id)
    if (uow.session.scalar(mine) or 0) + more > MOST:
        raise Refused(f"成果库最多保存 {MOST} 条；请先移除不再需要的。")


def remove(uow: UnitOfWork, entry: LibraryEntry) -> None:
    """移除 an entry; declarations keep what was chosen into them."""
    if entry.person_id != uow.actor.person_id:
        raise NotYou("只能维护本人的成果库；请用个人账号登录。")
    held = [one.file for one in entry.files]
    uow.record(
        "remove_entry", f"{LibraryEntry.__tablename__}:{entry.id}", label="移除成果", deleted=True, name=entry.name
    )
    uow.session.delete(entry)
    uow.session.flush()
    for file in held:
        uow.session.delete(file)
    uow.session.flush()


def attach(uow: UnitOfWork, entry: LibraryEntry, kind: str, data: bytes, name: str) -> LibraryFile:
    """A file beside an entry, checked like any material. Refused: a kind that does not prove it, too many, twice."""
    if entry.person_id != uow.actor.person_id:
        raise NotYou("只能维护本人的成果库；请用个人账号登录。")
    declared = next((k for k in kinds_of(entry.section) if k.key == kind), None)
    if declared is None:
        raise Refused("这一类成果没有这种佐证材料；请从列表中选择。", field="file")
    if len(entry.files) >= MOST_FILES:
        raise Refused(f"一条成果最多 {MOST_FILES} 件佐证材料；请先移除不用的，或合并为一个 PDF。", field="file")
    stored = files.store(
        uow, data, name, owner=entry, purpose=declared.label, accept=declared.accept, max_mb=declared.max_mb
    )
    if stored.sha256 in {one.file.sha256 for one in entry.files}:
        raise NotNow(f"“{stored.name}”已在这条成果的佐证材料中，无须再传。", field="file")
    made = LibraryFile(kind=kind, file=stored)
    entry.files.append(made)
    uow.session.flush()
    uow.record("attach_entry", entry, label="上传成果佐证", file=stored.name, quiet=True)
    return made


def detach(uow: UnitOfWork, entry: LibraryEntry, number: str) -> None:
    """Take a file from an entry."""
    if entry.person_id != uow.actor.person_id:
        raise NotYou("只能维护本人的成果库；请用个人账号登录。")
    for one in entry.files:
        if str(one.id) == number:
            uow.record("detach_entry", entry, label="移除成果佐证", file=one.file.name, quiet=True)
            entry.files.remove(one)
            uow.session.flush()
            uow.session.delete(one.file)
            return
    raise NotNow("该文件已不在这条成果中；请刷新后查看。", field="file")


# -- between library and declaration ---------------------------------------------------------------------


def uses_of(uow: UnitOfWork, declaration: Declaration) -> list[LibraryUse]:
    """Which rows of a declaration were chosen from which entries."""
    mine = select(LibraryUse).where(LibraryUse.declaration_id == declaration.id)
    return list(uow.session.scalars(mine.order_by(LibraryUse.section, LibraryUse.place)).unique())


def choose(uow: UnitOfWork, declaration: Declaration, key: str, chosen: Collection[int]) -> int:
    """选入: these entries become rows of the section, with their files as materials beside them; how many.

    Refused: none chosen, what is not mine, more rows than the section takes, what is in the declaration already.
    """
    submission.own_and_open(uow, declaration)
    kept = section(key)
    if not chosen:
        raise Refused("请先勾选要选入的成果。", field="entry")
    if len(chosen) > AT_ONCE:
        raise Refused(f"一次最多选入 {AT_ONCE} 条；请分几次选入。", field="entry")
    entries = list(
        uow.session.scalars(
            select(LibraryEntry)
            .where(LibraryEntry.person_id == uow.actor.person_id, LibraryEntry.section == key)
            .where(LibraryEntry.id.in_(chosen))
            .order_by(LibraryEntry.id)
        )
    )
    if len(entries) != len(set(chosen)):
        raise NotNow("所选成果有的已不在成果库中；请刷新后重新勾选。", field="entry")
    used = {use.entry_id for use in uses_of(uow, declaration)}
    if again := [entry.name for entry in entries if entry.id in used]:
        raise NotNow(f"“{again[0]}”已选入本次申报，不能重复选入；请取消勾选。", field="entry")
    rows = list((declaration.content.sections or {}).get(key) or [])
    if len(rows) + len(entries) > kept.max_rows:
        raise Refused(
            f"{kept.title}最多填写 {kept.max_rows} 条，已有 {len(rows)} 条；请减少勾选，保留最主要的。", field="entry"
        )
    _put_rows(uow, declaration, key, [*rows, *(dict(entry.content) for entry in entries)])
    for place, entry in enumerate(entries, len(rows)):
        uow.session.add(LibraryUse(entry_id=entry.id, declaration_id=declaration.id, section=key, place=place))
        _bring_files(uow, declaration, entry, place)
    uow.session.flush()
    uow.record("choose_entries", declaration, label="从成果库选入", section=kept.title, count=len(entries), quiet=True)
    return len(entries)


def _put_rows(uow: UnitOfWork, declaration: Declaration, key: str, rows: list[dict[str, Any]]) -> None:
    unlocked.refuse_section(uow.session, declaration, section(key), rows)
    declaration.content.sections = {**(declaration.content.sections or {}), key: rows}


def _bring_files(uow: UnitOfWork, declaration: Declaration, entry: LibraryEntry, place: int) -> None:
    held = {(m.kind, m.file.sha256): m for m in materials_of(uow, declaration)}
    for one in entry.files:
        kind = form.form_of(declaration).held(one.kind)
        material = held.get((one.kind, one.file.sha256))
        if material is None:
            unlocked.refuse_file(uow.session, declaration, one.kind)
            if sum(1 for k, _digest in held if k == one.kind) >= kind.max_files:
                raise Refused(
                    f"“{kind.label}”最多 {kind.max_files} 件，放不下“{entry.name}”的佐证材料；请先移除不用的材料。",
                    field="entry",
                )
            material = Material(
                declaration_id=declaration.id, kind=one.kind, file=_copy(uow, one.file, declaration, kind.label)
            )
            uow.session.add(material)
            uow.session.flush()
            held[one.kind, one.file.sha256] = material
        uow.session.add(Proof(material_id=material.id, section=entry.section, place=place))


def _copy(uow: UnitOfWork, file: StoredFile, owner: Any, purpose: str) -> StoredFile:
    return StoredFile(
        key=files.new_key(),
        sha256=file.sha256,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        pages=file.pages,
        owner_kind=owner.__tablename__,
        owner_id=owner.id,
        purpose=purpose,
        uploaded_at=uow.now.replace(microsecond=0),
        uploaded_by=uow.actor.id,
    )


def take_in(uow: UnitOfWork, declaration: Declaration) -> int:
    """收入成果库: every row of my declaration that the library does not hold yet, with its files; how many."""
    uow.lead(KEEP, "只有申报人可以维护成果库；请用个人账号登录。")
    if declaration.person_id != uow.actor.person_id:
        raise NotYou("只能收入本人的申报；请用申报人本人的账号登录。")
    proved = proofs_of(uow.session, declaration.id)
    used = {(use.section, use.place) for use in uses_of(uow, declaration)}
    count = 0
    for kept, place, row in _rows(declaration):
        if (kept.key, place) in used:
            continue
        row = known(kept, row)
        mark = content.fingerprint(row)
        entry = _twin(uow, kept.key, mark)
        if entry is None:
            _bound(uow, 1)
            entry = LibraryEntry(person_id=uow.actor.person_id, section=kept.key, origin=declaration.number)
            _fill(uow, entry, kept, row, mark)
            uow.session.add(entry)
            uow.session.flush()
            count += 1
            _take_files(uow, declaration, entry, [p for p in proved if (p.section, p.place) == (kept.key, place)])
        uow.session.add(LibraryUse(entry_id=entry.id, declaration_id=declaration.id, section=kept.key, place=place))
    uow.session.flush()
    uow.record("take_in", declaration, label="收入成果库", count=count, quiet=True)
    return count


def _rows(declaration: Declaration) -> Iterator[tuple[Section, int, Mapping[str, Any]]]:
    filled = declaration.content.sections or {}
    for kept in sections():
        for place, row in enumerate(filled.get(kept.key) or []):
            if isinstance(row, Mapping) and any(value not in content.EMPTY for value in row.values()):
                yield kept, place, row


def _take_files(uow: UnitOfWork, declaration: Declaration, entry: LibraryEntry, beside: Iterable[Proof]) -> None:
    kinds = {kind.key: kind.label for kind in form.form_of(declaration).materials}
    for proof in list(beside)[:MOST_FILES]:
        label = kinds.get(proof.material.kind, proof.material.kind)
        copied = _copy(uow, proof.material.file, entry, label)
        entry.files.append(LibraryFile(kind=proof.material.kind, file=copied))


# -- what changed since ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """An entry and the row that it became, where they say different things now."""

    use: LibraryUse
    words: str
    fields: list[tuple[str, str, str]]  #: label, as the library has it, as the declaration has it


def changed(uow: UnitOfWork, declaration: Declaration, key: str = "") -> list[Changed]:
    """What differs between library and declaration, row by row, of one section or of all."""
    filled, told = declaration.content.sections or {}, []
    for use in uses_of(uow, declaration):
        rows = filled.get(use.section) or []
        if (key and use.section != key) or use.place >= len(rows):
            continue
        kept, row = section(use.section), rows[use.place]
        fields = [
            (field.label, _told(field, use.entry.content), _told(field, row))
            for field in kept.fields
            if field.mirror is None and _told(field, use.entry.content) != _told(field, row)
        ]
        if fields:
            told.append(Changed(use, f"{kept.title}第 {use.place + 1} 条：{proofs.name_of(kept, row)}", fields))
    return told


def _told(field: Field, row: Mapping[str, Any]) -> str:
    value = row.get(field.key)
    if value is True:
        return "是"
    return "" if value in content.EMPTY else dict(field.choices).get(str(value), str(value))


def take_over(uow: UnitOfWork, declaration: Declaration, number: str, *, into_library: bool) -> None:
    """采用: the entry becomes what the row says, or the row what the entry says. Refused: what is gone meanwhile."""
    submission.own_and_open(uow, declaration)
    one = next((c for c in changed(uow, declaration) if str(c.use.id) == number), None)
    if one is None:
        raise NotNow("这一条与成果库已经一致，或已不在申报内容中；请刷新后查看。")
    kept = section(one.use.section)
    rows = [dict(row) for row in (declaration.content.sections or {})[kept.key]]
    if into_library:
        row = known(kept, rows[one.use.place])
        mark = content.fingerprint(row)
        twin = _twin(uow, kept.key, mark)
        if twin is not None:
            raise NotNow(f"成果库中已有内容完全相同的“{twin}”；请在成果库中移除重复的一条。")
        _fill(uow, one.use.entry, kept, row, mark)
    else:
        rows[one.use.place] = beside(kept, rows[one.use.place]) | one.use.entry.content
        _put_rows(uow, declaration, kept.key, rows)
    told = "以申报为准" if into_library else "以成果库为准"
    uow.record("take_over", declaration, label=told, section=kept.title, row=one.use.place + 1, quiet=True)
