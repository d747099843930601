"""Organisations (机构/单位): enter, change, close and reopen; the credit code is checked (GB 32100)."""

from __future__ import annotations

from typing import Any

from models.register.organisation import ChangeKind, Organisation, OrganisationChange, OrganisationState
from workflow.base.errors import Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.roles import HRSS_CONFIG
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import name_index, register
from workflow.register.attached import (
    issues_nothing,
    kind_stays,
    no_case_stands_there,
    nobody_works_there,
    not_merged,
    nothing_below,
    off_the_paths,
)
from workflow.register.pinyin import initials


def create(
    uow: UnitOfWork,
    *,
    code: str,
    name: str,
    kind: str,
    region_code: str,
    superior: Organisation | None = None,
    **given: Any,
) -> Organisation:
    """Enter an organisation; refuses a wrong or known credit code, an unknown region, an empty name."""
    uow.lead(register.KEEP, register.ONLY)
    return enter(uow, code=code, name=name, kind=kind, region_code=region_code, superior=superior, **given)


def enter(
    uow: UnitOfWork,
    *,
    code: str,
    name: str,
    kind: str,
    region_code: str,
    superior: Organisation | None = None,
    **given: Any,
) -> Organisation:
    """As `create`, for callers that have decided who may: registration and import."""
    row = register.normal(
        {
            "code": code,
            "name": name,
            "kind": kind,
            "region_code": region_code,
            "superior": superior.code if superior else "",
        }
        | given
    )
    if wrong := register.faults(register.known(uow.session, [row]), row):
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    del row["superior"]
    organisation = Organisation(superior_id=superior.id if superior else None, pinyin=initials(row["name"]), **row)
    uow.session.add(organisation)
    uow.session.flush()
    name_index.enter(uow.session, organisation.id, organisation.name, organisation.pinyin)
    uow.record("create_organisation", organisation, label="登记机构", name=organisation.name, code=organisation.code)
    return organisation


# -- Keeping the register -------------------------------------------------------------------------


# fmt: off
_BY_DOCUMENT = [
    Ask("document", "批准文号", max_length=80), Ask("effective_on", "生效日期", "date", default=lambda uow, _: uow.today),
    Ask("reason", "说明", "area", required=False, max_length=500),
]
ORGANISATION = Flow("机构", OrganisationState, [
    #     verb      label  from                          to                          by           only if
    Step("rename", "更名", {OrganisationState.ACTIVE},   None,                       HRSS_CONFIG, [],
         [Ask("name", "新名称", max_length=120, default=lambda _, organisation: organisation.name), *_BY_DOCUMENT,
          Ask("code", "新统一信用代码", required=False, max_length=18, hint="代码随更名改变的才填写")],
         clause="118号 四(一)"),
    Step("merge",  "合并", {OrganisationState.ACTIVE},   OrganisationState.INACTIVE, HRSS_CONFIG, [off_the_paths, issues_nothing, no_case_stands_there],
         [Ask("into", "并入单位", "organisation", hint="合并后的单位；草稿、账号、评委和下级单位转到该单位"), *_BY_DOCUMENT],
         clause="民法典 第六十七条", tone="bad", confirm="合并后本单位停用且不能恢复，确定合并吗？"),
    Step("close",  "停用", {OrganisationState.ACTIVE},   OrganisationState.INACTIVE, HRSS_CONFIG, [nothing_below, off_the_paths, issues_nothing, no_case_stands_there, nobody_works_there],
         [Ask("reason", "停用原因", "area", max_length=500)],
         clause="118号 四(一)", tone="bad", confirm="停用后不能再选为所在单位或审核机构，确定停用吗？"),
    Step("reopen", "恢复", {OrganisationState.INACTIVE}, OrganisationState.ACTIVE,   HRSS_CONFIG, [not_merged], clause="118号 四(一)"),
])
# fmt: on


def change(uow: UnitOfWork, organisation: Organisation, *, superior: Organisation | None = None, **given: Any) -> None:
    """Correct the data of an organisation and its 上级单位; the credit code stays.

    Refused: an empty name, an unknown region or kind, a superior that is out of use or leads back to itself,
    another kind for one that stands on a path.
    """
    uow.lead(register.KEEP, register.ONLY)
    if unknown := set(given) - set(register.CHANGEABLE):
        raise TypeError(f"no such field of an organisation: {', '.join(sorted(unknown))}")
    given = register.normal(given)
    if wrong := _wrong_change(uow, organisation, superior, given):
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    new = given | {"superior_id": superior.id if superior else None}
    changed = {
        key: [getattr(organisation, key), value] for key, value in new.items() if getattr(organisation, key) != value
    }
    for key, value in new.items():
        setattr(organisation, key, value)
    if "name" in changed:
        called(uow, organisation, changed["name"][0], ChangeKind.CORRECTED)
    uow.session.flush()
    if changed:
        told = sorted(set(changed) - register.UNTOLD)
        uow.record("change_organisation", organisation, label="修改机构", changes={key: changed[key] for key in told})


def called(uow: UnitOfWork, organisation: Organisation, before: str, kind: str, **facts: Any) -> OrganisationChange:
    """Remember what it was called before: in its 历史沿革, and in the index, which goes on finding it by both names."""
    organisation.pinyin = initials(organisation.name)
    name_index.enter(uow.session, organisation.id, organisation.name, organisation.pinyin)
    line = OrganisationChange(
        organisation_id=organisation.id,
        kind=kind,
        before_name=before,
        after_name=organisation.name,
        **{"before_code": organisation.code, "after_code": organisation.code, "effective_on": uow.today} | facts,
        at=uow.now,
        by=uow.actor.username,
    )
    uow.session.add(line)
    return line


def _wrong_change(
    uow: UnitOfWork, organisation: Organisation, superior: Organisation | None, given: dict[str, Any]
) -> dict[str, str]:
    row = {name: getattr(organisation, name) for name in register.COLUMNS} | given
    row["superior"] = superior.code if superior else ""
    wrong = register.faults(register.known(uow.session, [row]), row, new=False)
    other = row["kind"] != organisation.kind and "kind" not in wrong
    if other and (sentence := kind_stays(uow, organisation, row["kind"])):
        wrong["kind"] = sentence
    above, seen = superior, {organisation.id}
    while above is not None and "superior" not in wrong:
        if above.id in seen:
            wrong["superior"] = f"“{superior.name if superior else ''}”在本机构之下，上级单位不能成环；请另选。"
        seen.add(above.id)
        above = above.superior
    return wrong
