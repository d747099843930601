"""批量导入 of 职称初定/认定受理机构 (附件3 1.3): 职称等级 and 取得方式 are chosen for the whole table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.committees.catalogue import TitleLevel
from models.paths.path import AcceptanceOffice, Way
from models.register.organisation import NodeKind
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.flow import Ask
from workflow.base.unit_of_work import UnitOfWork
from workflow.imports.kind import Field, ImportKind, imports
from workflow.paths import acceptance

CHANGEABLE = ("region_code", "publicity_required", "contact", "telephone")


@imports
class AcceptanceImport(ImportKind):
    """A row is an organisation that makes 初定 or 认定 of the chosen level final."""

    name, title, guide, model = "acceptance", "职称初定/认定受理机构", "附件3 1.3", AcceptanceOffice
    roles = (roles.HRSS_CONFIG,)
    choices = (
        Ask("level", "职称等级", "choice", choices=TitleLevel.choices()),
        Ask("way", "取得方式", "choice", choices=[(w.value, w.label) for w in (Way.INITIAL, Way.RECOGNITION)]),
    )
    fields = (
        Field(
            "organisation",
            "机构名称或统一信用代码",
            "organisation",
            required=True,
            also=("统一信用代码", "机构名称"),
            example="长沙市人力资源和社会保障局",
        ),
        Field(
            "node_kind",
            "节点类型",
            "choice",
            enum=NodeKind,
            also=("受理节点类型",),
            note="填写时与机构登记的节点类型核对",
        ),
        Field("region_code", "行政区划", "region", note="名称或 6 位代码；留空按机构所在区划"),
        Field("publicity_required", "须单位公示", "yes"),
        Field("contact", "联系人", max_length=40),
        Field("telephone", "联系电话", max_length=40),
        Field("instructions", "申报须知", max_length=10_000),
    )
    key = ("organisation",)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> AcceptanceOffice | None:
        """By organisation, way and level."""
        same = select(AcceptanceOffice).filter_by(
            organisation_id=values["organisation"].id, way=choices["way"], level=choices["level"], active=True
        )
        return uow.session.scalar(same)

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> AcceptanceOffice:
        """新增."""
        _of_kind(values)
        given = {name: values[name] or "" for name in ("region_code", "contact", "telephone", "instructions")}
        return acceptance.create_office(
            uow,
            organisation=values["organisation"],
            way=choices["way"],
            level=choices["level"],
            publicity_required=values["publicity_required"],
            **given,
        )

    def change(
        self, uow: UnitOfWork, record: AcceptanceOffice, values: dict[str, Any], choices: dict[str, Any]
    ) -> None:
        """编辑 and 申报须知."""
        _of_kind(values)
        acceptance.edit(uow, record, **{name: values[name] for name in CHANGEABLE if values[name] is not None})
        if values["instructions"] and values["instructions"] != record.instructions:
            acceptance.instruct(uow, record, instructions=values["instructions"])

    def values_of(self, record: AcceptanceOffice) -> dict[str, Any]:
        """As the form shows it."""
        return {f.name: getattr(record, f.name) for f in self.fields}


def _of_kind(values: dict[str, Any]) -> None:
    kind, organisation = values["node_kind"], values["organisation"]
    if kind and kind != organisation.kind:
        raise Refused(
            f"“{organisation.name}”的节点类型是{NodeKind(organisation.kind).label}，与所填不一致；请更正。",
            field="node_kind",
        )
