"""年度批次信息提交 (附件2 1.4.2; 118号 二): all deadlines of a year, checked against each other."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.batch import Batch, BatchState
from models.committee import Committee
from models.path import AcceptanceOffice, Way
from workflow import working_days
from workflow.errors import NotNow, NotYou, Refused
from workflow.flow import Ask, Flow, Step
from workflow.roles import COMMITTEE_OFFICE, HRSS_AUDIT, HRSS_CONFIG
from workflow.unit_of_work import UnitOfWork


def my_batch(uow: UnitOfWork, batch: Batch) -> str | None:
    """The committee's own, or the province's for accepting organisations."""
    if uow.actor.plays(HRSS_CONFIG, HRSS_AUDIT) or (batch.committee_id and batch.committee_id == uow.actor.committee_id):
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


def check_dates(uow: UnitOfWork, batch: Batch) -> dict[str, str]:
    """What does not fit between the dates of a batch, by field (118号 二)."""
    wrong: dict[str, str] = {}

    def order(earlier: str, later: str, words: str) -> None:
        a, b = getattr(batch, earlier), getattr(batch, later)
        if a and b and a > b:
            wrong[later] = f"{words}（118号 二）；请调整日期。"

    order("opens_on", "closes_on", "申报截止不能早于申报开始")
    order("closes_on", "correction_on", "补正截止不能早于申报截止，否则截止日退回的材料无法补正")
    order("correction_on", "audit_on", "线上审核截止不能早于补正截止")
    order("paper_from", "paper_to", "纸质材料报送止不能早于报送起")
    order("audit_on", "vote_on", "最迟投票日不能早于线上审核截止")
    if batch.evidence_on and batch.audit_on and batch.evidence_on > batch.audit_on:
        wrong["evidence_on"] = "材料有效截止日不能晚于线上审核截止（118号 二(三)）；请调整日期。"
    for name in ("opens_on", "closes_on", "audit_on", "evidence_on"):
        value = getattr(batch, name)
        if value and value.year != batch.year:
            wrong.setdefault(name, f"日期须在 {batch.year} 年度内（118号 二）；请调整日期。")
    if batch.vote_on:
        filed = working_days.add(uow.session, batch.vote_on, 5)
        if filed.year != batch.year:
            wrong["vote_on"] = f"投票日加 5 个公示工作日为 {filed}，备案将跨年度（118号 二(四)）；请提前最迟投票日。"
    return wrong


def create(uow: UnitOfWork, *, receiver: Committee | AcceptanceOffice, year: int, name: str, **dates: Any) -> Batch:
    """新增年度批次 for a committee or an accepting organisation; a draft until it is submitted (提交)."""
    actor = uow.actor
    committee = receiver if isinstance(receiver, Committee) else None
    mine = actor.plays(HRSS_CONFIG) or (actor.plays(COMMITTEE_OFFICE) and committee and actor.committee_id == committee.id)
    if not mine:
        raise NotYou("年度批次由本评委会办事机构或省厅配置岗提交（附件2 1.4.2）。")
    if not (name or "").strip():
        raise Refused("请填写批次名称。", field="name")
    batch = Batch(
        year=year, name=name, committee=committee, office=None if committee else receiver,
        way=Way.REVIEW if committee else receiver.way, **dates,
    )  # fmt: skip
    wrong = check_dates(uow, batch)
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
        raise NotNow(f"批次为“{BatchState(batch.state).label}”，日期已向申报人公布，不能修改（附件2 1.4.2）；确需调整的请撤销后重新提交。")
    changed = {name: value for name, value in facts.items() if getattr(batch, name) != value}
    for name, value in changed.items():
        setattr(batch, name, value)
    if wrong := check_dates(uow, batch):
        raise Refused("批次日期有误，请按提示修改。", fields=wrong)
    if changed:
        uow.record("amend_batch", batch, label="修改年度批次", before=str(batch.state), after=str(batch.state), changed=sorted(changed))


def open_on(batch: Batch, day: date) -> bool:
    """Whether the batch takes declarations on that day."""
    return batch.state == BatchState.PUBLISHED and batch.opens_on <= day <= batch.closes_on
