"""工作台: what waits for me, what I have been told, and for applicants their declarations; and the search box."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_appbuilder import BaseView, expose, has_access
from sqlalchemy import False_, func, or_, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.committees.committee import CommitteeState
from models.declarations.declaration import Declaration, DeclarationState
from models.office.notice import Notice
from models.register.organisation import Organisation
from views.office import beside_work, first_day, workbench
from views.screens.columns import badge
from views.screens.query import starts_with
from views.screens.stay import context
from workflow.base import notices, policy, settings
from workflow.base import roles as r
from workflow.base.abilities import opens_cockpit
from workflow.base.unit_of_work import asking, attempt
from workflow.committees import committee_term
from workflow.declarations import desk
from workflow.jobs import watch
from workflow.register import name_search

#: Lines of a search, and how far is counted.
FOUND, MOST = 20, 1000


class HomeView(BaseView):
    """The first page after signing in."""

    route_base = "/home"
    default_view = "index"

    @expose("/")
    @has_access
    def index(self) -> Any:
        """待办、消息、我的申报."""
        if opens_cockpit(g.user) and len(g.user.role_names) == 1:  # with further roles rows wait for him here
            return redirect(url_for("DashboardView.overview"))
        applicant, uow = g.user.plays(r.APPLICANT), asking(g.user)
        return self.render_template(
            "office/home.html",
            title="工作台",
            news=workbench.news(),
            applicant=applicant,
            own=workbench.own(uow) if applicant and g.user.person_id else [],
            queues_of=lambda groups: workbench.queues(uow, groups),
            tasks_of=lambda groups: workbench.tasks(uow, groups),
            meetings=beside_work.meetings(uow),
            parts=beside_work.parts(uow),
            coming=beside_work.coming(uow),
            remaining=lambda day: workbench.remaining(uow, day),
            declare=_address("DeclareView.mine"),
            term=self._term(),
            late=self._late(),
            unverified=self._unverified(),
            first_steps=first_day.banner(g.user),
        )

    @staticmethod
    def _term() -> str:
        """How soon the term of one's own committee ends, from the first warning on (令40号 第八条)."""
        committee = g.user.committee
        if committee is None or committee.state != CommitteeState.APPROVED or not g.user.plays(r.COMMITTEE_OFFICE):
            return ""
        uow = asking(g.user)
        left = committee_term.days_left(committee, uow.today)
        if left < 0:
            return (
                f"本评委会有效期已于 {committee.valid_to} 届满，不能再开评，其评审不予认可（118号 七(四)）；"
                "请省人社厅重新核准备案。"
            )
        if left > settings.value(db.session, committee_term.THRESHOLDS[0]):
            return ""
        return (
            f"本评委会有效期至 {committee.valid_to}，还有 {left} 天；期满须重新核准备案（令40号 第八条），请及时办理。"
        )

    @staticmethod
    def _unverified() -> str:
        """Since when the journal has not been verified, for the 审计管理员; empty where the night has done it."""
        if not g.user.plays(r.AUDIT_ADMIN):
            return ""
        last = watch.late_since(db.session, asking(g.user).now)  # type: ignore[arg-type]
        return (
            f"审计日志自 {last:%Y-%m-%d %H:%M} 起没有核验过（应每晚一次）；请核验，并请运维人员检查后台任务进程。"
            if last
            else ""
        )

    @staticmethod
    def _late() -> tuple[int, str] | None:
        """How many returned cases the offices below keep past their days, and where they are listed."""
        clause = desk.late_desk(g.user, asking(g.user).today)
        if isinstance(clause, False_):
            return None
        late = policy.visible(g.user, Declaration, known=True).where(clause).with_only_columns(Declaration.id)
        late = late.with_hint(Declaration, "INDEXED BY ix_declaration_due", "sqlite").limit(MOST)
        count = db.session.scalar(select(func.count()).select_from(late.subquery())) or 0
        screens = (r.BUREAU_OFFICER, "SuperiorAuditScreen"), (r.COMMITTEE_OFFICE, "RecheckScreen")
        screen = next((name for role, name in screens if g.user.plays(role)), "AuditScreen")
        return (count, _address(f"{screen}.list", late="waiting")) if count else None

    @expose("/notice/<int:pk>", methods=["POST"])
    @has_access
    def read(self, pk: int) -> Any:
        """已读: mark a message, then follow its link."""
        if pk >= 2**31 or policy.find(db.session, g.user, Notice, pk) is None:
            abort(404)
        link = attempt(g.user, lambda uow: _read(uow, pk), context=context())
        return redirect(link if link.startswith("/") and not link.startswith(("//", "/\\")) else url_for(".index"))

    @expose("/find")
    @has_access
    def find(self) -> Any:
        """The search box: declarations by number, name or unit, within the row policy."""
        q = request.args.get("q", "").strip()[:60]
        found = _found(q) if q else []
        if len(found) == 1 and (url := _address("RecordView.open", kind="declaration", key=found[0].id)):
            return redirect(url)
        if not q:
            flash("请输入姓名、申报编号或单位名称。", "warn")
        return self.render_template(
            "office/find.html", title="查找", q=q, lines=[_line(d) for d in found[:FOUND]], more=len(found) > FOUND
        )


def _read(uow: Any, pk: int) -> str:
    notice = policy.find(uow.session, uow.actor, Notice, pk)
    if notice is None:
        abort(404)
    notices.mark_read(uow, notice)
    return str(notice.link)


def _found(q: str) -> list[Declaration]:
    units = [one.id for one in name_search.search(db.session, q, 50, policy.rows(g.user, Organisation))]
    fits = or_(
        starts_with(Declaration.number, q.upper()),
        starts_with(Declaration.applicant_name, q),
        Declaration.unit_id.in_(units),
    )
    options = (joinedload(Declaration.title), joinedload(Declaration.unit), joinedload(Declaration.batch))
    query = policy.visible(g.user, Declaration).where(fits).order_by(Declaration.id.desc()).limit(FOUND + 1)
    return list(db.session.scalars(query.options(*options)).unique())


def _line(d: Declaration) -> dict[str, Any]:
    state = DeclarationState(d.state)
    due = f"{d.due_on:%Y-%m-%d}" if d.due_on else ""
    return {
        "number": d.number,
        "name": d.applicant_name,
        "title": d.title.name,
        "batch": d.batch.name,
        "state": badge(state.label, state.tone),
        "due": due,
        "unit": d.unit,
        "url": _address("RecordView.open", kind="declaration", key=d.id),
    }


def _address(endpoint: str, **given: Any) -> str:
    """The address of a page of another desk, where the product has it."""
    from flask import current_app

    return url_for(endpoint, **given) if endpoint in current_app.view_functions else ""
