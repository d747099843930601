"""推荐渠道 (118号 四(一)): who recommends is of the kind the channel says; who has no unit is taken by the 人社部门 of
the place of his 劳动关系 (兜底), which then stands where a unit stands.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.declarations.declaration import Channel
from models.register.organisation import NodeKind, Organisation

#: 人社部门 of a place: they take whoever has no unit.
LOCAL = (NodeKind.DISTRICT, NodeKind.DIRECT_COUNTY, NodeKind.CITY)


def misfit(unit: Organisation, channel: str) -> str | None:
    """The sentence where the channel is not that of the organisation named; None where it is."""
    if channel == Channel.AGENCY and unit.kind != NodeKind.AGENCY:
        return (
            f"“{unit.name}”不是人力资源服务机构，不能由“人事代理机构推荐”（118号 四(一)1、2）；"
            "由代理机构推荐的，“所在单位”请填写代理机构，由本单位推荐的，推荐渠道请选“所在单位推荐”。"
        )
    if channel == Channel.FALLBACK and unit.kind not in LOCAL:
        return (
            f"“{unit.name}”不是市州、县市区人社部门，不能由“人社部门兜底受理”（118号 四(一)1）；"
            "没有单位的，“所在单位”请留空并选择“劳动关系所在地”，由单位推荐的，推荐渠道请选“所在单位推荐”。"
        )
    return None


def fallback(session: Session, region_code: str) -> Organisation | None:
    """The 人社部门 that takes people without a unit at that place: of the county, else of its city."""
    places = {region_code, f"{region_code[:4]}00"} - {"430000"}
    found = select(Organisation).where(
        Organisation.kind.in_(LOCAL), Organisation.active.is_(True), Organisation.region_code.in_(places)
    )
    return session.scalars(found.order_by(Organisation.region_code.desc(), Organisation.id).limit(1)).first()
