"""申报起止 (附件2 1.4.2): the days on which a declaration is handed in, or taken back so that it still can be."""

from __future__ import annotations

from models.batches.batch import BatchState
from models.declarations.declaration import Declaration
from workflow.base.unit_of_work import UnitOfWork


def batch_open(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """申报起止 (附件2 1.4.2 年度批次): both days included."""
    batch = declaration.batch
    if batch.state != BatchState.PUBLISHED:
        return f"批次“{batch.name}”尚未提交或已撤销，不能申报（附件2 1.4.2）；请选择开放的批次。"
    if uow.today < batch.opens_on:
        return f"批次“{batch.name}”自 {batch.opens_on} 开始申报，现在不能提交（附件2 1.4.2）；可先暂存。"
    if uow.today > batch.closes_on:
        return (
            f"批次“{batch.name}”已于 {batch.closes_on} 截止申报，不能提交（118号 二）；请咨询评委会或参加下一年度申报。"
        )
    return None


def in_time_again(uow: UnitOfWork, declaration: Declaration) -> str | None:
    """What is taken back after the last day cannot be handed in again: that would cost the year."""
    if (closed := batch_open(uow, declaration)) is None:
        return None
    return (
        f"{closed.split('，')[0]}，撤回后不能再提交（118号 二）；需要修改的请联系所在单位退回补正，补正后可重新提交。"
    )
