"""The province's offices and employers of the demo, with their accounts."""

from __future__ import annotations

from sqlalchemy import select

from app.demo.stage import Stage
from models.accounts.account import Account
from models.register.organisation import NodeKind, Organisation, Region, UnitNature
from workflow.accounts import admission, awaiting, registration
from workflow.base import roles as r
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import organisation as organisations

BUREAUS = (
    "湖南省住房和城乡建设厅",
    "湖南省卫生健康委员会",
    "湖南省教育厅",
    "湖南省水利厅",
    "湖南省农业农村厅",
    "湖南省交通运输厅",
)
UNIVERSITIES = ("湘江理工大学", "岳麓师范大学", "洞庭农业大学")
ENTERPRISES = ("湖南湘建投资集团有限责任公司", "湖南三湘水利水电工程集团有限公司", "湖南潇湘交通建设集团有限公司")
#: 单位性质, lead of the credit code, and what such employers are called.
EMPLOYERS = (
    (UnitNature.INSTITUTION, "12", ("人民医院", "建筑设计院", "市政工程质量监督站", "中医医院", "第一中学")),
    (UnitNature.PRIVATE, "91", ("宏图建筑工程有限公司", "智造科技股份有限公司", "惠民口腔医院有限公司")),
    (UnitNature.STATE_OWNED, "91", ("城市建设投资集团有限公司", "水务有限责任公司")),
    (UnitNature.SOCIAL, "52", ("康宁社区卫生服务中心", "建设职业培训学校")),
    (UnitNature.FOREIGN, "91", ("外商投资研发中心有限公司",)),
)
#: Units below the bureaus, by bureau: name, nature, lead of the credit code.
BELOW_BUREAUS = {
    "湖南省住房和城乡建设厅": (
        ("湖南省建筑科学研究院", UnitNature.INSTITUTION, "12"),
        ("湖南省建设工程质量安全监督总站", UnitNature.INSTITUTION, "12"),
    ),
    "湖南省卫生健康委员会": (
        ("湖南省第五人民医院", UnitNature.INSTITUTION, "12"),
        ("湖南省血吸虫病防治研究所", UnitNature.INSTITUTION, "12"),
    ),
    "湖南省水利厅": (("湖南省水利水电规划研究院", UnitNature.INSTITUTION, "12"),),
}
LONG_NAME = "湖南省湘江新区建筑节能与绿色低碳技术工程研究中心有限责任公司怀化市鹤城区装配式建筑产业园分公司"


def build(stage: Stage) -> None:
    """Offices at three levels, bureaus, universities, enterprises, employers of every nature in all 市州."""
    with stage.acting("system") as uow:
        province = _office(stage, uow, "湖南省人力资源和社会保障厅", NodeKind.PROVINCE, "430000", None)
        watch = _office(stage, uow, "湖南省纪委监委驻省人社厅纪检监察组", NodeKind.SUPERVISION, "430000", province)
        _provincial_accounts(stage, uow, province, watch)
        for n, name in enumerate(BUREAUS, 1):
            kind = NodeKind.PROVINCIAL
            bureau = _office(stage, uow, name, kind, "430000", province)
            stage.open_desk(uow, f"bureau{n}", r.BUREAU_OFFICER, organisation=bureau)
            for unit, nature, lead in BELOW_BUREAUS.get(name, ()):
                _employer(stage, uow, unit, nature, lead, "430104", bureau)
        for name in UNIVERSITIES:
            _big_unit(stage, uow, name, NodeKind.UNIVERSITY, UnitNature.INSTITUTION, "12", province)
        for name in ENTERPRISES:
            _big_unit(stage, uow, name, NodeKind.ENTERPRISE, UnitNature.STATE_OWNED, "91", province)
    regions = stage.session.scalars(
        select(Region).where(Region.parent_code == "430000", Region.statistical.is_(False)).order_by(Region.code)
    ).all()
    for n, region in enumerate(regions, 1):
        with stage.acting("system") as uow:
            _city(stage, uow, n, region.code, region.name, province)


def registered(stage: Stage) -> None:
    """单位注册: a unit and a bureau that wait, one whose superior has seen its authority, and one that was refused."""
    rows = (
        ("湖南湘北数智建筑科技有限公司", NodeKind.UNIT, UnitNature.PRIVATE, "91", "bureau1", "reg.xiangbei"),
        ("长沙天工检测技术有限公司", NodeKind.UNIT, UnitNature.PRIVATE, "91", "district1", "reg.tiangong"),
        ("湖南省文化和旅游厅", NodeKind.PROVINCIAL, UnitNature.GOVERNMENT, "11", "hrss_config", "reg.wenlv"),
        ("长沙博雅培训学校", NodeKind.UNIT, UnitNature.SOCIAL, "52", "district1", "reg.boya"),
    )
    made = {}
    for name, kind, nature, lead, verifier, username in rows:
        superior = stage.account(verifier).organisation
        with stage.acting("system") as uow:
            account = registration.register_organisation(
                uow,
                code=stage.names.credit_code(lead, "430102"),
                name=name,
                kind=kind,
                nature=nature,
                region_code="430102",
                superior_code=superior.code if superior else "",
                contact=stage.names.person(),
                telephone="0731-85550000",
                username=username,
                password=stage.prepared,
            )
            made[username] = account.id
    with stage.acting("district1") as uow:
        account = uow.session.get_one(Account, made["reg.tiangong"])
        if (found := awaiting.of(uow.session, account)) is not None:
            admission.verify(uow, found, basis="单位授权书、营业执照副本（加盖公章）")
        account = uow.session.get_one(Account, made["reg.boya"])
        if (found := awaiting.of(uow.session, account)) is not None:
            admission.reject(uow, found, reason="授权书未加盖公章，统一信用代码与办学许可证不一致")


