"""批量导入 of 职数 (附件2 1.5.1): the vacancies of the own institution, a row for each level and specialty."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.declarations.quota import Quota, QuotaKind
from models.declarations.quota import QuotaState as S
from models.register.organisation import Organisation
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import quota as quotas
from workflow.imports.kind import Field, ImportKind, imports

NUMBERS = ("posts", "held", "retiring")


@imports
class QuotaImport(ImportKind):
    """A row is a draft of the actor's own unit; 特殊情况 with lists of people are typed in the form."""

    name, title, guide, model = "quota", "职数申报", "附件2 1.5.1", Quota
    roles = (roles.UNIT_OFFICER, roles.BUREAU_OFFICER)
    choices = (Ask("year", "评审年度", "number", least=2000, most=2100, default=lambda uow, _: uow.today.year),)
    fields = (
        Field("level", "职称级别", "choice", required=True, enum=TitleLevel, also=("申报级别",)),
        Field("specialty", "申报专业代码或名称", "specialty", also=("申报专业",), note="留空为不分专业"),
        Field("establishment", "岗位设置批复文号", required=True, max_length=80),
        Field("posts", "核定岗位数", "number", required=True, least=0, most=9999),
        Field("held", "已聘人数", "number", required=True, least=0, most=9999),
        Field("retiring", "下一评审年度年底前退休人数", "number", least=0, most=9999),
        Field("requested", "申报职数", "number", required=True, least=0, most=9999),
    )
    key = ("level", "specialty")

    def prepare(self, uow: UnitOfWork, choices: dict[str, Any]) -> None:
        """The actor works for a unit."""
        if uow.actor.organisation is None:
            raise NotYou("只能申报本单位的职数（118号 三(二)1）；请由申报单位的经办人办理。")
        if abs(int(choices["year"]) - uow.today.year) > 1:
            raise Refused(f"评审年度应为 {uow.today.year - 1} 至 {uow.today.year + 1} 年；请更正。", field="year")

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Quota | None:
        """The own unit's vacancy of that year, level and specialty that has not been decided against."""
        specialty = values["specialty"]
        same = select(Quota).where(
            Quota.unit_id == uow.actor.organisation_id,
            Quota.year == int(choices["year"]),
            Quota.kind == QuotaKind.VACANCY,
            Quota.level == values["level"],
            Quota.specialty_id.is_(None) if specialty is None else Quota.specialty_id == specialty.id,
            Quota.state.not_in((S.REJECTED, S.CLEARED)),
        )
        return uow.session.scalar(same.order_by(Quota.id))

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Quota:
        """新增 as a draft."""
        given: dict[str, Any] = {name: values[name] or 0 for name in NUMBERS} | {
            "establishment": values["establishment"],
            "specialty": values["specialty"],
        }
        unit = uow.session.get_one(Organisation, uow.actor.organisation_id)
        return quotas.create_quota(
            uow, unit=unit, year=int(choices["year"]), level=values["level"], requested=values["requested"], **given
        )

    def change(self, uow: UnitOfWork, record: Quota, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """编辑 of a draft or of one sent back."""
        given = {name: values[name] or 0 for name in NUMBERS} | {"establishment": values["establishment"]}
        quotas.edit_quota(uow, record, requested=values["requested"], **given)

    def values_of(self, record: Quota) -> dict[str, Any]:
        """As the form shows it."""
        return {f.name: getattr(record, f.name) for f in self.fields}
