"""证书发放 (附件3 1.17): tick filed people, give them certificates; and read what was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import g, url_for
from sqlalchemy import ColumnElement, Select, select

from models.awards.certificate import Certificate, CertificateState, Issuer
from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.declaration import DeclarationState as D
from models.declarations.standing import CERTIFIED, Stage, states
from models.jobs.job import Job
from views.screens import listing
from views.screens.base import FlowScreen, Link
from views.screens.query import Condition
from workflow.awards import certificate
from workflow.base.abilities import may
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk
from workflow.declarations.declaration import DECLARATION

YES, NO = "yes", "no"


@dataclass(frozen=True)
class IssuedCondition(Condition):
    """是否发放: 是 or 否, told from the state of the declaration."""

    def clause(self, given: Mapping[str, str]) -> tuple[ColumnElement[bool] | None, str]:
        """The clause for 是 or 否."""
        match given.get(self.name, "").strip():
            case "":
                return None, ""
            case "yes":
                return Declaration.state.in_(CERTIFIED), ""
            case "no":
                return Declaration.state == D.FILED, ""
        return None, f"查询条件“{self.label}”只能是“是”或“否”，已忽略该条件。"


#: The office ticks people and names who issues; the declaration's own step follows from it.
ISSUE: Step = replace(
    DECLARATION["issue"],
    label="发放证书",
    inner=False,
    tone="primary",
    confirm="按勾选次序依次占用证书编号，要么全部发放，要么全部不发。",
    asks=[
        Ask(
            "issuer",
            "发证单位",
            "choice",
            choices=certificate.issuers,
            hint="证书编号取自该发证单位的编号库（附件3 1.16）",
        )
    ],
)


class CertificateIssueScreen(FlowScreen):
    """是否发放 选择否 → 勾选 → 发放证书; 选择是 → 查看证书."""

    model, flow = Declaration, DECLARATION
    title, guide = "证书发放", "附件3 1.17"
    to_do = desk.issue_desk
    lead = "“是否发放”选择否，查询后勾选人员发放证书；选择是，可查看证书。在黑名单内的不予发放。"
    columns = "number applicant_name unit.name title.name level way filing_number filed_on state"
    labels = {"applicant_name": "姓名"}
    conditions = "number applicant_name series level way filing_number filed_on"
    verbs = "issue"
    bulk = "issue"
    order = "filed_on id"
    walked, walked_in_state = "ix_declaration_filed", "ix_declaration_state_filed"
    can_export = True
    empty = "没有符合条件的人员；评审结果备案或认定（初定）生效后，人员出现在这里。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(
            0, IssuedCondition("issued", "是否发放", "choice", None, options=[(YES, "是"), (NO, "否")])
        )

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """Who obtained the title."""
        return Declaration.state.in_(states(stage=Stage.CERTIFICATE))

    def query(self, *, known: bool = False) -> Select[Any]:
        """Said beside the states, which follow from it: the index in the order of the list holds nobody else."""
        return super().query(known=known).where(Declaration.filed_on.is_not(None))

    def bulk_steps(self) -> Sequence[Step]:
        """发放证书, for the 证书岗."""
        return [ISSUE] if may(g.user, certificate.ISSUE) and self.may("act") else []

    def list_page(self, asked: listing.Asked, page: listing.Listing) -> dict[str, Any]:
        """The newest certificate of every row, in one query."""
        query = select(Certificate.declaration_id, Certificate.id).where(
            Certificate.declaration_id.in_([d.id for d in page.rows]),
            Certificate.state.not_in((CertificateState.CORRECTED, CertificateState.REPLACED)),
        )
        g.certificates = dict(db.session.execute(query.order_by(Certificate.id)).tuples().all())
        return super().list_page(asked, page)

    def operations(self, record: Declaration) -> list[Link]:
        """详情, and 查看证书 where there is one."""
        links = [Link("详情", self.address("show", pk=record.id))]
        if key := g.get("certificates", {}).get(record.id):
            links.append(Link("查看证书", url_for("CertificateSearchScreen.paper", pk=key)))
        return links

    def links(self, record: Declaration) -> Sequence[Link]:
        """From the person to the certificate."""
        key = db.session.scalar(
            select(Certificate.id)
            .where(Certificate.declaration_id == record.id)
            .order_by(Certificate.id.desc())
            .limit(1)
        )
        return [Link("证书详情", url_for("CertificateSearchScreen.show", pk=key))] if key else []

    def unused_routes(self) -> Sequence[str]:
        """One by one nothing is issued."""
        return ("act",)

    def actions_of(self, record: Declaration) -> list[Any]:
        """Issued from the list, by ticking."""
        return []

    def _act_on_all(self, uow: UnitOfWork, keys: dict[int, str], step: Step, answers: dict[str, Any]) -> Job | None:
        records = self._records(list(keys))
        for record in records:
            self.must_be(record, keys[record.id])
        issuer = uow.session.get(Issuer, int(answers["issuer"])) if answers.get("issuer") else None
        if issuer is None:
            raise Refused("请选择发证单位。", field="issuer")
        if len(records) > certificate.AT_ONCE:
            return certificate.issue_later(uow, records, issuer, home=self.address("list", issued=YES))
        certificate.issue(uow, records, issuer)
        return None
