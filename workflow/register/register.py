"""The register of organisations, many rows at once: what a row must be, and entering, changing, removing thousands.

The same `faults` judge one organisation in a form and a hundred thousand in a list. A row is a dict of texts by
column (`COLUMNS`), its superior given as `superior`, a credit code that may stand in the register or anywhere in the
same list. Everything happens in the caller's unit of work and leaves one journal entry with number and digest.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.base import metadata
from models.register.organisation import ChangeKind, NodeKind, Organisation, OrganisationChange, Region, UnitNature
from workflow.base import row_seals
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.roles import HRSS_CONFIG, SYSTEM
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import credit_code, name_index
from workflow.register.pinyin import initials

KEEP = verb("organisation.keep", "新增、编辑机构", "机构", HRSS_CONFIG, SYSTEM)
ONLY = "机构信息由省厅配置岗维护；单位请自行注册（118号 一）。"

TABLE = Organisation.__table__
#: What a list may say of an organisation beside its code; code and name are the identity.
CHANGEABLE = (
    "name",
    "kind",
    "nature",
    "region_code",
    "file_holder",
    "contact",
    "telephone",
    "complaint_telephone",
    "grassroots",
)
COLUMNS = ("code", *CHANGEABLE)
TEXTS = ("name", "file_holder", "contact", "telephone", "complaint_telephone")
#: What the journal does not repeat of an organisation.
UNTOLD = {"contact", "telephone", "complaint_telephone"}
LENGTHS = {name: TABLE.c[name].type.length for name in TEXTS}
LABELS = {name: TABLE.c[name].info["label"] for name in COLUMNS}
CHUNK = 5_000  #: parameters in one statement; both databases take more
_control = re.compile(r"[\x00-\x1f\x7f]")
_kinds, _natures = frozenset(NodeKind), frozenset(UnitNature)


@dataclass(frozen=True)
class Known:
    """What is known while rows are judged: the regions, the register, and the codes that come in the same list."""

    regions: Collection[str]
    codes: Mapping[str, tuple[int, bool]]  #: code to (id, in use)
    coming: Collection[str] = field(default=())


def known(session: Session, rows: Sequence[Mapping[str, Any]]) -> Known:
    """What must be known to judge these rows; of a short list only what it names."""
    named = {row.get(key) or "" for row in rows for key in ("code", "superior")} - {""}
    columns = select(TABLE.c.code, TABLE.c.id, TABLE.c.active)
    if len(named) <= CHUNK:
        columns = columns.where(TABLE.c.code.in_(named))
    regions = select(Region.code)
    if len(rows) == 1:
        regions = regions.where(Region.code == rows[0].get("region_code"))
    return Known(
        set(session.scalars(regions)),
        {code: (key, active) for code, key, active in session.execute(columns)},
        {row["code"] for row in rows} if len(rows) > 1 else (),
    )


def nature_by_code(code: str) -> str:
    """The usual 单位性质 for a credit code: 12… institutions, 11… offices, 5… social organisations, 9… companies."""
    if code.startswith("12"):
        return UnitNature.INSTITUTION
    if code.startswith("11"):
        return UnitNature.GOVERNMENT
    return UnitNature.SOCIAL if code.startswith("5") else UnitNature.PRIVATE


def nature_against(code: str, nature: str) -> str | None:
    """Where a credit code proves another 单位性质 than is given (GB 32100, first sign: who registers it)."""
    public = nature in (UnitNature.INSTITUTION, UnitNature.GOVERNMENT)
    if (code.startswith("1") and not public) or (code[:1] in ("5", "9") and public):
        usual = UnitNature(nature_by_code(code)).label
        return (
            f"统一信用代码 {code} 是“{usual}”类登记，与单位性质“{UnitNature(nature).label}”不符"
            "（GB 32100；118号 三(二)1 事业单位按职数申报）；请对照登记证书更正。"
        )
    return None


def namesakes(session: Session, code: str, name: str) -> list[str]:
    """Codes of organisations in use that bear exactly this name under another code."""
    same = select(TABLE.c.code).where(TABLE.c.name == name, TABLE.c.code != code, TABLE.c.active.is_(True))
    return list(session.scalars(same.order_by(TABLE.c.code).limit(5)))


def normal(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the register keeps it: single blanks, plain codes, and 单位性质 from the code where none is given."""
    kept = dict(row)
    for name in TEXTS:
        if text := kept.get(name):
            kept[name] = " ".join(text.split()) if not text.isalnum() else text
    for name in ("code", "superior"):
        if name in kept:
            kept[name] = credit_code.normal(kept[name] or "")
    if "code" in kept and not kept.get("nature"):
        kept["nature"] = nature_by_code(kept["code"])
    return kept


