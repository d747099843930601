"""抽取评委 (附件2 1.2.3, 118号 五(二)): the plans to draw for, and the hall in which a draw is held before witnesses.

The committee's office reads codes. Names are read by the province's auditor and the supervisor alone, by a
button that leaves an entry in the journal; so are the files with which anybody can draw again.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from flask import abort, g, redirect, send_file, url_for
from flask_appbuilder import expose, has_access
from markupsafe import Markup
from sqlalchemy import ColumnElement

from models.accounts.account import Account
from models.base import db
from models.review.draw import Draw, DrawState
from models.review.plan import Plan, PlanState
from views.review.plan import PlanDesk
from views.review.review_papers import draw_record_pdf, spoken, told
from views.screens import seen
from views.screens.base import FlowScreen, Link, Panel, badge
from views.screens.refusal import NOT_YOU, code_of
from views.screens.stay import context
from workflow.base import policy
from workflow.base.abilities import may
from workflow.base.errors import Refused
from workflow.base.flow import Step
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.review import draw as draws
from workflow.review import review_desk
from workflow.review import zc_draw as zc
from workflow.review.draw import DRAW, REASONS
from workflow.review.draw_list import lines

#: Plans that may be drawn for, or were.
AFTER_FILING = (PlanState.APPROVED, PlanState.DRAWN, PlanState.OPENED, PlanState.REVIEWED, PlanState.ARCHIVED)
READ_ME = """本文件夹是一次评委抽取的全部公开文件（ZC-DRAW/1），任何人都可以据此重新推演：

  sha256sum manifest.txt     应等于现场公布的名册校验码（H_pool）
  sha256sum result.txt       应等于现场公布的结果校验码
  flask --app run draw verify 本文件夹     逐项核对承诺、种子、抽签号、抽取过程和成员名单

评委在文件中只有代码，没有姓名。
"""


class DrawPlanScreen(PlanDesk):
    """抽取评委: the filed plans, with the draws of each (附件2 1.2.3 查询评审方案)."""

    route_base = "/draw-plan"
    title = "抽取评委"
    to_do = review_desk.plans_to_draw
    lead = "开评前 1 天，在省人社厅和机关纪委监督下抽取（118号 五(二)）；评委以代码出现，名单不对外公布。"
    guide = "附件2 1.2.3"
    columns = "number name committee.name kind opens_on members drawing state"
    conditions = "year number name:contains committee opens_on state"
    labels: ClassVar[dict[str, str]] = PlanDesk.labels | {"drawing": "抽取情况"}
    order = "-opens_on"
    empty = "没有已备案的评审方案；方案审核通过后才能抽取评委。"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Filed plans and those further on."""
        return Plan.state.in_(AFTER_FILING)

    def list_page(self, asked: Any, page: Any) -> dict[str, Any]:
        """Read the draws of the whole page at once."""
        g.draws = {plan.id: [] for plan in page.rows}
        mine = policy.visible(g.user, Draw).where(Draw.plan_id.in_(g.draws)).order_by(Draw.attempt.desc())
        for draw in db.session.scalars(mine):
            g.draws[draw.plan_id].append(draw)
        return super().list_page(asked, page)

    def cell_drawing(self, plan: Plan) -> Any:
        """How far the newest attempt is."""
        found = draws_of(plan)
        return (
            badge(f"第 {found[0].attempt} 次 {DrawState(found[0].state).label}", DrawState(found[0].state).tone)
            if found
            else badge("未抽取")
        )

    def operations(self, record: Plan) -> list[Link]:
        """查询评审方案; 抽取 for those who hold it."""
        base = self.address("list").removesuffix("list/")
        links = [Link("查询评审方案", f"{base}show/{record.id}")]
        found = draws_of(record)
        return [*links, Link("抽取记录", url_for("DrawScreen.show", pk=found[0].id))] if found else links

    def unused_routes(self) -> Sequence[str]:
        """No verb has an address here."""
        return ("act", "bulk_act")

    def panels(self, record: Plan) -> Sequence[Panel]:
        """The draws of the plan, then the plan."""
        rows = [
            (
                f"第 {d.attempt} 次",
                badge(DrawState(d.state).label, DrawState(d.state).tone),
                f"{d.drawn_at:%Y-%m-%d %H:%M}" if d.drawn_at else "—",
                d.witnesses or "—",
                link_to(d),
            )
            for d in draws_of(record)
        ]
        head = ("次数", "状态", "抽取时间", "监督人员", "操作")
        return [Panel("抽取记录", "", head, rows, empty="尚未抽取。评委应在开评前 1 天抽取。"), *super().panels(record)]

    def extra_page(self, record: Plan) -> dict[str, Any]:
        """冻结名册 for the two sides of the draw, while no attempt is in hand."""
        live = any(d.state != DrawState.ABORTED for d in draws_of(record))
        ready = may(g.user, draws.FREEZE) and not live and record.state in (PlanState.APPROVED, PlanState.DRAWN)
        return {
            "freeze": self.address("freeze", pk=record.id) if ready else "",
            "not_yet": draws.not_the_day(asking(g.user), record) if ready else "",
        }

    show_template = "review/draw_plan.html"

    @expose("/freeze/<int:pk>", methods=["POST"])
    @has_access
    def freeze(self, pk: int) -> Any:
        """冻结名册: the first step of a draw."""
        self.find(pk)

        def freeze(uow: UnitOfWork) -> int:
            plan = uow.session.get_one(Plan, pk)
            self.must_be(plan, version)
            return draws.freeze(uow, plan).id

        try:
            version = seen.told()
            key = attempt(g.user, freeze, context=context())
        except Refused as refusal:
            return self.show_page(self.find(pk), alert=refusal.sentence), code_of(refusal)
        return redirect(url_for("DrawScreen.show", pk=key))


