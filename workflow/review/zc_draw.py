"""ZC-DRAW/1: draw a committee so that anybody can draw it again and get the same bytes.

Pure functions over the four files of a draw (manifest, entropy, declines, result): no database, no
clock, no chance. The seed comes from what several people put together; the order is the order of
hashes; the walk is a rule. Each docstring names the step of ZC-DRAW/1 that it carries out.
"""

import hashlib
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple, TypeAlias

ALGORITHMS = ("sha256", "sm3")
NO_GROUP = "-"
OK = "OK"
TAKE = "TAKE"
SKIP_UNITCAP = "SKIP-UNITCAP"
SKIP_GROUPCAP = "SKIP-GROUPCAP"
SKIP_LOOKAHEAD = "SKIP-LOOKAHEAD"

_HEX = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")
_SPOKEN = re.compile(r"[0-9A-Za-z.,:-]+")
_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# The lines of a manifest in their order: first word, number of fields.
_FIELDS = {
    "zc-draw/1": 2,
    "alg": 2,
    "draw": 3,
    "unitcap": 2,
    "groupcap": 3,
    "stratum": 3,
    "expert": 7,
}
_ONCE = ("zc-draw/1", "alg", "draw", "unitcap")


class DrawRefused(Exception):
    """The draw cannot go on; the sentence says what, why, and what to do next."""


# -- What is drawn from (§2.2 step 1) -------------------------------------------------------------


@dataclass(frozen=True)
class Stratum:
    """A panel to be filled: its code and how many seats it needs."""

    code: str
    need: int


@dataclass(frozen=True)
class Candidate:
    """One expert of the pool, known only by code; `status` is OK or RECUSE:<reason>."""

    code: str
    stratum: str
    unit: str
    group: str
    status: str
    commit: str


