"""What was typed beside what was read: 一致, 不一致 or 未能识读, from characters and their certainty. Pure.

It advises; people decide. The dear mistake is a right value that is called different, so 不一致 wants the same
characters in every reading of the page, each of them sure and none with the typed one among its runners-up, and it
wants the value to be known for this field by the label beside it or by being all but the typed one. Whatever falls
short is 未能识读. The other mistake is a wrong value that is called right: names and short words agree only where a
word begins and ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from models.base import Labelled
from workflow.recognition.dates import Date, dates, lost
from workflow.recognition.nearness import Edit, edits, nearest
from workflow.recognition.page import Box, Reading, alike, common, han


class Verdict(Labelled):
    """Whether what was read is what was typed."""

    AGREES = "agrees", "一致", "ok"
    DIFFERS = "differs", "不一致", "warn"
    UNREAD = "unread", "未能识读", "off"


@dataclass(frozen=True)
class Asked:
    """What is looked for: how it is compared, what was typed, what stands beside it on paper, words it can be."""

    kind: str
    typed: str
    labels: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Said:
    """A verdict, what was read, and where that stands."""

    verdict: Verdict
    read: str = ""
    box: Box | None = None
    page: int = 0
    sure: bool = False  #: whether every reading says the same and is sure of it


@dataclass(frozen=True)
class _Run:
    """What one reading says: a verdict and a run of its characters."""

    verdict: Verdict
    start: int = 0
    end: int = 0
    told: str = ""


AGREES, DIFFERS, UNREAD = Verdict.AGREES, Verdict.DIFFERS, Verdict.UNREAD
NOTHING = _Run(UNREAD)


def verdict(asked: Asked, readings: Sequence[Reading]) -> Said:
    """What all readings of one page say together. One that agrees is believed unless another surely differs; they
    differ only when all of them do, in the same characters."""
    runs = [RULES[asked.kind](page, asked) for page in readings]
    said = {run.verdict for run in runs}
    if AGREES in said and DIFFERS not in said:
        word = AGREES
    elif said == {DIFFERS} and len({run.told for run in runs}) == 1:
        word = DIFFERS
    else:
        word = UNREAD
    page, run = next(((p, r) for p, r in zip(readings, runs, strict=True) if r.verdict == word and r.end), (None, None))
    if page is None or run is None:
        page, run = next(((p, r) for p, r in zip(readings, runs, strict=True) if r.end), (None, None))
    if page is None or run is None:
        return Said(word)
    read = run.told or page.text[run.start : run.end]
    return Said(word, read, page.box(run.start, run.end), sure=word == DIFFERS)


def of_pages(asked: Asked, pages: Iterable[Sequence[Reading]]) -> Said:
    """What the pages of a file say together: one that agrees is enough; none may say something else to differ."""
    said = [_at(verdict(asked, readings), number) for number, readings in enumerate(pages, 1)]
    if agreed := next((one for one in said if one.verdict == AGREES), None):
        return agreed
    differing = [one for one in said if one.verdict == DIFFERS]
    if differing and len({one.read for one in differing}) == 1:
        return differing[0]
    some = next((one for one in said if one.read), None)
    return replace(some, verdict=UNREAD, sure=False) if some else Said(UNREAD)


def _at(said: Said, number: int) -> Said:
    return replace(said, page=number)


def offered(asked: Asked, pages: Iterable[Sequence[Reading]]) -> Said:
    """Of an empty field: the one value beside its label, where every reading is sure of the same."""
    found: set[str] = set()
    first: Said | None = None
    for number, readings in enumerate(pages, 1):
        told = [_values(page, asked) for page in readings]
        same = [value for value in told[0] if all(value in others for others in told[1:])] if told else []
        for value in same:
            start, end = told[0][value]
            first = first or Said(UNREAD, value, readings[0].box(start, end), number, sure=True)
            found.add(value)
    return first if first is not None and len(found) == 1 else Said(UNREAD)


def _values(page: Reading, asked: Asked) -> dict[str, tuple[int, int]]:
    """What stands beside the labels of a field and is of its shape, surely read."""
    if asked.kind == "date":
        fits = [one for one in dates(page) if _labelled(one, asked.labels) and page.believed(one.start, one.end)]
        return {one.told: (one.start, one.end) for one in fits}
    found: dict[str, tuple[int, int]] = {}
    for start, end in _after_label(page, asked.labels):
        if asked.kind == "number":
            m = _RUN.match(page.text[start:end])
            end = start + m.end() if m and len(_signs(m[0])) >= SHORTEST else start
        elif asked.kind == "word":
            known = sorted(asked.words, key=len, reverse=True)
            word = next((w for w in known if page.text[start:end].startswith(alike(w))), "")
            end = start + len(alike(word))
        elif not all(han(sign) for sign in page.text[start:end]) or end - start < 2:
            continue
        if page.believed(start, end):
            found[page.text[start:end]] = (start, end)
    return found


def _surely(page: Reading, start: int, found: Sequence[Edit]) -> bool:
    """Whether the reader was sure of every character that parts the run from what was typed."""
    for one in found:
        at = min(start + one.at, len(page.text) - 1)
        if one.step == "insert":
            beside = [i for i in (at - 1, at) if 0 <= i < len(page.text)]
            if not common(one.wanted) or not all(page.believed(i, i + 1) for i in beside):
                return False
        elif not page.believed(at, at + 1) or (one.step == "replace" and page.may_be(at, one.wanted)):
            return False
    return bool(found)


def _after_label(page: Reading, labels: Iterable[str]) -> Iterable[tuple[int, int]]:
    """Where the value of a label can stand: after it in its line up to the next gap, or in the box to its right."""
    for label in labels:
        for m in re.finditer(re.escape(alike(label)) + r"(?:\([^()]{1,6}\))?", page.text):
            number = page.line_of[m.start()]
            line = page.lines[number]
            if page.line_of[m.end() - 1] != number:
                continue
            if m.end() < line.end:
                end = m.end() + 1
                while end < line.end and end not in page.gaps:
                    end += 1
                yield m.end(), end
            elif right := page.right_of(number):
                yield right.start, right.end


# -- numbers -------------------------------------------------------------------------------------------------

_RUN = re.compile(r"[0-9A-Z][0-9A-Z()\-./—–·]*")
_BEFORE_NUMBER = re.compile(r"(ZL|CN|NO|N0|ISBN|ISSN)?")
_TWINS = ({"0", "O"}, {"1", "I"}, {"0", "D"}, {"5", "S"}, {"8", "B"}, {"2", "Z"}, {"1", "L"}, {"0", "Q"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
#: Below that many signs a number is no number but a word; what a near run may differ in; a reading below is no proof.
SHORTEST, NEAR, LEAST = 4, 0.25, 0.5


def identity(number: str) -> bool:
    """Whether it is a possible identity number (GB 11643: a birthday, and a last sign that follows from the others)."""
    if not re.fullmatch(r"\d{6}(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", number):
        return False
    return "10X98765432"[sum(int(a) * w for a, w in zip(number[:17], _WEIGHTS, strict=True)) % 11] == number[17]


def _signs(text: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", alike(text))


def _runs(page: Reading) -> Iterable[list[int]]:
    """Runs of letters and figures as the places of their signs; never over two lines, whole and cut at gaps."""
    for line in page.lines:
        for m in _RUN.finditer(page.text[line.start : line.end]):
            whole = [i + line.start for i in range(m.start(), m.end()) if page.text[i + line.start].isalnum()]
            yield whole
            parts: list[list[int]] = [[]]
            for i in whole:
                if i in page.gaps and parts[-1]:
                    parts.append([])
                parts[-1].append(i)
            if len(parts) > 1 and all(len(part) >= 6 for part in parts):
                yield from parts


def _number(page: Reading, asked: Asked) -> _Run:
    typed = _signs(asked.typed)
    if len(typed) < SHORTEST:
        return _text(page, asked)
    # 湘职证字 and 鄂职证字 under one number are two papers
    named = not any(han(sign) for sign in asked.typed) or alike(asked.typed) in page.text
    near: tuple[int, list[int]] | None = None
    for places in _runs(page):
        run = "".join(page.text[i] for i in places)
        at = run.find(typed)
        rest = run[:at] + run[at + len(typed) :] if at >= 0 else run
        if run == typed or (at >= 0 and len(typed) >= 6 and _BEFORE_NUMBER.fullmatch(rest)):
            whole = named and min(page.sure[i] for i in places) >= LEAST
            return _Run(AGREES if whole else UNREAD, places[0], places[-1] + 1)
        if abs(len(run) - len(typed)) <= 3 and (far := len(edits(run, typed))) <= max(1, len(typed) * NEAR):
            near = min(near or (far, places), (far, places))
    if near is None:
        return NOTHING
    places = near[1]
    run = "".join(page.text[i] for i in places)
    seen = _Run(UNREAD, places[0], places[-1] + 1, page.text[places[0] : places[-1] + 1])
    if identity(typed) and not identity(run):
        return seen  # the reader slipped: what was typed is a possible number and this is none
    for one in edits(run, typed):
        at = places[min(one.at, len(places) - 1)]
        if not page.believed(at, at + 1):
            return seen
        if one.step == "replace" and (page.may_be(at, one.wanted) or {page.text[at], one.wanted} in _TWINS):
            return seen
        if one.step == "insert" and not all(page.believed(i, i + 1) for i in places):
            return seen
    return _Run(DIFFERS, places[0], places[-1] + 1, seen.told)


# -- dates and years -----------------------------------------------------------------------------------------


def _date(page: Reading, asked: Asked) -> _Run:
    typed = tuple(int(part) for part in re.findall(r"\d+", asked.typed))
    found = dates(page)
    birth = any("生" in label for label in asked.labels)
    own = [one for one in found if birth or not one.aside]
    labelled = [one for one in own if _labelled(one, asked.labels)]
    for one in own or found:
        width = min(len(typed), len(one.parts))
        if one.parts[:width] == typed[:width] and width >= min(2, len(typed)):
            beside = not labelled or one in labelled  # 毕业日期 typed as 入学日期 stands on the page, and is not right
            return _Run(AGREES if beside else UNREAD, one.start, one.end, one.told)
    near = labelled if len(labelled) == 1 else own if not labelled and len(own) == 1 else []
    if not near:
        return NOTHING
    one = near[0]
    same = sum(a == b for a, b in zip(typed, one.parts, strict=False))
    width = min(len(typed), len(one.parts))
    seen = _Run(UNREAD, one.start, one.end, one.told)
    if lost(page) or not page.believed(one.start, one.end) or (not labelled and same != width - 1):
        return seen
    return _Run(DIFFERS, one.start, one.end, one.told)


def _labelled(one: Date, labels: Iterable[str]) -> bool:
    return any(one.before.rstrip(":(").endswith(alike(label)) for label in labels)


def _year(page: Reading, asked: Asked) -> _Run:
    typed = asked.typed.strip()
    told = [(m[1], m.start(), m.end()) for m in re.finditer(r"(?<!\d)((?:19|20)\d\d)年度", page.text)]
    told += [
        (page.text[line.start : line.end], line.start, line.end)
        for line in page.lines
        if re.fullmatch(r"(?:19|20)\d\d", page.text[line.start : line.end])
    ]
    if not told:
        inside = [one for one in dates(page) if not one.aside]
        if not inside or {str(one.parts[0]) for one in inside} != {typed} or lost(page):
            return NOTHING
        return _Run(AGREES, inside[0].start, inside[0].start + 4)
    for year, start, end in told:
        if year == typed:
            return _Run(AGREES, start, end)
    year, start, end = told[0]
    if len({one for one, _, _ in told}) == 1 and page.believed(start, end):
        return _Run(DIFFERS, start, end, year)
    return _Run(UNREAD, start, end, year)


# -- names -----------------------------------------------------------------------------------------------------

_NAME_BEFORE = re.compile(
    r"(姓名|学生|兹聘请?|聘请|聘任|授予|获奖者|发明人|作者|著者|乙方(\(.{2,4}\))?|证明|推荐|同意|员工|职工|教师|医师|"
    r"认定|确认|著作权人|被聘人|和|与|及)$"
)
_NAME_AFTER = re.compile(
    r"(同志|同学|先生|女士|老师|性别|[男女](?!.?[子])|身份|证件|专业|单位|出生|民族|职务|系|于|在|自|为|是|的|参加|"
    r"荣?获|被|担任|经|因|已|第|等|著|编|完成|申报|参与|主持)"
)
_PERSONS = ("姓名", "学生", "兹聘请", "聘请", "乙方(劳动者)", "被聘人", "持证人")


def _name(page: Reading, asked: Asked) -> _Run:
    typed = alike(asked.typed).replace("·", "")
    places = [i for i, sign in enumerate(page.text) if sign != "·"]
    flat = "".join(page.text[i] for i in places)
    seen = NOTHING
    at = flat.find(typed)
    while at >= 0:
        start, end = places[at], places[at + len(typed) - 1] + 1
        if _begins(page, start) and _ends(page, end):
            return _Run(AGREES, start, end)
        seen = _Run(UNREAD, start, end)
        at = flat.find(typed, at + 1)
    if seen.end or not all(common(sign) for sign in typed):
        return seen
    for start, most in _after_label(page, asked.labels or _PERSONS):
        end = start
        while end < most and (han(page.text[end]) or page.text[end] == "·") and end - start < 16:
            if end - start >= 2 and _NAME_AFTER.match(page.text[end:most]):
                break
            end += 1
        read = page.text[start:end].replace("·", "")
        if not (2 <= len(read) <= 4 or "·" in page.text[start:end]):
            continue
        if (end < most or end in page.gaps or page.gap(end)) and page.believed(start, end):
            apart = [i for i, (a, b) in enumerate(zip(read, typed, strict=False)) if a != b]
            if len(read) == len(typed) and any(page.may_be(start + i, typed[i]) for i in apart):
                return _Run(UNREAD, start, end)
            return _Run(DIFFERS, start, end, page.text[start:end])
        seen = _Run(UNREAD, start, end)
    return seen


def _begins(page: Reading, start: int) -> bool:
    before = page.text[max(0, start - 10) : start]
    return page.gap(start) or not han(page.text[start - 1]) or bool(_NAME_BEFORE.search(before))


def _ends(page: Reading, end: int) -> bool:
    return page.gap(end) or not han(page.text[end]) or bool(_NAME_AFTER.match(page.text[end : end + 4]))


# -- words, texts, organisations -------------------------------------------------------------------------------

_WORD_BEFORE = re.compile(
    r"(为|任|具备|聘|担任|取得|评审|确认|授予|获得?|的|级别|等级|结果|等次|职务|职称|资格|名称|考核)$"
)
_WORD_AFTER = re.compile(r"(职务|岗位|任职资格|资格|职称|称号)")
_PARTS_OF_WORDS = "率者证"
_PART_AFTER = re.compile(r".{0,4}(学院|分院|分校|分公司|附属|第[一二三四五六])")
#: What a text may differ in and still be the one that was meant; texts of fewer signs never differ.
APART, SHORT = 0.28, 5


def _word(page: Reading, asked: Asked) -> _Run:
    typed = alike(asked.typed)
    known = {alike(word) for word in asked.words} | {typed}
    pattern = re.compile("|".join(re.escape(word) for word in sorted(known, key=len, reverse=True)))
    found = [(m[0], m.start(), m.end()) for m in pattern.finditer(page.text)]
    beside = {start for start, _ in _after_label(page, asked.labels)}
    stands = False
    for word, start, end in found:
        led = bool(_WORD_BEFORE.search(page.text[max(0, start - 4) : start]))
        fits = page.gap(start) or led or start in beside
        closed = page.gap(end) or start in beside or len(typed) > 3 or not han(page.text[end])
        named = bool(_WORD_AFTER.match(page.text[end : end + 4]))
        stands = stands or (word == typed and closed)
        if word == typed and ((fits and (closed or (led and page.text[end] not in _PARTS_OF_WORDS))) or named):
            if min(page.sure[start:end]) >= LEAST:
                return _Run(AGREES, start, end)
            return _Run(UNREAD, start, end)
    told = {(word, start, end) for word, start, end in found if start in beside and word != typed}
    if len({word for word, _, _ in told}) == 1 and not stands:
        word, start, end = min(told, key=lambda one: one[1])
        sure = page.believed(start, end) and page.gap(end)
        close = len(word) == len(typed) and any(
            page.may_be(start + i, b) for i, (a, b) in enumerate(zip(word, typed, strict=True)) if a != b
        )
        return _Run(DIFFERS if sure and not close else UNREAD, start, end, word)
    return NOTHING


def _text(page: Reading, asked: Asked) -> _Run:
    typed, at, seen = alike(asked.typed), -1, NOTHING
    while (at := page.text.find(typed, at + 1)) >= 0:
        end = at + len(typed)
        opens, closes = _opens(page, at, asked), _closes(page, end, asked)
        if asked.kind == "organisation":
            longer = _PART_AFTER.match(page.text[end : end + 8]) is not None
        else:
            longer = opens and not closes and han(page.text[end : end + 1] or " ")
        if (page.gap(end) or not longer) and (len(typed) >= SHORT or opens or closes):
            return _Run(AGREES, at, end)
        seen = _Run(UNREAD, at, end)
    if seen.end or len(typed) < SHORT:
        return seen
    if (near := nearest(page.text, typed)) is None:
        return NOTHING
    start, end, found = near
    seen = _Run(UNREAD, start, end)
    if len(found) > max(1, len(typed) * APART) or not page.one_line(start, end) or not _surely(page, start, found):
        return seen if len(found) <= len(typed) * 0.5 else NOTHING
    return _Run(DIFFERS, start, end, page.text[start:end])


def _opens(page: Reading, start: int, asked: Asked) -> bool:
    before = page.text[max(0, start - 12) : start].rstrip("(:")
    return page.gap(start) or any(before.endswith(alike(label)) for label in asked.labels)


def _closes(page: Reading, end: int, asked: Asked) -> bool:
    after = page.text[end : end + 6]
    return any(re.match(r".{0,2}" + re.escape(alike(label)), after) for label in asked.labels)


def _holds(page: Reading, asked: Asked) -> _Run:
    """Whether the words stand on the page at all: what tells one kind of paper from another."""
    at = page.text.find(asked.typed)
    return _Run(AGREES, at, at + len(asked.typed)) if at >= 0 else NOTHING


RULES: dict[str, Callable[[Reading, Asked], _Run]] = {
    "holds": _holds,
    "number": _number,
    "date": _date,
    "year": _year,
    "name": _name,
    "word": _word,
    "text": _text,
    "organisation": _text,
}


def kinds() -> Collection[str]:
    """How values can be compared."""
    return RULES.keys()
