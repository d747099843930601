"""评审方案: 呈报 by the committee's office, 审核 by two different desks of the province, 查询 for the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request, send_file
from flask_appbuilder import expose, has_access
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from models.accounts.account import Account
from models.base import db
from models.batches.batch import Batch, BatchState
from models.committees.catalogue import TitleLevel
from models.declarations.declaration import Declaration, DeclarationState
from models.declarations.material import StoredFile
from models.review.plan import Plan, PlanKind, PlanState, ScoreKind, ScorePhase
from views.review.plan_form import FACTS, ITEMS, NEEDS, groups
from views.screens import answers, seen
from views.screens.asks import typed_in
from views.screens.base import FlowScreen, Link, Panel, Screen, badge
from views.screens.boxes import errors_of
from views.screens.posted import Posted, submit
from views.screens.stay import context
from views.storage.attachments import attachments, file_link
from views.storage.papers import candidates_pdf, summary_pdf
from workflow.base import policy
from workflow.base.errors import NotNow
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.office import working_days
from workflow.review import plan as plans
from workflow.review import ranking, review_desk, season
from workflow.review.plan import PLAN


class PlanDesk(Screen):
    """What every desk shows of a plan; the desks below say which plans and which verbs are theirs."""

    model = Plan
    columns = "number name committee.name year kind opens_on members state"
    facts: ClassVar[dict[str, str]] = {
        "方案信息": "number name committee.name batch.name year kind opens_on season file_by",
        "会务安排": "arrival_place review_place interview_place members unit_cap training_contact",
        "评审规则": "full_ratio associate_ratio ratio_reason recused_leave_denominator standards interview_scheme",
    }
    conditions = "year number name:contains committee kind opens_on state"
    labels: ClassVar[dict[str, str]] = {
        "file_by": "最迟呈报日",
        "season": "开评日期核对",
        "committee.name": "评委会",
        "batch.name": "年度批次",
    }
    sorts = "opens_on"
    show_template = "review/plan.html"
    steps = (
        ("草稿", (PlanState.DRAFT, PlanState.RETURNED)),
        ("已呈报", (PlanState.FILED, PlanState.REJECTED)),
        ("已备案", (PlanState.APPROVED,)),
        ("已抽取评委", (PlanState.DRAWN,)),
        ("已开评", (PlanState.OPENED,)),
        ("评审结束", (PlanState.REVIEWED,)),
        ("已归档", (PlanState.ARCHIVED, PlanState.CANCELLED)),
    )

    def cell_file_by(self, plan: Plan) -> str:
        """The last day on which the plan can be filed (118号 五(一))."""
        days = plans.lead_days(asking(g.user), plan)
        return f"{working_days.subtract(db.session, plan.opens_on, days)}（开评前 {days} 个工作日）"

    def cell_season(self, plan: Plan) -> str:
        """What is unusual about the opening day, for whoever audits the plan (118号 二)."""
        return "；".join(said.rstrip("。") for said in season.remarks(db.session, plan)) or "—"

    def panels(self, record: Plan) -> Sequence[Panel]:
        """参评人员, 专家需求, 打分细则, 附件: the tabs of the guide (附件3 1.13)."""
        return [people_of(record), caps_of(record), needs_of(record), items_of(record), attachments(record)]

    def links(self, record: Plan) -> Sequence[Link]:
        """The roster of candidates and their summary, as papers."""
        return [
            Link("参评人员花名册", self.address("roster", pk=record.id)),
            Link("申报情况汇总表", self.address("summary", pk=record.id)),
        ]

    def operations(self, record: Plan) -> list[Link]:
        """查看详细, 查看附件 (附件3 1.13)."""
        base = self.address("list").removesuffix("list/")
        return [Link("查看详细", f"{base}show/{record.id}"), Link("查看附件", f"{base}show/{record.id}#附件")]

    @expose("/roster/<int:pk>.pdf")
    @has_access
    def roster(self, pk: int) -> Any:
        """参评人员花名册."""
        plan = self.find(pk)
        paper = candidates_pdf(plan, "参评人员花名册", candidates_of(plan), ["经办人", "负责人"])
        return send_file(
            paper, mimetype="application/pdf", as_attachment=True, download_name=f"参评人员花名册_{plan.number}.pdf"
        )

    @expose("/summary/<int:pk>.pdf")
    @has_access
    def summary(self, pk: int) -> Any:
        """申报情况汇总表."""
        plan = self.find(pk)
        paper = summary_pdf(plan, candidates_of(plan))
        return send_file(
            paper, mimetype="application/pdf", as_attachment=True, download_name=f"申报情况汇总表_{plan.number}.pdf"
        )


def remark(plan: Plan) -> None:
    """What is unusual about the opening day, told when the plan is kept."""
    for sentence in season.remarks(db.session, plan):
        flash(sentence, "warn")


def candidates_of(plan: Plan) -> list[Declaration]:
    """Everybody in the plan by number, with what a table shows of them, in one query."""
    shown = (joinedload(Declaration.unit), joinedload(Declaration.title), joinedload(Declaration.specialty))
    return list(
        db.session.scalars(
            select(Declaration).where(Declaration.plan_id == plan.id).options(*shown).order_by(Declaration.number)
        )
    )


def people_of(plan: Plan) -> Panel:
    """参评人员."""
    rows = [
        (
            d.number,
            d.applicant_name,
            d.unit.name,
            d.title.name,
            d.specialty.name if d.specialty else "—",
            badge(DeclarationState(d.state).label, DeclarationState(d.state).tone),
        )
        for d in candidates_of(plan)
    ]
    head = ("申报编号", "姓名", "所在单位", "申报职称", "申报专业", "状态")
    return Panel("参评人员", f"{len(rows)} 人", head, rows, empty="还没有参评人员；请在方案中勾选资格复核合格的人员。")


def caps_of(plan: Plan) -> Panel:
    """比例控制 (118号 五(三)): how many of each level can pass at most; that it is nobody is said before the vote."""
    rows = []
    for level, base in sorted(Counter(d.level for d in candidates_of(plan)).items()):
        ratio = ranking.ratio_of(plan, level)
        most = ranking.cap(base, ratio)
        told = "" if most else "无论得票多少均不能通过：请并入其他方案，或在方案中报备突破比例并说明理由"
        rows.append((TitleLevel(level).label, base, f"{ratio}%", most, badge(told, "warn") if told else "—"))
    note = "按参评人数乘以比例，小数舍去；需要突破比例控制的，须在年度评审方案中报备（118号 五(三)）"
    return Panel(
        "通过人数上限", note, ("级别", "参评人数", "通过比例", "最多通过", "提示"), rows, empty="还没有参评人员。"
    )


def needs_of(plan: Plan) -> Panel:
    """专家需求: groups and numbers."""
    rows = [
        (need.code, need.name, need.specialty.name if need.specialty else "不限专业", need.need) for need in plan.needs
    ]
    total = f"合计 {sum(need.need for need in plan.needs)} 人，方案评委 {plan.members} 人"
    return Panel("专家需求", total, ("代码", "专业组", "专业", "人数"), rows, empty="还没有填写专家需求。")


def items_of(plan: Plan) -> Panel:
    """打分细则."""
    rows = [
        (
            ScorePhase(i.phase).label,
            ScoreKind(i.kind).label,
            i.name,
            "—" if i.kind == ScoreKind.VETO else i.maximum,
            i.criterion or "—",
        )
        for i in plan.items
    ]
    total = f"计分项目合计 {sum(i.maximum for i in plan.items if i.kind == ScoreKind.SCORE)} 分"
    return Panel(
        "打分细则", total, ("环节", "类型", "评分项目", "满分", "评分标准"), rows, empty="还没有填写打分细则。"
    )


def files_of(plan: Plan) -> list[StoredFile]:
    """The files of a plan, oldest first."""
    rows = select(StoredFile).where(StoredFile.owner_kind == "plan", StoredFile.owner_id == plan.id)
    return list(db.session.scalars(rows.order_by(StoredFile.id)))


# -- 呈报 -----------------------------------------------------------------------------------------


class PlanScreen(PlanDesk, FlowScreen):
    """评审方案呈报 (附件2 1.2.2): make a plan of the year's batch, change it, file it."""

    route_base = "/plan"
    title = "评审方案呈报"
    to_do = review_desk.plans_to_file
    lead = "开评前 10 个工作日（高校、医院 5 个）呈报，备案后方可抽取评委；未备案的原则上不得开评（118号 五(一)）。"
    guide = "附件2 1.2.2"
    columns = "number name batch.name kind opens_on members state"
    conditions = "year number name:contains kind opens_on state"
    can_add = can_edit = True
    flow = PLAN
    verbs = "file withdraw revise cancel"
    empty = "还没有评审方案。资格复核结束后，点击【新增】填写方案并呈报。"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """The actor's committee's own."""
        return Plan.committee_id == actor.committee_id

    def editable(self, record: Plan) -> str | None:
        """Only a draft or a returned plan can be changed."""
        if record.state in (PlanState.DRAFT, PlanState.RETURNED):
            return None
        return plans.fixed(record)

    def operations(self, record: Plan) -> list[Link]:
        """详情 and, for drafts, 编辑."""
        links = super().operations(record)
        return [*links, Link("编辑", self.address("edit", pk=record.id))] if self.editable(record) is None else links

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """新增: everything of 附件2 1.2.2 on one page."""
        batch = self._batch()
        if batch is None:
            flash("本评委会没有已提交的年度批次，不能新增方案；请先在“年度批次信息提交”中提交批次。", "warn")
            return redirect(self.address("list"))
        posted = (
            submit(FACTS, batch, lambda uow, given: self._create(uow, batch.id, given), (NEEDS, ITEMS))
            if not self._only_another_row()
            else Posted()
        )
        if posted.done:
            flash(f"已保存“{posted.answer.name}”，核对后请呈报。", "ok")
            remark(posted.answer)
            return redirect(self.address("show", pk=posted.answer.id))
        return self._page(posted, batch, None)

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: int) -> Any:
        """编辑 a draft or a returned plan; refused when someone else was faster."""
        plan = self.find(pk)
        if reason := self.editable(plan):
            raise NotNow(reason)
        posted = (
            submit(
                FACTS,
                plan,
                lambda uow, given: self._amend(uow, pk, given),
                (NEEDS, ITEMS),
                of=lambda: [self.find(pk)],
            )
            if not self._only_another_row()
            else Posted()
        )
        if self._only_another_row():
            seen.draw(request.form.get(seen.FIELD, ""))  # nothing is saved by a row more; what is missing is told then
        if posted.done:
            flash("已保存修改。", "ok")
            remark(self.find(pk))
            return redirect(self.address("show", pk=pk))
        return self._page(posted, plan.batch, self.find(pk))

    @expose("/detach/<int:pk>/<key>", methods=["POST"])
    @has_access
    def detach(self, pk: int, key: str) -> Any:
        """Take an attachment off a draft."""
        plan = self.find(pk)
        stored, version = next((f for f in files_of(plan) if f.key == key), None) or abort(404), seen.told()

        def take_off(uow: UnitOfWork) -> None:
            now = uow.session.get_one(Plan, pk)
            self.must_be(now, version)
            plans.detach(uow, now, uow.session.get_one(StoredFile, stored.id))

        attempt(g.user, take_off, context=context())
        flash(f"已移除附件“{stored.name}”。", "ok")
        return redirect(self.address("edit", pk=pk))

    @staticmethod
    def _batches() -> list[Batch]:
        mine = policy.visible(g.user, Batch).where(
            Batch.committee_id == g.user.committee_id, Batch.state == BatchState.PUBLISHED
        )
        return list(db.session.scalars(mine.order_by(Batch.year.desc(), Batch.id.desc()).limit(20)))

    def _batch(self) -> Batch | None:
        chosen = request.values.get("batch", type=int)
        return next((b for b in self._batches() if chosen in (None, b.id)), None)

    @staticmethod
    def _only_another_row() -> bool:
        return request.method == "POST" and "another" in request.form

    def _create(self, uow: UnitOfWork, batch_id: int, given: dict[str, Any]) -> Plan:
        needs, batch = groups(uow, given.pop("needs")), uow.session.get_one(Batch, batch_id)
        plan = plans.create(uow, batch, needs=needs, candidates=self._chosen(), **given)
        self._attach(uow, plan)
        return plan

    def _amend(self, uow: UnitOfWork, pk: int, given: dict[str, Any]) -> Plan:
        plan = self.find(pk)
        needs, items = given.pop("needs"), given.pop("items")
        plans.amend(uow, plan, **given)
        plans.set_needs(uow, plan, groups(uow, needs))
        plans.set_items(uow, plan, items)
        plans.choose(uow, plan, self._chosen())
        self._attach(uow, plan)
        return plan

    @staticmethod
    def _chosen() -> list[int]:
        return [int(key) for key in request.form.getlist("candidates") if key.isdecimal() and len(key) < 10]

    @staticmethod
    def _attach(uow: UnitOfWork, plan: Plan) -> None:
        for data, name in answers.uploads(request.files.getlist("files"), "files"):
            plans.attach(uow, plan, data, name)

    def _page(self, posted: Posted, batch: Batch, plan: Plan | None) -> Any:
        subject = plan or batch
        if self._only_another_row():
            posted.typed = typed_in(FACTS, request)
        boxes = posted.boxes(FACTS, subject)
        model = plan or self._last()
        more = {
            name: 1 if request.form.get("another") == name else 0 if request.method == "POST" else least
            for name, least in (("needs", 1), ("items", 1))
        }
        needs = NEEDS.boxes(
            batch,
            [{"name": n.name, "need": n.need, "specialty_id": n.specialty_id} for n in model.needs] if model else [],
            posted.errors,
            more["needs"],
        )
        items = ITEMS.boxes(
            batch,
            [{k: getattr(i, k) for k in ("phase", "kind", "name", "maximum", "criterion")} for i in model.items]
            if model
            else [],
            posted.errors,
            more["items"],
        )
        rows = [box for row in (*needs, *items) for box in row]
        ticked = set(self._chosen()) if request.method == "POST" else {d.id for d in plan.candidates} if plan else None
        page = self.render_template(
            "review/plan_form.html",
            screen=self,
            title="编辑评审方案" if plan else "新增评审方案",
            boxes=boxes,
            errors=errors_of([*boxes, *rows]) + self._elsewhere(posted, boxes, rows),
            sentence=posted.sentence,
            needs=needs,
            items=items,
            people=candidates_for(batch, plan),
            ticked=ticked,
            batch=batch,
            batches=self._batches(),
            plan=plan,
            files=files_of(plan) if plan else [],
            file_link=file_link,
            carried=model is not None and plan is None and request.method != "POST",
            base=self.address("list"),
            back=self.address("show", pk=plan.id) if plan else self.address("list"),
        )
        return page, posted.code

    @staticmethod
    def _elsewhere(posted: Posted, boxes: list[Any], rows: list[Any]) -> list[tuple[str, str, str]]:
        """Sentences about fields that are no boxes, such as the files."""
        drawn = {box.name for box in (*boxes, *rows)}
        return [
            ("files" if name == "file" else name, "附件" if name == "file" else name, sentence)
            for name, sentence in posted.errors.items()
            if name not in drawn
        ]

    @staticmethod
    def _last() -> Plan | None:
        """The committee's newest plan, from which groups and items are carried over."""
        mine = policy.visible(g.user, Plan).where(Plan.committee_id == g.user.committee_id)
        return db.session.scalar(mine.order_by(Plan.id.desc()).limit(1))


