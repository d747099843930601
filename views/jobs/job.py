"""后台任务: one's long work, how far it is, and what it left to be fetched."""

from __future__ import annotations

from typing import Any

from flask import Response, g
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from models.jobs.job import Job, JobState
from views.screens.base import Link, Screen, badge
from views.screens.download import named
from workflow.base.unit_of_work import asking
from workflow.jobs import job as jobs

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE = 1 << 16


class JobScreen(Screen):
    """One's own jobs, the newest first. The work goes on when the browser is closed."""

    model = Job
    route_base = "/job"
    title = "后台任务"
    lead = "较长的导入、导出和推演在后台办理，可以关闭页面，稍后回来查看。结果文件保存 7 天。"
    columns = "title standing sentence asked_at ended_at"
    labels = {"standing": "状态"}
    facts = "title standing sentence asked_at ended_at result"
    conditions = "title:contains state asked_at"
    order = "-id"
    can_export = False
    empty = "没有后台任务；较长的导入、导出会出现在这里。"
    show_template = "jobs/show.html"

    def cell_standing(self, record: Job) -> Any:
        """The state, and 办理中断 when the process of a job is gone."""
        return standing(record)

    def badge_of(self, record: Job) -> Any:
        """The same in the head."""
        return standing(record)

    def operations(self, record: Job) -> list[Link]:
        """详情, where the work is looked at, and the file."""
        links = super().operations(record)
        if record.home:
            links.append(Link("查看", record.home))
        if record.result:
            links.append(Link("下载", f"{self.base_address()}fetch/{record.id}"))
        return links

    def links(self, record: Job) -> list[Link]:
        """The same in the head of the page."""
        return self.operations(record)[1:]

    def extra_page(self, record: Job) -> dict[str, Any]:
        """How far it is; the page looks again while it runs."""
        return {"progress": jobs.progress_of(record)}

    @expose("/fetch/<int:pk>")
    @has_access
    @permission_name("show")
    def fetch(self, pk: int) -> Any:
        """The file the job has left."""
        record = self.find(pk)
        path = jobs.result_of(asking(g.user), record)

        def pieces() -> Any:
            with open(path, "rb") as file:
                while piece := file.read(PIECE):
                    yield piece

        answer = named(Response(pieces(), mimetype=EXCEL), record.result)
        answer.content_length = path.stat().st_size
        return answer


def standing(record: Job) -> Any:
    """The state of a job as people see it."""
    if jobs.broken(record):
        return badge("办理中断", "bad")
    state = JobState(record.state)
    return badge(state.label, state.tone)
