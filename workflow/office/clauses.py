"""政策依据: the wording of what the product cites, found by the citation or by words."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.office.setting import Clause

#: How the product cites the notice, its three guides and the rules behind them; app/static/cited.js has the same.
CITED = (
    r"118号 ?[一二三四五六七八](?:[（(][一二三四五六七八九十][)）])?(?:[1-9](?:[（(][1-9][)）])?)?"
    r"|附件[123] ?(?:1\.[0-9]+(?:\.[0-9]+)*|[一二三](?![级年]))"
    r"|令40号(?: ?第[一二三四五六七八九十]+条)?"
    r"|GB\/T 22239(?:-2019)? [0-9]+(?:\.[0-9]+)+|GB\/T 8561|GB 11643|GB 32100"
    r"|(?:人社厅发|人社部发|湘人社发|湘人社规|湘职改办|湘纪发|湘发改价费规)〔[0-9]{4}〕[0-9]+号"
)
#: A document whose code is longer than this is cited by its own number alone.
LONGEST = 60


@dataclass(frozen=True)
class Document:
    """One document with the clauses of it that are cited, in their order."""

    name: str
    clauses: tuple[Clause, ...]


def code_of(citation: str, codes: Collection[str]) -> str | None:
    """The code of the clause that a citation names, or of the one it stands in; None where none is kept."""
    plain = citation.translate(str.maketrans("（）", "()")).strip()[:LONGEST]
    plain = re.sub(r"^(118号|附件[123]|令40号|GB/T 22239)(?:-2019)? ?", r"\1 ", plain).strip()
    while plain and plain not in codes:
        shorter = re.sub(r"(?:\([^()]*\)|\.[0-9]+|[0-9])$", "", plain)
        if shorter == plain or not re.search(r" ", shorter):
            return None
        plain = shorter
    return plain or None


def documents(session: Session, words: str = "") -> list[Document]:
    """Every document with its clauses; with `words` only those clauses in which all of them stand."""
    asked = words.split()
    kept: dict[str, list[Clause]] = {}
    for clause in session.scalars(select(Clause).order_by(Clause.id)):
        if all(word in clause.text or word in clause.code or word in clause.document for word in asked):
            kept.setdefault(clause.document, []).append(clause)
    return [Document(name, tuple(clauses)) for name, clauses in kept.items()]


#: The short names of documents and their whole ones, for those who have no link to press.
NOTICE = "湘人社函〔2023〕118号"
DECREE = "人力资源和社会保障部令第40号"


def in_full(text: str) -> str:
    """A text with what it cites as a paper cites it: 118号 四(三) becomes 湘人社函〔2023〕118号四（三）."""

    def whole(found: re.Match[str]) -> str:
        said = found[0].translate(str.maketrans("()", "（）"))
        said = re.sub(r"^令40号 ?", DECREE, said)
        said = re.sub(r"^118号 ?", NOTICE, said)
        return re.sub(r"^(附件[123]) ?", rf"{NOTICE}\1 ", said)

    return re.sub(rf"(?<![〕0-9])(?:{CITED})", whole, text)


def cited(session: Session, citation: str) -> Clause | None:
    """The clause that a citation names; None where none is kept."""
    code = code_of(citation, set(session.scalars(select(Clause.code))))
    return session.scalar(select(Clause).where(Clause.code == code)) if code else None
