"""时点数据 made and opened: a 后台任务 by button with a reason, and by itself once a month; pages ask it as they ask
today's figures."""

from __future__ import annotations

import io
from collections import OrderedDict
from datetime import datetime
from functools import partial
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from models.base import db
from models.declarations.declaration import Declaration, DeclarationState
from models.jobs.job import Job
from models.office.frozen_figures import FrozenFigures
from reports.figures.columns import follow, frozen
from reports.figures.columns.frozen import FrozenSource
from reports.figures.columns.held import Columns
from reports.figures.columns.kept import File, Foreign
from views.screens.lookup import is_key
from workflow.base import policy, row_check
from workflow.base.errors import Refused
from workflow.base.scopes import hangs_on
from workflow.base.unit_of_work import UnitOfWork, asking, attempt
from workflow.jobs.kinds import works
from workflow.jobs.periodic import repeats
from workflow.jobs.work import Run, ask
from workflow.storage import frozen_figures

KIND = "freeze_figures"
#: Moments whose declarations a worker keeps at hand: two, for a comparison.
AT_HAND = 2
OLD = "{moment} 的时点数据由其他版本的系统生成，本版本不能读取；请联系系统管理员。"
_columns: OrderedDict[str, Columns] = OrderedDict()


# -- making it -----------------------------------------------------------------------------------------


def ask_for(uow: UnitOfWork, reason: str, home: str) -> Job:
    """Ask for the figures of this moment to be kept."""
    frozen_figures.may_freeze(uow)
    return ask(uow, KIND, "生成时点数据", home=home, reason=frozen_figures.asked(reason))


@works(KIND, lane="long", minutes=120)
def _freeze(run: Run) -> None:
    """Read everything that is counted in one snapshot, and keep it."""
    moment = asking(run.actor, session=run.session).now
    many = len(frozen.others()) + 1
    content = file_of(run.session, moment, lambda done, what: run.tell(done + 1, many, f"正在读取：{what}"))

    def done(uow: UnitOfWork) -> None:
        kept = frozen_figures.keep(uow, io.BytesIO(content), taken_at=moment, reason=run.arguments.get("reason", ""))
        run.finish(uow, f"已生成 {kept} 的时点数据，文件校验码 {kept.sha256}。")

    attempt(run.actor, done, session=run.session)


def file_of(session: Session, moment: datetime, tell: Any = lambda done, what: None) -> bytes:
    """The file of everything as it stands in one snapshot."""
    make = partial(
        frozen.freeze, owner_of=owner_of, handed_in=handed_in(), tell=tell, moment=moment.isoformat(" ", "seconds")
    )
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        return make(session.connection())
    with follow.snapshot(bind) as connection:
        return make(connection)


def owner_of(model: type) -> Any:
    """The column of the declaration that the rows of a model are seen with; None where they have a policy of their
    own."""
    if model is Declaration:
        return Declaration.id
    column, whole = hangs_on(model)
    return column if whole is Declaration else None


def handed_in() -> ColumnElement[bool]:
    """What others than the applicant may see of: everything but drafts."""
    return Declaration.state != DeclarationState.DRAFT


def _anything(session: Session, now: datetime) -> bool:
    return session.scalar(select(Declaration.id).where(handed_in()).limit(1)) is not None


repeats(KIND, "每月时点数据", lambda now: now.strftime("%Y-%m"), _anything)


# -- asking it -----------------------------------------------------------------------------------------


def moments() -> list[FrozenFigures]:
    """What the account may open, the newest first."""
    newest = policy.visible(g.user, FrozenFigures).order_by(FrozenFigures.taken_at.desc(), FrozenFigures.id.desc())
    return list(db.session.scalars(newest))


def moment(word: str) -> FrozenFigures:
    """The one of that number; refused where there is none for the account."""
    key = int(word) if is_key(word) else 0
    found = policy.find(db.session, g.user, FrozenFigures, key)
    if found is None:
        raise Refused("这个时点数据不存在，或您无权查看；请在“时点数据”中另选。")
    return found


def source_of(kept: FrozenFigures) -> FrozenSource:
    """What answers as of that moment, for the signed-in account; refused where the file is not what was kept."""
    file = _file(kept)
    return FrozenSource(
        _columns_of(kept, file),
        policy.reader_of(g.user),
        file,
        db.session,
        lambda model: policy.rows(g.user, model),
    )


def demand_untouched(kept: FrozenFigures) -> None:
    """Refuse a row that is not what the product wrote: its digest could be that of another file."""
    row_check.demand(db.session, [kept], f"{kept} 的时点数据")


def _file(kept: FrozenFigures) -> File:
    opened: dict[int, File] = g.setdefault("frozen_files", {})
    if kept.id not in opened:
        demand_untouched(kept)
        with frozen_figures.fetch(kept) as stream:
            content = stream.read()
        try:
            opened[kept.id] = File(content)
        except Foreign as error:
            raise Refused(OLD.format(moment=kept)) from error
    return opened[kept.id]


def _columns_of(kept: FrozenFigures, file: File) -> Columns:
    """The declarations, remembered by the digest that was just compared."""
    if kept.sha256 not in _columns:
        try:
            _columns[kept.sha256] = file.columns()
        except Foreign as error:
            raise Refused(OLD.format(moment=kept)) from error
        while len(_columns) > AT_HAND:
            _columns.popitem(last=False)
    return _columns[kept.sha256]
