"""评审结果申请备案 (附件2 1.2.7): who is fit, who is not and why, the application, and its correction after a
return."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose, has_access
from sqlalchemy import ColumnElement, and_, select

from models.accounts.account import Account
from models.awards.filing import Filing
from models.base import db
from models.declarations.declaration import Declaration
from models.declarations.standing import POSTED
from models.review.plan import Plan
from views.awards.filing_audit import FilingAuditScreen
from views.screens import answers
from views.screens.base import Link
from views.screens.boxes import errors_of
from views.screens.posted import Posted, form, submit
from workflow.awards import filing
from workflow.awards.filing import FILING
from workflow.base import policy
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.review import review_desk
from workflow.storage import files

APPLICATION = form("apply", "备案", FILING["resubmit"].asks, "附件2 1.2.7")


class FilingScreen(FilingAuditScreen):
    """The committee's side of the filing: 查询, 备案."""

    route_base = "/filing"
    title, guide = "评审结果申请备案", "附件2 1.2.7"
    to_do = review_desk.filings_returned
    lead = "公示期满、无异议、职数相符的人员申请备案；有异议的另行备案（118号 六(二)），评审结束后 15 个工作日内办理。"
    verbs = row_verbs = "resubmit"
    can_add = True
    add_label = "备案"
    empty = "还没有备案申请。结果公示期满后，点击【备案】提交。"
    waiting: ClassVar[Any] = POSTED

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """The actor's committee's own."""
        return Filing.plan_id.in_(select(Plan.id).where(Plan.committee_id == actor.committee_id))

    def plans(self) -> list[Plan]:
        """Plans with people who wait for their filing."""
        people = select(Declaration.plan_id).where(Declaration.state.in_(self.waiting))
        mine = policy.visible(g.user, Plan).where(and_(Plan.committee_id == g.user.committee_id, Plan.id.in_(people)))
        return list(db.session.scalars(mine.order_by(Plan.id.desc())))

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """备案: the people of a plan, fit ones ticked, the others with their reason."""
        plans = self.plans()
        if not plans:
            flash("没有处于结果公示的人员，不能申请备案；请先办理“评审结果公示”。", "warn")
            return redirect(self.address("list"))
        chosen = request.values.get("plan", type=int)
        plan = next((p for p in plans if chosen in (None, p.id)), None) or abort(404)
        posted = submit(APPLICATION, None, lambda uow, given: self._apply(uow, plan.id, given))
        if posted.done:
            flash(f"已提交备案申请“{posted.answer.application_number}”，共 {posted.answer.people} 人。", "ok")
            return redirect(self.address("show", pk=posted.answer.id))
        return self._page(posted, plan, plans)

    def _apply(self, uow: UnitOfWork, plan_id: int, given: dict[str, Any]) -> Filing:
        plan = policy.find(uow.session, uow.actor, Plan, plan_id)
        if plan is None:
            raise Refused("没有这个评审方案，请刷新后重新选择。")
        keys = [int(key) for key in request.form.getlist("people") if key.isdecimal() and len(key) < 10]
        people = uow.session.scalars(
            policy.visible(uow.actor, Declaration)
            .where(Declaration.id.in_(keys), Declaration.plan_id == plan_id)
            .order_by(Declaration.id)
        ).all()
        if not people:
            raise Refused("请勾选备案人员。", field="people")
        made = filing.apply(uow, plan, declarations=people, **given)
        for data, name in answers.uploads(request.files.getlist("files"), "files"):
            files.store(uow, data, name, owner=made, purpose="备案附件", field="files")
        return made

    def _page(self, posted: Posted, plan: Plan, plans: list[Plan]) -> Any:
        found = filing.candidates(asking(g.user), plan)
        boxes = posted.boxes(APPLICATION, None)
        drawn = {box.name for box in boxes}
        ticked = (
            {int(k) for k in request.form.getlist("people") if k.isdecimal()}
            if request.method == "POST"
            else {c.declaration.id for c in found if not c.refusal}
        )
        other = [(name, name, sentence) for name, sentence in posted.errors.items() if name not in drawn]
        page = self.render_template(
            "awards/filing_form.html",
            screen=self,
            title="申请备案",
            boxes=boxes,
            errors=errors_of(boxes) + other,
            sentence=posted.sentence,
            people=found,
            ticked=ticked,
            plan=plan,
            plans=plans,
            due=filing.due_on(db.session, plan),
            default=filing.default_date(db.session, plan),
            label="保存并提交",
            base=self.address("list"),
            back=self.address("list"),
        )
        return page, posted.code

    def links(self, record: Filing) -> list[Link]:
        """Nothing besides the page."""
        return []
