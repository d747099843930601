"""Quota (职数): declared by an institution, examined by its superior, approved; and the ledger of its places.

Source: 118号 三(二), 湘职改办〔2020〕3号, REQUIREMENTS §5.2. The ledger stands in the quota's own row and moves
only by conditional UPDATEs, so that however many act at once no place is given twice: `reserve` when a
candidate is recommended, `release` when his case ends, `use` when his result is filed (核销).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from models.batches.batch import Batch
from models.committees.catalogue import Specialty, TitleLevel
from models.declarations.declaration import Declaration
from models.declarations.material import StoredFile
from models.declarations.quota import Quota, QuotaKind
from models.declarations.quota import QuotaState as S
from models.register.organisation import NodeKind, Organisation
from workflow.base import roles, row_check, settings
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.flow import Ask, Flow, Step
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import quota_need
from workflow.declarations.quota_request import faults, granted, room, special
from workflow.paths.route import superiors


def last_day(uow: UnitOfWork, quota: Quota, *, approving: bool = False) -> date:
    """T1 for declaring and examining a special kind, T2 for everything else, in the quota's year."""
    name = "quota_special_by" if special(quota) and not approving else "quota_audit_by"
    return settings.day_of(uow.session, name, quota.year)


# -- Guards ---------------------------------------------------------------------------------------


def own_unit(uow: UnitOfWork, quota: Quota) -> str | None:
    """Only an officer of the unit itself."""
    if uow.actor.organisation_id == quota.unit_id:
        return None
    return "只能办理本单位的职数（118号 三(二)1）；请由申报单位的经办人办理。"


def in_charge(uow: UnitOfWork, quota: Quota) -> str | None:
    """Only a superior of the unit: 市州人社局 or 主管厅局人事部门; the province where nobody stands between."""
    above = superiors(quota.unit)
    if uow.actor.organisation_id in {organisation.id for organisation in above}:
        return None
    if uow.actor.plays(roles.HRSS_AUDIT) and all(o.kind == NodeKind.PROVINCE for o in above):
        return None
    return f"只有{quota.unit.name}的上级主管部门或市州人社部门可以审核其职数（118号 三(二)1）；请由隶属的上级机构办理。"


def in_time(uow: UnitOfWork, quota: Quota) -> str | None:
    """T1 special ≤ 07-20, T2 ≤ 08-15 of the quota's year; both days included."""
    last = last_day(uow, quota)
    if uow.today <= last:
        return None
    what = "特殊情况评审职数" if special(quota) else "年度评审职数"
    return f"{quota.year}年度{what}的申报已于{last}截止（118号 三(二)）；请与省人社厅联系，或在下一年度申报。"


def audit_in_time(uow: UnitOfWork, quota: Quota) -> str | None:
    """年度评审职数审核工作应在 8 月 15 日前完成 (118号 三(二)1)."""
    last = last_day(uow, quota, approving=True)
    if uow.today <= last:
        return None
    return (
        f"{quota.year}年度评审职数审核应在{last}前完成（118号 三(二)1），现已逾期；如需延期，请省厅配置岗调整规则参数。"
    )


def ordinary_kind(uow: UnitOfWork, quota: Quota) -> str | None:
    """The superior decides on vacancies only."""
    if not special(quota):
        return None
    return "特殊情况评审职数须初核后报省人社厅审核，不能直接核准（118号 三(二)2）；请办理“初核通过”。"


def special_kind(uow: UnitOfWork, quota: Quota) -> str | None:
    """Only the special kinds go on to the province."""
    if special(quota):
        return None
    return "空缺岗位职数由市州人社局或省直主管厅局审核，不报省厅（118号 三(二)1）；请直接办理“核准”。"


def sound(uow: UnitOfWork, quota: Quota) -> str | None:
    """What is asked for stays within the posts, the retirements or the people named."""
    return next(iter(faults(uow.session, quota).values()), None)


