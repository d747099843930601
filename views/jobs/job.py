"""后台任务: one's long work, how far it is, and what it left to be fetched."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from models.base import db
from models.jobs.job import Job
from views.screens.base import FlowScreen, Link
from views.screens.moment import of_request
from views.storage.served import served
from workflow.base.flow import Step
from workflow.declarations import desk
from workflow.jobs import job as jobs
from workflow.jobs.job import JOB

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a result is, by the ending of its name.
MEDIA = {"xlsx": EXCEL, "zip": "application/zip"}


class JobScreen(FlowScreen):
    """One's own jobs, the newest first. The work goes on when the browser is closed."""

    model, flow = Job, JOB
    route_base = "/job"
    title = "后台任务"
    to_do = desk.job_desk
    lead = "较长的导入、导出和发放在后台办理，可以关闭页面，稍后回来查看；中断的会自动重新办理。结果文件保存 7 天。"
    columns = "title state sentence asked_at ended_at"
    facts = "title state sentence asked_at started_at ended_at result"
    conditions = "title:contains state asked_at"
    order = "-id"
    verbs = "cancel"
    can_export = False
    empty = "没有后台任务；较长的导入、导出会出现在这里。"
    show_template = "jobs/show.html"

    def operations(self, record: Job) -> list[Link]:
        """详情, where the work is looked at, and the file."""
        links = super().operations(record)
        if record.home:
            links.append(Link("查看", record.home))
        if record.digest:
            links.append(Link("下载", f"{self.base_address()}fetch/{record.id}"))
        return links

    def links(self, record: Job) -> list[Link]:
        """The same in the head of the page."""
        return self.operations(record)[1:]

    def extra_page(self, record: Job) -> dict[str, Any]:
        """How far it is; the page looks again while it runs."""
        return {"progress": jobs.progress_of(db.session, record)}

    def must_be(self, record: Job, version: str) -> None:
        """Whether it waited or ran when the page was drawn makes no difference to who cancels it."""

    def beforehand(self, record: Job, step: Step) -> None:
        """The run is stopped first: on SQLite it may hold the writer that the cancelling itself needs."""
        jobs.please_stop(record.id, record.token)

    @expose("/fetch/<int:pk>")
    @has_access
    @permission_name("show")
    def fetch(self, pk: int) -> Any:
        """The file the job has left."""
        record = self.find(pk)
        return served(
            lambda start, end: jobs.result_of(of_request(), record, start, end),
            size=record.size,
            digest=record.digest,
            name=record.result,
            media_type=MEDIA.get(record.result.rpartition(".")[2], EXCEL),
        )
