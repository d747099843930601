"""年度批次信息提交 (附件2 1.4.2): all dates of a year, checked against each other before applicants see them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import flash, g, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement, select

from models.accounts.account import Account
from models.base import db, label_of
from models.batches.batch import Batch, BatchState
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice
from views.screens.answers import read_date
from views.screens.base import FlowScreen, Link, Panel, badge
from views.screens.forms import TextField
from views.screens.lookup import is_key
from workflow.base import settings
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork, asking
from workflow.batches import batch as batches
from workflow.batches import batch_dates as dates
from workflow.batches import countdown as countdowns
from workflow.batches.batch import BATCH
from workflow.review import review_desk

PACE = (("declaring", "申报填报"), ("audit", "补正后逐级审核"), ("recheck", "资格复核和编制方案"), ("review", "评审"))
DATES = "opens_on closes_on correction_on payment_on audit_on evidence_on paper_from paper_to"


class BatchScreen(FlowScreen):
    """The committee's own batches."""

    route_base = "/batch"
    model, flow = Batch, BATCH
    title = "年度批次信息提交"
    to_do = review_desk.batches_to_publish
    lead = "提交后申报人即可看到本批次并申报；提交截止、补正截止、审核截止、材料有效截止日各为其日（118号 二）。"
    guide = "附件2 1.4.2"
    columns = "year name opens_on closes_on correction_on audit_on evidence_on vote_on state"
    facts: ClassVar[dict[str, str]] = {
        "批次信息": "year name committee.name office way scope",
        "日期": f"{DATES} vote_on vote_reason",
        "申报规则": "one_per_year quota_factor",
    }
    fields = f"year name {DATES} vote_on vote_reason one_per_year quota_factor scope"
    extra_fields: ClassVar[dict[str, Any]] = {
        "vote_reason": TextField(
            "投票日说明", max_length=300, description="最迟投票日超过规定日期时须说明（118号 二(四)）"
        ),
    }
    conditions = "year name:contains opens_on closes_on state"
    labels: ClassVar[dict[str, str]] = {"committee.name": "评委会"}
    order = "-year -id"
    can_add = can_edit = True
    steps = (("草稿", (BatchState.DRAFT,)), ("已提交", (BatchState.PUBLISHED,)))
    empty = "还没有年度批次。点击【新增】填写申报起止等日期，核对后提交。"

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """The actor's committee's own."""
        return Batch.committee_id == actor.committee_id

    def prefill(self) -> dict[str, Any]:
        """This year, the rules as the settings say, and the dates that 倒排 proposed."""
        rules = {
            "one_per_year": settings.value(db.session, "one_per_year"),
            "quota_factor": settings.value(db.session, "quota_factor") / 100,
        }
        year = request.args.get("year", "")
        proposed = {name: day for name in dates.DATES if (day := read_date(request.args.get(name, "")))}
        return rules | {"year": int(year) if is_key(year) else asking(g.user).today.year} | proposed

    def create(self, uow: UnitOfWork, **values: Any) -> Batch:
        """新增 for one's own committee."""
        return batches.create(uow, receiver=uow.actor.committee, **_given(values))

    def change(self, uow: UnitOfWork, record: Batch, **values: Any) -> Any:
        """编辑 a draft."""
        return batches.amend(uow, record, **_given(values))

    def after_add(self, record: Batch) -> Any:
        """With what should be looked at before it is submitted."""
        for _field, sentence in dates.remarks(asking(g.user), record):
            flash(sentence, "warn")
        return super().after_add(record)

    def editable(self, record: Batch) -> str | None:
        """Only a draft."""
        if record.state == BatchState.DRAFT:
            return None
        return (
            f"批次为“{BatchState(record.state).label}”，日期已向申报人公布，不能修改；"
            "确需推迟的请办理“延期”（附件2 1.4.2）。"
        )

    def buttons(self) -> list[Link]:
        """倒排 beside 新增."""
        return [Link("日期倒排", self.address("countdown"))] if self.may("add") else []

    def links(self, record: Batch) -> Sequence[Link]:
        """The dates for one's own calendar."""
        return [Link("导出日程（日历文件）", url_for("RecordView.agenda", key=record.id))]

    def panels(self, record: Batch) -> Sequence[Panel]:
        """日期核对: every date with its weekday, whether offices work, and what to look at."""
        return [_checked(record)]

    # -- 倒排 ----------------------------------------------------------------------------------------

    def receivers(self) -> Sequence[Committee | AcceptanceOffice]:
        """Hook: for whom dates can be planned."""
        return [g.user.committee] if g.user.committee is not None else []

    @expose("/countdown")
    @has_access
    @permission_name("add")
    def countdown(self) -> Any:
        """日期倒排: from the last day for filing back to today, each date with its reason; fills the form of 新增."""
        uow = asking(g.user)
        word = request.args.get("year", "")
        year = int(word) if is_key(word) and 2000 <= int(word) <= 2099 else uow.today.year
        pace = countdowns.Pace.of(
            {name: int(value) if is_key(value := request.args.get(name, "")) else None for name, _label in PACE}
        )
        receivers = self.receivers()
        chosen = next(
            (r for r in receivers if str(r.id) == request.args.get("receiver", "")), receivers[0] if receivers else None
        )
        legs, sentence = [], ""
        if chosen is None:
            sentence = "没有可以倒排的评委会或受理机构；请先新增。"
        else:
            try:
                legs = countdowns.plan_back(db.session, chosen, year, pace)
            except Refused as refusal:
                sentence = refusal.sentence
        left = countdowns.room(db.session, legs, uow.today) if legs else 0
        given = countdowns.filled(legs) | {"year": str(year)}
        return self.render_template(
            "batches/countdown.html",
            screen=self,
            title="日期倒排",
            base=self.address("list"),
            legs=legs,
            sentence=sentence,
            today=uow.today,
            left=left,
            year=year,
            pace=[(name, label, getattr(pace, name)) for name, label in PACE],
            receivers=receivers,
            chosen=chosen,
            weekday=partial(dates.day_in_words, db.session),
            fill=f"{self.address('add')}?{urlencode(given)}" if legs else "",
        )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None and name in ("vote_reason", "scope") else value for name, value in values.items()}


