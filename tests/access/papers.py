"""What was printed on a walk is printed once more, really: every word of its facts is found in the text of the paper.

The paper says nothing of the inside: no English, no state of a case, no address but those that the public is told.
"""

from __future__ import annotations

from datetime import date

from models.declarations.declaration import DeclarationState
from reports.paper import render
from tests import plain
from tests.reports.test_paper import packed, text_of

DAY = date(2026, 5, 20)
#: What steers the printing, or is drawn and not written.
UNWRITTEN = {"verify_url", "orientation", "photo", "watermark", "qr_svg", "align", "kind", "width", "of"}
#: What a state of a case shares with what papers say of somebody.
SAID = {"通过", "未通过", "已撤销"}


def leaves(facts, key=""):
    """(key, text) of everything that a paper was told to write."""
    if isinstance(facts, dict):
        for name, value in facts.items():
            if name not in UNWRITTEN:
                yield from leaves(value, name)
    elif isinstance(facts, (list, tuple)):
        for value in facts:
            yield from leaves(value, key)
    elif isinstance(facts, str) and facts.strip():
        yield key, facts


def faults(template, facts, allowed):
    """What is wrong with a paper: in its facts, and between them and its text."""
    coded = "number" in facts and template in ("notice", "roster", "review_form", "opinion_sheet", "publicity_proof")
    signs = (lambda digests: ("版本 1", [f"ZC1 {n}" for n, _ in enumerate(digests)])) if coded else None
    read = packed(text_of(render(template, facts, printed_on=DAY, signs=signs)))
    states = {state.label for state in DeclarationState} - SAID
    found = []
    for key, text in leaves(facts):
        if packed(text) not in read and key != "number":
            found.append(f"{key}: {text[:40]!r} is not on the paper")
        if text in states:
            found.append(f"{key}: {text} is a state of the inside")
        found += [f"{key}: {word!r} in {text[:40]!r}" for word in sorted(plain.strange(text, allowed))]
        if "http" in text and template not in ("roster", "publicity_proof"):
            found.append(f"{key}: an address, {text[:40]!r}")
    if "�" in read:
        found.append("a character that no font has")
    return [f"{facts.get('title', template)}: {fault}" for fault in found]
