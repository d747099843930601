"""Organisations (机构/单位): enter, change, close and reopen; the credit code is checked (GB 32100)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from models.account import Account
from models.organisation import ChangeKind, Organisation, OrganisationChange, OrganisationState
from models.path import AcceptanceOffice, NodeState, PathKind, PathNode
from workflow import name_index, register
from workflow.errors import NotYou, Refused
from workflow.flow import Ask, Flow, Step
from workflow.pinyin import initials
from workflow.roles import HRSS_CONFIG, SYSTEM
from workflow.unit_of_work import UnitOfWork


def create(uow: UnitOfWork, *, code: str, name: str, kind: str, region_code: str, superior: Organisation | None = None, **given: Any) -> Organisation:
    """Enter an organisation; refuses a wrong or known credit code, an unknown region, an empty name."""
    if not uow.actor.plays(HRSS_CONFIG, SYSTEM):
        raise NotYou("机构信息由省厅配置岗维护；单位请自行注册（118号 一）。")
    return enter(uow, code=code, name=name, kind=kind, region_code=region_code, superior=superior, **given)


def enter(uow: UnitOfWork, *, code: str, name: str, kind: str, region_code: str, superior: Organisation | None = None, **given: Any) -> Organisation:
    """As `create`, for callers that have decided who may: registration and import."""
    row = register.normal(
        {"code": code, "name": name, "kind": kind, "region_code": region_code, "superior": superior.code if superior else ""} | given
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


def nothing_below(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no organisation in use hangs below it."""
    count = uow.session.scalar(select(func.count()).where(Organisation.superior_id == organisation.id, Organisation.active))
    return f"其下还有 {count} 个有效单位，停用后它们没有上级；请先为这些单位另行指定上级单位。" if count else None


def off_the_paths(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if it stands on no audit path and receives no 初定 or 认定."""
    node = select(PathNode.kind).where(PathNode.organisation_id == organisation.id, PathNode.state != NodeState.CANCELLED)
    if kind := uow.session.scalar(node.limit(1)):
        return f"该机构在“{PathKind(kind).label}”审核路径中，不能停用（附件3 1.4–1.8）；请先在审核路径配置中注销。"
    office = select(AcceptanceOffice.id).where(AcceptanceOffice.organisation_id == organisation.id, AcceptanceOffice.active)
    if uow.session.scalar(office.limit(1)):
        return "该机构是初定、认定受理机构，不能停用（附件3 1.3）；请先注销受理机构。"
    return None


def nobody_works_there(uow: UnitOfWork, organisation: Organisation) -> str | None:
    """Only if no account in use belongs to it."""
    count = uow.session.scalar(select(func.count(Account.id)).filter_by(organisation_id=organisation.id, active=True))
    return f"该机构还有 {count} 个启用的账号；请先由系统管理员停用账号后再停用机构。" if count else None


# fmt: off
ORGANISATION = Flow("机构", OrganisationState, [
    #     verb      label  from                          to                          by           only if
    Step("close",  "停用", {OrganisationState.ACTIVE},   OrganisationState.INACTIVE, HRSS_CONFIG, [nothing_below, off_the_paths, nobody_works_there],
         [Ask("reason", "停用原因", "area", max_length=500)],
         clause="118号 四(一)", tone="bad", confirm="停用后不能再选为所在单位或审核机构，确定停用吗？"),
    Step("reopen", "恢复", {OrganisationState.INACTIVE}, OrganisationState.ACTIVE,   HRSS_CONFIG, clause="118号 四(一)"),
])
# fmt: on

def change(uow: UnitOfWork, organisation: Organisation, *, superior: Organisation | None = None, **given: Any) -> None:
    """Correct the data of an organisation and its 上级单位; the credit code stays.

    Refused: an empty name, an unknown region or kind, a superior that is out of use or leads back to itself,
    another kind for one that stands on a path.
    """
    if not uow.actor.plays(HRSS_CONFIG):
        raise NotYou("机构信息由省厅配置岗维护；单位请自行注册（118号 一）。")
    if unknown := set(given) - set(register.CHANGEABLE):
        raise TypeError(f"no such field of an organisation: {', '.join(sorted(unknown))}")
    given = register.normal(given)
    if wrong := _wrong_change(uow, organisation, superior, given):
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    new = given | {"superior_id": superior.id if superior else None}
    changed = {key: [getattr(organisation, key), value] for key, value in new.items() if getattr(organisation, key) != value}
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
        organisation_id=organisation.id, kind=kind, before_name=before, after_name=organisation.name,
        **{"before_code": organisation.code, "after_code": organisation.code, "effective_on": uow.today} | facts,
        at=uow.now, by=uow.actor.username,
    )  # fmt: skip
    uow.session.add(line)
    return line


def _wrong_change(
    uow: UnitOfWork, organisation: Organisation, superior: Organisation | None, given: dict[str, Any]
) -> dict[str, str]:
    row = {name: getattr(organisation, name) for name in register.COLUMNS} | given
    row["superior"] = superior.code if superior else ""
    wrong = register.faults(register.known(uow.session, [row]), row, new=False)
    if row["kind"] != organisation.kind and "kind" not in wrong and (sentence := off_the_paths(uow, organisation)):
        wrong["kind"] = sentence.replace("不能停用", "节点类型不能更改")
    above, seen = superior, {organisation.id}
    while above is not None and "superior" not in wrong:
        if above.id in seen:
            wrong["superior"] = f"“{superior.name if superior else ''}”在本机构之下，上级单位不能成环；请另选。"
        seen.add(above.id)
        above = above.superior
    return wrong