def draws_of(plan: Plan) -> list[Draw]:
    """The attempts of a plan that the account may see, newest first."""
    if plan.id in g.get("draws", {}):
        return g.draws[plan.id]
    return list(
        db.session.scalars(policy.visible(g.user, Draw).where(Draw.plan_id == plan.id).order_by(Draw.attempt.desc()))
    )


def link_to(draw: Draw) -> Any:
    """The way into the hall."""
    return Markup('<a href="{}">{}</a>').format(url_for("DrawScreen.show", pk=draw.id), "进入现场抽取")


class DrawScreen(FlowScreen):
    """The hall: freeze, commit, speak, reveal, call, close; everything that may be seen at each moment, large."""

    route_base = "/draw"
    model = Draw
    flow = DRAW
    title = "抽取评委"
    lead = "系统先承诺、监督方后报数，揭示即出结果；任何人凭公开文件都能重新推演。"
    guide = "附件2 1.2.3"
    columns = "name attempt plan.name plan.opens_on state drawn_at"
    facts: ClassVar[dict[str, str]] = {
        "抽取信息": "name attempt plan.name plan.committee.name plan.opens_on plan.members plan.unit_cap witnesses "
        "drawn_at abort_reason"
    }
    labels: ClassVar[dict[str, str]] = {
        "plan.name": "评审方案",
        "plan.committee.name": "评委会",
        "plan.opens_on": "开评日期",
        "plan.members": "评委人数",
    }
    conditions = "name plan.year state drawn_at"
    show_template = "review/draw.html"
    steps = (
        ("冻结名册", (DrawState.FROZEN,)),
        ("系统承诺、监督方报数", (DrawState.COMMITTED,)),
        ("揭示结果、通知递补", (DrawState.DRAWN,)),
        ("办结", (DrawState.CLOSED,)),
    )

    def name_of(self, record: Draw) -> str:
        """The plan and the attempt."""
        return f"{record.plan.name} 第 {record.attempt} 次抽取"

    def extra_page(self, record: Draw) -> dict[str, Any]:
        """The hashes, what was spoken, and what may be taken away."""
        inside = may(g.user, policy.DRAW_FILES)
        shown = record.state in (DrawState.DRAWN, DrawState.CLOSED, DrawState.ABORTED)
        hashes = [
            ("名册校验码", record.pool_hash, "由冻结的名册文件算出，请监督人员当场抄录"),
            ("系统承诺码", record.commitment, "系统随机数已锁定；先于报数公布，揭示后可验"),
            ("系统随机数", record.r0 if shown else None, "揭示后公布"),
            ("结果校验码", record.result_hash, "由抽取结果文件算出"),
        ]
        return {
            "hashes": [(label, grouped(value), note) for label, value, note in hashes if value],
            "spoken": spoken(record),
            "order": walk(record),
            "files": sorted(draws.transcript(record)) if inside else [],
            "calls": inside and record.state in (DrawState.DRAWN, DrawState.CLOSED),
        }

    def panels(self, record: Draw) -> Sequence[Panel]:
        """Who sits now, the frozen list by group, the walk, and who could not come."""
        groups = {need.code: need.name for need in record.plan.needs}
        panels = [] if record.result is None else [seats(record, groups)]
        panels.append(frozen(record, groups))
        if record.result is not None:
            rows = [line[:3] for line in walk(record)]
            panels.append(Panel("抽取过程", "按抽签号顺序逐个判定", ("专业组", "评委代码", "结果"), rows))
        if record.declines:
            reasons = dict(REASONS)
            rows = [(d.code, reasons.get(d.reason, d.reason), d.note or "—") for d in record.declines]
            panels.append(Panel("不能参加", "依次递补", ("评委代码", "原因", "通知记录"), rows))
        return panels

    def links(self, record: Draw) -> Sequence[Link]:
        """抽取记录表."""
        return [
            Link("抽取记录表", self.address("record", pk=record.id)),
            Link("评审方案", url_for("DrawPlanScreen.show", pk=record.plan_id)),
        ]

    def done(self, record_id: int, step: Step, name: str, answer: Any) -> Any:
        """Back to the hall, whatever was done."""
        super().done(record_id, step, name, answer)
        return redirect(self.address("show", pk=record_id))

    @expose("/record/<int:pk>.pdf")
    @has_access
    def record(self, pk: int) -> Any:
        """抽取记录表 for the signatures of the witnesses."""
        draw = self.find(pk)
        return send_file(
            draw_record_pdf(draw),
            mimetype="application/pdf",
            as_attachment=True,
            download_name=f"抽取记录表_{draw.name}_{draw.attempt}.pdf",
        )

    @expose("/files/<int:pk>.zip")
    @has_access
    def files(self, pk: int) -> Any:
        """All files of the draw in one folder, with how to check them."""
        draw = self._inside(pk)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**draws.transcript(draw), "说明.txt": READ_ME.encode()}.items():
                archive.writestr(name, data)
        target.seek(0)
        return send_file(
            target, mimetype="application/zip", as_attachment=True, download_name=f"draw_{draw.name}_{draw.attempt}.zip"
        )

    @expose("/file/<int:pk>/<name>")
    @has_access
    def file(self, pk: int, name: str) -> Any:
        """One file of the draw."""
        data = draws.transcript(self._inside(pk)).get(name)
        if data is None:
            abort(404)
        return send_file(io.BytesIO(data), mimetype="text/plain", as_attachment=True, download_name=name)

    @expose("/calls/<int:pk>", methods=["POST"])
    @has_access
    def calls(self, pk: int) -> Any:
        """查看通知名单: names and telephones for calling; the reading is journalled."""
        self._inside(pk)
        found = attempt(g.user, lambda uow: draws.call_list(uow, uow.session.get_one(Draw, pk)), context=context())
        draw = self.find(pk)
        groups = {need.code: need.name for need in draw.plan.needs}
        return self.render_template(
            "review/calls.html",
            screen=self,
            title="通知名单",
            name=self.name_of(draw),
            calls=found,
            groups=groups,
            base=self.address("list"),
            back=self.address("show", pk=pk),
        )

    def _inside(self, pk: int) -> Draw:
        """The draw, for its two sides only."""
        if not may(g.user, policy.DRAW_FILES):
            abort(NOT_YOU)
        return self.find(pk)


