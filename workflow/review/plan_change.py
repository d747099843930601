"""What becomes of a plan that was filed and cannot go on as it is (REQUIREMENTS §5.3: change of date → filed again).

Its candidates never hang in it: they stay in a plan that is changed, and are free of one that is given up.
"""

from __future__ import annotations

from models.review.plan import Plan
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.outcome import empty
from workflow.review.plan import PLAN


@PLAN.performs("revise")
def revise(uow: UnitOfWork, plan: Plan, *, reason: str) -> None:
    """调整方案: another day, other experts or candidates; filed again before anything goes on (118号 五(一))."""
    PLAN.advance(uow, plan, "revise", opinion=reason)
    empty(uow, plan, stays=True)


@PLAN.performs("recall")
def recall(uow: UnitOfWork, plan: Plan, *, opinion: str) -> None:
    """退回调整: its auditor takes back what was approved, as long as no draw stands on it."""
    PLAN.advance(uow, plan, "recall", opinion=opinion)
    empty(uow, plan, stays=True)
    tell(uow, plan.committee, "评审方案退回调整", f"{plan.name}：{opinion}", f"/open/plan/{plan.id}")


@PLAN.performs("cancel")
def cancel(uow: UnitOfWork, plan: Plan, *, reason: str) -> None:
    """撤销方案: the plan is given up, its candidates are free for another one."""
    PLAN.advance(uow, plan, "cancel", opinion=reason)
    empty(uow, plan)


def undrawn(uow: UnitOfWork, plan: Plan) -> None:
    """The draw was ended by both sides: the plan is 已备案 again, to be drawn anew, changed or given up."""
    PLAN.advance(uow, plan, "undo_draw")
    tell(
        uow,
        plan.committee,
        "评委抽取已中止",
        f"{plan.name} 的评委抽取由双方中止；可在抽取日再次抽取，需要改期或调整专家需求的请“调整方案”。",
        f"/open/plan/{plan.id}",
    )


def called_off(uow: UnitOfWork, plan: Plan) -> None:
    """The session does not take place or did not come to its vote: the candidates are free for another plan."""
    PLAN.advance(uow, plan, "call_off")
    empty(uow, plan)
