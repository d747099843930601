"""Draw, photograph and read the invented documents once; what was read is kept as JSON, so that rules can be measured
again without reading again.

    python -m benchmarks.recognition.record tuned|fresh|last DRAWS FILE [SEED]      (needs the reader: make reading)
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.recognition import fresh, invented, last, layout, photographed, tuned
from workflow.recognition import engine, picture
from workflow.recognition.child import read_page


def documents(which: str, draws: int, seed: int = 1) -> list[dict[str, Any]]:
    """Every kind so often, each time another person, photographed in another way."""
    made = []
    kinds = {"tuned": tuned.KINDS, "fresh": fresh.KINDS, "last": last.KINDS}[which]
    for place, (name, make) in enumerate(kinds.items()):
        for draw in range(draws):
            chance = random.Random(f"{seed} {name} {draw}")
            paper = make(chance, invented.somebody(chance))
            way = photographed.WAYS[(place * 5 + draw) % len(photographed.WAYS)]
            made.append({"kind": name, "draw": draw, "way": way, "paper": paper, "chance": chance})
    return made


def photo(one: dict[str, Any]) -> bytes:
    """Its photograph."""
    paper: layout.Paper = one["paper"]
    font = photographed.SANS if paper.sans else photographed.SERIF
    page = photographed.drawn(paper.body, wide=paper.wide, card=paper.card, font=font, size=paper.size)
    if paper.seal:
        page = photographed.sealed(page, paper.seal, one["chance"], paper.at)
    return photographed.photographed(page, one["way"], one["draw"])


def main(which: str, draws: str, target: str, seed: str = "1") -> None:
    """Read them all, in one process."""
    read, kept, spent = engine.reader(), [], 0.0
    for one in documents(which, int(draws), int(seed)):
        page = picture.shrunk(Image.open(io.BytesIO(photo(one))).convert("RGB"), max(picture.LONGEST))
        began = time.process_time()
        found = read_page(read, page)
        spent += time.process_time() - began
        typed = [[section, name, value] for (section, name), value in one["paper"].typed.items()]
        kept.append(
            {"kind": one["kind"], "way": one["way"], "material": one["paper"].material, "typed": typed, "page": found}
        )
        Path(target).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    print(f"{which}: {len(kept)} pages, {spent / max(len(kept), 1):.1f} CPU s a page")


if __name__ == "__main__":
    main(*sys.argv[1:])