@dataclass(frozen=True)
class Manifest:
    """The frozen pool (ZC-DRAW/1 §2.2 step 1).

    Takes experts and group caps in any order and keeps them sorted by the bytes of their code.
    Refuses what cannot be written canonically, codes used twice, and a unit in two groups.
    """

    alg: str
    draw_id: str
    attempt: int
    unitcap: int
    groupcaps: dict[str, int]
    strata: tuple[Stratum, ...]
    experts: tuple[Candidate, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "groupcaps", dict(sorted(self.groupcaps.items())))
        object.__setattr__(self, "strata", tuple(self.strata))
        object.__setattr__(self, "experts", tuple(sorted(self.experts, key=lambda e: e.code)))
        _check_head(self)
        _check_strata(self)
        _check_experts(self)

    @cached_property
    def _bytes(self) -> bytes:
        return _to_bytes(self._rows())

    def _rows(self) -> Iterator[tuple[object, ...]]:
        yield "zc-draw/1", "manifest"
        yield "alg", self.alg
        yield "draw", self.draw_id, self.attempt
        yield "unitcap", self.unitcap
        for group, cap in self.groupcaps.items():
            yield "groupcap", group, cap
        for stratum in self.strata:
            yield "stratum", stratum.code, stratum.need
        for e in self.experts:
            yield "expert", e.code, e.stratum, e.unit, e.group, e.status, e.commit

    def to_bytes(self) -> bytes:
        """Give manifest.txt in its one canonical form (ZC-DRAW/1 §2.2 step 1)."""
        return self._bytes

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Take manifest.txt (ZC-DRAW/1 §2.2 step 1).

        Refuses it unless writing it again gives the same bytes.
        """
        rows = _rows(data, "manifest.txt")
        lines = _lines_by_kind(rows)
        if lines["zc-draw/1"] != [["manifest"]]:
            raise _not_canonical("manifest.txt", "第 1 行应为 zc-draw/1 与 manifest")
        ((draw_id, attempt),) = lines["draw"]
        manifest = cls(
            alg=lines["alg"][0][0],
            draw_id=draw_id,
            attempt=_number(attempt, "抽取次数"),
            unitcap=_number(lines["unitcap"][0][0], "单位上限"),
            groupcaps={group: _number(cap, "组别上限") for group, cap in lines["groupcap"]},
            strata=tuple(Stratum(code, _number(need, "席位数")) for code, need in lines["stratum"]),
            experts=tuple(Candidate(*fields) for fields in lines["expert"]),
        )
        _refuse_other_bytes(data, manifest.to_bytes(), "manifest.txt")
        return manifest


def _check_head(manifest: Manifest) -> None:
    """Refuse an unknown algorithm, an unwritable draw number, and impossible numbers."""
    _known(manifest.alg)
    _field(manifest.draw_id, "抽取编号")
    _at_least(1, manifest.attempt, "抽取次数")
    _at_least(0, manifest.unitcap, "单位上限")
    for group, cap in manifest.groupcaps.items():
        _field(group, "组别")
        _at_least(0, cap, f"组别 {group} 的上限")
    if NO_GROUP in manifest.groupcaps:
        raise DrawRefused("组别“-”表示不属于任何组别，不能设上限；请删除这一行后重新冻结名单。")


def _check_strata(manifest: Manifest) -> None:
    """Refuse a pool without strata, a stratum named twice, and a need that is no number."""
    for stratum in manifest.strata:
        _field(stratum.code, "专业组代码")
        _at_least(0, stratum.need, f"专业组 {stratum.code} 的席位数")
    if not manifest.strata:
        raise DrawRefused("名单中没有专业组，无从抽取；请先设置专业组和席位数，再冻结名单。")
    _refuse_twice((s.code for s in manifest.strata), "专业组")


def _check_experts(manifest: Manifest) -> None:
    """Refuse a code used twice, an unknown stratum or status, and a unit in two groups."""
    strata = {stratum.code for stratum in manifest.strata}
    groups: dict[str, str] = {}
    for expert in manifest.experts:
        _check_expert(expert, strata)
        if groups.setdefault(expert.unit, expert.group) != expert.group:
            raise DrawRefused(f"单位 {expert.unit} 分属两个组别，上限无法计算；请统一该单位的组别后重新冻结名单。")
    _refuse_twice((e.code for e in manifest.experts), "专家")


def _check_expert(expert: Candidate, strata: set[str]) -> None:
    """Refuse an expert line whose fields are not those of ZC-DRAW/1 §2.2 step 1."""
    for text in (expert.code, expert.stratum, expert.unit, expert.group, expert.status):
        _field(text, f"专家 {expert.code!r} 的各栏")
    if expert.stratum not in strata:
        raise DrawRefused(f"专家 {expert.code} 的专业组 {expert.stratum} 不在名单中；请更正后重新冻结名单。")
    if expert.status != OK and not (expert.status.startswith("RECUSE:") and len(expert.status) > 7):
        raise DrawRefused(f"专家 {expert.code} 的状态应为 OK 或 RECUSE:事由；请更正后重新冻结名单。")
    _hexadecimal(expert.commit, f"专家 {expert.code} 的身份散列")


# -- What the seed is made of (§2.2 steps 2 to 4) -------------------------------------------------


@dataclass(frozen=True)
class Entropy:
    """The system's number, its commitment, and what the supervisors said, in the order spoken.

    Takes contributions as typed and keeps them in NFKC (ZC-DRAW/1 §2.2 step 3). Refuses fewer than
    two, a label used twice, and any character outside 0-9 A-Z a-z . , : -
    """

    r0: str
    commit: str
    contributions: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        _hexadecimal(self.r0, "系统随机数 r0")
        _hexadecimal(self.commit, "承诺值")
        spoken = tuple((_spoken(label), _spoken(value)) for label, value in self.contributions)
        object.__setattr__(self, "contributions", spoken)
        if len(spoken) < 2:
            raise DrawRefused("监督人员报数不足两份，种子可由一人左右；请至少两名监督人员各自报数。")
        _refuse_twice((label for label, _ in spoken), "报数标签")

    def to_bytes(self) -> bytes:
        """Give entropy.txt (ZC-DRAW/1 §2.2 “Files of a draw”)."""
        return _to_bytes([("r0", self.r0), ("commit", self.commit), *self.contributions])

    @classmethod
    def parse(cls, data: bytes) -> "Entropy":
        """Take entropy.txt; refuse other lines than r0, commit, and label TAB value."""
        rows = _rows(data, "entropy.txt")
        if any(len(row) != 2 for row in rows) or [row[0] for row in rows[:2]] != ["r0", "commit"]:
            raise _not_canonical("entropy.txt", "应依次为 r0、commit 及各份报数，每行两栏")
        return cls(rows[0][1], rows[1][1], tuple((label, value) for label, value in rows[2:]))


def spoken(label: str, value: str) -> tuple[str, str]:
    """Give one contribution as it counts; refuse what ZC-DRAW/1 §2.2 step 3 does not allow."""
    return _spoken(label), _spoken(value)


class Decline(NamedTuple):
    """A member who cannot come, and why (ZC-DRAW/1 §2.2 step 7)."""

    code: str
    reason: str


def parse_declines(data: bytes) -> tuple[Decline, ...]:
    """Take declines.txt (nothing when there were none); refuse lines other than code TAB reason."""
    rows = _rows(data, "declines.txt") if data else []
    if any(len(row) != 2 for row in rows):
        raise _not_canonical("declines.txt", "每行应为专家代码和事由两栏")
    return tuple(Decline(code, reason) for code, reason in rows)


def declines_to_bytes(declines: Iterable[tuple[str, str]]) -> bytes:
    """Give declines.txt in the order in which the declines happened."""
    rows = list(declines)
    for code, reason in rows:
        _field(code, "专家代码")
        _field(reason, f"专家 {code} 不能参加的事由")
    return _to_bytes(rows)


# -- Hashes (§2.2) --------------------------------------------------------------------------------


def person_commit(salt: str, id_number: str, name: str, alg: str) -> str:
    """Bind an expert code to one person without naming anybody (ZC-DRAW/1 §2.2 step 1)."""
    parts = [unicodedata.normalize("NFC", part) for part in (salt, id_number, name)]
    for part, what in zip(parts, ("盐值", "身份证号", "姓名"), strict=True):
        _field(part, what)
    return _h(alg, "zc-draw/1/person", *parts)


def pool_hash(manifest: Manifest) -> str:
    """Give H_pool, the hash of the manifest's bytes (ZC-DRAW/1 §2.2 step 1)."""
    return digest(manifest.alg, manifest.to_bytes())


