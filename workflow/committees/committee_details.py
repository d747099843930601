"""其他信息 of a committee (附件3 1.10): 评审专业, 组建单位 and 缴费标准, each added and taken away by a verb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.committees.catalogue import Specialty
from models.committees.committee import Committee, CommitteeFee, CommitteeOffice, CommitteeSpecialty
from models.committees.committee import CommitteeState as S
from models.register.organisation import Organisation
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees.committee import COMMITTEE, scope_free
from workflow.register import name_search


@COMMITTEE.performs("add_specialty")
def add_specialty(uow: UnitOfWork, committee: Committee, *, specialty: Specialty | str | int) -> None:
    """Add a 评审专业 of the committee's own series."""
    found = _suits(
        committee, specialty if isinstance(specialty, Specialty) else uow.session.get(Specialty, int(specialty))
    )
    COMMITTEE.advance(uow, committee, "add_specialty", specialty=found.name)
    committee.specialties.append(CommitteeSpecialty(specialty_id=found.id, specialty=found))
    uow.session.flush()
    _still_free(uow, committee, "specialty")


@COMMITTEE.performs("change_specialty")
def change_specialty(uow: UnitOfWork, committee: Committee, *, row: str | int, specialty: Specialty) -> None:
    """Edit a 评审专业 in place: another one stands where `row` stood; the same one again changes nothing."""
    held = next((r for r in committee.specialties if r.specialty_id == int(row)), None)
    if held is None:
        raise Refused("该专业不在评审专业中，请刷新后重试。", field="specialty")
    if specialty.id == held.specialty_id:
        return
    _suits(committee, specialty)
    COMMITTEE.advance(uow, committee, "change_specialty", was=held.specialty.name, specialty=specialty.name)
    held.specialty = specialty
    uow.session.flush()
    _still_free(uow, committee, "specialty")


def _suits(committee: Committee, found: Specialty | None) -> Specialty:
    """The specialty, if it may be added; one of another series or one that is there already is refused."""
    if found is None or found.series_id != committee.series_id:
        raise Refused(
            f"{found.name if found else '所选专业'}不属于{committee.series.name}系列，"
            "评委会不得跨系列（令40号 第六条）。",
            field="specialty",
        )
    if found.retired_from is not None and found.retired_from <= committee.valid_from.year:
        raise Refused(
            f"专业“{found.name}”自 {found.retired_from} 年度起停用（附件3 1.1），请另选专业。", field="specialty"
        )
    if found.id in {row.specialty_id for row in committee.specialties}:
        raise Refused(f"“{found.name}”已在评审专业中，不必重复添加。", field="specialty")
    return found


@COMMITTEE.performs("remove_specialty")
def remove_specialty(uow: UnitOfWork, committee: Committee, *, specialty: Specialty | str | int) -> None:
    """Take a 评审专业 away; the last one of a committee formed by specialty stays."""
    key = specialty.id if isinstance(specialty, Specialty) else int(specialty)
    row = next((row for row in committee.specialties if row.specialty_id == key), None)
    if row is None:
        raise Refused("该专业不在评审专业中，请刷新后重试。", field="specialty")
    if committee.by_specialty and committee.state == S.APPROVED and len(committee.specialties) == 1:
        raise Refused("按专业组建的评委会至少保留一个评审专业（令40号 第六条）；请先添加其他专业。", field="specialty")
    COMMITTEE.advance(uow, committee, "remove_specialty", specialty=row.specialty.name)
    _drop(uow, committee, "specialties", row)
    _still_free(uow, committee, "specialty")


def _still_free(uow: UnitOfWork, committee: Committee, field: str) -> None:
    """A change of an approved committee's scope must not run into another one."""
    if committee.state == S.APPROVED and (sentence := scope_free(uow, committee)):
        raise Refused(sentence, field=field)


def _drop(uow: UnitOfWork, committee: Committee, rows: str, row: Any) -> None:
    uow.session.delete(row)
    uow.session.flush()
    uow.session.expire(committee, [rows])


@COMMITTEE.performs("add_office")
def add_office(uow: UnitOfWork, committee: Committee, *, organisation: Organisation | str) -> None:
    """Add a 组建单位, by its exact credit code or by a name that fits one organisation only."""
    found = organisation if isinstance(organisation, Organisation) else _organisation(uow.session, organisation.strip())
    if found.id in {row.organisation_id for row in committee.offices}:
        raise Refused(f"“{found.name}”已是组建单位，不必重复添加。", field="organisation")
    COMMITTEE.advance(uow, committee, "add_office", organisation=found.name)
    committee.offices.append(CommitteeOffice(organisation_id=found.id, organisation=found))
    uow.session.flush()
    _still_free(uow, committee, "organisation")


