"""Who watches a draw (118号 五(二)): accounts that are picked, and persons from outside with organisation and post."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models.accounts.account import Account
from models.review.draw import Draw, Witness
from workflow.accounts.colleague import staff
from workflow.base.errors import Refused
from workflow.base.roles import SUPERVISOR
from workflow.base.unit_of_work import UnitOfWork
from workflow.register import outsider, person_name

_CLAUSE = "118号 五(二)"
#: Letters of the line that papers print.
MOST = 300


def candidates(uow: UnitOfWork) -> list[Account]:
    """Who may be picked: 纪检监察, and colleagues of the actor; never himself."""
    asked = select(Account).where(Account.__table__.c.active).order_by(Account.id)
    inspectors = uow.session.scalars(asked.where(Account.roles.any(name=SUPERVISOR))).unique().all()
    known = {a.id: a for a in (*inspectors, *staff(uow)) if a.id != uow.actor.id}
    return list(known.values())


def offered(uow: UnitOfWork, _draw: Any) -> Sequence[tuple[str, str]]:
    """The same for the page."""
    return [(str(a.id), f"{a.full_name}（{a.desk}）") for a in candidates(uow)]


def enter(uow: UnitOfWork, draw: Draw, picked: Sequence[str], outside: Sequence[str]) -> str:
    """Keep who watches; the line that papers print.

    Refused: nobody, the actor himself, somebody who is not offered, one name twice.
    """
    known = {str(a.id): a for a in candidates(uow)}
    if strange := [key for key in picked if key not in known]:
        himself = strange[0] == str(uow.actor.id)
        raise Refused(
            f"在场监督人员{'不能是办理抽取的本人' if himself else '须是省人社厅、纪检监察的在用账号'}（{_CLAUSE}）；"
            "请从列表中选择，没有账号的填写在“外单位在场监督人员”。",
            field="witnesses",
        )
    named = outsider.read(outside, what="外单位在场监督人员", clause=_CLAUSE, field="outside")
    rows = [Witness(draw_id=draw.id, account_id=a.id, name=a.full_name, organisation=a.desk, post=a.position)
            for a in (known[key] for key in dict.fromkeys(picked))]  # fmt: skip
    rows += [Witness(draw_id=draw.id, name=one.name, organisation=one.organisation, post=one.post) for one in named]
    if not rows:
        raise Refused(
            f"抽取须在监督下进行（{_CLAUSE}）；请选择在场监督人员，或填写外单位在场监督人员的姓名、单位、职务。",
            field="witnesses",
        )
    names = [person_name.fold(row.name) for row in rows]
    if person_name.fold(uow.actor.full_name) in names[len(rows) - len(named) :]:
        raise Refused(f"在场监督人员不能是办理抽取的本人（{_CLAUSE}）；请由他人监督。", field="outside")
    if len(set(names)) < len(names):
        raise Refused(f"同一人重复登记为在场监督人员（{_CLAUSE}）；请每人只登记一次。", field="outside")
    line = "；".join(f"{row.name}（{'，'.join(filter(None, (row.organisation, row.post)))}）" for row in rows)
    if len(line) > MOST:
        raise Refused(f"在场监督人员过多，合计 {len(line)} 字，记录表只能印 {MOST} 字；请减少人数。", field="outside")
    uow.session.add_all(rows)
    return line
