"""批量导入 of recommended experts (附件2 1.4.1) by a committee's office, for the pool of its series."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.committees.catalogue import Series, TitleLevel
from models.committees.expert import Expert
from models.register.person import IdKind, Person
from models.sealed import blind_index
from workflow.accounts import registration
from workflow.base import roles
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import expert as experts
from workflow.imports.kind import Field, ImportKind, imports
from workflow.register.person_name import fold


@imports
class ExpertImport(ImportKind):
    """A row is a person recommended to the pool; whom the province does not know yet is entered with him."""

    name, title, guide, model = "expert", "评委", "附件2 1.4.1", Expert
    roles = (roles.COMMITTEE_OFFICE,)
    fields = (
        Field("name", "姓名", required=True, max_length=60),
        Field("id_kind", "证件类型", "choice", enum=IdKind, note="留空为居民身份证"),
        Field("id_number", "证件号码", "code", required=True, max_length=30, sealed=True, note="单元格须为文本格式"),
        Field("phone", "手机号码", "code", max_length=20, sealed=True, note="系统中没有此人时必填"),
        Field("unit", "工作单位名称或统一信用代码", "organisation", required=True),
        Field("specialty", "专业代码或名称", "specialty"),
        Field("level", "职称级别", "choice", required=True, enum=TitleLevel),
        Field("title", "现任职称", required=True, max_length=40, example="正高级工程师"),
    )
    key = ("id_number",)

    def prepare(self, uow: UnitOfWork, choices: dict[str, Any]) -> None:
        """The actor works for a committee."""
        _series(uow)

    def _person(self, uow: UnitOfWork, values: dict[str, Any]) -> Person | None:
        person = uow.session.scalar(select(Person).where(Person.id_index == blind_index(values["id_number"])))
        if person is not None and fold(person.name) != fold(values["name"]):
            raise Refused("姓名与省内已登记的同一证件号码不一致；请核对姓名和证件号码。", field="name")
        return person

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Expert | None:
        """By person, in the series of the actor's committee."""
        person = self._person(uow, values)
        if person is None:
            return None
        return uow.session.scalar(select(Expert).filter_by(person_id=person.id, series_id=_series(uow).id))

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Expert:
        """推荐入库."""
        person = self._person(uow, values)
        if person is None:
            if not values["phone"]:
                raise Refused("系统中没有此人，请填写手机号码以便登记。", field="phone")
            person = registration.enter_person(
                uow,
                name=values["name"],
                id_kind=values["id_kind"] or IdKind.RESIDENT,
                id_number=values["id_number"],
                phone=values["phone"],
            )
        given = {name: values[name] for name in ("unit", "level", "title", "specialty")}
        return experts.apply(uow, person=person, series=_series(uow), **given)

    def change(self, uow: UnitOfWork, record: Expert, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """What the recommendation says, while it has not been decided."""
        experts.amend(uow, record, **{name: values[name] for name in ("unit", "level", "title", "specialty")})

    def values_of(self, record: Expert) -> dict[str, Any]:
        """As the table would have it."""
        person = record.person
        return {
            "name": person.name,
            "id_kind": person.id_kind,
            "id_number": person.id_number,
            "phone": person.phone,
            "unit": record.unit,
            "specialty": record.specialty,
            "level": record.level,
            "title": record.title,
        }


def _series(uow: UnitOfWork) -> Series:
    """That of the actor's committee."""
    if uow.actor.committee is None:
        raise NotYou("只有评委会办事机构可以导入评委（附件2 1.4.1）。")
    return uow.actor.committee.series