def reported(uow: UnitOfWork, quota: Quota) -> str | None:
    """A special case comes with its 专项报告 as a file (118号 三(二)2)."""
    if not special(quota):
        return None
    kept = select(StoredFile.id).where(StoredFile.owner_kind == Quota.__tablename__, StoredFile.owner_id == quota.id)
    if uow.session.scalar(kept.limit(1)) is not None:
        return None
    return "特殊情况评审职数须报送专项报告（118号 三(二)2 专项报告及相应表格）；请在“修改”中上传专项报告后申报。"


def no_twin(uow: UnitOfWork, quota: Quota) -> str | None:
    """One declaration of quota per unit, year, level, specialty and kind."""
    twin = uow.session.scalar(
        select(Quota.id)
        .where(
            Quota.id != quota.id,
            Quota.unit_id == quota.unit_id,
            Quota.year == quota.year,
            Quota.level == quota.level,
            Quota.kind == quota.kind,
            Quota.specialty_id.is_(None) if quota.specialty_id is None else Quota.specialty_id == quota.specialty_id,
            Quota.state.in_([S.DECLARED, S.EXAMINED, S.APPROVED]),
        )
        .limit(1)
    )
    return (
        "本单位该年度、级别、专业和类型的职数已经申报，不能重复；请查看原申报，需要更改的请上级退回后修改。"
        if twin
        else None
    )


def year_over(uow: UnitOfWork, quota: Quota) -> str | None:
    """职数当年有效: cleared only after the review year."""
    if uow.today.year > quota.year:
        return None
    return f"{quota.year}年度尚未结束，职数当年有效，不能清零（湘职改办〔2020〕3号）；请在下一年度办理。"


_UNIT = (roles.UNIT_OFFICER, roles.BUREAU_OFFICER)
FILL_IN = verb("quota.fill_in", "填写职数申报", "职数", *_UNIT)
_SUPERIOR = (roles.BUREAU_OFFICER, roles.CITY_OFFICER, roles.HRSS_AUDIT)
_EXAMINER = (roles.BUREAU_OFFICER, roles.DISTRICT_OFFICER, roles.CITY_OFFICER, roles.HRSS_AUDIT)
_OPINION = Ask("opinion", "审核意见", "area", max_length=500)
_APPROVED = (
    Ask("approved", "核准职数", "number", least=0, most=9999, default=lambda uow, quota: quota.requested),
    Ask("document", "核准文号", max_length=80),
    _OPINION,
)


def may_decide(uow: UnitOfWork, quota: Quota) -> str | None:
    """DECLARED: the superior of the unit; EXAMINED: the province."""
    if quota.state != S.EXAMINED:
        return in_charge(uow, quota)
    if uow.actor.plays(roles.HRSS_AUDIT):
        return None
    return "该职数已报省人社厅，由省厅审核岗办理（118号 三(二)2）；请等待省厅审核结果。"


# fmt: off
QUOTA = Flow("职数", S, [
    #     verb               label        from                       to           by                only if                                 asks
    Step("declare",         "申报",       {S.DRAFT, S.RETURNED},     S.DECLARED,  _UNIT,            [own_unit, in_time, sound, reported, no_twin], [], "118号 三(二)", "primary"),
    Step("examine",         "初核通过",   {S.DECLARED},              S.EXAMINED,  _EXAMINER,        [special_kind, in_charge, in_time, sound], [_OPINION], "118号 三(二)2", "primary"),
    Step("approve",         "核准",       {S.DECLARED},              S.APPROVED,  _SUPERIOR,        [ordinary_kind, in_charge, audit_in_time], _APPROVED, "118号 三(二)1", "primary"),
    Step("approve_special", "省厅核准",   {S.EXAMINED},              S.APPROVED,  roles.HRSS_AUDIT, [audit_in_time, sound],                 _APPROVED, "118号 三(二)2", "primary"),
    Step("send_back",       "退回",       {S.DECLARED, S.EXAMINED},  S.RETURNED,  _EXAMINER,        [may_decide],                           [_OPINION], "附件2 1.5.2"),
    Step("reject",          "审核不通过", {S.DECLARED, S.EXAMINED},  S.REJECTED,  _EXAMINER,        [may_decide],                           [_OPINION], "附件2 1.5.2", "bad", "不通过后不能再修改，确定吗？"),
    Step("clear",           "年度清零",   {S.APPROVED},              S.CLEARED,   roles.HRSS_AUDIT, [year_over],                            [], "118号 三(二)1"),
])
# fmt: on

