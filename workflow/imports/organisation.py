"""批量导入 of organisations: 100,000 units at once, known by their 统一信用代码."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.organisation import NodeKind, Organisation, UnitNature
from workflow import organisation as organisations
from workflow import roles
from workflow.imports.kind import Field, ImportKind, imports
from workflow.unit_of_work import UnitOfWork


@imports
class OrganisationImport(ImportKind):
    """A row is a unit or an office."""

    name, title, guide, model = "organisation", "机构", "118号 四(一)", Organisation
    roles = (roles.HRSS_CONFIG,)
    own_parts = ("organisation_gram",)
    fields = (
        Field("code", "统一信用代码", "code", required=True, max_length=18, note="18 位，按 GB 32100 校验；单元格须为文本格式"),
        Field("name", "机构名称", required=True, max_length=120),
        Field("kind", "节点类型", "choice", required=True, enum=NodeKind),
        Field("nature", "单位性质", "choice", enum=UnitNature),
        Field("region_code", "行政区划", "region", required=True, note="名称或 6 位代码"),
        Field("superior", "上级单位统一信用代码", "code", max_length=18, note="上级单位可以在同一表的后面"),
        Field("file_holder", "人事档案存放单位", max_length=120),
        Field("contact", "联系人", max_length=40),
        Field("telephone", "联系电话", max_length=40),
        Field("complaint_telephone", "投诉受理电话", max_length=40),
        Field("grassroots", "乡镇基层单位", "yes"),
    )
    key = ("code",)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Organisation | None:
        """By credit code."""
        return uow.session.scalar(select(Organisation).where(Organisation.code == values["code"]))

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Organisation:
        """登记."""
        return organisations.create(uow, **values)

    def values_of(self, record: Organisation) -> dict[str, Any]:
        """As the table would have it."""
        found = {f.name: getattr(record, f.name) for f in self.fields}
        return found | {"superior": record.superior.code if record.superior else ""}
