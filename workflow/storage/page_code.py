"""The code of a printed page (118号 一, paper beside the online file): paper, case and version, which page of how many,
and the digest of what the page shows, under a key of the product.

Whoever copies a code onto another sheet copies its digest with it; who writes one himself lacks the key.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass

from models.sealed import key

#: Letters of a QR code's alphanumeric mode alone: a smaller code of larger modules.
_SHAPE = re.compile(
    r"ZC1:([A-Z]{2}):([A-Z0-9./-]{1,40}):(\d{1,9}):(\d{1,4})/(\d{1,4}):([0-9A-F]{16}):([0-9A-F]{20})", re.ASCII
)
#: Two letters for each paper.
PAPERS = {
    "RF": "专业技术职称评审表",
    "OS": "参评人员资格审查意见表",
    "CO": "一次性补正告知书",
    "TE": "终止评审告知书",
    "RO": "参评人员花名册",
    "RP": "评审结果公示名单",
    "PM": "申报材料公示表",
    "PC": "公示证明",
    "QF": "评审职数申报专业备案表",
    "SU": "申报情况汇总表",
    "AP": "复查结果告知书",
}


@dataclass(frozen=True)
class PageCode:
    """What a code says."""

    paper: str  #: of PAPERS
    case: str  #: the number by which the office knows it
    version: int  #: of the record when it was printed
    page: int
    pages: int
    digest: str  #: the first 16 letters of the SHA-256 of what the page shows


def written(code: PageCode) -> str:
    """The text that is printed as a QR code."""
    said = f"ZC1:{code.paper}:{code.case}:{code.version}:{code.page}/{code.pages}:{code.digest[:16].upper()}"
    return f"{said}:{_mark(said)}"


def parsed(text: str) -> PageCode | None:
    """What a text in the shape of a code says, whoever wrote it; None for anything else."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    return PageCode(found[1], found[2], int(found[3]), int(found[4]), int(found[5]), found[6].lower())


def read(text: str) -> PageCode | None:
    """What a code says; None for one that is not of ours, or was not made with the product's key of today.

    Of prints that were kept `workflow.storage.printing.known` also knows the codes of former keys.
    """
    code = parsed(text)
    said, _, mark = text.rpartition(":")
    return code if code is not None and hmac.compare_digest(_mark(said), mark) else None


def _mark(said: str) -> str:
    return hmac.digest(key("paper"), said.encode(), "sha256").hex()[:20].upper()