_FIELDS = (
    "year",
    "kind",
    "level",
    "specialty",
    "establishment",
    "posts",
    "held",
    "retiring",
    "requested",
    "people",
    "statement",
)


def create_quota(
    uow: UnitOfWork,
    *,
    unit: Organisation,
    year: int,
    level: str,
    requested: int,
    kind: str = QuotaKind.VACANCY,
    **given: Any,
) -> Quota:
    """Draft a declaration of quota for the actor's own institution (附件2 1.5.1 新增).

    Taken: year, level, number and what `_FIELDS` names. Refused: another unit, a unit that is no 事业单位,
    numbers and lists that do not bear the request; the sentences stand at the fields.
    """
    uow.lead(FILL_IN, "只有单位经办人和主管部门经办人可以申报职数。")
    if uow.actor.organisation_id != unit.id:
        raise NotYou("只能申报本单位的职数（118号 三(二)1）；请由申报单位的经办人办理。")
    if not unit.is_institution:
        raise Refused("只有事业单位须申报评审职数（118号 三(二)）；本单位人员可直接推荐申报。", field="unit")
    quota = Quota(
        unit=unit,
        year=year,
        level=level,
        requested=requested,
        kind=kind,
        state=S.DRAFT,
        approved=0,
        reserve_limit=0,
        reserved=0,
        used=0,
    )
    _fill(uow, quota, given)
    uow.session.add(quota)
    uow.session.flush()
    uow.record("create_quota", quota, label="新增职数申报", requested=requested, kind=kind, level=level)
    return quota


def edit_quota(uow: UnitOfWork, quota: Quota, **given: Any) -> None:
    """Change a declaration that is a draft or was sent back."""
    uow.lead(FILL_IN, "只能由申报单位的经办人修改本单位的职数申报。")
    if own_unit(uow, quota):
        raise NotYou("只能由申报单位的经办人修改本单位的职数申报。")
    if quota.state not in (S.DRAFT, S.RETURNED):
        raise Refused(f"当前状态为“{S(quota.state).label}”，不能修改；需要更改的请上级退回。")
    _fill(uow, quota, given)
    uow.record("edit", quota, label="修改职数申报", requested=quota.requested)


def _fill(uow: UnitOfWork, quota: Quota, given: dict[str, Any]) -> None:
    if unknown := set(given) - set(_FIELDS):
        raise TypeError(f"no such field of a quota: {', '.join(sorted(unknown))}")
    defaults = dict(establishment="", posts=0, held=0, retiring=0, people=[], statement="")
    for name, value in ((defaults if quota.id is None else {}) | given).items():
        setattr(quota, name, value)
    if wrong := faults(uow.session, quota):
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)


@QUOTA.performs("approve")
def approve(uow: UnitOfWork, quota: Quota, *, approved: int, document: str, opinion: str) -> None:
    """Grant places within the vacancies of that level, all specialties taken together."""
    elsewhere, most = granted(uow.session, quota, quota.kind), room(uow.session, quota)
    if approved > most:
        raise Refused(
            f"核准职数 {approved} 个超过空缺岗位：核定 {quota.posts}，已聘 {quota.held}，本级别其他专业已核准 "
            f"{elsewhere} 个，最多可核准 {most} 个（118号 三(二)1）。",
            field="approved",
        )
    _grant(uow, quota, "approve", approved, document, opinion)