def candidates_for(batch: Batch, plan: Plan | None) -> list[Declaration]:
    """Who may stand in a plan of this batch: qualified, and in no other plan."""
    free = or_(Declaration.plan_id.is_(None), Declaration.plan_id == plan.id) if plan else Declaration.plan_id.is_(None)
    ready = and_(
        Declaration.batch_id == batch.id,
        Declaration.committee_id == batch.committee_id,
        Declaration.state == DeclarationState.QUALIFIED,
        free,
    )
    return list(
        db.session.scalars(
            policy.visible(g.user, Declaration)
            .where(ready)
            .options(joinedload(Declaration.unit), joinedload(Declaration.title))
            .order_by(Declaration.number)
        )
    )


# -- 审核 and 查询 ---------------------------------------------------------------------------------


class PlanAuditDesk(PlanDesk, FlowScreen):
    """The two desks of the province: the same page, different plans."""

    kind: ClassVar[str] = PlanKind.NORMAL
    flow = PLAN
    verbs = "approve send_back reject recall"
    lead = "查看参评人员、专家需求、打分细则和附件，选择审核结果，录入审核意见；审核通过即备案。"
    conditions = "state year number name:contains committee opens_on"
    order = "-opens_on"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Plans of this kind that were filed."""
        return and_(Plan.kind == self.kind, Plan.state != PlanState.DRAFT)

    def operations(self, record: Plan) -> list[Link]:
        """审核 while it waits, 查看详细 afterwards."""
        links = super().operations(record)
        return [Link("审核", links[0].url), links[1]] if record.state == PlanState.FILED else links


class PlanAuditScreen(PlanAuditDesk):
    """呈报方案审核 (附件3 1.13)."""

    route_base = "/plan-audit"
    title = "呈报方案审核"
    to_do = review_desk.normal_plans
    guide = "附件3 1.13"


class SpecialPlanAuditScreen(PlanAuditDesk):
    """呈报方案审核(特殊情况) (附件3 1.14)."""

    route_base = "/plan-audit-special"
    kind = PlanKind.SPECIAL
    title = "呈报方案审核(特殊情况)"
    to_do = review_desk.special_plans
    guide = "附件3 1.14"


class PlanSearchScreen(PlanDesk):
    """呈报方案查询 (附件3 1.23)."""

    route_base = "/plan-search"
    title = "呈报方案查询"
    lead = "查看呈报方案的参评人员、专家需求和打分细则。"
    guide = "附件3 1.23"
    order = "-opens_on"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Everything that was filed."""
        return Plan.state != PlanState.DRAFT

    def unused_routes(self) -> Sequence[str]:
        """No verb has an address here."""
        return ("act", "bulk_act")

    def operations(self, record: Plan) -> list[Link]:
        """查看详细, and the three tables of the guide."""
        base = f"{self.address('list').removesuffix('list/')}show/{record.id}"
        return [
            Link("查看详细", base),
            *(Link(words, f"{base}#{words}") for words in ("参评人员", "专家需求", "打分细则")),
        ]