def commitment(manifest: Manifest, r0: str) -> str:
    """Give C0, which binds the system to r0 before anybody speaks (ZC-DRAW/1 §2.2 step 2)."""
    _hexadecimal(r0, "系统随机数 r0")
    return _h(manifest.alg, "zc-draw/1/commit", *_draw_of(manifest), r0)


def seed(manifest: Manifest, entropy: Entropy) -> str:
    """Give the seed of pool, r0 and every contribution, sorted by label (ZC-DRAW/1 §2.2 step 4)."""
    spoken = [f"{label}={value}" for label, value in sorted(entropy.contributions)]
    return _h(manifest.alg, "zc-draw/1/seed", *_draw_of(manifest), entropy.r0, *spoken)


def _draw_of(manifest: Manifest) -> tuple[str, str, str]:
    return manifest.draw_id, str(manifest.attempt), pool_hash(manifest)


def _h(alg: str, *lines: str) -> str:
    """H(l1,…,ln): every line ends with LF before it is hashed (ZC-DRAW/1 §2.2)."""
    return digest(alg, "".join(line + "\n" for line in lines).encode())


def digest(alg: str, data: bytes) -> str:
    """Give HASH of the bytes, as the manifest names it (ZC-DRAW/1 §2.2): sha256 or sm3.

    SM3 comes from cryptography where hashlib does not offer it. Refuses any other algorithm.
    """
    try:
        return hashlib.new(_known(alg), data).hexdigest()
    except ValueError:
        from cryptography.hazmat.primitives import hashes

        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize().hex()


