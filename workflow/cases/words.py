"""The word for how a declaration stands, short and the same everywhere: applicant, unit, auditor, committee."""

from __future__ import annotations

from datetime import date

from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations.declaration import result_publicity, step_at, unit_publicity

#: States whose word says no more than the state.
PLAIN: dict[S, str] = {
    S.DRAFT: "草稿",
    S.SUBMITTED: "待单位受理",
    S.UNIT_REVIEW: "单位审核中",
    S.AT_COMMITTEE: "待复核",
    S.QUALIFIED: "复核合格，待入方案",
    S.PLANNED: "已入评审",
    S.IN_REVIEW: "已入评审",
    S.PASSED: "评审通过，待公示",
    S.FAILED: "未通过",
    S.OBJECTED: "异议核查中",
    S.FILING: "待备案",
    S.FILED: "已备案，待发证",
    S.ISSUED: "可下载证书",
    S.REPORTED: "可下载证书",
    S.TERMINATED: "终止",
    S.WITHDRAWN: "已撤回",
    S.REVOKED: "已撤销",
}


def word(uow: UnitOfWork, declaration: Declaration, items: int = 0) -> str:
    """How it stands now; a return tells how many `items` are asked for and until when."""
    state = S(declaration.state)
    match state:
        case S.UNIT_PUBLICITY:
            return posted(unit_publicity(uow, declaration), uow.today, "公示中", "待推荐")
        case S.RESULT_PUBLICITY:
            return posted(result_publicity(uow, declaration), uow.today, "结果公示中", "结果公示期满")
        case S.UNDER_AUDIT:
            here = step_at(declaration, declaration.position)
            return f"上级审核中（{here.organisation.name}）" if here else "上级审核中"
        case S.RETURNED:
            return _returned(declaration, items)
    return PLAIN[state]


def posted(posting: object, today: date, running: str, over: str) -> str:
    """公示中（至 x 日）while it runs; whether it does follows from the dates."""
    ends = getattr(posting, "ends_on", None)
    if ends is None:
        return running
    return f"{running}（至 {ends:%m-%d}）" if today <= ends else over


def _returned(declaration: Declaration, items: int) -> str:
    if (holder := step_at(declaration, declaration.position)) is not None:
        return f"退回途中（{holder.organisation.name}转交）"
    told = "，".join(
        text
        for text in (f"{items} 项" if items else "", f"{declaration.due_on:%m-%d} 前" if declaration.due_on else "")
        if text
    )
    return f"退回补正（{told}）" if told else "退回补正"
