"""证书管理 as it is read: 证书查询 (附件3 1.20, 附件2 1.7.1), 我的证书, and the paper itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, send_file, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import ColumnElement, select

from models.awards.certificate import Certificate
from models.awards.certificate_change import ChangeKind
from models.base import db, label_of
from views.screens.base import FlowScreen, Link, Panel, Screen, badge
from views.screens.download import only_asked
from views.screens.stay import context
from views.storage.papers import certificate_pdf
from workflow.awards import truth
from workflow.awards.certificate import CERTIFICATE, fetched
from workflow.awards.certificate_change import open_change
from workflow.awards.correction import CORRECTABLE, differences
from workflow.base.unit_of_work import asking, attempt


class CertificatePages:
    """What every screen of certificates shows, and the download of the electronic certificate."""

    model = Certificate
    columns = "number holder_name unit_name series_name title_name level_name way_name obtained_on state"
    facts = {
        "证书": "number edition holder_name sex identity series_name title_name level_name specialty_name way_name "
        "obtained_on state",
        "评审与发证": "unit_name body_name issuer_name document issued_at",
        "报送与撤销": "report_batch report_receipt report_error reported_at revoke_reason revoke_document revoked_on",
    }
    labels = {"identity": "证件号码"}
    conditions = "number holder_name series_name unit_name level_name state obtained_on"
    empty = "没有符合条件的证书；请修改查询条件。"

    def cell_identity(self, record: Certificate) -> str:
        """Never the whole number."""
        return record.declaration.person.masked_id

    def cell_state(self, record: Certificate) -> Any:
        """What the edition is worth today."""
        return badge(*truth.standing(record))

    badge_of = cell_state

    def name_of(self, record: Certificate) -> str:
        """Holder and title."""
        return f"{record.holder_name} · {record.title_name}"

    def links(self, record: Certificate) -> Sequence[Link]:
        """查看证书, and the page where anybody may verify it."""
        return [
            Link("公开查验页", url_for("VerifyView.token", token=record.token)),
            Link("查看证书", url_for(f"{self.endpoint}.paper", pk=record.id), "pri"),  # type: ignore[attr-defined]
        ]

    def operations(self, record: Certificate) -> list[Link]:
        """详情, 查看证书, then what the screen offers."""
        links = super().operations(record)  # type: ignore[misc]
        links.insert(1, Link("查看证书", url_for(f"{self.endpoint}.paper", pk=record.id)))  # type: ignore[attr-defined]
        return links

    def panels(self, record: Certificate) -> Sequence[Panel]:
        """Other editions under the same number."""
        query = (
            select(Certificate)
            .where(Certificate.number == record.number, Certificate.id != record.id)
            .order_by(Certificate.edition)
        )
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(url_for(f"{self.endpoint}.show", pk=c.id), c.edition),
                f"{c.issued_at:%Y-%m-%d}",
                c.holder_name,
                badge(*truth.standing(c)),
            )  # type: ignore[attr-defined]
            for c in db.session.scalars(query)
        ]
        return [Panel("其他版次", head=("版次", "发放时间", "姓名", "状态"), rows=rows)] if rows else []

    @expose("/paper/<int:pk>.pdf")
    @has_access
    def paper(self, pk: int) -> Any:
        """查看证书: the electronic certificate as a PDF; a revoked or replaced one says so across the page."""
        record = self.find(pk)  # type: ignore[attr-defined]
        if not only_asked() and record.downloaded_at is None and record.person_id == g.user.person_id:
            attempt(g.user, lambda uow: fetched(uow, self.find(pk)), context=context())  # type: ignore[attr-defined]
        return send_file(
            certificate_pdf(record),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"职称证书_{record.number}.pdf",
        )


class CertificateSearchScreen(CertificatePages, Screen):
    """证书查询 of the province (附件3 1.20)."""

    title, guide = "证书查询", "附件3 1.20"
    lead = "查询已发放的电子证书，可查看详情、下载证书。"


class UnitCertificateScreen(CertificatePages, Screen):
    """证书查询 of units, superiors and committees (附件2 1.7.1); the row policy says whose."""

    title, guide = "证书查询", "附件2 1.7.1"
    lead = "本单位、所辖单位或本评委会人员的电子证书。"


class MyCertificateScreen(CertificatePages, Screen):
    """我的证书: one's own, to download and print (118号 六(三))."""

    title, guide = "我的证书", "附件1 三"
    lead = "电子证书与纸质证书具有同等效力，可下载打印；他人可凭二维码或编号公开查验。"
    columns = "number title_name level_name specialty_name body_name obtained_on state"
    conditions = ""
    can_export = False
    facts = {key: words for key, words in CertificatePages.facts.items() if key != "报送与撤销"} | {
        "撤销": "revoke_reason revoke_document revoked_on"
    }
    empty = "还没有证书。评审通过并备案、或认定（初定）生效后，省人社厅发放电子证书，届时在此下载。"

    def scope(self, actor: Any) -> ColumnElement[bool]:
        """One's own."""
        return Certificate.person_id == actor.person_id


class CertificateRevokeScreen(CertificatePages, FlowScreen):
    """证书撤销, 更正换发 and 补发 (附件3 1.19)."""

    flow = CERTIFICATE
    title, guide = "证书撤销", "附件3 1.19"
    lead = (
        "撤销须有依据文号，撤销后公开查验显示已撤销，并拟列入黑名单。"
        "登记有误的办理更正换发，发证单位有误的办理补发新证，均须上传依据并由另一人复核。"
    )
    verbs = "correct reissue agree refuse take_back revoke"
    row_verbs = "agree revoke"

    def panels(self, record: Certificate) -> Sequence[Panel]:
        """What waits for its second person, what differs from identity and decision, other editions."""
        panels = list(super().panels(record))
        change = open_change(db.session, record)
        if change is not None:
            facts = [
                ("类别", ChangeKind(change.kind).label),
                ("原因", change.reason),
                ("依据文号", change.document),
                ("申请人", f"{change.proposer.full_name}（{change.proposed_at:%Y-%m-%d %H:%M}）"),
            ]
            if change.holder_name:
                facts.append(("更正后的姓名", change.holder_name))
            if change.issuer is not None:
                facts.append(("补发的发证单位", str(change.issuer)))
            panels.insert(0, Panel("待复核的申请", head=("项目", "内容"), rows=facts))
        if change is not None or (record.truth is not None and record.edition == record.truth.edition):
            rows = [
                (label_of(Certificate, name), *pair)
                for name, pair in differences(asking(g.user), record).items()
                if name in CORRECTABLE
            ]
            if rows:
                head = ("项目", "证书所载", "身份登记、评审决定")
                panels.insert(1 if change else 0, Panel("与身份、决定不一致的内容", head=head, rows=rows))
        return panels
