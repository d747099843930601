"""申报条件 of first titles laid beside the province's paper and confirmed, so that 初定 and 认定 are judged by them."""

from __future__ import annotations

from sqlalchemy import select

from app.demo.stage import Stage
from models.conditions.condition import Condition, ConditionWay, Confidence
from workflow.conditions import adopted


def confirm(stage: Stage) -> None:
    """确认 by the province's configuration staff, row by row (118号 三(一))."""
    with stage.acting("hrss_config") as uow:
        for row in uow.session.scalars(
            select(Condition).where(Condition.way == ConditionWay.INITIAL).order_by(Condition.id)
        ):
            adopted.CONDITION.perform(
                uow, row, "confirm", document=row.document, confirmed_page=row.article, confidence=Confidence.OFFICIAL
            )
