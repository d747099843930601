"""What stands on the workbench of who looks after others: units below that have sent nothing, the pace to the day of
the batch, postings that run, paths that stop, filings past their term, who reads or exports more than is usual.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from models.awards.publicity import Publicity, PublicityState
from models.batches.batch import Batch, BatchState
from models.declarations.declaration import Declaration, DeclarationState
from models.declarations.reading import PROVINCE, Reading
from models.paths.path import NodeState, PathNode
from models.register.organisation import NodeKind, Organisation
from views.office import review_watch
from views.office.journal import UNUSUAL, WEEK, unusual
from views.office.part import Part, Told
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.reading_keys import Waits
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import desk
from workflow.office import working_days

#: Rows of a part, and how far is counted.
ROWS, MOST = 5, 1000


def overseen(uow: UnitOfWork) -> list[Part]:
    """The parts of the account's roles, each at a fixed number of questions."""
    actor, found = uow.actor, []
    if actor.plays(*r.RECOMMENDERS) and actor.organisation_id:
        found += [_running(uow), _returned(uow)]
    if actor.plays(r.BUREAU_OFFICER, r.CITY_OFFICER, r.DISTRICT_OFFICER) and actor.organisation_id:
        found += [_pace(uow), _silent(uow)]
    if actor.plays(r.HRSS_CONFIG):
        found.append(_paths(uow))
    if actor.plays(r.HRSS_AUDIT):
        found += [review_watch.unfiled(uow), review_watch.over_ratio(uow)]
    if actor.plays(r.COMMITTEE_OFFICE) and actor.committee_id:
        found.append(review_watch.to_file(uow))
    if actor.plays(r.SUPERVISOR):
        found.append(review_watch.unanswered(uow))
    if actor.plays(r.AUDIT_ADMIN):
        found.append(_unusual(uow))
    return found


def _running(uow: UnitOfWork) -> Part:
    """公示 of one's own unit that still run; those that are over lie on the desk."""
    own = policy.visible(uow.actor, Publicity).where(
        Publicity.organisation_id == uow.actor.organisation_id,
        Publicity.state == PublicityState.POSTED,
        Publicity.ends_on >= uow.today,
    )
    rows = [
        Told(
            one.title,
            f"公示至 {one.ends_on}，{_left(uow, one.ends_on)}",
            False,
            ("查看", url_for("UnitPublicityScreen.show", pk=one.id)),
        )
        for one in uow.session.scalars(own.order_by(Publicity.ends_on, Publicity.id).limit(ROWS))
    ]
    return Part("正在公示", rows, "没有正在进行的公示。")


def _returned(uow: UnitOfWork) -> Part:
    """People of one's own unit who have a returned declaration to mend, the earliest term first."""
    own = policy.visible(uow.actor, Declaration, known=True).where(
        Declaration.unit_id == uow.actor.organisation_id,
        Declaration.state == DeclarationState.RETURNED,
        Declaration.position < 0,
    )
    rows = [
        Told(
            one.applicant_name,
            f"{one.title.name}，" + (f"补正至 {one.due_on}" if one.due_on else "已退回本人补正"),
            bool(one.due_on and one.due_on < uow.today),
            ("查看", url_for("DeclarationSearchScreen.show", pk=one.id)),
        )
        for one in uow.session.scalars(
            own.options(joinedload(Declaration.title)).order_by(Declaration.due_on, Declaration.id).limit(ROWS)
        )
    ]
    return Part("退回本人补正的人员", rows, "没有退回本人补正的人员。")


def _left(uow: UnitOfWork, day: object) -> str:
    days = working_days.between(uow.session, uow.today, day)  # type: ignore[arg-type]
    return f"剩 {days} 个工作日" if days else "今天期满"


