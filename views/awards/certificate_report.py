"""证书报送人社部 (附件3 1.18): 批量上报, 全部上报, packages, receipts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement, and_, func, or_, select

from models.awards.certificate import Certificate, CertificateState, in_force
from models.awards.delivery import Delivery
from models.awards.truth import CertificateTruth, TruthState, untold
from models.base import db
from models.jobs.job import Job
from views.screens.base import FlowScreen, Link, badge
from views.screens.further_condition import desk_condition
from views.screens.refusal import code_of
from views.screens.stay import context
from workflow.awards import delivery, reporting, truth
from workflow.awards.certificate import CERTIFICATE
from workflow.base.errors import Refused
from workflow.base.flow import Step
from workflow.base.unit_of_work import UnitOfWork, attempt
from workflow.declarations import desk

#: In force, on the way, or told of: what the ministry knows or has to be told.
_KNOWN = (
    CertificateState.ISSUED,
    CertificateState.REPORT_FAILED,
    CertificateState.REPORTING,
    CertificateState.REPORTED,
)
_ENDED = (CertificateState.REVOKED, CertificateState.REPLACED)
_JSON = "application/json"
#: Batches and faults shown on one page.
MOST = 100


class CertificateReportScreen(FlowScreen):
    """待上报 → 勾选 → 批量上报; 全部上报; the package of a batch, and its receipt."""

    model, flow = Certificate, CERTIFICATE
    title, guide = "证书报送人社部", "附件3 1.18"
    lead = "办理情况选择“待上报”，勾选后批量上报，或全部上报；上报后在“上报批次”下载上报包、登记回执。"
    columns = "number holder_name title_name level_name issuer_name obtained_on report_batch reporting state"
    labels = {"reporting": "上报情况"}
    facts = (
        "number holder_name unit_name series_name title_name level_name obtained_on document report_batch "
        "report_receipt report_error reported_at revoke_batch reporting state"
    )
    conditions = "state number holder_name report_batch issuer_name obtained_on"
    verbs = "report receipt tell_anew"
    row_verbs = "receipt"
    bulk = "report"
    empty = "没有符合条件的证书；发放证书后出现在这里。"

    def __init__(self) -> None:
        super().__init__()
        self.asks_for.insert(0, desk_condition(desk.report_desk, "待上报"))

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """Editions in force, and what was in force when it was reported."""
        reported = select(CertificateTruth.id).where(in_force(), CertificateTruth.sent > 0).correlate(Certificate)
        return or_(Certificate.state.in_(_KNOWN), and_(Certificate.state.in_(_ENDED), reported.exists()))

    def cell_reporting(self, record: Certificate) -> Any:
        """How far the ministry knows of the number; of a revoked one too."""
        if record.truth is None:
            return badge("无登记", "bad")
        told = truth.report_of(record.truth)
        return badge(told.label, told.tone)

    def bulk_steps(self) -> Sequence[Step]:
        """批量上报, in the guide's word."""
        return [replace(step, label="上报") for step in super().bulk_steps()]

    def buttons(self) -> list[Link]:
        """上报批次 and 全部上报 stand in the head."""
        return [Link("上报批次", self.address("batches")), Link("全部上报", self.address("everything"), "pri")]

    def _act_on_all(self, uow: UnitOfWork, keys: dict[int, str], step: Step, answers: dict[str, Any]) -> Job | None:
        records = self._records(list(keys))
        for record in records:
            self.must_be(record, keys[record.id])
        g.package = reporting.report(uow, records)  # one package, not one for each
        return None

    # -- 全部上报 ------------------------------------------------------------------------------------

    @expose("/everything", methods=["GET", "POST"])
    @has_access
    @permission_name("act")
    def everything(self) -> Any:
        """What would go, and what stays behind with its faults; POST hands over everything without a fault."""
        if request.method != "POST":
            return self._everything()
        try:
            if reporting.many_wait(db.session):
                home = self.address("batches")
                job = attempt(g.user, lambda uow: reporting.report_all_later(uow, home=home), context=context())
                flash("待上报的证书较多，已转为后台任务；可以离开本页。", "ok")
                return redirect(url_for("JobScreen.show", pk=job.id))
            package, left = attempt(g.user, reporting.report_all, context=context())
        except Refused as refusal:
            return self._everything(refusal.sentence), code_of(refusal)
        if package is not None:
            flash(f"已上报 {len(package.rows)} 份证书，批次 {package.batch}。", "ok")
        if left:
            flash(f"{len(left)} 份证书信息有误，未上报；更正后再上报。", "warn")
        return redirect(self.address("batches"))

    def _everything(self, sentence: str = "") -> str:
        certificates = reporting.waiting(db.session)
        faulty = reporting.problems(db.session, certificates)
        rows = [(c, faulty[c.id]) for c in certificates if c.id in faulty]
        return self.render_template(
            "awards/report_all.html",
            screen=self,
            title="全部上报",
            ready=len(certificates) - len(faulty),
            faulty=rows[:MOST],
            count=len(faulty),
            sentence=sentence,
            base=self.address("list"),
        )

    # -- batches ----------------------------------------------------------------------------------------

    @expose("/batches")
    @has_access
    @permission_name("list")
    def batches(self) -> Any:
        """上报批次: how many, when answered; the package, and the receipt where it is missing."""
        return self._batches()

    def _batches(self, batch: str = "", sentence: str = "", typed: Any = None) -> str:
        return self.render_template(
            "awards/report_batches.html",
            screen=self,
            title="上报批次",
            rows=_batches(),
            revoked=_unreported_revocations(),
            base=self.address("list"),
            wrong=batch,
            sentence=sentence,
            typed=typed or {},
        )

    @expose("/package/<batch>", methods=["POST"])
    @has_access
    @permission_name("act")
    def package(self, batch: str) -> Any:
        """Download the package of a batch; it holds identity numbers in clear, so every download is journalled."""

        def take(uow: UnitOfWork) -> reporting.Package:
            package = reporting.package_of(uow.session, batch)
            uow.record(
                "download_package",
                f"report_batch:{batch}",
                label="下载上报包",
                count=len(package.rows),
                sha256=package.sha256,
            )
            return package

        made = attempt(g.user, take, context=context())
        return send_file(
            io.BytesIO(made.data), mimetype=_JSON, as_attachment=True, download_name=f"证书上报_{made.batch}.json"
        )

    @expose("/batch-receipt/<batch>", methods=["POST"])
    @has_access
    @permission_name("act")
    def batch_receipt(self, batch: str) -> Any:
        """登记上报回执 for the whole batch."""
        ok, text = request.form.get("ok") == "1", request.form.get("text", "").strip()[:300]
        try:
            if request.form.get("ok") not in ("1", "0"):
                raise Refused("请选择上报成功或上报失败。")
            if not text:
                raise Refused("请填写回执编号或失败原因。")
            count = attempt(
                g.user, lambda uow: reporting.receipt_batch(uow, batch, ok=ok, text=text), context=context()
            )
        except Refused as refusal:
            return self._batches(batch, refusal.sentence, request.form), code_of(refusal)
        flash(f"批次 {batch} 已登记回执，共 {count} 份。", "ok")
        return redirect(self.address("batches"))

    @expose("/revocations", methods=["POST"])
    @has_access
    @permission_name("act")
    def revocations(self) -> Any:
        """上报撤销状态: tell the ministry of certificates revoked after they were reported."""
        made = attempt(g.user, reporting.report_revocations, context=context())
        flash(f"已生成撤销状态上报包，批次 {made.batch}，共 {len(made.rows)} 份。", "ok")
        return redirect(self.address("batches"))


def _batches() -> Sequence[Any]:
    """The newest batches: number, how many, how many still wait, how many failed."""
    sent = db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(MOST)).all()
    wait = dict(
        db.session.execute(
            select(CertificateTruth.batch, func.count())
            .where(CertificateTruth.batch.in_([row.batch for row in sent]), CertificateTruth.flight > 0)
            .group_by(CertificateTruth.batch)
        )
        .tuples()
        .all()
    )
    rows = [
        {
            "batch": row.batch,
            "kind": row.kind,
            "count": row.count,
            "waiting": wait.get(row.batch, 0),
            "failed": row.refused,
            "at": row.delivered_at,
            "delivery": delivery.told(row),
        }
        for row in sent
    ]
    return sorted(rows, key=lambda row: row["batch"], reverse=True)


def _unreported_revocations() -> int:
    ended = CertificateTruth.state.in_((TruthState.REVOKED, TruthState.REPLACED))
    return db.session.scalar(select(func.count(CertificateTruth.id)).where(untold(), ended)) or 0
