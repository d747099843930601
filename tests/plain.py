"""What people read speaks of their work in their language: no English, no name of the inside, nothing a program left.

`strange(text)` gives what should not stand there. Pages are brought to their words by `words_of`; papers by their text.
"""

from __future__ import annotations

import csv
import html
import re
from functools import cache

from workflow.office.clauses import CITED, code_of
from workflow.office.reference import DIRECTORY

#: Latin words that officials use: kinds of files, keys of the keyboard, and what papers and journals are listed in.
LATIN = {
    "ISBN", "ISSN", "Excel", "JSON", "GeoJSON", "CSV", "PDF", "JPG", "PNG", "SVG", "HEIC", "UTF", "dpi",
    "Alt", "Ctrl", "Enter", "Esc", "Shift", "CSCD", "CSSCI", "SCI", "SSCI", "APP", "XXXXXXX",
}  # fmt: skip
#: What is read as it stands: addresses, names of files, digits of a checksum, 统一社会信用代码, the code of a draw.
AS_IT_STANDS = re.compile(
    r"https?://\S+|/posted/\S+|[\w.-]*\.(?:pdf|png|jpe?g|txt|zip|xlsx?|csv)\b|\b(?=[0-9a-f]*\d)[0-9a-f]{8,64}\b"
    r"|\b[0-9A-Z]{18}\b|\b[A-Z]{2,3}-[0-9]{2}\b"
)
WORD = re.compile(r"[A-Za-z][A-Za-z_]{2,}")
#: What a program leaves where it was not asked: its brackets, its identifiers, empty brackets and doubled stops.
LEFT = re.compile(
    r"\[\]|\{\}|[\[{(]['\"]|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|[a-z]+_[a-z]+:\d+|"
    r"（）|，，|。。|：。|、、|；；|、。|，。|；。|：；"
)
#: Where a citation begins; behind 〕 it is the number of the document itself.
CITES = re.compile(r"(?<!〕)(?:118号|附件[123](?= ?[\d一二三])|令40号|GB/T)")


def words_of(page: str) -> str:
    """The text of a page as it is read, on one line."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def words(text: str) -> set[str]:
    """The Latin words in a text."""
    return set(WORD.findall(text))


def strange(text: str, allowed: frozenset[str] = frozenset()) -> set[str]:
    """English words, names of the inside, what a program left, and citations that lead to no text."""
    plain = AS_IT_STANDS.sub(" ", text)
    return (
        {word for word in words(plain) if word not in LATIN and word not in allowed}
        | set(LEFT.findall(plain))
        | {text[at.start() :][:16] for at in CITES.finditer(text) if not _kept(text[at.start() :][:40])}
    )


def _kept(cited: str) -> bool:
    found = re.match(CITED, cited)
    return found is not None and code_of(found[0], _codes()) is not None


@cache
def _codes() -> frozenset[str]:
    with (DIRECTORY / "clauses.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))