# -- The draw (§2.2 steps 5 to 8) -----------------------------------------------------------------


class Ticket(NamedTuple):
    """An expert's place in the order of the stratum."""

    stratum: str
    rank: int
    code: str
    hash: str


class LogLine(NamedTuple):
    """What the walk did with one expert, or who declined."""

    stratum: str
    code: str
    what: str


class Member(NamedTuple):
    """An expert who was drawn."""

    stratum: str
    code: str


@dataclass(frozen=True)
class Result:
    """Everything an auditor compares (ZC-DRAW/1 §2.2 step 8)."""

    pool: str
    seed: str
    tickets: tuple[Ticket, ...]
    log: tuple[LogLine, ...]
    members: tuple[Member, ...]

    def to_bytes(self) -> bytes:
        """Give result.txt to the byte (ZC-DRAW/1 §2.2 “Files of a draw”)."""
        rows: list[tuple[object, ...]] = [
            ("zc-draw/1", "result"),
            ("pool", self.pool),
            ("seed", self.seed),
        ]
        rows += [("ticket", *ticket) for ticket in self.tickets]
        rows += [("log", *line) for line in self.log]
        rows += [("member", *member) for member in self.members]
        return _to_bytes(rows)


def run(manifest: Manifest, entropy: Entropy, declines: Iterable[tuple[str, str]] = ()) -> Result:
    """Carry out the whole draw (ZC-DRAW/1 §2.2 steps 4 to 8).

    Refuses a commitment that does not fit r0 and the pool, and all that `replay` refuses.
    """
    if commitment(manifest, entropy.r0) != entropy.commit:
        raise DrawRefused(
            "承诺值与系统随机数、候选名单不符，随机数或名单在承诺之后被改动过；请停止抽取，保留现场文件并报告监督人员。"
        )
    return replay(manifest, seed(manifest, entropy), declines)


def replay(manifest: Manifest, seed: str, declines: Iterable[tuple[str, str]] = ()) -> Result:
    """Walk the pool from a given seed (ZC-DRAW/1 §2.2 steps 5 to 8).

    Refuses an infeasible pool, a decline of somebody who is not a member at that moment, and
    declines that leave too few experts.
    """
    order = tickets(manifest, seed)
    walk = _Walk(manifest, order)
    walk.go()
    for code, reason in declines:
        walk.decline(code, reason)
        walk.go()
    return Result(pool_hash(manifest), seed, order, tuple(walk.log), walk.members())


def tickets(manifest: Manifest, seed: str) -> tuple[Ticket, ...]:
    """Give each OK expert a ticket and a rank: by hash, tie by code (ZC-DRAW/1 §2.2 step 5)."""
    hashes: dict[str, list[tuple[str, str]]] = {stratum.code: [] for stratum in manifest.strata}
    for expert in manifest.experts:
        if expert.status == OK:
            ticket = _h(manifest.alg, "zc-draw/1/ticket", seed, expert.code)
            hashes[expert.stratum].append((ticket, expert.code))
    return tuple(
        Ticket(stratum, rank, code, ticket)
        for stratum, drawn in hashes.items()
        for rank, (ticket, code) in enumerate(sorted(drawn), start=1)
    )


def feasible(manifest: Manifest, declined: Iterable[str] = ()) -> bool:
    """Say whether all needs can be met within the caps (ZC-DRAW/1 §2.2 step 1, max-flow)."""
    return _Seating(manifest, frozenset(declined)).unmet is None