def faults(known: Known, row: Mapping[str, Any], *, new: bool = True) -> dict[str, str]:
    """What is wrong with a normal row, by column; empty when nothing is.

    A `new` one needs a code that proves itself and is not in the register. Rings of superiors are seen only in the
    whole list (`rings`).
    """
    wrong: dict[str, str] = {}
    code = row["code"]
    if new:
        if sentence := credit_code.check(code):
            wrong["code"] = sentence
        elif code in known.codes:
            wrong["code"] = f"统一信用代码 {code} 已登记，不能重复；请查询后使用已有机构。"
    for name in TEXTS:
        if text := row.get(name):
            if len(text) > LENGTHS[name]:
                wrong[name] = f"{LABELS[name]}不能超过 {LENGTHS[name]} 字，现有 {len(text)} 字。"
            elif not text.isalnum() and _control.search(text):
                wrong[name] = f"{LABELS[name]}中有不可见的控制字符，请删去后重新录入。"
    if not row.get("name"):
        wrong["name"] = "请填写机构名称。"
    if row["region_code"] not in known.regions:
        wrong["region_code"] = "行政区划代码不存在；请从列表中选择。"
    if row["kind"] not in _kinds:
        wrong["kind"] = "节点类型不存在；请从列表中选择。"
    if row.get("nature", UnitNature.OTHER) not in _natures:
        wrong["nature"] = "单位性质不存在；请从列表中选择。"
    if above := row.get("superior"):
        if above == code:
            wrong["superior"] = "上级单位不能是本机构自己；请另选。"
        elif above in known.codes:
            if not known.codes[above][1]:
                wrong["superior"] = f"上级单位 {above} 已停用，请另选上级单位。"
        elif above not in known.coming:
            wrong["superior"] = f"没有找到上级单位 {above}：登记簿和本表中都没有这一统一信用代码。"
    return wrong


def rings(session: Session, superiors: Mapping[str, str]) -> dict[str, str]:
    """Codes whose superiors, as given, would lead back to themselves; the register says the rest of each way up."""
    given = {code: above for code, above in superiors.items() if above}
    ways = dict(given)
    if _codes(session, given):  # new ones alone make a ring only among themselves
        above = TABLE.alias()
        rest = select(TABLE.c.code, above.c.code).join(above, above.c.id == TABLE.c.superior_id)
        ways = {code: up for code, up in session.execute(rest).tuples() if code not in superiors} | given
    safe: set[str] = set()
    caught: dict[str, str] = {}
    for code in given:
        way: dict[str, None] = {}
        here = code
        while here in ways and here not in safe and here not in caught:
            if here in way:
                ring = [*way][[*way].index(here) :]
                told = " → ".join([*ring[:5], here] if len(ring) <= 5 else [*ring[:5], "…", here])
                caught |= dict.fromkeys(ring, f"上级单位不能成环：{told}；请另选上级单位。")
                break
            way[here] = None
            here = ways[here]
        safe |= way.keys() - caught.keys()
    return {code: sentence for code, sentence in caught.items() if code in given}


def _codes(session: Session, codes: Iterable[str]) -> set[str]:
    """Which of these codes are in the register."""
    wanted = list(codes)
    found: set[str] = set()
    for at in range(0, len(wanted), CHUNK):
        found |= set(session.scalars(select(TABLE.c.code).where(TABLE.c.code.in_(wanted[at : at + CHUNK]))))
    return found


# -- Many at once ---------------------------------------------------------------------------------


