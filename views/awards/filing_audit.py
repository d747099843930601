"""职称评审结果备案 (附件3 1.15): the province examines the people who passed the publicity, and files them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import g, url_for
from markupsafe import Markup

from models.awards.filing import Filing, FilingState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import DeclarationState
from views.screens.base import FlowScreen, Link, Panel, badge
from views.storage.attachments import attachments
from workflow.awards.filing import FILING, candidates, due_on, usual_day, vote_day
from workflow.base.unit_of_work import asking
from workflow.declarations import desk


class FilingAuditScreen(FlowScreen):
    """审核: 审核结果, 意见, 备案文号, 备案时间; the people of the filing are gathered by themselves."""

    model, flow = Filing, FILING
    title, guide = "职称评审结果备案", "附件3 1.15"
    to_do = desk.filing_desk
    lead = "公示通过人员名单由系统汇总；备案时间默认为投票表决日加 5 个工作日（118号 二(四)）。"
    columns = "application_number plan.name plan.committee.name people applied_on state document filed_on"
    labels = {"plan.name": "评审方案", "plan.committee.name": "评委会", "voted_on": "投票表决日", "due_on": "备案期限"}
    facts = {
        "备案申请": "application_number plan.name plan.committee.name people applied_on voted_on due_on summary "
        "objected",
        "审核": "state document filed_on opinion",
    }
    conditions = "application_number plan state applied_on document"
    verbs = "approve send_back"
    steps = (("申请备案", {FilingState.SUBMITTED}), ("审核", {FilingState.RETURNED}), ("备案", {FilingState.APPROVED}))
    empty = "没有符合条件的备案申请；评委会在“评审结果申请备案”中提交后出现在这里。"

    def operations(self, record: Filing) -> list[Link]:
        """审核 of what waits, 查看详细 of what is decided."""
        mine = record.state == FilingState.SUBMITTED and FILING.leads(g.user, FILING["approve"])
        return [
            Link("审核" if mine else "查看详细", self.address("show", pk=record.id)),
            Link("查看附件", self.address("show", pk=record.id, _anchor="papers")),
        ]

    def cell_voted_on(self, record: Filing) -> object:
        """投票表决日."""
        return vote_day(asking(g.user).session, record.plan)

    def cell_due_on(self, record: Filing) -> str:
        """When the filing is due, and which date is the usual one."""
        session = asking(g.user).session
        due, usual = due_on(session, record.plan), usual_day(session, record.plan, record)
        return f"应于 {due} 前备案；默认备案时间 {usual.day}（{usual.why}）" if due and usual else ""

    def stages_of(self, record: Filing) -> list[tuple[str, str]]:
        """申请备案 → 审核 → 备案."""
        here = {FilingState.SUBMITTED: 1, FilingState.RETURNED: 0, FilingState.APPROVED: 3}[FilingState(record.state)]
        return [
            (label, "done" if n < here else "now" if n == here else "") for n, (label, _states) in enumerate(self.steps)
        ]

    def panels(self, record: Filing) -> Sequence[Panel]:
        """The list of people, and the papers of filing and plan."""
        return [
            self._people(record),
            replace(attachments(record, "备案附件"), id="papers"),
            attachments(record.plan, "方案附件"),
        ]

    def _people(self, record: Filing) -> Panel:
        uow = asking(g.user)
        refused: dict[int, str | None] = {}
        if record.state == FilingState.SUBMITTED:
            refused = {c.declaration.id: c.refusal for c in candidates(uow, record.plan, within=record)}
        rows = []
        for number, d in enumerate(record.candidates, 1):
            state = DeclarationState(d.state)
            link = Markup('<a href="{}">{}</a>').format(
                url_for("RecordView.open", kind="declaration", key=d.id), d.applicant_name
            )
            why = refused.get(d.id)
            fit = (
                (badge("不能备案", "bad") + Markup(" {}").format(why))
                if why
                else badge("符合", "ok")
                if d.id in refused
                else badge(state.label, state.tone)
            )
            rows.append(
                (
                    number,
                    link,
                    d.unit.name,
                    f"{d.title.name}（{TitleLevel(d.level).label}）",
                    d.specialty.name if d.specialty else "—",
                    d.votes_yes,
                    fit,
                )
            )
        head = ("序号", "姓名", "所在单位", "申报职称", "专业", "同意票", "备案条件")
        return Panel(
            "公示通过参评人员名单",
            f"{len(rows)} 人",
            head,
            rows,
            empty="本次备案没有人员；退回的备案重新申请时重新汇总。",
        )
