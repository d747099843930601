"""What lies in a pile, case by case: which pages are right, which are missing, double, of an older version, altered,
false or unread.

Reading only. What a machine saw of each page is kept in the pile; what it means is told here, from the prints and from
what is declared now, so a page is an older one from the moment on in which a newer is printed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Declaration
from models.declarations.paper_pile import PaperPile, PaperReceipt
from models.declarations.printing import PaperPrint
from workflow.declarations import content
from workflow.forms import form
from workflow.storage import printing
from workflow.storage.page_code import PAPERS


@dataclass
class Sheet:
    """One scanned page: where it lies, what its code said, what was seen on it, and what a person has decided."""

    file: int  #: the kept file
    at: int  #: which page of it
    seen: str = "unread"  #: read, false (the code is not ours), foreign (a case of another office), unread, broken
    declaration: int | None = None
    paper: str = ""
    case: str = ""
    page: int = 0
    pages: int = 0
    version: int = 0
    of: int | None = None  #: the print
    laid: bool = False  #: whether it could be compared with what was printed
    apart: list[dict[str, Any]] = field(default_factory=list)
    hand: list[dict[str, Any]] = field(default_factory=list)
    ruled: str = ""  #: taken or refused, by a person
    reason: str = ""
    ruler: str = ""


def sheets_of(pile: PaperPile) -> list[Sheet]:
    """All pages of a pile in the order in which they were scanned."""
    return [Sheet(**told) for told in json.loads(pile.found)]


def packed(sheets: Sequence[Sheet]) -> str:
    """As they are kept."""
    return json.dumps([asdict(sheet) for sheet in sheets], ensure_ascii=False, separators=(",", ":"))


@dataclass
class Case:
    """One paper of one case in a pile."""

    declaration: Declaration
    paper: str
    case: str
    due: int  #: how many pages it has
    expected: PaperPrint | None
    right: dict[int, Sheet] = field(default_factory=dict)
    before: list[int] = field(default_factory=list)  #: pages that were received before
    twice: list[int] = field(default_factory=list)
    older: list[tuple[Sheet, list[tuple[str, str, str]]]] = field(default_factory=list)
    altered: list[Sheet] = field(default_factory=list)
    unlaid: list[Sheet] = field(default_factory=list)  #: right by their code, but too poor to be compared
    false: list[Sheet] = field(default_factory=list)
    refused: list[Sheet] = field(default_factory=list)
    stale: list[tuple[str, str, str]] = field(default_factory=list)  #: declared otherwise since it was printed

    @property
    def name(self) -> str:
        """Which paper."""
        return PAPERS[self.paper]

    @property
    def missing(self) -> list[int]:
        """Pages nobody has handed in, in this pile or before."""
        lying = {s.page for s in (*self.altered, *self.unlaid, *(sheet for sheet, _ in self.older))}
        return [n for n in range(1, self.due + 1) if not (n in self.right or n in self.before or n in lying)]

    @property
    def open(self) -> list[Sheet]:
        """Pages a person must decide on first."""
        return [*self.altered, *self.unlaid, *self.false, *(sheet for sheet, _ in self.older)]

    @property
    def whole(self) -> bool:
        """Everything is there and nothing is open."""
        return not self.missing and not self.open and not self.stale

    @property
    def wanting(self) -> str:
        """What must still be handed in, in words."""
        words = []
        if self.missing:
            words.append(f"缺第 {spans(self.missing)} 页")
        if self.older or self.stale:
            pages = [sheet.page for sheet, _ in self.older]
            words.append(f"第 {spans(pages)} 页是旧版本" if pages else "打印后申报内容有变化")
        if self.altered:
            words.append(f"第 {spans([s.page for s in self.altered])} 页与打印内容不一致")
        if self.false:
            words.append(f"{len(self.false)} 页识别码不真实")
        if self.unlaid:
            words.append(f"第 {spans([s.page for s in self.unlaid])} 页扫描不清")
        return "；".join(words)


def spans(numbers: Iterable[int]) -> str:
    """1-4、6: page numbers as people write them."""
    told: list[list[int]] = []
    for n in sorted(set(numbers)):
        if told and n == told[-1][1] + 1:
            told[-1][1] = n
        else:
            told.append([n, n])
    return "、".join(str(a) if a == b else f"{a}-{b}" for a, b in told)


def numbers(text: str) -> list[int]:
    """The reverse of `spans`."""
    found: list[int] = []
    for part in filter(None, text.split("、")):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def cases_of(session: Session, pile: PaperPile) -> list[Case]:
    """The cases that lie in a pile, each with what is to be said of it; by their number."""
    groups: dict[tuple[int, str, str], list[Sheet]] = {}
    for sheet in sheets_of(pile):
        if sheet.declaration is not None and sheet.paper:
            groups.setdefault((sheet.declaration, sheet.paper, sheet.case), []).append(sheet)
    found = []
    for (key, paper, number), sheets in sorted(groups.items()):
        declaration = session.get(Declaration, key)
        if declaration is not None:
            found.append(_case(session, pile, declaration, paper, number, sheets))
    return found


def others_of(pile: PaperPile) -> dict[str, list[Sheet]]:
    """Pages that belong to no case here: unread, broken, false, of another office; and those a person has refused."""
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets_of(pile):
        if sheet.declaration is None:
            found.setdefault("refused" if sheet.ruled == "refused" else sheet.seen, []).append(sheet)
    return found


def _case(
    session: Session, pile: PaperPile, declaration: Declaration, paper: str, number: str, sheets: list[Sheet]
) -> Case:
    prints = {row.id: row for row in printing.prints_of(session, number, paper)}
    now = content.digest(session, declaration)
    expected = _expected(list(prints.values()), sheets, now)
    due = expected.pages if expected else max(sheet.pages for sheet in sheets)
    case = Case(declaration, paper, number, due, expected)
    case.before = [n for n in _received(session, declaration, pile) if n <= due] if paper == printing.FORM else []
    digests = printing.said(expected).digests if expected else []
    for sheet in sheets:
        _sort(case, sheet, prints, list(digests))
    if expected and expected.content_hash and expected.content_hash != now and not case.older:
        case.stale = differing(declaration, printing.said(expected).sections, declaration.content.sections or {}) or [
            ("申报内容", "打印时", "已有变化（申报事项或所附材料）")
        ]
    return case


def _expected(prints: list[PaperPrint], sheets: list[Sheet], now: str) -> PaperPrint | None:
    """What should have been handed in: of the prints of what is declared now the newest of which something lies there,
    else the newest of all."""
    there = {sheet.of for sheet in sheets}
    of_now = [row for row in prints if not row.content_hash or row.content_hash == now]
    lying = [row for row in of_now if row.id in there and row.content_hash]
    known = lying or of_now or prints
    return known[-1] if known else None


def _received(session: Session, declaration: Declaration, pile: PaperPile) -> Iterator[int]:
    """What earlier piles have brought of the case."""
    asked = select(PaperReceipt.held).where(PaperReceipt.declaration_id == declaration.id)
    asked = asked.where(PaperReceipt.pile_id != pile.id)
    for held in session.scalars(asked):
        yield from numbers(held)


def _sort(case: Case, sheet: Sheet, prints: dict[int, PaperPrint], digests: list[str]) -> None:
    """Where a page of the case belongs."""
    if sheet.ruled == "refused":
        case.refused.append(sheet)
    elif sheet.ruled == "taken":
        _right(case, sheet)
    elif sheet.seen == "false":
        case.false.append(sheet)
    elif (
        (row := prints.get(sheet.of or 0)) is not None and case.expected is not None and not _same(row, sheet, digests)
    ):
        case.older.append((sheet, changes(case.declaration, row, case.expected)))
    elif sheet.apart:
        case.altered.append(sheet)
    elif row is not None and not sheet.laid:
        case.unlaid.append(sheet)
    else:
        _right(case, sheet)


def _right(case: Case, sheet: Sheet) -> None:
    if sheet.page in case.right:
        case.twice.append(sheet.page)
    else:
        case.right[sheet.page] = sheet


def _same(row: PaperPrint, sheet: Sheet, digests: list[str]) -> bool:
    """Whether the page shows what the same page of the expected print shows."""
    mine = printing.said(row).digests
    return sheet.page <= len(digests) and mine[sheet.page - 1] == digests[sheet.page - 1]


def changes(declaration: Declaration, older: PaperPrint, newer: PaperPrint) -> list[tuple[str, str, str]]:
    """(field, then, now) of what has changed between two prints of a form."""
    return differing(declaration, printing.said(older).sections, printing.said(newer).sections)


def differing(declaration: Declaration, then: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(field, then, now) of every field that is declared otherwise, section by section."""
    return [
        (f"{section.title} · {where}", before or "无", after or "无")
        for section in form.form_of(declaration).sections
        for where, before, after in content.differences(section, then.get(section.key), now.get(section.key))
    ]