@QUOTA.performs("approve_special")
def approve_special(uow: UnitOfWork, quota: Quota, *, approved: int, document: str, opinion: str) -> None:
    """The province grants places of a special kind; 退多补少 within the retirements, all specialties together."""
    if quota.kind == QuotaKind.RETIREMENT and approved > (most := room(uow.session, quota)):
        raise Refused(
            f"“退多补少”核准职数 {approved} 个超过下一评审年度年底前退休的 {quota.retiring} 人，本级别其他专业已核准 "
            f"{granted(uow.session, quota, quota.kind)} 个，最多可核准 {most} 个（118号 三(二)2(4)）。",
            field="approved",
        )
    _grant(uow, quota, "approve_special", approved, document, opinion)


def _grant(uow: UnitOfWork, quota: Quota, verb: str, approved: int, document: str, opinion: str) -> None:
    if not 1 <= approved <= quota.requested:
        raise Refused(
            f"核准职数应在 1 到申报的 {quota.requested} 个之间，现为 {approved} 个；一个都不核准的请办理“审核不通过”。",
            field="approved",
        )
    percent = settings.value(uow.session, "quota_factor")
    QUOTA.advance(uow, quota, verb, opinion=opinion, approved=approved, document=document)
    quota.approved, quota.document = approved, document.strip()
    quota.reserve_limit = approved * percent // 100


def clear_year(uow: UnitOfWork, year: int) -> int:
    """Clear every approved quota of a year that is over; gives how many."""
    rows = uow.session.scalars(select(Quota).where(Quota.year == year, Quota.state == S.APPROVED)).all()
    for quota in rows:
        QUOTA.perform(uow, quota, "clear")
    return len(rows)


# -- The ledger -----------------------------------------------------------------------------------


def suitable(session: Session, declaration: Declaration) -> list[Quota]:
    """The approved quotas a candidate may be counted on: his specialty's first, vacancies first."""
    line = _specialty_line(session, declaration.specialty_id)
    quotas = session.scalars(
        select(Quota).where(
            Quota.unit_id == declaration.unit_id,
            Quota.year == declaration.year,
            Quota.level == declaration.level,
            Quota.state == S.APPROVED,
            or_(Quota.specialty_id.is_(None), Quota.specialty_id.in_(line)),
        )
    )
    named = [q for q in quotas if not q.people or declaration.applicant_name in {p.get("name") for p in q.people}]
    return sorted(named, key=lambda q: (q.specialty_id is None, special(q), q.id))


def reserve(uow: UnitOfWork, declaration: Declaration) -> Quota:
    """Count a recommended candidate on a quota of his unit (登记, 差额推荐).

    Refused with the figures when the unit has no approved quota for that level and specialty, or all its
    recommendations are taken. How many may be recommended for the places is the factor of the candidate's batch.
    A candidate who is already counted stays where he is.
    """
    if declaration.quota_id is not None:
        return uow.session.get_one(Quota, declaration.quota_id)
    quotas = suitable(uow.session, declaration)
    for quota in quotas:
        limit = limit_of(quota, declaration.batch)
        if _move(
            uow.session,
            quota,
            Quota.reserved < limit,
            reserved=Quota.reserved + 1,
            reserve_limit=max(limit, quota.reserve_limit),
        ):
            declaration.quota_id = quota.id
            uow.record("reserve", quota, label="登记推荐", declaration=declaration.number, reserved=quota.reserved)
            return quota
    raise _no_room(declaration, quotas)


def room_for(uow: UnitOfWork, declaration: Declaration) -> None:
    """Refused as `settle` would refuse, before the recommendation is put before the 负责人; nothing is registered."""
    if not quota_need.needs_place(declaration):
        return
    quotas = suitable(uow.session, declaration)
    if declaration.quota_id in {quota.id for quota in quotas}:
        return
    if not any(quota.reserved < limit_of(quota, declaration.batch) for quota in quotas):
        raise _no_room(declaration, quotas)