def enter_many(uow: UnitOfWork, rows: Iterable[Mapping[str, Any]], *, judged: bool = False) -> int:
    """Enter organisations that the register does not know; how many.

    Refused, all of them, with the first rows that are wrong and why. `judged` rows are normal ones that have passed
    `faults` and `rings` before; of them only that is asked again which others may have changed since.
    """
    _may(uow)
    normal_rows = cast("list[dict[str, Any]]", list(rows)) if judged else [normal(row) for row in rows]
    if not normal_rows:
        return 0
    session = uow.session
    seen = known(session, normal_rows)
    if judged:
        _refuse_overtaken(normal_rows, seen)
    else:
        _refuse_wrong(session, normal_rows, seen)
    ordered = _parents_first(normal_rows)
    first = _reserve(session, len(ordered))
    own = {row["code"]: key for key, row in zip(first, ordered, strict=True)}
    digest = hashlib.sha256()
    names: list[tuple[int, str, str]] = []
    for at in range(0, len(ordered), CHUNK):
        ready = [_as_kept(row, own, seen) for row in ordered[at : at + CHUNK]]
        session.execute(insert(TABLE), ready)
        names += [(row["id"], row["name"], row["pinyin"]) for row in ready]
        for row in ordered[at : at + CHUNK]:
            told = [
                *(row[name] for name in ("code", "name", "kind", "nature", "region_code")),
                row.get("superior") or "",
            ]
            digest.update(("\t".join(map(str, told)) + "\n").encode())
    name_index.enter_many(session, names)
    uow.record("enter_organisations", "organisation", label="批量登记机构", count=len(names), digest=digest.hexdigest())
    return len(names)


def _as_kept(row: Mapping[str, Any], own: Mapping[str, int], seen: Known) -> dict[str, Any]:
    """A normal row as the table keeps it."""
    above = row.get("superior")
    return {
        "id": own[row["code"]],
        "code": row["code"],
        "name": row["name"],
        "pinyin": initials(row["name"]),
        "kind": row["kind"],
        "nature": row["nature"],
        "region_code": row["region_code"],
        "file_holder": row.get("file_holder") or "",
        "superior_id": (own.get(above) or seen.codes[above][0]) if above else None,
        "contact": row.get("contact") or "",
        "telephone": row.get("telephone") or "",
        "complaint_telephone": row.get("complaint_telephone") or "",
        "grassroots": bool(row.get("grassroots")),
        "active": True,
    }