def _checked(record: Batch) -> Panel:
    """The card 日期核对 of a batch."""
    uow = asking(g.user)
    wrong, told = dates.check_dates(uow, record), dates.remarks(uow, record)
    rows = []
    for name in dates.DATES:
        if (day := getattr(record, name)) is None:
            continue
        mark = (
            badge("须更正", "bad")
            if name in wrong
            else badge("请核对", "warn")
            if name in dict(told)
            else badge("相符", "ok")
        )
        words = [wrong[name]] if name in wrong else [sentence for field, sentence in told if field == name]
        rows.append(
            (
                label_of(Batch, name),
                f"{day:%Y-%m-%d}（{dates.day_in_words(db.session, day)}）",
                mark,
                " ".join(words) or "—",
            )
        )
    if "year" in wrong or "vote_reason" in wrong or "quota_factor" in wrong:
        rows += [
            (label_of(Batch, name), "", badge("须更正", "bad"), wrong[name])
            for name in ("year", "vote_reason", "quota_factor")
            if name in wrong
        ]
    return Panel("日期核对", "按工作日历和 118号 二 核对", ("日期", "日期和星期", "核对", "说明"), rows)


class OfficeBatchScreen(BatchScreen):
    """Batches of 初定 and 认定: by the province, for an accepting organisation."""

    route_base = "/office-batch"
    title = "初定认定批次管理"
    to_do = None  # no draft waits by itself: the office enters them when it wants
    lead = "初定、认定受理机构的批次日期，由省厅配置岗提交。"
    guide = "附件3 1.3"
    columns = "year name office way opens_on closes_on correction_on audit_on evidence_on state"
    fields = f"office year name {DATES} one_per_year scope"
    labels: ClassVar[dict[str, str]] = {"office": "受理机构"}

    def scope(self, actor: Account) -> ColumnElement[bool]:
        """Those of accepting organisations."""
        return Batch.office_id.is_not(None)

    def receivers(self) -> Sequence[Committee | AcceptanceOffice]:
        """Every accepting organisation that is active."""
        return db.session.scalars(
            select(AcceptanceOffice).where(AcceptanceOffice.active.is_(True)).order_by(AcceptanceOffice.id).limit(500)
        ).all()

    def create(self, uow: UnitOfWork, **values: Any) -> Batch:
        """新增 for the chosen organisation."""
        return batches.create(uow, receiver=values.pop("office"), **values)

    def change(self, uow: UnitOfWork, record: Batch, **values: Any) -> Any:
        """编辑 a draft; the organisation stays."""
        values.pop("office", None)
        return super().change(uow, record, **values)
