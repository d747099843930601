"""Codes of one draw: an expert's code in a session is made for it, and never one by which the pool knows him.

Whoever proposed an expert has read his code in the pool; nothing of it may lead to his seat (令40号 第二十三条). A code
follows from the draw's secret salt and the expert, so no table has to be kept that says which is whose.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.expert import Expert
from models.review.draw import Draw

_DIGITS = 8


def code_for(salt: str, expert_id: int) -> str:
    """The code of an expert in the draw of that salt."""
    digest = hmac.new(salt.encode(), f"draw-code/1/{expert_id}".encode(), hashlib.sha256).digest()
    return f"P{int.from_bytes(digest[:8], 'big') % 10**_DIGITS:0{_DIGITS}d}"


def are_distinct(salt: str, experts: Iterable[Expert]) -> bool:
    """Whether the salt gives every expert a code of his own."""
    ids = [expert.id for expert in experts]
    return len({code_for(salt, number) for number in ids}) == len(ids)


def experts_of(session: Session, draw: Draw) -> dict[str, Expert]:
    """Code in the draw → expert, for all of the series; draws of before knew them by the codes of the pool."""
    rows = session.scalars(select(Expert).where(Expert.series_id == draw.plan.committee.series_id)).all()
    return {expert.code: expert for expert in rows} | {code_for(draw.salt, expert.id): expert for expert in rows}