def change_many(uow: UnitOfWork, pairs: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    """Change organisations, each given as its id and what shall be (a part of `CHANGEABLE`, `superior`); how many
    differ.

    Refused, all of them, as for one; nothing is written where nothing differs. A corrected name goes into the
    history, and the former one goes on finding its organisation.
    """
    _may(uow)
    session, given = uow.session, dict(pairs)
    differing = _differing(session, given)
    if not differing:
        return 0
    now = {key: before | after for key, (before, after) in differing.items()}
    seen = known(session, list(now.values()))
    wrong = {key: found for key, row in now.items() if (found := faults(seen, row, new=False))}
    circles = rings(
        session, {now[key]["code"]: after["superior"] for key, (_, after) in differing.items() if "superior" in after}
    )
    for key, row in now.items():
        if row["code"] in circles:
            wrong.setdefault(key, {})["superior"] = circles[row["code"]]
    _refuse(wrong, {key: row["name"] for key, row in now.items()})
    _write_changes(uow, differing, seen)
    digest = hashlib.sha256()
    for key, (_, after) in sorted(differing.items()):
        digest.update(f"{key}\t{sorted(after.items())}\n".encode())
    columns = sorted({name for _, after in differing.values() for name in after})
    uow.record(
        "change_organisations",
        "organisation",
        label="批量修改机构",
        count=len(differing),
        columns=columns,
        digest=digest.hexdigest(),
    )
    return len(differing)


def _differing(
    session: Session, given: Mapping[int, Mapping[str, Any]]
) -> dict[int, tuple[dict[str, Any], dict[str, Any]]]:
    """Id to (the row as it is, what of it shall be different)."""
    above = TABLE.alias()
    query = select(TABLE.c.id, *(TABLE.c[name] for name in COLUMNS), func.coalesce(above.c.code, "").label("superior"))
    query = query.outerjoin(above, above.c.id == TABLE.c.superior_id)
    keys, found = list(given), {}
    for at in range(0, len(keys), CHUNK):
        for row in session.execute(query.where(TABLE.c.id.in_(keys[at : at + CHUNK]))).mappings():
            before = {name: row[name] for name in (*COLUMNS, "superior")}
            wanted = normal(given[row["id"]])
            if unknown := wanted.keys() - before.keys():
                raise TypeError(f"no such field of an organisation: {', '.join(sorted(unknown))}")
            after = {
                name: value for name, value in wanted.items() if (value if value is not None else "") != before[name]
            }
            if after.get("code"):
                raise Refused(
                    f"“{before['name']}”的统一信用代码是机构的身份，不能批量更改；请另行登记或办理更名、合并。"
                )
            if after:
                found[row["id"]] = (before, {name: value if value is not None else "" for name, value in after.items()})
    if missing := len(given) - len(set(given) & _ids(session, keys)):
        raise Refused(f"有 {missing} 个机构已不在登记簿中，请重新上传核对。")
    return found


def _ids(session: Session, keys: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for at in range(0, len(keys), CHUNK):
        found |= set(session.scalars(select(TABLE.c.id).where(TABLE.c.id.in_(keys[at : at + CHUNK]))))
    return found


def _write_changes(
    uow: UnitOfWork, differing: Mapping[int, tuple[dict[str, Any], dict[str, Any]]], seen: Known
) -> None:
    """One statement for each set of columns that change together; names also in the index and the history."""
    session = uow.session
    together: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    renamed: list[tuple[int, dict[str, Any], str]] = []
    for key, (before, after) in differing.items():
        values: dict[str, Any] = {name: value for name, value in after.items() if name != "superior"}
        if "superior" in after:
            values["superior_id"] = seen.codes[after["superior"]][0] if after["superior"] else None
        if "name" in after:
            values["pinyin"] = initials(after["name"])
            renamed.append((key, before, after["name"]))
        together.setdefault(tuple(sorted(values)), []).append(
            {f"new_{name}": value for name, value in values.items()} | {"key": key}
        )
    for columns, rows in together.items():
        change = (
            update(TABLE)
            .where(TABLE.c.id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in columns})
        )
        session.connection().execute(change, rows)
        row_seals.touched(session, TABLE, [row["key"] for row in rows])
    if renamed:
        corrected = [
            {
                "organisation_id": key,
                "kind": ChangeKind.CORRECTED,
                "before_name": before["name"],
                "after_name": name,
                "before_code": before["code"],
                "after_code": before["code"],
                "document": "",
                "reason": "批量修改",
                "effective_on": uow.today,
                "at": uow.now,
                "by": uow.actor.username,
            }
            for key, before, name in renamed
        ]
        session.execute(insert(OrganisationChange.__table__), corrected)
        name_index.enter_many(session, [(key, name, initials(name)) for key, _, name in renamed])
    session.expire_all()


def remove_many(uow: UnitOfWork, keys: Collection[int]) -> int:
    """Take back organisations that were entered by mistake; how many. Refused where anything already speaks of them."""
    _may(uow)
    session, wanted = uow.session, sorted(keys)
    if used := in_use(session, wanted):
        names = session.execute(select(TABLE.c.id, TABLE.c.name).where(TABLE.c.id.in_(list(used)[:5])))
        told = "；".join(f"“{name}”有{'、'.join(used[key])}" for key, name in names)
        raise Refused(f"{len(used)} 个机构已被使用，不能撤回：{told}。请改为停用（118号 四(一)）。")
    for at in range(0, len(wanted), CHUNK):
        some = wanted[at : at + CHUNK]
        session.execute(update(TABLE).where(TABLE.c.id.in_(some)).values(superior_id=None))
    for at in range(0, len(wanted), CHUNK):
        session.execute(delete(TABLE).where(TABLE.c.id.in_(wanted[at : at + CHUNK])))
    session.expire_all()
    uow.record(
        "remove_organisations",
        "organisation",
        label="撤回机构",
        count=len(wanted),
        ids=[wanted[0], wanted[-1]] if wanted else [],
    )
    return len(wanted)


#: What hangs on an organisation, in the words of the office; tables that are not here are named by their own.
WORDS = {
    "ab_user": "账号",
    "declaration": "申报",
    "route_step": "审核层级",
    "path_node": "审核路径节点",
    "acceptance_office": "受理机构",
    "quota": "职数",
    "expert": "评委",
    "issuer": "发证单位编码",
    "publicity": "公示",
    "notice": "消息",
    "organisation": "下级单位",
    "organisation_change": "历史沿革",
    "committee_office": "组建的评委会",
}


def in_use(session: Session, keys: Sequence[int]) -> dict[int, list[str]]:
    """Which of these organisations anything outside them speaks of, and what, from every foreign key of the schema."""
    found: dict[int, list[str]] = {}
    own = set(keys)
    for table in metadata.sorted_tables:
        for column in (c for c in table.columns for key in c.foreign_keys if key.column is TABLE.c.id):
            for at in range(0, len(keys), CHUNK):
                query = select(column).where(column.in_(keys[at : at + CHUNK])).distinct()
                if table is TABLE:  # a superior that goes together with all below it
                    query = select(TABLE.c.superior_id, TABLE.c.id).where(column.in_(keys[at : at + CHUNK]))
                    held = {above for above, below in session.execute(query).tuples() if below not in own}
                else:
                    held = set(session.scalars(query))
                for key in held:
                    found.setdefault(key, []).append(WORDS.get(table.name, table.name))
    return found


def _may(uow: UnitOfWork) -> None:
    uow.lead(KEEP, ONLY)


def _refuse_wrong(session: Session, rows: Sequence[dict[str, Any]], seen: Known) -> None:
    wrong: dict[int, dict[str, str]] = {}
    first: dict[str, int] = {}
    for place, row in enumerate(rows, 1):
        if found := faults(seen, row):
            wrong[place] = found
        if first.setdefault(row["code"], place) != place:
            wrong.setdefault(place, {})["code"] = (
                f"统一信用代码 {row['code']} 在表中重复（第 {first[row['code']]} 条）。"
            )
    for code, sentence in rings(session, {row["code"]: row.get("superior") or "" for row in rows}).items():
        wrong.setdefault(first[code], {})["superior"] = sentence
    _refuse(wrong, {place: f"第 {place} 条 {rows[place - 1].get('name')}" for place in wrong})


def _refuse_overtaken(rows: Sequence[dict[str, Any]], seen: Known) -> None:
    """Refuse what others have made wrong since the rows were judged: codes taken, superiors closed, regions gone."""
    coming = {row["code"] for row in rows}
    wrong: dict[int, dict[str, str]] = {}
    for place, row in enumerate(rows, 1):
        above = row.get("superior")
        if (
            row["code"] in seen.codes
            or row["region_code"] not in seen.regions
            or (above and not seen.codes.get(above, (0, above in coming))[1])
        ):
            wrong[place] = faults(seen, row) or {"": "与登记簿不符，请重新核对。"}
    _refuse(wrong, {place: f"第 {place} 条 {rows[place - 1].get('name')}" for place in wrong})


def _refuse(wrong: Mapping[int, dict[str, str]], names: Mapping[int, str]) -> None:
    if wrong:
        told = "；".join(
            f"{names[key]}：{'，'.join(s.rstrip('。') for s in found.values())}"
            for key, found in list(wrong.items())[:5]
        )
        raise Refused(f"{len(wrong)} 个机构的信息有误，整批没有保存。{told}。")


def _parents_first(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows in an order in which no superior comes after one below it."""
    by_code = {row["code"]: row for row in rows}
    if not any(row.get("superior") in by_code for row in rows):
        return list(rows)
    depth: dict[str, int] = {}
    for code in by_code:
        way = []
        while code in by_code and code not in depth:
            way.append(code)
            code = by_code[code].get("superior") or ""
        above = depth.get(code, -1)
        for n, one in enumerate(reversed(way), 1):
            depth[one] = above + n
    return sorted(rows, key=lambda row: depth[row["code"]])


def _reserve(session: Session, many: int) -> Sequence[int]:
    """Ids for rows to come, so that one can name another before it is written."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence("organisation", "id"))
        return sorted(session.scalars(select(sequence).select_from(func.generate_series(1, many))))
    last = session.scalar(select(func.max(TABLE.c.id))) or 0  # writers queue on SQLite (BEGIN IMMEDIATE)
    return range(last + 1, last + many + 1)