def _organisation(session: Session, given: str) -> Organisation:
    exact = select(Organisation).where(
        Organisation.active, (Organisation.code == given.upper()) | (Organisation.name == given)
    )
    if found := session.scalars(exact.limit(1)).first():
        return found
    like = name_search.search(session, given, 6, Organisation.active.is_(True))
    if len(like) == 1:
        return session.get_one(Organisation, like[0].id)
    if not like:
        raise Refused(f"没有找到名称或统一信用代码为“{given}”的单位，请核对后重新录入。", field="organisation")
    named = "、".join(row.name for row in like[:5])
    raise Refused(
        f"“{given}”对应多个单位：{named}{'等' if len(like) > 5 else ''}；请录入完整名称。", field="organisation"
    )


@COMMITTEE.performs("change_office")
def change_office(uow: UnitOfWork, committee: Committee, *, row: str | int, organisation: Organisation) -> None:
    """Edit a 组建单位 in place: another one stands where `row` stood; the same one again changes nothing."""
    held = next((r for r in committee.offices if r.organisation_id == int(row)), None)
    if held is None:
        raise Refused("该单位不是组建单位，请刷新后重试。", field="organisation")
    if organisation.id == held.organisation_id:
        return
    if organisation.id in {r.organisation_id for r in committee.offices}:
        raise Refused(f"“{organisation.name}”已是组建单位，不必重复添加。", field="organisation")
    COMMITTEE.advance(uow, committee, "change_office", was=held.organisation.name, organisation=organisation.name)
    held.organisation = organisation
    uow.session.flush()
    _still_free(uow, committee, "organisation")


@COMMITTEE.performs("remove_office")
def remove_office(uow: UnitOfWork, committee: Committee, *, organisation: Organisation | str | int) -> None:
    """Take a 组建单位 away; an approved committee keeps at least one."""
    key = organisation.id if isinstance(organisation, Organisation) else int(organisation)
    row = next((row for row in committee.offices if row.organisation_id == key), None)
    if row is None:
        raise Refused("该单位不是组建单位，请刷新后重试。", field="organisation")
    if committee.state == S.APPROVED and len(committee.offices) == 1:
        raise Refused("已核准的评委会至少保留一个组建单位（令40号 第七条）；请先添加其他单位。", field="organisation")
    COMMITTEE.advance(uow, committee, "remove_office", organisation=row.organisation.name)
    _drop(uow, committee, "offices", row)


@COMMITTEE.performs("set_fee")
def set_fee(uow: UnitOfWork, committee: Committee, *, item: str, amount: int) -> None:
    """Set the amount of a fee item, new or changed."""
    if amount < 0 or amount > 1_000_000:
        raise Refused(
            "缴费金额应在 0 到 1000000 元之间，请更正（118号 八(六)，湘发改价费规〔2023〕284号）。", field="amount"
        )
    row = next((row for row in committee.fees if row.item == item), None)
    COMMITTEE.advance(uow, committee, "set_fee", item=item, amount=amount, was=row.amount if row else None)
    if row is None:
        committee.fees.append(CommitteeFee(item=item, amount=amount))
    else:
        row.amount = amount
    uow.session.flush()


@COMMITTEE.performs("remove_fee")
def remove_fee(uow: UnitOfWork, committee: Committee, *, item: str) -> None:
    """Take a fee item away."""
    row = next((row for row in committee.fees if row.item == item), None)
    if row is None:
        raise Refused("该缴费项目不存在，请刷新后重试。", field="item")
    COMMITTEE.advance(uow, committee, "remove_fee", item=item, was=row.amount)
    _drop(uow, committee, "fees", row)


def add_all(uow: UnitOfWork, committee: Committee, verb: str, rows: Sequence[dict[str, Any]]) -> int:
    """新增 several at once (点新增可再次新增一个): all or none; a refusal names the row by `verb-<n>-<field>`."""
    if not rows:
        raise Refused("请至少填写一行后再保存（附件3 1.10）。")
    for n, row in enumerate(rows):
        try:
            COMMITTEE.perform(uow, committee, verb, **row)
        except Refused as refusal:
            fields = {f"{verb}-{n}-{name}": sentence for name, sentence in refusal.fields.items()}
            raise type(refusal)(f"第 {n + 1} 行：{refusal.sentence}", fields=fields) from refusal
    return len(rows)