def _pace(uow: UnitOfWork) -> Part:
    """How many a day have to be audited until the nearest 线上审核截止."""
    waits = desk.waiting(desk.audit_desk, uow.actor, uow.today)
    lying = waits.ids if isinstance(waits, Waits) else select(Declaration.id).where(waits)
    count = uow.session.scalar(select(func.count()).select_from(lying.limit(MOST).subquery())) or 0
    ahead = policy.visible(uow.actor, Batch).where(Batch.state == BatchState.PUBLISHED, Batch.audit_on >= uow.today)
    batch = uow.session.scalars(ahead.order_by(Batch.audit_on, Batch.id).limit(1)).first()
    if batch is None or batch.audit_on is None or not count:
        return Part("审核进度", [], "没有在办的申报，或没有尚未截止审核的批次。")
    days = working_days.between(uow.session, uow.today, batch.audit_on)
    many = f"{MOST} 件以上" if count >= MOST else f"{count} 件"
    about = f"在办 {many}，线上审核截止 {batch.audit_on}，{_left(uow, batch.audit_on)}，" + (
        f"平均每个工作日须办 {-(-count // days)} 件" if days else "须在今天办完"
    )
    screen = "SuperiorAuditScreen" if uow.actor.plays(r.BUREAU_OFFICER) else "AuditScreen"
    return Part("审核进度", [Told(batch.name, about, count > days * ROWS, ("去审核", url_for(f"{screen}.list")))])


def _silent(uow: UnitOfWork) -> Part:
    """Units directly below that have submitted nothing this year."""
    new_year = int(datetime(uow.today.year, 1, 1, tzinfo=UTC).timestamp())  # as `reading` keeps moments
    sent = select(Reading.declaration_id).where(
        Reading.reader == PROVINCE, Reading.unit_id == Organisation.id, Reading.sent >= new_year
    )
    sent = sent.with_hint(Reading, "INDEXED BY ix_reading_unit", "sqlite").correlate(Organisation).exists()
    below = select(Organisation).where(
        Organisation.superior_id == uow.actor.organisation_id,
        Organisation.kind == NodeKind.UNIT,
        Organisation.active.is_(True),
        ~sent,
    )
    counted = below.with_only_columns(Organisation.id).limit(MOST).subquery()
    count = uow.session.scalar(select(func.count()).select_from(counted)) or 0
    rows = [
        Told(unit.name, f"联系人 {unit.contact or '未登记'}，电话 {unit.telephone or '未登记'}", False, ("", ""))
        for unit in uow.session.scalars(below.order_by(Organisation.id).limit(ROWS))
    ]
    empty = "下属单位本年度都已提交申报，或没有下属单位。"
    return Part("本年度尚无申报的下属单位", rows, empty, count)


def _paths(uow: UnitOfWork) -> Part:
    """What stops a declaration and is quickly told; the rest is looked for by 审核路径体检 itself."""
    pending = PathNode.state == NodeState.PENDING
    gone = select(Organisation.id).where(Organisation.active.is_(False))
    closed = PathNode.organisation_id.in_(gone) & (PathNode.state == NodeState.CONFIRMED)
    found = (("待单位确认的节点", "pending", pending), ("节点的机构已停用", "closed", closed))
    rows = []
    for name, section, clause in found:
        limited = select(PathNode.id).where(clause).limit(MOST).subquery()
        if count := uow.session.scalar(select(func.count()).select_from(limited)) or 0:
            address = url_for("PathCheckView.show", section=section)
            rows.append(Told(name, f"{count} 个，申报到此不能通过", True, ("查看", address)))
    empty = "没有待确认的节点，也没有机构已停用的节点；其余请打开体检。"
    return Part("审核路径体检", rows, empty, url=url_for("PathCheckView.show"))


def _unusual(uow: UnitOfWork) -> Part:
    """Who looked at identity numbers or exported more often than is usual in a week."""
    rows = [
        Told(
            name,
            f"{WEEK} 天内{UNUSUAL[verb][0]} {count} 次，超过 {UNUSUAL[verb][1]} 次",
            True,
            ("查看日志", url_for("JournalScreen.list", actor=name, verb=verb)),
        )
        for name, verb, count in unusual(uow, ROWS)
    ]
    told = "、".join(f"{word}不超过 {most} 次" for word, most in UNUSUAL.values())
    return Part("异常查看与导出", rows, f"{WEEK} 天内没有异常：每个账号{told}。")