class _Walk:
    """The walk of ZC-DRAW/1 §2.2 steps 6 and 7: who sits, who is gone, and the log so far."""

    def __init__(self, manifest: Manifest, order: tuple[Ticket, ...]) -> None:
        self.manifest = manifest
        self.experts = {expert.code: expert for expert in manifest.experts}
        self.order: dict[str, list[str]] = {stratum.code: [] for stratum in manifest.strata}
        for ticket in order:
            self.order[ticket.stratum].append(ticket.code)
        self.seated: set[str] = set()
        self.declined: set[str] = set()
        self.taken: Counter[tuple[str, str]] = Counter()
        self.log: list[LogLine] = []
        self.seating = _Seating(manifest)
        if self.seating.unmet is not None:
            raise DrawRefused(
                f"在单位、组别上限之内，专业组 {self.seating.unmet} 的席位无法抽满；"
                "请补充专家或调整上限后重新冻结名单。"
            )

    def go(self) -> None:
        """Fill every open seat, from the first stratum on; a full stratum is passed by (step 6)."""
        for stratum in self.manifest.strata:
            for code in self.order[stratum.code]:
                if self.taken["stratum", stratum.code] == stratum.need:
                    break
                if code not in self.seated and code not in self.declined:
                    self._consider(self.experts[code])

    def _consider(self, expert: Candidate) -> None:
        """Ask unit cap, group cap, look-ahead, in this order, and log the answer (step 6)."""
        what = self._answer(expert)
        self.log.append(LogLine(expert.stratum, expert.code, what))
        if what == TAKE:
            self.seated.add(expert.code)
            self.taken.update(_counted(expert))

    def _answer(self, expert: Candidate) -> str:
        if self.taken["unit", expert.unit] >= self.manifest.unitcap:
            return SKIP_UNITCAP
        cap = self.manifest.groupcaps.get(expert.group)
        if cap is not None and self.taken["group", expert.group] >= cap:
            return SKIP_GROUPCAP
        return TAKE if self.seating.seat(expert) else SKIP_LOOKAHEAD

    def decline(self, code: str, reason: str) -> None:
        """Remove a member for good (step 7); refuse a stranger, and an exhausted pool."""
        _field(reason, f"专家 {code} 不能参加的事由")
        if code not in self.seated:
            raise DrawRefused(f"{code} 此时不是已抽中的成员，不能登记其不参加；请核对专家代码和登记顺序。")
        expert = self.experts[code]
        self.seated.remove(code)
        self.declined.add(code)
        self.taken.subtract(_counted(expert))
        self.log.append(LogLine("-", code, f"DECLINE:{reason}"))
        if not self.seating.release(expert):
            raise DrawRefused(
                f"{code} 不参加后，专业组 {expert.stratum} 的席位已无人可以递补；"
                "请由双方签字结束本次抽取，"
                f"以其余未动用的专家另起第 {self.manifest.attempt + 1} 次抽取。"
            )

    def members(self) -> tuple[Member, ...]:
        """Give the members by stratum in manifest order, then by code (step 8)."""
        return tuple(
            Member(stratum, code) for stratum in self.order for code in sorted(self.seated & {*self.order[stratum]})
        )


def _counted(expert: Candidate) -> list[tuple[str, str]]:
    return [("stratum", expert.stratum), ("unit", expert.unit), ("group", expert.group)]


# -- Look-ahead -----------------------------------------------------------------------------------

_Node: TypeAlias = tuple[str, str]
_Edge: TypeAlias = tuple[_Node, _Node]
_END: _Node = ("end", "")