def _office(
    stage: Stage, uow: UnitOfWork, name: str, kind: str, region: str, superior: Organisation | None
) -> Organisation:
    return organisations.create(
        uow,
        code=stage.names.credit_code("11", region),
        name=name,
        kind=kind,
        region_code=region,
        superior=superior,
        contact=stage.names.person(),
        telephone="0731-00008490",
        complaint_telephone="0731-00008490",
    )


def _provincial_accounts(stage: Stage, uow: UnitOfWork, province: Organisation, watch: Organisation) -> None:
    desks = {
        "hrss_config": (r.HRSS_CONFIG, province),
        "hrss_audit": (r.HRSS_AUDIT, province),
        "hrss_special": (r.HRSS_SPECIAL, province),
        "hrss_cert": (r.HRSS_CERT, province),
        "leader": (r.LEADER, province),
        "supervisor": (r.SUPERVISOR, watch),
        "supervisor2": (r.SUPERVISOR, watch),
        "sysadmin": (r.SYSTEM_ADMIN, province),
        "secadmin": (r.SECURITY_ADMIN, province),
        "auditadmin": (r.AUDIT_ADMIN, province),
    }
    for username, (role, place) in desks.items():
        stage.open_account(uow, username, stage.names.person(), role, organisation=place, position="经办人")
    stage.open_head(uow, "hrss_audit", r.HRSS_AUDIT, organisation=province)


def _big_unit(
    stage: Stage, uow: UnitOfWork, name: str, kind: str, nature: str, lead: str, province: Organisation
) -> None:
    unit = organisations.create(
        uow,
        code=stage.names.credit_code(lead, "430000"),
        name=name,
        kind=kind,
        region_code="430104",
        superior=province,
        nature=nature,
        contact=stage.names.person(),
        telephone="0731-00008880",
        complaint_telephone="0731-00008880",
    )
    stage.open_desk(uow, f"unit{_next_unit(stage)}", r.UNIT_OFFICER, organisation=unit)


def _next_unit(stage: Stage) -> int:
    stage.units += 1
    return stage.units


def _city(stage: Stage, uow: UnitOfWork, n: int, code: str, name: str, province: Organisation) -> None:
    city = _office(stage, uow, f"{name}人力资源和社会保障局", NodeKind.CITY, code, province)
    stage.open_desk(uow, f"city{n}", r.CITY_OFFICER, organisation=city)
    counties = uow.session.scalars(
        select(Region).where(Region.parent_code == code, Region.statistical.is_(False)).order_by(Region.code).limit(2)
    ).all()
    districts = []
    for k, county in enumerate(counties):
        district = _office(stage, uow, f"{county.name}人力资源和社会保障局", NodeKind.DISTRICT, county.code, city)
        number = (n - 1) * 2 + k + 1
        stage.open_desk(uow, f"district{number}", r.DISTRICT_OFFICER, organisation=district)
        districts.append((county, district))
    agency = organisations.create(
        uow,
        code=stage.names.credit_code("91", code),
        name=f"{name}湘才人力资源服务有限公司",
        kind=NodeKind.AGENCY,
        region_code=counties[0].code,
        superior=city,
        nature=UnitNature.PRIVATE,
        contact=stage.names.person(),
        complaint_telephone="0731-00008666",
    )
    stage.open_desk(uow, f"agency{n}", r.UNIT_OFFICER, organisation=agency)
    place = name.removesuffix("市") if not name.endswith("自治州") else "湘西"
    for k, (nature, lead, kinds) in enumerate(EMPLOYERS):
        county, district = districts[k % len(districts)]
        _employer(stage, uow, f"{place}{county.name[:-1]}{stage.names.one(kinds)}", nature, lead, county.code, district)
    if n == 12:
        county, district = districts[0]
        _employer(stage, uow, LONG_NAME, UnitNature.PRIVATE, "91", county.code, district)


def _employer(
    stage: Stage, uow: UnitOfWork, name: str, nature: str, lead: str, region: str, superior: Organisation
) -> None:
    unit = organisations.create(
        uow,
        code=stage.names.credit_code(lead, region),
        name=name,
        kind=NodeKind.UNIT,
        region_code=region,
        superior=superior,
        nature=nature,
        contact=stage.names.person(),
        telephone="0731-00008555",
        complaint_telephone="0731-00008555",
        grassroots=nature == UnitNature.SOCIAL,
    )
    stage.open_desk(uow, f"unit{_next_unit(stage)}", r.UNIT_OFFICER, organisation=unit)