def _no_room(declaration: Declaration, quotas: Sequence[Quota]) -> Refused:
    level = TitleLevel(declaration.level).label
    if not quotas:
        return Refused(
            f"{declaration.unit.name}{declaration.year}年度没有核准的{level}评审职数（或专业不符），"
            "事业单位须在核准职数内推荐（118号 三(二)1）；请先通过“职数申报”申报并经上级核准。"
        )
    limit, taken = sum(limit_of(q, declaration.batch) for q in quotas), sum(q.reserved for q in quotas)
    return Refused(
        f"{declaration.unit.name}{declaration.year}年度{level}核准职数 {sum(q.approved for q in quotas)} 个，"
        f"按本批次差额系数 {float(declaration.batch.quota_factor):g} 可推荐 {limit} 人，已推荐 {taken} 人，"
        "不能再推荐（118号 三(二)1、五(三)双控）；"
        "请撤回其他人员的推荐，或申请增加职数。"
    )


def settle(uow: UnitOfWork, declaration: Declaration) -> None:
    """With the recommendation: a place where one is needed, of a quota that fits; any other is given back."""
    quota_need.settle(declaration)
    if declaration.quota_id is not None:
        fits = {quota.id for quota in suitable(uow.session, declaration)}
        if declaration.needs_quota and declaration.quota_id in fits:
            return
        release(uow, declaration)
    if declaration.needs_quota:
        reserve(uow, declaration)


def limit_of(quota: Quota, batch: Batch) -> int:
    """How many may be recommended for a quota in a batch: its places times the batch's factor, decimals cut off."""
    return int(quota.approved * Decimal(str(batch.quota_factor)))


def release(uow: UnitOfWork, declaration: Declaration) -> None:
    """Give the place back when the case ends without a filed result (释放)."""
    if declaration.quota_id is None:
        return
    if declaration.filed_on is not None:
        raise Refused(f"{declaration.number} 已备案，占用的职数已核销，不能释放。")
    quota = uow.session.get_one(Quota, declaration.quota_id)
    if not _move(uow.session, quota, Quota.reserved > Quota.used, reserved=Quota.reserved - 1):
        raise RuntimeError(f"quota {quota.id} counts fewer candidates than it holds")
    declaration.quota_id = None
    uow.record("release", quota, label="释放推荐", declaration=declaration.number, reserved=quota.reserved)


def use(uow: UnitOfWork, declaration: Declaration) -> None:
    """Write the place off when the result is filed (核销): the hard cap, used ≤ approved."""
    if declaration.quota_id is None:
        return
    quota = uow.session.get_one(Quota, declaration.quota_id)
    if not _move(
        uow.session, quota, (Quota.used < Quota.approved) & (Quota.used < Quota.reserved), used=Quota.used + 1
    ):
        raise Refused(
            f"{declaration.unit.name}{quota.year}年度{TitleLevel(quota.level).label}核准职数 "
            f"{quota.approved} 个已全部核销，"
            f"{declaration.applicant_name}（{declaration.number}）不能备案：不得超职数评审（118号 五(三)双控）。"
        )
    uow.record("use", quota, label="核销职数", declaration=declaration.number, used=quota.used)


def _move(session: Session, quota: Quota, condition: Any, **values: Any) -> bool:
    """One conditional UPDATE of the ledger; whether it hit the row. Refused: a ledger changed behind the product."""
    session.flush()
    row_check.demand(session, [quota], "这项职数")
    hit = session.execute(
        update(Quota)
        .where(Quota.id == quota.id, Quota.state == S.APPROVED, condition)
        .values(version=Quota.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(quota)
    return bool(hit.rowcount == 1)  # type: ignore[attr-defined]


def _specialty_line(session: Session, specialty_id: int | None) -> list[int]:
    line: list[int] = []
    node = session.get(Specialty, specialty_id) if specialty_id else None
    while node is not None and node.id not in line:
        line.append(node.id)
        node = node.parent
    return line