class _Seating:
    """A provisional seating of every open seat: the max-flow of ZC-DRAW/1 §2.2 steps 1 and 6.

    A seat flows stratum → unit → group → end. Experts of one stratum and unit are alike to it, so
    they are counted, not listed. The flow is kept full, so one question costs one search: an expert
    can be taken if the flow can be turned round a circle that runs through that stratum and unit.
    """

    def __init__(self, manifest: Manifest, declined: frozenset[str] = frozenset()) -> None:
        self.room: Counter[_Edge] = Counter()
        self.flow: Counter[_Edge] = Counter()
        self.beside: dict[_Node, list[_Node]] = {}
        seats = sum(stratum.need for stratum in manifest.strata)
        for expert in manifest.experts:
            if expert.status == OK and expert.code not in declined:
                into, through, out = _way(expert)
                self._join(into, self.room[into] + 1)
                self._join(through, manifest.unitcap)
                self._join(out, manifest.groupcaps.get(expert.group, seats))
        self.unmet = self._fill(manifest.strata)

    def _join(self, edge: _Edge, room: int) -> None:
        if edge not in self.room:
            for node, other in (edge, edge[::-1]):
                self.beside.setdefault(node, []).append(other)
        self.room[edge] = room

    def _fill(self, strata: tuple[Stratum, ...]) -> str | None:
        """Seat all needs; give the first stratum that cannot be filled, or nothing."""
        for stratum in strata:
            for _ in range(stratum.need):
                if not self._open(stratum.code):
                    return stratum.code
        return None

    def _open(self, stratum: str) -> bool:
        """Seat one more for the stratum, moving others about; say whether it can be done."""
        return self._push(self._path(("stratum", stratum), _END))

    def seat(self, expert: Candidate) -> bool:
        """Make the expert a member if all other needs can still be met; say whether so."""
        into, *_ = way = _way(expert)
        stratum, unit = into
        if not self.flow[into] and not self._push([stratum, *self._path(unit, stratum)]):
            return False
        self.flow.subtract(way)
        self.room.subtract(way)
        return True

    def release(self, expert: Candidate) -> bool:
        """Free a member's room in unit and group, and seat another; say whether there is one."""
        self.room.update(_way(expert)[1:])
        return self._open(expert.stratum)

    def _path(self, start: _Node, goal: _Node) -> list[_Node]:
        """Give a shortest way along which one more seat can flow, or an empty list."""
        came_from = {start: start}
        queue = deque([start])
        while queue and goal not in came_from:
            node = queue.popleft()
            for other in self.beside.get(node, ()):
                if other not in came_from and self._open_between(node, other):
                    came_from[other] = node
                    queue.append(other)
        return _trace(came_from, goal)

    def _open_between(self, node: _Node, other: _Node) -> bool:
        if (node, other) in self.room:
            return self.flow[node, other] < self.room[node, other]
        return self.flow[other, node] > 0

    def _push(self, path: list[_Node]) -> bool:
        """Send one seat along the path; say whether there was a path."""
        for node, other in pairwise(path):
            if (node, other) in self.room:
                self.flow[node, other] += 1
            else:
                self.flow[other, node] -= 1
        return len(path) > 1


def _way(expert: Candidate) -> tuple[_Edge, _Edge, _Edge]:
    """Give the three edges over which this expert's seat flows."""
    stratum, unit, group = _counted(expert)
    return (stratum, unit), (unit, group), (group, _END)


def _trace(came_from: dict[_Node, _Node], goal: _Node) -> list[_Node]:
    if goal not in came_from:
        return []
    path = [goal]
    while came_from[path[-1]] != path[-1]:
        path.append(came_from[path[-1]])
    return path[::-1]


# -- Byte-exact text (§2.2: UTF-8, NFC, LF, TAB, no BOM, last line ends with LF) ------------------


def _to_bytes(rows: Iterable[tuple[object, ...]]) -> bytes:
    return "".join("\t".join(map(str, row)) + "\n" for row in rows).encode()


