"""纸质材料 (118号 一, 四(四)): its receipt, 线上线下比对 file by file, and 核验 of degrees, by the office that holds
the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from models.declarations.comparison import Comparison, ComparisonResult, Found, StubComparison
from models.declarations.declaration import Declaration
from models.declarations.material import Material
from models.declarations.paper_stub import PaperStub
from workflow.accounts.colleague import colleague
from workflow.base.errors import Refused
from workflow.base.notices import tell
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import comparison, content, degree_check
from workflow.declarations.audit import link
from workflow.declarations.declaration import DECLARATION, touch

RESULTS = {member.value: member.label for member in ComparisonResult}


@DECLARATION.performs("receive_paper")
def receive_paper(
    uow: UnitOfWork, declaration: Declaration, *, received_on: date, place: str, received_by: str = ""
) -> None:
    """登记纸质材料: when it came, who took it, where it lies; the office above enters it again when it has moved.

    Refused: a day to come, or before the declaration was submitted; a receiver who is no colleague, or the applicant.
    """
    submitted = declaration.submitted_at.date() if declaration.submitted_at else None
    if received_on > uow.today:
        raise Refused(f"收到日期 {received_on} 尚未到来；请填写实际收到的日期。", field="received_on")
    if submitted and received_on < submitted:
        raise Refused(
            f"收到日期 {received_on} 早于提交申报的 {submitted}；请核对（118号 一，线上线下相结合）。",
            field="received_on",
        )
    taken = received_by or str(uow.actor.id)
    receiver = colleague(uow, taken, declaration, what="接收人", field="received_by")
    first, name = declaration.paper_received_on is None, receiver.full_name
    DECLARATION.advance(uow, declaration, "receive_paper", opinion=f"{received_on} 收到，接收人 {name}，存放于 {place}")
    declaration.paper_received_on, declaration.paper_by, declaration.paper_place = received_on, name, place
    declaration.paper_by_id = receiver.id
    touch(declaration)
    if first:
        tell(
            uow,
            declaration.person,
            "纸质材料已收到",
            f"{declaration.number} 的纸质材料已于 {received_on} 由 {uow.actor.desk} 收到。",
            link(declaration),
        )


#: What was found of items: (result, note) by the number of the file, or of the stub.
Findings = Mapping[int, tuple[str, str]]


def compare(uow: UnitOfWork, declaration: Declaration, found: Findings, stubs: Findings | None = None) -> None:
    """线上线下比对: what was found of these files and paper-only stubs, by the office that holds the case.

    Kept per office; the next one sees it. Refused: paper that has not come, an item of another declaration, a
    difference without its explanation.
    """
    if declaration.paper_received_on is None:
        raise Refused("尚未登记收到纸质材料，不能比对（118号 四(四)）；请先办理“登记纸质材料”。")
    items = {item.key: item for item in comparison.items_of(uow, declaration)}
    told = {f"file-{key}": one for key, one in found.items()} | {f"stub-{k}": one for k, one in (stubs or {}).items()}
    if wrong := _wrong(items, told):
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    changed = {
        key: (result, note.strip())
        for key, (result, note) in told.items()
        if _differs(items[key].here, result, note.strip())
    }
    if not changed:
        return
    lines = [
        f"{items[key].name}：{RESULTS[result]}{f'（{note}）' if note else ''}"
        for key, (result, note) in changed.items()
    ]
    DECLARATION.advance(uow, declaration, "compare", items=lines)
    touch(declaration)
    now = content.digest(uow.session, declaration)
    for key, (result, note) in changed.items():
        row = items[key].row or _row(items[key].item, declaration)
        row.content_hash = now
        row.result, row.note, row.compared_on, row.compared_by, row.organisation_name = (
            result,
            note,
            uow.today,
            uow.actor.full_name,
            uow.actor.desk,
        )
        uow.session.add(row)


def _wrong(items: Mapping[str, comparison.Compared], told: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    wrong: dict[str, str] = {}
    for key, (result, note) in told.items():
        at = "note-" + key.removeprefix("file-")  # of a stub: note-stub-3
        if key not in items or result not in RESULTS:
            wrong[key] = "比对结果无效；请刷新后从列表中选择。"
        elif result != ComparisonResult.SAME and not note.strip():
            wrong[at] = f"“{items[key].name}”不一致的，须写明原因和更正情况（118号 四(四)）。"
        elif len(note) > 300:
            wrong[at] = "比对说明不能超过 300 字。"
    return wrong


def _row(item: Material | PaperStub, declaration: Declaration) -> Found:
    at = {"declaration_id": declaration.id, "position": declaration.position}
    return (
        Comparison(**at, material_id=item.id) if isinstance(item, Material) else StubComparison(**at, stub_id=item.id)
    )


def _differs(here: Found | None, result: str, note: str) -> bool:
    return here is None or (here.result, here.note) != (result, note)


def check_degrees(uow: UnitOfWork, declaration: Declaration, found: Mapping[str, str]) -> None:
    """核验学历学位: the status of these degrees (`{key: status}`, "" for unchecked), with who found it and when."""
    degrees = {degree.key: degree for degree in degree_check.degrees_of(declaration)}
    if any(key not in degrees or (status and status not in degree_check.STATUSES) for key, status in found.items()):
        raise Refused("学历学位已有变化或核验状态无效；请刷新后重新选择。")
    changed = {key: status for key, status in found.items() if status != degrees[key].status}
    if not changed:
        return
    told = [f"{degrees[key].degree}：{status or degree_check.UNCHECKED}" for key, status in changed.items()]
    DECLARATION.advance(uow, declaration, "check_degrees", items=told)
    touch(declaration)
    known = dict(declaration.content.degree_checks or {})
    for key, status in changed.items():
        known.pop(key, None)
        if status:
            known[key] = {"status": status, "by": uow.actor.desk, "on": uow.today.isoformat()}
    declaration.content.degree_checks = known
