"""职称初定/认定受理机构 (附件3 1.3): which organisation makes 初定 and 认定 final, and its 申报须知."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from models.batches.batch import Batch, BatchState
from models.committees.catalogue import Series, Specialty, TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.standing import RUNNING
from models.paths.path import AcceptanceOffice, AcceptanceScope, Way
from models.paths.path import OfficeState as S
from models.register.organisation import NodeKind, Organisation, Region
from workflow.base import roles, settings
from workflow.base.abilities import verb
from workflow.base.errors import Linked, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.paths.route import superiors

ENTER = verb("office.enter", "新增受理机构", "受理机构", roles.HRSS_CONFIG)

#: Who can be the last organisation of a path; an employer alone or a supervisor cannot.
RECEIVERS = tuple(kind for kind in NodeKind if kind not in (NodeKind.AGENCY, NodeKind.SUPERVISION))
#: 初定 gives the first title of a graduate, at most 中级 (湘人社函〔2024〕115号).
INITIAL_LEVELS = (TitleLevel.INTERMEDIATE, TitleLevel.ASSISTANT, TitleLevel.TECHNICIAN)


def nothing_on_the_way(uow: UnitOfWork, office: AcceptanceOffice) -> str | None:
    """Only if no declaration is on its way to the office."""
    count = uow.session.scalar(
        select(func.count()).where(Declaration.office_id == office.id, Declaration.state.in_(RUNNING))
    )
    if not count:
        return None
    return f"还有 {count} 件申报正在审核途中，以本机构为最终机构，不能注销（附件3 1.12.3）；请在办结后再注销。"


def no_open_batch(uow: UnitOfWork, office: AcceptanceOffice) -> str | None:
    """Only if no published batch still receives for the office."""
    name = uow.session.scalar(
        select(Batch.name).where(
            Batch.office_id == office.id, Batch.state == BatchState.PUBLISHED, Batch.closes_on >= uow.today
        )
    )
    return f"批次“{name}”仍在受理申报，不能注销受理机构；请先撤销该批次或等待申报截止。" if name else None


def has_scope(uow: UnitOfWork, office: AcceptanceOffice) -> str | None:
    """There is something to take away."""
    return None if office.scopes else "没有专业范围，受理所有系列（附件3 1.3）；如需限定请办理“添加专业范围”。"


def _scopes(uow: UnitOfWork, office: AcceptanceOffice) -> list[tuple[str, str]]:
    return [(str(scope.id), str(scope)) for scope in office.scopes]


# fmt: off
ACCEPTANCE = Flow("受理机构", S, [
    #     verb        label     from           to           by                 only if
    Step("edit",     "编辑",     {S.ACTIVE},    None,        roles.HRSS_CONFIG, (),
         [Ask("region_code", "行政区划", "region", default=lambda uow, office: office.region_code),
          Ask("publicity_required", "须单位公示", "check", required=False, default=lambda uow, office: office.publicity_required),
          Ask("contact", "联系人", required=False, max_length=40, default=lambda uow, office: office.contact),
          Ask("telephone", "联系电话", required=False, max_length=40, default=lambda uow, office: office.telephone)],
         clause="附件3 1.3"),
    Step("add_scope",    "添加专业范围", {S.ACTIVE}, None,      roles.HRSS_CONFIG, (),
         [Ask("series", "职称系列", "series", hint="录入系列名称后选择；没有专业范围的机构受理所有系列"),
          Ask("specialty", "专业", "specialty", required=False, hint="不填则受理整个系列；填写则连同下级专业")],
         clause="附件3 1.3"),
    Step("remove_scope", "移除专业范围", {S.ACTIVE}, None,      roles.HRSS_CONFIG, [has_scope], [Ask("scope", "专业范围", "choice", choices=_scopes)], clause="附件3 1.3"),
    Step("instruct", "申报须知", {S.ACTIVE},    None,        roles.HRSS_CONFIG, (),
         [Ask("instructions", "申报须知", "area", max_length=10_000, default=lambda uow, office: office.instructions)],
         clause="附件3 1.3"),
    Step("cancel",   "注销",     {S.ACTIVE},    S.CANCELLED, roles.HRSS_CONFIG, [nothing_on_the_way, no_open_batch],
         [Ask("reason", "注销原因", "area", required=False, max_length=500)],
         clause="附件3 1.3", tone="bad", confirm="注销后不能再受理新的申报，确定注销吗？"),
    Step("restore",  "恢复",     {S.CANCELLED}, S.ACTIVE,    roles.HRSS_CONFIG, clause="附件3 1.3"),
])
# fmt: on


def create_office(
    uow: UnitOfWork,
    *,
    organisation: Organisation,
    way: str,
    level: str,
    region_code: str = "",
    publicity_required: bool | None = None,
    contact: str = "",
    telephone: str = "",
    instructions: str = "",
) -> AcceptanceOffice:
    """Add an accepting organisation for a way and a title level (附件3 1.3 新增).

    The node kind is the organisation's own. Refused: 评审 as the way; 初定 above 中级; the same organisation,
    way and level a second time, also when the first was cancelled (it is restored instead).
    """
    uow.lead(ENTER, "只有省厅配置岗可以维护初定、认定受理机构。")
    region_code = region_code or organisation.region_code
    if wrong := _wrong(uow, organisation, way, level, region_code):
        links = [link for sentence in wrong.values() for link in getattr(sentence, "links", ())]
        raise Refused(
            "；".join(s.rstrip("。") for s in wrong.values()) + "。",
            fields={k: str(v) for k, v in wrong.items()},
            links=links,
        )
    if publicity_required is None:
        publicity_required = settings.value(uow.session, "recognition_publicity")
    office = AcceptanceOffice(
        organisation=organisation,
        node_kind=organisation.kind,
        way=way,
        level=level,
        region_code=region_code,
        publicity_required=publicity_required,
        contact=contact,
        telephone=telephone,
        instructions=instructions,
        active=True,
    )
    uow.session.add(office)
    uow.session.flush()
    uow.record("create_office", office, label="新增受理机构", name=organisation.name, way=way, level=level)
    return office


def _wrong(uow: UnitOfWork, organisation: Organisation, way: str, level: str, region_code: str) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if way not in (Way.INITIAL, Way.RECOGNITION):
        wrong["way"] = "受理机构只用于初定和认定，评审由评委会受理（附件3 1.3）；请选择初定或认定。"
    if level not in set(TitleLevel):
        wrong["level"] = "请选择职称等级。"
    elif way == Way.INITIAL and level not in INITIAL_LEVELS:
        wrong["level"] = (
            f"初定最高为中级，不能受理{TitleLevel(level).label}（湘人社函〔2024〕115号）；请改选等级或取得方式。"
        )
    if not organisation.active or organisation.kind not in RECEIVERS:
        wrong["organisation"] = (
            f"{organisation.name}（{NodeKind(organisation.kind).label}）不能作为受理机构或已停用，请另选机构。"
        )
    if sentence := _unknown_region(uow, region_code):
        wrong["region_code"] = sentence
    same = uow.session.scalar(select(AcceptanceOffice).filter_by(organisation_id=organisation.id, way=way, level=level))
    if same:
        what = "已存在，不能重复新增" if same.active else "已注销，请对原记录办理“恢复”"
        wrong.setdefault(
            "organisation", Linked(f"{same}{what}（附件3 1.3）。", [(str(same), "acceptance_office", same.id)])
        )
    return wrong


def _unknown_region(uow: UnitOfWork, code: str) -> str | None:
    if uow.session.scalar(select(Region.id).where(Region.code == code)):
        return None
    return f"行政区划代码“{code}”不在区划表中，请重新选择。"


@ACCEPTANCE.performs("edit")
def edit(uow: UnitOfWork, office: AcceptanceOffice, **changes: Any) -> None:
    """Change region, publicity and contact; organisation, way and level are its identity and stay."""
    if isinstance(region := changes.get("region_code"), Region):
        changes["region_code"] = region.code
    if "region_code" in changes and (sentence := _unknown_region(uow, changes["region_code"])):
        raise Refused(sentence, field="region_code")
    ACCEPTANCE.advance(uow, office, "edit", changed=sorted(changes))
    for name in ("region_code", "publicity_required", "contact", "telephone"):
        if name in changes:
            setattr(office, name, bool(changes[name]) if name == "publicity_required" else changes[name] or "")


@ACCEPTANCE.performs("add_scope")
def add_scope(uow: UnitOfWork, office: AcceptanceOffice, *, series: Series, specialty: Specialty | None = None) -> None:
    """Receive a series, or one specialty of it with all below; what an existing row already says is refused."""
    if specialty is not None and specialty.series_id != series.id:
        raise Refused(
            f"“{specialty.name}”不属于{series.name}系列（附件3 1.3）；请在该系列的专业中选择。", field="specialty"
        )
    line = {None, *_line(specialty)}
    if held := next(
        (scope for scope in office.scopes if scope.series_id == series.id and scope.specialty_id in line), None
    ):
        raise Refused(
            f"专业范围“{held}”已经包括所选系列或专业，不必重复添加（附件3 1.3）。",
            field="specialty" if specialty else "series",
        )
    ACCEPTANCE.advance(uow, office, "add_scope", series=series.name, specialty=specialty.name if specialty else None)
    office.scopes.append(
        AcceptanceScope(
            series=series, specialty=specialty, series_id=series.id, specialty_id=specialty and specialty.id
        )
    )
    uow.session.flush()


@ACCEPTANCE.performs("remove_scope")
def remove_scope(uow: UnitOfWork, office: AcceptanceOffice, *, scope: str | int) -> None:
    """Take a row of 专业范围 away; without the last one the office receives every series again."""
    held = next((row for row in office.scopes if row.id == int(scope)), None)
    if held is None:
        raise Refused("该专业范围不存在，请刷新后重试。", field="scope")
    ACCEPTANCE.advance(uow, office, "remove_scope", scope=str(held))
    uow.session.delete(held)
    uow.session.flush()
    uow.session.expire(office, ["scopes"])


def receives(office: AcceptanceOffice, series_id: int, specialty: Specialty | None) -> str | None:
    """None if the office receives that series and specialty, else the sentence that says what it receives."""
    if not office.scopes:
        return None
    line = {None, *_line(specialty)}
    mine = [scope for scope in office.scopes if scope.series_id == series_id]
    if any(scope.specialty_id in line for scope in mine):
        return None
    what = "、".join(str(scope) for scope in office.scopes)
    if mine and specialty is None:
        return f"“{office.organisation.name}”按专业受理（{what}），请选择申报专业（附件3 1.3）。"
    return (
        f"“{office.organisation.name}”受理的专业范围为{what}，不包括所选系列或专业（附件3 1.3）；请选择相应的受理机构。"
    )


def covers(office: AcceptanceOffice, unit: Organisation) -> bool:
    """Whether the unit lies in the region of the office (附件3 1.3 行政区划), or below it in the 隶属."""
    region, place = office.region_code, unit.region_code
    whole = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
    return place.startswith(whole) or office.organisation_id in {above.id for above in (unit, *superiors(unit))}


def _line(specialty: Specialty | None) -> list[int]:
    """The specialty and everything above it in the tree."""
    line: list[int] = []
    while specialty is not None and specialty.id not in line:
        line.append(specialty.id)
        specialty = specialty.parent
    return line


@ACCEPTANCE.performs("instruct")
def instruct(uow: UnitOfWork, office: AcceptanceOffice, *, instructions: str) -> None:
    """Write the 申报须知 that applicants read before they declare there."""
    ACCEPTANCE.advance(uow, office, "instruct", length=len(instructions))
    office.instructions = instructions


@ACCEPTANCE.performs("cancel")
def cancel(uow: UnitOfWork, office: AcceptanceOffice, *, reason: str = "") -> None:
    """Cancel the office: nothing more is received there; what was decided stays."""
    ACCEPTANCE.advance(uow, office, "cancel", opinion=reason or "")