def _rows(data: bytes, name: str) -> list[list[str]]:
    """Take the bytes of a file, give its fields line by line; refuse what is not canonical text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_canonical(name, "不是 UTF-8 编码") from None
    if text.startswith("\ufeff"):
        raise _not_canonical(name, "文件开头有 BOM 标记")
    if "\r" in text:
        raise _not_canonical(name, "换行应为 LF，不能是 CRLF")
    if not text.endswith("\n"):
        raise _not_canonical(name, "最后一行没有换行符")
    rows = [line.split("\t") for line in text[:-1].split("\n")]
    for number, row in enumerate(rows, start=1):
        for field in row:
            _field(field, f"{name} 第 {number} 行")
    return rows


def _lines_by_kind(rows: list[list[str]]) -> dict[str, list[list[str]]]:
    """Sort manifest lines by their first word; refuse unknown, misplaced or missing lines."""
    lines: dict[str, list[list[str]]] = {kind: [] for kind in _FIELDS}
    for number, (kind, *fields) in enumerate(rows, start=1):
        if len(fields) + 1 != _FIELDS.get(kind):
            raise _not_canonical("manifest.txt", f"第 {number} 行不是规定的行，或栏数不对")
        lines[kind].append(fields)
    if [row[0] for row in rows] != [kind for kind, found in lines.items() for _ in found]:
        raise _not_canonical("manifest.txt", "各类行的先后次序不对")
    if any(len(lines[kind]) != 1 for kind in _ONCE):
        raise _not_canonical("manifest.txt", "首行、alg、draw、unitcap 应各有且只有一行")
    return lines


def _refuse_other_bytes(data: bytes, canonical: bytes, name: str) -> None:
    if data != canonical:
        raise _not_canonical(name, "行的排序不对，或有重复的行")


def _not_canonical(name: str, why: str) -> DrawRefused:
    return DrawRefused(f"{name} 不是规范格式：{why}；请用系统重新导出该文件，不要手工编辑。")


def _field(text: str, what: str) -> None:
    """Refuse a field that is empty, not NFC, edged with blanks, or holds invisible characters."""
    if not text:
        why = "不能为空"
    elif text.isascii() and text.isprintable() and text == text.strip():
        return
    elif text != text.strip():
        why = "首尾不能有空白"
    elif not unicodedata.is_normalized("NFC", text):
        why = "不是 NFC 规范形式"
    elif any(unicodedata.category(character) in _INVISIBLE for character in text):
        why = "含有控制字符或不可见字符"
    else:
        return
    raise DrawRefused(f"{what}不是规范格式：{why}；请更正后再试。")


def _number(text: str, what: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _not_canonical("manifest.txt", f"{what}“{text}”应为不带前导零的整数")
    return int(text)


def _at_least(least: int, number: int, what: str) -> None:
    if not least <= number <= 999_999_999:
        raise DrawRefused(f"{what}不能是 {number}，至少为 {least}；请更正后重新冻结名单。")


def _hexadecimal(text: str, what: str) -> None:
    if not _HEX.fullmatch(text):
        raise DrawRefused(f"{what}应为 64 位小写十六进制数；请用系统重新生成，不要手工编辑。")


def _spoken(text: str) -> str:
    """Give a label or value in NFKC; refuse other characters than ZC-DRAW/1 §2.2 step 3 allows."""
    normal = unicodedata.normalize("NFKC", text)
    if not _SPOKEN.fullmatch(normal):
        raise DrawRefused(f"报数或标签“{text}”只能用数字、英文字母和 . , : - 四种符号；请改正后重新录入。")
    return normal


def _known(alg: str) -> str:
    if alg not in ALGORITHMS:
        raise DrawRefused(f"散列算法“{alg}”不在规定之内；请改用 sha256 或 sm3 后重新冻结名单。")
    return alg


def _refuse_twice(codes: Iterable[str], what: str) -> None:
    for code, times in Counter(codes).items():
        if times > 1:
            raise DrawRefused(f"{what} {code} 出现了 {times} 次，每个只能出现一次；请更正后再试。")
