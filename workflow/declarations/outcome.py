"""The outer half of the way, step by step, for the verbs of plan, session, publicity, filing and certificate."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from models.awards.filing import Filing
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as S
from models.declarations.standing import CANDIDATES
from models.review.plan import Plan
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import quota
from workflow.declarations.audit import link
from workflow.declarations.declaration import DECLARATION
from workflow.declarations.objected import no_open_objection
from workflow.declarations.term import may_appeal


def include(uow: UnitOfWork, declaration: Declaration, plan: Plan) -> None:
    """With the approval of its plan a candidate is 已入方案."""
    DECLARATION.advance(uow, declaration, "include", plan=plan.number)


def empty(uow: UnitOfWork, plan: Plan, *, stays: bool = False) -> None:
    """The plan is changed (`stays`: its candidates remain chosen) or given up: they are 复核合格 again."""
    rows = select(Declaration).where(Declaration.plan_id == plan.id, Declaration.state.in_((S.QUALIFIED, *CANDIDATES)))
    for declaration in uow.session.scalars(rows.order_by(Declaration.id)).all():
        if declaration.state != S.QUALIFIED:
            DECLARATION.advance(uow, declaration, "leave_plan", plan=plan.number)
        elif not stays:
            state = str(declaration.state)
            uow.record("leave_plan", declaration, label="退出方案", before=state, after=state, plan=plan.number)
        if not stays:
            declaration.plan_id = None
    uow.session.flush()


def enter_review(uow: UnitOfWork, declaration: Declaration) -> None:
    """With the opening of the session the candidate is 评审中."""
    DECLARATION.advance(uow, declaration, "enter_review")


def pass_review(uow: UnitOfWork, declaration: Declaration, votes: int, score: int | None, voted_on: date) -> None:
    """The tally and the cuts say pass; `score` in hundredths of a point."""
    declaration.votes_yes, declaration.score, declaration.voted_on = votes, score, voted_on
    DECLARATION.advance(uow, declaration, "pass_review")


def fail_review(
    uow: UnitOfWork, declaration: Declaration, reason: str, votes: int, score: int | None, voted_on: date
) -> None:
    """Not passed; the reason is archived, and there is no 复评 in the year (118号 五(四))."""
    declaration.votes_yes, declaration.score, declaration.voted_on = votes, score, voted_on
    declaration.result_reason = reason
    DECLARATION.advance(uow, declaration, "fail_review")
    if declaration.quota_id:
        quota.release(uow, declaration)
    tell(
        uow,
        declaration.person,
        "评审结果",
        f"{declaration.number} 未获通过：{reason}。当年度不得复评（118号 五(四)）；"
        + may_appeal(uow.session, uow.today),
        link(declaration),
    )


def post_result(uow: UnitOfWork, declaration: Declaration) -> None:
    """The result is publicised."""
    DECLARATION.advance(uow, declaration, "post_result")
    tell(uow, declaration.person, "评审结果公示", f"{declaration.number} 评审通过，正在公示。", link(declaration))


def apply_filing(uow: UnitOfWork, declaration: Declaration, filing: Filing) -> None:
    """The candidate goes into a filing."""
    DECLARATION.advance(uow, declaration, "apply_filing", filing=filing.application_number)
    declaration.filing_id = filing.id


def return_filing(uow: UnitOfWork, declaration: Declaration) -> None:
    """The filing was returned; the candidate waits for the next one, or for what was objected meanwhile."""
    DECLARATION.advance(uow, declaration, "return_filing")
    declaration.filing_id = None
    if no_open_objection(uow, declaration):
        DECLARATION.advance(uow, declaration, "object")


def file(uow: UnitOfWork, declaration: Declaration, document: str, filed_on: date) -> None:
    """备案: the title is obtained on the filing day (取得时间 = 备案时间)."""
    declaration.filing_number, declaration.filed_on = document, filed_on
    DECLARATION.advance(uow, declaration, "file", document=document, filed_on=filed_on)
    if declaration.quota_id:
        quota.use(uow, declaration)
    tell(
        uow,
        declaration.person,
        "评审结果已备案",
        f"{declaration.number} 已备案（{document}），取得时间 {filed_on}。",
        link(declaration),
    )


def issue(uow: UnitOfWork, declaration: Declaration) -> None:
    """已发证."""
    DECLARATION.advance(uow, declaration, "issue")
    tell(
        uow,
        declaration.person,
        "电子证书已发放",
        f"{declaration.number} 的电子职称证书已发放，可下载打印。",
        link(declaration),
    )


def report(uow: UnitOfWork, declaration: Declaration) -> None:
    """已报送人社部."""
    DECLARATION.advance(uow, declaration, "report")


def revoke(uow: UnitOfWork, declaration: Declaration, reason: str) -> None:
    """撤销职称 (118号 七(一))."""
    DECLARATION.advance(uow, declaration, "revoke", opinion=reason)
    declaration.result_reason = reason


@DECLARATION.performs("enter_document")
def enter_document(uow: UnitOfWork, declaration: Declaration, *, document: str) -> None:
    """The number of the 任职资格文件 on which an 初定 or 认定 stands: printed on the certificate, mended until then."""
    DECLARATION.advance(uow, declaration, "enter_document", document=document.strip())
    declaration.filing_number = document.strip()


@DECLARATION.performs("cancel_filing")
def cancel_filing(uow: UnitOfWork, declaration: Declaration, *, opinion: str, document: str) -> None:
    """已备案的取消备案 (118号 四(二)3) before a certificate is issued; afterwards that is revoked. The place
    that was written off stays so, as with a certificate that is revoked."""
    DECLARATION.advance(uow, declaration, "cancel_filing", opinion=opinion, document=document)
    declaration.result_reason = opinion
    tell(
        uow,
        declaration.person,
        "备案已取消",
        f"{declaration.number} 的备案已取消（{document}）：{opinion}。不再发放证书。",
        link(declaration),
    )
