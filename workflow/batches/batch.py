"""年度批次信息提交 (附件2 1.4.2; 118号 二): all deadlines of a year, checked against each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from models.base import label_of
from models.batches.batch import Batch, BatchState
from models.committees.committee import Committee
from models.declarations.declaration import Declaration
from models.declarations.standing import SETTLED, Holder, states
from models.paths.path import AcceptanceOffice, Way
from models.register.person import Person
from workflow.base import notices, settings
from workflow.base.abilities import verb
from workflow.base.errors import NotNow, NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_CONFIG
from workflow.base.unit_of_work import UnitOfWork
from workflow.batches.batch_dates import check_dates

DRAFT = verb("batch.draft", "新增年度批次", "年度批次", COMMITTEE_OFFICE, HRSS_CONFIG)


def my_batch(uow: UnitOfWork, batch: Batch) -> str | None:
    """The committee's own, or the province's for accepting organisations."""
    if uow.actor.plays(HRSS_CONFIG, HRSS_AUDIT) or (
        batch.committee_id and batch.committee_id == uow.actor.committee_id
    ):
        return None
    return "只能办理本评委会的年度批次（附件2 1.4.2）；请由对应评委会办理。"


def dates_agree(uow: UnitOfWork, batch: Batch) -> str | None:
    """The first thing that does not fit between the dates."""
    wrong = check_dates(uow, batch)
    return next(iter(wrong.values()), None)


def nobody_on_the_way(uow: UnitOfWork, batch: Batch) -> str | None:
    """What was handed in stays in its batch: no office ends a year over the heads of those who declared."""
    if batch.state == BatchState.DRAFT:
        return None
    begun_or_given_up = states(holder=Holder.APPLICANT)
    count = uow.session.scalar(
        select(func.count()).where(Declaration.batch_id == batch.id, Declaration.state.not_in(begun_or_given_up))
    )
    if not count:
        return None
    return (
        f"本批次已有 {count} 件申报提交，不能撤销（附件2 1.4.2）；需要推迟日期的请办理“延期”，"
        "个别申报须停止的按该申报办理退回或终止。"
    )


def _day(name: str) -> Ask:
    return Ask(
        name,
        label_of(Batch, name),
        "date",
        required=False,
        default=lambda _uow, batch: getattr(batch, name),
        hint="只能推迟，不能提前；不变的照原日期",
    )


#: What may still be moved once applicants have read it, in the order of the year.
MOVED = ("closes_on", "correction_on", "payment_on", "paper_to", "evidence_on", "audit_on", "vote_on")
_WHY = Ask("reason", "延期原因", "area", max_length=300, hint="写明依据，申报人和审核机构均会收到通知")

# fmt: off
BATCH = Flow("年度批次", BatchState, [
    Step("publish", "提交", {BatchState.DRAFT},                      BatchState.PUBLISHED, (COMMITTEE_OFFICE, HRSS_CONFIG), [my_batch, dates_agree], [], "附件2 1.4.2", "primary", "提交后申报人即可看到本批次，确定提交？"),
    Step("cancel",  "撤销", {BatchState.DRAFT, BatchState.PUBLISHED}, BatchState.CANCELLED, (COMMITTEE_OFFICE, HRSS_CONFIG), [my_batch, nobody_on_the_way], [Ask("opinion", "撤销原因", "area")], "附件2 1.4.2", "bad", "撤销后不能恢复，已有草稿的申报人会收到通知，确定撤销？"),
    Step("postpone", "延期", {BatchState.PUBLISHED},                 None,                 (COMMITTEE_OFFICE, HRSS_CONFIG), [my_batch],             [*map(_day, MOVED), _WHY], "附件2 1.4.2", "", "延期后的日期立即生效并通知本批次的申报人，确定延期？"),
])
# fmt: on


def create(
    uow: UnitOfWork, *, receiver: Committee | AcceptanceOffice | None, year: int, name: str, **dates: Any
) -> Batch:
    """新增年度批次 for a committee or an accepting organisation; a draft until it is submitted (提交)."""
    actor = uow.actor
    committee = receiver if isinstance(receiver, Committee) else None
    mine = actor.plays(HRSS_CONFIG) or (
        actor.plays(COMMITTEE_OFFICE) and committee and actor.committee_id == committee.id
    )
    uow.lead(DRAFT, "年度批次由本评委会办事机构或省厅配置岗提交（附件2 1.4.2）。")
    if not mine:
        raise NotYou("年度批次由本评委会办事机构或省厅配置岗提交（附件2 1.4.2）。")
    if receiver is None:
        raise Refused("请选择受理机构。", field="office")
    if not (name or "").strip():
        raise Refused("请填写批次名称。", field="name")
    dates.setdefault("quota_factor", Decimal(settings.value(uow.session, "quota_factor")) / 100)
    dates.setdefault("one_per_year", settings.value(uow.session, "one_per_year"))
    batch = Batch(
        year=year,
        name=name.strip(),
        committee=committee,
        office=None if committee else receiver,
        way=Way.REVIEW if committee else receiver.way,
        **dates,
    )
    wrong = _taken(uow, batch) | check_dates(uow, batch)
    if wrong:
        if batch in uow.session:
            uow.session.expunge(batch)
        raise Refused("批次日期有误，请按提示修改。", fields=wrong)
    uow.session.add(batch)
    uow.session.flush()
    uow.record("create_batch", batch, label="新增年度批次", after=str(batch.state), year=year)
    return batch


def amend(uow: UnitOfWork, batch: Batch, **facts: Any) -> None:
    """Change a draft; the dates of what is submitted are only put off (延期), for applicants have read them."""
    if sentence := my_batch(uow, batch):
        raise NotYou(sentence)
    if batch.state != BatchState.DRAFT:
        raise NotNow(
            f"批次为“{BatchState(batch.state).label}”，日期已向申报人公布，不能修改（附件2 1.4.2）；"
            "确需推迟的请办理“延期”。"
        )
    changed = {name: value for name, value in facts.items() if getattr(batch, name) != value}
    for name, value in changed.items():
        setattr(batch, name, value)
    with uow.session.no_autoflush:
        wrong = _taken(uow, batch) | check_dates(uow, batch)
    if wrong:
        raise Refused("批次日期有误，请按提示修改。", fields=wrong)
    if changed:
        uow.record(
            "amend_batch",
            batch,
            label="修改年度批次",
            before=str(batch.state),
            after=str(batch.state),
            changed=sorted(changed),
        )


@BATCH.performs("cancel")
def cancel(uow: UnitOfWork, batch: Batch, *, opinion: str) -> None:
    """撤销: nothing was handed in; whoever has begun is told that his draft goes nowhere."""
    BATCH.advance(uow, batch, "cancel", opinion=opinion)
    text = f"年度批次“{batch.name}”已撤销（{opinion.strip()}），其中的草稿不能提交；请改报其他开放的批次。"
    _tell_all(uow, batch, "年度批次已撤销", text)


@BATCH.performs("postpone")
def postpone(uow: UnitOfWork, batch: Batch, *, reason: str, **days: date | None) -> None:
    """延期: dates that applicants have read are moved, later only, with a reason, and everybody in the batch is told.

    Takes the days of `MOVED`; one not given stays. Refuses an earlier day, dates that do not fit (118号 二), and a
    change that is none.
    """
    was = {name: getattr(batch, name) for name in days}
    moved = {name: day for name, day in days.items() if day is not None and day != was[name]}
    if not moved:
        raise NotNow("没有推迟任何日期；请修改须推迟的日期，或返回。")
    earlier = {
        name: f"{label_of(Batch, name)}已公布为 {was[name]}，只能推迟，不能提前（附件2 1.4.2）；请填写更晚的日期。"
        for name, day in moved.items()
        if was[name] is not None and day < was[name]
    }
    if earlier:
        raise Refused("延期有误，请按提示修改。", fields=earlier)
    with uow.session.no_autoflush:
        for name, day in moved.items():
            setattr(batch, name, day)
        wrong = check_dates(uow, batch)
    if wrong:
        for name in moved:
            setattr(batch, name, was[name])
        raise Refused("批次日期有误，请按提示修改。", fields=wrong)
    changed = {name: [was[name], day] for name, day in moved.items()}
    BATCH.advance(uow, batch, "postpone", opinion=reason.strip(), changed=changed)
    told = "；".join(f"{label_of(Batch, name)}由 {was[name] or '未定'} 推迟到 {day}" for name, day in moved.items())
    _tell_all(uow, batch, "年度批次延期", f"“{batch.name}”：{told}。原因：{reason.strip()}")


def _tell_all(uow: UnitOfWork, batch: Batch, title: str, text: str) -> None:
    """Everybody whose declaration of the batch is not yet decided."""
    waiting = (
        select(Person)
        .join(Declaration, Declaration.person_id == Person.id)
        .where(Declaration.batch_id == batch.id, Declaration.state.not_in(SETTLED))
        .distinct()
    )
    for person in uow.session.scalars(waiting):
        notices.tell(uow, person, title, text, "")


def _taken(uow: UnitOfWork, batch: Batch) -> dict[str, str]:
    """A name stands once in a year: applicants tell batches apart by it."""
    same = select(Batch.id).where(Batch.year == batch.year, Batch.name == batch.name)
    with uow.session.no_autoflush:
        if uow.session.scalar(same.where(Batch.id != batch.id) if batch.id else same) is None:
            return {}
    return {"name": f"{batch.year} 年度已有批次“{batch.name}”，同一年度的批次名称不能重复（附件2 1.4.2）；请改名。"}


def open_on(batch: Batch, day: date) -> bool:
    """Whether the batch takes declarations on that day."""
    return batch.state == BatchState.PUBLISHED and batch.opens_on <= day <= batch.closes_on