def grouped(value: str | None) -> list[str]:
    """A hash in groups of eight, as it is read aloud and copied."""
    return [value[n : n + 8] for n in range(0, len(value), 8)] if value else []


def walk(draw: Draw) -> list[tuple[str, str, str, bool]]:
    """The walk line by line: group, code, what came of it, and whether he was seated; nothing before it is revealed."""
    if draw.result is None:
        return []
    groups = {need.code: need.name for need in draw.plan.needs}
    log = (line for line in lines(draw, 4) if line[0] == "log")
    return [(groups.get(stratum, "—"), code, told(what), what == "TAKE") for _, stratum, code, what in log]


def seats(draw: Draw, groups: dict[str, str]) -> Panel:
    """The members as they stand, group by group."""
    found: dict[str, list[str]] = {}
    for stratum, code in draws.members(draw):
        found.setdefault(stratum, []).append(code)
    rows = [(groups.get(stratum, stratum), len(codes), "、".join(codes)) for stratum, codes in found.items()]
    return Panel("抽中评委", f"{sum(row[1] for row in rows)} 人，以代码公布", ("专业组", "人数", "评委代码"), rows)


def frozen(draw: Draw, groups: dict[str, str]) -> Panel:
    """The frozen list by group: seats, experts who may be drawn, and those who stand aside with the reason."""
    manifest = zc.Manifest.parse(bytes(draw.manifest))
    free = Counter(e.stratum for e in manifest.experts if e.status == zc.OK)
    aside = Counter(e.stratum for e in manifest.experts if e.status != zc.OK)
    rows = [(s.code, groups.get(s.code, s.code), s.need, free[s.code], aside[s.code]) for s in manifest.strata]
    note = f"共 {len(manifest.experts)} 人；同一单位不超过 {manifest.unitcap} 人"
    return Panel("冻结名册", note, ("代码", "专业组", "席位", "可抽人数", "应回避或不得抽取"), rows)
