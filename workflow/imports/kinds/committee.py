"""批量导入 of 评委会 (附件3 1.10), with 评审专业 and 组建单位."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.committees.committee import Committee, CommitteeHost, CommitteeKind, CommitteeLevel
from workflow.base import roles
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.committees import committee as committees
from workflow.imports.kind import Field, ImportKind, imports


@imports
class CommitteeImport(ImportKind):
    """A row is a committee's application; it reviews nothing until it is approved."""

    name, title, guide, model = "committee", "评委会", "附件3 1.10", Committee
    roles = (roles.HRSS_CONFIG,)
    own_parts = ("committee_specialty", "committee_office", "committee_fee")
    fields = (
        Field("name", "评委会名称", required=True, max_length=120, example="湖南省建设工程专业高级职称评审委员会"),
        Field("level", "级别", "choice", required=True, enum=CommitteeLevel),
        Field("kind", "类型", "choice", enum=CommitteeKind),
        Field("host", "组建主体", "choice", enum=CommitteeHost),
        Field("series", "职称系列", "series", required=True),
        Field("region_code", "评审范围（行政区划）", "region"),
        Field("account_name", "评委会账号", required=True, max_length=64, note="公服登录用户名，不能与其他评委会重复"),
        Field("valid_from", "有效期起", "day", required=True),
        Field("valid_to", "有效期止", "day", required=True, note="不超过 3 年（令40号 第八条）"),
        Field("by_specialty", "按专业组建", "yes"),
        Field("size", "评委人数", "number", required=True, least=1, most=99, note="单数（令40号 第九条）"),
        Field("size_exception", "人数调整依据文号", max_length=120),
        Field("specialties", "评审专业", "specialties", note="专业代码或名称，多个用“、”分开；留空为整个系列"),
        Field("offices", "组建单位", "organisations", note="单位名称或统一信用代码，多个用“、”分开"),
    )
    key = ("name",)

    def find(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Committee | None:
        """By name."""
        return uow.session.scalar(select(Committee).where(Committee.name == values["name"]))

    def create(self, uow: UnitOfWork, values: dict[str, Any], choices: dict[str, Any]) -> Committee:
        """新增."""
        given = {name: value for name, value in values.items() if value is not None}
        return committees.create_committee(uow, **given)

    def change(self, uow: UnitOfWork, record: Committee, values: dict[str, Any], choices: dict[str, Any]) -> None:
        """编辑; 评审专业 and 组建单位 are kept in 其他信息."""
        now = self.values_of(record)
        for name, word in (("specialties", "评审专业"), ("offices", "组建单位")):
            if values[name] and {x.id for x in values[name]} != {x.id for x in now[name]}:
                raise Refused(f"已有评委会的{word}请在“其他信息”中维护，不在导入中变更；请清空该栏。", field=name)
        changed = {n: values[n] for n in committees.FIELDS if values[n] is not None and values[n] != now[n]}
        committees.edit_committee(uow, record, **changed)

    def values_of(self, record: Committee) -> dict[str, Any]:
        """As the form shows it."""
        found = {f.name: getattr(record, f.name) for f in self.fields if f.name not in ("specialties", "offices")}
        found["specialties"] = [row.specialty for row in record.specialties]
        found["offices"] = [row.organisation for row in record.offices]
        return found

    def remove(self, uow: UnitOfWork, record: Committee) -> None:
        """With its 其他信息."""
        for row in [*record.specialties, *record.offices, *record.fees]:
            uow.session.delete(row)
        uow.session.flush()
        super().remove(uow, record)
