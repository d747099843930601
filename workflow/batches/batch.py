"""年度批次信息提交 (附件2 1.4.2; 118号 二): all deadlines of a year, checked against each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from models.batches.batch import Batch, BatchState
from models.committees.committee import Committee
from models.paths.path import AcceptanceOffice, Way
from workflow.base import settings
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


# fmt: off
BATCH = Flow("年度批次", BatchState, [
    Step("publish", "提交", {BatchState.DRAFT},                      BatchState.PUBLISHED, (COMMITTEE_OFFICE, HRSS_CONFIG), [my_batch, dates_agree], [], "附件2 1.4.2", "primary", "提交后申报人即可看到本批次，确定提交？"),
    Step("cancel",  "撤销", {BatchState.DRAFT, BatchState.PUBLISHED}, BatchState.CANCELLED, (COMMITTEE_OFFICE, HRSS_CONFIG), [my_batch],             [Ask("opinion", "撤销原因", "area")], "附件2 1.4.2", "bad"),
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
    """Change a draft; what is submitted can only be cancelled, for applicants have read its dates."""
    if sentence := my_batch(uow, batch):
        raise NotYou(sentence)
    if batch.state != BatchState.DRAFT:
        raise NotNow(
            f"批次为“{BatchState(batch.state).label}”，日期已向申报人公布，不能修改（附件2 1.4.2）；"
            "确需调整的请撤销后重新提交。"
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
