"""常用语: what an office says again and again of what is to be mended (118号 四(三)), chosen instead of typed.

The province keeps rows for everybody, each office its own beside them; an office is offered its own first. A row is
never deleted but put out of use; what was told with it stands in the list that was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select

from models.accounts.account import Account
from models.declarations.phrase import Phrase
from workflow.base import policy
from workflow.base import roles as r
from workflow.base.abilities import verb
from workflow.base.errors import NotYou, Refused
from workflow.base.unit_of_work import UnitOfWork
from workflow.declarations import opinion

CLAUSE = "118号 四(三)"
#: Who returns and refuses, and who keeps the rows of the province.
OFFICES = tuple(dict.fromkeys((*r.RECOMMENDERS, *r.AUDITORS, r.COMMITTEE_OFFICE)))
KEEP = verb("phrase.keep", "维护常用语", "退回", *OFFICES, r.HRSS_CONFIG)
#: Phrases that a panel offers: what can be overlooked, the first nine by a key each.
OFFERED = 30
#: Fields with their labels and most characters.
SAID = {"text": ("存在的问题", 300), "fits": ("怎样算补齐", 300), "clause": ("依据", 80)}
MOST_NUMBER = 999
policy.NOUNS[Phrase] = "常用语"


@policy.scope(Phrase, "province", "全省的常用语", *OFFICES, r.HRSS_CONFIG)
def phrases_of_the_province(actor: Account) -> ColumnElement[bool]:
    """What the province words for everybody."""
    return and_(Phrase.organisation_id.is_(None), Phrase.committee_id.is_(None))


@policy.scope(Phrase, "office", "本机构的常用语", *OFFICES)
def phrases_of_my_office(actor: Account) -> ColumnElement[bool]:
    """What the own office words for itself."""
    if actor.committee_id:
        return Phrase.committee_id == actor.committee_id
    return Phrase.organisation_id == actor.organisation_id if actor.organisation_id else false()


def owner_of(actor: Account) -> dict[str, int | None]:
    """Whose rows the account keeps: the province's for 省厅配置岗, else those of its office."""
    if actor.plays(r.HRSS_CONFIG):
        return {"organisation_id": None, "committee_id": None}
    return {
        "organisation_id": None if actor.committee_id else actor.organisation_id,
        "committee_id": actor.committee_id,
    }


def not_mine(actor: Account, phrase: Phrase) -> str | None:
    """Why the account does not change that row, or None."""
    if owner_of(actor) == {"organisation_id": phrase.organisation_id, "committee_id": phrase.committee_id}:
        return None
    if phrase.of_province:
        return f"全省的常用语由{r.HRSS_CONFIG}维护（{CLAUSE}）；本机构需要不同表述的，请新增本机构的常用语。"
    return f"只能维护本机构的常用语（{CLAUSE}）；请由该机构办理。"


def enter(uow: UnitOfWork, **values: Any) -> Phrase:
    """新增: a phrase of the actor's office, or of the province. Refused, each at its field: no words, a reason that is
    not of the list, the same words twice."""
    uow.lead(KEEP)
    mine = owner_of(uow.actor)
    if not uow.actor.plays(r.HRSS_CONFIG) and not any(mine.values()):
        raise NotYou("本账号没有所在机构，不能维护常用语；请由机构账号办理。")
    phrase = Phrase(**mine, **_checked(uow, values, mine, None))
    uow.session.add(phrase)
    uow.session.flush()
    uow.record("enter_phrase", phrase, label="新增常用语", reason=phrase.reason, words=phrase.text)
    return phrase


def change(uow: UnitOfWork, phrase: Phrase, **values: Any) -> Phrase:
    """编辑: other words, another order, in use or not. Refused: rows of others, and what `enter` refuses."""
    uow.lead(KEEP)
    if sentence := not_mine(uow.actor, phrase):
        raise NotYou(sentence)
    was = phrase.text
    for name, value in _checked(uow, values, owner_of(uow.actor), phrase).items():
        setattr(phrase, name, value)
    uow.session.flush()
    uow.record("change_phrase", phrase, label="编辑常用语", words=phrase.text, was=was, in_use=phrase.in_use)
    return phrase


def _checked(
    uow: UnitOfWork, values: dict[str, Any], mine: dict[str, int | None], phrase: Phrase | None
) -> dict[str, Any]:
    given = {name: (values.get(name) or "").strip() for name in SAID} | {
        "reason": values.get("reason") or "",
        "number": values.get("number"),
        "in_use": bool(values.get("in_use")),
    }
    wrong: dict[str, str] = {}
    for name, (label, most) in SAID.items():
        if not given[name]:
            wrong[name] = f"请填写{label}（{CLAUSE} 一次性告知）。"
        elif len(given[name]) > most:
            wrong[name] = f"{label}不能超过 {most} 字，现有 {len(given[name])} 字。"
        elif "｜" in given[name]:
            wrong[name] = f"{label}中不能有“｜”，它在补正事项中用来分开问题和补齐要求；请改用其他标点。"
    if given["reason"] not in dict(opinion.causes(uow, None)):
        wrong["reason"] = "请选择退回原因，便于分类统计（118号 四(三)）。"
    if given["number"] is None or not 1 <= given["number"] <= MOST_NUMBER:
        wrong["number"] = f"顺序须为 1 至 {MOST_NUMBER} 的整数；数小的排在前面。"
    same = select(Phrase.id).where(
        Phrase.text == given["text"],
        Phrase.reason == given["reason"],
        *(getattr(Phrase, name).is_not_distinct_from(key) for name, key in mine.items()),
    )
    if phrase is not None:
        same = same.where(Phrase.id != phrase.id)
    if not wrong and uow.session.scalar(same.limit(1)) is not None:
        wrong["text"] = "该退回原因下已有同样的常用语；请直接编辑原有的一条。"
    if wrong:
        raise Refused("；".join(s.rstrip("。") for s in wrong.values()) + "。", fields=wrong)
    return given


def next_number(uow: UnitOfWork) -> int:
    """The order of a new row: behind those there are."""
    mine = [getattr(Phrase, name).is_not_distinct_from(key) for name, key in owner_of(uow.actor).items()]
    last = uow.session.scalar(select(Phrase.number).where(*mine).order_by(Phrase.number.desc()).limit(1))
    return min((last or 0) + 1, MOST_NUMBER)


def offered(uow: UnitOfWork) -> Sequence[Phrase]:
    """What a panel offers the actor: rows in use, those of his office before those of the province, in their order."""
    seen = or_(phrases_of_my_office(uow.actor), phrases_of_the_province(uow.actor))
    own_first = Phrase.organisation_id.is_(None) & Phrase.committee_id.is_(None)
    found = select(Phrase).where(seen, Phrase.in_use).order_by(own_first, Phrase.number, Phrase.id)
    return uow.session.scalars(found.limit(OFFERED)).all()
