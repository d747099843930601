"""The applicant's answer to each point: what he did, or why not. Without all answers nothing is handed in again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from models.declarations.correction_item import CorrectionItem, ItemAnswer
from models.declarations.declaration import Correction, Declaration
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork

MOST_WORDS = 500


def open_items(uow: UnitOfWork, declaration: Declaration) -> Sequence[CorrectionItem]:
    """The points of the open return."""
    asked = (
        select(CorrectionItem)
        .join(Correction)
        .where(CorrectionItem.declaration_id == declaration.id, Correction.answered_at.is_(None))
    )
    return uow.session.scalars(asked.order_by(CorrectionItem.id)).all()


def answer(uow: UnitOfWork, item: CorrectionItem, said: str, words: str) -> None:
    """答复 one point. Refused: a word that is none, nothing said of what was done or why not, a closed return."""
    words, name = words.strip(), f"words-{item.id}"
    if item.correction.answered_at is not None:
        raise Refused("该补正告知已经重新提交，答复不能再改；如需补充，请联系审核机构。")
    if said not in set(ItemAnswer):
        raise Refused(f"“{item.label}”：请选择答复（118号 四(三)）。", field=f"answer-{item.id}")
    if not words:
        what = "怎样更正的" if said == ItemAnswer.DONE else "未能更正的原因"
        raise Refused(f"“{item.label}”：请写明{what}（118号 四(三)）。", field=name)
    if len(words) > MOST_WORDS:
        raise Refused(f"答复说明不能超过 {MOST_WORDS} 字，现有 {len(words)} 字。", field=name)
    item.answer, item.answer_words = ItemAnswer(said), words
    item.answered_at = uow.now.replace(microsecond=0)
    uow.record("answer_correction", item, label="答复补正事项", place=item.label, answer=said, quiet=True)


def missing(uow: UnitOfWork, declaration: Declaration) -> dict[str, str]:
    """Each point without an answer, by the place a page jumps to."""
    return {
        f"asked.{item.id}": f"补正事项“{item.label}”尚未答复；请写明怎样更正的，或者未能更正的原因（118号 四(三)）。"
        for item in open_items(uow, declaration)
        if item.answer is None
    }
