"""What the rules make of recorded readings: right values called different, wrong ones called right, and how many agree.

python -m benchmarks.recognition.measure FILE [SHOWN]
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.recognition import invented
from workflow.recognition import documents, page, verdict
from workflow.recognition.verdict import Asked, Verdict

SIMILAR = (
    ("理工", "科技"), ("工业", "科技"), ("农业", "师范"), ("第一", "第二"), ("湘西", "湘南"), ("长沙市", "湘潭市"),
    ("湖南省", "湖北省"), ("天心", "天元"), ("岳阳", "益阳"), ("怀化", "娄底"), ("衡阳", "邵阳"), ("常德", "承德"),
)  # fmt: skip


def asked_of(material: str, section: str, name: str, value: str) -> Asked | None:
    """How the product asks for the field."""
    for one in documents.READ[material]:
        if (one.section, one.field) == (section, name):
            return Asked(one.kind, value, one.labels, documents.words_of(one))
    return None


def wrong(asked: Asked, chance: random.Random) -> Iterator[tuple[str, str]]:
    """Ways to mistype a value."""
    value = asked.typed
    if asked.kind == "number":
        places = [i for i, c in enumerate(value) if c.isdigit()]
        at = chance.choice(places)
        yield "one digit", value[:at] + str((int(value[at]) + chance.randint(1, 9)) % 10) + value[at + 1 :]
        pairs = [i for i in places if i + 1 in places and value[i] != value[i + 1]]
        if pairs:
            at = chance.choice(pairs)
            yield "digits swapped", value[:at] + value[at + 1] + value[at] + value[at + 2 :]
        at = chance.choice(places)
        yield "digit missing", value[:at] + value[at + 1 :]
        yield "digit added", value[:at] + str(chance.randint(0, 9)) + value[at:]
    elif asked.kind == "date":
        year, month, *rest = value.split("-")
        yield "year off by one", "-".join([str(int(year) + chance.choice((-1, 1))), month, *rest])
        yield "month off by one", "-".join([year, f"{int(month) % 12 + 1:02d}", *rest])
    elif asked.kind == "year":
        yield "year before", str(int(value) - 1)
        yield "year after", str(int(value) + 1)
    elif asked.kind == "name":
        yield "other person", chance.choice([n for n in invented.NAMES if n != value])
        yield "one character", value[:-1] + chance.choice([c for c in "军兰芳明" if c != value[-1]])
        if len(value) > 2:
            yield "a character short", value[:-1]
    elif asked.kind == "word":
        yield "other word", chance.choice(sorted(w for w in asked.words if w != value))
    elif asked.kind == "organisation":
        others = [o for o in (*invented.SCHOOLS, *invented.COMPANIES, *invented.BUREAUS) if o != value]
        yield "other organisation", chance.choice(others)
        for a, b in SIMILAR:
            if a in value:
                yield "similar organisation", value.replace(a, b, 1)
                break
    else:
        middle = len(value) // 2
        yield "other text", chance.choice([p for p in (*invented.PROJECTS, *invented.MAJORS) if p != value])
        yield "one character", value[:middle] + ("水" if value[middle] != "水" else "电") + value[middle + 1 :]


def bound(mistakes: int, tries: int) -> float:
    """The rate that is not exceeded with 95 % confidence (Clopper and Pearson, one side), in per cent."""
    if not tries:
        return 100.0
    low, high = mistakes / tries, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        term, total = (1 - rate) ** tries, 0.0
        for k in range(mistakes + 1):
            total += term
            term *= (tries - k) / (k + 1) * rate / max(1 - rate, 1e-12)
        low, high = (rate, high) if total > 0.05 else (low, rate)
    return 100 * high


def main(source: str, shown: str = "0") -> None:
    """One table for the file."""
    rights: dict[str, Counter[Verdict]] = defaultdict(Counter)
    ways: dict[str, Counter[Verdict]] = defaultdict(Counter)
    wrongs: dict[str, Counter[Verdict]] = defaultdict(Counter)
    odd: list[Any] = []
    for number, one in enumerate(json.loads(Path(source).read_text(encoding="utf-8"))):
        seen, chance = page.readings(one["page"]), random.Random(number)
        for section, name, value in one["typed"]:
            asked = asked_of(one["material"], section, name, value)
            if asked is None:
                continue
            said = verdict.verdict(asked, seen)
            rights[asked.kind][said.verdict] += 1
            ways[one["way"]][said.verdict] += 1
            if said.verdict != Verdict.AGREES:
                odd.append((said.verdict.label, one["kind"], one["way"], name, value, said.read))
            for how, mistyped in wrong(asked, chance):
                false = verdict.verdict(Asked(asked.kind, mistyped, asked.labels, asked.words), seen)
                wrongs[f"{asked.kind}: {how}"][false.verdict] += 1
                if false.verdict == Verdict.AGREES:
                    odd.append(("MISS", one["kind"], one["way"], name, mistyped, false.read))
    for title, rows in (("right values", rights), ("right values by way", ways), ("wrong values", wrongs)):
        print(f"-- {title}: agrees, differs, unread")
        for row, count in sorted(rows.items()):
            print(f"{row:34s}{count[Verdict.AGREES]:6d}{count[Verdict.DIFFERS]:6d}{count[Verdict.UNREAD]:6d}")
    rightly, wrongly = sum(rights.values(), Counter()), sum(wrongs.values(), Counter())
    agreeing = 100 - bound(rightly.total() - rightly[Verdict.AGREES], rightly.total())
    print(f"right values that agree: {rightly[Verdict.AGREES]} of {rightly.total()}, at least {agreeing:.1f} %")
    for name, mistakes, of in (
        ("false alarms", rightly[Verdict.DIFFERS], rightly.total()),
        ("misses", wrongly[Verdict.AGREES], wrongly.total()),
    ):
        print(f"{name}: {mistakes} of {of}, at most {bound(mistakes, of):.2f} %")
    for row in odd[: int(shown)]:
        print(*row, sep=" | ")


if __name__ == "__main__":
    main(*sys.argv[1:])
