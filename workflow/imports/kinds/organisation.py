"""批量导入 of organisations: a hundred thousand units at once, known by their 统一信用代码.

Too many for a verb each: the rows are judged and written by `workflow.register.register`, whose rules are those of the
form,
in a few statements. What stands in the register is read once for all rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.imports.import_batch import RowAction
from models.register.organisation import NodeKind, Organisation, UnitNature
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.imports.kind import Field, ImportKind, Outcome, Tell, imports
from workflow.imports.words import Words
from workflow.register import register
from workflow.register.attached import kind_stays

TABLE = Organisation.__table__
_AT_ONCE = 5_000


@imports
class OrganisationImport(ImportKind):
    """A row is a unit or an office."""

    name, title, guide, model = "organisation", "机构", "118号 四(一)", Organisation
    roles = (roles.HRSS_CONFIG,)
    keeps_outcome, only_looks = False, True
    fields = (
        Field(
            "code",
            "统一信用代码",
            "code",
            required=True,
            max_length=18,
            note="18 位，按 GB 32100 校验；单元格须为文本格式",
        ),
        Field("name", "机构名称", required=True, max_length=120),
        Field("kind", "节点类型", "choice", required=True, enum=NodeKind),
        Field("nature", "单位性质", "choice", enum=UnitNature, note="新机构留空按信用代码判断；已有机构留空表示不改"),
        Field("region_code", "行政区划", "region", required=True, note="名称或 6 位代码"),
        Field("superior", "上级单位统一信用代码", "code", max_length=18, note="上级单位可以在同一表的后面"),
        Field("file_holder", "人事档案存放单位", max_length=120),
        Field("contact", "联系人", max_length=40),
        Field("telephone", "联系电话", max_length=40),
        Field("complaint_telephone", "投诉受理电话", max_length=40),
        Field("grassroots", "乡镇基层单位", "yes"),
    )
    key = ("code",)

    # -- looking -------------------------------------------------------------------------------------

    def examine(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> None:
        """Judge every row by the rules of the register; nothing is written."""
        words.gather(self.fields, rows)
        readable, normal = self._readable(rows, words)
        seen = register.known(uow.session, normal)
        current = self._current(uow.session, (values["code"] for values in normal if values["code"] in seen.codes))
        if current:  # a blank 上级 leaves the one of the register, which the table does not name
            seen = register.known(uow.session, [*normal, *current.values()])
        ways: dict[str, str] = {}
        for done, (row, values) in enumerate(zip(readable, normal, strict=True), 1):
            before = current.get(values["code"])
            wanted = values if before is None else before | _named(row, values)
            wrong = register.faults(seen, wanted, new=before is None)
            if not wrong and before is not None and wanted["kind"] != before["kind"]:
                here = uow.session.get_one(Organisation, before["id"])
                if sentence := kind_stays(uow, here, wanted["kind"]):
                    wrong = {"kind": sentence}
            if wrong:
                row.faults = {name if name in _NAMES else "": sentence for name, sentence in wrong.items()}
                continue
            self._compare(row, before, wanted)
            if row.action != RowAction.UNCHANGED:
                ways[values["code"]] = wanted.get("superior") or ""
            if done % 2_000 == 0:
                tell(done, len(readable))
        self._refuse_rings(uow.session, readable, normal, ways)

    def _readable(self, rows: Sequence[Outcome], words: Words) -> tuple[list[Outcome], list[dict[str, Any]]]:
        """The rows whose cells can be read, none of them twice, and their values as the register keeps them."""
        once = self._twins([row for row in rows if not row.faults])
        values = words.table(self.fields, once)
        normal = [register.normal(found) for row, found in zip(once, values, strict=True) if not row.faults]
        return [row for row in once if not row.faults], normal

    @staticmethod
    def _compare(row: Outcome, before: dict[str, Any] | None, wanted: dict[str, Any]) -> None:
        if before is None:
            row.action = RowAction.NEW
        elif all((wanted.get(name) or "") == (before[name] or "") for name in _NAMES):
            row.action = RowAction.UNCHANGED
        else:
            row.action, row.before, row.after = RowAction.CHANGED, _texts(before), _texts(wanted)

    @staticmethod
    def _refuse_rings(
        session: Session, readable: Sequence[Outcome], normal: Sequence[dict[str, Any]], ways: dict[str, str]
    ) -> None:
        if not any(ways.values()):
            return
        caught = register.rings(session, ways)
        for row, values in zip(readable, normal, strict=True) if caught else ():
            if values["code"] in caught:
                row.action, row.before, row.faults = RowAction.WRONG, None, {"superior": caught[values["code"]]}

    @staticmethod
    def _current(session: Session, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Code → what the register says, as values by field."""
        above = TABLE.alias()
        query = select(
            TABLE.c.id, *(TABLE.c[name] for name in register.COLUMNS), func.coalesce(above.c.code, "").label("superior")
        )
        query = query.outerjoin(above, above.c.id == TABLE.c.superior_id)
        wanted, found = list(codes), {}
        for at in range(0, len(wanted), _AT_ONCE):
            for row in session.execute(query.where(TABLE.c.code.in_(wanted[at : at + _AT_ONCE]))).mappings():
                found[row["code"]] = dict(row)
        return found

    # -- writing -------------------------------------------------------------------------------------

    def perform(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> None:
        """Write the rows as they were shown; the register refuses all of them where one no longer fits."""
        words.gather(self.fields, rows)
        values = words.table(self.fields, rows)
        if broken := next((row for row in rows if row.faults), None):
            raise Refused(f"第 {broken.number} 行：{next(iter(broken.faults.values()))}")
        normal = zip(rows, map(register.normal, values), strict=True)
        changed: list[tuple[Outcome, dict[str, Any]]] = []
        fresh = []
        for row, found in normal:
            if row.action == RowAction.NEW:
                fresh.append(found)
            else:
                changed.append((row, found))
        current = self._current(uow.session, (found["code"] for _row, found in changed))
        pairs = []
        for row, found in changed:
            known = current.get(found["code"])
            if known is None:
                raise Refused(f"第 {row.number} 行的机构已不在登记簿中。")
            row.before = _texts(known)
            pairs.append((known["id"], {name: value for name, value in _named(row, found).items() if name != "code"}))
        tell(0, len(rows))
        register.enter_many(uow, fresh, judged=True)
        register.change_many(uow, pairs)
        tell(len(rows), len(rows))

    # -- taking back ---------------------------------------------------------------------------------

    def touched(self, session: Session, rows: Sequence[Outcome], words: Words) -> dict[int, str]:
        """As for every kind, for all rows at once."""
        values, current = self._now(session, rows, words)
        found: dict[int, str] = {}
        made = {}
        for row in rows:
            known = current.get(row.number)
            if known is None:
                found[row.number] = f"“{row.texts[1]}”已不在登记簿中。"
            elif self._left(row, values[row.number]) != _texts(known):
                found[row.number] = f"“{known['name']}”此后已被修改。"
            elif row.action == RowAction.NEW:
                made[known["id"]] = row
        for key, names in register.in_use(session, list(made)).items():
            found[made[key].number] = f"“{made[key].texts[1]}”此后已有{'、'.join(names)}。"
        return found

    def _now(
        self, session: Session, rows: Sequence[Outcome], words: Words
    ) -> tuple[dict[int, dict[str, Any]], dict[int, dict[str, Any]]]:
        """Row number → the values it gave, and what the register says now."""
        words.gather(self.fields, rows)
        values = {
            row.number: register.normal(found) for row, found in zip(rows, words.table(self.fields, rows), strict=True)
        }
        current = self._current(session, (found["code"] for found in values.values()))
        return values, {key: current[found["code"]] for key, found in values.items() if found["code"] in current}

    @staticmethod
    def _left(row: Outcome, values: dict[str, Any]) -> dict[str, str]:
        """How the import left the record: what the row said, over what was there before."""
        texts = _texts({name: values.get(name) for name in _NAMES})
        if row.action == RowAction.NEW:
            return texts
        given = {f.name for f, text in zip(OrganisationImport.fields, row.texts, strict=True) if text}
        return (row.before or {}) | {name: text for name, text in texts.items() if name in given}

    def take_back(
        self, uow: UnitOfWork, rows: Sequence[Outcome], choices: dict[str, Any], words: Words, tell: Tell
    ) -> dict[int, str]:
        """Remove what was entered, give back what was changed."""
        kept = self.touched(uow.session, rows, words)
        _values, current = self._now(uow.session, rows, words)
        free = [row for row in rows if row.number not in kept]
        words = Words(uow.session, {})
        changed = [row for row in free if row.action == RowAction.CHANGED]
        was = [Outcome(row.number, [(row.before or {})[name] for name in _NAMES]) for row in changed]
        words.gather(self.fields, was)
        former = words.table(self.fields, was, former=True)
        register.change_many(
            uow,
            [
                (current[row.number]["id"], {n: v for n, v in found.items() if n != "code"})
                for row, found in zip(changed, former, strict=True)
            ],
        )
        tell(len(changed), len(rows))
        made = [current[row.number]["id"] for row in free if row.action == RowAction.NEW]
        if made:
            register.remove_many(uow, made)
        tell(len(rows), len(rows))
        return kept


_NAMES = tuple(f.name for f in OrganisationImport.fields)
_ENUMS = {
    f.name: {member.value: member.label for member in f.enum} for f in OrganisationImport.fields if f.enum is not None
}


def _named(row: Outcome, values: dict[str, Any]) -> dict[str, Any]:
    """Of the values those that the row names: an empty cell leaves the record as it is."""
    return {name: values[name] for name, text in zip(_NAMES, row.texts, strict=True) if text}


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """Values of the register as the table would have them."""
    found = {}
    for name in _NAMES:
        value = values.get(name)
        if name in _ENUMS:
            found[name] = _ENUMS[name].get(value or "", "")
        else:
            found[name] = ("是" if value else "否") if name == "grassroots" else value or ""
    return found
