"""时点数据: kept by the 省厅配置岗 or 省厅审核岗 with a reason, and by the system at the first of every month.

The file is made by the statistics; here it gets its row, its place in the store, and its digest in the journal.
"""

from __future__ import annotations

from datetime import datetime
from typing import BinaryIO

from sqlalchemy.orm import Session

from models.office.frozen_figures import FrozenFigures, Occasion
from workflow.base import roles
from workflow.base.abilities import verb
from workflow.base.errors import Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.storage import stocktaking
from workflow.storage.store import Absent, Damaged, digest_of, store

FREEZE = verb("frozen_figures.freeze", "生成时点数据", "统计", roles.HRSS_CONFIG, roles.HRSS_AUDIT)
#: The folder of the store.
FOLDER = "frozen"
LONGEST, SHORTEST = 200, 4
BROKEN = (
    "{moment} 的时点数据不能使用：文件与登记的校验码不符或已不在文件存储中，可能被改动、误删或备份没有恢复完整；"
    "请联系系统管理员从备份恢复，恢复前不要引用这个时点的数字。"
)


def asked(reason: str) -> str:
    """The reason of whoever asks, tidied; refused where it says nothing."""
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST:
        raise Refused(
            f"请填写生成时点数据的事由（不少于 {SHORTEST} 字，如“年报取数”）：时点数据长期保存，须能说明用途。",
            fields={"reason": f"不少于 {SHORTEST} 字。"},
        )
    if len(reason) > LONGEST:
        raise Refused(
            f"事由不能超过 {LONGEST} 字，现有 {len(reason)} 字。", fields={"reason": f"不超过 {LONGEST} 字。"}
        )
    return reason


def may_freeze(uow: UnitOfWork) -> None:
    """Refuse whoever may not."""
    uow.lead(FREEZE, f"只有{FREEZE.who}可以生成时点数据。")


def keep(uow: UnitOfWork, content: BinaryIO, *, taken_at: datetime, reason: str = "") -> FrozenFigures:
    """Keep the file of a moment: with a reason for whoever asks, without one for the system every month."""
    if not uow.actor.plays(roles.SYSTEM):
        may_freeze(uow)
        reason = asked(reason)
    digest = digest_of(content)
    kept = FrozenFigures(
        taken_at=taken_at.replace(microsecond=0),
        occasion=Occasion.MONTHLY if uow.actor.plays(roles.SYSTEM) else Occasion.ASKED,
        reason=reason or "每月自动生成",
        account_id=uow.actor.id,
        sha256=digest,
        size=content.seek(0, 2),
    )
    uow.session.add(kept)
    uow.session.flush()
    store().put(digest, content, under=under(kept))
    uow.record("freeze_figures", kept, label="生成时点数据", sha256=digest, size=kept.size, reason=kept.reason)
    return kept


def under(kept: FrozenFigures) -> str:
    """Where the file lies."""
    return f"{FOLDER}/{kept.id}"


def fetch(kept: FrozenFigures) -> BinaryIO:
    """The file, compared with its digest; refused where it is not what was kept."""
    try:
        return store().fetch(kept.sha256, under=under(kept))
    except (Absent, Damaged) as fault:
        raise Refused(BROKEN.format(moment=kept)) from fault


def demand_whole(kept: FrozenFigures) -> None:
    """Refuse where the file is gone or was changed since this process has seen it whole."""
    try:
        store().open(kept.sha256, 0, 1, under=under(kept)).close()
    except (Absent, Damaged) as fault:
        raise Refused(BROKEN.format(moment=kept)) from fault


def _called(session: Session, key: int) -> str:
    return f"{session.get_one(FrozenFigures, key)} 的时点数据（编号 {key}）"


stocktaking.lies_in(FOLDER, FrozenFigures.id, FrozenFigures.sha256, _called)
