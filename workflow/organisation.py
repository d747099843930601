"""Organisations (机构/单位): enter, change, close and reopen; the credit code is checked (GB 32100)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from stdnum.cn import uscc

from models.account import Account
from models.organisation import NodeKind, Organisation, OrganisationState, Region, UnitNature
from models.path import AcceptanceOffice, NodeState, PathKind, PathNode
from workflow.errors import NotYou, Refused
from workflow.flow import Ask, Flow, Step
from workflow.roles import HRSS_CONFIG, SYSTEM
from workflow.unit_of_work import UnitOfWork


def initials(name: str) -> str:
    """Pinyin initials of a name, by which pickers find it: 长沙市 → css."""
    from pypinyin import Style, lazy_pinyin  # here, because its dictionaries hold 50 MiB that an idle worker should not

    return "".join(part[:1] for part in lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()[:120]


def check_code(code: str) -> str | None:
    """Why a 统一信用代码 is refused, or None (GB 32100-2015)."""
    try:
        uscc.validate(code)
    except Exception:
        return f"统一信用代码“{code}”校验位不正确（GB 32100）；请对照登记证书重新录入 18 位代码。"
    return None


def nature_by_code(code: str) -> str:
    """The usual 单位性质 for a credit code: 12… institutions, 11… offices, 5… social organisations, 9… companies."""
    if code.startswith("12"):
        return UnitNature.INSTITUTION
    if code.startswith("11"):
        return UnitNature.GOVERNMENT
    return UnitNature.SOCIAL if code.startswith("5") else UnitNature.PRIVATE


def create(uow: UnitOfWork, *, code: str, name: str, kind: str, region_code: str, superior: Organisation | None = None, **given: Any) -> Organisation:
    """Enter an organisation; refuses a wrong or known credit code, an unknown region, an empty name."""
    if not uow.actor.plays(HRSS_CONFIG, SYSTEM):
        raise NotYou("机构信息由省厅配置岗维护；单位请自行注册（118号 一）。")
    return enter(uow, code=code, name=name, kind=kind, region_code=region_code, superior=superior, **given)


def enter(uow: UnitOfWork, *, code: str, name: str, kind: str, region_code: str, superior: Organisation | None = None, **given: Any) -> Organisation:
    """As `create`, for callers that have decided who may: registration and import."""
    code, name = code.strip().upper(), name.strip()
    wrong: dict[str, str] = {}
    if sentence := check_code(code):
        wrong["code"] = sentence
    elif uow.session.scalar(select(Organisation.id).where(Organisation.code == code)):
        wrong["code"] = f"统一信用代码 {code} 已登记，不能重复；请查询后使用已有机构。"
    if not name:
        wrong["name"] = "请填写机构名称。"
    if not uow.session.scalar(select(Region.id).where(Region.code == region_code)):
        wrong["region_code"] = "行政区划代码不存在；请从列表中选择。"
    if kind not in set(NodeKind):
        wrong["kind"] = "节点类型不存在；请从列表中选择。"
    if wrong:
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    given.setdefault("nature", nature_by_code(code))
    organisation = Organisation(
        code=code, name=name, kind=kind, region_code=region_code, superior_id=superior.id if superior else None,
        pinyin=initials(name), **given,
    )  # fmt: skip
    uow.session.add(organisation)
    uow.session.flush()
    uow.record("create_organisation", organisation, label="登记机构", name=name, code=code)
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

#: What `change` takes beside the superior; code and name are the identity, corrected only with the certificate at hand.
CHANGEABLE = (
    "name", "kind", "nature", "region_code", "file_holder", "contact", "telephone", "complaint_telephone", "grassroots",
)  # fmt: skip


def change(uow: UnitOfWork, organisation: Organisation, *, superior: Organisation | None = None, **given: Any) -> None:
    """Correct the data of an organisation and its 上级单位; the credit code stays.

    Refused: an empty name, an unknown region or kind, a superior that is out of use or leads back to itself,
    another kind for one that stands on a path.
    """
    if not uow.actor.plays(HRSS_CONFIG):
        raise NotYou("机构信息由省厅配置岗维护；单位请自行注册（118号 一）。")
    if unknown := set(given) - set(CHANGEABLE):
        raise TypeError(f"no such field of an organisation: {', '.join(sorted(unknown))}")
    given = {key: value.strip() if isinstance(value, str) else value for key, value in given.items()}
    if wrong := _wrong_change(uow, organisation, superior, given):
        raise Refused("机构信息有误，请按提示修改。", fields=wrong)
    new = given | {"superior_id": superior.id if superior else None}
    changed = {key: [getattr(organisation, key), value] for key, value in new.items() if getattr(organisation, key) != value}
    for key, value in new.items():
        setattr(organisation, key, value)
    if "name" in changed:
        organisation.pinyin = initials(organisation.name)
    uow.session.flush()
    if changed:
        told = sorted(set(changed) - {"contact", "telephone", "complaint_telephone"})
        uow.record("change_organisation", organisation, label="修改机构", changes={key: changed[key] for key in told})


def _wrong_change(
    uow: UnitOfWork, organisation: Organisation, superior: Organisation | None, given: dict[str, Any]
) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if "name" in given and not given["name"]:
        wrong["name"] = "请填写机构名称。"
    region = given.get("region_code", organisation.region_code)
    if not uow.session.scalar(select(Region.id).where(Region.code == region)):
        wrong["region_code"] = "行政区划代码不存在；请从列表中选择。"
    kind = given.get("kind", organisation.kind)
    if kind not in set(NodeKind):
        wrong["kind"] = "节点类型不存在；请从列表中选择。"
    elif kind != organisation.kind and (sentence := off_the_paths(uow, organisation)):
        wrong["kind"] = sentence.replace("不能停用", "节点类型不能更改")
    if superior is not None and not superior.active:
        wrong["superior"] = f"“{superior.name}”已停用，请另选上级单位。"
    above, seen = superior, {organisation.id}
    while above is not None:
        if above.id in seen:
            wrong["superior"] = f"“{superior.name if superior else ''}”在本机构之下，上级单位不能成环；请另选。"
            break
        seen.add(above.id)
        above = above.superior
    return wrong
